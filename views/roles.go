package views

import (
	"slices"

	"dagpass/views/ui"
)

// RoleOption is one role in a select, with what it can and cannot do. Can and Cant continue the
// sentences "Can …" and "Can't …"; Cant may be empty.
type RoleOption struct {
	Value string
	Label string
	Can   string
	Cant  string

	Custom bool     // defined by the Organization
	About  string   // what a custom role is for
	Only   []string // the Workspaces it is restricted to; none is everywhere
}

// CustomRoles is what a select calls the roles that the Organization defines.
const CustomRoles = "Custom roles"

// option is the role as a choice of a select.
func (r RoleOption) option() ui.Option {
	o := ui.Option{Value: r.Value, Label: r.Label, Text: r.text()}
	if r.Custom {
		o.Group = CustomRoles
	}
	return o
}

// allowedIn reports whether the role can be given in a Workspace.
func (r RoleOption) allowedIn(workspace string) bool {
	return len(r.Only) == 0 || slices.Contains(r.Only, workspace)
}

// text is the role in two sentences.
func (r RoleOption) text() string {
	if r.Can == "" {
		return r.About
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
		{Value: "WORKSPACE_ACCESSOR", Label: "Workspace Accessor", Can: "see the Workspace's name", Cant: "see Deployments"},
		{Value: "WORKSPACE_MEMBER", Label: "Workspace Member", Can: "see Deployments, Dags, logs and members", Cant: "run or change anything"},
		{Value: "WORKSPACE_AUTHOR", Label: "Workspace Author", Can: "also deploy code; trigger, pause and clear runs; read connections and variables", Cant: "change connections, variables or Deployments"},
		{Value: "WORKSPACE_OPERATOR", Label: "Workspace Operator", Can: "also create and change Deployments, connections and variables", Cant: "manage people or API tokens"},
		{Value: "WORKSPACE_OWNER", Label: "Workspace Owner", Can: "do everything in this Workspace, including managing people and API tokens", Cant: ""},
	}
}

// OrganizationRoles are the words for the Organization roles, the lowest first.
func OrganizationRoles() []RoleOption {
	const can, cant = "see the Organization, its users and teams; each Workspace needs its own role", "reach a Workspace without one"
	return []RoleOption{
		{Value: "ORGANIZATION_MEMBER", Label: "Organization Member", Can: can, Cant: cant},
		{Value: "ORGANIZATION_OBSERVE_MEMBER", Label: "Organization Observe Member", Can: can, Cant: cant},
		{Value: "ORGANIZATION_OBSERVE_ADMIN", Label: "Organization Observe Admin", Can: can, Cant: cant},
		{Value: "ORGANIZATION_BILLING_ADMIN", Label: "Organization Billing Admin", Can: "see the Organization, its users, teams and usage; each Workspace needs its own role", Cant: cant},
		{Value: "ORGANIZATION_OWNER", Label: "Organization Owner", Can: "do everything, in every Workspace", Cant: ""},
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
