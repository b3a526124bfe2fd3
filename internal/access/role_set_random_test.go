package access_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// manager is somebody who posts sets of roles, and where they manage tokens.
type manager struct {
	dagpasstest.Person
	everywhere bool
	owns       map[access.Scope]bool
}

func (m manager) reaches(at access.Scope) bool { return m.everywhere || m.owns[at] }

// model says what a well-formed set does to the roles of an Organization token, by the simplest
// reading of product.md 3.6: nil when it is refused.
func (m manager) model(held, posted map[access.Scope]access.Role) map[access.Scope]access.Role {
	after := map[access.Scope]access.Role{}
	for at, role := range held {
		if !m.reaches(at) {
			after[at] = role
		}
	}
	for at, role := range posted {
		gives := held[at] == "" && !m.everywhere // only Organization Owners add a place
		reads := m.reaches(at) || at.Level() == access.OrgLevel
		if (held[at] != role || !reads) && (gives || !m.reaches(at)) {
			return nil
		}
		after[at] = role
	}
	return after
}

// sees reports whether the manager may act on a token with these roles at all.
func (m manager) sees(held map[access.Scope]access.Role) bool {
	for at := range held {
		if m.reaches(at) {
			return true
		}
	}
	return false
}

// TestTokens_SetRoles_random holds random sets against the model: what is out of reach never changes,
// and a refused set changes nothing.
func TestTokens_SetRoles_random(t *testing.T) {
	x := newBoard(t)
	workspaces := []access.Workspace{x.a, x.b, x.c}
	bea := x.Member("Bea", x.b.Scope(), access.WorkspaceOwner)
	x.Give(bea, x.c.Scope(), access.WorkspaceOwner)
	managers := []manager{
		{x.Owner, true, nil},
		{x.ada, false, map[access.Scope]bool{x.a.Scope(): true}},
		{bea, false, map[access.Scope]bool{x.b.Scope(): true, x.c.Scope(): true}},
		{x.Member("Olga", x.a.Scope(), access.WorkspaceOperator), false, nil},
	}
	var random dice
	held := x.roles(x.shared.ID)
	outcomes := map[access.Code]int{}
	for range 600 {
		by := managers[random.roll(len(managers))]
		posted := x.draw(&random, held, workspaces)
		want, code := by.model(held, posted), access.Code("")
		switch {
		case !by.sees(held):
			want, code = nil, access.NotFound
		case want == nil:
			code = access.Forbidden
		}
		_, err := x.set(by.Person, x.entries(posted)...)
		wantCode(t, err, code)
		if want == nil {
			want = held
		}
		if diff := cmp.Diff(want, x.roles(x.shared.ID)); diff != "" {
			t.Fatalf("%s posted %v over %v (-want +got):\n%s", by.FullName, posted, held, diff)
		}
		held = want
		outcomes[code]++
	}
	if outcomes[""] < 50 || outcomes[access.Forbidden] < 50 || outcomes[access.NotFound] < 50 {
		t.Errorf("too little was tried: %v", outcomes)
	}
}

// dice rolls the numbers that [pick] spreads, one after the other.
type dice int

func (d *dice) roll(sides int) int {
	*d++
	return pick(int(*d)) % sides
}

// draw makes a set from what is held: each place kept, left out, or given any role. The home is named.
func (x *board) draw(random *dice, held map[access.Scope]access.Role, workspaces []access.Workspace) map[access.Scope]access.Role {
	posted := map[access.Scope]access.Role{x.Org.Scope(): held[x.Org.Scope()]}
	if random.roll(8) == 0 {
		posted[x.Org.Scope()] = access.RolesOf(access.OrgLevel)[random.roll(3)]
	}
	for _, w := range workspaces {
		switch at := w.Scope(); random.roll(5) {
		case 0: // left out
		case 1, 2:
			posted[at] = access.RolesOf(access.WorkspaceLevel)[random.roll(5)]
		default:
			if held[at] != "" {
				posted[at] = held[at]
			}
		}
	}
	return posted
}

func (x *board) entries(posted map[access.Scope]access.Role) []access.RoleEntry {
	var entries []access.RoleEntry
	for _, w := range []access.Workspace{x.c, x.a, x.b} {
		if role := posted[w.Scope()]; role != "" {
			entries = append(entries, x.in(w, role))
		}
	}
	return append(entries, x.org(posted[x.Org.Scope()]))
}
