package api_test

import (
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// member is one member of a JSON object, as text.
func (a answer) member(t *testing.T, name string) string {
	t.Helper()
	var members map[string]any
	if err := json.Unmarshal([]byte(a.body), &members); err != nil {
		t.Fatalf("%v: %s", err, a.body)
	}
	text, _ := members[name].(string)
	return text
}

func TestAuthConfig(t *testing.T) {
	h := newHouse(t)
	a := h.call("GET", "/private/v1alpha1/cli/auth-config", "")
	if a.status != 200 || a.body != `{"clientId":"astro-cli","audience":"dagpass","domainUrl":"https://dagpass.example.com/"}` {
		t.Errorf("%d %s", a.status, a.body)
	}
}

// exchanging is what the Astro CLI sends at the end of a login: the contract, 2.6, step 3.
func exchanging(code secret.Value) url.Values {
	return url.Values{"client_id": {"astro-cli"}, "grant_type": {"authorization_code"}, "code": {code.Reveal()},
		"code_verifier": {verifier}, "redirect_uri": {"http://localhost:12345/callback"}}
}

func (h *house) token(fields url.Values) answer {
	h.Helper()
	return h.form("/oauth/token", "", fields)
}

// TestOAuthToken: RFC 6749 5.1 and 5.2, contract 2.6.
func TestOAuthToken(t *testing.T) {
	h := newHouse(t)
	grace := h.person(h.org.Scope(), access.OrgMember, "Grace Hopper")
	t.Run("a code becomes a login, and the login the person", func(t *testing.T) {
		a := h.token(exchanging(h.consent(grace)))
		var got struct {
			Access  string `json:"access_token"`
			Refresh string `json:"refresh_token"`
			Expires int    `json:"expires_in"`
			Type    string `json:"token_type"`
			Scope   string `json:"scope"`
		}
		if err := json.Unmarshal([]byte(a.body), &got); err != nil || a.status != 200 {
			t.Fatalf("%d %s: %v", a.status, a.body, err)
		}
		if got.Expires != 3600 || got.Type != "Bearer" || got.Scope == "" || got.Access == "" || got.Refresh == "" {
			t.Errorf("%+v", got)
		}
		if a.header.Get("Cache-Control") != "no-store" || a.header.Get("Pragma") != "no-cache" {
			t.Errorf("%v", a.header)
		}
		who := h.get("/userinfo", credential{value: got.Access})
		if who.status != 200 || who.member(t, "email") != grace.Email || who.member(t, "sub") != string(grace.ID) || who.member(t, "name") != "Grace Hopper" {
			t.Errorf("%d %s", who.status, who.body)
		}
		again := h.token(url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {got.Refresh}})
		if again.status != 200 || again.member(t, "access_token") == "" || strings.Contains(again.body, `"refresh_token"`) {
			t.Errorf("%d %s", again.status, again.body)
		}
	})
	good := exchanging(grace.code)
	with := func(change ...string) url.Values {
		fields := maps.Clone(good)
		for i := 0; i < len(change); i += 2 {
			fields[change[i]] = strings.Fields(change[i+1])
		}
		return fields
	}
	for _, c := range []struct {
		name   string
		fields url.Values
		code   string
	}{
		{"nothing", url.Values{}, "invalid_request"},
		{"no kind of grant", with("grant_type", ""), "invalid_request"},
		{"two kinds of grant", with("grant_type", "authorization_code refresh_token"), "invalid_request"},
		{"a password", with("grant_type", "password", "username", "x", "password", "y"), "unsupported_grant_type"},
		{"client credentials, as key pairs once did", with("grant_type", "client_credentials", "client_secret", "x"), "unsupported_grant_type"},
		{"no client", with("client_id", ""), "invalid_request"},
		{"another client", with("client_id", "other"), "invalid_client"},
		{"no code", with("code", ""), "invalid_request"},
		{"no verifier", with("code_verifier", ""), "invalid_request"},
		{"two verifiers", with("code_verifier", "a b"), "invalid_request"},
		{"no address", with("redirect_uri", ""), "invalid_request"},
		{"a used code", good, "invalid_grant"},
		{"an unknown code", with("code", secret.NewLoginValue(secret.LoginCode).Reveal()), "invalid_grant"},
		{"a value to call with as a code", with("code", grace.login.Access.Reveal()), "invalid_grant"},
		{"no value to renew with", with("grant_type", "refresh_token"), "invalid_request"},
		{"a value to call with to renew with", with("grant_type", "refresh_token", "refresh_token", grace.login.Access.Reveal()), "invalid_grant"},
	} {
		t.Run(c.name+" is refused by the book", func(t *testing.T) {
			a := h.token(c.fields)
			if a.status != 400 || a.member(t, "error") != c.code || a.member(t, "error_description") == "" {
				t.Errorf("%d %s, want %s", a.status, a.body, c.code)
			}
			a.failure(t) // the other clients' members stand beside them
			for name, values := range c.fields {
				if name != "client_id" && name != "grant_type" && slices.ContainsFunc(values, func(v string) bool { return len(v) > 8 && strings.Contains(a.body, v) }) {
					t.Errorf("%s is repeated: %s", name, a.body)
				}
			}
		})
	}
	t.Run("what stands in the URL counts for nothing", func(t *testing.T) {
		a := h.form("/oauth/token?"+exchanging(h.consent(grace)).Encode(), "", url.Values{})
		if a.status != 400 || a.member(t, "error") != "invalid_request" {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("JSON is no form", func(t *testing.T) {
		wantStatus(t, h.call(http.MethodPost, "/oauth/token", "", withBody(`{"grant_type":"refresh_token"}`)), 415)
	})
}

// TestLogin_asCredential: RFC 6750.
func TestLogin_asCredential(t *testing.T) {
	h := newHouse(t)
	grace := h.person(h.org.Scope(), access.OrgMember, "Grace Hopper")
	refusal := func(value string) (answer, string) {
		a := h.call("GET", "/v1/users/self", value)
		wantRefusal(t, a, 401)
		return a, a.header.Get("WWW-Authenticate")
	}
	t.Run("values of other uses and such that never were are all the same", func(t *testing.T) {
		unknown, challenge := refusal(secret.NewLoginValue(secret.LoginAccess).Reveal())
		if challenge != invalidToken || unknown.failure(t).Reason != "invalid_token" {
			t.Errorf("%s %s", challenge, unknown.body)
		}
		for name, value := range map[string]string{
			"to renew with": grace.login.Refresh.Reveal(), "a code": h.consent(grace).Reveal(), "cut": grace.login.Access.Reveal()[:57],
			"flipped": flip(grace.login.Access.Reveal()), "in capitals": strings.ToUpper(grace.login.Access.Reveal()),
		} {
			if _, challenge := refusal(value); challenge != invalidToken {
				t.Errorf("%s: %s", name, challenge)
			}
		}
	})
	t.Run("after its hour a value says that it expired", func(t *testing.T) {
		h.clock.forward(time.Hour)
		a, challenge := refusal(grace.login.Access.Reveal())
		if a.failure(t).Reason != "token_expired" || !strings.Contains(challenge, `error="invalid_token"`) {
			t.Errorf("%s %s", challenge, a.body)
		}
	})
	t.Run("a token has no email", func(t *testing.T) {
		tok := h.add(h.org.Scope(), access.OrgOwner, "ci")
		a := h.get("/userinfo", tok)
		if wantRefusal(t, a, 403); a.failure(t).Reason != "not_a_person" || a.member(t, "error") != "insufficient_scope" {
			t.Error(a.body)
		}
	})
}

// TestLogin_revokedAndIntrospected: RFC 7009 and 7662, product.md 4.7.
func TestLogin_revokedAndIntrospected(t *testing.T) {
	h := newHouse(t)
	grace, other := h.person(h.org.Scope(), access.OrgMember, "Grace Hopper"), h.person(h.org.Scope(), access.OrgOwner, "Olga")
	tok := h.add(h.org.Scope(), access.OrgOwner, "ci")
	for name, value := range map[string]secret.Value{"to call with": grace.login.Access, "to renew with": grace.login.Refresh} {
		t.Run("a value "+name+" is active for its person alone", func(t *testing.T) {
			a := h.form("/oauth/introspect", grace.login.Access.Reveal(), presenting(value.Reveal()))
			if s := a.said(t); !s.Active || s.Subject != string(grace.ID) || a.member(t, "client_id") != "astro-cli" || a.member(t, "username") != grace.Email || s.ExpiresAt <= s.IssuedAt {
				t.Errorf("%s", a.body)
			}
			for _, by := range []string{other.login.Access.Reveal(), tok.value} {
				if a := h.form("/oauth/introspect", by, presenting(value.Reveal())); a.body != `{"active":false}` {
					t.Errorf("%d %s", a.status, a.body)
				}
			}
		})
	}
	t.Run("a person asks about tokens as their roles let them", func(t *testing.T) {
		if s := h.form("/oauth/introspect", other.login.Access.Reveal(), presenting(tok.value)).said(t); !s.Active {
			t.Error("not for an Owner")
		}
		if s := h.form("/oauth/introspect", grace.login.Access.Reveal(), presenting(tok.value)).said(t); s.Active {
			t.Error("for a member")
		}
	})
	for name, which := range map[string]func(m member) secret.Value{
		"to call with": func(m member) secret.Value { return m.login.Access }, "to renew with": func(m member) secret.Value { return m.login.Refresh },
	} {
		t.Run("whoever has a value "+name+" can end the login, without a credential", func(t *testing.T) {
			m := h.letIn(grace.User)
			for range 2 {
				wantStatus(t, h.form("/oauth/revoke", "", presenting(which(m).Reveal())), 200)
			}
			wantRefusal(t, h.get("/v1/users/self", m.credential()), 401)
			wantStatus(t, h.token(url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {m.login.Refresh.Reveal()}}), 400)
			wantStatus(t, h.get("/v1/users/self", grace.credential()), 200)
		})
	}
}
