package db

import (
	"encoding/json"
	"math"
	"strings"

	"dagpass/internal/access"
)

// A page is read in two steps: which tokens are on it, from the indexes of api_token_roles alone, so
// that rows are neither read to be skipped nor to be filtered; then those rows. The first statement is
// put together from the constants below by listQuery; every value is a parameter:
//
//	$1 entity  $2, $3 range of sort_expires  $4 roles  $5 home flags, both as JSON
//	$6, $7 what the page follows  $8 limit  $9 offset  $10, $11 search
//
// When many rows match, they are looked for in the order of the list until the page is full; the unary
// plus keeps SQLite from choosing an index by the filter instead. When few match, the index of what
// they match by is read and the matches are sorted.
const (
	sqlListed = `SELECT ` + tokenColumns + `, r.role, r.home,
	CASE WHEN r.entity_type = 'organization' THEN (SELECT count(*) FROM api_token_roles b WHERE b.token_id = t.id AND b.home = 0) - ` + rolesLeft + ` ELSE 0 END,
	r.organization_id, r.entity_type, r.entity_id, r.row_mac
FROM json_each($2) p CROSS JOIN api_token_roles r ON r.entity_id = $1 AND r.token_id = p.value
CROSS JOIN api_tokens t ON t.id = r.token_id ` + tokenPeople + ` ORDER BY p.key`

	listIDs   = `SELECT r.token_id `
	listTexts = `SELECT r.token_id, t.name, t.description, t.hint `

	listByOrder  = `FROM api_token_roles r `
	listByFilter = `FROM api_token_roles r INDEXED BY api_token_roles_filter `
	listByName   = `FROM api_token_roles r INDEXED BY api_token_roles_name `
	listBySearch = `FROM token_search f CROSS JOIN api_tokens t ON t.row = f.rowid
CROSS JOIN api_token_roles r ON r.entity_id = $1 AND r.token_id = t.id `
	listWithTexts = `CROSS JOIN api_tokens t ON t.id = r.token_id `

	listFilter = `
WHERE r.entity_id = $1 AND r.sort_expires > $2 AND r.sort_expires <= $3
	AND r.role IN (SELECT value FROM json_each($4)) AND r.home IN (SELECT value FROM json_each($5))`
	listFilterLast = `
WHERE r.entity_id = $1 AND +r.sort_expires > $2 AND +r.sort_expires <= $3
	AND +r.role IN (SELECT value FROM json_each($4)) AND +r.home IN (SELECT value FROM json_each($5))`

	listFound  = ` AND f.token_search MATCH $10`
	listPrefix = ` AND r.sort_name >= $10 AND r.sort_name < $11`

	listNameAsc     = ` AND (r.sort_name, r.token_id) > ($6, $7) ORDER BY r.sort_name, r.token_id`
	listNameDesc    = ` AND (r.sort_name, r.token_id) < ($6, $7) ORDER BY r.sort_name DESC, r.token_id DESC`
	listExpiresAsc  = ` AND (r.sort_expires, r.token_id) > ($6, $7) ORDER BY r.sort_expires, r.token_id`
	listExpiresDesc = ` AND (r.sort_expires, r.token_id) < ($6, $7) ORDER BY r.sort_expires DESC, r.token_id DESC`
	listUsedAsc     = ` AND (r.sort_used, r.token_id) > ($6, $7) ORDER BY r.sort_used, r.token_id`
	listUsedDesc    = ` AND (r.sort_used, r.token_id) < ($6, $7) ORDER BY r.sort_used DESC, r.token_id DESC`
	listCreatedAsc  = ` AND r.token_id > $6 AND r.token_id > $7 ORDER BY r.token_id`
	listCreatedDesc = ` AND r.token_id < $6 AND r.token_id < $7 ORDER BY r.token_id DESC`

	listLimit = ` LIMIT $8 OFFSET $9`
)

// Counting stops at a limit, which takes the place of $6.
const (
	countBegin       = `SELECT count(*) FROM (SELECT 1 `
	countEnd         = ` LIMIT $6) found`
	countFound       = ` AND f.token_search MATCH $7`
	countPrefix      = ` AND r.sort_name >= $7 AND r.sort_name < $8`
	sqlCountFiltered = countBegin + listByFilter + listFilter + countEnd
	sqlCountFound    = countBegin + listBySearch + listFilterLast + countFound + countEnd
	sqlCountPrefixed = countBegin + listByName + listFilterLast + countPrefix + countEnd
	sqlFilteredTexts = listTexts + listByFilter + listWithTexts + listFilter

	sqlCountExpiring = `
SELECT count(*) FROM (SELECT 1 FROM api_token_roles r
	WHERE r.entity_id = $1 AND r.sort_expires > $2 AND r.sort_expires <= $3 LIMIT $4) found`

	sqlSortKeys = `SELECT sort_name, sort_expires, sort_used FROM api_token_roles WHERE entity_id = $1 AND token_id = $2`
)

// order is a column a list can be sorted by.
type order struct {
	asc, desc string
	first     any // sorts before every value
	last      any // sorts behind every value
	key       func(k sortKeys, id string) any
}

type sortKeys struct {
	name          string
	expires, used int64
}

// orderOf returns the order of a list, by name where the column is unknown.
func orderOf(by string) order {
	switch by {
	case access.SortByExpires:
		return order{asc: listExpiresAsc, desc: listExpiresDesc, first: int64(math.MinInt64), last: int64(math.MaxInt64),
			key: func(k sortKeys, _ string) any { return k.expires }}
	case access.SortByUsed:
		return order{asc: listUsedAsc, desc: listUsedDesc, first: int64(math.MinInt64), last: int64(math.MaxInt64),
			key: func(k sortKeys, _ string) any { return k.used }}
	case access.SortByCreated:
		return order{asc: listCreatedAsc, desc: listCreatedDesc, first: "", last: highest,
			key: func(_ sortKeys, id string) any { return id }}
	}
	return order{asc: listNameAsc, desc: listNameDesc, first: "", last: highest,
		key: func(k sortKeys, _ string) any { return k.name }}
}

// listShape is what decides, beside the order, how a page is best read.
type listShape struct {
	search searchKind
	few    bool // few rows match: they are found by the filter or the search, and sorted
	texts  bool // the search is done on the text of the rows, see [Tx.pick]
}

// listQuery is the statement of the ids of a page.
func listQuery(o order, desc bool, shape listShape) string {
	columns, from, filter, found, limit := listIDs, listByOrder, listFilterLast, "", listLimit
	switch {
	case shape.texts && shape.few:
		columns, from, filter, limit = listTexts, listByFilter+listWithTexts, listFilter, ""
	case shape.texts:
		columns, from, limit = listTexts, listByOrder+listWithTexts, ""
	case shape.search == fullText:
		from, found = listBySearch, listFound
	case shape.search == namePrefix && shape.few:
		from, found = listByName, listPrefix
	case shape.search == namePrefix:
		found = listPrefix
	case shape.few:
		from, filter = listByFilter, listFilter
	}
	end := o.asc
	if desc {
		end = o.desc
	}
	return strings.Join([]string{columns, from, filter, found, end, limit}, "")
}

// filterArgs are $1 to $5.
func (tx *Tx) filterArgs(at access.Scope, f access.TokenFilter) ([]any, error) {
	low, high := tx.statusRange(f.Status)
	roles, _, err := tx.rolesAt(at)
	if err != nil {
		return nil, err
	}
	homes := []int64{0, 1}
	if f.Role != "" {
		roles = []access.Role{f.Role}
	}
	if f.Scope != "" {
		homes = []int64{flag(f.Scope == at.Level())}
	}
	roleList, err := json.Marshal(roles)
	if err != nil {
		return nil, err
	}
	homeList, err := json.Marshal(homes)
	return []any{at.Entity(), low, high, string(roleList), string(homeList)}, err
}

// statusRange returns the range (low, high] of sort_expires of the tokens with a status now, as
// [access.Token.Status] has it.
func (tx *Tx) statusRange(s access.Status) (low, high int64) {
	now := tx.now.UnixMilli()
	soon := tx.now.Add(access.SoonWindow).UnixMilli()
	switch s {
	case access.Expired:
		return math.MinInt64, now
	case access.Soon:
		return now, soon
	case access.Active:
		return soon, math.MaxInt64
	}
	return math.MinInt64, math.MaxInt64
}

// TokensAt implements [access.TokenListTx].
func (tx *Tx) TokensAt(at access.Scope, f access.TokenFilter, s access.Sort, p access.Page) (access.TokenList, error) {
	tx = tx.longRunning()
	var list access.TokenList
	var err error
	if list.Total, err = tx.count(sqlCounter, at.Entity(), countAt); err != nil {
		return list, err
	}
	low, high := tx.statusRange(access.Soon)
	if list.Soon, err = tx.count(sqlCountExpiring, at.Entity(), low, high, access.MatchLimit); err != nil {
		return list, err
	}
	q := listing{tx: tx, at: at, filter: f, find: searchFor(f.Search)}
	if q.args, err = tx.filterArgs(at, f); err != nil {
		return list, err
	}
	if err := q.count(&list); err != nil {
		return list, err
	}
	list.Rows, err = q.page(s, p)
	if len(list.Rows) > p.Limit {
		list.Rows, list.More = list.Rows[:p.Limit], true
	}
	return list, err
}
