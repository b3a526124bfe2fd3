package access

import (
	"fmt"
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/cases"
	"golang.org/x/text/unicode/norm"
)

// Limits of names and descriptions in characters (code points), product.md 3.11.
const (
	MaxOrgName       = 50
	MaxWorkspaceName = 50
	MaxTokenName     = 256
	MaxDescription   = 500
	MaxFullName      = 100
	MaxEmail         = 254
)

// maxMarks is how many combining marks may follow each other; more only draw over other lines.
const maxMarks = 4

// CleanName returns s in normal form C without surrounding space, or the problem that makes it no
// name: empty, longer than max characters, not UTF-8, or a character people cannot see.
func CleanName(field, s string, max int) (string, *FieldProblem) {
	s, p := cleanText(field, "name", s, max, false)
	if p == nil && s == "" {
		return "", &FieldProblem{field, "required", "Enter a name."}
	}
	return s, p
}

// CleanDescription is [CleanName] for an optional text that may hold line breaks and tabs.
func CleanDescription(field, s string) (string, *FieldProblem) {
	return cleanText(field, "description", s, MaxDescription, true)
}

func cleanText(field, noun, s string, max int, lines bool) (string, *FieldProblem) {
	if !utf8.ValidString(s) {
		return "", &FieldProblem{field, "encoding", "Use text encoded as UTF-8."}
	}
	if lines {
		s = strings.ReplaceAll(s, "\r\n", "\n")
	}
	s = strings.TrimSpace(norm.NFC.String(s))
	if r, bad := forbiddenRune(s, lines); bad {
		return "", &FieldProblem{field, "character", fmt.Sprintf("Remove the character U+%04X; it can't be seen.", r)}
	}
	if n := utf8.RuneCountInString(s); n > max {
		return "", &FieldProblem{field, "too_long", fmt.Sprintf("Use %d characters or fewer; this %s has %d.", max, noun, n)}
	}
	return s, nil
}

func forbiddenRune(s string, lines bool) (rune, bool) {
	marks := 0
	for _, r := range s {
		if marks = countMarks(marks, r); marks > maxMarks {
			return r, true
		}
		if lines && (r == '\n' || r == '\t') {
			continue
		}
		if invisible(r) {
			return r, true
		}
	}
	return 0, false
}

func countMarks(marks int, r rune) int {
	if unicode.Is(unicode.M, r) {
		return marks + 1
	}
	return 0
}

// invisible reports characters that change how text looks without being seen: controls, format
// characters (zero width, bidirectional), line and paragraph separators, private use and
// noncharacters (security.md 10). Variation selectors and the zero-width joiner are among them.
func invisible(r rune) bool {
	switch {
	case unicode.In(r, unicode.Cc, unicode.Cf, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp):
		return true
	case unicode.Is(unicode.Variation_Selector, r), unicode.Is(unicode.Noncharacter_Code_Point, r):
		return true
	case r == '\u115f', r == '\u1160', r == '\u3164', r == '\uffa0': // Hangul fillers
		return true
	}
	return false
}

// Fold returns the form under which names are compared and sorted: compatibility-normalised and
// case-folded.
func Fold(s string) string {
	if isASCII(s) { // the same, at a tenth of the cost: a search folds thousands of texts
		return strings.ToLower(s)
	}
	return cases.Fold().String(norm.NFKC.String(s))
}

// CleanEmail returns the address in the lower-case form under which it is stored and compared, or
// the problem with it. Only plain ASCII addresses of at most 254 characters are taken, because the
// CLI lower-cases what people type and compares exactly.
func CleanEmail(field, s string) (string, *FieldProblem) {
	s = strings.ToLower(strings.TrimSpace(s))
	local, domain, ok := strings.Cut(s, "@")
	good := ok && len(s) <= MaxEmail && local != "" && len(local) <= 64 &&
		dotted(local, "!#$%&'*+-/=?^_`{|}~") && dotted(domain, "-") && strings.Contains(domain, ".")
	if !good {
		return "", &FieldProblem{field, "email", "Enter an email address, like name@example.com."}
	}
	return s, nil
}

// dotted reports whether s is made of non-empty parts of letters, digits and the extra characters,
// separated by single dots.
func dotted(s, extra string) bool {
	for part := range strings.SplitSeq(s, ".") {
		if part == "" {
			return false
		}
		for _, r := range part {
			plain := r >= 'a' && r <= 'z' || r >= '0' && r <= '9'
			if !plain && !strings.ContainsRune(extra, r) {
				return false
			}
		}
	}
	return true
}

func isASCII(s string) bool {
	for i := range len(s) {
		if s[i] >= utf8.RuneSelf {
			return false
		}
	}
	return true
}
