package signin_test

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/signin"
)

func TestAccounts_NewPasswordLink(t *testing.T) {
	t.Parallel()
	t.Run("makes a code for a member of this Organization alone, and earlier ones end", func(t *testing.T) {
		h := furnished(t)
		joan := h.member(t, "Joan Clarke", "joan@acme.example", goodPassword)
		ada, _ := h.signIn(t)
		h.forget()
		_, first, err := h.accounts.NewPasswordLink(t.Context(), ada, h.org.ID, joan.ID, "a")
		if err != nil {
			t.Fatal(err)
		}
		if e := h.events[0]; e.OrganizationID != string(h.org.ID) || e.ActorName != "Ada Lovelace" || e.Details[0].After != string(joan.ID) {
			t.Errorf("recorded %+v", e)
		}
		h.want(t, "code.create ok")
		owner, code, err := h.accounts.NewPasswordLink(t.Context(), ada, h.org.ID, joan.ID, "b")
		if err != nil || owner.ID != joan.ID {
			t.Fatal(owner, err)
		}
		refused(t, h.accounts.ResetPassword(t.Context(), first, newPassword, away), signin.ReasonCode)
		if err := h.accounts.ResetPassword(t.Context(), code, newPassword, away); err != nil {
			t.Fatal(err)
		}
		if _, err := h.try(t, joan.Email, newPassword, away); err != nil {
			t.Error(err)
		}
		_, _, err = h.accounts.NewPasswordLink(t.Context(), ada, h.org.ID, joan.ID, "b")
		refused(t, err, access.ReasonAlreadyDone)
	})
	t.Run("refuses oneself, invited people and those of another Organization, and says nothing of strangers", func(t *testing.T) {
		h := furnished(t)
		i, _ := h.invite(t, "grace@acme.example", access.OrgMember)
		joan := h.member(t, "Joan Clarke", "joan@acme.example", goodPassword)
		umbrella := h.elsewhere(t, "albert@umbrella.example")
		if err := access.Upkeep(t.Context(), h.Store, func(tx signin.Tx) error {
			return tx.SetRole(umbrella.Org.Scope(), joan.Subject(), access.OrgMember, access.Person{})
		}); err != nil {
			t.Fatal(err)
		}
		ada, _ := h.signIn(t)
		h.forget()
		for id, reason := range map[access.UserID]string{
			h.ada.ID: signin.ReasonNoPasswordLink, i.User.ID: signin.ReasonNoPasswordLink, joan.ID: signin.ReasonNoPasswordLink,
			umbrella.Owner.ID: access.ReasonNotFound, "c": access.ReasonNotFound,
		} {
			_, _, err := h.accounts.NewPasswordLink(t.Context(), ada, h.org.ID, id, "")
			refused(t, err, reason)
			_, err = h.accounts.PasswordLinkFor(t.Context(), ada, h.org.ID, id)
			refused(t, err, reason)
		}
		h.want(t)
	})
	t.Run("needs a recent password, and an Organization Owner", func(t *testing.T) {
		h := furnished(t)
		joan := h.member(t, "Joan Clarke", "joan@acme.example", goodPassword)
		ada, _ := h.signIn(t)
		h.clock.advance(access.ReauthWindow)
		_, _, err := h.accounts.NewPasswordLink(t.Context(), ada, h.org.ID, joan.ID, "")
		refused(t, err, access.ReasonReauthenticate)
		opened, err := h.try(t, joan.Email, goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		_, _, err = h.accounts.NewPasswordLink(t.Context(), h.load(t, opened.Session).Actor(office), h.org.ID, h.ada.ID, "")
		refused(t, err, access.ReasonRoleTooLow)
	})
	t.Run("the operator's code is not for people who were only invited either", func(t *testing.T) {
		h := furnished(t)
		h.invite(t, "grace@acme.example", access.OrgMember)
		_, err := h.accounts.NewResetCode(t.Context(), access.System(office), "grace@acme.example")
		refused(t, err, signin.ReasonNoPasswordLink)
	})
}

func TestAccounts_AskForReset(t *testing.T) {
	t.Parallel()
	t.Run("does the same for an address with an account as for one without", func(t *testing.T) {
		h := furnished(t)
		for _, email := range []string{h.ada.Email, "nobody@acme.example"} {
			h.forget()
			if err := h.accounts.AskForReset(t.Context(), email, office); err != nil {
				t.Fatal(err)
			}
			if h.writes != 1 {
				t.Errorf("%s costs %d writes", email, h.writes)
			}
			h.want(t)
		}
	})
	t.Run("each address is slowed down after three, and each network after twenty", func(t *testing.T) {
		h := furnished(t)
		ask := func(email string, o access.Origin) error { return h.accounts.AskForReset(t.Context(), email, o) }
		for range 3 {
			if err := ask("Nobody@acme.example", office); err != nil {
				t.Fatal(err)
			}
		}
		h.forget()
		err := ask("nobody@acme.example", away)
		refused(t, err, signin.ReasonTooMany)
		if h.writes != 0 || access.AsError(err).RetryAfter != time.Second {
			t.Errorf("%d writes, %v", h.writes, access.AsError(err).RetryAfter)
		}
		for n := range 17 {
			if err := ask(string(rune('a'+n))+"@acme.example", office); err != nil {
				t.Fatal(err)
			}
		}
		refused(t, ask("other@acme.example", office), signin.ReasonTooMany)
		if _, err := h.try(t, h.ada.Email, goodPassword, office); err != nil {
			t.Errorf("signing in is slowed down too: %v", err)
		}
	})
	t.Run("refuses what is no address", func(t *testing.T) {
		h := furnished(t)
		wantField(t, h.accounts.AskForReset(t.Context(), "ada", office), "email", "Enter an email address, like name@example.com.")
	})
}

func TestAccounts_ForgottenCode(t *testing.T) {
	t.Parallel()
	t.Run("resets the password of an active person; a second one leaves the first alive", func(t *testing.T) {
		h := furnished(t)
		_, first, err := h.accounts.ForgottenCode(t.Context(), " ADA@acme.example", away)
		if err != nil {
			t.Fatal(err)
		}
		if e := h.events[0]; e.ActorKind != "anonymous" || e.ActorID != string(h.ada.ID) {
			t.Errorf("recorded %+v", e)
		}
		_, second, err := h.accounts.ForgottenCode(t.Context(), h.ada.Email, away)
		if err != nil {
			t.Fatal(err)
		}
		if err := h.accounts.ResetPassword(t.Context(), first, newPassword, away); err != nil {
			t.Fatal(err)
		}
		refused(t, h.accounts.ResetPassword(t.Context(), second, newPassword, away), signin.ReasonCode)
	})
	t.Run("there is none for unknown, invited and inactive people", func(t *testing.T) {
		h := furnished(t)
		h.invite(t, "grace@acme.example", access.OrgMember)
		h.setStatus(t, h.member(t, "Joan Clarke", "joan@acme.example", goodPassword).ID, access.UserInactive)
		h.forget()
		for _, email := range []string{"nobody@acme.example", "grace@acme.example", "joan@acme.example", ""} {
			if _, _, err := h.accounts.ForgottenCode(t.Context(), email, away); access.CodeOf(err) != access.NotFound {
				t.Errorf("%q: %v", email, err)
			}
		}
		h.want(t)
	})
}
