package access

import (
	"context"
	"math"

	"dagpass/internal/audit"
)

// WorkspaceRole is a role in one Workspace of an Organization that is known from elsewhere.
type WorkspaceRole struct {
	Workspace WorkspaceID
	Role      Role
	Name      string // of a custom role, as far as a service resolved it; "" for a built-in one
}

// Wire is the constant of a built-in role, or the name of a custom one.
func (r WorkspaceRole) Wire() string {
	if r.Name != "" {
		return r.Name
	}
	return string(r.Role)
}

// HeldRoles are what a person or a team was given in an Organization, without what teams and the
// Owner's role add, as far as the reader may know.
type HeldRoles struct {
	Org        Role
	Workspaces []WorkspaceRole // by the age of the Workspace
}

// RoleSet is what the roles of a person or a team are to become, by what callers call them. No role on
// the Organization leaves that one as it is; a nil list leaves the Workspaces as they are, an empty one
// takes them all away. Whether a list that a client left out means the one or the other depends on the
// client (product.md 3.6, B1).
type RoleSet struct {
	Org        Role
	Workspaces []WorkspaceRole
	// Deployments says that roles on Deployments or Dags are asked for too. There are no Deployments yet,
	// so whichever is named is not found.
	Deployments bool
}

// holder is whose roles are replaced: a person or a team.
type holder struct {
	Subject
	target              Target
	manage              Action // the right to give it roles
	add, update, remove audit.Action
}

func (u User) holder() holder {
	return holder{u.Subject(), u.target(), MembersManage, audit.MemberAdd, audit.MemberUpdate, audit.MemberRemove}
}

func (t Team) holder() holder {
	return holder{t.Subject(), t.target(), TeamsManage, audit.TeamRoleAdd, audit.TeamRoleUpdate, audit.TeamRoleRemove}
}

// SetRoles makes a member's roles those of the set, all of them or none, and returns what they hold
// afterwards. Only what the actor manages is replaced: roles in other Workspaces stay whether the set
// repeats them or not (product.md 3.6, B2). Each role that changes is recorded where it is held, and
// the rules for one are those of [Members.SetRole] and [Members.Remove]. Errors: Invalid for an unknown
// role and for a Workspace named twice; NotFound for someone, or a Workspace, that the actor does not
// see; Forbidden for whoever manages nobody, and for a set that would change what the actor does not
// manage, or a role above their own; Unauthenticated when making an Owner needs the password again;
// Conflict with reason last_owner when no active Owner would be left.
func (s *Members) SetRoles(ctx context.Context, by Actor, org OrgID, id UserID, in RoleSet) (HeldRoles, error) {
	var after HeldRoles
	try := Act{View, audit.MemberUpdate, Target{Kind: audit.TargetUser, ID: string(id)}}
	err := Change(ctx, s.store, by, try, inOrg(org), func(c *Changing, tx Tx) error {
		who := holder{manage: MembersManage}
		if err := who.managedBy(c, tx); err != nil {
			return err
		}
		u, _, err := memberAt(tx, c.At, id)
		if err != nil {
			return err
		}
		after, err = u.holder().replace(c, tx, in)
		return err
	})
	return after, err
}

// SetRoles makes a team's roles those of the set, all of them or none, and returns what it holds
// afterwards. Everything is as for [Members.SetRoles].
func (s *Teams) SetRoles(ctx context.Context, by Actor, org OrgID, id TeamID, in RoleSet) (HeldRoles, error) {
	var after HeldRoles
	try := Act{View, audit.TeamRoleUpdate, Target{Kind: audit.TargetTeam, ID: string(id)}}
	err := Change(ctx, s.store, by, try, inOrg(org), func(c *Changing, tx Tx) error {
		who := holder{manage: TeamsManage}
		if err := who.managedBy(c, tx); err != nil {
			return err
		}
		t, err := tx.Team(org, id)
		if err != nil {
			return err
		}
		held, err := tx.Role(c.At, t.Subject())
		if err != nil {
			return err
		}
		if after, err = t.holder().replace(c, tx, in); err != nil || after.Org == held {
			return err
		}
		t.Version++
		t.UpdatedAt, t.UpdatedBy = c.Now, c.By.Person()
		return tx.UpdateTeam(t)
	})
	return after, err
}

// highestIn is the highest built-in role among those in some Workspaces, "" for none.
func highestIn(mine []MyWorkspace) Role {
	var held []Role
	for _, w := range mine {
		held = append(held, w.Held.At(WorkspaceLevel))
	}
	return Highest(held...)
}

// managedBy refuses whoever may give roles neither on the Organization nor in any Workspace of it.
func (h holder) managedBy(c *Changing, tx Tx) error {
	if c.Grants.Has(On(OrgLevel, h.manage)) {
		return nil
	}
	mine, _, err := tx.WorkspacesOf(c.By, c.At.Org, false, math.MaxInt)
	if err != nil {
		return err
	}
	for _, w := range mine {
		if w.Held.Has(On(WorkspaceLevel, h.manage)) {
			return nil
		}
	}
	return Refused(WorkspaceOwner, highestIn(mine))
}

// replace makes the holder's roles those of the set, as far as the actor manages them.
func (h holder) replace(c *Changing, tx Tx, in RoleSet) (HeldRoles, error) {
	r := memberReach{c: c, tx: tx, manage: h.manage, known: map[Scope]Grants{}}
	in, err := r.clean(in)
	if err != nil {
		return HeldRoles{}, err
	}
	if in.Deployments {
		return HeldRoles{}, Missing()
	}
	held, err := rolesOf(tx, c.At.Org, h.Subject)
	if err != nil {
		return HeldRoles{}, err
	}
	steps, err := planRoles(c, r, in.replaced(c.At.Org, held), in.wanted(c.At.Org))
	if err != nil {
		return HeldRoles{}, err
	}
	if len(steps) == 0 {
		c.Unchanged()
	}
	for _, step := range steps {
		if err := h.take(c, tx, step); err != nil {
			return HeldRoles{}, err
		}
	}
	if err := keepsAnOwner(tx, c.At); err != nil {
		return HeldRoles{}, err
	}
	return visibleTo(tx, c.By, c.Grants, c.At.Org, h.Subject)
}

// take gives, changes or ends one role, and records it where it is held.
func (h holder) take(c *Changing, tx Tx, s roleStep) error {
	as := h.update
	switch {
	case s.From == "":
		as = h.add
	case s.To == "":
		as = h.remove
	}
	c.RecordAt(s.At, as, h.target, audit.Change{Field: "role", Before: c.word(s.From), After: c.word(s.To)})
	if s.To == "" {
		return tx.RemoveRole(s.At, h.Subject)
	}
	return tx.SetRole(s.At, h.Subject, s.To, c.By.Person())
}

// rolesOf returns what one subject was given in an Organization.
func rolesOf(tx Tx, org OrgID, who Subject) (HeldRoles, error) {
	held, err := tx.HeldBy(org, who.Kind, []string{who.ID})
	return held[who.ID], err
}

// visibleTo is rolesOf as far as the actor may know: the role on the Organization, and those in the
// Workspaces whose members they see.
func visibleTo(tx Tx, by Actor, g Grants, org OrgID, who Subject) (HeldRoles, error) {
	sees, err := sightOf(tx, by, g, Scope{Org: org})
	if err != nil {
		return HeldRoles{}, err
	}
	held, err := rolesOf(tx, org, who)
	if err != nil {
		return HeldRoles{}, err
	}
	return sees.of(held, &roleNamer{tx: tx, org: org})
}

// of leaves out the roles in Workspaces that are out of sight, and names the others.
func (s Sight) of(held HeldRoles, names *roleNamer) (HeldRoles, error) {
	seen := map[WorkspaceID]bool{}
	for _, id := range s.Workspaces {
		seen[id] = true
	}
	out := HeldRoles{Org: held.Org}
	for _, w := range held.Workspaces {
		if !s.All && !seen[w.Workspace] {
			continue
		}
		var err error
		if w.Name, err = names.name(w.Role); err != nil {
			return HeldRoles{}, err
		}
		out.Workspaces = append(out.Workspaces, w)
	}
	return out, nil
}
