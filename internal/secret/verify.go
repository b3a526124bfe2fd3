package secret

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
	"strings"
	"time"
)

// Leeway is how far the clock of whoever runs [Verify] may be off.
const Leeway = 60 * time.Second

// The reasons for which [Verify] refuses a value. Its errors wrap exactly one of them.
var (
	// ErrMalformed: not written the way Dagpass writes values.
	ErrMalformed = errors.New("malformed token value")
	// ErrUnknownKey: signed with a key that was not given.
	ErrUnknownKey = errors.New("unknown signing key")
	// ErrSignature: the signature does not belong to the content.
	ErrSignature = errors.New("wrong signature")
	// ErrIssuer: made by or for somebody else.
	ErrIssuer = errors.New("wrong issuer or audience")
	// ErrNotYetValid: the time of issue lies in the future.
	ErrNotYetValid = errors.New("token not valid yet")
	// ErrExpired: the time of expiry has been reached.
	ErrExpired = errors.New("token expired")
)

// Verify checks an API token value without a database, with the published keys only (by KID), and
// returns its claims. It accepts the one form in which [Signer.Mint] writes values: EdDSA, type JWT,
// no other header members, no other claims, strict base64url. The key always comes from keys, never
// from the value. Issuer and audience must be equal; the time of issue and of expiry are compared
// with now, give or take [Leeway].
//
// It cannot know about rotation, deletion and changed roles. The server itself therefore looks values
// up by [Keyring.Digest] and does not call Verify to authenticate a request.
func Verify(value string, keys map[string]ed25519.PublicKey, issuer, audience string, now time.Time) (Claims, error) {
	if !WellFormed(value) {
		return Claims{}, fmt.Errorf("%w: wrong shape", ErrMalformed)
	}
	token, err := parseJWS(value)
	if err != nil {
		return Claims{}, err
	}
	key, ok := keys[token.kid]
	if !ok {
		return Claims{}, ErrUnknownKey
	}
	if err := verifySignature(key, []byte(token.signed), token.signature); err != nil {
		return Claims{}, err
	}
	claims, iss, aud, err := parseClaims(token.payload)
	if err != nil {
		return Claims{}, err
	}
	if iss != issuer || aud != audience || iss == "" || aud == "" {
		return Claims{}, ErrIssuer
	}
	if err := claims.checkTime(now); err != nil {
		return Claims{}, err
	}
	return claims, nil
}

// ReadClaims returns what a value says, without its signature being checked: only for one that was found
// by its [Keyring.Digest], which proves that these very bytes were issued here. ErrMalformed for a text
// that was not.
func ReadClaims(v Value) (c Claims, issuer, audience string, err error) {
	j, err := parseJWS(v.Reveal())
	if err != nil {
		return Claims{}, "", "", err
	}
	return parseClaims(j.payload)
}

// verifySignature checks an Ed25519 signature. A key of another length is an unknown one: the
// standard library panics on it.
func verifySignature(key ed25519.PublicKey, message, signature []byte) error {
	if len(key) != ed25519.PublicKeySize {
		return ErrUnknownKey
	}
	if !ed25519.Verify(key, message, signature) {
		return ErrSignature
	}
	return nil
}

func (c Claims) checkTime(now time.Time) error {
	if now.Add(Leeway).Before(c.IssuedAt) {
		return ErrNotYetValid
	}
	if !c.ExpiresAt.IsZero() && !now.Add(-Leeway).Before(c.ExpiresAt) {
		return ErrExpired
	}
	return nil
}

// jws is a compact JSON Web Signature (RFC 7515, 7.1) taken apart; nothing in it is verified yet.
type jws struct {
	kid       string
	signed    string // header and payload as they were signed
	payload   []byte
	signature []byte
}

// The header around the kid. Since the order of its members is fixed, every value begins with the
// same 32 characters, eyJhbGciOiJFZERTQSIsImtpZCI6ImRw, by which secret scanners find it.
const (
	headerStart = `{"alg":"EdDSA","kid":"`
	headerEnd   = `","typ":"JWT"}`
)

func headerFor(kid string) string { return headerStart + kid + headerEnd }

// parseJWS takes a value apart. The header is compared, not interpreted: there is one per kid, so no
// algorithm, embedded key or critical extension can be asked for.
func parseJWS(value string) (jws, error) {
	parts := strings.SplitN(value, ".", 4) // a fourth part is one too many; its dots are not counted
	if len(parts) != 3 {
		return jws{}, fmt.Errorf("%w: want three parts", ErrMalformed)
	}
	header, err := decodeSegment(parts[0])
	if err != nil {
		return jws{}, err
	}
	kid := strings.TrimSuffix(strings.TrimPrefix(string(header), headerStart), headerEnd)
	if !validKID(kid) || string(header) != headerFor(kid) {
		return jws{}, fmt.Errorf("%w: another header than ours", ErrMalformed)
	}
	payload, err := decodeSegment(parts[1])
	if err != nil {
		return jws{}, err
	}
	signature, err := decodeSegment(parts[2])
	if err != nil {
		return jws{}, err
	}
	if len(signature) != ed25519.SignatureSize {
		return jws{}, fmt.Errorf("%w: the signature has another length", ErrMalformed)
	}
	signed := value[:len(parts[0])+1+len(parts[1])]
	return jws{kid: kid, signed: signed, payload: payload, signature: signature}, nil
}

// decodeSegment decodes base64url without padding. The result is encoded again and compared, because
// the decoder of the standard library skips line breaks even when it is strict.
func decodeSegment(s string) ([]byte, error) {
	b, err := base64.RawURLEncoding.DecodeString(s)
	if err != nil || base64.RawURLEncoding.EncodeToString(b) != s {
		return nil, fmt.Errorf("%w: not strict base64url", ErrMalformed)
	}
	return b, nil
}
