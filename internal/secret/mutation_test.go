package secret_test

import (
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/proof"
	"dagpass/internal/secret"
)

// TestProof_TokenMutations changes one valid value in every small way: nothing but the exact text may pass,
// neither the look-up of a real installation, alone and behind its API, nor the check with the published
// key. Seen to fail with a Tokens.Verify that trimmed what it was given, and with a decodeSegment that did
// not encode again what it had decoded.
func TestProof_TokenMutations(t *testing.T) {
	l := newLiveToken(t)
	l.accepted(t, "before")
	looked, called := 0, 0
	step := proof.Times(7, 1) // of every 71 characters in one place, each is tried somewhere
	for name, mutations := range mutationsOf(l.value) {
		for i := 0; i < len(mutations); i += step {
			looked++
			if l.verify(mutations[i]) == nil {
				t.Errorf("%s: the server finds %q", name, mutations[i])
			}
			if looked%calledEvery == 0 {
				called++
				if status, _ := l.present(l.routes()[0], mutations[i]); status != http.StatusUnauthorized {
					t.Errorf("%s: the API answers %d to %q", name, status, mutations[i])
				}
			}
		}
	}
	checked := checkedOffline(t)
	l.accepted(t, "after")
	proof.Figure(t, "%d texts looked up, %d of them sent to the API, %d checked without the database: 0 accepted", looked, called, checked)
}

// calledEvery is which part of the changed values also goes through the router.
const calledEvery = 20

// checkedOffline verifies every change of a value with short ids and few claims: what is proved does not
// depend on the length, the time it takes does.
func checkedOffline(t *testing.T) (checked int) {
	t.Helper()
	short := mint(t, secret.Claims{TokenID: "c1", OrganizationID: "c2", JTI: testClaims().JTI, IssuedAt: noon, Generation: 1})
	if _, err := verify(short); err != nil {
		t.Fatalf("the value itself is refused: %v", err)
	}
	for name, mutations := range mutationsOf(short) {
		for _, m := range mutations {
			checked++
			if _, err := verify(m); err == nil {
				t.Errorf("%s: the verifier accepts %q", name, m)
			}
		}
	}
	return checked
}

func mutationsOf(value string) map[string][]string {
	return map[string][]string{
		"a prefix":                        prefixes(value),
		"a suffix":                        suffixes(value),
		"one character less":              deletions(value),
		"one character exchanged":         replacements(value),
		"one character of another case":   caseChanges(value),
		"two neighbours swapped":          swaps(value),
		"one character more anywhere":     insertions(value),
		"white space or padding about it": surroundings(value),
		"another case as a whole":         {strings.ToUpper(value), strings.ToLower(value)},
		"itself twice":                    {value + value, value + "." + value, value + "," + value, value + " " + value},
	}
}

const base64url = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_"

func prefixes(s string) (all []string) {
	for i := range s {
		all = append(all, s[:i])
	}
	return all
}

func suffixes(s string) (all []string) {
	for i := range s {
		all = append(all, s[i+1:])
	}
	return all
}

func deletions(s string) (all []string) {
	for i := range s {
		all = append(all, s[:i]+s[i+1:])
	}
	return all
}

// replacements puts every character of base64url, a dot and some that look alike to lenient decoders
// in every place.
func replacements(s string) (all []string) {
	for i := range s {
		for _, c := range base64url + ".+/= \n\x00" {
			if byte(c) != s[i] {
				all = append(all, s[:i]+string(c)+s[i+1:])
			}
		}
	}
	return all
}

func caseChanges(s string) (all []string) {
	for i := range s {
		for _, c := range []string{strings.ToUpper(s[i : i+1]), strings.ToLower(s[i : i+1])} {
			if c != s[i:i+1] {
				all = append(all, s[:i]+c+s[i+1:])
			}
		}
	}
	return all
}

func swaps(s string) (all []string) {
	for i := 1; i < len(s); i++ {
		if s[i-1] != s[i] {
			all = append(all, s[:i-1]+s[i:i+1]+s[i-1:i]+s[i+1:])
		}
	}
	return all
}

func insertions(s string) (all []string) {
	for i := range s {
		for _, c := range []string{" ", "\t", "\n", "\r", "\r\n", "=", ".", "A", "\x00", "\u200b", "\ufeff"} {
			all = append(all, s[:i]+c+s[i:])
		}
	}
	return all
}

func surroundings(s string) (all []string) {
	for _, c := range []string{" ", "\t", "\n", "\r\n", "=", "==", "\"", "'", "<", ">", ",", ";", "\x00", "Bearer ", "%20", "\u00a0"} {
		all = append(all, c+s, s+c, c+s+c)
	}
	return all
}
