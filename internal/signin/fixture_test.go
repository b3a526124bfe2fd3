package signin_test

import (
	"context"
	"fmt"
	"slices"
	"sync"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

const goodPassword = "my cat sleeps at noon"

var (
	noon   = time.Date(2026, 11, 24, 12, 0, 0, 0, time.UTC)
	office = access.Origin{RequestID: "r1", Address: "192.0.2.7", Client: "Firefox"}
	away   = access.Origin{RequestID: "r2", Address: "203.0.113.9", Client: "Chrome"}
	nobody = secret.Value{}
)

// house is an installation with its owner Ada, who has goodPassword, and with the services under
// test. Time stands still until it is moved.
type house struct {
	*recorder
	clock    *clock
	hasher   *countingHasher
	keys     *secret.Keyring
	sessions *signin.Sessions
	login    *signin.Login
	accounts *signin.Accounts
	setup    *signin.Setup
	invites  *signin.Invitations
	programs *signin.Programs
	members  *access.Members
	org      access.Org
	ada      access.User
}

// empty is a house that waits for its owner.
func empty(t testing.TB) *house {
	t.Helper()
	c := &clock{now: noon}
	store, members, keys := openStore(t, c.Now)
	h := &house{recorder: &recorder{Store: store}, clock: c, keys: keys, members: members}
	h.use(&countingHasher{Hasher: secret.NewHasherWithCost(8, 8, 1)})
	return h
}

// use makes the services hash with another hasher.
func (h *house) use(hasher *countingHasher) {
	h.hasher = hasher
	h.sessions = signin.NewSessions(h)
	h.login = signin.NewLogin(h, hasher, h.keys)
	h.accounts = signin.NewAccounts(h, hasher, h.keys)
	h.setup = signin.NewSetup(h, hasher)
	h.invites = signin.NewInvitations(h, hasher)
	h.programs = signin.NewPrograms(h)
}

func furnished(t testing.TB) *house {
	t.Helper()
	h := empty(t)
	founded, err := h.setup.CompleteHeadless(t.Context(), newOrg(), goodPassword)
	if err != nil {
		t.Fatal(err)
	}
	h.org, h.ada = founded.Org, founded.Owner
	h.forget()
	return h
}

func newOrg() access.NewOrg {
	return access.NewOrg{Name: "Acme Freight", Workspace: "Data Platform", OwnerName: "Ada Lovelace", OwnerMail: "ada@acme.example"}
}

// member adds a person, with the password unless it is empty.
func (h *house) member(t testing.TB, name, email, password string) access.User {
	t.Helper()
	u, err := h.members.Create(t.Context(), access.System(office), h.org.ID,
		access.NewMember{FullName: name, Email: email, Role: access.OrgMember})
	if err != nil {
		t.Fatal(err)
	}
	if password != "" {
		if err := h.accounts.SetFirstPassword(t.Context(), access.System(office), u.ID, password); err != nil {
			t.Fatal(err)
		}
	}
	h.forget()
	return u
}

func (h *house) try(t testing.TB, email, password string, o access.Origin) (signin.Opened, error) {
	t.Helper()
	return h.login.SignIn(t.Context(), signin.Credentials{Email: email, Password: password}, o)
}

// signIn signs Ada in and returns her as an actor with the id in her cookie.
func (h *house) signIn(t testing.TB) (access.Actor, secret.Value) {
	t.Helper()
	opened, err := h.try(t, h.ada.Email, goodPassword, office)
	if err != nil {
		t.Fatal(err)
	}
	return h.load(t, opened.Session).Actor(office), opened.Session
}

func (h *house) load(t testing.TB, id secret.Value) signin.Session {
	t.Helper()
	s, err := h.sessions.Load(t.Context(), id)
	if err != nil {
		t.Fatalf("the session does not load: %v", err)
	}
	return s
}

// setStatus changes somebody's standing.
func (h *house) setStatus(t testing.TB, id access.UserID, status access.UserStatus) {
	t.Helper()
	err := access.Upkeep(t.Context(), h.Store, func(tx signin.Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		a.Status = status
		return tx.UpdateAccount(a)
	})
	if err != nil {
		t.Fatal(err)
	}
}

func (h *house) passwordHash(t testing.TB, id access.UserID) string {
	t.Helper()
	var hash string
	err := access.Lookup(t.Context(), h.Store, func(tx signin.Tx) (err error) {
		hash, err = tx.PasswordHash(id)
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return hash
}

// refused checks that an error is the refusal with the reason.
func refused(t testing.TB, err error, reason string) {
	t.Helper()
	if access.ReasonOf(err) != reason {
		t.Errorf("the answer is %v (reason %q), want reason %q", err, access.ReasonOf(err), reason)
	}
}

// dead checks that the id is no session any more.
func (h *house) dead(t testing.TB, id secret.Value, reason string) {
	t.Helper()
	_, err := h.sessions.Load(t.Context(), id)
	if access.CodeOf(err) != access.Unauthenticated {
		t.Errorf("the session answers %v, want Unauthenticated", err)
	}
	refused(t, err, reason)
}

// clock is a time that moves only when it is told to.
type clock struct {
	mu  sync.Mutex
	now time.Time
}

func (c *clock) Now() time.Time {
	c.mu.Lock()
	defer c.mu.Unlock()
	return c.now
}

func (c *clock) advance(d time.Duration) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.now = c.now.Add(d)
}

// countingHasher counts the password checks and can be made to fail.
type countingHasher struct {
	signin.Hasher
	mu     sync.Mutex
	checks int
	err    error
	during func() // called while a password is being checked
}

func (h *countingHasher) count() error {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.checks++
	if h.during != nil {
		h.during()
	}
	return h.err
}

func (h *countingHasher) Verify(ctx context.Context, encoded, password string) (bool, bool, error) {
	if err := h.count(); err != nil {
		return false, false, err
	}
	return h.Hasher.Verify(ctx, encoded, password)
}

func (h *countingHasher) Dummy(ctx context.Context, password string) error {
	if err := h.count(); err != nil {
		return err
	}
	return h.Hasher.Dummy(ctx, password)
}

// recorder notes what is written through a store: how many transactions, and the events of those
// that were committed.
type recorder struct {
	signin.Store
	mu     sync.Mutex
	writes int
	events []audit.Event
	broken error // what reading answers instead
}

func (r *recorder) View(ctx context.Context, fn func(tx signin.Tx) error) error {
	if r.broken != nil {
		return r.broken
	}
	return r.Store.View(ctx, fn)
}

func (r *recorder) Update(ctx context.Context, fn func(tx signin.Tx) error) error {
	var noted []audit.Event
	err := r.Store.Update(ctx, func(tx signin.Tx) error {
		noted = nil
		return fn(recordingTx{tx, &noted})
	})
	r.mu.Lock()
	defer r.mu.Unlock()
	if err == nil {
		r.writes++
		r.events = append(r.events, noted...)
	}
	return err
}

func (r *recorder) forget() { r.writes, r.events = 0, nil }

// recorded returns the events as action, outcome and reason, and forgets them.
func (r *recorder) recorded() []string {
	var out []string
	for _, e := range r.events {
		text := fmt.Sprintf("%s %s", e.Action, e.Outcome)
		if e.Reason != "" {
			text += " " + e.Reason
		}
		out = append(out, text)
	}
	r.forget()
	return out
}

func (r *recorder) want(t testing.TB, want ...string) {
	t.Helper()
	if got := r.recorded(); !slices.Equal(got, want) {
		t.Errorf("the record has %q, want %q", got, want)
	}
}

type recordingTx struct {
	signin.Tx
	noted *[]audit.Event
}

func (tx recordingTx) Append(e audit.Event) error {
	*tx.noted = append(*tx.noted, e)
	return tx.Tx.Append(e)
}

func (tx recordingTx) AppendDenied(e audit.Event) error {
	*tx.noted = append(*tx.noted, e)
	return tx.Tx.AppendDenied(e)
}

// together runs n calls at once and returns how many succeeded, and the errors of the others.
func together(n int, call func(i int) error) (succeeded int, failures []error) {
	start := make(chan struct{})
	results := make(chan error)
	for i := range n {
		go func() {
			<-start
			results <- call(i)
		}()
	}
	close(start)
	for range n {
		if err := <-results; err != nil {
			failures = append(failures, err)
		} else {
			succeeded++
		}
	}
	return succeeded, failures
}
