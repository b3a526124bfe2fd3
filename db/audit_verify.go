package db

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

const (
	sqlAuditAnchor = `SELECT seq, hash, at, mac FROM audit_anchors WHERE chain = $1`
	sqlAuditChains = `
SELECT chain FROM (SELECT 'installation' AS chain
	UNION SELECT id FROM organizations UNION SELECT chain FROM audit_anchors) known ORDER BY chain`

	// The first chain behind $1 that has events; going from one to the next reads one row each.
	sqlNextChain = `SELECT chain FROM audit WHERE chain > $1 ORDER BY chain LIMIT 1`
	sqlEvents    = `SELECT ` + auditColumns + ` FROM audit WHERE chain = $1 AND seq > $2 ORDER BY seq LIMIT $3`
)

// verifyBatch is how many events are read in one transaction, so that none is long.
const verifyBatch = 1000

// ChainReport is what a check of one chain found.
type ChainReport struct {
	Chain string
	From  int64 // the number the check began behind: 0, or that of the last event pruned
	Head  audit.Head
	// Broken is nil when every event from From to Head is genuine.
	Broken error
}

// AuditReport is what a check of the whole record found, one entry a chain, sorted by name.
type AuditReport struct{ Chains []ChainReport }

// Err returns the first break, nil when there is none.
func (r AuditReport) Err() error {
	for _, c := range r.Chains {
		if c.Broken != nil {
			return c.Broken
		}
	}
	return nil
}

// VerifyAudit checks every chain of the record from its start or anchor to its end, in constant
// memory and without holding up anyone. Heads that were kept outside the database, if given, must
// still be passed through; they are the only way to see that the newest events were cut off. The
// error says that the check could not be done; what it found is in the report.
func (db *DB) VerifyAudit(ctx context.Context, expected ...audit.Head) (AuditReport, error) {
	chains, err := db.auditChains(ctx, expected)
	if err != nil {
		return AuditReport{}, err
	}
	var report AuditReport
	for _, chain := range chains {
		c, err := db.verifyChain(ctx, chain, expected)
		if err != nil {
			return AuditReport{}, fmt.Errorf("verify the audit chain %s: %w", chain, err)
		}
		report.Chains = append(report.Chains, c)
	}
	return report, nil
}

// verifyChain checks one chain. Events that are pruned while it reads are no break: it begins again at
// the new anchor.
func (db *DB) verifyChain(ctx context.Context, chain string, expected []audit.Head) (ChainReport, error) {
	for {
		report, err := db.verifyFromStart(ctx, chain, expected)
		if err != nil || report.Broken == nil {
			return report, err
		}
		moved, err := db.anchorMoved(ctx, chain, report.From)
		if err != nil || !moved {
			return report, err
		}
	}
}

func (db *DB) verifyFromStart(ctx context.Context, chain string, expected []audit.Head) (ChainReport, error) {
	report := ChainReport{Chain: chain}
	var v *audit.Verifier
	err := db.view(ctx, func(tx *Tx) error {
		from, err := tx.auditStart(chain, orgOf(chain))
		v, report.From = audit.NewVerifier(db.keyring.AuditMAC, from, expected...), from.Seq
		return err
	})
	if broken, ok := errors.AsType[*audit.BrokenError](err); ok {
		report.Broken = broken
		return report, nil
	}
	if err != nil {
		return report, err
	}
	err = db.verifyEvents(ctx, v, &report)
	report.Head = v.Head()
	return report, err
}

func (db *DB) verifyEvents(ctx context.Context, v *audit.Verifier, report *ChainReport) error {
	for {
		events, err := db.events(ctx, report.Chain, v.Head().Seq)
		if err != nil {
			return err
		}
		for _, e := range events {
			if report.Broken = v.Next(e); report.Broken != nil {
				return nil
			}
		}
		if len(events) < verifyBatch {
			report.Broken = v.End()
			return nil
		}
	}
}

// anchorMoved reports whether the start of a chain is no longer behind the event with a number.
func (db *DB) anchorMoved(ctx context.Context, chain string, from int64) (bool, error) {
	var start audit.Head
	err := db.view(ctx, func(tx *Tx) (err error) {
		start, err = tx.auditStart(chain, orgOf(chain))
		return err
	})
	if _, broken := errors.AsType[*audit.BrokenError](err); broken {
		return false, nil
	}
	return start.Seq > from, err
}

func (db *DB) events(ctx context.Context, chain string, after int64) ([]audit.Event, error) {
	var events []audit.Event
	err := db.view(ctx, func(tx *Tx) (err error) {
		events, err = all(tx.longRunning(), scanEvent, sqlEvents, chain, after, verifyBatch)
		return err
	})
	return events, err
}

// scanEvent reads auditColumns. Details that were not written by us are kept as they are in a way
// that no seal fits.
func scanEvent(s scanner) (audit.Event, error) {
	var e audit.Event
	var at int64
	var details string
	err := s.Scan(&e.Chain, &e.Seq, &at, &e.ActorKind, &e.ActorID, &e.ActorName, &e.Action, &e.Outcome,
		&e.TargetKind, &e.TargetID, &e.TargetName, &e.OrganizationID, &e.WorkspaceID,
		&e.IP, &e.UserAgent, &e.RequestID, &e.Reason, &details, &e.KeyEpoch, &e.PrevHash, &e.Hash,
		&e.ClientType, &e.Method, &e.Path, &e.ActorEmail, &e.AstroClient, &e.AstroClientVersion)
	if err != nil {
		return e, err
	}
	e.At = utc(at)
	if e.Details, err = audit.DecodeDetails(details); err != nil {
		e.Details = []audit.Change{{Field: "unreadable", After: details}}
	}
	return e, nil
}

func orgOf(chain string) string {
	if chain == audit.InstallationChain {
		return ""
	}
	return chain
}

// auditChains returns every chain that has events, or should have.
func (db *DB) auditChains(ctx context.Context, expected []audit.Head) ([]string, error) {
	known := map[string]bool{}
	for _, h := range expected {
		known[h.Chain] = true
	}
	err := db.view(ctx, func(tx *Tx) error {
		names, err := all(tx, text[string], sqlAuditChains)
		for _, name := range names {
			known[name] = true
		}
		for last := ""; err == nil; known[last] = true {
			if err = tx.row(sqlNextChain, []any{last}, &last); access.CodeOf(err) == access.NotFound {
				return nil
			}
		}
		return err
	})
	return sortedKeys(known), err
}

// auditStart returns the point from which a chain is checked: its genesis, or the anchor that took
// the place of what was pruned. A *audit.BrokenError when the anchor is not genuine.
func (tx *Tx) auditStart(chain, org string) (audit.Head, error) {
	start := audit.Head{Chain: chain}
	var at int64
	var mac []byte
	err := tx.row(sqlAuditAnchor, []any{chain}, &start.Seq, &start.Hash, &at, &mac)
	if access.CodeOf(err) == access.NotFound {
		start.Hash = audit.Genesis(tx.db.keyring.AuditMAC, tx.db.installation, org)
		return start, nil
	}
	if err != nil {
		return start, err
	}
	err = tx.check(anchorAuthority(start, utc(at)), mac)
	if errors.Is(err, errAltered) {
		err = &audit.BrokenError{Chain: chain, Seq: start.Seq, Why: audit.Altered}
	}
	return start, err
}

func anchorAuthority(h audit.Head, at time.Time) authority {
	return sealedOf("audit_anchors", h.Chain).text(h.Chain).number(h.Seq).blob(h.Hash).instant(at)
}
