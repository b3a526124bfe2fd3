package db

import (
	"cmp"
	"slices"
	"strings"

	"dagpass/internal/access"
)

// Orders that no index has are made here: what every token of the list is ordered by is read and
// sorted, and only the rows of the page are looked up. No client of the API asks for them, so they
// are not worth a copy of more columns beside every role; see docs/decisions.md for what they cost.
const (
	keyColumns = `SELECT r.token_id, r.sort_name, r.sort_expires, r.sort_used, t.description, t.updated_at, t.start_at `
	keysOf     = keyColumns + `FROM api_token_roles r CROSS JOIN api_tokens t ON t.id = r.token_id
WHERE r.organization_id = $1 AND r.home = 1` + notDeleted

	sqlKeysAt        = keyColumns + listByFilter + listWithTexts + listFilter
	sqlKeysOf        = keysOf
	sqlKeysOfManaged = keysOf + ` AND r.token_id IN (SELECT b.token_id FROM api_token_roles b WHERE b.entity_id IN (SELECT value FROM json_each($2)))`
)

// tokenKeys is what a token is ordered by.
type tokenKeys struct {
	id, name, description         string
	expires, used, updated, start int64
}

func scanTokenKeys(s scanner) (k tokenKeys, err error) {
	err = s.Scan(&k.id, &k.name, &k.expires, &k.used, &k.description, &k.updated, &k.start)
	k.description = access.Fold(k.description)
	return k, err
}

// unindexed reports whether an order takes sorting: one by several columns, or by one without index.
func unindexed(s access.Sort) bool {
	switch s.By {
	case access.SortByDescription, access.SortByUpdated, access.SortByStarted:
		return true
	}
	return s.Then != nil
}

// inOrder sorts and returns at most limit ids of a page.
func inOrder(keys []tokenKeys, s access.Sort, p access.Page, limit int) []string {
	var order []access.Sort
	last := s
	for by := &s; by != nil; last, by = *by, by.Then {
		order = append(order, *by)
	}
	sortBy(keys, append(order, access.Sort{By: access.SortByID, Desc: last.Desc}), tokenKeys.compare)
	start := p.Offset
	if p.After != "" {
		start += 1 + slices.IndexFunc(keys, func(k tokenKeys) bool { return k.id == p.After })
	}
	start = min(start, len(keys))
	var ids []string
	for _, k := range keys[start:min(start+limit, len(keys))] {
		ids = append(ids, k.id)
	}
	return ids
}

func (k tokenKeys) compare(other tokenKeys, column string) int {
	switch column {
	case access.SortByDescription:
		return strings.Compare(k.description, other.description)
	case access.SortByUpdated:
		return cmp.Compare(k.updated, other.updated)
	case access.SortByStarted:
		return cmp.Compare(k.start, other.start)
	case access.SortByExpires:
		return cmp.Compare(k.expires, other.expires)
	case access.SortByUsed:
		return cmp.Compare(k.used, other.used)
	case access.SortByCreated, access.SortByID:
		return strings.Compare(k.id, other.id) // ids are in the order of creation
	}
	return strings.Compare(k.name, other.name)
}
