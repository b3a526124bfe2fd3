package dagpasstest

import (
	"bytes"
	"crypto/hkdf"
	"crypto/sha256"
	"database/sql"
	"encoding/base64"
	"os"
	"path/filepath"
	"testing"

	"dagpass/internal/secret"
)

// purposes are what keys are derived from the root key for.
var purposes = []string{"token-lookup", "wrap", "row-mac", "audit", "throttle", "key-check"}

// AddKeys adds the keys of an installation: the root key, what is derived from it, and the private halves
// of the signing keys. It derives and unwraps them by itself, as whoever stole the two files would.
func (c *Canaries) AddKeys(t testing.TB, rootFile, database string) {
	t.Helper()
	must := func(err error) {
		t.Helper()
		if err != nil {
			t.Fatal(err)
		}
	}
	line, err := os.ReadFile(rootFile)
	must(err)
	fields := bytes.Split(bytes.TrimSpace(line), []byte(":"))
	root, err := base64.StdEncoding.DecodeString(string(fields[len(fields)-1]))
	must(err)
	c.Add(t, "the root key", string(root))

	raw, err := sql.Open("sqlite", "file:"+database+"?mode=ro")
	must(err)
	defer raw.Close()
	var installation string
	must(raw.QueryRow(`SELECT installation_id FROM meta`).Scan(&installation))
	for _, purpose := range purposes {
		key, err := hkdf.Key(sha256.New, root, []byte(installation), "dagpass/v1/"+purpose, sha256.Size)
		must(err)
		c.Add(t, "the key for "+purpose, string(key))
	}
	parsed, err := secret.ReadRoot(rootFile, true)
	must(err)
	ring, err := secret.NewKeyring(parsed, installation)
	must(err)
	rows, err := raw.Query(`SELECT kid, wrapped_private FROM signing_keys WHERE wrapped_private IS NOT NULL`)
	must(err)
	defer rows.Close()
	for rows.Next() {
		var kid string
		var wrapped []byte
		must(rows.Scan(&kid, &wrapped))
		seed, err := ring.UnwrapSeed(kid, wrapped)
		must(err)
		c.Add(t, "the seed of "+kid, string(seed))
	}
	must(rows.Err())
}

// Canaries returns the keys of the house, to which a test adds what else must not be found.
func (h *House) Canaries() *Canaries {
	h.T.Helper()
	root := filepath.Join(h.T.TempDir(), "root.key")
	h.must(os.WriteFile(root, firstStart.RootFile(), 0o600))
	c := new(Canaries)
	c.AddKeys(h.T, root, filepath.Join(h.Dir, "dagpass.db"))
	return c
}
