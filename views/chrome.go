package views

import (
	"time"

	"dagpass/static"
)

// Chrome is what the frame around every page needs to know. Handlers fill it once per request.
type Chrome struct {
	Assets *static.Assets
	Now    time.Time // the instant that relative times are counted from

	User         User // empty for a visitor who is not signed in
	Organization Ref
	Workspace    Ref   // the Workspace the page is in, or the last one used; may be empty
	Workspaces   []Ref // the switcher's list, at most 12, last used first

	CanSeeMembers   bool // may see the people and teams of Workspace
	CanManageTokens bool // may manage the API tokens of Workspace, and read its audit log
	InOrganization  bool // has a role on the Organization
	CanManageOrg    bool // is an Organization Owner

	Counts Counts

	Theme        Theme
	Flash        string        // a notice about what the previous request did
	IdleTimeout  time.Duration // after this long without a request the session ends; 0: no warning
	InsecureHTTP bool          // connections are not encrypted: every page says so
}

// Counts are the numbers on the tabs of Access Management, as they are shown; an empty one is left out.
type Counts struct{ Users, Teams, Tokens string }

// User is the signed-in person.
type User struct {
	Name  string
	Email string
}

// SignedIn reports whether there is a person at all.
func (u User) SignedIn() bool { return u.Email != "" }

// Initials are the first letters of the first and the last word of the name, or of the address.
func (u User) Initials() string { return initials(u.Name, u.Email) }

// Ref names one object: its id for links and its name for people.
type Ref struct {
	ID   string
	Name string
}

// Theme is a person's choice of colours.
type Theme string

// The themes a person can choose.
const (
	ThemeSystem Theme = "system"
	ThemeLight  Theme = "light"
	ThemeDark   Theme = "dark"
)

// attribute is the value of data-theme, empty when the system decides.
func (t Theme) attribute() string {
	if t == ThemeLight || t == ThemeDark {
		return string(t)
	}
	return ""
}

// section is the part of the console a page belongs to: it decides the sidebar and its current
// entry.
type section int

const (
	sectionNone section = iota
	sectionDetails
	sectionWorkspaceUsers
	sectionWorkspaceTeams
	sectionWorkspaceTokens
	sectionWorkspaceAudit
	sectionGeneral
	sectionOrganizationWorkspaces
	sectionOrganizationUsers
	sectionOrganizationTeams
	sectionOrganizationTokens
	sectionOrganizationRoles
	sectionOrganizationAudit
	sectionProfile
	sectionSessions
	sectionPreferences
	sectionHelp
	sectionHelpRoles
	sectionHelpTokens
	sectionHelpAPI
)

func (s section) inWorkspace() bool {
	return s >= sectionDetails && s <= sectionWorkspaceAudit
}

func (s section) inOrganization() bool {
	return s >= sectionGeneral && s <= sectionOrganizationAudit
}

// inAccess reports whether the section is a tab of Access Management.
func (s section) inAccess() bool {
	return s >= sectionWorkspaceUsers && s <= sectionWorkspaceTokens || s >= sectionOrganizationUsers && s <= sectionOrganizationRoles
}

func (s section) inAccount() bool {
	return s >= sectionProfile && s <= sectionPreferences
}

func (s section) inHelp() bool {
	return s >= sectionHelp && s <= sectionHelpAPI
}

// place is the name of the Workspace or Organization that the document title carries.
func (c Chrome) place(s section) string {
	switch {
	case s.inWorkspace():
		return c.Workspace.Name
	case s.inOrganization():
		return c.Organization.Name
	}
	return ""
}

// documentTitle is "{screen} · {place} · Dagpass", with "Error: " first when a form on the page
// has problems.
func (c Chrome) documentTitle(screen string, s section, problems int) string {
	title := screen
	if place := c.place(s); place != "" {
		title += " · " + place
	}
	title += " · Dagpass"
	if problems > 0 {
		title = "Error: " + title
	}
	return title
}

// switcherPlace is the second line of the switcher.
func (c Chrome) switcherPlace(s section) string {
	switch {
	case s.inOrganization():
		return "Organization Settings"
	case c.Workspace.Name != "":
		return c.Workspace.Name
	}
	return "All Workspaces"
}
