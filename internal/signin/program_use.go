package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// Load returns the live login behind the value a program calls with. It writes nothing; call
// [Programs.Touch] afterwards. Errors: Unauthenticated with reason token_expired for a value past its
// hour, and invalid_token for all others; anything else means that the value could not be checked, and
// must never let anyone in.
func (s *Programs) Load(ctx context.Context, presented string) (ProgramLogin, error) {
	var l ProgramLogin
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		l, err = tx.LoginByAccess(digestOf(presented, secret.LoginAccess))
		switch access.CodeOf(err) {
		case "":
			return l.Callable(tx.Now())
		case access.NotFound:
			return noLogin()
		}
		return err
	})
	if err != nil {
		return ProgramLogin{}, err
	}
	return l, nil
}

// Touch notes in a login that it was used now, at most once a minute, so it can be called for every
// request. A failure is no reason for the request to fail.
func (s *Programs) Touch(ctx context.Context, l ProgramLogin, o access.Origin) error {
	due := func(l ProgramLogin, tx Tx) bool { return tx.Now().Sub(l.LastUsed) >= touchEvery }
	wanted := false
	if err := access.Lookup(ctx, s.store, func(tx Tx) error { wanted = due(l, tx); return nil }); err != nil || !wanted {
		return err
	}
	return access.Upkeep(ctx, s.store, func(tx Tx) error {
		l.LastUsed, l.Address, l.Client = tx.Now(), o.Address, o.Client
		return tx.TouchLogin(l)
	})
}

// List returns the live logins of the person, the one used last first. Errors: Unauthenticated. They
// are ended by [Sessions.End].
func (s *Programs) List(ctx context.Context, by access.Actor) ([]ProgramLogin, error) {
	var live []ProgramLogin
	err := access.Lookup(ctx, s.store, func(tx Tx) error {
		live = nil
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		live, err = loginsOf(tx, own.Account.ID)
		return err
	})
	return live, err
}

func loginsOf(tx Tx, id access.UserID) ([]ProgramLogin, error) {
	all, err := tx.LoginsOf(id)
	if err != nil {
		return nil, err
	}
	var live []ProgramLogin
	for _, l := range all {
		if l.alive(tx.Now()) {
			live = append(live, l)
		}
	}
	return live, nil
}

// Revoke ends the login to which a presented value belongs, whoever presents it: having it is enough
// (RFC 7009, product.md 4.7). It reports whether there was one to end; a value that is unknown, or has
// ended already, is no error and changes nothing.
func (s *Programs) Revoke(ctx context.Context, presented string, o access.Origin) (ended bool, err error) {
	var held ProgramLogin
	err = access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		held, err = heldLogin(tx, presented)
		return err
	})
	if access.CodeOf(err) == access.NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = access.Audited(ctx, s.store, held.Account.actor(o), func(c *access.Changing, tx Tx) error {
		ended = false
		l, err := heldLogin(tx, presented)
		if access.CodeOf(err) == access.NotFound { // ended meanwhile
			c.Unchanged()
			return nil
		}
		if err != nil {
			return err
		}
		ended = true
		return endLogin(c, tx, l, endedByRevoke)
	})
	return ended && err == nil, err
}

// heldLogin returns the live login with a value, to call with or to renew with. NotFound when there is
// none.
func heldLogin(tx Tx, presented string) (ProgramLogin, error) {
	l, err := tx.LoginByAccess(digestOf(presented, secret.LoginAccess))
	if access.CodeOf(err) == access.NotFound {
		l, err = tx.LoginByRefresh(digestOf(presented, secret.LoginRefresh))
	}
	if err == nil && !l.alive(tx.Now()) {
		err = access.Missing()
	}
	return l, err
}

// Introspect returns the login of the actor's own to which a presented value belongs, and whether it is
// one that counts now (RFC 7662). Of others' nothing is said.
func (s *Programs) Introspect(ctx context.Context, by access.Actor, presented string) (ProgramLogin, bool, error) {
	var l ProgramLogin
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		if l, err = heldLogin(tx, presented); err != nil {
			return err
		}
		if by.Kind != access.UserActor || by.ID != string(l.Account.ID) || !l.AccessEnds.IsZero() && l.Callable(tx.Now()) != nil {
			return access.Missing()
		}
		return nil
	})
	if access.CodeOf(err) == access.NotFound {
		return ProgramLogin{}, false, nil
	}
	return l, err == nil, err
}
