package db

import (
	"encoding/json"
	"strings"

	"dagpass/internal/access"
)

// A page of teams is read in the order of an index of teams at Organization level; the teams of one
// Workspace, of which there are at most as many, are sorted. The statement is put together from the
// constants below by teamQuery; every value is a parameter:
//
//	$1 entity  $2 role  $3 search  $4, $5 what the page follows  $6 limit
//	$7, $8 the Workspaces that are counted: all, or these as JSON
const (
	teamListed = `SELECT ` + teamColumns + `, COALESCE(r.organization_id, ''), COALESCE(r.entity_type, ''), COALESCE(r.entity_id, ''),
	COALESCE(r.subject_kind, ''), COALESCE(r.subject_id, ''), COALESCE(r.role, ''), r.row_mac, '', '', NULL, COALESCE(r.created_at, 0), `

	teamCounted = `(SELECT count(*) FROM member_roles b WHERE b.subject_id = t.id AND b.organization_id = t.organization_id
	AND b.entity_id <> b.organization_id AND ($7 = 1 OR b.entity_id IN (SELECT value FROM json_each($8)))) `
	teamUncounted = `0 `

	teamsOf = `
FROM teams t LEFT JOIN member_roles r ON r.entity_id = t.organization_id AND r.subject_kind = 'team' AND r.subject_id = t.id
WHERE t.organization_id = $1`
	teamsIn = `
FROM member_roles r CROSS JOIN teams t ON t.id = r.subject_id
WHERE r.entity_id = $1 AND r.subject_kind = 'team'`

	teamFilter = `
	AND ($2 = '' OR r.role = $2) AND ($3 = '' OR instr(t.name_fold, $3) > 0 OR instr(t.description_fold, $3) > 0)`

	teamsByNameAsc     = ` AND (t.name_fold, t.id) > ($4, $5) ORDER BY t.name_fold, t.id LIMIT $6`
	teamsByNameDesc    = ` AND (t.name_fold, t.id) < ($4, $5) ORDER BY t.name_fold DESC, t.id DESC LIMIT $6`
	teamsByUpdatedAsc  = ` AND (t.updated_at, t.id) > ($4, $5) ORDER BY t.updated_at, t.id LIMIT $6`
	teamsByUpdatedDesc = ` AND (t.updated_at, t.id) < ($4, $5) ORDER BY t.updated_at DESC, t.id DESC LIMIT $6`
	teamsByMembersAsc  = ` AND (t.members, t.id) > ($4, $5) ORDER BY t.members, t.id LIMIT $6`
	teamsByMembersDesc = ` AND (t.members, t.id) < ($4, $5) ORDER BY t.members DESC, t.id DESC LIMIT $6`
	teamsByAddedAsc    = ` AND (r.created_at, t.id) > ($4, $5) ORDER BY r.created_at, t.id LIMIT $6`
	teamsByAddedDesc   = ` AND (r.created_at, t.id) < ($4, $5) ORDER BY r.created_at DESC, t.id DESC LIMIT $6`
)

const (
	sqlCountTeams        = `SELECT count(*) FROM teams WHERE organization_id = $1`
	sqlCountTeamsIn      = `SELECT count(*) FROM member_roles WHERE entity_id = $1 AND subject_kind = 'team'`
	sqlCountTeamsFound   = `SELECT count(*) ` + teamsOf + teamFilter
	sqlCountTeamsFoundIn = `SELECT count(*) ` + teamsIn + teamFilter
	sqlTeamKeys          = `
SELECT t.name_fold, t.updated_at, t.members, COALESCE(r.created_at, 0)
FROM teams t LEFT JOIN member_roles r ON r.entity_id = $2 AND r.subject_kind = 'team' AND r.subject_id = t.id
WHERE t.id = $1 AND t.organization_id = $3`

	// Teams of $1 without a role in the Workspace $2.
	teamsWithout = `
FROM teams t WHERE t.organization_id = $1 AND ($3 = '' OR instr(t.name_fold, $3) > 0)
	AND NOT EXISTS (SELECT 1 FROM member_roles r WHERE r.entity_id = $2 AND r.subject_kind = 'team' AND r.subject_id = t.id)`

	sqlTeamsWithout      = `SELECT ` + teamColumns + teamsWithout + ` ORDER BY t.name_fold, t.id LIMIT $4`
	sqlCountTeamsWithout = `SELECT count(*) ` + teamsWithout
)

// teamQuery is the statement of a page of the teams of a level.
func teamQuery(level access.Level, o teamOrder, desc bool) string {
	parts := []string{teamListed, teamCounted, teamsOf, teamFilter, o.asc}
	if level == access.WorkspaceLevel {
		parts[1], parts[2] = teamUncounted, teamsIn
	}
	if desc {
		parts[4] = o.desc
	}
	return strings.Join(parts, "")
}

// TeamsAt implements [access.TeamListTx].
func (tx *Tx) TeamsAt(at access.Scope, sees access.Sight, f access.TeamFilter, s access.Sort, p access.Page) (access.TeamList, error) {
	tx = tx.longRunning()
	var list access.TeamList
	var err error
	if list.Total, err = tx.TeamCount(at); err != nil {
		return list, err
	}
	filter := []any{at.Entity(), string(f.Role), access.Fold(f.Search)}
	if list.Matching, err = tx.countTeams(at, f, filter, list.Total); err != nil {
		return list, err
	}
	list.Rows, err = tx.teamPage(at, sees, filter, s, p)
	if len(list.Rows) > p.Limit {
		list.Rows, list.More = list.Rows[:p.Limit], true
	}
	return list, err
}

func (tx *Tx) countTeams(at access.Scope, f access.TeamFilter, filter []any, total int) (int, error) {
	switch {
	case f == access.TeamFilter{}:
		return total, nil
	case at.Level() == access.WorkspaceLevel:
		return tx.count(sqlCountTeamsFoundIn, filter...)
	}
	return tx.count(sqlCountTeamsFound, filter...)
}

// teamPage reads one row more than asked for, which tells whether there are more.
func (tx *Tx) teamPage(at access.Scope, sees access.Sight, filter []any, s access.Sort, p access.Page) ([]access.TeamRow, error) {
	o := teamOrderOf(s.By)
	after, id, err := tx.afterTeam(at, o, s.Desc, p.After)
	if err != nil {
		return nil, err
	}
	args := append(filter[:3:3], after, id, p.Limit+1)
	if at.Level() == access.OrgLevel {
		visible, err := json.Marshal(append([]access.WorkspaceID{}, sees.Workspaces...))
		if err != nil {
			return nil, err
		}
		args = append(args, flag(sees.All), string(visible))
	}
	return all(tx, tx.scanTeamRow, teamQuery(at.Level(), o, s.Desc), args...)
}

// afterTeam returns what the rows of a page follow: the sort value and id of a team, or what comes
// before all of them when the Organization has no such team: where another one's stands in the order
// would tell its name.
func (tx *Tx) afterTeam(at access.Scope, o teamOrder, desc bool, team string) (value any, id string, err error) {
	top, topID := o.first, ""
	if desc {
		top, topID = o.last, highest
	}
	if team == "" {
		return top, topID, nil
	}
	var k teamKeys
	err = tx.row(sqlTeamKeys, []any{team, at.Entity(), string(at.Org)}, &k.name, &k.updated, &k.members, &k.added)
	if access.CodeOf(err) == access.NotFound {
		return top, topID, nil
	}
	return o.key(k), team, err
}

// scanTeamRow reads a team of a list. A role that was altered counts as none.
func (tx *Tx) scanTeamRow(s scanner) (access.TeamRow, error) {
	var row access.TeamRow
	var r memberRole
	var since int64
	var err error
	if row.Team, err = scanTeam(s, append(r.into(), &since, &row.Workspaces)...); err != nil {
		return row, err
	}
	if r.role != "" && tx.checked(r) == nil {
		row.Role, row.Since = r.role, utc(since)
	}
	return row, nil
}

// TeamsWithout implements [access.TeamListTx].
func (tx *Tx) TeamsWithout(at access.Scope, typed string, limit int) (found []access.Team, matching, every int, err error) {
	tx = tx.longRunning()
	if every, err = tx.count(sqlCountTeams, string(at.Org)); err != nil {
		return nil, 0, 0, err
	}
	args := []any{string(at.Org), string(at.Workspace), access.Fold(typed)}
	if matching, err = tx.count(sqlCountTeamsWithout, args...); err != nil {
		return nil, 0, 0, err
	}
	found, err = all(tx, func(s scanner) (access.Team, error) { return scanTeam(s) }, sqlTeamsWithout, append(args, limit)...)
	return found, matching, every, err
}
