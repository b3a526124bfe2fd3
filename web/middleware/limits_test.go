package middleware

import (
	"fmt"
	"io"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
)

func TestBodiesAndURLsHaveLimitsBySide(t *testing.T) {
	echoLength := func(w http.ResponseWriter, r *http.Request) {
		n, err := io.Copy(io.Discard, r.Body)
		fmt.Fprint(w, n, err)
	}
	s := newSite(t, func(c *Config) {
		c.Console.Handler, c.API.Handler = http.HandlerFunc(echoLength), http.HandlerFunc(echoLength)
		c.IsUpload = func(r *http.Request) bool { return r.URL.Path == "/upload" }
	})
	sized := func(path string, n int) string { return path + strings.Repeat("x", n-len(path)) }
	tests := []struct {
		name, path string
		body       int
		status     int
		closed     bool
	}{
		{"a form of 64 KiB - 1", "/", 65535, 200, false},
		{"a form of 64 KiB", "/", 65536, 200, false},
		{"a form of 64 KiB + 1", "/", 65537, 413, true},
		{"an upload of 2 MiB + 64 KiB", "/upload", 2162688, 200, false},
		{"an upload of 2 MiB + 64 KiB + 1", "/upload", 2162689, 413, true},
		{"an API body of 256 KiB - 1", "/v1/x", 262143, 200, false},
		{"an API body of 256 KiB", "/v1/x", 262144, 200, false},
		{"an API body of 256 KiB + 1", "/v1/x", 262145, 413, true},
		{"a console URL of 8 KiB - 1", sized("/?", 8191), 0, 200, false},
		{"a console URL of 8 KiB", sized("/?", 8192), 0, 200, false},
		{"a console URL of 8 KiB + 1", sized("/?", 8193), 0, 414, false},
		{"an API URL of 40 KiB - 1", sized("/v1/x?", 40959), 0, 200, false},
		{"an API URL of 40 KiB", sized("/v1/x?", 40960), 0, 200, false},
		{"an API URL of 40 KiB + 1", sized("/v1/x?", 40961), 0, 414, false},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.send(t, "POST", tt.path, strings.Repeat("b", tt.body), "Sec-Fetch-Site", "same-origin")
			if got.status != tt.status || got.closed != tt.closed {
				t.Errorf("got %d, connection closed %v; want %d, %v", got.status, got.closed, tt.status, tt.closed)
			}
			if want := fmt.Sprint(tt.body, " <nil>"); tt.status == 200 && got.body != want {
				t.Errorf("the handler read %q, want %q", got.body, want)
			}
		})
	}
}

func TestABodyLongerThanItSaysIsCutAndRecognised(t *testing.T) {
	var err error
	all := Side{
		Handler: http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			_, err = io.ReadAll(r.Body)
		}),
		Refuse: refuseAsPage,
	}
	s := sides{isAPI: func(*http.Request) bool { return false }, console: all, api: all}
	r := httptest.NewRequest("POST", "/", strings.NewReader(strings.Repeat("x", maxFormBody+1)))
	r.ContentLength = 1
	limit(s, all.Handler).ServeHTTP(httptest.NewRecorder(), r)
	if !IsTooLarge(fmt.Errorf("read form: %w", err)) {
		t.Errorf("reading ended with %v, want an error that IsTooLarge knows", err)
	}
	if IsTooLarge(io.ErrUnexpectedEOF) || IsTooLarge(nil) {
		t.Error("IsTooLarge knows errors that are none of its own")
	}
}
