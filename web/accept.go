package web

import (
	"net/http"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/views"
	"dagpass/web/middleware"
)

// showInvite shows the form that takes the code of an invitation. Looking at it uses nothing up.
func (s *Server) showInvite(v *visit) error {
	return s.inviteCode(v, http.StatusOK, views.Invite{})
}

func (s *Server) inviteCode(v *visit, status int, p views.Invite) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, views.InvitePage(chrome, p))
}

// acceptInvite takes the code, and answers with the form for name and password; with these it makes
// the person a member and signs them in, whoever was signed in in this browser before.
func (s *Server) acceptInvite(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	code := pastedCode(body)
	found, err := s.Invitations.Check(v.ctx(), code)
	if access.CodeOf(err) == access.Invalid {
		return s.inviteCode(v, http.StatusUnprocessableEntity, views.Invite{Code: body.shown(views.FieldCode), Problems: problemsOf(err)})
	}
	if err != nil {
		return err
	}
	if !body.values.Has(views.FieldPassword) {
		return s.acceptForm(v, http.StatusOK, found, views.Accept{Code: body.shown(views.FieldCode), Name: found.User.FullName})
	}
	return s.accept(v, body, code, found)
}

func (s *Server) accept(v *visit, body form, code secret.Value, found signin.Invitation) error {
	opened, joined, err := s.Invitations.Accept(v.ctx(), code, signin.Acceptance{
		Name: body.get(views.FieldFullName), Password: body.get(views.FieldPassword),
		Session: s.cookies.current(v.Request()), Device: s.cookies.device(v.Request()),
	}, middleware.OriginOf(v.Request()))
	switch {
	case access.ReasonOf(err) == signin.ReasonCode: // used since the form was shown
		return s.inviteCode(v, http.StatusUnprocessableEntity, views.Invite{Problems: problemsOf(err)})
	case access.CodeOf(err) == access.Invalid:
		return s.acceptForm(v, http.StatusUnprocessableEntity, found, views.Accept{
			Code: body.shown(views.FieldCode), Name: body.shown(views.FieldFullName), Problems: problemsOf(err),
		})
	case err != nil:
		return err
	}
	v.session, _ = s.Sessions.Load(v.ctx(), opened.Session) // for the notice only
	s.note(v, "Welcome to "+joined.Org.Name+".")
	return s.enter(v, opened, views.WorkspacesURL)
}

func (s *Server) acceptForm(v *visit, status int, i signin.Invitation, p views.Accept) error {
	p.Organization, p.Email, p.Role = i.Org.Name, i.User.Email, i.Role.Label()
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, views.AcceptPage(chrome, p))
}

// showForgot shows the form that asks for a link to choose a new password. Without a mail server there
// is none.
func (s *Server) showForgot(v *visit) error {
	if s.Mail == nil {
		return access.Missing()
	}
	return s.forgotForm(v, http.StatusOK, views.Forgot{})
}

func (s *Server) forgotForm(v *visit, status int, p views.Forgot) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, views.ForgotPage(chrome, p))
}

// busyMail is when to come back when too many mails wait.
const busyMail = 10 * time.Second

// forgot answers every address alike, in the same bytes and the same time: whether it has an account is
// found out afterwards.
func (s *Server) forgot(v *visit) error {
	if s.Mail == nil {
		return access.Missing()
	}
	body, err := readForm(v)
	if err != nil {
		return err
	}
	email, from := body.get(views.FieldEmail), middleware.OriginOf(v.Request())
	err = s.Accounts.AskForReset(v.ctx(), email, from)
	if status, refused := refusedAttempt(v, err); refused {
		p := views.Forgot{Email: body.shown(views.FieldEmail), Problems: problemsOf(err)}
		if len(p.Problems) == 0 {
			p.Alert = access.AsError(err).Message
		}
		return s.forgotForm(v, status, p)
	}
	if err != nil {
		return err
	}
	if !s.mailReset(email, from) {
		return &access.Error{Code: access.Unavailable, Reason: signin.ReasonBusy, Message: "Try again in a moment.", RetryAfter: busyMail}
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, http.StatusOK, views.ForgotSentPage(chrome))
}
