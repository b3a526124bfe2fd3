package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

func testWorkspaceLists(t *testing.T, h *house) {
	org := h.acme.Org.ID
	owned := map[access.WorkspaceID]access.Workspace{h.acme.Workspace.ID: h.acme.Workspace}
	for i := range 11 {
		w := h.workspace(t, org, fmt.Sprintf("%c team %d", []rune("bBaAé")[i%5], i))
		owned[w.ID] = w
	}
	for _, by := range []string{access.SortByName, access.SortByCreated} {
		for _, desc := range []bool{false, true} {
			s := access.Sort{By: by, Desc: desc}
			t.Run(fmt.Sprintf("pages by %s, descending %t, hold every Workspace once and in order", by, desc), func(t *testing.T) {
				wantEqual(t, h.pages(t, system(), true, "", s, 5), inOrder(owned, s))
			})
		}
	}
	t.Run("those of a person are searched and counted alone", func(t *testing.T) {
		u := h.person(t, "Ida", h.acme.Org.Scope(), access.OrgMember)
		var mine []access.WorkspaceID
		for id, w := range owned {
			if strings.HasPrefix(access.Fold(w.Name), "a") {
				mine = append(mine, id)
				h.update(t, func(tx access.Tx) error {
					return tx.SetRole(w.Scope(), u.Subject(), access.WorkspaceMember, system().Person())
				})
			}
		}
		by := access.Actor{Kind: access.UserActor, ID: string(u.ID)}
		got := h.pages(t, by, false, "TEAM", access.Sort{By: access.SortByName}, 2)
		slices.Sort(got)
		slices.Sort(mine)
		wantEqual(t, got, mine)
		h.view(t, func(tx access.Tx) error {
			list, err := tx.WorkspacesAt(by, org, false, "no such", access.Sort{By: access.SortByName}, access.Page{Limit: 5})
			if list.Total != len(mine) || list.Matching != 0 || len(list.Rows) != 0 || list.More {
				t.Errorf("%+v", list)
			}
			return err
		})
	})
	t.Run("a search finds names, descriptions and ids, whatever the case", func(t *testing.T) {
		w := h.workspace(t, org, "Treasury")
		w.Description = "Nightly LEDGER"
		h.update(t, func(tx access.Tx) error { return tx.UpdateWorkspace(w) })
		for _, text := range []string{"treasury", "ledger", string(w.ID), "tr"} {
			wantEqual(t, h.pages(t, system(), true, text, access.Sort{By: access.SortByName}, 5), []access.WorkspaceID{w.ID})
		}
	})
	t.Run("a person counts once, however many ways their role comes, and Organization Owners get in too", func(t *testing.T) {
		w := h.workspace(t, org, "Crowd")
		u := h.person(t, "Once", w.Scope(), access.WorkspaceMember)
		h.team(t, "crowd one", u.ID, w.Scope(), access.WorkspaceAuthor)
		h.team(t, "crowd two", h.person(t, "Twice", w.Scope(), "").ID, w.Scope(), access.WorkspaceAuthor)
		h.token(t, w.Scope(), "ci", access.WorkspaceMember)
		h.view(t, func(tx access.Tx) error {
			list, err := tx.WorkspacesAt(system(), org, true, "Crowd", access.Sort{By: access.SortByName}, access.Page{Limit: 5})
			if len(list.Rows) != 1 || list.Rows[0].Users != 3 || list.Rows[0].Tokens != 1 {
				t.Errorf("%+v", list.Rows)
			}
			return err
		})
	})
}

// pages reads a list to its end.
func (h *house) pages(t *testing.T, by access.Actor, all bool, search string, s access.Sort, limit int) []access.WorkspaceID {
	t.Helper()
	var ids []access.WorkspaceID
	after := ""
	for more := true; more; {
		h.view(t, func(tx access.Tx) error {
			list, err := tx.WorkspacesAt(by, h.acme.Org.ID, all, search, s, access.Page{Limit: limit, After: after})
			for _, row := range list.Rows {
				ids = append(ids, row.ID)
				after = string(row.ID)
			}
			more = list.More
			return err
		})
	}
	return ids
}

func inOrder(all map[access.WorkspaceID]access.Workspace, s access.Sort) []access.WorkspaceID {
	var ids []access.WorkspaceID
	for id := range all {
		ids = append(ids, id)
	}
	slices.SortFunc(ids, func(a, b access.WorkspaceID) int {
		c := strings.Compare(string(a), string(b))
		if s.By == access.SortByName {
			c = strings.Compare(access.Fold(all[a].Name), access.Fold(all[b].Name))
		}
		if s.Desc {
			return -c
		}
		return c
	})
	return ids
}

// gone is a Workspace with an own token and a shared one, and with people, that has just been deleted.
type gone struct {
	access.Deleted
	own, shared     access.Token
	byOwn, byShared access.Actor
	owner           access.User
	stillAt         access.Scope // where the shared token has a role too
	ofOrgWas        int          // tokens of the Organization before
}

// deleted makes one.
func (h *house) deleted(t *testing.T) gone {
	t.Helper()
	w := h.workspace(t, h.acme.Org.ID, "Gone")
	g := gone{stillAt: h.acme.Workspace.Scope()}
	g.owner = h.person(t, "Grace", w.Scope(), access.WorkspaceOwner)
	h.team(t, "gone", g.owner.ID, w.Scope(), access.WorkspaceMember)
	g.own, g.byOwn = h.token(t, w.Scope(), "own", access.WorkspaceOwner)
	g.shared, g.byShared = h.token(t, h.acme.Org.Scope(), "shared", access.OrgMember)
	for _, at := range []access.Scope{w.Scope(), g.stillAt} {
		h.update(t, func(tx access.Tx) error {
			return tx.SetTokenRole(g.shared, at, access.WorkspaceMember, system().Person())
		})
	}
	g.ofOrgWas = h.countOf(t)
	h.view(t, func(tx access.Tx) error {
		ends, err := tx.DeletionOf(w.Scope())
		wantEqual(t, []access.Deletion{ends}, []access.Deletion{{OwnTokens: 1, SharedTokens: 1, People: 1, Teams: 1}})
		return err
	})
	g.Deleted = access.Deleted{At: w.Scope(), By: access.Actor{Kind: access.UserActor, ID: string(g.owner.ID), Name: "Grace",
		Origin: access.Origin{Address: "192.0.2.9", Client: "Test", RequestID: "r"}}}
	h.update(t, func(tx access.Tx) error { g.When = tx.Now(); return tx.DeleteWorkspace(g.Deleted) })
	return g
}

func (h *house) countOf(t *testing.T) (n int) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		rows, total, err := tx.TokensOf(h.acme.Org.ID, system(), true, access.Sort{By: access.SortByName}, access.Page{Limit: 1000})
		if total != len(rows) {
			t.Errorf("counted %d, listed %d", total, len(rows))
		}
		n = total
		return err
	})
	return n
}

func testDeletions(t *testing.T, h *house) {
	g := h.deleted(t)
	t.Run("before anything is tidied up", func(t *testing.T) { h.wantGone(t, g) })
	t.Run("its name is free at once", func(t *testing.T) { h.workspace(t, h.acme.Org.ID, "Gone") })
	t.Run("it is found again after a crash, with who deleted it", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			d, err := tx.Unfinished()
			wantEqual(t, []access.Deleted{d}, []access.Deleted{g.Deleted})
			return err
		})
	})
	t.Run("what is left are its tokens, own and shared, a batch at a time", func(t *testing.T) {
		h.Advance(time.Hour)
		var left []access.TokenID
		for range 2 {
			h.update(t, func(tx access.Tx) error {
				rows, err := tx.LeftIn(g.Deleted, 1)
				if err != nil || len(rows) != 1 {
					t.Fatalf("%d rows, %v", len(rows), err)
				}
				left = append(left, rows[0].ID)
				if rows[0].Shared != (rows[0].ID == g.shared.ID) {
					t.Errorf("shared: %+v", rows[0])
				}
				return tx.EndLeft(g.Deleted, rows[0])
			})
		}
		wantEqual(t, left, []access.TokenID{g.own.ID, g.shared.ID})
		h.view(t, func(tx access.Tx) error {
			rows, err := tx.LeftIn(g.Deleted, 1)
			wantEqual(t, rows, nil)
			return err
		})
	})
	t.Run("after everything is tidied up", func(t *testing.T) {
		h.update(t, func(tx access.Tx) error { return tx.FinishDeletion(g.Deleted) })
		h.wantGone(t, g)
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Unfinished(); return err })
	})
	t.Run("it is not deleted twice, nor by another Organization", func(t *testing.T) {
		h.fails(t, access.NotFound, func(tx access.Tx) error { return tx.DeleteWorkspace(g.Deleted) })
		h.fails(t, access.NotFound, func(tx access.Tx) error {
			return tx.DeleteWorkspace(access.Deleted{At: access.Scope{Org: h.acme.Org.ID, Workspace: h.other.Workspace.ID}, When: tx.Now(), By: system()})
		})
	})
}

// wantGone checks what counts from the moment of the deletion, however much is left in the store.
func (h *house) wantGone(t *testing.T, g gone) {
	t.Helper()
	h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Locate(g.At.Workspace); return err })
	h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Token(g.At.Org, g.own.ID); return err })
	h.fails(t, access.Unauthenticated, func(tx access.Tx) error { _, err := tx.Grants(g.byOwn, access.Scope{Org: g.At.Org}); return err })
	h.wantNoGrants(t, g.byShared, g.At)
	h.wantNoGrants(t, access.Actor{Kind: access.UserActor, ID: string(g.owner.ID), Credential: h.SignIn(t, g.owner.ID)}, g.At)
	if got := h.countOf(t); got != g.ofOrgWas-1 {
		t.Errorf("the Organization counts %d tokens, it had %d", got, g.ofOrgWas)
	}
	h.view(t, func(tx access.Tx) error {
		p, err := tx.Presented(g.byOwn.Credential)
		if err != nil || p.Ended != access.EndedWithWorkspace || !p.EndedAt.Equal(g.When) {
			t.Errorf("its token is %+v, %v", p, err)
		}
		bound, err := tx.BoundWorkspaces(g.shared.ID, 10)
		wantEqual(t, bound, []access.WorkspaceID{g.stillAt.Workspace})
		return err
	})
	h.view(t, func(tx access.Tx) error {
		roles, err := tx.TokenRoles(g.shared)
		if len(roles) != 2 || roles[1].At != g.stillAt {
			t.Errorf("the shared token has the roles %+v", roles)
		}
		role, _ := tx.Role(g.At, g.owner.Subject())
		wantEqual(t, []access.Role{role}, []access.Role{""})
		return err
	})
	h.view(t, func(tx access.Tx) error {
		list, err := tx.TokensAt(access.Scope{Org: g.At.Org}, access.TokenFilter{Search: "shared"}, access.Sort{By: access.SortByName}, access.Page{Limit: 5})
		if len(list.Rows) != 1 || list.Rows[0].Workspaces != 1 {
			t.Errorf("the list says %+v", list.Rows)
		}
		return err
	})
}

func (h *house) wantNoGrants(t *testing.T, by access.Actor, at access.Scope) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		g, err := tx.Grants(by, at)
		if len(g.Workspace) > 0 {
			t.Errorf("%s still holds %v", by.Name, g.Workspace)
		}
		return err
	})
}
