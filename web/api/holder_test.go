package api_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

// form sends an OAuth request.
func (h *house) form(target string, by string, fields url.Values, more ...func(*http.Request)) answer {
	h.Helper()
	return h.call(http.MethodPost, target, by, append([]func(*http.Request){withBody(fields.Encode()), func(r *http.Request) {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	}}, more...)...)
}

func presenting(value string) url.Values { return url.Values{"token": {value}} }

// TestOwnToken: product.md 4.7.
func TestOwnToken(t *testing.T) {
	h := newHouse(t)
	research := h.addWorkspace("Research", "")
	t.Run("a token reads itself, with the names of the places where it has a role", func(t *testing.T) {
		tok := h.addFor(90, h.org.Scope(), access.OrgMember, "shared")
		h.bind(tok, h.workspace, access.WorkspaceAuthor)
		h.bind(tok, research, access.WorkspaceMember)
		a := h.get("/v1/tokens/self", tok)
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		golden(t, "token_self", a.body, map[string]string{string(tok.ID): "{token}", string(h.org.ID): "{org}",
			string(h.workspace.ID): "{data}", string(research.ID): "{research}", tok.Hint: "{hint}"})
	})
	t.Run("one that ends within two weeks says so", func(t *testing.T) {
		tok := h.addFor(14, h.workspace.Scope(), access.WorkspaceAccessor, "soon")
		if a := h.get("/v1/tokens/self", tok); !strings.Contains(a.body, `"status":"EXPIRING_SOON"`) {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("the value never comes back", func(t *testing.T) {
		tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
		if a := h.get("/v1/tokens/self", tok); strings.Contains(a.body, tok.value) || strings.Contains(a.body, `"token"`) {
			t.Error(a.body)
		}
	})
	t.Run("from outside the Organization's address ranges it learns nothing, and can still be ended", func(t *testing.T) {
		h := newHouse(t)
		tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
		must(h.ranges.Add(t.Context(), operator(), h.org.ID, "192.0.2.0/24")).in(t)
		for _, path := range []string{"/v1/tokens/self", "/v1/users/self"} {
			a := h.call(http.MethodGet, path, tok.value, fromAddress("198.51.100.9"))
			if wantRefusal(t, a, http.StatusForbidden); a.failure(t).Reason != access.ReasonAddress || strings.Contains(a.body, h.workspace.Name) {
				t.Errorf("%s: %s", path, a.body)
			}
		}
		wantStatus(t, h.form("/oauth/introspect", tok.value, presenting(tok.value), fromAddress("198.51.100.9")), http.StatusForbidden)
		wantStatus(t, h.form("/oauth/revoke", "", presenting(tok.value), fromAddress("198.51.100.9")), http.StatusOK)
		wantStatus(t, h.get("/v1/tokens/self", tok), http.StatusUnauthorized)
	})
	t.Run("there is no such path in the older families", func(t *testing.T) {
		tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "older")
		wantRefusal(t, h.get("/iam/v1beta1/tokens/self", tok), http.StatusNotFound)
	})
}

func wantRefusal(t *testing.T, a answer, status int) {
	t.Helper()
	if a.failure(t); a.status != status {
		t.Errorf("status %d, want %d: %s", a.status, status, a.body)
	}
}

// said is an introspection as a client reads it.
type said struct {
	Active    bool   `json:"active"`
	Type      string `json:"token_type"`
	Subject   string `json:"sub"`
	Issuer    string `json:"iss"`
	Audience  string `json:"aud"`
	JTI       string `json:"jti"`
	IssuedAt  int64  `json:"iat"`
	NotBefore int64  `json:"nbf"`
	ExpiresAt int64  `json:"exp"`
	Org       string `json:"organizationId"`
	Roles     []struct {
		EntityType string `json:"entityType"`
		EntityID   string `json:"entityId"`
		Role       string `json:"role"`
	} `json:"roles"`
}

func (a answer) said(t *testing.T) said {
	t.Helper()
	var s said
	if err := json.Unmarshal([]byte(a.body), &s); err != nil || a.status != http.StatusOK {
		t.Fatalf("%v: %d %s", err, a.status, a.body)
	}
	return s
}

// TestIntrospect: RFC 7662, product.md 4.7.
func TestIntrospect(t *testing.T) {
	h := newHouse(t)
	research := h.addWorkspace("Research", "")
	owner := h.add(h.workspace.Scope(), access.WorkspaceOwner, "owner")
	member := h.add(h.workspace.Scope(), access.WorkspaceMember, "member")
	shared := h.addFor(30, h.org.Scope(), access.OrgMember, "shared")
	h.bind(shared, h.workspace, access.WorkspaceAuthor)
	h.bind(shared, research, access.WorkspaceOwner)
	elsewhere := h.add(research.Scope(), access.WorkspaceMember, "elsewhere")
	other := h.found("Umbrella", "Secret")
	foreign := h.add(other.Workspace.Scope(), access.WorkspaceOwner, "theirs")

	t.Run("its own value tells a token everything", func(t *testing.T) {
		s := h.form("/oauth/introspect", shared.value, presenting(shared.value)).said(t)
		if !s.Active || s.Type != "Bearer" || s.Subject != string(shared.ID) || s.Issuer != publicURL || s.Audience != publicURL || len(s.JTI) != 26 ||
			s.IssuedAt != shared.StartAt.Unix() || s.NotBefore != s.IssuedAt || s.ExpiresAt != shared.EndAt.Unix() ||
			s.Org != string(h.org.ID) || len(s.Roles) != 3 {
			t.Errorf("%+v", s)
		}
	})
	t.Run("one that never ends has no exp", func(t *testing.T) {
		if a := h.form("/oauth/introspect", member.value, presenting(member.value)); strings.Contains(a.body, `"exp"`) || !a.said(t).Active {
			t.Error(a.body)
		}
	})
	t.Run("whoever lists the token sees it, and its roles as far as they see those", func(t *testing.T) {
		s := h.form("/oauth/introspect", owner.value, presenting(shared.value)).said(t)
		if !s.Active || len(s.Roles) != 2 || s.Roles[0].EntityID != string(h.org.ID) || s.Roles[1].EntityID != string(h.workspace.ID) {
			t.Errorf("%+v", s)
		}
	})

	expired := h.addFor(1, h.workspace.Scope(), access.WorkspaceMember, "expired")
	rotated := h.add(h.workspace.Scope(), access.WorkspaceMember, "rotated")
	deleted := h.add(h.workspace.Scope(), access.WorkspaceMember, "deleted")
	revoked := h.add(h.workspace.Scope(), access.WorkspaceMember, "revoked")
	h.clock.forward(24 * time.Hour)
	h.rotate(rotated)
	must(h.tokens.Delete(h.Context(), operator(), deleted.Home, deleted.ID, access.TokenDeletionWord)).in(t)
	must(h.tokens.Revoke(h.Context(), revoked.value, access.Origin{})).in(t)
	for name, value := range map[string]string{
		"an expired value":                       expired.value,
		"a value that was rotated away":          rotated.value,
		"a deleted token's":                      deleted.value,
		"a revoked value":                        revoked.value,
		"an unknown value":                       flip(owner.value),
		"no value at all":                        "x",
		"a value with a line break inside":       owner.value[:600] + "\n" + owner.value[600:],
		"a token of another Workspace":           elsewhere.value,
		"a token of another Organization":        foreign.value,
		"a value with a space behind it":         owner.value + " ",
		"a value longer than any":                strings.Repeat("a", 5000),
		"a session or other text with NUL bytes": "\x00\x00",
	} {
		t.Run(name+" is not active, and that is all that is said", func(t *testing.T) {
			if a := h.form("/oauth/introspect", owner.value, presenting(value)); a.status != http.StatusOK || a.body != `{"active":false}` {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
	t.Run("below the owner no other token is active", func(t *testing.T) {
		if a := h.form("/oauth/introspect", member.value, presenting(owner.value)); a.body != `{"active":false}` {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("an unknown parameter and the hint change nothing", func(t *testing.T) {
		f := presenting(owner.value)
		f.Set("token_type_hint", "refresh_token")
		f.Set("x", "y")
		if !h.form("/oauth/introspect", owner.value, f).said(t).Active {
			t.Error("not active")
		}
	})
	t.Run("asking is no use of the token that is asked about", func(t *testing.T) {
		h.form("/oauth/introspect", owner.value, presenting(shared.value))
		if err := h.tokens.FlushUses(t.Context()); err != nil {
			t.Fatal(err)
		}
		at := must(h.tokens.Find(t.Context(), operator(), shared.Home, shared.ID)).in(t).LastUsed.At
		if !at.Before(h.clock.Now()) {
			t.Errorf("used %v", at)
		}
	})
}

// TestOAuth_refusals: RFC 6749, 5.2; security.md 3.7.
func TestOAuth_refusals(t *testing.T) {
	h := newHouse(t)
	tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, `dépôt "nightly"`)
	ended := tok.value
	tok = h.rotate(tok)
	asForm := func(body string) func(*http.Request) {
		return func(r *http.Request) {
			withBody(body)(r)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	for _, tt := range []struct {
		name, method, path, by string
		change                 func(*http.Request)
		status                 int
		code                   string
	}{
		{"introspection without a credential", "POST", "/oauth/introspect", "", asForm("token=x"), 401, "invalid_token"},
		{"introspection with a credential that ended", "POST", "/oauth/introspect", ended, asForm("token=x"), 401, "invalid_token"},
		{"no body", "POST", "/oauth/introspect", tok.value, asForm(""), 400, "invalid_request"},
		{"another parameter", "POST", "/oauth/introspect", tok.value, asForm("tokens=x"), 400, "invalid_request"},
		{"an empty parameter", "POST", "/oauth/introspect", tok.value, asForm("token="), 400, "invalid_request"},
		{"a parameter given twice", "POST", "/oauth/introspect", tok.value, asForm("token=x&token=x"), 400, "invalid_request"},
		{"a broken encoding", "POST", "/oauth/introspect", tok.value, asForm("token=%zz"), 400, "invalid_request"},
		{"JSON", "POST", "/oauth/introspect", tok.value, withBody(`{"token":"x"}`), 415, "invalid_request"},
		{"GET", "GET", "/oauth/introspect", tok.value, func(*http.Request) {}, 405, "invalid_request"},
		{"an unknown path", "POST", "/oauth/nothing", tok.value, asForm("token=x"), 404, "invalid_request"},
		{"revocation without a value", "POST", "/oauth/revoke", "", asForm("token="), 400, "invalid_request"},
		{"revocation of two values", "POST", "/oauth/revoke", "", asForm("token=x&token=y"), 400, "invalid_request"},
		{"revocation in JSON", "POST", "/oauth/revoke", "", withBody(`{"token":"x"}`), 415, "invalid_request"},
	} {
		t.Run(tt.name+" is an OAuth error", func(t *testing.T) {
			a := h.call(tt.method, tt.path, tt.by, tt.change)
			var got struct {
				Error       string `json:"error"`
				Description string `json:"error_description"`
				RequestID   string `json:"requestId"`
			}
			if err := json.Unmarshal([]byte(a.body), &got); err != nil {
				t.Fatalf("%v: %s", err, a.body)
			}
			a.failure(t)
			if a.status != tt.status || got.Error != tt.code || got.RequestID != "request-0001" || got.Description == "" {
				t.Errorf("%d %s, want %d %s", a.status, a.body, tt.status, tt.code)
			}
			if strings.ContainsFunc(got.Description, func(r rune) bool { return r < ' ' || r > '~' || r == '"' || r == '\\' }) {
				t.Errorf("description %q", got.Description)
			}
		})
	}
	t.Run("a value in the query is no value", func(t *testing.T) {
		a := h.form("/oauth/revoke?token="+tok.value, "", url.Values{"x": {"y"}})
		if a.status != http.StatusBadRequest {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := h.get("/v1/organizations", tok); a.status != http.StatusOK {
			t.Errorf("it was revoked: %d %s", a.status, a.body)
		}
	})
}

// TestRevoke: RFC 7009, product.md 4.7.
func TestRevoke(t *testing.T) {
	h := newHouse(t)
	research := h.addWorkspace("Research", "")
	tok := h.addFor(90, h.org.Scope(), access.OrgMember, "leaked")
	h.bind(tok, research, access.WorkspaceAuthor)
	before := must(h.tokens.Find(t.Context(), operator(), tok.Home, tok.ID)).in(t)

	t.Run("whoever has the value ends it, without a credential", func(t *testing.T) {
		h.clock.forward(time.Minute)
		a := h.form("/oauth/revoke", "", presenting(tok.value), from("198.51.100.9:1"))
		if a.status != http.StatusOK {
			t.Fatalf("%d %s", a.status, a.body)
		}
		refused := h.get("/v1/organizations", tok)
		if refused.status != http.StatusUnauthorized || refused.header.Get("WWW-Authenticate") != invalidToken+`, error_description="The token was revoked"` {
			t.Errorf("%d %v", refused.status, refused.header)
		}
		golden(t, "401_revoked", refused.body, map[string]string{string(tok.ID): "{token}"})
	})
	t.Run("the token keeps name, expiry and roles, and shows that it waits for rotation", func(t *testing.T) {
		d := must(h.tokens.Find(t.Context(), operator(), tok.Home, tok.ID)).in(t)
		if d.Status(h.clock.Now()) != access.Revoked || !d.RevokedAt.Equal(h.clock.Now()) ||
			d.Name != "leaked" || !d.EndAt.Equal(before.EndAt) || len(d.Roles) != 2 || d.Generation != before.Generation {
			t.Errorf("%+v", d)
		}
	})
	t.Run("it is listed among the expired ones, and no longer among those in use", func(t *testing.T) {
		for status, want := range map[access.Status]int{access.Expired: 1, access.Active: 0} {
			list := must(h.tokens.List(t.Context(), operator(), h.org.Scope(), access.TokenFilter{Status: status}, access.Sort{}, access.Page{Limit: 10})).in(t)
			if len(list.Rows) != want {
				t.Errorf("%s: %d tokens, want %d", status, len(list.Rows), want)
			}
		}
	})
	t.Run("the record says who ended it, from where", func(t *testing.T) {
		e := h.lastEvent(t, audit.TokenRevoke)
		if e.TargetID != string(tok.ID) || e.ActorID != string(tok.ID) || e.IP != "198.51.100.9" || e.Path != "/oauth/revoke" || e.Outcome != audit.OK {
			t.Errorf("%+v", e)
		}
	})
	for name, value := range map[string]string{
		"a second time":    tok.value,
		"an unknown value": flip(tok.value),
		"any text":         "x",
	} {
		t.Run(name+" is 200 too, and changes nothing", func(t *testing.T) {
			n := h.events(t)
			if a := h.form("/oauth/revoke", "", presenting(value)); a.status != http.StatusOK || a.body != "{}" {
				t.Errorf("%d %s", a.status, a.body)
			}
			if got := h.events(t); got != n {
				t.Errorf("%d new events", got-n)
			}
		})
	}
	t.Run("rotation makes it usable again with all its roles, and the revoked value stays dead", func(t *testing.T) {
		next := h.rotate(tok)
		if a := h.get("/v1/organizations", next); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
		d := must(h.tokens.Find(t.Context(), operator(), tok.Home, tok.ID)).in(t)
		if d.Status(h.clock.Now()) != access.Active || len(d.Roles) != 2 {
			t.Errorf("%+v", d)
		}
		if a := h.get("/v1/organizations", tok); a.failure(t).Reason != "token_revoked" {
			t.Errorf("%d %s", a.status, a.body)
		}
		list := must(h.tokens.List(t.Context(), operator(), h.org.Scope(), access.TokenFilter{Status: access.Active}, access.Sort{}, access.Page{Limit: 10})).in(t)
		if len(list.Rows) != 1 {
			t.Errorf("%d tokens in use", len(list.Rows))
		}
	})
	t.Run("an older value does not end the newer one", func(t *testing.T) {
		old := h.add(h.workspace.Scope(), access.WorkspaceMember, "ci")
		next := h.rotate(old)
		h.form("/oauth/revoke", "", presenting(old.value))
		if a := h.get("/v1/organizations", next); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("a revoked token can be deleted", func(t *testing.T) {
		gone := h.add(h.workspace.Scope(), access.WorkspaceMember, "gone")
		h.form("/oauth/revoke", "", presenting(gone.value))
		must(h.tokens.Delete(t.Context(), operator(), gone.Home, gone.ID, access.TokenDeletionWord)).in(t)
	})
	t.Run("trying values is slowed down like wrong credentials, and a genuine one still ends", func(t *testing.T) {
		real := h.add(h.workspace.Scope(), access.WorkspaceMember, "real")
		h.limited()
		for i := range 3 {
			want := http.StatusOK
			if i == 2 {
				want = http.StatusTooManyRequests
			}
			if a := h.form("/oauth/revoke", "", presenting(flip(real.value))); a.status != want {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
		if a := h.form("/oauth/revoke", "", presenting(real.value)); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// lastEvent returns the newest event of an action in the Organization's record.
func (h *house) lastEvent(t *testing.T, do audit.Action) audit.Event {
	t.Helper()
	var found []audit.Event
	err := access.Lookup(t.Context(), h.store, func(tx access.Tx) (err error) {
		found, err = tx.AuditNewest(h.org.ID, access.AuditSpan{First: 1, Last: 1 << 40}, access.AuditKey{By: access.AuditByAction, Value: string(do)}, 1)
		return err
	})
	if err != nil || len(found) != 1 {
		t.Fatalf("%d events of %s: %v", len(found), do, err)
	}
	return found[0]
}

// events is how many events the Organization's record holds.
func (h *house) events(t *testing.T) int {
	t.Helper()
	var n int
	err := access.Lookup(t.Context(), h.store, func(tx access.Tx) error {
		found, err := tx.AuditNewest(h.org.ID, access.AuditSpan{First: 1, Last: 1 << 40}, access.AuditKey{By: access.AuditByNothing}, 1000)
		n = len(found)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return n
}
