package signin_test

import (
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/signin"
)

// TestReadAuthorization: RFC 6749 4.1.1 and 4.1.2.1, RFC 7636 4.3.
func TestReadAuthorization(t *testing.T) {
	t.Parallel()
	// What the Astro CLI 1.45 sends: the contract, 2.6.
	const sent = "prompt=login&audience=dagpass&client_id=astro-cli&redirect_uri=http://localhost:12345/callback&scope=openid%20profile%20email%20offline_access&response_type=code&response_mode=query&code_challenge="
	good := sent + challengeOf(verifier) + "&code_challenge_method=S256"
	t.Run("takes what the Astro CLI sends", func(t *testing.T) {
		a, err := signin.ReadAuthorization(query(t, good))
		if err != nil || a != (signin.Authorization{Program: signin.AstroCLI, Challenge: challengeOf(verifier)}) {
			t.Errorf("%+v, %v", a, err)
		}
	})
	t.Run("keeps a state", func(t *testing.T) {
		if a, err := signin.ReadAuthorization(query(t, good+"&state=a%26b")); err != nil || a.State != "a&b" {
			t.Errorf("%+v, %v", a, err)
		}
	})
	for _, c := range []struct{ name, cut, put, reason string }{
		{"no client", "client_id=astro-cli", "", signin.ReasonUnknownProgram},
		{"another client", "astro-cli", "astro-cli2", signin.ReasonUnknownProgram},
		{"a client twice", "client_id=astro-cli", "client_id=astro-cli&client_id=astro-cli", signin.ReasonUnknownProgram},
		{"no address", "redirect_uri=", "x=", signin.ReasonUnknownProgram},
		{"an address of another host", "http://localhost:12345/callback", "https://evil.test/callback", signin.ReasonUnknownProgram},
		{"an address of another port", "localhost:12345", "localhost:12346", signin.ReasonUnknownProgram},
		{"an address with a user in it", "http://localhost:12345/", "http://localhost:12345@evil.test/", signin.ReasonUnknownProgram},
		{"an address of another path", "/callback", "/callback/../x", signin.ReasonUnknownProgram},
		{"an address with a query", "/callback", "/callback%3Fx", signin.ReasonUnknownProgram},
		{"https in the address", "http://localhost", "https://localhost", signin.ReasonUnknownProgram},
		{"127.0.0.1 in the address", "//localhost", "//127.0.0.1", signin.ReasonUnknownProgram},
		{"capitals in the address", "//localhost", "//LOCALHOST", signin.ReasonUnknownProgram},
		{"two addresses", "&scope", "&redirect_uri=http://localhost:12345/callback&scope", signin.ReasonUnknownProgram},
		{"no response type", "response_type=code&", "", signin.ReasonInvalidRequest},
		{"a token asked for directly", "response_type=code", "response_type=token", signin.ReasonUnsupported},
		{"code and token", "response_type=code", "response_type=code%20token", signin.ReasonUnsupported},
		{"an answer in the fragment", "response_mode=query", "response_mode=fragment", signin.ReasonInvalidRequest},
		{"no challenge", "code_challenge=", "x=", signin.ReasonInvalidRequest},
		{"a challenge that is no SHA-256", "code_challenge=", "code_challenge=x", signin.ReasonInvalidRequest},
		{"the plain method", "S256", "plain", signin.ReasonInvalidRequest},
		{"no method, which means plain", "&code_challenge_method=S256", "", signin.ReasonInvalidRequest},
		{"a challenge twice", "code_challenge=", "code_challenge=a&code_challenge=", signin.ReasonInvalidRequest},
		{"two states", "prompt=login", "state=a&state=b", signin.ReasonInvalidRequest},
		{"a state without end", "prompt=login", "state=" + strings.Repeat("x", 2000), signin.ReasonInvalidRequest},
		{"no page to be shown", "prompt=login", "prompt=none", signin.ReasonConsentRequired},
	} {
		t.Run("refuses "+c.name, func(t *testing.T) {
			text := strings.Replace(good, c.cut, c.put, 1)
			if text == good {
				t.Fatal("the row changes nothing")
			}
			a, err := signin.ReadAuthorization(query(t, text))
			refused(t, err, c.reason)
			if known := a.Program.ID != ""; known == (c.reason == signin.ReasonUnknownProgram) {
				t.Errorf("the program is %+v", a.Program)
			}
		})
	}
}

func query(t testing.TB, text string) url.Values {
	t.Helper()
	q, err := url.ParseQuery(text)
	if err != nil {
		t.Fatal(err)
	}
	return q
}
