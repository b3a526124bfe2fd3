package views

// EditGeneralURL is the form Edit Details of an Organization; [GeneralURL] takes it.
func EditGeneralURL(org string) string { return path("o", org, "general", "edit") }

// NewWorkspaceURL is the form Create Workspace; [OrganizationWorkspacesURL] takes it.
func NewWorkspaceURL(org string) string { return path("o", org, "workspaces", "new") }

// EditWorkspaceURL is the form Edit Details of a Workspace; [WorkspaceDetailsURL] takes it.
func EditWorkspaceURL(ws string) string { return path("w", ws, "details", "edit") }

// DeleteWorkspaceURL confirms (GET) and does (POST) the deletion of a Workspace.
func DeleteWorkspaceURL(ws string) string { return path("w", ws, "delete") }
