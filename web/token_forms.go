package web

import (
	"net/http"
	"strconv"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/views"
)

// What a new token's form starts with: the lowest role that sees anything, and an end.
const defaultDays = "90"

func defaultRole(level access.Level) string {
	if level == access.OrgLevel {
		return string(access.OrgMember)
	}
	return string(access.WorkspaceMember)
}

// newToken shows the form Create Workspace API Token or Create Organization API Token.
func (s *Server) newToken(v *visit) error {
	f := s.createForm(v)
	f.Role, f.Expiration, f.FormKey = defaultRole(v.home().Level()), defaultDays, newFormKey()
	return s.dialog(v, http.StatusOK, views.CreateTokenDialog(f))
}

func (s *Server) createForm(v *visit) views.CreateToken {
	return views.CreateToken{Level: v.level(), Filter: listState(v), Now: s.now(), Roles: v.grantable(v.home().Level())}
}

// newFormKey is the one-use key of a form that makes a secret: a reload or a double click sends it
// a second time and makes nothing.
func newFormKey() string { return secret.Base36(26) }

// createToken makes the token and shows its value.
func (s *Server) createToken(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	days, daysProblem := access.ParseExpiry(views.FieldExpiration, body.get(views.FieldExpiration))
	if daysProblem != nil {
		days = -1 // refused by the service beside the other fields
	}
	if err := s.prepareReveal(v); err != nil {
		return err
	}
	tok, val, err := s.Tokens.Create(v.ctx(), v.actor(), v.home(), access.NewToken{
		Name: body.get(views.FieldName), Description: body.get(views.FieldDescription),
		Role: access.Role(body.get(views.FieldRole)), Expiry: days, FormKey: formKey(body),
	})
	if access.CodeOf(err) == access.Invalid {
		return s.createAgain(v, body, err)
	}
	if err != nil {
		return err
	}
	shown := s.revealed(v, tok, access.Role(body.get(views.FieldRole)))
	if taken, err := s.Tokens.Named(v.ctx(), v.actor(), v.home(), tok.Name, tok.ID); err == nil && taken {
		shown.NameTaken = tok.Name
	}
	return s.reveal(v, val, shown, s.refreshTokens(v, tok.ID))
}

// formKey returns the form's key; one that is missing was not sent by our form, so it is one that
// can't repeat.
func formKey(body form) string {
	if key := body.get(views.FieldFormKey); key != "" && len(key) <= 64 {
		return key
	}
	return newFormKey()
}

func (s *Server) createAgain(v *visit, body form, err error) error {
	f := s.createForm(v)
	f.Name, f.Description = body.shown(views.FieldName), body.shown(views.FieldDescription)
	f.Role, f.Expiration = body.shown(views.FieldRole), body.shown(views.FieldExpiration)
	f.FormKey, f.Problems = newFormKey(), problemsOf(err)
	return s.dialog(v, http.StatusUnprocessableEntity, views.CreateTokenDialog(f))
}

func (s *Server) revealed(v *visit, tok access.Token, role access.Role) views.Reveal {
	return views.Reveal{
		Level: v.level(), Filter: listState(v), Now: s.now(),
		Token: views.Ref{ID: string(tok.ID), Name: tok.Name}, Hint: tok.Hint, Role: v.label(role), Expires: tok.EndAt,
	}
}

// checkName answers, while a name is typed, whether another token here has it.
func (s *Server) checkName(v *visit) error {
	name, problem := access.CleanName(views.FieldName, v.QueryParam("name"), access.MaxTokenName)
	if problem == nil {
		taken, err := s.Tokens.Named(v.ctx(), v.actor(), v.home(), name, access.TokenID(v.QueryParam("except")))
		if err != nil {
			return err
		}
		if taken {
			return part(v, http.StatusOK, views.TokenNameNote(name))
		}
	}
	return part(v, http.StatusOK, views.TokenNameNote(""))
}

// showToken shows the form Edit: of an own token, or of a shared token's role in the Workspace.
func (s *Server) showToken(v *visit) error {
	d, err := s.detail(v)
	if err != nil {
		return err
	}
	if d.Home != v.home() {
		return s.dialog(v, http.StatusOK, views.EditBindingDialog(s.bindingForm(v, d)))
	}
	return s.dialog(v, http.StatusOK, views.EditTokenDialog(s.editForm(v, d)))
}

// readTokenForm reads a form that is about the token the path names.
func readTokenForm(v *visit) (form, access.TokenID, error) {
	body, err := readForm(v)
	if err != nil {
		return body, "", err
	}
	id, err := v.token()
	return body, id, err
}

// detail reads the token the path names, as it is where the visitor looks at it.
func (s *Server) detail(v *visit) (access.Detail, error) {
	id, err := v.token()
	if err != nil {
		return access.Detail{}, err
	}
	return s.Tokens.Find(v.ctx(), v.actor(), v.home(), id)
}

func (s *Server) editForm(v *visit, d access.Detail) views.EditToken {
	return views.EditToken{
		Level: v.level(), Filter: listState(v), Now: s.now(), Token: tokenDetails(d.Token),
		Name: d.Name, Description: d.Description, Role: string(d.Here.Role),
		Roles: v.grantable(v.home().Level(), d.Here.Role), Version: strconv.Itoa(d.Version),
	}
}

// editToken saves the form Edit. In a Workspace the same URL takes the role of a shared token.
func (s *Server) editToken(v *visit) error {
	body, id, err := readTokenForm(v)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(body.get(views.FieldVersion))
	tok, err := s.Tokens.Edit(v.ctx(), v.actor(), v.home(), id, access.EditToken{
		Name: body.get(views.FieldName), Description: body.get(views.FieldDescription),
		Role: access.Role(body.get(views.FieldRole)), Seen: seen,
	})
	switch {
	case access.ReasonOf(err) == access.ReasonOrganizationOnly:
		return s.rebind(v, id, body)
	case access.CodeOf(err) == access.Invalid:
		return s.editAgain(v, body, err)
	case err != nil:
		return err
	}
	return s.saved(v, "Changes to "+tok.Name+" saved.", s.back(v, id), s.refreshTokens(v, id))
}

func (s *Server) editAgain(v *visit, body form, problem error) error {
	d, err := s.detail(v)
	if err != nil {
		return err
	}
	f := s.editForm(v, d)
	f.Name, f.Description = body.shown(views.FieldName), body.shown(views.FieldDescription)
	f.Role, f.Version, f.Problems = body.shown(views.FieldRole), body.shown(views.FieldVersion), problemsOf(problem)
	return s.dialog(v, http.StatusUnprocessableEntity, views.EditTokenDialog(f))
}

// confirmRotateToken says what stops working, before anything does.
func (s *Server) confirmRotateToken(v *visit) error {
	d, err := s.detail(v)
	if err != nil {
		return err
	}
	if d.Home != v.home() {
		return notManagedHere(d.Token)
	}
	return s.dialog(v, http.StatusOK, views.RotateTokenDialog(views.RotateToken{
		Level: v.level(), Filter: listState(v), Now: s.now(), Token: tokenDetails(d.Token),
		NewExpiry: d.Expiry.End(s.now()), Generation: strconv.Itoa(d.Generation), FormKey: newFormKey(),
	}))
}

// notManagedHere answers for an Organization token in a Workspace what only its home offers.
func notManagedHere(t access.Token) error {
	return &access.Error{Code: access.NotFound, Reason: access.ReasonOrganizationOnly,
		Message: t.Name + " is an Organization API token. It is rotated, renamed and deleted in Organization Settings › API Tokens."}
}

// rotateToken replaces the value and shows the new one.
func (s *Server) rotateToken(v *visit) error {
	body, id, err := readTokenForm(v)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(body.get(views.FieldGeneration))
	if err := s.prepareReveal(v); err != nil {
		return err
	}
	tok, val, err := s.Tokens.Rotate(v.ctx(), v.actor(), v.home(), id, seen, formKey(body))
	if err != nil {
		return err
	}
	shown := s.revealed(v, tok, "")
	shown.Rotated = true
	if d, err := s.detail(v); err == nil {
		shown.Role = v.label(d.Here.Role)
	}
	return s.reveal(v, val, shown, s.refreshTokens(v, id))
}

// confirmDeleteToken asks for the typed word.
func (s *Server) confirmDeleteToken(v *visit) error {
	return s.askDelete(v, http.StatusOK, form{}, nil)
}

func (s *Server) askDelete(v *visit, status int, body form, problems views.Problems) error {
	d, err := s.detail(v)
	if err != nil {
		return err
	}
	if d.Home != v.home() {
		return notManagedHere(d.Token)
	}
	return s.dialog(v, status, views.DeleteTokenDialog(views.DeleteToken{
		Level: v.level(), Filter: listState(v), Now: s.now(), Token: tokenDetails(d.Token),
		Confirm: body.shown(views.FieldConfirm), Problems: problems,
	}))
}

// deleteToken ends the token for ever, when the word was typed exactly.
func (s *Server) deleteToken(v *visit) error {
	body, id, err := readTokenForm(v)
	if err != nil {
		return err
	}
	tok, err := s.Tokens.Delete(v.ctx(), v.actor(), v.home(), id, body.get(views.FieldConfirm))
	if access.CodeOf(err) == access.Invalid {
		return s.askDelete(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	notice, list := "API token "+tok.Name+" deleted.", listURL(v)
	if fromTokenPage(v) {
		return s.leave(v, notice, list)
	}
	return s.saved(v, notice, list, s.refreshTokens(v, id))
}
