package signin_test

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// openStore opens a new store on disk.
func openStore(t testing.TB, now func() time.Time) (signin.Store, *access.Members, *secret.Keyring) {
	t.Helper()
	d := dagpasstest.Open(t, now)
	return d.SignIn(), access.NewMembers(d.Access()), d.Keyring()
}
