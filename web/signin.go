package web

import (
	"net/http"
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/views"
	"dagpass/web/middleware"
)

// showSignIn shows the form, or where to find the set-up link while nobody exists yet. Whoever is
// signed in goes on.
func (s *Server) showSignIn(v *visit) error {
	if done, err := s.beforeSetUp(v); done || err != nil {
		return err
	}
	next := safeNext(v.QueryParam(views.FieldNext))
	if v.session.ID != "" {
		return v.Redirect(http.StatusSeeOther, next)
	}
	return s.signInForm(v, http.StatusOK, views.SignIn{Next: next, Note: s.endedNote(v)})
}

// beforeSetUp answers while the installation has no user: everything but set-up says so.
func (s *Server) beforeSetUp(v *visit) (bool, error) {
	needed, err := s.Setup.Needed(v.ctx())
	if err != nil || !needed {
		return false, err
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return false, err
	}
	return true, page(v, http.StatusOK, views.NotSetUpPage(chrome))
}

// endedNote says why the session the browser still holds a cookie of has ended.
func (s *Server) endedNote(v *visit) string {
	_, err := s.cookies.session(v.Request())
	switch access.ReasonOf(err) {
	case signin.ReasonSessionIdle, signin.ReasonSessionOver:
		return access.AsError(err).Message
	}
	return ""
}

func (s *Server) signInForm(v *visit, status int, p views.SignIn) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	p.Forgot = s.Mail != nil
	return page(v, status, views.SignInPage(chrome, p))
}

// signIn opens a session for whoever knows the password, or holds a one-time code.
func (s *Server) signIn(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	next := safeNext(body.get(views.FieldNext))
	if body.values.Has(views.FieldCode) {
		return s.signInWithCode(v, body, next)
	}
	opened, err := s.Login.SignIn(v.ctx(), signin.Credentials{
		Email: body.get(views.FieldEmail), Password: body.get(views.FieldPassword),
		Session: s.cookies.current(v.Request()), Device: s.cookies.device(v.Request()),
	}, middleware.OriginOf(v.Request()))
	middleware.InfoFrom(v.ctx()).SignIn = middleware.Outcome(err)
	if status, refused := refusedAttempt(v, err); refused {
		return s.signInForm(v, status, views.SignIn{Email: body.shown(views.FieldEmail), Next: next, Alert: access.AsError(err).Message})
	}
	if err != nil {
		return err
	}
	return s.enter(v, opened, next)
}

// refusedAttempt reports an attempt to prove who one is that the form itself answers: a wrong
// password or code, or too many of them.
func refusedAttempt(v *visit, err error) (int, bool) {
	e := access.AsError(err)
	switch access.CodeOf(err) {
	case access.Invalid:
		return http.StatusUnprocessableEntity, true
	case access.Limited, access.Unavailable:
		middleware.SetRetryAfter(v.Response().Header(), e)
		return middleware.ConsoleStatus(e.Code), e.Reason == signin.ReasonTooMany || e.Reason == signin.ReasonBusy
	}
	return 0, false
}

// enter sends the new session's cookie and goes to where the visitor was going.
func (s *Server) enter(v *visit, opened signin.Opened, next string) error {
	s.cookies.remember(v, opened.Device)
	if err := s.cookies.start(v, opened.Session); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, next)
}

// pastedCode is a one-time code as people paste it, without the space around it.
func pastedCode(body form) secret.Value {
	return secret.NewValue(strings.TrimSpace(body.get(views.FieldCode)))
}

// signInWithCode opens a session for whoever holds a one-time code.
func (s *Server) signInWithCode(v *visit, body form, next string) error {
	opened, err := s.Login.SignInWithCode(v.ctx(), pastedCode(body),
		s.cookies.current(v.Request()), middleware.OriginOf(v.Request()))
	middleware.InfoFrom(v.ctx()).SignIn = middleware.Outcome(err)
	if access.CodeOf(err) == access.Invalid {
		return s.signInForm(v, http.StatusUnprocessableEntity, views.SignIn{Next: next, ByCode: true, Problems: problemsOf(err)})
	}
	if err != nil {
		return err
	}
	return s.enter(v, opened, next)
}

// signOut ends the session and has the browser forget what it kept of it. Other applications on
// the domain keep their cookies, and so does the note that this browser is known.
func (s *Server) signOut(v *visit) error {
	if _, err := readForm(v); err != nil {
		return err
	}
	if err := s.Sessions.SignOut(v.ctx(), v.actor()); err != nil {
		return err
	}
	if err := s.cookies.end(v); err != nil {
		return err
	}
	v.Response().Header().Set("Clear-Site-Data", `"cache", "storage"`)
	return v.Redirect(http.StatusSeeOther, views.SignInURL)
}

// extendSession is a request that does nothing but keep the session from ending.
func (s *Server) extendSession(v *visit) error {
	if _, err := readForm(v); err != nil {
		return err
	}
	return v.NoContent(http.StatusNoContent)
}

// showReauth asks for the password before a step that could do harm.
func (s *Server) showReauth(v *visit) error {
	return s.reauthForm(v, http.StatusOK, views.Reauth{
		Next: safeNext(v.QueryParam(views.FieldNext)), Interrupted: v.QueryParam(views.FieldInterrupted) != "",
	})
}

func (s *Server) reauthForm(v *visit, status int, p views.Reauth) error {
	p.SignedIn, p.CancelURL = v.session.AuthenticatedAt, views.WorkspacesURL
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, views.ReauthPage(chrome, p))
}

// reauthenticate checks the password, renews the session and goes back to the step.
func (s *Server) reauthenticate(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	next := safeNext(body.get(views.FieldNext))
	id, err := s.Login.Reauthenticate(v.ctx(), v.actor(), body.get(views.FieldPassword))
	if status, refused := refusedAttempt(v, err); refused {
		p := views.Reauth{Next: next}
		if access.CodeOf(err) == access.Invalid {
			p.Problems = views.Problems{views.FieldPassword: access.AsError(err).Message}
		} else {
			p.Alert = access.AsError(err).Message
		}
		return s.reauthForm(v, status, p)
	}
	if err != nil {
		return err
	}
	if err := s.cookies.start(v, id); err != nil {
		return err
	}
	return v.Redirect(http.StatusSeeOther, next)
}
