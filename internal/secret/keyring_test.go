package secret_test

import (
	"bytes"
	"crypto/hmac"
	"crypto/sha256"
	"errors"
	"fmt"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/secret"
)

func newKeyring(t testing.TB, line, installation string) *secret.Keyring {
	t.Helper()
	k, err := secret.NewKeyring(writeRoot(t, line), installation)
	if err != nil {
		t.Fatal(err)
	}
	return k
}

// derive is HKDF-SHA-256 (RFC 5869) written out for one block of output, and mac is HMAC: an
// independent statement of how the keys are made.
func derive(root []byte, salt, purpose string) []byte {
	return mac(mac([]byte(salt), string(root)), "dagpass/v1/"+purpose+"\x01")
}

func mac(key []byte, message string) []byte {
	h := hmac.New(sha256.New, key)
	h.Write([]byte(message))
	return h.Sum(nil)
}

func TestKeyring(t *testing.T) {
	k := newKeyring(t, goodLine, "inst-1")
	root := make([]byte, 32) // the key of goodLine
	for i := range root {
		root[i] = byte(i)
	}
	for purpose, got := range map[string][]byte{
		"token-lookup": sliceOf(k.Digest(secret.NewValue("a value\n"))),
		"row-mac":      k.RowMAC("tokens", []byte("ab"), nil, []byte("c")),
		"audit":        k.AuditMAC([]byte("a message")),
		"throttle":     k.ThrottleKey("ada@example.org"),
		"key-check":    k.Check(),
	} {
		t.Run("makes its "+purpose+" as the design says", func(t *testing.T) {
			message := map[string]string{
				"token-lookup": "a value\n",
				"row-mac":      "tokens\x00" + "\x00\x00\x00\x00\x00\x00\x00\x02ab" + "\x00\x00\x00\x00\x00\x00\x00\x00" + "\x00\x00\x00\x00\x00\x00\x00\x01c",
				"audit":        "a message",
				"throttle":     "ada@example.org",
				"key-check":    "inst-1",
			}[purpose]
			if diff := cmp.Diff(mac(derive(root, "inst-1", purpose), message), got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	t.Run("names its pepper after the root key", func(t *testing.T) {
		if k.PepperID() != "0a1b2c3d" {
			t.Errorf("PepperID = %q", k.PepperID())
		}
	})
	t.Run("knows its own key check and no other", func(t *testing.T) {
		if !k.CheckEqual(newKeyring(t, goodLine, "inst-1").Check()) {
			t.Error("the same root and installation were not recognised")
		}
		for name, stored := range map[string][]byte{
			"another root":         newKeyring(t, canaryRoot, "inst-1").Check(),
			"another installation": newKeyring(t, goodLine, "inst-2").Check(),
			"nothing":              nil,
			"a part":               k.Check()[:31],
		} {
			if k.CheckEqual(stored) {
				t.Errorf("%s was taken for this one", name)
			}
		}
	})
	t.Run("needs a root key and an installation", func(t *testing.T) {
		if _, err := secret.NewKeyring(secret.Root{}, "inst"); err == nil {
			t.Error("made without a root key")
		}
		if _, err := secret.NewKeyring(writeRoot(t, goodLine), ""); err == nil {
			t.Error("made without an installation")
		}
	})
}

func TestKeyring_RowMAC(t *testing.T) {
	k := newKeyring(t, goodLine, "inst-1")
	row := func(columns ...string) [][]byte {
		var r [][]byte
		for _, c := range columns {
			r = append(r, []byte(c))
		}
		return r
	}
	stored := k.RowMAC("roles", row("ctoken", "WORKSPACE", "MEMBER")...)
	t.Run("belongs to its row", func(t *testing.T) {
		if !k.RowMACEqual(stored, "roles", row("ctoken", "WORKSPACE", "MEMBER")...) {
			t.Error("refused")
		}
	})
	for name, columns := range map[string][][]byte{
		"a changed column":       row("ctoken", "WORKSPACE", "OWNER"),
		"exchanged columns":      row("WORKSPACE", "ctoken", "MEMBER"),
		"a shifted border":       row("ctokenW", "ORKSPACE", "MEMBER"),
		"joined columns":         row("ctokenWORKSPACE", "MEMBER"),
		"a column too many":      row("ctoken", "WORKSPACE", "MEMBER", ""),
		"a column too few":       row("ctoken", "WORKSPACE"),
		"a length within a text": row("ctoken", "WORKSPACE\x00\x00\x00\x00\x00\x00\x00\x06MEMBER"),
	} {
		t.Run("does not belong to "+name, func(t *testing.T) {
			if k.RowMACEqual(stored, "roles", columns...) {
				t.Error("accepted")
			}
		})
	}
	t.Run("does not belong to another table", func(t *testing.T) {
		if k.RowMACEqual(stored, "role", row("ctoken", "WORKSPACE", "MEMBER")...) {
			t.Error("accepted")
		}
	})
	t.Run("does not belong to another installation", func(t *testing.T) {
		if newKeyring(t, goodLine, "inst-2").RowMACEqual(stored, "roles", row("ctoken", "WORKSPACE", "MEMBER")...) {
			t.Error("accepted")
		}
	})
}

func TestKeyring_WrapSeed(t *testing.T) {
	k := newKeyring(t, goodLine, "inst-1")
	key, err := secret.NewSigningKey()
	if err != nil {
		t.Fatal(err)
	}
	wrapped, err := k.WrapSeed(key.KID, key.Seed())
	if err != nil {
		t.Fatal(err)
	}
	t.Run("is undone by UnwrapSeed", func(t *testing.T) {
		seed, err := k.UnwrapSeed(key.KID, wrapped)
		if err != nil || !bytes.Equal(seed, key.Seed()) {
			t.Errorf("another seed, %v", err)
		}
	})
	t.Run("shows nothing of the seed and differs each time", func(t *testing.T) {
		again, err := k.WrapSeed(key.KID, key.Seed())
		if err != nil || bytes.Equal(again, wrapped) || bytes.Contains(wrapped, key.Seed()[:8]) {
			t.Errorf("not encrypted with a fresh nonce, %v", err)
		}
	})
	t.Run("refuses another kid, root key or installation", func(t *testing.T) {
		for name, err := range map[string]error{
			"kid":          second(k.UnwrapSeed("dp0000000000", wrapped)),
			"kid form":     second(k.UnwrapSeed("", wrapped)),
			"root key":     second(newKeyring(t, canaryRoot, "inst-1").UnwrapSeed(key.KID, wrapped)),
			"installation": second(newKeyring(t, goodLine, "inst-2").UnwrapSeed(key.KID, wrapped)),
		} {
			if !errors.Is(err, secret.ErrUnwrap) {
				t.Errorf("another %s: error = %v", name, err)
			}
		}
	})
	t.Run("refuses every altered byte and every shorter length", func(t *testing.T) {
		for i := range wrapped {
			altered := bytes.Clone(wrapped)
			altered[i] ^= 0x40
			for _, w := range [][]byte{altered, wrapped[:i]} {
				if _, err := k.UnwrapSeed(key.KID, w); !errors.Is(err, secret.ErrUnwrap) {
					t.Errorf("byte %d, length %d: error = %v", i, len(w), err)
				}
			}
		}
	})
	t.Run("wraps nothing but seeds of well-formed kids", func(t *testing.T) {
		for _, kid := range []string{"", "dp", "dp000000000", "dp00000000000", "dp00000000A0", "xx0000000000"} {
			if _, err := k.WrapSeed(kid, key.Seed()); err == nil {
				t.Errorf("kid %q was accepted", kid)
			}
		}
		if _, err := k.WrapSeed(key.KID, key.Seed()[:31]); err == nil {
			t.Error("31 bytes were accepted")
		}
	})
}

func TestDigest(t *testing.T) {
	d := secret.HashOf(secret.NewValue("abc"))
	t.Run("of a code is its SHA-256", func(t *testing.T) {
		if got := fmt.Sprintf("%x", d); got != "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad" {
			t.Errorf("got %s", got)
		}
	})
	t.Run("is read back from 32 bytes and no other number", func(t *testing.T) {
		if got, err := secret.ParseDigest(d[:]); err != nil || !got.Equal(d) {
			t.Errorf("%x, %v", got, err)
		}
		for _, b := range [][]byte{nil, d[:31], append(sliceOf(d), 0)} {
			if _, err := secret.ParseDigest(b); err == nil {
				t.Errorf("%d bytes were accepted", len(b))
			}
		}
	})
	t.Run("equals itself only", func(t *testing.T) {
		other := d
		other[31] ^= 1
		if d.Equal(other) || !d.Equal(d) {
			t.Error("Equal is wrong")
		}
	})
}

func sliceOf(d secret.Digest) []byte { return bytes.Clone(d[:]) }

// BenchmarkRowMAC checks a row of the size of a token's.
func BenchmarkRowMAC(b *testing.B) {
	k := newKeyring(b, goodLine, "inst")
	row := [][]byte{make([]byte, 25), make([]byte, 25), make([]byte, 25), []byte("live"), make([]byte, 8), make([]byte, 8), make([]byte, 8)}
	mac := k.RowMAC("api_tokens", row...)
	b.ReportAllocs()
	for b.Loop() {
		if !k.RowMACEqual(mac, "api_tokens", row...) {
			b.Fatal("not equal")
		}
	}
}
