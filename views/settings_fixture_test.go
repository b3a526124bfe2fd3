package views_test

import (
	"github.com/a-h/templ"

	"dagpass/views"
)

func workspaceRows() []views.WorkspaceRow {
	return []views.WorkspaceRow{
		{ID: data.ID, Name: data.Name, Description: "Pipelines of the data team", Role: "Workspace Owner", Users: "12", Tokens: "4", Created: now.Add(-52 * day), CreatedBy: "Ada Park"},
		{ID: "c0000000000000000000000fi", Name: "Finance", Role: "Workspace Accessor", Users: "–", Tokens: "–", Created: now.Add(-51 * day), CreatedBy: "Ada Park"},
	}
}

func workspaces(spec views.ListSpec) views.Workspaces {
	return views.Workspaces{
		List: views.List{ListSpec: spec, Matches: 2, HasAny: true},
		Rows: workspaceRows(), CanCreate: true,
	}
}

func theWorkspace() views.Workspace {
	return views.Workspace{
		ID: data.ID, Name: data.Name, Description: "Pipelines of the data team", CICDEnforcement: true,
		Created: now.Add(-52 * day), CreatedBy: "Ada Park", Updated: now.Add(-22 * day), UpdatedBy: "Sam Lee",
		Role: "Workspace Owner", RoleText: views.RoleText("WORKSPACE_OWNER"), CanEdit: true, CanDelete: true,
	}
}

func theOrganization() views.Organization {
	return views.Organization{
		ID: acme.ID, Name: acme.Name, ShortName: "acme", Created: now.Add(-83 * day), CreatedBy: "Ada Park",
		Updated: now.Add(-3 * day), UpdatedBy: "Ada Park", CanEdit: true,
	}
}

// settingsPages are the pages of Organization Settings and Workspace Settings beside Access Management.
func settingsPages(c, plain views.Chrome) map[string]templ.Component {
	start, all := workspaces(views.StartSpec([]views.Ref{acme})), workspaces(views.OrganizationWorkspacesSpec(acme.ID))
	two := workspaces(views.StartSpec([]views.Ref{acme, {ID: "c00000000000000000000000u", Name: "Umbrella"}}))
	none, noneToCreate := all, start
	none.Rows, none.Matches, none.HasAny = nil, 0, false
	noneToCreate.Rows, noneToCreate.Matches, noneToCreate.HasAny, noneToCreate.CanCreate = nil, 0, false, false
	noMatch, paged := all, all
	noMatch.Rows, noMatch.Matches, noMatch.State.Query = nil, 0, "nothing"
	paged.Matches, paged.HasNext, paged.LastID, paged.State.After = 312, true, data.ID, "c0000000000000000000000w0"
	member := theWorkspace()
	member.Role, member.RoleText, member.Owners = "Workspace Member", views.RoleText("WORKSPACE_MEMBER"), []string{"Ada Park", "Sam Lee"}
	member.CanEdit, member.CanDelete, member.Description, member.Updated = false, false, "", member.Created
	readOnly := theOrganization()
	readOnly.CanEdit, readOnly.Updated = false, readOnly.Created
	return map[string]templ.Component{
		"start":                        views.StartPage(c, start),
		"start of two Organizations":   views.StartPage(c, two),
		"start empty":                  views.StartPage(plain, noneToCreate),
		"organization workspaces":      views.OrganizationWorkspacesPage(c, all),
		"organization workspaces none": views.OrganizationWorkspacesPage(c, none),
		"workspaces no match":          views.OrganizationWorkspacesPage(c, noMatch),
		"workspaces paged":             views.OrganizationWorkspacesPage(c, paged),
		"workspace":                    views.WorkspacePage(c, theWorkspace()),
		"workspace member":             views.WorkspacePage(plain, member),
		"general":                      views.OrganizationPage(c, theOrganization()),
		"general member":               views.OrganizationPage(plain, readOnly),
	}
}

func deleteWorkspace() views.DeleteWorkspace {
	return views.DeleteWorkspace{Workspace: data, OwnTokens: 3, SharedTokens: 2, People: 7, Teams: 1}
}

func createWorkspace() views.CreateWorkspace {
	return views.CreateWorkspace{Organization: acme, Filter: views.ListState{Query: "fin"}}
}

// settingsDialogs are the dialogs of those pages.
func settingsDialogs() map[string]views.Dialog {
	wrong := createWorkspace()
	wrong.Name, wrong.Problems = "data platform", views.Problems{views.FieldName: "Acme already has a Workspace called data platform."}
	mistyped := deleteWorkspace()
	mistyped.Confirm, mistyped.Problems = "Delete", views.Problems{views.FieldConfirm: "Type delete, in lower case, to confirm."}
	return map[string]views.Dialog{
		"create workspace":          views.CreateWorkspaceDialog(createWorkspace()),
		"create workspace taken":    views.CreateWorkspaceDialog(wrong),
		"edit workspace":            views.EditWorkspaceDialog(views.EditWorkspace{Workspace: data, Name: data.Name, CICD: views.CICDOn, Version: "3"}),
		"delete workspace":          views.DeleteWorkspaceDialog(deleteWorkspace()),
		"delete workspace mistyped": views.DeleteWorkspaceDialog(mistyped),
		"delete empty workspace":    views.DeleteWorkspaceDialog(views.DeleteWorkspace{Workspace: data}),
		"edit organization":         views.EditOrganizationDialog(views.EditOrganization{Organization: acme, Name: acme.Name, Version: "2"}),
	}
}
