package api_test

import (
	"context"
	"encoding/base64"
	"errors"
	"net/http"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

const (
	realm        = `Bearer realm="dagpass"`
	invalidToken = realm + `, error="invalid_token"`
)

func TestCredential_refused(t *testing.T) {
	h := newHouse(t)
	live := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	words := map[string]string{}
	name := func(c credential) credential { words[string(c.ID)] = "{token}"; return c }

	expired := name(h.addFor(1, h.workspace.Scope(), access.WorkspaceOwner, "nightly"))
	rotated := name(h.add(h.workspace.Scope(), access.WorkspaceOwner, "deploy"))
	deleted := name(h.add(h.workspace.Scope(), access.WorkspaceOwner, "sync"))
	gone := h.addWorkspace("Gone", "")
	orphan := name(h.add(gone.Scope(), access.WorkspaceOwner, "report"))
	h.clock.forward(24 * time.Hour)
	h.rotate(rotated)
	must(h.tokens.Delete(h.Context(), operator(), deleted.Home, deleted.ID, access.TokenDeletionWord)).in(t)
	if err := h.workspaces.Delete(h.Context(), operator(), gone.Scope(), access.DeletionWord); err != nil {
		t.Fatal(err)
	}

	for _, tt := range []struct{ name, authorization, challenge, golden string }{
		{"none", "", realm, "401_none"},
		{"an unknown value", "Bearer " + flip(live.value), invalidToken, "401_invalid"},
		{"no token at all", "Bearer", invalidToken, "401_invalid"},
		{"an empty token", "Bearer ", invalidToken, "401_invalid"},
		{"two spaces", "Bearer  " + live.value, invalidToken, "401_invalid"},
		{"a space behind it", "Bearer " + live.value + " ", invalidToken, "401_invalid"},
		{"a tab for the space", "Bearer\t" + live.value, invalidToken, "401_invalid"},
		{"a line break inside", "Bearer " + live.value[:600] + "\n" + live.value[600:], invalidToken, "401_invalid"},
		{"part of a value", "Bearer " + live.value[:len(live.value)-1], invalidToken, "401_invalid"},
		{"more than 4096 bytes", "Bearer " + strings.Repeat("a", 4097), invalidToken, "401_invalid"},
		{"an empty header", " ", invalidToken, "401_invalid"},
		{"Basic", "Basic " + base64.StdEncoding.EncodeToString([]byte("token:"+live.value)), invalidToken, "401_invalid"},
		{"the value without a scheme", live.value, invalidToken, "401_invalid"},
		{"expired", "Bearer " + expired.value, invalidToken + `, error_description="The token expired"`, "401_expired"},
		{"rotated away", "Bearer " + rotated.value, invalidToken + `, error_description="The token was replaced by rotation"`, "401_rotated"},
		{"deleted", "Bearer " + deleted.value, invalidToken + `, error_description="The token was deleted"`, "401_deleted"},
		{"its Workspace deleted", "Bearer " + orphan.value, invalidToken + `, error_description="The Workspace of the token was deleted"`, "401_workspace_deleted"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := h.call(http.MethodGet, "/v1/organizations", "", authorization(tt.authorization))
			if a.status != http.StatusUnauthorized {
				t.Fatalf("status %d: %s", a.status, a.body)
			}
			if got := a.header.Values("WWW-Authenticate"); len(got) != 1 || got[0] != tt.challenge {
				t.Errorf("WWW-Authenticate %q, want %q", got, tt.challenge)
			}
			golden(t, tt.golden, a.body, words)
		})
	}
}

// authorization sets the header to what a client sent, none for "".
func authorization(header string) func(*http.Request) {
	return func(r *http.Request) {
		if header != "" {
			r.Header.Set("Authorization", strings.TrimPrefix(header, " "))
		}
	}
}

// flip returns a value that differs in one character of its signature.
func flip(value string) string {
	last := "A"
	if strings.HasSuffix(value, last) {
		last = "Q"
	}
	return value[:len(value)-1] + last
}

func TestCredential_places(t *testing.T) {
	h := newHouse(t)
	tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	status := func(target string, change func(*http.Request)) int {
		return h.call(http.MethodGet, target, "", change).status
	}
	for _, scheme := range []string{"Bearer ", "bearer ", "BEARER "} {
		t.Run("the scheme may be written "+scheme, func(t *testing.T) {
			if got := status("/v1/organizations", authorization(scheme+tok.value)); got != http.StatusOK {
				t.Errorf("status %d", got)
			}
		})
	}
	t.Run("two headers are refused, even with one value", func(t *testing.T) {
		if got := status("/v1/organizations", func(r *http.Request) {
			r.Header["Authorization"] = []string{"Bearer " + tok.value, "Bearer " + tok.value}
		}); got != http.StatusUnauthorized {
			t.Errorf("status %d", got)
		}
	})
	t.Run("a cookie counts for nothing", func(t *testing.T) {
		if got := status("/v1/organizations", func(r *http.Request) {
			for _, name := range []string{"__Host-dagpass", "access_token", "Authorization"} {
				r.AddCookie(&http.Cookie{Name: name, Value: tok.value})
			}
		}); got != http.StatusUnauthorized {
			t.Errorf("status %d", got)
		}
	})
	t.Run("a query parameter counts for nothing", func(t *testing.T) {
		if got := status("/v1/organizations?access_token="+tok.value, func(*http.Request) {}); got != http.StatusUnauthorized {
			t.Errorf("status %d", got)
		}
	})
}

func TestCredential_use(t *testing.T) {
	h := newHouse(t)
	tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	h.clock.forward(time.Minute)
	h.call(http.MethodGet, "/v1/organizations", tok.value, func(r *http.Request) {
		r.RemoteAddr = "192.0.2.7:4711"
		r.Header.Set("User-Agent", "astro-cli/1.45.0")
		r.Header.Set("X-Astro-Client-Identifier", "cli")
		r.Header.Set("X-Astro-Client-Version", "1.45.0")
	})
	if err := h.tokens.FlushUses(h.Context()); err != nil {
		t.Fatal(err)
	}
	d := must(h.tokens.Find(h.Context(), operator(), tok.Home, tok.ID)).in(t)
	want := access.Use{At: h.clock.Now(), Address: "192.0.2.7", Client: "astro-cli/1.45.0", AstroClient: "cli", AstroClientVersion: "1.45.0"}
	if d.LastUsed != want {
		t.Errorf("last used %v, want %v", d.LastUsed, want)
	}
}

func TestCredential_rotation(t *testing.T) {
	h := newHouse(t)
	old := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	next := h.rotate(old)
	if a := h.get("/v1/organizations", old); a.status != http.StatusUnauthorized {
		t.Errorf("the old value answers %d", a.status)
	}
	if a := h.get("/v1/organizations", next); a.status != http.StatusOK {
		t.Errorf("the new value answers %d: %s", a.status, a.body)
	}
}

func TestCredential_cannotBeChecked(t *testing.T) {
	h := newHouse(t)
	tok := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	broken := brokenStore{h.store}
	c := h.config()
	c.Tokens = access.NewTokens(broken, h.keys)
	h.site = h.build(c)
	a := h.get("/v1/organizations", tok)
	if a.status != http.StatusServiceUnavailable || a.header.Get("Retry-After") != "5" {
		t.Errorf("status %d, Retry-After %q", a.status, a.header.Get("Retry-After"))
	}
	golden(t, "503", a.body, nil)
}

// brokenStore is a store whose disk is gone.
type brokenStore struct{ access.Store[access.Tx] }

func (brokenStore) View(context.Context, func(access.Tx) error) error {
	return errors.New("disk I/O error: /var/lib/dagpass/dagpass.db")
}
