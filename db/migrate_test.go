package db

import (
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"io/fs"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"
	"time"

	"github.com/google/go-cmp/cmp"
)

// released are the migrations that installations out there have applied. An edit of one would never
// reach them: write a new file instead. Until the first release the hash follows the file.
var released = map[string]string{
	"0001_initial.sql":     "33b3b47fe85b9a727bb0fc959e9c2c59949dbc4b8cb6922ad16dfebd1e599000",
	"0002_workspaces.sql":  "90fe2f46f1b2e04598b8054862e0236ae8a9b170e88ffe80508407a27f662b34",
	"0003_people.sql":      "aa5b9bb2ed2fed07632df201dff2e59d942ac25e7c5c3b8dea2a4481bdf8c73e",
	"0004_invitations.sql": "a1f4139639479572caa3acb5e63db1a56568578eef571ead7448a6ec005c4384",
	"0005_teams.sql":       "2f7bbbb72fe97e3d9f2e268380ae2fcaf57cd666ae0d627605c673a28f47c8b3",
	"0006_audit.sql":       "f53ee9b64648255d1cbe5f988420edf9ee4f12569e6453bb3fd34ed321263015",
	"0007_matrix.sql":      "c304ba855484b40b6cd7921e90878e226452abd787285180219a406e58452846",
	"0008_roles.sql":       "cbf78946737a24c402981ae0f0152d07613b0d819f5be502d7dd97a769b71d6c",
	"0009_ranges.sql":      "20c01c2da7635a621d60c34c8ae7fd1e285ec69f1e8068bce5ec5cc21b5fefe5",
	"0010_logins.sql":      "555a423a2c748dc6564d6e790af0b2ca1e091c2bf96b21d038e6e8fdf0da4445",
	"0011_use.sql":         "dc042de097c3381a928c84de9cea925f724ecb835fc9f5c559c3acd85eb5b62a",
	"0012_seals.sql":       "1bd8827de2e58e5a27738bda1d90b10cb9e10b613a6774e107076e3205273e94",
}

func TestMigrations_areNeverEdited(t *testing.T) {
	files, err := migrations()
	must(t, err)
	found := map[string]string{}
	must(t, fs.WalkDir(files, ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := fs.ReadFile(files, path)
		sum := sha256.Sum256(text)
		found[path] = hex.EncodeToString(sum[:])
		return err
	}))
	if diff := cmp.Diff(released, found); diff != "" {
		t.Error(diff)
	}
}

// withMigration are our migrations and one more, which runs outside a transaction: the worst case.
func withMigration(t *testing.T, name, text string) fstest.MapFS {
	t.Helper()
	files, err := migrations()
	must(t, err)
	out := fstest.MapFS{name: {Data: []byte("-- +goose NO TRANSACTION\n-- +goose Up\n" + text)}}
	for known := range maps.Keys(released) {
		data, err := fs.ReadFile(files, known)
		must(t, err)
		out[known] = &fstest.MapFile{Data: data}
	}
	return out
}

func TestMigrate(t *testing.T) {
	closed := func(t *testing.T) (*installation, *DB) {
		t.Helper()
		i := installed(t)
		db, err := Open(t.Context(), i.cfg)
		must(t, err)
		_, err = db.SigningKey(t.Context())
		must(t, err)
		must(t, db.Close())
		return i, db
	}
	// migrate applies files to a database of this version, as a next release would: their numbers are
	// far above ours.
	migrate := func(t *testing.T, i *installation, db *DB, files fs.FS) error {
		t.Helper()
		raw := i.raw(t)
		raw.SetMaxOpenConns(1)
		version, err := schemaVersion(t.Context(), raw)
		must(t, err)
		return errors.Join(db.migrate(t.Context(), raw, files, version, filepath.Join(i.cfg.Dir, fileName)), raw.Close())
	}
	copies := func(t *testing.T, i *installation) []string {
		t.Helper()
		found, err := filepath.Glob(filepath.Join(i.cfg.Dir, "before-migration-*.db"))
		must(t, err)
		return found
	}
	t.Run("an existing database is copied first, for its owner alone, and three copies are kept", func(t *testing.T) {
		i, db := closed(t)
		for n := range 4 {
			name := "900" + string(rune('2'+n)) + "_more.sql"
			i.clock.Advance(time.Second)
			must(t, migrate(t, i, db, withMigration(t, name, "CREATE TABLE more_"+name[:4]+" (x INTEGER) STRICT;")))
		}
		kept := copies(t, i)
		if len(kept) != 3 {
			t.Errorf("kept %v", kept)
		}
		for _, path := range kept {
			info, err := os.Stat(path)
			must(t, err)
			if info.Mode().Perm() != 0o600 || info.Size() == 0 {
				t.Errorf("%s: %s, %d bytes", path, info.Mode(), info.Size())
			}
		}
	})
	t.Run("one that fails leaves the database as it was", func(t *testing.T) {
		i, db := closed(t)
		if err := migrate(t, i, db, withMigration(t, "9002_bad.sql",
			"CREATE TABLE half (x INTEGER) STRICT; INSERT INTO nowhere VALUES (1);")); err == nil {
			t.Fatal("it was accepted")
		}
		if _, err := i.open(t).SigningKey(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("one whose result refers to nothing is undone", func(t *testing.T) {
		i, db := closed(t)
		err := migrate(t, i, db, withMigration(t, "9002_dangling.sql",
			"PRAGMA foreign_keys = 0;\nCREATE TABLE child (org TEXT REFERENCES organizations (id)) STRICT;"+
				"\nINSERT INTO child VALUES ('nobody');"))
		if !errors.Is(err, ErrDamaged) {
			t.Fatalf("got %v", err)
		}
		var n int
		must(t, i.raw(t).QueryRow(`SELECT count(*) FROM sqlite_schema WHERE name = 'child'`).Scan(&n))
		if n != 0 {
			t.Error("its table is there")
		}
	})
	t.Run("a database of a newer version is refused and left alone", func(t *testing.T) {
		i, db := closed(t)
		must(t, migrate(t, i, db, withMigration(t, "9002_newer.sql", "CREATE TABLE newer (x INTEGER) STRICT;")))
		wantRefused(t, i, ErrNewerSchema, "install the newer version")
	})
	t.Run("it is refused while a server runs", func(t *testing.T) {
		i, db := closed(t)
		lock, err := lockDir(i.cfg.Dir)
		must(t, err)
		defer lock.Close()
		if err := migrate(t, i, db, withMigration(t, "9002_more.sql", "CREATE TABLE more (x INTEGER) STRICT;")); !errors.Is(err, ErrInUse) {
			t.Errorf("got %v", err)
		}
	})
}

func TestSchema_isStrict(t *testing.T) {
	i := installed(t)
	i.open(t)
	rows, err := i.raw(t).Query(`SELECT name, sql FROM sqlite_schema WHERE type = 'table' AND sql NOT LIKE 'CREATE VIRTUAL%'`)
	must(t, err)
	var loose []string
	for rows.Next() {
		var name string
		var text sql.NullString
		must(t, rows.Scan(&name, &text))
		ours := !strings.HasPrefix(name, "goose_") && !strings.HasPrefix(name, "sqlite_") && !strings.HasPrefix(name, "token_search_")
		if ours && !strings.Contains(text.String, "STRICT") {
			loose = append(loose, name)
		}
	}
	must(t, rows.Err())
	if len(loose) > 0 {
		t.Errorf("not strict: %v", slices.Sorted(slices.Values(loose)))
	}
}
