package house_test

import (
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"
)

// TestListOfProofs: docs/proof.md has a row for each proof and fuzz target, and for nothing else. It
// was seen to fail with a row taken out, and with one for a proof that is not there.
func TestListOfProofs(t *testing.T) {
	page, err := os.ReadFile("../docs/proof.md")
	if err != nil {
		t.Fatal(err)
	}
	var listed []string
	for _, m := range regexp.MustCompile("(?m)^\\| `((?:TestProof_|Fuzz)\\w+)` ").FindAllStringSubmatch(string(page), -1) {
		listed = append(listed, m[1])
	}
	for name := range testNames(t) {
		isProof := strings.HasPrefix(name, "TestProof_") || strings.HasPrefix(name, "Fuzz")
		if isProof && !slices.Contains(listed, name) {
			t.Errorf("docs/proof.md has no row for %s", name)
		}
	}
	for _, name := range listed {
		if !testNames(t)[name] {
			t.Errorf("docs/proof.md has a row for %s, which is not there", name)
		}
	}
}
