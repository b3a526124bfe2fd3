package db

import (
	"errors"

	"dagpass/internal/access"
)

const workspaceColumns = `
SELECT w.id, w.organization_id, w.name, w.description,
	w.created_at, w.created_by_kind, w.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	w.updated_at, w.updated_by_kind, w.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, ''),
	w.row_mac
FROM workspaces w
LEFT JOIN users cu ON cu.id = w.created_by_id LEFT JOIN api_tokens ct ON ct.id = w.created_by_id
LEFT JOIN users uu ON uu.id = w.updated_by_id LEFT JOIN api_tokens ut ON ut.id = w.updated_by_id`

const (
	sqlInsertWorkspace = `
INSERT INTO workspaces (id, organization_id, name, name_fold, description,
	created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)`

	sqlLocateWorkspace = `SELECT organization_id, row_mac FROM workspaces WHERE id = $1`
	sqlWorkspace       = workspaceColumns + ` WHERE w.id = $1 AND w.organization_id = $2`
	sqlWorkspacesIn    = workspaceColumns + ` WHERE w.organization_id = $1 ORDER BY w.name_fold, w.id`

	// The ids of users and tokens differ, so $2 may be either.
	sqlWorkspacesOf = workspaceColumns + `
WHERE w.organization_id = $1 AND w.id IN (
	SELECT entity_id FROM member_roles WHERE subject_id = $2 AND organization_id = $1
	UNION SELECT r.entity_id FROM team_members m
		JOIN member_roles r ON r.subject_id = m.team_id AND r.organization_id = $1 WHERE m.user_id = $2
	UNION SELECT entity_id FROM api_token_roles WHERE token_id = $2)
ORDER BY w.name_fold, w.id`

	sqlWorkspaceHasTokens   = `SELECT count(*) FROM (SELECT 1 FROM api_token_roles WHERE entity_id = $1 AND home = 1 LIMIT 1) found`
	sqlDeleteWorkspace      = `DELETE FROM workspaces WHERE id = $1 AND organization_id = $2`
	sqlDeleteRolesAt        = `DELETE FROM member_roles WHERE entity_id = $1`
	sqlDeleteTokenRolesAt   = `DELETE FROM api_token_roles WHERE entity_id = $1`
	sqlDeleteCountersAt     = `DELETE FROM counters WHERE entity_id = $1`
	sqlOrganizationName     = `SELECT name FROM organizations WHERE id = $1`
	sqlCountWorkspacesOfOrg = `SELECT count(*) FROM workspaces WHERE organization_id = $1`
)

func workspaceAuthority(at access.Scope) authority {
	return sealedOf("workspaces", string(at.Workspace)).text(string(at.Workspace), string(at.Org))
}

func (tx *Tx) scanWorkspace(s scanner) (access.Workspace, error) {
	var w access.Workspace
	var created, updated int64
	var mac []byte
	by, changed := &w.CreatedBy, &w.UpdatedBy
	err := s.Scan(&w.ID, &w.Org, &w.Name, &w.Description,
		&created, &by.Kind, &by.ID, &by.Name, &by.Email,
		&updated, &changed.Kind, &changed.ID, &changed.Name, &changed.Email, &mac)
	if err != nil {
		return w, err
	}
	w.CreatedAt, w.UpdatedAt = utc(created), utc(updated)
	w.CreatedBy, w.UpdatedBy = named(w.CreatedBy), named(w.UpdatedBy)
	return w, tx.check(workspaceAuthority(w.Scope()), mac)
}

// Locate implements [access.WorkspaceTx].
func (tx *Tx) Locate(id access.WorkspaceID) (access.Scope, error) {
	return one(tx, func(s scanner) (access.Scope, error) {
		at := access.Scope{Workspace: id}
		var mac []byte
		if err := s.Scan(&at.Org, &mac); err != nil {
			return at, err
		}
		return at, tx.check(workspaceAuthority(at), mac)
	}, sqlLocateWorkspace, string(id))
}

// inScope returns NotFound unless the scope is an Organization or a Workspace of its Organization.
func (tx *Tx) inScope(at access.Scope) error {
	if at.Level() == access.OrgLevel {
		var name string
		return tx.row(sqlOrganizationName, []any{string(at.Org)}, &name)
	}
	found, err := tx.Locate(at.Workspace)
	if err == nil && found != at {
		return access.Missing()
	}
	return err
}

// Workspace implements [access.WorkspaceTx].
func (tx *Tx) Workspace(at access.Scope) (access.Workspace, error) {
	return one(tx, tx.scanWorkspace, sqlWorkspace, string(at.Workspace), string(at.Org))
}

// InsertWorkspace implements [access.WorkspaceTx].
func (tx *Tx) InsertWorkspace(w access.Workspace) error {
	err := tx.put(sqlInsertWorkspace, string(w.ID), string(w.Org), w.Name, access.Fold(w.Name), w.Description,
		millis(w.CreatedAt), string(w.CreatedBy.Kind), w.CreatedBy.ID,
		millis(w.UpdatedAt), string(w.UpdatedBy.Kind), w.UpdatedBy.ID,
		workspaceAuthority(w.Scope()).seal(tx.db.keyring))
	return tx.takenIn(err, w.Org, "Workspace", w.Name)
}

// takenIn is taken for a name that is unique in an Organization.
func (tx *Tx) takenIn(err error, org access.OrgID, noun, name string) error {
	if access.ReasonOf(err) != access.ReasonTaken {
		return err
	}
	var house string
	if err := tx.row(sqlOrganizationName, []any{string(org)}, &house); err != nil {
		return err
	}
	return taken(err, "%s already has a %s called %s.", house, noun, name)
}

// DeleteWorkspace implements [access.WorkspaceTx].
func (tx *Tx) DeleteWorkspace(at access.Scope) error {
	n, err := tx.count(sqlWorkspaceHasTokens, string(at.Workspace))
	if err != nil {
		return err
	}
	if n > 0 {
		return errors.New("db: a Workspace was to be deleted before its tokens were ended")
	}
	if err := tx.change(sqlDeleteWorkspace, string(at.Workspace), string(at.Org)); err != nil {
		return err
	}
	for _, query := range []string{sqlDeleteRolesAt, sqlDeleteTokenRolesAt, sqlDeleteCountersAt} {
		if err := tx.put(query, string(at.Workspace)); err != nil {
			return err
		}
	}
	return nil
}

// WorkspacesOf implements [access.WorkspaceTx].
func (tx *Tx) WorkspacesOf(by access.Actor, org access.OrgID, owner bool, limit int) ([]access.MyWorkspace, int, error) {
	tx = tx.longRunning()
	held, err := tx.rolesIn(org, by)
	if err != nil {
		return nil, 0, err
	}
	var found []access.Workspace
	if owner {
		found, err = all(tx, tx.scanWorkspace, sqlWorkspacesIn, string(org))
	} else {
		found, err = all(tx, tx.scanWorkspace, sqlWorkspacesOf, string(org), by.ID)
	}
	if err != nil {
		return nil, 0, err
	}
	var mine []access.MyWorkspace
	for _, w := range found {
		g := access.Grants{Workspace: held[string(w.ID)]}
		if owner {
			g.Workspace = append(g.Workspace, access.WorkspaceOwner)
		}
		if g.Has(access.On(access.WorkspaceLevel, access.View)) {
			mine = append(mine, access.MyWorkspace{Workspace: w, Role: g.At(access.WorkspaceLevel)})
		}
	}
	return mine[:min(len(mine), limit)], len(mine), nil
}
