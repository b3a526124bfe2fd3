package db

import (
	"encoding/json"
	"math"
	"slices"
	"strings"

	"dagpass/internal/access"
)

// A page of people is read in two steps, as one of tokens is: who is on it, then what they have. The
// first statement is put together from the constants below by memberQuery; every value is a parameter:
//
//	$1 entity  $2 the Organization whose Owners own it, empty for itself  $3 their role
//	$4, $5 what the page follows  $6 limit
//	$7 roles from the lowest as JSON, custom ones first  $8 rank of the role  $9 source  $10 status
//	$11 search  $12 number of custom roles, which have no rank: who has one from any source is found by it
//
// Without a filter, each source is read in the order of the list and they are merged until the page
// is full. With one, everybody is looked at: who comes from several sources is known only then.
const (
	peopleOwn = `
FROM member_roles r WHERE r.entity_id = $1 AND r.subject_kind = 'user'`
	peopleOwners = `
FROM member_roles r INDEXED BY member_roles_role WHERE r.entity_id = $2 AND r.subject_kind = 'user' AND r.role = $3`
	peopleInTeams   = ` FROM member_roles r CROSS JOIN team_members m ON m.team_id = r.subject_id `
	peopleOfTeams   = `WHERE r.entity_id = $1 AND r.subject_kind = 'team'`
	peopleOwnsTeams = `WHERE r.entity_id = $2 AND r.subject_kind = 'team' AND r.role = $3`

	byRoleName  = `SELECT r.sort_name, r.subject_id`
	byTeamName  = `SELECT m.sort_name, m.user_id`
	byRoleAdded = `SELECT r.created_at, r.subject_id`

	afterRoleName   = ` AND (r.sort_name, r.subject_id) > ($4, $5)`
	beforeRoleName  = ` AND (r.sort_name, r.subject_id) < ($4, $5)`
	afterTeamName   = ` AND (m.sort_name, m.user_id) > ($4, $5)`
	beforeTeamName  = ` AND (m.sort_name, m.user_id) < ($4, $5)`
	afterRoleAdded  = ` AND (r.created_at, r.subject_id) > ($4, $5)`
	beforeRoleAdded = ` AND (r.created_at, r.subject_id) < ($4, $5)`

	peopleUp   = ` ORDER BY 1, 2 LIMIT $6`
	peopleDown = ` ORDER BY 1 DESC, 2 DESC LIMIT $6`
)

// Everybody with the highest rank, the sources and the time of each, narrowed by the filter.
const (
	peopleRanked = `SELECT r.subject_id AS id, k.key AS rank, 'direct' AS source, r.created_at AS added ` + peopleOwnRanked + `
UNION ALL SELECT m.user_id, k.key, 'team', r.created_at ` + peopleTeamsRanked + `
UNION ALL SELECT r.subject_id, json_array_length($7) - 1, 'owner', r.created_at ` + peopleOwners + `
UNION ALL SELECT m.user_id, json_array_length($7) - 1, 'owner', r.created_at ` + peopleInTeams + peopleOwnsTeams

	peopleOwnRanked = `
FROM json_each($7) k CROSS JOIN member_roles r INDEXED BY member_roles_role ON r.entity_id = $1 AND r.subject_kind = 'user' AND r.role = k.value`
	peopleTeamsRanked = `
FROM json_each($7) k CROSS JOIN member_roles r INDEXED BY member_roles_role ON r.entity_id = $1 AND r.subject_kind = 'team' AND r.role = k.value
CROSS JOIN team_members m ON m.team_id = r.subject_id`

	peopleFiltered = `
FROM (SELECT u.id AS id, u.sort_name AS name, COALESCE(MIN(CASE WHEN h.source = 'direct' THEN h.added END), MIN(h.added)) AS added
	FROM (` + peopleRanked + `) h CROSS JOIN users u ON u.id = h.id
	WHERE ($10 = '' OR u.status = $10) AND ($11 = '' OR instr(u.sort_name, $11) > 0 OR instr(u.email, $11) > 0)
	GROUP BY u.id HAVING ($8 < 0 OR MAX(h.rank) = $8 OR $8 < $12 AND MAX(h.rank = $8) = 1) AND ($9 = '' OR MAX(h.source = $9) = 1)) f`

	filteredByName      = `SELECT f.name, f.id ` + peopleFiltered + ` WHERE (f.name, f.id) > ($4, $5)` + peopleUp
	filteredByNameDown  = `SELECT f.name, f.id ` + peopleFiltered + ` WHERE (f.name, f.id) < ($4, $5)` + peopleDown
	filteredByAdded     = `SELECT f.added, f.id ` + peopleFiltered + ` WHERE (f.added, f.id) > ($4, $5)` + peopleUp
	filteredByAddedDown = `SELECT f.added, f.id ` + peopleFiltered + ` WHERE (f.added, f.id) < ($4, $5)` + peopleDown
)

const (
	sqlCountFilteredPeople = `SELECT count(*) FROM (SELECT 1 ` + peopleFiltered + ` LIMIT $6) found`

	sqlCountPeople = `SELECT count(*) FROM (
SELECT r.subject_id ` + peopleOwn + `
UNION SELECT m.user_id ` + peopleInTeams + peopleOfTeams + `
UNION SELECT r.subject_id ` + peopleOwners + `
UNION SELECT m.user_id ` + peopleInTeams + peopleOwnsTeams + ` ORDER BY 1 LIMIT $4) found`
)

// memberQuery is the statement of the ids of a page, each behind what it is ordered by. In an
// Organization everybody has a role of their own, so that its other sources add nobody.
func memberQuery(level access.Level, s access.Sort, filtered bool) string {
	added := s.By == access.SortByAdded
	switch {
	case filtered || added && level == access.WorkspaceLevel:
		return filteredQuery(added, s.Desc)
	case added && s.Desc:
		return byRoleAdded + peopleOwn + beforeRoleAdded + peopleDown
	case added:
		return byRoleAdded + peopleOwn + afterRoleAdded + peopleUp
	}
	ofRole, ofTeam, end := afterRoleName, afterTeamName, peopleUp
	if s.Desc {
		ofRole, ofTeam, end = beforeRoleName, beforeTeamName, peopleDown
	}
	own := byRoleName + peopleOwn + ofRole
	if level == access.OrgLevel {
		return own + end
	}
	ofTeams := byTeamName + peopleInTeams
	return strings.Join([]string{own, ofTeams + peopleOfTeams + ofTeam,
		byRoleName + peopleOwners + ofRole, ofTeams + peopleOwnsTeams + ofTeam}, "\nUNION ") + end
}

func filteredQuery(added, desc bool) string {
	switch {
	case added && desc:
		return filteredByAddedDown
	case added:
		return filteredByAdded
	case desc:
		return filteredByNameDown
	}
	return filteredByName
}

// peopleArgs are the parameters that say whose list it is and what narrows it: $1 to $3, $7 to $12.
type peopleArgs struct {
	whose  []any
	filter []any
	narrow bool
}

func (tx *Tx) newPeopleArgs(at access.Scope, f access.MemberFilter) (peopleArgs, error) {
	owners := ""
	if at.Level() == access.WorkspaceLevel {
		owners = string(at.Org)
	}
	roles, custom, err := tx.rolesAt(at)
	if err != nil {
		return peopleArgs{}, err
	}
	list, err := json.Marshal(roles)
	rank := -1
	if f.Role != "" {
		rank = slices.Index(roles, f.Role)
	}
	if rank < 0 && f.Role.IsCustom() {
		rank = len(roles) // one that is gone is held by nobody
	}
	return peopleArgs{
		whose:  []any{at.Entity(), owners, string(access.OrgOwner)},
		filter: []any{string(list), rank, string(f.Source), string(f.Status), access.Fold(f.Search), custom},
		narrow: f != access.MemberFilter{},
	}, err
}

// MembersAt implements [access.MemberListTx].
func (tx *Tx) MembersAt(at access.Scope, sees access.Sight, f access.MemberFilter, s access.Sort, p access.Page) (access.MemberList, error) {
	tx = tx.longRunning()
	var list access.MemberList
	args, err := tx.newPeopleArgs(at, f)
	if err != nil {
		return list, err
	}
	if list.Matching, list.Capped, err = tx.countPeople(args); err != nil {
		return list, err
	}
	value, id, err := tx.afterMember(at, s, p.After)
	if err != nil {
		return list, err
	}
	query := memberQuery(at.Level(), s, args.narrow)
	ids, err := all(tx, listedID, query, slices.Concat(args.whose, []any{value, id, p.Limit + 1}, args.filter)...)
	if err != nil {
		return list, err
	}
	if len(ids) > p.Limit {
		ids, list.More = ids[:p.Limit], true
	}
	list.Rows, err = tx.membersOf(at, sees, ids)
	return list, err
}

// listedID scans the id of a person behind what the list is ordered by.
func listedID(s scanner) (id string, err error) {
	var ignored any
	err = s.Scan(&ignored, &id)
	return id, err
}

// countPeople counts up to [access.MatchLimit].
func (tx *Tx) countPeople(args peopleArgs) (n int, capped bool, err error) {
	limit := access.MatchLimit + 1
	if args.narrow {
		n, err = tx.count(sqlCountFilteredPeople, slices.Concat(args.whose, []any{nil, nil, limit}, args.filter)...)
	} else {
		n, err = tx.count(sqlCountPeople, slices.Concat(args.whose, []any{limit})...)
	}
	return min(n, access.MatchLimit), n > access.MatchLimit, err
}

// afterMember returns what the rows of a page follow: the value the list is ordered by and the id of a
// person, or what comes before all of them when no such person is in the list.
func (tx *Tx) afterMember(at access.Scope, s access.Sort, after string) (value any, id string, err error) {
	if after != "" {
		m, err := tx.MemberAt(at, access.UserID(after))
		if s.By == access.SortByAdded {
			value = m.Since.UnixMilli()
		} else {
			value = sortName(m.User)
		}
		if access.CodeOf(err) != access.NotFound {
			return value, after, err
		}
	}
	switch {
	case s.Desc && s.By == access.SortByAdded:
		return int64(math.MaxInt64), highest, nil
	case s.Desc:
		return highest, highest, nil
	case s.By == access.SortByAdded:
		return int64(math.MinInt64), "", nil
	}
	return "", "", nil
}

// MemberCount implements [access.MemberListTx].
func (tx *Tx) MemberCount(at access.Scope) (n int, capped bool, err error) {
	args, err := tx.newPeopleArgs(at, access.MemberFilter{})
	if err != nil {
		return 0, false, err
	}
	return tx.longRunning().countPeople(args)
}
