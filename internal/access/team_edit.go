package access

import (
	"context"

	"dagpass/internal/audit"
)

// EditTeam is what can change about a team. Seen is the version the caller was shown, zero where no
// version was shown and the last writer wins.
type EditTeam struct {
	Name, Description string
	Role              Role // on the Organization
	Seen              int
}

// Edit changes name, description and Organization role of a team; the role counts for its members
// from their next request. Saving what is stored already is a success without an event. Errors: as
// for Create, NotFound for a team that is gone, and Conflict with reason changed_meanwhile, or
// last_owner when no active Owner would be left.
func (s *Teams) Edit(ctx context.Context, by Actor, org OrgID, id TeamID, in EditTeam) (Team, error) {
	return s.change(ctx, by, org, id, audit.TeamUpdate, func(c *Changing, tx Tx, t *Team) error {
		checked, err := NewTeam{Name: in.Name, Description: in.Description, Role: in.Role}.clean()
		if err != nil {
			return err
		}
		in.Name, in.Description = checked.Name, checked.Description
		if in.Seen != 0 && in.Seen != t.Version {
			return stale(t.Name, t.UpdatedBy, t.UpdatedAt)
		}
		return edit(c, tx, t, in)
	})
}

// Rename changes name and description of a team and leaves its role; a nil description leaves that too.
// Errors: as for Edit.
func (s *Teams) Rename(ctx context.Context, by Actor, org OrgID, id TeamID, name string, description *string) (Team, error) {
	return s.change(ctx, by, org, id, audit.TeamUpdate, func(c *Changing, tx Tx, t *Team) error {
		in := EditTeam{Name: name, Description: t.Description}
		if description != nil {
			in.Description = *description
		}
		var p problems
		in.Name = p.take(CleanName("name", in.Name, MaxTeamName))
		in.Description = p.take(CleanDescription("description", in.Description))
		if err := BadInput(p...); err != nil {
			return err
		}
		var err error
		if in.Role, err = tx.Role(c.At, t.Subject()); err != nil {
			return err
		}
		return edit(c, tx, t, in)
	})
}

func edit(c *Changing, tx Tx, t *Team, in EditTeam) error {
	old, err := tx.Role(c.At, t.Subject())
	if err != nil {
		return err
	}
	changes := t.diff(in)
	if len(changes) == 0 && in.Role == old {
		c.Unchanged()
		return nil
	}
	t.Name, t.Description = in.Name, in.Description
	t.Version++
	t.UpdatedAt, t.UpdatedBy = c.Now, by(c)
	if len(changes) > 0 {
		c.Record(audit.TeamUpdate, t.target(), changes...)
	}
	if in.Role != old {
		if err := c.giveTeam(tx, *t, old, in.Role); err != nil {
			return err
		}
	}
	return tx.UpdateTeam(*t)
}

// giveTeam gives the team a role at the scope of the change, in place of an old one when it had one.
func (c *Changing) giveTeam(tx Tx, t Team, old, role Role) error {
	if err := c.mayReplace(old, role, c.At.Level()); err != nil {
		return err
	}
	as := audit.TeamRoleUpdate
	if old == "" {
		as = audit.TeamRoleAdd
	}
	c.Record(as, t.target(), audit.Change{Field: "role", Before: c.word(old), After: c.word(role)})
	return tx.SetRole(c.At, t.Subject(), role, by(c))
}

func (t Team) diff(in EditTeam) []audit.Change {
	var out []audit.Change
	if in.Name != t.Name {
		out = append(out, audit.Change{Field: "name", Before: t.Name, After: in.Name})
	}
	if in.Description != t.Description {
		out = append(out, audit.Change{Field: "description", Before: t.Description, After: in.Description})
	}
	return out
}
