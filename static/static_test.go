package static_test

import (
	"bytes"
	"compress/gzip"
	"crypto/sha256"
	"encoding/hex"
	"io"
	"net/http"
	"net/http/httptest"
	"os"
	"regexp"
	"testing"

	"dagpass/static"
)

func assets(t *testing.T) *static.Assets {
	t.Helper()
	a, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	return a
}

func get(a *static.Assets, method, path, encoding string) *http.Response {
	r := httptest.NewRequest(method, path, nil)
	if encoding != "" {
		r.Header.Set("Accept-Encoding", encoding)
	}
	w := httptest.NewRecorder()
	a.Handler().ServeHTTP(w, r)
	return w.Result()
}

func body(t *testing.T, r *http.Response) []byte {
	t.Helper()
	b, err := io.ReadAll(r.Body)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

var names = []string{static.CSS, static.Script, static.HTMX, static.Font, static.Icon}

func TestURL(t *testing.T) {
	a := assets(t)
	hashed := regexp.MustCompile(`^/static/[a-z.-]+\.[0-9a-f]{16}\.(css|js|woff2|svg)$`)
	for _, name := range names {
		if url := a.URL(name); !hashed.MatchString(url) {
			t.Errorf("%s is at %q, which has no hash", name, url)
		}
	}
	if url := a.URL("other.css"); url != "" {
		t.Errorf("an unknown name is at %q", url)
	}
	if again := assets(t); again.URL(static.CSS) != a.URL(static.CSS) {
		t.Error("the same files have another URL the second time")
	}
}

func TestHandler(t *testing.T) {
	a := assets(t)
	types := map[string]string{
		static.CSS: "text/css; charset=utf-8", static.Script: "text/javascript; charset=utf-8",
		static.HTMX: "text/javascript; charset=utf-8", static.Font: "font/woff2", static.Icon: "image/svg+xml; charset=utf-8",
	}
	for name, kind := range types {
		t.Run(name+" has its exact type and may be kept for a year", func(t *testing.T) {
			r := get(a, http.MethodGet, a.URL(name), "")
			if r.StatusCode != http.StatusOK || r.Header.Get("Content-Type") != kind {
				t.Errorf("%d %q, want 200 %q", r.StatusCode, r.Header.Get("Content-Type"), kind)
			}
			if got := r.Header.Get("Cache-Control"); got != "public, max-age=31536000, immutable" {
				t.Errorf("Cache-Control is %q", got)
			}
		})
	}
	refused := map[string]string{
		"an unhashed name": "/static/app.css", "another hash": "/static/app.0123456789abcdef.css",
		"a folder": "/static/", "a source file": "/static/css/00-tokens.css", "a way out": "/static/../static.go",
		"another prefix": "/app.css",
	}
	for what, path := range refused {
		t.Run(what+" is 404 and not kept", func(t *testing.T) {
			r := get(a, http.MethodGet, path, "")
			if r.StatusCode != http.StatusNotFound || r.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %q", r.StatusCode, r.Header.Get("Cache-Control"))
			}
		})
	}
	t.Run("HEAD has the headers and no body", func(t *testing.T) {
		r := get(a, http.MethodHead, a.URL(static.CSS), "")
		if r.StatusCode != http.StatusOK || r.Header.Get("Content-Length") == "" || len(body(t, r)) != 0 {
			t.Errorf("%d, %q", r.StatusCode, r.Header.Get("Content-Length"))
		}
	})
	t.Run("POST is 405", func(t *testing.T) {
		if r := get(a, http.MethodPost, a.URL(static.CSS), ""); r.StatusCode != http.StatusMethodNotAllowed {
			t.Errorf("%d", r.StatusCode)
		}
	})
}

func TestHandler_Compression(t *testing.T) {
	a := assets(t)
	plain := body(t, get(a, http.MethodGet, a.URL(static.CSS), ""))
	accepted := map[string]bool{
		"gzip": true, "br, gzip": true, "gzip;q=0.5, br": true, "GZIP": true,
		"": false, "br": false, "gzip;q=0": false, "gzip; q=0.0": false, "gzipped": false, "gzip;q=x": false,
	}
	for header, want := range accepted {
		t.Run("Accept-Encoding: "+header, func(t *testing.T) {
			r := get(a, http.MethodGet, a.URL(static.CSS), header)
			if r.Header.Get("Vary") != "Accept-Encoding" {
				t.Errorf("Vary is %q", r.Header.Get("Vary"))
			}
			if got := r.Header.Get("Content-Encoding") == "gzip"; got != want {
				t.Fatalf("compressed: %v, want %v", got, want)
			}
			content := body(t, r)
			if want {
				z, err := gzip.NewReader(bytes.NewReader(content))
				if err != nil {
					t.Fatal(err)
				}
				if content, err = io.ReadAll(z); err != nil {
					t.Fatal(err)
				}
			}
			if !bytes.Equal(content, plain) {
				t.Error("the content differs")
			}
		})
	}
	t.Run("the font is never compressed again", func(t *testing.T) {
		if r := get(a, http.MethodGet, a.URL(static.Font), "gzip"); r.Header.Get("Content-Encoding") != "" {
			t.Error("compressed")
		}
	})
}

// The files of others are the ones that were released.
func TestPinned(t *testing.T) {
	pinned := map[string]string{
		static.HTMX: "a0abb04f2f45a1f89d1d4844023245537e5e6014c87b144553e0607b4cc32130",
		static.Font: "3100e775e8616cd2611beecfa23a4263d7037586789b43f035236a2e6fbd4c62",
	}
	for name, want := range pinned {
		content, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		if sum := sha256.Sum256(content); hex.EncodeToString(sum[:]) != want {
			t.Errorf("%s has the hash %x, want %s", name, sum, want)
		}
	}
	licences := map[string]string{"htmx": "Zero-Clause BSD", "inter": "SIL OPEN FONT LICENSE", "lucide": "ISC License"}
	for name, want := range licences {
		content, err := os.ReadFile("LICENSES/" + name + ".txt")
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Contains(bytes.ToUpper(content), bytes.ToUpper([]byte(want))) {
			t.Errorf("the licence of %s does not say %q", name, want)
		}
	}
}

// Sizes are what a first visit costs; see the figures the design sets.
func TestSizes(t *testing.T) {
	a := assets(t)
	size := func(name string) int { return len(body(t, get(a, http.MethodGet, a.URL(name), "gzip"))) }
	css, script, htmx := size(static.CSS), size(static.Script), size(static.HTMX)
	t.Logf("compressed: style sheet %d, app.js %d, htmx %d, font %d, icon %d bytes", css, script, htmx, size(static.Font), size(static.Icon))
	if css > 10_000 || script > 3<<10 || script+htmx > 17_000 {
		t.Error("larger than the figures to reach")
	}
}

func TestScript(t *testing.T) {
	served := body(t, get(assets(t), http.MethodGet, assets(t).URL(static.Script), ""))
	source, err := os.ReadFile("app.js")
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is served without comments and indentation", func(t *testing.T) {
		if m := regexp.MustCompile(`(?m)^(\s|//).*`).Find(served); m != nil {
			t.Errorf("found %q", m)
		}
	})
	t.Run("has no text that spans lines, which serving it would change", func(t *testing.T) {
		for line := range bytes.Lines(source) {
			if bytes.Count(line, []byte("`"))%2 != 0 {
				t.Errorf("a template literal is not closed on its line: %s", line)
			}
		}
	})
	t.Run("keeps nothing in web storage and runs no text as code", func(t *testing.T) {
		if m := regexp.MustCompile(`localStorage|sessionStorage|indexedDB|innerHTML|outerHTML|eval\(|new Function|document\.write`).Find(source); m != nil {
			t.Errorf("found %q", m)
		}
	})
}
