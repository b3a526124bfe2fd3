package db

import (
	"encoding/json"
	"slices"

	"dagpass/internal/access"
)

const (
	workspacesMatch   = ` WHERE w.organization_id = $1 AND instr(w.name_fold, $2) > 0`
	sqlWorkspacesAsc  = workspaceColumns + workspacesMatch + ` AND w.name_fold > $3 ORDER BY w.name_fold LIMIT $4`
	sqlWorkspacesDesc = workspaceColumns + workspacesMatch + ` AND w.name_fold < $3 ORDER BY w.name_fold DESC LIMIT $4`
	sqlCountMatching  = `SELECT count(*) FROM (SELECT 1 FROM workspaces w` + workspacesMatch + ` LIMIT $3) found`
	sqlWorkspaceFold  = `SELECT name_fold FROM workspaces WHERE id = $1 AND organization_id = $2`

	// Two short lists of ids: each pair is looked up by the primary key.
	sqlRolesAmong = tokenRoleColumns + `''
FROM json_each($2) k CROSS JOIN json_each($3) e
CROSS JOIN api_token_roles r ON r.entity_id = e.value AND r.token_id = k.value AND r.organization_id = $1 ` + tokenRolePeople

	sqlRoleCount = `SELECT (SELECT count(*) FROM api_token_roles r WHERE r.token_id = t.id) - ` + rolesLeft + ` FROM api_tokens t WHERE t.id = $1`
)

// walk reads a window of an ordered list. read returns at most limit rows that follow a row, or come
// before it, nearest first; "" follows all and comes before all.
func walk[T any](w access.Window, id func(T) string, read func(back bool, from string, limit int) ([]T, error)) (access.Stretch[T], error) {
	var s access.Stretch[T]
	back, from := w.Before != "", w.After+w.Before
	rows, err := read(back, from, w.Limit+1)
	if err != nil {
		return s, err
	}
	if len(rows) == 0 && from != "" { // there is nothing any more on that side
		return walk(access.Window{Limit: w.Limit}, id, read)
	}
	more := len(rows) > w.Limit
	s.Rows = rows[:min(len(rows), w.Limit)]
	var behind []T
	if from != "" {
		if behind, err = read(!back, id(s.Rows[0]), 1); err != nil {
			return s, err
		}
	}
	s.Earlier, s.Later = len(behind) > 0, more
	if back {
		slices.Reverse(s.Rows)
		s.Earlier, s.Later = more, len(behind) > 0
	}
	return s, nil
}

// known returns a window without the row it begins at when look does not find that.
func known(w access.Window, look func(id string) error) (access.Window, error) {
	from := w.After + w.Before
	if from == "" {
		return w, nil
	}
	err := look(from)
	if access.CodeOf(err) == access.NotFound {
		return access.Window{Limit: w.Limit}, nil
	}
	return w, err
}

// TokensByName implements [access.MatrixTx].
func (tx *Tx) TokensByName(org access.OrgID, f access.MatrixFilter, w access.Window) (s access.Stretch[access.TokenRow], err error) {
	tx = tx.longRunning()
	w, err = known(w, func(id string) error {
		var k sortKeys
		return tx.row(sqlSortKeys, []any{string(org), id}, &k.name, &k.expires, &k.used)
	})
	if err != nil {
		return s, err
	}
	var list access.TokenList
	if list.Total, err = tx.count(sqlCounter, string(org), countAt); err != nil {
		return s, err
	}
	read := tx.ownTokens
	if f.Role != "" {
		read = tx.boundTokens
	}
	page, err := read(access.Scope{Org: org}, f, &list)
	if err != nil {
		return s, err
	}
	s, err = walk(w, func(r access.TokenRow) string { return string(r.ID) }, page)
	s.All, s.Matching, s.Capped = list.Total, list.Matching, list.Capped
	return s, err
}

// tokenPages reads pages of tokens by name, as walk asks for them.
type tokenPages func(back bool, from string, limit int) ([]access.TokenRow, error)

// ownTokens counts the tokens of the Organization that pass a filter without a role, and returns what
// reads them.
func (tx *Tx) ownTokens(at access.Scope, f access.MatrixFilter, list *access.TokenList) (tokenPages, error) {
	filter := access.TokenFilter{Search: f.Search, Status: f.Status}
	q := listing{tx: tx, at: at, filter: filter, find: searchFor(f.Search)}
	var err error
	if q.args, err = tx.filterArgs(at, filter); err != nil {
		return nil, err
	}
	return func(back bool, from string, limit int) ([]access.TokenRow, error) {
		return q.page(access.Sort{By: access.SortByName, Desc: back}, access.Page{Limit: limit - 1, After: from}) // it reads one more
	}, q.count(list)
}

// WorkspacesByName implements [access.MatrixTx].
func (tx *Tx) WorkspacesByName(org access.OrgID, typed string, w access.Window) (s access.Stretch[access.Workspace], err error) {
	tx = tx.longRunning()
	needle, fold := access.Fold(typed), ""
	w, err = known(w, func(id string) error { return tx.row(sqlWorkspaceFold, []any{id, string(org)}, &fold) })
	if err != nil {
		return s, err
	}
	s, err = walk(w, func(w access.Workspace) string { return string(w.ID) }, func(back bool, from string, limit int) ([]access.Workspace, error) {
		query, fold := sqlWorkspacesAsc, ""
		if back {
			query = sqlWorkspacesDesc
		}
		if from != "" {
			if err := tx.row(sqlWorkspaceFold, []any{from, string(org)}, &fold); err != nil {
				return nil, err
			}
		}
		return all(tx, func(s scanner) (access.Workspace, error) { return tx.scanWorkspace(s) }, query, string(org), needle, fold, limit)
	})
	if err != nil {
		return s, err
	}
	if s.All, err = tx.count(sqlCountWorkspaces, string(org)); err != nil {
		return s, err
	}
	s.Matching, err = tx.count(sqlCountMatching, string(org), needle, access.MatchLimit+1)
	s.Matching, s.Capped = min(s.Matching, access.MatchLimit), s.Matching > access.MatchLimit
	return s, err
}

// RolesAmong implements [access.MatrixTx].
func (tx *Tx) RolesAmong(org access.OrgID, tokens []access.TokenID, workspaces []access.WorkspaceID) ([]access.TokenRole, error) {
	rows, err := json.Marshal(tokens)
	if err != nil {
		return nil, err
	}
	columns, err := json.Marshal(workspaces)
	if err != nil {
		return nil, err
	}
	return all(tx, tx.scanTokenRole, sqlRolesAmong, string(org), string(rows), string(columns))
}

// RoleCount implements [access.MatrixTx].
func (tx *Tx) RoleCount(id access.TokenID) (int, error) { return tx.count(sqlRoleCount, string(id)) }
