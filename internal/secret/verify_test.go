package secret_test

import (
	"crypto/ed25519"
	"errors"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/secret"
)

func TestVerify(t *testing.T) {
	t.Run("returns the claims that were minted, in whole seconds", func(t *testing.T) {
		for name, change := range map[string]func(c *secret.Claims){
			"of a Workspace token":          func(*secret.Claims) {},
			"of an Organization token":      func(c *secret.Claims) { c.WorkspaceID = "" },
			"of a token that never expires": func(c *secret.Claims) { c.ExpiresAt = time.Time{} },
			"of a late generation":          func(c *secret.Claims) { c.Generation = 1 << 40 },
		} {
			c := testClaims()
			change(&c)
			exact := c
			exact.IssuedAt = exact.IssuedAt.Add(999 * time.Millisecond).In(time.FixedZone("CET", 3600))
			got, err := verify(mint(t, exact))
			if diff := cmp.Diff(c, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", name, err, diff)
			}
		}
	})
	t.Run("keeps to the times, give or take the leeway", func(t *testing.T) {
		value, c := mint(t, testClaims()), testClaims()
		for _, tt := range []struct {
			now  time.Time
			want error
		}{
			{c.IssuedAt.Add(-secret.Leeway - 1), secret.ErrNotYetValid},
			{c.IssuedAt.Add(-secret.Leeway), nil},
			{c.IssuedAt, nil},
			{c.ExpiresAt.Add(secret.Leeway - 1), nil},
			{c.ExpiresAt.Add(secret.Leeway), secret.ErrExpired},
			{c.ExpiresAt.Add(1000 * time.Hour), secret.ErrExpired},
			{time.Time{}, secret.ErrNotYetValid},
		} {
			got, err := secret.Verify(value, testKeys(), issuer, audience, tt.now)
			if !errors.Is(err, tt.want) || (err != nil && got != secret.Claims{}) {
				t.Errorf("at %v: error = %v, want %v", tt.now, err, tt.want)
			}
		}
	})
	t.Run("takes the key from the caller only", func(t *testing.T) {
		other, err := secret.NewSigningKey()
		if err != nil {
			t.Fatal(err)
		}
		value := mint(t, testClaims())
		for _, tt := range []struct {
			name string
			keys map[string]ed25519.PublicKey
			want error
		}{
			{"none", nil, secret.ErrUnknownKey},
			{"the key under another kid, as when it was retired", map[string]ed25519.PublicKey{other.KID: testKey().Public}, secret.ErrUnknownKey},
			{"another key under the kid", map[string]ed25519.PublicKey{testKID: other.Public}, secret.ErrSignature},
			{"a short key", map[string]ed25519.PublicKey{testKID: testKey().Public[:31]}, secret.ErrUnknownKey},
			{"no key under the kid", map[string]ed25519.PublicKey{testKID: nil}, secret.ErrUnknownKey},
		} {
			if _, err := secret.Verify(value, tt.keys, issuer, audience, noon); !errors.Is(err, tt.want) {
				t.Errorf("%s: error = %v, want %v", tt.name, err, tt.want)
			}
		}
	})
	t.Run("never takes an empty issuer or audience for a match", func(t *testing.T) {
		for _, tt := range [][3]string{{issuer, "", audience}, {audience, issuer, ""}} {
			value := sign(header, with(tt[0], ""))
			if _, err := secret.Verify(value, testKeys(), tt[1], tt[2], noon); !errors.Is(err, secret.ErrIssuer) {
				t.Errorf("%q: error = %v", tt, err)
			}
		}
	})
	t.Run("wants issuer and audience exactly", func(t *testing.T) {
		value := mint(t, testClaims())
		for _, pair := range [][2]string{
			{audience, issuer}, {issuer, issuer}, {audience, audience}, {issuer + "/", audience},
			{issuer, ""}, {"", audience}, {"", ""}, {"HTTPS://dagpass.example.org", audience},
		} {
			if _, err := secret.Verify(value, testKeys(), pair[0], pair[1], noon); !errors.Is(err, secret.ErrIssuer) {
				t.Errorf("%q: error = %v", pair, err)
			}
		}
	})
}

// FuzzVerify looks for a panic and for a second string that passes. Whatever is accepted must be the
// value that the signer would write for the claims that were read.
func FuzzVerify(f *testing.F) {
	f.Add(mint(f, testClaims()))
	for _, v := range forgedValues() {
		if len(v.value) <= 2*secret.MaxValueLength {
			f.Add(v.value)
		}
	}
	f.Fuzz(func(t *testing.T, value string) {
		claims, err := verify(value)
		if err != nil {
			if claims != (secret.Claims{}) {
				t.Errorf("claims %v beside the error %v", claims, err)
			}
			return
		}
		if mint(t, claims) != value {
			t.Errorf("accepted a string that was never written: %q", value)
		}
	})
}
