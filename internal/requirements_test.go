package house_test

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// firstRelease are the numbers of the requirements that the first release makes true.
var firstRelease = append(numbers(8, 35), 2, 38, 42, 43, 44, 46, 54, 58, 59, 60, 61, 62)

func numbers(from, to int) []int {
	var out []int
	for n := from; n <= to; n++ {
		out = append(out, n)
	}
	return out
}

// TestRequirements_EachHasATestThatNamesIt looks for "R12" in the comments of the tests. It was seen
// to fail with a number taken out of one.
func TestRequirements_EachHasATestThatNamesIt(t *testing.T) {
	named := map[int]bool{}
	mention := regexp.MustCompile(`\bR(\d{1,2})\b`)
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") || filepath.Base(path) == "requirements_test.go" {
			return err
		}
		source, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for line := range strings.Lines(string(source)) {
			_, comment, found := strings.Cut(line, "//")
			if !found {
				continue
			}
			for _, m := range mention.FindAllStringSubmatch(comment, -1) {
				n, err := strconv.Atoi(m[1])
				if err != nil {
					return err
				}
				named[n] = true
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	slices.Sort(firstRelease)
	for _, n := range firstRelease {
		if !named[n] {
			t.Errorf("no test names R%d", n)
		}
	}
}
