package middleware

import (
	"bufio"
	"fmt"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"
)

func TestTheServerHasTheProcessLimits(t *testing.T) {
	srv := NewServer(http.NotFoundHandler(), slog.New(slog.DiscardHandler))
	for name, tt := range map[string]struct{ got, want time.Duration }{
		"header": {srv.ReadHeaderTimeout, 5 * time.Second},
		"read":   {srv.ReadTimeout, 15 * time.Second},
		"write":  {srv.WriteTimeout, 30 * time.Second},
		"idle":   {srv.IdleTimeout, 60 * time.Second},
	} {
		if tt.got != tt.want {
			t.Errorf("%s: %v, want %v", name, tt.got, tt.want)
		}
	}
	if srv.MaxHeaderBytes != 48*1024 {
		t.Errorf("headers: %d bytes, want 48 KiB", srv.MaxHeaderBytes)
	}
}

func TestFramingOnTheWire(t *testing.T) {
	const line = "POST /v1/x HTTP/1.1\r\n"
	tests := []struct {
		name, text string
		status     int
	}{
		{"Content-Length", line + "Host: a\r\nContent-Length: 2\r\n\r\n{}", 200},
		{"no Host", line + "Content-Length: 2\r\n\r\n{}", 400},
		{"Host twice", line + "Host: a\r\nHost: b\r\nContent-Length: 2\r\n\r\n{}", 400},
		{"Host twice and equal", line + "Host: a\r\nHost: a\r\nContent-Length: 2\r\n\r\n{}", 400},
		{"two lengths", line + "Host: a\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\n{}x", 400},
		{"a negative length", line + "Host: a\r\nContent-Length: -1\r\n\r\n", 400},
		{"a length with a sign", line + "Host: a\r\nContent-Length: +2\r\n\r\n{}", 400},
		{"a space before the colon", line + "Host: a\r\nContent-Length : 2\r\n\r\n{}", 400},
		{"a folded header", line + " Host: a\r\n\r\n", 400},
		{"a NUL in a header", line + "Host: a\r\nX-A: \x00\r\n\r\n", 400},
		{"chunks", line + "Host: a\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
		{"chunks and a length", line + "Host: a\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 411},
		{"another transfer coding", line + "Host: a\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", 501},
		{"a disguised transfer coding", line + "Host: a\r\nTransfer-Encoding: xchunked\r\n\r\n0\r\n\r\n", 501},
		{"64 KiB of headers", line + "Host: a\r\nX-A: " + strings.Repeat("a", 64<<10) + "\r\n\r\n", 431},
		{"TRACE", "TRACE /v1/x HTTP/1.1\r\nHost: a\r\n\r\n", 405},
		{"no HTTP at all", "hello\r\n\r\n", 400},
	}
	s := newSite(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			if got, _ := s.raw(t, tt.text); got.status != tt.status {
				t.Errorf("got %d %q, want %d", got.status, got.body, tt.status)
			}
		})
	}
}

func TestOptionsOfTheWholeServerPassTheChainToo(t *testing.T) {
	s := newSite(t, nil)
	got, _ := s.raw(t, "OPTIONS * HTTP/1.1\r\nHost: app.test\r\n\r\n")
	if got.header.Get(RequestIDHeader) == "" || got.header.Get("X-Frame-Options") != "DENY" {
		t.Errorf("got %v, want the headers of every response", got.header)
	}
	s.oneRecord(t, "request")
}

func TestNoSecondRequestCanBeSmuggledInABody(t *testing.T) {
	const hidden = "GET /v1/hidden HTTP/1.1\r\nHost: a\r\n\r\n"
	length := fmt.Sprintf("Content-Length: %d\r\n", len(hidden)+5)
	tests := map[string]string{
		"chunks end where the length goes on": "POST /v1/x HTTP/1.1\r\nHost: a\r\n" + length + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n" + hidden,
		"HTTP/1.0, where Go ignores chunks":   "POST /v1/x HTTP/1.0\r\nHost: a\r\nConnection: keep-alive\r\nTransfer-Encoding: chunked\r\n\r\n" + hidden,
	}
	for name, text := range tests {
		t.Run(name, func(t *testing.T) {
			s := newSite(t, nil)
			first, rest := s.raw(t, text)
			if !first.closed || rest != "" {
				t.Errorf("%d, closed %v, then %q; want an end after one response", first.status, first.closed, rest)
			}
			if n := len(s.records(t, "request")); n != 1 {
				t.Errorf("%d requests were served, want 1", n)
			}
		})
	}
}

func TestPipelinedRequestsAreAnsweredInOrder(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.API.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			fmt.Fprint(w, r.URL.Path)
		})
	})
	conn := s.dial(t)
	fmt.Fprint(conn, "GET /v1/a HTTP/1.1\r\nHost: a\r\n\r\nGET /v1/b HTTP/1.1\r\nHost: a\r\n\r\n")
	r := bufio.NewReader(conn)
	for _, want := range []string{"/v1/a", "/v1/b"} {
		res, err := http.ReadResponse(r, nil)
		if err != nil {
			t.Fatal(err)
		}
		if got := readAnswer(t, res); got.body != want {
			t.Errorf("got %q, want %q", got.body, want)
		}
	}
}

// The limit is shortened here; TestTheServerHasTheProcessLimits holds its real value.
func TestAClientThatDripsItsHeadersIsCutOff(t *testing.T) {
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewServer(page(200), slog.New(slog.DiscardHandler))
	srv.Config.ReadHeaderTimeout = 100 * time.Millisecond
	srv.Start()
	t.Cleanup(srv.Close)

	conn := site{Server: srv}.dial(t)
	fmt.Fprint(conn, "GET / HTTP/1.1\r\nHost: app.test\r\nX-A: ")
	go func() {
		// Each byte would move a limit that counted from the last one. The write fails once
		// the server has closed, which ends this.
		for range time.Tick(time.Millisecond) {
			if _, err := io.WriteString(conn, "a"); err != nil {
				return
			}
		}
	}()
	start := time.Now()
	answered, _ := io.ReadAll(conn)
	if took := time.Since(start); took > 5*time.Second {
		t.Errorf("cut off after %v, want about 100 ms", took)
	}
	if strings.Contains(string(answered), " 200 ") {
		t.Errorf("a half request was answered: %q", answered)
	}
}

func TestWhatNetHTTPReportsIsAWarningInTheLog(t *testing.T) {
	buf := &logBuffer{}
	srv := NewServer(nil, slog.New(slog.NewJSONHandler(buf, nil)))
	srv.ErrorLog.Print("http: something\nover two lines")
	if got := buf.String(); strings.Count(got, "\n") != 1 || !strings.Contains(got, `"level":"WARN"`) {
		t.Errorf("got %q, want one line at level WARN", got)
	}
}
