package db

import (
	"dagpass/internal/access"
)

const (
	// Roles that deletions of Workspaces left do not count: r is one of api_token_roles. Rights do not
	// rest on it, because they need the row of the Workspace.
	notDeleted = ` AND r.entity_id NOT IN (SELECT workspace_id FROM workspace_deletions)`
	// How many such roles the token t has. There are hardly ever any, so this costs less than looking
	// at each role of the token.
	rolesLeft = `(SELECT count(*) FROM workspace_deletions d CROSS JOIN api_token_roles b ON b.entity_id = d.workspace_id AND b.token_id = t.id)`
)

const (
	sqlCountRolesAt = `
SELECT count(*) FROM member_roles WHERE entity_id = $1 AND organization_id = $2 AND subject_kind = $3`

	sqlDeleteWorkspace    = `DELETE FROM workspaces WHERE id = $1 AND organization_id = $2`
	sqlDeleteRolesAt      = `DELETE FROM member_roles WHERE entity_id = $1`
	sqlDeleteTokenRolesAt = `DELETE FROM api_token_roles WHERE entity_id = $1`
	sqlDeleteCountersAt   = `DELETE FROM counters WHERE entity_id = $1`
	sqlCountLess          = `UPDATE counters SET tokens = tokens - $3 WHERE entity_id = $1 AND what = $2`

	sqlInsertDeletion = `
INSERT INTO workspace_deletions (workspace_id, organization_id, at, by_kind, by_id, by_name, ip, user_agent, request_id, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)`

	sqlDeletions = `
SELECT workspace_id, organization_id, at, by_kind, by_id, by_name, ip, user_agent, request_id, row_mac
FROM workspace_deletions ORDER BY workspace_id`

	sqlForgetDeletion = `DELETE FROM workspace_deletions WHERE workspace_id = $1`

	sqlTokensLeft = `SELECT ` + tokenColumns + `, r.role
FROM api_token_roles r CROSS JOIN api_tokens t ON t.id = r.token_id ` + tokenPeople + `
WHERE r.entity_id = $1 AND t.state = 'live' ORDER BY r.token_id`
)

// deletionAuthority covers all of the row: the record will name who it says.
func deletionAuthority(d access.Deleted) authority {
	by := d.By
	return sealedOf("workspace_deletions", string(d.At.Workspace)).
		text(string(d.At.Workspace), string(d.At.Org)).instant(d.When).
		text(string(by.Kind), by.ID, by.Name, by.Origin.Address, by.Origin.Client, by.Origin.RequestID)
}

// DeletionOf implements [access.DeletionTx].
func (tx *Tx) DeletionOf(at access.Scope) (access.Deletion, error) {
	var d access.Deletion
	var err error
	if d.SharedTokens, err = tx.count(sqlCounter, at.Entity(), countShared); err != nil {
		return d, err
	}
	if d.OwnTokens, err = tx.count(sqlCounter, at.Entity(), countAt); err != nil {
		return d, err
	}
	d.OwnTokens -= d.SharedTokens
	if d.People, err = tx.count(sqlCountRolesAt, at.Entity(), string(at.Org), string(access.UserSubject)); err != nil {
		return d, err
	}
	d.Teams, err = tx.count(sqlCountRolesAt, at.Entity(), string(at.Org), string(access.TeamSubject))
	return d, err
}

// DeleteWorkspace implements [access.DeletionTx].
func (tx *Tx) DeleteWorkspace(d access.Deleted) error {
	ends, err := tx.DeletionOf(d.At)
	if err != nil {
		return err
	}
	if err := tx.change(sqlDeleteWorkspace, string(d.At.Workspace), string(d.At.Org)); err != nil {
		return err
	}
	by := d.By
	err = tx.put(sqlInsertDeletion, string(d.At.Workspace), string(d.At.Org), millis(d.When),
		string(by.Kind), by.ID, by.Name, by.Origin.Address, by.Origin.Client, by.Origin.RequestID,
		deletionAuthority(d).seal(tx.db.keyring))
	if err != nil {
		return err
	}
	for _, query := range []string{sqlDeleteRolesAt, sqlDeleteCountersAt} {
		if err := tx.put(query, d.At.Entity()); err != nil {
			return err
		}
	}
	if err := tx.unrestrict(d.At); err != nil {
		return err
	}
	return tx.put(sqlCountLess, string(d.At.Org), countOf, ends.OwnTokens)
}

func (tx *Tx) scanDeleted(s scanner) (access.Deleted, error) {
	var d access.Deleted
	var at int64
	var mac []byte
	by := &d.By
	err := s.Scan(&d.At.Workspace, &d.At.Org, &at, &by.Kind, &by.ID, &by.Name,
		&by.Origin.Address, &by.Origin.Client, &by.Origin.RequestID, &mac)
	if err != nil {
		return d, err
	}
	d.When = utc(at)
	return d, tx.check(deletionAuthority(d), mac)
}

// Unfinished implements [access.DeletionTx].
func (tx *Tx) Unfinished() (access.Deleted, error) {
	found, err := first(tx, 1, tx.scanDeleted, sqlDeletions)
	if err != nil {
		return access.Deleted{}, err
	}
	if len(found) == 0 {
		return access.Deleted{}, access.Missing()
	}
	return found[0], nil
}

// LeftIn implements [access.DeletionTx].
func (tx *Tx) LeftIn(d access.Deleted, limit int) ([]access.TokenRow, error) {
	return first(tx, limit, func(s scanner) (access.TokenRow, error) {
		var row access.TokenRow
		var err error
		row.Token, err = tx.scanToken(s, &row.Role)
		row.Shared = row.Home != d.At
		return row, err
	}, sqlTokensLeft, d.At.Entity())
}

// first reads the first rows of a query that pass their check.
func first[T any](tx *Tx, limit int, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var found []T
	err := each(tx, func(s scanner) (bool, error) {
		v, err := scan(s)
		if err == nil {
			found = append(found, v)
		}
		return len(found) < limit, err
	}, query, args...)
	return found, err
}

// EndLeft implements [access.DeletionTx].
func (tx *Tx) EndLeft(d access.Deleted, row access.TokenRow) error {
	if !row.Shared {
		if err := tx.endToken(row.Token, access.EndedWithWorkspace, d.When, d.By.Person()); err != nil {
			return err
		}
	}
	return tx.put(sqlRemoveTokenRole, d.At.Entity(), string(row.ID), string(d.At.Org))
}

// FinishDeletion implements [access.DeletionTx].
func (tx *Tx) FinishDeletion(d access.Deleted) error {
	for _, query := range []string{sqlDeleteTokenRolesAt, sqlForgetDeletion} {
		if err := tx.put(query, d.At.Entity()); err != nil {
			return err
		}
	}
	return nil
}
