package db

import (
	"slices"
	"strings"

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

	// Everyone in the Organization $1 who is not in the team $2.
	sqlOutsideTeam = `
SELECT ` + userColumns + `, ` + roleColumns + `, '', '', NULL
FROM member_roles r CROSS JOIN users u ON u.id = r.subject_id
WHERE r.entity_id = $1 AND r.subject_kind = 'user'
	AND NOT EXISTS (SELECT 1 FROM team_members m WHERE m.team_id = $2 AND m.user_id = r.subject_id)`
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

// OutsideTeam implements [access.TeamListTx].
func (tx *Tx) OutsideTeam(org access.OrgID, team access.TeamID, search access.PeopleSearch) ([]access.User, int, error) {
	tx = tx.longRunning()
	found, err := all(tx, func(s scanner) (access.User, error) {
		var r memberRole
		u, err := tx.scanUser(s, r.into()...)
		if err != nil {
			return u.User, err
		}
		return u.User, tx.checked(r)
	}, sqlOutsideTeam, string(org), string(team))
	if err != nil {
		return nil, 0, err
	}
	needle := access.Fold(search.Text)
	chosen := func(u access.User) bool { return slices.Contains(search.Also, u.ID) }
	found = slices.DeleteFunc(found, func(u access.User) bool {
		return !chosen(u) && !strings.Contains(access.Fold(u.FullName), needle) && !strings.Contains(u.Email, needle)
	})
	slices.SortFunc(found, func(a, b access.User) int { return cmp.Or(-cmp.Compare(flag(chosen(a)), flag(chosen(b))), byName(a, b)) })
	return found[:min(len(found), search.Limit)], len(found), nil
}
