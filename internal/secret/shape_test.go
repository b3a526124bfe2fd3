package secret_test

import (
	"regexp"
	"strings"
	"testing"

	"dagpass/internal/secret"
)

// shape is the rule as the design writes it, for comparison. RE2's \z is the true end of the text.
var shape = regexp.MustCompile(`\A[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{20,}\.[A-Za-z0-9_-]{86}\z`)

func TestWellFormed(t *testing.T) {
	part, signature := strings.Repeat("a", 20), strings.Repeat("Z", 86)
	longest := part + "." + strings.Repeat("b", secret.MaxValueLength-20-86-2) + "." + signature
	for name, tt := range map[string]struct {
		value string
		want  bool
	}{
		"the shortest value":              {part + "." + part + "." + signature, true},
		"every character of base64url":    {"ABCDEFGHIJKLMNOPQRSTUVWXYZ." + "abcdefghijklmnopqrstuvwxyz0123456789-_." + signature, true},
		"4,096 bytes":                     {longest, true},
		"4,097 bytes":                     {"a" + longest, false},
		"nothing":                         {"", false},
		"a header of 19":                  {part[1:] + "." + part + "." + signature, false},
		"a payload of 19":                 {part + "." + part[1:] + "." + signature, false},
		"a signature of 85":               {part + "." + part + "." + signature[1:], false},
		"a signature of 87":               {part + "." + part + "." + signature + "Z", false},
		"two parts":                       {part + "." + signature, false},
		"four parts":                      {part + "." + part + "." + part + "." + signature, false},
		"a dot at the end":                {part + "." + part + "." + signature + ".", false},
		"a line break at the end":         {part + "." + part + "." + signature + "\n", false},
		"a line break in the signature":   {part + "." + part + "." + signature[:85] + "\n", false},
		"padding":                         {part + "." + part + "." + signature[:84] + "==", false},
		"a plus sign of plain base64":     {part + "+." + part + "." + signature, false},
		"a space in front":                {" " + part + "." + part + "." + signature, false},
		"a zero byte":                     {part + "\x00." + part + "." + signature, false},
		"a letter of another script":      {part + "а." + part + "." + signature, false},
		"a megabyte of dots":              {strings.Repeat(".", 1<<20), false},
		"dots only":                       {"..", false},
		"4,096 bytes without a dot":       {strings.Repeat("a", secret.MaxValueLength), false},
		"a signature in place of a token": {signature, false},
	} {
		t.Run(name, func(t *testing.T) {
			if got := secret.WellFormed(tt.value); got != tt.want {
				t.Errorf("got %t, want %t", got, tt.want)
			}
			if len(tt.value) <= secret.MaxValueLength && shape.MatchString(tt.value) != tt.want {
				t.Error("the regular expression of the design disagrees with the table")
			}
		})
	}
}

func TestHint(t *testing.T) {
	for value, want := range map[string]string{"": "", "abcd": "", "abcdefg": "", "abcdefgh": "efgh", "a.b.c-wxYZ": "wxYZ"} {
		if got := secret.Hint(secret.NewValue(value)); got != want {
			t.Errorf("Hint of %q = %q, want %q", value, got, want)
		}
	}
}

func FuzzWellFormed(f *testing.F) {
	for _, v := range forgedValues() {
		if len(v.value) <= 2*secret.MaxValueLength {
			f.Add(v.value)
		}
	}
	f.Fuzz(func(t *testing.T, s string) {
		want := len(s) <= secret.MaxValueLength && shape.MatchString(s)
		if got := secret.WellFormed(s); got != want {
			t.Errorf("WellFormed(%q) = %t", s, got)
		}
	})
}
