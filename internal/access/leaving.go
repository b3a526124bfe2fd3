package access

import "dagpass/internal/audit"

// LeaveTx is what the record needs to know about somebody before they leave an Organization.
type LeaveTx interface {
	// HeldIn returns what a person has in an Organization besides their role on it: the roles of their
	// own in Workspaces, and the teams they are in.
	HeldIn(org OrgID, id UserID) (roles []MemberRole, teams []Team, err error)
}

// MemberRole is a role that a person was given at a scope.
type MemberRole struct {
	At   Scope
	Role Role
}

// RecordLeaving records the end of everything a person has in an Organization besides their role on it,
// each where it was held, so that a Workspace's own record tells that they have left. It comes before
// the storage is told to end it.
func RecordLeaving(c *Changing, tx LeaveTx, u User) error {
	roles, teams, err := tx.HeldIn(c.At.Org, u.ID)
	for _, r := range roles {
		c.RecordAt(r.At, audit.MemberRemove, u.target(), audit.Change{Field: "role", Before: c.word(r.Role)})
	}
	for _, t := range teams {
		c.Record(audit.TeamMemberRemove, t.target(), audit.Change{Field: "member", Before: u.Email})
	}
	return err
}
