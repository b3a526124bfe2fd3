package access

import (
	"context"
	"fmt"
	"sync"
	"time"

	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Presented is what is stored about the exact value a caller presented.
type Presented struct {
	Token   TokenID
	Org     OrgID
	Name    string
	Home    Scope
	EndAt   time.Time // zero when it never expires
	EndedAt time.Time // zero while the value is the current one of a live token
	Ended   EndReason
}

// VerifyTx is what verification needs of storage.
type VerifyTx interface {
	// Presented returns what is stored about the value with this digest, current or ended, by one
	// indexed read. NotFound for a value that was never issued here.
	Presented(d secret.Digest) (Presented, error)
	// OwnsAWorkspace reports whether the actor manages tokens in any Workspace of the Organization.
	OwnsAWorkspace(org OrgID, by Actor) (bool, error)
	// BoundWorkspaces returns the Workspaces in which a token has a role, at most limit.
	BoundWorkspaces(id TokenID, limit int) ([]WorkspaceID, error)
	// MarkUsed stores last uses; an older one than is stored changes nothing.
	MarkUsed(uses map[TokenID]Use) error
	// EndedUseSeen reports whether a use of an ended value of the token from this address was
	// recorded since the instant.
	EndedUseSeen(id TokenID, address string, since time.Time) (bool, error)
}

// Verify turns a presented value into the actor it stands for. No JWT is parsed: the exact string
// is looked up by its keyed digest, which proves that these very bytes were issued here. Errors:
// Unauthenticated, with reason invalid_token and nothing more for a string that never was a value,
// and with why, whose and when for one that was (security.md 3.7); anything else means that the
// value could not be checked, and must never let anyone in.
func (s *Tokens) Verify(ctx context.Context, presented string, o Origin) (Actor, error) {
	if !secret.WellFormed(presented) {
		return Actor{}, notAToken()
	}
	digest := s.keys.Digest(secret.NewValue(presented))
	var p Presented
	var now time.Time
	err := Lookup(ctx, s.store, func(tx Tx) (err error) {
		now = tx.Now()
		p, err = tx.Presented(digest)
		return err
	})
	switch CodeOf(err) {
	case "":
	case NotFound:
		return Actor{}, notAToken()
	default:
		return Actor{}, err
	}
	actor := Actor{Kind: TokenActor, ID: string(p.Token), Name: p.Name, Credential: digest, Origin: o}
	if refusal := p.refusal(now); refusal != nil {
		s.recordEndedUse(ctx, actor, p, refusal)
		return Actor{}, refusal
	}
	return actor, nil
}

// notAToken is the one answer to every string that never was a value of ours.
func notAToken() *Error {
	return &Error{Code: Unauthenticated, Reason: ReasonInvalidToken, Message: "The API token is not valid. Check that the whole value was copied."}
}

// refusal says why a value that is or was ours is not accepted at now, nil when it is.
func (p Presented) refusal(now time.Time) *Error {
	e := &Error{Code: Unauthenticated, TokenID: p.Token, OccurredAt: p.EndedAt}
	switch {
	case !p.EndedAt.IsZero():
		e.Reason, e.Message = endedText(p)
	case !p.EndAt.IsZero() && !now.Before(p.EndAt):
		e.Reason, e.OccurredAt = ReasonTokenExpired, p.EndAt
		e.Message = fmt.Sprintf("The API token %s expired at %s. Rotate it to get a new value.", p.Name, stamp(p.EndAt))
	default:
		return nil
	}
	return e
}

func endedText(p Presented) (reason, message string) {
	at := stamp(p.EndedAt)
	switch p.Ended {
	case EndedByRotation:
		return ReasonTokenRotated, fmt.Sprintf("This value of the API token %s was replaced by rotation at %s. Use the new value.", p.Name, at)
	case EndedByDeletion:
		return ReasonTokenDeleted, fmt.Sprintf("The API token %s was deleted at %s. Create a new one and update the workflow.", p.Name, at)
	case EndedByRevocation:
		return ReasonTokenRevoked, fmt.Sprintf("This value of the API token %s was revoked at %s by somebody who held it. Rotate the token to get a new value.", p.Name, at)
	case EndedByRestore:
		return ReasonTokenRestored, fmt.Sprintf("This value of the API token %s ended at %s, when Dagpass was restored from a backup. Rotate the token to get a new value.", p.Name, at)
	case EndedWithWorkspace:
		return ReasonWorkspaceDeleted, fmt.Sprintf("The API token %s ended at %s, when its Workspace was deleted.", p.Name, at)
	}
	return ReasonTokenEnded, fmt.Sprintf("This value of the API token %s was ended at %s.", p.Name, at)
}

func stamp(t time.Time) string { return t.UTC().Format("2006-01-02 15:04:05 UTC") }

// Bound returns the Workspaces the calling token has a role in, for refusals that say where it
// would be welcome; nothing for other actors. Forbidden from an address its Organization does not admit,
// which tells a finder of the value nothing.
func (s *Tokens) Bound(ctx context.Context, by Actor) ([]WorkspaceID, error) {
	if by.Kind != TokenActor {
		return nil, nil
	}
	var bound []WorkspaceID
	err := Lookup(ctx, s.store, func(tx Tx) (err error) {
		if _, err := tx.OrgsOf(by); CodeOf(err) == Forbidden {
			return err
		}
		bound, err = tx.BoundWorkspaces(TokenID(by.ID), MaxBindings)
		return err
	})
	return bound, err
}

// MaxBindings is the greatest number of roles one token can hold (security.md 10).
const MaxBindings = 1000

// uses holds last uses in memory until they are flushed; a use never waits for the database.
type uses struct {
	mu   sync.Mutex
	last map[TokenID]Use
}

// Used notes that a token was accepted now. It is kept in memory until [Tokens.FlushUses].
func (s *Tokens) Used(by Actor, now time.Time) {
	if by.Kind != TokenActor {
		return
	}
	s.uses.mu.Lock()
	defer s.uses.mu.Unlock()
	if s.uses.last == nil {
		s.uses.last = map[TokenID]Use{}
	}
	s.uses.last[TokenID(by.ID)] = Use{
		At: now.UTC().Truncate(time.Millisecond), Address: by.Origin.Address, Client: by.Origin.Client,
		AstroClient: by.Origin.AstroClient, AstroClientVersion: by.Origin.AstroClientVersion,
	}
}

// FlushUses stores the uses noted since the last flush in one transaction. After an error they are
// kept for the next one. A crash may lose what was not flushed.
func (s *Tokens) FlushUses(ctx context.Context) error {
	s.uses.mu.Lock()
	batch := s.uses.last
	s.uses.last = nil
	s.uses.mu.Unlock()
	if len(batch) == 0 {
		return nil
	}
	err := Upkeep(ctx, s.store, func(tx Tx) error { return tx.MarkUsed(batch) })
	if err != nil {
		s.uses.putBack(batch)
	}
	return err
}

func (u *uses) putBack(batch map[TokenID]Use) {
	u.mu.Lock()
	defer u.mu.Unlock()
	for id, use := range u.last {
		batch[id] = use
	}
	u.last = batch
}

// endedUses remembers which uses of ended values were recorded within the hour, so that a pipeline
// that was forgotten costs one write an hour and not one a request.
type endedUses struct {
	mu   sync.Mutex
	seen map[string]time.Time
}

const (
	endedUseEvery = time.Hour
	endedUsesKept = 10_000
)

func (e *endedUses) first(id TokenID, address string, now time.Time) bool {
	e.mu.Lock()
	defer e.mu.Unlock()
	key := string(id) + " " + address
	if at, ok := e.seen[key]; ok && now.Sub(at) < endedUseEvery {
		return false
	}
	if e.seen == nil || len(e.seen) >= endedUsesKept {
		e.seen = map[string]time.Time{}
	}
	e.seen[key] = now
	return true
}

// recordEndedUse leaves one audit event per token, address and hour when an ended value is used:
// a forgotten pipeline, or someone who should not have it. The answer does not depend on it.
func (s *Tokens) recordEndedUse(ctx context.Context, by Actor, p Presented, why *Error) {
	var now time.Time
	_ = Lookup(ctx, s.store, func(tx Tx) error { now = tx.Now(); return nil })
	if !s.ended.first(p.Token, by.Origin.Address, now) {
		return
	}
	_ = Audited(ctx, s.store, by, func(c *Changing, tx Tx) error {
		seen, err := tx.EndedUseSeen(p.Token, by.Origin.Address, c.Now.Add(-endedUseEvery))
		if err != nil {
			return err
		}
		if seen {
			c.Unchanged()
			return nil
		}
		c.RecordAt(p.Home, audit.TokenUsedAfterEnd, Target{audit.TargetToken, string(p.Token), p.Name},
			audit.Change{Field: "reason", After: why.Reason})
		return nil
	})
}
