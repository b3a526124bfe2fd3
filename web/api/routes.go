package api

import (
	"net/http"

	"dagpass/internal/access"
)

// Actions of routes that ask for no permission.
const (
	// Open is the action of a route that answers anyone, without a credential.
	Open access.Action = "open"
	// Self is the action of a route that answers any live credential, about its holder alone.
	Self access.Action = "self"
	// Person is the action of a route that answers a person who signed in, about themselves alone. A token
	// is refused.
	Person access.Action = "person"
	// Absent is the action of a route that answers every live credential 404, because Dagpass does not
	// have what it is about.
	Absent access.Action = "absent"
)

// Route is one row of the API's access matrix.
type Route struct {
	Method string
	Path   string        // with :org, :workspace, :token, :role, :range, :user, :team and :invite for the ids in it
	Action access.Action // what the gate decides on, or [Open], [Self] or [Absent]
}

type route struct {
	Route
	run operation
}

// family is the base path of a version of the API. All are served by the same operations.
type family string

const (
	v1       family = "/v1"
	iam      family = "/iam/v1beta1"
	platform family = "/platform/v1beta1"
	labs     family = "/labs/v1" // bulk calls of the Terraform provider
)

// Routes returns every route of the API, for tests that walk the whole matrix.
func Routes() []Route {
	var all []Route
	for _, r := range new(server).routes() {
		all = append(all, r.Route)
	}
	return all
}

// table is the API's routes in the order they are declared.
type table []route

func (t *table) add(method, path string, do access.Action, run operation, families []family) {
	for _, f := range families {
		*t = append(*t, route{Route{method, string(f) + path, do}, run})
	}
}

func (t *table) get(path string, do access.Action, run operation, in ...family) {
	t.add(http.MethodGet, path, do, run, in)
}

// post is for creating, and for updates too: the contract knows neither PUT nor PATCH.
func (t *table) post(path string, do access.Action, run operation, in ...family) {
	t.add(http.MethodPost, path, do, run, in)
}

func (t *table) del(path string, do access.Action, run operation, in ...family) {
	t.add(http.MethodDelete, path, do, run, in)
}

const (
	orgPath    = "/organizations/:org"
	rangesPath = orgPath + "/allowed-ip-address-ranges"
)

func (s *server) routes() []route {
	var t table
	t.get("/organizations", Self, call(readList, s.listOrganizations, s.shape.organizationPage), v1, platform)
	t.get(orgPath, access.View, call(readOrg, s.findOrganization, s.shape.organization), v1, platform)

	t.post(orgPath, access.SettingsUpdate, call(readEditOrganization, s.updateOrganization, s.shape.organization), v1, platform)

	t.get(orgPath+"/audit-logs", access.AuditExport, s.exportAuditLogs, v1, platform)

	t.get(orgPath+"/workspaces", access.View, call(readWorkspaceList, s.listWorkspaces, s.shape.workspacePage), v1, platform)
	t.get(orgPath+"/workspaces/:workspace", access.View, call(readWorkspace, s.findWorkspace, s.shape.workspace), v1, platform)
	t.post(orgPath+"/workspaces", access.WorkspacesCreate, call(readNewWorkspace, s.createWorkspace, s.shape.workspace), v1, platform)
	t.post(orgPath+"/workspaces/:workspace", access.SettingsUpdate, call(readEditWorkspace, s.updateWorkspace, s.shape.workspace), v1, platform)
	t.del(orgPath+"/workspaces/:workspace", access.Delete, command(readWorkspace, s.deleteWorkspace), v1, platform)

	t.get(orgPath+"/tokens", access.TokenView, call(readTokenList, s.listTokens, s.shape.tokenPage), v1, iam)
	t.post(orgPath+"/tokens", access.TokenCreate, call(readNewToken("scope"), s.createToken, s.shape.issued), v1)
	t.post(orgPath+"/tokens", access.TokenCreate, call(readNewToken("type"), s.createToken, s.shape.issued), iam)
	t.get(orgPath+"/tokens/:token", access.TokenView, call(readToken, s.findToken, s.shape.token), v1, iam)
	t.post(orgPath+"/tokens/:token", access.TokenUpdate, call(readTokenEdit, s.updateToken, s.shape.token), v1, iam)
	t.post(orgPath+"/tokens/:token/roles", access.TokenUpdate, call(readTokenRoles, s.setTokenRoles, shapeTokenRoles), v1, iam)
	t.post(orgPath+"/tokens/:token/rotate", access.TokenRotate, call(readToken, s.rotateToken, s.shape.issued), v1, iam)
	t.del(orgPath+"/tokens/:token", access.TokenDelete, command(readToken, s.deleteToken), v1, iam)

	t.get(rangesPath, access.RangesManage, call(readRangeList, s.listRanges, s.shape.addressRangePage), v1, iam)
	t.post(rangesPath, access.RangesManage, call(readNewRange, s.createRange, s.shape.addressRange), v1, iam)
	t.post(rangesPath+"/bulk-create", access.RangesManage, call(readNewRanges, s.createRanges, s.shape.addressRanges), v1)
	t.post(rangesPath+"/bulk-delete", access.RangesManage, command(readRanges, s.deleteRanges), v1)
	t.del(rangesPath+"/:range", access.RangesManage, command(readRange, s.deleteRange), v1, iam)
	t.post(rangesPath, access.RangesManage, call(readNewRanges, s.createRanges, s.shape.addressRanges), labs)
	t.del(rangesPath, access.RangesManage, command(readRanges, s.deleteRanges), labs)

	t.get(orgPath+"/deployments", access.View, call(readEmptyList, s.listNothing, shapeDeployments), v1, platform)
	t.get(orgPath+"/clusters", access.View, call(readEmptyList, s.listNothing, shapeClusters), v1, platform)
	t.get(orgPath+"/environment-objects", access.View, call(readEmptyList, s.listNothing, shapeEnvironmentObjects), v1, platform)
	t.get(orgPath+"/deployment-options", access.View, call(readOrg, s.noOptions, shapeDeploymentOptions), v1, platform)
	t.get(orgPath+"/cluster-options", access.View, call(readOrg, s.noOptions, shapeClusterOptions), v1, platform)
	for _, noun := range []string{"/deployments", "/clusters", "/environment-objects"} {
		t.post(orgPath+noun, Absent, s.makeNothing, v1, platform)
	}

	t.get("/authorization/permission-groups", Self, call(readPermissionGroups, s.listPermissionGroups, shapePermissionGroups), v1, iam)
	t.get(orgPath+"/role-templates", access.RolesView, call(readRoleTemplates, s.listRoleTemplates, shapeRoleTemplates), v1, iam)
	t.get(orgPath+"/roles", access.RolesView, call(readRoleList, s.listRoles, s.shape.rolePage), v1, iam)
	t.post(orgPath+"/roles", access.RolesManage, call(readNewRole, s.createRole, s.shape.customRole), v1, iam)
	t.get(orgPath+"/roles/:role", access.RolesView, call(readRole, s.findRole, s.shape.customRole), v1, iam)
	t.post(orgPath+"/roles/:role", access.RolesManage, call(readRoleEdit, s.editRole, s.shape.customRole), v1, iam)
	t.del(orgPath+"/roles/:role", access.RolesManage, command(readRole, s.deleteRole), v1, iam)

	t.get("/users/self", Self, call(readNothing, s.self, asIs), v1)
	t.get("/tokens/self", Self, call(readNothing, s.ownToken, s.shape.ownToken), v1)
	t.post("/oauth/introspect", Self, call(readPresented, s.introspect, asIs), "")
	t.post("/oauth/revoke", Open, s.revoke, "")
	s.users(&t)
	s.teams(&t)

	t.get("/private/v1alpha1/cli/auth-config", Open, s.authConfig, "")
	t.post("/oauth/token", Open, s.grantTokens, "")
	t.get("/userinfo", Person, call(readNothing, s.userInfo, shapeUserInfo), "")

	t.get("/.well-known/jwks.json", Open, s.keySet, "")
	t.get("/spec/v1.0", Open, showDescription(s.about.v1), "")
	t.get("/spec/all", Open, showDescription(s.about.whole), "")
	return t
}

func (s *server) users(t *table) {
	const users, invites = orgPath + "/users", orgPath + "/invites"
	t.get(users, access.MembersView, call(readUserList, s.listUsers, s.shape.userPage), v1, iam)
	t.get(users+"/:user", access.MembersView, call(readUser, s.findUser, s.shape.user), v1, iam)
	t.post(users+"/:user/roles", access.MembersManage, call(readUserRoles(unchanged), s.setUserRoles, shapeRoles), v1)
	t.post(users+"/:user/roles", access.MembersManage, call(readUserRoles(cleared), s.setUserRoles, shapeRoles), iam)
	t.get(users+"/:user/teams", access.MembersView, call(readUserTeams, s.listUserTeams, s.shape.membershipPage), v1)

	t.post(invites, access.MembersManage, call(readInvite, s.invite, s.shape.invite), v1, iam)
	t.del(invites+"/:invite", access.MembersManage, command(readInvitee, s.withdraw), v1, iam)
}

func (s *server) teams(t *table) {
	const teams, team = orgPath + "/teams", orgPath + "/teams/:team"
	t.get(teams, access.MembersView, call(readTeamList, s.listTeams, s.shape.teamPage), v1, iam)
	t.post(teams, access.TeamsManage, call(readNewTeam, s.createTeam, s.shape.team), v1, iam)
	t.get(team, access.MembersView, call(readTeam, s.findTeam, s.shape.team), v1, iam)
	t.post(team, access.TeamsManage, call(readTeamEdit, s.editTeam, s.shape.team), v1, iam)
	t.del(team, access.TeamsManage, command(readTeam, s.deleteTeam), v1, iam)
	t.post(team+"/roles", access.TeamsManage, call(readTeamRoles(unchanged), s.setTeamRoles, shapeRoles), v1)
	t.post(team+"/roles", access.TeamsManage, call(readTeamRoles(cleared), s.setTeamRoles, shapeRoles), iam)

	t.get(team+"/members", access.MembersView, call(readTeamMembers, s.listTeamMembers, s.shape.teamMemberPage), v1, iam)
	t.post(team+"/members", access.TeamsManage, command(readNewMembers, s.addTeamMembers), v1, iam)
	t.del(team+"/members/:user", access.TeamsManage, command(readTeamMember, s.removeTeamMember), v1, iam)
}
