package db

import (
	"encoding/json"
	"slices"
	"strings"

	"dagpass/internal/access"
)

const (
	sqlTokenNamed = `
SELECT count(*) FROM (SELECT 1 FROM api_token_roles WHERE entity_id = $1 AND sort_name = $2 AND token_id <> $3 LIMIT 1) found`

	// All tokens of an Organization, by their home; $4 is the list of Workspaces in which they are
	// to hold a role, as JSON.
	orgListBegin   = `SELECT r.token_id FROM api_token_roles r WHERE r.organization_id = $1 AND r.home = 1` + notDeleted
	orgListManaged = ` AND r.token_id IN (SELECT b.token_id FROM api_token_roles b WHERE b.entity_id IN (SELECT value FROM json_each($4)))`
	orgListEnd     = ` LIMIT $2 OFFSET $3`

	// The rows of a page, whose ids are $2 as JSON.
	sqlListedOf = `SELECT ` + tokenColumns + `, r.role, r.home,
	(SELECT count(*) FROM api_token_roles b WHERE b.token_id = t.id AND b.home = 0 AND b.entity_type = 'workspace') - ` + rolesLeft + `,
	r.organization_id, r.entity_type, r.entity_id, r.row_mac
FROM json_each($2) p CROSS JOIN api_tokens t ON t.id = p.value
CROSS JOIN api_token_roles r ON r.token_id = t.id AND r.home = 1 AND r.organization_id = $1 ` + tokenPeople + `
ORDER BY p.key`

	orgNameAsc     = ` ORDER BY r.sort_name, r.token_id`
	orgNameDesc    = ` ORDER BY r.sort_name DESC, r.token_id DESC`
	orgExpiresAsc  = ` ORDER BY r.sort_expires, r.token_id`
	orgExpiresDesc = ` ORDER BY r.sort_expires DESC, r.token_id DESC`
	orgUsedAsc     = ` ORDER BY r.sort_used, r.token_id`
	orgUsedDesc    = ` ORDER BY r.sort_used DESC, r.token_id DESC`
	orgCreatedAsc  = ` ORDER BY r.token_id`
	orgCreatedDesc = ` ORDER BY r.token_id DESC`

	sqlCountManaged = `
SELECT count(DISTINCT b.token_id) FROM api_token_roles b
WHERE b.organization_id = $1 AND b.entity_id IN (SELECT value FROM json_each($2))`

	// Organization tokens of $1 without a role in the Workspace $2. They are read by name, and the
	// index of names has the folded name to be searched in.
	unboundFilter = `
WHERE r.entity_id = $1 AND NOT EXISTS (SELECT 1 FROM api_token_roles b WHERE b.entity_id = $2 AND b.token_id = r.token_id)`
	unboundRows   = ` FROM api_token_roles r JOIN api_tokens t ON t.id = r.token_id `
	unboundFound  = ` AND instr(r.sort_name, $4) > 0`
	unboundPrefix = ` AND r.sort_name >= $4 AND r.sort_name < $5`
	unboundPage   = ` ORDER BY r.sort_name, r.token_id LIMIT $3`
	unboundCount  = `SELECT count(*) FROM (SELECT 1 FROM api_token_roles r INDEXED BY api_token_roles_name `
	unboundLimit  = ` LIMIT $3) found`

	sqlUnbound         = `SELECT ` + tokenColumns + unboundRows + tokenPeople + unboundFilter + unboundPage
	sqlUnboundFound    = `SELECT ` + tokenColumns + unboundRows + tokenPeople + unboundFilter + unboundFound + unboundPage
	sqlUnboundPrefixed = `SELECT ` + tokenColumns + unboundRows + tokenPeople + unboundFilter + unboundPrefix + unboundPage

	sqlCountUnbound         = unboundCount + unboundFilter + unboundLimit
	sqlCountUnboundFound    = unboundCount + unboundFilter + unboundFound + unboundLimit
	sqlCountUnboundPrefixed = unboundCount + unboundFilter + unboundPrefix + unboundLimit
)

// TokenNamed implements [access.TokenListTx]. Names are compared ignoring case.
func (tx *Tx) TokenNamed(at access.Scope, name string, except access.TokenID) (bool, error) {
	n, err := tx.count(sqlTokenNamed, at.Entity(), access.Fold(name), string(except))
	return n > 0, err
}

// TokensOf implements [access.TokenListTx]. Role is that of the token's home. It pages by offset
// only, as the API does; the order is by name where the column is unknown.
func (tx *Tx) TokensOf(org access.OrgID, owned access.Actor, every bool, s access.Sort, p access.Page) ([]access.TokenRow, int, error) {
	tx = tx.longRunning()
	if every {
		total, err := tx.count(sqlCounter, string(org), countOf)
		if err != nil {
			return nil, 0, err
		}
		rows, err := tx.listedOf(org, s, p)
		return rows, total, err
	}
	managed, err := tx.managedIn(org, owned)
	if err != nil {
		return nil, 0, err
	}
	entities, err := json.Marshal(managed)
	if err != nil {
		return nil, 0, err
	}
	total, err := tx.count(sqlCountManaged, string(org), string(entities))
	if err != nil {
		return nil, 0, err
	}
	rows, err := tx.listedOf(org, s, p, string(entities))
	return rows, total, err
}

// listedOf reads a page of the tokens of an Organization; managed is none, or the list of Workspaces
// they hold a role in.
func (tx *Tx) listedOf(org access.OrgID, s access.Sort, p access.Page, managed ...any) ([]access.TokenRow, error) {
	var ids []string
	var err error
	if unindexed(s) {
		ids, err = tx.sortedOf(org, s, p, managed...)
	} else {
		args := slices.Concat([]any{string(org), p.Limit, p.Offset}, managed)
		ids, err = all(tx, text[string], orgListQuery(s, len(managed) > 0), args...)
	}
	if err != nil {
		return nil, err
	}
	return tx.listed(sqlListedOf, string(org), ids)
}

func (tx *Tx) sortedOf(org access.OrgID, s access.Sort, p access.Page, managed ...any) ([]string, error) {
	query := sqlKeysOf
	if len(managed) > 0 {
		query = sqlKeysOfManaged
	}
	keys, err := all(tx, scanTokenKeys, query, slices.Concat([]any{string(org)}, managed)...)
	return inOrder(keys, s, p, p.Limit), err
}

func orgListQuery(s access.Sort, managed bool) string {
	parts := []string{orgListBegin}
	if managed {
		parts = append(parts, orgListManaged)
	}
	return strings.Join(append(parts, orgOrder(s), orgListEnd), "")
}

func orgOrder(s access.Sort) string {
	switch s {
	case access.Sort{By: access.SortByExpires}:
		return orgExpiresAsc
	case access.Sort{By: access.SortByExpires, Desc: true}:
		return orgExpiresDesc
	case access.Sort{By: access.SortByUsed}:
		return orgUsedAsc
	case access.Sort{By: access.SortByUsed, Desc: true}:
		return orgUsedDesc
	case access.Sort{By: access.SortByCreated}:
		return orgCreatedAsc
	case access.Sort{By: access.SortByCreated, Desc: true}:
		return orgCreatedDesc
	}
	if s.Desc {
		return orgNameDesc
	}
	return orgNameAsc
}

// Unbound implements [access.TokenListTx]. Matches are counted up to [access.MatchLimit].
func (tx *Tx) Unbound(at access.Scope, typed string, limit int) ([]access.Token, int, int, error) {
	tx = tx.longRunning()
	every, err := tx.count(sqlCounter, string(at.Org), countAt)
	if err != nil {
		return nil, 0, 0, err
	}
	page, count := sqlUnbound, sqlCountUnbound
	args := func(limit int) []any { return []any{string(at.Org), string(at.Workspace), limit} }
	switch find := searchFor(typed); find.kind {
	case fullText:
		page, count = sqlUnboundFound, sqlCountUnboundFound
		args = func(limit int) []any { return []any{string(at.Org), string(at.Workspace), limit, find.needle} }
	case namePrefix:
		page, count = sqlUnboundPrefixed, sqlCountUnboundPrefixed
		args = func(limit int) []any { return []any{string(at.Org), string(at.Workspace), limit, find.term, find.end} }
	}
	matching, err := tx.count(count, args(access.MatchLimit)...)
	if err != nil {
		return nil, 0, 0, err
	}
	found, err := all(tx, func(s scanner) (access.Token, error) { return tx.scanToken(s) }, page, args(limit)...)
	return found, matching, every, err
}

// WorkspacesWithout implements [access.TokenListTx], by name.
func (tx *Tx) WorkspacesWithout(t access.Token, typed string, limit int) ([]access.Workspace, int, error) {
	tx = tx.longRunning()
	bound, err := tx.BoundWorkspaces(t.ID, access.MaxBindings)
	if err != nil {
		return nil, 0, err
	}
	taken := make(map[access.WorkspaceID]bool, len(bound))
	for _, id := range bound {
		taken[id] = true
	}
	every, err := all(tx, func(s scanner) (access.Workspace, error) { return tx.scanWorkspace(s) }, sqlWorkspacesIn, string(t.Home.Org))
	if err != nil {
		return nil, 0, err
	}
	var found []access.Workspace
	for _, w := range every {
		if !taken[w.ID] && strings.Contains(access.Fold(w.Name), access.Fold(typed)) {
			found = append(found, w)
		}
	}
	return found[:min(len(found), limit)], len(found), nil
}
