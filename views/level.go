package views

// Level is where API tokens are managed: in a Workspace of an Organization, or, without a
// Workspace, in the Organization itself.
type Level struct {
	Organization Ref
	Workspace    Ref
}

func (l Level) inWorkspace() bool { return l.Workspace.ID != "" }

func (l Level) section() section {
	if l.inWorkspace() {
		return sectionWorkspaceTokens
	}
	return sectionOrganizationTokens
}

func (l Level) roleLabel() string {
	if l.inWorkspace() {
		return "Workspace Role"
	}
	return "Organization Role"
}

func (l Level) listURL() string {
	if l.inWorkspace() {
		return WorkspaceTokensURL(l.Workspace.ID)
	}
	return OrganizationTokensURL(l.Organization.ID)
}

func (l Level) newURL() string {
	if l.inWorkspace() {
		return NewWorkspaceTokenURL(l.Workspace.ID)
	}
	return NewOrganizationTokenURL(l.Organization.ID)
}

func (l Level) nameURL() string {
	if l.inWorkspace() {
		return WorkspaceTokenNameURL(l.Workspace.ID)
	}
	return OrganizationTokenNameURL(l.Organization.ID)
}

func (l Level) tokenURL(token string) string {
	if l.inWorkspace() {
		return WorkspaceTokenURL(l.Workspace.ID, token)
	}
	return OrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) editURL(token string) string {
	if l.inWorkspace() {
		return EditWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return EditOrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) useURL(token string) string {
	if l.inWorkspace() {
		return UseWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return UseOrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) rotateURL(token string) string {
	if l.inWorkspace() {
		return RotateWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return RotateOrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) deleteURL(token string) string {
	if l.inWorkspace() {
		return DeleteWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return DeleteOrganizationTokenURL(l.Organization.ID, token)
}
