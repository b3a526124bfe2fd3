package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"syscall"
	"time"
)

// closedName is the file that a server leaves when it closed the database in order. It says which file that
// was. It is gone while a server runs, so that one that was killed leaves none.
const closedName = "closed"

// closedInOrder reports whether the database is the file that a server closed in order, and nobody wrote to it
// since. Such a file is checked while it serves; any other before.
func closedInOrder(dir string) bool {
	path := filepath.Join(dir, fileName)
	if _, err := os.Lstat(path + "-wal"); !errors.Is(err, fs.ErrNotExist) {
		return false
	}
	noted, err := os.ReadFile(filepath.Join(dir, closedName))
	if err != nil {
		return false
	}
	found, err := identityOf(path)
	return err == nil && string(noted) == found
}

// noteClosed leaves the file that closedInOrder looks for. It does not have to reach the disk: without it the
// next start takes longer, and no more. The time of the database is set to the nanosecond, because the kernel
// gives a write that of its last tick, which a write a moment later may have as well.
func noteClosed(dir string, now time.Time) error {
	path := filepath.Join(dir, fileName)
	if err := os.Chtimes(path, time.Time{}, now); err != nil {
		return err
	}
	identity, err := identityOf(path)
	if err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, closedName), []byte(identity), 0o600)
}

// forgetClosed removes it before anything is written to the database.
func forgetClosed(dir string) error {
	err := os.Remove(filepath.Join(dir, closedName))
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return errors.Join(err, syncDir(dir))
}

// identityOf changes with a file: when it is written to, replaced or cut.
func identityOf(path string) (string, error) {
	info, err := os.Lstat(path)
	if err != nil {
		return "", err
	}
	sys, ok := info.Sys().(*syscall.Stat_t)
	if !ok {
		return "", errors.ErrUnsupported
	}
	return fmt.Sprintf("%d %d %d\n", sys.Ino, info.Size(), info.ModTime().UnixNano()), nil
}

// CheckFile checks the pages and the references of the database, unless [Open] has. What it finds turns
// [DB.Health] bad for good, and [Open] refuses the file the next time. The error says that the check could not
// be done. A server calls it when it answers already.
func (db *DB) CheckFile(ctx context.Context) (err error) {
	if db.checked.Load() {
		return nil
	}
	began := db.clock.wall()
	raw, err := sql.Open("sqlite", dsn(filepath.Join(db.dir, fileName), reading))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	raw.SetMaxOpenConns(1)
	defer func() { err = errors.Join(err, raw.Close()) }()
	err = checkStructure(ctx, raw)
	if errors.Is(err, ErrDamaged) {
		db.integrity.damage(db.log, err)
		err = nil
	}
	if err == nil {
		db.checked.Store(true)
		db.log.Info("database checked", "took", db.clock.wall().Sub(began).Round(time.Millisecond).String())
	}
	return err
}
