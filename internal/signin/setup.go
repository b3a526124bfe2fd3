package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// ReasonSetUp is the reason of whatever set-up refuses because there is an owner already.
const ReasonSetUp = "already_set_up"

// SetupTx is the storage of whether the installation has its first owner.
type SetupTx interface {
	// Bootstrapped reports whether there has been a user.
	Bootstrapped() (bool, error)
	// Bootstrap notes that there is one now. Conflict when that was noted before.
	Bootstrap() error
}

// Setup is the service that makes the first owner.
type Setup struct {
	store  Store
	hasher *secret.Hasher
}

// NewSetup returns the service.
func NewSetup(s Store, h *secret.Hasher) *Setup { return &Setup{s, h} }

// Needed reports whether the installation still waits for its first owner.
func (s *Setup) Needed(ctx context.Context) (bool, error) { return false, nil }

// NewCode makes the code that set-up asks for; earlier ones end. Errors: Conflict with reason
// already_set_up.
func (s *Setup) NewCode(ctx context.Context) (secret.Value, error) { return secret.Value{}, nil }

// Check reports whether the code would do, and leaves it as it is. Errors: Conflict with reason
// already_set_up; Invalid with reason code_used_or_expired.
func (s *Setup) Check(ctx context.Context, code secret.Value) error { return nil }

// Complete makes the first Organization with its Workspace and its Owner, and signs the Owner in.
// Of any number at once exactly one succeeds. Errors: as for Check; Invalid with the fields of
// [access.NewOrg] and password, after which the code can be used again; Unavailable.
func (s *Setup) Complete(ctx context.Context, code secret.Value, in access.NewOrg, password string, o access.Origin) (Opened, access.Founded, error) {
	return Opened{}, access.Founded{}, nil
}

// CompleteHeadless is [Setup.Complete] without a code and a session, for whoever holds the data
// directory.
func (s *Setup) CompleteHeadless(ctx context.Context, in access.NewOrg, password string) (access.Founded, error) {
	return access.Founded{}, nil
}
