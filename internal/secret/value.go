package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

const redactedText = "[redacted]"

// redacted is embedded by every type that holds a secret. It takes over all the ways in which fmt,
// log/slog and the encoders turn a value into text.
//
// Embedding is not enough alone: fmt does not call methods on unexported fields of other structs, it
// prints what it finds there. The types that embed redacted therefore keep their secrets in a Value,
// behind a pointer to a string. Of that fmt prints the address for every verb; pointers to arrays,
// slices and structs it follows when the verb does not fit.
type redacted struct{}

// String returns [redacted].
func (redacted) String() string { return redactedText }

// GoString returns [redacted].
func (redacted) GoString() string { return redactedText }

// Format writes [redacted] for every verb, flag, width and precision.
func (redacted) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, redactedText) }

// LogValue makes log/slog record [redacted].
func (redacted) LogValue() slog.Value { return slog.StringValue(redactedText) }

// MarshalJSON returns the JSON string "[redacted]".
func (redacted) MarshalJSON() ([]byte, error) { return []byte(`"` + redactedText + `"`), nil }

// MarshalText returns [redacted]. Encoders that know texts, such as XML and maps in JSON, use it.
func (redacted) MarshalText() ([]byte, error) { return []byte(redactedText), nil }

// Value is a secret text. Whatever prints, logs or encodes it, alone, behind a pointer or inside
// another value, gets [redacted]. It is not accepted as a statement argument by database/sql.
// The zero Value holds the empty text. Values are compared with [Value.Equal], not with ==.
type Value struct {
	redacted
	text *string
}

// NewValue returns a Value that holds s.
func NewValue(s string) Value {
	return Value{text: &s}
}

// Reveal returns the secret. It is the only way out, so its callers can be listed and reviewed.
func (v Value) Reveal() string {
	if v.text == nil {
		return ""
	}
	return *v.text
}

// bytes returns a copy of the secret for the primitives of this package.
func (v Value) bytes() []byte { return []byte(v.Reveal()) }

// IsZero reports whether v holds the empty text.
func (v Value) IsZero() bool {
	return v.text == nil || *v.text == ""
}

// Equal reports whether v and other hold the same text. The time it takes depends on their lengths
// only.
func (v Value) Equal(other Value) bool {
	return subtle.ConstantTimeCompare(v.bytes(), other.bytes()) == 1
}
