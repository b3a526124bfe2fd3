package secret_test

import (
	"context"
	"crypto/ed25519"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"sync/atomic"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
)

// liveToken is a real installation, a token of a Workspace in it, and the value of its second generation.
type liveToken struct {
	*dagpasstest.House
	key     secret.SigningKey
	token   access.Token
	value   string
	refusal string // how the API answers a value that never was one
}

func newLiveToken(t *testing.T) *liveToken {
	t.Helper()
	h := dagpasstest.New(t)
	key, err := h.DB.SigningKey(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	first, _ := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceOwner)
	token, value, err := h.Tokens.Rotate(t.Context(), h.Actor(h.Owner), first.Home, first.ID, first.Generation, "")
	if err != nil {
		t.Fatal(err)
	}
	l := &liveToken{House: h, key: key, token: token, value: value.Reveal()}
	_, l.refusal = l.present(l.routes()[0], "nothing")
	return l
}

// forge writes values like the live one, with the key of the installation.
func (l *liveToken) forge() forge {
	c, _, _, err := secret.ReadClaims(secret.NewValue(l.value))
	if err != nil {
		l.T.Fatal(err)
	}
	good := testClaims()
	const ahead = 61 // seconds after the issue, as in the table
	return forge{l.key, strings.NewReplacer(
		testKID, l.key.KID, issuer, dagpasstest.PublicURL, audience, dagpasstest.Audience,
		good.TokenID, c.TokenID, good.OrganizationID, c.OrganizationID, good.WorkspaceID, c.WorkspaceID, good.JTI, c.JTI,
		fmt.Sprint(good.IssuedAt.Unix()+ahead), fmt.Sprint(c.IssuedAt.Unix()+ahead),
		fmt.Sprint(good.IssuedAt.Unix()), fmt.Sprint(c.IssuedAt.Unix()), fmt.Sprint(good.ExpiresAt.Unix()), fmt.Sprint(c.ExpiresAt.Unix()),
	)}
}

// verifyOffline is what somebody does who has nothing but the published key.
func (l *liveToken) verifyOffline(value string) (secret.Claims, error) {
	return secret.Verify(value, map[string]ed25519.PublicKey{l.key.KID: l.key.Public}, dagpasstest.PublicURL, dagpasstest.Audience, l.Clock.Now())
}

// verify is what the server does with what stands behind Bearer.
func (l *liveToken) verify(value string) error {
	_, err := l.Tokens.Verify(l.Context(), value, access.Origin{RequestID: "proof", Address: "192.0.2.8"})
	return err
}

// route is one request to the API, without the value.
type route struct{ method, path string }

// routes are one of each family, and those that answer for no family.
func (l *liveToken) routes() []route {
	org := "/organizations/" + string(l.Org.ID)
	return []route{
		{http.MethodGet, "/v1/organizations"},
		{http.MethodGet, "/v1/tokens/self"},
		{http.MethodGet, "/iam/v1beta1" + org + "/tokens"},
		{http.MethodDelete, "/iam/v1beta1" + org + "/tokens/" + string(l.token.ID)},
		{http.MethodGet, "/platform/v1beta1" + org},
		{http.MethodPost, "/labs/v1" + org + "/allowed-ip-address-ranges"},
		{http.MethodGet, "/userinfo"},
	}
}

// present sends a value to a route as its Bearer token.
func (l *liveToken) present(to route, value string) (int, string) {
	return l.send(to, "Bearer "+value, "")
}

func (l *liveToken) send(to route, authorization, form string) (int, string) {
	r := httptest.NewRequestWithContext(l.Context(), to.method, dagpasstest.PublicURL+to.path, strings.NewReader(form))
	r.Header.Set("X-Request-Id", "proof-0001")
	r.Header["Authorization"] = []string{authorization}
	if form != "" {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}
	w := httptest.NewRecorder()
	l.Handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// introspect asks, with the live value, what another is.
func (l *liveToken) introspect(value string) (int, string) {
	return l.send(route{http.MethodPost, "/oauth/introspect"}, "Bearer "+l.value, url.Values{"token": {value}}.Encode())
}

// accepted fails the test unless the live value is accepted in every way.
func (l *liveToken) accepted(t *testing.T, when string) {
	t.Helper()
	if err := l.verify(l.value); err != nil {
		t.Errorf("%s: the value itself is refused: %v", when, err)
	}
	if _, err := l.verifyOffline(l.value); err != nil {
		t.Errorf("%s: the value itself is refused without the database: %v", when, err)
	}
	if status, body := l.present(l.routes()[0], l.value); status != http.StatusOK {
		t.Errorf("%s: the value itself is answered %d: %s", when, status, body)
	}
	if _, body := l.introspect(l.value); !strings.Contains(body, `"active":true`) {
		t.Errorf("%s: the value itself is introspected as %s", when, body)
	}
}

// refusedEverywhere fails the test unless every route answers a value like any text that never was one,
// to the byte.
func (l *liveToken) refusedEverywhere(t *testing.T, name, value string) {
	t.Helper()
	for _, to := range l.routes() {
		if status, body := l.present(to, value); status != http.StatusUnauthorized || (body != l.refusal && !isOAuth(to)) {
			t.Errorf("%s: %s %s answers %d: %s", name, to.method, to.path, status, body)
		}
	}
	if status, body := l.introspect(value); body != `{"active":false}` && status < http.StatusBadRequest {
		t.Errorf("%s: introspected as %s", name, body)
	}
}

// isOAuth tells the routes whose refusals have more members.
func isOAuth(r route) bool { return r.path == "/userinfo" }

// countedStore counts the transactions that begin.
type countedStore struct {
	access.Store[access.Tx]
	views atomic.Int64
}

func (s *countedStore) View(ctx context.Context, fn func(access.Tx) error) error {
	s.views.Add(1)
	return s.Store.View(ctx, fn)
}

// counted returns the verification of this installation over a store that counts.
func (l *liveToken) counted() (*access.Tokens, *countedStore) {
	store := &countedStore{Store: l.DB.Access()}
	keys := struct {
		*secret.Signer
		*secret.Keyring
	}{nil, l.DB.Keyring()}
	return access.NewTokens(store, keys), store
}
