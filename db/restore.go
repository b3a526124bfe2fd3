package db

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"sync"

	"dagpass/internal/audit"
)

// Source is the backup to restore.
type Source struct {
	// File is the copy of the database.
	File string
	// Manifest is what must be true of it; nil when there is none, as for a copy of another program.
	Manifest *Manifest
}

// Revival says what becomes of the access that ended after a backup was made, and that the backup would
// bring back. Exactly one field is set.
type Revival struct {
	// EndAllTokens ends the value of every API token.
	EndAllTokens bool
	// Replay is a later database of the same installation: what does not hold there any more is ended.
	Replay string
	// Accept is how many API tokens come back as they were.
	Accept *int
}

// Restored is what a restoration did.
type Restored struct {
	// Kept is where the database that was replaced lies now, empty when there was none.
	Kept string
	// Tokens is how many API tokens have a value that is accepted, Ended how many values ended now.
	Tokens, Ended int
	// Lowered is how many roles of people, teams and tokens, and custom roles, are less than in the backup,
	// or gone.
	Lowered int
	// Altered names the rows of the backup that were altered outside Dagpass. They grant nothing.
	Altered []string
	// Unreadable is why the head of the replaced record is not noted; nil when it is, or there was none.
	Unreadable error
}

// The failures of [Restore] that a caller tells apart, besides those of [Open].
var (
	// ErrRefused: the backup, the replaced database or the choice does not pass a check. Nothing was
	// changed.
	ErrRefused = errors.New("the backup was not restored")
	// ErrHalfRestored: a restoration was cut short while files were exchanged.
	ErrHalfRestored = errors.New("a restoration was cut short; run it again")
)

// unfinishedName stands in the data directory while files are exchanged, so that no server begins a new
// installation in between; stagingName holds the copies that are worked on before.
const (
	unfinishedName = "restore-unfinished"
	stagingName    = "restore-staging"
)

// restoration is a restoration under way.
type restoration struct {
	cfg  Config
	from Source
	how  Revival

	older *DB // what will be the database
	newer *DB // a copy of what it replaces, or replays; nil when there is none
	done  Restored
}

// Restore makes a backup the database of a data directory whose server is stopped: all sessions, logins of
// programs, one-time codes and known devices of it end, and the choice decides about API tokens, roles and
// people. Everything is checked and done on copies in the data directory, and on disk, before the files are
// exchanged; the replaced one is kept. The first event of every chain afterwards holds the head of the
// backup, that of the replaced record and the choice. Errors wrap [ErrRefused], or one of [Open].
func Restore(ctx context.Context, cfg Config, from Source, how Revival) (Restored, error) {
	if err := prepareDir(cfg.Dir, cfg.Log); err != nil {
		return Restored{}, err
	}
	lock, err := lockDir(cfg.Dir)
	if err != nil {
		return Restored{}, err
	}
	defer lock.Close()
	r := &restoration{cfg: cfg, from: from, how: how}
	staging := filepath.Join(cfg.Dir, stagingName)
	if err := os.RemoveAll(staging); err != nil {
		return Restored{}, err
	}
	err = r.prepare(ctx)
	if err == nil {
		err = r.settle(ctx)
	}
	if err = errors.Join(err, r.close()); err == nil {
		err = r.exchange()
	}
	return r.done, errors.Join(err, os.RemoveAll(staging))
}

func (r *restoration) staged(name string) string {
	return filepath.Join(r.cfg.Dir, stagingName, name)
}

// prepare opens copies of both databases, and refuses what does not fit together. Both are checked at the same
// time, because with a long record that is most of what a restoration takes.
func (r *restoration) prepare(ctx context.Context) error {
	replaced := filepath.Join(r.cfg.Dir, fileName)
	if r.how.Replay != "" {
		replaced = r.how.Replay
	}
	var newerErr error
	var beside sync.WaitGroup
	beside.Go(func() { r.newer, newerErr = r.openCopy(ctx, replaced, "replaced") })
	var heads []audit.Head
	older, err := r.openCopy(ctx, r.from.File, "backup")
	if r.older = older; err == nil {
		heads, err = r.older.AuditHeads(ctx)
	}
	if beside.Wait(); err != nil {
		return fmt.Errorf("%w: %s: %w", ErrRefused, r.from.File, err)
	}
	if newerErr == nil {
		beside.Go(func() { newerErr = r.checkNewer(ctx, heads) })
	}
	err = r.checkBackup(ctx)
	if beside.Wait(); err != nil {
		return err
	}
	if r.how.Replay != "" && newerErr != nil {
		return fmt.Errorf("%w: %s can't be replayed: %w", ErrRefused, replaced, newerErr)
	}
	if !errors.Is(newerErr, fs.ErrNotExist) {
		r.done.Unreadable = newerErr
	}
	return nil
}

// checkBackup holds the backup against its manifest and checks the whole record.
func (r *restoration) checkBackup(ctx context.Context) error {
	var heads []audit.Head
	if m := r.from.Manifest; m != nil {
		if m.Installation != r.older.installation {
			return fmt.Errorf("%w: %s is of another installation than its manifest says", ErrRefused, r.from.File)
		}
		heads = m.Heads
	}
	if err := checkRecord(ctx, r.older, heads); err != nil {
		return fmt.Errorf("%w: the record in %s: %w", ErrRefused, r.from.File, err)
	}
	return nil
}

// checkNewer refuses what is no later state of the history of the backup: its record is whole and passes
// through every head of the backup's. What is refused counts as absent.
func (r *restoration) checkNewer(ctx context.Context, heads []audit.Head) error {
	var err error
	if r.newer.installation != r.older.installation {
		err = errors.New("it is of another installation")
	} else {
		err = checkRecord(ctx, r.newer, heads)
	}
	if err != nil {
		err = errors.Join(err, r.newer.Close())
		r.newer = nil
	}
	return err
}

func checkRecord(ctx context.Context, d *DB, heads []audit.Head) error {
	report, err := d.VerifyAudit(ctx, heads...)
	if err != nil {
		return err
	}
	return report.Err()
}

// close closes both copies, which moves what their logs hold into the files.
func (r *restoration) close() error {
	var errs []error
	for _, d := range []*DB{r.older, r.newer} {
		if d != nil {
			errs = append(errs, d.Close())
		}
	}
	return errors.Join(errs...)
}

// exchange puts the restored database in the place of the old one, which keeps its log. A crash in between
// leaves the mark, with which nothing starts.
func (r *restoration) exchange() error {
	restored := filepath.Join(r.staged("backup"), fileName)
	if err := syncFile(restored); err != nil {
		return err
	}
	mark := filepath.Join(r.cfg.Dir, unfinishedName)
	if err := errors.Join(createFile(mark), syncDir(r.cfg.Dir)); err != nil {
		return err
	}
	path := filepath.Join(r.cfg.Dir, fileName)
	kept := filepath.Join(r.cfg.Dir, "before-restore-"+r.older.clock.instant().Format("20060102T150405.000Z")+".db")
	for _, suffix := range []string{"-shm", "-wal", ""} {
		switch err := os.Rename(path+suffix, kept+suffix); {
		case err == nil && suffix == "":
			r.done.Kept = kept
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return err
		}
	}
	if err := errors.Join(os.Rename(restored, path), syncDir(r.cfg.Dir)); err != nil {
		return err
	}
	return errors.Join(os.Remove(mark), syncDir(r.cfg.Dir))
}

// checkUnfinished refuses a data directory in which files were being exchanged.
func checkUnfinished(dir string) error {
	_, err := os.Lstat(filepath.Join(dir, unfinishedName))
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil
	case err != nil:
		return err
	}
	return fmt.Errorf("%w (%s)", ErrHalfRestored, dir)
}
