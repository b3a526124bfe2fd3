package middleware

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync"
	"testing"
	"time"
)

const publicURL = "https://app.test"

// site is a real server on a free port of 127.0.0.1 with the whole chain, and its log.
type site struct {
	*httptest.Server
	log *logBuffer
}

// newSite starts a server whose sides answer every request with 200; change adapts its settings.
func newSite(t *testing.T, change func(*Config)) site {
	t.Helper()
	buf := &logBuffer{}
	log := slog.New(slog.NewJSONHandler(buf, nil))
	c := validConfig(log)
	if change != nil {
		change(&c)
	}
	handler, err := New(c)
	if err != nil {
		t.Fatal(err)
	}
	srv := httptest.NewUnstartedServer(nil)
	srv.Config = NewServer(handler, log)
	srv.Start()
	t.Cleanup(srv.Close)
	return site{Server: srv, log: buf}
}

func validConfig(log *slog.Logger) Config {
	return Config{
		Log:        log,
		PublicURL:  publicURL,
		ProbePaths: []string{"/healthz"},
		IsAPI:      func(r *http.Request) bool { return strings.HasPrefix(r.URL.Path, "/v1/") },
		Console:    Side{Handler: page(http.StatusOK), Refuse: refuseAsPage},
		API:        Side{Handler: object(http.StatusOK), Refuse: refuseAsJSON},
	}
}

func serveConsole(h http.HandlerFunc) func(*Config) {
	return func(c *Config) { c.Console.Handler = h }
}

func page(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "text/html; charset=utf-8")
		w.WriteHeader(status)
		fmt.Fprint(w, "<p>page</p>")
	}
}

func object(status int) http.HandlerFunc {
	return func(w http.ResponseWriter, _ *http.Request) {
		w.Header().Set("Content-Type", "application/json; charset=UTF-8")
		w.WriteHeader(status)
		fmt.Fprint(w, `{}`)
	}
}

func refuseAsPage(w http.ResponseWriter, _ *http.Request, why Refusal) {
	w.Header().Set("Content-Type", "text/html; charset=utf-8")
	w.WriteHeader(why.Status)
	fmt.Fprintf(w, "<p>%s</p>", why.Reason)
}

func refuseAsJSON(w http.ResponseWriter, r *http.Request, why Refusal) {
	w.Header().Set("Content-Type", "application/json; charset=UTF-8")
	w.WriteHeader(why.Status)
	_ = json.NewEncoder(w).Encode(map[string]any{
		"message": why.Message, "requestId": RequestID(r.Context()), "statusCode": why.Status, "reason": why.Reason,
	})
}

// answer is a response read to its end.
type answer struct {
	status int
	header http.Header
	body   string
	closed bool // the server announced the end of the connection
}

// send makes a request to the site under the console's public host, with alternating header names
// and values; a header named Host replaces that one.
func (s site) send(t *testing.T, method, path, body string, headers ...string) answer {
	t.Helper()
	req, err := http.NewRequestWithContext(t.Context(), method, s.URL+path, strings.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	req.Host = "app.test"
	for i := 0; i < len(headers); i += 2 {
		if headers[i] == "Host" {
			req.Host = headers[i+1]
			continue
		}
		req.Header.Add(headers[i], headers[i+1])
	}
	res, err := s.Client().Transport.RoundTrip(req)
	if err != nil {
		t.Fatal(err)
	}
	return readAnswer(t, res)
}

func readAnswer(t *testing.T, res *http.Response) answer {
	t.Helper()
	defer res.Body.Close()
	body, err := io.ReadAll(res.Body)
	if err != nil {
		t.Fatal(err)
	}
	return answer{res.StatusCode, res.Header, string(body), res.Close}
}

// dial opens a connection that fails the test, instead of hanging it, after ten seconds.
func (s site) dial(t *testing.T) net.Conn {
	t.Helper()
	conn, err := net.Dial("tcp", s.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { conn.Close() })
	if err := conn.SetDeadline(time.Now().Add(10 * time.Second)); err != nil {
		t.Fatal(err)
	}
	return conn
}

// raw sends text as it is, and returns the first response and whatever follows it until the server
// closes the connection.
func (s site) raw(t *testing.T, text string) (first answer, rest string) {
	t.Helper()
	conn := s.dial(t)
	// The server may answer and close before it has read everything, which fails the write.
	_, _ = io.WriteString(conn, text)
	if err := conn.(*net.TCPConn).CloseWrite(); err != nil {
		t.Logf("closing the write side: %v", err)
	}
	r := bufio.NewReader(conn)
	res, err := http.ReadResponse(r, nil)
	if err != nil {
		t.Fatalf("no response: %v", err)
	}
	first = readAnswer(t, res)
	after, err := io.ReadAll(r)
	if err != nil {
		t.Logf("after the response: %v", err)
	}
	return first, string(after)
}

// record is one line of the log.
type record map[string]any

// records waits for the requests under way, stops the site and returns the lines with the message.
// Every line of the log must be one JSON object.
func (s site) records(t *testing.T, message string) []record {
	t.Helper()
	s.Close()
	var found []record
	for line := range strings.Lines(s.log.String()) {
		var rec record
		if err := json.Unmarshal([]byte(line), &rec); err != nil {
			t.Fatalf("a log line is not one JSON object: %q", line)
		}
		if rec["msg"] == message {
			found = append(found, rec)
		}
	}
	return found
}

func (s site) oneRecord(t *testing.T, message string) record {
	t.Helper()
	recs := s.records(t, message)
	if len(recs) != 1 {
		t.Fatalf("%d %q lines, want 1: %s", len(recs), message, s.log)
	}
	return recs[0]
}

// logBuffer is a buffer the server's goroutines may write to.
type logBuffer struct {
	mu  sync.Mutex
	buf bytes.Buffer
}

func (b *logBuffer) Write(p []byte) (int, error) {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.Write(p)
}

func (b *logBuffer) String() string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return b.buf.String()
}
