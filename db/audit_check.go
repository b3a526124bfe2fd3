package db

import (
	"context"
	"errors"
	"strconv"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

const (
	sqlAuditCheck  = `SELECT chain, at, events, seq, hash, broken_at, why, row_mac FROM audit_checks WHERE chain = $1`
	sqlAuditChecks = `SELECT chain, at, events, seq, hash, broken_at, why, row_mac FROM audit_checks ORDER BY chain`
	sqlPutCheck    = `
INSERT INTO audit_checks (chain, at, events, seq, hash, broken_at, why, row_mac) VALUES ($1, $2, $3, $4, $5, $6, $7, $8)
ON CONFLICT (chain) DO UPDATE SET at = excluded.at, events = excluded.events, seq = excluded.seq, hash = excluded.hash,
	broken_at = excluded.broken_at, why = excluded.why, row_mac = excluded.row_mac`
)

// auditCheck is what a check of a chain found. It is sealed, because people trust what it says.
type auditCheck struct {
	head     audit.Head
	at       time.Time
	events   int64
	brokenAt int64 // 0 for nowhere
	why      audit.Break
}

func (c auditCheck) authority() authority {
	return sealedOf("audit_checks", c.head.Chain).text(c.head.Chain, string(c.why)).
		number(c.events, c.head.Seq, c.brokenAt).blob(c.head.Hash).instant(c.at)
}

func (tx *Tx) scanCheck(s scanner) (auditCheck, error) {
	var c auditCheck
	var at int64
	var mac []byte
	if err := s.Scan(&c.head.Chain, &at, &c.events, &c.head.Seq, &c.head.Hash, &c.brokenAt, &c.why, &mac); err != nil {
		return c, err
	}
	c.at = utc(at)
	return c, tx.check(c.authority(), mac)
}

// auditCheck returns what the last check of a chain found. NotFound when there was none.
func (tx *Tx) auditCheck(chain string) (auditCheck, error) {
	return one(tx, tx.scanCheck, sqlAuditCheck, chain)
}

// CheckAudit checks every chain of the record as [DB.VerifyAudit] does, keeps what it found for
// [access.AuditState], and records and logs a break when it is first seen. What the check before found
// to be the end of a chain must still be in it, so that a cut is found as well. The error says that the
// check could not be done.
func (db *DB) CheckAudit(ctx context.Context) error {
	var before []auditCheck
	err := db.view(ctx, func(tx *Tx) (err error) {
		before, err = all(tx, tx.scanCheck, sqlAuditChecks)
		return err
	})
	if err != nil {
		return err
	}
	var heads []audit.Head
	for _, c := range before {
		heads = append(heads, c.head)
	}
	report, err := db.VerifyAudit(ctx, heads...)
	if err != nil {
		return err
	}
	return db.update(ctx, func(tx *Tx) error {
		for _, chain := range report.Chains {
			if err := tx.keepCheck(chain); err != nil {
				return err
			}
		}
		return nil
	})
}

func (tx *Tx) keepCheck(r ChainReport) error {
	before, err := tx.auditCheck(r.Chain)
	if err != nil && access.CodeOf(err) != access.NotFound {
		return err
	}
	c := auditCheck{head: r.Head, at: tx.now, events: r.Head.Seq - r.From}
	c.head.Chain = r.Chain
	if broken, ok := errors.AsType[*audit.BrokenError](r.Broken); ok {
		c.brokenAt, c.why = broken.Seq, broken.Why
		// The end found before stays what must be there, or a cut would be forgotten the next day.
		c.head, c.events = before.head, before.events
		c.head.Chain = r.Chain
		if broken.Seq != before.brokenAt || broken.Why != before.why {
			if err := tx.recordBreak(broken); err != nil {
				return err
			}
		}
	}
	if c.head.Hash == nil {
		c.head.Hash = audit.Genesis(tx.db.keyring.AuditMAC, tx.db.installation, orgOf(r.Chain))
	}
	return tx.put(sqlPutCheck, r.Chain, millis(c.at), c.events, c.head.Seq, c.head.Hash, c.brokenAt, string(c.why), c.authority().seal(tx.db.keyring))
}

func (tx *Tx) recordBreak(b *audit.BrokenError) error {
	tx.db.log.Error("the audit record was altered outside Dagpass; compare it with a backup", "chain", b.Chain, "event", b.Seq, "why", string(b.Why))
	e := tx.chainEvent(audit.AuditVerifyFailed, b.Chain)
	e.Details = []audit.Change{{Field: "event", After: strconv.FormatInt(b.Seq, 10)}, {Field: "why", After: string(b.Why)}}
	return tx.Append(e)
}

// chainEvent is an event of the program's own about a chain, in that chain.
func (tx *Tx) chainEvent(do audit.Action, chain string) audit.Event {
	if chain == audit.InstallationChain {
		return tx.systemEvent(do, audit.TargetInstallation, tx.db.installation, "Dagpass")
	}
	e := tx.systemEvent(do, audit.TargetOrganization, chain, "")
	e.OrganizationID = chain
	return e
}
