package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"dagpass/internal/dagpasstest"
)

// The two policies of security.md, section 6.
const (
	policyH = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self'; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
	policyJ = "default-src 'none'; frame-ancestors 'none'"
	policyC = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; form-action 'self' http://localhost:12345; base-uri 'none'; object-src 'none'; frame-ancestors 'none'"
)

// onEvery is what every answer has; an https public URL adds Strict-Transport-Security.
var onEvery = map[string]string{
	"X-Content-Type-Options":       "nosniff",
	"Referrer-Policy":              "same-origin",
	"X-Frame-Options":              "DENY",
	"Cross-Origin-Opener-Policy":   "same-origin",
	"Cross-Origin-Resource-Policy": "same-origin",
	"Permissions-Policy":           "camera=(), microphone=(), geolocation=(), payment=(), usb=()",
}

// class is what section 6 says of an answer, by what was asked and how it went.
func class(side, method, path string, status int, empty bool) (kind, cache, policy, vary string) {
	kind, cache, policy = "text/html; charset=utf-8", "no-store", policyH
	switch {
	case status == http.StatusSeeOther || empty && method != http.MethodHead:
		return "", cache, policyJ, ""
	case side == "API":
		return apiClass(path, status)
	case path == "/healthz" || path == "/readyz":
		if status < 400 || status == http.StatusServiceUnavailable {
			return "application/json; charset=UTF-8", cache, policyJ, ""
		}
	case strings.HasPrefix(path, "/static/") && status == http.StatusOK:
		return staticTypes[path[strings.LastIndex(path, "."):]], "public, max-age=31536000, immutable", policyJ, "Accept-Encoding"
	case strings.HasPrefix(path, "/static/") && status == http.StatusNotFound:
		return "text/plain; charset=utf-8", cache, policyJ, ""
	case path == "/o/export" && status == http.StatusOK:
		return "export", cache, policyJ, ""
	case path == "/authorize":
		policy = policyC
	}
	return kind, cache, policy, "HX-Request"
}

var staticTypes = map[string]string{".css": "text/css; charset=utf-8", ".js": "text/javascript; charset=utf-8", ".svg": "image/svg+xml; charset=utf-8", ".woff2": "font/woff2"}

func apiClass(path string, status int) (kind, cache, policy, vary string) {
	kind, cache = "application/json; charset=UTF-8", "no-store"
	switch {
	case status != http.StatusOK:
	case path == "/.well-known/jwks.json" || strings.HasPrefix(path, "/spec/"):
		cache = "public, max-age=300"
	case strings.HasSuffix(path, "/audit-logs"):
		return "application/x-ndjson; charset=utf-8", cache, policyJ, "Accept-Encoding"
	}
	return kind, cache, policyJ, ""
}

// cookies are the ones the console sets, each with exactly these attributes.
var cookies = regexp.MustCompile(`^__Host-dagpass(-gen|-device)?=[\w-]*; Path=/(; Expires=[^;]+; Max-Age=\d+)?; HttpOnly; Secure; SameSite=Lax$`)

// allowed are the headers that some answers have, by the sides and statuses that may, with their form.
var allowed = []struct {
	name, side string
	statuses   []int // nil for any
	form       *regexp.Regexp
}{
	{"Location", "console", []int{303}, regexp.MustCompile(`^(/([^/\\].*)?|http://localhost:12345/callback\?.*)$`)},
	{"Set-Cookie", "console", nil, cookies},
	{"Clear-Site-Data", "console", []int{303}, regexp.MustCompile(`^"cache", "storage"$`)},
	{"Hx-Redirect", "console", []int{200, 401}, regexp.MustCompile(`^/([^/\\].*)?$`)},
	{"Hx-Reswap", "console", []int{200}, regexp.MustCompile(`^none$`)},
	{"Hx-Trigger", "console", []int{200}, regexp.MustCompile(`^dialog:close$`)},
	{"Dagpass-Fragment", "console", nil, regexp.MustCompile(`^(dialog|part)$`)},
	{"Content-Encoding", "", []int{200}, regexp.MustCompile(`^gzip$`)},
	{"Content-Disposition", "", []int{200}, regexp.MustCompile(`^attachment; filename="[a-z0-9.-]+"$`)},
	{"Allow", "", []int{405}, regexp.MustCompile(`^[A-Z]+(, [A-Z]+)*$`)},
	{"Connection", "", []int{411, 413}, regexp.MustCompile(`^close$`)},
	{"Retry-After", "", []int{429, 503}, regexp.MustCompile(`^[1-9]\d*$`)},
	{"Www-Authenticate", "API", []int{401, 403}, regexp.MustCompile(`^Bearer realm="dagpass"(, error="(invalid_token|insufficient_scope|insufficient_user_authentication)")?(, error_description="[^"]+")?(, max_age="600")?$`)},
	{"Pragma", "API", []int{200, 400, 401}, regexp.MustCompile(`^no-cache$`)},
}

// needed are headers without which an answer of a status is incomplete.
var needed = map[int]string{303: "Location", 405: "Allow", 411: "Connection", 413: "Connection", 429: "Retry-After", 503: "Retry-After"}

// judge holds the header of an answer against its class.
func (w *headerWalk) judge(side, name, method, path string, got *dagpasstest.Page) {
	w.Helper()
	w.answers++
	path, _, _ = strings.Cut(path, "?")
	w.seen[fmt.Sprint(side, " ", got.Code)]++
	left := got.Header.Clone()
	var wrong []string
	exact := func(name, want string) {
		if is := strings.Join(left.Values(name), "\n"); is != want {
			wrong = append(wrong, fmt.Sprintf("%s is %q, want %q", name, is, want))
		}
		left.Del(name)
	}
	for name, want := range onEvery {
		exact(name, want)
	}
	kind, cache, policy, vary := class(side, method, path, got.Code, got.Body == "")
	if kind == "export" {
		kind = left.Get("Content-Type")
		if kind != "application/x-ndjson; charset=utf-8" && kind != "text/csv; charset=utf-8" || left.Get("Content-Disposition") == "" {
			wrong = append(wrong, "it is no download")
		}
	}
	if got.Code == http.StatusOK && strings.HasSuffix(path, ".woff2") { // compressed already
		vary = ""
	}
	exact("Content-Type", kind)
	exact("Cache-Control", cache)
	exact("Content-Security-Policy", policy)
	exact("Vary", vary)
	wrong = append(wrong, others(side, method, got, left)...)
	if len(wrong) > 0 {
		w.wrong++
		w.Errorf("%s %s, %s: %d:\n%s", method, path, name, got.Code, strings.Join(wrong, "\n"))
	}
}

// others judges the headers that not every answer of a class has.
func others(side, method string, got *dagpasstest.Page, left http.Header) (wrong []string) {
	if !regexp.MustCompile(`^[a-z0-9]{26}$`).MatchString(left.Get("X-Request-Id")) {
		wrong = append(wrong, "its id is "+left.Get("X-Request-Id"))
	}
	if n := left.Get("Content-Length"); n != "" && n != strconv.Itoa(len(got.Body)) && method != http.MethodHead {
		wrong = append(wrong, "its length is "+n)
	}
	if name := needed[got.Code]; name != "" && left.Get(name) == "" {
		wrong = append(wrong, "it lacks "+name)
	}
	if got.Code == http.StatusUnauthorized && side == "API" && left.Get("WWW-Authenticate") == "" {
		wrong = append(wrong, "it lacks WWW-Authenticate")
	}
	left.Del("X-Request-Id")
	left.Del("Content-Length")
	for _, a := range allowed {
		if a.side != "" && a.side != side || a.statuses != nil && !slices.Contains(a.statuses, got.Code) {
			continue
		}
		for _, value := range left.Values(a.name) {
			if !a.form.MatchString(value) {
				wrong = append(wrong, fmt.Sprintf("%s is %q", a.name, value))
			}
		}
		left.Del(a.name)
	}
	for name, values := range left {
		wrong = append(wrong, fmt.Sprintf("the header %s too: %q", name, values))
	}
	return wrong
}

// covers fails the test when a status was never answered: then nothing is proved about it.
func (w *headerWalk) covers(side string, statuses ...int) {
	w.Helper()
	for _, status := range statuses {
		if w.seen[fmt.Sprint(side, " ", status)] == 0 {
			w.Errorf("no answer of the %s had status %d", side, status)
		}
	}
}
