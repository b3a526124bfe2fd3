package web_test

import (
	"cmp"
	"database/sql"
	"fmt"
	"net/http"
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
	"dagpass/internal/proof"
)

// TestProof_FaultAtK sends every request of the console and the API and lets the database fail at its k-th
// step, for every k ("make prove") or some: a statement, a COMMIT or a row that is fetched, once or from
// then on. Whoever may act gets either what the undisturbed request answers, and then its whole change is
// stored, or an error of ours, and then all of the change is stored or nothing of it. Whoever may not, gets
// the refusal or an error of ours, and nothing changes. Randomness is the same in every run, so "the whole
// change" is equality of every row.
//
// Seen to fail with:
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
	*estate
	t      *testing.T
	now    *stage
	driver *faultdb.Driver
	full   error
	count  struct{ requests, met, refused, full, unanswered int }
}

func newFaults(t *testing.T) *faults {
	t.Helper()
	f := &faults{estate: newEstate(t), t: t, driver: faultdb.Register(), full: faultdb.ErrFull()}
	if f.full == nil {
		t.Fatal("a database that may not grow grew")
	}
	return f
}

// prove fails one request of a visitor at each of its steps.
func (f *faults) prove(t *testing.T, r request, who visitor) {
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
	if steps == 0 || !who.may && want.good() {
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

// choose returns the faults to try in a request of so many steps: each, or a few that are spread by the
// request's own number.
func (f *faults) choose(steps, salt int, who visitor) []faultdb.Fault {
	var all []faultdb.Fault
	for k := 1; k <= steps; k++ {
		all = append(all, faultdb.Fault{At: k, Err: f.full}, faultdb.Fault{At: k, Lasting: true, Err: f.full})
	}
	if proof.Long {
		return all
	}
	some := []faultdb.Fault{all[salt%len(all)]}
	if who.may {
		some = append(some, all[(len(all)/3+salt)%len(all)], all[(2*len(all)/3+salt)%len(all)])
	}
	return some
}

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
func (f *faults) stage(r request) *stage {
	f.t.Helper()
	if f.now == nil || f.now.bare != r.bare || f.now.mail != r.mail {
		return f.renew(r)
	}
	return f.now
}

// renew returns a house for a request in which nothing has happened.
func (f *faults) renew(r request) *stage {
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
	s.raw, s.before = raw, stored(s.house)
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

// attempt sends a request with one fault and returns how many steps it took.
func (s *stage) attempt(t *testing.T, r request, who visitor, fault faultdb.Fault) (answer, int) {
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

// verdictOn is everything there is to judge.
type verdictOn struct {
	request request
	who     visitor
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

// answer is a response, read whole.
type answer struct {
	status   int
	header   http.Header
	location string
	body     string
	cut      bool // the connection was ended instead
}

// same reports whether this is the other answer, whole.
func (a answer) same(other answer) bool {
	return a.status == other.status && a.location == other.location && a.body == other.body && !a.cut
}

// good reports whether this is what somebody who may gets.
func (a answer) good() bool {
	elsewhere := strings.HasPrefix(a.location, "/sign-in?") || strings.HasPrefix(a.location, "/reauth?")
	return !a.cut && (a.status < 300 || a.status == http.StatusSeeOther && !elsewhere)
}

// like reports whether this is the other answer, in however few words: a refusal and a value that is shown
// once may stand without the frame of the page.
func (a answer) like(other answer) bool {
	return a.status == other.status && a.location == other.location && !a.cut
}

// secret is the value that the answer shows, "" for none.
func (a answer) secret() string {
	_, after, _ := strings.Cut(a.body, "data-secret")
	value, _, _ := strings.Cut(after, "</textarea>")
	return value
}

// failed reports whether the answer says that the server could not do it.
func (a answer) failed() bool { return a.cut || a.status == http.StatusServiceUnavailable }

// misses says what an error lacks that ours have, "" for nothing.
func (a answer) misses(r request) string {
	if a.cut {
		return ""
	}
	if a.header.Get("Retry-After") == "" {
		return "no Retry-After"
	}
	mark := cmp.Or(map[bool]string{true: `"statusCode":503`, false: "<!doctype html>"}[r.api])
	if !strings.Contains(strings.ToLower(a.body), strings.ToLower(mark)) {
		return fmt.Sprintf("the body lacks %s", mark)
	}
	return ""
}
