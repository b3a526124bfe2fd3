package signin_test

import (
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

func setupCode(t testing.TB, h *house) secret.Value {
	t.Helper()
	code, err := h.setup.NewCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	return code
}

func TestSetup_Complete(t *testing.T) {
	t.Parallel()
	t.Run("makes the Organization, its Workspace and its Owner, and signs the Owner in", func(t *testing.T) {
		h := empty(t)
		if needed, err := h.setup.Needed(t.Context()); !needed || err != nil {
			t.Errorf("needed: %v, %v", needed, err)
		}
		opened, founded, err := h.setup.Complete(t.Context(), setupCode(t, h), newOrg(), goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		if founded.Org.Name != "Acme Freight" || founded.Workspace.Name != "Data Platform" || founded.Workspace.Org != founded.Org.ID {
			t.Errorf("founded %+v", founded)
		}
		if s := h.load(t, opened.Session); s.Account.ID != founded.Owner.ID || s.Account.Email != "ada@acme.example" {
			t.Errorf("the session is of %+v", s.Account)
		}
		if opened.Device.IsZero() {
			t.Error("the browser is not known afterwards")
		}
		h.want(t, "code.create ok", "code.use ok", "organization.create ok", "workspace.create ok", "member.add ok",
			"setup.complete ok", "user.sign_in ok")
		if _, err := h.try(t, "ada@acme.example", goodPassword, office); err != nil {
			t.Errorf("the password: %v", err)
		}
		if needed, err := h.setup.Needed(t.Context()); needed || err != nil {
			t.Errorf("needed afterwards: %v, %v", needed, err)
		}
	})
	t.Run("of 64 at once exactly one succeeds, the others are told of it", func(t *testing.T) {
		h := empty(t)
		code := setupCode(t, h)
		n, failures := together(64, func(int) error {
			_, _, err := h.setup.Complete(t.Context(), code, newOrg(), goodPassword, office)
			return err
		})
		if n != 1 {
			t.Errorf("%d of 64 succeeded", n)
		}
		for _, err := range failures {
			if access.CodeOf(err) != access.Conflict {
				t.Errorf("another is answered %v", err)
			}
			refused(t, err, signin.ReasonSetUp)
		}
	})
	t.Run("with the browser and the command line at once exactly one succeeds", func(t *testing.T) {
		h := empty(t)
		code := setupCode(t, h)
		n, failures := together(16, func(i int) error {
			if i%2 == 0 {
				_, err := h.setup.CompleteHeadless(t.Context(), newOrg(), goodPassword)
				return err
			}
			_, _, err := h.setup.Complete(t.Context(), code, newOrg(), goodPassword, office)
			return err
		})
		if n != 1 {
			t.Errorf("%d of 16 succeeded: %v", n, failures)
		}
	})
	t.Run("without the code nothing is told and nothing is done", func(t *testing.T) {
		h := empty(t)
		code := setupCode(t, h)
		h.forget()
		for _, other := range []secret.Value{nobody, secret.NewCode(), newValue(strings.ToUpper(code.Reveal())), newValue(code.Reveal() + " ")} {
			refused(t, h.setup.Check(t.Context(), other), signin.ReasonCode)
			_, _, err := h.setup.Complete(t.Context(), other, access.NewOrg{}, "", office)
			refused(t, err, signin.ReasonCode)
			if len(access.AsError(err).Fields) != 1 {
				t.Errorf("the answer tells %+v", access.AsError(err).Fields)
			}
		}
		if h.writes != 0 {
			t.Errorf("%d writes", h.writes)
		}
	})
	t.Run("every problem is told at once, and the code can be used again", func(t *testing.T) {
		h := empty(t)
		code := setupCode(t, h)
		_, _, err := h.setup.Complete(t.Context(), code, access.NewOrg{Workspace: strings.Repeat("x", 51)}, "short", office)
		var fields []string
		for _, f := range access.AsError(err).Fields {
			fields = append(fields, f.Field)
		}
		if got := strings.Join(fields, " "); got != "organization workspace name email password" {
			t.Errorf("the problems are at %q", got)
		}
		if got := access.AsError(err).Message; got != "5 fields need your attention." {
			t.Errorf("the summary is %q", got)
		}
		if _, _, err := h.setup.Complete(t.Context(), code, newOrg(), goodPassword, office); err != nil {
			t.Error(err)
		}
	})
	t.Run("the password is not made of what the form asks for", func(t *testing.T) {
		h := empty(t)
		_, _, err := h.setup.Complete(t.Context(), setupCode(t, h), newOrg(), "Acme Freight 2026", office)
		if f := access.AsError(err).Fields; len(f) != 1 || f[0].Field != "password" || f[0].Code != "context" {
			t.Errorf("the fields are %+v", f)
		}
	})
}

func TestSetup_NewCode(t *testing.T) {
	t.Parallel()
	t.Run("a code works until a day has passed", func(t *testing.T) {
		h := empty(t)
		code := setupCode(t, h)
		h.clock.advance(signin.SetupCodeLife - time.Millisecond)
		if err := h.setup.Check(t.Context(), code); err != nil {
			t.Error(err)
		}
		h.clock.advance(time.Millisecond)
		refused(t, h.setup.Check(t.Context(), code), signin.ReasonCode)
	})
	t.Run("a new one, as each start makes, ends those before", func(t *testing.T) {
		h := empty(t)
		first, second := setupCode(t, h), setupCode(t, h)
		refused(t, h.setup.Check(t.Context(), first), signin.ReasonCode)
		if err := h.setup.Check(t.Context(), second); err != nil {
			t.Error(err)
		}
	})
	t.Run("there is none when there is an owner, and nothing else of set-up", func(t *testing.T) {
		h := furnished(t)
		_, err := h.setup.NewCode(t.Context())
		refused(t, err, signin.ReasonSetUp)
		refused(t, h.setup.Check(t.Context(), secret.NewCode()), signin.ReasonSetUp)
		_, err = h.setup.CompleteHeadless(t.Context(), newOrg(), goodPassword)
		refused(t, err, signin.ReasonSetUp)
		if h.writes != 0 {
			t.Errorf("%d writes", h.writes)
		}
	})
}

func TestSetup_CompleteHeadless(t *testing.T) {
	t.Parallel()
	t.Run("ends the code that was printed before", func(t *testing.T) {
		h := empty(t)
		code := setupCode(t, h)
		h.forget()
		if _, err := h.setup.CompleteHeadless(t.Context(), newOrg(), goodPassword); err != nil {
			t.Fatal(err)
		}
		h.want(t, "organization.create ok", "workspace.create ok", "member.add ok", "setup.complete ok")
		refused(t, h.setup.Check(t.Context(), code), signin.ReasonSetUp)
	})
}
