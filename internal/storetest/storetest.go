package storetest

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// Harness is an empty store and what a test needs around it.
type Harness struct {
	Store access.Store[access.Tx]
	// Advance moves the wall clock, also backwards. It stands still otherwise.
	Advance func(d time.Duration)
	// SignIn opens a session of a user and returns the digest that stands for it; SignOut ends it.
	SignIn  func(t *testing.T, id access.UserID) secret.Digest
	SignOut func(t *testing.T, d secret.Digest)
	// SetStatus changes a user's standing, Rename the full name.
	SetStatus func(t *testing.T, id access.UserID, s access.UserStatus)
	Rename    func(t *testing.T, id access.UserID, name string)
}

// Run checks a store. open returns a new, empty one each time.
func Run(t *testing.T, open func(t *testing.T) Harness) {
	for _, part := range []struct {
		name string
		test func(t *testing.T, h *house)
	}{
		{"transactions", testTransactions},
		{"clock and ids", testClock},
		{"organizations", testOrganizations},
		{"workspaces", testWorkspaces},
		{"workspace lists", testWorkspaceLists},
		{"deleted workspaces", testDeletions},
		{"members", testMembers},
		{"lists of members", testMemberLists},
		{"facts about members", testMemberFacts},
		{"teams", testTeams},
		{"team lists", testTeamLists},
		{"team members", testTeamMembers},
		{"pages of people", testPeoplePages},
		{"pages of teams", testTeamPages},
		{"roles of subjects", testHeldBy},
		{"effective roles", testEffectiveRoles},
		{"grants of people", testUserGrants},
		{"all roles of a person", testRolesOf},
		{"grants of tokens", testTokenGrants},
		{"tokens", testTokens},
		{"token roles", testTokenRoles},
		{"verification", testVerification},
		{"token lists", testTokenLists},
		{"token search", testTokenSearch},
		{"pickers", testPickers},
		{"matrix of tokens", testMatrix},
		{"matrix of Workspaces", testMatrixWorkspaces},
		{"matrix of roles", testRolesAmong},
		{"address ranges", testRanges},
		{"custom roles", testCustomRoles},
		{"record", testRecord},
		{"random operations", testRandom},
	} {
		t.Run(part.name, func(t *testing.T) { part.test(t, newHouse(t, open(t))) })
	}
}

// house is a store with two Organizations, each with an Owner and a Workspace.
type house struct {
	Harness
	acme, other access.Founded
}

func newHouse(t *testing.T, h Harness) *house {
	t.Helper()
	out := &house{Harness: h}
	out.acme = out.found(t, "Acme")
	out.other = out.found(t, "Umbrella")
	return out
}

func (h *house) found(t *testing.T, name string) access.Founded {
	t.Helper()
	var f access.Founded
	h.update(t, func(tx access.Tx) (err error) {
		c := &access.Changing{Now: tx.Now(), By: system()}
		f, err = access.Found(c, tx, access.NewOrg{Name: name, Workspace: "Data", OwnerName: "Owner of " + name,
			OwnerMail: "owner@" + access.Fold(name) + ".example"})
		return err
	})
	return f
}

func system() access.Actor { return access.System(access.Origin{RequestID: "storetest"}) }

// update runs fn in a transaction that must succeed.
func (h *house) update(t *testing.T, fn func(tx access.Tx) error) {
	t.Helper()
	if err := h.Store.Update(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// view runs fn in a reading transaction that must succeed.
func (h *house) view(t *testing.T, fn func(tx access.Tx) error) {
	t.Helper()
	if err := h.Store.View(t.Context(), fn); err != nil {
		t.Fatal(err)
	}
}

// fails runs fn in a transaction that must fail with a code.
func (h *house) fails(t *testing.T, want access.Code, fn func(tx access.Tx) error) error {
	t.Helper()
	err := h.Store.Update(t.Context(), fn)
	wantCode(t, err, want)
	return err
}

func wantCode(t *testing.T, err error, want access.Code) {
	t.Helper()
	if got := access.CodeOf(err); got != want {
		t.Fatalf("got %q (%v), want %q", got, err, want)
	}
}

func (h *house) person(t *testing.T, name string, at access.Scope, role access.Role) access.User {
	t.Helper()
	var u access.User
	h.update(t, func(tx access.Tx) error {
		u = access.User{ID: access.UserID(tx.NewID()), Email: access.Fold(name) + "@people.example", FullName: name,
			Status: access.UserActive, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.InsertUser(u); err != nil || role == "" {
			return err
		}
		return tx.SetRole(at, u.Subject(), role, system().Person())
	})
	return u
}

// actor signs a person in.
func (h *house) actor(t *testing.T, u access.User) access.Actor {
	t.Helper()
	return access.Actor{Kind: access.UserActor, ID: string(u.ID), Name: u.FullName, Credential: h.SignIn(t, u.ID)}
}

func (h *house) workspace(t *testing.T, org access.OrgID, name string) access.Workspace {
	t.Helper()
	var w access.Workspace
	h.update(t, func(tx access.Tx) error {
		w = access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: org, Name: name, CreatedAt: tx.Now(), UpdatedAt: tx.Now(),
			CreatedBy: system().Person(), UpdatedBy: system().Person()}
		return tx.InsertWorkspace(w)
	})
	return w
}

func (h *house) token(t *testing.T, home access.Scope, name string, role access.Role) (access.Token, access.Actor) {
	t.Helper()
	var tok access.Token
	issue := newIssue()
	h.update(t, func(tx access.Tx) error {
		tok = newToken(tx, home, name)
		return tx.InsertToken(tok, role, issue)
	})
	return tok, access.Actor{Kind: access.TokenActor, ID: string(tok.ID), Name: name, Credential: issue.Digest}
}

func newToken(tx access.Tx, home access.Scope, name string) access.Token {
	start := tx.Now().Truncate(time.Second)
	return access.Token{ID: access.TokenID(tx.NewID()), Home: home, Name: name, Description: "about " + name,
		Expiry: 90, StartAt: start, EndAt: access.Expiry(90).End(start), Hint: "hint", Generation: 1, Version: 1,
		CreatedAt: tx.Now(), UpdatedAt: tx.Now(), CreatedBy: system().Person(), UpdatedBy: system().Person()}
}

// newIssue is the value of a token that nobody will ever present.
func newIssue() access.Issue {
	return access.Issue{Digest: secret.HashOf(secret.NewSessionID()), JTI: secret.NewJTI(), KID: "dp0000000000"}
}
