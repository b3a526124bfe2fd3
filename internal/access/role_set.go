package access

import (
	"context"
	"fmt"
	"strings"

	"dagpass/internal/audit"
)

// EntityKind is the kind of entity an entry of a set of roles is about.
type EntityKind string

// The kinds. There are no Deployments yet, so an entry of the last three finds none.
const (
	OrgEntity        EntityKind = "organization"
	WorkspaceEntity  EntityKind = "workspace"
	DeploymentEntity EntityKind = "deployment"
	DagEntity        EntityKind = "dag"
	DagTagEntity     EntityKind = "dag_tag"
)

// RoleEntry is one entry of a set of roles as a caller writes it; nothing of it is checked.
type RoleEntry struct {
	Kind       EntityKind
	Entity     string // an id, or the name of a Dag or of a Dag tag
	Deployment string // the Deployment of a Dag or a Dag tag
	Role       Role
}

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
		g, err := s.manages(r.At, r.Role)
		switch {
		case CodeOf(err) == Forbidden || err == nil && !g.Covers(r.Role):
			continue // out of reach
		case err != nil:
			return nil, err
		case r.Home:
			return nil, BadInput(FieldProblem{"roles", "home", "Name the role on " + s.homeName() + " too; it can be changed and not removed."})
		}
		steps = append(steps, roleStep{At: r.At, From: r.Role})
	}
	return steps, nil
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
	roles, err := newSight(s.tx, s.c.By, s.c.Grants).roles(s.token)
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

// wanted checks entries against what the token may hold (product.md 3.5) and joins them with what it
// holds now. Errors: Invalid with every problem, NotFound for what can't exist.
func (s *roleSet) wanted(entries []RoleEntry) ([]roleStep, error) {
	switch {
	case len(entries) == 0:
		return nil, BadInput(FieldProblem{"roles", "required", "Name at least one role."})
	case len(entries) > MaxBindings+1:
		return nil, BadInput(FieldProblem{"roles", "too_many", fmt.Sprintf("Name at most %d roles.", MaxBindings+1)})
	}
	var p problems
	var steps []roleStep
	missing := false
	named := map[RoleEntry]bool{}
	for i, e := range entries {
		field := fmt.Sprintf("roles.%d.", i)
		if problem := s.problem(field, e); problem != nil {
			p.add(problem)
			continue
		}
		entity := RoleEntry{Kind: e.Kind, Entity: e.Entity, Deployment: e.Deployment}
		if named[entity] {
			p.add(&FieldProblem{field + "entityId", "twice", "Name each place once."})
			continue
		}
		named[entity] = true
		at, exists := s.scope(e)
		missing = missing || !exists
		steps = append(steps, roleStep{at, s.roles[at], e.Role})
	}
	if err := BadInput(p...); err != nil {
		return nil, err
	}
	if missing {
		return nil, Missing()
	}
	return steps, nil
}

// problem returns what is wrong with an entry for this token, nil when nothing is.
func (s *roleSet) problem(field string, e RoleEntry) *FieldProblem {
	own := !s.token.OrganizationScoped()
	switch e.Kind {
	case OrgEntity:
		if own {
			return &FieldProblem{field + "entityType", "scope", "A Workspace API token can't have an Organization role."}
		}
		if e.Entity != string(s.token.Home.Org) {
			return &FieldProblem{field + "entityId", "scope", "Use the id of the token's own Organization."}
		}
		return CheckRole(field+"role", e.Role, OrgLevel)
	case WorkspaceEntity:
		if own && e.Entity != string(s.token.Home.Workspace) {
			return &FieldProblem{field + "entityId", "scope", "A Workspace API token can't have a role in another Workspace."}
		}
		return CheckRole(field+"role", e.Role, WorkspaceLevel)
	case DeploymentEntity:
		return nil
	case DagEntity, DagTagEntity:
		if own {
			return &FieldProblem{field + "entityType", "scope", "A Workspace API token can't have a role on a Dag."}
		}
		if strings.TrimSpace(e.Deployment) == "" {
			return &FieldProblem{field + "deploymentId", "required", "Name the Deployment of the Dag."}
		}
		return nil
	}
	return &FieldProblem{field + "entityType", "choice", "Use one of ORGANIZATION, WORKSPACE, DEPLOYMENT, DAG, DAG_TAG."}
}

// scope returns where an entry without a problem falls; false for what can't exist.
func (s *roleSet) scope(e RoleEntry) (Scope, bool) {
	at := Scope{Org: s.token.Home.Org}
	switch e.Kind {
	case OrgEntity:
		return at, true
	case WorkspaceEntity:
		at.Workspace = WorkspaceID(e.Entity)
		return at, IsID(e.Entity)
	}
	return at, false
}
