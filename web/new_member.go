package web

import (
	"net/http"

	"dagpass/internal/access"
	"dagpass/views"
)

// newMember shows the form that gives a member of the Organization a role in the Workspace.
func (s *Server) newMember(v *visit) error {
	if v.QueryParams().Has(views.FieldFind) { // a search without script: the form sent itself along
		return s.askMember(v, http.StatusOK, form{v.QueryParams()}, nil)
	}
	sent := form{map[string][]string{views.FieldRole: {defaultRole(access.WorkspaceLevel)}}}
	return s.askMember(v, http.StatusOK, sent, nil)
}

func (s *Server) askMember(v *visit, status int, sent form, problems views.Problems) error {
	found, err := s.Members.Addable(v.ctx(), v.actor(), v.workspace.Scope(), pickerQuery(v), selectLimit)
	if err != nil {
		return err
	}
	var candidates []views.Candidate
	for _, u := range found.Found {
		candidates = append(candidates, views.Candidate{ID: string(u.ID), Name: withEmail(u)})
	}
	choice := picker(v, candidates, found.Matching, sent.shown(views.FieldUser))
	if searching(v) {
		return part(v, http.StatusOK, views.PickerResults(views.FieldUser, choice))
	}
	return s.dialog(v, status, views.AddMemberDialog(views.AddMember{
		Level: v.level(), State: memberListState(v), Picker: choice,
		CanInvite: v.grants.Has(access.On(access.OrgLevel, access.MembersManage)),
		Role:      sent.shown(views.FieldRole), Roles: v.grantable(access.WorkspaceLevel), Problems: problems,
	}))
}

// withEmail tells people of the same name apart.
func withEmail(u access.User) string {
	if u.FullName == "" {
		return u.Email
	}
	return u.FullName + " (" + u.Email + ")"
}

// addMember gives the chosen person their role in the Workspace.
func (s *Server) addMember(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	id, unchosen := access.ParseID[access.UserID](body.get(views.FieldUser))
	role := access.Role(body.get(views.FieldRole))
	u, err := s.Members.Add(v.ctx(), v.actor(), v.workspace.Scope(), id, role)
	if code := access.CodeOf(err); unchosen != nil && (code == access.Invalid || code == access.NotFound) {
		err = access.BadInput(access.FieldProblem{Field: views.FieldUser, Code: "required", Message: "Select a member."})
	}
	if access.CodeOf(err) == access.Invalid {
		return s.askMember(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	return s.memberChanged(v, id, u.Name()+" added to "+v.workspace.Name+" as "+v.label(role)+".")
}
