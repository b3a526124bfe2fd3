package web_test

import (
	"fmt"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
	"dagpass/web"
)

// matrix is the walk of every principal to every door, with the ids of every place in its path.
type matrix struct {
	*testing.T
	h      *dagpasstest.House
	mine   estate
	next   estate // another Workspace of the same Organization
	theirs estate // another Organization
	former estate // a Workspace of the same Organization, deleted with all that was in it
	spots  []spot

	moved     func() bool // whether anything was committed
	recorded  string      // the database
	unchanged string      // the database without the record
	cells     int
}

func newMatrix(t *testing.T) *matrix {
	h := dagpasstest.New(t)
	m := &matrix{T: t, h: h}
	m.mine = furnish(h, h.Org, h.Workspace, h.Owner, "Mine")
	m.next = furnish(h, h.Org, h.NewWorkspace("Finance-yard"), h.Owner, "Finance")
	m.former = demolish(h, furnish(h, h.Org, h.NewWorkspace("Gone-yard"), h.Owner, "Gone"))
	m.theirs = founding(h, "Umbrella")
	m.spots = spots(m.mine, m.next, m.theirs, m.former)
	return m
}

// TestProof_AuthzMatrix walks every route of the console, of /v1, of both v1beta1 families, of labs and of
// OAuth with every principal to every place: R2, R8, R18, R42, R43. What is to be answered follows from
// what the table declares and what the principal holds there; a refusal changes nothing but the record;
// what is foreign, unknown or deleted is answered alike to the byte; and no answer names what its reader
// does not see. Seen to fail with the fence of the console taken out of [web.Server]'s admit, with the team of a
// path read without its Organization, and with a refusal that says "forbidden" where the place is hidden.
func TestProof_AuthzMatrix(t *testing.T) {
	m := newMatrix(t)
	people := outsiders(m.h, m.mine) // first: it moves the clock
	m.mine.owner = m.h.SignIn(m.h.Owner.User)
	m.theirs.owner = m.h.SignIn(m.theirs.owner.User)
	people = append(people, everybody(m.h, m.mine, m.theirs)...)
	m.moved = m.h.Watch()
	m.recorded = m.h.Dump()
	m.unchanged = withoutRecord(m.recorded)
	all := doors()
	for i, who := range people {
		m.visitAll(who, all, func(j int) bool { return proof.Long || (i+j)%4 == 0 })
	}
	allowed := 0
	for _, who := range people {
		if who.again != nil {
			allowed += m.visitAllowed(who, all)
		}
	}
	proof.Figure(t, "%d routes x %d principals x %d places: %d cells, %d of them changes that are allowed", len(all), len(people), len(m.spots), m.cells, allowed)
}

// visitAll takes a principal to the doors that are wanted, to those that only read first.
func (m *matrix) visitAll(who principal, all []door, wanted func(int) bool) {
	m.Helper()
	for _, changes := range []bool{false, true} {
		for j, d := range all {
			if d.program == who.program && d.changes() == changes && wanted(j) {
				m.visit(who, d)
			}
		}
		m.changedNothing(who, changes)
	}
}

// visit takes a principal to a door in every place, but for the changes that they may make.
func (m *matrix) visit(who principal, d door) {
	m.Helper()
	alike := map[spotKind][]string{}
	for _, at := range m.spots {
		v := m.expected(who, d, at)
		if !d.leadsTo(at) || d.changes() && v == access.Allowed && at.kind != nested {
			continue
		}
		m.cells++
		got := who.send(d.method, at.path(d.path), d.body(at))
		if problem := judge(who, d, at, v, got); problem != "" {
			m.Errorf("%s as %s at %s: %s\n%s", d, who.name, at.name, problem, short(got.body))
		}
		m.keepsQuiet(who, d, at, got)
		if group, ok := d.alike(at); ok && who.standing != foreign && (v != access.Allowed || at.kind == nested) {
			alike[group] = append(alike[at.kind], fmt.Sprint(got.code, " ", anonymous(got.body, at.path(d.path))))
		}
	}
	for kind, answers := range alike {
		for _, other := range answers[1:] {
			if other != answers[0] {
				m.Errorf("%s as %s: places of kind %d can be told apart:\n%s", d, who.name, kind, cmp.Diff(answers[0], other))
			}
		}
	}
}

// changedNothing compares the database with what it was at the start, if anything was committed at all.
// Attempts to change something are recorded, and so are exports and the use of tokens that have ended.
func (m *matrix) changedNothing(who principal, tried bool) {
	m.Helper()
	if !m.moved() {
		return
	}
	whole := m.h.Dump()
	if now := withoutRecord(whole); now != m.unchanged {
		m.Errorf("something changed by what is refused to %s:\n%s", who.name, cmp.Diff(m.unchanged, now))
		m.unchanged = now
	}
	if !tried && !who.program && whole != m.recorded {
		m.Errorf("what %s reads is recorded:\n%s", who.name, cmp.Diff(m.recorded, whole))
	}
	m.recorded = whole
}

// keepsQuiet fails when an answer names what its reader does not see, beyond the ids they sent.
func (m *matrix) keepsQuiet(who principal, d door, at spot, got reply) {
	m.Helper()
	secrets := append(m.theirs.ids(), m.theirs.names...)
	if who.standing == foreign {
		secrets = append(m.mine.ids(), m.mine.names...)
	} else if len(who.org) == 0 || who.org[0] != access.OrgOwner {
		secrets = append(secrets, m.next.ws.Name, m.next.things.token, "Finance-token", "Finance-shared")
		if !strings.Contains(d.path, "/roles") { // every member reads where a custom role may be given: an id, never a name
			secrets = append(secrets, string(m.next.ws.ID))
		}
	}
	sent := at.path(d.path) + d.body(at)
	for _, secret := range secrets {
		if strings.Contains(got.body, secret) && !strings.Contains(sent, secret) {
			m.Errorf("%s as %s at %s names %q", d, who.name, at.name, secret)
		}
	}
}

// anonymous is a body without the ids of the request's own path.
func anonymous(body, path string) string {
	for part := range strings.SplitSeq(path, "/") {
		if access.IsID(part) {
			body = strings.ReplaceAll(body, part, "")
		}
	}
	return body
}

func short(body string) string { return body[:min(len(body), 400)] }

// changing is what differs from request to request. Each begins with a text that is quick to find.
var changing = []*regexp.Regexp{
	regexp.MustCompile(`<code[^>]*>[^<]*</code>`), // the request's own id
	regexp.MustCompile(`value="[^"]*"`),
	regexp.MustCompile(`c[0-9a-z]{24}`),
}

// anonymised is a body without what differs from request to request.
func anonymised(body string) string {
	for _, part := range changing {
		body = part.ReplaceAllString(body, "")
	}
	return body
}

// withoutRecord is a dump without the audit record, in which a refusal is written down.
func withoutRecord(dump string) string {
	var kept []string
	for line := range strings.SplitSeq(dump, "\n") {
		if line != "" && !strings.Contains(line, "|chain=") && !strings.HasPrefix(line, "|actor=") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// TestSafeMethods_ChangeNothing: law 9, reading changes nothing.
func TestSafeMethods_ChangeNothing(t *testing.T) {
	h := dagpasstest.New(t)
	x := furnish(h, h.Org, h.Workspace, h.Owner, "Mine")
	at := spot{org: string(x.org.ID), ws: string(x.ws.ID), things: x.things}
	who := h.Browser(h.Owner)
	moved := h.Watch()
	for _, r := range web.RoutesForTest() {
		if r.Method != http.MethodGet {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			if got := who.Do(method, at.path(r.Path), nil); got.Code >= 500 {
				t.Errorf("%s %s: %d", method, r.Path, got.Code)
			}
			if moved() {
				t.Errorf("%s %s changed something", method, r.Path)
			}
		}
	}
}
