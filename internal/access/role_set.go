package access

import (
	"context"

	"dagpass/internal/audit"
)

// SetRoles replaces the set of roles a token holds, as product.md 3.5 and 3.6 have it: all of the
// change or nothing, with an event for each role that was given, changed or taken. It acts on the
// live token from its next request. Only what the actor may manage is replaced: roles out of reach
// stay, whether the entries repeat them or not. A set that changes nothing is a success without an
// event. The result has the roles the actor sees afterwards. Errors: NotFound for a token or an
// entity that is absent or hidden; Invalid for a set the token can't have; Forbidden for an actor
// who manages the token nowhere, for a change out of their reach and for a role above their own;
// Unauthenticated when an Owner role needs the password again; Conflict with reason limit_reached.
func (s *Tokens) SetRoles(ctx context.Context, by Actor, org OrgID, id TokenID, entries []RoleEntry) (Detail, error) {
	var d Detail
	err := Change(ctx, s.store, by, onToken(View, audit.TokenBindingUpdate, id), homeOf(org, id), func(c *Changing, tx Tx) (err error) {
		if d, err = show(tx, by, c.Grants, org, id); err != nil {
			return err
		}
		set, err := openRoleSet(c, tx, d.Token)
		if err != nil {
			return err
		}
		wanted, err := set.wanted(entries)
		if err != nil {
			return err
		}
		if err := set.replace(wanted); err != nil {
			return err
		}
		d, err = set.seen()
		return err
	})
	return d, err
}

// homeOf finds the home of a token that is named by its id alone.
func homeOf(org OrgID, id TokenID) func(Tx) (Scope, error) {
	return func(tx Tx) (Scope, error) {
		t, err := tx.Token(org, id)
		return t.Home, err
	}
}

// roleSet are the roles of a token while they are being replaced.
type roleSet struct {
	c     *Changing // decided at the token's home
	tx    Tx
	token Token
	held  []TokenRole
	roles map[Scope]Role // of held
}

func openRoleSet(c *Changing, tx Tx, t Token) (*roleSet, error) {
	held, err := tx.TokenRoles(t)
	s := &roleSet{c: c, tx: tx, token: t, held: held, roles: map[Scope]Role{}}
	for _, r := range held {
		s.roles[r.At] = r.Role
	}
	return s, err
}

// roleStep is what becomes of the role at one scope; "" is none.
type roleStep struct {
	At       Scope
	From, To Role
}

// replace brings the token's roles to the wanted ones. What is taken goes first and makes room.
func (s *roleSet) replace(wanted []roleStep) error {
	steps, err := s.taken(wanted)
	if err != nil {
		return err
	}
	for _, w := range wanted {
		if w.To != w.From {
			steps = append(steps, w)
		}
	}
	if len(steps) == 0 {
		s.c.Unchanged()
	}
	for _, step := range steps {
		if err := s.apply(step); err != nil {
			return err
		}
	}
	return nil
}

// taken returns the roles that are not wanted and that the actor may take. The one on the home can't
// be taken: whoever manages it has to name it.
func (s *roleSet) taken(wanted []roleStep) ([]roleStep, error) {
	named := map[Scope]bool{}
	for _, w := range wanted {
		named[w.At] = true
	}
	var steps []roleStep
	for _, r := range s.held {
		if named[r.At] {
			continue
		}
		reached, err := s.reaches(r)
		switch {
		case err == nil && !reached:
			continue
		case err != nil:
			return nil, err
		case r.Home:
			return nil, BadInput(FieldProblem{"roles", "home", "Name the role on " + s.homeName() + " too; it can be changed and not removed."})
		}
		steps = append(steps, roleStep{At: r.At, From: r.Role})
	}
	return steps, nil
}

// reaches reports whether the actor may take or change a role the token holds.
func (s *roleSet) reaches(r TokenRole) (bool, error) {
	g, err := s.manages(r.At, r.Role)
	switch {
	case CodeOf(err) == Forbidden:
		return false, nil
	case err != nil:
		return false, err
	}
	return s.c.covers(g, r.Role)
}

func (s *roleSet) homeName() string {
	if s.token.OrganizationScoped() {
		return "the Organization"
	}
	return "the token's own Workspace"
}

// manages returns the roles of the actor that decide about the one the token holds at a scope, "" for
// one that is to be given there, or Forbidden when it is out of their reach (product.md G3).
func (s *roleSet) manages(at Scope, held Role) (Grants, error) {
	if at == s.token.Home {
		return s.c.Grants, Permit(s.c.Grants, TokenUpdate, at.Level())
	}
	refusal := Permit(s.c.Grants, TokenBind, OrgLevel)
	if refusal == nil || held == "" {
		return s.c.Grants, refusal
	}
	g, err := s.tx.Grants(s.c.By, at)
	if err != nil {
		return Grants{}, err
	}
	if err := Permit(g, TokenRebind, WorkspaceLevel); err == nil || CodeOf(err) == Forbidden {
		return g, err
	}
	return Grants{}, refusal // the answer for a Workspace that is hidden and for one that does not exist
}

func (s *roleSet) apply(step roleStep) error {
	g, err := s.manages(step.At, step.From)
	if err != nil {
		return err
	}
	decided := s.c.Grants
	s.c.Grants = g // of the scope that decides about this role
	defer func() { s.c.Grants = decided }()
	switch {
	case step.At == s.token.Home:
		return s.rehome(step)
	case step.From == "":
		if _, err := inScope(step.At)(s.tx); err != nil {
			return err
		}
		return bind(s.c, s.tx, s.token, step.At, step.To)
	case step.To == "":
		return unbind(s.c, s.tx, s.token, step.At, step.From)
	}
	return rebind(s.c, s.tx, s.token, step.At, step.From, step.To)
}

func (s *roleSet) rehome(step roleStep) error {
	if err := rehome(s.c, s.tx, s.token, step.From, step.To); err != nil {
		return err
	}
	s.token.edited(s.c)
	return s.tx.UpdateToken(s.token)
}

// seen is the token as the actor sees it now. One that they see nowhere any more, since the role they
// took was the last within their sight, keeps its home.
func (s *roleSet) seen() (Detail, error) {
	roles, err := newSight(s.tx, s.c.By, s.token.Home.Org, s.c.Grants).roles(s.token)
	if err != nil {
		return Detail{}, err
	}
	if len(roles) == 0 {
		home, err := s.tx.TokenRoleAt(s.token, s.token.Home)
		if err != nil {
			return Detail{}, err
		}
		roles = []TokenRole{home}
	}
	return Detail{Token: s.token, Here: roles[0], Roles: roles}, nil
}
