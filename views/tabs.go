package views

// accessTab is one tab of Access Management.
type accessTab struct {
	id, label, url string
	count          string
	current        bool
}

// The ids of the tabs, which begin those of their counts.
const (
	usersTab  = "users"
	teamsTab  = "teams"
	tokensTab = "tokens"
	rolesTab  = "roles"
)

// accessTabs are the tabs the person may open, in a Workspace or in the Organization.
func (c Chrome) accessTabs(s section) []accessTab {
	var tabs []accessTab
	if s.inWorkspace() {
		if c.CanSeeMembers {
			tabs = append(tabs,
				accessTab{usersTab, "Users", WorkspaceUsersURL(c.Workspace.ID), c.Counts.Users, s == sectionWorkspaceUsers},
				accessTab{teamsTab, "Teams", WorkspaceTeamsURL(c.Workspace.ID), c.Counts.Teams, s == sectionWorkspaceTeams})
		}
		if c.CanManageTokens {
			tabs = append(tabs, accessTab{tokensTab, "API Tokens", WorkspaceTokensURL(c.Workspace.ID), c.Counts.Tokens, s == sectionWorkspaceTokens})
		}
		return tabs
	}
	tabs = append(tabs,
		accessTab{usersTab, "Users", OrganizationUsersURL(c.Organization.ID), c.Counts.Users, s == sectionOrganizationUsers},
		accessTab{teamsTab, "Teams", OrganizationTeamsURL(c.Organization.ID), c.Counts.Teams, s == sectionOrganizationTeams})
	if c.CanManageOrg {
		tabs = append(tabs, accessTab{tokensTab, "API Tokens", OrganizationTokensURL(c.Organization.ID), c.Counts.Tokens, s == sectionOrganizationTokens})
	}
	return append(tabs, accessTab{rolesTab, "Roles", OrganizationRolesURL(c.Organization.ID), "", s == sectionOrganizationRoles})
}

// accessURL is where Access Management leads: to the API tokens for those who manage them, which most
// come for, and to the people for everybody else. It is empty where there is nothing to see.
func (c Chrome) accessURL(inWorkspace bool) string {
	switch {
	case inWorkspace && c.CanManageTokens:
		return WorkspaceTokensURL(c.Workspace.ID)
	case inWorkspace && c.CanSeeMembers:
		return WorkspaceUsersURL(c.Workspace.ID)
	case inWorkspace:
		return ""
	case c.CanManageOrg:
		return OrganizationTokensURL(c.Organization.ID)
	}
	return OrganizationUsersURL(c.Organization.ID)
}
