package db

import (
	"context"
	"errors"
	"fmt"
	"strconv"
	"time"

	"dagpass/internal/audit"
)

const (
	sqlSetAnchor = `
INSERT INTO audit_anchors (chain, seq, hash, at, mac) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (chain) DO UPDATE SET seq = excluded.seq, hash = excluded.hash, at = excluded.at, mac = excluded.mac`

	sqlForgetEvents = `DELETE FROM audit WHERE chain = $1 AND seq <= $2`
)

// pruneBatch is how many events go in one transaction, so that none holds up the others for long.
const pruneBatch = 1000

// PruneAudit removes the events that were recorded longer ago than keep, of every chain from its oldest
// on. Each removal is an event itself, and leaves an anchor from which the rest can be checked. What is
// removed is checked before: a chain that is broken there keeps its events, because they are the
// evidence, and the error names the first bad one. Other chains are pruned all the same.
func (db *DB) PruneAudit(ctx context.Context, keep time.Duration) error {
	chains, err := db.auditChains(ctx, nil)
	if err != nil {
		return err
	}
	var errs []error
	for _, chain := range chains {
		if err := db.pruneChain(ctx, chain, keep); err != nil {
			errs = append(errs, fmt.Errorf("prune the audit chain %s: %w", chain, err))
		}
	}
	return errors.Join(errs...)
}

func (db *DB) pruneChain(ctx context.Context, chain string, keep time.Duration) error {
	for {
		removed := 0
		err := db.update(ctx, func(tx *Tx) (err error) {
			removed, err = tx.pruneOldest(chain, tx.now.Add(-keep))
			return err
		})
		if err != nil || removed < pruneBatch {
			return err
		}
	}
}

// pruneOldest removes at most pruneBatch events recorded before an instant and returns how many.
func (tx *Tx) pruneOldest(chain string, before time.Time) (int, error) {
	start, err := tx.auditStart(chain, orgOf(chain))
	if err != nil {
		return 0, err
	}
	old, err := tx.genuineUntil(start, before)
	if err != nil || len(old) == 0 {
		return 0, err
	}
	first, last := old[0], old[len(old)-1]
	e := tx.chainEvent(audit.AuditPrune, chain)
	e.Details = []audit.Change{
		{Field: "events", After: strconv.Itoa(len(old))},
		{Field: "first", After: first.At.Format(time.RFC3339)}, {Field: "last", After: last.At.Format(time.RFC3339)},
	}
	if err := tx.Append(e); err != nil {
		return 0, err
	}
	mac := anchorAuthority(last.Head(), last.At).seal(tx.db.keyring)
	if err := tx.put(sqlSetAnchor, chain, last.Seq, last.Hash, millis(last.At), mac); err != nil {
		return 0, err
	}
	return len(old), tx.put(sqlForgetEvents, chain, last.Seq)
}

// genuineUntil returns the events behind a point of a chain that were recorded before an instant, at
// most pruneBatch. A *audit.BrokenError when one of them is not genuine.
func (tx *Tx) genuineUntil(start audit.Head, before time.Time) ([]audit.Event, error) {
	v := audit.NewVerifier(tx.db.keyring.AuditMAC, start)
	var old []audit.Event
	err := each(tx, func(s scanner) (bool, error) {
		e, err := scanEvent(s)
		if err != nil || !e.At.Before(before) {
			return false, err
		}
		old = append(old, e)
		return true, v.Next(e)
	}, sqlEvents, start.Chain, start.Seq, pruneBatch)
	return old, err
}
