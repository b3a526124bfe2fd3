package signin_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// F3: an accepted link cannot be used twice.
func TestInvitations_Accept(t *testing.T) {
	t.Parallel()
	t.Run("makes the person ACTIVE with name, password and role, and signs them in", func(t *testing.T) {
		h := furnished(t)
		i, code := h.invite(t, "grace@acme.example", access.OrgBillingAdmin)
		h.forget()
		opened := h.accept(t, code)
		if e := h.events[0]; e.ActorName != "Grace Hopper" || e.OrganizationID != string(h.org.ID) || e.Details[1].After != string(access.OrgBillingAdmin) {
			t.Errorf("recorded %+v", e)
		}
		h.want(t, "invitation.accept ok", "user.sign_in ok")
		s := h.load(t, opened.Session)
		if s.Account.ID != i.User.ID || s.Account.FullName != "Grace Hopper" || s.Account.Status != access.UserActive || opened.Device.IsZero() {
			t.Errorf("the session is of %+v", s.Account)
		}
		if h.role(t, i.User.ID) != access.OrgBillingAdmin {
			t.Errorf("the role is %q", h.role(t, i.User.ID))
		}
		if _, err := h.try(t, "grace@acme.example", newPassword, office); err != nil {
			t.Errorf("the password: %v", err)
		}
		if err := access.Lookup(t.Context(), h.Store, func(tx signin.Tx) error {
			n, err := tx.OpenInvitations(h.org.ID)
			if n != 0 {
				t.Errorf("%d invitations are still open", n)
			}
			return err
		}); err != nil {
			t.Error(err)
		}
	})
	t.Run("of 64 at once exactly one succeeds", func(t *testing.T) {
		h := furnished(t)
		_, code := h.invite(t, "grace@acme.example", access.OrgMember)
		n, failures := together(64, func(int) error {
			_, _, err := h.invites.Accept(t.Context(), code, signin.Acceptance{Name: "Grace Hopper", Password: newPassword}, office)
			return err
		})
		if n != 1 {
			t.Errorf("%d succeeded", n)
		}
		for _, err := range failures {
			refused(t, err, signin.ReasonCode)
		}
	})
	t.Run("refuses name and password together, and the code can be used again", func(t *testing.T) {
		h := furnished(t)
		_, code := h.invite(t, "grace@acme.example", access.OrgMember)
		h.forget()
		_, _, err := h.invites.Accept(t.Context(), code, signin.Acceptance{Name: " ", Password: "short"}, office)
		if f := access.AsError(err).Fields; len(f) != 2 || f[0].Field != "name" || f[1].Field != "password" {
			t.Errorf("the fields are %+v", f)
		}
		_, _, err = h.invites.Accept(t.Context(), code, signin.Acceptance{Name: "Grace Hopper", Password: "Grace Hopper Acme Freight"}, office)
		wantField(t, err, "password", "Don't build the password from your name, your email or the Organization's name.")
		h.want(t)
		h.accept(t, code)
	})
	t.Run("refuses what is no open invitation in one sentence, before it looks at the rest", func(t *testing.T) {
		h := furnished(t)
		_, code := h.invite(t, "grace@acme.example", access.OrgMember)
		reset, err := h.accounts.NewResetCode(t.Context(), access.System(office), h.ada.Email)
		if err != nil {
			t.Fatal(err)
		}
		h.clock.advance(signin.InviteCodeLife)
		h.forget()
		for _, value := range []secret.Value{code, reset, secret.NewCode(), nobody, secret.NewValue(strings.Repeat("x", 10_000))} {
			_, _, err := h.invites.Accept(t.Context(), value, signin.Acceptance{}, office)
			wantField(t, err, "code", "This link was already used or has expired. Ask the person who sent it for a new one.")
		}
		h.want(t)
	})
	t.Run("replaces the session that the browser had, of somebody else", func(t *testing.T) {
		h := furnished(t)
		_, code := h.invite(t, "grace@acme.example", access.OrgMember)
		_, adas := h.signIn(t)
		_, _, err := h.invites.Accept(t.Context(), code, signin.Acceptance{Name: "Grace Hopper", Password: newPassword, Session: adas}, office)
		if err != nil {
			t.Fatal(err)
		}
		h.dead(t, adas, signin.ReasonSignInNeeded)
	})
	t.Run("neither code nor password is in the record", func(t *testing.T) {
		h := furnished(t)
		_, code := h.invite(t, "grace@acme.example", access.OrgMember)
		h.accept(t, code)
		for _, canary := range []string{code.Reveal(), newPassword} {
			if slices.ContainsFunc(h.events, func(e audit.Event) bool { return strings.Contains(fmt.Sprintf("%+v", e), canary) }) {
				t.Errorf("%q is in the record", canary)
			}
		}
	})
}
