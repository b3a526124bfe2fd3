package access

import (
	"slices"
	"strings"
)

// Scope is where an act falls: an Organization, or a Workspace inside it.
type Scope struct {
	Org       OrgID
	Workspace WorkspaceID // empty at Organization level
}

// Level returns the level of the scope.
func (s Scope) Level() Level {
	if s.Workspace != "" {
		return WorkspaceLevel
	}
	return OrgLevel
}

// Entity is the id of the entity the scope stands for.
func (s Scope) Entity() string {
	if s.Workspace != "" {
		return string(s.Workspace)
	}
	return string(s.Org)
}

// Grants are the roles an actor holds at one scope right now, from every source (own and team).
// They are read inside the deciding transaction and never kept.
type Grants struct {
	Org       []Role // roles on the Organization
	Workspace []Role // roles on the scope's Workspace, none at Organization level
	// Barred is why the roles can't be used in this request: the Organization has address ranges and
	// none covers the actor's address. Nil otherwise.
	Barred *Error
	// Custom says what the custom roles among those of the Workspace contain; nil when there are none.
	// One that is missing here gives nothing.
	Custom map[Role]CustomRole
}

// Has reports whether the roles held contain the permission. The rights of several roles add up,
// and Organization Owners own every Workspace, present and future.
func (g Grants) Has(p Permission) bool {
	return containedIn(g.Workspace, p) || containedIn(g.Org, p) || WorkspaceOwner.contains(p) && g.ownsWorkspaces() || g.hasCustom(p)
}

// containedIn reports whether one of several built-in roles contains a permission.
func containedIn(roles []Role, p Permission) bool {
	return slices.ContainsFunc(roles, func(r Role) bool { return r.contains(p) })
}

// contains reports whether a built-in role contains a permission; no other role contains any.
func (r Role) contains(p Permission) bool {
	s, ok := r.spec()
	return ok && s.permissions[p]
}

func (g Grants) hasCustom(p Permission) bool {
	return len(g.Custom) > 0 && slices.ContainsFunc(g.Workspace, func(r Role) bool { return g.Custom[r].has(p) })
}

// ownsWorkspaces reports whether the Organization roles make the actor Owner of every Workspace.
func (g Grants) ownsWorkspaces() bool {
	return containedIn(g.Org, On(OrgLevel, WorkspacesOwn))
}

func (g Grants) effectiveWorkspace() []Role {
	out := append([]Role{}, g.Workspace...)
	if g.ownsWorkspaces() {
		out = append(out, WorkspaceOwner)
	}
	return out
}

// without are the grants after one of several roles on a level has gone.
func (g Grants) without(r Role, level Level) Grants {
	less := func(held []Role) []Role {
		i := slices.Index(held, r)
		if i < 0 {
			return held
		}
		return slices.Concat(held[:i], held[i+1:])
	}
	if level == WorkspaceLevel {
		g.Workspace = less(g.Workspace)
	} else {
		g.Org = less(g.Org)
	}
	return g
}

// At returns the highest built-in role held on a level, "" for none; Label says all that is held.
func (g Grants) At(level Level) Role {
	held := g.Org
	if level == WorkspaceLevel {
		held = g.effectiveWorkspace()
	}
	return Highest(slices.DeleteFunc(slices.Clone(held), Role.IsCustom)...)
}

// Label is what is held on a level as people read it: the highest built-in role, then the names of the
// custom ones (product.md 4.6).
func (g Grants) Label(level Level) string {
	var held []string
	if r := g.At(level); r != "" {
		held = append(held, r.Label())
	}
	if level == WorkspaceLevel {
		for _, r := range sortedSet(g.Workspace) {
			if c, ok := g.Custom[r]; ok {
				held = append(held, c.Name)
			}
		}
	}
	return strings.Join(held, " and ")
}

// CoversCustom is Covers for a custom role, held or not.
func (g Grants) CoversCustom(r CustomRole) bool {
	return !slices.ContainsFunc(r.contains(), func(p Permission) bool { return !g.Has(p) })
}

// isOwners reports whether the role contains what no built-in role below Workspace Owner does: managing
// people, teams, API tokens or the Workspace itself. Giving it, or defining it, takes a recent password.
func (r CustomRole) isOwners() bool {
	return !(Grants{Workspace: []Role{WorkspaceOperator}}).CoversCustom(r)
}

// Covers reports whether a built-in role is no higher than what the grants give on its level: its
// permissions are contained in the holder's. Nobody grants a role above their own.
func (g Grants) Covers(r Role) bool {
	s, ok := r.spec()
	if !ok {
		return false
	}
	for p := range s.permissions {
		if !g.Has(p) {
			return false
		}
	}
	return true
}

// Verdict is the outcome of a decision.
type Verdict string

// The verdicts.
const (
	Allowed Verdict = "allowed"
	Denied  Verdict = "denied" // the object is visible, the role too low: answered 403
	Hidden  Verdict = "hidden" // answered like an object that does not exist: 404
)

// Decision is a verdict, and for Denied the role held and the smallest one that would do.
type Decision struct {
	Verdict  Verdict
	Required Role
	Held     Role // the highest built-in one
}

// Decide says whether the roles held at a scope allow an action there. It is pure and total: every
// input has an answer, and anything unknown is Hidden or Denied, never Allowed.
func Decide(g Grants, do Action, level Level) Decision {
	switch {
	case g.Has(On(level, do)) && g.Has(On(level, View)):
		return Decision{Verdict: Allowed}
	case !g.Has(On(level, View)):
		return Decision{Verdict: Hidden}
	}
	return Decision{Verdict: Denied, Required: smallestRole(do, level), Held: g.At(level)}
}

// Permit is [Decide] as an error: nil when allowed, NotFound when hidden, Forbidden with the smallest
// role that would do when denied. From an address the Organization does not admit, whatever is not hidden
// is Forbidden, whichever role is held. Transports use it as their first, visible fence; the gate decides
// again inside the transaction that acts.
func Permit(g Grants, do Action, level Level) error {
	d := Decide(g, do, level)
	if g.Barred != nil && d.Verdict != Hidden {
		return g.Barred
	}
	switch d.Verdict {
	case Allowed:
		return nil
	case Denied:
		return refused(d.Required, d.Held, g.Label(level))
	}
	return Missing()
}

func smallestRole(do Action, level Level) Role {
	for _, s := range roles {
		if s.level == level && s.permissions[On(level, do)] {
			return s.role
		}
	}
	return ""
}
