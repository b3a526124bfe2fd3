package main

import (
	"net"
	"net/http"
	"strings"
	"testing"
)

// TestServe_Metrics: they are answered on an address of their own, and nowhere else.
func TestServe_Metrics(t *testing.T) {
	data := newData(t)
	p := launch(t, "serve", "--data", data, "--metrics-listen", "127.0.0.1:0")
	at := p.stdout.await(t, `"metrics listening","address":"(127\.0\.0\.1:\d+)"`)[1]
	second := &program{t: t, url: "http://" + at}

	t.Run("with a program's usual figures among them", func(t *testing.T) {
		p.get("/v1/organizations")
		a := second.get("/metrics")
		for _, want := range []string{
			`dagpass_http_request_duration_seconds_count{method="GET",route="/v1/organizations",status="4xx"} 1`,
			"dagpass_db_commit_seconds_count", "dagpass_sessions 0", "dagpass_build_info", "go_goroutines", "process_start_time_seconds",
		} {
			if a.status != http.StatusOK || !strings.Contains(a.body, want) {
				t.Errorf("status %d, no %s in:\n%s", a.status, want, a.body)
			}
		}
	})
	t.Run("on a listener that answers nothing else", func(t *testing.T) {
		for _, path := range []string{"/", "/sign-in", "/v1/organizations", "/healthz", "/debug/pprof/", "/metrics/"} {
			if a := second.get(path); a.status != http.StatusNotFound {
				t.Errorf("%s: status %d", path, a.status)
			}
		}
		if a := second.do(http.MethodPost, "/metrics", nil, nil); a.status != http.StatusMethodNotAllowed {
			t.Errorf("POST: status %d", a.status)
		}
	})
	t.Run("not where people and programs come in", func(t *testing.T) {
		for _, path := range []string{"/metrics", "/debug/pprof/"} {
			if a := p.get(path); a.status != http.StatusNotFound {
				t.Errorf("%s: status %d", path, a.status)
			}
		}
	})
	t.Run("not at an address that is taken", func(t *testing.T) {
		code, _, stderr := execute(t, "", "serve", "--data", newData(t), "--listen", "127.0.0.1:0", "--metrics-listen", at)
		if code != 1 || !strings.Contains(stderr, "choose another address with --metrics-listen") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("until the server stops", func(t *testing.T) {
		if code := p.stop(); code != 0 {
			t.Errorf("exit %d: %s", code, p.stderr)
		}
		if conn, err := net.Dial("tcp", at); err == nil {
			conn.Close()
			t.Error("the address still answers")
		}
	})
	t.Run("and not at all when nobody asked for them", func(t *testing.T) {
		quiet := launch(t, "serve", "--data", data)
		if text := quiet.stdout.String(); strings.Contains(text, "metrics") {
			t.Errorf("log:\n%s", text)
		}
	})
}
