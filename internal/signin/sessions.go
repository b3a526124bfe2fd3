package signin

import (
	"context"
	"slices"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Sessions is the service of sessions.
type Sessions struct{ store Store }

// NewSessions returns the service over a store.
func NewSessions(s Store) *Sessions { return &Sessions{s} }

// Load returns the live session behind the id in a cookie. It writes nothing; call [Sessions.Touch]
// afterwards. Errors: Unauthenticated with reason session_idle, session_over or sign_in_needed; the
// last one also for anything that is no session id.
func (s *Sessions) Load(ctx context.Context, id secret.Value) (Session, error) {
	if id.IsZero() {
		return Session{}, signInNeeded()
	}
	var found Session
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		found, err = session(tx, secret.HashOf(id))
		found.touchDue = tx.Now().Sub(found.LastSeen) >= touchEvery
		return err
	})
	if err != nil {
		return Session{}, err
	}
	return found, nil
}

// Touch notes in the session that there was a request, and returns the session with it. Within a
// minute of the last note it does nothing, so it can be called for every request. A failure is worth
// a line in the log and nothing more: the request itself is not to fail for it.
func (s *Sessions) Touch(ctx context.Context, loaded Session) (Session, error) {
	if !loaded.touchDue {
		return loaded, nil
	}
	err := s.update(ctx, loaded.Digest, func(tx Tx, current *Session) {
		current.LastSeen = tx.Now()
		loaded.LastSeen = current.LastSeen
	})
	loaded.touchDue = err != nil
	return loaded, err
}

// SetNotice leaves a sentence for the person's next page, in place of one left before. Errors:
// Unauthenticated when the session has ended.
func (s *Sessions) SetNotice(ctx context.Context, by access.Actor, text string) error {
	return s.update(ctx, by.Credential, func(_ Tx, current *Session) { current.Notice = text })
}

// TakeNotice returns the sentence left for this page and forgets it, so that of two pages loaded at
// once one shows it. Without one, which the session as loaded tells, nothing is written.
func (s *Sessions) TakeNotice(ctx context.Context, seen Session) (string, error) {
	if seen.Notice == "" {
		return "", nil
	}
	var text string
	err := s.update(ctx, seen.Digest, func(_ Tx, current *Session) {
		text, current.Notice = current.Notice, ""
	})
	return text, err
}

// SetRevealPending notes that a page with a secret is being shown. Errors: Unauthenticated when the
// session has ended.
func (s *Sessions) SetRevealPending(ctx context.Context, by access.Actor) error {
	return s.update(ctx, by.Credential, func(_ Tx, current *Session) { current.RevealPending = true })
}

// TakeRevealPending reports whether a page with a secret was shown since, and forgets it. Without
// one, which the session as loaded tells, nothing is written.
func (s *Sessions) TakeRevealPending(ctx context.Context, seen Session) (bool, error) {
	if !seen.RevealPending {
		return false, nil
	}
	var pending bool
	err := s.update(ctx, seen.Digest, func(_ Tx, current *Session) {
		pending, current.RevealPending = current.RevealPending, false
	})
	return pending, err
}

func (s *Sessions) update(ctx context.Context, d secret.Digest, change func(tx Tx, current *Session)) error {
	return access.Upkeep(ctx, s.store, func(tx Tx) error {
		current, err := session(tx, d)
		if err != nil {
			return err
		}
		change(tx, &current)
		return tx.UpdateSession(current)
	})
}

// List returns the live sessions of the person, the one seen last first; the actor's own is the one
// whose Digest is the actor's Credential. Errors: Unauthenticated.
func (s *Sessions) List(ctx context.Context, by access.Actor) ([]Session, error) {
	var live []Session
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		live, err = ownSessions(tx, by)
		return err
	})
	return live, err
}

func ownSessions(tx Tx, by access.Actor) ([]Session, error) {
	own, err := self(tx, by)
	if err != nil {
		return nil, err
	}
	all, err := tx.SessionsOf(own.Account.ID)
	if err != nil {
		return nil, err
	}
	var live []Session
	for _, s := range all {
		if s.alive(tx.Now()) == nil {
			live = append(live, s)
		}
	}
	return live, nil
}

// End ends one of the person's own sessions, the current one included, with the logins of programs that
// were allowed in it; or one of these logins. It goes by the ID of either. Errors: Unauthenticated;
// NotFound when it is not theirs or has ended.
func (s *Sessions) End(ctx context.Context, by access.Actor, id string) error {
	n, err := s.end(ctx, by, func(other Session) bool { return other.ID == id },
		func(l ProgramLogin) bool { return l.ID == id })
	if err == nil && n == 0 {
		return access.Missing()
	}
	return err
}

// EndOthers ends every session of the person but the current one, and every login of a program, and
// returns how many those were. Errors: Unauthenticated.
func (s *Sessions) EndOthers(ctx context.Context, by access.Actor) (int, error) {
	return s.end(ctx, by, func(other Session) bool { return other.Digest != by.Credential },
		func(ProgramLogin) bool { return true })
}

func (s *Sessions) end(ctx context.Context, by access.Actor, session func(Session) bool, login func(ProgramLogin) bool) (int, error) {
	n := 0
	err := access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		live, err := ownSessions(tx, by)
		if err != nil {
			return err
		}
		sessions := slices.DeleteFunc(live, func(one Session) bool { return !session(one) })
		logins, err := loginsOf(tx, access.UserID(by.ID))
		if err != nil {
			return err
		}
		logins = slices.DeleteFunc(logins, func(l ProgramLogin) bool { return !login(l) })
		if n = len(sessions) + len(logins); n == 0 {
			c.Unchanged()
			return nil
		}
		return endAll(c, tx, sessions, logins)
	})
	return n, err
}

// endAll ends logins, then sessions with what was allowed in them.
func endAll(c *access.Changing, tx Tx, sessions []Session, logins []ProgramLogin) error {
	for _, l := range logins {
		if err := endLogin(c, tx, l, endedByPerson); err != nil {
			return err
		}
	}
	for _, one := range sessions {
		c.Record(audit.SessionEnd, one.target())
		if err := endSession(c, tx, one); err != nil {
			return err
		}
	}
	return nil
}

// endSession ends a session for good: with it go the logins of programs that were allowed in it.
func endSession(c *access.Changing, tx Tx, one Session) error {
	if err := endLoginsOf(c, tx, one); err != nil {
		return err
	}
	return tx.DeleteSession(one.Digest)
}

// SignOut ends the session the request came with, and the logins of programs that were allowed in it. It
// succeeds when it has ended already.
func (s *Sessions) SignOut(ctx context.Context, by access.Actor) error {
	return access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		own, err := self(tx, by)
		if access.CodeOf(err) == access.Unauthenticated {
			c.Unchanged()
			return nil
		}
		if err != nil {
			return err
		}
		c.Record(audit.UserSignOut, own.target())
		return endSession(c, tx, own)
	})
}

// Sweep removes sessions past their end, codes, logins and known browsers past theirs, and forgotten
// counters of attempts. Everything it removes was worth nothing before. An idle session stays until
// [SessionLimit], so that its person can be told why it ended.
func (s *Sessions) Sweep(ctx context.Context) error {
	return access.Upkeep(ctx, s.store, func(tx Tx) error {
		now := tx.Now()
		if err := tx.SweepSessions(now.Add(-SessionLimit)); err != nil {
			return err
		}
		if err := tx.SweepCodes(now); err != nil {
			return err
		}
		if err := tx.SweepLogins(now); err != nil {
			return err
		}
		if err := tx.SweepDevices(now.Add(-DeviceLimit)); err != nil {
			return err
		}
		return tx.SweepAttempts(now.Add(-forgetAfter))
	})
}
