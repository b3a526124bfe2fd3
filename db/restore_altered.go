package db

import (
	"errors"
	"maps"
	"slices"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

const (
	sqlValuesAfter = `SELECT s.value_mac, ` + secretColumns + ` FROM api_token_secrets s
WHERE s.value_mac > $1 AND s.ended_at IS NULL ORDER BY s.value_mac LIMIT $2`
	sqlTokenRolesAfter = `SELECT r.organization_id, r.entity_type, r.entity_id, r.token_id, r.role, r.home, r.row_mac
FROM api_token_roles r WHERE (r.entity_id, r.token_id) > ($1, $2) ORDER BY r.entity_id, r.token_id LIMIT $3`
)

// alteredRows reads every row that grants something that outlives a restoration, and names those that were
// altered outside Dagpass. They grant nothing, but whoever restores them should know: the server is not ready
// once it has seen one.
func (tx *Tx) alteredRows() ([]string, error) {
	orgs, err := all(tx, text[access.OrgID], sqlEveryOrg)
	if err != nil {
		return nil, err
	}
	for _, org := range orgs {
		_, err := tx.CustomRoles(org)
		if err == nil {
			_, err = all(tx, tx.scanRange, sqlRangesWhole, string(org))
		}
		if err != nil {
			return nil, err
		}
	}
	err = errors.Join(
		read(tx, sqlUsersAfter, key{""}, tx.scanUserKey),
		read(tx, sqlRolesAfter, key{"", "", ""}, tx.scanRoleKey),
		read(tx, sqlMembershipsAfter, key{"", ""}, tx.scanMembershipKey),
		read(tx, sqlWorkspacesAfter, key{""}, tx.scanWorkspaceKey),
		read(tx, sqlTokensAfter, key{""}, tx.scanTokenKey),
		read(tx, sqlTokenRolesAfter, key{"", ""}, tx.scanTokenRoleKey),
		read(tx, sqlValuesAfter, key{[]byte{}}, tx.scanValueKey))
	return tx.db.integrity.rows(), err
}

// read reads every row of a query only to check it.
func read[T any](tx *Tx, query string, from key, scan func(scanner) (key, T, error)) error {
	return sweep(tx, query, from, scan, func(T) error { return nil })
}

func (tx *Tx) scanTokenRoleKey(s scanner) (key, tokenRoleRow, error) {
	var r tokenRoleRow
	if err := s.Scan(&r.org, &r.level, &r.entity, &r.token, &r.role, &r.home, &r.mac); err != nil {
		return nil, r, err
	}
	return key{r.entity, r.token}, r, tx.check(r.authority(), r.mac)
}

func (tx *Tx) scanValueKey(s scanner) (key, secretRow, error) {
	var row secretRow
	var digest []byte
	err := s.Scan(append([]any{&digest}, row.into()...)...)
	if err == nil {
		row.digest, err = secret.ParseDigest(digest)
	}
	if err != nil {
		return nil, row, err
	}
	return key{digest}, row, tx.check(row.authority(), row.mac)
}

// rows names what was found altered, sorted.
func (i *integrity) rows() []string {
	i.mu.Lock()
	defer i.mu.Unlock()
	return slices.Sorted(maps.Keys(i.seen))
}
