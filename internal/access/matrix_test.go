package access_test

import (
	"errors"
	"fmt"
	"hash/fnv"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
)

// grid is a house with Organization tokens and Workspaces.
type grid struct {
	*dagpasstest.House
	t          *testing.T
	by         access.Actor
	tokens     []access.Token
	workspaces []access.Workspace
}

func newGrid(t *testing.T, tokens, workspaces int) *grid {
	t.Helper()
	g := &grid{House: dagpasstest.New(t), t: t}
	g.by = g.Actor(g.Owner)
	for i := range tokens {
		tok, _ := g.Token(g.Owner, g.Org.Scope(), fmt.Sprintf("token %02d", i), access.OrgMember)
		g.tokens = append(g.tokens, tok)
	}
	for i := range workspaces {
		g.workspaces = append(g.workspaces, g.NewWorkspace(fmt.Sprintf("Team %02d", i)))
	}
	return g
}

func (g *grid) cell(token, workspace int) access.Cell {
	return access.Cell{Token: g.tokens[token].ID, Workspace: g.workspaces[workspace].ID}
}

func (g *grid) rearrange(changes ...access.CellChange) (access.Rearranged, error) {
	return g.Tokens.Rearrange(g.t.Context(), g.by, g.Org.ID, changes)
}

// roles reads the whole matrix as "token in Workspace" by role, window by window.
func (g *grid) roles() map[access.Cell]access.Role {
	g.t.Helper()
	roles := map[access.Cell]access.Role{}
	for tokens := (access.Window{}); ; {
		var m access.Matrix
		for workspaces := (access.Window{}); ; {
			var err error
			m, err = g.Tokens.Matrix(g.t.Context(), g.by, g.Org.ID, access.MatrixView{Tokens: tokens, Workspaces: workspaces})
			wantCode(g.t, err, "")
			for _, t := range m.Tokens.Rows {
				for _, w := range m.Workspaces.Rows {
					if cell := (access.Cell{Token: t.ID, Workspace: w.ID}); m.Role(cell) != "" {
						roles[cell] = m.Role(cell)
					}
				}
			}
			if !m.Workspaces.Later {
				break
			}
			workspaces.After = string(m.Workspaces.Rows[len(m.Workspaces.Rows)-1].ID)
		}
		if !m.Tokens.Later {
			return roles
		}
		tokens.After = string(m.Tokens.Rows[len(m.Tokens.Rows)-1].ID)
	}
}

// pages reads the same from the pages of the tokens.
func (g *grid) pages() map[access.Cell]access.Role {
	g.t.Helper()
	roles := map[access.Cell]access.Role{}
	for _, tok := range g.tokens {
		d, err := g.Tokens.Find(g.t.Context(), g.by, g.Org.Scope(), tok.ID)
		wantCode(g.t, err, "")
		for _, r := range d.Roles {
			if !r.Home {
				roles[access.Cell{Token: tok.ID, Workspace: r.At.Workspace}] = r.Role
			}
		}
	}
	return roles
}

// TestTokens_Rearrange: issue 3, Bindings; R18, R20, R29.
func TestTokens_Rearrange(t *testing.T) {
	g := newGrid(t, 3, 3)
	member, operator, owner := access.WorkspaceMember, access.WorkspaceOperator, access.WorkspaceOwner

	t.Run("roles are given, changed and taken together, each with its event at its Workspace", func(t *testing.T) {
		_, err := g.rearrange(access.CellChange{Cell: g.cell(0, 0), To: member}, access.CellChange{Cell: g.cell(1, 1), To: owner})
		wantCode(t, err, "")
		before := len(g.Events(string(g.Org.ID)))
		done, err := g.rearrange(
			access.CellChange{Cell: g.cell(0, 0), From: member, To: operator},
			access.CellChange{Cell: g.cell(1, 1), From: owner},
			access.CellChange{Cell: g.cell(2, 2), To: member},
			access.CellChange{Cell: g.cell(2, 0)})
		wantCode(t, err, "")
		if want := (access.Rearranged{Added: 1, Changed: 1, Removed: 1}); done != want {
			t.Errorf("did %+v", done)
		}
		events := g.Events(string(g.Org.ID))[before:]
		want := []string{
			dagpasstest.EventOf(audit.TokenBindingRemove, audit.OK, "token 01", "Owner 01"),
			dagpasstest.EventOf(audit.TokenBindingUpdate, audit.OK, "token 00", "Owner 01"),
			dagpasstest.EventOf(audit.TokenBindingAdd, audit.OK, "token 02", "Owner 01"),
		}
		if diff := cmp.Diff(want, events); diff != "" {
			t.Error(diff)
		}
		roles := map[access.Cell]access.Role{g.cell(0, 0): operator, g.cell(2, 2): member}
		if diff := cmp.Diff(roles, g.roles()); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("one cell that is no longer as shown stops all, and all such cells are named", func(t *testing.T) {
		before := g.Dump()
		_, err := g.rearrange(
			access.CellChange{Cell: g.cell(1, 0), To: member},
			access.CellChange{Cell: g.cell(0, 0), From: member, To: owner},
			access.CellChange{Cell: g.cell(2, 2), To: operator},
			access.CellChange{Cell: g.cell(2, 1), From: operator})
		wantReason(t, err, access.ReasonStale)
		stale, _ := errors.AsType[access.StaleCells](err)
		if diff := cmp.Diff(access.StaleCells{g.cell(0, 0), g.cell(2, 2), g.cell(2, 1)}, stale); diff != "" {
			t.Error(diff)
		}
		if g.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("changing nothing is no change and leaves no event", func(t *testing.T) {
		before := g.Dump()
		done, err := g.rearrange(access.CellChange{Cell: g.cell(0, 0), From: member, To: member})
		wantCode(t, err, "")
		if done.Total() != 0 || g.Dump() != before {
			t.Errorf("did %+v", done)
		}
	})
	t.Run("what no page sends is refused, and nothing changes", func(t *testing.T) {
		before := g.Dump()
		for name, changes := range map[string][]access.CellChange{
			"an Organization Role": {{Cell: g.cell(1, 0), To: access.OrgOwner}},
			"no role at all":       {{Cell: g.cell(1, 0), To: "WORKSPACE_KING"}},
			"the same cell twice":  {{Cell: g.cell(1, 0), To: member}, {Cell: g.cell(1, 0), To: operator}},
			"too many":             g.tooMany(),
		} {
			if _, err := g.rearrange(changes...); access.CodeOf(err) != access.Invalid {
				t.Errorf("%s: %v", name, err)
			}
		}
		if g.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("what is not of this Organization, and a Workspace's own token, count as gone", func(t *testing.T) {
		umbrella, hive, albert := g.Elsewhere()
		theirs, _ := g.Token(albert, umbrella.Scope(), "theirs", access.OrgMember)
		own, _ := g.Token(g.Owner, g.workspaces[0].Scope(), "own", access.WorkspaceMember)
		for name, cell := range map[string]access.Cell{
			"their Workspace":   {Token: g.tokens[0].ID, Workspace: hive.ID},
			"their token":       {Token: theirs.ID, Workspace: g.workspaces[0].ID},
			"a Workspace token": {Token: own.ID, Workspace: g.workspaces[0].ID},
			"nothing":           {Token: "c", Workspace: "c"},
		} {
			if _, err := g.rearrange(access.CellChange{Cell: cell, To: member}); access.ReasonOf(err) != access.ReasonStale {
				t.Errorf("%s: %v", name, err)
			}
		}
	})
	t.Run("below Organization Owner it is refused and recorded", func(t *testing.T) {
		ada := g.Member("Ada", g.workspaces[0].Scope(), access.WorkspaceOwner)
		changes := []access.CellChange{{Cell: g.cell(1, 0), To: member}}
		_, err := g.Tokens.Rearrange(t.Context(), g.Actor(ada), g.Org.ID, changes)
		wantReason(t, err, access.ReasonRoleTooLow)
		if got := g.LastEvent(); !strings.HasPrefix(got, "token.binding.update denied") || !strings.HasSuffix(got, "by Ada") {
			t.Errorf("recorded %q", got)
		}
		_, err = g.Tokens.Propose(t.Context(), g.Actor(ada), g.Org.ID, changes)
		wantReason(t, err, access.ReasonRoleTooLow)
		_, err = g.Tokens.Matrix(t.Context(), g.Actor(ada), g.Org.ID, access.MatrixView{})
		wantReason(t, err, access.ReasonRoleTooLow)
	})
	t.Run("an Owner's role, also a custom one, needs the password within ten minutes", func(t *testing.T) {
		hirer := g.CustomRole("Hirer", []access.Permission{"workspace.members.manage"}).Role()
		by := g.by
		by.AuthenticatedAt = g.Clock.Now().Add(-access.ReauthWindow)
		for _, to := range []struct {
			role access.Role
			want string
		}{{owner, access.ReasonReauthenticate}, {hirer, access.ReasonReauthenticate}, {operator, ""}} { // those refused first: the other is applied
			changes := []access.CellChange{{Cell: g.cell(1, 2), To: to.role}}
			_, proposed := g.Tokens.Propose(t.Context(), by, g.Org.ID, changes)
			_, err := g.Tokens.Rearrange(t.Context(), by, g.Org.ID, changes)
			if access.ReasonOf(proposed) != to.want || access.ReasonOf(err) != to.want {
				t.Errorf("%s: proposed %v, rearranged %v", to.role, proposed, err)
			}
		}
	})
	t.Run("a full Workspace takes no further token, and then nothing is applied", func(t *testing.T) {
		g.Edit(`UPDATE counters SET tokens = 100000 WHERE entity_id = '` + string(g.workspaces[2].ID) + `' AND what = 'at'`)
		before := g.Dump()
		_, err := g.rearrange(access.CellChange{Cell: g.cell(0, 1), To: member}, access.CellChange{Cell: g.cell(0, 2), To: member})
		wantReason(t, err, access.ReasonFull)
		if g.Dump() != before {
			t.Error("something changed")
		}
	})
}

// tooMany are changes of one cell more than a page has.
func (g *grid) tooMany() []access.CellChange {
	var out []access.CellChange
	for i := range access.MaxRearranged + 1 {
		cell := access.Cell{Token: access.TokenID(fmt.Sprintf("c%024d", i)), Workspace: g.workspaces[0].ID}
		out = append(out, access.CellChange{Cell: cell, To: access.WorkspaceMember})
	}
	return out
}

// TestTokens_Propose says in names what would be done, and does nothing.
func TestTokens_Propose(t *testing.T) {
	g := newGrid(t, 2, 2)
	_, err := g.rearrange(access.CellChange{Cell: g.cell(0, 0), To: access.WorkspaceMember})
	wantCode(t, err, "")
	before := g.Dump()
	p, err := g.Tokens.Propose(t.Context(), g.by, g.Org.ID, []access.CellChange{
		{Cell: g.cell(1, 1), To: access.WorkspaceMember},
		{Cell: g.cell(0, 1)},
		{Cell: g.cell(0, 0), From: access.WorkspaceMember, To: access.WorkspaceAuthor},
	})
	wantCode(t, err, "")
	var told []string
	for _, c := range p.Changes {
		told = append(told, fmt.Sprintf("%s in %s: %q to %q", c.TokenName, c.WorkspaceName, c.From.Label(), c.To.Label()))
	}
	want := []string{`token 01 in Team 01: "" to "Workspace Member"`, `token 00 in Team 00: "Workspace Member" to "Workspace Author"`}
	if diff := cmp.Diff(want, told); diff != "" {
		t.Error(diff)
	}
	if p.Rearranged != (access.Rearranged{Added: 1, Changed: 1}) || g.Dump() != before {
		t.Errorf("counted %+v", p.Rearranged)
	}
	_, err = g.Tokens.Propose(t.Context(), g.by, g.Org.ID, []access.CellChange{{Cell: g.cell(0, 0), To: access.WorkspaceMember}})
	wantReason(t, err, access.ReasonStale)
}

// TestMatrix_AgreesWithTokenPages: after any history the matrix, the tokens' pages and a naive model
// are the same.
func TestMatrix_AgreesWithTokenPages(t *testing.T) {
	g := newGrid(t, 30, 11) // more than a window on both axes
	model := map[access.Cell]access.Role{}
	choices := append(access.RolesOf(access.WorkspaceLevel), "", "")
	random := 0
	next := func(n int) int { random++; return pick(random) % n }
	for range 150 {
		var changes []access.CellChange
		used := map[access.Cell]bool{}
		for range 1 + next(12) {
			cell := g.cell(next(len(g.tokens)), next(len(g.workspaces)))
			if !used[cell] {
				changes = append(changes, access.CellChange{Cell: cell, From: model[cell], To: choices[next(len(choices))]})
			}
			used[cell] = true
		}
		spoilt := next(5) == 0
		if spoilt { // one was made from a role that is not held
			wrong := choices[next(5)]
			spoilt = wrong != changes[0].From && wrong != changes[0].To
			if spoilt {
				changes[0].From = wrong
			}
		}
		g.apply(changes, spoilt, model, next(3) == 0 && len(changes) == 1)
	}
	if len(model) < 20 {
		t.Fatalf("%d roles only", len(model))
	}
	if diff := cmp.Diff(model, g.roles()); diff != "" {
		t.Errorf("the matrix differs from the model:\n%s", diff)
	}
	if diff := cmp.Diff(model, g.pages()); diff != "" {
		t.Errorf("the tokens' pages differ from the model:\n%s", diff)
	}
}

// apply makes changes in the house, and in the model unless they are spoilt. A single one is made the
// other way, from the token's page.
func (g *grid) apply(changes []access.CellChange, spoilt bool, model map[access.Cell]access.Role, single bool) {
	g.t.Helper()
	var err error
	if single && !spoilt {
		err = g.single(changes[0])
	} else {
		_, err = g.rearrange(changes...)
	}
	if spoilt {
		wantReason(g.t, err, access.ReasonStale)
		return
	}
	wantCode(g.t, err, "")
	for _, c := range changes {
		if c.To == "" {
			delete(model, c.Cell)
		} else {
			model[c.Cell] = c.To
		}
	}
}

func (g *grid) single(c access.CellChange) (err error) {
	at := access.Scope{Org: g.Org.ID, Workspace: c.Workspace}
	switch {
	case c.From == c.To:
	case c.From == "":
		_, err = g.Tokens.Bind(g.t.Context(), g.by, at, c.Token, c.To)
	case c.To == "":
		_, err = g.Tokens.Unbind(g.t.Context(), g.by, at, c.Token)
	default:
		_, err = g.Tokens.Rebind(g.t.Context(), g.by, at, c.Token, c.To, c.From)
	}
	return err
}

// pick spreads the numbers from 0 on without a random source, so that a failure happens again.
func pick(i int) int {
	f := fnv.New32a()
	fmt.Fprint(f, i)
	return int(f.Sum32() >> 1)
}

// TestTokens_Rearrange_AtOnce: of changes made from one view that share a cell exactly one set is
// applied, and it is applied whole.
func TestTokens_Rearrange_AtOnce(t *testing.T) {
	g := newGrid(t, 9, 2)
	roles := access.RolesOf(access.WorkspaceLevel)
	var mu sync.Mutex
	var won []int
	var group sync.WaitGroup
	for i := range 8 {
		group.Go(func() {
			role := roles[i%len(roles)]
			_, err := g.rearrange(access.CellChange{Cell: g.cell(i+1, 1), To: role}, access.CellChange{Cell: g.cell(0, 0), To: role})
			switch access.ReasonOf(err) {
			case "":
				mu.Lock()
				defer mu.Unlock()
				won = append(won, i)
			case access.ReasonStale:
			default:
				t.Errorf("lost with %v", err)
			}
		})
	}
	group.Wait()
	if len(won) != 1 {
		t.Fatalf("%d won", len(won))
	}
	role := roles[won[0]%len(roles)]
	want := map[access.Cell]access.Role{g.cell(0, 0): role, g.cell(won[0]+1, 1): role}
	if diff := cmp.Diff(want, g.roles()); diff != "" {
		t.Error(diff)
	}
}

// TestTokens_Rearrange_MakesRoomFirst: where a token is full, a role that is taken makes room for one
// that is given, in whatever order they come.
func TestTokens_Rearrange_MakesRoomFirst(t *testing.T) {
	g := newGrid(t, 1, 2)
	_, err := g.rearrange(access.CellChange{Cell: g.cell(0, 0), To: access.WorkspaceMember})
	wantCode(t, err, "")
	for i := range access.MaxBindings - 2 { // with its home and one Workspace it is full
		g.Edit(fmt.Sprintf(`INSERT INTO api_token_roles SELECT 'c%024d', token_id, entity_type, organization_id, role, home, sort_name,
			sort_expires, sort_used, created_at, created_by_kind, created_by_id, row_mac FROM api_token_roles WHERE token_id = '%s' AND home = 0 LIMIT 1`,
			i, g.tokens[0].ID))
	}
	_, err = g.rearrange(access.CellChange{Cell: g.cell(0, 1), To: access.WorkspaceMember})
	wantReason(t, err, access.ReasonFull)
	_, err = g.rearrange(access.CellChange{Cell: g.cell(0, 1), To: access.WorkspaceMember}, access.CellChange{Cell: g.cell(0, 0), From: access.WorkspaceMember})
	wantCode(t, err, "")
	if got := g.roles()[g.cell(0, 1)]; got != access.WorkspaceMember {
		t.Errorf("the role is %q", got)
	}
}
