package secret

import (
	"crypto/sha256"
	"crypto/subtle"
	"fmt"
)

// Digest is what is stored in place of a secret: 32 bytes from which the secret cannot be found
// again. [Keyring.Digest] makes it for API token values, [HashOf] for session ids and codes.
type Digest [sha256.Size]byte

// ParseDigest reads a stored digest. It fails unless b has exactly 32 bytes.
func ParseDigest(b []byte) (Digest, error) {
	if len(b) != len(Digest{}) {
		return Digest{}, fmt.Errorf("a digest has %d bytes, not %d", len(Digest{}), len(b))
	}
	return Digest(b), nil
}

// Equal reports whether both digests are the same, in constant time.
func (d Digest) Equal(other Digest) bool {
	return subtle.ConstantTimeCompare(d[:], other[:]) == 1
}

// HashOf returns the SHA-256 of a session id or code. These carry 160 random bits or more, so they
// need neither a key nor a slow hash. For API token values use [Keyring.Digest].
func HashOf(v Value) Digest {
	return sha256.Sum256(v.bytes())
}
