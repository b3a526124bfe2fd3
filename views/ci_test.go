package views_test

import (
	"flag"
	"fmt"
	"os"
	"os/exec"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

var update = flag.Bool("update", false, "write docs/ci.md instead of comparing it")

// Where the server and a token are in these tests, and in the documentation.
const (
	ourURL     = "https://access.acme.example"
	exampleURL = "https://dagpass.example.com"
	ourOrg     = "c0000000000000000000000o7"
	ourSpace   = "c0000000000000000000000w7"
)

var examples = regexp.MustCompile(`dagpass\.example\.com|c0+(org|ws)`)

func snippet(s views.CISystem) string { return s.Snippet(ourURL, ourOrg, ourSpace) }

func system(t *testing.T, id string) views.CISystem {
	t.Helper()
	for _, s := range views.CISystems() {
		if s.ID == id {
			return s
		}
	}
	t.Fatalf("no system %s", id)
	return views.CISystem{}
}

func TestCISnippets(t *testing.T) {
	for _, s := range views.CISystems() {
		t.Run(s.Name+" names the secret and holds no example", func(t *testing.T) {
			text := snippet(s)
			if !strings.Contains(text, "ASTRO_API_TOKEN") || examples.MatchString(text) {
				t.Error(text)
			}
			if strings.Contains(text, "# script") || !strings.HasSuffix(text, "\n") || strings.Contains(text, "\t") {
				t.Errorf("%q", text)
			}
		})
		if s.ID == "terraform" {
			continue
		}
		t.Run(s.Name+" runs the same commands, with the traps beside them", func(t *testing.T) {
			if diff := cmp.Diff(script(t, snippet(system(t, "shell"))), script(t, unescaped(s))); diff != "" {
				t.Error(diff)
			}
			for _, part := range []string{"mktemp -d", "trap ", "ASTRO_DOMAIN=localhost", "local.core " + ourURL + "\n", "astro organization list\n",
				"--workspace-id " + ourSpace, "tail -n +2"} {
				if !strings.Contains(script(t, unescaped(s)), part) {
					t.Errorf("no %q", part)
				}
			}
		})
	}
	t.Run("Buildkite gets every dollar sign doubled, so that its upload leaves them alone", func(t *testing.T) {
		if left := strings.ReplaceAll(snippet(system(t, "buildkite")), "$$", ""); strings.Contains(left, "$") {
			t.Error(left)
		}
	})
	t.Run("Terraform names no token, and the Organization and Workspace of this one", func(t *testing.T) {
		text := snippet(system(t, "terraform"))
		if strings.Contains(text, "token =") || !strings.Contains(text, `"`+ourOrg+`"`) || !strings.Contains(text, `"`+ourSpace+`"`) {
			t.Error(text)
		}
	})
}

func unescaped(s views.CISystem) string {
	if s.ID == "buildkite" {
		return strings.ReplaceAll(snippet(s), "$$", "$")
	}
	return snippet(s)
}

// script returns the commands of a snippet from their first line to their last, without indentation.
func script(t *testing.T, text string) string {
	t.Helper()
	lines := strings.Split(text, "\n")
	var out strings.Builder
	indent := -1
	for _, line := range lines {
		if indent < 0 && strings.TrimSpace(line) == "set -eu" {
			indent = strings.Index(line, "set")
		}
		if indent < 0 {
			continue
		}
		if len(line) < indent || strings.TrimSpace(line[:indent]) != "" {
			break
		}
		out.WriteString(line[indent:] + "\n")
		if strings.HasPrefix(line[indent:], "tail ") {
			break
		}
	}
	if out.Len() == 0 {
		t.Fatalf("no commands in %s", text)
	}
	return out.String()
}

func TestCISnippets_syntax(t *testing.T) {
	for _, shell := range []string{"sh", "bash"} {
		for _, text := range []string{snippet(system(t, "shell")), script(t, unescaped(system(t, "buildkite")))} {
			c := exec.CommandContext(t.Context(), shell, "-n")
			c.Stdin = strings.NewReader(text)
			if out, err := c.CombinedOutput(); err != nil {
				t.Errorf("%s: %v: %s", shell, err, out)
			}
		}
	}
	for _, s := range views.CISystems() {
		if strings.HasSuffix(s.File, ".yml") {
			t.Run(s.Name+" is YAML", func(t *testing.T) { checkYAML(t, snippet(s)) })
		}
	}
	for id, pair := range map[string]string{"jenkins": "{}", "terraform": "{}"} {
		t.Run(id+" closes what it opens", func(t *testing.T) {
			text := snippet(system(t, id))
			if strings.Count(text, pair[:1]) != strings.Count(text, pair[1:]) || strings.Count(text, "'''")%2 != 0 || strings.Count(text, `"`)%2 != 0 {
				t.Error(text)
			}
		})
	}
	t.Run("Groovy finds nothing to interpret in the commands", func(t *testing.T) {
		if commands := script(t, snippet(system(t, "jenkins"))); strings.Contains(commands, `\`) || strings.Contains(commands, "'''") {
			t.Error(commands)
		}
	})
}

// yamlLine is a line of the YAML the snippets are written in: a member, an item, or both.
var yamlLine = regexp.MustCompile(`^ *(- )?([A-Za-z_-]+:( [^"'|>&*!%@` + "`" + `].*)?|[A-Za-z_-]+: \|)$|^ *- ([A-Z_]+|\|)$`)

// checkYAML holds a snippet against a small part of YAML, written strictly: spaces by two, deeper only
// below a member or an item, and every block of text deeper than what it belongs to.
func checkYAML(t *testing.T, text string) {
	t.Helper()
	depth, block, opened := 0, -1, true
	for i, line := range strings.Split(strings.TrimSuffix(text, "\n"), "\n") {
		indent := len(line) - len(strings.TrimLeft(line, " "))
		if block >= 0 && indent > block {
			continue
		}
		block = -1
		body := strings.TrimSpace(line)
		if strings.HasPrefix(body, "#") {
			continue
		}
		if !yamlLine.MatchString(line) || indent%2 != 0 || indent > depth && !opened {
			t.Errorf("line %d: %q", i+1, line)
		}
		depth, opened = indent, strings.HasSuffix(body, ":") || strings.HasPrefix(body, "- ")
		if strings.HasSuffix(body, "|") {
			block = indent
		}
	}
}

const ciDocument = "../docs/ci.md"

// TestCIDocument keeps docs/ci.md and the page of a token the same.
func TestCIDocument(t *testing.T) {
	want := ciText()
	if *update {
		if err := os.WriteFile(ciDocument, []byte(want), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	got, err := os.ReadFile(ciDocument)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(want, string(got)); diff != "" {
		t.Errorf("run go test ./views -run TestCIDocument -update (-page +document):\n%s", diff)
	}
}

func ciText() string {
	var b strings.Builder
	b.WriteString(`# API tokens in CI/CD

The page *Use in CI/CD* of a token shows the same with this installation's address and the token's Organization and Workspace. Keep the value as a secret called ` + "`ASTRO_API_TOKEN`" + `: it is never an argument, and never printed. Where a file says ` + "`" + exampleURL + "`" + `, write the address of your server. The Astro CLI is version 1.45; what it and Terraform did against Dagpass: [clients.md](clients.md).
`)
	for _, s := range views.CISystems() {
		fmt.Fprintf(&b, "\n## %s\n\nSecret: %s\n\n`%s`:\n\n```%s\n%s```\n", s.Name, s.Where, s.File, language(s.File), s.Snippet(exampleURL, "", ""))
		for i, note := range s.Notes {
			if i == 0 {
				b.WriteString("\n")
			}
			b.WriteString("- " + note + "\n")
		}
	}
	return b.String()
}

func language(file string) string {
	for ending, name := range map[string]string{".yml": "yaml", ".sh": "sh", ".tf": "hcl", "Jenkinsfile": "groovy"} {
		if strings.HasSuffix(file, ending) {
			return name
		}
	}
	return ""
}

func TestTokenUsePage(t *testing.T) {
	page := render(t, views.TokenUsePage(chrome(t), tokenUse()))
	t.Run("has a section for each system, reached from the top, with a file to copy", func(t *testing.T) {
		for _, s := range views.CISystems() {
			htmlcheck.Run(t, page,
				htmlcheck.In(`nav a[href="#`+s.ID+`"]`, htmlcheck.HasExactText(s.Name)),
				htmlcheck.In("h2#"+s.ID, htmlcheck.HasExactText(s.Name)),
				htmlcheck.In(`button[data-copy="#snippet-`+s.ID+`"]`, htmlcheck.HasAttr("aria-label", "Copy "+s.File)),
				htmlcheck.In("code#snippet-"+s.ID))
			if got := htmlText(t, page, "code#snippet-"+s.ID); got != s.Snippet(ourURL, ourOrg, ourSpace) {
				t.Errorf("%s shows %q", s.Name, got)
			}
		}
	})
	t.Run("a file can be reached and scrolled with the keyboard", func(t *testing.T) {
		htmlcheck.Run(t, page, htmlcheck.Count(`pre[tabindex="0"][role=region][aria-label]`, len(views.CISystems())))
	})
}

func htmlText(t *testing.T, page, selector string) string {
	t.Helper()
	found := find(t, page, selector)
	if len(found) != 1 || found[0].FirstChild == nil {
		t.Fatalf("%d of %s", len(found), selector)
	}
	return found[0].FirstChild.Data
}

func tokenUse() views.TokenUse {
	at := workspaceLevel()
	at.Organization.ID = ourOrg
	return views.TokenUse{Level: at, Token: views.Ref{ID: "c0000000000000000000000t1", Name: "ci-deploy"}, TokenIn: ourSpace, PublicURL: ourURL}
}
