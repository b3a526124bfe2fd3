package signin_test

import (
	"log/slog"
	"path/filepath"
	"testing"
	"time"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// openStore opens a new store on disk.
func openStore(t testing.TB, now func() time.Time) (signin.Store, *access.Members, *secret.Keyring) {
	t.Helper()
	dir := t.TempDir()
	root, err := secret.CreateRoot(filepath.Join(dir, "root.key"))
	if err != nil {
		t.Fatal(err)
	}
	d, err := db.Open(t.Context(), db.Config{Dir: filepath.Join(dir, "data"), Root: root, Now: now, Log: slog.New(slog.DiscardHandler)})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := d.Close(); err != nil {
			t.Error(err)
		}
	})
	return d.SignIn(), access.NewMembers(d.Access()), d.Keyring()
}
