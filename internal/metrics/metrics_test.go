package metrics_test

import (
	"context"
	"errors"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"net/url"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/metrics"
	"dagpass/views"
	"dagpass/web/middleware"
)

const tokensPath = "/w/:ws/tokens"

// TestMetrics: what somebody does is the rise of one series.
func TestMetrics(t *testing.T) {
	h := dagpasstest.New(t)
	tok, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)
	author := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceAuthor)
	own := "/w/" + string(h.Workspace.ID) + "/tokens"
	signIn := func(password string) func() {
		return func() {
			h.Stranger().Post("/sign-in", url.Values{views.FieldEmail: {h.Owner.Email}, views.FieldPassword: {password}})
		}
	}
	for _, test := range []struct {
		name   string
		do     func()
		series string
		rise   float64
	}{
		{"a page is a request of its route's pattern", func() { h.Browser(h.Owner).Get(own).Status(200) },
			`dagpass_http_request_duration_seconds_count{method="GET",route="` + tokensPath + `",status="2xx"}`, 1},
		{"a call of the API is one of its own", func() { h.Accepts(value) },
			`dagpass_http_request_duration_seconds_count{method="GET",route="/v1/organizations",status="2xx"}`, 1},
		{"an unknown path is a request of no route", func() { h.Stranger().Get("/nowhere/" + string(tok.ID)) },
			`dagpass_http_request_duration_seconds_count{method="GET",route="other",status="4xx"}`, 1},
		{"so is what the middleware refuses", func() { h.Stranger().Do("BREW", "/", nil) },
			`dagpass_http_request_duration_seconds_count{method="other",route="other",status="4xx"}`, 1},
		{"an answer counts by its exact status", func() { h.Call("GET", "/v1/organizations", "", "") },
			`dagpass_http_responses_total{status="401"}`, 1},
		{"a token that is accepted", func() { h.Accepts(value) }, `dagpass_auth_total{result="accepted"}`, 1},
		{"a value that never was one", func() { h.Accepts("nonsense") }, `dagpass_auth_total{result="invalid_token"}`, 1},
		{"a request without a credential is no check of one", func() { h.Call("GET", "/v1/organizations", "", "") },
			`dagpass_auth_total{result="invalid_token"}`, 0},
		{"a right password", signIn(dagpasstest.Password), `dagpass_login_total{result="accepted"}`, 1},
		{"a wrong one", signIn("another sentence of words"), `dagpass_login_total{result="sign_in_failed"}`, 1},
		{"a code that was used", func() { h.Stranger().Post("/sign-in", url.Values{views.FieldCode: {strings.Repeat("0", 32)}}) },
			`dagpass_login_total{result="code_used_or_expired"}`, 1},
		{"whoever may not is counted by what it takes", func() { h.Browser(author).Get(own).Status(403) },
			`dagpass_authz_denied_total{action="tokens.view"}`, 1},
		{"also over the API", func() {
			h.Call("POST", "/v1/organizations/"+string(h.Org.ID)+"/workspaces/"+string(h.Workspace.ID), value, `{"name":"Mine","description":"","cicdEnforcedDefault":false}`)
		}, `dagpass_authz_denied_total{action="settings.update"}`, 1},
		{"a password waits for its turn once", signIn(dagpasstest.Password), `dagpass_hash_wait_seconds_count`, 1},
		{"a change waits for the writer", func() { h.NewWorkspace("Two") }, `dagpass_db_write_wait_seconds_count`, 1},
		{"and is committed", func() { h.NewWorkspace("Three") }, `dagpass_db_commit_seconds_count`, 1},
		{"and recorded", func() { h.NewWorkspace("Four") }, `dagpass_audit_seq`, 1},
		{"a page commits nothing", func() { h.Browser(author).Get("/w/" + string(h.Workspace.ID) + "/details").Status(200) },
			`dagpass_db_commit_seconds_count`, 0},
		{"a backup is the last one from then on", func() {
			if _, err := h.DB.Backup(t.Context(), filepath.Join(t.TempDir(), "copy.db"), "test"); err != nil {
				t.Error(err)
			}
		}, `dagpass_last_backup_timestamp_seconds`, float64(dagpasstest.Start.Unix())},
		{"a session more", func() { h.SignIn(h.Owner.User) }, `dagpass_sessions`, 1},
		{"a session that was left alone is none", func() { h.Clock.Advance(31 * time.Minute) }, `dagpass_sessions`, -5},
	} {
		t.Run(test.name, func(t *testing.T) {
			before := read(t, h)
			test.do()
			if rise := read(t, h).since(before, test.series); rise != test.rise {
				t.Errorf("%s rose by %v, want %v", test.series, rise, test.rise)
			}
		})
	}
}

func TestMetrics_tokens(t *testing.T) {
	h := dagpasstest.New(t)
	tok, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)
	count := func(want string, series string, value float64) {
		t.Helper()
		if got := read(t, h)[series]; got != value {
			t.Errorf("%s: %s is %v, want %v", want, series, got, value)
		}
	}
	count("a new token", "dagpass_tokens", 1)
	count("a new token", "dagpass_tokens_expiring", 0)
	h.Clock.Advance(84 * 24 * time.Hour)
	count("six days before its end", "dagpass_tokens_expiring", 1)
	h.Owner = h.SignIn(h.Owner.User)
	if _, _, err := h.Tokens.Rotate(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), tok.ID, tok.Generation, ""); err != nil {
		t.Fatal(err)
	}
	count("rotated", "dagpass_tokens_expiring", 0)
	h.Accepts(value)
	count("its old value was used", `dagpass_auth_total{result="token_rotated"}`, 1)
}

func TestMetrics_ofAnAlteredRow(t *testing.T) {
	h := dagpasstest.New(t)
	_, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)
	h.Edit(`UPDATE api_tokens SET expires_at = expires_at + 1`)
	h.Accepts(value)
	if n := read(t, h)["dagpass_integrity_failures_total"]; n != 1 {
		t.Errorf("%v failures, want 1", n)
	}
}

// TestMetrics_ofAnUnknownWord: a label is never what somebody else made up.
func TestMetrics_ofAnUnknownWord(t *testing.T) {
	m := metrics.New("test", time.Now)
	m.Answered(middleware.Answered{Method: "GET", Status: 401, Credential: "new_reason", SignIn: "new_reason"})
	w := httptest.NewRecorder()
	m.Handler(slog.New(slog.DiscardHandler)).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	got := parse(t, w.Body.String())
	if got[`dagpass_auth_total{result="other"}`] != 1 || got[`dagpass_login_total{result="other"}`] != 1 || strings.Contains(w.Body.String(), "new_reason") {
		t.Errorf("counted as:\n%s", w.Body)
	}
}

// TestMetrics_neverWaitForTheWriter: they are read while a write runs, however long it takes.
func TestMetrics_neverWaitForTheWriter(t *testing.T) {
	h := dagpasstest.New(t)
	err := access.Upkeep(t.Context(), h.DB.Access(), func(access.Tx) error {
		if n := read(t, h)["dagpass_sessions"]; n != 1 {
			t.Errorf("%v sessions, want 1", n)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

type broken struct{}

func (broken) Figures(context.Context) (db.Figures, error) {
	return db.Figures{}, errors.New("no database")
}

func TestMetrics_withoutTheDatabase(t *testing.T) {
	m := metrics.New("test", time.Now)
	if err := m.Read(broken{}); err != nil {
		t.Fatal(err)
	}
	m.Busy()
	logs := &dagpasstest.Logs{}
	w := httptest.NewRecorder()
	m.Handler(slog.New(slog.NewTextHandler(logs, nil))).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	got := parse(t, w.Body.String())
	if got["dagpass_db_busy_total"] != 1 || w.Code != http.StatusOK {
		t.Errorf("answered %d, without what was counted:\n%s", w.Code, w.Body)
	}
	if _, there := got["dagpass_sessions"]; there {
		t.Error("invents sessions")
	}
	if !strings.Contains(logs.String(), "no database") {
		t.Errorf("says nothing of it in the log: %s", logs)
	}
}

// BenchmarkAnswered is what a request costs more with metrics.
func BenchmarkAnswered(b *testing.B) {
	m := metrics.New("test", time.Now)
	a := middleware.Answered{Route: tokensPath, Method: "GET", Status: 200, Took: time.Millisecond, Action: access.TokenView, Credential: middleware.Accepted}
	for b.Loop() {
		m.Answered(a)
	}
}

// BenchmarkWrite is what a write costs more.
func BenchmarkWrite(b *testing.B) {
	m := metrics.New("test", time.Now)
	for b.Loop() {
		m.WriteWaited(time.Millisecond)
		m.Committed(time.Millisecond)
	}
}
