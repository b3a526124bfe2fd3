package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

// testMatrix: both axes can be walked from every row, both ways, under every filter, as the simplest
// model does it.
func testMatrix(t *testing.T, h *house) {
	tokens, held := h.furnishMatrix(t)
	h.token(t, h.acme.Workspace.Scope(), "own of the Workspace", access.WorkspaceOwner)
	h.token(t, h.other.Org.Scope(), "foreign", access.OrgMember)
	h.Advance(36 * time.Hour) // those of one day have expired, those of fourteen end soon
	for _, f := range matrixFilters() {
		t.Run(fmt.Sprintf("tokens by %+v", f), func(t *testing.T) {
			var now time.Time
			h.view(t, func(tx access.Tx) error { now = tx.Now(); return nil })
			want := slices.DeleteFunc(slices.Clone(tokens), func(tok access.Token) bool {
				text := access.Fold(tok.Name + " " + tok.Description)
				if len(f.Search) < 3 {
					text = access.Fold(tok.Name)
				}
				return f.Status != "" && tok.Status(now) != f.Status || f.Role != "" && !slices.Contains(held[tok.ID], f.Role) ||
					!strings.Contains(text, access.Fold(f.Search))
			})
			testWindows(t, sorted(want, access.Sort{By: access.SortByName}), len(tokens), func(w access.Window) (s access.Stretch[access.TokenID]) {
				h.view(t, func(tx access.Tx) error {
					got, err := tx.TokensByName(h.acme.Org.ID, f, w)
					s = access.Stretch[access.TokenID]{Rows: idsOf(got.Rows), All: got.All, Matching: got.Matching, Earlier: got.Earlier, Later: got.Later}
					return err
				})
				return s
			})
		})
	}
	t.Run("a row carries the role on the Organization", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			got, err := tx.TokensByName(h.acme.Org.ID, access.MatrixFilter{Role: access.WorkspaceOperator}, access.Window{Limit: 100})
			for _, r := range got.Rows {
				if r.Role != access.OrgMember || r.Shared || r.Workspaces == 0 {
					t.Errorf("row %+v", r)
				}
			}
			return err
		})
	})
}

func matrixFilters() []access.MatrixFilter {
	return []access.MatrixFilter{
		{}, {Search: "number"}, {Search: "number 0"}, {Search: "sa"}, {Search: "nothing like it"},
		{Status: access.Expired}, {Search: "number 1", Status: access.Soon},
		{Role: access.WorkspaceMember}, {Role: access.WorkspaceOperator}, {Role: access.WorkspaceOwner},
		{Role: access.WorkspaceMember, Search: "number 1"}, {Role: access.WorkspaceMember, Search: "al"},
		{Role: access.WorkspaceMember, Status: access.Active}, {Role: access.WorkspaceOperator, Status: access.Expired, Search: "number"},
	}
}

// furnishMatrix makes Organization tokens with equal names and in every state, of which most hold
// roles in some of three Workspaces.
func (h *house) furnishMatrix(t *testing.T) (tokens []access.Token, held map[access.TokenID][]access.Role) {
	t.Helper()
	org, held := h.acme.Org.Scope(), map[access.TokenID][]access.Role{}
	places := []access.Scope{h.acme.Workspace.Scope(), h.workspace(t, org.Org, "Second").Scope(), h.workspace(t, org.Org, "Third").Scope()}
	days := []access.Expiry{access.Never, 1, 14, 15, 90}
	for i := range 30 {
		h.update(t, func(tx access.Tx) error {
			tok := newToken(tx, org, []string{"same", "Same", "zeta", "Ärger", "alpha"}[i%5])
			tok.Description = fmt.Sprintf("number %02d", i)
			tok.Expiry = days[i/2%len(days)]
			tok.EndAt = tok.Expiry.End(tok.StartAt)
			if err := tx.InsertToken(tok, access.OrgMember, newIssue()); err != nil {
				return err
			}
			tokens = append(tokens, tok)
			for k := range i % 4 {
				role := []access.Role{access.WorkspaceMember, access.WorkspaceMember, access.WorkspaceOperator}[pick(i*3+k)%3]
				if err := tx.SetTokenRole(tok, places[k], role, system().Person()); err != nil {
					return err
				}
				held[tok.ID] = append(held[tok.ID], role)
			}
			return nil
		})
	}
	return tokens, held
}

// testWindows reads every window of a list that should hold what is wanted, of all so many.
func testWindows[T ~string](t *testing.T, want []T, all int, read func(w access.Window) access.Stretch[T]) {
	t.Helper()
	const limit = 4
	check := func(w access.Window, from, to int) {
		t.Helper()
		from, to = max(from, 0), min(to, len(want))
		got := read(w)
		wantEqual(t, got.Rows, want[from:to])
		if got.Earlier != (from > 0) || got.Later != (to < len(want)) || got.Matching != len(want) || got.All != all || got.Capped {
			t.Errorf("%+v: earlier %t, later %t, %d of %d; want %t, %t, %d of %d", w, got.Earlier, got.Later, got.Matching, got.All,
				from > 0, to < len(want), len(want), all)
		}
	}
	check(access.Window{Limit: limit}, 0, limit)
	check(access.Window{Limit: limit, After: "cnowhere"}, 0, limit)
	check(access.Window{Limit: limit, Before: "cnowhere"}, 0, limit)
	for i, id := range want {
		switch {
		case i+1 < len(want):
			check(access.Window{Limit: limit, After: string(id)}, i+1, i+1+limit)
		default: // nothing follows the last: the walk begins anew
			check(access.Window{Limit: limit, After: string(id)}, 0, limit)
		}
		switch {
		case i > 0:
			check(access.Window{Limit: limit, Before: string(id)}, i-limit, i)
		default:
			check(access.Window{Limit: limit, Before: string(id)}, 0, limit)
		}
	}
}

func testMatrixWorkspaces(t *testing.T, h *house) {
	org := h.acme.Org.ID
	names := map[access.WorkspaceID]string{h.acme.Workspace.ID: "Data"}
	for i := range 12 {
		name := fmt.Sprintf("%c team %02d", "aBc"[pick(i)%3], i)
		names[h.workspace(t, org, name).ID] = name
	}
	for _, search := range []string{"", "team", "TEAM 0", "a", "none"} {
		t.Run(fmt.Sprintf("Workspaces by %q", search), func(t *testing.T) {
			var want []access.WorkspaceID
			for id, name := range names {
				if strings.Contains(access.Fold(name), access.Fold(search)) {
					want = append(want, id)
				}
			}
			slices.SortFunc(want, func(a, b access.WorkspaceID) int {
				return strings.Compare(access.Fold(names[a]), access.Fold(names[b]))
			})
			testWindows(t, want, len(names), func(w access.Window) (s access.Stretch[access.WorkspaceID]) {
				h.view(t, func(tx access.Tx) error {
					got, err := tx.WorkspacesByName(org, search, w)
					s = access.Stretch[access.WorkspaceID]{All: got.All, Matching: got.Matching, Earlier: got.Earlier, Later: got.Later}
					for _, ws := range got.Rows {
						s.Rows = append(s.Rows, ws.ID)
					}
					return err
				})
				return s
			})
		})
	}
}

func testRolesAmong(t *testing.T, h *house) {
	org, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	second, third := h.workspace(t, org.Org, "Second").Scope(), h.workspace(t, org.Org, "Third").Scope()
	tok, _ := h.token(t, org, "shared", access.OrgMember)
	other, _ := h.token(t, org, "other", access.OrgMember)
	h.update(t, func(tx access.Tx) error {
		for at, role := range map[access.Scope]access.Role{ws: access.WorkspaceMember, second: access.WorkspaceOwner, third: access.WorkspaceAuthor} {
			if err := tx.SetTokenRole(tok, at, role, system().Person()); err != nil {
				return err
			}
		}
		return nil
	})
	among := func(org access.OrgID, tokens []access.TokenID, workspaces []access.WorkspaceID) (found []string) {
		h.view(t, func(tx access.Tx) error {
			got, err := tx.RolesAmong(org, tokens, workspaces)
			for _, r := range got {
				found = append(found, string(r.Token)+string(r.At.Workspace)+string(r.Role))
			}
			return err
		})
		slices.Sort(found)
		return found
	}
	t.Run("the roles between some tokens and some Workspaces are found, and no others", func(t *testing.T) {
		want := []string{
			string(tok.ID) + string(ws.Workspace) + string(access.WorkspaceMember),
			string(tok.ID) + string(second.Workspace) + string(access.WorkspaceOwner),
		}
		slices.Sort(want)
		wantEqual(t, among(org.Org, []access.TokenID{tok.ID, other.ID}, []access.WorkspaceID{ws.Workspace, second.Workspace}), want)
		wantEqual(t, among(org.Org, []access.TokenID{other.ID}, []access.WorkspaceID{ws.Workspace}), nil)
		wantEqual(t, among(org.Org, nil, nil), nil)
	})
	t.Run("another Organization finds none", func(t *testing.T) {
		wantEqual(t, among(h.other.Org.ID, []access.TokenID{tok.ID}, []access.WorkspaceID{ws.Workspace}), nil)
	})
	t.Run("the places of a token are counted with its home", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			n, err := tx.RoleCount(tok.ID)
			if n != 4 {
				t.Errorf("counted %d", n)
			}
			return err
		})
	})
	t.Run("a deleted Workspace is no place, whether its roles were cleared away or not", func(t *testing.T) {
		h.update(t, func(tx access.Tx) error {
			return tx.DeleteWorkspace(access.Deleted{At: second, When: tx.Now(), By: system()})
		})
		h.view(t, func(tx access.Tx) error {
			n, err := tx.RoleCount(tok.ID)
			if err != nil {
				return err
			}
			for search, want := range map[string]int{"": 0, "sh": 0, "shared": 0} {
				held, err := tx.TokensByName(org.Org, access.MatrixFilter{Role: access.WorkspaceOwner, Search: search}, access.Window{Limit: 10})
				if n != 3 || len(held.Rows) != want || held.Matching != want || err != nil {
					t.Errorf("%q: counted %d, found %+v, %v", search, n, held, err)
				}
			}
			return nil
		})
	})
}
