package access

import (
	"context"
	"time"

	"dagpass/internal/audit"
)

// Workspace is a Workspace: a team's group of Deployments and the unit of most access.
type Workspace struct {
	ID          WorkspaceID
	Org         OrgID
	Name        string
	Description string
	// CICDEnforcement is what new Deployments start with: whether code reaches them by API token only.
	CICDEnforcement bool
	Version         int // 1 at creation, one more with each edit
	CreatedAt       time.Time
	CreatedBy       Person
	UpdatedAt       time.Time
	UpdatedBy       Person
}

// Scope is the Workspace as the scope of an act.
func (w Workspace) Scope() Scope { return Scope{Org: w.Org, Workspace: w.ID} }

func (w Workspace) target() Target { return Target{audit.TargetWorkspace, string(w.ID), w.Name} }

// MyWorkspace is a Workspace with what the actor has in it.
type MyWorkspace struct {
	Workspace
	Role Role   // the highest built-in one, else a custom one
	Held Grants // by roles in the Workspace, or as its Owner
}

// WorkspaceTx is the storage of Workspaces.
type WorkspaceTx interface {
	// Locate turns a Workspace's id into its scope and returns nothing else. NotFound when absent.
	Locate(id WorkspaceID) (Scope, error)
	// Workspace returns a Workspace of an Organization. NotFound when absent or of another one.
	Workspace(at Scope) (Workspace, error)
	// InsertWorkspace stores a new one. Conflict, reason taken, for a name in use in the
	// Organization ignoring case.
	InsertWorkspace(w Workspace) error
	// UpdateWorkspace stores name, description, enforcement, version and who changed them. Conflict as
	// for InsertWorkspace; NotFound when there is none.
	UpdateWorkspace(w Workspace) error
	// WorkspacesOf returns the Workspaces of an Organization the actor sees, by name, at most limit,
	// with the highest role held in each, and how many there are in all.
	WorkspacesOf(by Actor, org OrgID, all bool, limit int) ([]MyWorkspace, int, error)
	// WorkspacesAt returns one page of them with their figures. An After that is not in the list starts
	// at the top.
	WorkspacesAt(by Actor, org OrgID, all bool, search string, s Sort, p Page) (WorkspaceList, error)
}

// Workspaces is the service of Workspaces.
type Workspaces struct{ store Store[Tx] }

// NewWorkspaces returns the service over a store.
func NewWorkspaces(s Store[Tx]) *Workspaces { return &Workspaces{s} }

// NewWorkspace is what creating a Workspace asks for.
type NewWorkspace struct {
	Name, Description string
	CICDEnforcement   bool
}

func (in NewWorkspace) clean() (NewWorkspace, error) {
	var p problems
	in.Name = p.take(CleanName("name", in.Name, MaxWorkspaceName))
	in.Description = p.take(CleanDescription("description", in.Description))
	return in, BadInput(p...)
}

// Create makes a Workspace in an Organization. Errors: Invalid; NotFound and Forbidden below
// Organization Owner; Conflict for a name in use.
func (s *Workspaces) Create(ctx context.Context, by Actor, org OrgID, in NewWorkspace) (Workspace, error) {
	var ws Workspace
	err := Change(ctx, s.store, by, Act{Do: WorkspacesCreate, As: audit.WorkspaceCreate}, inOrg(org), func(c *Changing, tx Tx) error {
		in, err := in.clean()
		if err != nil {
			return err
		}
		ws = Workspace{ID: WorkspaceID(tx.NewID()), Org: org, Name: in.Name, Description: in.Description, CICDEnforcement: in.CICDEnforcement, Version: 1,
			CreatedAt: c.Now, UpdatedAt: c.Now, CreatedBy: by.Person(), UpdatedBy: by.Person()}
		c.RecordAt(ws.Scope(), audit.WorkspaceCreate, ws.target())
		return tx.InsertWorkspace(ws)
	})
	return ws, err
}

// Find returns a Workspace by its id alone, with what the actor holds there. An unknown one and
// one the actor has no role in answer NotFound alike.
func (s *Workspaces) Find(ctx context.Context, by Actor, id WorkspaceID) (Workspace, Grants, error) {
	var ws Workspace
	var held Grants
	var at Scope
	err := Read(ctx, s.store, by, View, func(tx Tx) (_ Scope, err error) {
		at, err = tx.Locate(id)
		return at, err
	}, func(g Grants, tx Tx) (err error) {
		held = g
		ws, err = tx.Workspace(at)
		return err
	})
	return ws, held, err
}

// Refused records an act that somebody tried in a Workspace they can't see, and answers as for one
// that does not exist; or from an address that is not allowed, and answers as for reading. Whoever belongs to another Organization leaves no record here.
func (s *Workspaces) Refused(ctx context.Context, by Actor, id WorkspaceID, try Act) error {
	return Change(ctx, s.store, by, try, locate(id), func(c *Changing, _ Tx) error {
		c.Unchanged() // they can see it by now
		return Missing()
	})
}

// Mine returns the Workspaces of an Organization the actor sees, by name, at most limit, and how
// many there are in all. Organization Owners see every Workspace. It never fails for lack of
// rights: without any it is empty. Forbidden from an address the Organization does not admit.
func (s *Workspaces) Mine(ctx context.Context, by Actor, org OrgID, limit int) ([]MyWorkspace, int, error) {
	var list []MyWorkspace
	var total int
	err := Lookup(ctx, s.store, func(tx Tx) error {
		g, err := tx.Grants(by, Scope{Org: org})
		if err != nil {
			return err
		}
		if g.Barred != nil {
			return g.Barred
		}
		list, total, err = tx.WorkspacesOf(by, org, g.ownsWorkspaces(), limit)
		return err
	})
	return list, total, err
}

func by(c *Changing) Person { return c.By.Person() }

// locate finds the scope of a Workspace from its id.
func locate(id WorkspaceID) func(Tx) (Scope, error) {
	return func(tx Tx) (Scope, error) { return tx.Locate(id) }
}
