package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

// customRoles reads the custom roles of Workspaces, for labels and selects. Whoever may not list roles is
// offered none.
func (s *Server) customRoles(v *visit) ([]access.CustomRole, error) {
	only := access.RoleFilter{Scopes: []access.RoleScope{access.WorkspaceRoles}}
	list, err := s.Roles.List(v.ctx(), v.actor(), v.org.ID, only)
	if access.CodeOf(err) == access.Forbidden {
		return nil, nil
	}
	return list, err
}

// listRoles shows the roles that can be held in the Organization, and what each contains.
func (s *Server) listRoles(v *visit) error {
	custom, err := s.Roles.Uses(v.ctx(), v.actor(), v.org.ID)
	if err != nil {
		return err
	}
	p := views.RolesPageParams{Organization: v.level().Organization}
	for _, r := range custom {
		shown := customOption(r.CustomRole)
		p.Rows = append(p.Rows, views.RoleRow{
			Name: r.Name, About: shown.About, Custom: true, AppliesTo: string(r.Scope),
			Permissions: permissionTexts(r.Permissions), Holders: r.Holders, Restricted: len(r.Restricted),
		})
	}
	for _, r := range access.BuiltInRoles() {
		p.Rows = append(p.Rows, views.RoleRow{
			Name: r.Label, About: r.Description, AppliesTo: string(r.Scope), Permissions: permissionTexts(r.Permissions),
		})
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.RolesPage(c, p) })
}

func permissionTexts(permissions []access.Permission) []string {
	out := make([]string, len(permissions))
	for i, p := range permissions {
		out[i] = string(p)
	}
	return out
}

// label is a role as people read it.
func (v *visit) label(r access.Role) string {
	if c, ok := v.customRole(r); ok {
		return c.Name
	}
	return access.RoleNames(nil).Label(r)
}

func (v *visit) customRole(r access.Role) (access.CustomRole, bool) {
	i := slices.IndexFunc(v.custom, func(c access.CustomRole) bool { return c.Role() == r })
	if i < 0 {
		return access.CustomRole{}, false
	}
	return v.custom[i], true
}

// isWorkspaceRole reports whether a role can be held in a Workspace.
func (v *visit) isWorkspaceRole(r access.Role) bool {
	_, custom := v.customRole(r)
	return custom || access.IsRole(r, access.WorkspaceLevel)
}

// effective is what somebody has from all sources as people read it: the highest built-in role, then the
// custom ones.
func (v *visit) effective(m access.MemberRow) string {
	var held []string
	if m.Role != "" && !m.Role.IsCustom() {
		held = append(held, m.Role.Label())
	}
	for _, source := range m.Sources {
		if name := v.label(source.Role); source.Role.IsCustom() && !slices.Contains(held, name) {
			held = append(held, name)
		}
	}
	return strings.Join(held, " and ")
}

// roleOptions are the roles that can be held on a level, with the words that describe them: the built-in
// ones from the lowest, then the custom ones by name.
func (v *visit) roleOptions(level access.Level) []views.RoleOption {
	out := builtInOptions(access.RolesOf(level))
	if level == access.WorkspaceLevel {
		for _, r := range v.custom {
			out = append(out, customOption(r))
		}
	}
	return out
}

// grantable are those of them that the visitor may give. In a Workspace, custom roles that are restricted
// to others are left out; where the Workspace is still to be chosen, the service refuses them. A custom
// one that is held is there all the same, so that saving another field does not change it.
func (v *visit) grantable(level access.Level, held ...access.Role) []views.RoleOption {
	out := builtInOptions(slices.DeleteFunc(access.RolesOf(level), func(r access.Role) bool { return !v.grants.Covers(r) }))
	if level != access.WorkspaceLevel {
		return out
	}
	for _, r := range v.custom {
		may := v.grants.CoversCustom(r) && (v.workspace.ID == "" || r.AllowedIn(v.workspace.ID))
		if may || slices.Contains(held, r.Role()) {
			out = append(out, customOption(r))
		}
	}
	return out
}

func builtInOptions(roles []access.Role) []views.RoleOption {
	var out []views.RoleOption
	for _, o := range append(views.WorkspaceRoles(), views.OrganizationRoles()...) {
		if slices.Contains(roles, access.Role(o.Value)) {
			out = append(out, o)
		}
	}
	return out
}

func customOption(r access.CustomRole) views.RoleOption {
	o := views.RoleOption{Value: string(r.ID), Label: r.Name, Custom: true}
	if r.Description != nil {
		o.About = *r.Description
	}
	for _, id := range r.Restricted {
		o.Only = append(o.Only, string(id))
	}
	return o
}
