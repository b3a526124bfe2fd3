package dagpasstest

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	_ "modernc.org/sqlite" // the driver, to look at the file beside the program

	"dagpass/db"
	"dagpass/internal/audit"
	"dagpass/internal/dirtest"
	"dagpass/internal/secret"
)

// firstStart is what a first start leaves, before every clock of a test.
var firstStart = dirtest.Prototype{Make: func(dir string, root secret.Root) error {
	d, err := db.Open(context.Background(), db.Config{Dir: dir, Root: root, Now: longAgo, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		return err
	}
	return d.Close()
}}

// databaseFile is the database's name in the data directory.
const databaseFile = "dagpass.db"

func longAgo() time.Time { return time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC) }

// Open opens a new database, as after a first start, until the test ends.
func Open(t testing.TB, now func() time.Time) *db.DB {
	t.Helper()
	dir := filepath.Join(t.TempDir(), "data")
	root := firstStart.Copy(t, dir)
	d := open(t, db.Config{Dir: dir, Root: root, Now: now, Log: slog.New(slog.DiscardHandler)})
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d
}

func open(t testing.TB, cfg db.Config) *db.DB {
	t.Helper()
	d, err := db.Open(t.Context(), cfg)
	if err != nil {
		t.Fatal(err)
	}
	return d
}

// Dump is every row of every table but what law 9 of the security design lets a reading request
// change: when a session was last seen and a token last used. Two equal dumps mean that nothing
// happened in between.
func (h *House) Dump() string {
	h.T.Helper()
	var out strings.Builder
	h.look(func(raw *sql.DB) {
		for _, table := range column(h, raw, `SELECT name FROM sqlite_master WHERE type = 'table' AND name NOT LIKE 'sqlite_%' AND name NOT LIKE 'goose%' ORDER BY name`) {
			rows := h.rows(raw, table)
			slices.Sort(rows)
			fmt.Fprintf(&out, "%s\n%s\n", table, strings.Join(rows, "\n"))
		}
	})
	return out.String()
}

// Events returns the audit record of an Organization, oldest first, as "action outcome target by
// actor".
func (h *House) Events(org string) []string {
	h.T.Helper()
	var out []string
	h.look(func(raw *sql.DB) {
		out = column(h, raw, `SELECT action || ' ' || outcome || ' ' || target_name || ' by ' || actor_name FROM audit
			WHERE organization_id = '`+org+`' ORDER BY seq`)
	})
	return out
}

// LastEvent is the newest of [House.Events] in the house's Organization.
func (h *House) LastEvent() string {
	h.T.Helper()
	all := h.Events(string(h.Org.ID))
	return all[len(all)-1]
}

// EventOf is how [House.Events] writes an event.
func EventOf(do audit.Action, outcome audit.Outcome, target, actor string) string {
	return string(do) + " " + string(outcome) + " " + target + " by " + actor
}

// Raw returns the bytes of the database with its log, for searching what must not be there.
func (h *House) Raw() []string {
	h.T.Helper()
	files, err := filepath.Glob(filepath.Join(h.Dir, "*"))
	h.must(err)
	return files
}

// Edit changes the file by hand, as only somebody with the data directory could.
func (h *House) Edit(statement string) {
	h.T.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(h.Dir, databaseFile))
	h.must(err)
	defer raw.Close()
	_, err = raw.Exec(statement)
	h.must(err)
}

func (h *House) look(read func(*sql.DB)) {
	h.T.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(h.Dir, databaseFile)+"?mode=ro")
	h.must(err)
	defer raw.Close()
	read(raw)
}

func column(h *House, raw *sql.DB, query string) []string {
	h.T.Helper()
	rows, err := raw.Query(query)
	h.must(err)
	defer rows.Close()
	var out []string
	for rows.Next() {
		var s string
		h.must(rows.Scan(&s))
		out = append(out, s)
	}
	h.must(rows.Err())
	return out
}

// volatile are the columns that reading may change.
var volatile = []string{"last_seen_at", "last_used_at", "last_used_ip", "last_used_client", "sort_used", "clock_high_water",
	"reveal_pending"} // the last is a note about the visitor's own browser, made before a secret is

func (h *House) rows(raw *sql.DB, table string) []string {
	h.T.Helper()
	rows, err := raw.Query(`SELECT * FROM ` + table)
	h.must(err)
	defer rows.Close()
	names, err := rows.Columns()
	h.must(err)
	var out []string
	for rows.Next() {
		values := make([]any, len(names))
		into := make([]any, len(names))
		for i := range values {
			into[i] = &values[i]
		}
		h.must(rows.Scan(into...))
		var line strings.Builder
		for i, v := range values {
			if !slices.Contains(volatile, names[i]) {
				fmt.Fprintf(&line, "|%s=%v", names[i], v)
			}
		}
		out = append(out, line.String())
	}
	h.must(rows.Err())
	return out
}

// Watch returns a function that reports whether the program has committed anything since it was last
// called. It costs next to nothing, where [House.Dump] reads every row.
func (h *House) Watch() (moved func() bool) {
	h.T.Helper()
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(h.Dir, "dagpass.db")+"?mode=ro")
	h.must(err)
	h.T.Cleanup(func() { h.must(raw.Close()) })
	raw.SetMaxOpenConns(1) // data_version compares what one connection sees
	seen := ""
	moved = func() bool {
		h.T.Helper()
		before := seen
		seen = column(h, raw, `PRAGMA data_version`)[0]
		return seen != before
	}
	moved()
	return moved
}
