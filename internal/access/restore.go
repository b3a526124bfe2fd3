package access

import "slices"

// Lesser returns the one of two roles on a level that allows nothing the other does not, "" when each of
// them allows something of its own. custom says what the custom ones contain; one that is missing there may
// contain anything.
func Lesser(level Level, a, b Role, custom map[Role]CustomRole) Role {
	switch {
	case a == b || partOf(level, a, b, custom):
		return a
	case partOf(level, b, a, custom):
		return b
	}
	return ""
}

// partOf reports whether all that a role allows is allowed by another.
func partOf(level Level, r, other Role, custom map[Role]CustomRole) bool {
	g := Grants{Custom: custom, Workspace: []Role{other}}
	if level == OrgLevel {
		g.Workspace, g.Org = nil, []Role{other}
	}
	if !r.IsCustom() {
		return g.Covers(r)
	}
	definition, known := custom[r]
	return known && g.CoversCustom(definition)
}

// Narrowed returns the role without what it does not also contain, and may not also be given, as another
// defines it. A role that the two restrict to different Workspaces contains nothing any more: no restriction
// at all would mean everywhere.
func (r CustomRole) Narrowed(by CustomRole) CustomRole {
	r.Permissions = slices.DeleteFunc(slices.Clone(r.Permissions), func(p Permission) bool {
		return !slices.Contains(by.Permissions, p)
	})
	switch {
	case len(by.Restricted) == 0:
	case len(r.Restricted) == 0:
		r.Restricted = slices.Clone(by.Restricted)
	default:
		both := slices.DeleteFunc(slices.Clone(r.Restricted), func(id WorkspaceID) bool {
			return !slices.Contains(by.Restricted, id)
		})
		if len(both) == 0 {
			r.Permissions = nil
			return r
		}
		r.Restricted = both
	}
	return r
}
