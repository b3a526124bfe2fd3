package access

import (
	"context"
	"time"

	"dagpass/internal/audit"
)

// UserStatus is a person's standing; only ACTIVE counts for any right.
type UserStatus string

// The statuses of the wire contract.
const (
	UserActive   UserStatus = "ACTIVE"
	UserPending  UserStatus = "PENDING"
	UserInactive UserStatus = "INACTIVE"
	UserBanned   UserStatus = "BANNED"
)

// User is a person with an e-mail that is unique in the installation.
type User struct {
	ID        UserID
	Email     string // lower-case
	FullName  string
	Status    UserStatus
	CreatedAt time.Time
	UpdatedAt time.Time
}

// Subject is the user as the holder of roles.
func (u User) Subject() Subject { return Subject{UserSubject, string(u.ID)} }

// Name is what people call the user: the full name, or the e-mail of someone invited who has not said
// theirs yet.
func (u User) Name() string {
	if u.FullName == "" {
		return u.Email
	}
	return u.FullName
}

func (u User) target() Target { return Target{audit.TargetUser, string(u.ID), u.Name()} }

// SubjectKind is what can hold a role besides a token.
type SubjectKind string

// The kinds.
const (
	UserSubject SubjectKind = "user"
	TeamSubject SubjectKind = "team"
)

// Subject is a user or a team.
type Subject struct {
	Kind SubjectKind
	ID   string
}

// MemberTx is the storage of people and of the roles that users and teams hold.
type MemberTx interface {
	// User returns a person. NotFound when there is none.
	User(id UserID) (User, error)
	// InsertUser stores a new person. Conflict, reason taken, for an e-mail in use.
	InsertUser(u User) error
	// Role returns the role a subject itself holds at a scope, "" for none.
	Role(at Scope, who Subject) (Role, error)
	// HeldBy returns, by id, the roles that users, or teams, themselves hold in an Organization. Whoever
	// holds none is left out. Its cost grows with the roles found and nothing else.
	HeldBy(org OrgID, kind SubjectKind, ids []string) (map[string]HeldRoles, error)
	// SetRole gives or replaces it; there is at most one per subject and scope.
	SetRole(at Scope, who Subject, role Role, by Person) error
	// RemoveRole ends it; ending none is no error.
	RemoveRole(at Scope, who Subject) error
	// RemoveMember ends every role and team membership of a person in the Organization and their
	// invitation to it, and every session, login of a program and one-time code of theirs when it was
	// their last place.
	RemoveMember(org OrgID, id UserID) error
	// ActiveOwners counts the ACTIVE people whose own or team role makes them Organization Owner.
	ActiveOwners(org OrgID) (int, error)
	// OwnersIn returns up to limit people who own the Workspace itself, by name: whom to ask.
	OwnersIn(at Scope, limit int) ([]User, error)
}

// Members is the service of people and their roles.
type Members struct{ store Store[Tx] }

// NewMembers returns the service over a store.
func NewMembers(s Store[Tx]) *Members { return &Members{s} }

// NewMember is a person to be made a member of an Organization.
type NewMember struct {
	FullName, Email string
	Role            Role // on the Organization
}

func (in NewMember) clean() (NewMember, error) {
	var p problems
	in.FullName = p.take(CleanName("name", in.FullName, MaxFullName))
	in.Email = p.take(CleanEmail("email", in.Email))
	p.add(CheckRole("role", in.Role, OrgLevel))
	return in, BadInput(p...)
}

// Create makes an ACTIVE person with a role on the Organization; they have no password yet. Errors:
// Invalid; NotFound and Forbidden below Organization Owner; Conflict for an e-mail in use.
func (s *Members) Create(ctx context.Context, by Actor, org OrgID, in NewMember) (User, error) {
	var u User
	err := Change(ctx, s.store, by, Act{Do: MembersManage, As: audit.MemberAdd}, inOrg(org), func(c *Changing, tx Tx) error {
		in, err := in.clean()
		if err != nil {
			return err
		}
		if err := c.MayGrant(in.Role, OrgLevel); err != nil {
			return err
		}
		u = User{ID: UserID(tx.NewID()), Email: in.Email, FullName: in.FullName, Status: UserActive, CreatedAt: c.Now, UpdatedAt: c.Now}
		if err := tx.InsertUser(u); err != nil {
			return err
		}
		c.Record(audit.MemberAdd, u.target(), audit.Change{Field: "role", After: string(in.Role)})
		return tx.SetRole(c.At, u.Subject(), in.Role, by.Person())
	})
	return u, err
}

// SetRole gives a member a role at a scope, or changes it. Errors: Invalid for a role of another
// level; NotFound, also for someone outside the Organization; Forbidden for a role above one's own,
// old or new; Conflict with reason last_owner when no active Owner would be left.
func (s *Members) SetRole(ctx context.Context, by Actor, at Scope, id UserID, role Role) error {
	return s.change(ctx, by, at, id, audit.MemberUpdate, func(c *Changing, tx Tx, u User, old Role) error {
		return giveRole(c, tx, u, old, role)
	})
}

// Add gives a member of the Organization a first role in a Workspace. Errors as for SetRole, and
// Conflict with reason taken for someone who has one there.
func (s *Members) Add(ctx context.Context, by Actor, at Scope, id UserID, role Role) (User, error) {
	var added User
	err := s.change(ctx, by, at, id, audit.MemberAdd, func(c *Changing, tx Tx, u User, old Role) error {
		if old != "" {
			return Conflicting(ReasonTaken, u.Name()+" already has a role here. Edit it in the list.")
		}
		added = u
		return giveRole(c, tx, u, old, role)
	})
	return added, err
}

// Update changes the role that a member holds themselves at a scope. seen is the role the caller was
// shown, "" where none was. Errors as for SetRole, NotFound also for someone who has none there, and
// Conflict with reason changed_meanwhile.
func (s *Members) Update(ctx context.Context, by Actor, at Scope, id UserID, role, seen Role) (User, error) {
	var changed User
	err := s.change(ctx, by, at, id, audit.MemberUpdate, func(c *Changing, tx Tx, u User, old Role) error {
		if old == "" {
			return Missing()
		}
		if seen != "" && seen != old {
			return Conflicting(ReasonStale, "The role of "+u.Name()+" here is now "+c.label(old)+". Reload to see the change.")
		}
		changed = u
		return giveRole(c, tx, u, old, role)
	})
	return changed, err
}

// giveRole gives a member a role at the scope of the change, in place of an old one when they had one.
func giveRole(c *Changing, tx Tx, u User, old, role Role) error {
	role, err := given(tx, role, c.At)
	if err != nil {
		return err
	}
	if err := c.MayGrant(role, c.At.Level()); err != nil {
		return err
	}
	if old == role {
		c.Unchanged()
		return nil
	}
	act := audit.MemberUpdate
	if old == "" {
		act = audit.MemberAdd
	}
	c.Record(act, u.target(), audit.Change{Field: "role", Before: c.word(old), After: c.word(role)})
	return tx.SetRole(c.At, u.Subject(), role, c.By.Person())
}

// Remove ends a member's own role in a Workspace, or at Organization level every role and team
// membership there with their sessions; each that ends is recorded. Errors as for SetRole, NotFound
// also for someone who has no role of their own there.
func (s *Members) Remove(ctx context.Context, by Actor, at Scope, id UserID) error {
	return s.change(ctx, by, at, id, audit.MemberRemove, func(c *Changing, tx Tx, u User, old Role) error {
		if old == "" {
			return Missing()
		}
		ended := audit.Change{Field: "role", Before: c.word(old)}
		if at.Level() == OrgLevel {
			if err := RecordLeaving(c, tx, u); err != nil {
				return err
			}
			c.Record(audit.MemberRemove, u.target(), ended)
			return tx.RemoveMember(at.Org, id)
		}
		c.Record(audit.MemberRemove, u.target(), ended)
		return tx.RemoveRole(at, u.Subject())
	})
}

func (s *Members) change(ctx context.Context, by Actor, at Scope, id UserID, as audit.Action,
	act func(c *Changing, tx Tx, u User, old Role) error) error {
	return Change(ctx, s.store, by, onUser(as, id), inScope(at), func(c *Changing, tx Tx) error {
		u, old, err := memberAt(tx, at, id)
		if err != nil {
			return err
		}
		if err := c.MayTouch(old, at.Level()); err != nil {
			return err
		}
		if err := act(c, tx, u, old); err != nil {
			return err
		}
		return keepsAnOwner(tx, at)
	})
}

// memberAt returns a member of the Organization with the role they hold themselves at the scope.
func memberAt(tx Tx, at Scope, id UserID) (User, Role, error) {
	member, err := tx.Role(Scope{Org: at.Org}, Subject{UserSubject, string(id)})
	if err != nil {
		return User{}, "", err
	}
	if member == "" {
		return User{}, "", Missing()
	}
	u, err := tx.User(id)
	if err != nil || at.Level() == OrgLevel {
		return u, member, err
	}
	role, err := tx.Role(at, u.Subject())
	return u, role, err
}

// keepsAnOwner refuses a change after which the Organization would have no active Owner
// (product.md 3.4). It runs after the change, in its transaction, so no path around it exists.
func keepsAnOwner(tx Tx, at Scope) error {
	if at.Level() != OrgLevel {
		return nil
	}
	n, err := tx.ActiveOwners(at.Org)
	if err == nil && n == 0 {
		return Conflicting(ReasonLastOwner, "An Organization needs at least one active Owner. Make someone else an Owner first.")
	}
	return err
}

// WhomToAsk returns up to three Owners of a Workspace, for refusals. It answers nothing to actors
// who may not see members.
func (s *Members) WhomToAsk(ctx context.Context, by Actor, at Scope) ([]User, error) {
	var owners []User
	err := Read(ctx, s.store, by, MembersView, inScope(at), func(_ Grants, tx Tx) (err error) {
		owners, err = tx.OwnersIn(at, 3)
		return err
	})
	if code := CodeOf(err); code == Forbidden || code == NotFound {
		return nil, nil
	}
	return owners, err
}

// inScope finds a scope that the caller already knows, checking that the Workspace lies in it.
func inScope(at Scope) func(Tx) (Scope, error) {
	return func(tx Tx) (Scope, error) {
		if at.Level() == OrgLevel {
			return at, nil
		}
		found, err := tx.Locate(at.Workspace)
		if err == nil && found != at {
			return Scope{}, Missing()
		}
		return found, err
	}
}
