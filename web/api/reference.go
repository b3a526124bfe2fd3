package api

import (
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/openapi"
)

// Reference returns what people read about everything that is served. It fails as [Description] does.
func Reference() (openapi.Reference, error) {
	d, err := describe(Routes())
	return d.reference, err
}

// whoMay says who may call a route: whoever has the permission on the level the path is about. Tokens have
// their home on either.
func whoMay(r Route) string {
	switch {
	case r.Action == Open:
		return "Anyone, without a credential."
	case r.Action == Person:
		return "A person, signed in by a program."
	case r.Action == Self:
		return "Every valid credential."
	case strings.Contains(r.Path, ":workspace"):
		return orAbove(r.Action, access.WorkspaceLevel)
	case strings.Contains(r.Path, "/tokens"):
		return lowest(r.Action, access.OrgLevel) + "; for the tokens of a Workspace also its " + lowest(r.Action, access.WorkspaceLevel) + "."
	case r.Action == access.View:
		return "Whoever has a role in the Organization or in one of its Workspaces."
	}
	return orAbove(r.Action, access.OrgLevel)
}

// lowest is the label of the lowest role that has a permission on a level.
func lowest(do access.Action, level access.Level) string {
	for _, role := range access.RolesOf(level) {
		held := access.Grants{Org: []access.Role{role}}
		if level == access.WorkspaceLevel {
			held = access.Grants{Workspace: []access.Role{role}}
		}
		if held.Has(access.On(level, do)) {
			return role.Label()
		}
	}
	return ""
}

func orAbove(do access.Action, level access.Level) string {
	role, roles := lowest(do, level), access.RolesOf(level)
	if role == roles[len(roles)-1].Label() {
		return role + "."
	}
	return role + " or above."
}
