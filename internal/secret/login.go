package secret

import "strings"

// LoginKind says what a value of a program's login is for. It stands in front of the value, so that
// whoever finds one knows what it is, and none is ever taken for another.
type LoginKind string

// The kinds.
const (
	LoginCode    LoginKind = "dagpass_code_"    // what is turned into a login, once
	LoginAccess  LoginKind = "dagpass_access_"  // what a program calls with
	LoginRefresh LoginKind = "dagpass_refresh_" // what it gets the next one for
)

// loginBits is the length of 256 random bits in base64url.
const loginBits = 43

// NewLoginValue returns a value of a kind with 256 random bits. It has no dot, so that it never has
// the shape of an API token.
func NewLoginValue(kind LoginKind) Value {
	return NewValue(string(kind) + NewSessionID().Reveal())
}

// IsLoginValue reports whether s has the shape of a value of the kind. It says nothing about whether
// it was ever issued.
func IsLoginValue(s string, kind LoginKind) bool {
	bits, found := strings.CutPrefix(s, string(kind))
	return found && len(bits) == loginBits && isBase64URL(bits)
}
