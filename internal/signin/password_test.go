package signin

import (
	"strings"
	"testing"
)

func TestCheckPassword(t *testing.T) {
	about := []string{"Acme Freight", "Data Platform", "Grace Hopper", "grace.hopper@acme.example"}
	tests := []struct{ why, password, code string }{
		{"a short sentence is fine", "my cat sleeps at noon", ""},
		{"exactly fifteen characters are enough", "vZ3 kp! wq8-uTn", ""},
		{"fourteen characters are too few", "vZ3 kp! wq8-uT", "too_short"},
		{"characters are counted, not bytes", "äöüßéèêëàâîôûçñ", ""},
		{"fourteen characters of two bytes are too few", "äöüßéèêëàâîôûç", "too_short"},
		{"nothing is too few", "", "too_short"},
		{"spaces around it belong to it", " vZ3 kp! wq8-u ", ""},
		{"1,024 bytes are the most", sentence(1024), ""},
		{"1,025 bytes are too many", sentence(1025), "too_long"},
		{"bytes that are no text are allowed", "vZ3 kp! wq8-uT\xff\xfe", ""},
		{"a well-known phrase is common", "correct horse battery staple", "common"},
		{"so it is without its spaces", "CorrectHorseBatteryStaple", "common"},
		{"so it is with digits for letters", "c0rr3ct-h0rs3-b4tt3ry-5t4pl3", "common"},
		{"so it is with a year and a sign behind it", "correct horse battery staple 2026!", "common"},
		{"four different characters are too few", "abcdabdcadbcdabc", "repetitive"},
		{"five different characters are enough", "abcdeacebdaedcbaecdb", ""},
		{"the case of letters makes no difference", "aAbBcCdDaAdDbBcC", "repetitive"},
		{"a short piece again and again is repetitive", "tr0ub4dortr0ub4dor", "repetitive"},
		{"a cut piece at the end does not hide it", "blueberryblueberrybl", "repetitive"},
		{"a long piece twice is fine", "my cat sleeps at noonmy cat sleeps at noon", ""},
		{"runs along the keyboard are repetitive", "wertyuio-sdfghjk", "repetitive"},
		{"so are runs backwards", "poiuytre lkjhgfd", "repetitive"},
		{"so are digits behind a short word", "otter23456789012", "repetitive"},
		{"so is one character held down", "otter11111111111", "repetitive"},
		{"short runs inside a sentence are fine", "my 1234 hedgehogs are quick", ""},
		{"the own name is context", "Grace.Hopper.1906", "context"},
		{"so is the Organization", "acmefreight-acme-7", "context"},
		{"so is the Workspace", "D4ta Pl4tform 99!", "context"},
		{"so is the e-mail", "grace.hopper@acme.example", "context"},
		{"so is the product", "dagpass-dagpass2!x", "context"},
		{"a name in a longer sentence is fine", "grace eats seven apples a day", ""},
	}
	for _, tt := range tests {
		t.Run(tt.why, func(t *testing.T) {
			got := ""
			if p := CheckPassword("password", tt.password, about...); p != nil {
				got = p.Code
			}
			if got != tt.code {
				t.Errorf("CheckPassword(%q) is %q, want %q", tt.password, got, tt.code)
			}
		})
	}
}

func TestCheckPassword_texts(t *testing.T) {
	tests := map[string]string{
		"short":                        "Use at least 15 characters. A short sentence works well.",
		"correct horse battery staple": "This password is on a list of common passwords.",
		"ada lovelace 1815 ada":        "Don't build the password from your name, your email or the Organization's name.",
	}
	for password, want := range tests {
		p := CheckPassword("new_password", password, "Ada Lovelace")
		if p == nil || p.Message != want || p.Field != "new_password" {
			t.Errorf("CheckPassword(%q) = %+v, want the sentence %q at new_password", password, p, want)
		}
	}
}

func TestCommonList(t *testing.T) {
	seen := map[string]bool{}
	for line := range strings.Lines(commonList) {
		line = strings.TrimSuffix(line, "\n")
		if len(line) < MinPassword {
			t.Errorf("%q is refused for its length already", line)
		}
		if seen[line] {
			t.Errorf("%q is listed twice", line)
		}
		seen[line] = true
		if p := CheckPassword("password", line); p == nil || p.Code != "common" {
			t.Errorf("%q is on the list and answered %+v", line, p)
		}
	}
	if len(seen) < 300 {
		t.Errorf("the list has %d entries, want some hundreds", len(seen))
	}
}

// sentence returns a text of n bytes without short repetition.
func sentence(n int) string {
	var b strings.Builder
	for i := 0; b.Len() < n; i++ {
		b.WriteString(strings.Repeat("x", i%7))
		b.WriteString(" quiet river number ")
		b.WriteRune(rune('a' + i%26))
	}
	return b.String()[:n]
}
