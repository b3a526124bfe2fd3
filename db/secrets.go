package db

import (
	"database/sql"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

const secretColumns = `s.token_id, s.generation, s.pepper_id, s.jti, s.kid, s.valid_from, s.ended_at, s.end_reason, s.row_mac`

const (
	sqlInsertSecret = `
INSERT INTO api_token_secrets (value_mac, token_id, generation, pepper_id, jti, kid, valid_from, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8)`

	sqlCurrentSecrets = `SELECT s.value_mac, ` + secretColumns + ` FROM api_token_secrets s WHERE s.token_id = $1 AND s.ended_at IS NULL`

	sqlEndSecret = `UPDATE api_token_secrets SET ended_at = $2, end_reason = $3, row_mac = $4 WHERE value_mac = $1`

	sqlPresented = `
SELECT ` + secretColumns + `, ` + tokenAuthorityColumns + `, t.name, h.id IS NOT NULL, d.at
FROM api_token_secrets s JOIN api_tokens t ON t.id = s.token_id
LEFT JOIN workspaces h ON h.id = t.workspace_id LEFT JOIN workspace_deletions d ON d.workspace_id = t.workspace_id
WHERE s.value_mac = $1`
)

// secretRow is one value of a token.
type secretRow struct {
	digest     secret.Digest
	token      string
	generation int64
	pepper     string
	jti, kid   string
	validFrom  int64
	endedAt    sql.NullInt64
	reason     string
	mac        []byte
}

// into is where secretColumns are read to; the digest is what the row was looked up by.
func (s *secretRow) into() []any {
	return []any{&s.token, &s.generation, &s.pepper, &s.jti, &s.kid, &s.validFrom, &s.endedAt, &s.reason, &s.mac}
}

func (s secretRow) authority() authority {
	return sealedOf("api_token_secrets", s.jti).blob(s.digest[:]).
		text(s.token).number(s.generation).text(s.pepper, s.jti, s.kid).number(s.validFrom).
		instant(instant(s.endedAt)).text(s.reason)
}

// insertSecret makes a value the current one of a token.
func (tx *Tx) insertSecret(t access.Token, v access.Issue) error {
	row := secretRow{digest: v.Digest, token: string(t.ID), generation: int64(t.Generation),
		pepper: tx.db.keyring.PepperID(), jti: v.JTI, kid: v.KID, validFrom: tx.now.UnixMilli()}
	return tx.put(sqlInsertSecret, row.digest[:], row.token, row.generation, row.pepper, row.jti, row.kid, row.validFrom,
		row.authority().seal(tx.db.keyring))
}

// endSecret ends the current value of a token. An altered one is ended too, and sealed as ended:
// nothing is granted by that.
func (tx *Tx) endSecret(id access.TokenID, why access.EndReason, at time.Time) error {
	current, err := all(tx, func(s scanner) (secretRow, error) {
		var row secretRow
		var digest []byte
		if err := s.Scan(append([]any{&digest}, row.into()...)...); err != nil {
			return row, err
		}
		var err error
		row.digest, err = secret.ParseDigest(digest)
		return row, err
	}, sqlCurrentSecrets, string(id))
	if err != nil {
		return err
	}
	for _, row := range current {
		row.endedAt, row.reason = sql.NullInt64{Int64: at.UnixMilli(), Valid: true}, string(why)
		if err := tx.put(sqlEndSecret, row.digest[:], row.endedAt.Int64, row.reason, row.authority().seal(tx.db.keyring)); err != nil {
			return err
		}
	}
	return nil
}

// Presented implements [access.VerifyTx].
func (tx *Tx) Presented(d secret.Digest) (access.Presented, error) {
	return one(tx, func(s scanner) (access.Presented, error) { return tx.scanPresented(s, d) }, sqlPresented, d[:])
}

func (tx *Tx) scanPresented(s scanner, d secret.Digest) (access.Presented, error) {
	var p access.Presented
	v := secretRow{digest: d}
	var t tokenAuthority
	var housed bool
	var deleted sql.NullInt64
	if err := s.Scan(append(append(v.into(), t.into()...), &p.Name, &housed, &deleted)...); err != nil {
		return p, err
	}
	if err := tx.check(v.authority(), v.mac); err != nil {
		return p, err
	}
	if err := tx.check(t.authority(), t.mac); err != nil {
		return p, err
	}
	p.Token, p.Org, p.Home = access.TokenID(t.id), access.OrgID(t.org), t.home()
	p.EndAt, p.EndedAt, p.Ended = instant(t.expiresAt), instant(v.endedAt), access.EndReason(v.reason)
	if p.EndedAt.IsZero() && t.workspace.Valid && !housed && deleted.Valid {
		p.EndedAt, p.Ended = utc(deleted.Int64), access.EndedWithWorkspace
	}
	if p.EndedAt.IsZero() && (t.state != stateLive || t.workspace.Valid && !housed) {
		// Deleting a token or its Workspace ends its value in the same transaction, so this row is not
		// of our making.
		return p, access.Missing()
	}
	return p, nil
}
