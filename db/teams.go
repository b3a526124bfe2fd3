package db

import (
	"math"

	"dagpass/internal/access"
)

const (
	teamColumns = `t.id, t.organization_id, t.name, t.description, t.members, t.version, t.created_at, t.updated_at`

	teamMakers = `, t.created_by_kind, t.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	t.updated_by_kind, t.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, '')`

	teamPeople = `
LEFT JOIN users cu ON cu.id = t.created_by_id LEFT JOIN api_tokens ct ON ct.id = t.created_by_id
LEFT JOIN users uu ON uu.id = t.updated_by_id LEFT JOIN api_tokens ut ON ut.id = t.updated_by_id`
)

const (
	sqlTeam     = `SELECT ` + teamColumns + teamMakers + ` FROM teams t ` + teamPeople + ` WHERE t.id = $1 AND t.organization_id = $2`
	sqlHasTeam  = `SELECT id FROM teams WHERE id = $1 AND organization_id = $2`
	sqlTeamSize = `UPDATE teams SET members = members + $2 WHERE id = $1`

	sqlInsertTeam = `
INSERT INTO teams (id, organization_id, name, name_fold, description, description_fold, version,
	created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`

	sqlUpdateTeam = `
UPDATE teams SET name = $3, name_fold = $4, description = $5, description_fold = $6, version = $7,
	updated_at = $8, updated_by_kind = $9, updated_by_id = $10
WHERE id = $1 AND organization_id = $2`

	sqlDeleteTeam = `DELETE FROM teams WHERE id = $1 AND organization_id = $2`
	sqlEmptyTeam  = `DELETE FROM team_members WHERE team_id = $1`

	sqlTeamRoles = `
SELECT ` + roleColumns + `, '', '', NULL, r.created_at, COALESCE(w.name, '')
FROM member_roles r LEFT JOIN workspaces w ON w.id = r.entity_id
WHERE r.subject_id = $1 AND r.organization_id = $2
ORDER BY w.name_fold, r.entity_id`
)

// scanTeam reads teamColumns, and what follows them into more.
func scanTeam(s scanner, more ...any) (access.Team, error) {
	var t access.Team
	var created, updated int64
	into := append([]any{&t.ID, &t.Org, &t.Name, &t.Description, &t.Members, &t.Version, &created, &updated}, more...)
	err := s.Scan(into...)
	t.CreatedAt, t.UpdatedAt = utc(created), utc(updated)
	return t, err
}

// scanMadeTeam reads teamColumns and teamMakers.
func scanMadeTeam(s scanner) (access.Team, error) {
	var by, changed access.Person
	t, err := scanTeam(s, &by.Kind, &by.ID, &by.Name, &by.Email, &changed.Kind, &changed.ID, &changed.Name, &changed.Email)
	t.CreatedBy, t.UpdatedBy = named(by), named(changed)
	return t, err
}

// Team implements [access.TeamTx].
func (tx *Tx) Team(org access.OrgID, id access.TeamID) (access.Team, error) {
	return one(tx, scanMadeTeam, sqlTeam, string(id), string(org))
}

// team returns NotFound when there is no such team in the Organization.
func (tx *Tx) team(org access.OrgID, id access.TeamID) error {
	_, err := one(tx, text[access.TeamID], sqlHasTeam, string(id), string(org))
	return err
}

// InsertTeam implements [access.TeamTx].
func (tx *Tx) InsertTeam(t access.Team) error {
	err := tx.put(sqlInsertTeam, string(t.ID), string(t.Org), t.Name, access.Fold(t.Name), t.Description, access.Fold(t.Description), t.Version,
		millis(t.CreatedAt), string(t.CreatedBy.Kind), t.CreatedBy.ID,
		millis(t.UpdatedAt), string(t.UpdatedBy.Kind), t.UpdatedBy.ID)
	return tx.takenIn(err, t.Org, "Team", t.Name)
}

// UpdateTeam implements [access.TeamTx].
func (tx *Tx) UpdateTeam(t access.Team) error {
	err := tx.change(sqlUpdateTeam, string(t.ID), string(t.Org), t.Name, access.Fold(t.Name), t.Description, access.Fold(t.Description), t.Version,
		millis(t.UpdatedAt), string(t.UpdatedBy.Kind), t.UpdatedBy.ID)
	return tx.takenIn(err, t.Org, "Team", t.Name)
}

// DeleteTeam implements [access.TeamTx].
func (tx *Tx) DeleteTeam(t access.Team) error {
	if err := tx.team(t.Org, t.ID); err != nil {
		return err
	}
	if err := tx.put(sqlRemoveRolesOf, string(t.ID), string(t.Org)); err != nil {
		return err
	}
	if err := tx.put(sqlEmptyTeam, string(t.ID)); err != nil {
		return err
	}
	return tx.change(sqlDeleteTeam, string(t.ID), string(t.Org))
}

// TeamRoles implements [access.TeamTx].
func (tx *Tx) TeamRoles(t access.Team) ([]access.TeamRole, error) {
	return all(tx, func(s scanner) (access.TeamRole, error) {
		var r memberRole
		var out access.TeamRole
		var created int64
		if err := s.Scan(append(r.into(), &created, &out.WorkspaceName)...); err != nil {
			return out, err
		}
		out.At, out.Role, out.CreatedAt = r.scope(), r.role, utc(created)
		return out, tx.checked(r)
	}, sqlTeamRoles, string(t.ID), string(t.Org))
}

// TeamCount implements [access.TeamListTx].
func (tx *Tx) TeamCount(at access.Scope) (int, error) {
	if at.Level() == access.WorkspaceLevel {
		return tx.count(sqlCountTeamsIn, string(at.Workspace))
	}
	return tx.count(sqlCountTeams, string(at.Org))
}

// teamOrder is a column a list of teams can be sorted by.
type teamOrder struct {
	asc, desc   string
	first, last any // sort before and behind every value
	key         func(k teamKeys) any
}

type teamKeys struct {
	name                    string
	updated, members, added int64
}

// teamOrderOf returns the order of a list, by name where the column is unknown.
func teamOrderOf(by string) teamOrder {
	number := func(asc, desc string, key func(k teamKeys) any) teamOrder {
		return teamOrder{asc, desc, int64(math.MinInt64), int64(math.MaxInt64), key}
	}
	switch by {
	case access.SortByMembers:
		return number(teamsByMembersAsc, teamsByMembersDesc, func(k teamKeys) any { return k.members })
	case access.SortByUpdated:
		return number(teamsByUpdatedAsc, teamsByUpdatedDesc, func(k teamKeys) any { return k.updated })
	case access.SortByAdded:
		return number(teamsByAddedAsc, teamsByAddedDesc, func(k teamKeys) any { return k.added })
	}
	return teamOrder{teamsByNameAsc, teamsByNameDesc, "", highest, func(k teamKeys) any { return k.name }}
}
