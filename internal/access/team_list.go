package access

import (
	"context"
	"math"
	"time"
)

// TeamFilter narrows a list of teams. Zero fields do not narrow.
type TeamFilter struct {
	Search string // in name and description, ignoring case
	Role   Role   // held at the listed scope
}

// Columns a list of teams can be sorted by, besides the name, as they stand in the URL.
const (
	SortByMembers = "members"
	SortByUpdated = "updated" // at Organization level
	SortByAdded   = "added"   // in a Workspace: when the team got a role there
)

// TeamRow is one row of a list of teams.
type TeamRow struct {
	Team
	Role       Role      // held at the listed scope; "" for none
	Since      time.Time // since when, zero for none
	Workspaces int       // in how many Workspaces it holds a role, as far as the actor may know; at Organization level
}

// TeamList is one page of a list with its figures.
type TeamList struct {
	Rows     []TeamRow
	Total    int // teams at the scope, unfiltered
	Matching int // teams that pass the filter
	More     bool
}

// TeamMember is a person in a team.
type TeamMember struct {
	User
	Since time.Time
}

// TeamMembers is one page of a team's members.
type TeamMembers struct {
	Rows     []TeamMember
	Matching int // who pass the search
	More     bool
}

// Sight is the Workspaces whose members an actor may see.
type Sight struct {
	All        bool
	Workspaces []WorkspaceID // where All is not set
}

// TeamListTx is the reading side of team storage. No list is longer than [MaxTeams] teams or
// [MaxTeamMembers] people.
type TeamListTx interface {
	// TeamCount counts the teams of an Organization, or those with a role in a Workspace.
	TeamCount(at Scope) (int, error)
	// TeamsAt returns one page of them. An After that names no team starts at the top.
	TeamsAt(at Scope, sees Sight, f TeamFilter, s Sort, p Page) (TeamList, error)
	// TeamMembers returns one page of the people in a team, by name, whose name or e-mail holds the
	// search. Its cost does not grow with the team for an empty search.
	TeamMembers(t Team, search string, s Sort, p Page) (TeamMembers, error)
	// TeamsWithout returns the teams without a role in a Workspace whose name holds the search, by
	// name, at most limit, how many there are, and how many teams the Organization has.
	TeamsWithout(at Scope, search string, limit int) (found []Team, matching, all int, err error)
	// OutsideTeam returns the members of an Organization who are not in a team, as the search has it, and
	// how many it finds. A team without an id has nobody in it.
	OutsideTeam(org OrgID, team TeamID, search PeopleSearch) ([]User, int, error)
}

// PeopleSearch looks for people by name.
type PeopleSearch struct {
	Text  string   // in name or e-mail, ignoring case
	Also  []UserID // come first, whatever the text: they were chosen before
	Limit int
}

// List returns one page of the teams of an Organization, or of those with a role in a Workspace.
// Errors: NotFound; Forbidden for whoever may not see members there.
func (s *Teams) List(ctx context.Context, by Actor, at Scope, f TeamFilter, sort Sort, p Page) (TeamList, error) {
	var list TeamList
	err := Read(ctx, s.store, by, MembersView, inScope(at), func(g Grants, tx Tx) error {
		sees, err := sightOf(tx, by, g, at)
		if err != nil {
			return err
		}
		list, err = tx.TeamsAt(at, sees, f, sort, p)
		return err
	})
	return list, err
}

// Count returns how many teams List lists without a filter. Errors as for List.
func (s *Teams) Count(ctx context.Context, by Actor, at Scope) (int, error) {
	var n int
	err := Read(ctx, s.store, by, MembersView, inScope(at), func(_ Grants, tx Tx) (err error) {
		n, err = tx.TeamCount(at)
		return err
	})
	return n, err
}

// sightOf is where the actor may see members: what a team holds elsewhere is none of their business.
func sightOf(tx Tx, by Actor, g Grants, at Scope) (Sight, error) {
	if g.ownsWorkspaces() {
		return Sight{All: true}, nil
	}
	var sees Sight
	if at.Level() != OrgLevel {
		return sees, nil // a Workspace's list does not count others
	}
	mine, _, err := tx.WorkspacesOf(by, at.Org, false, math.MaxInt)
	for _, w := range mine {
		if w.Held.Has(On(WorkspaceLevel, MembersView)) {
			sees.Workspaces = append(sees.Workspaces, w.ID)
		}
	}
	return sees, err
}

// TeamDetail is a team as it is at one scope.
type TeamDetail struct {
	Team
	Role  Role       // held at the scope
	Roles []TeamRole // in Workspaces, by name, as far as the actor may know; at Organization level
	// Yours says that the actor is in the team. Needed, that without its role at the scope they could
	// not manage API tokens there any more.
	Yours, Needed bool
}

// Show returns a team of the Organization with what it holds. Errors: NotFound; Forbidden for whoever
// may not see the members of the Organization.
func (s *Teams) Show(ctx context.Context, by Actor, org OrgID, id TeamID) (TeamDetail, error) {
	var d TeamDetail
	err := Read(ctx, s.store, by, MembersView, inOrg(org), func(g Grants, tx Tx) (err error) {
		d, err = showTeam(tx, by, g, org, id)
		return err
	})
	return d, err
}

func showTeam(tx Tx, by Actor, g Grants, org OrgID, id TeamID) (d TeamDetail, err error) {
	if d.Team, err = tx.Team(org, id); err != nil {
		return d, err
	}
	if d.Role, err = tx.Role(Scope{Org: org}, d.Subject()); err != nil {
		return d, err
	}
	if d.Roles, err = visibleRoles(tx, by, g, d.Team); err != nil {
		return d, err
	}
	return d, d.concern(tx, by, g, OrgLevel)
}

// visibleRoles are the roles of a team in the Workspaces whose members the actor may see.
func visibleRoles(tx Tx, by Actor, g Grants, t Team) ([]TeamRole, error) {
	sees, err := sightOf(tx, by, g, Scope{Org: t.Org})
	if err != nil {
		return nil, err
	}
	roles, err := tx.TeamRoles(t)
	if err != nil {
		return nil, err
	}
	seen := map[WorkspaceID]bool{}
	for _, id := range sees.Workspaces {
		seen[id] = true
	}
	var out []TeamRole
	for _, r := range roles {
		if r.At.Level() == WorkspaceLevel && (sees.All || seen[r.At.Workspace]) {
			out = append(out, r)
		}
	}
	return out, nil
}

// concern finds out what the team is to the actor.
func (d *TeamDetail) concern(tx Tx, by Actor, g Grants, level Level) (err error) {
	if by.Kind != UserActor {
		return nil
	}
	if d.Yours, err = tx.InTeam(d.ID, UserID(by.ID)); err != nil || !d.Yours {
		return err
	}
	manage := On(level, TokenView)
	d.Needed = g.Has(manage) && !g.without(d.Role, level).Has(manage)
	return nil
}

// Find returns a team with the role it holds in a Workspace. Errors: NotFound when it holds none;
// Forbidden for whoever may not see members there.
func (s *Teams) Find(ctx context.Context, by Actor, at Scope, id TeamID) (TeamDetail, error) {
	var d TeamDetail
	err := Read(ctx, s.store, by, MembersView, inWorkspace(at), func(g Grants, tx Tx) (err error) {
		if d.Team, d.Role, err = teamAt(tx, at, id); err != nil {
			return err
		}
		return d.concern(tx, by, g, WorkspaceLevel)
	})
	return d, err
}

// Members returns one page of the people in a team. Errors: NotFound; Forbidden for
// whoever may not see the members of the Organization.
func (s *Teams) Members(ctx context.Context, by Actor, org OrgID, id TeamID, search string, sort Sort, p Page) (TeamMembers, error) {
	var list TeamMembers
	err := Read(ctx, s.store, by, MembersView, inOrg(org), func(_ Grants, tx Tx) error {
		t, err := tx.Team(org, id)
		if err != nil {
			return err
		}
		list, err = tx.TeamMembers(t, search, sort, p)
		return err
	})
	return list, err
}

// Member returns a person in a team, with the team. Errors: NotFound, with reason not_in_team for
// someone who is not in it; Forbidden as for Members.
func (s *Teams) Member(ctx context.Context, by Actor, org OrgID, id TeamID, user UserID) (TeamDetail, User, error) {
	var d TeamDetail
	var u User
	err := Read(ctx, s.store, by, MembersView, inOrg(org), func(g Grants, tx Tx) (err error) {
		if d, err = showTeam(tx, by, g, org, id); err != nil {
			return err
		}
		in, err := tx.InTeam(id, user)
		if err != nil {
			return err
		}
		if !in {
			return notInTeam(d.Team)
		}
		u, err = tx.User(user)
		return err
	})
	return d, u, err
}

// Candidates returns the members of the Organization who could be added to a team, or to a new one
// when id is empty. Errors: NotFound; Forbidden below Organization Owner.
func (s *Teams) Candidates(ctx context.Context, by Actor, org OrgID, id TeamID, search PeopleSearch) (Candidates[User], error) {
	var out Candidates[User]
	err := Read(ctx, s.store, by, TeamsManage, inOrg(org), func(_ Grants, tx Tx) (err error) {
		if id != "" {
			if _, err := tx.Team(org, id); err != nil {
				return err
			}
		}
		out.Found, out.Matching, err = tx.OutsideTeam(org, id, search)
		out.All = out.Matching
		return err
	})
	return out, err
}

// Addable returns the teams that could be given a role in a Workspace. Errors: NotFound; Forbidden
// below Workspace Owner.
func (s *Teams) Addable(ctx context.Context, by Actor, at Scope, search string, limit int) (Candidates[Team], error) {
	var out Candidates[Team]
	err := Read(ctx, s.store, by, TeamsManage, inWorkspace(at), func(_ Grants, tx Tx) (err error) {
		out.Found, out.Matching, out.All, err = tx.TeamsWithout(at, search, limit)
		return err
	})
	return out, err
}
