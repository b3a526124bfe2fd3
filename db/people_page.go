package db

import "dagpass/internal/access"

// The pages that programs read, by offset. Those who were given a role at $1 are found in member_roles;
// ids are as old as the people, so that the order of the primary key is that of creation too.
const (
	peopleGiven = `
FROM member_roles r WHERE r.entity_id = $1 AND r.subject_kind = 'user'`

	sqlCountGiven = `SELECT count(*) ` + peopleGiven

	sqlGivenByID       = `SELECT r.subject_id ` + peopleGiven + ` ORDER BY r.subject_id LIMIT $2 OFFSET $3`
	sqlGivenByIDDesc   = `SELECT r.subject_id ` + peopleGiven + ` ORDER BY r.subject_id DESC LIMIT $2 OFFSET $3`
	sqlGivenByName     = `SELECT r.subject_id ` + peopleGiven + ` ORDER BY r.sort_name, r.subject_id LIMIT $2 OFFSET $3`
	sqlGivenByNameDesc = `SELECT r.subject_id ` + peopleGiven + ` ORDER BY r.sort_name DESC, r.subject_id DESC LIMIT $2 OFFSET $3`

	sqlRankGiven = `
SELECT u.id, u.sort_name, u.email, '', u.created_at, u.updated_at
FROM member_roles r CROSS JOIN users u ON u.id = r.subject_id WHERE r.entity_id = $1 AND r.subject_kind = 'user'`

	// Every role that subjects of a kind were given in an Organization, by the age of the Workspace.
	sqlRolesGiven = `
SELECT ` + roleColumns + `, '', '', NULL
FROM json_each($1) p CROSS JOIN member_roles r ON r.subject_id = p.value AND r.organization_id = $2 AND r.subject_kind = $3
ORDER BY r.entity_id`
)

// scanRanked reads the columns of a rankedRow.
func scanRanked(s scanner) (rankedRow, error) {
	var r rankedRow
	return r, s.Scan(&r.id, &r.name, &r.label, &r.description, &r.created, &r.updated)
}

// givenQuery is the statement that reads an order along an index, "" when there is none.
func givenQuery(order []access.Sort) string {
	if len(order) == 0 {
		return sqlGivenByIDDesc
	}
	first := order[0]
	switch {
	case first.By == access.SortByID && first.Desc, first.By == access.SortByCreated && first.Desc && len(order) == 1:
		return sqlGivenByIDDesc
	case first.By == access.SortByID, first.By == access.SortByCreated && len(order) == 1:
		return sqlGivenByID
	case first.By == access.SortByName && len(order) == 1 && first.Desc:
		return sqlGivenByNameDesc
	case first.By == access.SortByName && len(order) == 1:
		return sqlGivenByName
	}
	return ""
}

// People implements [access.PeopleTx].
func (tx *Tx) People(at access.Scope, order []access.Sort, p access.Page) ([]access.User, int, error) {
	tx = tx.longRunning()
	total, err := tx.count(sqlCountGiven, at.Entity())
	if err != nil {
		return nil, 0, err
	}
	ids, err := tx.given(at, order, p)
	if err != nil {
		return nil, 0, err
	}
	people, err := page(tx, tx.scanPerson, sqlPeople, ids)
	return people, total, err
}

func (tx *Tx) given(at access.Scope, order []access.Sort, p access.Page) ([]string, error) {
	if query := givenQuery(order); query != "" {
		return all(tx, text[string], query, at.Entity(), p.Limit, p.Offset)
	}
	rows, err := all(tx, scanRanked, sqlRankGiven, at.Entity())
	return window(rows, order, p), err
}

// HeldBy implements [access.MemberTx].
func (tx *Tx) HeldBy(org access.OrgID, kind access.SubjectKind, ids []string) (map[string]access.HeldRoles, error) {
	held := map[string]access.HeldRoles{}
	if len(ids) > 1 {
		tx = tx.longRunning()
	}
	rows, err := page(tx, tx.scanRole, sqlRolesGiven, ids, string(org), string(kind))
	for _, r := range rows {
		roles := held[r.subject.ID]
		if at := r.scope(); at.Level() == access.OrgLevel {
			roles.Org = r.role
		} else {
			roles.Workspaces = append(roles.Workspaces, access.WorkspaceRole{Workspace: at.Workspace, Role: r.role})
		}
		held[r.subject.ID] = roles
	}
	return held, err
}
