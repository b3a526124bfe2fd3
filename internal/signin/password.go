package signin

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"dagpass/internal/access"
)

// The limits of a password (security.md 8). There are no rules about kinds of characters.
const (
	MinPassword      = 15   // characters
	MaxPasswordBytes = 1024 // bytes

	minDistinct = 5 // different characters
	minRun      = 4 // characters in a row that follow each other in a known order
	minWord     = 3 // characters of a name that count as one of its words
)

// The sentences about a refused password.
const (
	shortPassword   = "Use at least 15 characters. A short sentence works well."
	commonPassword  = "This password is on a list of common passwords."
	contextPassword = "Don't build the password from your name, your email or the Organization's name."
	repetitive      = "This password repeats a few characters or follows the keyboard. A short sentence works well."
)

// CheckPassword returns what is wrong with a password, nil when it may be used. about are the words
// that others would try first: the names of the person, their Organizations and Workspaces, their
// e-mail. The password is taken as it is: nothing is trimmed and every character is allowed.
func CheckPassword(field, password string, about ...string) *access.FieldProblem {
	switch {
	case utf8.RuneCountInString(password) < MinPassword:
		return &access.FieldProblem{Field: field, Code: "too_short", Message: shortPassword}
	case len(password) > MaxPasswordBytes:
		text := fmt.Sprintf("Use %d bytes or fewer; this password has %d.", MaxPasswordBytes, len(password))
		return &access.FieldProblem{Field: field, Code: "too_long", Message: text}
	case isCommon(password):
		return &access.FieldProblem{Field: field, Code: "common", Message: commonPassword}
	case isRepetitive(password):
		return &access.FieldProblem{Field: field, Code: "repetitive", Message: repetitive}
	case isAbout(password, about):
		return &access.FieldProblem{Field: field, Code: "context", Message: contextPassword}
	}
	return nil
}

// commonList are passwords of fifteen characters and more that many people choose, one a line.
//
//go:embed common.txt
var commonList string

// isCommon compares with the list as people vary what is on it: another case, spaces and signs
// between the words, digits for letters, a year or a sign at the end.
func isCommon(password string) bool {
	whole, stem := simplify(password), simplify(strings.TrimRightFunc(password, notLetter))
	for line := range strings.Lines(commonList) {
		if known := simplify(line); known == whole || known == stem {
			return true
		}
	}
	return false
}

// simplify returns the letters and digits of s in lower case, with the usual stand-ins for letters
// undone.
func simplify(s string) string {
	return strings.Map(func(r rune) rune {
		switch r {
		case '0':
			return 'o'
		case '1', '!', '|':
			return 'i'
		case '3', '€':
			return 'e'
		case '4', '@':
			return 'a'
		case '5', '$':
			return 's'
		case '7':
			return 't'
		}
		if notLetter(r) && !unicode.IsDigit(r) {
			return -1
		}
		return unicode.ToLower(r)
	}, s)
}

func notLetter(r rune) bool { return !unicode.IsLetter(r) }

// isRepetitive reports passwords with little in them: few different characters, a short piece again
// and again, or runs along the keyboard, the alphabet or the digits that make up most of it.
func isRepetitive(password string) bool {
	chars := []rune(strings.ToLower(password))
	different := make(map[rune]bool)
	for _, r := range chars {
		different[r] = true
	}
	piece := period(chars)
	return len(different) < minDistinct || piece < MinPassword && piece <= len(chars)/2 || 2*inRuns(chars) > len(chars)
}

// period is the length of the shortest piece that gives the text when it is repeated and cut.
func period(chars []rune) int {
	for p := 1; p < len(chars); p++ {
		if repeats(chars, p) {
			return p
		}
	}
	return len(chars)
}

func repeats(chars []rune, p int) bool {
	for i := p; i < len(chars); i++ {
		if chars[i] != chars[i-p] {
			return false
		}
	}
	return true
}

// orders are what fingers follow, each also backwards.
var orders = [...]string{
	"abcdefghijklmnopqrstuvwxyz", "01234567890",
	"qwertyuiop[]", "asdfghjkl;'", "zxcvbnm,./",
	"qwertzuiop", "yxcvbnm", "azertyuiop", "qsdfghjklm", "wxcvbn",
	"!@#$%^&*()_+",
	"1qaz2wsx3edc4rfv5tgb6yhn7ujm8ik", "1q2w3e4r5t6z7u8i9o0p", "1q2w3e4r5t6y7u8i9o0p",
}

// inRuns counts the characters that lie in runs of at least minRun.
func inRuns(chars []rune) int {
	n := 0
	for i := 0; i < len(chars); {
		length := 0
		for _, order := range orders {
			length = max(length, runLength(chars[i:], order))
		}
		if length < minRun {
			i++
			continue
		}
		n += length
		i += length
	}
	return n
}

// runLength is how many characters at the start of chars stand next to each other in the order, all
// in the same direction or all the same.
func runLength(chars []rune, order string) int {
	longest := 1
	for _, step := range []int{-1, 0, 1} {
		n := 1
		for n < len(chars) && follows(order, chars[n-1], chars[n], step) {
			n++
		}
		longest = max(longest, n)
	}
	return longest
}

// follows reports whether b stands step places behind a somewhere in the order.
func follows(order string, a, b rune, step int) bool {
	if step == 0 {
		return a == b
	}
	for i, r := range order {
		if j := i + step; r == a && j >= 0 && j < len(order) && rune(order[j]) == b {
			return true
		}
	}
	return false
}

// isAbout reports whether words of the person and the product make up most of the letters and digits
// of the password.
func isAbout(password string, about []string) bool {
	rest := simplify(password)
	total := utf8.RuneCountInString(rest)
	for _, word := range contextWords(about) {
		rest = strings.ReplaceAll(rest, word, "\n")
	}
	return 2*utf8.RuneCountInString(strings.ReplaceAll(rest, "\n", "")) < total
}

// contextWords returns the texts as a whole and word by word, simplified, the longest first so that
// no shorter one breaks it up.
func contextWords(about []string) []string {
	words := []string{}
	for _, text := range append([]string{"Dagpass", "Airflow"}, about...) {
		parts := strings.FieldsFunc(text, func(r rune) bool { return notLetter(r) && !unicode.IsDigit(r) })
		for _, part := range append(parts, text) {
			if w := simplify(part); utf8.RuneCountInString(w) >= minWord {
				words = append(words, w)
			}
		}
	}
	slices.SortFunc(words, func(a, b string) int { return len(b) - len(a) })
	return words
}
