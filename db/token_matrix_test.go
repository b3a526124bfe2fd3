package db

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

// TestStatements_matrixIsReadInOrder: the tokens that hold a role, and the Workspaces, come from
// their index in the order of their names, so that a window costs what it shows.
func TestStatements_matrixIsReadInOrder(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	for name, query := range map[string]string{
		"tokens forward": sqlBoundAsc, "tokens back": sqlBoundDesc,
		"texts forward": sqlBoundTexts, "texts back": sqlBoundTextsDesc,
		"Workspaces forward": sqlWorkspacesAsc, "Workspaces back": sqlWorkspacesDesc,
	} {
		plan := strings.Join(explain(t, raw, query), "\n")
		if strings.Contains(plan, "TEMP B-TREE") || !strings.Contains(plan, "SEARCH") {
			t.Errorf("%s:\n%s", name, plan)
		}
	}
}

// TestTokensByName_manyWithARole: a search among more tokens than are searched by their text finds
// them by the index while they are few, and else one after the other, in the same order.
func TestTokensByName_manyWithARole(t *testing.T) {
	f := &filled{db: installed(t).open(t)}
	must(t, f.db.update(t.Context(), f.found))
	org := f.big.Org
	must(t, f.db.update(t.Context(), func(tx *Tx) error {
		for k := range recheckLimit + 1 {
			tok, err := f.insert(tx, access.Scope{Org: org}, fmt.Sprintf("pipeline %05d", k*7919%100_000), access.OrgMember, time.Time{})
			if err == nil && k != 0 {
				err = tx.SetTokenRole(tok, f.big, access.WorkspaceMember, access.System(access.Origin{}).Person())
			}
			if err == nil {
				err = tx.SetTokenRole(tok, f.small, access.WorkspaceMember, access.System(access.Origin{}).Person())
			}
			if err != nil {
				return err
			}
		}
		return nil
	}))
	for _, search := range []string{"", "pi", "pipeline", "0042", "nowhere"} {
		var want []string
		for k := range recheckLimit + 1 {
			if name := fmt.Sprintf("pipeline %05d", k*7919%100_000); strings.Contains(name, search) {
				want = append(want, name)
			}
		}
		slices.Sort(want)
		if forward := walkTokens(t, f.db, org, search, false); !slices.Equal(forward, want) {
			t.Errorf("%q: %d names forward, want %d", search, len(forward), len(want))
		}
		if back := walkTokens(t, f.db, org, search, true); !slices.Equal(back, want) {
			t.Errorf("%q: %d names back, want %d", search, len(back), len(want))
		}
	}
}

// walkTokens reads all tokens that a search finds among those with a role, forward or, from the last
// of them, back.
func walkTokens(t *testing.T, db *DB, org access.OrgID, search string, back bool) (names []string) {
	t.Helper()
	f := access.MatrixFilter{Search: search, Role: access.WorkspaceMember}
	for w := (access.Window{Limit: 500}); ; {
		var page []string
		var s access.Stretch[access.TokenRow]
		must(t, db.view(t.Context(), func(tx *Tx) (err error) {
			s, err = tx.TokensByName(org, f, w)
			return err
		}))
		if len(s.Rows) == 0 {
			return names
		}
		for _, r := range s.Rows {
			page = append(page, r.Name)
		}
		first, last := string(s.Rows[0].ID), string(s.Rows[len(s.Rows)-1].ID)
		switch {
		case w.Before != "":
			names = append(page, names...)
		case !back || !s.Later:
			names = append(names, page...)
		}
		switch {
		case s.Later && w.Before == "":
			w = access.Window{Limit: 500, After: last}
		case back && s.Earlier:
			w = access.Window{Limit: 500, Before: first}
		default:
			return names
		}
	}
}

// The sizes of the benchmark of the matrix: every token has a few roles, one has all of them.
const (
	matrixTokens     = 10_000
	matrixWorkspaces = 300
	matrixRoles      = 5
)

// fillMatrix makes an Organization with many tokens bound to many Workspaces.
func fillMatrix(b *testing.B) (db *DB, org access.OrgID, ids []access.TokenID) {
	b.Helper()
	db = newInstallation(b).open(b)
	f := &filled{db: db}
	must(b, db.update(b.Context(), f.found))
	org = f.big.Org
	by := access.System(access.Origin{}).Person()
	var places []access.Scope
	must(b, db.update(b.Context(), func(tx *Tx) error {
		for k := range matrixWorkspaces {
			w := access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: org, Name: fmt.Sprintf("team %03d", k*7919%1000),
				CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by, UpdatedBy: by}
			places = append(places, w.Scope())
			if err := tx.InsertWorkspace(w); err != nil {
				return err
			}
		}
		return nil
	}))
	must(b, db.update(b.Context(), func(tx *Tx) error {
		for k := range matrixTokens {
			t, err := f.insert(tx, access.Scope{Org: org}, fmt.Sprintf("pipeline %05d", k*7919%100_000), access.OrgMember, access.Expiry(90).End(tx.now))
			if err != nil {
				return err
			}
			ids = append(ids, t.ID)
			roles := matrixRoles
			if k == matrixTokens/2 {
				roles = matrixWorkspaces
			}
			for n := range roles {
				role := access.WorkspaceMember
				if k%1000 == 0 {
					role = access.WorkspaceOwner
				}
				if err := tx.SetTokenRole(t, places[(k*31+n)%len(places)], role, by); err != nil {
					return err
				}
			}
		}
		return nil
	}))
	return db, org, ids
}

func BenchmarkMatrix(b *testing.B) {
	db, org, ids := fillMatrix(b)
	for _, c := range []struct {
		name   string
		filter access.MatrixFilter
	}{
		{"all", access.MatrixFilter{}},
		{"search", access.MatrixFilter{Search: "pipeline"}},
		{"search one", access.MatrixFilter{Search: "00042"}},
		{"common role", access.MatrixFilter{Role: access.WorkspaceMember}},
		{"rare role", access.MatrixFilter{Role: access.WorkspaceOwner}},
		{"rare search in a common role", access.MatrixFilter{Role: access.WorkspaceMember, Search: "00042"}},
	} {
		b.Run(c.name, func(b *testing.B) {
			median(b, func(i int) {
				must(b, db.view(b.Context(), func(tx *Tx) error {
					tokens, err := tx.TokensByName(org, c.filter, access.Window{Limit: access.MatrixTokens, After: string(ids[i*7919%len(ids)])})
					if err != nil {
						return err
					}
					workspaces, err := tx.WorkspacesByName(org, "", access.Window{Limit: access.MatrixWorkspaces})
					if err != nil {
						return err
					}
					var rows []access.TokenID
					for _, t := range tokens.Rows {
						rows = append(rows, t.ID)
					}
					var columns []access.WorkspaceID
					for _, w := range workspaces.Rows {
						columns = append(columns, w.ID)
					}
					_, err = tx.RolesAmong(org, rows, columns)
					return err
				}))
			})
		})
	}
}
