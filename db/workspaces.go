package db

import "dagpass/internal/access"

const (
	workspaceFields = `w.id, w.organization_id, w.name, w.description, w.cicd_enforcement, w.version,
	w.created_at, w.created_by_kind, w.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	w.updated_at, w.updated_by_kind, w.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, ''),
	w.row_mac`

	workspacePeople = `
LEFT JOIN users cu ON cu.id = w.created_by_id LEFT JOIN api_tokens ct ON ct.id = w.created_by_id
LEFT JOIN users uu ON uu.id = w.updated_by_id LEFT JOIN api_tokens ut ON ut.id = w.updated_by_id`

	workspaceColumns = `SELECT ` + workspaceFields + ` FROM workspaces w ` + workspacePeople
)

const (
	sqlInsertWorkspace = `
INSERT INTO workspaces (id, organization_id, name, name_fold, description, cicd_enforcement, version,
	created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)`

	sqlUpdateWorkspace = `
UPDATE workspaces SET name = $3, name_fold = $4, description = $5, cicd_enforcement = $6, version = $7,
	updated_at = $8, updated_by_kind = $9, updated_by_id = $10
WHERE id = $1 AND organization_id = $2`

	sqlLocateWorkspace = `SELECT organization_id, row_mac FROM workspaces WHERE id = $1`
	sqlWorkspace       = workspaceColumns + ` WHERE w.id = $1 AND w.organization_id = $2`
	sqlWorkspacesIn    = workspaceColumns + ` WHERE w.organization_id = $1 ORDER BY w.name_fold, w.id`

	sqlOrganizationName = `SELECT name FROM organizations WHERE id = $1`
)

func workspaceAuthority(at access.Scope) authority {
	return sealedOf("workspaces", string(at.Workspace)).text(string(at.Workspace), string(at.Org))
}

// scanWorkspace reads workspaceFields, and what follows them into more.
func (tx *Tx) scanWorkspace(s scanner, more ...any) (access.Workspace, error) {
	var w access.Workspace
	var created, updated int64
	var mac []byte
	by, changed := &w.CreatedBy, &w.UpdatedBy
	into := []any{&w.ID, &w.Org, &w.Name, &w.Description, &w.CICDEnforcement, &w.Version,
		&created, &by.Kind, &by.ID, &by.Name, &by.Email,
		&updated, &changed.Kind, &changed.ID, &changed.Name, &changed.Email, &mac}
	if err := s.Scan(append(into, more...)...); err != nil {
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
	return one(tx, func(s scanner) (access.Workspace, error) { return tx.scanWorkspace(s) }, sqlWorkspace, string(at.Workspace), string(at.Org))
}

// InsertWorkspace implements [access.WorkspaceTx].
func (tx *Tx) InsertWorkspace(w access.Workspace) error {
	err := tx.put(sqlInsertWorkspace, string(w.ID), string(w.Org), w.Name, access.Fold(w.Name), w.Description,
		flag(w.CICDEnforcement), w.Version, millis(w.CreatedAt), string(w.CreatedBy.Kind), w.CreatedBy.ID,
		millis(w.UpdatedAt), string(w.UpdatedBy.Kind), w.UpdatedBy.ID,
		workspaceAuthority(w.Scope()).seal(tx.db.keyring))
	return tx.takenIn(err, w.Org, "Workspace", w.Name)
}

// UpdateWorkspace implements [access.WorkspaceTx].
func (tx *Tx) UpdateWorkspace(w access.Workspace) error {
	err := tx.change(sqlUpdateWorkspace, string(w.ID), string(w.Org), w.Name, access.Fold(w.Name), w.Description,
		flag(w.CICDEnforcement), w.Version, millis(w.UpdatedAt), string(w.UpdatedBy.Kind), w.UpdatedBy.ID)
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
