package secret

import (
	"crypto/ed25519"
	"encoding/base64"
	"errors"
	"fmt"
)

// Signer writes API token values. It is safe for concurrent use and prints as [redacted].
type Signer struct {
	redacted
	key      SigningKey
	issuer   string
	audience string
}

// NewSigner returns a Signer that signs with key. The issuer is the public URL without a trailing
// slash; the audience is the same unless configured otherwise.
func NewSigner(key SigningKey, issuer, audience string) *Signer {
	return &Signer{key: key, issuer: issuer, audience: audience}
}

// KID names the key that signs.
func (s *Signer) KID() string { return s.key.KID }

// Mint writes and signs the value for c. Before it returns the value it reads it back with [Verify]
// and the public key and compares every claim, so a value that would not verify is never handed out.
// It fails when a claim is missing or has the wrong form, or when the value would not be
// [WellFormed].
func (s *Signer) Mint(c Claims) (Value, error) {
	if err := c.check(); err != nil {
		return Value{}, fmt.Errorf("mint token value: %w", err)
	}
	if s.key.private.IsZero() || s.issuer == "" || s.audience == "" {
		return Value{}, errors.New("mint token value: the signer has no key, issuer or audience")
	}
	text, err := s.sign(c)
	if err != nil {
		return Value{}, fmt.Errorf("mint token value: %w", err)
	}
	if err := s.selfCheck(text, c); err != nil {
		return Value{}, fmt.Errorf("mint token value: self-check: %w", err)
	}
	return NewValue(text), nil
}

func (s *Signer) sign(c Claims) (string, error) {
	payload, err := c.wire(s.issuer, s.audience).encode()
	if err != nil {
		return "", err
	}
	signed := base64.RawURLEncoding.EncodeToString([]byte(headerFor(s.key.KID))) + "." +
		base64.RawURLEncoding.EncodeToString(payload)
	signature := ed25519.Sign(s.key.private.bytes(), []byte(signed))
	return signed + "." + base64.RawURLEncoding.EncodeToString(signature), nil
}

func (s *Signer) selfCheck(text string, want Claims) error {
	keys := map[string]ed25519.PublicKey{s.key.KID: s.key.Public}
	got, err := Verify(text, keys, s.issuer, s.audience, want.IssuedAt)
	if err != nil {
		return err
	}
	if got != want.inSeconds() {
		return errors.New("the value says something else than the token")
	}
	return nil
}
