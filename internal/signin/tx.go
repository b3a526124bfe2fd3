package signin

import (
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
	AccountTx
	SessionTx
	CodeTx
	DeviceTx
	ThrottleTx
	SetupTx
}

// Keyring keeps the names of accounts out of the counters of attempts.
type Keyring interface {
	// ThrottleKey returns the keyed hash under which attempts on name are counted.
	ThrottleKey(name string) []byte
}

var _ Keyring = (*secret.Keyring)(nil)
