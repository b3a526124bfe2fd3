package web

import (
	"errors"
	"net/http"
	"strings"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/web/middleware"
)

// fail is the one place where an error becomes an answer: a sign-in, a password step, or a page or
// dialog that says what happened and what to do next.
func (s *Server) fail(v *visit, err error) error {
	if v.Response().Committed {
		return nil
	}
	if access.CodeOf(err) == access.Unauthenticated {
		return s.signInFirst(v, err)
	}
	f, status := s.failure(v, err)
	f.RequestID = middleware.RequestID(v.ctx())
	if status >= http.StatusInternalServerError && v.ctx().Err() == nil { // not for clients that left
		middleware.InfoFrom(v.ctx()).Err = err
		if isPartial(v.Request()) { // app.js has the words, and htmx swaps no 5xx
			return v.NoContent(status)
		}
	}
	if isPartial(v.Request()) && s.dialog(v, status, views.FailureDialog(f)) == nil {
		return nil
	}
	return s.failurePage(v, status, f)
}

// failurePage is the failure as a document. When even the frame can't be gathered, it stands
// without one.
func (s *Server) failurePage(v *visit, status int, f views.Failure) error {
	err := s.document(v, status, func(c views.Chrome) templ.Component { return views.FailurePage(c, f) })
	if err == nil || v.Response().Committed {
		return nil
	}
	bare := views.Chrome{Assets: s.Assets, Now: s.now(), InsecureHTTP: s.InsecureHTTP}
	return page(v, status, views.FailurePage(bare, f))
}

// signInFirst sends a visitor whose session is gone to the sign-in, and one whose password is asked
// for again to that step; both come back to the page the request came from.
func (s *Server) signInFirst(v *visit, err error) error {
	next, interrupted := v.returnURL(), v.Request().Method == http.MethodPost
	to := views.SignInNextURL(next)
	if access.ReasonOf(err) == access.ReasonReauthenticate {
		to = views.ReauthNextURL(next, interrupted)
	}
	return redirect(v, http.StatusUnauthorized, to)
}

// failure chooses the words for an error.
func (s *Server) failure(v *visit, err error) (views.Failure, int) {
	if he, ok := errors.AsType[*echo.HTTPError](err); ok {
		return httpFailure(he), he.Code
	}
	e := access.AsError(err)
	status := middleware.ConsoleStatus(e.Code)
	switch e.Code {
	case access.Forbidden:
		return s.forbidden(v, e), status
	case access.NotFound:
		return missing(v, e), status
	case access.Conflict:
		return conflict(v, e), status
	case access.Limited:
		middleware.SetRetryAfter(v.Response().Header(), e)
		return views.TooManyAttempts(e.RetryAfter), status
	case access.Unavailable:
		middleware.SetRetryAfter(v.Response().Header(), e)
		return views.Busy(), status
	case access.Invalid:
		return views.Failure{Title: "Not possible", Text: e.Message, LinkLabel: "Go to Workspaces", LinkURL: views.WorkspacesURL}, status
	}
	return views.NotWorking(), status
}

// httpFailure is a failure that Echo or the form reader found before any rule was asked.
func httpFailure(he *echo.HTTPError) views.Failure {
	switch he.Code {
	case http.StatusNotFound:
		return views.Missing()
	case http.StatusMethodNotAllowed:
		return views.WrongMethod()
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong:
		return views.TooLarge()
	case http.StatusBadRequest, http.StatusUnsupportedMediaType:
		text := "This form could not be read. Open the page again and retry."
		if said, ok := he.Message.(string); ok && he.Code == http.StatusBadRequest {
			text = said + " Open the page again and retry."
		}
		return views.Failure{Title: "Not possible", Text: text, LinkLabel: "Go to Workspaces", LinkURL: views.WorkspacesURL}
	}
	return views.NotWorking()
}

// forbidden names the role that would do, the role held, and whom to ask.
func (s *Server) forbidden(v *visit, e *access.Error) views.Failure {
	held := e.Held.Label()
	if held == "" {
		held = "none"
	}
	if v.workspace.ID == "" || e.Required != access.WorkspaceOwner {
		return views.NotAllowed("", e.Required.Label(), held, "")
	}
	ask := ""
	if owners, err := s.Members.WhomToAsk(v.ctx(), v.actor(), v.workspace.Scope()); err == nil {
		var names []string
		for _, u := range owners {
			names = append(names, u.FullName)
		}
		ask = strings.Join(names, ", ")
	}
	return views.NotAllowedTokens(views.Ref{ID: string(v.workspace.ID), Name: v.workspace.Name}, held, ask)
}

// missing is the answer for what is absent or hidden: inside a token list it says so of the token.
func missing(v *visit, e *access.Error) views.Failure {
	if v.org.ID == "" || v.Param("token") == "" {
		return views.Missing()
	}
	f := views.MissingToken(v.level())
	if e.Reason == access.ReasonOrganizationOnly {
		f.Title, f.Text = "Managed by the Organization", e.Message
	}
	return f
}

func conflict(v *visit, e *access.Error) views.Failure {
	switch {
	case e.Reason == access.ReasonAlreadyDone && v.org.ID != "":
		return views.AlreadySent(v.level())
	case e.Reason == access.ReasonTaken && v.org.ID != "":
		return views.AlreadyThere(v.level(), e.Message)
	case e.Reason == access.ReasonStale, e.Reason == access.ReasonRotated:
		return views.Failure{Title: "Changed meanwhile", Text: e.Message, LinkLabel: "Reload", LinkURL: v.returnURL(), Section: v.level()}
	}
	return views.Failure{Title: "Not possible", Text: e.Message, LinkLabel: "Go to Workspaces", LinkURL: views.WorkspacesURL}
}
