package db

import (
	"encoding/json"
	"slices"

	"dagpass/internal/access"
)

const (
	sqlAddTeamMember = `
INSERT INTO team_members (team_id, user_id, sort_name, created_at, row_mac) VALUES ($1, $2, $3, $4, $5)
ON CONFLICT (team_id, user_id) DO NOTHING`

	sqlRemoveTeamMember = `DELETE FROM team_members WHERE team_id = $1 AND user_id = $2`

	sqlTeamMembership = `SELECT m.team_id, m.user_id, m.row_mac FROM team_members m WHERE m.team_id = $1 AND m.user_id = $2`

	// The teams of $2 that a person is about to leave, all at once.
	sqlCountLeaver = `
UPDATE teams SET members = members - 1
WHERE organization_id = $2 AND id IN (SELECT team_id FROM team_members WHERE user_id = $1)`

	sqlSortTeamMember = `UPDATE team_members SET sort_name = $2 WHERE user_id = $1`

	teamMembers = `
FROM team_members m CROSS JOIN users u ON u.id = m.user_id
WHERE m.team_id = $1 AND ($2 = '' OR instr(m.sort_name, $2) > 0 OR instr(u.email, $2) > 0)`

	sqlTeamMembers = `SELECT ` + userColumns + `, ` + membershipColumns + `, m.created_at ` + teamMembers + `
	AND (m.sort_name, m.user_id) > ($3, $4) ORDER BY m.sort_name, m.user_id LIMIT $5`
	sqlTeamMembersDesc = `SELECT ` + userColumns + `, ` + membershipColumns + `, m.created_at ` + teamMembers + `
	AND (m.sort_name, m.user_id) < ($3, $4) ORDER BY m.sort_name DESC, m.user_id DESC LIMIT $5`

	sqlCountTeamMembers = `SELECT count(*) ` + teamMembers
	sqlTeamMemberKey    = `SELECT sort_name FROM team_members WHERE team_id = $1 AND user_id = $2`

	// Whoever in the Organization $1 is not in the team $2; $3 are the people chosen before, as JSON.
	outsideTeam = `
FROM member_roles r CROSS JOIN users u ON u.id = r.subject_id
WHERE r.entity_id = $1 AND r.subject_kind = 'user' AND u.status IN ('ACTIVE', 'PENDING')
	AND NOT EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $2 AND m.user_id = r.subject_id)`
	outsideFound = `
	AND r.subject_id NOT IN (SELECT value FROM json_each($3))
	AND ($4 = '' OR instr(r.sort_name, $4) > 0 OR instr(u.email, $4) > 0)`
	outsideChosen = `
	AND r.subject_id IN (SELECT value FROM json_each($3))`
	outsideOrder = `
ORDER BY r.sort_name, r.subject_id`

	sqlOutsideTeam       = `SELECT ` + userColumns + outsideTeam + outsideFound + outsideOrder + ` LIMIT $5`
	sqlCountOutsideTeam  = `SELECT count(*) FROM (SELECT 1 ` + outsideTeam + outsideFound + ` LIMIT $5) found`
	sqlChosenOutsideTeam = `SELECT ` + userColumns + outsideTeam + outsideChosen + outsideOrder
)

func membershipAuthority(team, user string) authority {
	return sealedOf("team_members", team+" "+user).text(team, user)
}

// AddTeamMember implements [access.TeamTx]. NotFound also for someone who does not exist.
func (tx *Tx) AddTeamMember(org access.OrgID, team access.TeamID, id access.UserID) (bool, error) {
	if err := tx.team(org, team); err != nil {
		return false, err
	}
	u, err := tx.user(id)
	if err != nil {
		return false, err
	}
	n, err := tx.exec(sqlAddTeamMember, string(team), string(id), sortName(u.User), millis(tx.now),
		membershipAuthority(string(team), string(id)).seal(tx.db.keyring))
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.put(sqlTeamSize, string(team), 1)
}

// RemoveTeamMember implements [access.TeamTx].
func (tx *Tx) RemoveTeamMember(org access.OrgID, team access.TeamID, user access.UserID) (bool, error) {
	if err := tx.team(org, team); err != nil {
		return false, err
	}
	n, err := tx.exec(sqlRemoveTeamMember, string(team), string(user))
	if err != nil || n == 0 {
		return false, err
	}
	return true, tx.put(sqlTeamSize, string(team), -1)
}

// InTeam implements [access.TeamTx].
func (tx *Tx) InTeam(team access.TeamID, user access.UserID) (bool, error) {
	_, err := one(tx, func(s scanner) (memberRole, error) {
		var r memberRole
		if err := s.Scan(&r.team, &r.member, &r.memberMAC); err != nil {
			return r, err
		}
		return r, tx.check(membershipAuthority(r.team, r.member), r.memberMAC)
	}, sqlTeamMembership, string(team), string(user))
	if access.CodeOf(err) == access.NotFound {
		return false, nil
	}
	return err == nil, err
}

// TeamMembers implements [access.TeamListTx].
func (tx *Tx) TeamMembers(t access.Team, search string, s access.Sort, p access.Page) (access.TeamMembers, error) {
	tx = tx.longRunning()
	list := access.TeamMembers{Matching: t.Members}
	needle := access.Fold(search)
	var err error
	if needle != "" {
		if list.Matching, err = tx.count(sqlCountTeamMembers, string(t.ID), needle); err != nil {
			return list, err
		}
	}
	query, after, id := sqlTeamMembers, "", ""
	if s.Desc {
		query, after, id = sqlTeamMembersDesc, highest, highest
	}
	if p.After != "" {
		var key string
		switch err := tx.row(sqlTeamMemberKey, []any{string(t.ID), p.After}, &key); {
		case err == nil:
			after, id = key, p.After
		case access.CodeOf(err) != access.NotFound:
			return list, err
		}
	}
	list.Rows, err = all(tx, tx.scanTeamMember, query, string(t.ID), needle, after, id, p.Limit+1)
	if len(list.Rows) > p.Limit {
		list.Rows, list.More = list.Rows[:p.Limit], true
	}
	return list, err
}

func (tx *Tx) scanTeamMember(s scanner) (access.TeamMember, error) {
	var r memberRole
	var since int64
	u, err := tx.scanUser(s, &r.team, &r.member, &r.memberMAC, &since)
	if err != nil {
		return access.TeamMember{}, err
	}
	return access.TeamMember{User: u.User, Since: utc(since)}, tx.check(membershipAuthority(r.team, r.member), r.memberMAC)
}

// OutsideTeam implements [access.TeamListTx]. Those found are counted up to [access.MatchLimit].
func (tx *Tx) OutsideTeam(org access.OrgID, team access.TeamID, search access.PeopleSearch) ([]access.User, int, error) {
	tx = tx.longRunning()
	also, err := json.Marshal(append([]access.UserID{}, search.Also...))
	if err != nil {
		return nil, 0, err
	}
	args := []any{string(org), string(team), string(also)}
	chosen, err := all(tx, tx.scanPerson, sqlChosenOutsideTeam, args...)
	if err != nil {
		return nil, 0, err
	}
	args = append(args, access.Fold(search.Text))
	matching, err := tx.count(sqlCountOutsideTeam, append(args, access.MatchLimit)...)
	if err != nil {
		return nil, 0, err
	}
	found, err := all(tx, tx.scanPerson, sqlOutsideTeam, append(args, search.Limit)...)
	found = slices.Concat(chosen, found)
	return found[:min(len(found), search.Limit)], len(chosen) + matching, err
}
