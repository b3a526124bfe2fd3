package access_test

import (
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
)

// TestDecide_customRoles: what a custom role contains is allowed, and nothing else (product.md 4.6).
func TestDecide_customRoles(t *testing.T) {
	held := func(permissions ...access.Permission) access.Grants {
		r := access.CustomRole{ID: "c0000000000000000000000aa", Name: "Custom", Scope: access.WorkspaceRoles, Permissions: permissions}
		return access.Grants{Workspace: []access.Role{r.Role()}, Custom: map[access.Role]access.CustomRole{r.Role(): r}}
	}
	for _, c := range []struct {
		says string
		held access.Grants
		do   access.Action
		want access.Verdict
	}{
		{"workspace.view is always included", held("deployment.get"), access.View, access.Allowed},
		{"tokens.manage is every verb", held(tokenManager...), access.TokenRotate, access.Allowed},
		{"tokens.manage is not the list of them", held("workspace.tokens.manage"), access.TokenView, access.Denied},
		{"tokens.manage is not rebind", held(tokenManager...), access.TokenRebind, access.Denied},
		{"what is not contained is denied", held(tokenManager...), access.MembersManage, access.Denied},
		{"a permission of the Organization gives nothing", held("organization.workspaces.own"), access.SettingsUpdate, access.Denied},
		{"an unknown one gives nothing", held("workspace.everything"), access.SettingsUpdate, access.Denied},
	} {
		if got := access.Decide(c.held, c.do, access.WorkspaceLevel); got.Verdict != c.want {
			t.Errorf("%s: %s", c.says, got.Verdict)
		}
	}
	t.Run("nothing of it counts on the Organization", func(t *testing.T) {
		if got := access.Decide(held("organization.view", "organization.members.manage"), access.View, access.OrgLevel); got.Verdict != access.Hidden {
			t.Error(got)
		}
	})
	t.Run("a role whose contents are not known gives nothing", func(t *testing.T) {
		g := held(tokenManager...)
		g.Custom = nil
		if got := access.Decide(g, access.View, access.WorkspaceLevel); got.Verdict != access.Hidden {
			t.Error(got)
		}
	})
	t.Run("a role of a Deployment gives nothing in a Workspace", func(t *testing.T) {
		g := held(tokenManager...)
		for id, r := range g.Custom {
			r.Scope = access.DeploymentRoles
			g.Custom[id] = r
		}
		if got := access.Decide(g, access.View, access.WorkspaceLevel); got.Verdict != access.Hidden {
			t.Error(got)
		}
	})
	t.Run("it adds up with built-in roles, and both are named", func(t *testing.T) {
		g := held("workspace.audit.view")
		g.Workspace = append(g.Workspace, access.WorkspaceMember)
		if !g.Has("workspace.audit.view") || !g.Has("workspace.members.view") {
			t.Error("they do not add up")
		}
		if got := g.Label(access.WorkspaceLevel); got != "Workspace Member and Custom" {
			t.Errorf("called %q", got)
		}
		if got := access.AsError(access.Permit(g, access.TokenRotate, access.WorkspaceLevel)).Message; got != "This needs the Workspace Owner role; you have Workspace Member and Custom." {
			t.Error(got)
		}
	})
}

// TestPermissions: every identifier says what it is, belongs to one group of its scope, and those of a
// Workspace are contained in its Owner's role.
func TestPermissions(t *testing.T) {
	owner := access.Grants{Workspace: []access.Role{access.WorkspaceOwner}}
	for _, scope := range access.RoleScopes() {
		seen := map[access.Permission]bool{}
		for _, group := range access.PermissionGroups(scope) {
			for _, p := range group.Entries {
				if seen[p.ID] || p.Description == "" || strings.HasSuffix(p.Description, " ") || group.Description == "" {
					t.Errorf("%s in %s: %q", p.ID, group.Name, p.Description)
				}
				seen[p.ID] = true
				role := access.CustomRole{Scope: scope, Permissions: []access.Permission{p.ID}}
				if scope != access.DagRoles && !owner.CoversCustom(role) {
					t.Errorf("a Workspace Owner does not hold %s", p.ID)
				}
			}
		}
		if len(seen) < 12 {
			t.Errorf("%s has %d permissions", scope, len(seen))
		}
	}
	for _, r := range access.BuiltInRoles() {
		if r.Description == "" || r.Label == "" || len(r.Permissions) == 0 || !slices.IsSorted(r.Permissions) {
			t.Errorf("%+v", r)
		}
	}
	for _, r := range access.RoleTemplates() {
		for _, p := range r.Permissions {
			groups := access.PermissionGroups(r.Scope)
			if !slices.ContainsFunc(groups, func(g access.PermissionGroup) bool {
				return slices.ContainsFunc(g.Entries, func(e access.PermissionEntry) bool { return e.ID == p })
			}) {
				t.Errorf("the template %s has %s, which no such role can contain", r.Name, p)
			}
		}
	}
}

// TestBuiltInRoles_onDeployments holds some cells of product.md 4.3 against the roles.
func TestBuiltInRoles_onDeployments(t *testing.T) {
	want := map[access.Permission]string{ // the lowest that has it
		"deployment.get": "WORKSPACE_MEMBER", "deployment.airflow.website.get": "WORKSPACE_MEMBER", "deployment.airflow.dagRun.get": "WORKSPACE_MEMBER",
		"deployment.deploys.create": "WORKSPACE_AUTHOR", "deployment.airflow.connection.get": "WORKSPACE_AUTHOR", "deployment.airflow.dag.update": "WORKSPACE_AUTHOR",
		"deployment.airflow.connection.create": "WORKSPACE_OPERATOR", "deployment.airflow.configMenu.get": "WORKSPACE_OPERATOR", "deployment.update": "WORKSPACE_OPERATOR",
		"deployment.users.delete": "WORKSPACE_OWNER", "deployment.apiTokens.rotate": "WORKSPACE_OWNER",
	}
	for p, lowest := range want {
		reached := false
		for _, r := range access.RolesOf(access.WorkspaceLevel) {
			reached = reached || string(r) == lowest
			if got := (access.Grants{Workspace: []access.Role{r}}).Has(p); got != reached {
				t.Errorf("%s has %s: %t", r, p, got)
			}
		}
	}
}
