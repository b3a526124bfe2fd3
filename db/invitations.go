package db

import (
	"dagpass/internal/access"
	"dagpass/internal/signin"
)

const (
	sqlOpenInvitations = `
SELECT count(*) FROM one_time_codes WHERE organization_id <> '' AND organization_id = $1 AND kind = 'invite' AND expires_at > $2`

	sqlPlacesOutside = `
SELECT (SELECT count(*) FROM member_roles WHERE subject_id = $1 AND organization_id <> $2)
  + (SELECT count(*) FROM team_members m JOIN teams t ON t.id = m.team_id WHERE m.user_id = $1 AND t.organization_id <> $2)`

	sqlDeleteUser = `DELETE FROM users WHERE id = $1`
)

var _ signin.InviteTx = (*Tx)(nil)

// OpenInvitations implements [signin.InviteTx].
func (tx *Tx) OpenInvitations(org access.OrgID) (int, error) {
	return tx.count(sqlOpenInvitations, string(org), millis(tx.now))
}

// HasPlaceOutside implements [signin.InviteTx].
func (tx *Tx) HasPlaceOutside(org access.OrgID, id access.UserID) (bool, error) {
	n, err := tx.count(sqlPlacesOutside, string(id), string(org))
	return n > 0, err
}

// DeleteUser implements [signin.InviteTx]. Rows that refer to the person keep it from happening.
func (tx *Tx) DeleteUser(id access.UserID) error { return tx.change(sqlDeleteUser, string(id)) }
