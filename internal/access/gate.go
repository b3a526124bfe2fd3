package access

import (
	"context"
	"errors"
	"time"

	"dagpass/internal/audit"
)

// Store runs closures in transactions; T is what one domain package may see of a transaction.
//
// View: fn sees one consistent state and cannot write; views never wait for writers.
// Update: fn runs alone. When Update returns nil the change is on disk and every later View sees
// it; after an error or a panic nothing of it remains. fn may run more than once before View or
// Update returns, so it has no effect outside tx but setting results anew. It holds the only writer: it does not hash passwords,
// use the network, or wait. Update inside Update is reported as a bug at once.
type Store[T any] interface {
	View(ctx context.Context, fn func(tx T) error) error
	Update(ctx context.Context, fn func(tx T) error) error
}

// GateTx is what the gate itself needs of a transaction; every domain's transaction has it.
type GateTx interface {
	// Now is one instant per transaction, UTC, whole milliseconds, never running backwards.
	Now() time.Time
	// NewID returns an id greater than all before it.
	NewID() string
	// Grants returns the roles the actor holds at a scope, own and through teams. Unauthenticated
	// when the user is not active or the credential has ended, also since the request began.
	Grants(by Actor, at Scope) (Grants, error)
	// CustomRole returns a custom role of an Organization. NotFound when there is none.
	CustomRole(org OrgID, id RoleID) (CustomRole, error)
	// Append seals an event into its chain: the Organization's, or the installation's for an event
	// without one.
	Append(e audit.Event) error
	// AppendDenied is Append for a refusal: at most ten rows per actor and minute, the rest are
	// counted in the next one, so that nobody can fill the record by being refused.
	AppendDenied(e audit.Event) error
}

// Target is what an act was done to, for the audit record.
type Target struct {
	Kind     audit.TargetKind
	ID, Name string
}

// Act is a change somebody tries: what they do, and to which object as far as the caller names one.
// The object of a refused act is recorded from here, since the act itself never runs.
type Act struct {
	Do Action
	// As is the name of the act in the record, the same whether it is done or refused.
	As audit.Action
	On Target
}

func onToken(do Action, as audit.Action, id TokenID) Act {
	return Act{do, as, Target{Kind: audit.TargetToken, ID: string(id)}}
}

func onUser(as audit.Action, id UserID) Act {
	return Act{MembersManage, as, Target{Kind: audit.TargetUser, ID: string(id)}}
}

// Changing is one change in progress, handed to the act of [Change] and [Audited].
type Changing struct {
	Now    time.Time
	By     Actor
	At     Scope
	Grants Grants

	custom func(RoleID) (CustomRole, error) // reads one of the Organization's
	events []audit.Event
	quiet  bool
}

// Record adds an audit event for the change, written in the same transaction.
func (c *Changing) Record(do audit.Action, on Target, changes ...audit.Change) {
	c.RecordAt(c.At, do, on, changes...)
}

// RecordAt is Record for an event that falls on another scope than the decided one, such as a
// Workspace's when the change was decided by the Organization.
func (c *Changing) RecordAt(at Scope, do audit.Action, on Target, changes ...audit.Change) {
	e := event(c.By, at, do, c.Now)
	e.Outcome, e.Details = audit.OK, changes
	e.TargetKind, e.TargetID, e.TargetName = on.Kind, on.ID, on.Name
	c.events = append(c.events, e)
}

// Unchanged says that there was nothing to do, which is a success without an event.
func (c *Changing) Unchanged() { c.quiet = true }

// MayGrant refuses a role above the actor's own on the level, and an Owner role when a person has
// not given the password lately (product.md G1, security.md 4). A custom role is above it when it
// contains what the actor may not do, and counts as an Owner's when only Owners may do all of it.
func (c *Changing) MayGrant(r Role, level Level) error {
	if err := c.MayTouch(r, level); err != nil {
		return err
	}
	return requireRecentFor(r, c.By, c.Now, c.custom)
}

// RequireRecent refuses when a person has not given the password lately: for acts on another one's
// credentials, whatever role they take (security.md 4).
func (c *Changing) RequireRecent() error { return c.By.requireRecent(c.Now) }

// MayTouch refuses to change or remove a role above the actor's own.
func (c *Changing) MayTouch(r Role, level Level) error {
	covered, err := c.covers(c.Grants, r)
	if err != nil || covered {
		return err
	}
	needed := r
	if r.IsCustom() {
		needed = WorkspaceOwner
	}
	return refused(needed, c.Grants.At(level), c.Grants.Label(level))
}

// covers reports whether the holder of the grants may do all that a role contains; "" contains nothing.
// A custom one that can't be read may contain anything.
func (c *Changing) covers(g Grants, r Role) (bool, error) {
	if r == "" || !r.IsCustom() {
		return r == "" || g.Covers(r), nil
	}
	role, err := c.custom(RoleID(r))
	switch {
	case CodeOf(err) == NotFound:
		return g.Covers(WorkspaceOwner), nil
	case err != nil:
		return false, err
	}
	return g.CoversCustom(role), nil
}

// label is a role as people read it, word as the record names it. A custom one that can't be read has
// its id.
func (c *Changing) label(r Role) string { return c.names(r).Label(r) }

func (c *Changing) word(r Role) string { return c.names(r).Wire(r) }

func (c *Changing) names(r Role) RoleNames {
	if !r.IsCustom() {
		return nil
	}
	role, err := c.custom(RoleID(r))
	if err != nil {
		return nil
	}
	return RoleNames{r: role.Name}
}

// Change is the one way to alter anything. In a single write transaction it finds what is acted on,
// reads what the actor may do now, decides, acts, and appends the audit events. Whoever may not do
// it learns nothing about their input: it is checked by act, after the decision. A refusal is
// committed as an event too. Errors: NotFound (absent, or hidden from the actor), Forbidden,
// Unauthenticated (dead credential, or the password is needed again), and whatever find or act
// return; after any of these nothing of the change remains.
func Change[T GateTx](ctx context.Context, s Store[T], by Actor, try Act,
	find func(tx T) (Scope, error), act func(c *Changing, tx T) error) error {
	var at Scope
	var refusal error
	err := s.Update(ctx, func(tx T) (err error) {
		refusal = nil
		if at, err = find(tx); err != nil {
			return err
		}
		grants, err := tx.Grants(by, at)
		if err != nil {
			return err
		}
		if refusal = Permit(grants, try.Do, at.Level()); refusal != nil {
			return appendRefusal(tx, by, at, try, grants, refusal)
		}
		if Dangerous(try.Do, at.Level()) {
			if err := by.requireRecent(tx.Now()); err != nil {
				return err
			}
		}
		return run(&Changing{Now: tx.Now(), By: by, At: at, Grants: grants}, tx, act)
	})
	if err == nil {
		return refusal
	}
	if CodeOf(err) == Forbidden {
		return recordRefusal(ctx, s, by, at, try, err)
	}
	return err
}

// Read is the one way to look at tenant data: find, decide and read see one consistent state.
// Errors: NotFound, Forbidden, Unauthenticated, and whatever find or read return.
func Read[T GateTx](ctx context.Context, s Store[T], by Actor, do Action,
	find func(tx T) (Scope, error), read func(g Grants, tx T) error) error {
	return s.View(ctx, func(tx T) error {
		at, err := find(tx)
		if err != nil {
			return err
		}
		grants, err := tx.Grants(by, at)
		if err != nil {
			return err
		}
		if err := Permit(grants, do, at.Level()); err != nil {
			return err
		}
		return read(grants, tx)
	})
}

// Audited runs a change that a credential decides and not a role: signing in, one's own account; or
// the rest of one that [Change] decided, such as a deletion in parts.
// It writes its events in the same transaction, and reports as a bug a change that records none.
func Audited[T GateTx](ctx context.Context, s Store[T], by Actor, act func(c *Changing, tx T) error) error {
	return s.Update(ctx, func(tx T) error {
		return run(&Changing{Now: tx.Now(), By: by}, tx, act)
	})
}

// Lookup reads without a decision: it turns a credential into an actor, or answers an actor about
// itself alone.
func Lookup[T any](ctx context.Context, s Store[T], read func(tx T) error) error {
	return s.View(ctx, read)
}

// Upkeep writes without a decision or an event: last-used marks, last-seen times, sweeps.
func Upkeep[T any](ctx context.Context, s Store[T], write func(tx T) error) error {
	return s.Update(ctx, write)
}

func run[T GateTx](c *Changing, tx T, act func(c *Changing, tx T) error) error {
	c.custom = readOnce(func(id RoleID) (CustomRole, error) { return tx.CustomRole(c.At.Org, id) })
	if err := act(c, tx); err != nil {
		return err
	}
	if len(c.events) == 0 && !c.quiet {
		return errors.New("access: a change recorded no audit event")
	}
	for _, e := range c.events {
		if err := tx.Append(e); err != nil {
			return err
		}
	}
	return nil
}

// appendRefusal records a refused change. What a stranger to the Organization tried is left to the
// request log, so that nobody fills the record of a house they are not in.
func appendRefusal[T GateTx](tx T, by Actor, at Scope, try Act, g Grants, refusal error) error {
	if len(g.Org) == 0 && len(g.Workspace) == 0 {
		return nil
	}
	e := event(by, at, try.As, tx.Now())
	e.Outcome, e.Reason = audit.Denied, AsError(refusal).Reason
	e.TargetKind, e.TargetID = audit.TargetKind(at.Level()), at.Entity()
	if try.On.ID != "" {
		e.TargetKind, e.TargetID, e.TargetName = try.On.Kind, try.On.ID, try.On.Name
	}
	return tx.AppendDenied(e)
}

// recordRefusal records, in a transaction of its own, a refusal found after the change had begun.
func recordRefusal[T GateTx](ctx context.Context, s Store[T], by Actor, at Scope, try Act, refusal error) error {
	err := s.Update(ctx, func(tx T) error {
		grants, err := tx.Grants(by, at)
		if err != nil {
			return err
		}
		return appendRefusal(tx, by, at, try, grants, refusal)
	})
	if err != nil {
		return errors.Join(&Error{Code: Unavailable, Message: "The refusal could not be recorded. Nothing was changed."}, err)
	}
	return refusal
}

// Refusal is the event of an act that a credential would have decided and did not, for
// [GateTx.AppendDenied].
func Refusal(by Actor, do audit.Action, on Target, reason string, now time.Time) audit.Event {
	e := event(by, Scope{}, do, now)
	e.Outcome, e.Reason = audit.Denied, reason
	e.TargetKind, e.TargetID, e.TargetName = on.Kind, on.ID, on.Name
	return e
}

func event(by Actor, at Scope, do audit.Action, now time.Time) audit.Event {
	return audit.Event{
		At: now, Action: do,
		ActorKind: audit.ActorKind(by.Kind), ActorID: by.ID, ActorName: by.Name,
		OrganizationID: string(at.Org), WorkspaceID: string(at.Workspace),
		IP: by.Origin.Address, UserAgent: by.Origin.Client, RequestID: by.Origin.RequestID,
		ClientType: audit.ClientType(by.Origin.Door), Method: by.Origin.Method, Path: by.Origin.Route, ActorEmail: by.Email,
		AstroClient: by.Origin.AstroClient, AstroClientVersion: by.Origin.AstroClientVersion,
	}
}
