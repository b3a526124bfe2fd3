package access

import (
	"context"

	"dagpass/internal/audit"
)

// Add gives a team a role in a Workspace, which its members hold there from their next request.
// Errors: Invalid for an unknown role or a team that is gone; NotFound; Forbidden below Workspace
// Owner or for a role above one's own; Unauthenticated when giving the Owner role needs the password
// again; Conflict with reason taken when it has a role there already.
func (s *Teams) Add(ctx context.Context, by Actor, at Scope, id TeamID, role Role) (Team, error) {
	var team Team
	err := Change(ctx, s.store, by, onTeam(audit.TeamRoleAdd, id), inWorkspace(at), func(c *Changing, tx Tx) (err error) {
		if role, err = given(tx, role, at); err != nil {
			return err
		}
		team, err = tx.Team(at.Org, id)
		if CodeOf(err) == NotFound {
			return BadInput(FieldProblem{"team", "gone", "That team no longer exists. Select another one."})
		}
		if err != nil {
			return err
		}
		held, err := tx.Role(at, team.Subject())
		if err != nil {
			return err
		}
		if held != "" {
			return Conflicting(ReasonTaken, team.Name+" already has a role in this Workspace. Edit it in the list.")
		}
		return c.giveTeam(tx, team, "", role)
	})
	return team, err
}

// SetRole changes the role of a team in a Workspace. seen is the role the caller was shown, "" where
// none was. Errors: Invalid; NotFound when the team has no role there; Forbidden below Workspace Owner
// or for a role above one's own, old or new; Unauthenticated as for Add; Conflict with reason
// changed_meanwhile.
func (s *Teams) SetRole(ctx context.Context, by Actor, at Scope, id TeamID, role, seen Role) (Team, error) {
	return s.placed(ctx, by, at, id, audit.TeamRoleUpdate, func(c *Changing, tx Tx, t Team, old Role) (err error) {
		if role, err = given(tx, role, at); err != nil {
			return err
		}
		if seen != "" && seen != old {
			return Conflicting(ReasonStale, "The role of "+t.Name+" here is now "+c.label(old)+". Reload to see the change.")
		}
		if role == old {
			c.Unchanged()
			return nil
		}
		return c.giveTeam(tx, t, old, role)
	})
}

// Remove takes the role of a team in a Workspace; the team and its other roles stay. Errors: NotFound
// when the team has no role there; Forbidden below Workspace Owner.
func (s *Teams) Remove(ctx context.Context, by Actor, at Scope, id TeamID) (Team, error) {
	return s.placed(ctx, by, at, id, audit.TeamRoleRemove, func(c *Changing, tx Tx, t Team, old Role) error {
		if err := c.MayTouch(old, at.Level()); err != nil {
			return err
		}
		c.Record(audit.TeamRoleRemove, t.target(), audit.Change{Field: "role", Before: c.word(old)})
		return tx.RemoveRole(at, t.Subject())
	})
}

// placed changes the role of a team that has one in a Workspace.
func (s *Teams) placed(ctx context.Context, by Actor, at Scope, id TeamID, as audit.Action,
	act func(c *Changing, tx Tx, t Team, old Role) error) (Team, error) {
	var team Team
	err := Change(ctx, s.store, by, onTeam(as, id), inWorkspace(at), func(c *Changing, tx Tx) error {
		found, old, err := teamAt(tx, at, id)
		if err != nil {
			return err
		}
		team = found
		return act(c, tx, found, old)
	})
	return team, err
}

// teamAt returns a team with the role it holds at a scope. NotFound when it holds none there.
func teamAt(tx Tx, at Scope, id TeamID) (Team, Role, error) {
	t, err := tx.Team(at.Org, id)
	if err != nil {
		return t, "", err
	}
	role, err := tx.Role(at, t.Subject())
	if err == nil && role == "" {
		return t, "", Missing()
	}
	return t, role, err
}

// inWorkspace is inScope for acts that an Organization has no place for.
func inWorkspace(at Scope) func(Tx) (Scope, error) {
	return func(tx Tx) (Scope, error) {
		if at.Level() != WorkspaceLevel {
			return Scope{}, Missing()
		}
		return inScope(at)(tx)
	}
}
