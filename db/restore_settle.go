package db

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

// What a backup holds of the past that no restoration brings back. Whoever had a session signs in again;
// people who were invited are invited again.
const (
	sqlRestoreSessions   = `DELETE FROM sessions WHERE user_id >= ''`
	sqlRestoreLoginCodes = `DELETE FROM login_codes`
	sqlRestoreAccess     = `DELETE FROM login_access`
	sqlRestoreLogins     = `DELETE FROM logins`
	sqlRestoreCodes      = `DELETE FROM one_time_codes`
	sqlRestoreDevices    = `DELETE FROM known_devices`
	sqlRestoreEpoch      = `UPDATE meta SET restore_epoch = restore_epoch + 1`
)

const (
	sqlUsersAfter   = `SELECT ` + userColumns + ` FROM users u WHERE u.id > $1 ORDER BY u.id LIMIT $2`
	sqlCurrentAfter = `
SELECT s.token_id FROM api_token_secrets s WHERE s.ended_at IS NULL AND s.token_id > $1 ORDER BY s.token_id LIMIT $2`
	sqlCountCurrent = `SELECT count(*) FROM api_token_secrets s WHERE s.ended_at IS NULL AND s.token_id > ''`
)

// settle does in one transaction what the choice says, and records it.
func (r *restoration) settle(ctx context.Context) error {
	replaced, err := r.newerHeads(ctx)
	if err != nil {
		return err
	}
	heads, err := r.older.AuditHeads(ctx)
	if err != nil {
		return err
	}
	return r.older.update(ctx, func(tx *Tx) error {
		for _, query := range []string{sqlRestoreSessions, sqlRestoreLoginCodes, sqlRestoreAccess, sqlRestoreLogins,
			sqlRestoreCodes, sqlRestoreDevices, sqlRestoreEpoch} {
			if err := tx.put(query); err != nil {
				return err
			}
		}
		if r.done.Altered, err = tx.alteredRows(); err != nil {
			return err
		}
		if err := r.choose(ctx, tx); err != nil {
			return err
		}
		if r.done.Tokens, err = tx.count(sqlCountCurrent); err != nil {
			return err
		}
		for _, head := range heads {
			before := replaced[head.Chain]
			if r.done.Unreadable != nil {
				before = "unreadable: " + why(r.done.Unreadable)
			}
			if err := tx.Append(tx.restoreEvent(r, head.Chain, head, before)); err != nil {
				return err
			}
		}
		return nil
	})
}

func (r *restoration) choose(ctx context.Context, tx *Tx) error {
	if r.how.Replay != "" {
		return r.newer.run(ctx, sqlBegin, nil, func(newer *Tx) error {
			return (&replay{tx: tx, newer: newer, done: &r.done}).run()
		})
	}
	if err := tx.raiseEpochs(); err != nil {
		return err
	}
	if r.how.EndAllTokens {
		return r.endAll(tx)
	}
	n, err := tx.count(sqlCountCurrent)
	if err == nil && (r.how.Accept == nil || *r.how.Accept != n) {
		err = fmt.Errorf("%w: the values of %d API tokens would be accepted again as they were in the backup, whatever happened since", ErrRefused, n)
	}
	return err
}

// raiseEpochs ends whatever somebody holds that counts the epoch of their account.
func (tx *Tx) raiseEpochs() error {
	return sweep(tx, sqlUsersAfter, key{""}, tx.scanUserKey, func(u userRow) error {
		_, err := tx.changeUser(u.ID, func(u *userRow) { u.epoch++ })
		return err
	})
}

func (r *restoration) endAll(tx *Tx) error {
	return sweep(tx, sqlCurrentAfter, key{""}, func(s scanner) (key, access.TokenID, error) {
		id, err := text[access.TokenID](s)
		return key{string(id)}, id, err
	}, func(id access.TokenID) error {
		r.done.Ended++
		return tx.endValue(id, access.EndedByRestore, tx.now)
	})
}

const sqlSortRevoked = `UPDATE api_token_roles SET sort_expires = $2 WHERE token_id = $1`

// endValue ends the current value of a token, which waits to be rotated.
func (tx *Tx) endValue(id access.TokenID, why access.EndReason, at time.Time) error {
	if err := tx.endSecret(id, why, at); err != nil {
		return err
	}
	if err := tx.put(sqlRevokeToken, string(id), millis(at)); err != nil {
		return err
	}
	return tx.put(sqlSortRevoked, string(id), at.UnixMilli())
}

// restoreEvent is what the first row after a restoration says.
func (tx *Tx) restoreEvent(r *restoration, chain string, backup audit.Head, replaced string) audit.Event {
	e := tx.chainEvent(audit.BackupRestore, chain)
	e.Details = []audit.Change{
		{Field: "head", Before: replaced, After: backup.String()},
		{Field: "choice", After: r.how.String()},
		{Field: "values_ended", After: strconv.Itoa(r.done.Ended)},
		{Field: "roles_lowered", After: strconv.Itoa(r.done.Lowered)},
		{Field: "rows_altered", After: strconv.Itoa(len(r.done.Altered))},
	}
	return e
}

// String is the choice as it is written at the command line.
func (v Revival) String() string {
	switch {
	case v.EndAllTokens:
		return "end-all-tokens"
	case v.Replay != "":
		return "replay"
	}
	return "accept-revival"
}

// newerHeads are the ends of the replaced record by chain.
func (r *restoration) newerHeads(ctx context.Context) (map[string]string, error) {
	out := map[string]string{}
	if r.newer == nil {
		return out, nil
	}
	heads, err := r.newer.AuditHeads(ctx)
	for _, head := range heads {
		out[head.Chain] = head.String()
	}
	return out, err
}

// why is a failure in one line, for the record.
func why(err error) string { return strings.Join(strings.Fields(err.Error()), " ") }
