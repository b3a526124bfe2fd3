package main

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// guests are the people of a demo, with the password that all of them have.
type guests struct {
	password string
	people   []guest
}

type guest struct {
	demoPerson
	id access.UserID
}

// demoAge is how far the example Organization's past reaches.
const demoAge = 400 * day

// prepareDemo seeds a directory through the same services as everything else, only with a clock that
// starts in the past. One that was seeded by an earlier run keeps what it holds, and its people get
// a new password, since the old one is known to nobody any more.
func prepareDemo(ctx context.Context, at storage, publicURL string) (guests, error) {
	now := time.Now()
	clock := now.Add(-demoAge)
	d, err := at.open(ctx, opening{log: quiet(), now: func() time.Time { return clock }, server: true, create: true})
	if err != nil {
		return guests{}, err
	}
	hasher, err := newSharedHasher(ctx)
	if err != nil {
		return guests{}, errors.Join(err, d.Close())
	}
	in := guests{password: hasher.password}
	s, err := newServices(ctx, d, publicURL, hasher)
	if err == nil {
		in.people, err = (&seeder{services: s, password: hasher.password, now: now, clock: &clock}).people(ctx)
	}
	return in, errors.Join(err, d.Close())
}

// sharedHasher hashes the one password of a demo once: the dozen people who have it would take a
// second otherwise.
type sharedHasher struct {
	*secret.Hasher
	password, hash string
}

func newSharedHasher(ctx context.Context) (*sharedHasher, error) {
	h := &sharedHasher{Hasher: newHasher(), password: secret.Base36(5) + "-" + secret.Base36(5) + "-" + secret.Base36(5)}
	var err error
	h.hash, err = h.Hasher.Hash(ctx, h.password)
	return h, err
}

// Hash returns the hash of the shared password, which is all there is to hash.
func (h *sharedHasher) Hash(context.Context, string) (string, error) { return h.hash, nil }

// Verify compares without hashing again.
func (h *sharedHasher) Verify(_ context.Context, encoded, password string) (ok, rehash bool, err error) {
	return encoded == h.hash && password == h.password, false, nil
}

// seeder makes the example Organization.
type seeder struct {
	*services
	password string
	now      time.Time  // the present
	clock    *time.Time // what the database takes for it

	org    access.Org
	places map[string]access.Scope // Workspaces by name, and "" for the Organization
	guests []guest
}

func (s *seeder) people(ctx context.Context) ([]guest, error) {
	needed, err := s.setup.Needed(ctx)
	if err != nil {
		return nil, err
	}
	if !needed {
		return s.readmit(ctx)
	}
	if err := s.found(ctx); err != nil {
		return nil, fmt.Errorf("found the example Organization: %w", err)
	}
	if err := s.live(ctx); err != nil {
		return nil, fmt.Errorf("fill the example Organization: %w", err)
	}
	return s.guests, nil
}

// readmit gives the people of an earlier run a new password.
func (s *seeder) readmit(ctx context.Context) ([]guest, error) {
	*s.clock = s.now
	for _, p := range demoPeople {
		code, err := s.accounts.NewResetCode(ctx, system(), p.email())
		if access.CodeOf(err) == access.NotFound {
			continue // removed meanwhile
		}
		if err != nil {
			return nil, err
		}
		user, err := s.accounts.CheckResetCode(ctx, code)
		if err != nil {
			return nil, err
		}
		if err := s.accounts.ResetPassword(ctx, code, s.password, access.Origin{}); err != nil {
			return nil, err
		}
		s.guests = append(s.guests, guest{p, user.ID})
	}
	return s.guests, nil
}

// found makes the Organization, its Workspaces and its people.
func (s *seeder) found(ctx context.Context) error {
	first := demoPeople[0]
	f, err := s.setup.CompleteHeadless(ctx, access.NewOrg{Name: demoOrganization, Workspace: dataPlatform,
		OwnerName: first.name, OwnerMail: first.email()}, s.password)
	if err != nil {
		return err
	}
	s.org = f.Org
	s.places = map[string]access.Scope{"": f.Org.Scope(), dataPlatform: f.Workspace.Scope()}
	s.guests = []guest{{first, f.Owner.ID}}
	owner, err := s.as(ctx, first.name)
	if err != nil {
		return err
	}
	for _, in := range []access.NewWorkspace{{Name: finance, Description: "Ledgers, reports and the month-end close"},
		{Name: research, Description: "Experiments and model training"}} {
		ws, err := s.workspaces.Create(ctx, owner, f.Org.ID, in)
		if err != nil {
			return err
		}
		s.places[in.Name] = ws.Scope()
	}
	if err := s.defineRoles(ctx, owner); err != nil {
		return err
	}
	for _, p := range demoPeople[1:] {
		if err := s.admit(ctx, owner, p); err != nil {
			return fmt.Errorf("%s: %w", p.name, err)
		}
	}
	return nil
}

func (s *seeder) admit(ctx context.Context, owner access.Actor, p demoPerson) error {
	user, err := s.members.Create(ctx, owner, s.org.ID, access.NewMember{FullName: p.name, Email: p.email(), Role: p.org})
	if err != nil {
		return err
	}
	if p.workspace != "" {
		if err := s.members.SetRole(ctx, owner, s.places[p.workspace], user.ID, p.role); err != nil {
			return err
		}
	}
	s.guests = append(s.guests, guest{p, user.ID})
	return s.accounts.SetFirstPassword(ctx, system(), user.ID, s.password)
}

// as signs somebody in where the clock stands.
func (s *seeder) as(ctx context.Context, name string) (access.Actor, error) {
	return s.signIn(ctx, demoPerson{name: name}.email(), s.password, access.Origin{Address: "192.0.2.7", Client: "Mozilla/5.0 (X11; Linux x86_64) Firefox/148.0"})
}

// event is something that happened to the example Organization.
type event struct {
	at time.Time
	do func(ctx context.Context) error
}

// live lets everything happen to teams and tokens in the order of time: the clock of the database never
// runs backwards.
func (s *seeder) live(ctx context.Context) error {
	events := append(s.gatherTeams(), event{s.now.Add(-invitedAgo * day), s.invite})
	for i, t := range demoTokens {
		events = append(events, s.life(t, time.Duration(i)*17*time.Minute)...)
	}
	slices.SortStableFunc(events, func(a, b event) int { return a.at.Compare(b.at) })
	for _, e := range events {
		*s.clock = e.at
		if err := e.do(ctx); err != nil {
			return err
		}
	}
	return s.tokens.FlushUses(ctx)
}

// life is what happens to one token. The shift keeps tokens of the same day apart.
func (s *seeder) life(t demoToken, shift time.Duration) []event {
	var made access.Token
	ago := func(days int) time.Time { return s.now.Add(-time.Duration(days)*day - shift) }
	events := []event{{ago(t.created), func(ctx context.Context) (err error) {
		made, err = s.create(ctx, t)
		return err
	}}}
	if t.rotated > 0 {
		events = append(events, event{ago(t.rotated), func(ctx context.Context) error { return s.rotate(ctx, t, made) }})
	}
	if t.used > 0 {
		at := s.now.Add(-t.used)
		events = append(events, event{at, func(context.Context) error {
			s.tokens.Used(access.Actor{Kind: access.TokenActor, ID: string(made.ID),
				Origin: t.from.origin()}, at)
			return nil
		}})
	}
	return events
}

// create makes the token and binds it, in one sitting of whoever it is by.
func (s *seeder) create(ctx context.Context, t demoToken) (access.Token, error) {
	by, err := s.as(ctx, t.by)
	if err != nil {
		return access.Token{}, err
	}
	made, _, err := s.tokens.Create(ctx, by, s.places[t.home], access.NewToken{
		Name: t.name, Description: t.description, Role: t.role, Expiry: t.expiry})
	if err != nil {
		return made, fmt.Errorf("%s: %w", t.name, err)
	}
	for _, b := range t.bound {
		if _, err := s.tokens.Bind(ctx, by, s.places[b.workspace], made.ID, b.role); err != nil {
			return made, fmt.Errorf("%s: %w", t.name, err)
		}
	}
	return made, s.sessions.SignOut(ctx, by)
}

func (s *seeder) rotate(ctx context.Context, t demoToken, made access.Token) error {
	by, err := s.as(ctx, t.by)
	if err != nil {
		return err
	}
	if _, _, err := s.tokens.Rotate(ctx, by, s.places[t.home], made.ID, made.Generation, ""); err != nil {
		return fmt.Errorf("%s: %w", t.name, err)
	}
	return s.sessions.SignOut(ctx, by)
}

var _ signin.Hasher = (*sharedHasher)(nil)
