package db

import (
	"slices"

	"dagpass/internal/access"
)

// There are at most [access.MaxTeams] teams and [access.MaxTeamMembers] people in one, so their pages are
// ordered and cut in memory.
const (
	rankedTeam = `SELECT t.id, t.name_fold, t.name, t.description_fold, t.created_at, t.updated_at `

	sqlRankTeams      = rankedTeam + `FROM teams t WHERE t.organization_id = $1`
	sqlRankTeamsIn    = rankedTeam + `FROM member_roles r CROSS JOIN teams t ON t.id = r.subject_id WHERE r.entity_id = $1 AND r.subject_kind = 'team'`
	sqlRankTeamsOf    = rankedTeam + `FROM team_members m CROSS JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1 AND t.organization_id = $2`
	sqlRankTeamPeople = `
SELECT m.user_id, m.sort_name, u.email, '', m.created_at, 0
FROM team_members m CROSS JOIN users u ON u.id = m.user_id WHERE m.team_id = $1`

	sqlTeams = `
SELECT ` + teamColumns + teamMakers + `
FROM json_each($1) p CROSS JOIN teams t ON t.id = p.value ` + teamPeople + ` ORDER BY p.key`

	sqlTeamPeople = `
SELECT ` + userColumns + `, ` + membershipColumns + `, m.created_at
FROM json_each($1) p CROSS JOIN team_members m ON m.team_id = $2 AND m.user_id = p.value CROSS JOIN users u ON u.id = m.user_id
ORDER BY p.key`
)

// Teams implements [access.PeopleTx].
func (tx *Tx) Teams(at access.Scope, names []string, order []access.Sort, p access.Page) ([]access.Team, int, error) {
	query := sqlRankTeams
	if at.Level() == access.WorkspaceLevel {
		query = sqlRankTeamsIn
	}
	tx = tx.longRunning()
	rows, err := all(tx, scanRanked, query, at.Entity())
	if err != nil {
		return nil, 0, err
	}
	if len(names) > 0 {
		rows = slices.DeleteFunc(rows, func(r rankedRow) bool { return !slices.Contains(names, r.label) })
	}
	return tx.teamWindow(rows, order, p)
}

// TeamsOfUser implements [access.PeopleTx].
func (tx *Tx) TeamsOfUser(org access.OrgID, id access.UserID, order []access.Sort, p access.Page) ([]access.Team, int, error) {
	tx = tx.longRunning()
	rows, err := all(tx, scanRanked, sqlRankTeamsOf, string(id), string(org))
	if err != nil {
		return nil, 0, err
	}
	return tx.teamWindow(rows, order, p)
}

func (tx *Tx) teamWindow(rows []rankedRow, order []access.Sort, p access.Page) ([]access.Team, int, error) {
	teams, err := page(tx, scanMadeTeam, sqlTeams, window(rows, order, p))
	return teams, len(rows), err
}

// TeamPeople implements [access.PeopleTx].
func (tx *Tx) TeamPeople(t access.Team, order []access.Sort, p access.Page) ([]access.TeamMember, int, error) {
	tx = tx.longRunning()
	rows, err := all(tx, scanRanked, sqlRankTeamPeople, string(t.ID))
	if err != nil {
		return nil, 0, err
	}
	people, err := page(tx, tx.scanTeamMember, sqlTeamPeople, window(rows, order, p), string(t.ID))
	return people, len(rows), err
}
