package main

import (
	"bufio"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"dagpass/views"
)

// held is a request whose handler runs and waits for the rest of the body.
type held struct {
	t    *testing.T
	conn net.Conn
	in   *bufio.Reader
	body string
}

// hold sends a POST up to its body. The server asks for the body when a handler reads it, so the
// request is in flight when hold returns.
func hold(t *testing.T, p *program, path string, form url.Values) *held {
	t.Helper()
	host := strings.TrimPrefix(p.url, "http://")
	conn, err := net.Dial("tcp", host)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = conn.Close() })
	h := &held{t: t, conn: conn, in: bufio.NewReader(conn), body: form.Encode()}
	fmt.Fprintf(conn, "POST %s HTTP/1.1\r\nHost: %s\r\nOrigin: %s\r\nExpect: 100-continue\r\n"+
		"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: %d\r\n\r\n", path, host, p.url, len(h.body))
	response, err := http.ReadResponse(h.in, nil)
	if err != nil || response.StatusCode != http.StatusContinue {
		t.Fatalf("%v, %v", response, err)
	}
	return h
}

// finish sends the body and returns the answer.
func (h *held) finish() *http.Response {
	h.t.Helper()
	if _, err := h.conn.Write([]byte(h.body)); err != nil {
		h.t.Fatal(err)
	}
	response, err := http.ReadResponse(h.in, nil)
	if err != nil {
		h.t.Fatal(err)
	}
	_ = response.Body.Close()
	return response
}

func TestServe_FinishesWhatIsInFlight(t *testing.T) {
	data := newData(t)
	p := launch(t, "demo", "--data", data)
	var requests []*held
	for _, link := range regexp.MustCompile(`/sign-in#(\w{32})`).FindAllStringSubmatch(p.stderr.String(), -1) {
		requests = append(requests, hold(t, p, "/sign-in", url.Values{views.FieldCode: {link[1]}}))
	}
	p.signal(syscall.SIGTERM)
	p.stdout.await(t, `"stopping"`)

	t.Run("accepts nothing more", func(t *testing.T) {
		for { // the listener is closed right after the line was logged
			conn, err := net.Dial("tcp", strings.TrimPrefix(p.url, "http://"))
			if errors.Is(err, syscall.ECONNREFUSED) {
				return
			}
			if errors.Is(err, syscall.ECONNRESET) {
				continue // it waited to be accepted when the listener was closed
			}
			if err != nil {
				t.Fatal(err)
			}
			_ = conn.Close()
		}
	})
	var cookies []string
	t.Run("answers every request it has", func(t *testing.T) {
		if len(requests) != len(demoPeople) {
			t.Fatalf("%d requests, %d people", len(requests), len(demoPeople))
		}
		for _, h := range requests {
			response := h.finish()
			if response.StatusCode != http.StatusSeeOther || !response.Close {
				t.Errorf("status %d, close %v", response.StatusCode, response.Close)
			}
			cookies = append(cookies, session(t, response.Header))
		}
		if code := p.wait(); code != 0 {
			t.Errorf("exit %d:\n%s", code, p.stdout)
		}
	})
	t.Run("keeps what it answered", func(t *testing.T) {
		again := launch(t, "serve", "--data", data)
		for i, cookie := range cookies {
			if a := again.do(http.MethodGet, views.ProfileURL, nil, http.Header{"Cookie": {cookie}}); a.status != http.StatusOK {
				t.Errorf("the session of %s is gone: %d", demoPeople[i].name, a.status)
			}
		}
	})
}

func TestServe_IsNotReadyWhileItStops(t *testing.T) {
	s := &server{}
	s.draining.Store(true)
	if err := s.ready(t.Context()); !errors.Is(err, errDraining) {
		t.Errorf("ready: %v", err)
	}
}
