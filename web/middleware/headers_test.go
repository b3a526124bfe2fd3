package middleware

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	wantPagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
	wantDataPolicy = "default-src 'none'; frame-ancestors 'none'"
	wantHSTS       = "max-age=63072000; includeSubDomains"
)

// wantHeaders is every header a response may have but the ones that differ by request (Date,
// Content-Length, X-Request-Id), with alternating names and values for its class.
func wantHeaders(class ...string) http.Header {
	h := http.Header{
		"X-Content-Type-Options":       {"nosniff"},
		"Referrer-Policy":              {"same-origin"},
		"X-Frame-Options":              {"DENY"},
		"Cross-Origin-Opener-Policy":   {"same-origin"},
		"Cross-Origin-Resource-Policy": {"same-origin"},
		"Permissions-Policy":           {"camera=(), microphone=(), geolocation=(), payment=(), usb=()"},
		"Strict-Transport-Security":    {wantHSTS},
	}
	for i := 0; i < len(class); i += 2 {
		h.Add(class[i], class[i+1])
	}
	return h
}

func wantPage(more ...string) http.Header {
	return wantHeaders(append(more, "Content-Type", "text/html; charset=utf-8", "Cache-Control", "no-store",
		"Content-Security-Policy", wantPagePolicy, "Vary", "HX-Request")...)
}

func wantConsent() http.Header {
	h := wantPage()
	h.Set("Content-Security-Policy", strings.Replace(wantPagePolicy, "form-action 'self';", "form-action 'self' http://localhost:12345;", 1))
	return h
}

func wantObject(more ...string) http.Header {
	return wantHeaders(append(more, "Content-Type", "application/json; charset=UTF-8", "Cache-Control", "no-store",
		"Content-Security-Policy", wantDataPolicy)...)
}

// as answers with a status, a type ("" for none) and a Cache-Control of the handler's own.
func as(status int, contentType, cache string) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		if contentType != "" {
			w.Header().Set("Content-Type", contentType)
		}
		if cache != "" {
			w.Header().Set("Cache-Control", cache)
		}
		w.WriteHeader(status)
	}
}

func headersTestConsole() http.Handler {
	mux := http.NewServeMux()
	mux.Handle("/page", page(200))
	mux.Handle("/404", page(404))
	mux.Handle("/authorize", page(200))
	mux.Handle("/authorize/", page(200))
	mux.Handle("/405", page(405))
	mux.Handle("/503", page(503))
	mux.Handle("/panic", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "half", Value: "done"})
		w.Header().Set("Content-Length", "9999")
		panic("boom")
	}))
	mux.Handle("/redirect", http.RedirectHandler("/page", http.StatusSeeOther))
	mux.Handle("/nothing", http.HandlerFunc(func(http.ResponseWriter, *http.Request) {}))
	mux.Handle("/flush", http.HandlerFunc(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/x-ndjson; charset=utf-8")
		if err := http.NewResponseController(w).Flush(); err != nil {
			panic(err)
		}
	}))
	mux.Handle("/static", as(200, "text/css; charset=utf-8", CacheForever))
	mux.Handle("/static-304", as(304, "", CacheForever))
	mux.Handle("/static-404", as(404, "text/html; charset=utf-8", CacheForever))
	mux.Handle("/keys", as(200, "application/json; charset=UTF-8", CacheFiveMinutes))
	mux.Handle("/vary", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Vary", "HX-Request")
		page(200)(w, r)
	}))
	mux.Handle("/weak", http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Security-Policy", "default-src *")
		w.Header().Set("X-Frame-Options", "SAMEORIGIN")
		w.Header().Set("Strict-Transport-Security", "max-age=0")
		page(200)(w, r)
	}))
	return mux
}

func TestEveryResponseHasExactlyTheHeadersOfItsClass(t *testing.T) {
	s := newSite(t, func(c *Config) { c.Console.Handler = headersTestConsole() })
	long := strings.Repeat("x", 9<<10)
	tests := []struct {
		name, method, path, body string
		headers                  []string
		status                   int
		want                     http.Header
	}{
		{"a page", "GET", "/page", "", nil, 200, wantPage()},
		{"the page that asks for consent, and no other, may answer the program", "GET", "/authorize?client_id=astro-cli", "", nil, 200, wantConsent()},
		{"the answer to its form", "POST", "/authorize", "", []string{"Sec-Fetch-Site", "same-origin"}, 200, wantConsent()},
		{"a page below it", "GET", "/authorize/", "", nil, 200, wantPage()},
		{"HEAD of a page", "HEAD", "/page", "", nil, 200, wantPage()},
		{"a missing page", "GET", "/404", "", nil, 404, wantPage()},
		{"a page that takes no such method", "GET", "/405", "", nil, 405, wantPage()},
		{"a refused method", "TRACE", "/page", "", nil, 405, wantPage("Allow", "GET, HEAD, POST, DELETE")},
		{"a form that is too large", "POST", "/page", strings.Repeat("x", 64<<10+1), nil, 413, wantPage()},
		{"a URL that is too long", "GET", "/" + long, "", nil, 414, wantPage()},
		{"a foreign host", "GET", "/page", "", []string{"Host", "evil.test"}, 421, wantPage()},
		{"a foreign origin", "POST", "/page", "", []string{"Origin", "https://evil.test"}, 403, wantPage()},
		{"a panic", "GET", "/panic", "", nil, 500, wantPage()},
		{"a page that is unavailable", "GET", "/503", "", nil, 503, wantPage()},
		{"a page that varies already", "GET", "/vary", "", nil, 200, wantPage()},
		{"a handler that would be laxer", "GET", "/weak", "", nil, 200, wantPage()},
		{"an API object", "GET", "/v1/x", "", nil, 200, wantObject()},
		{"an API refusal", "TRACE", "/v1/x", "", nil, 405, wantObject("Allow", "GET, HEAD, POST, DELETE")},
		{"a redirect, whatever its type", "GET", "/redirect", "", nil, 303, wantHeaders(
			"Content-Type", "text/html; charset=utf-8", "Location", "/page",
			"Cache-Control", "no-store", "Content-Security-Policy", wantDataPolicy)},
		{"an empty answer", "GET", "/nothing", "", nil, 200, wantHeaders(
			"Cache-Control", "no-store", "Content-Security-Policy", wantDataPolicy)},
		{"an answer flushed before its first byte", "GET", "/flush", "", nil, 200, wantHeaders(
			"Content-Type", "application/x-ndjson; charset=utf-8",
			"Cache-Control", "no-store", "Content-Security-Policy", wantDataPolicy)},
		{"a fingerprinted file", "GET", "/static", "", nil, 200, wantHeaders(
			"Content-Type", "text/css; charset=utf-8",
			"Cache-Control", "public, max-age=31536000, immutable", "Content-Security-Policy", wantDataPolicy)},
		{"a file the browser has", "GET", "/static-304", "", nil, 304, wantHeaders(
			"Cache-Control", "public, max-age=31536000, immutable", "Content-Security-Policy", wantDataPolicy)},
		{"a missing file is not kept", "GET", "/static-404", "", nil, 404, wantPage()},
		{"the public keys", "GET", "/keys", "", nil, 200, wantHeaders(
			"Content-Type", "application/json; charset=UTF-8",
			"Cache-Control", "public, max-age=300", "Content-Security-Policy", wantDataPolicy)},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.send(t, tt.method, tt.path, tt.body, tt.headers...)
			if got.status != tt.status {
				t.Errorf("status %d, want %d", got.status, tt.status)
			}
			if got.header.Get(RequestIDHeader) == "" {
				t.Error("no request id")
			}
			for _, differs := range []string{"Date", "Content-Length", RequestIDHeader, "Connection"} {
				got.header.Del(differs)
			}
			if diff := cmp.Diff(tt.want, got.header); diff != "" {
				t.Errorf("headers (-want +got):\n%s", diff)
			}
		})
	}
}

func TestHSTSFollowsTheSettingsAndNeverTheRequest(t *testing.T) {
	tests := []struct {
		public string
		reach  HSTS
		want   string
	}{
		{"https://app.test", HSTSSubdomains, "max-age=63072000; includeSubDomains"},
		{"https://app.test", HSTSHost, "max-age=63072000"},
		{"https://app.test", HSTSOff, ""},
		{"http://app.test", HSTSSubdomains, ""},
		{"http://app.test", HSTSHost, ""},
	}
	for _, tt := range tests {
		t.Run(fmt.Sprintf("%s with %q", tt.public, tt.reach), func(t *testing.T) {
			s := newSite(t, func(c *Config) { c.PublicURL, c.HSTS = tt.public, tt.reach })
			got := s.send(t, "GET", "/", "", "X-Forwarded-Proto", "https")
			if h := got.header.Get("Strict-Transport-Security"); h != tt.want {
				t.Errorf("got %q, want %q", h, tt.want)
			}
		})
	}
}

func TestOnlyHTMLGetsThePagePolicy(t *testing.T) {
	for contentType, want := range map[string]bool{
		"text/html": true, "text/html; charset=utf-8": true, "TEXT/HTML ;charset=utf-8": true,
		"": false, "text/htmlx": false, "image/svg+xml": false, "text/plain; text/html": false,
	} {
		if got := isHTML(contentType); got != want {
			t.Errorf("isHTML(%q) = %v, want %v", contentType, got, want)
		}
	}
}
