package signin_test

import (
	"fmt"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// signOutAll signs Ada out wherever she is.
func (h *house) signOutAll(t testing.TB) {
	t.Helper()
	err := access.Upkeep(t.Context(), h.Store, func(tx signin.Tx) error {
		all, err := tx.SessionsOf(h.ada.ID)
		for _, s := range all {
			if err := tx.DeleteSession(s.Digest); err != nil {
				return err
			}
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
}

func TestPrograms_whatEndsALogin(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name  string
		do    func(h *house, t *testing.T, ada access.Actor, id secret.Value) error
		event []string
	}{
		{"the sign-out of its session", func(h *house, t *testing.T, ada access.Actor, _ secret.Value) error {
			return h.sessions.SignOut(t.Context(), ada)
		}, []string{"user.sign_out ok", "login.end ok"}},
		{"the sign-out after a password step", func(h *house, t *testing.T, ada access.Actor, _ secret.Value) error {
			id, err := h.login.Reauthenticate(t.Context(), ada, goodPassword)
			if err != nil {
				return err
			}
			h.forget()
			return h.sessions.SignOut(t.Context(), h.load(t, id).Actor(office))
		}, []string{"user.sign_out ok", "login.end ok"}},
		{"ending its session from another one", func(h *house, t *testing.T, ada access.Actor, id secret.Value) error {
			other, _ := h.signIn(t)
			h.forget()
			return h.sessions.End(t.Context(), other, h.load(t, id).ID)
		}, []string{"session.end ok", "login.end ok"}},
		{"ending it on the page of sessions", func(h *house, t *testing.T, ada access.Actor, _ secret.Value) error {
			logins, err := h.programs.List(t.Context(), ada)
			if err != nil || len(logins) != 1 {
				return fmt.Errorf("%d logins: %w", len(logins), err)
			}
			return h.sessions.End(t.Context(), ada, logins[0].ID)
		}, []string{"login.end ok"}},
		{"signing out everywhere else", func(h *house, t *testing.T, ada access.Actor, _ secret.Value) error {
			n, err := h.sessions.EndOthers(t.Context(), ada)
			if n != 1 {
				return fmt.Errorf("%d ended: %w", n, err)
			}
			return err
		}, []string{"login.end ok"}},
		{"a new password", func(h *house, t *testing.T, ada access.Actor, _ secret.Value) error {
			_, err := h.accounts.ChangePassword(t.Context(), ada, goodPassword, "another one of five words")
			return err
		}, []string{"user.password_change ok"}},
		{"losing the last place", func(h *house, t *testing.T, _ access.Actor, _ secret.Value) error {
			return access.Upkeep(t.Context(), h.Store, func(tx signin.Tx) error {
				return tx.(access.MemberTx).RemoveMember(h.org.ID, h.ada.ID)
			})
		}, nil},
		{"its account being blocked", func(h *house, t *testing.T, _ access.Actor, _ secret.Value) error {
			h.setStatus(t, h.ada.ID, access.UserBanned)
			return nil
		}, nil},
		{"30 days", func(h *house, t *testing.T, _ access.Actor, _ secret.Value) error {
			h.clock.advance(signin.LoginLimit)
			return h.sessions.Sweep(t.Context())
		}, nil},
	} {
		t.Run(c.name, func(t *testing.T) {
			h := furnished(t)
			ada, id := h.signIn(t)
			login := h.astroLogin(t, ada)
			h.wantAlive(t, login)
			h.forget()
			if err := c.do(h, t, ada, id); err != nil {
				t.Fatal(err)
			}
			if c.event != nil {
				h.want(t, c.event...)
			}
			h.wantEnded(t, login)
		})
	}
	for name, do := range map[string]func(h *house, t *testing.T, id secret.Value){
		"the session running out": func(h *house, t *testing.T, _ secret.Value) {
			h.clock.advance(signin.SessionLimit)
		},
		"another sign-in in the same browser": func(h *house, t *testing.T, id secret.Value) {
			if _, err := h.login.SignIn(t.Context(), signin.Credentials{Email: h.ada.Email, Password: goodPassword, Session: id}, office); err != nil {
				t.Fatal(err)
			}
		},
		"the sign-out of another session": func(h *house, t *testing.T, _ secret.Value) {
			other, _ := h.signIn(t)
			if err := h.sessions.SignOut(t.Context(), other); err != nil {
				t.Fatal(err)
			}
		},
		"20 other sessions": func(h *house, t *testing.T, _ secret.Value) {
			for range signin.MaxSessions {
				h.signIn(t)
			}
		},
		"a day, and what is swept": func(h *house, t *testing.T, _ secret.Value) {
			h.clock.advance(24 * time.Hour)
			if err := h.sessions.Sweep(t.Context()); err != nil {
				t.Fatal(err)
			}
		},
	} {
		t.Run("not "+name, func(t *testing.T) {
			h := furnished(t)
			ada, id := h.signIn(t)
			login := h.astroLogin(t, ada)
			do(h, t, id)
			if !h.refreshes(t, login.Refresh) {
				t.Error("the login has ended")
			}
		})
	}
	t.Run("30 days, to the millisecond, and no value outlives it", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		login := h.astroLogin(t, ada)
		h.clock.advance(signin.LoginLimit - time.Millisecond)
		last, err := h.programs.Refresh(t.Context(), "astro-cli", login.Refresh.Reveal(), terminal)
		if err != nil || last.Life != time.Millisecond || !h.calls(t, last.Access) {
			t.Fatalf("life %s, %v", last.Life, err)
		}
		h.clock.advance(time.Millisecond)
		if h.calls(t, last.Access) || h.refreshes(t, login.Refresh) {
			t.Error("it lives on")
		}
	})
}
