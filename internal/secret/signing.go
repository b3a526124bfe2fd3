package secret

import (
	"bytes"
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
)

const (
	kidPrefix       = "dp"
	kidRandomLength = 10
)

// SigningKey is an Ed25519 key pair that signs API token values. It prints as [redacted].
type SigningKey struct {
	redacted
	// KID names the key in token headers and in the published key set: dp and 10 characters of
	// [0-9a-z]. It is no secret.
	KID string
	// Public is the half that is published.
	Public ed25519.PublicKey

	private Value // the bytes of an ed25519.PrivateKey
}

// NewSigningKey makes a random key pair with a random KID.
func NewSigningKey() (SigningKey, error) {
	return SigningKeyFromSeed(kidPrefix+Base36(kidRandomLength), randomBytes(ed25519.SeedSize))
}

// SigningKeyFromSeed returns the key pair that belongs to a stored KID and seed. It fails when the
// KID has another form or the seed is not 32 bytes long.
func SigningKeyFromSeed(kid string, seed []byte) (SigningKey, error) {
	if err := checkSeed(kid, seed); err != nil {
		return SigningKey{}, err
	}
	private := ed25519.NewKeyFromSeed(seed)
	public := ed25519.PublicKey(bytes.Clone(private[ed25519.SeedSize:]))
	return SigningKey{KID: kid, Public: public, private: NewValue(string(private))}, nil
}

// Seed returns the private half, 32 bytes, for [Keyring.WrapSeed] and nothing else. It is nil for the
// zero SigningKey.
func (k SigningKey) Seed() []byte {
	if k.private.IsZero() {
		return nil
	}
	return ed25519.PrivateKey(k.private.bytes()).Seed()
}

func checkSeed(kid string, seed []byte) error {
	if !validKID(kid) {
		return fmt.Errorf("signing key id %q: want %s and %d characters of [0-9a-z]", kid, kidPrefix, kidRandomLength)
	}
	if len(seed) != ed25519.SeedSize {
		return errors.New("the seed of a signing key has 32 bytes")
	}
	return nil
}

func validKID(kid string) bool {
	random, ok := strings.CutPrefix(kid, kidPrefix)
	return ok && isBase36(random, kidRandomLength)
}

// PublicKey is the published half of a signing key.
type PublicKey struct {
	KID string
	Key ed25519.PublicKey
}

// JWKS returns the JSON Web Key Set (RFC 7517, RFC 8037) of the keys, in the order given and without
// spaces: {"keys":[{"kty":"OKP","crv":"Ed25519","x":…,"kid":…,"alg":"EdDSA","use":"sig"}]}.
func JWKS(keys []PublicKey) []byte {
	type jwk struct {
		KeyType   string `json:"kty"`
		Curve     string `json:"crv"`
		X         string `json:"x"`
		KID       string `json:"kid"`
		Algorithm string `json:"alg"`
		Use       string `json:"use"`
	}
	set := make([]jwk, len(keys))
	for i, k := range keys {
		set[i] = jwk{"OKP", "Ed25519", base64.RawURLEncoding.EncodeToString(k.Key), k.KID, "EdDSA", "sig"}
	}
	// Strings in a struct always encode.
	text, _ := json.Marshal(map[string]any{"keys": set})
	return text
}
