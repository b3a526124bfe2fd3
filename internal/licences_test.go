package house_test

import (
	"crypto/sha256"
	"fmt"
	"maps"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/proof"
)

// licence is one that what Dagpass is built from may have, known by what its text cannot do without.
type licence struct {
	name string
	says []string // in lower case, with single spaces
}

// redistribution begins the licences of the BSD family.
const redistribution = "redistribution and use in source and binary forms, with or without modification, are permitted"

// allowed ask for no more than their own text and notices to be passed on. The first that fits counts.
var allowed = []licence{
	{"Apache-2.0", []string{"apache license version 2.0, january 2004", "grant of patent license"}},
	{"BSD-3-Clause", []string{redistribution, "neither the name of", `provided by the copyright holders and contributors "as is"`}},
	{"BSD-2-Clause", []string{redistribution, `"as is" and any express or implied warranties`}},
	{"MIT", []string{"permission is hereby granted, free of charge, to any person obtaining a copy", `the software is provided "as is"`}},
	{"ISC", []string{"permission to use, copy, modify, and/or distribute this software for any purpose with or without fee is hereby granted"}},
	{"public domain", []string{"dedicated to the public domain by the authors"}},
}

// read are texts beside a module's licence that somebody has read, by their SHA-256: when one changes it
// has to be read again.
var read = map[string]string{
	// The source of a picture that is in no program.
	"5ae5bee3072a841376451b48d8cfcec7188e10543926d5870828d36c8a750dc5": "modernc.org/memory LICENSE-LOGO",
	// MPL-2.0, which asks for the source of its own files where they are passed on. Tests alone use it.
	"66a3107d5ad6a058aab753eaac2047ccb2ed0e39465dd0fe5844da3e300d5172": "pgregory.net/rapid LICENSE",
	// A list of what sqlite is made of, all of it allowed. MPL-2.0 is in it for a module that it says is
	// compiled into nothing.
	"4194f8e7119be72babd499db4f6f1f7547e36e8a7bffcb2b9c8df241b8f1576a": "modernc.org/sqlite LICENSE-3RD-PARTY.md",
}

// refused stand in texts that ask for more: a text with one of them is none of the allowed.
var refused = regexp.MustCompile(`general public licen[cs]e|affero|mozilla public|eclipse public|server side public|business source|commons clause|non-?commercial (use|purposes) only`)

var (
	spaces = regexp.MustCompile(`\s+`)
	quotes = strings.NewReplacer("“", `"`, "”", `"`, "``", `"`, "''", `"`)
)

// licenceOf names the licence of a text, "" when it is none of the allowed.
func licenceOf(text string) string {
	text = quotes.Replace(spaces.ReplaceAllString(strings.ToLower(text), " "))
	if refused.MatchString(text) {
		return ""
	}
	for _, l := range allowed {
		if !slices.ContainsFunc(l.says, func(part string) bool { return !strings.Contains(text, part) }) {
			return l.name
		}
	}
	return ""
}

// module is one that some package here is built from.
type module struct{ path, dir string }

// modules lists those of the program, its tests and its tools, out of the module cache.
func modules(t *testing.T) []module {
	t.Helper()
	list := exec.Command("go", "list", "-deps", "-test", "-f", "{{with .Module}}{{if not .Main}}{{.Path}}\t{{.Dir}}{{end}}{{end}}", "./...", "tool")
	list.Dir = ".."
	list.Env = append(os.Environ(), "GOFLAGS=-mod=readonly", "GOPROXY=off")
	list.Stderr = os.Stderr
	out, err := list.Output()
	if err != nil {
		t.Fatalf("go list: %v; fill the module cache with: go mod download", err)
	}
	found := map[string]string{}
	for line := range strings.Lines(string(out)) {
		if path, dir, ok := strings.Cut(strings.TrimSpace(line), "\t"); ok {
			found[path] = dir
		}
	}
	var all []module
	for path, dir := range found {
		all = append(all, module{path, dir})
	}
	slices.SortFunc(all, func(a, b module) int { return strings.Compare(a.path, b.path) })
	return all
}

var licenceFile = regexp.MustCompile(`(?i)^(licen[cs]e|copying|unlicense)([-.].*)?$`)

// licences reads those of a module: every file that is named like one has to be allowed, for one may
// stand beside another.
func (m module) licences() (found []string, err error) {
	entries, err := os.ReadDir(m.dir)
	if err != nil {
		return nil, err
	}
	for _, entry := range entries {
		if entry.IsDir() || !licenceFile.MatchString(entry.Name()) {
			continue
		}
		text, err := os.ReadFile(filepath.Join(m.dir, entry.Name()))
		if err != nil {
			return nil, err
		}
		if read[fmt.Sprintf("%x", sha256.Sum256(text))] == m.path+" "+entry.Name() {
			found = append(found, "read by hand")
			continue
		}
		name := licenceOf(string(text))
		if name == "" {
			return nil, fmt.Errorf("%s %s is no licence that may be used here; see docs/security.md", m.path, entry.Name())
		}
		found = append(found, name)
	}
	if len(found) == 0 {
		return nil, fmt.Errorf("%s has no licence", m.path)
	}
	return found, nil
}

// TestProof_Licences: everything the program, its tests and its tools are built from may be used and
// passed on. A text that is not recognised fails like one that is refused.
// Seen to fail with the MIT licence taken off the list, and with a module whose LICENSE had become the
// GNU Affero General Public License.
func TestProof_Licences(t *testing.T) {
	all, counts := modules(t), map[string]int{}
	if len(all) < 40 {
		t.Fatalf("found %d modules only", len(all))
	}
	unknown := 0
	for _, m := range all {
		names, err := m.licences()
		if err != nil {
			t.Error(err)
			unknown++
			continue
		}
		counts[names[0]]++
	}
	var parts []string
	for _, name := range slices.Sorted(maps.Keys(counts)) {
		parts = append(parts, fmt.Sprintf("%d %s", counts[name], name))
	}
	proof.Figure(t, "%d modules: %s, %d unknown", len(all), strings.Join(parts, ", "), unknown)
}

// TestLicenceOf holds the recognition against texts that look like an allowed one.
func TestLicenceOf(t *testing.T) {
	const mit = `Permission is hereby granted, free of charge, to any person
		obtaining a copy of this software … THE SOFTWARE IS PROVIDED “AS IS”`
	for name, test := range map[string]struct{ text, want string }{
		"an allowed text, however it is broken":   {mit, "MIT"},
		"half of one":                             {mit[:60], ""},
		"nothing":                                 {"", ""},
		"a text of one's own":                     {"You may use this on Sundays.", ""},
		"an allowed text with another behind it":  {mit + "\nGNU Affero General Public License", ""},
		"an allowed text with a condition before": {"“Commons Clause” License Condition v1.0\n" + mit, ""},
		"a name alone":                            {"SPDX-License-Identifier: MIT", ""},
	} {
		if got := licenceOf(test.text); got != test.want {
			t.Errorf("%s: %q, want %q", name, got, test.want)
		}
	}
}
