package db

import (
	"math"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

const (
	sqlAuditFirst = `SELECT seq, at FROM audit WHERE chain = $1 AND at >= $2 ORDER BY at, seq LIMIT 1`
	sqlAuditLast  = `SELECT seq FROM audit WHERE chain = $1 AND at < $2 ORDER BY at DESC, seq DESC LIMIT 1`

	auditFrom = `SELECT ` + auditColumns + ` FROM audit `
	auditIn   = ` WHERE chain = $1 AND seq >= $2 AND seq <= $3`
	auditEnd  = ` ORDER BY seq DESC LIMIT $4`

	// The indexes are named because SQLite would rather read the whole span by its primary key.
	sqlAuditNewest      = auditFrom + auditIn + auditEnd
	sqlAuditByTarget    = auditFrom + `INDEXED BY audit_target` + auditIn + ` AND target_id = $5` + auditEnd
	sqlAuditByActor     = auditFrom + `INDEXED BY audit_actor` + auditIn + ` AND actor_id = $5` + auditEnd
	sqlAuditByAction    = auditFrom + `INDEXED BY audit_action` + auditIn + ` AND action = $5` + auditEnd
	sqlAuditByWorkspace = auditFrom + `INDEXED BY audit_workspace` + auditIn + ` AND workspace_id = $5` + auditEnd
	sqlAuditRefused     = auditFrom + `INDEXED BY audit_refused` + auditIn + ` AND outcome = 'denied'` + auditEnd
	sqlAuditOldest      = auditFrom + auditIn + ` ORDER BY seq LIMIT $4`
)

var auditLookups = map[access.AuditColumn]string{
	access.AuditByTarget:    sqlAuditByTarget,
	access.AuditByActor:     sqlAuditByActor,
	access.AuditByOutcome:   sqlAuditRefused,
	access.AuditByAction:    sqlAuditByAction,
	access.AuditByWorkspace: sqlAuditByWorkspace,
	access.AuditByNothing:   sqlAuditNewest,
}

// AuditSpan implements [access.AuditTx].
func (tx *Tx) AuditSpan(org access.OrgID, from, until time.Time) (access.AuditSpan, error) {
	low, high := int64(math.MinInt64), int64(math.MaxInt64)
	if !from.IsZero() {
		low = from.UnixMilli()
	}
	if !until.IsZero() {
		high = until.UnixMilli()
	}
	span, at := access.AuditSpan{First: 1}, int64(0)
	err := tx.row(sqlAuditFirst, []any{string(org), low}, &span.First, &at)
	if err == nil {
		err = tx.row(sqlAuditLast, []any{string(org), high}, &span.Last)
	}
	if access.CodeOf(err) == access.NotFound {
		return access.AuditSpan{First: 1}, nil
	}
	return span, err
}

// AuditNewest implements [access.AuditTx].
func (tx *Tx) AuditNewest(org access.OrgID, in access.AuditSpan, key access.AuditKey, limit int) ([]audit.Event, error) {
	args := []any{string(org), in.First, in.Last, limit}
	if key.By != access.AuditByNothing && key.By != access.AuditByOutcome {
		args = append(args, key.Value)
	}
	return all(tx.longRunning(), scanEvent, auditLookups[key.By], args...)
}

// AuditOldest implements [access.AuditTx].
func (tx *Tx) AuditOldest(org access.OrgID, in access.AuditSpan, limit int) ([]audit.Event, error) {
	return all(tx.longRunning(), scanEvent, sqlAuditOldest, string(org), in.First, in.Last, limit)
}

// AuditState implements [access.AuditTx].
func (tx *Tx) AuditState(org access.OrgID) (access.AuditState, error) {
	var state access.AuditState
	var first, last, at int64
	err := tx.row(sqlAuditFirst, []any{string(org), int64(math.MinInt64)}, &first, &at)
	if err == nil {
		state.FirstAt = utc(at)
		err = tx.row(sqlAuditLast, []any{string(org), int64(math.MaxInt64)}, &last)
	}
	if err != nil && access.CodeOf(err) != access.NotFound {
		return state, err
	}
	state.Kept = access.AuditSpan{First: first, Last: last}.Len()
	check, err := tx.auditCheck(string(org))
	if access.CodeOf(err) == access.NotFound {
		return state, nil
	}
	state.Checked, state.Events, state.BrokenAt, state.Why = check.at, check.events, check.brokenAt, string(check.why)
	return state, err
}
