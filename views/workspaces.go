package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// WorkspaceRow is one Workspace of a list.
type WorkspaceRow struct {
	ID          string
	Name        string
	Description string
	Role        string // the person's own, as people read it
	Users       string // how many, as it is shown
	Tokens      string
	Created     time.Time
	CreatedBy   string
}

// FilterOrganization chooses one of several Organizations on the start page.
const FilterOrganization = "organization"

// Workspaces is a list of Workspaces: those of the person on the start page, where they choose one, and
// those of the Organization in its settings, which are the same but for Organization Owners.
type Workspaces struct {
	List
	Rows      []WorkspaceRow
	CanCreate bool
}

func (p Workspaces) list() List {
	p.Shown = len(p.Rows)
	return p.List
}

func (p Workspaces) newURL(c Chrome) string { return p.State.In(NewWorkspaceURL(c.Organization.ID)) }

// StartSpec is the list of the start page. Several Organizations make a choice of its toolbar, the first
// one the default.
func StartSpec(organizations []Ref) ListSpec {
	spec := workspaceSpec()
	spec.URL = WorkspacesURL
	spec.Columns = []ListColumn{{Key: SortName, Label: "Workspace"}, {Label: "Your role"}, {Label: "Users", Fold: "60"}, {Label: "API Tokens", Fold: "60"}}
	if len(organizations) > 1 {
		choice := ListFilter{Name: FilterOrganization, Label: "Organization"}
		for i, o := range organizations {
			option := ui.Option{Value: o.ID, Label: o.Name}
			if i == 0 {
				option.Value = ""
			}
			choice.Options = append(choice.Options, option)
		}
		spec.Filters = []ListFilter{choice}
	}
	return spec
}

// OrganizationWorkspacesSpec is the list in an Organization's settings.
func OrganizationWorkspacesSpec(org string) ListSpec {
	spec := workspaceSpec()
	spec.URL = OrganizationWorkspacesURL(org)
	spec.Columns = []ListColumn{{Key: SortName, Label: "Name"}, {Label: "Users"}, {Label: "API Tokens"}, {Key: SortCreated, Label: "Created", Fold: "60", Latest: true}}
	return spec
}

func workspaceSpec() ListSpec {
	return ListSpec{ID: "workspace", Noun: "Workspace", Plural: "Workspaces", Icon: "layers", Search: "Search Workspaces", Order: SortName}
}

// StartPage is the page on which a person chooses a Workspace.
func StartPage(c Chrome, p Workspaces) templ.Component { return startPage(c, p) }

// StartTable is its list alone: the answer to a filter, a sort or a page link.
func StartTable(c Chrome, p Workspaces) templ.Component { return startTablePart(c, p) }

// OrganizationWorkspacesPage is the list in an Organization's settings.
func OrganizationWorkspacesPage(c Chrome, p Workspaces) templ.Component {
	return organizationWorkspacesPage(c, p)
}

// OrganizationWorkspacesTable is its list alone.
func OrganizationWorkspacesTable(c Chrome, p Workspaces) templ.Component {
	return organizationWorkspacesTablePart(c, p)
}

// CreateWorkspace is the form Create Workspace. The fields hold what was typed.
type CreateWorkspace struct {
	Organization Ref
	Filter       ListState // of the list behind it
	Name         string
	Description  string
	Problems     Problems
}

const createWorkspaceTitle = "Create Workspace"

// CreateWorkspaceDialog is the dialog of CreateWorkspace.
func CreateWorkspaceDialog(p CreateWorkspace) Dialog {
	return Dialog{createWorkspaceTitle, sectionOrganizationWorkspaces, len(p.Problems), func(in bool) templ.Component { return createWorkspace(p, in) }}
}

func (p CreateWorkspace) frame(in bool) ui.DialogProps {
	list := OrganizationWorkspacesURL(p.Organization.ID)
	return ui.DialogProps{
		Title: createWorkspaceTitle, InDialog: in, CloseURL: p.Filter.In(list), Action: p.Filter.In(list),
		Submit: ui.ButtonProps{Label: createWorkspaceTitle}, Problems: len(p.Problems),
	}
}

func (p CreateWorkspace) focus(field string) bool {
	return field == firstField(p.Problems, FieldName, FieldDescription)
}
