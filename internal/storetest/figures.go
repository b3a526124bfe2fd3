package storetest

import (
	"testing"

	"dagpass/internal/access"
)

// testScopeFigures: the figures by scope are kept and not counted, so every change has to keep them.
func testScopeFigures(t *testing.T, h *house) {
	org, ws := h.other.Org.Scope(), h.workspace(t, h.other.Org.ID, "Figures").Scope()
	wantFigures := func(t *testing.T, own, shared int) {
		t.Helper()
		for scope, want := range map[access.Level]int{"": own + shared, access.WorkspaceLevel: own, access.OrgLevel: shared} {
			h.view(t, func(tx access.Tx) error {
				got, err := tx.TokensAt(ws, access.TokenFilter{Scope: scope}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
				if got.Matching != want || len(got.Rows) != want || got.Total != own+shared {
					t.Errorf("scope %q: %d matching, %d rows of %d, want %d", scope, got.Matching, len(got.Rows), got.Total, want)
				}
				return err
			})
		}
	}
	own, _ := h.token(t, ws, "own", access.WorkspaceMember)
	one, _ := h.token(t, org, "one", access.OrgMember)
	two, _ := h.token(t, org, "two", access.OrgMember)
	set := func(tok access.Token, role access.Role) {
		h.update(t, func(tx access.Tx) error { return tx.SetTokenRole(tok, ws, role, system().Person()) })
	}
	wantFigures(t, 1, 0)
	set(one, access.WorkspaceMember)
	set(two, access.WorkspaceMember)
	set(two, access.WorkspaceOwner)
	wantFigures(t, 1, 2)
	for range 2 {
		h.update(t, func(tx access.Tx) error { return tx.RemoveTokenRole(one, ws) })
		wantFigures(t, 1, 1)
	}
	h.update(t, func(tx access.Tx) error { return tx.EndToken(two, access.EndedByDeletion, system().Person()) })
	wantFigures(t, 1, 0)
	h.update(t, func(tx access.Tx) error { return tx.EndToken(own, access.EndedByDeletion, system().Person()) })
	wantFigures(t, 0, 0)
}
