package db

import (
	"database/sql"
	"maps"
	"slices"
	"time"

	"dagpass/internal/access"
)

// The states of a token's row.
const (
	stateLive  = "live"
	stateEnded = "ended"
)

const (
	tokenColumns = tokenAuthorityColumns + `, t.name, t.description, t.start_at, t.hint, t.version,
	t.created_at, t.created_by_kind, t.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	cu.id IS NOT NULL AND NOT EXISTS (SELECT 1 FROM member_roles m
		WHERE m.entity_id = t.organization_id AND m.subject_kind = 'user' AND m.subject_id = cu.id),
	t.updated_at, t.updated_by_kind, t.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, ''),
	t.last_rotated_at, t.last_used_at, t.last_used_ip, t.last_used_client, t.last_used_astro_client, t.last_used_astro_version, t.revoked_at`

	tokenPeople = `
LEFT JOIN users cu ON cu.id = t.created_by_id LEFT JOIN api_tokens ct ON ct.id = t.created_by_id
LEFT JOIN users uu ON uu.id = t.updated_by_id LEFT JOIN api_tokens ut ON ut.id = t.updated_by_id`
)

const (
	sqlToken = `SELECT ` + tokenColumns + ` FROM api_tokens t ` + tokenPeople + `
WHERE t.id = $1 AND t.organization_id = $2 AND t.state = 'live'
	AND (t.workspace_id IS NULL OR EXISTS (SELECT 1 FROM workspaces h WHERE h.id = t.workspace_id))`

	sqlInsertToken = `
INSERT INTO api_tokens (id, organization_id, workspace_id, state, name, description, expiry_days, start_at, expires_at,
	hint, generation, version, created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, row_mac)
VALUES ($1, $2, $3, 'live', $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $18)`

	sqlUpdateToken = `
UPDATE api_tokens SET name = $2, description = $3, version = $4, updated_at = $5, updated_by_kind = $6, updated_by_id = $7
WHERE id = $1 AND state = 'live'`

	sqlRotateToken = `
UPDATE api_tokens SET generation = $2, start_at = $3, expires_at = $4, hint = $5, last_rotated_at = $6, revoked_at = NULL,
	updated_at = $7, updated_by_kind = $8, updated_by_id = $9, row_mac = $10
WHERE id = $1 AND state = 'live'`

	sqlRevokeToken = `UPDATE api_tokens SET revoked_at = $2 WHERE id = $1 AND state = 'live'`

	sqlEndToken = `
UPDATE api_tokens SET state = 'ended', updated_at = $2, updated_by_kind = $3, updated_by_id = $4, row_mac = $5
WHERE id = $1 AND state = 'live'`

	sqlMarkUsed = `
UPDATE api_tokens SET last_used_at = $2, last_used_ip = $3, last_used_client = $4,
	last_used_astro_client = $5, last_used_astro_version = $6
WHERE id = $1 AND (last_used_at IS NULL OR last_used_at < $2)`

	sqlSortUsed    = `UPDATE api_token_roles SET sort_used = $2 WHERE token_id = $1 AND sort_used < $2`
	sqlSortName    = `UPDATE api_token_roles SET sort_name = $2 WHERE token_id = $1`
	sqlSortExpires = `UPDATE api_token_roles SET sort_expires = $2 WHERE token_id = $1`

	sqlUseFormKey = `INSERT INTO submissions (user_id, form_key, used_at) VALUES ($1, $2, $3)`
)

// scanToken reads tokenColumns, and what follows them into more.
func (tx *Tx) scanToken(s scanner, more ...any) (access.Token, error) {
	var t access.Token
	var a tokenAuthority
	var start, created, updated int64
	var rotated, used, revoked sql.NullInt64
	by, changed := &t.CreatedBy, &t.UpdatedBy
	into := append(a.into(), &t.Name, &t.Description, &start, &t.Hint, &t.Version,
		&created, &by.Kind, &by.ID, &by.Name, &by.Email, &by.Former,
		&updated, &changed.Kind, &changed.ID, &changed.Name, &changed.Email,
		&rotated, &used, &t.LastUsed.Address, &t.LastUsed.Client, &t.LastUsed.AstroClient, &t.LastUsed.AstroClientVersion, &revoked)
	if err := s.Scan(append(into, more...)...); err != nil {
		return t, err
	}
	t.ID, t.Home, t.Expiry, t.Generation = access.TokenID(a.id), a.home(), access.Expiry(a.expiryDays), int(a.generation)
	t.StartAt, t.EndAt = utc(start), instant(a.expiresAt)
	t.CreatedAt, t.UpdatedAt = utc(created), utc(updated)
	t.CreatedBy, t.UpdatedBy = named(t.CreatedBy), named(t.UpdatedBy)
	t.LastRotatedAt, t.LastUsed.At, t.RevokedAt = instant(rotated), instant(used), instant(revoked)
	return t, tx.check(a.authority(), a.mac)
}

// authorityOf is what of a token is sealed.
func authorityOf(t access.Token, state string) authority {
	a := tokenAuthority{id: string(t.ID), org: string(t.Home.Org), state: state, expiryDays: int64(t.Expiry), generation: int64(t.Generation)}
	a.workspace.String = string(t.Home.Workspace)
	a.expiresAt = sql.NullInt64{Int64: t.EndAt.UnixMilli(), Valid: !t.EndAt.IsZero()}
	return a.authority()
}

// Token implements [access.TokenTx].
func (tx *Tx) Token(org access.OrgID, id access.TokenID) (access.Token, error) {
	return one(tx, func(s scanner) (access.Token, error) { return tx.scanToken(s) }, sqlToken, string(id), string(org))
}

// InsertToken implements [access.TokenTx]. NotFound for a home that does not exist.
func (tx *Tx) InsertToken(t access.Token, role access.Role, first access.Issue) error {
	err := tx.put(sqlInsertToken, string(t.ID), string(t.Home.Org), null(string(t.Home.Workspace)), t.Name, t.Description,
		int64(t.Expiry), millis(t.StartAt), millis(t.EndAt), t.Hint, t.Generation, t.Version,
		millis(t.CreatedAt), string(t.CreatedBy.Kind), t.CreatedBy.ID,
		millis(t.UpdatedAt), string(t.UpdatedBy.Kind), t.UpdatedBy.ID,
		authorityOf(t, stateLive).seal(tx.db.keyring))
	if err != nil {
		return err
	}
	if err := tx.insertSecret(t, first); err != nil {
		return err
	}
	if err := tx.indexToken(t); err != nil {
		return err
	}
	if err := tx.countUp(string(t.Home.Org), countOf); err != nil {
		return err
	}
	return tx.SetTokenRole(t, t.Home, role, t.CreatedBy)
}

// UpdateToken implements [access.TokenTx]. NotFound for a token that is not live.
func (tx *Tx) UpdateToken(t access.Token) error {
	err := tx.change(sqlUpdateToken, string(t.ID), t.Name, t.Description, t.Version,
		millis(t.UpdatedAt), string(t.UpdatedBy.Kind), t.UpdatedBy.ID)
	if err != nil {
		return err
	}
	if err := tx.put(sqlSortName, string(t.ID), access.Fold(t.Name)); err != nil {
		return err
	}
	return tx.reindexToken(t)
}

// ReplaceValue implements [access.TokenTx]. NotFound for a token that is not live.
func (tx *Tx) ReplaceValue(t access.Token, next access.Issue) error {
	err := tx.change(sqlRotateToken, string(t.ID), t.Generation, millis(t.StartAt), millis(t.EndAt), t.Hint, millis(t.LastRotatedAt),
		millis(t.UpdatedAt), string(t.UpdatedBy.Kind), t.UpdatedBy.ID, authorityOf(t, stateLive).seal(tx.db.keyring))
	if err != nil {
		return err
	}
	if err := tx.endSecret(t.ID, access.EndedByRotation, tx.now); err != nil {
		return err
	}
	if err := tx.insertSecret(t, next); err != nil {
		return err
	}
	if err := tx.put(sqlSortExpires, string(t.ID), sortExpires(t)); err != nil {
		return err
	}
	return tx.reindexToken(t)
}

// RevokeValue implements [access.TokenTx]. NotFound for a token that is not live.
func (tx *Tx) RevokeValue(t access.Token) error {
	if err := tx.change(sqlRevokeToken, string(t.ID), millis(t.RevokedAt)); err != nil {
		return err
	}
	if err := tx.endSecret(t.ID, access.EndedByRevocation, t.RevokedAt); err != nil {
		return err
	}
	return tx.put(sqlSortExpires, string(t.ID), sortExpires(t))
}

// EndToken implements [access.TokenTx]. NotFound for a token that is not live.
func (tx *Tx) EndToken(t access.Token, why access.EndReason, by access.Person) error {
	if err := tx.endToken(t, why, tx.now, by); err != nil {
		return err
	}
	if err := tx.endTokenRoles(t); err != nil {
		return err
	}
	return tx.countDown(string(t.Home.Org), countOf)
}

// endToken makes a token a tombstone and takes it out of the search; its roles are left. at is when its
// value ended.
func (tx *Tx) endToken(t access.Token, why access.EndReason, at time.Time, by access.Person) error {
	err := tx.change(sqlEndToken, string(t.ID), millis(at), string(by.Kind), by.ID, authorityOf(t, stateEnded).seal(tx.db.keyring))
	if err != nil {
		return err
	}
	if err := tx.endSecret(t.ID, why, at); err != nil {
		return err
	}
	return tx.unindexToken(t.ID)
}

// MarkUsed implements [access.VerifyTx].
func (tx *Tx) MarkUsed(uses map[access.TokenID]access.Use) error {
	for _, id := range slices.Sorted(maps.Keys(uses)) {
		use := uses[id]
		if err := tx.put(sqlMarkUsed, string(id), millis(use.At), use.Address, use.Client, use.AstroClient, use.AstroClientVersion); err != nil {
			return err
		}
		if err := tx.put(sqlSortUsed, string(id), millis(use.At)); err != nil {
			return err
		}
	}
	return nil
}

// UseFormKey implements [access.TokenTx].
func (tx *Tx) UseFormKey(by access.UserID, key string) error {
	err := tx.put(sqlUseFormKey, string(by), key, millis(tx.now))
	if access.ReasonOf(err) == access.ReasonTaken {
		return access.Conflicting(access.ReasonAlreadyDone,
			"This form was already sent, and its result was shown once. If you did not copy the value, rotate the token to get a new one.")
	}
	return err
}
