package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// The reasons of refused proofs.
const (
	// ReasonSignInFailed: e-mail and password do not belong together, or the account cannot sign in.
	ReasonSignInFailed = "sign_in_failed"
	// ReasonWrongPassword: it is not the password of the person who is signed in.
	ReasonWrongPassword = "wrong_password"
	// ReasonTooMany: attempts have to wait.
	ReasonTooMany = "too_many_attempts"
	// ReasonBusy: too many passwords are being checked right now.
	ReasonBusy = "busy"
)

// Opened is a session that was just opened, with what its browser has to keep.
type Opened struct {
	Session secret.Value // the id for the session's cookie
	Device  secret.Value // the value for the known browser's cookie, kept for [DeviceLimit]; zero for none
	User    access.User
}

// Credentials is what a browser sends to sign in. The cookies are zero when it has none.
type Credentials struct {
	Email, Password string
	Session         secret.Value // the session it had, which ends
	Device          secret.Value // what it is known by
}

// Login is the service of signing in.
type Login struct {
	store    Store
	hasher   *secret.Hasher
	throttle throttle
}

// NewLogin returns the service.
func NewLogin(s Store, h *secret.Hasher, k Keyring) *Login {
	return &Login{store: s, hasher: h, throttle: throttle{s, k}}
}

// SignIn opens a session for whoever knows the password of the account. Errors: Invalid with reason
// sign_in_failed, which is the same and as much work for a wrong password, an unknown e-mail, an
// account without password and one that is not active; Limited with RetryAfter; Unavailable with
// RetryAfter when too many passwords are being checked.
func (s *Login) SignIn(ctx context.Context, in Credentials, o access.Origin) (Opened, error) {
	return Opened{}, nil
}

// SignInWithCode opens a session for whoever holds a code of [Login.NewSignInCode], once. Errors:
// Invalid with reason code_used_or_expired.
func (s *Login) SignInWithCode(ctx context.Context, code, previous secret.Value, o access.Origin) (Opened, error) {
	return Opened{}, nil
}

// NewSignInCode makes a code with which the person can sign in once within a day. Only the system
// may. Errors: NotFound.
func (s *Login) NewSignInCode(ctx context.Context, by access.Actor, id access.UserID) (secret.Value, error) {
	return secret.Value{}, nil
}

// Reauthenticate notes that the person gave their password again, and returns the id of the session
// that takes the place of theirs. Errors: Invalid with reason wrong_password; Limited; Unavailable;
// Unauthenticated when the session has ended.
func (s *Login) Reauthenticate(ctx context.Context, by access.Actor, password string) (secret.Value, error) {
	return secret.Value{}, nil
}
