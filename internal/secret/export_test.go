package secret

import "crypto/ed25519"

// The layers below Verify, so that a test can feed each of them and not only the shape rule in front.

func ParseJWS(value string) (kid string, payload []byte, err error) {
	token, err := parseJWS(value)
	return token.kid, token.payload, err
}

func ParseClaims(payload []byte) (Claims, error) {
	c, _, _, err := parseClaims(payload)
	return c, err
}

func VerifySignature(key ed25519.PublicKey, message, signature []byte) error {
	return verifySignature(key, message, signature)
}

// Occupy takes n of the Hasher's turns until the returned function is called.
func (h *Hasher) Occupy(n int) (release func()) {
	for range n {
		h.slots <- struct{}{}
	}
	return func() {
		for range n {
			<-h.slots
		}
	}
}
