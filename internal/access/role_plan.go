package access

import "slices"

// roleAt is the role that is held, or wanted, at one scope.
type roleAt struct {
	At   Scope
	Role Role
}

// roleStep is what becomes of the role at one scope; "" is none.
type roleStep struct {
	At       Scope
	From, To Role
	grants   Grants // of the actor, that decide about it
}

// roleReach says what the actor of a change knows of the roles of one holder, a token, a person or a
// team, and what they may do about them.
type roleReach interface {
	// sees reports whether the actor can have read the role that is held at a scope.
	sees(at Scope) (bool, error)
	// decides returns the actor's roles that decide about the role at a scope. It fails for what is out of
	// reach, with an error that depends on what is held there only where the actor sees that.
	decides(at Scope) (Grants, error)
}

// planRoles returns the steps from the roles a holder has to those that are wanted, each scope once, first
// those that are taken, which make room. It is the one rule for every set of roles that is replaced as a whole
// (product.md 3.6, B2; the contract, 4.1): what the actor read may be repeated; what is out of reach
// stays when it is left out, and is refused when it is named, the same whether the holder has it or
// not, so that posting is no way of asking. Errors: what the reach returns, and Forbidden for a role
// above the actor's own.
func planRoles(c *Changing, r roleReach, held, wanted []roleAt) ([]roleStep, error) {
	left := map[Scope]Role{}
	for _, h := range held {
		left[h.At] = h.Role
	}
	var given []roleStep
	for _, w := range wanted {
		step, changes, err := wantedStep(r, roleStep{At: w.At, From: left[w.At], To: w.Role})
		if err != nil {
			return nil, err
		}
		if changes {
			given = append(given, step)
		}
		delete(left, w.At)
	}
	held = slices.DeleteFunc(slices.Clone(held), func(h roleAt) bool { return left[h.At] == "" })
	steps, err := takenSteps(r, held)
	if err != nil {
		return nil, err
	}
	steps = append(steps, given...)
	for _, s := range steps {
		if err := c.mayStep(s); err != nil {
			return nil, err
		}
	}
	return steps, nil
}

// wantedStep decides about a role that is wanted; it reports whether it differs from the one held.
func wantedStep(r roleReach, s roleStep) (roleStep, bool, error) {
	if s.From == s.To {
		if seen, err := r.sees(s.At); seen || err != nil {
			return s, false, err
		}
	}
	var err error
	s.grants, err = r.decides(s.At)
	return s, s.From != s.To, err
}

// takenSteps returns the steps that take roles away, except those out of reach.
func takenSteps(r roleReach, roles []roleAt) ([]roleStep, error) {
	var steps []roleStep
	for _, h := range roles {
		g, err := r.decides(h.At)
		switch CodeOf(err) {
		case "":
			steps = append(steps, roleStep{At: h.At, From: h.Role, grants: g})
		case Forbidden, NotFound:
		default:
			return nil, err
		}
	}
	return steps, nil
}

// mayStep refuses a step that gives, changes or takes a role above the actor's own where it lies.
func (c *Changing) mayStep(s roleStep) error {
	there := Changing{Now: c.Now, By: c.By, At: s.At, Grants: s.grants, custom: c.custom}
	if s.To == "" {
		return there.MayTouch(s.From, s.At.Level())
	}
	return there.mayReplace(s.From, s.To, s.At.Level())
}
