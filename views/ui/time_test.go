package ui_test

import (
	"testing"
	"time"

	"dagpass/views/ui"
)

func TestRelative(t *testing.T) {
	now := time.Date(2026, time.November, 23, 9, 57, 0, 0, time.UTC)
	const day = 24 * time.Hour
	tests := []struct {
		distance time.Duration // from now; negative is the past
		want     string
	}{
		{0, "just now"},
		{-59*time.Second - 999*time.Millisecond, "just now"},
		{-time.Minute, "1 min ago"},
		{-2*time.Minute + 1, "1 min ago"},
		{-time.Hour + 1, "59 min ago"},
		{-time.Hour, "1 h ago"},
		{-day + 1, "23 h ago"},
		{-day, "1 day ago"},
		{-2*day + 1, "1 day ago"},
		{-2 * day, "2 days ago"},
		{-31*day + 1, "30 days ago"},
		{-31 * day, "Oct 23, 2026"},
		{1, "in 1 min"},
		{time.Minute, "in 1 min"},
		{time.Minute + 1, "in 2 min"},
		{time.Hour - 1, "in 60 min"},
		{time.Hour, "in 1 h"},
		{time.Hour + 1, "in 2 h"},
		{23 * time.Hour, "in 23 h"},
		{day - 1, "in 24 h"},
		{day, "in 1 day"},
		{25 * time.Hour, "in 2 days"},
		{90 * day, "in 90 days"},
		{90*day + 1, "in 91 days"},
		{3650 * day, "in 3,650 days"},
	}
	for _, tt := range tests {
		t.Run(tt.distance.String(), func(t *testing.T) {
			if got := ui.Relative(now.Add(tt.distance), now); got != tt.want {
				t.Errorf("%q, want %q", got, tt.want)
			}
		})
	}
}

func TestDates_AreInUTC(t *testing.T) {
	at := time.Date(2027, time.February, 21, 23, 57, 3, 0, time.FixedZone("", -2*60*60))
	for what, tt := range map[string]struct{ got, want string }{
		"Date":  {ui.Date(at), "Feb 22, 2027"},
		"Exact": {ui.Exact(at), "Feb 22, 2027, 01:57 UTC"},
		"Clock": {ui.Clock(at), "01:57 UTC"},
	} {
		if tt.got != tt.want {
			t.Errorf("%s is %q, want %q", what, tt.got, tt.want)
		}
	}
}

func TestCount(t *testing.T) {
	for n, want := range map[int]string{0: "0", 7: "7", 999: "999", 1000: "1,000", 12345: "12,345", 1234567: "1,234,567"} {
		if got := ui.Count(n); got != want {
			t.Errorf("Count(%d) is %q, want %q", n, got, want)
		}
	}
}

func TestPlural(t *testing.T) {
	for n, want := range map[int]string{0: "0 API Tokens", 1: "1 API Token", 4: "4 API Tokens", 1000: "1,000 API Tokens"} {
		if got := ui.Plural(n, "API Token"); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
	if got := ui.Days(1) + ", " + ui.Days(90); got != "1 day, 90 days" {
		t.Errorf("days are %q", got)
	}
}

func TestProblemSummary(t *testing.T) {
	for n, want := range map[int]string{1: "1 field needs your attention.", 2: "2 fields need your attention."} {
		if got := ui.ProblemSummary(n); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}
