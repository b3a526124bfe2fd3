package api

import (
	"context"
	"errors"
	"net/http"
	"slices"
	"strings"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/web/middleware"
)

// failure is the body of every error. Both clients decode the first three members into typed fields
// before they look at the status; the others are additions of ours.
type failure struct {
	Message    string       `json:"message"`
	RequestID  string       `json:"requestId"`
	StatusCode int          `json:"statusCode"`
	Reason     string       `json:"reason,omitzero"`
	Fields     []fieldError `json:"fieldErrors,omitzero"`
	// TokenID and OccurredAt go only to someone who presents a complete value that was ours.
	TokenID    access.TokenID       `json:"tokenId,omitzero"`
	OccurredAt timestamp            `json:"occurredAt,omitzero"`
	Required   access.Role          `json:"requiredRole,omitzero"`
	Bound      []access.WorkspaceID `json:"boundWorkspaceIds,omitzero"`
	// Error and Description are those of OAuth, on its endpoints alone.
	Error       string `json:"error,omitzero"`
	Description string `json:"error_description,omitzero"`
}

type fieldError struct {
	Code    string `json:"code"`
	Field   string `json:"field"`
	Message string `json:"message"`
}

// The refusals of the router. Their words depend on nothing in the request.
var (
	noRoute = middleware.Refusal{
		Status:  http.StatusNotFound,
		Reason:  access.ReasonNotFound,
		Message: "This server has no such API operation.",
	}
	wrongMethod = middleware.Refusal{
		Status:  http.StatusMethodNotAllowed,
		Reason:  "method_not_allowed",
		Message: "This method isn't supported here.",
	}
)

// refusal is a [middleware.Refusal] found while an operation read its request.
type refusal struct{ middleware.Refusal }

// Error implements error.
func (r refusal) Error() string { return r.Message }

// refuse writes a refusal of the router or the middleware.
func refuse(w http.ResponseWriter, r *http.Request, why middleware.Refusal) {
	writeFailure(w, r, failure{
		Message:    why.Message,
		RequestID:  middleware.RequestID(r.Context()),
		StatusCode: why.Status,
		Reason:     why.Reason,
	})
}

// fail is the one place where an error becomes a response.
func fail(err error, c echo.Context) {
	w, r := c.Response(), c.Request()
	if errors.Is(err, echo.ErrNotFound) {
		refuse(w, r, noRoute)
		return
	}
	if why, ok := errors.AsType[refusal](err); ok {
		refuse(w, r, why.Refusal)
		return
	}
	e := access.AsError(err)
	status := middleware.APIStatus(e.Code)
	if status >= http.StatusInternalServerError && r.Context().Err() == nil {
		middleware.InfoFrom(r.Context()).Err = err
	}
	setChallenge(w.Header(), e)
	middleware.SetRetryAfter(w.Header(), e)
	writeFailure(w, r, failureOf(e, status, middleware.RequestID(r.Context())))
}

func failureOf(e *access.Error, status int, requestID string) failure {
	f := failure{
		Message: e.Message, RequestID: requestID, StatusCode: status, Reason: e.Reason,
		TokenID: e.TokenID, OccurredAt: stamp(e.OccurredAt), Required: e.Required, Bound: e.Bound,
	}
	if e.Code == access.NotFound {
		// However it came about, nobody can tell what is hidden from what does not exist.
		f.Message, f.Reason = access.Missing().Message, access.ReasonNotFound
	}
	if e.Code == access.Invalid {
		f.Fields = shapeFields(e.Fields)
		f.Message = sentence(e)
	}
	return f
}

func shapeFields(problems []access.FieldProblem) []fieldError {
	var fields []fieldError
	for _, p := range problems {
		fields = append(fields, fieldError{Code: p.Code, Field: p.Field, Message: p.Message})
	}
	return fields
}

// onTheWire gives the fields of a refused input the names they have on the wire.
func onTheWire(err error, names map[string]string) error {
	if access.CodeOf(err) != access.Invalid {
		return err
	}
	refused := *access.AsError(err)
	refused.Fields = slices.Clone(refused.Fields)
	for i, p := range refused.Fields {
		if name, ok := names[p.Field]; ok {
			refused.Fields[i].Field = name
		}
	}
	return &refused
}

// sentence puts the problems of all fields into the message, because the CLI prints nothing else.
func sentence(e *access.Error) string {
	if len(e.Fields) == 0 {
		return e.Message
	}
	var parts []string
	for _, p := range e.Fields {
		parts = append(parts, p.Field+": "+p.Message)
	}
	return strings.Join(parts, " ")
}

// setChallenge sets WWW-Authenticate as RFC 6750, section 3 has it. The description is fixed text:
// the header can't carry every character a token's name may have; the body says more.
func setChallenge(h http.Header, e *access.Error) {
	const realm = `Bearer realm="dagpass"`
	switch {
	case e.Code == access.Forbidden:
		h.Set(echo.HeaderWWWAuthenticate, realm+`, error="insufficient_scope"`)
	case e.Code != access.Unauthenticated:
	case e.Reason == "":
		h.Set(echo.HeaderWWWAuthenticate, realm)
	case e.Reason == access.ReasonReauthenticate: // RFC 9470, 3
		h.Set(echo.HeaderWWWAuthenticate, realm+`, error="insufficient_user_authentication", error_description="The password was not given within 10 minutes", max_age="600"`)
	case e.Reason == access.ReasonInvalidToken:
		h.Set(echo.HeaderWWWAuthenticate, realm+`, error="invalid_token"`)
	default:
		h.Set(echo.HeaderWWWAuthenticate, realm+`, error="invalid_token", error_description="`+whyEnded(e.Reason)+`"`)
	}
}

func whyEnded(reason string) string {
	switch reason {
	case access.ReasonTokenExpired:
		return "The token expired"
	case access.ReasonTokenRotated:
		return "The token was replaced by rotation"
	case access.ReasonTokenDeleted:
		return "The token was deleted"
	case access.ReasonTokenRevoked:
		return "The token was revoked"
	case access.ReasonTokenRestored:
		return "The token ended with a restored backup"
	case access.ReasonWorkspaceDeleted:
		return "The Workspace of the token was deleted"
	}
	return "The token was ended"
}

// welcome adds to a refusal the Workspaces in which the calling token has a role: with 404 and 403
// alike, so that they say something about the caller and nothing about what was asked for.
func (s *server) welcome(ctx context.Context, by access.Actor, err error) error {
	code := access.CodeOf(err)
	if by.Kind != access.TokenActor || (code != access.Forbidden && code != access.NotFound) {
		return err
	}
	bound, failed := s.Tokens.Bound(ctx, by)
	if access.CodeOf(failed) == access.Forbidden {
		return err
	}
	if failed != nil {
		return unchecked(failed)
	}
	refusal := *access.AsError(err)
	refusal.Bound = append([]access.WorkspaceID{}, bound...) // none is [], not absent
	slices.Sort(refusal.Bound)
	return &refusal
}
