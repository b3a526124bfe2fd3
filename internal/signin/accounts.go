package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// Accounts is the service of what people do to their own account.
type Accounts struct {
	store    Store
	hasher   *secret.Hasher
	throttle throttle
}

// NewAccounts returns the service.
func NewAccounts(s Store, h *secret.Hasher, k Keyring) *Accounts {
	return &Accounts{store: s, hasher: h, throttle: throttle{s, k}}
}

// Rename changes the person's own full name. The one they have is a success without an event.
// Errors: Invalid (field name); Unauthenticated.
func (s *Accounts) Rename(ctx context.Context, by access.Actor, name string) error { return nil }

// SetTheme changes how the console looks for the person. Errors: Invalid (field theme);
// Unauthenticated.
func (s *Accounts) SetTheme(ctx context.Context, by access.Actor, theme Theme) error { return nil }

// ChangePassword replaces the person's password, ends their other sessions, and returns the id of
// the session that takes the place of theirs. Errors: Invalid (fields current_password,
// new_password); Limited; Unavailable; Unauthenticated.
func (s *Accounts) ChangePassword(ctx context.Context, by access.Actor, current, next string) (secret.Value, error) {
	return secret.Value{}, nil
}

// SetFirstPassword gives a person their first password. Only the system may. Errors: NotFound;
// Invalid (field password); Conflict when they have one.
func (s *Accounts) SetFirstPassword(ctx context.Context, by access.Actor, id access.UserID, password string) error {
	return nil
}

// NewResetCode makes a code with which the person with the e-mail can choose a new password within
// an hour, once; earlier ones end. Only the system may: whoever holds the data directory. Errors:
// NotFound.
func (s *Accounts) NewResetCode(ctx context.Context, by access.Actor, email string) (secret.Value, error) {
	return secret.Value{}, nil
}

// CheckResetCode returns whose password a code resets, and leaves the code as it is. Errors: Invalid
// with reason code_used_or_expired.
func (s *Accounts) CheckResetCode(ctx context.Context, code secret.Value) (access.User, error) {
	return access.User{}, nil
}

// ResetPassword uses a code to choose a new password. Every session of the person ends, and no
// browser is known any more. Errors: Invalid with reason code_used_or_expired; Invalid (field
// password), after which the code can be used again; Unavailable.
func (s *Accounts) ResetPassword(ctx context.Context, code secret.Value, password string, o access.Origin) error {
	return nil
}
