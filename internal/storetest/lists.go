package storetest

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"dagpass/internal/access"
)

func idsOf(rows []access.TokenRow) []access.TokenID {
	var ids []access.TokenID
	for _, r := range rows {
		ids = append(ids, r.ID)
	}
	return ids
}

// furnish makes tokens with equal names, expiries and uses, of both scopes, in every state.
func (h *house) furnish(t *testing.T) []access.Token {
	t.Helper()
	ws := h.acme.Workspace.Scope()
	var tokens []access.Token
	days := []access.Expiry{access.Never, 1, 14, 15, 90}
	for i := range 25 {
		home, role := ws, access.WorkspaceMember
		if i%5 == 4 {
			home, role = h.acme.Org.Scope(), access.OrgMember
		}
		h.update(t, func(tx access.Tx) error {
			tok := newToken(tx, home, []string{"same", "Same", "zeta", "Ärger", "alpha"}[i%5])
			tok.Description = fmt.Sprintf("number %02d", i)
			tok.Expiry = days[i%len(days)]
			tok.EndAt = tok.Expiry.End(tok.StartAt)
			if err := tx.InsertToken(tok, role, newIssue()); err != nil {
				return err
			}
			if home != ws {
				if err := tx.SetTokenRole(tok, ws, access.WorkspaceOperator, system().Person()); err != nil {
					return err
				}
			}
			if i%3 == 0 {
				tok.LastUsed = access.Use{At: tx.Now().Add(time.Duration(i%2) * time.Second), Address: "a", Client: "c"}
				if err := tx.MarkUsed(map[access.TokenID]access.Use{tok.ID: tok.LastUsed}); err != nil {
					return err
				}
			}
			tokens = append(tokens, tok)
			return nil
		})
	}
	return tokens
}

func testTokenLists(t *testing.T, h *house) {
	ws := h.acme.Workspace.Scope()
	tokens := h.furnish(t)
	h.token(t, h.other.Workspace.Scope(), "foreign", access.WorkspaceMember)
	h.Advance(36 * time.Hour) // those of one day have expired, those of fourteen end soon

	list := func(t *testing.T, f access.TokenFilter, s access.Sort, p access.Page) (out access.TokenList) {
		t.Helper()
		h.view(t, func(tx access.Tx) (err error) {
			out, err = tx.TokensAt(ws, f, s, p)
			return err
		})
		return out
	}
	t.Run("every order is total, both ways, from every row on", func(t *testing.T) {
		for _, by := range columns {
			for _, desc := range []bool{false, true} {
				s := access.Sort{By: by, Desc: desc}
				want := sorted(tokens, s)
				all := list(t, access.TokenFilter{}, s, access.Page{Limit: 100})
				wantEqual(t, idsOf(all.Rows), want)
				for i, id := range want {
					rest := list(t, access.TokenFilter{}, s, access.Page{Limit: 100, After: string(id)})
					wantEqual(t, idsOf(rest.Rows), want[i+1:])
					off := list(t, access.TokenFilter{}, s, access.Page{Limit: 3, Offset: i})
					wantEqual(t, idsOf(off.Rows), want[i:min(i+3, len(want))])
				}
			}
		}
	})
	t.Run("a page says whether more follow", func(t *testing.T) {
		for _, c := range []struct {
			limit int
			more  bool
		}{{24, true}, {25, false}, {26, false}} {
			got := list(t, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: c.limit})
			if got.More != c.more || len(got.Rows) != min(c.limit, 25) {
				t.Errorf("limit %d: %d rows, more %t", c.limit, len(got.Rows), got.More)
			}
		}
	})
	t.Run("past the end there is nothing, with the right figures", func(t *testing.T) {
		got := list(t, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 5, Offset: 1000})
		if len(got.Rows) != 0 || got.More || got.Total != 25 || got.Matching != 25 {
			t.Errorf("got %+v", got)
		}
	})
	t.Run("an after that is not in the list starts at the top", func(t *testing.T) {
		s := access.Sort{By: access.SortByExpires, Desc: true}
		got := list(t, access.TokenFilter{}, s, access.Page{Limit: 2, After: "cnowhere"})
		wantEqual(t, idsOf(got.Rows), sorted(tokens, s)[:2])
	})
	t.Run("filters narrow rows and figures alike", func(t *testing.T) { testFilters(t, h, tokens) })
	t.Run("the figures by scope follow every role that comes and goes", func(t *testing.T) { testScopeFigures(t, h) })
	t.Run("a Workspace shows its own and the shared, the Organization its own with their Workspaces", func(t *testing.T) {
		for _, r := range list(t, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 100}).Rows {
			if r.Shared != r.OrganizationScoped() || r.Workspaces != 0 {
				t.Errorf("row %+v", r)
			}
		}
		h.view(t, func(tx access.Tx) error {
			org, err := tx.TokensAt(h.acme.Org.Scope(), access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 100})
			if len(org.Rows) != 5 || org.Total != 5 || org.Rows[0].Shared || org.Rows[0].Role != access.OrgMember || org.Rows[0].Workspaces != 1 {
				t.Errorf("got %+v", org)
			}
			return err
		})
	})
	t.Run("an Organization's tokens are all of them, or those in Workspaces the actor owns", func(t *testing.T) {
		testTokensOf(t, h, tokens)
	})
	t.Run("a second column decides among equals", func(t *testing.T) { testOrderBySeveral(t, h, tokens) })
}

func testFilters(t *testing.T, h *house, tokens []access.Token) {
	var now time.Time
	h.view(t, func(tx access.Tx) error { now = tx.Now(); return nil })
	role := func(tok access.Token) access.Role {
		if tok.OrganizationScoped() {
			return access.WorkspaceOperator
		}
		return access.WorkspaceMember
	}
	for _, status := range []access.Status{"", access.Active, access.Soon, access.Expired} {
		for _, scope := range []access.Level{"", access.OrgLevel, access.WorkspaceLevel} {
			for _, held := range []access.Role{"", access.WorkspaceMember, access.WorkspaceOwner} {
				f := access.TokenFilter{Status: status, Scope: scope, Role: held}
				var want []access.Token
				soon := 0
				for _, tok := range tokens {
					if tok.Status(now) == access.Soon {
						soon++
					}
					if (status == "" || tok.Status(now) == status) && (held == "" || role(tok) == held) &&
						(scope == "" || tok.Home.Level() == scope) {
						want = append(want, tok)
					}
				}
				h.view(t, func(tx access.Tx) error {
					got, err := tx.TokensAt(h.acme.Workspace.Scope(), f, access.Sort{By: access.SortByUsed}, access.Page{Limit: 100})
					wantEqual(t, idsOf(got.Rows), sorted(want, access.Sort{By: access.SortByUsed}))
					if got.Matching != len(want) || got.Total != len(tokens) || got.Soon != soon || got.Capped {
						t.Errorf("%+v: matching %d, total %d, soon %d", f, got.Matching, got.Total, got.Soon)
					}
					return err
				})
			}
		}
	}
}

func testTokensOf(t *testing.T, h *house, tokens []access.Token) {
	org := h.acme.Org.ID
	second := h.workspace(t, org, "Second").Scope()
	elsewhere, _ := h.token(t, second, "elsewhere", access.WorkspaceMember)
	every := append(slices.Clone(tokens), elsewhere)
	owner := h.person(t, "Olga", h.acme.Workspace.Scope(), access.WorkspaceOwner)
	by := access.Actor{Kind: access.UserActor, ID: string(owner.ID)}
	for _, column := range columns {
		for _, desc := range []bool{false, true} {
			s := access.Sort{By: column, Desc: desc}
			h.view(t, func(tx access.Tx) error {
				all, total, err := tx.TokensOf(org, by, true, s, access.Page{Limit: 7, Offset: 5})
				wantEqual(t, idsOf(all), sorted(every, s)[5:12])
				if total != len(every) {
					t.Errorf("%d in all, want %d", total, len(every))
				}
				if err != nil {
					return err
				}
				some, total, err := tx.TokensOf(org, by, false, s, access.Page{Limit: 100})
				wantEqual(t, idsOf(some), sorted(tokens, s))
				if total != len(tokens) {
					t.Errorf("%d owned, want %d", total, len(tokens))
				}
				return err
			})
		}
	}
}

func testPickers(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	bound, _ := h.token(t, acme, "bound already", access.OrgMember)
	free, _ := h.token(t, acme, "Free one", access.OrgMember)
	second, _ := h.token(t, acme, "another free", access.OrgMember)
	own, _ := h.token(t, ws, "own free", access.WorkspaceMember)
	h.update(t, func(tx access.Tx) error {
		return tx.SetTokenRole(bound, ws, access.WorkspaceMember, system().Person())
	})
	t.Run("tokens without a role in the Workspace, by name", func(t *testing.T) {
		for _, c := range []struct {
			search   string
			limit    int
			want     []access.TokenID
			matching int
		}{
			{"", 10, []access.TokenID{second.ID, free.ID}, 2},
			{"", 1, []access.TokenID{second.ID}, 2},
			{"FREE O", 10, []access.TokenID{free.ID}, 1},
			{"an", 10, []access.TokenID{second.ID}, 1},
			{"about", 10, nil, 0}, // in descriptions only
		} {
			h.view(t, func(tx access.Tx) error {
				found, matching, all, err := tx.Unbound(ws, c.search, c.limit)
				var ids []access.TokenID
				for _, tok := range found {
					ids = append(ids, tok.ID)
				}
				wantEqual(t, ids, c.want)
				if matching != c.matching || all != 3 {
					t.Errorf("%q: %d matching of %d", c.search, matching, all)
				}
				return err
			})
		}
	})
	t.Run("Workspaces in which a token has no role, by name", func(t *testing.T) {
		b, a := h.workspace(t, acme.Org, "bravo"), h.workspace(t, acme.Org, "Alpha bravo")
		h.view(t, func(tx access.Tx) error {
			found, n, err := tx.WorkspacesWithout(bound, "BRAVO", 1)
			if n != 2 || len(found) != 1 || found[0].ID != a.ID {
				t.Errorf("%d: %+v", n, found)
			}
			if err != nil {
				return err
			}
			all, n, err := tx.WorkspacesWithout(bound, "", 10)
			if n != 2 || len(all) != 2 || all[1].ID != b.ID {
				t.Errorf("%d: %+v", n, all)
			}
			return err
		})
	})
	t.Run("a name is taken where a live token usable there has it", func(t *testing.T) {
		for _, c := range []struct {
			at     access.Scope
			name   string
			except access.TokenID
			want   bool
		}{
			{ws, "own free", "", true}, {ws, "OWN free", "", true}, {ws, "own free", own.ID, false},
			{ws, "bound already", "", true}, {ws, "Free one", "", false}, {acme, "Free one", "", true}, {acme, "own free", "", false},
		} {
			h.view(t, func(tx access.Tx) error {
				named, err := tx.TokenNamed(c.at, c.name, c.except)
				if named != c.want {
					t.Errorf("%q except %q: %t", c.name, c.except, named)
				}
				return err
			})
		}
	})
}
