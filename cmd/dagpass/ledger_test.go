package main

import (
	"fmt"
	"slices"
)

// What the proofs of the process and the power change about API tokens.
const (
	createToken = "create"
	rotateToken = "rotate"
	setRoles    = "roles"
	revokeValue = "revoke"
	deleteToken = "delete"
)

// auditActions are the events that the changes leave.
var auditActions = map[string]string{createToken: "token.create", rotateToken: "token.rotate",
	setRoles: "token.binding.update", revokeValue: "token.revoke", deleteToken: "token.delete"}

// workspaceRoles are what a token's role changes between.
var workspaceRoles = []string{"WORKSPACE_MEMBER", "WORKSPACE_AUTHOR", "WORKSPACE_OPERATOR"}

// tokenState is what an API token has to be like.
type tokenState struct {
	exists bool
	role   string
	value  string   // accepted; "" when it has none, or nobody was told
	ended  []string // values that must never be accepted again
}

// tokenChange is one change that a client asked for.
type tokenChange struct {
	request string // its id
	kind    string
	of      *ownedToken
	after   tokenState
	told    bool // the answer arrived whole and said yes
}

// ownedToken is a token of one client, with everything that happened to it.
type ownedToken struct {
	id      string // "" while nobody was told
	name    string
	changes []*tokenChange
}

// state is what the token is like after its first n changes.
func (o *ownedToken) state(n int) tokenState {
	if n == 0 {
		return tokenState{}
	}
	return o.changes[n-1].after
}

func (o *ownedToken) now() tokenState { return o.state(len(o.changes)) }

// change begins a change; what is only known from the answer is filled in by it.
func (o *ownedToken) change(kind, request string, d *dice) *tokenChange {
	after := o.now()
	switch kind {
	case createToken:
		after = tokenState{exists: true, role: workspaceRoles[0]}
	case setRoles:
		at := slices.Index(workspaceRoles, after.role)
		after.role = workspaceRoles[(at+1+d.roll(len(workspaceRoles)-1))%len(workspaceRoles)]
	case deleteToken:
		after = after.without()
		after.exists = false
	default:
		after = after.without()
	}
	c := &tokenChange{request: request, kind: kind, of: o, after: after}
	o.changes = append(o.changes, c)
	return c
}

// without is the state after the value ended.
func (s tokenState) without() tokenState {
	if s.value != "" {
		s.ended = append(slices.Clone(s.ended), s.value)
	}
	s.value = ""
	return s
}

// undone takes back a change that was never made.
func (o *ownedToken) undone() { o.changes = o.changes[:len(o.changes)-1] }

// count counts the changes of a kind.
func (o *ownedToken) count(kind string) int {
	n := 0
	for _, c := range o.changes {
		if c.kind == kind {
			n++
		}
	}
	return n
}

// writer is a client that changes tokens of its own, one change after the other.
type writer struct {
	number int
	dice   dice
	tokens []*ownedToken // all of them, also those that are deleted
	live   []*ownedToken
	asked  int
	told   int
	open   *tokenChange // asked for and not answered
}

// newWriters returns clients with different habits.
func newWriters(n int, seed uint64) []*writer {
	var all []*writer
	for i := range n {
		all = append(all, &writer{number: i, dice: dice(seed + uint64(i)<<32)})
	}
	return all
}

// next decides on a change.
func (w *writer) next() *tokenChange {
	w.asked++
	request := fmt.Sprintf("change-%d-%06d", w.number, w.asked)
	roll := w.dice.roll(100)
	if len(w.live) < 3 || roll < 30 {
		o := &ownedToken{name: "token of " + request}
		w.tokens, w.live = append(w.tokens, o), append(w.live, o)
		return o.change(createToken, request, &w.dice)
	}
	at := w.dice.roll(len(w.live))
	o := w.live[at]
	switch {
	case roll < 55 || roll < 75 && o.now().value == "":
		return o.change(rotateToken, request, &w.dice)
	case roll < 65:
		return o.change(revokeValue, request, &w.dice)
	case roll < 75:
		return o.change(setRoles, request, &w.dice)
	}
	w.live = slices.Delete(w.live, at, at+1)
	return o.change(deleteToken, request, &w.dice)
}

// settle forgets a change that was never made, or keeps one whose answer did not arrive.
func (w *writer) settle(made bool) {
	c := w.open
	w.open = nil
	if made {
		return
	}
	c.of.undone()
	switch c.kind {
	case createToken:
		w.tokens = slices.DeleteFunc(w.tokens, func(o *ownedToken) bool { return o == c.of })
		w.live = slices.DeleteFunc(w.live, func(o *ownedToken) bool { return o == c.of })
	case deleteToken:
		w.live = append(w.live, c.of)
	}
}
