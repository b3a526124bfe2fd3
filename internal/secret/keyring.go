package secret

import (
	"crypto/aes"
	"crypto/cipher"
	"crypto/ed25519"
	"crypto/hkdf"
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"errors"
	"fmt"
	"hash"
	"sync"
)

// wrapVersion is the first byte of a wrapped seed. It names the algorithm, AES-256-GCM with a random
// 96-bit nonce in front, so that another one can follow.
const wrapVersion = 1

// ErrUnwrap is returned when a wrapped seed was altered, belongs to another key or installation, or
// was made under another root key. Which of these it was cannot be told.
var ErrUnwrap = errors.New("the wrapped signing key does not open with this root key")

// purposeKey is one derived key of 32 bytes; see [NewKeyring].
type purposeKey struct {
	Value
	keyed *sync.Pool // of HMACs under the key: keying one costs more than most messages
}

func newPurposeKey(key []byte) purposeKey {
	k := NewValue(string(key))
	return purposeKey{k, &sync.Pool{New: func() any { return hmac.New(sha256.New, k.bytes()) }}}
}

// mac returns HMAC-SHA-256 of the message under the key.
func (k purposeKey) mac(message []byte) []byte {
	h := k.keyed.Get().(hash.Hash)
	defer k.keyed.Put(h)
	h.Reset()
	h.Write(message)
	return h.Sum(make([]byte, 0, sha256.Size))
}

// Keyring holds the keys of an installation, one for each purpose, in memory only. It is safe for
// concurrent use and prints as [redacted].
type Keyring struct {
	redacted
	pepperID     string
	installation string
	lookup       purposeKey
	wrap         purposeKey
	row          purposeKey
	audit        purposeKey
	throttle     purposeKey
	check        purposeKey
}

// NewKeyring derives the purpose keys with HKDF-SHA-256: the root key is the secret, the installation
// id the salt and dagpass/v1/<purpose> the info. The same root and installation always give the same
// keys. It fails for a zero Root and an empty installation id.
func NewKeyring(root Root, installationID string) (*Keyring, error) {
	if root.key.IsZero() || installationID == "" {
		return nil, errors.New("a keyring needs a root key and an installation id")
	}
	k := &Keyring{pepperID: root.id, installation: installationID}
	for purpose, key := range map[string]*purposeKey{
		"token-lookup": &k.lookup,
		"wrap":         &k.wrap,
		"row-mac":      &k.row,
		"audit":        &k.audit,
		"throttle":     &k.throttle,
		"key-check":    &k.check,
	} {
		derived, err := hkdf.Key(sha256.New, root.key.bytes(), []byte(installationID), "dagpass/v1/"+purpose, sha256.Size)
		if err != nil {
			return nil, fmt.Errorf("derive key %s: %w", purpose, err)
		}
		*key = newPurposeKey(derived)
	}
	return k, nil
}

// PepperID names the key behind [Keyring.Digest]. It is stored beside each digest, so that digests
// made before a change of the root key can be told apart.
func (k *Keyring) PepperID() string { return k.pepperID }

// Check returns the key-check value. It is stored at the first start; [Keyring.CheckEqual] with the
// stored value then tells whether the root key is still the one of this installation.
func (k *Keyring) Check() []byte { return k.check.mac([]byte(k.installation)) }

// CheckEqual reports whether stored is the key-check value of this keyring.
func (k *Keyring) CheckEqual(stored []byte) bool { return hmac.Equal(stored, k.Check()) }

// Digest returns HMAC-SHA-256 of the exact bytes of an API token value: no trimming, no decoding, no
// folding, so no other string than the one that was issued has it.
func (k *Keyring) Digest(v Value) Digest {
	return Digest(k.lookup.mac(v.bytes()))
}

// RowMAC returns the authentication code of a row: HMAC-SHA-256 of the table name, a zero byte, and
// the columns, each behind its length as eight bytes, big end first. Moving bytes between columns or
// rows between tables changes it. A nil column and an empty one are the same; where NULL differs from
// empty, the caller must write them differently.
func (k *Keyring) RowMAC(table string, columns ...[]byte) []byte {
	size := len(table) + 1
	for _, c := range columns {
		size += 8 + len(c)
	}
	message := append(make([]byte, 0, size), table...)
	message = append(message, 0)
	for _, c := range columns {
		message = binary.BigEndian.AppendUint64(message, uint64(len(c)))
		message = append(message, c...)
	}
	return k.row.mac(message)
}

// RowMACEqual reports, in constant time, whether mac is the authentication code of the row.
func (k *Keyring) RowMACEqual(mac []byte, table string, columns ...[]byte) bool {
	return hmac.Equal(mac, k.RowMAC(table, columns...))
}

// AuditMAC returns HMAC-SHA-256 of msg under the audit key. It is the MAC that the audit chain is
// sealed with.
func (k *Keyring) AuditMAC(msg []byte) []byte { return k.audit.mac(msg) }

// ThrottleKey returns the HMAC-SHA-256 under which attempts on an account are counted, so that the
// stored counters do not list who was tried. The caller folds the name first.
func (k *Keyring) ThrottleKey(name string) []byte { return k.throttle.mac([]byte(name)) }

// WrapSeed encrypts the seed of a signing key for storage: a version byte, a 12-byte nonce, and the
// AES-256-GCM ciphertext, bound to the kid and this installation.
func (k *Keyring) WrapSeed(kid string, seed []byte) ([]byte, error) {
	if err := checkSeed(kid, seed); err != nil {
		return nil, err
	}
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	return aead.Seal([]byte{wrapVersion}, nil, seed, k.wrapContext(kid)), nil
}

// UnwrapSeed is the reverse of [Keyring.WrapSeed]. It fails with [ErrUnwrap] unless wrapped was made
// for this kid by this installation under this root key.
func (k *Keyring) UnwrapSeed(kid string, wrapped []byte) ([]byte, error) {
	if !validKID(kid) || len(wrapped) < 1 || wrapped[0] != wrapVersion {
		return nil, ErrUnwrap
	}
	aead, err := k.aead()
	if err != nil {
		return nil, err
	}
	seed, err := aead.Open(nil, nil, wrapped[1:], k.wrapContext(kid))
	if err != nil || len(seed) != ed25519.SeedSize {
		return nil, ErrUnwrap
	}
	return seed, nil
}

func (k *Keyring) aead() (cipher.AEAD, error) {
	block, err := aes.NewCipher(k.wrap.bytes())
	if err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		return nil, fmt.Errorf("wrap key: %w", err)
	}
	return aead, nil
}

// wrapContext is what the ciphertext is bound to. A kid always has the same length, so the two
// parts need no separator.
func (k *Keyring) wrapContext(kid string) []byte { return []byte(kid + k.installation) }
