package db

import (
	"database/sql"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"testing"
	"time"
)

// closedServer is an installation whose server was closed in order.
func closedServer(t *testing.T) *installation {
	t.Helper()
	i := newInstallation(t)
	i.cfg.Exclusive = true
	i.serve(t, nil)
	return i
}

// serve opens the database as a server, lets it do something and closes it in order.
func (i *installation) serve(t *testing.T, do func(*DB)) {
	t.Helper()
	db, err := Open(t.Context(), i.cfg)
	must(t, err)
	if do != nil {
		do(db)
	}
	must(t, db.Close())
}

// wear overwrites the first page of a table with nothing, as a disk would: the file keeps its time.
func (i *installation) wear(t *testing.T, table string) {
	t.Helper()
	path := filepath.Join(i.cfg.Dir, fileName)
	raw, err := sql.Open("sqlite", immutable(path))
	must(t, err)
	var page, size int64
	must(t, raw.QueryRow(`SELECT COALESCE((SELECT rootpage FROM sqlite_schema WHERE name = $1), 1), (SELECT page_size FROM pragma_page_size)`, table).Scan(&page, &size))
	must(t, raw.Close())
	before, err := os.Stat(path)
	must(t, err)
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	must(t, err)
	_, err = f.WriteAt(make([]byte, size), (page-1)*size)
	must(t, errors.Join(err, f.Close(), os.Chtimes(path, time.Time{}, before.ModTime())))
}

// TestOpen_aFileThatWasClosedInOrder: security.md 13 wants the file checked at each start, which takes seconds
// with 100,000 tokens. Only a server that finds it as the one before left it answers meanwhile.
func TestOpen_aFileThatWasClosedInOrder(t *testing.T) {
	t.Run("is checked while the server answers, which is ready until damage is found", func(t *testing.T) {
		i := closedServer(t)
		i.wear(t, "teams")
		i.serve(t, func(db *DB) {
			must(t, db.Health(t.Context()))
			must(t, db.CheckFile(t.Context()))
			if err := db.Health(t.Context()); err == nil || db.integrity.found() != 1 {
				t.Errorf("Health says %v of a damaged file, %d found", err, db.integrity.found())
			}
		})
		wantRefused(t, i, ErrDamaged, "backup")
	})
	t.Run("is checked before, once more, when that check did not come to its end", func(t *testing.T) {
		i := closedServer(t)
		i.wear(t, "teams")
		i.serve(t, nil)
		wantRefused(t, i, ErrDamaged, "backup")
	})
	t.Run("is checked once", func(t *testing.T) {
		i := closedServer(t)
		i.serve(t, func(db *DB) {
			if db.checked.Load() {
				t.Error("it was checked before it was opened")
			}
			must(t, db.CheckFile(t.Context()))
			i.wear(t, "teams")
			must(t, db.CheckFile(t.Context()))
			must(t, db.Health(t.Context()))
		})
	})
	t.Run("is ready when it is whole, and no start is slow", func(t *testing.T) {
		i := closedServer(t)
		for range 3 {
			i.serve(t, func(db *DB) {
				if db.checked.Load() {
					t.Error("it was checked before it was opened")
				}
				must(t, db.CheckFile(t.Context()))
				must(t, db.Health(t.Context()))
			})
		}
	})
	t.Run("is refused at once when it can't be read at all", func(t *testing.T) {
		i := closedServer(t)
		i.wear(t, "sqlite_schema")
		wantRefused(t, i, ErrDamaged, "backup")
	})
}

// TestOpen_anyOtherFile is checked before anything is answered, and refused when it is damaged.
func TestOpen_anyOtherFile(t *testing.T) {
	for name, spoil := range map[string]func(*testing.T, *installation){
		"one that was written to since": func(t *testing.T, i *installation) {
			now := time.Now()
			must(t, os.Chtimes(filepath.Join(i.cfg.Dir, fileName), now, now))
		},
		"one that took the place of another": func(t *testing.T, i *installation) {
			path := filepath.Join(i.cfg.Dir, fileName)
			info, err := os.Stat(path)
			must(t, err)
			must(t, errors.Join(copyFile(path, path+".new"), os.Chmod(path+".new", 0o600),
				os.Chtimes(path+".new", time.Time{}, info.ModTime()), os.Rename(path+".new", path)))
		},
		"one beside which a log lies": func(t *testing.T, i *installation) {
			must(t, os.WriteFile(filepath.Join(i.cfg.Dir, fileName+"-wal"), nil, 0o600))
		},
		"one without a note of its end": func(t *testing.T, i *installation) {
			must(t, os.Remove(filepath.Join(i.cfg.Dir, closedName)))
		},
		"that of a command which is no server": func(_ *testing.T, i *installation) { i.cfg.Exclusive = false },
	} {
		t.Run(name, func(t *testing.T) {
			i := closedServer(t)
			i.wear(t, "teams")
			spoil(t, i)
			wantRefused(t, i, ErrDamaged, "backup")
		})
	}
	t.Run("one that a server is at work on, or was killed on", func(t *testing.T) {
		i := closedServer(t)
		i.serve(t, func(db *DB) {
			_, err := os.Stat(filepath.Join(i.cfg.Dir, closedName))
			if !errors.Is(err, fs.ErrNotExist) || closedInOrder(i.cfg.Dir) {
				t.Errorf("the note of an orderly end is there: %v", err)
			}
		})
	})
	t.Run("one in which a row was found altered", func(t *testing.T) {
		i := closedServer(t)
		i.serve(t, func(db *DB) {
			must(t, db.CheckFile(t.Context()))
			_, err := db.SigningKey(t.Context())
			must(t, err)
			i.alter(t, `UPDATE signing_keys SET public = x'00'`)
			if _, err := db.SigningKey(t.Context()); err == nil {
				t.Error("an altered key signs")
			}
		})
		if _, err := os.Stat(filepath.Join(i.cfg.Dir, closedName)); !errors.Is(err, fs.ErrNotExist) {
			t.Error("its server is taken for one that found nothing")
		}
	})
}
