package access

// Action is a verb on a noun. Together with the level of the scope it falls on it is the
// permission it needs, so a token's home decides which permission its rotation takes.
type Action string

// The actions. What each does not imply is said where it could be assumed.
const (
	View             Action = "view"              // name, description and id; says nothing about what is inside
	MembersView      Action = "members.view"      // people and teams with their roles
	MembersManage    Action = "members.manage"    // add, change and remove people; never above one's own role
	TeamsManage      Action = "teams.manage"      // the same for teams
	SettingsUpdate   Action = "settings.update"   // name, description and defaults
	Delete           Action = "delete"            // delete the Workspace
	WorkspacesCreate Action = "workspaces.create" // make a Workspace
	WorkspacesOwn    Action = "workspaces.own"    // be Workspace Owner in every Workspace
	TokenView        Action = "tokens.view"       // list tokens; never their values
	TokenCreate      Action = "tokens.create"     // make a token whose home is here
	TokenUpdate      Action = "tokens.update"     // name, description and home role of an own token
	TokenRotate      Action = "tokens.rotate"     // replace the value of an own token
	TokenDelete      Action = "tokens.delete"     // end an own token
	TokenBind        Action = "tokens.bind"       // give an Organization token a role in a Workspace
	TokenRebind      Action = "tokens.rebind"     // change or remove the role of a shared token here; does not imply bind
	AuditView        Action = "audit.view"        // read the audit log; does not imply export
	AuditExport      Action = "audit.export"      // take the audit log away

	DeploymentsCreate   Action = "deployments.create"   // create Deployments in the Workspace
	DeploymentsTransfer Action = "deployments.transfer" // move a Deployment; needed in both Workspaces
	EnvironmentView     Action = "environment.view"     // read environment objects
	EnvironmentManage   Action = "environment.manage"   // write and link them
	RolesView           Action = "roles.view"           // list built-in and custom roles
	RolesManage         Action = "roles.manage"         // define custom roles
	UsageView           Action = "usage.view"           // counts per Workspace
	PoliciesManage      Action = "policies.manage"      // token policies, approvals, exemptions
	RangesManage        Action = "ipranges.manage"      // allowed address ranges
	SignInManage        Action = "signin.manage"        // identity providers and session rules
	WebhooksManage      Action = "webhooks.manage"      // webhooks
)

// Permission is an action on a level, such as workspace.tokens.rotate (product.md 4.1, 4.2).
type Permission string

// On returns the permission an action needs on a level.
func On(level Level, do Action) Permission { return Permission(string(level) + "." + string(do)) }

// Dangerous reports whether an act needs the password within the last ten minutes when a person
// does it (security.md 4). Granting an Owner role needs it too, see [Changing.MayGrant].
func Dangerous(do Action, level Level) bool {
	return level == OrgLevel && (do == TokenCreate || do == TokenRotate || do == TokenDelete)
}
