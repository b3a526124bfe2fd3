package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// team is the id the path names; NotFound when it is none.
func (v *visit) team() (access.TeamID, error) {
	return access.ParseID[access.TeamID](v.Param("team"))
}

// managesTeams reports whether the visitor may manage the teams of the level the path belongs to.
func (v *visit) managesTeams() bool {
	return v.grants.Has(access.On(v.home().Level(), access.TeamsManage))
}

// listTeams shows the teams of the Organization, or those with a role in a Workspace: the page, or for
// htmx the table alone.
func (s *Server) listTeams(v *visit) error {
	list, count, err := s.teamList(v)
	if err != nil {
		return err
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	chrome.Counts.Teams = count
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, views.TeamTable(chrome, list))
	}
	return page(v, http.StatusOK, views.TeamsPage(chrome, list))
}

// teamList reads the list that the request's query describes, and how many teams there are in all.
func (s *Server) teamList(v *visit) (list views.TeamList, count string, err error) {
	at, spec := v.home(), teamListSpec(v)
	state := readList(v, spec)
	filter := access.TeamFilter{Search: state.Query, Role: access.Role(state.Filter(views.FilterRole))}
	found, err := s.Teams.List(v.ctx(), v.actor(), at, filter, listOrder(state, spec), access.Page{Limit: pageSize, After: state.After})
	if err != nil {
		return list, "", err
	}
	list = views.TeamList{
		Level: v.level(), CanManage: v.managesTeams(), AnyTeam: found.Total > 0,
		CanManageOrg: v.grants.Has(access.On(access.OrgLevel, access.TeamsManage)),
		List:         views.List{ListSpec: spec, State: state, Matches: found.Matching, HasAny: found.Total > 0, HasNext: found.More},
	}
	for _, row := range found.Rows {
		list.Rows = append(list.Rows, teamRow(v, row))
		list.LastID = string(row.ID)
	}
	if !list.AnyTeam && at.Level() == access.WorkspaceLevel {
		list.AnyTeam = s.anyTeam(v)
	}
	return list, ui.Count(found.Total), nil
}

// anyTeam reports whether the Organization has a team, as far as the visitor may know.
func (s *Server) anyTeam(v *visit) bool {
	n, err := s.Teams.Count(v.ctx(), v.actor(), v.org.Scope())
	return err == nil && n > 0
}

func teamListSpec(v *visit) views.ListSpec {
	return views.TeamListSpec(v.level(), v.roleOptions(v.home().Level()), v.managesTeams())
}

// teamListState is the state of the list of teams behind a dialog.
func teamListState(v *visit) views.ListState { return readList(v, teamListSpec(v)) }

func teamListURL(v *visit) string { return teamListState(v).In(teamListSpec(v).URL) }

// refreshTeams is the part of the list of teams that a change made stale.
func (s *Server) refreshTeams(v *visit) func(views.Chrome) (templ.Component, error) {
	return func(c views.Chrome) (templ.Component, error) {
		list, count, err := s.teamList(v)
		c.Counts.Teams = count
		return views.TeamRefresh(c, list), err
	}
}

func teamRow(v *visit, r access.TeamRow) views.TeamRow {
	return views.TeamRow{
		Team: teamOf(r.Team), Role: v.label(r.Role), Workspaces: r.Workspaces, InheritsAll: r.Role == access.OrgOwner,
		Updated: r.UpdatedAt, Since: r.Since,
	}
}

func teamOf(t access.Team) views.Team {
	return views.Team{ID: string(t.ID), Name: t.Name, Description: t.Description, Members: t.Members}
}

// newTeam shows the form Add team of the Organization.
func (s *Server) newTeam(v *visit) error {
	if v.QueryParams().Has(views.FieldFind) { // a search: the form sent itself along, or what was chosen in it
		return s.askTeam(v, http.StatusOK, form{v.QueryParams()}, nil)
	}
	sent := form{map[string][]string{views.FieldRole: {string(access.OrgMember)}}}
	return s.askTeam(v, http.StatusOK, sent, nil)
}

func (s *Server) askTeam(v *visit, status int, sent form, problems views.Problems) error {
	people, err := s.peopleFor(v, "", sent)
	if err != nil {
		return err
	}
	if searching(v) {
		return part(v, http.StatusOK, views.PeopleResults(people))
	}
	return s.dialog(v, status, views.NewTeamDialog(views.NewTeam{
		Organization: v.level().Organization, State: teamListState(v),
		Name: sent.shown(views.FieldName), Description: sent.shown(views.FieldDescription), Role: sent.shown(views.FieldRole),
		Roles: v.grantable(access.OrgLevel), People: people, Problems: problems,
	}))
}

// createTeam makes the team with its first members.
func (s *Server) createTeam(v *visit) error {
	body, err := readForm(v, views.FieldMembers)
	if err != nil {
		return err
	}
	team, err := s.Teams.Create(v.ctx(), v.actor(), v.org.ID, access.NewTeam{
		Name: body.get(views.FieldName), Description: body.get(views.FieldDescription),
		Role: access.Role(body.get(views.FieldRole)), Members: chosenPeople(body),
	})
	if err = teamNameTaken(err); access.CodeOf(err) == access.Invalid {
		return s.askTeam(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	return s.saved(v, "Team "+team.Name+" created.", teamListURL(v), s.refreshTeams(v))
}

// teamNameTaken makes a name in use a problem of its field, so that the rest of the form is kept.
func teamNameTaken(err error) error {
	if access.ReasonOf(err) != access.ReasonTaken {
		return err
	}
	return access.BadInput(access.FieldProblem{Field: views.FieldName, Code: "taken", Message: access.AsError(err).Message})
}

// teamDetail reads the team the path names.
func (s *Server) teamDetail(v *visit) (access.TeamDetail, error) {
	id, err := v.team()
	if err != nil {
		return access.TeamDetail{}, err
	}
	return s.Teams.Show(v.ctx(), v.actor(), v.org.ID, id)
}

// confirmEditTeam shows the form Edit of a team.
func (s *Server) confirmEditTeam(v *visit) error {
	d, err := s.teamDetail(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.EditTeamDialog(editTeamForm(v, d)))
}

func editTeamForm(v *visit, d access.TeamDetail) views.EditTeam {
	return views.EditTeam{
		Organization: v.level().Organization, State: teamMemberState(v, d.ID), Team: teamOf(d.Team),
		Name: d.Name, Description: d.Description, Role: string(d.Role), Roles: v.grantable(access.OrgLevel),
		Version: strconv.Itoa(d.Version), Needed: d.Needed,
	}
}

// editTeam saves the form Edit.
func (s *Server) editTeam(v *visit) error {
	body, id, err := readTeamForm(v)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(body.get(views.FieldVersion))
	team, err := s.Teams.Edit(v.ctx(), v.actor(), v.org.ID, id, access.EditTeam{
		Name: body.get(views.FieldName), Description: body.get(views.FieldDescription),
		Role: access.Role(body.get(views.FieldRole)), Seen: seen,
	})
	if err = teamNameTaken(err); access.CodeOf(err) == access.Invalid {
		return s.editTeamAgain(v, body, err)
	}
	if err != nil {
		return err
	}
	return s.saved(v, "Changes to "+team.Name+" saved.", teamPageURL(v, id), s.refreshTeam(v))
}

func (s *Server) editTeamAgain(v *visit, body form, problem error) error {
	d, err := s.teamDetail(v)
	if err != nil {
		return err
	}
	f := editTeamForm(v, d)
	f.Name, f.Description = body.shown(views.FieldName), body.shown(views.FieldDescription)
	f.Role, f.Version, f.Problems = body.shown(views.FieldRole), body.shown(views.FieldVersion), problemsOf(problem)
	return s.dialog(v, http.StatusUnprocessableEntity, views.EditTeamDialog(f))
}

// readTeamForm reads a form that is about the team the path names.
func readTeamForm(v *visit, choices ...string) (form, access.TeamID, error) {
	body, err := readForm(v, choices...)
	if err != nil {
		return body, "", err
	}
	id, err := v.team()
	return body, id, err
}

// confirmDeleteTeam asks for the typed word.
func (s *Server) confirmDeleteTeam(v *visit) error {
	return s.askDeleteTeam(v, http.StatusOK, form{}, nil)
}

func (s *Server) askDeleteTeam(v *visit, status int, body form, problems views.Problems) error {
	d, err := s.teamDetail(v)
	if err != nil {
		return err
	}
	return s.dialog(v, status, views.DeleteTeamDialog(views.DeleteTeam{
		Organization: v.level().Organization, State: teamMemberState(v, d.ID), Team: teamOf(d.Team),
		Role: v.label(d.Role), Workspaces: len(d.Roles), Needed: d.Needed,
		Confirm: body.shown(views.FieldConfirm), Problems: problems,
	}))
}

// deleteTeam ends the team for ever, when the word was typed exactly.
func (s *Server) deleteTeam(v *visit) error {
	body, id, err := readTeamForm(v)
	if err != nil {
		return err
	}
	team, err := s.Teams.Delete(v.ctx(), v.actor(), v.org.ID, id, body.get(views.FieldConfirm))
	if access.CodeOf(err) == access.Invalid {
		return s.askDeleteTeam(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	return s.leave(v, "Team "+team.Name+" deleted.", views.OrganizationTeamsURL(string(v.org.ID)))
}
