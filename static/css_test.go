package static_test

import (
	"fmt"
	"math"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// sheets are the sources of the style sheet by name.
func sheets(t *testing.T) map[string]string {
	t.Helper()
	paths, err := filepath.Glob("css/*.css")
	if err != nil || len(paths) == 0 {
		t.Fatalf("no style sheets: %v", err)
	}
	all := map[string]string{}
	for _, p := range paths {
		content, err := os.ReadFile(p)
		if err != nil {
			t.Fatal(err)
		}
		all[filepath.Base(p)] = string(content)
	}
	return all
}

const tokenFile = "00-tokens.css"

var comment = regexp.MustCompile(`(?s)/\*.*?\*/`)

// colours are the two values, light and dark, of every colour token.
func colours(t *testing.T) map[string][2]string {
	t.Helper()
	found := map[string][2]string{}
	pair := regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`)
	for _, m := range pair.FindAllStringSubmatch(sheets(t)[tokenFile], -1) {
		found[m[1]] = [2]string{m[2], m[3]}
	}
	single := regexp.MustCompile(`--([a-z-]+): (#[0-9a-f]{6});`)
	for _, m := range single.FindAllStringSubmatch(sheets(t)[tokenFile], -1) {
		found[m[1]] = [2]string{m[2], m[2]}
	}
	return found
}

// luminance is the relative luminance of WCAG 2.2.
func luminance(t *testing.T, hex string) float64 {
	t.Helper()
	n, err := strconv.ParseUint(strings.TrimPrefix(hex, "#"), 16, 32)
	if err != nil {
		t.Fatal(err)
	}
	linear := func(c uint64) float64 {
		v := float64(c&255) / 255
		if v <= 0.04045 {
			return v / 12.92
		}
		return math.Pow((v+0.055)/1.055, 2.4)
	}
	return 0.2126*linear(n>>16) + 0.7152*linear(n>>8) + 0.0722*linear(n)
}

func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	x, y := luminance(t, a), luminance(t, b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

type pairing struct {
	front string
	back  []string
	need  float64
}

const text, shape = 4.5, 3

// pairings are all pairs of colours that meet in the console.
func pairings() []pairing {
	grounds := []string{"bg", "bg-subtle", "surface", "surface-raised", "surface-sunken"}
	tints := []string{"brand-tint", "danger-tint", "warn-tint", "ok-tint", "neutral-tint"}
	both := append(append([]string{}, grounds...), tints...)
	bars := []string{"brand", "brand-hover"}
	return []pairing{
		{"text", both, text}, {"text-muted", both, text}, {"link", both, text},
		{"text-subtle", grounds, text}, {"brand-text", append(grounds, "brand-tint", "action-tint"), text},
		{"danger", append(grounds, "danger-tint"), text}, {"warn", append(grounds, "warn-tint"), text},
		{"ok", append(grounds, "ok-tint"), text}, {"neutral", append(grounds, "neutral-tint"), text},
		{"action", grounds, shape}, {"border-strong", grounds, shape}, {"focus", both, shape},
		{"on-brand", bars, text}, {"on-brand-muted", bars, text}, {"focus-on-brand", bars, shape},
		{"accent", []string{"brand"}, shape}, {"brand", []string{"accent"}, text}, {"mark-line", []string{"accent"}, text},
		{"on-action", []string{"action", "action-hover"}, text}, {"on-danger", []string{"danger", "danger-hover"}, text},
	}
}

func TestContrast(t *testing.T) {
	all, used, pairs, lowest := colours(t), map[string]bool{}, 0, math.Inf(1)
	for _, p := range pairings() {
		for _, back := range p.back {
			used[p.front], used[back] = true, true
			for theme, name := range []string{"light", "dark"} {
				ratio := contrast(t, all[p.front][theme], all[back][theme])
				pairs++
				if p.need == text {
					lowest = min(lowest, ratio)
				}
				if ratio < p.need {
					t.Errorf("%s on %s, %s: %.2f, need %.1f", p.front, back, name, ratio, p.need)
				}
			}
		}
	}
	t.Logf("%d pairs, the lowest of text is %.2f", pairs, lowest)
	for name := range all {
		if !used[name] && name != "border" {
			t.Errorf("the colour --%s stands in no pair", name)
		}
	}
}

func TestContrast_AgreesWithTheFormula(t *testing.T) {
	for _, tt := range []struct{ a, b, want string }{
		{"#000000", "#ffffff", "21.00"},
		{"#777777", "#ffffff", "4.48"}, // the well-known grey that just fails
	} {
		if got := fmt.Sprintf("%.2f", contrast(t, tt.a, tt.b)); got != tt.want {
			t.Errorf("%s on %s: %s, want %s", tt.a, tt.b, got, tt.want)
		}
	}
}

func TestStyleSheet(t *testing.T) {
	literal := regexp.MustCompile(`#[0-9a-fA-F]{3,8}\b|\b(rgba?|hsla?|oklch|oklab|lab|lch|color|color-mix)\(`)
	use := regexp.MustCompile(`var\((--[a-z0-9-]+)`)
	define := regexp.MustCompile(`(?m)^\s*(--[a-z0-9-]+):`)
	tokens := map[string]bool{}
	for _, m := range define.FindAllStringSubmatch(sheets(t)[tokenFile], -1) {
		tokens[m[1]] = true
	}
	for name, source := range sheets(t) {
		source = comment.ReplaceAllString(source, "")
		t.Run(name+" uses colours from the token file only", func(t *testing.T) {
			if m := literal.FindString(source); m != "" && name != tokenFile {
				t.Errorf("literal colour %q", m)
			}
		})
		t.Run(name+" uses tokens that exist", func(t *testing.T) {
			for _, m := range use.FindAllStringSubmatch(source, -1) {
				if !tokens[m[1]] {
					t.Errorf("no token %s", m[1])
				}
			}
		})
		t.Run(name+" closes what it opens", func(t *testing.T) {
			if open, shut := strings.Count(source, "{"), strings.Count(source, "}"); open != shut {
				t.Errorf("%d { and %d }", open, shut)
			}
		})
		t.Run(name+" has no id selector and forces nothing outside reset", func(t *testing.T) {
			if m := regexp.MustCompile(`(?m)^[^:;]*#[a-z][^;]*\{`).FindString(source); m != "" {
				t.Errorf("id selector %q", m)
			}
			if strings.Contains(source, "!important") && name != "10-base.css" {
				t.Error("!important")
			}
		})
	}
}

// A syntax error before the first layer statement silently drops every token.
func TestLayers(t *testing.T) {
	order := "@layer tokens, reset, base, layout, components, utilities;"
	if !strings.HasPrefix(sheets(t)[tokenFile], order) {
		t.Fatalf("the style sheet does not begin with %q", order)
	}
	layer := regexp.MustCompile(`@layer ([a-z]+) \{`)
	for name, source := range sheets(t) {
		outside := outermost(comment.ReplaceAllString(source, ""))
		for _, rule := range outside {
			known := layer.MatchString(rule+"{") || strings.HasPrefix(rule, "@font-face") || strings.HasPrefix(rule, "@layer")
			if !known {
				t.Errorf("%s: %q stands outside every layer", name, rule)
			}
		}
		for _, m := range layer.FindAllStringSubmatch(source, -1) {
			if !strings.Contains(order, m[1]) {
				t.Errorf("%s: layer %s is not in the order", name, m[1])
			}
		}
	}
}

// outermost are the beginnings of the statements that stand in no block.
func outermost(source string) []string {
	var found []string
	depth, start := 0, 0
	for i, r := range source {
		switch {
		case r == '{':
			if depth == 0 {
				found = append(found, strings.TrimSpace(source[start:i])+" ")
			}
			depth++
		case r == '}':
			depth--
			start = i + 1
		case r == ';' && depth == 0:
			found = append(found, strings.TrimSpace(source[start:i]))
			start = i + 1
		}
	}
	return found
}
