package views

import (
	"time"

	"github.com/a-h/templ"
)

// WorkspaceCard is one Workspace of the picker.
type WorkspaceCard struct {
	ID          string
	Name        string
	Description string
	Role        string // the person's own, as people read it
}

// Workspaces is the picker.
type Workspaces struct {
	Cards []WorkspaceCard
}

// WorkspacesPage is the page of Workspaces.
func WorkspacesPage(c Chrome, p Workspaces) templ.Component { return workspacesPage(c, p) }

// Workspace is the details of one Workspace.
type Workspace struct {
	ID          string
	Name        string
	Description string
	Role        string // the person's own, as people read it
	RoleText    string // what that role can do; see [RoleText]
	Created     time.Time
	Owners      []string // up to three names to ask for access; empty for those who may not see members
}

// WorkspacePage is the page of Workspace.
func WorkspacePage(c Chrome, p Workspace) templ.Component { return workspacePage(c, p) }

// RoleText is what a role can and cannot do, in sentences; empty when the value is none of ours.
func RoleText(value string) string {
	for _, r := range append(WorkspaceRoles(), OrganizationRoles()...) {
		if r.Value == value {
			return r.text()
		}
	}
	return ""
}

// HelpPage is the start of the help.
func HelpPage(c Chrome) templ.Component { return helpPage(c) }

// HelpRolesPage tells what each role can do.
func HelpRolesPage(c Chrome) templ.Component { return helpRolesPage(c) }

// HelpTokensPage tells how API tokens work.
func HelpTokensPage(c Chrome) templ.Component { return helpTokensPage(c) }
