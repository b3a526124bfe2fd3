package web

import (
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// showTeam shows one team with its people and its roles: the page, or for htmx the table of its people.
func (s *Server) showTeam(v *visit) error {
	p, err := s.teamPage(v)
	if err != nil {
		return err
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, views.TeamMemberTable(chrome, p))
	}
	return page(v, http.StatusOK, views.TeamPage(chrome, p))
}

// teamPage reads the team the path names, and the page of its people that the query describes.
func (s *Server) teamPage(v *visit) (views.TeamPageParams, error) {
	d, err := s.teamDetail(v)
	if err != nil {
		return views.TeamPageParams{}, err
	}
	spec := teamMemberSpec(v, d.ID)
	state := readList(v, spec)
	found, err := s.Teams.Members(v.ctx(), v.actor(), v.org.ID, d.ID, state.Query, listOrder(state, spec), access.Page{Limit: pageSize, After: state.After})
	if err != nil {
		return views.TeamPageParams{}, err
	}
	p := views.TeamPageParams{
		Organization: v.level().Organization, Team: teamOf(d.Team), CanManage: v.managesTeams(),
		List: views.List{ListSpec: spec, State: state, Matches: found.Matching, HasAny: d.Team.Members > 0, HasNext: found.More},
		Role: v.label(d.Role), InheritsAll: d.Role == access.OrgOwner,
		Created: d.CreatedAt, CreatedBy: d.CreatedBy.Name, Updated: d.UpdatedAt, UpdatedBy: d.UpdatedBy.Name,
	}
	for _, m := range found.Rows {
		p.Rows = append(p.Rows, views.TeamMember{Person: personOf(m.User), Since: m.Since})
		p.List.LastID = string(m.ID)
	}
	for _, r := range d.Roles {
		p.Places = append(p.Places, views.TeamPlace{
			Workspace: views.Ref{ID: string(r.At.Workspace), Name: r.WorkspaceName}, Role: v.label(r.Role), Since: r.CreatedAt,
		})
	}
	return p, nil
}

func personOf(u access.User) views.Person {
	return views.Person{ID: string(u.ID), Name: u.FullName, Email: u.Email}
}

func teamMemberSpec(v *visit, id access.TeamID) views.ListSpec {
	return views.TeamMemberListSpec(string(v.org.ID), string(id), v.managesTeams())
}

// teamMemberState is the state of the list of a team's people behind a dialog.
func teamMemberState(v *visit, id access.TeamID) views.ListState {
	return readList(v, teamMemberSpec(v, id))
}

func teamPageURL(v *visit, id access.TeamID) string {
	return teamMemberState(v, id).In(views.TeamURL(string(v.org.ID), string(id)))
}

// refreshTeam is the page of the team, which a change made stale.
func (s *Server) refreshTeam(v *visit) func(views.Chrome) (templ.Component, error) {
	return func(views.Chrome) (templ.Component, error) {
		p, err := s.teamPage(v)
		return views.TeamPageRefresh(p), err
	}
}

// peopleFor are the members of the Organization who could be added to a team, or to a new one, with
// those who are chosen in a form already.
func (s *Server) peopleFor(v *visit, team access.TeamID, sent form) (views.PeopleChoice, error) {
	search := access.PeopleSearch{Text: pickerQuery(v), Also: chosenPeople(sent), Limit: selectLimit}
	found, err := s.Teams.Candidates(v.ctx(), v.actor(), v.org.ID, team, search)
	if err != nil {
		return views.PeopleChoice{}, err
	}
	p := views.PeopleChoice{Query: search.Text, Chosen: map[string]bool{}}
	p.Search = found.Matching > selectLimit || v.QueryParams().Has(views.FieldFind)
	listed := 0
	for _, u := range found.Found {
		chosen := slices.Contains(search.Also, u.ID)
		if !chosen {
			listed++
		}
		if !chosen && p.Search && listed > searchLimit {
			continue
		}
		p.Candidates = append(p.Candidates, personOf(u))
		p.Chosen[string(u.ID)] = chosen
	}
	p.More = found.Matching > len(p.Candidates)
	return p, nil
}

// chosenPeople are the people a form names. What is no id names nobody, and is told so by the service.
func chosenPeople(body form) []access.UserID {
	var ids []access.UserID
	for _, id := range body.all(views.FieldMembers) {
		ids = append(ids, access.UserID(id))
	}
	return ids
}

// newTeamMembers shows the form that adds people to a team.
func (s *Server) newTeamMembers(v *visit) error {
	if v.QueryParams().Has(views.FieldFind) { // a search: the form sent itself along, or what was chosen in it
		return s.askTeamMembers(v, http.StatusOK, form{v.QueryParams()}, nil)
	}
	return s.askTeamMembers(v, http.StatusOK, form{}, nil)
}

func (s *Server) askTeamMembers(v *visit, status int, sent form, problems views.Problems) error {
	d, err := s.teamDetail(v)
	if err != nil {
		return err
	}
	people, err := s.peopleFor(v, d.ID, sent)
	if err != nil {
		return err
	}
	if searching(v) {
		return part(v, http.StatusOK, views.PeopleResults(people))
	}
	return s.dialog(v, status, views.AddTeamMembersDialog(views.AddTeamMembers{
		Organization: v.level().Organization, State: teamMemberState(v, d.ID), Team: teamOf(d.Team),
		Role: v.label(d.Role), Workspaces: len(d.Roles), People: people, Problems: problems,
	}))
}

// addTeamMembers puts the chosen people into the team.
func (s *Server) addTeamMembers(v *visit) error {
	body, id, err := readTeamForm(v, views.FieldMembers)
	if err != nil {
		return err
	}
	team, joined, err := s.Teams.AddMembers(v.ctx(), v.actor(), v.org.ID, id, chosenPeople(body))
	if access.CodeOf(err) == access.Invalid {
		return s.askTeamMembers(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	return s.saved(v, joinedNotice(team, joined), teamPageURL(v, id), s.refreshTeam(v))
}

func joinedNotice(t access.Team, joined []access.User) string {
	switch len(joined) {
	case 0:
		return "Everyone you selected is in " + t.Name + " already."
	case 1:
		return joined[0].Name() + " added to " + t.Name + "."
	}
	return ui.Count(len(joined)) + " people added to " + t.Name + "."
}

// teamMember reads the person the path names, and the team they are in.
func (s *Server) teamMember(v *visit) (access.TeamDetail, access.User, error) {
	id, err := v.team()
	if err != nil {
		return access.TeamDetail{}, access.User{}, err
	}
	user, err := v.user()
	if err != nil {
		return access.TeamDetail{}, access.User{}, err
	}
	return s.Teams.Member(v.ctx(), v.actor(), v.org.ID, id, user)
}

// confirmRemoveTeamMember says what the person loses.
func (s *Server) confirmRemoveTeamMember(v *visit) error {
	d, u, err := s.teamMember(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.RemoveTeamMemberDialog(views.RemoveTeamMember{
		Organization: v.level().Organization, State: teamMemberState(v, d.ID), Team: teamOf(d.Team), Member: personOf(u),
		Role: v.label(d.Role), Workspaces: len(d.Roles), Needed: d.Needed && string(u.ID) == v.actor().ID,
	}))
}

// removeTeamMember takes the person out of the team.
func (s *Server) removeTeamMember(v *visit) error {
	_, id, err := readTeamForm(v)
	if err != nil {
		return err
	}
	user, err := v.user()
	if err != nil {
		return err
	}
	team, u, err := s.Teams.RemoveMember(v.ctx(), v.actor(), v.org.ID, id, user)
	if err != nil {
		return err
	}
	return s.saved(v, u.Name()+" removed from "+team.Name+".", teamPageURL(v, id), s.refreshTeam(v))
}
