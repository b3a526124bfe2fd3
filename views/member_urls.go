package views

// OrganizationUserURL takes the changes of Edit member (POST).
func OrganizationUserURL(org, user string) string { return path("o", org, "users", user) }

// EditOrganizationUserURL is the form Edit member of an Organization.
func EditOrganizationUserURL(org, user string) string { return path("o", org, "users", user, "edit") }

// RemoveOrganizationUserURL confirms (GET) and does (POST) a removal from an Organization.
func RemoveOrganizationUserURL(org, user string) string {
	return path("o", org, "users", user, "remove")
}

// NewWorkspaceUserURL is the form Add member.
func NewWorkspaceUserURL(ws string) string { return path("w", ws, "users", "new") }

// AddManyURL is the page Add many (GET) and its target (POST).
func AddManyURL(ws string) string { return path("w", ws, "users", "add-many") }

// WorkspaceUserURL takes the changes of Edit member (POST).
func WorkspaceUserURL(ws, user string) string { return path("w", ws, "users", user) }

// EditWorkspaceUserURL is the form Edit member of a Workspace.
func EditWorkspaceUserURL(ws, user string) string { return path("w", ws, "users", user, "edit") }

// RemoveWorkspaceUserURL confirms (GET) and does (POST) the removal of somebody's own role in a
// Workspace.
func RemoveWorkspaceUserURL(ws, user string) string { return path("w", ws, "users", user, "remove") }

func (l Level) usersURL() string {
	if l.inWorkspace() {
		return WorkspaceUsersURL(l.Workspace.ID)
	}
	return OrganizationUsersURL(l.Organization.ID)
}

func (l Level) userURL(user string) string {
	if l.inWorkspace() {
		return WorkspaceUserURL(l.Workspace.ID, user)
	}
	return OrganizationUserURL(l.Organization.ID, user)
}

func (l Level) editUserURL(user string) string {
	if l.inWorkspace() {
		return EditWorkspaceUserURL(l.Workspace.ID, user)
	}
	return EditOrganizationUserURL(l.Organization.ID, user)
}

func (l Level) removeUserURL(user string) string {
	if l.inWorkspace() {
		return RemoveWorkspaceUserURL(l.Workspace.ID, user)
	}
	return RemoveOrganizationUserURL(l.Organization.ID, user)
}
