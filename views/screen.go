package views

// Screen is one screen of a Workspace's or an Organization's settings, by the word in its URL. What
// goes wrong on it or in a dialog over it keeps its frame, and leads back to it.
type Screen struct {
	Level
	Word string // details, users, teams, tokens, roles, audit, general or workspaces
}

// screens are the screens by level and word: the section of the frame, what leads back there, and what
// is said of one of its things that was removed meanwhile.
var screens = map[bool]map[string]struct {
	section section
	label   string
	gone    string
	url     func(id string) string
}{
	true: {
		"details": {sectionDetails, "Go to Details", "This Workspace no longer exists.", WorkspaceDetailsURL},
		"delete":  {sectionDetails, "Go to Details", "This Workspace no longer exists.", WorkspaceDetailsURL},
		"users":   {sectionWorkspaceUsers, "Go to Users", "This person no longer has a role of their own here.", WorkspaceUsersURL},
		"teams":   {sectionWorkspaceTeams, "Go to Teams", "This team no longer has a role here.", WorkspaceTeamsURL},
		"tokens":  {sectionWorkspaceTokens, goToTokens, "This API token no longer exists.", WorkspaceTokensURL},
		"audit":   {sectionWorkspaceAudit, "Go to Audit Logs", "This event is no longer kept.", WorkspaceAuditURL},
	},
	false: {
		"general":    {sectionGeneral, "Go to General", "This Organization no longer exists.", GeneralURL},
		"workspaces": {sectionOrganizationWorkspaces, "Go to Workspaces", "This Workspace no longer exists.", OrganizationWorkspacesURL},
		"users":      {sectionOrganizationUsers, "Go to Users", "This person is no longer a member.", OrganizationUsersURL},
		"teams":      {sectionOrganizationTeams, "Go to Teams", "This team no longer exists.", OrganizationTeamsURL},
		"tokens":     {sectionOrganizationTokens, goToTokens, "This API token no longer exists.", OrganizationTokensURL},
		"roles":      {sectionOrganizationRoles, "Go to Roles", "This role no longer exists.", OrganizationRolesURL},
		"audit":      {sectionOrganizationAudit, "Go to Audit Logs", "This event is no longer kept.", OrganizationAuditURL},
	},
}

const goToTokens = "Go to API Tokens"

// at fills in where a failure on the screen belongs and leads. Without a screen it leads to the
// Workspaces.
func (s Screen) at(f Failure) Failure {
	id := s.Organization.ID
	if s.inWorkspace() {
		id = s.Workspace.ID
	}
	if it, ok := screens[s.inWorkspace()][s.Word]; ok && id != "" {
		f.section, f.LinkLabel, f.LinkURL = it.section, it.label, it.url(id)
		return f
	}
	f.LinkLabel, f.LinkURL = "Go to Workspaces", WorkspacesURL
	return f
}

// gone is what is said of one of its things that is no longer there.
func (s Screen) gone() string { return screens[s.inWorkspace()][s.Word].gone }
