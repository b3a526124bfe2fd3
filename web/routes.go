package web

import (
	"fmt"
	"net/http"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/views"
)

// route is one row of the console's access matrix.
type route struct {
	method, path string
	fence        fence
	handle       func(s *Server, v *visit) error
	// form is the page to come back to after a sign-in or a password step, where that is not the
	// route's own URL: the page a POST was sent from, or that a fragment belongs to.
	form string
	// as is what a change is called in the record, where it can be refused before its service is
	// asked: in a Workspace the visitor does not see.
	as audit.Action
}

// fence is what a route asks of its visitor before the handler runs. For reading it is decided
// here and again by the service; for changes the gate decides alone, inside the transaction that
// acts, so that a refusal is recorded.
type fence struct {
	audience audience
	action   access.Action
	level    access.Level
}

type audience string

const (
	anyone   audience = "anyone"    // no session needed
	signedIn audience = "signed in" // about the visitor's own account or what they may see
	holder   audience = "holder"    // needs the action at the level, in the place the path names
)

func public() fence                       { return fence{audience: anyone} }
func own() fence                          { return fence{audience: signedIn} }
func workspace(do access.Action) fence    { return fence{holder, do, access.WorkspaceLevel} }
func organization(do access.Action) fence { return fence{holder, do, access.OrgLevel} }

const (
	get  = http.MethodGet
	post = http.MethodPost
)

// routes is the whole console. Adding Organization tokens to a Workspace stands under the
// Workspace's path and needs a right on the Organization.
var routes = []route{
	{get, "/sign-in", public(), (*Server).showSignIn, "", ""},
	{post, "/sign-in", public(), (*Server).signIn, "", ""},
	{get, "/setup", public(), (*Server).showSetup, "", ""},
	{post, "/setup", public(), (*Server).setUp, "", ""},
	{get, "/reset", public(), (*Server).showReset, "", ""},
	{post, "/reset", public(), (*Server).reset, "", ""},

	{get, "/", own(), (*Server).home, "", ""},
	{post, "/sign-out", own(), (*Server).signOut, "/", ""},
	{post, "/session/extend", own(), (*Server).extendSession, "/", ""},
	{get, "/reauth", own(), (*Server).showReauth, "", ""},
	{post, "/reauth", own(), (*Server).reauthenticate, "", ""},
	{get, "/profile", own(), (*Server).showProfile, "", ""},
	{post, "/profile/name", own(), (*Server).rename, "/profile", ""},
	{post, "/profile/password", own(), (*Server).changePassword, "/profile", ""},
	{get, "/profile/sessions", own(), (*Server).listSessions, "", ""},
	{post, "/profile/sessions/end-others", own(), (*Server).endOtherSessions, "/profile/sessions", ""},
	{post, "/profile/sessions/:session/end", own(), (*Server).endSession, "/profile/sessions", ""},
	{get, "/profile/preferences", own(), (*Server).showPreferences, "", ""},
	{post, "/profile/preferences", own(), (*Server).savePreferences, "", ""},
	{get, "/help", own(), (*Server).help, "", ""},
	{get, "/help/roles", own(), (*Server).helpRoles, "", ""},
	{get, "/help/api-tokens", own(), (*Server).helpTokens, "", ""},
	{get, "/docs/api", public(), (*Server).apiDocs, "", ""},

	// Programs that ask to act for a person
	{get, views.AuthorizeURL, public(), (*Server).showConsent, "", ""},
	{post, views.AuthorizeURL, own(), (*Server).consent, views.AuthorizeURL, ""},

	// Invitations and forgotten passwords
	{get, "/invite", public(), (*Server).showInvite, "", ""},
	{post, "/invite", public(), (*Server).acceptInvite, "", ""},
	{get, "/forgot", public(), (*Server).showForgot, "", ""},
	{post, "/forgot", public(), (*Server).forgot, "", ""},

	// A Workspace: details
	{get, "/w", own(), (*Server).listWorkspaces, "", ""},
	{get, "/w/:ws", workspace(access.View), (*Server).enterWorkspace, "", ""},
	{get, "/w/:ws/details", workspace(access.View), (*Server).showWorkspace, "", ""},
	{post, "/w/:ws/details", workspace(access.SettingsUpdate), (*Server).editWorkspace, "/w/:ws/details/edit", audit.WorkspaceUpdate},
	{get, "/w/:ws/details/edit", workspace(access.SettingsUpdate), (*Server).showEditWorkspace, "", ""},
	{get, "/w/:ws/delete", workspace(access.Delete), (*Server).confirmDeleteWorkspace, "", ""},
	{post, "/w/:ws/delete", workspace(access.Delete), (*Server).deleteWorkspace, "", audit.WorkspaceDelete},

	// A Workspace: people
	{get, "/w/:ws/users", workspace(access.MembersView), (*Server).listMembers, "", ""},
	{post, "/w/:ws/users", workspace(access.MembersManage), (*Server).addMember, "/w/:ws/users/new", audit.MemberAdd},
	{get, "/w/:ws/users/new", workspace(access.MembersManage), (*Server).newMember, "", ""},
	{get, "/w/:ws/users/add-many", workspace(access.MembersManage), (*Server).showAddMany, "", ""},
	{post, "/w/:ws/users/add-many", workspace(access.MembersManage), (*Server).addMany, "", audit.MemberAdd},
	{get, "/w/:ws/users/:user/edit", workspace(access.MembersManage), (*Server).showMember, "", ""},
	{post, "/w/:ws/users/:user", workspace(access.MembersManage), (*Server).editMember, "/w/:ws/users/:user/edit", audit.MemberUpdate},
	{get, "/w/:ws/users/:user/remove", workspace(access.MembersManage), (*Server).confirmRemoveMember, "", ""},
	{post, "/w/:ws/users/:user/remove", workspace(access.MembersManage), (*Server).removeMember, "", audit.MemberRemove},

	// A Workspace: teams
	{get, "/w/:ws/teams", workspace(access.MembersView), (*Server).listTeams, "", ""},
	{post, "/w/:ws/teams", workspace(access.TeamsManage), (*Server).addTeamHere, "/w/:ws/teams/new", audit.TeamRoleAdd},
	{get, "/w/:ws/teams/new", workspace(access.TeamsManage), (*Server).newTeamHere, "", ""},
	{get, "/w/:ws/teams/:team/edit", workspace(access.TeamsManage), (*Server).confirmEditTeamHere, "", ""},
	{post, "/w/:ws/teams/:team", workspace(access.TeamsManage), (*Server).editTeamHere, "/w/:ws/teams/:team/edit", audit.TeamRoleUpdate},
	{get, "/w/:ws/teams/:team/remove", workspace(access.TeamsManage), (*Server).confirmRemoveTeamHere, "", ""},
	{post, "/w/:ws/teams/:team/remove", workspace(access.TeamsManage), (*Server).removeTeamHere, "", audit.TeamRoleRemove},

	// A Workspace: audit log
	{get, "/w/:ws/audit", workspace(access.AuditView), (*Server).listAudit, "", ""},
	{get, "/w/:ws/audit/:event", workspace(access.AuditView), (*Server).showAuditEvent, "", ""},

	// A Workspace: API tokens
	{get, "/w/:ws/tokens", workspace(access.TokenView), (*Server).listTokens, "", ""},
	{post, "/w/:ws/tokens", workspace(access.TokenCreate), (*Server).createToken, "/w/:ws/tokens/new", audit.TokenCreate},
	{get, "/w/:ws/tokens/new", workspace(access.TokenCreate), (*Server).newToken, "", ""},
	{get, "/w/:ws/tokens/name", workspace(access.TokenView), (*Server).checkName, "/w/:ws/tokens/new", ""},
	{get, "/w/:ws/tokens/add", organization(access.TokenBind), (*Server).newBinding, "", ""},
	{post, "/w/:ws/tokens/add", organization(access.TokenBind), (*Server).bindToken, "", audit.TokenBindingAdd},
	{get, "/w/:ws/tokens/:token/edit", workspace(access.TokenView), (*Server).showToken, "", ""},
	{post, "/w/:ws/tokens/:token", workspace(access.TokenUpdate), (*Server).editToken, "/w/:ws/tokens/:token/edit", audit.TokenUpdate},
	{get, "/w/:ws/tokens/:token/use", workspace(access.TokenView), (*Server).showTokenUse, "", ""},
	{get, "/w/:ws/tokens/:token/rotate", workspace(access.TokenRotate), (*Server).confirmRotateToken, "", ""},
	{post, "/w/:ws/tokens/:token/rotate", workspace(access.TokenRotate), (*Server).rotateToken, "", audit.TokenRotate},
	{get, "/w/:ws/tokens/:token/delete", workspace(access.TokenDelete), (*Server).confirmDeleteToken, "", ""},
	{post, "/w/:ws/tokens/:token/delete", workspace(access.TokenDelete), (*Server).deleteToken, "", audit.TokenDelete},
	{get, "/w/:ws/tokens/:token/remove", workspace(access.TokenRebind), (*Server).confirmUnbindToken, "", ""},
	{post, "/w/:ws/tokens/:token/remove", workspace(access.TokenRebind), (*Server).unbindToken, "", audit.TokenBindingRemove},

	// An Organization: details and Workspaces
	{get, "/o/:org", organization(access.View), (*Server).enterOrganization, "", ""},
	{get, "/o/:org/general", organization(access.View), (*Server).showOrganization, "", ""},
	{post, "/o/:org/general", organization(access.SettingsUpdate), (*Server).editOrganization, "/o/:org/general/edit", audit.OrganizationUpdate},
	{get, "/o/:org/general/edit", organization(access.SettingsUpdate), (*Server).showEditOrganization, "", ""},
	{get, "/o/:org/workspaces", organization(access.View), (*Server).listOrganizationWorkspaces, "", ""},
	{post, "/o/:org/workspaces", organization(access.WorkspacesCreate), (*Server).createWorkspace, "/o/:org/workspaces/new", audit.WorkspaceCreate},
	{get, "/o/:org/workspaces/new", organization(access.WorkspacesCreate), (*Server).newWorkspace, "", ""},

	// An Organization: people
	{get, "/o/:org/users", organization(access.MembersView), (*Server).listMembers, "", ""},
	{get, "/o/:org/users/:user/edit", organization(access.MembersManage), (*Server).showMember, "", ""},
	{post, "/o/:org/users/:user", organization(access.MembersManage), (*Server).editMember, "/o/:org/users/:user/edit", audit.MemberUpdate},
	{get, "/o/:org/users/:user/remove", organization(access.MembersManage), (*Server).confirmRemoveMember, "", ""},
	{post, "/o/:org/users/:user/remove", organization(access.MembersManage), (*Server).removeMember, "", audit.MemberRemove},

	// An Organization: invitations
	{get, "/o/:org/users/invite", organization(access.MembersManage), (*Server).newInvitation, "", ""},
	{post, "/o/:org/users/invite", organization(access.MembersManage), (*Server).invite, "", audit.InvitationCreate},
	{get, "/o/:org/users/:user/resend", organization(access.MembersManage), (*Server).confirmResend, "", ""},
	{post, "/o/:org/users/:user/resend", organization(access.MembersManage), (*Server).resend, "", audit.InvitationResend},
	{get, "/o/:org/users/:user/withdraw", organization(access.MembersManage), (*Server).confirmWithdraw, "", ""},
	{post, "/o/:org/users/:user/withdraw", organization(access.MembersManage), (*Server).withdraw, "", audit.InvitationWithdraw},
	{get, "/o/:org/users/:user/password-link", organization(access.MembersManage), (*Server).confirmPasswordLink, "", ""},
	{post, "/o/:org/users/:user/password-link", organization(access.MembersManage), (*Server).makePasswordLink, "", audit.CodeCreate},

	// An Organization: teams
	{get, "/o/:org/teams", organization(access.MembersView), (*Server).listTeams, "", ""},
	{post, "/o/:org/teams", organization(access.TeamsManage), (*Server).createTeam, "/o/:org/teams/new", audit.TeamCreate},
	{get, "/o/:org/teams/new", organization(access.TeamsManage), (*Server).newTeam, "", ""},
	{get, "/o/:org/teams/:team", organization(access.MembersView), (*Server).showTeam, "", ""},
	{get, "/o/:org/teams/:team/edit", organization(access.TeamsManage), (*Server).confirmEditTeam, "", ""},
	{post, "/o/:org/teams/:team", organization(access.TeamsManage), (*Server).editTeam, "/o/:org/teams/:team/edit", audit.TeamUpdate},
	{get, "/o/:org/teams/:team/delete", organization(access.TeamsManage), (*Server).confirmDeleteTeam, "", ""},
	{post, "/o/:org/teams/:team/delete", organization(access.TeamsManage), (*Server).deleteTeam, "", audit.TeamDelete},
	{get, "/o/:org/teams/:team/members/new", organization(access.TeamsManage), (*Server).newTeamMembers, "", ""},
	{post, "/o/:org/teams/:team/members", organization(access.TeamsManage), (*Server).addTeamMembers, "/o/:org/teams/:team/members/new", audit.TeamMemberAdd},
	{get, "/o/:org/teams/:team/members/:user/remove", organization(access.TeamsManage), (*Server).confirmRemoveTeamMember, "", ""},
	{post, "/o/:org/teams/:team/members/:user/remove", organization(access.TeamsManage), (*Server).removeTeamMember, "", audit.TeamMemberRemove},

	// An Organization: roles
	{get, "/o/:org/roles", organization(access.RolesView), (*Server).listRoles, "", ""},

	// An Organization: audit log
	{get, "/o/:org/audit", organization(access.AuditView), (*Server).listAudit, "", ""},
	{get, "/o/:org/audit/count", organization(access.AuditExport), (*Server).countAudit, "/o/:org/audit", ""},
	{get, "/o/:org/audit/:event", organization(access.AuditView), (*Server).showAuditEvent, "", ""},
	{post, "/o/:org/audit/export", organization(access.AuditExport), (*Server).exportAudit, "/o/:org/audit", audit.AuditExport},

	// An Organization: the matrix of bindings
	{get, "/o/:org/tokens/matrix", organization(access.TokenBind), (*Server).showMatrix, "", ""},
	{post, "/o/:org/tokens/matrix", organization(access.TokenBind), (*Server).applyMatrix, "", audit.TokenBindingUpdate},
	{post, "/o/:org/tokens/matrix/review", organization(access.TokenBind), (*Server).reviewMatrix, "/o/:org/tokens/matrix", audit.TokenBindingUpdate},

	// An Organization: API tokens
	{get, "/o/:org/tokens", organization(access.TokenView), (*Server).listTokens, "", ""},
	{post, "/o/:org/tokens", organization(access.TokenCreate), (*Server).createToken, "/o/:org/tokens/new", audit.TokenCreate},
	{get, "/o/:org/tokens/new", organization(access.TokenCreate), (*Server).newToken, "", ""},
	{get, "/o/:org/tokens/name", organization(access.TokenView), (*Server).checkName, "/o/:org/tokens/new", ""},
	{get, "/o/:org/tokens/:token", organization(access.TokenView), (*Server).showOrganizationToken, "", ""},
	{get, "/o/:org/tokens/:token/edit", organization(access.TokenUpdate), (*Server).showToken, "", ""},
	{post, "/o/:org/tokens/:token", organization(access.TokenUpdate), (*Server).editToken, "/o/:org/tokens/:token/edit", audit.TokenUpdate},
	{get, "/o/:org/tokens/:token/use", organization(access.TokenView), (*Server).showTokenUse, "", ""},
	{get, "/o/:org/tokens/:token/rotate", organization(access.TokenRotate), (*Server).confirmRotateToken, "", ""},
	{post, "/o/:org/tokens/:token/rotate", organization(access.TokenRotate), (*Server).rotateToken, "", audit.TokenRotate},
	{get, "/o/:org/tokens/:token/delete", organization(access.TokenDelete), (*Server).confirmDeleteToken, "", ""},
	{post, "/o/:org/tokens/:token/delete", organization(access.TokenDelete), (*Server).deleteToken, "", audit.TokenDelete},
	{get, "/o/:org/tokens/:token/bindings/new", organization(access.TokenBind), (*Server).newBinding, "", ""},
	{post, "/o/:org/tokens/:token/bindings", organization(access.TokenBind), (*Server).bindToken, "/o/:org/tokens/:token/bindings/new", audit.TokenBindingAdd},
	{get, "/o/:org/tokens/:token/bindings/:ws/edit", organization(access.TokenView), (*Server).showBinding, "", ""},
	{post, "/o/:org/tokens/:token/bindings/:ws", workspace(access.TokenRebind), (*Server).rebindToken, "/o/:org/tokens/:token/bindings/:ws/edit", audit.TokenBindingUpdate},
	{get, "/o/:org/tokens/:token/bindings/:ws/remove", organization(access.TokenView), (*Server).confirmUnbindToken, "", ""},
	{post, "/o/:org/tokens/:token/bindings/:ws/remove", workspace(access.TokenRebind), (*Server).unbindToken, "", audit.TokenBindingRemove},
}

// check refuses a table with a row that declares no permission: a forgotten fence stops the start.
func check(table []route) error {
	for _, r := range table {
		switch {
		case r.handle == nil:
			return fmt.Errorf("web: %s %s has no handler", r.method, r.path)
		case r.fence.audience == "":
			return fmt.Errorf("web: %s %s declares no permission", r.method, r.path)
		case r.fence.audience == holder && (r.fence.action == "" || r.fence.level == ""):
			return fmt.Errorf("web: %s %s declares no action", r.method, r.path)
		case r.fence.audience == holder && r.method == post && r.as == "":
			return fmt.Errorf("web: %s %s has no name for the record", r.method, r.path)
		}
	}
	return nil
}
