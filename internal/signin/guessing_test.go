package signin_test

import (
	"fmt"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/signin"
)

// The proofs of security.md 20, row 43: guessing is slow, and the owner gets in all the same.

func TestGuessing(t *testing.T) {
	t.Parallel()
	const guesses = 10_000
	t.Run("10,000 guesses at one account from as many addresses are slowed to one a minute", func(t *testing.T) {
		t.Parallel()
		h := furnished(t)
		checked := 0
		for i := range guesses {
			_, err := h.try(t, h.ada.Email, "guess", access.Origin{Address: fmt.Sprintf("10.0.%d.%d", i/256, i%256)})
			checked += looked(t, err)
			h.clock.advance(time.Second)
		}
		if most := 9 + guesses/60; checked > most || checked < guesses/60-1 {
			t.Errorf("%d of %d guesses in as many seconds were looked at, want at most %d", checked, guesses, most)
		}
		if h.hasher.checks != checked {
			t.Errorf("%d passwords were checked for %d answers", h.hasher.checks, checked)
		}
	})
	t.Run("10,000 guesses from one address at as many accounts are slowed down", func(t *testing.T) {
		t.Parallel()
		h := furnished(t)
		checked := 0
		for i := range guesses {
			_, err := h.try(t, fmt.Sprintf("user%d@acme.example", i), "guess", office)
			checked += looked(t, err)
			h.clock.advance(time.Second)
		}
		// In each window twenty at once and then one a minute.
		if most := (guesses/600 + 1) * (20 + 10); checked > most {
			t.Errorf("%d of %d guesses in as many seconds were looked at, want at most %d", checked, guesses, most)
		}
	})
	t.Run("the addresses of one IPv6 network count as one", func(t *testing.T) {
		h := furnished(t)
		checked := 0
		for i := range 100 {
			_, err := h.try(t, fmt.Sprintf("user%d@acme.example", i), "guess", access.Origin{Address: fmt.Sprintf("2001:db8:1:2::%x", i)})
			checked += looked(t, err)
		}
		if checked != 20 {
			t.Errorf("%d of 100 guesses were looked at, want 20", checked)
		}
	})
	t.Run("of 64 guesses at once no more are looked at than one after the other", func(t *testing.T) {
		h := furnished(t)
		_, failures := together(64, func(i int) error {
			_, err := h.login.SignIn(t.Context(), signin.Credentials{Email: h.ada.Email, Password: "guess"},
				access.Origin{Address: fmt.Sprintf("198.51.100.%d", i)})
			return err
		})
		checked := 0
		for _, err := range failures {
			checked += looked(t, err)
		}
		if checked != 3 {
			t.Errorf("%d of 64 guesses were looked at, want 3", checked)
		}
	})
	t.Run("refused attempts write nothing and are not in the record", func(t *testing.T) {
		h := furnished(t)
		for range 3 {
			_, _ = h.try(t, h.ada.Email, "guess", office)
		}
		h.forget()
		_, err := h.try(t, h.ada.Email, goodPassword, office)
		refused(t, err, signin.ReasonTooMany)
		if h.writes != 0 || len(h.events) != 0 {
			t.Errorf("a refused attempt wrote %d times and %d events", h.writes, len(h.events))
		}
	})
	t.Run("a restart does not reset the counters", func(t *testing.T) {
		h := furnished(t)
		for range 3 {
			_, _ = h.try(t, h.ada.Email, "guess", office)
		}
		h.use(h.hasher)
		_, err := h.try(t, h.ada.Email, goodPassword, away)
		refused(t, err, signin.ReasonTooMany)
	})
	t.Run("the right password after the delay gets in, and clears the counter", func(t *testing.T) {
		h := furnished(t)
		for range 4 {
			_, _ = h.try(t, h.ada.Email, "guess", office)
			h.clock.advance(time.Second)
		}
		_, err := h.try(t, h.ada.Email, goodPassword, office)
		refused(t, err, signin.ReasonTooMany)
		h.clock.advance(time.Second)
		h.signIn(t)
		_, err = h.try(t, h.ada.Email, "guess", office)
		refused(t, err, signin.ReasonSignInFailed)
		h.signIn(t)
	})
	t.Run("signing in again and again is no guessing", func(t *testing.T) {
		h := furnished(t)
		for range 100 {
			h.signIn(t)
		}
	})
}

// looked is 1 when a refused guess was looked at and 0 when it had to wait.
func looked(t testing.TB, err error) int {
	t.Helper()
	switch access.ReasonOf(err) {
	case signin.ReasonSignInFailed:
		return 1
	case signin.ReasonTooMany:
		return 0
	}
	t.Fatalf("a guess was answered %v", err)
	return 0
}

func TestKnownDevice(t *testing.T) {
	t.Parallel()
	t.Run("its owner gets in while strangers try the account", func(t *testing.T) {
		h := furnished(t)
		opened, err := h.try(t, h.ada.Email, goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		for range 10 {
			_, _ = h.try(t, h.ada.Email, "guess", away)
		}
		_, err = h.try(t, h.ada.Email, goodPassword, office)
		refused(t, err, signin.ReasonTooMany)
		again, err := h.login.SignIn(t.Context(), signin.Credentials{Email: h.ada.Email, Password: goodPassword, Device: opened.Device}, office)
		if err != nil {
			t.Fatalf("the owner at a known browser: %v", err)
		}
		if !again.Device.Equal(opened.Device) {
			t.Error("the browser got another value")
		}
	})
	t.Run("guesses from it are slowed down like others", func(t *testing.T) {
		h := furnished(t)
		opened, err := h.try(t, h.ada.Email, goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		checked := 0
		for i := range 50 {
			_, err := h.login.SignIn(t.Context(), signin.Credentials{Email: h.ada.Email, Password: "guess", Device: opened.Device},
				access.Origin{Address: fmt.Sprintf("198.51.100.%d", i)})
			checked += looked(t, err)
		}
		if checked != 3 {
			t.Errorf("%d of 50 guesses were looked at, want 3", checked)
		}
	})
	t.Run("it is known of those who signed in there and of nobody else", func(t *testing.T) {
		h := furnished(t)
		grace := h.member(t, "Grace Hopper", "grace@acme.example", goodPassword)
		shared, err := h.try(t, h.ada.Email, goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		try := func(email, password string) (signin.Opened, error) {
			return h.login.SignIn(t.Context(), signin.Credentials{Email: email, Password: password, Device: shared.Device}, office)
		}
		for range 3 {
			_, _ = h.try(t, grace.Email, "guess", away)
		}
		_, err = try(grace.Email, goodPassword)
		refused(t, err, signin.ReasonTooMany)
		h.clock.advance(time.Second)
		opened, err := try(grace.Email, goodPassword)
		if err != nil || !opened.Device.Equal(shared.Device) {
			t.Fatalf("Grace at Ada's browser: %v, same value: %v", err, opened.Device.Equal(shared.Device))
		}
		for range 5 {
			_, _ = h.try(t, grace.Email, "guess", away)
			_, _ = h.try(t, h.ada.Email, "guess", away)
		}
		for _, email := range []string{grace.Email, h.ada.Email} {
			if _, err := try(email, goodPassword); err != nil {
				t.Errorf("%s at the shared browser: %v", email, err)
			}
		}
	})
	t.Run("a value that was never issued is replaced", func(t *testing.T) {
		h := furnished(t)
		planted := signin.Credentials{Email: h.ada.Email, Password: goodPassword, Device: newValue("planted-by-somebody-else")}
		opened, err := h.login.SignIn(t.Context(), planted, office)
		if err != nil || opened.Device.Equal(planted.Device) || opened.Device.IsZero() {
			t.Errorf("signing in: %v, the planted value was kept: %v", err, opened.Device.Equal(planted.Device))
		}
	})
	t.Run("it is forgotten 90 days after the last sign-in", func(t *testing.T) {
		for after, reason := range map[time.Duration]string{
			signin.DeviceLimit - time.Millisecond: "",
			signin.DeviceLimit:                    signin.ReasonTooMany,
		} {
			h := furnished(t)
			opened, err := h.try(t, h.ada.Email, goodPassword, office)
			if err != nil {
				t.Fatal(err)
			}
			h.clock.advance(after)
			for range 3 {
				_, _ = h.try(t, h.ada.Email, "guess", away)
			}
			_, err = h.login.SignIn(t.Context(), signin.Credentials{Email: h.ada.Email, Password: goodPassword, Device: opened.Device}, office)
			refused(t, err, reason)
		}
	})
}
