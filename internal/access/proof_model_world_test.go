package access_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"pgregory.net/rapid"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// tried counts what was done and what was refused.
type tried struct{ did, refused int }

// modelPerson is somebody with the roles that the model says they have, and with the session in which
// they act, whatever became of it.
type modelPerson struct {
	dagpasstest.Person
	actor access.Actor
	roles map[access.Scope]access.Role
	org   access.Scope
	gone  bool // from the Organization
}

// GoString is how a history that failed names the person.
func (p *modelPerson) GoString() string { return fmt.Sprintf("%s, who has %v", p.FullName, p.roles) }

// manages reports whether a person may hand out and take away at a scope: Owners may, of the Organization
// everywhere.
func (p *modelPerson) manages(at access.Scope) bool {
	return p.roles[p.org] == access.OrgOwner || p.roles[at] == access.WorkspaceOwner
}

// modelToken is a token with its value and the roles that the model says it has.
type modelToken struct {
	access.Token
	value string
	live  bool
	roles map[access.Scope]access.Role
}

// GoString is how a history that failed names the token.
func (k *modelToken) GoString() string {
	return fmt.Sprintf("the token %s, which has %v", k.ID, k.roles)
}

// world is an installation beside the model of it.
type world struct {
	*dagpasstest.House
	workspaces []access.Scope
	people     []*modelPerson
	tokens     []*modelToken
	ended      map[string]string // why each old value is refused

	created, rotated, deleted, steps int
	done                             *tried
}

func newWorld(t *testing.T, done *tried) *world {
	t.Helper()
	h := dagpasstest.New(t)
	w := &world{House: h, ended: map[string]string{}, done: done}
	w.workspaces = []access.Scope{h.Workspace.Scope(), h.NewWorkspace("Second").Scope()}
	w.add(h.Owner, access.OrgOwner)
	ada := w.add(h.Member("Ada", w.workspaces[0], access.WorkspaceOwner), access.OrgMember)
	ada.roles[w.workspaces[0]] = access.WorkspaceOwner
	tok, value := h.Token(h.Owner, h.Org.Scope(), "first", access.OrgMember)
	w.created++
	w.tokens = append(w.tokens, &modelToken{Token: tok, value: value, live: true, roles: map[access.Scope]access.Role{h.Org.Scope(): access.OrgMember}})
	return w
}

func (w *world) add(p dagpasstest.Person, role access.Role) *modelPerson {
	w.T.Helper()
	m := &modelPerson{Person: p, actor: w.Actor(p), org: w.Org.Scope(), roles: map[access.Scope]access.Role{w.Org.Scope(): role}}
	w.people = append(w.people, m)
	return m
}

func (w *world) someone(rt *rapid.T) *modelPerson {
	return rapid.SampledFrom(w.people).Draw(rt, "person")
}

// actor is who acts: anybody, half the time one of the Owners, so that much is done as well as refused.
func (w *world) actor(rt *rapid.T) *modelPerson {
	all := w.people
	if rapid.Bool().Draw(rt, "an Owner") {
		all = slices.DeleteFunc(slices.Clone(all), func(p *modelPerson) bool { return p.roles[p.org] != access.OrgOwner })
	}
	return rapid.SampledFrom(all).Draw(rt, "actor")
}

func (w *world) someToken(rt *rapid.T) *modelToken {
	return rapid.SampledFrom(w.tokens).Draw(rt, "token")
}

func (w *world) aWorkspace(rt *rapid.T) access.Scope {
	return rapid.SampledFrom(w.workspaces).Draw(rt, "workspace")
}

func (w *world) somewhere(rt *rapid.T) access.Scope {
	return rapid.SampledFrom(append([]access.Scope{w.Org.Scope()}, w.workspaces...)).Draw(rt, "scope")
}

func (w *world) present() (n int) {
	for _, p := range w.people {
		if !p.gone {
			n++
		}
	}
	return n
}

func (w *world) isLastOwner(p *modelPerson) bool {
	return p.roles[p.org] == access.OrgOwner && !slices.ContainsFunc(w.people, func(o *modelPerson) bool {
		return o != p && o.roles[o.org] == access.OrgOwner
	})
}

// agrees fails the test unless an act succeeded exactly when the model says that it may. It returns
// whether it did.
func (w *world) agrees(rt *rapid.T, err error, may bool) bool {
	rt.Helper()
	if may != (err == nil) {
		rt.Fatalf("the model says %t, the answer is: %v", may, err)
	}
	switch access.CodeOf(err) {
	case "":
		w.done.did++
	case access.Forbidden, access.NotFound, access.Unauthenticated, access.Conflict:
		w.done.refused++
	default:
		rt.Fatalf("refused with %v", err)
	}
	return err == nil
}

// check holds one person after the other against the model.
func (w *world) check(rt *rapid.T) {
	w.steps++
	w.checkPerson(rt, w.people[w.steps%len(w.people)])
}

func (w *world) checkPerson(rt *rapid.T, p *modelPerson) {
	rt.Helper()
	shown, err := w.Members.Show(w.Context(), dagpasstest.System(), w.Org.ID, p.ID)
	if p.gone && access.CodeOf(err) == access.NotFound {
		return
	}
	held := map[access.Scope]access.Role{w.Org.Scope(): shown.Org}
	for _, r := range shown.Workspaces {
		held[access.Scope{Org: w.Org.ID, Workspace: r.Workspace}] = r.Role
	}
	if err != nil || !maps.Equal(held, p.roles) {
		rt.Fatalf("%s holds %v, %v; the model has %v", p.FullName, held, err, p.roles)
	}
}

// checkToken: the current value of a live token is accepted and every other refused, and its roles are
// those of the model.
func (w *world) checkToken(rt *rapid.T, tok *modelToken) {
	rt.Helper()
	if why := w.refusal(tok.value); why != w.ended[tok.value] {
		rt.Fatalf("the value of generation %d is refused for %q, the model has %q", tok.Generation, why, w.ended[tok.value])
	}
	d, err := w.Tokens.Find(w.Context(), dagpasstest.System(), tok.Home, tok.ID)
	if !tok.live && access.CodeOf(err) == access.NotFound {
		return
	}
	held := map[access.Scope]access.Role{}
	for _, r := range d.Roles {
		held[r.At] = r.Role
	}
	if err != nil || !tok.live || d.Generation != tok.Generation || !maps.Equal(held, tok.roles) {
		rt.Fatalf("the token holds %v in generation %d, %v; the model has %v in %d", held, d.Generation, err, tok.roles, tok.Generation)
	}
}

// refusal is why a value is refused, "" when it is accepted.
func (w *world) refusal(value string) string {
	_, err := w.Tokens.Verify(w.Context(), value, access.Origin{RequestID: "model", Address: "192.0.2.8"})
	return access.ReasonOf(err)
}

// checkAll holds everything there is against the model.
func (w *world) checkAll(rt *rapid.T) {
	for _, p := range w.people {
		w.checkPerson(rt, p)
	}
	values := slices.Collect(maps.Keys(w.ended))
	for _, tok := range w.tokens {
		w.checkToken(rt, tok)
		if tok.live {
			values = append(values, tok.value)
		}
	}
	for value, why := range w.ended {
		if got := w.refusal(value); got != why {
			rt.Fatalf("an old value is refused for %q, the model has %q", got, why)
		}
	}
	if issued := w.created + w.rotated; len(values) != issued {
		rt.Fatalf("%d different values after %d were issued", len(values), issued)
	}
	w.checkRecord(rt, values)
}

// checkRecord: the record is whole, tells each change once, and nothing that is stored holds a value.
func (w *world) checkRecord(rt *rapid.T, values []string) {
	report, err := w.DB.VerifyAudit(w.Context())
	if err != nil || report.Err() != nil {
		rt.Fatalf("the record: %v, %v", err, report.Err())
	}
	told := map[string]int{}
	for _, e := range w.Events(string(w.Org.ID)) {
		words := strings.Fields(e)
		told[words[0]+" "+words[1]]++
	}
	want := map[string]int{"token.create ok": w.created, "token.rotate ok": w.rotated, "token.delete ok": w.deleted}
	for event, n := range want {
		if told[event] != n {
			rt.Fatalf("%d times %s, the model has %d", told[event], event, n)
		}
	}
	stored := w.Dump()
	for _, value := range values {
		if strings.Contains(stored, value) {
			rt.Fatalf("a value is stored")
		}
	}
}
