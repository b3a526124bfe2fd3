package access

import (
	"context"
	"fmt"
	"slices"

	"dagpass/internal/audit"
)

// Roles is the service of custom roles. Organization Owners define them; who may give one is decided
// where it is given.
type Roles struct{ store Store[Tx] }

// NewRoles returns the service over a store.
func NewRoles(s Store[Tx]) *Roles { return &Roles{s} }

// Create defines a custom role. Errors: Invalid, with every unknown permission and Workspace named;
// NotFound and Forbidden below Organization Owner; Conflict for a name in use or one role too many;
// Unauthenticated when a role with an Owner's permissions needs the password again.
func (s *Roles) Create(ctx context.Context, by Actor, org OrgID, in NewRole) (CustomRole, error) {
	var role CustomRole
	try := Act{Do: RolesManage, As: audit.RoleCreate}
	err := Change(ctx, s.store, by, try, inOrg(org), func(c *Changing, tx Tx) error {
		in, err := in.clean(tx, org, nil)
		if err != nil {
			return err
		}
		all, err := tx.CustomRoles(org)
		if err != nil {
			return err
		}
		if len(all) >= MaxCustomRoles {
			return Conflicting(ReasonFull, "There are 500 custom roles here, and there can't be more. Delete those nobody uses.")
		}
		role = CustomRole{ID: RoleID(tx.NewID()), Org: org, Name: in.Name, Description: in.Description, Scope: in.Scope,
			Permissions: in.Permissions, Restricted: in.Restricted,
			CreatedAt: c.Now, CreatedBy: by.Person(), UpdatedAt: c.Now, UpdatedBy: by.Person()}
		if err := c.mayDefine(role); err != nil {
			return err
		}
		c.Record(audit.RoleCreate, role.target(), CustomRole{}.diff(role)...)
		if err := tx.InsertCustomRole(role); err != nil {
			return err
		}
		role, err = tx.CustomRole(org, role.ID) // as the next one will read it
		return err
	})
	return role, err
}

// EditRole is what can change about a custom role; its scope can't.
type EditRole struct {
	Name        string
	Description *string // nil clears it
	Permissions []Permission
	Restricted  []WorkspaceID
}

// Edit changes a custom role. What it allows counts for everyone bound to it from their next request.
// Saving what is stored already is a success without an event. Errors: as for Create, NotFound for a
// role that is gone, and Conflict with reason in_use for a restriction that excludes bindings.
func (s *Roles) Edit(ctx context.Context, by Actor, org OrgID, id RoleID, in EditRole) (CustomRole, error) {
	return s.change(ctx, by, org, id, audit.RoleUpdate, func(c *Changing, tx Tx, role *CustomRole) error {
		asked := NewRole{in.Name, in.Description, role.Scope, in.Permissions, in.Restricted}
		asked, err := asked.clean(tx, org, role.Restricted)
		if err != nil {
			return err
		}
		next := *role
		next.Name, next.Description, next.Permissions, next.Restricted = asked.Name, asked.Description, asked.Permissions, asked.Restricted
		changes := role.diff(next)
		if len(changes) == 0 {
			c.Unchanged()
			return nil
		}
		if err := mayRestrict(tx, next); err != nil {
			return err
		}
		if err := c.mayDefine(next); err != nil {
			return err
		}
		next.UpdatedAt, next.UpdatedBy = c.Now, by.Person()
		*role = next
		c.Record(audit.RoleUpdate, role.target(), changes...)
		if err := tx.UpdateCustomRole(next); err != nil {
			return err
		}
		*role, err = tx.CustomRole(org, id)
		return err
	})
}

// mayDefine asks a person for a recent password where the role can do what only Owners can.
func (c *Changing) mayDefine(r CustomRole) error {
	if !r.isOwners() {
		return nil
	}
	return c.RequireRecent()
}

// mayRestrict refuses a restriction that bindings lie outside of.
func mayRestrict(tx Tx, r CustomRole) error {
	if len(r.Restricted) == 0 {
		return nil
	}
	n, err := tx.Bound(r, r.Restricted)
	if err == nil && n > 0 {
		return Conflicting(ReasonInUse, fmt.Sprintf("%s is held in other Workspaces by %s. Change their roles there first.", r.Name, holders(n)))
	}
	return err
}

func holders(n int) string {
	if n == 1 {
		return "1 person, team or API token"
	}
	return fmt.Sprintf("%d people, teams and API tokens", n)
}

// Delete ends a custom role that nobody holds. Errors: NotFound; Forbidden below Organization Owner;
// Conflict with reason in_use, and the number, while it is held.
func (s *Roles) Delete(ctx context.Context, by Actor, org OrgID, id RoleID) error {
	_, err := s.change(ctx, by, org, id, audit.RoleDelete, func(c *Changing, tx Tx, role *CustomRole) error {
		n, err := tx.Bound(*role, nil)
		if err != nil {
			return err
		}
		if n > 0 {
			return Conflicting(ReasonInUse, fmt.Sprintf("%s is held by %s. Give them another role first.", role.Name, holders(n)))
		}
		c.Record(audit.RoleDelete, role.target(), role.diff(CustomRole{Name: role.Name})...)
		return tx.DeleteCustomRole(*role)
	})
	return err
}

func (s *Roles) change(ctx context.Context, by Actor, org OrgID, id RoleID, as audit.Action,
	act func(c *Changing, tx Tx, role *CustomRole) error) (CustomRole, error) {
	var role CustomRole
	try := Act{RolesManage, as, Target{Kind: audit.TargetRole, ID: string(id)}}
	err := Change(ctx, s.store, by, try, inOrg(org), func(c *Changing, tx Tx) (err error) {
		if role, err = tx.CustomRole(org, id); err != nil {
			return err
		}
		return act(c, tx, &role)
	})
	if err != nil {
		return CustomRole{}, err
	}
	return role, nil
}

// RoleFilter narrows a list of custom roles.
type RoleFilter struct {
	Scopes []RoleScope // none is all
}

// List returns the custom roles of an Organization by name. They are at most [MaxCustomRoles]. Errors:
// NotFound; Forbidden for whoever may not see roles.
func (s *Roles) List(ctx context.Context, by Actor, org OrgID, f RoleFilter) ([]CustomRole, error) {
	var list []CustomRole
	err := Read(ctx, s.store, by, RolesView, inOrg(org), func(_ Grants, tx Tx) error {
		all, err := tx.CustomRoles(org)
		list = slices.DeleteFunc(all, func(r CustomRole) bool {
			return len(f.Scopes) > 0 && !slices.Contains(f.Scopes, r.Scope)
		})
		return err
	})
	return list, err
}

// RoleUse is a custom role with how many people, teams and API tokens hold it.
type RoleUse struct {
	CustomRole
	Holders int
}

// Uses is List with the number of holders of each role.
func (s *Roles) Uses(ctx context.Context, by Actor, org OrgID) ([]RoleUse, error) {
	var list []RoleUse
	err := Read(ctx, s.store, by, RolesView, inOrg(org), func(_ Grants, tx Tx) error {
		all, err := tx.CustomRoles(org)
		list = make([]RoleUse, len(all))
		for i, r := range all {
			n, err := tx.Bound(r, nil)
			if err != nil {
				return err
			}
			list[i] = RoleUse{r, n}
		}
		return err
	})
	return list, err
}

// Find returns a custom role. Errors: NotFound; Forbidden for whoever may not see roles.
func (s *Roles) Find(ctx context.Context, by Actor, org OrgID, id RoleID) (CustomRole, error) {
	var role CustomRole
	err := Read(ctx, s.store, by, RolesView, inOrg(org), func(_ Grants, tx Tx) (err error) {
		role, err = tx.CustomRole(org, id)
		return err
	})
	return role, err
}

// Templates returns sets of permissions to begin a custom role from. Errors: as for List.
func (s *Roles) Templates(ctx context.Context, by Actor, org OrgID) ([]RoleTemplate, error) {
	err := Read(ctx, s.store, by, RolesView, inOrg(org), func(Grants, Tx) error { return nil })
	if err != nil {
		return nil, err
	}
	return RoleTemplates(), nil
}
