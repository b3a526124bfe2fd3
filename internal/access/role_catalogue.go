package access

import (
	"slices"
	"strings"
)

// BuiltInRole describes a role that every Organization has.
type BuiltInRole struct {
	Role               Role
	Label, Description string
	// Scope is the entity it is held on: ORGANIZATION, or one of [RoleScopes].
	Scope RoleScope
	// Permissions are what it contains, in the identifiers of custom roles. Those on the Organization
	// have identifiers of the same form, which no custom role can contain.
	Permissions []Permission
}

// OrganizationRoles is the scope of the roles on an Organization. No custom role has it.
const OrganizationRoles RoleScope = "ORGANIZATION"

// The built-in roles of Deployments and Dags. They are described here and can be held once Deployments
// exist.
const (
	deploymentAdmin    Role = "DEPLOYMENT_ADMIN"
	deploymentAccessor Role = "DEPLOYMENT_ACCESSOR"
	dagViewer          Role = "DAG_VIEWER"
	dagAuthor          Role = "DAG_AUTHOR"
)

var roleAbout = map[Role]string{
	OrgMember:          "Sees the Organization, its people and its roles",
	OrgObserveMember:   "The same as Organization Member",
	OrgObserveAdmin:    "The same as Organization Member",
	OrgBillingAdmin:    "Organization Member who also sees usage",
	OrgOwner:           "Manages everything in the Organization, and owns every Workspace",
	WorkspaceAccessor:  "Sees the Workspace and nothing in it",
	WorkspaceMember:    "Watches Deployments, Dags and runs",
	WorkspaceAuthor:    "Workspace Member who also deploys code and runs Dags",
	WorkspaceOperator:  "Workspace Author who also manages Deployments and environment objects",
	WorkspaceOwner:     "Manages everything in the Workspace, also people, teams and API tokens",
	deploymentAccessor: "Sees the Deployment and reaches its Airflow",
	deploymentAdmin:    "Manages the Deployment and who has a role on it",
	dagViewer:          "Watches one Dag, or those with a tag",
	dagAuthor:          "Dag Viewer who also runs, changes and deletes it",
}

// BuiltInRoles returns every built-in role, by scope and from the lowest to the highest of it.
func BuiltInRoles() []BuiltInRole {
	var out []BuiltInRole
	for _, s := range roles {
		scope := OrganizationRoles
		if s.level == WorkspaceLevel {
			scope = WorkspaceRoles
		}
		out = append(out, BuiltInRole{s.role, s.label, roleAbout[s.role], scope, s.identifiers()})
	}
	add := func(role Role, label string, scope RoleScope, permissions []Permission) {
		out = append(out, BuiltInRole{role, label, roleAbout[role], scope, sortedSet(permissions)})
	}
	add(deploymentAccessor, "Deployment Accessor", DeploymentRoles, []Permission{"deployment.get", "deployment.airflow.website.get"})
	add(deploymentAdmin, "Deployment Admin", DeploymentRoles, permissionsOf(DeploymentRoles, isDeploymentAdmins))
	add(dagViewer, "Dag Viewer", DagRoles, permissionsOf(DagRoles, isRead))
	add(dagAuthor, "Dag Author", DagRoles, permissionsOf(DagRoles, func(grantable) bool { return true }))
	return out
}

// identifiers returns what the role contains in the words of custom roles.
func (s roleSpec) identifiers() []Permission {
	var out []Permission
	for p := range s.permissions {
		if s.level == OrgLevel {
			out = append(out, p)
		} else {
			out = append(out, identifiersOf[p]...)
		}
	}
	out = sortedSet(out)
	return slices.DeleteFunc(out, func(id Permission) bool { return identifiers[id].alias() })
}

// alias reports whether the identifier is another spelling of one that exists.
func (g grantable) alias() bool { return len(g.means) == 1 }

func permissionsOf(scope RoleScope, wanted func(grantable) bool) []Permission {
	var out []Permission
	for _, g := range grantables {
		if slices.Contains(g.scopes, scope) && !g.alias() && wanted(g) {
			out = append(out, g.id)
		}
	}
	return out
}

func isRead(g grantable) bool { return strings.HasSuffix(string(g.id), ".get") }

// isDeploymentAdmins is the column of Deployment Admins in product.md 4.3: all but API and agent tokens.
func isDeploymentAdmins(g grantable) bool {
	tokens := strings.Contains(string(g.id), "Tokens.") || strings.Contains(string(g.id), "alerts.")
	return !tokens
}

// RoleTemplate is a set of permissions to begin a custom role from.
type RoleTemplate struct {
	Name, Description string
	Scope             RoleScope
	Permissions       []Permission
}

// RoleTemplates returns the templates of airflow.md 13, and ours for Workspaces.
func RoleTemplates() []RoleTemplate {
	watches := permissionsOf(DeploymentRoles, fromRole(WorkspaceMember))
	authors := permissionsOf(DeploymentRoles, fromRole(WorkspaceMember, WorkspaceAuthor))
	operates := permissionsOf(DeploymentRoles, fromRole(WorkspaceMember, WorkspaceAuthor, WorkspaceOperator))
	for _, verb := range []string{"get", "create", "update", "delete", "rotate"} {
		operates = append(operates, Permission("deployment.apiTokens."+verb))
	}
	return []RoleTemplate{
		{"Deployment Viewer", "Watches the Deployment, its Dags and runs", DeploymentRoles, sortedSet(watches)},
		{"Deployment Author", "Deployment Viewer who also deploys code and runs Dags", DeploymentRoles, sortedSet(authors)},
		{"Deployment Operator", "Deployment Author who also manages API tokens and Airflow objects", DeploymentRoles, sortedSet(operates)},
		{"Token Manager", "Manages the API tokens of the Workspace, but not its people", WorkspaceRoles, []Permission{
			On(WorkspaceLevel, "tokens.manage"), On(WorkspaceLevel, TokenRebind), On(WorkspaceLevel, TokenView), On(WorkspaceLevel, View)}},
		{"Dag Viewer", "Watches one Dag, or those with a tag", DagRoles, sortedSet(permissionsOf(DagRoles, isRead))},
	}
}

// fromRole selects what a custom role of a Deployment has in common with built-in Workspace roles.
func fromRole(roles ...Role) func(grantable) bool {
	return func(g grantable) bool { return slices.Contains(roles, g.from) }
}
