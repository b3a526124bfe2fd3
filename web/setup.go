package web

import (
	"net/http"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/web/middleware"
)

// showSetup shows the form that makes the first Owner. It is worth nothing without the code from
// the server's terminal, and gone once there is an Owner.
func (s *Server) showSetup(v *visit) error {
	needed, err := s.Setup.Needed(v.ctx())
	if err != nil {
		return err
	}
	if !needed {
		return access.Missing()
	}
	return s.setupForm(v, http.StatusOK, views.Setup{})
}

func (s *Server) setupForm(v *visit, status int, p views.Setup) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, views.SetupPage(chrome, p))
}

// setUp makes the Organization, its first Workspace and its Owner, and signs the Owner in.
func (s *Server) setUp(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	opened, founded, err := s.Setup.Complete(v.ctx(), pastedCode(body), access.NewOrg{
		Name: body.get(views.FieldOrganization), Workspace: body.get(views.FieldWorkspace),
		OwnerName: body.get(views.FieldFullName), OwnerMail: body.get(views.FieldEmail),
	}, body.get(views.FieldPassword), middleware.OriginOf(v.Request()))
	switch access.CodeOf(err) {
	case "":
	case access.Invalid:
		return s.setupForm(v, http.StatusUnprocessableEntity, views.Setup{
			Code: body.shown(views.FieldCode), Organization: body.shown(views.FieldOrganization),
			Workspace: body.shown(views.FieldWorkspace), FullName: body.shown(views.FieldFullName),
			Email: body.shown(views.FieldEmail), Problems: problemsOf(err),
		})
	default:
		return err
	}
	v.session, _ = s.Sessions.Load(v.ctx(), opened.Session) // for the notice only
	s.note(v, "Dagpass is ready. Create your first API token.")
	return s.enter(v, opened, views.WorkspaceTokensURL(string(founded.Workspace.ID)))
}

// showReset shows the form that takes a reset code and a new password.
func (s *Server) showReset(v *visit) error {
	return s.resetForm(v, http.StatusOK, views.Reset{})
}

func (s *Server) resetForm(v *visit, status int, p views.Reset) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, views.ResetPage(chrome, p))
}

// reset chooses a new password for whoever holds a code from the server's operator. Every session
// of the person ends; they sign in with the new password.
func (s *Server) reset(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	err = s.Accounts.ResetPassword(v.ctx(), pastedCode(body),
		body.get(views.FieldPassword), middleware.OriginOf(v.Request()))
	if access.CodeOf(err) == access.Invalid {
		return s.resetForm(v, http.StatusUnprocessableEntity, views.Reset{Code: body.shown(views.FieldCode), Problems: problemsOf(err)})
	}
	if err != nil {
		return err
	}
	return s.signInForm(v, http.StatusOK, views.SignIn{Note: "Password changed. Sign in with the new one."})
}
