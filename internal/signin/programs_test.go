package signin_test

import (
	"crypto/sha256"
	"encoding/base64"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

const verifier = "dBjftJeZ4CVP-mBUKPrEDDMBnSkbQj1ujOj6nh3TZ7A"

// terminal is where the Astro CLI runs.
var terminal = access.Origin{RequestID: "r3", Address: "192.0.2.7", Client: "astro-cli/1.45.0"}

func challengeOf(verifier string) string {
	sum := sha256.Sum256([]byte(verifier))
	return base64.RawURLEncoding.EncodeToString(sum[:])
}

// allow is a person's consent.
func (h *house) allow(t testing.TB, by access.Actor) secret.Value {
	t.Helper()
	code, err := h.programs.Allow(t.Context(), by, signin.Authorization{Program: signin.AstroCLI, Challenge: challengeOf(verifier)})
	if err != nil {
		t.Fatal(err)
	}
	return code
}

// rightly is what the program that was allowed sends.
func rightly(code secret.Value) signin.Exchange {
	return signin.Exchange{Program: "astro-cli", Code: code.Reveal(), Verifier: verifier, RedirectURI: "http://localhost:12345/callback"}
}

// astroLogin is the whole way.
func (h *house) astroLogin(t testing.TB, by access.Actor) signin.Issued {
	t.Helper()
	issued, err := h.programs.Exchange(t.Context(), rightly(h.allow(t, by)), terminal)
	if err != nil {
		t.Fatal(err)
	}
	h.forget()
	return issued
}

// calls reports whether a value is one to call with; only Unauthenticated is a no.
func (h *house) calls(t testing.TB, value secret.Value) bool {
	t.Helper()
	_, err := h.programs.Load(t.Context(), value.Reveal())
	if err != nil && access.CodeOf(err) != access.Unauthenticated {
		t.Fatal(err)
	}
	return err == nil
}

func (h *house) refreshes(t testing.TB, value secret.Value) bool {
	t.Helper()
	_, err := h.programs.Refresh(t.Context(), "astro-cli", value.Reveal(), terminal)
	if err != nil {
		refused(t, err, signin.ReasonInvalidGrant)
	}
	return err == nil
}

func (h *house) wantEnded(t testing.TB, login signin.Issued) {
	t.Helper()
	if h.calls(t, login.Access) || h.refreshes(t, login.Refresh) {
		t.Error("the login lives on")
	}
}

func (h *house) wantAlive(t testing.TB, login signin.Issued) {
	t.Helper()
	if !h.calls(t, login.Access) || !h.refreshes(t, login.Refresh) {
		t.Error("the login has ended")
	}
}

func TestPrograms_login(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	ada, _ := h.signIn(t)
	h.forget()
	h.clock.advance(5 * time.Minute)
	code := h.allow(t, ada)
	h.want(t, "login.allow ok")
	issued, err := h.programs.Exchange(t.Context(), rightly(code), terminal)
	if err != nil {
		t.Fatal(err)
	}
	h.want(t, "login.start ok")

	t.Run("the values say what they are, carry 256 bits, and live for an hour", func(t *testing.T) {
		for prefix, value := range map[string]secret.Value{"dagpass_access_": issued.Access, "dagpass_refresh_": issued.Refresh, "dagpass_code_": code} {
			bits, found := strings.CutPrefix(value.Reveal(), prefix)
			if raw, err := base64.RawURLEncoding.DecodeString(bits); !found || err != nil || len(raw) != 32 {
				t.Errorf("%s: %d bytes, %v", prefix, len(raw), err)
			}
		}
		if issued.Life != time.Hour {
			t.Errorf("life %s", issued.Life)
		}
	})
	t.Run("they stand for the person, and for the password as it was given before the consent", func(t *testing.T) {
		l, err := h.programs.Load(t.Context(), issued.Access.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		by := l.Actor(terminal)
		if by.ID != string(h.ada.ID) || by.Program != "astro-cli" || !by.AuthenticatedAt.Equal(noon) || l.Name() != "Astro CLI" {
			t.Errorf("actor %+v of %s", by, l.Name())
		}
	})
	t.Run("refreshing gives a new value, keeps the old one for its hour, and moves neither end nor password", func(t *testing.T) {
		h.clock.advance(59 * time.Minute)
		again, err := h.programs.Refresh(t.Context(), "astro-cli", issued.Refresh.Reveal(), terminal)
		if err != nil || !again.Refresh.IsZero() || again.Access.Equal(issued.Access) {
			t.Fatalf("%v, refresh %t", err, !again.Refresh.IsZero())
		}
		l, err := h.programs.Load(t.Context(), again.Access.Reveal())
		if err != nil || !l.EndsAt.Equal(noon.Add(5*time.Minute+30*24*time.Hour)) || !l.AuthenticatedAt.Equal(noon) {
			t.Errorf("%+v %v", l, err)
		}
		if !h.calls(t, issued.Access) {
			t.Error("a command that runs beside lost its value")
		}
		h.clock.advance(time.Minute)
		_, err = h.programs.Load(t.Context(), issued.Access.Reveal())
		refused(t, err, access.ReasonTokenExpired)
		h.want(t)
	})
}

// TestPrograms_consentNeedsAPerson: nobody but a person with a fresh password in their own browser.
func TestPrograms_consentNeedsAPerson(t *testing.T) {
	t.Parallel()
	ask := signin.Authorization{Program: signin.AstroCLI, Challenge: challengeOf(verifier)}
	t.Run("the password counts for 10 minutes", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		h.clock.advance(access.ReauthWindow - time.Millisecond)
		h.allow(t, ada)
		h.clock.advance(time.Millisecond)
		_, err := h.programs.Allow(t.Context(), ada, ask)
		refused(t, err, access.ReasonReauthenticate)
	})
	t.Run("a program can't allow another, nor touch the account", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		l, err := h.programs.Load(t.Context(), h.astroLogin(t, ada).Access.Reveal())
		if err != nil {
			t.Fatal(err)
		}
		by := l.Actor(terminal)
		_, allowed := h.programs.Allow(t.Context(), by, ask)
		_, changed := h.accounts.ChangePassword(t.Context(), by, goodPassword, "another one of five words")
		_, others := h.sessions.EndOthers(t.Context(), by)
		_, listed := h.programs.List(t.Context(), by)
		for _, err := range []error{allowed, changed, others, listed, h.accounts.Rename(t.Context(), by, "Eve"), h.sessions.End(t.Context(), by, l.ID)} {
			refused(t, err, signin.ReasonSignInNeeded)
		}
		by.Program = "" // its value is no session either
		_, listed = h.sessions.List(t.Context(), by)
		refused(t, listed, signin.ReasonSignInNeeded)
	})
	t.Run("a token and the program itself have no account to allow it for", func(t *testing.T) {
		h := furnished(t)
		for _, by := range []access.Actor{access.System(office), {Kind: access.TokenActor, ID: "x"}, {}} {
			_, err := h.programs.Allow(t.Context(), by, ask)
			refused(t, err, signin.ReasonSignInNeeded)
		}
	})
}

// TestPrograms_attacksOnCodes: RFC 6749 4.1.2 and 10, RFC 7636 7, RFC 9700 2.1.1 and 4.5.
func TestPrograms_attacksOnCodes(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		name   string
		change func(h *house, t *testing.T, in *signin.Exchange)
		record string // the reason of the recorded refusal, "" for none
	}{
		{"without a verifier", func(_ *house, _ *testing.T, in *signin.Exchange) { in.Verifier = "" }, "wrong_verifier"},
		{"with the challenge as its verifier (plain)", func(_ *house, _ *testing.T, in *signin.Exchange) { in.Verifier = challengeOf(verifier) }, "wrong_verifier"},
		{"with another verifier", func(_ *house, _ *testing.T, in *signin.Exchange) { in.Verifier = verifier + "x" }, "wrong_verifier"},
		{"with another address", func(_ *house, _ *testing.T, in *signin.Exchange) { in.RedirectURI = "http://localhost:12345/callback/" }, "wrong_redirect_uri"},
		{"without an address", func(_ *house, _ *testing.T, in *signin.Exchange) { in.RedirectURI = "" }, "wrong_redirect_uri"},
		{"after its minute", func(h *house, _ *testing.T, _ *signin.Exchange) { h.clock.advance(time.Minute) }, "code_expired"},
		{"after the session was signed out", func(h *house, t *testing.T, _ *signin.Exchange) { h.signOutAll(t) }, "session_ended"},
		{"after the account was blocked", func(h *house, t *testing.T, _ *signin.Exchange) { h.setStatus(t, h.ada.ID, access.UserInactive) }, "session_ended"},
		{"that is unknown", func(_ *house, _ *testing.T, in *signin.Exchange) {
			in.Code = secret.NewLoginValue(secret.LoginCode).Reveal()
		}, ""},
		{"that is cut", func(_ *house, _ *testing.T, in *signin.Exchange) { in.Code = in.Code[:len(in.Code)-1] }, ""},
		{"that is empty", func(_ *house, _ *testing.T, in *signin.Exchange) { in.Code = "" }, ""},
	} {
		t.Run("a code "+c.name+" makes no login", func(t *testing.T) {
			h := furnished(t)
			ada, _ := h.signIn(t)
			right := rightly(h.allow(t, ada))
			wrong := right
			c.change(h, t, &wrong)
			h.forget()
			_, err := h.programs.Exchange(t.Context(), wrong, away)
			refused(t, err, signin.ReasonInvalidGrant)
			if c.record == "" {
				h.want(t)
				return
			}
			h.want(t, "login.start denied "+c.record)
			_, err = h.programs.Exchange(t.Context(), right, terminal)
			refused(t, err, signin.ReasonInvalidGrant) // one attempt is all there is
			h.want(t)
		})
	}
	t.Run("a code can be used up to its last millisecond", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		code := h.allow(t, ada)
		h.clock.advance(time.Minute - time.Millisecond)
		if _, err := h.programs.Exchange(t.Context(), rightly(code), terminal); err != nil {
			t.Error(err)
		}
	})
	t.Run("another client gets nothing, and spoils nothing", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		right := rightly(h.allow(t, ada))
		for _, other := range []string{"", "ASTRO-CLI", "astro-cli ", "other"} {
			in := right
			in.Program = other
			_, err := h.programs.Exchange(t.Context(), in, away)
			refused(t, err, signin.ReasonInvalidClient)
		}
		if _, err := h.programs.Exchange(t.Context(), right, terminal); err != nil {
			t.Error(err)
		}
	})
	t.Run("a code presented twice ends the login it became", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		in := rightly(h.allow(t, ada))
		issued, err := h.programs.Exchange(t.Context(), in, terminal)
		if err != nil {
			t.Fatal(err)
		}
		h.clock.advance(3 * time.Minute)
		h.forget()
		_, err = h.programs.Exchange(t.Context(), in, away)
		refused(t, err, signin.ReasonInvalidGrant)
		h.want(t, "login.end ok")
		h.wantEnded(t, issued)
	})
	t.Run("of many who present it at once none keeps a login", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		in := rightly(h.allow(t, ada))
		got := make([]signin.Issued, 8)
		n, _ := together(len(got), func(i int) (err error) {
			got[i], err = h.programs.Exchange(t.Context(), in, terminal)
			return err
		})
		if n != 1 {
			t.Errorf("%d got a login", n)
		}
		for _, issued := range got {
			if !issued.Access.IsZero() {
				h.wantEnded(t, issued)
			}
		}
	})
	t.Run("a password step between consent and login changes nothing", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		code := h.allow(t, ada)
		if _, err := h.login.Reauthenticate(t.Context(), ada, goodPassword); err != nil {
			t.Fatal(err)
		}
		if _, err := h.programs.Exchange(t.Context(), rightly(code), terminal); err != nil {
			t.Error(err)
		}
	})
}
