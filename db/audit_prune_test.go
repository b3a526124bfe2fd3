package db

import (
	"crypto/sha256"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/audit"
)

const keep = 90 * 24 * time.Hour

// append adds n events to the Organization's chain.
func (s *small) append(t testing.TB, n int) {
	t.Helper()
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		for range n {
			if err := tx.Append(tx.chainEvent(audit.TokenUpdate, string(s.org.Org.ID))); err != nil {
				return err
			}
		}
		return nil
	}))
}

// kept are the events of the Organization's chain that are still there.
func (s *small) kept(t testing.TB) []audit.Event {
	t.Helper()
	var events []audit.Event
	must(t, s.db.view(t.Context(), func(tx *Tx) (err error) {
		events, err = all(tx, scanEvent, sqlEvents, string(s.org.Org.ID), 0, 100_000)
		return err
	}))
	return events
}

func (s *small) whole(t testing.TB) {
	t.Helper()
	report, err := s.db.VerifyAudit(t.Context())
	must(t, err)
	must(t, report.Err())
}

// TestPruneAudit: F16, the retention of security.md 12.
func TestPruneAudit(t *testing.T) {
	t.Run("what is younger stays, and nothing is recorded", func(t *testing.T) {
		s, _ := chainWith(t, 3)
		s.clock.Advance(keep)
		must(t, s.db.PruneAudit(t.Context(), keep))
		if got := len(s.kept(t)); got != 3 {
			t.Errorf("%d events are left of 3", got)
		}
	})
	t.Run("what is older goes, the removal is an event, and the rest is whole", func(t *testing.T) {
		s, _ := chainWith(t, 3)
		s.clock.Advance(keep + time.Millisecond)
		s.append(t, 2)
		must(t, s.db.PruneAudit(t.Context(), keep))
		left := s.kept(t)
		if len(left) != 3 || left[0].Seq != 4 || left[2].Action != audit.AuditPrune {
			t.Fatalf("left %+v", left)
		}
		want := []audit.Change{
			{Field: "events", After: "3"}, {Field: "first", After: "2026-11-23T09:57:00Z"}, {Field: "last", After: "2026-11-23T09:57:00Z"},
		}
		if !slices.Equal(left[2].Details, want) {
			t.Errorf("the removal says %v", left[2].Details)
		}
		s.whole(t)
	})
	t.Run("more than a batch goes in several transactions", func(t *testing.T) {
		s, _ := chainWith(t, pruneBatch+1)
		s.clock.Advance(keep + time.Second)
		must(t, s.db.PruneAudit(t.Context(), keep))
		left := s.kept(t)
		if len(left) != 2 || left[0].Action != audit.AuditPrune || left[1].Details[0].After != "1" {
			t.Errorf("left %+v", left)
		}
		s.whole(t)
	})
	t.Run("the last event of a chain is the removal of those before", func(t *testing.T) {
		s, _ := chainWith(t, 2)
		s.clock.Advance(2 * keep)
		must(t, s.db.PruneAudit(t.Context(), keep))
		s.append(t, 1)
		if left := s.kept(t); len(left) != 2 || left[1].Seq != 4 {
			t.Errorf("left %+v", left)
		}
		s.whole(t)
	})
	t.Run("a broken chain keeps its events, and the others are pruned", func(t *testing.T) {
		s, org := chainWith(t, 5)
		must(t, s.db.update(t.Context(), func(tx *Tx) error { return tx.Append(tx.chainEvent(audit.ServerStart, audit.InstallationChain)) }))
		s.withoutTriggers(t, `UPDATE audit SET actor_name = 'x' WHERE seq = 2 AND chain <> 'installation'`)
		s.clock.Advance(2 * keep)
		err := s.db.PruneAudit(t.Context(), keep)
		if broken, ok := errors.AsType[*audit.BrokenError](err); !ok || broken.Seq != 2 || !strings.Contains(err.Error(), org) {
			t.Errorf("got %v", err)
		}
		if got := len(s.kept(t)); got != 5 {
			t.Errorf("%d events are left of 5", got)
		}
		report, err := s.db.VerifyAudit(t.Context())
		must(t, err)
		if r := report.Chains[1]; r.Chain != audit.InstallationChain || r.From == 0 || r.Broken != nil {
			t.Errorf("the installation's chain: %+v", r)
		}
	})
	for name, statement := range map[string]string{
		"moved back":      `UPDATE audit_anchors SET seq = 2`,
		"moved forward":   `UPDATE audit_anchors SET seq = 5`,
		"given a hash":    `UPDATE audit_anchors SET hash = x'00'`,
		"given a time":    `UPDATE audit_anchors SET at = 1`,
		"given a code":    `UPDATE audit_anchors SET mac = x'00'`,
		"another chain's": `UPDATE audit_anchors SET seq = (SELECT seq FROM audit_anchors WHERE chain = 'installation'), hash = (SELECT hash FROM audit_anchors WHERE chain = 'installation'), mac = (SELECT mac FROM audit_anchors WHERE chain = 'installation') WHERE chain <> 'installation'`,
	} {
		t.Run("an anchor that was "+name+" is named", func(t *testing.T) {
			s, org := chainWith(t, 3)
			must(t, s.db.update(t.Context(), func(tx *Tx) error { return tx.Append(tx.chainEvent(audit.ServerStart, audit.InstallationChain)) }))
			s.clock.Advance(2 * keep)
			s.append(t, 3)
			must(t, s.db.PruneAudit(t.Context(), keep))
			s.whole(t)
			s.alter(t, statement)
			report, err := s.db.VerifyAudit(t.Context())
			must(t, err)
			if broken, ok := errors.AsType[*audit.BrokenError](report.Err()); !ok || broken.Chain != org || broken.Why != audit.Altered {
				t.Errorf("got %v", report.Err())
			}
			if err := s.db.PruneAudit(t.Context(), keep); err == nil {
				t.Error("a forged anchor was pruned from")
			}
		})
	}
	t.Run("an anchor that was taken away is found", func(t *testing.T) {
		s, _ := chainWith(t, 3)
		s.clock.Advance(2 * keep)
		s.append(t, 1)
		must(t, s.db.PruneAudit(t.Context(), keep))
		s.alter(t, `DELETE FROM audit_anchors`)
		report, err := s.db.VerifyAudit(t.Context())
		must(t, err)
		if broken, ok := errors.AsType[*audit.BrokenError](report.Err()); !ok || broken.Seq != 1 || broken.Why != audit.Missing {
			t.Errorf("got %v", report.Err())
		}
	})
}

// TestPruneAudit_anyHistoryIsWhole: after any sequence of appends and removals the chain is whole, has
// no gap, and holds every event younger than the retention. The steps are spread without a random
// source, so that a failure happens again.
func TestPruneAudit_anyHistoryIsWhole(t *testing.T) {
	for history := range 8 {
		s := newSmall(t)
		recorded := map[int64]time.Time{}
		for step := range 15 {
			r := int(sha256.Sum256([]byte{byte(history), byte(step)})[0])
			switch r % 3 {
			case 0:
				s.append(t, 1+r/8)
			case 1:
				s.clock.Advance(time.Duration(1+r/2) * 24 * time.Hour)
			case 2:
				must(t, s.db.PruneAudit(t.Context(), keep))
			}
			s.whole(t)
			s.wantYoung(t, recorded)
		}
	}
}

// wantYoung fails when there is a gap, or an event seen before is gone that is not older than keep.
func (s *small) wantYoung(t *testing.T, recorded map[int64]time.Time) {
	t.Helper()
	left := s.kept(t)
	there := map[int64]bool{}
	for i, e := range left {
		there[e.Seq], recorded[e.Seq] = true, e.At
		if i > 0 && e.Seq != left[i-1].Seq+1 {
			t.Fatalf("event %d follows %d", e.Seq, left[i-1].Seq)
		}
	}
	for seq, at := range recorded {
		if !there[seq] && !at.Before(s.clock.Now().Add(-keep)) {
			t.Fatalf("event %d of %s is gone at %s", seq, at, s.clock.Now())
		}
	}
}

// TestVerifyAudit_whilePruning: events that are pruned between two reads are no break.
func TestVerifyAudit_whilePruning(t *testing.T) {
	s, org := chainWith(t, 2*verifyBatch)
	s.clock.Advance(2 * keep)
	s.append(t, 1)
	start := audit.Head{Chain: org, Hash: audit.Genesis(s.db.keyring.AuditMAC, s.db.installation, org)}
	report := ChainReport{Chain: org}
	must(t, s.db.PruneAudit(t.Context(), keep))
	must(t, s.db.verifyEvents(t.Context(), audit.NewVerifier(s.db.keyring.AuditMAC, start), &report))
	if report.Broken == nil {
		t.Fatal("reading from the old start finds no gap: the test tests nothing")
	}
	if moved, err := s.db.anchorMoved(t.Context(), org, 0); err != nil || !moved {
		t.Errorf("moved %v, %v", moved, err)
	}
	s.whole(t)
}
