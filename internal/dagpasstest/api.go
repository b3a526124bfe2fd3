package dagpasstest

import (
	"net/http"
	"net/http/httptest"
	"strings"
)

// Call sends an API request with a token value, like curl would, and returns status and body.
func (h *House) Call(method, path, value, body string) (int, string) {
	h.T.Helper()
	r := httptest.NewRequest(method, PublicURL+path, strings.NewReader(body))
	if body == "" {
		r = httptest.NewRequest(method, PublicURL+path, nil)
	} else {
		r.Header.Set("Content-Type", "application/json")
	}
	r.RemoteAddr = "192.0.2.8:40000"
	r.Header.Set("User-Agent", "curl/8.5.0")
	if value != "" {
		r.Header.Set("Authorization", "Bearer "+value)
	}
	w := httptest.NewRecorder()
	h.Handler.ServeHTTP(w, r)
	return w.Code, w.Body.String()
}

// Scrape returns what Prometheus would read now.
func (h *House) Scrape() string {
	h.T.Helper()
	w := httptest.NewRecorder()
	h.Metrics.ServeHTTP(w, httptest.NewRequest(http.MethodGet, "/metrics", nil))
	if w.Code != http.StatusOK {
		h.T.Fatalf("the metrics answer %d: %s", w.Code, w.Body)
	}
	return w.Body.String()
}

// Accepts reports whether a value authenticates right now.
func (h *House) Accepts(value string) bool {
	h.T.Helper()
	code, _ := h.Call(http.MethodGet, "/v1/organizations", value, "")
	return code == http.StatusOK
}
