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

// cant says what a person without the right can't do, by the action that was refused.
var cant = map[access.Action]string{
	access.TokenView:        "You can't manage API tokens here.",
	access.TokenCreate:      "You can't manage API tokens here.",
	access.TokenUpdate:      "You can't manage API tokens here.",
	access.TokenRotate:      "You can't manage API tokens here.",
	access.TokenDelete:      "You can't manage API tokens here.",
	access.MembersView:      "You can't see who has access here.",
	access.MembersManage:    "You can't manage people here.",
	access.TeamsManage:      "You can't manage teams here.",
	access.WorkspacesCreate: "You can't create Workspaces here.",
	access.Delete:           "You can't delete this Workspace.",
	access.SettingsUpdate:   "You can't change these details.",
	access.AuditView:        "You can't see the audit log here.",
}

// forbidden names the role that would do, the role held, and whom to ask.
func (s *Server) forbidden(v *visit, e *access.Error) views.Failure {
	if e.Reason == access.ReasonAddress {
		return views.AddressNotAllowed(e.Message)
	}
	held := e.Holds
	if held == "" {
		held = "none"
	}
	return views.NotAllowed(v.screen(), cant[v.route.fence.action], e.Required.Label(), held, s.whomToAsk(v, e.Required))
}

// whomToAsk are the names of a few people who hold the role that would do. Organization Owners are
// always named as a role.
func (s *Server) whomToAsk(v *visit, needed access.Role) string {
	if v.workspace.ID == "" || needed != access.WorkspaceOwner {
		return ""
	}
	owners, err := s.Members.WhomToAsk(v.ctx(), v.actor(), v.workspace.Scope())
	if err != nil {
		return ""
	}
	var names []string
	for _, u := range owners {
		names = append(names, u.FullName)
	}
	return strings.Join(names, ", ")
}

// missing is the answer for what is absent or hidden: on a screen the visitor sees it says so of the
// thing they asked for.
func missing(v *visit, e *access.Error) views.Failure {
	if v.org.ID == "" || !v.namesThing() {
		return views.Missing()
	}
	switch e.Reason {
	case access.ReasonOrganizationOnly:
		return views.NotPossible(v.screen(), "Managed by the Organization", e.Message)
	case access.ReasonNotInTeam:
		return views.NotPossible(v.screen(), "No longer there", e.Message)
	}
	return views.Gone(v.screen())
}

func conflict(v *visit, e *access.Error) views.Failure {
	switch e.Reason {
	case access.ReasonAlreadyDone:
		return views.AlreadySent(v.screen())
	case access.ReasonTaken:
		return views.NotPossible(v.screen(), "Already there", e.Message)
	case access.ReasonStale, access.ReasonRotated:
		return views.Stale(v.screen(), e.Message, v.returnURL())
	}
	return views.NotPossible(v.screen(), "Not possible", e.Message)
}
