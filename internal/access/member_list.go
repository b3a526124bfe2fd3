package access

import (
	"context"
	"time"
)

// SourceKind says where a role that a person has at a scope comes from.
type SourceKind string

// The sources.
const (
	DirectSource SourceKind = "direct" // given to the person
	TeamSource   SourceKind = "team"   // given to a team they are in
	OwnerSource  SourceKind = "owner"  // Organization Owners own every Workspace
)

// Source is one way in which a person has a role at a scope.
type Source struct {
	Kind     SourceKind
	Role     Role // what it gives there
	Team     TeamID
	TeamName string // of the team, also of one that makes them Organization Owner
	Since    time.Time
}

// MemberFilter narrows a list of people. Zero fields do not narrow.
type MemberFilter struct {
	Search string     // in name and e-mail, ignoring case
	Role   Role       // the effective one
	Source SourceKind // at Workspace level
	Status UserStatus
}

// MemberRow is a person with what they have at a scope (product.md 3.2).
type MemberRow struct {
	User
	Role       Role      // the highest of all sources
	Own        Role      // given to the person there, "" for none
	Sources    []Source  // direct first, then as Organization Owner, then teams by name
	Since      time.Time // of their own role, else of the first of the others
	Workspaces int       // Organization level: those reached by an own or a team's role, as far as the actor may know
}

// Through returns what teams give the person at the scope.
func (m MemberRow) Through() []Source {
	var out []Source
	for _, s := range m.Sources {
		if s.Kind == TeamSource {
			out = append(out, s)
		}
	}
	return out
}

// Inherits reports whether the person has the scope's Owner role as an Organization Owner.
func (m MemberRow) Inherits() bool { return m.has(OwnerSource, WorkspaceOwner) }

func (m MemberRow) has(kind SourceKind, role Role) bool {
	for _, s := range m.Sources {
		if s.Kind == kind && s.Role == role {
			return true
		}
	}
	return false
}

// MemberList is one page of a list with its figures.
type MemberList struct {
	Rows     []MemberRow
	Matching int  // people that pass the filter, at most MatchLimit
	Capped   bool // Matching stopped at MatchLimit
	More     bool // rows follow the last one
}

// MemberListTx is the reading side of the storage of people.
type MemberListTx interface {
	// MembersAt returns one page of the people who have a role at a scope, from any source and
	// whatever their status. Its cost does not grow with their number for an empty filter, but for
	// a Workspace sorted by anything else than the name. An After that is not in the list starts at
	// the top.
	MembersAt(at Scope, sees Sight, f MemberFilter, s Sort, p Page) (MemberList, error)
	// MemberCount counts them up to MatchLimit and reports whether there are more.
	MemberCount(at Scope) (n int, capped bool, err error)
	// MemberAt returns one of them, with all Workspaces counted. NotFound for anyone else.
	MemberAt(at Scope, id UserID) (MemberRow, error)
	// MemberByEmail returns the member of an Organization with a lower-case e-mail. NotFound when
	// there is none.
	MemberByEmail(org OrgID, email string) (User, error)
	// Addable returns ACTIVE and PENDING members of the Organization without a role of their own in
	// the Workspace whose name or e-mail holds the search, by name, at most limit, and how many
	// there are.
	Addable(at Scope, search string, limit int) (found []User, matching int, err error)
	// TokensBy counts the live API tokens of an Organization that a person created.
	TokensBy(org OrgID, id UserID) (int, error)
}

// List returns one page of the people who have a role at a scope: everybody in an Organization, and
// in a Workspace everybody who gets in, also through a team or as Organization Owner. Errors:
// NotFound, Forbidden.
func (s *Members) List(ctx context.Context, by Actor, at Scope, f MemberFilter, sort Sort, p Page) (MemberList, error) {
	var list MemberList
	err := Read(ctx, s.store, by, MembersView, inScope(at), func(g Grants, tx Tx) error {
		sees, err := sightOf(tx, by, g, at)
		if err != nil {
			return err
		}
		list, err = tx.MembersAt(at, sees, f, sort, p)
		return err
	})
	return list, err
}

// Count counts the people who have a role at a scope, up to [MatchLimit], and reports whether there
// are more. Errors as for [Members.List].
func (s *Members) Count(ctx context.Context, by Actor, at Scope) (n int, capped bool, err error) {
	err = Read(ctx, s.store, by, MembersView, inScope(at), func(_ Grants, tx Tx) (err error) {
		n, capped, err = tx.MemberCount(at)
		return err
	})
	return n, capped, err
}

// MemberDetail is a person at a scope as whoever manages people sees them, with what a removal would
// end.
type MemberDetail struct {
	MemberRow
	Self bool // it is the actor
	// Last says that the person alone keeps the Owner role filled: at Organization level it can't be
	// taken from them, a Workspace would be left to Organization Owners.
	Last   bool
	Tokens int // live API tokens of the Organization that they created, which outlive a removal
}

// Find returns a person who has a role at a scope. Errors: NotFound; Forbidden for an actor who does
// not manage people there.
func (s *Members) Find(ctx context.Context, by Actor, at Scope, id UserID) (MemberDetail, error) {
	var d MemberDetail
	err := Read(ctx, s.store, by, MembersManage, inScope(at), func(_ Grants, tx Tx) (err error) {
		if d.MemberRow, err = tx.MemberAt(at, id); err != nil {
			return err
		}
		d.Self = by.Kind == UserActor && by.ID == string(id)
		if d.Last, err = lastOwner(tx, at, d.MemberRow); err != nil {
			return err
		}
		d.Tokens, err = tx.TokensBy(at.Org, id)
		return err
	})
	return d, err
}

// lastOwner reports whether nobody would hold the Owner role of the scope but for the person's own.
func lastOwner(tx Tx, at Scope, m MemberRow) (bool, error) {
	owner := OrgOwner
	if at.Level() == WorkspaceLevel {
		owner = WorkspaceOwner
	}
	if m.Own != owner || m.Status != UserActive || m.has(TeamSource, owner) {
		return false, nil
	}
	if at.Level() == OrgLevel {
		n, err := tx.ActiveOwners(at.Org)
		return n == 1, err
	}
	owners, err := tx.OwnersIn(at, 2)
	return len(owners) == 1, err
}

// Addable returns the members of the Organization who could be given a role of their own in a
// Workspace. Errors: NotFound; Forbidden for an actor who does not manage people there.
func (s *Members) Addable(ctx context.Context, by Actor, at Scope, search string, limit int) (Candidates[User], error) {
	var out Candidates[User]
	err := Read(ctx, s.store, by, MembersManage, inScope(at), func(_ Grants, tx Tx) (err error) {
		out.Found, out.Matching, err = tx.Addable(at, search, limit)
		out.All = out.Matching
		return err
	})
	return out, err
}
