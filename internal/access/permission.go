package access

import (
	"slices"
	"strings"
)

// RoleScope says where a custom role can be held; on the wire it is its constant.
type RoleScope string

// The scopes. A role of a Workspace is our addition to those of the contract (product.md 4.6).
const (
	WorkspaceRoles  RoleScope = "WORKSPACE"
	DeploymentRoles RoleScope = "DEPLOYMENT"
	DagRoles        RoleScope = "DAG"
)

// RoleScopes are all of them.
var roleScopes = []RoleScope{WorkspaceRoles, DeploymentRoles, DagRoles}

// RoleScopes returns the scopes a custom role can have.
func RoleScopes() []RoleScope { return slices.Clone(roleScopes) }

// noun is the scope as people read it.
func (s RoleScope) noun() string {
	switch s {
	case WorkspaceRoles:
		return "Workspace"
	case DeploymentRoles:
		return "Deployment"
	}
	return "Dag"
}

// PermissionEntry is one permission that custom roles can contain.
type PermissionEntry struct {
	ID          Permission // as it is written in a role
	Description string     // what it lets its holder do
}

// PermissionGroup is permissions that are about the same thing.
type PermissionGroup struct {
	Scope             RoleScope
	Name, Description string
	Entries           []PermissionEntry
}

// grantable is a permission that can be written into a custom role.
type grantable struct {
	id     Permission
	scopes []RoleScope
	group  string
	about  string
	// means are the permissions the gate asks for; the identifier itself when there are none.
	means []Permission
	// from is the lowest built-in Workspace role that contains it, "" when Owners do.
	from Role
}

// grants returns what the identifier stands for.
func (g grantable) grants() []Permission {
	if len(g.means) > 0 {
		return g.means
	}
	return []Permission{g.id}
}

var (
	inWorkspaces  = []RoleScope{WorkspaceRoles}
	inDeployments = []RoleScope{WorkspaceRoles, DeploymentRoles} // a Workspace role applies to its Deployments
	inDags        = []RoleScope{DagRoles}
)

// grantables lists every permission of custom roles in the order people read them: product.md 4.2 and
// 4.3, and the strings of airflow.md 13. The Organization's are not among them.
var grantables = slices.Concat(workspacePermissions(), deploymentPermissions(), airflowPermissions(), dagPermissions())

// identifiers are the grantables by their identifier, identifiersOf the identifiers by what they stand for.
var identifiers, identifiersOf = indexGrantables()

func indexGrantables() (map[Permission]grantable, map[Permission][]Permission) {
	byID, byMeaning := map[Permission]grantable{}, map[Permission][]Permission{}
	for _, g := range grantables {
		byID[g.id] = g
		for _, p := range g.grants() {
			byMeaning[p] = append(byMeaning[p], g.id)
		}
	}
	return byID, byMeaning
}

func workspacePermissions() []grantable {
	add := func(group string, do Action, about string) grantable {
		return grantable{id: On(WorkspaceLevel, do), scopes: inWorkspaces, group: group, about: about}
	}
	tokens := add("API tokens", "tokens.manage", "Create, edit, rotate and delete the Workspace's own API tokens")
	for _, do := range []Action{TokenCreate, TokenUpdate, TokenRotate, TokenDelete} {
		tokens.means = append(tokens.means, On(WorkspaceLevel, do))
	}
	return []grantable{
		add("Workspace", View, "See the Workspace's name, description and id"),
		add("Workspace", SettingsUpdate, "Change name, description and the CI/CD default of the Workspace"),
		add("Workspace", Delete, "Delete the Workspace"),
		add("Workspace", AuditView, "Read the audit log of the Workspace"),
		add("People and teams", MembersView, "See people and teams with their roles in the Workspace"),
		add("People and teams", MembersManage, "Add, change and remove people in the Workspace"),
		add("People and teams", TeamsManage, "Add, change and remove teams in the Workspace"),
		add("API tokens", TokenView, "List the API tokens with a role in the Workspace"),
		tokens,
		add("API tokens", TokenRebind, "Change or remove the role of Organization API tokens in the Workspace"),
		add("Deployments", DeploymentsCreate, "Create Deployments in the Workspace"),
		add("Deployments", DeploymentsTransfer, "Move Deployments; needed in both Workspaces"),
		add("Environment", EnvironmentView, "Read environment objects of the Workspace"),
		add("Environment", EnvironmentManage, "Write and link environment objects of the Workspace"),
	}
}

// deploymentSet adds the permissions of one object of a Deployment, verb by verb.
type deploymentSet []grantable

func (s *deploymentSet) add(from Role, group, object string, verbs ...string) {
	for _, verb := range verbs {
		id := "deployment." + strings.TrimPrefix(object+"."+verb, ".")
		*s = append(*s, grantable{id: Permission(id), scopes: inDeployments, group: group,
			about: describe(object, verb), from: from})
	}
}

func deploymentPermissions() []grantable {
	var s deploymentSet
	s.add(WorkspaceMember, "Deployment", "", "get")
	s.add(WorkspaceOperator, "Deployment", "", "update", "delete")
	for _, object := range []string{"logs", "metrics"} {
		s.add(WorkspaceMember, "Deployment", object, "get")
	}
	s.add(WorkspaceMember, "Deploys", "deploys", "get")
	s.add(WorkspaceAuthor, "Deploys", "deploys", "create", "update")
	s.add(WorkspaceMember, "Deployment access", "users", "get")
	s.add("", "Deployment access", "users", "delete")
	s.add(WorkspaceMember, "Deployment access", "teams", "get")
	s.add("", "Deployment access", "teams", "delete")
	s.add("", "Deployment API tokens", "apiTokens", "get", "create", "update", "delete", "rotate")
	s.add("", "Agents", "agentTokens", "get", "create", "update", "delete")
	s.add(WorkspaceMember, "Agents", "agents", "get")
	s.add(WorkspaceOperator, "Agents", "agents", "update", "delete")
	s.add(WorkspaceOperator, "Environment objects", "envObjects", "get", "create", "update", "delete")
	s.add("", "Alerts", "alerts", "get", "create", "update", "delete") // accepted, and without a function here
	return s
}

func airflowPermissions() []grantable {
	var s deploymentSet
	for _, object := range strings.Fields("website dagCode dagDependencies taskLog taskReschedule trigger datasets " +
		"importError job auditLog slaMiss docs browseMenu clusterActivity customMenu astronomer") {
		s.add(WorkspaceMember, "Airflow", "airflow."+object, "get")
	}
	for _, object := range strings.Fields("plugin provider adminMenu") {
		s.add(WorkspaceAuthor, "Airflow", "airflow."+object, "get")
	}
	s.add(WorkspaceOperator, "Airflow", "airflow.configMenu", "get")
	s.add(WorkspaceMember, "Airflow Dags", "airflow.dag", "get")
	s.add(WorkspaceAuthor, "Airflow Dags", "airflow.dag", "update")
	s.add(WorkspaceOperator, "Airflow Dags", "airflow.dag", "delete")
	for _, object := range []string{"airflow.dagRun", "airflow.taskInstance"} {
		s.add(WorkspaceMember, "Airflow Dags", object, "get")
		s.add(WorkspaceAuthor, "Airflow Dags", object, "create", "update", "delete")
	}
	for _, object := range []string{"airflow.connection", "airflow.variable", "airflow.pool"} {
		s.add(WorkspaceAuthor, "Airflow objects", object, "get")
		s.add(WorkspaceOperator, "Airflow objects", object, "create", "update", "delete")
	}
	s.add(WorkspaceAuthor, "Airflow objects", "airflow.xcom", "get")
	s.add(WorkspaceOperator, "Airflow objects", "airflow.xcom", "delete")
	config := grantable{id: "deployment.airflow.config.get", scopes: inDeployments, group: "Airflow",
		about: "The same as deployment.airflow.configMenu.get", means: []Permission{"deployment.airflow.configMenu.get"}}
	return append(s, config)
}

func dagPermissions() []grantable {
	var out []grantable
	add := func(object string, verbs ...string) {
		for _, verb := range verbs {
			out = append(out, grantable{id: Permission("dag.airflow." + object + "." + verb), scopes: inDags,
				group: "Airflow Dag", about: describe("airflow."+object, verb)})
		}
	}
	add("dag", "get", "update", "delete")
	add("dagCode", "get")
	add("dagRun", "get", "create", "update", "delete")
	add("taskInstance", "get", "update", "delete")
	add("taskLog", "get")
	return out
}

// describe words a permission by its object and verb.
func describe(object, verb string) string {
	verbs := map[string]string{"get": "See", "create": "Create", "update": "Change", "delete": "Delete", "rotate": "Rotate"}
	if special, ok := specialPermissions[object+"."+verb]; ok {
		return special
	}
	return verbs[verb] + " " + objectNouns[object]
}

var specialPermissions = map[string]string{
	"deploys.create":      "Deploy code",
	"deploys.update":      "Roll back and describe deploys",
	"users.delete":        "Give, change and end people's roles on the Deployment",
	"teams.delete":        "Give, change and end teams' roles on the Deployment",
	"airflow.website.get": "Open Airflow",
	"airflow.dag.update":  "Pause, unpause and reparse Dags",
	"airflow.dag.delete":  "Delete the records of Dags",
	"airflow.xcom.delete": "Write and delete XComs",
}

var objectNouns = map[string]string{
	"": "the Deployment", "logs": "logs", "metrics": "metrics", "deploys": "deploys", "users": "people's roles on the Deployment",
	"teams": "teams' roles on the Deployment", "apiTokens": "Deployment API tokens", "agentTokens": "agent tokens", "agents": "agents",
	"envObjects": "environment objects", "alerts": "alerts (no function in Dagpass)",
	"airflow.dagCode": "Dag code", "airflow.dagDependencies": "Dag dependencies", "airflow.taskLog": "task logs",
	"airflow.taskReschedule": "task reschedules", "airflow.trigger": "triggers", "airflow.datasets": "assets and datasets",
	"airflow.importError": "import errors", "airflow.job": "jobs", "airflow.auditLog": "Airflow's audit log", "airflow.slaMiss": "missed SLAs",
	"airflow.docs": "Airflow's documentation menu", "airflow.browseMenu": "the Browse menu", "airflow.clusterActivity": "cluster activity",
	"airflow.customMenu": "custom menus", "airflow.astronomer": "the Astronomer menu", "airflow.plugin": "plugins",
	"airflow.provider": "providers", "airflow.adminMenu": "the Admin menu", "airflow.configMenu": "Airflow's configuration",
	"airflow.dag": "Dags", "airflow.dagRun": "Dag runs", "airflow.taskInstance": "task instances",
	"airflow.connection": "connections", "airflow.variable": "variables", "airflow.pool": "pools", "airflow.xcom": "XComs",
}

// grantableTo reports whether a custom role of a scope can contain the permission.
func grantableTo(p Permission, s RoleScope) bool {
	g, known := identifiers[p]
	return known && slices.Contains(g.scopes, s)
}

// PermissionGroups returns the permissions that custom roles of a scope can contain.
func PermissionGroups(s RoleScope) []PermissionGroup {
	var out []PermissionGroup
	for _, g := range grantables {
		if !slices.Contains(g.scopes, s) {
			continue
		}
		i := slices.IndexFunc(out, func(known PermissionGroup) bool { return known.Name == g.group })
		if i < 0 {
			i = len(out)
			out = append(out, PermissionGroup{Scope: s, Name: g.group, Description: "Permissions about " + groupNoun(g.group)})
		}
		out[i].Entries = append(out[i].Entries, PermissionEntry{g.id, g.about})
	}
	return out
}

// groupNoun lowers the first letter of a group's name unless it is a name of its own.
func groupNoun(group string) string {
	switch {
	case group == "Workspace" || group == "Deployment":
		return "the " + group + " itself"
	case strings.HasPrefix(group, "Airflow"), strings.HasPrefix(group, "API"), strings.HasPrefix(group, "Deployment"):
		return group
	}
	return strings.ToLower(group[:1]) + group[1:]
}
