package db

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"slices"
	"sync"
	"time"

	"dagpass/internal/audit"
)

const (
	// probeEvery is how often Health really writes.
	probeEvery = 5 * time.Second
	// leastFree is the space below which the installation is not ready.
	leastFree = 64 << 20
)

const (
	sqlProbeRead  = `SELECT restore_epoch FROM meta`
	sqlProbeWrite = `UPDATE meta SET restore_epoch = restore_epoch WHERE id = 1`
)

// probe remembers the last attempt to write.
type probe struct {
	mu  sync.Mutex
	at  time.Time
	err error
}

// Health reports whether the installation can do its work: nil, or why not. It reads each time,
// writes at most every five seconds, and turns bad for good when a row or the file was found
// altered, and while less than 64 MiB are free.
func (db *DB) Health(ctx context.Context) error {
	if db.integrity.bad.Load() {
		return errors.New("the database was altered or damaged; see the log")
	}
	free, err := db.reserve.free()
	if err != nil {
		return fmt.Errorf("look at the data directory: %w", err)
	}
	if free < leastFree {
		return fmt.Errorf("%d MiB are free in the data directory; at least %d are needed", free>>20, leastFree>>20)
	}
	if err := db.view(ctx, func(tx *Tx) error { _, err := tx.count(sqlProbeRead); return err }); err != nil {
		return fmt.Errorf("read: %w", err)
	}
	return db.probe.write(ctx, db)
}

func (p *probe) write(ctx context.Context, db *DB) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	if age := db.clock.wall().Sub(p.at); age >= 0 && age < probeEvery {
		return p.err
	}
	p.err = db.update(ctx, func(tx *Tx) error { return tx.put(sqlProbeWrite) })
	p.at = db.clock.wall() // not before it: who waited for this attempt is not to make the next one
	if p.err != nil {
		p.err = fmt.Errorf("write: %w", p.err)
	}
	return p.err
}

// recordAltered writes the rows that were found altered into the record, once each, in a
// transaction of its own: the one that found them may only read, or fail for another reason.
func (db *DB) recordAltered(ctx context.Context) {
	if owner := db.owner.Load(); owner != 0 && owner == goroutine() {
		return // a View inside an Update: the Update will do it
	}
	rows := db.integrity.take()
	if len(rows) == 0 {
		return
	}
	err := db.write(context.WithoutCancel(ctx), func(tx *Tx) error {
		for _, a := range rows {
			e := tx.systemEvent(audit.IntegrityFailed, audit.TargetInstallation, db.installation, "Dagpass")
			e.Details = []audit.Change{{Field: "table", After: a.table}, {Field: "row", After: a.row}}
			if err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		db.log.Error("an altered row could not be recorded", "error", err)
	}
}

func sortedKeys(m map[string]bool) []string { return slices.Sorted(maps.Keys(m)) }
