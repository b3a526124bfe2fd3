package db

import (
	"log/slog"
	"sync"
	"time"
)

const (
	// saveClockEvery is how often the clock's high water is stored.
	saveClockEvery = time.Minute
	// clockStep is a forward step that no running clock makes by itself.
	clockStep = 24 * time.Hour
)

// clock gives instants that never run backwards, in this process or after it: an API token or
// session seen expired must not come back when the wall clock is set back.
type clock struct {
	wall func() time.Time
	log  *slog.Logger

	mu      sync.Mutex
	high    int64 // the latest instant given out, unix milliseconds
	saved   int64 // the stored high water
	trusted int64 // the last reading of the wall clock without a step, 0 before the first
	stepped bool
}

// instant returns the time of a new transaction, UTC, in whole milliseconds.
func (c *clock) instant() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	now := c.wall().UnixMilli()
	c.watch(now)
	c.high = max(c.high, now)
	return time.UnixMilli(c.high).UTC()
}

// watch notices a jump forward. Whether it is a mistake can't be told, so it counts for this process
// and is logged, but not stored: a restart with the clock put right undoes it.
func (c *clock) watch(now int64) {
	jumped := c.trusted != 0 && now-c.trusted > clockStep.Milliseconds()
	if jumped && !c.stepped {
		c.log.Warn("the clock jumped forward; if that is right, restart Dagpass so that the new time is kept",
			"from", time.UnixMilli(c.trusted).UTC(), "to", time.UnixMilli(now).UTC())
	}
	if c.stepped = jumped; !jumped {
		c.trusted = now
	}
}

// start sets the clock to the stored high water.
func (c *clock) start(high int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.high, c.saved = max(c.high, high), high
}

// due reports whether the instant is to be stored.
func (c *clock) due(now time.Time) bool {
	c.mu.Lock()
	defer c.mu.Unlock()
	return !c.stepped && now.UnixMilli()-c.saved >= saveClockEvery.Milliseconds()
}

func (c *clock) noteSaved(high int64) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.saved = max(c.saved, high)
}

const sqlSaveClock = `UPDATE meta SET clock_high_water = $1 WHERE clock_high_water < $1`

// saveClock stores the transaction's instant when that is due. It returns what a commit will have
// stored, 0 for nothing.
func (tx *Tx) saveClock() (int64, error) {
	if !tx.db.clock.due(tx.now) {
		return 0, nil
	}
	high := tx.now.UnixMilli()
	return high, tx.put(sqlSaveClock, high)
}
