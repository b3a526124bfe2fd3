package db

import (
	"math"

	"dagpass/internal/access"
)

const tokenRoleColumns = `
SELECT r.organization_id, r.entity_type, r.entity_id, r.token_id, r.role, r.home, r.row_mac,
	r.created_at, r.created_by_kind, r.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''), `

const tokenRolePeople = `
LEFT JOIN users cu ON cu.id = r.created_by_id LEFT JOIN api_tokens ct ON ct.id = r.created_by_id`

const (
	sqlTokenRoles = tokenRoleColumns + `COALESCE(w.name, '')
FROM api_token_roles r LEFT JOIN workspaces w ON w.id = r.entity_id ` + tokenRolePeople + `
WHERE r.token_id = $1 AND r.organization_id = $2` + notDeleted + ` ORDER BY r.home DESC, w.name_fold, r.entity_id`

	sqlTokenRoleAt = tokenRoleColumns + `COALESCE(w.name, '')
FROM api_token_roles r LEFT JOIN workspaces w ON w.id = r.entity_id ` + tokenRolePeople + `
WHERE r.entity_id = $1 AND r.token_id = $2 AND r.organization_id = $3`

	sqlRolesOfToken = tokenRoleColumns + `''
FROM api_token_roles r ` + tokenRolePeople + `
WHERE r.token_id = $1 AND r.organization_id = $2` + notDeleted + ` ORDER BY r.entity_id`

	sqlInsertTokenRole = `
INSERT INTO api_token_roles (entity_id, token_id, entity_type, organization_id, role, home,
	sort_name, sort_expires, sort_used, created_at, created_by_kind, created_by_id, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

	sqlUpdateTokenRole = `UPDATE api_token_roles SET role = $3, row_mac = $4 WHERE entity_id = $1 AND token_id = $2`
	sqlRemoveTokenRole = `DELETE FROM api_token_roles WHERE entity_id = $1 AND token_id = $2 AND organization_id = $3`
	sqlTokenEntities   = `SELECT entity_id FROM api_token_roles WHERE token_id = $1 ORDER BY entity_id`
	sqlTokenWorkspaces = `
SELECT r.entity_id FROM api_token_roles r
WHERE r.token_id = $1 AND r.entity_type = 'workspace'` + notDeleted + ` ORDER BY r.entity_id LIMIT $2`

	sqlCountUp = `
INSERT INTO counters (entity_id, what, tokens) VALUES ($1, $2, 1)
ON CONFLICT (entity_id, what) DO UPDATE SET tokens = counters.tokens + 1`
	sqlCountDown = `UPDATE counters SET tokens = tokens - 1 WHERE entity_id = $1 AND what = $2`
	sqlCounter   = `SELECT COALESCE((SELECT tokens FROM counters WHERE entity_id = $1 AND what = $2), 0)`
)

// What the rows of counters count.
const (
	countAt     = "at"     // tokens with a role at the entity
	countShared = "shared" // those of them with their home elsewhere
	countOf     = "of"     // live tokens of the Organization
)

// tokenRoleRow is what of a token's role grants something.
type tokenRoleRow struct {
	org, level, entity, token string
	role                      access.Role
	home                      int64
	mac                       []byte
}

func (r tokenRoleRow) authority() authority {
	return sealedOf("api_token_roles", r.entity+" "+r.token).
		text(r.org, r.level, r.entity, r.token, string(r.role)).number(r.home)
}

func (r tokenRoleRow) scope() access.Scope { return scopeOf(r.org, r.level, r.entity) }

func tokenRoleAuthority(t access.Token, at access.Scope, role access.Role) authority {
	return tokenRoleRow{org: string(at.Org), level: string(at.Level()), entity: at.Entity(), token: string(t.ID),
		role: role, home: flag(at == t.Home)}.authority()
}

func (tx *Tx) scanTokenRole(s scanner) (access.TokenRole, error) {
	var r tokenRoleRow
	var out access.TokenRole
	var created int64
	by := &out.CreatedBy
	err := s.Scan(&r.org, &r.level, &r.entity, &r.token, &r.role, &r.home, &r.mac,
		&created, &by.Kind, &by.ID, &by.Name, &by.Email, &out.WorkspaceName)
	if err != nil {
		return out, err
	}
	out.Token, out.At, out.Role, out.Home = access.TokenID(r.token), r.scope(), r.role, r.home == 1
	out.CreatedAt, out.CreatedBy = utc(created), named(out.CreatedBy)
	return out, tx.check(r.authority(), r.mac)
}

// TokenRoles implements [access.TokenTx].
func (tx *Tx) TokenRoles(t access.Token) ([]access.TokenRole, error) {
	return all(tx, tx.scanTokenRole, sqlTokenRoles, string(t.ID), string(t.Home.Org))
}

// TokenRoleAt implements [access.TokenTx].
func (tx *Tx) TokenRoleAt(t access.Token, at access.Scope) (access.TokenRole, error) {
	if at.Org != t.Home.Org {
		return access.TokenRole{}, access.Missing()
	}
	return one(tx, tx.scanTokenRole, sqlTokenRoleAt, at.Entity(), string(t.ID), string(at.Org))
}

// SetTokenRole implements [access.TokenTx]. NotFound for a scope outside the token's Organization.
func (tx *Tx) SetTokenRole(t access.Token, at access.Scope, role access.Role, by access.Person) error {
	if at.Org != t.Home.Org {
		return access.Missing()
	}
	if err := tx.inScope(at); err != nil {
		return err
	}
	mac := tokenRoleAuthority(t, at, role).seal(tx.db.keyring)
	n, err := tx.exec(sqlUpdateTokenRole, at.Entity(), string(t.ID), string(role), mac)
	if err != nil || n > 0 {
		return err
	}
	used, _ := millis(t.LastUsed.At).(int64)
	err = tx.put(sqlInsertTokenRole, at.Entity(), string(t.ID), string(at.Level()), string(at.Org), string(role), flag(at == t.Home),
		access.Fold(t.Name), sortExpires(t), used, millis(tx.now), string(by.Kind), by.ID, mac)
	if err != nil {
		return err
	}
	if at != t.Home {
		if err := tx.countUp(at.Entity(), countShared); err != nil {
			return err
		}
	}
	return tx.countUp(at.Entity(), countAt)
}

// sortExpires is when a token ends, or its value was revoked, as lists are ordered by it.
func sortExpires(t access.Token) int64 {
	if !t.RevokedAt.IsZero() {
		return t.RevokedAt.UnixMilli()
	}
	if t.EndAt.IsZero() {
		return math.MaxInt64
	}
	return t.EndAt.UnixMilli()
}

// RemoveTokenRole implements [access.TokenTx].
func (tx *Tx) RemoveTokenRole(t access.Token, at access.Scope) error {
	return tx.removeTokenRole(t, at.Entity())
}

func (tx *Tx) removeTokenRole(t access.Token, entity string) error {
	n, err := tx.exec(sqlRemoveTokenRole, entity, string(t.ID), string(t.Home.Org))
	if err != nil || n == 0 {
		return err
	}
	if entity != t.Home.Entity() {
		if err := tx.countDown(entity, countShared); err != nil {
			return err
		}
	}
	return tx.countDown(entity, countAt)
}

// endTokenRoles ends every role of a token.
func (tx *Tx) endTokenRoles(t access.Token) error {
	entities, err := all(tx, text[string], sqlTokenEntities, string(t.ID))
	if err != nil {
		return err
	}
	for _, entity := range entities {
		if err := tx.removeTokenRole(t, entity); err != nil {
			return err
		}
	}
	return nil
}

// BoundWorkspaces implements [access.VerifyTx].
func (tx *Tx) BoundWorkspaces(id access.TokenID, limit int) ([]access.WorkspaceID, error) {
	return all(tx, text[access.WorkspaceID], sqlTokenWorkspaces, string(id), limit)
}

func (tx *Tx) countUp(entity, what string) error   { return tx.put(sqlCountUp, entity, what) }
func (tx *Tx) countDown(entity, what string) error { return tx.put(sqlCountDown, entity, what) }

// TokenCount implements [access.TokenTx].
func (tx *Tx) TokenCount(at access.Scope) (int, error) {
	return tx.count(sqlCounter, at.Entity(), countAt)
}
