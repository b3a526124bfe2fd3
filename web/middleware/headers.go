package middleware

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
)

// Cache-Control values a handler may set on a successful response. Every other response is
// no-store.
const (
	// CacheForever is for files whose name changes with their content.
	CacheForever = "public, max-age=31536000, immutable"
	// CacheFiveMinutes is for the public signing keys: long enough to spare requests, short
	// enough for a revoked key to go.
	CacheFiveMinutes = "public, max-age=300"
)

// A program that asks to act for a person is answered by a form whose redirect goes to it, and browsers
// hold redirects against form-action too. So the page with that form, and no other, may lead there.
const (
	consentPath   = "/authorize"
	consentPolicy = "form-action 'self' http://localhost:12345;"
	formPolicy    = "form-action 'self';"
)

// The two content security policies. Pages load nothing from elsewhere and run no inline script;
// whatever is not a page may load and run nothing, should a browser ever show it as one.
const (
	pagePolicy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; " +
		"font-src 'self'; connect-src 'self'; " + formPolicy + " base-uri 'none'; " +
		"object-src 'none'; frame-ancestors 'none'"
	dataPolicy = "default-src 'none'; frame-ancestors 'none'"
)

// HSTS says how far Strict-Transport-Security reaches.
type HSTS string

// The reaches. The zero value is HSTSSubdomains.
const (
	HSTSSubdomains HSTS = ""     // the host and everything below it
	HSTSHost       HSTS = "host" // the host alone
	HSTSOff        HSTS = "off"  // no header
)

func (h HSTS) validate() error {
	switch h {
	case HSTSSubdomains, HSTSHost, HSTSOff:
		return nil
	}
	return fmt.Errorf(`middleware: HSTS must be empty, "host" or "off", not %q`, string(h))
}

// hstsValue is the header for a public URL of the given scheme, "" for none. Browsers ignore the
// header over http, and it would be a lie there.
func hstsValue(reach HSTS, scheme string) string {
	switch {
	case scheme != "https" || reach == HSTSOff:
		return ""
	case reach == HSTSHost:
		return "max-age=63072000"
	}
	return "max-age=63072000; includeSubDomains"
}

// setHeaders puts the security headers on every response at the moment it is sent, when its status
// and type are known. No handler can forget or weaken them.
func setHeaders(hsts string, next http.Handler) http.Handler {
	policy := func(ofPages string) func(int, http.Header) {
		return func(status int, h http.Header) {
			setBaseHeaders(h, hsts)
			setContentPolicy(status, h, ofPages)
			setCachePolicy(status, h)
		}
	}
	usual, consent := policy(pagePolicy), policy(strings.Replace(pagePolicy, formPolicy, consentPolicy, 1))
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		res := responseOf(w)
		res.policy = usual
		if r.URL.Path == consentPath {
			res.policy = consent
		}
		next.ServeHTTP(res, r)
	})
}

func setBaseHeaders(h http.Header, hsts string) {
	h.Set("X-Content-Type-Options", "nosniff")
	// Not no-referrer: with it some browsers send "Origin: null" with our own forms.
	h.Set("Referrer-Policy", "same-origin")
	h.Set("X-Frame-Options", "DENY")
	h.Set("Cross-Origin-Opener-Policy", "same-origin")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Permissions-Policy", "camera=(), microphone=(), geolocation=(), payment=(), usb=()")
	if hsts != "" {
		h.Set("Strict-Transport-Security", hsts)
	}
}

// setContentPolicy gives pages their policy. The body of a redirect is never shown, so it gets
// the narrow one whatever its type.
func setContentPolicy(status int, h http.Header, ofPages string) {
	if isRedirect(status) || !isHTML(h.Get("Content-Type")) {
		h.Set("Content-Security-Policy", dataPolicy)
		return
	}
	h.Set("Content-Security-Policy", ofPages)
	if !slices.Contains(h.Values("Vary"), "HX-Request") {
		h.Add("Vary", "HX-Request")
	}
}

func setCachePolicy(status int, h http.Header) {
	succeeded := status < 300 || status == http.StatusNotModified
	if !succeeded || h.Get("Cache-Control") == "" {
		h.Set("Cache-Control", "no-store")
	}
}

func isRedirect(status int) bool {
	return status >= 300 && status < 400 && status != http.StatusNotModified
}

func isHTML(contentType string) bool {
	mediaType, _, _ := strings.Cut(contentType, ";")
	return strings.EqualFold(strings.TrimSpace(mediaType), "text/html")
}
