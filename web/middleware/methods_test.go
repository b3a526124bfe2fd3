package middleware

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestHEADIsServedByTheGETHandler(t *testing.T) {
	s := newSite(t, serveConsole(func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Length", "4")
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		w.Header().Set("X-Seen", r.Method)
		fmt.Fprint(w, "body")
	}))
	got := s.send(t, "HEAD", "/", "")
	if seen := got.header.Get("X-Seen"); seen != "GET" {
		t.Errorf("the handler saw %q, want GET", seen)
	}
	if length := got.header.Get("Content-Length"); got.body != "" || length != "4" {
		t.Errorf("body %q of Content-Length %q, want none of 4", got.body, length)
	}
	if rec := s.oneRecord(t, "request"); rec["method"] != "HEAD" || rec["bytes"] != 0.0 {
		t.Errorf("logged %v with %v bytes, want HEAD with 0", rec["method"], rec["bytes"])
	}
}

func TestTheBodyOfAHEADIsNotOnTheWire(t *testing.T) {
	s := newSite(t, nil)
	conn := s.dial(t)
	fmt.Fprint(conn, "HEAD / HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n")
	var wire strings.Builder
	buf := make([]byte, 4096)
	for {
		n, err := conn.Read(buf)
		wire.Write(buf[:n])
		if err != nil {
			break
		}
	}
	if _, body, ok := strings.Cut(wire.String(), "\r\n\r\n"); !ok || body != "" {
		t.Errorf("after the header came %q, want nothing", body)
	}
}

func TestOtherMethodsReachTheHandlerOrAreRefused(t *testing.T) {
	s := newSite(t, serveConsole(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, r.Method)
	}))
	for method, status := range map[string]int{
		"GET": 200, "POST": 200, "PUT": 200, "PATCH": 200, "DELETE": 200, "OPTIONS": 200, "BREW": 200,
		"TRACE": 405,
	} {
		t.Run(method, func(t *testing.T) {
			got := s.send(t, method, "/", "", "Sec-Fetch-Site", "same-origin", "X-Http-Method-Override", "DELETE")
			if got.status != status || (status == 200 && got.body != method) {
				t.Errorf("got %d %q, want %d", got.status, got.body, status)
			}
		})
	}
	t.Run("CONNECT", func(t *testing.T) {
		got, _ := s.raw(t, "CONNECT app.test:443 HTTP/1.1\r\nHost: app.test:443\r\n\r\n")
		if got.status != http.StatusMethodNotAllowed || got.header.Get("Allow") == "" {
			t.Errorf("got %d with Allow %q, want 405 with methods", got.status, got.header.Get("Allow"))
		}
	})
}
