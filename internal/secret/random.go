package secret

import (
	"crypto/rand"
	"encoding/base32"
	"encoding/base64"
)

const base36Alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"

// crockford is Crockford's base 32 in lower case: no i, l, o or u, so that a code can be read aloud.
var crockford = base32.NewEncoding("0123456789abcdefghjkmnpqrstvwxyz").WithPadding(base32.NoPadding)

// NewSessionID returns 256 random bits as 43 characters of base64url, fit for a cookie.
func NewSessionID() Value {
	return NewValue(base64.RawURLEncoding.EncodeToString(randomBytes(32)))
}

// NewCode returns 160 random bits as 32 characters of [0-9a-z] without i, l, o and u: a one-time
// code for set-up, invitations and password resets that a double click selects as one word.
func NewCode() Value {
	return NewValue(crockford.EncodeToString(randomBytes(20)))
}

// NewJTI returns the unique id of one token value: 26 characters of [0-9a-z], 134 random bits.
func NewJTI() string {
	return Base36(26)
}

// Base36 returns n random characters of [0-9a-z], each equally likely (5.17 bits a character). It
// returns the empty text for n < 1.
func Base36(n int) string {
	// 252 is the largest multiple of 36 that a byte can hold. Bytes above it are thrown away,
	// or the first four characters would come up more often.
	const limit = 256 / len(base36Alphabet) * len(base36Alphabet)
	text := make([]byte, 0, max(n, 0))
	for len(text) < n {
		for _, b := range randomBytes(n - len(text)) {
			if int(b) < limit {
				text = append(text, base36Alphabet[int(b)%len(base36Alphabet)])
			}
		}
	}
	return string(text)
}

// isBase36 reports whether s consists of n characters of [0-9a-z].
func isBase36(s string, n int) bool {
	if len(s) != n {
		return false
	}
	for i := range len(s) {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// randomBytes returns n bytes from crypto/rand, which ends the program rather than return an error.
func randomBytes(n int) []byte {
	b := make([]byte, n)
	_, _ = rand.Read(b)
	return b
}
