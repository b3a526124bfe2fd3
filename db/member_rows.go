package db

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"dagpass/internal/access"
)

const (
	sqlPeople = `
SELECT ` + userColumns + ` FROM json_each($1) p CROSS JOIN users u ON u.id = p.value ORDER BY p.key`

	// What people have at an Organization and a Workspace, their own and through teams.
	sqlRolesOfPeople = `
SELECT ` + roleColumns + `, '', '', NULL, r.subject_id, '', r.created_at
FROM json_each($1) p CROSS JOIN member_roles r ON r.entity_id IN ($2, $3) AND r.subject_kind = 'user' AND r.subject_id = p.value
UNION ALL
SELECT ` + roleColumns + `, ` + membershipColumns + `, m.user_id, n.name, r.created_at
FROM json_each($1) p CROSS JOIN team_members m ON m.user_id = p.value
CROSS JOIN member_roles r ON r.entity_id IN ($2, $3) AND r.subject_kind = 'team' AND r.subject_id = m.team_id
CROSS JOIN teams n ON n.id = m.team_id`

	// In how many Workspaces of an Organization people have a role, their own or a team's: of all, or of
	// those in $4.
	sqlReach = `
SELECT p.value, (SELECT count(*) FROM (
	SELECT r.entity_id FROM member_roles r
	WHERE r.subject_id = p.value AND r.organization_id = $2 AND r.subject_kind = 'user' AND r.entity_id <> $2
	UNION
	SELECT r.entity_id FROM team_members m
	JOIN member_roles r ON r.subject_id = m.team_id AND r.organization_id = $2 AND r.subject_kind = 'team' AND r.entity_id <> $2
	WHERE m.user_id = p.value) WHERE $3 OR entity_id IN (SELECT value FROM json_each($4)))
FROM json_each($1) p`

	sqlTokensBy = `
SELECT count(*) FROM api_tokens t WHERE t.created_by_id = $1 AND t.organization_id = $2 AND t.state = 'live'`

	sqlMemberByEmail = `
SELECT ` + userColumns + ` FROM users u JOIN member_roles r ON r.entity_id = $2 AND r.subject_kind = 'user' AND r.subject_id = u.id
WHERE u.email = $1`

	sqlAddable = `
SELECT ` + userColumns + `
FROM member_roles r CROSS JOIN users u ON u.id = r.subject_id
WHERE r.entity_id = $1 AND r.subject_kind = 'user' AND u.status IN ('ACTIVE', 'PENDING')
	AND NOT EXISTS (SELECT 1 FROM member_roles h WHERE h.entity_id = $2 AND h.subject_kind = 'user' AND h.subject_id = r.subject_id)
	AND ($3 = '' OR instr(u.sort_name, $3) > 0 OR instr(u.email, $3) > 0)
ORDER BY r.sort_name, r.subject_id LIMIT $4`
)

// membersOf returns people with what they have at a scope, in the order of their ids. Whoever turns
// out to have nothing genuine there is left out.
func (tx *Tx) membersOf(at access.Scope, sees access.Sight, ids []string) ([]access.MemberRow, error) {
	list, err := json.Marshal(ids)
	if err != nil || len(ids) == 0 {
		return nil, err
	}
	people, err := all(tx, tx.scanPerson, sqlPeople, string(list))
	if err != nil {
		return nil, err
	}
	sources, err := tx.sourcesOf(at, string(list))
	if err != nil {
		return nil, err
	}
	reach, err := tx.reachOf(at, sees, string(list))
	if err != nil {
		return nil, err
	}
	var rows []access.MemberRow
	for _, u := range people {
		m := newMemberRow(u, sources[u.ID])
		m.Workspaces = reach[u.ID]
		if m.Own != "" || at.Level() == access.WorkspaceLevel && m.Role != "" {
			rows = append(rows, m)
		}
	}
	return rows, nil
}

// newMemberRow puts together what somebody's sources give them.
func newMemberRow(u access.User, sources []access.Source) access.MemberRow {
	slices.SortFunc(sources, func(a, b access.Source) int {
		return cmp.Or(cmp.Compare(orderOfSource[a.Kind], orderOfSource[b.Kind]),
			strings.Compare(access.Fold(a.TeamName), access.Fold(b.TeamName)), cmp.Compare(a.Team, b.Team))
	})
	m := access.MemberRow{User: u, Sources: sources}
	for _, s := range sources {
		m.Role = access.Highest(m.Role, s.Role)
		switch {
		case s.Kind == access.DirectSource:
			m.Own, m.Since = s.Role, s.Since
		case m.Own == "" && (m.Since.IsZero() || s.Since.Before(m.Since)):
			m.Since = s.Since
		}
	}
	return m
}

var orderOfSource = map[access.SourceKind]int{access.DirectSource: 0, access.OwnerSource: 1, access.TeamSource: 2}

// sourcesOf returns, by person, what gives them a role at a scope.
func (tx *Tx) sourcesOf(at access.Scope, ids string) (map[access.UserID][]access.Source, error) {
	out := map[access.UserID][]access.Source{}
	err := each(tx, func(s scanner) (bool, error) {
		var r memberRole
		var id access.UserID
		var team string
		var created int64
		if err := s.Scan(append(r.into(), &id, &team, &created)...); err != nil {
			return false, err
		}
		if err := tx.checked(r); err != nil {
			return false, err
		}
		if source, ok := sourceAt(at, r); ok {
			source.TeamName, source.Since = team, utc(created)
			out[id] = append(out[id], source)
		}
		return true, nil
	}, sqlRolesOfPeople, ids, string(at.Org), string(at.Workspace))
	return out, err
}

// sourceAt returns what a role gives at a scope: of the roles on its Organization, a Workspace is
// reached by the Owner's alone.
func sourceAt(at access.Scope, r memberRole) (access.Source, bool) {
	s := access.Source{Kind: access.DirectSource, Role: r.role, Team: access.TeamID(r.team)}
	if r.team != "" {
		s.Kind = access.TeamSource
	}
	if r.scope() == at {
		return s, true
	}
	s.Kind, s.Role = access.OwnerSource, access.WorkspaceOwner
	return s, r.role == access.OrgOwner && r.scope() == access.Scope{Org: at.Org}
}

// reachOf returns, by person, how many of the Workspaces that are seen they reach; only at Organization level.
func (tx *Tx) reachOf(at access.Scope, sees access.Sight, ids string) (map[access.UserID]int, error) {
	out := map[access.UserID]int{}
	if at.Level() != access.OrgLevel {
		return out, nil
	}
	visible, err := json.Marshal(append([]access.WorkspaceID{}, sees.Workspaces...))
	if err != nil {
		return nil, err
	}
	err = each(tx, func(s scanner) (bool, error) {
		var id access.UserID
		var n int
		err := s.Scan(&id, &n)
		out[id] = n
		return true, err
	}, sqlReach, ids, string(at.Org), flag(sees.All), string(visible))
	return out, err
}

// MemberAt implements [access.MemberListTx].
func (tx *Tx) MemberAt(at access.Scope, id access.UserID) (access.MemberRow, error) {
	rows, err := tx.membersOf(at, access.Sight{All: true}, []string{string(id)})
	if err == nil && len(rows) == 0 {
		err = access.Missing()
	}
	if err != nil {
		return access.MemberRow{}, err
	}
	return rows[0], nil
}

// MemberByEmail implements [access.MemberListTx].
func (tx *Tx) MemberByEmail(org access.OrgID, email string) (access.User, error) {
	return one(tx, tx.scanPerson, sqlMemberByEmail, email, string(org))
}

// Addable implements [access.MemberListTx].
func (tx *Tx) Addable(at access.Scope, search string, limit int) ([]access.User, int, error) {
	found, err := all(tx.longRunning(), tx.scanPerson, sqlAddable, string(at.Org), at.Entity(), access.Fold(search), limit+1)
	return found[:min(len(found), limit)], len(found), err
}

// TokensBy implements [access.MemberListTx].
func (tx *Tx) TokensBy(org access.OrgID, id access.UserID) (int, error) {
	return tx.count(sqlTokensBy, string(id), string(org))
}
