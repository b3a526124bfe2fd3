package web

import (
	"net/http"
	"slices"

	"dagpass/internal/access"
	"dagpass/views"
)

// selectLimit is how many candidates a native select holds; above it a search takes its place, that
// shows searchLimit at a time.
const (
	selectLimit = 200
	searchLimit = 20
)

// newBinding shows the form that gives an Organization token a role in a Workspace: from the
// Workspace it asks for the token, from the token's page for the Workspace.
func (s *Server) newBinding(v *visit) error {
	if v.QueryParams().Has(views.FieldFind) { // a search without script: the form sent itself along
		sent := form{v.QueryParams()}
		return s.askBinding(v, http.StatusOK, sent, sent.shown(views.FieldRole), nil)
	}
	return s.askBinding(v, http.StatusOK, form{}, string(access.WorkspaceMember), nil)
}

func (s *Server) askBinding(v *visit, status int, body form, role string, problems views.Problems) error {
	if v.underOrganization() {
		return s.askWorkspace(v, status, body, role, problems)
	}
	return s.askToken(v, status, body, role, problems)
}

func (s *Server) askToken(v *visit, status int, body form, role string, problems views.Problems) error {
	found, err := s.Tokens.Bindable(v.ctx(), v.actor(), v.workspace.Scope(), pickerQuery(v), selectLimit)
	if err != nil {
		return err
	}
	var candidates []views.Candidate
	for _, t := range found.Found {
		candidates = append(candidates, views.Candidate{ID: string(t.ID), Name: t.Name, Detail: t.Hint})
	}
	choice := picker(v, candidates, found.Matching, body.shown(views.FieldToken))
	if searching(v) {
		return part(v, http.StatusOK, views.PickerResults(views.FieldToken, choice))
	}
	return s.dialog(v, status, views.AddTokenDialog(views.AddToken{
		Level: v.level(), Filter: listState(v), AnyToken: found.All > 0, Picker: choice,
		Role: role, Roles: v.grantable(access.WorkspaceLevel), Problems: problems,
	}))
}

func (s *Server) askWorkspace(v *visit, status int, body form, role string, problems views.Problems) error {
	id, err := v.token()
	if err != nil {
		return err
	}
	tok, found, err := s.Tokens.BindableWorkspaces(v.ctx(), v.actor(), v.org.ID, id, pickerQuery(v), selectLimit)
	if err != nil {
		return err
	}
	var candidates []views.Candidate
	for _, w := range found.Found {
		candidates = append(candidates, views.Candidate{ID: string(w.ID), Name: w.Name})
	}
	choice := picker(v, candidates, found.Matching, body.shown(views.FieldWorkspace))
	if searching(v) {
		return part(v, http.StatusOK, views.PickerResults(views.FieldWorkspace, choice))
	}
	return s.dialog(v, status, views.AddBindingDialog(views.AddBinding{
		Organization: v.level().Organization, Token: views.Ref{ID: string(tok.ID), Name: tok.Name}, Picker: choice,
		Role: role, Roles: v.grantable(access.WorkspaceLevel), Problems: problems,
	}))
}

// pickerQuery is what a picker is searched for. It is no filter of the list behind the dialog.
func pickerQuery(v *visit) string { return searchText(v.QueryParam(views.FieldFind)) }

// searching reports whether htmx wants the results of a picker's search and not the dialog.
func searching(v *visit) bool {
	return isPartial(v.Request()) && v.Request().Method == http.MethodGet && v.QueryParams().Has(views.FieldFind)
}

func picker(v *visit, candidates []views.Candidate, matching int, selected string) views.Picker {
	p := views.Picker{Candidates: candidates, Query: pickerQuery(v), Selected: selected}
	p.Search = matching > selectLimit || v.QueryParams().Has(views.FieldFind)
	if p.Search && len(candidates) > searchLimit {
		p.Candidates = append(candidates[:searchLimit:searchLimit], chosenBefore(candidates[searchLimit:], selected)...)
	}
	p.More = matching > len(p.Candidates)
	return p
}

// chosenBefore is the candidate that was chosen already, so that a search never takes it away.
func chosenBefore(rest []views.Candidate, selected string) []views.Candidate {
	i := slices.IndexFunc(rest, func(c views.Candidate) bool { return c.ID == selected })
	if i < 0 {
		return nil
	}
	return rest[i : i+1]
}

// bindToken gives the chosen token its role in the chosen Workspace.
func (s *Server) bindToken(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	id, at, problems, err := chosen(v, body)
	if err != nil {
		return err
	}
	role := access.Role(body.get(views.FieldRole))
	tok, err := s.Tokens.Bind(v.ctx(), v.actor(), at, id, role)
	if problems != nil && access.CodeOf(err) != access.Forbidden {
		err = access.BadInput(problems...) // said only to those who may add
	}
	if access.CodeOf(err) == access.Invalid {
		return s.askBinding(v, http.StatusUnprocessableEntity, body, body.shown(views.FieldRole), problemsOf(err))
	}
	if err != nil {
		return err
	}
	notice := tok.Name + " added to " + s.workspaceName(v, at) + " as " + v.label(role) + "."
	return s.saved(v, notice, s.back(v, tok.ID), s.refreshTokens(v, tok.ID))
}

// chosen reads which token goes where: one of the two is in the path, the other in the form.
func chosen(v *visit, body form) (id access.TokenID, at access.Scope, missing []access.FieldProblem, err error) {
	if v.underOrganization() {
		if id, err = v.token(); err != nil {
			return "", at, nil, err
		}
		ws, err := access.ParseID[access.WorkspaceID](body.get(views.FieldWorkspace))
		if err != nil {
			missing = []access.FieldProblem{{Field: views.FieldWorkspace, Code: "required", Message: "Select a Workspace."}}
		}
		return id, access.Scope{Org: v.org.ID, Workspace: ws}, missing, nil
	}
	if id, err = access.ParseID[access.TokenID](body.get(views.FieldToken)); err != nil {
		missing = []access.FieldProblem{{Field: views.FieldToken, Code: "required", Message: "Select an Organization API token."}}
	}
	return id, v.workspace.Scope(), missing, nil
}

// workspaceName is how a notice calls a Workspace the visitor just changed something in.
func (s *Server) workspaceName(v *visit, at access.Scope) string {
	if v.workspace.ID == at.Workspace {
		return v.workspace.Name
	}
	ws, _, err := s.Workspaces.Find(v.ctx(), v.actor(), at.Workspace)
	if err != nil {
		return "the Workspace"
	}
	return ws.Name
}

// boundDetail reads a shared token as it is in the Workspace the path names.
func (s *Server) boundDetail(v *visit) (access.Detail, error) {
	id, err := v.token()
	if err != nil {
		return access.Detail{}, err
	}
	d, err := s.Tokens.Find(v.ctx(), v.actor(), v.workspace.Scope(), id)
	if err == nil && d.Here.Home {
		err = access.Missing()
	}
	return d, err
}

// showBinding shows, from the token's page, the form that changes its role in one Workspace.
func (s *Server) showBinding(v *visit) error {
	d, err := s.boundDetail(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.EditBindingDialog(s.bindingForm(v, d)))
}

func (s *Server) bindingForm(v *visit, d access.Detail) views.EditBinding {
	return views.EditBinding{
		Level: bindingLevel(v), FromOrganization: v.underOrganization(), CanManageOrg: v.managesOrganization(),
		Filter: bindingState(v, d.ID), Now: s.now(), Token: tokenDetails(d.Token), Role: string(d.Here.Role),
		Roles: v.grantable(access.WorkspaceLevel, d.Here.Role), Version: string(d.Here.Role),
	}
}

// bindingState is the state of the list behind a dialog about a shared token's role: that of the
// token's Workspaces, or that of the Workspace's tokens.
func bindingState(v *visit, id access.TokenID) views.ListState {
	if v.underOrganization() {
		return readList(v, bindingListSpec(v, id))
	}
	return listState(v)
}

// bindingLevel names the Workspace also where the page belongs to the Organization.
func bindingLevel(v *visit) views.Level {
	return views.Level{
		Organization: views.Ref{ID: string(v.org.ID), Name: v.org.Name},
		Workspace:    views.Ref{ID: string(v.workspace.ID), Name: v.workspace.Name},
	}
}

// rebindToken changes the role of an Organization token in one Workspace.
func (s *Server) rebindToken(v *visit) error {
	body, id, err := readTokenForm(v)
	if err != nil {
		return err
	}
	return s.rebind(v, id, body)
}

func (s *Server) rebind(v *visit, id access.TokenID, body form) error {
	role, seen := access.Role(body.get(views.FieldRole)), access.Role(body.get(views.FieldVersion))
	tok, err := s.Tokens.Rebind(v.ctx(), v.actor(), v.workspace.Scope(), id, role, seen)
	if access.CodeOf(err) == access.Invalid {
		return s.rebindAgain(v, body, err)
	}
	if err != nil {
		return err
	}
	return s.saved(v, tok.Name+" is now "+v.label(role)+" in "+v.workspace.Name+".", s.back(v, id), s.refreshTokens(v, id))
}

func (s *Server) rebindAgain(v *visit, body form, problem error) error {
	d, err := s.boundDetail(v)
	if err != nil {
		return err
	}
	f := s.bindingForm(v, d)
	f.Role, f.Problems = body.shown(views.FieldRole), problemsOf(problem)
	return s.dialog(v, http.StatusUnprocessableEntity, views.EditBindingDialog(f))
}

// confirmUnbindToken says what the token loses, and that it lives on.
func (s *Server) confirmUnbindToken(v *visit) error {
	d, err := s.boundDetail(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.RemoveTokenDialog(views.RemoveToken{
		Level: bindingLevel(v), FromOrganization: v.underOrganization(), Filter: bindingState(v, d.ID),
		Now: s.now(), Token: tokenDetails(d.Token), Role: v.label(d.Here.Role),
	}))
}

// unbindToken takes the token's role in one Workspace.
func (s *Server) unbindToken(v *visit) error {
	_, id, err := readTokenForm(v)
	if err != nil {
		return err
	}
	tok, err := s.Tokens.Unbind(v.ctx(), v.actor(), v.workspace.Scope(), id)
	if err != nil {
		return err
	}
	notice := tok.Name + " removed from " + v.workspace.Name + ". The token still works elsewhere."
	return s.saved(v, notice, s.back(v, id), s.refreshTokens(v, id))
}
