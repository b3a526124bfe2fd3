package api_test

import (
	"context"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/web/api"
)

func TestUnknownPaths(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for _, path := range []string{"/v1/", "/v1/nope", "//v1/organizations", "/v1//organizations", "/v1/organizations/" + unknownID + "/nope",
		"/v1/%6Frganizations", "/v1/../v1/organizations", "/v1/organizations/", "/iam/v1beta1/organizations", "/platform/v1beta1/users/self",
		"/labs/v1/organizations", "/private/v1alpha1/cli/nope", "/spec/v2.0", "/.well-known/openid-configuration",
		"/oauth/authorize", "/userinfo/", "/v1/%00", "/v1/%ff"} {
		t.Run(path, func(t *testing.T) {
			for _, value := range []string{"", owner.value} {
				a := h.call(http.MethodGet, "/", value, func(r *http.Request) { setPath(r, path) })
				b := a.failure(t)
				if a.status != http.StatusNotFound || b.Reason != "not_found" || b.Bound != nil {
					t.Errorf("%d %s", a.status, a.body)
				}
				if strings.Contains(a.body, "nope") {
					t.Errorf("the path is repeated: %s", a.body)
				}
			}
		})
	}
}

// setPath sets a path as net/http reads it from a request line, without cleaning it.
func setPath(r *http.Request, path string) {
	if u, err := url.ParseRequestURI(path); err == nil {
		r.URL = u
	}
}

func TestEmptyPathSegments(t *testing.T) {
	// The CLI sends these in a fresh home with a token it could not read.
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for _, path := range []string{"/v1/organizations//tokens", "/v1/organizations//workspaces", "/iam/v1beta1/organizations//tokens/" + unknownID} {
		t.Run(path, func(t *testing.T) {
			wantMissing(t, h.get(path, owner))
			if a := h.call(http.MethodGet, path, ""); a.status != http.StatusUnauthorized {
				t.Errorf("without a token: %d %s", a.status, a.body)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for _, method := range []string{"POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE", "CONNECT", "FROB"} {
		t.Run(method+" is refused and the methods that work are named", func(t *testing.T) {
			a := h.call(method, "/v1/organizations", owner.value)
			if a.status != http.StatusMethodNotAllowed || a.failure(t).Reason != "method_not_allowed" {
				t.Errorf("%d %s", a.status, a.body)
			}
			if allow := a.header.Get("Allow"); !strings.HasPrefix(allow, "GET, HEAD") {
				t.Errorf("Allow %q", allow)
			}
		})
	}
	t.Run("HEAD is served by GET", func(t *testing.T) {
		if a := h.call(http.MethodHead, "/v1/organizations", owner.value); a.status != http.StatusOK || a.header.Get("Content-Length") == "" {
			t.Errorf("%d %v", a.status, a.header)
		}
		if a := h.call(http.MethodHead, "/v1/organizations", ""); a.status != http.StatusUnauthorized {
			t.Errorf("without a token: %d", a.status)
		}
	})
}

func TestRefusalsOfTheMiddleware(t *testing.T) {
	h := newHouse(t)
	for _, tt := range []struct {
		name   string
		status int
		change func(*http.Request)
	}{
		{"a body that is too large", http.StatusRequestEntityTooLarge, func(r *http.Request) { r.ContentLength = 256<<10 + 1 }},
		{"Transfer-Encoding", http.StatusLengthRequired, func(r *http.Request) { r.TransferEncoding = []string{"chunked"} }},
		{"a URL that is too long", http.StatusRequestURITooLong, func(r *http.Request) { r.RequestURI = "/v1/?" + strings.Repeat("a", 40<<10) }},
	} {
		t.Run(tt.name, func(t *testing.T) {
			a := h.call(http.MethodPost, "/v1/organizations", "", func(r *http.Request) { r.Body = io.NopCloser(strings.NewReader("{}")) }, tt.change)
			if a.failure(t); a.status != tt.status || a.header.Get("Content-Type") != "application/json; charset=UTF-8" {
				t.Errorf("%d %s", a.status, a.body)
			}
		})
	}
}

func TestPanic(t *testing.T) {
	h := newHouse(t)
	c := h.config()
	c.Keys = func(context.Context) ([]secret.PublicKey, error) { panic("the key file is on fire") }
	h.site = h.build(c)
	golden(t, "500", h.call(http.MethodGet, "/.well-known/jwks.json", "").body, nil)
}

func TestResponseHeaders(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for path, status := range map[string]int{"/v1/organizations": 200, "/v1/nope": 404, "/v1/organizations/x": 404} {
		t.Run(path, func(t *testing.T) {
			a := h.get(path, owner)
			if a.status != status || a.header.Get("Cache-Control") != "no-store" || a.header.Get("X-Content-Type-Options") != "nosniff" {
				t.Errorf("%d %v", a.status, a.header)
			}
			if a.header.Get("Set-Cookie") != "" || a.header.Get("Server") != "" {
				t.Errorf("headers %v", a.header)
			}
		})
	}
}

func TestNew(t *testing.T) {
	h := newHouse(t)
	for name, break_ := range map[string]func(*api.Config){
		"without tokens":                 func(c *api.Config) { c.Tokens = nil },
		"without people":                 func(c *api.Config) { c.Members = nil },
		"without mail":                   func(c *api.Config) { c.MailInvitation = nil },
		"without keys":                   func(c *api.Config) { c.Keys = nil },
		"without a clock":                func(c *api.Config) { c.Now = nil },
		"with a rate below zero":         func(c *api.Config) { c.Rates.Post = -1 },
		"with a relative avatar":         func(c *api.Config) { c.AvatarURL = "/static/avatar.svg" },
		"with an avatar that is no link": func(c *api.Config) { c.AvatarURL = "javascript://x" },
	} {
		t.Run(name+" it fails", func(t *testing.T) {
			c := h.config()
			break_(&c)
			if _, err := api.New(c); err == nil {
				t.Error("no error")
			}
		})
	}
	t.Run("every route declares an action", func(t *testing.T) {
		for _, r := range api.Routes() {
			if r.Action == "" || r.Method == "" || !strings.HasPrefix(r.Path, "/") {
				t.Errorf("incomplete: %+v", r)
			}
		}
	})
}
