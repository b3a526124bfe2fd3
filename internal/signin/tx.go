package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// Store runs closures in transactions; see [access.Store].
type Store = access.Store[Tx]

// Tx is what the services of this package see of a transaction. Each part is declared beside its
// noun with what it guarantees.
type Tx interface {
	access.GateTx
	access.FoundTx
	access.LeaveTx
	AccountTx
	SessionTx
	LoginTx
	CodeTx
	DeviceTx
	ThrottleTx
	SetupTx
	InviteTx
}

// Keyring keeps the names of accounts out of the counters of attempts.
type Keyring interface {
	// ThrottleKey returns the keyed hash under which attempts on name are counted.
	ThrottleKey(name string) []byte
}

// Hasher hashes and checks passwords; see [secret.Hasher], which it is outside of tests.
type Hasher interface {
	// Hash returns the PHC string of a password.
	Hash(ctx context.Context, password string) (string, error)
	// Verify reports whether it is the password behind a PHC string that costs enough.
	Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error)
	// Dummy does the work of Verify for nothing.
	Dummy(ctx context.Context, password string) error
}

var (
	_ Keyring = (*secret.Keyring)(nil)
	_ Hasher  = (*secret.Hasher)(nil)
)
