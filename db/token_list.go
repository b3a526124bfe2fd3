package db

import (
	"math"
	"strings"

	"dagpass/internal/access"
)

// A list of tokens is read from api_token_roles in the order of one of its indexes. The statement is
// put together from the constants below by listQuery; every value is a parameter:
//
//	$1 entity  $2, $3 range of sort_expires  $4 role or ''  $5 home flag or -1
//	$6, $7 what the page follows  $8 limit  $9 offset  $10, $11 search
//
// The unary plus keeps SQLite from choosing an index by the status instead of by the order. When
// few rows match, the index of what they match by is read instead and the matches are sorted.
const (
	listColumns = `SELECT ` + tokenColumns + `, r.role, r.home,
	CASE WHEN r.entity_type = 'organization' THEN (SELECT count(*) FROM api_token_roles b WHERE b.token_id = t.id AND b.home = 0) ELSE 0 END,
	r.organization_id, r.entity_type, r.entity_id, r.row_mac `

	listByOrder  = `FROM api_token_roles r JOIN api_tokens t ON t.id = r.token_id `
	listBySearch = `FROM token_search f CROSS JOIN api_tokens t ON t.row = f.rowid
CROSS JOIN api_token_roles r ON r.entity_id = $1 AND r.token_id = t.id `

	listByStatus = `FROM api_token_roles r INDEXED BY api_token_roles_expires JOIN api_tokens t ON t.id = r.token_id `

	listFilter = `
WHERE r.entity_id = $1 AND r.sort_expires > $2 AND r.sort_expires <= $3 AND ($4 = '' OR r.role = $4) AND ($5 = -1 OR r.home = $5)`
	listFilterLast = `
WHERE r.entity_id = $1 AND +r.sort_expires > $2 AND +r.sort_expires <= $3 AND ($4 = '' OR r.role = $4) AND ($5 = -1 OR r.home = $5)`

	listFound    = ` AND f.token_search MATCH $10`
	listFoundToo = ` AND EXISTS (SELECT 1 FROM token_search f WHERE f.rowid = t.row AND f.token_search MATCH $10)`
	listPrefix   = ` AND r.sort_name >= $10 AND r.sort_name < $11`

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
	sqlCountMatching = countBegin + listByOrder + listFilter + countEnd
	sqlCountFound    = countBegin + listBySearch + listFilterLast + countFound + countEnd
	sqlCountPrefixed = countBegin + listByOrder + listFilterLast + countPrefix + countEnd

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
	status bool // narrowed to a status
	dense  bool // so many rows match that going through them in order finds a page sooner than sorting all
}

// listQuery is the statement of a page.
func listQuery(o order, desc bool, shape listShape) string {
	from, filter, found := listByOrder, listFilterLast, ""
	switch {
	case shape.search == namePrefix:
		found = listPrefix
	case shape.search == fullText && shape.dense:
		found = listFoundToo
	case shape.search == fullText:
		from, found = listBySearch, listFound
	case shape.status && !shape.dense:
		from, filter = listByStatus, listFilter
	}
	end := o.asc
	if desc {
		end = o.desc
	}
	return strings.Join([]string{listColumns, from, tokenPeople, filter, found, end, listLimit}, "")
}

// filterArgs are $1 to $5.
func (tx *Tx) filterArgs(at access.Scope, f access.TokenFilter) []any {
	low, high := tx.statusRange(f.Status)
	home := int64(-1)
	if f.Scope != "" {
		home = flag(f.Scope == at.Level())
	}
	return []any{at.Entity(), low, high, string(f.Role), home}
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
	if err := tx.countMatching(at, f, &list); err != nil {
		return list, err
	}
	list.Rows, err = tx.page(at, f, s, p, list.Capped)
	if len(list.Rows) > p.Limit {
		list.Rows, list.More = list.Rows[:p.Limit], true
	}
	return list, err
}

func (tx *Tx) countMatching(at access.Scope, f access.TokenFilter, list *access.TokenList) error {
	if f == (access.TokenFilter{}) {
		list.Matching = list.Total
		return nil
	}
	find := searchFor(f.Search)
	args := append(tx.filterArgs(at, f), access.MatchLimit+1)
	query := sqlCountMatching
	switch find.kind {
	case fullText:
		query = sqlCountFound
	case namePrefix:
		query = sqlCountPrefixed
	}
	n, err := tx.count(query, append(args, find.args()...)...)
	list.Matching, list.Capped = min(n, access.MatchLimit), n > access.MatchLimit
	return err
}

// page reads one row more than asked for, which tells whether there are more.
func (tx *Tx) page(at access.Scope, f access.TokenFilter, s access.Sort, p access.Page, dense bool) ([]access.TokenRow, error) {
	o, find := orderOf(s.By), searchFor(f.Search)
	after, id, err := tx.after(at, o, s.Desc, p.After)
	if err != nil {
		return nil, err
	}
	args := append(tx.filterArgs(at, f), after, id, p.Limit+1, p.Offset)
	return all(tx, tx.scanListed, listQuery(o, s.Desc, listShape{find.kind, f.Status != "", dense}), append(args, find.args()...)...)
}

// after returns what the rows of a page follow: the sort value and id of a token, or what comes
// before all of them when no such token is in the list.
func (tx *Tx) after(at access.Scope, o order, desc bool, token string) (value any, id string, err error) {
	top, topID := o.first, ""
	if desc {
		top, topID = o.last, highest
	}
	if token == "" {
		return top, topID, nil
	}
	var k sortKeys
	err = tx.row(sqlSortKeys, []any{at.Entity(), token}, &k.name, &k.expires, &k.used)
	if access.CodeOf(err) == access.NotFound {
		return top, topID, nil
	}
	return o.key(k, token), token, err
}

func (tx *Tx) scanListed(s scanner) (access.TokenRow, error) {
	var row access.TokenRow
	var r tokenRoleRow
	var err error
	row.Token, err = tx.scanToken(s, &r.role, &r.home, &row.Workspaces, &r.org, &r.level, &r.entity, &r.mac)
	if err != nil {
		return row, err
	}
	r.token = string(row.ID)
	row.Role, row.Shared = r.role, r.home == 0
	return row, tx.check(r.authority(), r.mac)
}
