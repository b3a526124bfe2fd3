package db_test

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// customRolesOfThePast are people and API tokens that hold a custom role, which then loses what they have
// it for, or is deleted after they got a built-in one instead.
func customRolesOfThePast(t *testing.T, h *dagpasstest.House) []past {
	by, org, ws := dagpasstest.System(), h.Org.ID, h.Workspace.Scope()
	role := func(name string) access.CustomRole {
		return h.CustomRole(name, []access.Permission{"workspace.tokens.view", "workspace.audit.view"})
	}
	narrow := func(h *dagpasstest.House, r access.CustomRole) error {
		_, err := h.Roles.Edit(t.Context(), by, org, r.ID, access.EditRole{Name: r.Name, Permissions: []access.Permission{"workspace.audit.view"}})
		return err
	}
	narrowed, ofTokens, wider, doomed, unheld := role("Narrowed"), role("Of tokens"), role("Wider"), role("Doomed"), role("Unheld")
	one := func(name string, r access.CustomRole, end func(*dagpasstest.House, access.UserID) error) past {
		p := h.Member(name, ws, r.Role())
		return past{name: name, works: seesTokens(p, ws), end: func(h *dagpasstest.House) error { return end(h, p.ID) }}
	}
	tok, value := h.Token(h.Owner, ws, "a token whose custom role was narrowed", ofTokens.Role())
	return []past{
		one("somebody whose custom role was narrowed", narrowed, func(h *dagpasstest.House, _ access.UserID) error { return narrow(h, narrowed) }),
		one("somebody who got a custom role without it", wider, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.SetRole(t.Context(), by, ws, id, h.CustomRole("Less", []access.Permission{"workspace.audit.view"}).Role())
		}),
		one("somebody whose custom role was deleted", doomed, func(h *dagpasstest.House, id access.UserID) error {
			if err := h.Members.SetRole(t.Context(), by, ws, id, access.WorkspaceAccessor); err != nil {
				return err
			}
			return h.Roles.Delete(t.Context(), by, org, doomed.ID)
		}),
		{name: tok.Name, token: true, works: func(h *dagpasstest.House) bool { return manages(h, value, ws) },
			end: func(h *dagpasstest.House) error { return narrow(h, ofTokens) }},
		{name: "a custom role nobody held", works: func(h *dagpasstest.House) bool {
			_, err := h.Roles.Find(h.Context(), by, org, unheld.ID)
			return err == nil
		}, end: func(h *dagpasstest.House) error { return h.Roles.Delete(t.Context(), by, org, unheld.ID) }},
		{name: "an untouched custom role", works: seesTokens(h.Member("Untouched custom", ws, role("Untouched").Role()), ws)},
	}
}
