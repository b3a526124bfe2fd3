package db

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"runtime"
	"sync/atomic"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// Config is what [Open] needs.
type Config struct {
	// Dir is the data directory. It is made with mode 0700 when absent.
	Dir string
	// Root is the root key of the installation.
	Root secret.Root
	// Now is the wall clock.
	Now func() time.Time
	// Log gets warnings and integrity alarms; never a secret.
	Log *slog.Logger
	// Exclusive makes this the only server on the data directory. One-shot commands leave it false
	// and may run beside a server.
	Exclusive bool
	// Observer is told how writing goes; nil for nobody.
	Observer Observer
	// Driver names another driver of database/sql than that of SQLite: one that fails where a test wants
	// it to.
	Driver string
}

// Observer is told how writing goes. It is called inside transactions: it does not wait, and asks the
// database nothing.
type Observer interface {
	// WriteWaited: a write had to wait so long until it was the only one.
	WriteWaited(d time.Duration)
	// Committed: it took so long to have a change on disk.
	Committed(d time.Duration)
	// Busy: a transaction was given up because the database was not free in time.
	Busy()
}

type nobody struct{}

func (nobody) WriteWaited(time.Duration) {}
func (nobody) Committed(time.Duration)   {}
func (nobody) Busy()                     {}

// The failures of [Open] that a caller tells apart.
var (
	// ErrWrongKey: the root key is not the one this data was made with. Nothing was changed.
	ErrWrongKey = errors.New("the root key is not the one of this data directory")
	// ErrNewerSchema: the data was written by a newer version. Nothing was changed.
	ErrNewerSchema = errors.New("the database was written by a newer version of Dagpass")
	// ErrInUse: another process uses the data directory.
	ErrInUse = errors.New("another dagpass is using this data directory")
	// ErrUnsafe: others may read the data, or it lies on a file system that cannot keep it.
	ErrUnsafe = errors.New("unsafe data directory")
	// ErrDamaged: the database file failed a check of its structure.
	ErrDamaged = errors.New("the database is damaged; restore it from a backup")
)

// fileName is the database's name in the data directory.
const fileName = "dagpass.db"

// leastReaders is how many connections read on a small machine. They are opened when needed.
const leastReaders = 8

// DB is an open database. It is safe for concurrent use.
type DB struct {
	dir          string
	log          *slog.Logger
	observer     Observer
	writer       *pool
	line         line // who waits for the writer
	readers      *pool
	lists        turns        // how many of the readers may be in lists at once
	owner        atomic.Int64 // the goroutine inside Update, 0 for none
	clock        clock
	ids          access.IDs
	keyring      *secret.Keyring
	installation string
	integrity    integrity
	checked      atomic.Bool // the file was checked since the start, whatever was found
	probe        probe
	reserve      *reserve
	lock         *os.File // nil unless exclusive
}

// Open opens the database in the data directory, making it when there is none. Errors wrap
// [ErrWrongKey], [ErrNewerSchema], [ErrInUse], [ErrUnsafe], [ErrHalfRestored] or [ErrDamaged] where one of these is the
// cause, and say what to do about it. A server's file that the one before closed in order is checked by
// [DB.CheckFile], any other here.
func Open(ctx context.Context, cfg Config) (*DB, error) {
	if cfg.Now == nil || cfg.Log == nil {
		return nil, errors.New("db: Config.Now and Config.Log are needed")
	}
	if err := prepareDir(cfg.Dir, cfg.Log); err != nil {
		return nil, err
	}
	if err := checkUnfinished(cfg.Dir); err != nil {
		return nil, err
	}
	db := &DB{dir: cfg.Dir, log: cfg.Log, observer: cfg.Observer, clock: clock{wall: cfg.Now, log: cfg.Log}, reserve: newReserve(cfg.Dir, cfg.Log)}
	if db.observer == nil {
		db.observer = nobody{}
	}
	if err := db.open(ctx, cfg); err != nil {
		return nil, errors.Join(err, db.release())
	}
	return db, nil
}

func (db *DB) open(ctx context.Context, cfg Config) (err error) {
	if cfg.Exclusive {
		if db.lock, err = lockDir(cfg.Dir); err != nil {
			return err
		}
	}
	path := filepath.Join(cfg.Dir, fileName)
	if err := createFile(path); err != nil {
		return err
	}
	if err := db.prepareFile(ctx, path, cfg); err != nil {
		return err
	}
	if cfg.Exclusive {
		if err := forgetClosed(cfg.Dir); err != nil {
			return err
		}
	}
	if db.writer, err = openPool(cfg.Driver, path, writing, 1); err != nil {
		return err
	}
	readers := max(leastReaders, runtime.NumCPU())
	if db.readers, err = openPool(cfg.Driver, path, reading, readers); err != nil {
		return err
	}
	db.lists = make(turns, readers/2)
	if err := db.install(ctx, cfg.Root); err != nil {
		return err
	}
	return checkFiles(cfg.Dir)
}

// Keyring returns the keys of the installation.
func (db *DB) Keyring() *secret.Keyring { return db.keyring }

// InstallationID returns the random name that the installation got at its first start.
func (db *DB) InstallationID() string { return db.installation }

// Close moves what the log holds into the database file, closes it and gives the data directory
// free. No transaction may be running.
func (db *DB) Close() error {
	var err error
	if db.writer != nil {
		err = db.writer.checkpoint()
	}
	if e := db.closePools(); err == nil {
		err = e
	}
	if err == nil && db.lock != nil && db.checked.Load() && !db.integrity.bad.Load() {
		if e := noteClosed(db.dir, db.clock.wall()); e != nil {
			db.log.Warn("the next start will check the database before it answers", "err", e)
		}
	}
	if e := db.unlock(); err == nil {
		err = e
	}
	if err != nil {
		return fmt.Errorf("close the database: %w", err)
	}
	return nil
}

func (db *DB) release() error { return errors.Join(db.closePools(), db.unlock()) }

func (db *DB) closePools() error {
	var errs []error
	for _, p := range []*pool{db.readers, db.writer} {
		if p != nil {
			errs = append(errs, p.close())
		}
	}
	return errors.Join(errs...)
}

func (db *DB) unlock() error {
	if db.lock == nil {
		return nil
	}
	return db.lock.Close()
}
