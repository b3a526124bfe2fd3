package secret_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/golang-jwt/jwt/v5"
	"github.com/google/go-cmp/cmp"

	"dagpass/internal/secret"
)

const (
	issuer   = "https://dagpass.example.org"
	audience = "https://airflow.example.org"
	testKID  = "dp0123456789"
)

var noon = time.Date(2026, 8, 1, 12, 0, 0, 0, time.UTC)

// testKey always is the same key pair, that of RFC 8037, A.1, so that values are reproducible.
func testKey() secret.SigningKey {
	seed, _ := base64.RawURLEncoding.DecodeString("nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A")
	key, _ := secret.SigningKeyFromSeed(testKID, seed)
	return key
}

func testKeys() map[string]ed25519.PublicKey {
	return map[string]ed25519.PublicKey{testKID: testKey().Public}
}

func testClaims() secret.Claims {
	return secret.Claims{
		TokenID: "ctoken000000000000000001a", OrganizationID: "corg00000000000000000001a",
		WorkspaceID: "cworkspace000000000000001", JTI: "0123456789abcdefghijklmnop",
		IssuedAt: noon, ExpiresAt: noon.Add(90 * 24 * time.Hour), Generation: 2,
	}
}

// mint signs the claims with the test key.
func mint(t testing.TB, c secret.Claims) string {
	t.Helper()
	v, err := secret.NewSigner(testKey(), issuer, audience).Mint(c)
	if err != nil {
		t.Fatal(err)
	}
	return v.Reveal()
}

func verify(value string) (secret.Claims, error) {
	return secret.Verify(value, testKeys(), issuer, audience, noon)
}

func segment(t *testing.T, value string, i int) string {
	t.Helper()
	b, err := base64.RawURLEncoding.Strict().DecodeString(strings.Split(value, ".")[i])
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

func TestSigner_Mint(t *testing.T) {
	value := mint(t, testClaims())
	t.Run("writes header and payload to the letter", func(t *testing.T) {
		if want, got := `{"alg":"EdDSA","kid":"dp0123456789","typ":"JWT"}`, segment(t, value, 0); got != want {
			t.Errorf("header %s, want %s", got, want)
		}
		want := `{"iss":"https://dagpass.example.org","aud":"https://airflow.example.org",` +
			`"sub":"ctoken000000000000000001a","apiTokenId":"ctoken000000000000000001a",` +
			`"iat":1785585600,"nbf":1785585600,"exp":1793361600,"jti":"0123456789abcdefghijklmnop",` +
			`"permissions":["apiTokenId:ctoken000000000000000001a","organizationId:corg00000000000000000001a",` +
			`"workspaceId:cworkspace000000000000001"],"version":"2"}`
		if diff := cmp.Diff(want, segment(t, value, 1)); diff != "" {
			t.Errorf("payload (-want +got):\n%s", diff)
		}
	})
	t.Run("begins every value with what secret scanners look for", func(t *testing.T) {
		for range 20 {
			key, err := secret.NewSigningKey()
			if err != nil {
				t.Fatal(err)
			}
			v, err := secret.NewSigner(key, issuer, issuer).Mint(testClaims())
			if err != nil || !strings.HasPrefix(v.Reveal(), "eyJhbGciOiJFZERTQSIsImtpZCI6ImRw") {
				t.Errorf("another beginning with kid %s, %v", key.KID, err)
			}
		}
	})
	t.Run("writes values that are well-formed and of the expected length", func(t *testing.T) {
		if !secret.WellFormed(value) || len(value) < 600 || len(value) > 750 {
			t.Errorf("well-formed %t, %d characters", secret.WellFormed(value), len(value))
		}
	})
	t.Run("leaves exp out of a token that never expires", func(t *testing.T) {
		c := testClaims()
		c.ExpiresAt = time.Time{}.In(time.FixedZone("CET", 3600))
		payload := segment(t, mint(t, c), 1)
		if strings.Contains(payload, "exp") || !strings.Contains(payload, `"nbf":1785585600,"jti"`) {
			t.Errorf("payload %s", payload)
		}
	})
	t.Run("names no Workspace for a token of the Organization", func(t *testing.T) {
		c := testClaims()
		c.WorkspaceID = ""
		if payload := segment(t, mint(t, c), 1); strings.Contains(strings.ToLower(payload), "workspace") {
			t.Errorf("payload %s", payload)
		}
	})
	t.Run("leaves characters of an issuer as they are", func(t *testing.T) {
		const odd = "https://example.org/a?b=1&c=<d>"
		v, err := secret.NewSigner(testKey(), odd, odd).Mint(testClaims())
		if err != nil || !strings.Contains(segment(t, v.Reveal(), 1), odd) {
			t.Errorf("escaped, %v", err)
		}
	})
	t.Run("names its key", func(t *testing.T) {
		if got := secret.NewSigner(testKey(), issuer, audience).KID(); got != testKID {
			t.Errorf("KID = %q", got)
		}
	})
}

func TestSigner_Mint_refuses(t *testing.T) {
	for name, change := range map[string]func(c *secret.Claims){
		"no token id":                  func(c *secret.Claims) { c.TokenID = "" },
		"a token id with a colon":      func(c *secret.Claims) { c.TokenID = "a:b" },
		"a token id with a quote":      func(c *secret.Claims) { c.TokenID = `a"b` },
		"a token id of 65":             func(c *secret.Claims) { c.TokenID = strings.Repeat("c", 65) },
		"no Organization":              func(c *secret.Claims) { c.OrganizationID = "" },
		"a Workspace with a space":     func(c *secret.Claims) { c.WorkspaceID = "c w" },
		"no jti":                       func(c *secret.Claims) { c.JTI = "" },
		"a jti of 25":                  func(c *secret.Claims) { c.JTI = c.JTI[1:] },
		"no time of issue":             func(c *secret.Claims) { c.IssuedAt = time.Time{} },
		"an expiry at the issue":       func(c *secret.Claims) { c.ExpiresAt = c.IssuedAt },
		"an expiry in the same second": func(c *secret.Claims) { c.ExpiresAt = c.IssuedAt.Add(999 * time.Millisecond) },
		"generation 0":                 func(c *secret.Claims) { c.Generation = 0 },
		"a negative generation":        func(c *secret.Claims) { c.Generation = math.MinInt },
	} {
		t.Run(name, func(t *testing.T) {
			c := testClaims()
			change(&c)
			v, err := secret.NewSigner(testKey(), issuer, audience).Mint(c)
			if err == nil || !v.IsZero() {
				t.Errorf("error = %v, a value %t", err, !v.IsZero())
			}
		})
	}
	stolen := testKey()
	stolen.Public = make(ed25519.PublicKey, ed25519.PublicKeySize)
	for name, signer := range map[string]*secret.Signer{
		"no key":                      secret.NewSigner(secret.SigningKey{}, issuer, audience),
		"no issuer":                   secret.NewSigner(testKey(), "", audience),
		"no audience":                 secret.NewSigner(testKey(), issuer, ""),
		"an issuer of 4,096 bytes":    secret.NewSigner(testKey(), strings.Repeat("x", 4096), audience),
		"an issuer that is no text":   secret.NewSigner(testKey(), "https://\xff", audience),
		"another published key":       secret.NewSigner(stolen, issuer, audience),
		"a key without a public half": secret.NewSigner(func() secret.SigningKey { k := testKey(); k.Public = nil; return k }(), issuer, audience),
	} {
		t.Run(name, func(t *testing.T) {
			v, err := signer.Mint(testClaims())
			if err == nil || !v.IsZero() {
				t.Errorf("error = %v, a value %t", err, !v.IsZero())
			}
		})
	}
}

// TestIndependentReader reads our values with a JWT library that knows nothing of ours.
func TestIndependentReader(t *testing.T) {
	type claims struct {
		jwt.RegisteredClaims
		APITokenID  string   `json:"apiTokenId"`
		Permissions []string `json:"permissions"`
		Version     string   `json:"version"`
	}
	clock := jwt.WithTimeFunc(func() time.Time { return noon })
	parser := jwt.NewParser(jwt.WithValidMethods([]string{"EdDSA"}), jwt.WithStrictDecoding(), jwt.WithIssuer(issuer),
		jwt.WithAudience(audience), jwt.WithExpirationRequired(), jwt.WithIssuedAt(), clock)
	var got claims
	token, err := parser.ParseWithClaims(mint(t, testClaims()), &got, func(*jwt.Token) (any, error) { return testKey().Public, nil })
	if err != nil || !token.Valid {
		t.Fatalf("valid %v, %v", token, err)
	}
	if diff := cmp.Diff(map[string]any{"alg": "EdDSA", "kid": testKID, "typ": "JWT"}, token.Header); diff != "" {
		t.Errorf("header (-want +got):\n%s", diff)
	}
	c := testClaims()
	want := claims{
		RegisteredClaims: jwt.RegisteredClaims{
			Issuer: issuer, Audience: jwt.ClaimStrings{audience}, Subject: c.TokenID, ID: c.JTI,
			IssuedAt: jwt.NewNumericDate(c.IssuedAt), NotBefore: jwt.NewNumericDate(c.IssuedAt), ExpiresAt: jwt.NewNumericDate(c.ExpiresAt),
		},
		APITokenID: c.TokenID, Version: "2",
		Permissions: []string{"apiTokenId:" + c.TokenID, "organizationId:" + c.OrganizationID, "workspaceId:" + c.WorkspaceID},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("claims (-want +got):\n%s", diff)
	}
}

func TestSigningKey(t *testing.T) {
	t.Run("has a random kid of dp and ten characters", func(t *testing.T) {
		a, errA := secret.NewSigningKey()
		b, errB := secret.NewSigningKey()
		if errA != nil || errB != nil || a.KID == b.KID || a.Public.Equal(b.Public) {
			t.Fatalf("two keys are alike, %v, %v", errA, errB)
		}
		if !regexp.MustCompile(`^dp[0-9a-z]{10}$`).MatchString(a.KID) {
			t.Errorf("KID = %q", a.KID)
		}
	})
	t.Run("comes back from its seed", func(t *testing.T) {
		key := testKey()
		again, err := secret.SigningKeyFromSeed(key.KID, key.Seed())
		if err != nil || !again.Public.Equal(key.Public) || again.KID != key.KID {
			t.Errorf("another key, %v", err)
		}
	})
	t.Run("is refused with a bad kid or seed", func(t *testing.T) {
		for kid, seed := range map[string][]byte{"": make([]byte, 32), "dpABCDEFGHIJ": make([]byte, 32), testKID: make([]byte, 31)} {
			if _, err := secret.SigningKeyFromSeed(kid, seed); err == nil {
				t.Errorf("kid %q with %d bytes was accepted", kid, len(seed))
			}
		}
	})
	t.Run("has no seed when it is zero", func(t *testing.T) {
		if seed := (secret.SigningKey{}).Seed(); seed != nil {
			t.Errorf("a seed of %d bytes", len(seed))
		}
	})
}

func TestJWKS(t *testing.T) {
	t.Run("is the document of the design, with the x of RFC 8037", func(t *testing.T) {
		want := `{"keys":[{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo",` +
			`"kid":"dp0123456789","alg":"EdDSA","use":"sig"}]}`
		got := secret.JWKS([]secret.PublicKey{{KID: testKID, Key: testKey().Public}})
		if string(got) != want {
			t.Errorf("got %s", got)
		}
	})
	t.Run("is an empty set without keys", func(t *testing.T) {
		if got := string(secret.JWKS(nil)); got != `{"keys":[]}` {
			t.Errorf("got %s", got)
		}
	})
	t.Run("keeps the order of the keys", func(t *testing.T) {
		var set struct{ Keys []struct{ Kid string } }
		got := secret.JWKS([]secret.PublicKey{{KID: "dp000000000b"}, {KID: "dp000000000a"}})
		if err := json.Unmarshal(got, &set); err != nil || fmt.Sprint(set.Keys) != "[{dp000000000b} {dp000000000a}]" {
			t.Errorf("%v, %v", set.Keys, err)
		}
	})
}
