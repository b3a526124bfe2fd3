package access

import "time"

// givenRole turns what a caller calls a role into the role that can be given at a scope: the constant of
// a built-in one, or the name, ignoring case, or the id of a custom one. It is a problem of the field
// when there is no such role for the level, or when a custom one is restricted to other Workspaces.
func givenRole(tx Tx, field string, said Role, at Scope) (Role, *FieldProblem, error) {
	problem := CheckRole(field, said, at.Level())
	if problem == nil || at.Level() != WorkspaceLevel || said == "" {
		return said, problem, nil
	}
	role, err := customRole(tx, at.Org, said)
	switch {
	case CodeOf(err) == NotFound:
		return "", problem, nil
	case err != nil:
		return "", nil, err
	case role.Scope != WorkspaceRoles:
		return "", &FieldProblem{field, "role_scope", role.Name + " is a role of a " + role.Scope.noun() + " and can't be given in a Workspace."}, nil
	case !role.AllowedIn(at.Workspace):
		return "", &FieldProblem{field, "role_restricted", role.Name + " can be given only in the Workspaces it is restricted to. This is none of them."}, nil
	}
	return role.Role(), nil, nil
}

// customRole finds a custom role by id or name. No name has the form of an id.
func customRole(tx Tx, org OrgID, said Role) (CustomRole, error) {
	if said.IsCustom() {
		return tx.CustomRole(org, RoleID(said))
	}
	return tx.CustomRoleNamed(org, string(said))
}

// given is givenRole for the one role of an input.
func given(tx Tx, said Role, at Scope) (Role, error) {
	role, problem, err := givenRole(tx, "role", said, at)
	if err == nil && problem != nil {
		err = BadInput(*problem)
	}
	return role, err
}

// mayReplace refuses to replace a role of a level when the old or the new one is above the actor's own.
func (c *Changing) mayReplace(old, new Role, level Level) error {
	if err := c.MayTouch(old, level); err != nil {
		return err
	}
	return c.MayGrant(new, level)
}

// requireRecentFor refuses an Owner's role, or a custom one that counts as such, when a person who gives
// it has not given the password lately (security.md 4).
func requireRecentFor(r Role, by Actor, now time.Time, custom func(RoleID) (CustomRole, error)) error {
	owners := r == OrgOwner || r == WorkspaceOwner
	if r.IsCustom() {
		role, err := custom(RoleID(r))
		if err != nil {
			return err
		}
		owners = role.isOwners()
	}
	if !owners {
		return nil
	}
	return by.requireRecent(now)
}

// readOnce keeps what was read of custom roles: a change of many roles asks for the same few again and
// again, and holds the only writer while it does.
func readOnce(read func(RoleID) (CustomRole, error)) func(RoleID) (CustomRole, error) {
	known := map[RoleID]CustomRole{}
	return func(id RoleID) (CustomRole, error) {
		if role, ok := known[id]; ok {
			return role, nil
		}
		role, err := read(id)
		if err == nil {
			known[id] = role
		}
		return role, err
	}
}
