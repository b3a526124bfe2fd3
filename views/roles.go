package views

// RoleOption is one role in a select, with what it can and cannot do. Can and Cant continue the
// sentences "Can …" and "Can't …"; Cant may be empty.
type RoleOption struct {
	Value string
	Label string
	Can   string
	Cant  string
}

// text is the role in two sentences.
func (r RoleOption) text() string {
	if r.Can == "" {
		return ""
	}
	text := "Can " + r.Can + "."
	if r.Cant != "" {
		text += " Can't " + r.Cant + "."
	}
	return text
}

// WorkspaceRoles are the words for the Workspace roles, the lowest first.
func WorkspaceRoles() []RoleOption {
	return []RoleOption{
		{"WORKSPACE_ACCESSOR", "Workspace Accessor", "see the Workspace's name", "see Deployments"},
		{"WORKSPACE_MEMBER", "Workspace Member", "see Deployments, Dags, logs and members", "run or change anything"},
		{"WORKSPACE_AUTHOR", "Workspace Author", "also deploy code; trigger, pause and clear runs; read connections and variables", "change connections, variables or Deployments"},
		{"WORKSPACE_OPERATOR", "Workspace Operator", "also create and change Deployments, connections and variables", "manage people or API tokens"},
		{"WORKSPACE_OWNER", "Workspace Owner", "do everything in this Workspace, including managing people and API tokens", ""},
	}
}

// OrganizationRoles are the words for the Organization roles, the lowest first.
func OrganizationRoles() []RoleOption {
	const can, cant = "see the Organization, its users and teams; each Workspace needs its own role", "reach a Workspace without one"
	return []RoleOption{
		{"ORGANIZATION_MEMBER", "Organization Member", can, cant},
		{"ORGANIZATION_OBSERVE_MEMBER", "Organization Observe Member", can, cant},
		{"ORGANIZATION_OBSERVE_ADMIN", "Organization Observe Admin", can, cant},
		{"ORGANIZATION_BILLING_ADMIN", "Organization Billing Admin", "see the Organization, its users, teams and usage; each Workspace needs its own role", cant},
		{"ORGANIZATION_OWNER", "Organization Owner", "do everything, in every Workspace", ""},
	}
}

// RoleLabel is a role as people read it, or the value itself when it is none of ours.
func RoleLabel(value string) string {
	for _, r := range append(WorkspaceRoles(), OrganizationRoles()...) {
		if r.Value == value {
			return r.Label
		}
	}
	return value
}

// ownsSomething reports whether a role may manage people and other tokens.
func ownsSomething(role string) bool {
	return role == "WORKSPACE_OWNER" || role == "ORGANIZATION_OWNER"
}

// RoleText is what a role can and cannot do, in sentences; empty when the value is none of ours.
func RoleText(value string) string {
	for _, r := range append(WorkspaceRoles(), OrganizationRoles()...) {
		if r.Value == value {
			return r.text()
		}
	}
	return ""
}
