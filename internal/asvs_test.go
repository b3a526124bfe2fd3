package house_test

import (
	"flag"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"
)

var update = flag.Bool("update", false, "write docs/asvs.md instead of comparing it")

// asvsItem is a line of testdata/asvs.txt.
type asvsItem struct {
	id, level, how, what, evidence string
}

// TestASVS holds docs/asvs.md against testdata/asvs.txt, and that against the tests and pages it names.
// With -update it writes docs/asvs.md. It was seen to fail with a test of the list renamed, a heading of a
// page changed and an item taken out.
func TestASVS(t *testing.T) {
	items, chapters := readASVS(t)
	// Level 1 has 70 items and level 2 another 183 in version 5.0.0.
	levels := map[string]int{}
	for _, item := range items {
		levels[item.level]++
	}
	if levels["1"] != 70 || levels["2"] != 183 {
		t.Errorf("the list has %d and %d items of level 1 and 2; the standard has 70 and 183", levels["1"], levels["2"])
	}
	tests := testNames(t)
	for _, item := range items {
		if problem := item.check(tests); problem != "" {
			t.Errorf("%s: %s", item.id, problem)
		}
	}
	page := asvsPage(items, chapters)
	if *update {
		if err := os.WriteFile("../docs/asvs.md", []byte(page), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if now, err := os.ReadFile("../docs/asvs.md"); err != nil || string(now) != page {
		t.Errorf("docs/asvs.md is not what testdata/asvs.txt says (%v); write it with -update", err)
	}
}

// readASVS returns the items in their order, and the chapter that each of some of them begins.
func readASVS(t *testing.T) (items []asvsItem, chapters map[string]string) {
	t.Helper()
	text, err := os.ReadFile("testdata/asvs.txt")
	if err != nil {
		t.Fatal(err)
	}
	chapters = map[string]string{}
	chapter := ""
	for line := range strings.Lines(string(text)) {
		line = strings.TrimSpace(line)
		if title, ok := strings.CutPrefix(line, "## "); ok {
			chapter = title
		}
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, " | ")
		if len(f) != 5 {
			t.Fatalf("%q has %d fields instead of 5", line, len(f))
		}
		items = append(items, asvsItem{f[0], f[1], f[2], f[3], f[4]})
		if chapter != "" {
			chapters[f[0]], chapter = chapter, ""
		}
	}
	return items, chapters
}

// check returns what is wrong with the evidence of an item.
func (a asvsItem) check(tests map[string]bool) string {
	switch a.how {
	case "shown":
		for _, name := range strings.Fields(a.evidence) {
			if !tests[name] {
				return "there is no " + name
			}
		}
	case "written":
		return missingPlace(a.evidence)
	case "missing", "none":
	default:
		return "unknown kind of evidence " + a.how
	}
	return ""
}

// missingPlace returns what there is not of a place such as "security.md#how".
func missingPlace(place string) string {
	file, anchor, _ := strings.Cut(place, "#")
	page, err := os.ReadFile(filepath.Join("../docs", file))
	if err != nil {
		return err.Error()
	}
	if anchor == "" {
		return ""
	}
	for line := range strings.Lines(string(page)) {
		if title := strings.TrimLeft(line, "#"); title != line && anchorOf(title) == anchor {
			return ""
		}
	}
	return "no heading of " + file + " has the anchor " + anchor
}

var noAnchor = regexp.MustCompile(`[^\p{L}\p{N} _-]`)

// anchorOf is how Markdown pages name a heading in addresses.
func anchorOf(title string) string {
	return strings.ReplaceAll(noAnchor.ReplaceAllString(strings.ToLower(strings.TrimSpace(title)), ""), " ", "-")
}

var testFunction = regexp.MustCompile(`(?m)^func (Test\w+|Fuzz\w+)\(`)

// testNames are the names of all tests of the program.
func testNames(t *testing.T) map[string]bool {
	t.Helper()
	names := map[string]bool{}
	err := filepath.WalkDir("..", func(path string, d fs.DirEntry, err error) error {
		if err != nil || d.IsDir() || !strings.HasSuffix(path, "_test.go") {
			return err
		}
		source, err := os.ReadFile(path)
		for _, m := range testFunction.FindAllStringSubmatch(string(source), -1) {
			names[m[1]] = true
		}
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return names
}

const asvsHead = `# OWASP ASVS 5.0, level 1 and 2

Made from ` + "`internal/testdata/asvs.txt`" + ` by ` + "`go test ./internal -run TestASVS -update`" + `, which fails when a test or page named here is not there. The items are told in our own words; the numbers are those of the standard.

`

// asvsPage is docs/asvs.md.
func asvsPage(items []asvsItem, chapters map[string]string) string {
	var page strings.Builder
	page.WriteString(asvsHead + asvsCounts(items) + "\n## What is missing\n\n")
	for _, a := range items {
		if a.how == "missing" {
			fmt.Fprintf(&page, "- **%s** (level %s) %s: %s\n", a.id, a.level, a.what, a.evidence)
		}
	}
	for _, a := range items {
		if title := chapters[a.id]; title != "" {
			fmt.Fprintf(&page, "\n## %s\n\n| Item | Level | What it asks for | |\n|---|---|---|---|\n", title)
		}
		fmt.Fprintf(&page, "| %s | %s | %s | %s |\n", a.id, a.level, a.what, a.proof())
	}
	return page.String()
}

// proof is the last cell of an item's row.
func (a asvsItem) proof() string {
	switch a.how {
	case "shown":
		return "`" + strings.Join(strings.Fields(a.evidence), "` `") + "`"
	case "written":
		return fmt.Sprintf("[%s](%s)", a.evidence, a.evidence)
	case "missing":
		return "**missing**: " + a.evidence
	default:
		return "does not apply: " + a.evidence
	}
}

// asvsCounts is the table of how many items are shown, written, missing and without an object.
func asvsCounts(items []asvsItem) string {
	kinds := []string{"shown", "written", "missing", "none"}
	count := map[string]int{}
	for _, a := range items {
		count[a.level+a.how]++
	}
	var table strings.Builder
	table.WriteString("| | shown by tests | written down | missing | does not apply |\n|---|---|---|---|---|\n")
	for _, level := range []string{"1", "2"} {
		row := []string{"Level " + level}
		for _, kind := range kinds {
			row = append(row, fmt.Sprint(count[level+kind]))
		}
		fmt.Fprintf(&table, "| %s |\n", strings.Join(slices.Clip(row), " | "))
	}
	return table.String()
}
