package api

import (
	"context"
	"slices"
	"strings"

	"dagpass/internal/access"
)

// scopeTypes are the scopes a client may filter roles by. Those of custom roles are among them.
var scopeTypes = []string{"DEPLOYMENT", workspaceType, organizationType, "DAG"}

// readPermissionGroups reads a filter; an absent one is "", which stands for all.
func readPermissionGroups(in *input) access.RoleScope {
	return access.RoleScope(in.choice("scopeType", scopeTypes...))
}

// listPermissionGroups returns what custom roles can contain. No custom role can contain permissions on
// the Organization, so that there are none for it.
func (s *server) listPermissionGroups(_ context.Context, _ access.Actor, scope access.RoleScope) ([]access.PermissionGroup, error) {
	var groups []access.PermissionGroup
	for _, known := range access.RoleScopes() {
		if scope == "" || scope == known {
			groups = append(groups, access.PermissionGroups(known)...)
		}
	}
	return groups, nil
}

// scopesIn is an Organization with the scopes a list is narrowed to.
type scopesIn struct {
	org    access.OrgID
	scopes []access.RoleScope
}

func readScopes(in *input) scopesIn {
	asked := scopesIn{org: readOrg(in)}
	for _, scope := range in.texts("scopeTypes") {
		if !slices.Contains(scopeTypes, scope) {
			in.reject("scopeTypes", "choice", "Use one of "+strings.Join(scopeTypes, ", ")+".")
			break
		}
		asked.scopes = append(asked.scopes, access.RoleScope(scope))
	}
	return asked
}

func (s scopesIn) excludes(scope access.RoleScope) bool {
	return len(s.scopes) > 0 && !slices.Contains(s.scopes, scope)
}

func readRoleTemplates(in *input) scopesIn { return readScopes(in) }

func (s *server) listRoleTemplates(ctx context.Context, by access.Actor, asked scopesIn) ([]access.RoleTemplate, error) {
	templates, err := s.Roles.Templates(ctx, by, asked.org)
	return slices.DeleteFunc(templates, func(t access.RoleTemplate) bool { return asked.excludes(t.Scope) }), err
}

// roleListing is what a list of roles is asked for.
type roleListing struct {
	listing
	scopesIn
	withDefaults bool
}

func readRoleList(in *input) roleListing {
	return roleListing{
		listing:      readPage(in, sortName, sortScopeType, sortDescription, sortCreatedAt, sortUpdatedAt),
		scopesIn:     readScopes(in),
		withDefaults: in.flag("includeDefaultRoles"),
	}
}

// rolePage is a page of custom roles; the built-in ones beside them are not counted.
type rolePage struct {
	page[access.CustomRole]
	withDefaults bool
	defaults     []access.BuiltInRole
}

func (s *server) listRoles(ctx context.Context, by access.Actor, l roleListing) (rolePage, error) {
	roles, err := s.Roles.List(ctx, by, l.org, access.RoleFilter{Scopes: l.scopes})
	if err != nil {
		return rolePage{}, err
	}
	out := rolePage{withDefaults: l.withDefaults, page: cut(roles, l.listing, func(r access.CustomRole) record {
		return record{
			id: string(r.ID), name: r.Name, description: valueOf(r.Description), scope: string(r.Scope),
			createdAt: r.CreatedAt.UnixMilli(), updatedAt: r.UpdatedAt.UnixMilli(),
		}
	})}
	for _, r := range access.BuiltInRoles() {
		if l.withDefaults && !l.excludes(r.Scope) {
			out.defaults = append(out.defaults, r)
		}
	}
	return out, nil
}

// roleRef names a custom role as the path does.
type roleRef struct {
	org access.OrgID
	id  access.RoleID
}

func readRole(in *input) roleRef { return roleRef{readOrg(in), pathID[access.RoleID](in, "role")} }

func (s *server) findRole(ctx context.Context, by access.Actor, ref roleRef) (access.CustomRole, error) {
	return s.Roles.Find(ctx, by, ref.org, ref.id)
}

func (s *server) deleteRole(ctx context.Context, by access.Actor, ref roleRef) error {
	return s.Roles.Delete(ctx, by, ref.org, ref.id)
}

// roleBody is the body of a custom role. What is absent is cleared: Terraform leaves out a description
// and a restriction that it has none of (contract 4.10).
type roleBody struct {
	Name        string               `json:"name"`
	Description *string              `json:"description"`
	ScopeType   access.RoleScope     `json:"scopeType"`
	Permissions []access.Permission  `json:"permissions"`
	Restricted  []access.WorkspaceID `json:"restrictedWorkspaceIds"`
}

type newRole struct {
	org  access.OrgID
	body roleBody
}

func readNewRole(in *input) newRole { return newRole{readOrg(in), readBody[roleBody](in)} }

func (s *server) createRole(ctx context.Context, by access.Actor, in newRole) (access.CustomRole, error) {
	b := in.body
	role, err := s.Roles.Create(ctx, by, in.org, access.NewRole{
		Name: b.Name, Description: b.Description, Scope: b.ScopeType, Permissions: b.Permissions, Restricted: b.Restricted,
	})
	return role, onTheWire(err, roleFields)
}

type roleEdit struct {
	roleRef
	body roleBody
}

func readRoleEdit(in *input) roleEdit { return roleEdit{readRole(in), readBody[roleBody](in)} }

func (s *server) editRole(ctx context.Context, by access.Actor, in roleEdit) (access.CustomRole, error) {
	b := in.body
	role, err := s.Roles.Edit(ctx, by, in.org, in.id, access.EditRole{
		Name: b.Name, Description: b.Description, Permissions: b.Permissions, Restricted: b.Restricted,
	})
	return role, onTheWire(err, roleFields)
}

// roleFields are the fields of the service that have another name on the wire.
var roleFields = map[string]string{"scope": "scopeType", "restricted": "restrictedWorkspaceIds"}
