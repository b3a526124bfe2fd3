package middleware

import (
	"errors"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"
)

func TestAPanicIs500AndItsStackIsInTheLogAlone(t *testing.T) {
	boom := func(w http.ResponseWriter, r *http.Request) {
		InfoFrom(r.Context()).Route = "/boom"
		w.Header().Set("Content-Length", "9999")
		w.Header().Set("Set-Cookie", "half=done")
		panic(errors.New("the cause"))
	}
	s := newSite(t, func(c *Config) {
		c.Console.Handler, c.API.Handler = http.HandlerFunc(boom), http.HandlerFunc(boom)
	})
	for side, path := range map[string]string{"console": "/", "API": "/v1/x"} {
		t.Run(side, func(t *testing.T) {
			got := s.send(t, "GET", path, "")
			if got.status != 500 || !strings.Contains(got.body, "internal") {
				t.Errorf("got %d %q, want 500 in the words of the side", got.status, got.body)
			}
			if strings.Contains(got.body, "cause") || strings.Contains(got.body, "goroutine") {
				t.Errorf("the client sees the inside: %q", got.body)
			}
			if got.header.Get("Set-Cookie") != "" {
				t.Error("a cookie of the failed handler was sent")
			}
			if got.header.Get(RequestIDHeader) == "" {
				t.Error("no request id to report")
			}
		})
	}
	for _, rec := range s.records(t, "panic") {
		if rec["cause"] != "the cause" || rec["route"] != "/boom" || rec["request_id"] == "" ||
			!strings.Contains(fmt.Sprint(rec["stack"]), "recover_test.go") {
			t.Errorf("got %v, want cause, route, request id and stack", rec)
		}
	}
	if n := len(s.records(t, "request")); n != 2 {
		t.Errorf("%d request lines, want 2", n)
	}
}

func TestAPanicAfterTheHeaderCutsTheConnection(t *testing.T) {
	s := newSite(t, serveConsole(func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/plain; charset=utf-8")
		fmt.Fprint(w, "half")
		_ = http.NewResponseController(w).Flush()
		panic("boom")
	}))
	conn := s.dial(t)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n")
	wire, _ := io.ReadAll(conn)
	if !strings.Contains(string(wire), "half") || strings.HasSuffix(string(wire), "0\r\n\r\n") {
		t.Errorf("got %q, want half a response without its end", wire)
	}
	if rec := s.oneRecord(t, "request"); rec["aborted"] != true || rec["status"] != 200.0 {
		t.Errorf("got %v, want aborted after status 200", rec)
	}
	s.oneRecord(t, "panic")
}
