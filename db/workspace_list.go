package db

import (
	"encoding/json"
	"strings"

	"dagpass/internal/access"
)

// A page is read in two steps, as with tokens: which Workspaces are on it, in the order of an index, and
// then those rows with their figures. The first statement is put together by workspaceListQuery:
//
//	$1 Organization  $2, $3 what the page follows  $4 the ids to choose from, as JSON
const (
	workspaceTexts = `SELECT w.id, w.name, w.description FROM workspaces w WHERE w.organization_id = $1`
	workspaceMine  = ` AND +w.id IN (SELECT value FROM json_each($4))`

	workspaceNameAsc     = ` AND (w.name_fold, w.id) > ($2, $3) ORDER BY w.name_fold, w.id`
	workspaceNameDesc    = ` AND (w.name_fold, w.id) < ($2, $3) ORDER BY w.name_fold DESC, w.id DESC`
	workspaceCreatedAsc  = ` AND w.id > $2 AND w.id > $3 ORDER BY w.id`
	workspaceCreatedDesc = ` AND w.id < $2 AND w.id < $3 ORDER BY w.id DESC`

	sqlCountWorkspaces   = `SELECT count(*) FROM workspaces WHERE organization_id = $1`
	sqlCountMyWorkspaces = `SELECT count(*) FROM workspaces w WHERE w.organization_id = $1 AND +w.id IN (SELECT value FROM json_each($2))`
	sqlWorkspaceKey      = `SELECT name_fold FROM workspaces WHERE id = $1 AND organization_id = $2`

	workspaceNoFigures = `, 0, 0`
	// Everybody who gets in, as sqlCountPeople counts them, up to $3: $4 is the role of Organization
	// Owners. And the API tokens.
	workspaceFigures = `,
	(SELECT count(*) FROM (
		SELECT m.subject_id FROM member_roles m WHERE m.entity_id = w.id AND m.subject_kind = 'user'
		UNION SELECT p.user_id FROM member_roles m CROSS JOIN team_members p ON p.team_id = m.subject_id
			WHERE m.entity_id = w.id AND m.subject_kind = 'team'
		UNION SELECT m.subject_id FROM member_roles m INDEXED BY member_roles_role
			WHERE m.entity_id = w.organization_id AND m.subject_kind = 'user' AND m.role = $4
		UNION SELECT p.user_id FROM member_roles m INDEXED BY member_roles_role CROSS JOIN team_members p ON p.team_id = m.subject_id
			WHERE m.entity_id = w.organization_id AND m.subject_kind = 'team' AND m.role = $4
		LIMIT $3) people),
	COALESCE((SELECT tokens FROM counters c WHERE c.entity_id = w.id AND c.what = 'at'), 0)`

	// The rows of a page, whose ids are $2 as JSON.
	workspaceRows = ` FROM json_each($2) l CROSS JOIN workspaces w ON w.id = l.value AND w.organization_id = $1 ` +
		workspacePeople + ` ORDER BY l.key`
	sqlWorkspaceRows    = `SELECT ` + workspaceFields + workspaceNoFigures + workspaceRows
	sqlWorkspaceFigures = `SELECT ` + workspaceFields + workspaceFigures + workspaceRows
)

// workspaceListQuery is the statement of the ids of a page, by name where the column is unknown.
func workspaceListQuery(s access.Sort, mine bool) string {
	order := workspaceNameAsc
	switch {
	case s.By == access.SortByCreated && s.Desc:
		order = workspaceCreatedDesc
	case s.By == access.SortByCreated:
		order = workspaceCreatedAsc
	case s.Desc:
		order = workspaceNameDesc
	}
	if mine {
		return strings.Join([]string{workspaceTexts, workspaceMine, order}, "")
	}
	return strings.Join([]string{workspaceTexts, order}, "")
}

// workspaceListing is one list of the Workspaces an actor sees.
type workspaceListing struct {
	tx   *Tx
	org  access.OrgID
	all  bool                     // every Workspace, as its Owner
	held map[string]access.Grants // by Workspace, unless all
	mine string                   // the ids of those the actor sees as JSON, unless all
	find search
}

func (tx *Tx) workspaceListing(by access.Actor, org access.OrgID, all bool, typed string) (*workspaceListing, error) {
	l := &workspaceListing{tx: tx.longRunning(), org: org, all: all, find: searchFor(typed)}
	if all {
		return l, nil
	}
	var err error
	if l.held, err = l.tx.grantsIn(org, by); err != nil {
		return nil, err
	}
	ids := []string{}
	for entity := range l.held {
		if l.sees(entity) {
			ids = append(ids, entity)
		}
	}
	mine, err := json.Marshal(ids)
	l.mine = string(mine)
	return l, err
}

// count is how many Workspaces the actor sees.
func (l *workspaceListing) count() (int, error) {
	if l.all {
		return l.tx.count(sqlCountWorkspaces, string(l.org))
	}
	return l.tx.count(sqlCountMyWorkspaces, string(l.org), l.mine)
}

// ids returns up to limit ids of what the search finds, behind a row: an id, or "" for the top.
func (l *workspaceListing) ids(s access.Sort, behind string, limit int) ([]string, error) {
	key, id, err := l.after(s, behind)
	if err != nil {
		return nil, err
	}
	var found []string
	args := []any{string(l.org), key, id}
	if !l.all {
		args = append(args, l.mine)
	}
	err = each(l.tx, func(row scanner) (bool, error) {
		var id, name, description string
		if err := row.Scan(&id, &name, &description); err != nil {
			return false, err
		}
		if l.find.finds(name, description, id, "") {
			found = append(found, id)
		}
		return len(found) < limit, nil
	}, workspaceListQuery(s, !l.all), args...)
	return found, err
}

func (l *workspaceListing) sees(id string) bool {
	return l.all || l.held[id].Has(access.On(access.WorkspaceLevel, access.View))
}

// after is what the rows of a page follow, as for tokens. A Workspace the actor does not see is none: where
// it stands in the order would tell its name.
func (l *workspaceListing) after(s access.Sort, id string) (key, last string, err error) {
	top := ""
	if s.Desc {
		top = highest
	}
	if id == "" || !l.sees(id) {
		return top, top, nil
	}
	err = l.tx.row(sqlWorkspaceKey, []any{id, string(l.org)}, &key)
	switch {
	case access.CodeOf(err) == access.NotFound:
		return top, top, nil
	case s.By == access.SortByCreated:
		return id, id, err
	}
	return key, id, err
}

// rows reads Workspaces in the order of their ids, with a query of their figures or without.
func (l *workspaceListing) rows(query string, ids []string, args ...any) ([]access.WorkspaceRow, error) {
	list, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	return all(l.tx, func(s scanner) (access.WorkspaceRow, error) {
		var row access.WorkspaceRow
		var err error
		row.Workspace, err = l.tx.scanWorkspace(s, &row.Users, &row.Tokens)
		row.Held = access.Grants{Workspace: []access.Role{access.WorkspaceOwner}}
		if !l.all {
			row.Held = l.held[string(row.ID)]
		}
		row.Role = access.Highest(row.Held.Workspace...)
		return row, err
	}, query, append([]any{string(l.org), string(list)}, args...)...)
}

// WorkspacesOf implements [access.WorkspaceTx].
func (tx *Tx) WorkspacesOf(by access.Actor, org access.OrgID, owner bool, limit int) ([]access.MyWorkspace, int, error) {
	l, err := tx.workspaceListing(by, org, owner, "")
	if err != nil {
		return nil, 0, err
	}
	total, err := l.count()
	if err != nil {
		return nil, 0, err
	}
	ids, err := l.ids(access.Sort{By: access.SortByName}, "", limit)
	if err != nil {
		return nil, 0, err
	}
	rows, err := l.rows(sqlWorkspaceRows, ids)
	var mine []access.MyWorkspace
	for _, row := range rows {
		mine = append(mine, row.MyWorkspace)
	}
	return mine, total, err
}

// WorkspacesAt implements [access.WorkspaceTx].
func (tx *Tx) WorkspacesAt(by access.Actor, org access.OrgID, owner bool, typed string, s access.Sort, p access.Page) (access.WorkspaceList, error) {
	var list access.WorkspaceList
	l, err := tx.workspaceListing(by, org, owner, typed)
	if err != nil {
		return list, err
	}
	if list.Total, err = l.count(); err != nil {
		return list, err
	}
	if list.Matching, list.Capped, err = l.matching(list.Total); err != nil {
		return list, err
	}
	ids, err := l.ids(s, p.After, p.Limit+1)
	if err != nil {
		return list, err
	}
	list.More = len(ids) > p.Limit
	list.Rows, err = l.rows(sqlWorkspaceFigures, ids[:min(len(ids), p.Limit)], access.MatchLimit+1, string(access.OrgOwner))
	return list, err
}

// matching counts what the search finds, up to [access.MatchLimit].
func (l *workspaceListing) matching(total int) (n int, capped bool, err error) {
	if l.find.kind == noSearch {
		return total, false, nil
	}
	ids, err := l.ids(access.Sort{By: access.SortByName}, "", access.MatchLimit+1)
	return min(len(ids), access.MatchLimit), len(ids) > access.MatchLimit, err
}
