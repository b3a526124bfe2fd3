package metrics_test

import (
	"encoding/json"
	"maps"
	"os"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// exported are the names of all metrics of ours, after something of everything happened.
func exported(t *testing.T) (scrape, map[string]bool) {
	t.Helper()
	h := dagpasstest.New(t)
	author := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceAuthor)
	h.Browser(author).Get("/w/" + string(h.Workspace.ID) + "/tokens").Status(403)
	all := read(t, h)
	return all, all.names()
}

var ours = regexp.MustCompile(`\bdagpass_[a-z_]+`)

func TestMetrics_areDocumented(t *testing.T) {
	_, names := exported(t)
	page := readText(t, "../../docs/metrics.md")
	var documented []string
	for _, row := range regexp.MustCompile("(?m)^\\| `(dagpass_[a-z_]+)` \\|").FindAllStringSubmatch(page, -1) {
		documented = append(documented, row[1])
	}
	slices.Sort(documented)
	if diff := cmp.Diff(slices.Sorted(maps.Keys(names)), documented); diff != "" {
		t.Errorf("docs/metrics.md (-exported +documented):\n%s", diff)
	}
	checkNames(t, page, names)
}

// TestDashboard: Grafana's file asks for nothing that is not exported, and shows all of it.
func TestDashboard(t *testing.T) {
	series, names := exported(t)
	text := readText(t, "../../docs/grafana.json")
	var dashboard struct {
		UID, Title    string
		SchemaVersion int
		Panels        []struct {
			ID          int
			Type, Title string
			Targets     []struct{ Expr string }
		}
	}
	if err := json.Unmarshal([]byte(text), &dashboard); err != nil {
		t.Fatal(err)
	}
	if dashboard.UID != "dagpass" || dashboard.SchemaVersion != 39 {
		t.Errorf("uid %q, schema %d, want dagpass and the 39 of Grafana 11", dashboard.UID, dashboard.SchemaVersion)
	}
	shown, ids := map[string]bool{}, map[int]bool{}
	for _, p := range dashboard.Panels {
		if ids[p.ID] || p.Title == "" {
			t.Errorf("panel %d has no title, or an id that another has", p.ID)
		}
		ids[p.ID] = true
		if p.Type != "row" && len(p.Targets) == 0 {
			t.Errorf("%s asks for nothing", p.Title)
		}
		for _, target := range p.Targets {
			for _, name := range regexp.MustCompile(`\b(dagpass|go|process)_[a-z_]+`).FindAllString(target.Expr, -1) {
				if !series.has(name) {
					t.Errorf("%s asks for %s, which is not exported", p.Title, name)
				}
				shown[family(name)] = true
			}
		}
	}
	for name := range names {
		if !shown[name] {
			t.Errorf("the dashboard shows nothing of %s", name)
		}
	}
}

// has reports whether there is a series of the name, labels apart.
func (s scrape) has(name string) bool {
	for series := range s {
		if labels.ReplaceAllString(series, "") == name {
			return true
		}
	}
	return false
}

// checkNames fails for a name in a text that is not exported.
func checkNames(t *testing.T, text string, names map[string]bool) {
	t.Helper()
	for _, name := range ours.FindAllString(text, -1) {
		if !names[family(name)] {
			t.Errorf("there is no %s", name)
		}
	}
}

func TestMetrics_areNamedAsIsCustom(t *testing.T) {
	h := dagpasstest.New(t)
	problems, err := promlint.New(strings.NewReader(h.Scrape())).Lint()
	if err != nil {
		t.Fatal(err)
	}
	for _, p := range problems {
		t.Errorf("%s: %s", p.Metric, p.Text)
	}
}

func readText(t *testing.T, path string) string {
	t.Helper()
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}
