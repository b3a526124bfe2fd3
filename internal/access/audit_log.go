package access

import (
	"context"
	"strings"
	"time"

	"dagpass/internal/audit"
)

// AuditTx is the storage of the record, as far as it is read. Events are those of an Organization's
// chain and come sealed, as they were appended.
type AuditTx interface {
	// AuditSpan returns the numbers of the events recorded at or after one instant and before another;
	// a zero instant leaves its side open. A span whose Last is less than First is empty.
	AuditSpan(org OrgID, from, until time.Time) (AuditSpan, error)
	// AuditNewest returns at most limit events of the span that have the key, newest first.
	AuditNewest(org OrgID, in AuditSpan, key AuditKey, limit int) ([]audit.Event, error)
	// AuditOldest returns at most limit events of the span, oldest first.
	AuditOldest(org OrgID, in AuditSpan, limit int) ([]audit.Event, error)
	// AuditState returns what is known about the chain.
	AuditState(org OrgID) (AuditState, error)
}

// AuditSpan is the numbers of events from First to Last.
type AuditSpan struct{ First, Last int64 }

// Len is how many events a span holds; chains have no gaps.
func (s AuditSpan) Len() int64 { return max(0, s.Last-s.First+1) }

// AuditKey is what events are looked up by: a column that has an index, and its value.
type AuditKey struct {
	By    AuditColumn
	Value string
}

// AuditColumn is a column by which events can be looked up.
type AuditColumn int

// The columns, those that usually leave the fewest events first.
const (
	AuditByTarget AuditColumn = iota
	AuditByActor
	AuditByOutcome // refused events; the value says nothing
	AuditByAction
	AuditByWorkspace
	AuditByNothing // all events of the chain
)

// AuditState is what is known about a chain.
type AuditState struct {
	FirstAt  time.Time // of the oldest event kept
	Kept     int64     // how many events there are
	Checked  time.Time // when the chain was last checked; zero for never
	Events   int64     // how many events that check read
	BrokenAt int64     // the number of the first bad event, 0 when all are genuine
	Why      string    // what is wrong with it
}

// AuditFilter narrows the log. Its zero value lets every event pass.
type AuditFilter struct {
	Actor, Target string // an id, or a part of the name; of an actor, of the e-mail address too
	Action        audit.Action
	Workspace     WorkspaceID
	Outcome       audit.Outcome
	From, Until   time.Time // from the first instant on, before the second
	Search        string    // in names, ids, addresses and the request id
}

// Active reports whether anything but the time narrows the log.
func (f AuditFilter) Active() bool {
	f.From, f.Until = time.Time{}, time.Time{}
	return f != AuditFilter{}
}

// key returns the index that leaves the fewest events to look at.
func (f AuditFilter) key() AuditKey {
	switch {
	case IsID(f.Target):
		return AuditKey{AuditByTarget, f.Target}
	case IsID(f.Actor):
		return AuditKey{AuditByActor, f.Actor}
	case f.Outcome == audit.Denied:
		return AuditKey{By: AuditByOutcome}
	case f.Action != "":
		return AuditKey{AuditByAction, string(f.Action)}
	case f.Workspace != "":
		return AuditKey{AuditByWorkspace, string(f.Workspace)}
	}
	return AuditKey{By: AuditByNothing}
}

// matcher is a filter made ready for many events.
type matcher struct {
	AuditFilter
	actor, target, search string // folded
}

func (f AuditFilter) matcher() matcher {
	return matcher{f, Fold(f.Actor), Fold(f.Target), Fold(f.Search)}
}

func (m matcher) matches(e audit.Event) bool {
	switch {
	case m.Workspace != "" && e.WorkspaceID != string(m.Workspace),
		m.Action != "" && e.Action != m.Action,
		m.Outcome != "" && e.Outcome != m.Outcome,
		!m.From.IsZero() && e.At.Before(m.From),
		!m.Until.IsZero() && !e.At.Before(m.Until):
		return false
	}
	return isOrHolds(m.Actor, m.actor, e.ActorID, e.ActorName, e.ActorEmail) &&
		isOrHolds(m.Target, m.target, e.TargetID, e.TargetName) &&
		(m.search == "" || holds(m.search, e.ActorName, e.ActorEmail, e.ActorID, e.TargetName, e.TargetID,
			string(e.Action), e.WorkspaceID, e.IP, e.RequestID))
}

// isOrHolds reports whether a name or id as typed stands for what has the id or one of the names. The
// id of an object is taken as that alone.
func isOrHolds(typed, folded, id string, names ...string) bool {
	if typed == "" || typed == id {
		return true
	}
	return !IsID(typed) && holds(folded, names...)
}

func holds(needle string, texts ...string) bool {
	for _, text := range texts {
		if strings.Contains(Fold(text), needle) {
			return true
		}
	}
	return false
}

// AuditLog is the service that shows the record.
type AuditLog struct{ store Store[Tx] }

// NewAuditLog returns the service over a store.
func NewAuditLog(s Store[Tx]) *AuditLog { return &AuditLog{s} }

// auditScan is how many events one request looks at. Where no index answers a filter, a page of a long
// record would read all of it; instead it says how far it came, and the next one goes on from there.
const auditScan = 5000

// AuditPage is a part of the log, newest first.
type AuditPage struct {
	Events []audit.Event
	// Next is the number before which the next page begins, 0 when there is none.
	Next int64
	// SearchedTo is set when the page is not full because so many events were looked at: it is the
	// time of the last of them.
	SearchedTo time.Time
	State      AuditState
}

// List returns the events at a scope that pass a filter, newest first: at most limit of those with a
// number below before, which is 0 for the newest. At a Workspace only its own events are seen. Errors:
// NotFound and Forbidden below its Owner.
func (s *AuditLog) List(ctx context.Context, by Actor, at Scope, f AuditFilter, before int64, limit int) (AuditPage, error) {
	var page AuditPage
	err := Read(ctx, s.store, by, AuditView, inScope(at), func(_ Grants, tx Tx) (err error) {
		f, page = within(at, f), AuditPage{}
		span, err := tx.AuditSpan(at.Org, f.From, f.Until)
		if err != nil {
			return err
		}
		if before > 0 {
			span.Last = min(span.Last, before-1)
		}
		w := walk{tx: tx, org: at.Org, filter: f.matcher(), limit: limit}
		if err := w.run(span); err != nil {
			return err
		}
		page.Events, page.Next, page.SearchedTo = w.found, w.next, w.searchedTo
		page.State, err = stateAt(tx, at)
		return err
	})
	return page, err
}

// within confines a filter to a scope.
func within(at Scope, f AuditFilter) AuditFilter {
	if at.Level() == WorkspaceLevel {
		f.Workspace = at.Workspace
	}
	return f
}

// stateAt is the state of the chain. How much happens elsewhere in the Organization is not told in a
// Workspace.
func stateAt(tx Tx, at Scope) (AuditState, error) {
	state, err := tx.AuditState(at.Org)
	if at.Level() == WorkspaceLevel {
		state.FirstAt, state.Kept, state.Events = time.Time{}, 0, 0
	}
	return state, err
}

// Event returns one event at a scope by its number. NotFound when it is not kept, or belongs to another
// Workspace; otherwise errors as for [AuditLog.List].
func (s *AuditLog) Event(ctx context.Context, by Actor, at Scope, seq int64) (audit.Event, error) {
	var e audit.Event
	err := Read(ctx, s.store, by, AuditView, inScope(at), func(_ Grants, tx Tx) error {
		found, err := tx.AuditOldest(at.Org, AuditSpan{seq, seq}, 1)
		if err != nil {
			return err
		}
		if len(found) == 0 || !within(at, AuditFilter{}).matcher().matches(found[0]) {
			return Missing()
		}
		e = found[0]
		return nil
	})
	return e, err
}
