// Package dagpasstest is a furnished house for tests: the real store on a temporary file, the real
// services and the real router around it, people with sessions, and clients that behave like a
// browser and like a program. Only the clock is not real.
//
//	h := dagpasstest.New(t)                     // one Organization with its Owner and a Workspace
//	ada := h.Person("Ada", access.OrgMember)    // a member, signed in
//	h.Give(ada, h.Workspace.Scope(), access.WorkspaceOwner)
//	tok, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)
//	page := h.Browser(ada).Get("/w/" + string(h.Workspace.ID) + "/tokens")
package dagpasstest

import (
	"context"
	"log/slog"
	"net/http"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/later"
	"dagpass/internal/metrics"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/web/api"
)

// Start is the instant at which every house's clock stands at first.
var Start = time.Date(2026, 11, 23, 9, 57, 0, 0, time.UTC)

// PublicURL is where the house believes it is reached.
const PublicURL = "http://localhost:8888"

// Audience is whom the house's token values are for: another text than PublicURL, which it is by default,
// so that one can't be taken for the other.
const Audience = "https://airflow.example.org"

// Password is that of everyone in the house.
const Password = "a sentence of five words"

// Clock is the house's clock. It stands still until it is moved.
type Clock struct {
	mu     sync.Mutex
	now    time.Time
	broken bool
}

// Now returns the instant.
func (c *Clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.broken {
		c.broken = false
		panic("the clock is broken")
	}
	return c.now
}

// Break makes the next look at the clock panic: a fault that is in reach of every route. It returns what
// mends the clock when nobody looked.
func (c *Clock) Break() (mend func()) {
	set := func(broken bool) {
		c.mu.Lock()
		defer c.mu.Unlock()
		c.broken = broken
	}
	set(true)
	return func() { set(false) }
}

// Advance moves it, also backwards.
func (c *Clock) Advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// House is an installation with one Organization.
type House struct {
	T     testing.TB
	Dir   string
	DB    *db.DB
	Clock *Clock

	Orgs       *access.Orgs
	Workspaces *access.Workspaces
	Members    *access.Members
	Teams      *access.Teams
	Ranges     *access.Ranges
	Roles      *access.Roles
	Tokens     *access.Tokens
	Sessions   *signin.Sessions
	Login      *signin.Login
	Accounts   *signin.Accounts
	Setup      *signin.Setup
	AuditLog   *access.AuditLog

	Invitations *signin.Invitations
	Programs    *signin.Programs

	Handler http.Handler // the whole site
	Metrics http.Handler // what Prometheus would read
	Logs    *Logs        // what was logged, at debug level

	Org       access.Org
	Workspace access.Workspace // "Data Platform"
	Owner     Person           // Organization Owner

	root     secret.Root
	hasher   func() *secret.Hasher
	rates    api.Rates
	log      *slog.Logger
	counters *metrics.Metrics
	later    *later.Queue // with a mail server
	putOff   func(job func(context.Context)) bool
	mail     func(ctx context.Context, to, subject, text string) error
}

// Person is somebody in the house, signed in.
type Person struct {
	access.User
	Session secret.Value
}

// Unfurnished returns an installation nobody has set up.
func Unfurnished(t testing.TB) *House {
	t.Helper()
	return unfurnished(t, func() *secret.Hasher { return secret.NewHasherWithCost(2, 64, 1) })
}

func unfurnished(t testing.TB, hasher func() *secret.Hasher) *House {
	t.Helper()
	h := &House{T: t, Dir: filepath.Join(t.TempDir(), "data"), Clock: &Clock{now: Start}, Logs: &Logs{}, hasher: hasher}
	h.log = newLog(h.Logs)
	h.root = firstStart.Copy(t, h.Dir)
	h.open("")
	return h
}

func newLog(to *Logs) *slog.Logger {
	return slog.New(slog.NewJSONHandler(to, &slog.HandlerOptions{Level: slog.LevelDebug}))
}

// open opens the data directory by a driver of database/sql, "" for that of SQLite, and builds the house
// around it.
func (h *House) open(driver string) {
	h.T.Helper()
	h.counters = metrics.New("test", h.Clock.Now)
	h.DB = open(h.T, db.Config{Dir: h.Dir, Root: h.root, Now: h.Clock.Now, Log: h.log, Observer: h.counters, Driver: driver})
	h.T.Cleanup(h.Close)
	h.must(h.counters.Read(h.DB))
	h.Metrics = h.counters.Handler(h.log)
	h.services()
}

// Close closes the database, as the end of the test does for a house that is still open.
func (h *House) Close() {
	h.T.Helper()
	if h.DB != nil {
		h.must(h.DB.Close())
	}
	h.DB = nil
}

// New returns an installation with an Organization "Acme", its Owner and a Workspace "Data Platform".
func New(t testing.TB) *House {
	t.Helper()
	return Unfurnished(t).found()
}

// NewWithRealPasswords is [New] where a password costs what it costs in the program.
func NewWithRealPasswords(t testing.TB) *House {
	t.Helper()
	return unfurnished(t, func() *secret.Hasher { return secret.NewHasher(2) }).found()
}

func (h *House) found() *House {
	h.T.Helper()
	founded, err := h.Setup.CompleteHeadless(h.T.Context(), access.NewOrg{
		Name: "Acme", Workspace: "Data Platform", OwnerName: "Owner 01", OwnerMail: "owner@acme.example",
	}, Password)
	h.must(err)
	h.Org, h.Workspace = founded.Org, founded.Workspace
	h.Owner = h.SignIn(founded.Owner)
	return h
}

type keys struct {
	*secret.Signer
	*secret.Keyring
}

func (h *House) services() {
	h.T.Helper()
	signing, err := h.DB.SigningKey(h.T.Context())
	h.must(err)
	k := keys{secret.NewSigner(signing, PublicURL, Audience), h.DB.Keyring()}
	hasher := h.hasher()
	hasher.Waiting = h.counters.HashWaiting
	rules, people := h.DB.Access(), h.DB.SignIn()
	h.Orgs, h.Workspaces, h.Members = access.NewOrgs(rules), access.NewWorkspaces(rules), access.NewMembers(rules)
	h.Teams, h.Roles, h.Ranges = access.NewTeams(rules), access.NewRoles(rules), access.NewRanges(rules)
	h.Tokens = access.NewTokens(rules, k)
	h.Sessions, h.Login = signin.NewSessions(people), signin.NewLogin(people, hasher, k.Keyring)
	h.AuditLog = access.NewAuditLog(rules)
	h.Accounts, h.Setup = signin.NewAccounts(people, hasher, k.Keyring), signin.NewSetup(people, hasher)
	h.Invitations = signin.NewInvitations(people, hasher)
	h.Programs = signin.NewPrograms(people)
	h.site()
}

// System is the program itself as an actor.
func System() access.Actor { return access.System(access.Origin{RequestID: "test"}) }

// Person makes a member of the Organization and signs them in.
func (h *House) Person(name string, role access.Role) Person {
	h.T.Helper()
	return h.PersonIn(h.Org.ID, name, role)
}

// PersonIn makes a member of an Organization and signs them in.
func (h *House) PersonIn(org access.OrgID, name string, role access.Role) Person {
	h.T.Helper()
	u, err := h.Members.Create(h.T.Context(), System(), org, access.NewMember{
		FullName: name, Email: strings.ReplaceAll(access.Fold(name), " ", "-") + "@" + string(org[20:]) + ".example", Role: role,
	})
	h.must(err)
	h.must(h.Accounts.SetFirstPassword(h.T.Context(), System(), u.ID, Password))
	return h.SignIn(u)
}

// SignIn opens a session for a user, as a person with a one-time code would.
func (h *House) SignIn(u access.User) Person {
	h.T.Helper()
	code, err := h.Login.NewSignInCode(h.T.Context(), System(), u.ID)
	h.must(err)
	opened, err := h.Login.SignInWithCode(h.T.Context(), code, secret.Value{}, origin)
	h.must(err)
	return Person{u, opened.Session}
}

var origin = access.Origin{RequestID: "test-request", Address: "192.0.2.7", Client: "Test/1.0"}

// Actor is the person as whoever a request comes from. It fails the test when they are signed out.
func (h *House) Actor(p Person) access.Actor {
	h.T.Helper()
	s, err := h.Sessions.Load(h.T.Context(), p.Session)
	h.must(err)
	return s.Actor(origin)
}

// Give gives a person a role.
func (h *House) Give(p Person, at access.Scope, role access.Role) {
	h.T.Helper()
	h.must(h.Members.SetRole(h.T.Context(), System(), at, p.ID, role))
}

// NewWorkspace makes a Workspace in the Organization.
func (h *House) NewWorkspace(name string) access.Workspace {
	h.T.Helper()
	ws, err := h.Workspaces.Create(h.T.Context(), System(), h.Org.ID, access.NewWorkspace{Name: name})
	h.must(err)
	return ws
}

// Member makes a member of the Organization with a role in a Workspace, signed in.
func (h *House) Member(name string, at access.Scope, role access.Role) Person {
	h.T.Helper()
	p := h.PersonIn(at.Org, name, access.OrgMember)
	h.Give(p, at, role)
	return p
}

// Elsewhere makes a second Organization with its Owner and a Workspace.
func (h *House) Elsewhere() (access.Org, access.Workspace, Person) {
	h.T.Helper()
	var f access.Founded
	h.must(access.Audited(h.T.Context(), h.DB.Access(), System(), func(c *access.Changing, tx access.Tx) (err error) {
		f, err = access.Found(c, tx, access.NewOrg{
			Name: "Umbrella", Workspace: "Hive", OwnerName: "Albert", OwnerMail: "albert@umbrella.example",
		})
		return err
	}))
	return f.Org, f.Workspace, h.SignIn(f.Owner)
}

// Team makes a team with a role on the Organization and its first members.
func (h *House) Team(name string, role access.Role, members ...Person) access.Team {
	h.T.Helper()
	var ids []access.UserID
	for _, p := range members {
		ids = append(ids, p.ID)
	}
	team, err := h.Teams.Create(h.T.Context(), System(), h.Org.ID, access.NewTeam{Name: name, Role: role, Members: ids})
	h.must(err)
	return team
}

// GiveTeam gives a team a role in a Workspace that it has none in.
func (h *House) GiveTeam(team access.Team, at access.Scope, role access.Role) {
	h.T.Helper()
	_, err := h.Teams.Add(h.T.Context(), System(), at, team.ID, role)
	h.must(err)
}

// CustomRole makes a custom role of a Workspace, restricted to the Workspaces when there are any.
func (h *House) CustomRole(name string, permissions []access.Permission, only ...access.WorkspaceID) access.CustomRole {
	h.T.Helper()
	role, err := h.Roles.Create(h.T.Context(), System(), h.Org.ID, access.NewRole{
		Name: name, Scope: access.WorkspaceRoles, Permissions: permissions, Restricted: only,
	})
	h.must(err)
	return role
}

// Token makes a token that expires in 90 days and returns it with its value.
func (h *House) Token(by Person, at access.Scope, name string, role access.Role) (access.Token, string) {
	h.T.Helper()
	tok, val, err := h.Tokens.Create(h.T.Context(), h.Actor(by), at, access.NewToken{Name: name, Role: role, Expiry: 90})
	h.must(err)
	return tok, val.Reveal()
}

// Context is the test's.
func (h *House) Context() context.Context { return h.T.Context() }

func (h *House) must(err error) {
	h.T.Helper()
	if err != nil {
		h.T.Fatal(err)
	}
}
