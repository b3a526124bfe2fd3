package access

import (
	"errors"
	"fmt"
	"time"
)

// Code says what kind of failure an [Error] is; each transport maps it to a status once.
type Code string

// The codes, with the HTTP status both transports give them.
const (
	Invalid         Code = "invalid"         // 400 or 422: input refused, see Fields
	Unauthenticated Code = "unauthenticated" // 401: no credential, or a dead one
	Forbidden       Code = "forbidden"       // 403: visible, but the role is too low
	NotFound        Code = "not_found"       // 404: absent, or hidden from the actor
	Conflict        Code = "conflict"        // 409: taken, or changed by someone else
	Limited         Code = "limited"         // 429: too many attempts
	Unavailable     Code = "unavailable"     // 503: could not be checked or stored right now
	Internal        Code = "internal"        // 500: everything else
)

// Reasons are stable words for programs; the console and the API send them unchanged.
const (
	ReasonRoleTooLow       = "role_too_low"
	ReasonNotFound         = "not_found"
	ReasonInvalid          = "invalid_input"
	ReasonReauthenticate   = "reauthenticate"    // the password is needed again for this act
	ReasonAlreadyDone      = "already_done"      // the form was sent before
	ReasonStale            = "changed_meanwhile" // the record changed since it was shown
	ReasonRotated          = "rotated_meanwhile"
	ReasonTaken            = "taken"
	ReasonFull             = "limit_reached"
	ReasonLastOwner        = "last_owner"
	ReasonInUse            = "in_use" // a role that is held can't go
	ReasonTooFast          = "too_many_requests"
	ReasonNoToken          = "no_api_token"
	ReasonNotInTeam        = "not_in_team"
	ReasonOrganizationOnly = "organization_token" // managed at Organization level only
	ReasonInvalidToken     = "invalid_token"
	ReasonTokenExpired     = "token_expired"
	ReasonTokenRotated     = "token_rotated"
	ReasonTokenDeleted     = "token_deleted"
	ReasonTokenRevoked     = "token_revoked"
	ReasonTokenRestored    = "token_restored"
	ReasonTokenEnded       = "token_ended"
	ReasonNotAPerson       = "not_a_person"
	ReasonWorkspaceDeleted = "workspace_deleted"
	ReasonAddress          = "address_not_allowed" // outside the address ranges of the Organization
	ReasonLockedOut        = "locked_out"          // the change would shut its own maker out
)

// FieldProblem is one refused input field: its form name, a stable code and a sentence that says
// what to write instead.
type FieldProblem struct {
	Field, Code, Message string
}

// Error is every failure the domain reports. Message is a full sentence for people that says what
// to do next and never holds a secret; Err is the cause for the log and is never shown.
type Error struct {
	Code       Code
	Reason     string
	Message    string
	Fields     []FieldProblem
	Required   Role          // with Forbidden: the smallest role that would do
	Held       Role          // with Forbidden: the highest built-in role held there, or ""
	Holds      string        // with Forbidden: all that is held there as people read it, or ""
	Bound      []WorkspaceID // the Workspaces the calling token has a role in
	TokenID    TokenID       // with a dead credential: whose value it was
	OccurredAt time.Time     // with a dead credential or a conflict: when
	RetryAfter time.Duration // with Limited and Unavailable
	Err        error
}

// Error implements error with code, sentence and cause.
func (e *Error) Error() string {
	if e.Err != nil {
		return fmt.Sprintf("%s: %s: %v", e.Code, e.Message, e.Err)
	}
	return fmt.Sprintf("%s: %s", e.Code, e.Message)
}

// Unwrap returns the cause.
func (e *Error) Unwrap() error { return e.Err }

// CodeOf returns the code of err, Internal for any foreign error and "" for nil.
func CodeOf(err error) Code {
	if err == nil {
		return ""
	}
	return AsError(err).Code
}

// ReasonOf returns the reason of err, "" when it has none.
func ReasonOf(err error) string {
	if err == nil {
		return ""
	}
	return AsError(err).Reason
}

// AsError returns the domain error inside err, or an Internal one that wraps it.
func AsError(err error) *Error {
	if e, ok := errors.AsType[*Error](err); ok {
		return e
	}
	return &Error{Code: Internal, Reason: "internal", Message: "Something went wrong on the server.", Err: err}
}

// Missing is the one answer for whatever is absent or hidden; it is the same for both.
func Missing() *Error {
	return &Error{Code: NotFound, Reason: ReasonNotFound,
		Message: "This doesn't exist, or you don't have access to it."}
}

// Refused is the answer to an actor who sees the object but whose role is too low.
func Refused(required, held Role) *Error {
	return refused(required, held, held.Label())
}

// refused is Refused with all that is held, as people read it.
func refused(required, held Role, holds string) *Error {
	msg := fmt.Sprintf("This needs the %s role.", required.Label())
	if holds != "" {
		msg = fmt.Sprintf("This needs the %s role; you have %s.", required.Label(), holds)
	}
	return &Error{Code: Forbidden, Reason: ReasonRoleTooLow, Message: msg, Required: required, Held: held, Holds: holds}
}

// Conflicting is a conflict with a reason and a sentence.
func Conflicting(reason, message string) *Error {
	return &Error{Code: Conflict, Reason: reason, Message: message}
}

// BadInput is refused input with its fields; without problems it returns nil.
func BadInput(problems ...FieldProblem) error {
	if len(problems) == 0 {
		return nil
	}
	msg := "1 field needs your attention."
	if len(problems) > 1 {
		msg = fmt.Sprintf("%d fields need your attention.", len(problems))
	}
	return &Error{Code: Invalid, Reason: ReasonInvalid, Message: msg, Fields: problems}
}
