package db

import (
	"encoding/json"
	"slices"
	"strings"

	"dagpass/internal/access"
)

const (
	// What of a custom role decides.
	roleDefinition = `c.id, c.organization_id, c.name, c.scope, c.permissions, c.restricted_to, c.row_mac`

	customRoleColumns = `
SELECT ` + roleDefinition + `, c.description,
	c.created_at, c.created_by_kind, c.created_by_id, COALESCE(cu.full_name, ct.name, ''), COALESCE(cu.email, ''),
	c.updated_at, c.updated_by_kind, c.updated_by_id, COALESCE(uu.full_name, ut.name, ''), COALESCE(uu.email, '')
FROM custom_roles c
LEFT JOIN users cu ON cu.id = c.created_by_id LEFT JOIN api_tokens ct ON ct.id = c.created_by_id
LEFT JOIN users uu ON uu.id = c.updated_by_id LEFT JOIN api_tokens ut ON ut.id = c.updated_by_id`
)

const (
	sqlCustomRole      = customRoleColumns + ` WHERE c.id = $1 AND c.organization_id = $2`
	sqlCustomRoleNamed = customRoleColumns + ` WHERE c.organization_id = $1 AND c.name_fold = $2`
	sqlCustomRoles     = customRoleColumns + ` WHERE c.organization_id = $1 ORDER BY c.name_fold`

	sqlRoleDefinition = `SELECT ` + roleDefinition + ` FROM custom_roles c WHERE c.id = $1 AND c.organization_id = $2`

	sqlInsertCustomRole = `
INSERT INTO custom_roles (id, organization_id, name, name_fold, description, scope, permissions, restricted_to,
	created_at, created_by_kind, created_by_id, updated_at, updated_by_kind, updated_by_id, row_mac)
VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)`

	sqlUpdateCustomRole = `
UPDATE custom_roles SET name = $3, name_fold = $4, description = $5, permissions = $6, restricted_to = $7,
	updated_at = $8, updated_by_kind = $9, updated_by_id = $10, row_mac = $11
WHERE id = $1 AND organization_id = $2`

	sqlDeleteCustomRole = `DELETE FROM custom_roles WHERE id = $1 AND organization_id = $2`

	// The second condition is that of the indexes. Roles that a deletion left count for nothing.
	sqlBoundToRole = `
SELECT (SELECT count(*) FROM member_roles r WHERE r.role = $1 AND r.role > 'a' AND r.entity_id NOT IN (SELECT value FROM json_each($2)))
	+ (SELECT count(*) FROM api_token_roles r WHERE r.role = $1 AND r.role > 'a' AND r.entity_id NOT IN (SELECT value FROM json_each($2))` + notDeleted + `)`

	sqlCustomRoleIDs = `SELECT c.id FROM custom_roles c WHERE c.organization_id = $1 AND c.scope = 'WORKSPACE' ORDER BY c.name_fold`

	sqlRestrictedTo   = `SELECT ` + roleDefinition + ` FROM custom_roles c WHERE c.organization_id = $1 AND instr(c.restricted_to, $2) > 0`
	sqlSetRestriction = `UPDATE custom_roles SET restricted_to = $2, row_mac = $3 WHERE id = $1`
)

// customRoleRow is what of a custom role decides, as it is stored.
type customRoleRow struct {
	access.CustomRole
	permissions, restricted string
	mac                     []byte
}

func (r *customRoleRow) into() []any {
	return []any{&r.ID, &r.Org, &r.Name, &r.Scope, &r.permissions, &r.restricted, &r.mac}
}

// customRoleAuthority covers the name too: it is what people and programs give the role by.
func customRoleAuthority(r access.CustomRole) authority {
	return sealedOf("custom_roles", string(r.ID)).
		text(string(r.ID), string(r.Org), r.Name, string(r.Scope), words(r.Permissions), words(r.Restricted))
}

// words is a list as it is stored.
func words[T ~string](list []T) string {
	parts := make([]string, len(list))
	for i, v := range list {
		parts[i] = string(v)
	}
	return strings.Join(parts, " ")
}

func fromWords[T ~string](text string) []T {
	var out []T
	for _, v := range strings.Fields(text) {
		out = append(out, T(v))
	}
	return out
}

// scanDefinition reads roleDefinition, and what follows it into more.
func (tx *Tx) scanDefinition(s scanner, more ...any) (access.CustomRole, error) {
	var r customRoleRow
	if err := s.Scan(append(r.into(), more...)...); err != nil {
		return r.CustomRole, err
	}
	r.Permissions = fromWords[access.Permission](r.permissions)
	r.Restricted = fromWords[access.WorkspaceID](r.restricted)
	return r.CustomRole, tx.check(customRoleAuthority(r.CustomRole), r.mac)
}

func (tx *Tx) scanCustomRole(s scanner) (access.CustomRole, error) {
	var description *string
	var created, updated int64
	var by, changed access.Person
	r, err := tx.scanDefinition(s, &description, &created, &by.Kind, &by.ID, &by.Name, &by.Email,
		&updated, &changed.Kind, &changed.ID, &changed.Name, &changed.Email)
	r.Description = description
	r.CreatedAt, r.CreatedBy = utc(created), named(by)
	r.UpdatedAt, r.UpdatedBy = utc(updated), named(changed)
	return r, err
}

// CustomRole implements [access.GateTx].
func (tx *Tx) CustomRole(org access.OrgID, id access.RoleID) (access.CustomRole, error) {
	return one(tx, tx.scanCustomRole, sqlCustomRole, string(id), string(org))
}

// CustomRoleNamed implements [access.RoleTx].
func (tx *Tx) CustomRoleNamed(org access.OrgID, name string) (access.CustomRole, error) {
	folded := access.Fold(name)
	return one(tx, func(s scanner) (access.CustomRole, error) {
		r, err := tx.scanCustomRole(s)
		if err == nil && access.Fold(r.Name) != folded { // the column it was found by is not sealed
			tx.db.integrity.altered(tx.db.log, customRoleAuthority(r))
			err = errAltered
		}
		return r, err
	}, sqlCustomRoleNamed, string(org), folded)
}

// CustomRoles implements [access.RoleTx].
func (tx *Tx) CustomRoles(org access.OrgID) ([]access.CustomRole, error) {
	return all(tx, tx.scanCustomRole, sqlCustomRoles, string(org))
}

// InsertCustomRole implements [access.RoleTx].
func (tx *Tx) InsertCustomRole(r access.CustomRole) error {
	err := tx.put(sqlInsertCustomRole, string(r.ID), string(r.Org), r.Name, access.Fold(r.Name), r.Description, string(r.Scope),
		words(r.Permissions), words(r.Restricted), millis(r.CreatedAt), string(r.CreatedBy.Kind), r.CreatedBy.ID,
		millis(r.UpdatedAt), string(r.UpdatedBy.Kind), r.UpdatedBy.ID, customRoleAuthority(r).seal(tx.db.keyring))
	return tx.takenIn(err, r.Org, "role", r.Name)
}

// UpdateCustomRole implements [access.RoleTx].
func (tx *Tx) UpdateCustomRole(r access.CustomRole) error {
	err := tx.change(sqlUpdateCustomRole, string(r.ID), string(r.Org), r.Name, access.Fold(r.Name), r.Description,
		words(r.Permissions), words(r.Restricted), millis(r.UpdatedAt), string(r.UpdatedBy.Kind), r.UpdatedBy.ID,
		customRoleAuthority(r).seal(tx.db.keyring))
	return tx.takenIn(err, r.Org, "role", r.Name)
}

// DeleteCustomRole implements [access.RoleTx].
func (tx *Tx) DeleteCustomRole(r access.CustomRole) error {
	return tx.change(sqlDeleteCustomRole, string(r.ID), string(r.Org))
}

// Bound implements [access.RoleTx].
func (tx *Tx) Bound(r access.CustomRole, outside []access.WorkspaceID) (int, error) {
	if outside == nil {
		outside = []access.WorkspaceID{}
	}
	list, err := json.Marshal(outside)
	if err != nil {
		return 0, err
	}
	return tx.count(sqlBoundToRole, string(r.ID), string(list))
}

// rolesAt returns every role that can be held at a scope, the custom ones first, and how many these are.
// It does not ask whether they are genuine: they only say what to look for.
func (tx *Tx) rolesAt(at access.Scope) (roles []access.Role, custom int, err error) {
	if at.Level() == access.WorkspaceLevel {
		roles, err = all(tx, text[access.Role], sqlCustomRoleIDs, string(at.Org))
	}
	return append(roles, access.RolesOf(at.Level())...), len(roles), err
}

// withCustom adds to grants what the custom roles among them contain. Whoever holds none costs no read.
// A role that is not genuine gives nothing.
func (tx *Tx) withCustom(org access.OrgID, g access.Grants) (access.Grants, error) {
	for _, role := range g.Workspace {
		if _, known := g.Custom[role]; known || !role.IsCustom() {
			continue
		}
		c, err := one(tx, func(s scanner) (access.CustomRole, error) { return tx.scanDefinition(s) }, sqlRoleDefinition, string(role), string(org))
		if access.CodeOf(err) == access.NotFound {
			continue
		}
		if err != nil {
			return access.Grants{}, err
		}
		if g.Custom == nil {
			g.Custom = map[access.Role]access.CustomRole{}
		}
		g.Custom[role] = c
	}
	return g, nil
}

// unrestrict takes a deleted Workspace out of the restrictions of custom roles. A role that was
// restricted to it alone keeps it, and can be given nowhere: no Workspace at all would mean everywhere.
func (tx *Tx) unrestrict(at access.Scope) error {
	found, err := all(tx, func(s scanner) (access.CustomRole, error) { return tx.scanDefinition(s) },
		sqlRestrictedTo, string(at.Org), string(at.Workspace))
	if err != nil {
		return err
	}
	for _, r := range found {
		if len(r.Restricted) < 2 {
			continue
		}
		r.Restricted = slices.DeleteFunc(r.Restricted, func(id access.WorkspaceID) bool { return id == at.Workspace })
		if err := tx.put(sqlSetRestriction, string(r.ID), words(r.Restricted), customRoleAuthority(r).seal(tx.db.keyring)); err != nil {
			return err
		}
	}
	return nil
}
