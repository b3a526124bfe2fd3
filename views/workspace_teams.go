package views

import (
	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// FieldTeam is the field of the team that is added to a Workspace.
const FieldTeam = "team"

// AddTeam is the form that gives a team a role in a Workspace.
type AddTeam struct {
	Level
	State        ListState
	Picker       Picker
	AnyTeam      bool // the Organization has at least one team
	CanManageOrg bool // may make teams
	Role         string
	Roles        []RoleOption // those the person may grant
	Problems     Problems
}

// AddTeamDialog is the dialog of AddTeam.
func AddTeamDialog(p AddTeam) Dialog {
	return Dialog{p.title(), sectionWorkspaceTeams, len(p.Problems), func(in bool) templ.Component { return addTeam(p, in) }}
}

func (p AddTeam) title() string { return "Add team to " + p.Workspace.Name }

func (p AddTeam) nothingLeft() bool { return len(p.Picker.Candidates) == 0 && !p.Picker.Search }

func (p AddTeam) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.State.In(WorkspaceTeamsURL(p.Workspace.ID)),
		Action: p.State.In(WorkspaceTeamsURL(p.Workspace.ID)),
		Submit: ui.ButtonProps{Label: "Add team"}, Problems: len(p.Problems),
	}
	if p.Picker.Search && !in {
		d.Hidden = p.State.hidden(FilterRole)
	}
	if p.nothingLeft() {
		d.Action, d.CloseLabel, d.FocusTitle = "", "Close", true
	}
	return d
}

// EditTeamRole is the form Edit of a team's role in a Workspace.
type EditTeamRole struct {
	Level
	State    ListState
	Team     Team
	Role     string
	Roles    []RoleOption
	Version  string // the role as it was shown
	Needed   bool   // without it the person loses the API tokens here
	Problems Problems
}

// EditTeamRoleDialog is the dialog of EditTeamRole.
func EditTeamRoleDialog(p EditTeamRole) Dialog {
	return Dialog{editTeamTitle, sectionWorkspaceTeams, len(p.Problems), func(in bool) templ.Component { return editTeamRole(p, in) }}
}

func (p EditTeamRole) frame(in bool) ui.DialogProps {
	ws, team := p.Workspace.ID, p.Team.ID
	return ui.DialogProps{
		Title: editTeamTitle, InDialog: in, CloseURL: p.State.In(WorkspaceTeamsURL(ws)),
		Action: p.State.In(WorkspaceTeamURL(ws, team)),
		Hidden: []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit: ui.ButtonProps{Label: "Update team"}, Problems: len(p.Problems),
		Sections: []ui.Section{{
			Title: "Remove from this Workspace", Text: "The team loses its role here at once. It stays in the Organization.",
			Link: ui.LinkProps{Label: "Remove team", Kind: ui.Danger + "-quiet", Icon: "unlink", URL: p.State.In(RemoveWorkspaceTeamURL(ws, team)), Dialog: in},
		}},
	}
}

func (p EditTeamRole) facts() []ui.Fact {
	facts := []ui.Fact{{Label: "Team", Value: ui.Name(p.Team.Name)}}
	if p.Team.Description != "" {
		facts = append(facts, ui.Fact{Label: "Description", Value: ui.Name(p.Team.Description)})
	}
	return append(facts, ui.Fact{Label: "Members", Value: teamSize(p.Organization, p.Team)})
}

// RemoveTeam asks before a team loses its role in a Workspace.
type RemoveTeam struct {
	Level
	State  ListState
	Team   Team
	Role   string // its role there, as people read it
	Needed bool
}

// RemoveTeamDialog is the dialog of RemoveTeam.
func RemoveTeamDialog(p RemoveTeam) Dialog {
	return Dialog{p.title(), sectionWorkspaceTeams, 0, func(in bool) templ.Component { return removeTeam(p, in) }}
}

func (p RemoveTeam) title() string {
	return "Remove " + p.Team.Name + " from " + p.Workspace.Name + "?"
}

func (p RemoveTeam) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.State.In(WorkspaceTeamsURL(p.Workspace.ID)),
		Action: p.State.In(RemoveWorkspaceTeamURL(p.Workspace.ID, p.Team.ID)),
		Submit: ui.ButtonProps{Label: "Remove team", Kind: ui.Danger}, FocusClose: true,
	}
}

func (p RemoveTeam) warning() string {
	return p.Team.losing() + " " + p.Role + " here at once, unless they hold a role here themselves or through another team. The team itself stays."
}
