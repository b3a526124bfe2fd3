package signin

import (
	"cmp"
	"slices"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// The limits of a session (security.md 4). They are held on the server; the cookie has no end.
const (
	// IdleLimit is how long a session lives without a request.
	IdleLimit = 30 * time.Minute
	// SessionLimit is how long it lives after the password was given, whatever happens.
	SessionLimit = 12 * time.Hour
	// MaxSessions is how many a person has at once; the oldest makes room for one more.
	MaxSessions = 20

	// touchEvery is how often a request is noted as the last one, so that pages cause few writes.
	// An idle session therefore ends up to this much early.
	touchEvery = time.Minute
)

// Session is one place where a person is signed in.
type Session struct {
	// Digest is the digest of the id in the cookie; the id itself is not stored.
	Digest secret.Digest
	// ID names the session in URLs and in the record. It is no credential and has nothing to do with
	// the id in the cookie.
	ID string
	// Origin is the ID of the first of the sessions that took each other's place with a password step.
	// It stays, where Digest and ID are replaced.
	Origin string
	// Account is the person's account as it is now.
	Account Account
	// Epoch is that of the account when the session was opened; with another one it has ended.
	Epoch int64

	OpenedAt time.Time
	// LastSeen is the last request, at most a minute late.
	LastSeen time.Time
	// AuthenticatedAt is when the password was last given.
	AuthenticatedAt time.Time
	// Address and Client are where it was opened from.
	Address, Client string

	// Notice is a sentence to show on the next page, once; empty for none.
	Notice string
	// RevealPending says that a page with a secret was shown and the next page must push it out of
	// the browser's cache (security.md 7).
	RevealPending bool

	touchDue bool // set by Load: LastSeen is old enough to be written again
}

// IdleEnds is when the session ends unless there is another request.
func (s Session) IdleEnds() time.Time { return s.LastSeen.Add(IdleLimit) }

// Ends is when the session ends whatever happens.
func (s Session) Ends() time.Time { return s.OpenedAt.Add(SessionLimit) }

// Actor is the person as whoever a request comes from.
func (s Session) Actor(o access.Origin) access.Actor {
	a := s.Account.actor(o)
	a.Credential, a.AuthenticatedAt = s.Digest, s.AuthenticatedAt
	return a
}

// The reasons for which there is no session.
const (
	// ReasonSignInNeeded: no session with this id, or one that was ended.
	ReasonSignInNeeded = "sign_in_needed"
	// ReasonSessionIdle: nothing happened for [IdleLimit].
	ReasonSessionIdle = "session_idle"
	// ReasonSessionOver: it was opened [SessionLimit] ago.
	ReasonSessionOver = "session_over"
)

// alive returns why the session is none any more at now, nil when it lives.
func (s Session) alive(now time.Time) error {
	switch {
	case s.Account.Status != access.UserActive, s.Epoch != s.Account.Epoch:
		return signInNeeded()
	case !now.Before(s.Ends()):
		return &access.Error{Code: access.Unauthenticated, Reason: ReasonSessionOver,
			Message: "You were signed out because you signed in 12 hours ago."}
	case !now.Before(s.IdleEnds()):
		return &access.Error{Code: access.Unauthenticated, Reason: ReasonSessionIdle,
			Message: "You were signed out because nothing happened for 30 minutes."}
	}
	return nil
}

func (s Session) target() access.Target {
	return access.Target{Kind: audit.TargetSession, ID: s.ID, Name: s.Account.FullName}
}

func signInNeeded() *access.Error {
	return &access.Error{Code: access.Unauthenticated, Reason: ReasonSignInNeeded, Message: "Sign in to continue."}
}

// SessionTx is the storage of sessions.
type SessionTx interface {
	// Session returns a session with its account, dead or alive. NotFound when there is none.
	Session(d secret.Digest) (Session, error)
	// SessionsOf returns every session of a person, dead or alive, the one seen last first.
	SessionsOf(id access.UserID) ([]Session, error)
	// InsertSession stores a new session.
	InsertSession(s Session) error
	// UpdateSession stores LastSeen, Notice and RevealPending. NotFound when the session is gone.
	UpdateSession(s Session) error
	// DeleteSession removes a session with the form keys used in it; removing none is no error.
	DeleteSession(d secret.Digest) error
	// SweepSessions removes the sessions opened before an instant.
	SweepSessions(before time.Time) error
}

// self returns the actor's own session. Unauthenticated when it has ended, also since the request
// began, and for a program that acts for a person: their account and sessions are theirs alone.
func self(tx Tx, by access.Actor) (Session, error) {
	if by.Kind != access.UserActor || by.Program != "" {
		return Session{}, signInNeeded()
	}
	return session(tx, by.Credential)
}

// session returns a live session. Unauthenticated when there is none.
func session(tx Tx, d secret.Digest) (Session, error) {
	s, err := tx.Session(d)
	if access.CodeOf(err) == access.NotFound {
		return Session{}, signInNeeded()
	}
	if err != nil {
		return Session{}, err
	}
	return s, s.alive(tx.Now())
}

// open stores a new session of a person and returns the id for its cookie. The oldest sessions make
// room when there are too many.
func open(tx Tx, a Account, o access.Origin) (secret.Value, error) {
	return renew(tx, Session{}, a, o)
}

// renew is [open] with what is pending in an old session carried over, which ends. The old id is
// worth nothing afterwards, so whoever knew it is out. The password was given for both, so the new one
// has its whole time before it.
func renew(tx Tx, old Session, a Account, o access.Origin) (secret.Value, error) {
	if err := tx.DeleteSession(old.Digest); err != nil {
		return secret.Value{}, err
	}
	if err := makeRoom(tx, a.ID); err != nil {
		return secret.Value{}, err
	}
	id, now := secret.NewSessionID(), tx.Now()
	fresh := tx.NewID()
	return id, tx.InsertSession(Session{
		Digest: secret.HashOf(id), ID: fresh, Origin: cmp.Or(old.Origin, fresh), Account: a, Epoch: a.Epoch,
		OpenedAt: now, LastSeen: now, AuthenticatedAt: now, Address: o.Address, Client: o.Client,
		Notice: old.Notice, RevealPending: old.RevealPending,
	})
}

func makeRoom(tx Tx, id access.UserID) error {
	all, err := tx.SessionsOf(id)
	if err != nil {
		return err
	}
	for _, s := range surplus(all, tx.Now()) {
		if err := tx.DeleteSession(s.Digest); err != nil {
			return err
		}
	}
	return nil
}

// surplus returns the sessions that go so that one more fits: none while there is room, otherwise
// all dead ones and then the oldest.
func surplus(all []Session, now time.Time) []Session {
	if len(all) < MaxSessions {
		return nil
	}
	all = slices.Clone(all)
	slices.SortStableFunc(all, func(a, b Session) int { return b.OpenedAt.Compare(a.OpenedAt) })
	live := slices.DeleteFunc(slices.Clone(all), func(s Session) bool { return s.alive(now) != nil })
	kept := make(map[secret.Digest]bool, MaxSessions)
	for _, s := range live[:min(len(live), MaxSessions-1)] {
		kept[s.Digest] = true
	}
	return slices.DeleteFunc(all, func(s Session) bool { return kept[s.Digest] })
}
