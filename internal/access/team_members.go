package access

import (
	"context"

	"dagpass/internal/audit"
)

// AddMembers puts people of the Organization into a team and returns those who were not in it before.
// Whoever joins holds the team's roles from their next request, so nobody adds to a team that holds
// more than they do themselves, and a team that owns something takes the password within ten minutes.
// Errors: Invalid for nobody, too many, or someone who is no member; NotFound; Forbidden below
// Organization Owner; Unauthenticated; Conflict for one member too many.
func (s *Teams) AddMembers(ctx context.Context, by Actor, org OrgID, id TeamID, users []UserID) (Team, []User, error) {
	var joined []User
	team, err := s.change(ctx, by, org, id, audit.TeamMemberAdd, func(c *Changing, tx Tx, t *Team) (err error) {
		if len(users) == 0 {
			return BadInput(FieldProblem{"members", "required", "Select at least one person."})
		}
		if p := checkBatch(users); p != nil {
			return BadInput(*p)
		}
		if err := mayFill(c, tx, *t); err != nil {
			return err
		}
		if joined, err = join(c, tx, *t, users); err != nil {
			return err
		}
		if len(joined) == 0 {
			c.Unchanged()
		}
		t.Members += len(joined)
		return nil
	})
	if err != nil {
		return Team{}, nil, err
	}
	return team, joined, nil
}

// mayFill refuses to hand out, by membership, roles that the actor could not give by themselves.
func mayFill(c *Changing, tx Tx, t Team) error {
	roles, err := tx.TeamRoles(t)
	if err != nil {
		return err
	}
	for _, r := range roles {
		if err := c.MayGrant(r.Role, r.At.Level()); err != nil {
			return err
		}
	}
	return nil
}

// join puts people into a team and returns those who were not in it.
func join(c *Changing, tx Tx, t Team, users []UserID) ([]User, error) {
	var joined []User
	for _, id := range users {
		u, _, err := memberAt(tx, c.At, id)
		if CodeOf(err) == NotFound {
			return nil, BadInput(FieldProblem{"members", "gone", "Someone you selected is no longer a member of the Organization. Select again."})
		}
		if err != nil {
			return nil, err
		}
		added, err := tx.AddTeamMember(t.Org, t.ID, id)
		if err != nil {
			return nil, err
		}
		if added {
			joined = append(joined, u)
			c.Record(audit.TeamMemberAdd, t.target(), audit.Change{Field: "member", After: u.Email})
		}
	}
	if t.Members+len(joined) > MaxTeamMembers {
		return nil, Conflicting(ReasonFull, t.Name+" would have more than 5,000 members. Make a second team.")
	}
	return joined, nil
}

// RemoveMember takes a person out of a team; roles they hold themselves or through other teams stay.
// Errors: NotFound, with reason not_in_team for someone who is not in it; Forbidden below
// Organization Owner; Conflict with reason last_owner when no active Owner would be left.
func (s *Teams) RemoveMember(ctx context.Context, by Actor, org OrgID, id TeamID, user UserID) (Team, User, error) {
	var left User
	team, err := s.change(ctx, by, org, id, audit.TeamMemberRemove, func(c *Changing, tx Tx, t *Team) (err error) {
		if _, err := mayTouchTeam(c, tx, *t); err != nil {
			return err
		}
		removed, err := tx.RemoveTeamMember(org, id, user)
		if err != nil {
			return err
		}
		if !removed {
			return notInTeam(*t)
		}
		if left, err = tx.User(user); err != nil {
			return err
		}
		t.Members--
		c.Record(audit.TeamMemberRemove, t.target(), audit.Change{Field: "member", Before: left.Email})
		return nil
	})
	if err != nil {
		return Team{}, User{}, err
	}
	return team, left, nil
}

func notInTeam(t Team) error {
	err := Missing()
	err.Reason, err.Message = ReasonNotInTeam, "This person is not in "+t.Name+" any more."
	return err
}
