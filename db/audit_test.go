package db

import (
	"errors"
	"fmt"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

// chainWith returns an installation whose Organization has n events.
func chainWith(t *testing.T, n int) (*small, string) {
	t.Helper()
	s := newSmall(t)
	org := string(s.org.Org.ID)
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		for i := range n {
			e := tx.systemEvent(audit.TokenUpdate, audit.TargetToken, "t", fmt.Sprint("token ", i+1))
			e.OrganizationID = org
			e.Details = []audit.Change{{Field: "name", Before: "a", After: "b"}}
			if err := tx.Append(e); err != nil {
				return err
			}
		}
		return nil
	}))
	return s, org
}

func TestAudit_cannotBeChangedBySQL(t *testing.T) {
	s, _ := chainWith(t, 3)
	for _, statement := range []string{`UPDATE audit SET actor_name = 'x'`, `DELETE FROM audit WHERE seq = 3`, `DELETE FROM audit`} {
		if _, err := s.raw(t).Exec(statement); err == nil {
			t.Errorf("%s was accepted", statement)
		}
	}
	s.alter(t, `INSERT INTO audit_anchors VALUES ((SELECT max(chain) FROM audit WHERE chain <> 'installation'), 2, x'00', 0, x'00')`)
	s.alter(t, `DELETE FROM audit WHERE seq <= 2 AND chain <> 'installation'`)
	if _, err := s.raw(t).Exec(`DELETE FROM audit WHERE seq = 3`); err == nil {
		t.Error("an event above the anchor was deleted")
	}
}

func TestVerifyAudit(t *testing.T) {
	t.Run("a genuine record has no break, over several reads", func(t *testing.T) {
		const n = verifyBatch + 5
		s, org := chainWith(t, n)
		report, err := s.db.VerifyAudit(t.Context())
		must(t, err)
		must(t, report.Err())
		if len(report.Chains) != 2 || report.Chains[0].Chain != org || report.Chains[0].Head.Seq != n {
			t.Errorf("report %+v", report)
		}
	})
	for _, c := range []struct {
		name, sql string
		seq       int64
		why       audit.Break
	}{
		{"a field", `UPDATE audit SET actor_name = 'x' WHERE seq = 11`, 11, audit.Altered},
		{"an Astro client", `UPDATE audit SET astro_client = 'cli' WHERE seq = 11`, 11, audit.Altered},
		{"a detail", `UPDATE audit SET details = replace(details, 'b', 'c') WHERE seq = 7`, 7, audit.Altered},
		{"a detail that can't be read", `UPDATE audit SET details = '{' WHERE seq = 7`, 7, audit.Altered},
		{"a time", `UPDATE audit SET at = at + 1 WHERE seq = 1`, 1, audit.Altered},
		{"a missing event", `DELETE FROM audit WHERE seq = 10`, 10, audit.Missing},
		{"two in the wrong order", `UPDATE audit SET seq = -5 WHERE seq = 5; UPDATE audit SET seq = 5 WHERE seq = 6; UPDATE audit SET seq = 6 WHERE seq = -5`, 5, audit.Detached},
		{"an invented one at the end", `INSERT INTO audit SELECT chain, 13, at, actor_kind, actor_id, actor_name, action, outcome, target_kind, target_id, target_name, organization_id, workspace_id, ip, user_agent, request_id, reason, details, key_epoch, hash, hash, client_type, method, path, actor_email, astro_client, astro_client_version FROM audit WHERE seq = 12`, 13, audit.Altered},
		{"a foreign chain", `INSERT INTO audit SELECT 'unknown', 1, at, actor_kind, actor_id, actor_name, action, outcome, target_kind, target_id, target_name, organization_id, workspace_id, ip, user_agent, request_id, reason, details, key_epoch, prev_hash, hash, client_type, method, path, actor_email, astro_client, astro_client_version FROM audit WHERE seq = 1`, 1, ""},
		{"an invented anchor", `INSERT INTO audit_anchors SELECT chain, seq, hash, at, x'00' FROM audit WHERE seq = 9`, 9, audit.Altered},
	} {
		t.Run("it finds "+c.name, func(t *testing.T) {
			s, _ := chainWith(t, 12)
			s.withoutTriggers(t, c.sql)
			report, err := s.db.VerifyAudit(t.Context())
			must(t, err)
			broken, ok := errors.AsType[*audit.BrokenError](report.Err())
			if !ok || broken.Seq != c.seq || c.why != "" && broken.Why != c.why {
				t.Errorf("found %v, want %q at %d", report.Err(), c.why, c.seq)
			}
		})
	}
	t.Run("a cut is found with a head that was kept elsewhere", func(t *testing.T) {
		s, _ := chainWith(t, 10)
		report, err := s.db.VerifyAudit(t.Context())
		must(t, err)
		head := report.Chains[0].Head
		s.withoutTriggers(t, `DELETE FROM audit WHERE seq > 8`)
		report, err = s.db.VerifyAudit(t.Context())
		must(t, err)
		must(t, report.Err())
		report, err = s.db.VerifyAudit(t.Context(), head)
		must(t, err)
		if broken, ok := errors.AsType[*audit.BrokenError](report.Err()); !ok || broken.Why != audit.Truncated {
			t.Errorf("found %v", report.Err())
		}
	})
}

func (s *small) withoutTriggers(t *testing.T, statement string) {
	t.Helper()
	raw := s.raw(t)
	for _, trigger := range []string{"audit_is_not_changed", "audit_is_kept_above_its_anchor"} {
		_, err := raw.Exec(`DROP TRIGGER ` + trigger)
		must(t, err)
	}
	_, err := raw.Exec(statement)
	must(t, err)
}

func TestAppendDenied(t *testing.T) {
	s := newSmall(t)
	org := string(s.org.Org.ID)
	refuse := func(actor string, times int) {
		t.Helper()
		for range times {
			must(t, s.db.update(t.Context(), func(tx *Tx) error {
				return tx.AppendDenied(audit.Event{At: tx.now, Action: audit.TokenDelete, Outcome: audit.Denied,
					ActorKind: audit.ActorUser, ActorID: actor, OrganizationID: org})
			}))
		}
	}
	recorded := func(actor string) (n int, last audit.Event) {
		t.Helper()
		events, err := s.db.events(t.Context(), org, 0)
		must(t, err)
		for _, e := range events {
			if e.ActorID == actor {
				n, last = n+1, e
			}
		}
		return n, last
	}
	refuse("mallory", 25)
	if n, _ := recorded("mallory"); n != 10 {
		t.Errorf("recorded %d of 25 refusals in a minute", n)
	}
	refuse("somebody else", 1)
	if n, _ := recorded("somebody else"); n != 1 {
		t.Errorf("others: recorded %d", n)
	}
	s.clock.Advance(time.Minute)
	refuse("mallory", 2)
	n, last := recorded("mallory")
	if n != 12 {
		t.Errorf("recorded %d a minute later", n)
	}
	events, err := s.db.events(t.Context(), org, 0)
	must(t, err)
	next := events[len(events)-2]
	if len(next.Details) != 1 || next.Details[0] != (audit.Change{Field: "suppressed", After: "15"}) || len(last.Details) != 0 {
		t.Errorf("the next one says %v, the one after %v", next.Details, last.Details)
	}
	report, err := s.db.VerifyAudit(t.Context())
	must(t, err)
	must(t, report.Err())
}

func TestAudit_isPartOfTheChange(t *testing.T) {
	s := newSmall(t)
	err := s.db.update(t.Context(), func(tx *Tx) error {
		must(t, tx.Append(tx.systemEvent(audit.ServerStart, audit.TargetInstallation, "", "")))
		return access.Missing()
	})
	wantCode(t, err, access.NotFound)
	if events, err := s.db.events(t.Context(), audit.InstallationChain, 0); err != nil || len(events) != 0 {
		t.Errorf("the event of a change that failed stayed: %v, %v", events, err)
	}
}
