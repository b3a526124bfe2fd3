package web

import (
	"net/http"

	"dagpass/internal/access"
	"dagpass/views"
)

// newTeamHere shows the form that gives a team a role in the Workspace.
func (s *Server) newTeamHere(v *visit) error {
	if v.QueryParams().Has(views.FieldFind) { // a search without script: the form sent itself along
		return s.askTeamHere(v, http.StatusOK, form{v.QueryParams()}, nil)
	}
	sent := form{map[string][]string{views.FieldRole: {string(access.WorkspaceMember)}}}
	return s.askTeamHere(v, http.StatusOK, sent, nil)
}

func (s *Server) askTeamHere(v *visit, status int, sent form, problems views.Problems) error {
	found, err := s.Teams.Addable(v.ctx(), v.actor(), v.workspace.Scope(), pickerQuery(v), selectLimit)
	if err != nil {
		return err
	}
	var candidates []views.Candidate
	for _, t := range found.Found {
		candidates = append(candidates, views.Candidate{ID: string(t.ID), Name: t.Name})
	}
	choice := picker(v, candidates, found.Matching, sent.shown(views.FieldTeam))
	if searching(v) {
		return part(v, http.StatusOK, views.PickerResults(views.FieldTeam, choice))
	}
	return s.dialog(v, status, views.AddTeamDialog(views.AddTeam{
		Level: v.level(), State: teamListState(v), AnyTeam: found.All > 0, Picker: choice,
		CanManageOrg: v.grants.Has(access.On(access.OrgLevel, access.TeamsManage)),
		Role:         sent.shown(views.FieldRole), Roles: v.grantable(access.WorkspaceLevel), Problems: problems,
	}))
}

// addTeamHere gives the chosen team its role in the Workspace.
func (s *Server) addTeamHere(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	id, unchosen := access.ParseID[access.TeamID](body.get(views.FieldTeam))
	role := access.Role(body.get(views.FieldRole))
	team, err := s.Teams.Add(v.ctx(), v.actor(), v.workspace.Scope(), id, role)
	if unchosen != nil && access.CodeOf(err) == access.Invalid { // said only to those who may add
		err = access.BadInput(access.FieldProblem{Field: views.FieldTeam, Code: "required", Message: "Select a team."})
	}
	if access.CodeOf(err) == access.Invalid {
		return s.askTeamHere(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	return s.saved(v, team.Name+" added to "+v.workspace.Name+" as "+v.label(role)+".", teamListURL(v), s.refreshTeams(v))
}

// teamHere reads the team the path names, as it is in the Workspace.
func (s *Server) teamHere(v *visit) (access.TeamDetail, error) {
	id, err := v.team()
	if err != nil {
		return access.TeamDetail{}, err
	}
	return s.Teams.Find(v.ctx(), v.actor(), v.workspace.Scope(), id)
}

// confirmEditTeamHere shows the form that changes the team's role in the Workspace.
func (s *Server) confirmEditTeamHere(v *visit) error {
	d, err := s.teamHere(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.EditTeamRoleDialog(teamRoleForm(v, d)))
}

func teamRoleForm(v *visit, d access.TeamDetail) views.EditTeamRole {
	return views.EditTeamRole{
		Level: v.level(), State: teamListState(v), Team: teamOf(d.Team), Role: string(d.Role),
		Roles: v.grantable(access.WorkspaceLevel, d.Role), Version: string(d.Role), Needed: d.Needed,
	}
}

// editTeamHere changes the team's role in the Workspace.
func (s *Server) editTeamHere(v *visit) error {
	body, id, err := readTeamForm(v)
	if err != nil {
		return err
	}
	role, seen := access.Role(body.get(views.FieldRole)), access.Role(body.get(views.FieldVersion))
	team, err := s.Teams.SetRole(v.ctx(), v.actor(), v.workspace.Scope(), id, role, seen)
	if access.CodeOf(err) == access.Invalid {
		return s.editTeamHereAgain(v, body, err)
	}
	if err != nil {
		return err
	}
	return s.saved(v, team.Name+" is now "+v.label(role)+" in "+v.workspace.Name+".", teamListURL(v), s.refreshTeams(v))
}

func (s *Server) editTeamHereAgain(v *visit, body form, problem error) error {
	d, err := s.teamHere(v)
	if err != nil {
		return err
	}
	f := teamRoleForm(v, d)
	f.Role, f.Problems = body.shown(views.FieldRole), problemsOf(problem)
	return s.dialog(v, http.StatusUnprocessableEntity, views.EditTeamRoleDialog(f))
}

// confirmRemoveTeamHere says what the team's members lose.
func (s *Server) confirmRemoveTeamHere(v *visit) error {
	d, err := s.teamHere(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.RemoveTeamDialog(views.RemoveTeam{
		Level: v.level(), State: teamListState(v), Team: teamOf(d.Team), Role: v.label(d.Role), Needed: d.Needed,
	}))
}

// removeTeamHere takes the team's role in the Workspace.
func (s *Server) removeTeamHere(v *visit) error {
	_, id, err := readTeamForm(v)
	if err != nil {
		return err
	}
	team, err := s.Teams.Remove(v.ctx(), v.actor(), v.workspace.Scope(), id)
	if err != nil {
		return err
	}
	return s.saved(v, team.Name+" removed from "+v.workspace.Name+".", teamListURL(v), s.refreshTeams(v))
}
