package db

import "dagpass/internal/access"

const (
	// The roles of a person in the Workspaces of an Organization, by the order the Workspaces were made.
	sqlWorkspaceRolesOf = `
SELECT ` + roleColumns + `, '', '', NULL
FROM member_roles r WHERE r.subject_id = $1 AND r.organization_id = $2 AND r.subject_kind = 'user' AND r.entity_id <> $2
ORDER BY r.entity_id`

	sqlTeamsOf = `
SELECT t.id, t.name FROM team_members m CROSS JOIN teams t ON t.id = m.team_id
WHERE m.user_id = $1 AND t.organization_id = $2 ORDER BY t.name_fold`
)

// HeldIn implements [access.LeaveTx].
func (tx *Tx) HeldIn(org access.OrgID, id access.UserID) ([]access.MemberRole, []access.Team, error) {
	held, err := all(tx, tx.scanRole, sqlWorkspaceRolesOf, string(id), string(org))
	if err != nil {
		return nil, nil, err
	}
	var roles []access.MemberRole
	for _, r := range held {
		roles = append(roles, access.MemberRole{At: r.scope(), Role: r.role})
	}
	teams, err := all(tx, func(s scanner) (access.Team, error) {
		t := access.Team{Org: org}
		return t, s.Scan(&t.ID, &t.Name)
	}, sqlTeamsOf, string(id), string(org))
	return roles, teams, err
}
