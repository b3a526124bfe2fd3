package access

import (
	"context"

	"dagpass/internal/audit"
)

// SetRoles replaces the set of roles a token holds, as product.md 3.5 and 3.6 have it: all of the
// change or nothing, with an event for each role that was given, changed or taken. It acts on the
// live token from its next request. Only what the actor may manage is replaced: roles out of reach
// stay, and those of them that the actor sees may be repeated. A set that changes nothing is a success without an
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
		set := openRoleSet(c, tx, d)
		wanted, err := set.wanted(entries)
		if err != nil {
			return err
		}
		if err := set.replace(wanted); err != nil {
			return err
		}
		d, err = set.result()
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
	seen  map[Scope]bool // the roles that the actor sees
}

func openRoleSet(c *Changing, tx Tx, d Detail) *roleSet {
	s := &roleSet{c: c, tx: tx, token: d.Token, seen: map[Scope]bool{}}
	for _, r := range d.Roles {
		s.seen[r.At] = true
	}
	return s
}

// replace brings the token's roles to the wanted ones.
func (s *roleSet) replace(wanted []roleAt) error {
	roles, err := s.tx.TokenRoles(s.token)
	if err != nil {
		return err
	}
	var held []roleAt
	for _, r := range roles {
		held = append(held, roleAt{r.At, r.Role})
	}
	steps, err := planRoles(s.c, s, held, wanted)
	if err != nil {
		return err
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

func (s *roleSet) homeName() string {
	if s.token.OrganizationScoped() {
		return "the Organization"
	}
	return "the token's own Workspace"
}

// sees implements [roleReach].
func (s *roleSet) sees(at Scope) (bool, error) { return s.seen[at], nil }

// decides implements [roleReach]: Organization Owners decide about every role, Workspace Owners about one
// that the token holds in their Workspace (product.md G3).
func (s *roleSet) decides(at Scope) (Grants, error) {
	if at == s.token.Home {
		return s.c.Grants, Permit(s.c.Grants, TokenUpdate, at.Level())
	}
	if refusal := Permit(s.c.Grants, TokenBind, OrgLevel); refusal == nil || !s.seen[at] {
		return s.c.Grants, refusal
	}
	g, err := s.tx.Grants(s.c.By, at)
	if err != nil {
		return Grants{}, err
	}
	return g, Permit(g, TokenRebind, WorkspaceLevel)
}

func (s *roleSet) apply(step roleStep) error {
	decided := s.c.Grants
	s.c.Grants = step.grants
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

// rehome changes the role on the home, which can't be taken: whoever manages it has to name it.
func (s *roleSet) rehome(step roleStep) error {
	if step.To == "" {
		return BadInput(FieldProblem{"roles", "home", "Name the role on " + s.homeName() + " too; it can be changed and not removed."})
	}
	if err := rehome(s.c, s.tx, s.token, step.From, step.To); err != nil {
		return err
	}
	s.token.edited(s.c)
	return s.tx.UpdateToken(s.token)
}

// result is the token as the actor sees it now. One that they see nowhere any more, since the role they
// took was the last within their sight, keeps its home.
func (s *roleSet) result() (Detail, error) {
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
