package db_test

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// peopleOfThePast are people who lose what they have in every way there is, and what leads to an account.
func peopleOfThePast(t *testing.T, h *dagpasstest.House) []past {
	by, org, ws := dagpasstest.System(), h.Org.Scope(), h.Workspace.Scope()
	person := func(name string, role access.Role, at access.Scope, end func(*dagpasstest.House, access.UserID) error) past {
		p := h.Person(name, access.OrgMember)
		if role != "" {
			h.Give(p, at, role)
		}
		out := past{name: name, works: seesTokens(p, at)}
		if end != nil {
			out.end = func(h *dagpasstest.House) error { return end(h, p.ID) }
		}
		return out
	}
	inTeam := func(name string, end func(*dagpasstest.House, access.Team, access.UserID) error) past {
		p := h.Person("Member of "+name, access.OrgMember)
		team := h.Team(name, access.OrgMember, p)
		h.GiveTeam(team, ws, access.WorkspaceOwner)
		return past{name: name, works: seesTokens(p, ws), end: func(h *dagpasstest.House) error { return end(h, team, p.ID) }}
	}
	return []past{
		person("an untouched person", access.WorkspaceOwner, ws, nil),
		person("somebody removed from the Organization", access.OrgOwner, org, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.Remove(t.Context(), by, org, id)
		}),
		person("an Owner who was demoted", access.OrgOwner, org, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.SetRole(t.Context(), by, org, id, access.OrgMember)
		}),
		person("somebody removed from a Workspace", access.WorkspaceOwner, ws, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.Remove(t.Context(), by, ws, id)
		}),
		person("somebody demoted in a Workspace", access.WorkspaceOwner, ws, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.SetRole(t.Context(), by, ws, id, access.WorkspaceAuthor)
		}),
		inTeam("a team left by a member", func(h *dagpasstest.House, team access.Team, id access.UserID) error {
			_, _, err := h.Teams.RemoveMember(t.Context(), by, h.Org.ID, team.ID, id)
			return err
		}),
		inTeam("a deleted team", func(h *dagpasstest.House, team access.Team, _ access.UserID) error {
			_, err := h.Teams.Delete(t.Context(), by, h.Org.ID, team.ID, access.TeamDeletionWord)
			return err
		}),
		inTeam("a team removed from a Workspace", func(h *dagpasstest.House, team access.Team, _ access.UserID) error {
			_, err := h.Teams.Remove(t.Context(), by, ws, team.ID)
			return err
		}),
	}
}

// seesTokens reports whether a person can sign in and sees the API tokens of a place.
func seesTokens(p dagpasstest.Person, at access.Scope) func(*dagpasstest.House) bool {
	return func(h *dagpasstest.House) bool {
		who, err := signIn(h, p.Email, dagpasstest.Password)
		if err != nil {
			return false
		}
		_, err = h.Tokens.Count(h.Context(), who, at)
		return err == nil
	}
}
