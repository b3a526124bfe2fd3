package db

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/proof"
)

// shared is a database whose writer is held by an update until everybody waits in line for it.
type shared struct {
	t  *testing.T
	db *DB

	mu    sync.Mutex
	runs  map[string]int // of each update's closure
	fails map[string]error
}

func newShared(t *testing.T) *shared {
	t.Helper()
	db, _ := openNew(t)
	return &shared{t: t, db: db, runs: map[string]int{}, fails: map[string]error{}}
}

// person is the row that an update leaves behind.
func person(tx *Tx, name string) error {
	return tx.InsertUser(access.User{ID: access.UserID(tx.NewID()), Email: name + "@acme.example", FullName: name,
		Status: access.UserActive, CreatedAt: tx.now, UpdatedAt: tx.now})
}

// together runs updates in one group: the first begins when nobody else is there, and ends when all others wait.
// Each inserts a row under its name before it does what it does.
func (s *shared) together(do map[string]func(*Tx) error) {
	s.t.Helper()
	var all sync.WaitGroup
	holding, release := make(chan struct{}), make(chan struct{})
	all.Go(func() {
		s.update("first", func(*Tx) error {
			if s.runs["first"] == 1 {
				close(holding)
				<-release
			}
			return nil
		})
	})
	<-holding
	for i, name := range sorted(do) {
		all.Go(func() { s.update(name, do[name]) })
		s.wait(i + 1)
	}
	close(release)
	all.Wait()
}

func (s *shared) update(name string, do func(*Tx) error) {
	defer func() {
		if what := recover(); what != nil {
			s.note(name, fmt.Errorf("panic: %v", what))
		}
	}()
	s.note(name, s.db.update(context.WithoutCancel(s.t.Context()), func(tx *Tx) error {
		s.mu.Lock()
		s.runs[name]++
		s.mu.Unlock()
		if err := person(tx, name); err != nil {
			return err
		}
		return do(tx)
	}))
}

func (s *shared) note(name string, err error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.fails[name] = err
}

// wait waits until n stand in line.
func (s *shared) wait(n int) {
	for waiting := 0; waiting < n; time.Sleep(time.Millisecond) {
		s.db.line.mu.Lock()
		waiting = len(s.db.line.waiting)
		s.db.line.mu.Unlock()
	}
}

func sorted(do map[string]func(*Tx) error) []string {
	var names []string
	for name := range do {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}

const sqlPeopleHere = `SELECT full_name FROM users ORDER BY full_name`

func (db *DB) people(t testing.TB) []string {
	t.Helper()
	var names []string
	must(t, db.view(t.Context(), func(tx *Tx) (err error) {
		names, err = all(tx, text[string], sqlPeopleHere)
		return err
	}))
	return names
}

func (s *shared) wantPeople(names ...string) {
	s.t.Helper()
	if got := s.db.people(s.t); !slices.Equal(got, names) {
		s.t.Errorf("there are %v, want %v", got, names)
	}
}

func (s *shared) wantRuns(n int, names ...string) {
	s.t.Helper()
	for _, name := range names {
		if s.runs[name] != n {
			s.t.Errorf("%s ran %d times, want %d", name, s.runs[name], n)
		}
	}
}

func fine(*Tx) error { return nil }

func TestUpdate_together(t *testing.T) {
	t.Run("updates that wait become durable by one commit, and nobody is answered before it", func(t *testing.T) {
		s := newShared(t)
		s.together(map[string]func(*Tx) error{"a": fine, "b": fine, "last": func(tx *Tx) error {
			if seen := s.db.people(t); len(seen) > 0 {
				t.Errorf("others see %v before the commit", seen)
			}
			mine, err := all(tx, text[string], sqlPeopleHere)
			if !slices.Equal(mine, []string{"a", "b", "first", "last"}) {
				t.Errorf("the last sees %v", mine)
			}
			s.mu.Lock()
			defer s.mu.Unlock()
			if len(s.fails) > 0 {
				t.Errorf("answered before the commit: %v", s.fails)
			}
			return err
		}})
		s.wantPeople("a", "b", "first", "last")
		s.wantRuns(1, "a", "b", "first", "last")
	})
	t.Run("a failure undoes only itself", func(t *testing.T) {
		s := newShared(t)
		s.together(map[string]func(*Tx) error{"a": fine, "b": func(*Tx) error { return errStopped }, "c": fine})
		s.wantPeople("a", "c", "first")
		if s.fails["b"] != errStopped || s.fails["c"] != nil {
			t.Errorf("answered %v", s.fails)
		}
		s.wantRuns(1, "a", "b", "c", "first")
	})
	t.Run("a panic undoes only itself, and goes on", func(t *testing.T) {
		s := newShared(t)
		s.together(map[string]func(*Tx) error{"a": fine, "b": func(*Tx) error { panic("stop") }, "c": fine})
		s.wantPeople("a", "c", "first")
		if err := s.fails["b"]; err == nil || err.Error() != "panic: stop" {
			t.Errorf("answered %v", s.fails)
		}
	})
	t.Run("what fails in a violated constraint can go on", func(t *testing.T) {
		s := newShared(t)
		s.together(map[string]func(*Tx) error{"a": fine, "b": func(tx *Tx) error {
			wantCode(t, person(tx, "a"), access.Conflict)
			return nil
		}})
		s.wantPeople("a", "b", "first")
		s.wantRuns(1, "a", "b", "first")
	})
	t.Run("when the transaction is lost, each runs again alone", func(t *testing.T) {
		s := newShared(t)
		s.together(map[string]func(*Tx) error{"a": fine, "b": func(tx *Tx) error { return tx.put(sqlRollback) }, "c": fine})
		s.wantPeople("a", "c", "first")
		wantCode(t, s.fails["b"], access.Internal)
		s.wantRuns(2, "a", "b", "first")
		s.wantRuns(1, "c")
	})
	t.Run("at most so many share a commit", func(t *testing.T) {
		s := newShared(t)
		do := map[string]func(*Tx) error{}
		for i := range maxGroup + 5 {
			do[fmt.Sprintf("n%03d", i)] = func(*Tx) error {
				if seen := s.db.people(t); len(seen) != 0 && len(seen) != maxGroup {
					t.Errorf("others see %d", len(seen))
				}
				return nil
			}
		}
		s.together(do)
		if n := len(s.db.people(t)); n != maxGroup+6 {
			t.Errorf("there are %d", n)
		}
	})
}

var errStopped = errors.New("stopped")

// TestUpdate_swallowed: after a statement failed for another reason than a constraint, SQLite may have given up
// the whole transaction, and what followed would have been kept by itself.
func TestUpdate_swallowed(t *testing.T) {
	db, _ := openNew(t)
	err := db.update(t.Context(), func(tx *Tx) error {
		must(t, person(tx, "a"))
		_ = tx.put(`not a statement`)
		return nil
	})
	wantCode(t, err, access.Internal)
	if left := db.people(t); len(left) > 0 {
		t.Errorf("kept %v", left)
	}
}

// TestUpdate_givenUp: whoever gives up leaves the line, and the others go on.
func TestUpdate_givenUp(t *testing.T) {
	s := newShared(t)
	ctx, cancel := context.WithCancel(t.Context())
	gone := make(chan error, 1)
	s.together(map[string]func(*Tx) error{"a": func(*Tx) error {
		go func() {
			gone <- s.db.update(ctx, func(*Tx) error { t.Error("it ran"); return nil })
		}()
		s.wait(2)
		cancel()
		wantCode(t, <-gone, access.Unavailable)
		return nil
	}, "b": fine})
	s.wantPeople("a", "b", "first")
}

// TestProof_Together: many callers write at once, and each fails in one of all ways there are: by an error, a
// panic, a constraint, giving up, losing the transaction, swallowing a failure. What was acknowledged is there,
// nothing else is, and the record has no gap.
//
// Seen to fail with a savepoint that is released and never rolled back to, and with answers before the commit.
func TestProof_Together(t *testing.T) {
	db, _ := openNew(t)
	var acknowledged sync.Map
	var kept, lost atomic.Int64
	var all sync.WaitGroup
	rounds := proof.Times(12, 400)
	for w := range 32 {
		all.Go(func() {
			for i := range rounds {
				name := fmt.Sprintf("w%02d-%04d", w, i)
				if err := updateSomehow(t.Context(), db, name, (w*7+i*5)%16); err != nil {
					lost.Add(1)
					continue
				}
				acknowledged.Store(name, true)
				kept.Add(1)
			}
		})
	}
	all.Wait()
	people := db.people(t)
	for _, name := range people {
		if _, ok := acknowledged.Load(name); !ok {
			t.Errorf("%s is there, and was not acknowledged", name)
		}
	}
	if len(people) != int(kept.Load()) {
		t.Errorf("%d acknowledged, %d there", kept.Load(), len(people))
	}
	report, err := db.VerifyAudit(t.Context())
	must(t, err)
	must(t, report.Err())
	proof.Figure(t, "%d updates by 32 callers at once, %d of them failed, %d acknowledged, %d there", kept.Load()+lost.Load(), lost.Load(), kept.Load(), len(people))
}

// updateSomehow inserts a row and an event, and fails in one of the ways.
func updateSomehow(ctx context.Context, db *DB, name string, way int) (err error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	defer func() {
		if recover() != nil {
			err = errStopped
		}
	}()
	if way == 5 {
		cancel()
	}
	return db.update(ctx, func(tx *Tx) error {
		if err := person(tx, name); err != nil {
			return err
		}
		if err := tx.Append(tx.systemEvent(audit.UserCreate, audit.TargetUser, name, name)); err != nil {
			return err
		}
		switch way {
		case 0:
			return errStopped
		case 1:
			panic("stop")
		case 2:
			return person(tx, name)
		case 3:
			_ = tx.put(sqlRollback) // as SQLite does by itself, beside an error
			fallthrough
		case 4:
			_ = tx.put(`not a statement`)
		}
		return nil
	})
}
