package views

import (
	"strings"
	"unicode"
	"unicode/utf8"
)

// initials are at most two capital letters for the avatar.
func initials(name, email string) string {
	words := strings.Fields(name)
	if len(words) == 0 {
		words = []string{email}
	}
	first := initial(words[0])
	if len(words) == 1 {
		return first
	}
	return first + initial(words[len(words)-1])
}

func initial(word string) string {
	r, _ := utf8.DecodeRuneInString(word)
	if !unicode.IsLetter(r) && !unicode.IsDigit(r) {
		return "?"
	}
	return strings.ToUpper(string(r))
}

// cut shortens text to n characters, the last one an ellipsis, and never splits a character.
func cut(text string, n int) string {
	text = strings.Join(strings.Fields(text), " ")
	if utf8.RuneCountInString(text) <= n {
		return text
	}
	return strings.TrimSpace(string([]rune(text)[:n-1])) + "…"
}
