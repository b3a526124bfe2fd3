package db_test

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// tokensOfThePast are API tokens that end in every way there is.
func tokensOfThePast(t *testing.T, h *dagpasstest.House) []past {
	by := dagpasstest.System()
	home, org := h.Workspace.Scope(), h.Org.Scope()
	doomed, other := h.NewWorkspace("Doomed"), h.NewWorkspace("Other")
	token := func(at access.Scope, name string, role access.Role, end func(*dagpasstest.House, access.Token, string) error) past {
		tok, value := h.Token(h.Owner, at, name, role)
		p := past{name: name, token: true, works: func(h *dagpasstest.House) bool { return h.Accepts(value) }}
		if end != nil {
			p.end = func(h *dagpasstest.House) error { return end(h, tok, value) }
		}
		return p
	}
	bound := func(name string, end func(*dagpasstest.House, access.TokenID) error) past {
		tok, value := h.Token(h.Owner, org, name, access.OrgMember)
		if _, err := h.Tokens.Bind(t.Context(), by, other.Scope(), tok.ID, access.WorkspaceOwner); err != nil {
			t.Fatal(err)
		}
		return past{name: name, token: true, works: func(h *dagpasstest.House) bool { return manages(h, value, other.Scope()) },
			end: func(h *dagpasstest.House) error { return end(h, tok.ID) }}
	}
	return []past{
		token(home, "an untouched token", access.WorkspaceAuthor, nil),
		token(home, "a deleted token", access.WorkspaceAuthor, func(h *dagpasstest.House, tok access.Token, _ string) error {
			_, err := h.Tokens.Delete(t.Context(), by, home, tok.ID, access.TokenDeletionWord)
			return err
		}),
		token(home, "a rotated token", access.WorkspaceAuthor, func(h *dagpasstest.House, tok access.Token, _ string) error {
			_, _, err := h.Tokens.Rotate(t.Context(), by, home, tok.ID, tok.Generation, "")
			return err
		}),
		token(org, "a rotated Organization token", access.OrgOwner, func(h *dagpasstest.House, tok access.Token, _ string) error {
			_, _, err := h.Tokens.Rotate(t.Context(), by, org, tok.ID, tok.Generation, "")
			return err
		}),
		token(home, "a token revoked by its holder", access.WorkspaceAuthor, func(h *dagpasstest.House, _ access.Token, value string) error {
			_, err := h.Tokens.Revoke(t.Context(), value, access.Origin{})
			return err
		}),
		token(doomed.Scope(), "a token of a deleted Workspace", access.WorkspaceOwner, func(h *dagpasstest.House, _ access.Token, _ string) error {
			return h.Workspaces.Delete(t.Context(), by, doomed.Scope(), access.DeletionWord)
		}),
		bound("a token removed from a Workspace", func(h *dagpasstest.House, id access.TokenID) error {
			_, err := h.Tokens.Unbind(t.Context(), by, other.Scope(), id)
			return err
		}),
		bound("a token lowered in a Workspace", func(h *dagpasstest.House, id access.TokenID) error {
			_, err := h.Tokens.Rebind(t.Context(), by, other.Scope(), id, access.WorkspaceMember, "")
			return err
		}),
		lowered(t, h, home),
		restrictedToken(t, h),
	}
}

// manages reports whether the holder of a value sees the API tokens of a place.
func manages(h *dagpasstest.House, value string, at access.Scope) bool {
	by, err := h.Tokens.Verify(h.Context(), value, access.Origin{Address: "192.0.2.8"})
	if err != nil {
		return false
	}
	_, err = h.Tokens.Count(h.Context(), by, at)
	return err == nil
}

// lowered is a Workspace token whose role at home is lowered.
func lowered(t *testing.T, h *dagpasstest.House, home access.Scope) past {
	tok, value := h.Token(h.Owner, home, "a token lowered at home", access.WorkspaceOwner)
	return past{name: tok.Name, token: true, works: func(h *dagpasstest.House) bool { return manages(h, value, home) },
		end: func(h *dagpasstest.House) error {
			_, err := h.Tokens.SetRoles(t.Context(), dagpasstest.System(), home.Org, tok.ID, []access.RoleEntry{
				{Kind: access.WorkspaceEntity, Entity: home.Entity(), Role: access.WorkspaceMember}})
			return err
		}}
}

// restrictedToken is one of an Organization that may then be used from other addresses only.
func restrictedToken(t *testing.T, h *dagpasstest.House) past {
	org, _, owner := h.Elsewhere()
	_, value := h.Token(owner, org.Scope(), "a token outside the address ranges", access.OrgOwner)
	return past{name: "a token outside the address ranges", token: true,
		works: func(h *dagpasstest.House) bool { return manages(h, value, org.Scope()) },
		end: func(h *dagpasstest.House) error {
			_, err := h.Ranges.Add(t.Context(), dagpasstest.System(), org.ID, "10.0.0.0/8")
			return err
		}}
}
