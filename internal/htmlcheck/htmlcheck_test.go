package htmlcheck_test

import (
	"strings"
	"testing"

	"dagpass/internal/htmlcheck"
)

const page = `<main><h1>API
	Tokens</h1><a class="x" href="/w">All <b>Workspaces</b></a><a>Help</a></main>`

func TestChecks(t *testing.T) {
	tests := map[string]struct {
		check htmlcheck.Check
		want  string // part of the failure; empty: passes
	}{
		"In finds an element":                       {htmlcheck.In("main h1"), ""},
		"In names the selector that is missing":     {htmlcheck.In("main h2"), "main h2: not found"},
		"In prefixes a failure inside it":           {htmlcheck.In("main", htmlcheck.In("h2")), "main: h2: not found"},
		"NotIn passes when nothing matches":         {htmlcheck.NotIn("form"), ""},
		"NotIn fails when something matches":        {htmlcheck.NotIn("a"), "found 2 times, want 0"},
		"Count counts":                              {htmlcheck.Count("a", 2), ""},
		"HasText takes a part, across elements":     {htmlcheck.In("a", htmlcheck.HasText("l Work")), ""},
		"HasText keeps blocks apart":                {htmlcheck.In("main", htmlcheck.HasText("API Tokens All")), ""},
		"HasText fails on another text":             {htmlcheck.In("a", htmlcheck.HasText("Finance")), `does not contain "Finance"`},
		"HasExactText joins white space":            {htmlcheck.In("h1", htmlcheck.HasExactText("API Tokens")), ""},
		"HasExactText fails on a part":              {htmlcheck.In("h1", htmlcheck.HasExactText("API")), `want "API"`},
		"HasAttr compares the value":                {htmlcheck.In("a", htmlcheck.HasAttr("href", "/w")), ""},
		"HasAttr fails on another value":            {htmlcheck.In("a", htmlcheck.HasAttr("href", "/x")), `is "/w", want "/x"`},
		"HasAttr fails when there is none":          {htmlcheck.In("h1", htmlcheck.HasAttr("id", "")), "has no attribute id"},
		"a selector that cannot be read is failure": {htmlcheck.In("[["), "selector [["},
	}
	n, err := htmlcheck.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			err := tt.check(n)
			switch {
			case tt.want == "" && err != nil:
				t.Errorf("failed: %v", err)
			case tt.want != "" && (err == nil || !strings.Contains(err.Error(), tt.want)):
				t.Errorf("error is %v, want one with %q", err, tt.want)
			}
		})
	}
}

func TestTree(t *testing.T) {
	tree := func(page string) string {
		n, err := htmlcheck.Parse(page)
		if err != nil {
			t.Fatal(err)
		}
		return htmlcheck.Tree(n)
	}
	t.Run("ignores texts and values", func(t *testing.T) {
		if a, b := tree(`<p title="a">x</p>`), tree(`<p title="b">y</p>`); a != b {
			t.Errorf("trees differ:\n%s\n%s", a, b)
		}
	})
	t.Run("tells an element or an attribute that was smuggled in", func(t *testing.T) {
		for _, bad := range []string{`<p title="a">x<b></b></p>`, `<p title="a" onclick="x">x</p>`} {
			if tree(`<p title="a">x</p>`) == tree(bad) {
				t.Errorf("same tree for %s", bad)
			}
		}
	})
}
