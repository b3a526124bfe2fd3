package db

import (
	"cmp"
	"slices"

	"dagpass/internal/access"
)

const (
	// Tokens of $1 that hold the role $2 in some Workspace, each once although it may hold it in many;
	// $3, $4 is the range of sort_expires. They are read in the order of their names from ($5, $6) on,
	// as far as the name $7.
	boundBegin = `SELECT DISTINCT r.sort_name, r.token_id FROM api_token_roles r INDEXED BY api_token_roles_bound
WHERE r.organization_id = $1 AND r.role = $2 AND r.home = 0 AND r.sort_expires > $3 AND r.sort_expires <= $4` + notDeleted
	boundAsc  = boundBegin + ` AND (r.sort_name, r.token_id) > ($5, $6) AND r.sort_name < $7 ORDER BY r.sort_name, r.token_id`
	boundDesc = boundBegin + ` AND (r.sort_name, r.token_id) < ($5, $6) AND r.sort_name >= $7 ORDER BY r.sort_name DESC, r.token_id DESC`

	sqlBoundAsc   = boundAsc + ` LIMIT $8`
	sqlBoundDesc  = boundDesc + ` LIMIT $8`
	sqlCountBound = `SELECT count(*) FROM (` + boundBegin + ` AND r.sort_name >= $5 AND r.sort_name < $6 LIMIT $7) found`

	// The same with what a search looks at. The order is that of the inner rows, which SQLite keeps for
	// the sake of their limit: said again outside, it would have all of them sorted before the first is
	// seen.
	boundTexts        = `SELECT t.id, t.name, t.description, t.hint FROM (`
	boundTextsEnd     = ` LIMIT -1) found CROSS JOIN api_tokens t ON t.id = found.token_id`
	sqlBoundTexts     = boundTexts + boundAsc + boundTextsEnd
	sqlBoundTextsDesc = boundTexts + boundDesc + boundTextsEnd

	// Those of them that the search index finds.
	sqlBoundFound = `SELECT r.sort_name, r.token_id ` + listBySearch + `
WHERE f.token_search MATCH $5 AND r.sort_expires > $3 AND r.sort_expires <= $4 AND EXISTS (
	SELECT 1 FROM api_token_roles b INDEXED BY api_token_roles_bound
	WHERE b.organization_id = $1 AND b.role = $2 AND b.home = 0 AND b.sort_name = r.sort_name AND b.token_id = r.token_id
		AND b.entity_id NOT IN (SELECT workspace_id FROM workspace_deletions)) LIMIT $6`
)

// boundList are the Organization's tokens that hold a role in some Workspace and pass a filter.
type boundList struct {
	tx     *Tx
	at     access.Scope
	find   search
	args   []any    // $1 to $4
	found  []string // all of them in order, when looked up at once
	lookup bool     // found is used
}

// boundTokens counts the tokens of the Organization that pass a filter with a role, and returns what
// reads them.
func (tx *Tx) boundTokens(at access.Scope, f access.MatrixFilter, list *access.TokenList) (tokenPages, error) {
	low, high := tx.statusRange(f.Status)
	q := &boundList{tx: tx, at: at, find: searchFor(f.Search), args: []any{string(at.Org), string(f.Role), low, high}}
	n, err := q.count()
	list.Matching, list.Capped = min(n, access.MatchLimit), n > access.MatchLimit
	return func(back bool, from string, limit int) ([]access.TokenRow, error) {
		ids, err := q.page(back, from, limit)
		if err != nil {
			return nil, err
		}
		return tx.listed(sqlListed, at.Entity(), ids)
	}, err
}

// count counts beyond [access.MatchLimit] where that costs nothing. A search that finds little is done
// here: in the text of few tokens, or in the index.
func (q *boundList) count() (int, error) {
	low, end := q.names()
	if q.find.kind != fullText {
		return q.tx.count(sqlCountBound, slices.Concat(q.args, []any{low, end, access.MatchLimit + 1})...)
	}
	candidates, err := q.tx.count(sqlCountBound, slices.Concat(q.args, []any{low, end, recheckLimit + 1})...)
	if err != nil {
		return 0, err
	}
	if candidates <= recheckLimit {
		q.found, err = q.tx.pick(q.find, 0, recheckLimit, sqlBoundTexts, slices.Concat(q.args, []any{"", "", highest})...)
		q.lookup = true
		return len(q.found), err
	}
	indexed, err := all(q.tx, scanTokenKey, sqlBoundFound, slices.Concat(q.args, []any{q.find.term, access.MatchLimit + 1})...)
	if len(indexed) <= access.MatchLimit {
		slices.SortFunc(indexed, tokenKey.compare)
		for _, k := range indexed {
			q.found = append(q.found, k.id)
		}
		q.lookup = true
	}
	return len(indexed), err
}

// names is the range of names that a search for the beginning of one leaves.
func (q *boundList) names() (low, end string) {
	if q.find.kind == namePrefix {
		return q.find.term, q.find.end
	}
	return "", highest
}

// page returns at most limit ids that follow one, or come before it.
func (q *boundList) page(back bool, from string, limit int) ([]string, error) {
	if q.lookup {
		return beside(q.found, back, from, limit), nil
	}
	value, id, err := q.tx.after(q.at, orderOf(access.SortByName), back, from)
	if err != nil {
		return nil, err
	}
	// The nearer of two limits is where the index is entered, the other ends the reading.
	name, _ := value.(string)
	low, end := q.names()
	ids, texts, far := sqlBoundAsc, sqlBoundTexts, end
	if back {
		ids, texts, far = sqlBoundDesc, sqlBoundTextsDesc, low
		if end < name {
			name, id = end, ""
		}
	} else if name < low {
		name, id = low, ""
	}
	args := slices.Concat(q.args, []any{name, id, far})
	if q.find.kind == fullText {
		return q.tx.pick(q.find, 0, limit, texts, args...)
	}
	keys, err := all(q.tx, scanTokenKey, ids, append(args, limit)...)
	var out []string
	for _, k := range keys {
		out = append(out, k.id)
	}
	return out, err
}

// beside returns at most limit of some ids in order that follow one, or come before it, nearest first.
func beside(ids []string, back bool, from string, limit int) []string {
	i := slices.Index(ids, from)
	if !back {
		rest := ids[i+1:]
		return rest[:min(len(rest), limit)]
	}
	if i < 0 {
		i = len(ids)
	}
	rest := slices.Clone(ids[max(0, i-limit):i])
	slices.Reverse(rest)
	return rest
}

// tokenKey is a token in the order of names.
type tokenKey struct{ name, id string }

func (k tokenKey) compare(other tokenKey) int {
	return cmp.Or(cmp.Compare(k.name, other.name), cmp.Compare(k.id, other.id))
}

func scanTokenKey(s scanner) (k tokenKey, err error) {
	err = s.Scan(&k.name, &k.id)
	return k, err
}
