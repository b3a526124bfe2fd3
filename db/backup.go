package db

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"path/filepath"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

// ErrExists: a backup is never written over a file.
var ErrExists = errors.New("there is a file already")

// partSuffix marks what is not finished.
const partSuffix = ".part"

// Backup copies the database as it is at one moment to a new file that only its owner may read, and writes
// its manifest beside it; a server may go on meanwhile. The copy is checked and on disk when it returns, and
// the record says that it was made. It holds no root key. The error wraps [ErrExists] when one of the two
// files is there already; after any error neither is left.
func (db *DB) Backup(ctx context.Context, file, version string) (Manifest, error) {
	for _, path := range []string{file, ManifestPath(file)} {
		if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
			return Manifest{}, errors.Join(fmt.Errorf("%w: %s", ErrExists, path), err)
		}
	}
	m, err := db.backup(ctx, file, version)
	if err == nil {
		err = db.update(ctx, func(tx *Tx) error {
			e := tx.systemEvent(audit.BackupCreate, audit.TargetInstallation, db.installation, "Dagpass")
			e.Details = []audit.Change{{Field: "sha256", After: m.SHA256}}
			return tx.Append(e)
		})
	}
	if err != nil {
		return Manifest{}, errors.Join(fmt.Errorf("back up to %s: %w", file, err), dropBackup(file))
	}
	return m, nil
}

func (db *DB) backup(ctx context.Context, file, version string) (Manifest, error) {
	part := file + partSuffix
	if err := dropFile(part); err != nil { // of an attempt that was cut short
		return Manifest{}, err
	}
	if err := createFile(part); err != nil {
		return Manifest{}, err
	}
	if err := db.copyInto(ctx, part); err != nil {
		return Manifest{}, err
	}
	m, err := db.describe(ctx, part)
	if err != nil {
		return Manifest{}, err
	}
	m.Version = version
	// The name is taken by an empty file first: renaming alone would replace another one's backup.
	f, err := os.OpenFile(file, os.O_CREATE|os.O_EXCL|os.O_WRONLY, 0o600)
	if err != nil {
		return Manifest{}, err
	}
	if err := errors.Join(f.Close(), os.Rename(part, file), m.write(file)); err != nil {
		return Manifest{}, err
	}
	return m, syncDir(filepath.Dir(file))
}

// copyInto writes the database to an empty file in one reading transaction, which holds nobody up.
func (db *DB) copyInto(ctx context.Context, path string) error {
	raw, err := sql.Open("sqlite", dsn(filepath.Join(db.dir, fileName), writing))
	if err != nil {
		return err
	}
	raw.SetMaxOpenConns(1)
	_, err = raw.ExecContext(ctx, sqlCopyInto, path)
	return errors.Join(err, raw.Close(), syncFile(path))
}

// describe checks a finished copy and returns its manifest, without the version.
func (db *DB) describe(ctx context.Context, path string) (m Manifest, err error) {
	if m.SHA256, m.Size, err = digestOf(path); err != nil {
		return m, err
	}
	readers := &pool{use: reading, inUse: make(chan struct{}, 1)}
	if readers.db, err = sql.Open("sqlite", immutable(path)); err != nil {
		return m, err
	}
	defer func() { err = errors.Join(err, readers.close()) }()
	if err := checkStructure(ctx, readers.db); err != nil {
		return m, err
	}
	if m.Schema, err = schemaVersion(ctx, readers.db); err != nil {
		return m, err
	}
	// A database of its own, so that the heads are those of the copy and not of what happened since.
	copied := &DB{dir: db.dir, log: db.log, keyring: db.keyring, installation: db.installation,
		clock: clock{wall: db.clock.wall, log: db.log}, readers: readers, lists: make(turns, 1)}
	m.Heads, err = copied.AuditHeads(ctx)
	m.Installation, m.Time = db.installation, db.clock.instant()
	return m, err
}

// immutable opens a file that nobody writes and leaves no file beside it.
func immutable(path string) string {
	q := url.Values{"mode": {"ro"}, "immutable": {"1"}, "_pragma": {"query_only(1)", "trusted_schema(0)", "cell_size_check(1)"}}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

func digestOf(path string) (string, int64, error) {
	f, err := os.Open(path)
	if err != nil {
		return "", 0, err
	}
	defer f.Close()
	hash := sha256.New()
	n, err := io.Copy(hash, f)
	return hex.EncodeToString(hash.Sum(nil)), n, err
}

func dropBackup(file string) error {
	return errors.Join(dropFile(file), dropFile(file+partSuffix), dropFile(ManifestPath(file)))
}

func dropFile(path string) error {
	if err := os.Remove(path); !errors.Is(err, fs.ErrNotExist) {
		return err
	}
	return nil
}

// syncFile returns when a file is on disk, which SQLite does not wait for after VACUUM INTO.
func syncFile(path string) error {
	f, err := os.OpenFile(path, os.O_RDWR, 0)
	if err != nil {
		return err
	}
	return errors.Join(f.Sync(), f.Close())
}

// syncDir returns when the names in a directory are on disk.
func syncDir(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}

const sqlLastBackup = `
SELECT at FROM audit WHERE chain = 'installation' AND action = 'backup.create' ORDER BY seq DESC LIMIT 1`

// LastBackup returns when the record says that the last backup was made; the zero time when it says so of
// none.
func (db *DB) LastBackup(ctx context.Context) (time.Time, error) {
	var at int64
	err := db.view(ctx, func(tx *Tx) error { return tx.row(sqlLastBackup, nil, &at) })
	if access.CodeOf(err) == access.NotFound {
		return time.Time{}, nil
	}
	if err != nil {
		return time.Time{}, err
	}
	return utc(at), nil
}
