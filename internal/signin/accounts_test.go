package signin_test

import (
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

const newPassword = "another cat sleeps at dawn"

func TestAccounts_Rename(t *testing.T) {
	t.Parallel()
	t.Run("changes the name, and records it before and after", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		h.forget()
		if err := h.accounts.Rename(t.Context(), ada, "  Ada King "); err != nil {
			t.Fatal(err)
		}
		if got := h.load(t, id).Account.FullName; got != "Ada King" {
			t.Errorf("the name is %q", got)
		}
		if d := h.events[0].Details; len(d) != 1 || d[0].Before != "Ada Lovelace" || d[0].After != "Ada King" {
			t.Errorf("the details are %+v", d)
		}
		h.want(t, "user.update ok")
	})
	t.Run("the name one has is no change", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		h.forget()
		if err := h.accounts.Rename(t.Context(), ada, "Ada Lovelace"); err != nil {
			t.Fatal(err)
		}
		h.want(t)
	})
	t.Run("refuses what is no name", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		for _, name := range []string{"", " ", strings.Repeat("a", 101), "a\u202eb", "a\x00b", "\xff"} {
			err := h.accounts.Rename(t.Context(), ada, name)
			if f := access.AsError(err).Fields; len(f) != 1 || f[0].Field != "name" {
				t.Errorf("the name %q is answered %v with %+v", name, err, f)
			}
		}
		if got := h.load(t, id).Account.FullName; got != "Ada Lovelace" {
			t.Errorf("the name is %q", got)
		}
	})
}

func TestAccounts_SetTheme(t *testing.T) {
	t.Parallel()
	t.Run("stores each of the three", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		for _, theme := range []signin.Theme{signin.ThemeDark, signin.ThemeLight, signin.ThemeSystem} {
			if err := h.accounts.SetTheme(t.Context(), ada, theme); err != nil {
				t.Fatal(err)
			}
			if got := h.load(t, id).Account.Theme; got != theme {
				t.Errorf("the theme is %q, want %q", got, theme)
			}
		}
	})
	t.Run("refuses any other", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		for _, theme := range []signin.Theme{"", "Dark", "dark ", "blue"} {
			err := h.accounts.SetTheme(t.Context(), ada, theme)
			if f := access.AsError(err).Fields; access.CodeOf(err) != access.Invalid || len(f) != 1 || f[0].Field != "theme" {
				t.Errorf("the theme %q is answered %v", theme, err)
			}
		}
	})
}

func TestAccounts_ChangePassword(t *testing.T) {
	t.Parallel()
	t.Run("replaces it, renews the session, and ends the others and unused codes", func(t *testing.T) {
		h := furnished(t)
		reset, err := h.accounts.NewResetCode(t.Context(), access.System(office), h.ada.Email)
		if err != nil {
			t.Fatal(err)
		}
		_, other := h.signIn(t)
		ada, own := h.signIn(t)
		h.clock.advance(time.Minute)
		h.forget()
		renewed, err := h.accounts.ChangePassword(t.Context(), ada, goodPassword, newPassword)
		if err != nil {
			t.Fatal(err)
		}
		h.want(t, "user.password_change ok")
		h.dead(t, other, signin.ReasonSignInNeeded)
		h.dead(t, own, signin.ReasonSignInNeeded)
		if s := h.load(t, renewed); !s.AuthenticatedAt.Equal(noon.Add(time.Minute)) {
			t.Errorf("authenticated at %v", s.AuthenticatedAt)
		}
		_, err = h.accounts.CheckResetCode(t.Context(), reset)
		refused(t, err, signin.ReasonCode)
		_, err = h.try(t, h.ada.Email, goodPassword, office)
		refused(t, err, signin.ReasonSignInFailed)
		if _, err := h.try(t, h.ada.Email, newPassword, office); err != nil {
			t.Errorf("the new password: %v", err)
		}
	})
	t.Run("refuses a wrong current password, records it, and changes nothing", func(t *testing.T) {
		h := furnished(t)
		ada, own := h.signIn(t)
		h.forget()
		_, err := h.accounts.ChangePassword(t.Context(), ada, "not the right password", newPassword)
		refused(t, err, signin.ReasonWrongPassword)
		if f := access.AsError(err).Fields; len(f) != 1 || f[0].Field != "current_password" {
			t.Errorf("the fields are %+v", f)
		}
		h.want(t, "user.password_change denied wrong_password")
		h.load(t, own)
		h.signIn(t)
	})
	t.Run("slows guesses at the current password down", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		for range 3 {
			_, err := h.accounts.ChangePassword(t.Context(), ada, "guess", newPassword)
			refused(t, err, signin.ReasonWrongPassword)
		}
		_, err := h.accounts.ChangePassword(t.Context(), ada, goodPassword, newPassword)
		refused(t, err, signin.ReasonTooMany)
	})
	t.Run("refuses a new one that others would try first", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		for _, next := range []string{"short", "correct horse battery staple", "Ada Lovelace 1815", "acme freight 2026", "data platform 1!", "ada@acme.example"} {
			_, err := h.accounts.ChangePassword(t.Context(), ada, goodPassword, next)
			if f := access.AsError(err).Fields; len(f) != 1 || f[0].Field != "new_password" {
				t.Errorf("%q is answered %v with %+v", next, err, f)
			}
		}
		if h.hasher.checks != 1 {
			t.Errorf("%d checks, want only that of the sign-in", h.hasher.checks)
		}
	})
	t.Run("of two at once with the same current password one succeeds", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		n, failures := together(2, func(int) error {
			_, err := h.accounts.ChangePassword(t.Context(), ada, goodPassword, newPassword)
			return err
		})
		if n != 1 {
			t.Errorf("%d succeeded: %v", n, failures)
		}
	})
}

func TestAccounts_SetFirstPassword(t *testing.T) {
	t.Parallel()
	system := access.System(office)
	t.Run("gives one to a person without", func(t *testing.T) {
		h := furnished(t)
		grace := h.member(t, "Grace Hopper", "grace@acme.example", "")
		if err := h.accounts.SetFirstPassword(t.Context(), system, grace.ID, goodPassword); err != nil {
			t.Fatal(err)
		}
		h.want(t, "user.password_change ok")
		if _, err := h.try(t, grace.Email, goodPassword, office); err != nil {
			t.Error(err)
		}
	})
	t.Run("replaces none, and is for the system only", func(t *testing.T) {
		h := furnished(t)
		err := h.accounts.SetFirstPassword(t.Context(), system, h.ada.ID, newPassword)
		if access.CodeOf(err) != access.Conflict {
			t.Errorf("a second one is answered %v", err)
		}
		ada, _ := h.signIn(t)
		refused(t, h.accounts.SetFirstPassword(t.Context(), ada, h.ada.ID, newPassword), access.ReasonNotFound)
		refused(t, h.accounts.SetFirstPassword(t.Context(), system, "c000000000000000000000000", newPassword), access.ReasonNotFound)
	})
}

func TestAccounts_ResetPassword(t *testing.T) {
	t.Parallel()
	reset := func(t *testing.T, h *house) secret.Value {
		t.Helper()
		code, err := h.accounts.NewResetCode(t.Context(), access.System(office), "ADA@acme.example")
		if err != nil {
			t.Fatal(err)
		}
		return code
	}
	t.Run("sets a new password once, and ends every session", func(t *testing.T) {
		h := furnished(t)
		_, session := h.signIn(t)
		h.forget()
		code := reset(t, h)
		if u, err := h.accounts.CheckResetCode(t.Context(), code); err != nil || u.Email != h.ada.Email {
			t.Errorf("the code is of %q, %v", u.Email, err)
		}
		if err := h.accounts.ResetPassword(t.Context(), code, newPassword, away); err != nil {
			t.Fatal(err)
		}
		h.want(t, "code.create ok", "code.use ok", "user.password_change ok")
		h.dead(t, session, signin.ReasonSignInNeeded)
		if _, err := h.try(t, h.ada.Email, newPassword, away); err != nil {
			t.Error(err)
		}
		refused(t, h.accounts.ResetPassword(t.Context(), code, goodPassword, away), signin.ReasonCode)
	})
	t.Run("of 64 uses at once exactly one succeeds", func(t *testing.T) {
		h := furnished(t)
		code := reset(t, h)
		n, failures := together(64, func(int) error {
			return h.accounts.ResetPassword(t.Context(), code, newPassword, away)
		})
		if n != 1 {
			t.Errorf("%d of 64 succeeded", n)
		}
		for _, err := range failures {
			refused(t, err, signin.ReasonCode)
		}
	})
	t.Run("a refused password leaves the code as it is", func(t *testing.T) {
		h := furnished(t)
		code := reset(t, h)
		h.forget()
		err := h.accounts.ResetPassword(t.Context(), code, "Ada Lovelace 1815", away)
		if f := access.AsError(err).Fields; len(f) != 1 || f[0].Field != "password" {
			t.Errorf("the answer is %v", err)
		}
		if h.writes != 0 {
			t.Errorf("%d writes", h.writes)
		}
		if err := h.accounts.ResetPassword(t.Context(), code, newPassword, away); err != nil {
			t.Error(err)
		}
	})
	t.Run("a code works until an hour has passed, and a new one ends it", func(t *testing.T) {
		h := furnished(t)
		code := reset(t, h)
		h.clock.advance(signin.ResetCodeLife - time.Millisecond)
		if _, err := h.accounts.CheckResetCode(t.Context(), code); err != nil {
			t.Error(err)
		}
		h.clock.advance(time.Millisecond)
		_, err := h.accounts.CheckResetCode(t.Context(), code)
		refused(t, err, signin.ReasonCode)
		first, second := reset(t, h), reset(t, h)
		_, err = h.accounts.CheckResetCode(t.Context(), first)
		refused(t, err, signin.ReasonCode)
		if _, err := h.accounts.CheckResetCode(t.Context(), second); err != nil {
			t.Error(err)
		}
	})
	t.Run("checking a code any number of times uses nothing up", func(t *testing.T) {
		h := furnished(t)
		code := reset(t, h)
		h.forget()
		for range 10 {
			if _, err := h.accounts.CheckResetCode(t.Context(), code); err != nil {
				t.Fatal(err)
			}
		}
		if h.writes != 0 {
			t.Errorf("%d writes", h.writes)
		}
	})
	t.Run("is made by the system only, for somebody who exists", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		_, err := h.accounts.NewResetCode(t.Context(), ada, h.ada.Email)
		refused(t, err, access.ReasonNotFound)
		_, err = h.accounts.NewResetCode(t.Context(), access.System(office), "nobody@acme.example")
		refused(t, err, access.ReasonNotFound)
	})
}
