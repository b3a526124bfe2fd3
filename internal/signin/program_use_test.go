package signin_test

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// TestPrograms_valuesAreForOneUse: none of the three is ever taken for another, or for a session.
func TestPrograms_valuesAreForOneUse(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	ada, session := h.signIn(t)
	login := h.astroLogin(t, ada)
	code := h.allow(t, ada)
	for name, value := range map[string]secret.Value{"a refresh value": login.Refresh, "a code": code, "a session": session, "nothing": nobody} {
		if h.calls(t, value) {
			t.Errorf("%s calls", name)
		}
	}
	for name, value := range map[string]secret.Value{"an access value": login.Access, "a code": code, "a session": session, "nothing": nobody} {
		if h.refreshes(t, value) {
			t.Errorf("%s refreshes", name)
		}
	}
	for name, value := range map[string]secret.Value{"an access value": login.Access, "a refresh value": login.Refresh, "a code": code} {
		if _, err := h.sessions.Load(t.Context(), value); access.CodeOf(err) != access.Unauthenticated {
			t.Errorf("%s is a session: %v", name, err)
		}
	}
	_, err := h.programs.Refresh(t.Context(), "other", login.Refresh.Reveal(), away)
	refused(t, err, signin.ReasonInvalidClient)
	h.wantAlive(t, login)
}

func TestPrograms_Revoke(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	ada, session := h.signIn(t)
	for _, which := range []func(signin.Issued) secret.Value{
		func(i signin.Issued) secret.Value { return i.Access },
		func(i signin.Issued) secret.Value { return i.Refresh },
	} {
		login, other := h.astroLogin(t, ada), h.astroLogin(t, ada)
		for i, want := range []bool{true, false} {
			ended, err := h.programs.Revoke(t.Context(), which(login).Reveal(), away)
			if err != nil || ended != want {
				t.Errorf("attempt %d: ended %t, %v", i, ended, err)
			}
		}
		h.want(t, "login.end ok")
		h.wantEnded(t, login)
		h.wantAlive(t, other)
	}
	for _, value := range []string{"", "dagpass_access_", secret.NewLoginValue(secret.LoginAccess).Reveal(), session.Reveal()} {
		if ended, err := h.programs.Revoke(t.Context(), value, away); err != nil || ended {
			t.Errorf("%q ended %t, %v", value, ended, err)
		}
	}
}

func TestPrograms_room(t *testing.T) {
	t.Parallel()
	t.Run("the login used longest ago makes room for the 21st", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		var all []signin.Issued
		for range signin.MaxLogins + 1 {
			h.clock.advance(time.Second)
			all = append(all, h.astroLogin(t, ada))
		}
		h.wantEnded(t, all[0])
		h.wantAlive(t, all[1])
		if list, err := h.programs.List(t.Context(), ada); err != nil || len(list) != signin.MaxLogins {
			t.Errorf("%d, %v", len(list), err)
		}
	})
	t.Run("the oldest value makes room for the 11th", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		login := h.astroLogin(t, ada)
		var last signin.Issued
		for range signin.MaxAccess {
			h.clock.advance(time.Second)
			var err error
			if last, err = h.programs.Refresh(t.Context(), "astro-cli", login.Refresh.Reveal(), terminal); err != nil {
				t.Fatal(err)
			}
		}
		if h.calls(t, login.Access) || !h.calls(t, last.Access) {
			t.Error("not the oldest went")
		}
	})
	t.Run("a use is noted at most once a minute", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		login := h.astroLogin(t, ada)
		for range 120 {
			h.clock.advance(time.Second)
			l, err := h.programs.Load(t.Context(), login.Access.Reveal())
			if err != nil {
				t.Fatal(err)
			}
			if err := h.programs.Touch(t.Context(), l, away); err != nil {
				t.Fatal(err)
			}
		}
		list, err := h.programs.List(t.Context(), ada)
		if err != nil || h.writes != 2 || list[0].Address != away.Address || !list[0].LastUsed.Equal(noon.Add(2*time.Minute)) {
			t.Errorf("%d writes, %+v, %v", h.writes, list, err)
		}
	})
}
