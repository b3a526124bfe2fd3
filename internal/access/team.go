package access

// TeamTx is the storage of teams; their service comes with their screens.
type TeamTx interface {
	// InsertTeam stores a team. Conflict, reason taken, for a name in use in the Organization.
	InsertTeam(org OrgID, id TeamID, name string) error
	// AddTeamMember puts a user of the Organization into a team; twice is no error.
	AddTeamMember(org OrgID, team TeamID, user UserID) error
	// RemoveTeamMember takes them out; taking out nobody is no error.
	RemoveTeamMember(org OrgID, team TeamID, user UserID) error
}
