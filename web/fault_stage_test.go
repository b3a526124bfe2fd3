package web_test

import (
	"database/sql"
	"os"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"
	"testing/cryptotest"
	"time"

	"dagpass/internal/dagpasstest"
	"dagpass/internal/faultdb"
)

// state is what a request left.
type state string

const (
	asBefore state = "as before"
	complete state = "changed as a whole"
	recorded state = "as before, with a note in the record"
	half     state = "half changed"
)

// stage is a house in which requests fail, one after the other while none changes anything.
type stage struct {
	t          *testing.T // of the whole proof
	driver     *faultdb.Driver
	bare, mail bool
	house      *dagpasstest.House
	before     string  // what is stored
	raw        *sql.DB // sees by its version whether another connection committed
	version    int
	goroutines int
}

// stage returns the house for a request.
func (f *faults) stage(r probe) *stage {
	f.t.Helper()
	if f.now == nil || f.now.bare != r.bare || f.now.mail != r.mail {
		return f.renew(r)
	}
	return f.now
}

// renew returns a house for a request in which nothing has happened.
func (f *faults) renew(r probe) *stage {
	f.t.Helper()
	f.leave()
	plan := f.plan
	if r.bare {
		plan = f.bare
	}
	s := &stage{t: f.t, driver: f.driver, bare: r.bare, mail: r.mail, house: plan.Build(f.t, f.driver.Name)}
	if r.mail {
		s.house.MailAtOnce()
	}
	raw, err := sql.Open("sqlite", "file:"+filepath.Join(s.house.Dir, "dagpass.db")+"?mode=ro")
	noError(f.t, err)
	raw.SetMaxOpenConns(1)
	if f.stored[plan] == "" {
		f.stored[plan] = stored(s.house)
	}
	s.raw, s.before = raw, f.stored[plan]
	s.changed()
	s.goroutines = runtime.NumGoroutine()
	f.now = s
	return s
}

// leave closes the house, in which nothing may be running any more.
func (f *faults) leave() {
	f.t.Helper()
	if s := f.now; s != nil {
		wantGoroutines(f.t, s.goroutines)
		noError(f.t, s.raw.Close())
		s.house.Close()
		noError(f.t, os.RemoveAll(s.house.Dir))
	}
	f.now = nil
}

// changed reports whether anything was committed since it was asked last.
func (s *stage) changed() bool {
	s.t.Helper()
	old := s.version
	if err := s.raw.QueryRow(`PRAGMA data_version`).Scan(&s.version); err != nil {
		s.t.Fatal(err)
	}
	return s.version != old
}

// left says what a request left, when it should have left nothing or the whole.
func (s *stage) left(t *testing.T, whole string) state {
	t.Helper()
	if !s.changed() {
		return asBefore
	}
	before := s.before
	switch now := stored(s.house); {
	case now == before:
		return asBefore
	case now == whole:
		return complete
	case withoutRecord(now) == withoutRecord(before):
		return recorded
	default:
		t.Log("it left:\n" + strings.Join(news(before, now), "\n") + "\nand the whole change leaves:\n" + strings.Join(news(before, whole), "\n"))
		return half
	}
}

// news are the rows of a dump that another one lacks.
func news(before, now string) []string {
	old := map[string]bool{}
	for row := range strings.SplitSeq(before, "\n") {
		old[row] = true
	}
	return slices.DeleteFunc(strings.Split(now, "\n"), func(row string) bool { return old[row] })
}

// besides is what a request may leave although it failed, or leave undone although it succeeded: what the
// page that comes next says of it, and that somebody tried to sign in, which counts before the password is
// compared.
var besides = []*regexp.Regexp{
	regexp.MustCompile(`\|notice=[^|\n]*`),
	regexp.MustCompile(`\nlogin_throttle\n(\|.*)*(\n\|.*)*`),
}

// stored is what a house has stored, without what is besides the point.
func stored(h *dagpasstest.House) string {
	dump := h.Dump()
	for _, part := range besides {
		dump = part.ReplaceAllString(dump, "")
	}
	return dump
}

// attempt sends a request with one fault and returns the steps it took.
func (s *stage) attempt(t *testing.T, r probe, who prober, fault faultdb.Fault) (answer, []string) {
	t.Helper()
	cryptotest.SetGlobalRandom(t, 1)
	s.driver.Begin(fault)
	a := r.send(s.house, who)
	return a, s.driver.End()
}

// wantGoroutines waits until no more than so many goroutines are left.
func wantGoroutines(t *testing.T, want int) {
	t.Helper()
	deadline := time.Now().Add(5 * time.Second)
	for runtime.NumGoroutine() > want {
		if time.Now().After(deadline) {
			all := make([]byte, 1<<16)
			t.Fatalf("%d goroutines are left, %d before\n%s", runtime.NumGoroutine(), want, all[:runtime.Stack(all, true)])
		}
		time.Sleep(time.Millisecond)
	}
}
