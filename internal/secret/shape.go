package secret

import "strings"

const (
	// MaxValueLength is the longest API token value that is looked at, in bytes.
	MaxValueLength = 4096

	minSegmentLength = 20
	signatureLength  = 86 // base64url of 64 bytes
	hintLength       = 4
)

// WellFormed reports whether s has the shape of an API token value: at most [MaxValueLength] bytes,
// three parts of base64url characters between two dots, the first two of at least 20 characters and
// the last of exactly 86. It reads a longer string no further than its length, and says nothing about
// whether the value was ever issued.
func WellFormed(s string) bool {
	if len(s) > MaxValueLength {
		return false
	}
	header, rest, _ := strings.Cut(s, ".")
	payload, signature, found := strings.Cut(rest, ".")
	return found &&
		len(header) >= minSegmentLength && isBase64URL(header) &&
		len(payload) >= minSegmentLength && isBase64URL(payload) &&
		len(signature) == signatureLength && isBase64URL(signature)
}

// isBase64URL reports whether s has no other characters than those of base64url without padding.
func isBase64URL(s string) bool {
	for i := range len(s) {
		switch c := s[i]; {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', c == '-', c == '_':
		default:
			return false
		}
	}
	return true
}

// Hint returns the last four characters of a value, by which a person tells two values apart. They
// are part of the signature, from which nothing else can be learnt. A value shorter than twice that
// has no hint.
func Hint(v Value) string {
	s := v.Reveal()
	if len(s) < 2*hintLength {
		return ""
	}
	return s[len(s)-hintLength:]
}
