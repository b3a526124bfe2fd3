package api_test

import (
	"strings"
	"time"

	"dagpass/internal/access"
)

// colleague makes a member of the Organization.
func (h *house) colleague(name string, role access.Role) access.User {
	h.Helper()
	return h.colleagueIn(h.org.ID, name, role)
}

func (h *house) colleagueIn(org access.OrgID, name string, role access.Role) access.User {
	h.Helper()
	h.clock.forward(time.Second)
	return must(h.members.Create(h.Context(), operator(), org, access.NewMember{
		FullName: name, Email: strings.ToLower(name) + "@" + string(org[20:]) + ".example.com", Role: role})).in(h.T)
}

// give gives a person a role in a Workspace.
func (h *house) give(u access.User, at access.Scope, role access.Role) {
	h.Helper()
	if err := h.members.SetRole(h.Context(), operator(), at, u.ID, role); err != nil {
		h.Fatal(err)
	}
}

// team makes a team of some people.
func (h *house) team(org access.OrgID, name string, role access.Role, members ...access.User) access.Team {
	h.Helper()
	h.clock.forward(time.Second)
	in := access.NewTeam{Name: name, Role: role}
	for _, u := range members {
		in.Members = append(in.Members, u.ID)
	}
	return must(h.teams.Create(h.Context(), operator(), org, in)).in(h.T)
}
