package access

import (
	"context"
	"strings"
	"time"
	"unicode"

	"dagpass/internal/audit"
)

// Org is an Organization: the tenant, and a hard wall.
type Org struct {
	ID      OrgID
	Name    string
	Version int // 1 at creation, one more with each edit
	// Restricted says that it has address ranges; read only.
	Restricted bool
	CreatedAt  time.Time
	CreatedBy  Person
	UpdatedAt  time.Time
	UpdatedBy  Person
}

// Scope is the Organization as the scope of an act.
func (o Org) Scope() Scope { return Scope{Org: o.ID} }

// ShortName is the name as a machine might write it, "acme-air" for "Acme Air": letters and digits in
// lower case, one hyphen for whatever stands between them. It follows the name and identifies nothing.
func (o Org) ShortName() string {
	words := strings.FieldsFunc(Fold(o.Name), func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) && !unicode.IsMark(r) })
	return strings.Join(words, "-")
}

// Person is who made or changed a record: a user, a token or the system, with the name to show.
type Person struct {
	Kind ActorKind
	ID   string
	Name string // read with the record; the full name of a user, the name of a token
	// Email is set for users only.
	Email string
	// Former says of the maker of a token that they are no longer a member of its Organization.
	Former bool
}

// Person is the actor as the maker of a record.
func (a Actor) Person() Person { return Person{Kind: a.Kind, ID: a.ID, Name: a.Name, Email: a.Email} }

// OrgTx is the storage of Organizations.
type OrgTx interface {
	// InsertOrg stores a new Organization. Conflict with reason taken when the name, ignoring case,
	// is in use in the installation.
	InsertOrg(o Org) error
	// UpdateOrg stores name, version and who changed them. Conflict as for InsertOrg; NotFound when
	// there is none.
	UpdateOrg(o Org) error
	// Org returns an Organization. NotFound when there is none.
	Org(id OrgID) (Org, error)
	// OrgsOf returns the Organizations a user has a role in, or the one a token belongs to, by name.
	// Those that do not admit the actor's address are left out; Forbidden, reason address_not_allowed,
	// when there is no other.
	OrgsOf(by Actor) ([]Org, error)
}

// Orgs is the service of Organizations.
type Orgs struct{ store Store[Tx] }

// NewOrgs returns the service over a store.
func NewOrgs(s Store[Tx]) *Orgs { return &Orgs{s} }

// NewOrg is what set-up asks for.
type NewOrg struct {
	Name, Workspace      string
	OwnerName, OwnerMail string
}

func (in NewOrg) clean() (NewOrg, error) {
	var p problems
	in.Name = p.take(CleanName("organization", in.Name, MaxOrgName))
	in.Workspace = p.take(CleanName("workspace", in.Workspace, MaxWorkspaceName))
	in.OwnerName = p.take(CleanName("name", in.OwnerName, MaxFullName))
	in.OwnerMail = p.take(CleanEmail("email", in.OwnerMail))
	return in, BadInput(p...)
}

// Validate reports every problem of the input at once; [Found] does the same before it writes.
func (in NewOrg) Validate() error {
	_, err := in.clean()
	return err
}

// Founded is a new Organization with what always comes with it.
type Founded struct {
	Org       Org
	Workspace Workspace
	Owner     User
}

// FoundTx is what founding an Organization needs of a transaction.
type FoundTx interface {
	NewID() string
	InsertOrg(o Org) error
	InsertUser(u User) error
	InsertWorkspace(w Workspace) error
	SetRole(at Scope, who Subject, role Role, by Person) error
}

// Found makes an Organization together with its first Workspace and its Owner, so that none is ever
// without one, and records it with c. It is a part of a change and not one by itself: set-up, which
// alone makes Organizations, decides in the same transaction whether it may be. Errors: Invalid,
// Conflict (a name or the e-mail is taken).
func Found(c *Changing, tx FoundTx, in NewOrg) (Founded, error) {
	in, err := in.clean()
	if err != nil {
		return Founded{}, err
	}
	f := in.records(c.Now, tx)
	if err := f.insert(tx); err != nil {
		return Founded{}, err
	}
	c.RecordAt(f.Org.Scope(), audit.OrganizationCreate, Target{audit.TargetOrganization, string(f.Org.ID), f.Org.Name})
	c.RecordAt(f.Workspace.Scope(), audit.WorkspaceCreate, f.Workspace.target())
	c.RecordAt(f.Org.Scope(), audit.MemberAdd, f.Owner.target(), audit.Change{Field: "role", After: string(OrgOwner)})
	return f, nil
}

func (in NewOrg) records(now time.Time, tx FoundTx) Founded {
	// The Organization's id must sort before the Workspace's (astro-api rule 5).
	org := Org{ID: OrgID(tx.NewID()), Name: in.Name, Version: 1, CreatedAt: now, UpdatedAt: now}
	ws := Workspace{ID: WorkspaceID(tx.NewID()), Org: org.ID, Name: in.Workspace, Version: 1, CreatedAt: now, UpdatedAt: now}
	owner := User{ID: UserID(tx.NewID()), Email: in.OwnerMail, FullName: in.OwnerName, Status: UserActive, CreatedAt: now, UpdatedAt: now}
	by := Person{Kind: UserActor, ID: string(owner.ID), Name: owner.FullName, Email: owner.Email}
	org.CreatedBy, org.UpdatedBy, ws.CreatedBy, ws.UpdatedBy = by, by, by, by
	return Founded{Org: org, Workspace: ws, Owner: owner}
}

func (f Founded) insert(tx FoundTx) error {
	if err := tx.InsertOrg(f.Org); err != nil {
		return err
	}
	if err := tx.InsertUser(f.Owner); err != nil {
		return err
	}
	if err := tx.InsertWorkspace(f.Workspace); err != nil {
		return err
	}
	return tx.SetRole(f.Org.Scope(), f.Owner.Subject(), OrgOwner, f.Workspace.CreatedBy)
}

// Find returns the Organization. NotFound to anyone outside it.
func (s *Orgs) Find(ctx context.Context, by Actor, id OrgID) (Org, Grants, error) {
	var org Org
	var held Grants
	err := Read(ctx, s.store, by, View, inOrg(id), func(g Grants, tx Tx) (err error) {
		held = g
		org, err = tx.Org(id)
		return err
	})
	return org, held, err
}

// Edit renames an Organization. seen is the version the caller was shown, zero where no version was
// shown and the last writer wins. Saving what is stored already is a success without an event. Errors:
// Invalid; NotFound; Forbidden below its Owner; Conflict with reason taken for a name in use in the
// installation, or changed_meanwhile.
func (s *Orgs) Edit(ctx context.Context, by Actor, id OrgID, name string, seen int) (Org, error) {
	var org Org
	err := Change(ctx, s.store, by, Act{Do: SettingsUpdate, As: audit.OrganizationUpdate}, inOrg(id), func(c *Changing, tx Tx) (err error) {
		if org, err = tx.Org(id); err != nil {
			return err
		}
		name, problem := CleanName("name", name, MaxOrgName)
		if problem != nil {
			return BadInput(*problem)
		}
		if seen != 0 && seen != org.Version {
			return stale(org.Name, org.UpdatedBy, org.UpdatedAt)
		}
		if name == org.Name {
			c.Unchanged()
			return nil
		}
		c.Record(audit.OrganizationUpdate, Target{audit.TargetOrganization, string(id), name},
			audit.Change{Field: "name", Before: org.Name, After: name})
		org.Name, org.UpdatedAt, org.UpdatedBy = name, c.Now, by.Person()
		org.Version++
		return tx.UpdateOrg(org)
	})
	return org, err
}

// Refused records an act that somebody tried in an Organization that does not admit their address, and
// answers as for reading it.
func (s *Orgs) Refused(ctx context.Context, by Actor, id OrgID, try Act) error {
	return Change(ctx, s.store, by, try, inOrg(id), func(c *Changing, _ Tx) error {
		c.Unchanged() // they are admitted by now
		return Missing()
	})
}

// Mine returns the Organizations the actor belongs to, by name; a token belongs to exactly one. One
// whose address ranges keep the actor out tells nothing about itself, not even its name: it is left out,
// and the answer is Forbidden with reason address_not_allowed when there is no other.
func (s *Orgs) Mine(ctx context.Context, by Actor) ([]Org, error) {
	var orgs []Org
	err := Lookup(ctx, s.store, func(tx Tx) (err error) {
		orgs, err = tx.OrgsOf(by)
		return err
	})
	return orgs, err
}

func inOrg(id OrgID) func(Tx) (Scope, error) {
	return func(Tx) (Scope, error) { return Scope{Org: id}, nil }
}
