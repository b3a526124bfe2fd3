package db

import (
	"fmt"
	"runtime"
	"slices"
	"sync"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/proof"
)

// TestProof_Locked: another connection holds BEGIN EXCLUSIVE while many change, read and ask whether the
// installation is ready. However many they are, each is answered as unavailable after about the time that
// SQLite waits, told when to try again, and leaves nothing. Reading goes on, no goroutine stays behind, and
// without the lock everything works again.
//
// Seen to fail with questions for readiness that each make an attempt of their own to write, one after the other
// (health.go, as it was: the eighth was answered after 41 s).
func TestProof_Locked(t *testing.T) {
	i := installed(t)
	i.cfg.Now = time.Now // or every question for readiness would come at one instant, and be answered by one write
	db := i.open(t)
	unlock := i.lock(t)
	before := runtime.NumGoroutine()

	c := &crowdOutside{db: db}
	for n := range proof.Times(16, 64) {
		c.ask(t, func() error {
			return db.update(t.Context(), func(tx *Tx) error { return person(tx, fmt.Sprint(n)) })
		})
	}
	for range proof.Times(8, 16) {
		c.ask(t, func() error { return db.Health(t.Context()) })
	}
	const reads = 200
	for range reads {
		if here := db.people(t); len(here) > 0 {
			t.Fatalf("stored behind the lock: %v", here)
		}
	}
	longest := c.wait()
	if longest < 4*time.Second || longest > 30*time.Second {
		t.Errorf("the longest wait was %v, want about %v", longest, waitLimit)
	}
	awaitGoroutines(t, before)
	unlock()

	must(t, db.update(t.Context(), func(tx *Tx) error { return person(tx, "afterwards") }))
	if here := db.people(t); !slices.Equal(here, []string{"afterwards"}) {
		t.Errorf("stored: %v", here)
	}
	proof.Figure(t, "%d changes and questions at once, answered after %.1f s at most; %d reads meanwhile; nothing left behind",
		len(c.took), longest.Seconds(), reads)
}

// lock takes the database for another connection, as another process would.
func (i *installation) lock(t *testing.T) (unlock func()) {
	t.Helper()
	other, err := i.raw(t).Conn(t.Context())
	must(t, err)
	t.Cleanup(func() { other.Close() })
	_, err = other.ExecContext(t.Context(), `BEGIN EXCLUSIVE`)
	must(t, err)
	return func() {
		_, err := other.ExecContext(t.Context(), `ROLLBACK`)
		must(t, err)
	}
}

// crowdOutside is many who want to write at once, and can't.
type crowdOutside struct {
	db  *DB
	all sync.WaitGroup

	mu   sync.Mutex
	took []time.Duration
}

// ask begins one question, which has to be answered with when to ask again.
func (c *crowdOutside) ask(t *testing.T, question func() error) {
	began := time.Now()
	c.all.Go(func() {
		err := question()
		if e := access.AsError(err); access.CodeOf(err) != access.Unavailable || e.RetryAfter != retryAfter {
			t.Errorf("answered %v, try again after %v", err, e.RetryAfter)
		}
		c.mu.Lock()
		defer c.mu.Unlock()
		c.took = append(c.took, time.Since(began))
	})
}

// wait waits for all answers and returns how long the last one took.
func (c *crowdOutside) wait() time.Duration {
	c.all.Wait()
	return slices.Max(c.took)
}

// awaitGoroutines waits until no more goroutines are there than before.
func awaitGoroutines(t *testing.T, before int) {
	t.Helper()
	for end := time.Now().Add(10 * time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			trace := make([]byte, 1<<20)
			t.Fatalf("%d goroutines, %d before:\n%s", runtime.NumGoroutine(), before, trace[:runtime.Stack(trace, true)])
		}
	}
}
