package web_test

import (
	"runtime"
	"strings"
	"testing"

	"dagpass/internal/dagpasstest"
	"dagpass/internal/faultdb"
	"dagpass/internal/proof"
)

// TestProof_FaultAtK sends every request of the console and the API and lets the database fail at its k-th
// step, for every k ("make prove") or some: a statement, a COMMIT or a row that is fetched, once or from
// then on. Whoever may act gets either what the undisturbed request answers, and then its whole change is
// stored, or an error of ours, and then all of the change is stored or nothing of it. Whoever may not, gets
// the refusal or an error of ours, and nothing changes. Randomness is the same in every run, so "the whole
// change" is equality of every row.
//
// Seen to fail with a COMMIT whose error was passed over, and with rows whose error was (db/tx.go).
func TestProof_FaultAtK(t *testing.T) {
	f := newFaults(t)
	goroutines := runtime.NumGoroutine()
	for _, r := range f.requests(t) {
		t.Run(r.name, func(t *testing.T) {
			for _, who := range f.visitors(r) {
				t.Run("as "+who.name, func(t *testing.T) { f.prove(t, r, who) })
			}
		})
	}
	f.leave()
	wantGoroutines(t, goroutines)
	proof.Figure(t, "%d requests, %d faults met, %d refused, %d answered in full, %d stored without an answer, 0 half",
		f.count.requests, f.count.met, f.count.refused, f.count.full, f.count.unanswered)
}

// faults is the place where they happen, and what they led to.
type faults struct {
	*faultEstate
	t      *testing.T
	now    *stage
	stored map[*dagpasstest.Plan]string // what is in a new house
	driver *faultdb.Driver
	full   error
	count  struct{ requests, met, refused, full, unanswered int }
}

func newFaults(t *testing.T) *faults {
	t.Helper()
	f := &faults{faultEstate: newFaultEstate(t), t: t, stored: map[*dagpasstest.Plan]string{}, driver: faultdb.Register(), full: faultdb.ErrFull()}
	if f.full == nil {
		t.Fatal("a database that may not grow grew")
	}
	return f
}

// prove fails one request of a visitor at each of its steps.
func (f *faults) prove(t *testing.T, r probe, who prober) {
	if r.changes && who.may {
		f.renew(r) // ids count on within a house, and here they are compared
	}
	s := f.stage(r)
	want, steps := s.attempt(t, r, who, faultdb.Fault{})
	whole := s.before
	changed := s.changed()
	if changed {
		whole = stored(s.house)
		s = f.renew(r)
	}
	r.wantUndisturbed(t, who, want, whole != s.before)
	if len(steps) == 0 || !who.may && want.good() {
		return // nothing can fail; or they may, because reading this needs little
	}
	f.count.requests++
	for _, fault := range f.choose(steps, len(r.name), who) {
		got, _ := s.attempt(t, r, who, fault)
		if s.changed() {
			s = f.renew(r)
			got, _ = s.attempt(t, r, who, fault)
		}
		f.count.met++
		left := s.left(t, whole)
		f.judge(t, verdictOn{r, who, fault, left, want, got})
		if left != asBefore {
			s = f.renew(r)
		}
	}
}

// choose returns the faults to try in a request of these steps: each, or every COMMIT of a change and a
// few that are spread by the request's own number.
func (f *faults) choose(steps []string, salt int, who prober) []faultdb.Fault {
	var all []faultdb.Fault
	for i := range steps {
		all = append(all, faultdb.Fault{At: i + 1, Err: f.full}, faultdb.Fault{At: i + 1, Lasting: true, Err: f.full})
	}
	if proof.Long {
		return all
	}
	some := []faultdb.Fault{all[salt%len(all)]}
	if who.may {
		some = append(some, all[(len(all)/2+salt)%len(all)])
	}
	for _, at := range commits(steps) {
		some = append(some, faultdb.Fault{At: at, Err: f.full})
	}
	return some
}

// commits are the numbers of the steps that commit a writing transaction.
func commits(steps []string) []int {
	var at []int
	writes := false
	for i, step := range steps {
		switch {
		case strings.HasPrefix(step, "BEGIN"):
			writes = step == "BEGIN IMMEDIATE"
		case step == "COMMIT" && writes:
			at = append(at, i+1)
		}
	}
	return at
}

// verdictOn is everything there is to judge.
type verdictOn struct {
	request probe
	who     prober
	fault   faultdb.Fault
	state   state
	want    answer // undisturbed
	got     answer
}

func (f *faults) judge(t *testing.T, v verdictOn) {
	t.Helper()
	wrong := func(why string) {
		t.Helper()
		t.Errorf("step %d (lasting %t): %s: answered %d, undisturbed %d, %s\n%.600s", v.fault.At, v.fault.Lasting, why, v.got.status, v.want.status, v.state, v.got.body)
	}
	switch {
	case v.state == half:
		wrong("half a change")
	case v.got.same(v.want), !v.who.may && v.got.like(v.want), v.got.like(v.want) && v.got.secret() != "" && v.got.secret() == v.want.secret():
		f.count.full++
		if v.who.may && v.request.changes && !v.request.mail && v.state != complete {
			wrong("a success without its state")
		}
	case v.request.says != "" && strings.Contains(v.got.body, v.request.says) && v.state == asBefore:
		f.count.refused++
	case v.got.failed():
		f.count.refused++
		if v.state == complete && v.request.changes {
			f.count.unanswered++
		}
		if why := v.got.misses(v.request); why != "" {
			wrong(why)
		}
	default:
		wrong("neither the answer nor an error")
	}
	if !v.who.may && v.state != asBefore && v.state != recorded && v.state != complete {
		wrong("a refused request changed something")
	}
}
