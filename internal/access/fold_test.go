package access_test

import (
	"testing"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"

	"dagpass/internal/access"
)

// TestFold: the short way for ASCII gives what the long one gives.
func TestFold(t *testing.T) {
	for first := range 0x80 {
		for second := range 0x80 {
			s := string([]byte{byte(first), byte(second)})
			if got, want := access.Fold(s), cases.Fold().String(norm.NFKC.String(s)); got != want {
				t.Fatalf("%q is folded to %q, want %q", s, got, want)
			}
		}
	}
	for s, want := range map[string]string{"Straße": "strasse", "ＦＵＬＬ": "full", "ADA LÖWE": "ada löwe", "": ""} {
		if got := access.Fold(s); got != want {
			t.Errorf("%q is folded to %q, want %q", s, got, want)
		}
	}
}
