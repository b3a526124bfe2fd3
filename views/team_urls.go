package views

// NewTeamURL is the form Add team of an Organization.
func NewTeamURL(org string) string { return path("o", org, "teams", "new") }

// TeamURL is the page of a team; a POST to it takes the changes of Edit.
func TeamURL(org, team string) string { return path("o", org, "teams", team) }

// EditTeamURL is the form Edit of a team.
func EditTeamURL(org, team string) string { return path("o", org, "teams", team, "edit") }

// DeleteTeamURL confirms (GET) and does (POST) the deletion of a team.
func DeleteTeamURL(org, team string) string { return path("o", org, "teams", team, "delete") }

// TeamMembersURL takes people into a team (POST).
func TeamMembersURL(org, team string) string { return path("o", org, "teams", team, "members") }

// NewTeamMemberURL is the form Add members of a team.
func NewTeamMemberURL(org, team string) string {
	return path("o", org, "teams", team, "members", "new")
}

// RemoveTeamMemberURL confirms (GET) and does (POST) the removal of a person from a team.
func RemoveTeamMemberURL(org, team, user string) string {
	return path("o", org, "teams", team, "members", user, "remove")
}

// NewWorkspaceTeamURL is the form Add team of a Workspace.
func NewWorkspaceTeamURL(ws string) string { return path("w", ws, "teams", "new") }

// WorkspaceTeamURL takes the changed role of a team in a Workspace (POST).
func WorkspaceTeamURL(ws, team string) string { return path("w", ws, "teams", team) }

// EditWorkspaceTeamURL is the form Edit of that role.
func EditWorkspaceTeamURL(ws, team string) string { return path("w", ws, "teams", team, "edit") }

// RemoveWorkspaceTeamURL confirms (GET) and does (POST) the removal of a team from a Workspace.
func RemoveWorkspaceTeamURL(ws, team string) string { return path("w", ws, "teams", team, "remove") }
