package access

import (
	"context"
	"math"
)

// Columns a whole list can be sorted by, besides those of the lists that people see.
const (
	SortByID    = "id"
	SortByEmail = "email"
)

// Profile is a person with the roles they were given, as far as the reader may know.
type Profile struct {
	User
	HeldRoles
}

// TeamProfile is a team with the roles it was given, as far as the reader may know.
type TeamProfile struct {
	Team
	HeldRoles
}

// PeopleTx reads whole lists for programs: by offset, in the order of any columns, with exact totals.
// An order without columns is the newest first; every order ends with the id.
type PeopleTx interface {
	// People returns one page of those who were given a role at a scope themselves, whatever their
	// status, and how many there are. Ordered by id, creation or name alone, its cost does not grow with
	// their number but by what the offset skips; any other order looks at all of them.
	People(at Scope, order []Sort, p Page) ([]User, int, error)
	// Teams returns one page of the teams of an Organization, or of those with a role in a Workspace. With
	// names given, it is of the teams that are called exactly so.
	Teams(at Scope, names []string, order []Sort, p Page) ([]Team, int, error)
	// TeamsOfUser returns one page of the teams of an Organization that a person is in.
	TeamsOfUser(org OrgID, id UserID, order []Sort, p Page) ([]Team, int, error)
	// TeamPeople returns one page of the people in a team. Creation is when they joined.
	TeamPeople(t Team, order []Sort, p Page) ([]TeamMember, int, error)
}

// Directory returns one page of the members of an Organization, or of those with a role of their own in
// a Workspace, and how many there are. The Organization's is for whoever sees its members, and for
// whoever manages people in a Workspace and has to pick them; a token that sees the members of its
// Workspace is given those instead (product.md 3.12, 4.2). Errors: NotFound; Forbidden for whoever sees
// nobody there.
func (s *Members) Directory(ctx context.Context, by Actor, at Scope, order []Sort, p Page) ([]Profile, int, error) {
	var page []Profile
	var total int
	err := inDirectory(ctx, s.store, by, at, MembersManage, func(g Grants, where Scope, tx Tx) error {
		people, n, err := tx.People(where, order, p)
		if err != nil {
			return err
		}
		total = n
		page, err = profiles(tx, by, g, at.Org, UserSubject, people, func(u User) string { return string(u.ID) },
			func(u User, r HeldRoles) Profile { return Profile{u, r} })
		return err
	})
	return page, total, err
}

// Show returns a member of an Organization. Errors: as for [Members.Directory], NotFound for whoever it
// does not list.
func (s *Members) Show(ctx context.Context, by Actor, org OrgID, id UserID) (Profile, error) {
	var out Profile
	err := inDirectory(ctx, s.store, by, Scope{Org: org}, MembersManage, func(g Grants, where Scope, tx Tx) error {
		u, role, err := memberAt(tx, where, id)
		if err == nil && role == "" {
			err = Missing()
		}
		if err != nil {
			return err
		}
		out.User = u
		out.HeldRoles, err = visibleTo(tx, by, g, org, u.Subject())
		return err
	})
	return out, err
}

// Directory returns one page of the teams of an Organization, or of those with a role in a Workspace,
// and how many there are; of those called exactly so where names are given. Who is shown which is as
// for [Members.Directory], and so are the errors.
func (s *Teams) Directory(ctx context.Context, by Actor, at Scope, names []string, order []Sort, p Page) ([]TeamProfile, int, error) {
	var page []TeamProfile
	var total int
	err := inDirectory(ctx, s.store, by, at, TeamsManage, func(g Grants, where Scope, tx Tx) error {
		teams, n, err := tx.Teams(where, names, order, p)
		if err != nil {
			return err
		}
		total = n
		page, err = teamProfiles(tx, by, g, at.Org, teams)
		return err
	})
	return page, total, err
}

// Profile returns a team of an Organization. Errors: as for [Teams.Directory], NotFound for one that it
// does not list.
func (s *Teams) Profile(ctx context.Context, by Actor, org OrgID, id TeamID) (TeamProfile, error) {
	var out TeamProfile
	err := inDirectory(ctx, s.store, by, Scope{Org: org}, TeamsManage, func(g Grants, where Scope, tx Tx) error {
		t, _, err := teamAt(tx, where, id)
		if err != nil {
			return err
		}
		out.Team = t
		out.HeldRoles, err = visibleTo(tx, by, g, org, t.Subject())
		return err
	})
	return out, err
}

// Of returns one page of the teams of an Organization that a member is in, and how many there are.
// Errors: NotFound, also for someone who is no member; Forbidden for whoever does not see the members of
// the Organization.
func (s *Teams) Of(ctx context.Context, by Actor, org OrgID, id UserID, order []Sort, p Page) ([]TeamProfile, int, error) {
	var page []TeamProfile
	var total int
	err := Read(ctx, s.store, by, MembersView, inOrg(org), func(g Grants, tx Tx) error {
		if _, _, err := memberAt(tx, Scope{Org: org}, id); err != nil {
			return err
		}
		teams, n, err := tx.TeamsOfUser(org, id, order, p)
		if err != nil {
			return err
		}
		total = n
		page, err = teamProfiles(tx, by, g, org, teams)
		return err
	})
	return page, total, err
}

// People returns one page of the people in a team, and how many there are. Errors: NotFound; Forbidden
// for whoever does not see the members of the Organization.
func (s *Teams) People(ctx context.Context, by Actor, org OrgID, id TeamID, order []Sort, p Page) ([]TeamMember, int, error) {
	var page []TeamMember
	var total int
	err := Read(ctx, s.store, by, MembersView, inOrg(org), func(_ Grants, tx Tx) error {
		t, err := tx.Team(org, id)
		if err != nil {
			return err
		}
		page, total, err = tx.TeamPeople(t, order, p)
		return err
	})
	return page, total, err
}

// inDirectory reads people or teams. A Workspace's are for whoever sees its members; where those of the
// Organization are asked for, read is told whose the actor is shown.
func inDirectory(ctx context.Context, s Store[Tx], by Actor, at Scope, manage Action,
	read func(g Grants, where Scope, tx Tx) error) error {
	if at.Level() == WorkspaceLevel {
		return Read(ctx, s, by, MembersView, inScope(at), func(g Grants, tx Tx) error { return read(g, at, tx) })
	}
	return Read(ctx, s, by, View, inOrg(at.Org), func(g Grants, tx Tx) error {
		where, err := directoryOf(tx, by, g, at.Org, manage)
		if err != nil {
			return err
		}
		return read(g, where, tx)
	})
}

// directoryOf is the scope whose people or teams the actor is shown. Everybody with a role on the
// Organization sees its members, so that what follows is about tokens of a Workspace, which have a
// role in that one alone.
func directoryOf(tx Tx, by Actor, g Grants, org OrgID, manage Action) (Scope, error) {
	at := Scope{Org: org}
	if g.Has(On(OrgLevel, MembersView)) {
		return at, nil
	}
	mine, _, err := tx.WorkspacesOf(by, org, false, math.MaxInt)
	if err != nil {
		return Scope{}, err
	}
	var home Scope
	for _, w := range mine {
		if w.Held.Has(On(WorkspaceLevel, manage)) {
			return at, nil
		}
		if w.Held.Has(On(WorkspaceLevel, MembersView)) {
			home = w.Scope()
		}
	}
	if home.Workspace == "" {
		return Scope{}, Refused(WorkspaceMember, highestIn(mine))
	}
	return home, nil
}

// profiles adds to people or teams what they were given, as far as the actor may know. Whoever turns out
// to have no genuine role on the Organization is left out.
func profiles[T, P any](tx Tx, by Actor, g Grants, org OrgID, kind SubjectKind, all []T,
	id func(T) string, with func(T, HeldRoles) P) ([]P, error) {
	sees, err := sightOf(tx, by, g, Scope{Org: org})
	if err != nil {
		return nil, err
	}
	var ids []string
	for _, one := range all {
		ids = append(ids, id(one))
	}
	held, err := tx.HeldBy(org, kind, ids)
	if err != nil {
		return nil, err
	}
	names := &roleNamer{tx: tx, org: org}
	var out []P
	for _, one := range all {
		roles := held[id(one)]
		if roles.Org == "" {
			continue
		}
		if roles, err = sees.of(roles, names); err != nil {
			return nil, err
		}
		out = append(out, with(one, roles))
	}
	return out, nil
}

func teamProfiles(tx Tx, by Actor, g Grants, org OrgID, teams []Team) ([]TeamProfile, error) {
	return profiles(tx, by, g, org, TeamSubject, teams, func(t Team) string { return string(t.ID) },
		func(t Team, r HeldRoles) TeamProfile { return TeamProfile{t, r} })
}
