package access_test

import (
	"flag"
	"fmt"
	"testing"

	"pgregory.net/rapid"

	"dagpass/internal/access"
	"dagpass/internal/proof"
)

// TestProof_Model lets random people do random things, and holds every outcome against a model of plain
// maps: who may, what each token and person has, which values live. Some Owner is always left, nobody
// hands out what they don't have, a token has one live value, which is shown once and stored nowhere, and
// the record is whole. Seen to fail with a keepsAnOwner that never refused, with a Bind that was decided in
// the Workspace, and with a Verify that took values which were rotated away.
func TestProof_Model(t *testing.T) {
	want := proof.Times(400, 100_000) // steps; how long a history is depends on chance
	setRapid(t, proof.Times(60, 5000))
	done := &tried{}
	histories := 0
	for ; done.did+done.refused < want && !t.Failed(); histories++ {
		t.Run(fmt.Sprint("history ", histories+1), func(t *testing.T) {
			rapid.Check(t, func(rt *rapid.T) {
				w := newWorld(t, done)
				rt.Repeat(map[string]func(*rapid.T){
					"": w.check, "create": w.create, "rotate": w.rotate, "delete": w.delete, "bind": w.bind,
					"set role": w.setRole, "remove": w.remove, "leave": w.leave, "hire": w.hire,
				})
				w.checkAll(rt)
			})
		})
	}
	if done.did == 0 || done.refused == 0 {
		t.Errorf("%+v: nothing was tried", *done)
	}
	proof.Figure(t, "%d histories, %d steps: %d done, %d refused, each as the model says", histories, done.did+done.refused, done.did, done.refused)
}

// setRapid makes one check one history of about so many steps, and bounds how long a failed one is shortened.
func setRapid(t *testing.T, steps int) {
	t.Helper()
	for name, value := range map[string]string{
		"rapid.checks": "1", "rapid.steps": fmt.Sprint(steps), "rapid.nofailfile": "true", "rapid.shrinktime": "20s",
	} {
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
	}
}

func (w *world) create(rt *rapid.T) {
	by, at := w.actor(rt), w.somewhere(rt)
	role := rapid.SampledFrom(access.RolesOf(at.Level())).Draw(rt, "role")
	tok, value, err := w.Tokens.Create(w.Context(), by.actor, at, access.NewToken{Name: "ci", Role: role, Expiry: 30})
	if w.agrees(rt, err, by.manages(at)) {
		w.created++
		w.tokens = append(w.tokens, &modelToken{Token: tok, value: value.Reveal(), live: true, roles: map[access.Scope]access.Role{at: role}})
	}
}

func (w *world) rotate(rt *rapid.T) {
	by, tok := w.actor(rt), w.someToken(rt)
	stale := rapid.IntRange(0, 4).Draw(rt, "stale") == 0
	seen := tok.Generation
	if stale {
		seen--
	}
	next, value, err := w.Tokens.Rotate(w.Context(), by.actor, tok.Home, tok.ID, seen, "")
	if w.agrees(rt, err, by.manages(tok.Home) && tok.live && !stale) {
		w.rotated++
		w.ended[tok.value] = access.ReasonTokenRotated
		old := tok.value
		tok.Token, tok.value = next, value.Reveal()
		if why := w.refusal(old); why != access.ReasonTokenRotated {
			rt.Fatalf("the value before is refused for %q", why)
		}
	}
	w.checkToken(rt, tok)
}

func (w *world) delete(rt *rapid.T) {
	by, tok := w.actor(rt), w.someToken(rt)
	_, err := w.Tokens.Delete(w.Context(), by.actor, tok.Home, tok.ID, access.TokenDeletionWord)
	if w.agrees(rt, err, by.manages(tok.Home) && tok.live) {
		w.deleted++
		tok.live = false
		w.ended[tok.value] = access.ReasonTokenDeleted
	}
	w.checkToken(rt, tok)
}

// bind gives an Organization's token a role in a Workspace, which its Owners alone may.
func (w *world) bind(rt *rapid.T) {
	by, tok, at := w.actor(rt), w.someToken(rt), w.aWorkspace(rt)
	role := rapid.SampledFrom(access.RolesOf(access.WorkspaceLevel)).Draw(rt, "role")
	_, err := w.Tokens.Bind(w.Context(), by.actor, at, tok.ID, role)
	if w.agrees(rt, err, by.manages(w.Org.Scope()) && tok.live && tok.Home == w.Org.Scope() && tok.roles[at] == "") {
		tok.roles[at] = role
	}
	w.checkToken(rt, tok)
}

func (w *world) setRole(rt *rapid.T) {
	by, on, at := w.actor(rt), w.someone(rt), w.somewhere(rt)
	role := rapid.SampledFrom(access.RolesOf(at.Level())).Draw(rt, "role")
	err := w.Members.SetRole(w.Context(), by.actor, at, on.ID, role)
	ownerLeft := at.Level() != access.OrgLevel || role == access.OrgOwner || !w.isLastOwner(on)
	if w.agrees(rt, err, by.manages(at) && !on.gone && ownerLeft) {
		on.roles[at] = role
	}
}

func (w *world) remove(rt *rapid.T) {
	by, on, at := w.actor(rt), w.someone(rt), w.aWorkspace(rt)
	err := w.Members.Remove(w.Context(), by.actor, at, on.ID)
	if w.agrees(rt, err, by.manages(at) && on.roles[at] != "") {
		delete(on.roles, at)
	}
}

// leave removes somebody from the Organization: every role ends, and every session.
func (w *world) leave(rt *rapid.T) {
	by, on := w.actor(rt), w.someone(rt)
	err := w.Members.Remove(w.Context(), by.actor, w.Org.Scope(), on.ID)
	if w.agrees(rt, err, by.manages(w.Org.Scope()) && !on.gone && !w.isLastOwner(on)) {
		on.gone = true
		clear(on.roles)
	}
}

func (w *world) hire(rt *rapid.T) {
	if w.present() >= 6 {
		return
	}
	role := rapid.SampledFrom(access.RolesOf(access.OrgLevel)).Draw(rt, "role")
	w.add(w.Person(fmt.Sprint("Person ", len(w.people)), role), role)
}
