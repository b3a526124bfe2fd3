package db

import (
	"context"
	"database/sql"
	"embed"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"

	"github.com/pressly/goose/v3"

	"dagpass/internal/secret"
)

//go:embed migrations/sqlite/*.sql
var migrationFiles embed.FS

func migrations() (fs.FS, error) { return fs.Sub(migrationFiles, "migrations/sqlite") }

// prepareFile checks the database file, the key and the schema, and brings the schema up to date.
// Until all checks have passed it writes nothing. The file that a server finds as one before it closed it in
// order is left for [DB.CheckFile], unless its schema is to be changed.
func (db *DB) prepareFile(ctx context.Context, path string, cfg Config) (err error) {
	raw, err := sql.Open("sqlite", dsn(path, writing))
	if err != nil {
		return fmt.Errorf("open the database: %w", err)
	}
	defer func() { err = errors.Join(err, raw.Close()) }()
	raw.SetMaxOpenConns(1)
	files, err := migrations()
	if err != nil {
		return err
	}
	if !cfg.Exclusive || !closedInOrder(cfg.Dir) {
		if err := db.checkFirst(ctx, raw); err != nil {
			return err
		}
	}
	version, err := schemaVersion(ctx, raw)
	if err != nil {
		return asDamage(err)
	}
	if version > 0 {
		if err := checkKey(ctx, raw, cfg.Root); err != nil {
			return err
		}
	}
	return db.migrate(ctx, raw, files, version, path)
}

const (
	sqlQuickCheck      = `PRAGMA quick_check(1)`
	sqlForeignKeyCheck = `PRAGMA foreign_key_check`
	sqlHasSchema       = `SELECT count(*) FROM sqlite_schema WHERE name = 'goose_db_version'`
	sqlSchemaVersion   = `SELECT COALESCE(max(version_id), 0) FROM goose_db_version WHERE is_applied = 1`
	sqlStoredKey       = `SELECT installation_id, key_check, clock_high_water FROM meta`
	sqlCopyInto        = `VACUUM INTO $1`
)

// checkFirst checks the file before anything is done with it.
func (db *DB) checkFirst(ctx context.Context, raw *sql.DB) error {
	if db.checked.Load() {
		return nil
	}
	err := checkStructure(ctx, raw)
	db.checked.Store(err == nil)
	return err
}

// asDamage marks a failure as [ErrDamaged] when it says that the file is.
func asDamage(err error) error {
	if code := codeOf(err) & 0xff; code == codeError || code == codeCorrupt || code == codeNotADB {
		return fmt.Errorf("%w: %w", ErrDamaged, err)
	}
	return err
}

// checkStructure refuses a file whose pages or references are damaged.
func checkStructure(ctx context.Context, raw *sql.DB) error {
	var verdict string
	if err := raw.QueryRowContext(ctx, sqlQuickCheck).Scan(&verdict); err != nil {
		return fmt.Errorf("check the database: %w", asDamage(err))
	}
	if verdict != "ok" {
		return fmt.Errorf("%w: %s", ErrDamaged, verdict)
	}
	return checkReferences(ctx, raw)
}

func checkReferences(ctx context.Context, raw *sql.DB) error {
	var table sql.NullString
	var ignored any
	err := raw.QueryRowContext(ctx, sqlForeignKeyCheck).Scan(&table, &ignored, &ignored, &ignored)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("check the references of the database: %w", asDamage(err))
	}
	return fmt.Errorf("%w: a row of %s refers to nothing", ErrDamaged, table.String)
}

// schemaVersion returns the number of the last migration applied, 0 for an empty file.
func schemaVersion(ctx context.Context, raw *sql.DB) (int64, error) {
	var version int64
	if err := raw.QueryRowContext(ctx, sqlHasSchema).Scan(&version); err != nil || version == 0 {
		return 0, err
	}
	err := raw.QueryRowContext(ctx, sqlSchemaVersion).Scan(&version)
	return version, err
}

// checkKey refuses a root key that is not the one of this data. Data without a key yet, from a first
// start that was cut short, takes any.
func checkKey(ctx context.Context, raw *sql.DB, root secret.Root) error {
	var id string
	var check []byte
	var high int64
	err := raw.QueryRowContext(ctx, sqlStoredKey).Scan(&id, &check, &high)
	if errors.Is(err, sql.ErrNoRows) {
		return nil
	}
	if err != nil {
		return fmt.Errorf("read the key check: %w", err)
	}
	keyring, err := secret.NewKeyring(root, id)
	if err != nil {
		return err
	}
	if !keyring.CheckEqual(check) {
		return fmt.Errorf("%w (the key given is %s)", ErrWrongKey, root.ID())
	}
	return nil
}

// migrate applies what is missing. It takes the lock of the data directory meanwhile, copies an
// existing database first, and puts the copy back when the result is not sound.
func (db *DB) migrate(ctx context.Context, raw *sql.DB, files fs.FS, version int64, path string) error {
	provider, err := goose.NewProvider(goose.DialectSQLite3, raw, files, goose.WithDisableGlobalRegistry(true))
	if err != nil {
		return fmt.Errorf("read the migrations: %w", err)
	}
	sources := provider.ListSources()
	newest := sources[len(sources)-1].Version
	switch {
	case version > newest:
		return fmt.Errorf("%w: its schema is %d and this version knows %d; install the newer version", ErrNewerSchema, version, newest)
	case version == newest:
		return nil
	}
	if db.lock == nil {
		lock, err := lockDir(db.dir)
		if err != nil {
			return err
		}
		defer lock.Close()
	}
	if err := db.checkFirst(ctx, raw); err != nil {
		return err
	}
	copied, err := db.copyBefore(ctx, raw, version)
	if err != nil {
		return err
	}
	if _, err = provider.Up(ctx); err == nil {
		err = checkReferences(ctx, raw)
	}
	if err != nil && copied != "" {
		err = errors.Join(err, raw.Close(), putBack(copied, path))
	}
	if err != nil {
		return fmt.Errorf("migrate the database: %w", err)
	}
	return nil
}

// copiesKept is how many copies from before a migration are kept.
const copiesKept = 3

// copyBefore copies an existing database beside it and returns the copy's path, "" for a new one. A copy has its
// name when it is whole and on disk, so that one that was cut short is not counted as one of those kept.
func (db *DB) copyBefore(ctx context.Context, raw *sql.DB, version int64) (string, error) {
	if version == 0 {
		return "", nil
	}
	name := fmt.Sprintf("before-migration-%04d-%s.db", version, db.clock.instant().Format("20060102T150405.000Z"))
	path := filepath.Join(db.dir, name)
	part := filepath.Join(db.dir, "before-migration"+partSuffix)
	if err := errors.Join(dropFile(part), createFile(part)); err != nil {
		return "", err
	}
	_, err := raw.ExecContext(ctx, sqlCopyInto, part)
	if err == nil {
		err = syncFile(part)
	}
	if err != nil {
		return "", fmt.Errorf("copy the database before migrating it: %w", errors.Join(err, dropFile(part)))
	}
	if err := errors.Join(os.Rename(part, path), syncDir(db.dir)); err != nil {
		return "", err
	}
	return path, db.dropOldCopies()
}

func (db *DB) dropOldCopies() error {
	copies, err := filepath.Glob(filepath.Join(db.dir, "before-migration-*.db"))
	if err != nil {
		return err
	}
	slices.Sort(copies)
	for _, old := range copies[:max(0, len(copies)-copiesKept)] {
		if err := os.Remove(old); err != nil {
			return err
		}
	}
	return nil
}

// putBack replaces the database by a copy. Its log belongs to the file that goes.
func putBack(copied, path string) error {
	for _, suffix := range []string{"-wal", "-shm"} {
		if err := os.Remove(path + suffix); err != nil && !errors.Is(err, fs.ErrNotExist) {
			return err
		}
	}
	return os.Rename(copied, path)
}
