package views

import (
	"github.com/a-h/templ"

	"dagpass/views/ui"
)

const addTeamTitle = "Add team"

// NewTeam is the form Add team of an Organization. The fields hold what was typed, not what it means.
type NewTeam struct {
	Organization Ref
	State        ListState
	Name         string
	Description  string
	Role         string
	Roles        []RoleOption // those the person may grant
	People       PeopleChoice
	Problems     Problems
}

// NewTeamDialog is the dialog of NewTeam.
func NewTeamDialog(p NewTeam) Dialog {
	return Dialog{addTeamTitle, sectionOrganizationTeams, len(p.Problems), func(in bool) templ.Component { return newTeam(p, in) }}
}

func (p NewTeam) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: addTeamTitle, InDialog: in, CloseURL: p.State.In(OrganizationTeamsURL(p.Organization.ID)),
		Action: p.State.In(OrganizationTeamsURL(p.Organization.ID)),
		Submit: ui.ButtonProps{Label: "Add Team"}, Problems: len(p.Problems),
	}
	if p.People.Search && !in {
		d.Hidden = p.State.hidden(FilterRole)
	}
	return d
}

func (p NewTeam) focus(field string) bool {
	return field == firstField(p.Problems, FieldName, FieldDescription, FieldRole, FieldMembers)
}

// EditTeam is the form Edit of a team.
type EditTeam struct {
	Organization Ref
	State        ListState
	Team         Team
	Name         string
	Description  string
	Role         string
	Roles        []RoleOption
	Version      string // of the team as shown, to notice a change made meanwhile
	Needed       bool   // without its Organization Role the person loses theirs
	Problems     Problems
}

const editTeamTitle = "Edit team"

// EditTeamDialog is the dialog of EditTeam.
func EditTeamDialog(p EditTeam) Dialog {
	return Dialog{editTeamTitle, sectionOrganizationTeams, len(p.Problems), func(in bool) templ.Component { return editTeam(p, in) }}
}

func (p EditTeam) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: editTeamTitle, InDialog: in, CloseURL: p.State.In(TeamURL(p.Organization.ID, p.Team.ID)),
		Action: p.State.In(TeamURL(p.Organization.ID, p.Team.ID)),
		Hidden: []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit: ui.ButtonProps{Label: "Save Changes"}, Problems: len(p.Problems),
	}
}

func (p EditTeam) focus(field string) bool {
	return field == firstField(p.Problems, FieldName, FieldDescription, FieldRole)
}

// DeleteTeam asks for the typed word before a team ends.
type DeleteTeam struct {
	Organization Ref
	State        ListState
	Team         Team
	Role         string // Organization Role, as people read it
	Workspaces   int    // in how many it has a role
	Needed       bool
	Confirm      string // what was typed
	Problems     Problems
}

// DeleteTeamDialog is the dialog of DeleteTeam.
func DeleteTeamDialog(p DeleteTeam) Dialog {
	return Dialog{p.title(), sectionOrganizationTeams, len(p.Problems), func(in bool) templ.Component { return deleteTeam(p, in) }}
}

func (p DeleteTeam) title() string { return "Delete team " + p.Team.Name + "?" }

func (p DeleteTeam) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.State.In(TeamURL(p.Organization.ID, p.Team.ID)),
		Action: p.State.In(DeleteTeamURL(p.Organization.ID, p.Team.ID)),
		Submit: ui.ButtonProps{Label: "Yes, Continue", Kind: ui.Danger}, Problems: len(p.Problems),
	}
}

func (p DeleteTeam) warning() string {
	return p.Team.losing() + " " + teamReach(p.Role, p.Workspaces) + " at once. What they hold themselves stays. A deleted team can't be recovered."
}

// losing begins the sentence about what the people of a team lose.
func (t Team) losing() string {
	if t.Members == 1 {
		return "Its 1 member loses"
	}
	return "Its " + ui.Count(t.Members) + " members lose"
}

// teamReach names what a team gives its members.
func teamReach(role string, workspaces int) string {
	switch {
	case workspaces == 0:
		return role
	case role == "":
		return "roles in " + ui.Plural(workspaces, "Workspace")
	}
	return role + " and roles in " + ui.Plural(workspaces, "Workspace")
}

// AddTeamMembers is the form that adds people to a team.
type AddTeamMembers struct {
	Organization Ref
	State        ListState
	Team         Team
	Role         string // Organization Role, as people read it
	Workspaces   int    // in how many it has a role
	People       PeopleChoice
	Problems     Problems
}

// AddTeamMembersDialog is the dialog of AddTeamMembers.
func AddTeamMembersDialog(p AddTeamMembers) Dialog {
	return Dialog{p.title(), sectionOrganizationTeams, len(p.Problems), func(in bool) templ.Component { return addTeamMembers(p, in) }}
}

func (p AddTeamMembers) title() string { return "Add members to " + p.Team.Name }

func (p AddTeamMembers) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.State.In(TeamURL(p.Organization.ID, p.Team.ID)),
		Action: p.State.In(TeamMembersURL(p.Organization.ID, p.Team.ID)),
		Submit: ui.ButtonProps{Label: "Add members"}, Problems: len(p.Problems),
	}
	if p.People.Search && !in {
		d.Hidden = p.State.hidden()
	}
	if p.People.nobody() {
		d.Action, d.CloseLabel, d.FocusTitle = "", "Close", true
	}
	return d
}

// RemoveTeamMember asks before a person is taken out of a team.
type RemoveTeamMember struct {
	Organization Ref
	State        ListState
	Team         Team
	Member       Person
	Role         string // Organization Role of the team, as people read it
	Workspaces   int    // in how many it has a role
	Needed       bool   // it is oneself, who then loses the Organization's API tokens
}

// RemoveTeamMemberDialog is the dialog of RemoveTeamMember.
func RemoveTeamMemberDialog(p RemoveTeamMember) Dialog {
	return Dialog{p.title(), sectionOrganizationTeams, 0, func(in bool) templ.Component { return removeTeamMember(p, in) }}
}

func (p RemoveTeamMember) title() string {
	return "Remove " + p.Member.name() + " from " + p.Team.Name + "?"
}

func (p RemoveTeamMember) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.State.In(TeamURL(p.Organization.ID, p.Team.ID)),
		Action: p.State.In(RemoveTeamMemberURL(p.Organization.ID, p.Team.ID, p.Member.ID)),
		Submit: ui.ButtonProps{Label: "Remove member", Kind: ui.Danger}, FocusClose: true,
	}
}

func (p RemoveTeamMember) warning() string {
	return p.Member.name() + " loses " + teamReach(p.Role, p.Workspaces) + " at once, unless they hold it themselves or through another team."
}
