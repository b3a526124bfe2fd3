package main

import (
	"database/sql"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

// TestServe_TidiesUpAfterADeletion: R61, a Workspace with more tokens than are ended at once is deleted
// and the server dies; the next one ends what is left and writes it down. Seen to fail without the job.
func TestServe_TidiesUpAfterADeletion(t *testing.T) {
	data := newData(t)
	initialize(t, data)
	deleteLargeWorkspace(t, data, 501)
	p := launch(t, "serve", "--data", data)
	awaitNone(t, data, `SELECT count(*) FROM api_token_roles WHERE entity_type = 'workspace'`)
	awaitNone(t, data, `SELECT count(*) FROM workspace_deletions`)
	p.stop()
	raw := openRaw(t, data)
	var live, events int
	row := raw.QueryRow(`SELECT (SELECT count(*) FROM api_tokens WHERE state = 'live'), (SELECT count(*) FROM audit WHERE action = 'token.delete')`)
	if err := row.Scan(&live, &events); err != nil || live != 0 || events != 501 {
		t.Errorf("%d tokens live, %d events, %v", live, events, err)
	}
	if report := must(t, "", "audit", "verify", "--data", data); strings.Contains(report, "broken") {
		t.Error(report)
	}
}

// deleteLargeWorkspace fills the Workspace of a new installation and deletes it, and lets nothing come
// after the first transaction.
func deleteLargeWorkspace(t *testing.T, data string, tokens int) {
	t.Helper()
	d, err := storage{Data: data}.open(t.Context(), opening{log: quiet(), now: time.Now})
	if err != nil {
		t.Fatal(err)
	}
	defer d.Close()
	s, err := newServices(t.Context(), d, "http://localhost", newHasher())
	if err != nil {
		t.Fatal(err)
	}
	orgs, err := s.orgs.Mine(t.Context(), system())
	if err != nil {
		t.Fatal(err)
	}
	mine, _, err := s.workspaces.Mine(t.Context(), system(), orgs[0].ID, 1)
	if err != nil {
		t.Fatal(err)
	}
	for range tokens {
		if _, _, err := s.tokens.Create(t.Context(), system(), mine[0].Scope(), access.NewToken{Name: "ci", Role: access.WorkspaceMember}); err != nil {
			t.Fatal(err)
		}
	}
	if err := s.workspaces.Delete(t.Context(), system(), mine[0].Scope(), access.DeletionWord); err != nil {
		t.Fatal(err)
	}
}

func openRaw(t *testing.T, data string) *sql.DB {
	t.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(data, databaseName)+"?mode=ro")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { raw.Close() })
	return raw
}

// awaitNone waits until a count of a running server's database is zero.
func awaitNone(t *testing.T, data, count string) {
	t.Helper()
	raw := openRaw(t, data)
	tick := time.NewTicker(20 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(time.Minute); ; <-tick.C {
		var n int
		if err := raw.QueryRow(count).Scan(&n); err == nil && n == 0 {
			return
		}
		if time.Now().After(end) {
			t.Fatalf("still %d: %s", n, count)
		}
	}
}
