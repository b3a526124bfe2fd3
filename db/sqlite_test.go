package db

import (
	"errors"
	"path/filepath"
	"strings"
	"testing"

	"dagpass/internal/access"
)

func TestFailure_goesByTheCode(t *testing.T) {
	s := newSmall(t)
	for _, c := range []struct {
		name, sql string
		want      access.Code
		reason    string
	}{
		{"a primary key in use", `INSERT INTO audit_suppressed VALUES ('a', 1), ('a', 1)`, access.Conflict, access.ReasonTaken},
		{"a unique column in use", `UPDATE users SET email = 'same'`, access.Conflict, access.ReasonTaken},
		{"a reference to nothing", `INSERT INTO teams (id, organization_id, name, name_fold, created_at) VALUES ('t', 'nobody', 'n', 'n', 1)`, access.NotFound, access.ReasonNotFound},
		{"a broken rule", `UPDATE users SET status = 'unheard of'`, access.Internal, "internal"},
		{"a wrong type", `UPDATE users SET created_at = 'yesterday'`, access.Internal, "internal"},
	} {
		err := s.db.update(t.Context(), func(tx *Tx) error { return tx.put(c.sql) })
		wantCode(t, err, c.want)
		if got := access.ReasonOf(err); got != c.reason {
			t.Errorf("%s: reason %q", c.name, got)
		}
	}
	t.Run("a full disk is unavailable, and reading goes on", func(t *testing.T) {
		must(t, s.db.update(t.Context(), func(tx *Tx) error { return tx.put(`PRAGMA max_page_count = 1`) }))
		err := s.db.update(t.Context(), func(tx *Tx) error {
			return tx.put(`INSERT INTO audit_suppressed VALUES ($1, 1)`, strings.Repeat("x", 1<<20))
		})
		wantCode(t, err, access.Unavailable)
		if e := access.AsError(err); e.RetryAfter != retryAfter {
			t.Errorf("try again after %v", e.RetryAfter)
		}
		_, err = s.held(t, s.user)
		wantCode(t, err, "")
	})
}

func TestTx_afterItsEnd(t *testing.T) {
	db, _ := openNew(t)
	var kept *Tx
	must(t, db.update(t.Context(), func(tx *Tx) error { kept = tx; return nil }))
	if err := kept.put(sqlProbeWrite); !errors.Is(err, errEnded) {
		t.Errorf("got %v", err)
	}
}

func TestPragmas(t *testing.T) {
	db, _ := openNew(t)
	for pragma, want := range map[string]int{
		"synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000, "secure_delete": 1, "trusted_schema": 0, "cell_size_check": 1, "mmap_size": 0,
	} {
		for name, run := range map[string]func(fn func(*Tx) error) error{
			"writer": func(fn func(*Tx) error) error { return db.update(t.Context(), fn) },
			"reader": func(fn func(*Tx) error) error { return db.view(t.Context(), fn) },
		} {
			must(t, run(func(tx *Tx) error {
				got, err := tx.count(`PRAGMA ` + pragma)
				if got != want {
					t.Errorf("%s: %s is %d, want %d", name, pragma, got, want)
				}
				return err
			}))
		}
	}
}

func TestDSN_takesAnyPath(t *testing.T) {
	i := newInstallation(t)
	i.cfg.Dir = filepath.Join(t.TempDir(), "with space ? and # and % and &")
	i.open(t)
	if found, err := filepath.Glob(filepath.Join(i.cfg.Dir, fileName)); err != nil || len(found) != 1 {
		t.Errorf("found %v, %v", found, err)
	}
}

func TestHealth(t *testing.T) {
	db, _ := openNew(t)
	must(t, db.Health(t.Context()))
	must(t, db.update(t.Context(), func(tx *Tx) error { return tx.put(`PRAGMA query_only = 1`) }))
	if err := db.Health(t.Context()); err != nil {
		t.Errorf("the write was tried again within five seconds: %v", err)
	}
	db.probe.at = db.probe.at.Add(-probeEvery)
	if err := db.Health(t.Context()); err == nil {
		t.Error("it is good although nothing can be written")
	}
}
