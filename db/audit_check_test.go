package db

import (
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

func (s *small) state(t *testing.T) access.AuditState {
	t.Helper()
	var state access.AuditState
	must(t, s.db.view(t.Context(), func(tx *Tx) (err error) {
		state, err = tx.AuditState(s.org.Org.ID)
		return err
	}))
	return state
}

// failures counts the breaks recorded in the Organization's chain.
func (s *small) failures(t *testing.T) int {
	t.Helper()
	n := 0
	for _, e := range s.kept(t) {
		if e.Action == audit.AuditVerifyFailed {
			n++
		}
	}
	return n
}

// TestCheckAudit: the state of the chain that the page shows (ui.md 3.6).
func TestCheckAudit(t *testing.T) {
	t.Run("before the first check nothing is claimed", func(t *testing.T) {
		s, _ := chainWith(t, 3)
		if got := s.state(t); !got.Checked.IsZero() || got.Kept != 3 || !got.FirstAt.Equal(s.clock.Now()) {
			t.Errorf("state %+v", got)
		}
	})
	t.Run("a genuine chain is told with time and count", func(t *testing.T) {
		s, _ := chainWith(t, 3)
		must(t, s.db.CheckAudit(t.Context()))
		if got := s.state(t); !got.Checked.Equal(s.clock.Now()) || got.Events != 3 || got.BrokenAt != 0 {
			t.Errorf("state %+v", got)
		}
	})
	t.Run("a break is told, logged and recorded once", func(t *testing.T) {
		s, _ := chainWith(t, 9)
		must(t, s.db.CheckAudit(t.Context()))
		s.withoutTriggers(t, `UPDATE audit SET actor_name = 'x' WHERE seq = 4`)
		must(t, s.db.CheckAudit(t.Context()))
		must(t, s.db.CheckAudit(t.Context()))
		if got := s.state(t); got.BrokenAt != 4 || got.Why != string(audit.Altered) {
			t.Errorf("state %+v", got)
		}
		if n := s.failures(t); n != 1 {
			t.Errorf("recorded %d times", n)
		}
		if n := strings.Count(s.log.String(), "was altered outside Dagpass"); n != 1 {
			t.Errorf("logged %d times", n)
		}
	})
	t.Run("a cut since the check before is found, also the day after", func(t *testing.T) {
		s, _ := chainWith(t, 9)
		must(t, s.db.CheckAudit(t.Context()))
		s.withoutTriggers(t, `DELETE FROM audit WHERE seq > 7`)
		for range 2 {
			must(t, s.db.CheckAudit(t.Context()))
			if got := s.state(t); got.BrokenAt == 0 {
				t.Errorf("state %+v", got)
			}
		}
	})
	t.Run("a result written by hand counts as none", func(t *testing.T) {
		s, _ := chainWith(t, 9)
		s.withoutTriggers(t, `UPDATE audit SET actor_name = 'x' WHERE seq = 4`)
		must(t, s.db.CheckAudit(t.Context()))
		s.alter(t, `UPDATE audit_checks SET broken_at = 0, why = ''`)
		if got := s.state(t); !got.Checked.IsZero() {
			t.Errorf("state %+v", got)
		}
	})
	t.Run("pruned events are no cut", func(t *testing.T) {
		s, _ := chainWith(t, 9)
		must(t, s.db.CheckAudit(t.Context()))
		s.clock.Advance(2 * keep)
		must(t, s.db.PruneAudit(t.Context(), keep))
		must(t, s.db.CheckAudit(t.Context()))
		if got := s.state(t); got.BrokenAt != 0 || got.Events != 1 {
			t.Errorf("state %+v", got)
		}
	})
}
