package api_test

import (
	"bufio"
	"compress/gzip"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

func acceptGzip(r *http.Request) { r.Header.Set("Accept-Encoding", "gzip") }

// actions are those of the events in newline-delimited JSON, in order.
func actions(t *testing.T, body io.Reader) []string {
	t.Helper()
	var out []string
	lines := bufio.NewScanner(body)
	for lines.Scan() {
		var event struct {
			Action    string `json:"action"`
			Timestamp string `json:"timestamp"`
		}
		if err := json.Unmarshal(lines.Bytes(), &event); err != nil || event.Timestamp == "" {
			t.Fatalf("%q: %v", lines.Text(), err)
		}
		out = append(out, event.Action)
	}
	return out
}

// TestAuditLogs: contract 4.2 and 7.6, what organization audit-logs export asks for.
func TestAuditLogs(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	day := h.clock.now
	h.clock.forward(48 * time.Hour)
	h.addWorkspace("Night", "")
	since := "?startDate=" + url.QueryEscape(day.Add(time.Hour).Format(time.RFC3339Nano))
	export := func(query string, more ...func(*http.Request)) answer {
		return h.call(http.MethodGet, h.orgPath()+"/audit-logs"+query, owner.value, more...)
	}
	t.Run("events since the start are one JSON object a line", func(t *testing.T) {
		for _, family := range []string{"/v1", "/platform/v1beta1"} {
			a := h.get(h.organization(family)+"/audit-logs"+since, owner)
			if wantStatus(t, a, http.StatusOK); a.header.Get("Content-Encoding") != "" || !strings.HasPrefix(a.header.Get("Content-Type"), "application/x-ndjson") {
				t.Errorf("header %v", a.header)
			}
			if got := actions(t, strings.NewReader(a.body)); len(got) == 0 || got[0] != "workspace.create" {
				t.Errorf("events %v", got)
			}
		}
	})
	t.Run("they are gzipped for whoever takes it, and the same", func(t *testing.T) {
		a := export(since, acceptGzip)
		if wantStatus(t, a, http.StatusOK); a.header.Get("Content-Encoding") != "gzip" || a.header.Get("Vary") == "" {
			t.Fatalf("header %v", a.header)
		}
		body := must(gzip.NewReader(strings.NewReader(a.body))).in(t)
		if got := actions(t, body); len(got) == 0 || got[0] != "workspace.create" {
			t.Errorf("events %v", got)
		}
	})
	t.Run("an end leaves out what comes after it, to the nanosecond", func(t *testing.T) {
		at := h.clock.now // when the Workspace was made
		for end, want := range map[time.Time]int{at: 0, at.Add(time.Nanosecond): 1} {
			a := export(since + "&endDate=" + url.QueryEscape(end.Format(time.RFC3339Nano)))
			created := strings.Count(a.body, `"workspace.create"`)
			if wantStatus(t, a, http.StatusOK); created != want {
				t.Errorf("until %s: %d", end, created)
			}
		}
	})
	t.Run("without a start it is the last seven days", func(t *testing.T) {
		if a := export(""); !strings.Contains(a.body, `"organization.create"`) || a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("nothing to export is an empty answer, also gzipped", func(t *testing.T) {
		future := "?startDate=2030-01-01T00:00:00Z"
		if a := export(future); a.status != http.StatusOK || a.body != "" {
			t.Errorf("%d %q", a.status, a.body)
		}
		a := export(future, acceptGzip)
		if text, err := io.ReadAll(must(gzip.NewReader(strings.NewReader(a.body))).in(t)); err != nil || len(text) > 0 {
			t.Errorf("%q, %v", text, err)
		}
	})
	t.Run("every export is recorded with what was asked for", func(t *testing.T) {
		export("?startDate=2026-01-02T03:04:05.123456789Z")
		if a := export(since); !strings.Contains(a.body, `"from":"2026-01-02T03:04:05.123456789Z"`) {
			t.Errorf("%s", a.body)
		}
	})
	t.Run("what is refused is answered as JSON", func(t *testing.T) {
		for query, says := range map[string]string{
			"?startDate=yesterday":  "startDate: Use a time",
			"?startDate=":           "startDate: Use a time",
			"?startDate=2026-01-02": "startDate: Use a time",
			"?startDate=2026-02-01T00:00:00Z&endDate=2026-01-01T00:00:00Z":   "endDate: End at or after",
			"?endDate=2026-01-01T00:00:00Z&endDate=2026-01-01T00:00:00Z":     "endDate: Give it once.",
			"?startDate=2026-01-01T00:00:00Z&startDate=2026-01-01T00:00:00Z": "startDate: Give it once.",
		} {
			a := export(query, acceptGzip)
			if wantStatus(t, a, http.StatusBadRequest); !strings.Contains(a.body, says) || a.header.Get("Content-Encoding") != "" {
				t.Errorf("%s: %s", query, a.body)
			}
		}
		a := export("", func(r *http.Request) { r.ProtoMajor, r.ProtoMinor = 1, 0 })
		wantStatus(t, a, http.StatusHTTPVersionNotSupported)
	})
	t.Run("below Organization Owner it is refused, also for Workspace Owners", func(t *testing.T) {
		weak := h.add(h.workspace.Scope(), access.WorkspaceOwner, "weak")
		wantStatus(t, h.get(h.orgPath()+"/audit-logs", weak), http.StatusForbidden)
	})
}
