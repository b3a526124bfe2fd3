package secret_test

import (
	"strings"
	"testing"

	"dagpass/internal/secret"
)

// TestMutations changes one valid value in every small way. Nothing but the exact string may pass,
// neither the look-up by digest nor the verifier.
func TestMutations(t *testing.T) {
	// Short ids and few claims: what is proved does not depend on the length, the time it takes does.
	value := mint(t, secret.Claims{TokenID: "c1", OrganizationID: "c2", JTI: testClaims().JTI, IssuedAt: noon, Generation: 1})
	keyring := newKeyring(t, goodLine, "inst-1")
	issued := map[secret.Digest]bool{keyring.Digest(secret.NewValue(value)): true}
	if _, err := verify(value); err != nil || !issued[keyring.Digest(secret.NewValue(value))] {
		t.Fatalf("the value itself is refused: %v", err)
	}
	for name, mutations := range map[string][]string{
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
	} {
		t.Run("refuses "+name, func(t *testing.T) {
			t.Parallel()
			for _, m := range mutations {
				if issued[keyring.Digest(secret.NewValue(m))] {
					t.Errorf("the look-up finds %q", m)
				}
				if _, err := verify(m); err == nil {
					t.Errorf("the verifier accepts %q", m)
				}
			}
			t.Logf("%d strings", len(mutations))
		})
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
