package main

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestTendAudit: what the server does to the record once a day.
func TestTendAudit(t *testing.T) {
	for name, c := range map[string]struct {
		keep time.Duration
		left int64
	}{
		"removes what is older than the retention": {90 * 24 * time.Hour, 1}, // the removal itself
		"keeps everything without one":             {0, 3},
	} {
		t.Run(name+", and checks the rest", func(t *testing.T) {
			h := dagpasstest.New(t)
			h.Clock.Advance(91 * 24 * time.Hour)
			if err := (&server{db: h.DB, keepAudit: c.keep}).tendAudit(t.Context()); err != nil {
				t.Fatal(err)
			}
			page, err := h.AuditLog.List(t.Context(), dagpasstest.System(), h.Org.Scope(), access.AuditFilter{}, 0, 50)
			if err != nil {
				t.Fatal(err)
			}
			if got := page.State; got.Kept != c.left || got.Events != c.left || got.BrokenAt != 0 || !got.Checked.Equal(h.Clock.Now()) {
				t.Errorf("state %+v, want %d events", got, c.left)
			}
		})
	}
}
