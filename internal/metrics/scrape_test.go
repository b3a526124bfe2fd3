package metrics_test

import (
	"regexp"
	"strconv"
	"strings"
	"testing"

	"dagpass/internal/dagpasstest"
)

// scrape is what Prometheus read: the value of each series, by name and labels.
type scrape map[string]float64

func read(t *testing.T, h *dagpasstest.House) scrape {
	t.Helper()
	return parse(t, h.Scrape())
}

func parse(t *testing.T, text string) scrape {
	t.Helper()
	found := scrape{}
	for line := range strings.Lines(text) {
		line = strings.TrimSpace(line)
		if line == "" || strings.HasPrefix(line, "#") {
			continue
		}
		at := strings.LastIndexByte(line, ' ')
		value, err := strconv.ParseFloat(line[at+1:], 64)
		if err != nil {
			t.Fatalf("%q: %v", line, err)
		}
		found[line[:at]] = value
	}
	return found
}

// since is how much a series rose.
func (s scrape) since(before scrape, series string) float64 { return s[series] - before[series] }

var labels = regexp.MustCompile(`\{.*\}$`)

// names are the metrics of ours: the family, without the endings of a histogram.
func (s scrape) names() map[string]bool {
	found := map[string]bool{}
	for series := range s {
		name := family(labels.ReplaceAllString(series, ""))
		if strings.HasPrefix(name, "dagpass_") {
			found[name] = true
		}
	}
	return found
}

// family is the name of a metric, without the endings that the series of a histogram have.
func family(name string) string {
	for _, part := range []string{"_bucket", "_sum", "_count"} {
		name = strings.TrimSuffix(name, part)
	}
	return name
}
