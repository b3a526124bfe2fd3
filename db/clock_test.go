package db

import (
	"log/slog"
	"strings"
	"sync"
	"testing"
	"time"
)

func (db *DB) tick(t *testing.T) time.Time {
	t.Helper()
	var at time.Time
	must(t, db.update(t.Context(), func(tx *Tx) error { at = tx.Now(); return nil }))
	return at
}

func TestClock(t *testing.T) {
	// restart opens the installation, reads the clock twice with a pause, and closes it.
	restart := func(t *testing.T, i *installation, pause time.Duration) (first, second time.Time) {
		t.Helper()
		db, err := Open(t.Context(), i.cfg)
		must(t, err)
		first = db.tick(t)
		i.clock.Advance(pause)
		second = db.tick(t)
		must(t, db.Close())
		return first, second
	}
	t.Run("it does not run backwards over a restart", func(t *testing.T) {
		i := newInstallation(t)
		_, before := restart(t, i, 2*time.Minute)
		i.clock.Advance(-time.Hour)
		if after, _ := restart(t, i, 0); after.Before(before) {
			t.Errorf("%v came after %v", after, before)
		}
	})
	t.Run("it is stored at most once a minute", func(t *testing.T) {
		i := newInstallation(t)
		start, _ := restart(t, i, 59*time.Second)
		if got := i.highWater(t); !got.Equal(start) {
			t.Errorf("stored %v within a minute of %v", got, start)
		}
		_, later := restart(t, i, time.Second)
		if got := i.highWater(t); !got.Equal(later) {
			t.Errorf("stored %v, want %v", got, later)
		}
	})
	t.Run("a jump forward counts until the restart, is logged and not stored", func(t *testing.T) {
		i := newInstallation(t)
		start, jumped := restart(t, i, 365*24*time.Hour)
		if jumped.Sub(start) != 365*24*time.Hour {
			t.Errorf("it jumped by %v", jumped.Sub(start))
		}
		if !strings.Contains(i.log.String(), "the clock jumped forward") {
			t.Error("nothing was logged")
		}
		i.clock.Advance(-365 * 24 * time.Hour)
		if again, _ := restart(t, i, 0); !again.Equal(start) {
			t.Errorf("after the restart it is %v, want %v", again, start)
		}
	})
	t.Run("a change that fails stores nothing", func(t *testing.T) {
		i := newInstallation(t)
		db := i.open(t)
		before := i.highWater(t)
		i.clock.Advance(2 * time.Minute)
		if err := db.update(t.Context(), func(*Tx) error { return errEnded }); err != errEnded {
			t.Fatal(err)
		}
		if got := i.highWater(t); !got.Equal(before) {
			t.Errorf("stored %v", got)
		}
		at := db.tick(t)
		if got := i.highWater(t); !got.Equal(at) {
			t.Errorf("the next one stored %v, want %v", got, at)
		}
	})
}

// TestClock_ofManyReaders gives the race detector many transactions that begin at once.
func TestClock_ofManyReaders(t *testing.T) {
	c := clock{wall: time.Now, log: slog.New(slog.DiscardHandler)}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			last := c.instant()
			for range 2000 {
				now := c.instant()
				if now.Before(last) {
					t.Errorf("%v came after %v", now, last)
				}
				last = now
			}
		})
	}
	group.Wait()
}

func (i *installation) highWater(t *testing.T) time.Time {
	t.Helper()
	var ms int64
	must(t, i.raw(t).QueryRow(`SELECT clock_high_water FROM meta`).Scan(&ms))
	return utc(ms)
}
