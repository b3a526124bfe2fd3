package dagpasstest

import (
	"database/sql"
	"os"
	"path/filepath"
	"testing"
)

// Plan is a furnished house at rest, of which any number of equal ones can be built.
type Plan struct {
	house House
	file  []byte
}

// Plan returns the house as it is now. No transaction may be running.
func (h *House) Plan() *Plan {
	h.T.Helper()
	path := filepath.Join(h.Dir, databaseFile)
	raw, err := sql.Open("sqlite", "file:"+path)
	h.must(err)
	defer raw.Close()
	_, err = raw.Exec(`PRAGMA wal_checkpoint(TRUNCATE)`)
	h.must(err)
	file, err := os.ReadFile(path)
	h.must(err)
	return &Plan{*h, file}
}

// Build makes a house of the plan in which everyone is signed in as they were. It opens its database by a
// driver of database/sql, "" for that of SQLite.
func (p *Plan) Build(t testing.TB, driver string) *House {
	t.Helper()
	h := &House{
		T: t, Dir: filepath.Join(t.TempDir(), "data"), Clock: &Clock{now: p.house.Clock.Now()}, Logs: &Logs{},
		root: p.house.root, hasher: p.house.hasher, Org: p.house.Org, Workspace: p.house.Workspace, Owner: p.house.Owner,
	}
	h.log = newLog(h.Logs)
	h.must(os.Mkdir(h.Dir, 0o700))
	h.must(os.WriteFile(filepath.Join(h.Dir, databaseFile), p.file, 0o600))
	h.open(driver)
	return h
}
