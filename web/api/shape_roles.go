package api

import "dagpass/internal/access"

// customRole is Role and RoleWithPermission: the list leaves nothing out either. Its arrays are never
// null; a description is absent when there is none, and "" when it is empty.
type customRole struct {
	ID          access.RoleID        `json:"id"`
	Name        string               `json:"name"`
	Description *string              `json:"description,omitzero"`
	ScopeType   access.RoleScope     `json:"scopeType"`
	Permissions []access.Permission  `json:"permissions"`
	Restricted  []access.WorkspaceID `json:"restrictedWorkspaceIds"`
	CreatedAt   timestamp            `json:"createdAt"`
	CreatedBy   profile              `json:"createdBy"`
	UpdatedAt   timestamp            `json:"updatedAt"`
	UpdatedBy   profile              `json:"updatedBy"`
}

// namedRole is DefaultRole and RoleTemplate. The CLI panics without a description.
type namedRole struct {
	Name        string              `json:"name"`
	Description string              `json:"description"`
	ScopeType   access.RoleScope    `json:"scopeType"`
	Permissions []access.Permission `json:"permissions"`
}

// roles is a page of custom roles. The built-in ones are there when they are asked for, and then never
// null.
type roles struct {
	Roles        []customRole `json:"roles"`
	DefaultRoles []namedRole  `json:"defaultRoles,omitzero"`
	envelope
}

type permissionGroup struct {
	Name        string            `json:"name"`
	Description string            `json:"description"`
	Scope       access.RoleScope  `json:"scope"`
	Permissions []permissionEntry `json:"permissions"`
}

type permissionEntry struct {
	Action      access.Permission `json:"action"`
	Description string            `json:"description"`
}

func (s shaper) customRole(r access.CustomRole) customRole {
	same := func(id access.WorkspaceID) access.WorkspaceID { return id }
	return customRole{
		ID: r.ID, Name: r.Name, Description: r.Description, ScopeType: r.Scope,
		Permissions: shapeAll(r.Permissions, func(p access.Permission) access.Permission { return p }),
		Restricted:  shapeAll(r.Restricted, same),
		CreatedAt:   stamp(r.CreatedAt), CreatedBy: s.profile(r.CreatedBy),
		UpdatedAt: stamp(r.UpdatedAt), UpdatedBy: s.profile(r.UpdatedBy),
	}
}

func (s shaper) rolePage(p rolePage) roles {
	out := roles{Roles: shapeAll(p.rows, s.customRole), envelope: p.envelope(p.total)}
	if p.withDefaults {
		out.DefaultRoles = shapeAll(p.defaults, func(r access.BuiltInRole) namedRole {
			return namedRole{string(r.Role), r.Description, r.Scope, r.Permissions}
		})
	}
	return out
}

func shapeRoleTemplates(all []access.RoleTemplate) []namedRole {
	return shapeAll(all, func(t access.RoleTemplate) namedRole {
		return namedRole{t.Name, t.Description, t.Scope, t.Permissions}
	})
}

func shapePermissionGroups(all []access.PermissionGroup) []permissionGroup {
	return shapeAll(all, func(g access.PermissionGroup) permissionGroup {
		return permissionGroup{g.Name, g.Description, g.Scope, shapeAll(g.Entries, func(e access.PermissionEntry) permissionEntry {
			return permissionEntry{e.ID, e.Description}
		})}
	})
}
