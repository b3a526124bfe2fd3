package db

import (
	"encoding/json"
	"slices"

	"dagpass/internal/access"
)

// recheckLimit is up to how many tokens that pass the filter are searched by reading their text. The
// full-text index knows the matches of the whole installation, and no scope.
const recheckLimit = 2000

// listing is one list of tokens that is being read.
type listing struct {
	tx     *Tx
	at     access.Scope
	filter access.TokenFilter
	find   search
	args   []any // $1 to $5
	shape  listShape
}

// count fills in how many tokens match, and by that decides how the page is best read.
func (q *listing) count(list *access.TokenList) error {
	q.shape.search = q.find.kind
	switch q.filter {
	case access.TokenFilter{}:
		list.Matching = list.Total
		return nil
	case access.TokenFilter{Scope: q.filter.Scope}:
		n, err := q.countScope(list.Total)
		list.Matching, q.shape.few = n, n <= access.MatchLimit
		return err
	}
	n, err := q.countMatching(list.Total)
	list.Matching, list.Capped = min(n, access.MatchLimit), n > access.MatchLimit
	return err
}

// countScope counts by the home alone, exactly and without counting.
func (q *listing) countScope(total int) (int, error) {
	shared, err := q.tx.count(sqlCounter, q.at.Entity(), countShared)
	if q.filter.Scope == q.at.Level() {
		return total - shared, err
	}
	return shared, err
}

// countMatching counts up to one more than [access.MatchLimit].
func (q *listing) countMatching(total int) (n int, err error) {
	switch q.find.kind {
	case fullText:
		return q.countFound(total, sqlCountFound)
	case namePrefix:
		return q.countFound(total, sqlCountPrefixed)
	}
	n, err = q.upTo(access.MatchLimit, sqlCountFiltered)
	q.shape.few = n <= access.MatchLimit
	return n, err
}

// countFound counts what a search finds. Where few tokens pass the filter, their text is read; where
// many do, an index is asked.
func (q *listing) countFound(candidates int, query string) (n int, err error) {
	if q.filter != (access.TokenFilter{Search: q.filter.Search}) {
		if candidates, err = q.upTo(recheckLimit, sqlCountFiltered); err != nil {
			return 0, err
		}
	}
	if candidates <= recheckLimit {
		q.shape.few, q.shape.texts = true, true
		found, err := q.tx.pick(q.find, 0, access.MatchLimit+1, sqlFilteredTexts, q.args...)
		return len(found), err
	}
	n, err = q.upTo(access.MatchLimit, query, q.find.args()...)
	q.shape.few = n <= access.MatchLimit
	q.shape.texts = q.find.kind == fullText && !q.shape.few
	return n, err
}

// upTo counts up to one more than a limit.
func (q *listing) upTo(limit int, query string, more ...any) (int, error) {
	return q.tx.count(query, slices.Concat(q.args, []any{limit + 1}, more)...)
}

// page reads one row more than asked for, which tells whether there are more.
func (q *listing) page(s access.Sort, p access.Page) ([]access.TokenRow, error) {
	if unindexed(s) && q.find.kind == noSearch {
		keys, err := all(q.tx, scanTokenKeys, sqlKeysAt, q.args...)
		if err != nil {
			return nil, err
		}
		return q.tx.listed(sqlListed, q.at.Entity(), inOrder(keys, s, p, p.Limit+1))
	}
	o := orderOf(s.By)
	after, id, err := q.tx.after(q.at, o, s.Desc, p.After)
	if err != nil {
		return nil, err
	}
	query, args := listQuery(o, s.Desc, q.shape), slices.Concat(q.args, []any{after, id})
	var ids []string
	if q.shape.texts {
		ids, err = q.tx.pick(q.find, p.Offset, p.Limit+1, query, args...)
	} else {
		args = slices.Concat(args, []any{p.Limit + 1, p.Offset}, q.find.args())
		ids, err = all(q.tx, text[string], query, args...)
	}
	if err != nil {
		return nil, err
	}
	return q.tx.listed(sqlListed, q.at.Entity(), ids)
}

// listed reads the rows of a page in the order of their ids.
func (tx *Tx) listed(query, entity string, ids []string) ([]access.TokenRow, error) {
	list, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return all(tx, tx.scanListed, query, entity, string(list))
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
