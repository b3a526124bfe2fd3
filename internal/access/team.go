package access

import (
	"context"
	"fmt"
	"strconv"
	"strings"
	"time"

	"dagpass/internal/audit"
)

// Limits of teams. They keep one page and one transaction small; an Organization with more would
// group its people by Workspace instead.
const (
	MaxTeamName    = 256   // characters
	MaxTeams       = 1_000 // of one Organization
	MaxTeamMembers = 5_000 // of one team
	MaxTeamBatch   = 1_000 // people added at once: as many as a page of the API can have listed
)

// Team is a group of people of one Organization who share roles: one on the Organization, and at most
// one in each Workspace (R44). Its own role rows are kept apart, see [TeamRole].
type Team struct {
	ID          TeamID
	Org         OrgID
	Name        string
	Description string
	Members     int // how many people are in it; read only
	Version     int // one more with each edit of name, description or Organization role
	CreatedAt   time.Time
	CreatedBy   Person
	UpdatedAt   time.Time
	UpdatedBy   Person
}

// Subject is the team as the holder of roles.
func (t Team) Subject() Subject { return Subject{TeamSubject, string(t.ID)} }

func (t Team) target() Target { return Target{audit.TargetTeam, string(t.ID), t.Name} }

func onTeam(as audit.Action, id TeamID) Act {
	return Act{TeamsManage, as, Target{Kind: audit.TargetTeam, ID: string(id)}}
}

// TeamRole is the role of a team at one scope.
type TeamRole struct {
	At            Scope
	WorkspaceName string // empty at Organization level
	Role          Role
	CreatedAt     time.Time
}

// TeamTx is the storage of teams and of who is in them. Their roles are set by [MemberTx].
type TeamTx interface {
	// Team returns a team. NotFound when absent or of another Organization.
	Team(org OrgID, id TeamID) (Team, error)
	// InsertTeam stores a new one. Conflict, reason taken, for a name in use in the Organization
	// ignoring case.
	InsertTeam(t Team) error
	// UpdateTeam stores name, description and version, and who changed them when. NotFound when it is
	// gone; Conflict as for InsertTeam.
	UpdateTeam(t Team) error
	// DeleteTeam removes it with every role and membership. NotFound when it is gone.
	DeleteTeam(t Team) error
	// TeamRoles returns what it holds: the role on the Organization first, then those in Workspaces by
	// name.
	TeamRoles(t Team) ([]TeamRole, error)
	// AddTeamMember puts a user of the Organization into a team and reports whether they joined just
	// now; twice is no error. NotFound for a team of another Organization.
	AddTeamMember(org OrgID, team TeamID, user UserID) (bool, error)
	// RemoveTeamMember takes them out and reports whether they were in it. NotFound as for
	// AddTeamMember.
	RemoveTeamMember(org OrgID, team TeamID, user UserID) (bool, error)
	// InTeam reports whether a user is in a team.
	InTeam(team TeamID, user UserID) (bool, error)
}

// Teams is the service of teams. At Organization level they are made, filled and ended; a Workspace
// gives a team a role there. Both take the right to manage teams at that level.
type Teams struct{ store Store[Tx] }

// NewTeams returns the service over a store.
func NewTeams(s Store[Tx]) *Teams { return &Teams{s} }

// NewTeam is what making a team asks for.
type NewTeam struct {
	Name, Description string
	Role              Role     // on the Organization
	Members           []UserID // at most MaxTeamBatch; repeated ones count once
}

func (in NewTeam) clean() (NewTeam, error) {
	var p problems
	in.Name = p.take(CleanName("name", in.Name, MaxTeamName))
	in.Description = p.take(CleanDescription("description", in.Description))
	p.add(CheckRole("role", in.Role, OrgLevel))
	p.add(checkBatch(in.Members))
	return in, BadInput(p...)
}

// Create makes a team with its role on the Organization and its first members. Errors: Invalid, also
// for someone who is no member of the Organization; NotFound and Forbidden below Organization Owner;
// Unauthenticated when giving the Owner role needs the password again; Conflict for a name in use or
// one team too many.
func (s *Teams) Create(ctx context.Context, by Actor, org OrgID, in NewTeam) (Team, error) {
	var team Team
	try := Act{Do: TeamsManage, As: audit.TeamCreate}
	err := Change(ctx, s.store, by, try, inOrg(org), func(c *Changing, tx Tx) error {
		in, err := in.clean()
		if err != nil {
			return err
		}
		if err := c.MayGrant(in.Role, OrgLevel); err != nil {
			return err
		}
		if err := hasRoomForTeam(tx, c.At); err != nil {
			return err
		}
		team = in.team(TeamID(tx.NewID()), c)
		if err := tx.InsertTeam(team); err != nil {
			return err
		}
		c.Record(audit.TeamCreate, team.target(), audit.Change{Field: "role", After: string(in.Role)})
		if err := tx.SetRole(c.At, team.Subject(), in.Role, by.Person()); err != nil {
			return err
		}
		joined, err := join(c, tx, team, in.Members)
		team.Members = len(joined)
		return err
	})
	return team, err
}

func (in NewTeam) team(id TeamID, c *Changing) Team {
	return Team{ID: id, Org: c.At.Org, Name: in.Name, Description: in.Description, Version: 1,
		CreatedAt: c.Now, CreatedBy: by(c), UpdatedAt: c.Now, UpdatedBy: by(c)}
}

func hasRoomForTeam(tx Tx, at Scope) error {
	n, err := tx.TeamCount(at)
	if err == nil && n >= MaxTeams {
		return Conflicting(ReasonFull, "There are 1,000 teams here, and there can't be more. Delete those nobody uses.")
	}
	return err
}

// TeamDeletionWord is what has to be typed to delete a team.
const TeamDeletionWord = "Delete"

// Delete ends a team for ever, with every role its members had through it. typed must be
// [TeamDeletionWord], spaces around it aside. Errors: NotFound; Forbidden below Organization Owner;
// Invalid for another word; Conflict with reason last_owner when no active Owner would be left.
func (s *Teams) Delete(ctx context.Context, by Actor, org OrgID, id TeamID, typed string) (Team, error) {
	return s.change(ctx, by, org, id, audit.TeamDelete, func(c *Changing, tx Tx, t *Team) error {
		roles, err := mayTouchTeam(c, tx, *t)
		if err != nil {
			return err
		}
		if strings.TrimSpace(typed) != TeamDeletionWord {
			return BadInput(FieldProblem{"confirm", "word", "Type Delete, with a capital D, to confirm."})
		}
		ended := []audit.Change{{Field: "members", Before: strconv.Itoa(t.Members)}}
		for _, r := range roles {
			lost := audit.Change{Field: "role", Before: c.word(r.Role)}
			if r.At == c.At {
				ended = append(ended, lost)
			} else {
				c.RecordAt(r.At, audit.TeamRoleRemove, t.target(), lost)
			}
		}
		c.Record(audit.TeamDelete, t.target(), ended...)
		return tx.DeleteTeam(*t)
	})
}

// mayTouchTeam returns what a team holds, and refuses to take a role above the actor's own from its
// members.
func mayTouchTeam(c *Changing, tx Tx, t Team) ([]TeamRole, error) {
	roles, err := tx.TeamRoles(t)
	if err != nil {
		return nil, err
	}
	for _, r := range roles {
		if err := c.MayTouch(r.Role, r.At.Level()); err != nil {
			return nil, err
		}
	}
	return roles, nil
}

// change alters a team of the Organization, which keeps an active Owner whatever is done to it.
func (s *Teams) change(ctx context.Context, by Actor, org OrgID, id TeamID, as audit.Action,
	act func(c *Changing, tx Tx, t *Team) error) (Team, error) {
	var team Team
	err := Change(ctx, s.store, by, onTeam(as, id), inOrg(org), func(c *Changing, tx Tx) (err error) {
		if team, err = tx.Team(org, id); err != nil {
			return err
		}
		if err := act(c, tx, &team); err != nil {
			return err
		}
		return keepsAnOwner(tx, c.At)
	})
	if err != nil {
		return Team{}, err
	}
	return team, nil
}

// checkBatch refuses more people than one form may hold.
func checkBatch(users []UserID) *FieldProblem {
	if len(users) <= MaxTeamBatch {
		return nil
	}
	return &FieldProblem{"members", "too_many", fmt.Sprintf("Select 1,000 people or fewer; these are %d. More can be added afterwards.", len(users))}
}
