package signin_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

func newValue(s string) secret.Value { return secret.NewValue(s) }

func TestSessions_Load(t *testing.T) {
	t.Parallel()
	t.Run("ends after 30 minutes without a request, to the millisecond", func(t *testing.T) {
		for after, reason := range map[time.Duration]string{
			signin.IdleLimit - time.Millisecond: "",
			signin.IdleLimit:                    signin.ReasonSessionIdle,
			signin.IdleLimit + time.Millisecond: signin.ReasonSessionIdle,
		} {
			h := furnished(t)
			_, id := h.signIn(t)
			h.clock.advance(after)
			_, err := h.sessions.Load(t.Context(), id)
			refused(t, err, reason)
		}
	})
	t.Run("ends after 12 hours of requests, to the millisecond", func(t *testing.T) {
		for after, reason := range map[time.Duration]string{
			signin.SessionLimit - time.Millisecond: "",
			signin.SessionLimit:                    signin.ReasonSessionOver,
			signin.SessionLimit + time.Millisecond: signin.ReasonSessionOver,
		} {
			h := furnished(t)
			_, id := h.signIn(t)
			for left := after; left > 0; left -= 29 * time.Minute {
				h.touch(t, id)
				h.clock.advance(min(left, 29*time.Minute))
			}
			_, err := h.sessions.Load(t.Context(), id)
			refused(t, err, reason)
		}
	})
	t.Run("says when it ends", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		h.clock.advance(10 * time.Minute)
		s := h.touch(t, id)
		if want := noon.Add(40 * time.Minute); !s.IdleEnds().Equal(want) || !h.load(t, id).IdleEnds().Equal(want) {
			t.Errorf("idle until %v, want %v", s.IdleEnds(), want)
		}
		if want := noon.Add(12 * time.Hour); !s.Ends().Equal(want) {
			t.Errorf("ends at %v, want %v", s.Ends(), want)
		}
	})
	t.Run("accepts no other text than the id, and writes nothing for strangers", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		text := id.Reveal()
		h.forget()
		texts := []string{"", " " + text, text + " ", text + "=", strings.ToLower(text), text[:len(text)-1], text + text, "\x00"}
		for i := range text {
			texts = append(texts, text[:i]+string(text[i]^1)+text[i+1:])
		}
		for _, other := range texts {
			h.dead(t, newValue(other), signin.ReasonSignInNeeded)
		}
		for range 10_000 {
			if _, err := h.sessions.Load(t.Context(), secret.NewSessionID()); access.CodeOf(err) != access.Unauthenticated {
				t.Fatalf("an unknown id answers %v", err)
			}
		}
		if h.writes != 0 {
			t.Errorf("unknown ids caused %d writes", h.writes)
		}
		h.load(t, id)
	})
	t.Run("ends with the standing of its person", func(t *testing.T) {
		for _, status := range []access.UserStatus{access.UserInactive, access.UserBanned, access.UserPending} {
			h := furnished(t)
			_, id := h.signIn(t)
			h.setStatus(t, h.ada.ID, status)
			h.dead(t, id, signin.ReasonSignInNeeded)
		}
	})
	t.Run("fails instead of letting through when the store cannot be read", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		h.broken = &access.Error{Code: access.Unavailable, Message: "The database can't be read."}
		_, err := h.sessions.Load(t.Context(), id)
		if access.CodeOf(err) != access.Unavailable {
			t.Errorf("the answer is %v", err)
		}
	})
}

// touch loads a session and notes the request, as every page does.
func (h *house) touch(t testing.TB, id secret.Value) signin.Session {
	t.Helper()
	s, err := h.sessions.Touch(t.Context(), h.load(t, id))
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func TestSessions_Touch(t *testing.T) {
	t.Parallel()
	t.Run("writes at most once a minute", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		h.forget()
		for range 600 {
			h.touch(t, id)
			h.clock.advance(time.Second)
		}
		if h.writes != 9 {
			t.Errorf("600 requests in as many seconds wrote %d times, want 9", h.writes)
		}
	})
	t.Run("writes one minute after the last note and not before", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		h.clock.advance(time.Minute - time.Millisecond)
		if s := h.touch(t, id); !s.LastSeen.Equal(noon) {
			t.Errorf("seen at %v within the minute", s.LastSeen)
		}
		h.clock.advance(time.Millisecond)
		if s := h.touch(t, id); !s.LastSeen.Equal(noon.Add(time.Minute)) || !h.load(t, id).LastSeen.Equal(s.LastSeen) {
			t.Errorf("seen at %v after a minute", s.LastSeen)
		}
	})
	t.Run("does not bring back a session that ended meanwhile", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		h.clock.advance(2 * time.Minute)
		loaded := h.load(t, id)
		if err := h.sessions.SignOut(t.Context(), ada); err != nil {
			t.Fatal(err)
		}
		_, err := h.sessions.Touch(t.Context(), loaded)
		refused(t, err, signin.ReasonSignInNeeded)
		h.dead(t, id, signin.ReasonSignInNeeded)
	})
}

func TestSessions_pending(t *testing.T) {
	t.Parallel()
	t.Run("a notice is shown once, also by 16 pages at once", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		if err := h.sessions.SetNotice(t.Context(), ada, "Changes saved."); err != nil {
			t.Fatal(err)
		}
		loaded := h.load(t, id)
		shown, failures := together(16, func(int) error {
			text, err := h.sessions.TakeNotice(t.Context(), loaded)
			if err == nil && text != "Changes saved." {
				err = fmt.Errorf("notice %q", text)
			}
			return err
		})
		if shown != 1 {
			t.Errorf("shown %d times: %v", shown, failures)
		}
		if h.load(t, id).Notice != "" {
			t.Error("the notice is still there")
		}
	})
	t.Run("a shown secret is remembered until the next page", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		if err := h.sessions.SetRevealPending(t.Context(), ada); err != nil {
			t.Fatal(err)
		}
		for _, want := range []bool{true, false} {
			got, err := h.sessions.TakeRevealPending(t.Context(), h.load(t, id))
			if err != nil || got != want {
				t.Errorf("pending %v (%v), want %v", got, err, want)
			}
		}
	})
	t.Run("a page without any of it writes nothing", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		loaded := h.load(t, id)
		h.forget()
		if text, err := h.sessions.TakeNotice(t.Context(), loaded); text != "" || err != nil {
			t.Errorf("notice %q, %v", text, err)
		}
		if pending, err := h.sessions.TakeRevealPending(t.Context(), loaded); pending || err != nil {
			t.Errorf("pending %v, %v", pending, err)
		}
		if h.writes != 0 {
			t.Errorf("%d writes", h.writes)
		}
	})
}

func TestSessions_End(t *testing.T) {
	t.Parallel()
	t.Run("lists the live sessions, the one seen last first", func(t *testing.T) {
		h := furnished(t)
		_, idle := h.signIn(t)
		h.clock.advance(29 * time.Minute)
		_, first := h.signIn(t)
		h.clock.advance(time.Minute)
		ada, second := h.signIn(t)
		list, err := h.sessions.List(t.Context(), ada)
		if err != nil {
			t.Fatal(err)
		}
		if len(list) != 2 || list[0].Digest != secret.HashOf(second) || list[1].Digest != secret.HashOf(first) || list[0].Digest != ada.Credential {
			t.Errorf("the list is %+v", list)
		}
		h.dead(t, idle, signin.ReasonSessionIdle)
	})
	t.Run("ends another session by its id, and records it", func(t *testing.T) {
		h := furnished(t)
		_, other := h.signIn(t)
		ada, own := h.signIn(t)
		h.forget()
		if err := h.sessions.End(t.Context(), ada, h.load(t, other).ID); err != nil {
			t.Fatal(err)
		}
		h.dead(t, other, signin.ReasonSignInNeeded)
		h.load(t, own)
		h.want(t, "session.end ok")
	})
	t.Run("does not find what is not the person's own, or no session", func(t *testing.T) {
		h := furnished(t)
		grace := h.member(t, "Grace Hopper", "grace@acme.example", goodPassword)
		opened, err := h.try(t, grace.Email, goodPassword, away)
		if err != nil {
			t.Fatal(err)
		}
		ada, _ := h.signIn(t)
		foreign := h.load(t, opened.Session).ID
		for _, id := range []string{foreign, "", "c000000000000000000000000", opened.Session.Reveal()} {
			err := h.sessions.End(t.Context(), ada, id)
			if access.CodeOf(err) != access.NotFound {
				t.Errorf("ending %q answers %v, want NotFound", id, err)
			}
		}
		h.load(t, opened.Session)
	})
	t.Run("the id in URLs is no credential", func(t *testing.T) {
		h := furnished(t)
		_, id := h.signIn(t)
		s := h.load(t, id)
		h.dead(t, newValue(s.ID), signin.ReasonSignInNeeded)
	})
	t.Run("ends all others and says how many", func(t *testing.T) {
		h := furnished(t)
		_, one := h.signIn(t)
		_, two := h.signIn(t)
		ada, own := h.signIn(t)
		h.forget()
		n, err := h.sessions.EndOthers(t.Context(), ada)
		if err != nil || n != 2 {
			t.Errorf("%d sessions ended, %v", n, err)
		}
		h.dead(t, one, signin.ReasonSignInNeeded)
		h.dead(t, two, signin.ReasonSignInNeeded)
		h.load(t, own)
		h.want(t, "session.end ok", "session.end ok")
		if n, err := h.sessions.EndOthers(t.Context(), ada); n != 0 || err != nil {
			t.Errorf("without others: %d, %v", n, err)
		}
		h.want(t)
	})
	t.Run("signing out ends the session, and twice is no error", func(t *testing.T) {
		h := furnished(t)
		ada, id := h.signIn(t)
		h.forget()
		for range 2 {
			if err := h.sessions.SignOut(t.Context(), ada); err != nil {
				t.Fatal(err)
			}
		}
		h.dead(t, id, signin.ReasonSignInNeeded)
		h.want(t, "user.sign_out ok")
	})
	t.Run("an ended session does nothing any more, though the request began before", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		_, other := h.signIn(t)
		if err := h.sessions.SignOut(t.Context(), ada); err != nil {
			t.Fatal(err)
		}
		acts := map[string]func() error{
			"list":       func() error { _, err := h.sessions.List(t.Context(), ada); return err },
			"end":        func() error { return h.sessions.End(t.Context(), ada, h.load(t, other).ID) },
			"end others": func() error { _, err := h.sessions.EndOthers(t.Context(), ada); return err },
			"notice":     func() error { return h.sessions.SetNotice(t.Context(), ada, "x") },
			"rename":     func() error { return h.accounts.Rename(t.Context(), ada, "Eve") },
			"theme":      func() error { return h.accounts.SetTheme(t.Context(), ada, signin.ThemeDark) },
			"password": func() error {
				_, err := h.accounts.ChangePassword(t.Context(), ada, goodPassword, "another cat sleeps at dawn")
				return err
			},
		}
		for name, act := range acts {
			t.Run(name, func(t *testing.T) { refused(t, act(), signin.ReasonSignInNeeded) })
		}
		h.load(t, other)
	})
}

func TestSessions_limit(t *testing.T) {
	t.Parallel()
	t.Run("the twenty-first sign-in ends the oldest session", func(t *testing.T) {
		h := furnished(t)
		var ids []secret.Value
		for range signin.MaxSessions + 1 {
			_, id := h.signIn(t)
			ids = append(ids, id)
			h.clock.advance(time.Second)
		}
		h.dead(t, ids[0], signin.ReasonSignInNeeded)
		for _, id := range ids[1:] {
			h.load(t, id)
		}
	})
}

func TestSessions_Sweep(t *testing.T) {
	t.Parallel()
	t.Run("removes what is past its end and keeps the reason of an idle one", func(t *testing.T) {
		h := furnished(t)
		_, old := h.signIn(t)
		h.clock.advance(time.Hour)
		_, live := h.signIn(t)
		if err := h.sessions.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.dead(t, old, signin.ReasonSessionIdle)
		h.load(t, live)
		h.clock.advance(signin.SessionLimit + time.Millisecond)
		if err := h.sessions.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		h.dead(t, old, signin.ReasonSignInNeeded)
		h.dead(t, live, signin.ReasonSignInNeeded)
	})
	t.Run("leaves what still counts", func(t *testing.T) {
		h := furnished(t)
		code, err := h.login.NewSignInCode(t.Context(), access.System(office), h.ada.ID)
		if err != nil {
			t.Fatal(err)
		}
		opened, err := h.try(t, h.ada.Email, goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		for range 3 {
			_, _ = h.try(t, h.ada.Email, "guess", away)
		}
		if err := h.sessions.Sweep(t.Context()); err != nil {
			t.Fatal(err)
		}
		_, err = h.try(t, h.ada.Email, goodPassword, away)
		refused(t, err, signin.ReasonTooMany)
		if _, err := h.login.SignIn(t.Context(), signin.Credentials{Email: h.ada.Email, Password: goodPassword, Device: opened.Device}, away); err != nil {
			t.Errorf("the known browser: %v", err)
		}
		if _, err := h.login.SignInWithCode(t.Context(), code, nobody, office); err != nil {
			t.Errorf("the code: %v", err)
		}
	})
}
