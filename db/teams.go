package db

import "dagpass/internal/access"

const (
	sqlInsertTeam = `INSERT INTO teams (id, organization_id, name, name_fold, created_at) VALUES ($1, $2, $3, $4, $5)`
	sqlTeam       = `SELECT id FROM teams WHERE id = $1 AND organization_id = $2`

	sqlAddTeamMember = `
INSERT INTO team_members (team_id, user_id, row_mac) VALUES ($1, $2, $3) ON CONFLICT (team_id, user_id) DO NOTHING`

	sqlRemoveTeamMember = `DELETE FROM team_members WHERE team_id = $1 AND user_id = $2`
)

func membershipAuthority(team, user string) authority {
	return sealedOf("team_members", team+" "+user).text(team, user)
}

// InsertTeam implements [access.TeamTx].
func (tx *Tx) InsertTeam(org access.OrgID, id access.TeamID, name string) error {
	err := tx.put(sqlInsertTeam, string(id), string(org), name, access.Fold(name), millis(tx.now))
	return tx.takenIn(err, org, "Team", name)
}

// AddTeamMember implements [access.TeamTx]. NotFound for a team of another Organization and for
// someone who does not exist.
func (tx *Tx) AddTeamMember(org access.OrgID, team access.TeamID, user access.UserID) error {
	if err := tx.team(org, team); err != nil {
		return err
	}
	return tx.put(sqlAddTeamMember, string(team), string(user),
		membershipAuthority(string(team), string(user)).seal(tx.db.keyring))
}

// RemoveTeamMember implements [access.TeamTx].
func (tx *Tx) RemoveTeamMember(org access.OrgID, team access.TeamID, user access.UserID) error {
	if err := tx.team(org, team); err != nil {
		return err
	}
	return tx.put(sqlRemoveTeamMember, string(team), string(user))
}

// team returns NotFound when there is no such team in the Organization.
func (tx *Tx) team(org access.OrgID, id access.TeamID) error {
	_, err := one(tx, text[access.TeamID], sqlTeam, string(id), string(org))
	return err
}
