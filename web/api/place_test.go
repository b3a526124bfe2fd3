package api_test

import (
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/signin"
	"dagpass/web/api"
)

// place is one of everything a path can name, in an Organization of its own.
type place struct {
	org       access.Org
	workspace access.Workspace
	token     access.TokenID
	network   access.RangeID // holds the address of every caller
	role      access.RoleID
	user      access.UserID // with a role in the Workspace, as the team they are in has
	team      access.TeamID
	invite    access.UserID
}

func (h *house) place(name string) place {
	f := h.found(name, "Data")
	ada := h.colleagueIn(f.Org.ID, "Ada", access.OrgMember)
	h.give(ada, f.Workspace.Scope(), access.WorkspaceMember)
	team := h.team(f.Org.ID, "Ingest", access.OrgMember, ada)
	must(h.teams.Add(h.Context(), operator(), f.Workspace.Scope(), team.ID, access.WorkspaceMember)).in(h.T)
	invited, _, err := h.invitations.Invite(h.Context(), operator(), f.Org.ID,
		signin.NewInvitation{Email: "eve@" + strings.ToLower(name) + ".example.com", Role: access.OrgMember})
	if err != nil {
		h.Fatal(err)
	}
	return place{
		org: f.Org, workspace: f.Workspace,
		token:   h.add(f.Workspace.Scope(), access.WorkspaceMember, "subject").ID,
		role:    h.customRole(f.Org.ID, "Custom", "workspace.tokens.view").ID,
		network: must(h.ranges.Add(h.Context(), operator(), f.Org.ID, "192.0.2.0/24")).in(h.T).ID,
		user:    ada.ID, team: team.ID, invite: invited.User.ID,
	}
}

// caller returns a token with a role in the place, and no other.
func (p place) caller(h *house, role access.Role) credential {
	if access.IsRole(role, access.OrgLevel) {
		return h.add(p.org.Scope(), role, string(role))
	}
	return h.add(p.workspace.Scope(), role, string(role))
}

// path is that of a route with the place's ids in it.
func (p place) path(r api.Route) string {
	return strings.NewReplacer(":org", string(p.org.ID), ":workspace", string(p.workspace.ID), ":token", string(p.token),
		":role", string(p.role), ":range", string(p.network), ":user", string(p.user), ":team", string(p.team), ":invite", string(p.invite)).Replace(r.Path)
}
