package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views/ui"
)

// Team is a team as its dialogs and its page show it.
type Team struct {
	ID          string
	Name        string
	Description string
	Members     int
}

// TeamRow is one team of a list.
type TeamRow struct {
	Team
	Role        string    // at the level of the list, as people read it; empty for none
	Workspaces  int       // Organization list: in how many Workspaces it has a role
	InheritsAll bool      // Organization list: an Organization Owner team
	Updated     time.Time // Organization list
	Since       time.Time // Workspace list: when it got its role there
}

func (r TeamRow) workspaces() string {
	if r.InheritsAll {
		return "inherits all"
	}
	return ui.Count(r.Workspaces)
}

func (l Level) teamsSection() section {
	if l.inWorkspace() {
		return sectionWorkspaceTeams
	}
	return sectionOrganizationTeams
}

// TeamListSpec is the list of the teams of a level; roles are the choices of its role filter. Those who
// may manage the teams of a Workspace get a column for it.
func TeamListSpec(at Level, roles []RoleOption, manage bool) ListSpec {
	spec := ListSpec{
		ID: "team", Noun: "Team", Plural: "teams", Icon: "users", Search: "Search teams",
		Filters: []ListFilter{RoleFilter(roles)}, Order: access.SortByName,
		Columns: []ListColumn{{Key: access.SortByName, Label: "Team"}},
	}
	members := ListColumn{Key: access.SortByMembers, Label: "Members", Latest: true}
	if !at.inWorkspace() {
		spec.URL = OrganizationTeamsURL(at.Organization.ID)
		spec.Columns = append(spec.Columns, members, ListColumn{Label: "Workspaces", Fold: "60"}, ListColumn{Label: at.roleLabel()},
			ListColumn{Key: access.SortByUpdated, Label: "Updated", Fold: "60", Latest: true})
		return spec
	}
	spec.URL = WorkspaceTeamsURL(at.Workspace.ID)
	spec.Columns = append(spec.Columns, ListColumn{Label: at.roleLabel()}, members,
		ListColumn{Key: access.SortByAdded, Label: "Added", Fold: "60", Latest: true})
	if manage {
		spec.Columns = append(spec.Columns, ListColumn{})
	}
	return spec
}

// TeamList is one page of a list of teams.
type TeamList struct {
	Level
	List
	Rows         []TeamRow
	CanManage    bool // may manage the teams of the level
	CanManageOrg bool // may make teams
	AnyTeam      bool // the Organization has at least one
}

func (l TeamList) list() List {
	l.List.Shown = len(l.Rows)
	return l.List
}

func (l TeamList) addURL() string {
	if l.inWorkspace() {
		return l.State.In(NewWorkspaceTeamURL(l.Workspace.ID))
	}
	return l.State.In(NewTeamURL(l.Organization.ID))
}

// emptyText is what stands where there is no team at all.
func (l TeamList) emptyText() string {
	if l.inWorkspace() && !l.AnyTeam && !l.CanManageOrg {
		return "A team gives several people one role. An Organization Owner makes it, and then it can be added here."
	}
	return "A team gives several people one role."
}

// TeamsPage is the list of a Workspace's or an Organization's teams.
func TeamsPage(c Chrome, l TeamList) templ.Component { return teamsPage(c, l) }

// TeamTable is the list alone: the answer to a filter, a sort or a page link.
func TeamTable(c Chrome, l TeamList) templ.Component { return teamTablePart(c, l) }

// TeamRefresh replaces toolbar, table and tab count out of band, beside another answer.
func TeamRefresh(c Chrome, l TeamList) templ.Component { return teamRefresh(c, l) }
