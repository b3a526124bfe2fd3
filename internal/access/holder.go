package access

import (
	"context"

	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Own returns the token whose value the actor presented, with all its roles, and its Organization.
// Errors: Invalid for a person, who is no token; Forbidden from an address that the Organization does not
// admit; Unauthenticated when the value ended meanwhile.
func (s *Tokens) Own(ctx context.Context, by Actor) (Detail, Org, error) {
	if by.Kind != TokenActor {
		return Detail{}, Org{}, &Error{Code: Invalid, Reason: ReasonNoToken,
			Message: "You are signed in as a person, and this answers for API tokens. Ask for yourself at /v1/users/self."}
	}
	var d Detail
	var org Org
	err := Lookup(ctx, s.store, func(tx Tx) error {
		p, err := tx.Presented(by.Credential)
		if err != nil {
			return err
		}
		t, err := tx.Token(p.Org, p.Token)
		if err != nil {
			return err
		}
		g, err := tx.Grants(by, t.Home)
		switch {
		case err != nil:
			return err
		case g.Barred != nil:
			return g.Barred
		}
		if org, err = tx.Org(p.Org); err != nil {
			return err
		}
		d, err = show(tx, by, g, p.Org, p.Token)
		return err
	})
	return d, org, err
}

// Introspection is what is said about a presented value. The zero one says that it is not active, and
// nothing else.
type Introspection struct {
	Active           bool
	Issuer, Audience string
	Claims           secret.Claims
	Organization     OrgID
	Roles            []TokenRole // as far as the asking actor may see them
}

// Introspect says what a presented value is (RFC 7662): for the actor's own, and for one of a token the
// actor may list. All others are not active: unknown, ended, of another Organization, or out of sight.
// Errors: Unauthenticated for an actor whose own credential ended meanwhile.
func (s *Tokens) Introspect(ctx context.Context, by Actor, presented string) (Introspection, error) {
	if !secret.WellFormed(presented) {
		return Introspection{}, nil
	}
	value := secret.NewValue(presented)
	var found Introspection
	err := Lookup(ctx, s.store, func(tx Tx) error {
		found = Introspection{}
		roles, err := rolesInSight(tx, by, s.keys.Digest(value))
		if err != nil || len(roles) == 0 {
			return err
		}
		found.Active, found.Roles, found.Organization = true, roles, roles[0].At.Org
		found.Claims, found.Issuer, found.Audience, err = secret.ReadClaims(value)
		return err
	})
	if CodeOf(err) == NotFound {
		err = nil
	}
	if err != nil {
		return Introspection{}, err
	}
	return found, nil
}

// rolesInSight returns the roles of the token with an accepted value that the actor may see; none for a
// value that is not accepted. NotFound for what is unknown, or out of the actor's sight.
func rolesInSight(tx Tx, by Actor, value secret.Digest) ([]TokenRole, error) {
	p, err := tx.Presented(value)
	if err != nil || p.refusal(tx.Now()) != nil {
		return nil, err
	}
	at := Scope{Org: p.Org}
	g, err := tx.Grants(by, at)
	if err != nil {
		return nil, err
	}
	if err := Permit(g, View, at.Level()); err != nil {
		return nil, err
	}
	tok, err := tx.Token(p.Org, p.Token)
	if err != nil {
		return nil, err
	}
	return newSight(tx, by, p.Org, g).roles(tok)
}

// Revoke ends a presented value at once, whoever presents it: having it is enough (RFC 7009). The token
// keeps its name and roles and waits to be rotated. It reports whether there was a value to end; one that
// is unknown, or has ended already, is no error and changes nothing.
func (s *Tokens) Revoke(ctx context.Context, presented string, o Origin) (ended bool, err error) {
	if !secret.WellFormed(presented) {
		return false, nil
	}
	by := Actor{Kind: TokenActor, Credential: s.keys.Digest(secret.NewValue(presented)), Origin: o}
	// A look first: strangers who try values must not take turns at writing.
	err = Lookup(ctx, s.store, func(tx Tx) error {
		tok, err := heldToken(tx, by.Credential)
		by.ID, by.Name = string(tok.ID), tok.Name
		return err
	})
	if CodeOf(err) == NotFound {
		return false, nil
	}
	if err != nil {
		return false, err
	}
	err = Audited(ctx, s.store, by, func(c *Changing, tx Tx) error {
		ended = false
		tok, err := heldToken(tx, by.Credential)
		if CodeOf(err) == NotFound { // ended meanwhile
			c.Unchanged()
			return nil
		}
		if err != nil {
			return err
		}
		tok.RevokedAt, ended = c.Now, true
		c.RecordAt(tok.Home, audit.TokenRevoke, tok.target(), audit.Change{Field: "hint", Before: tok.Hint})
		return tx.RevokeValue(tok)
	})
	return ended && err == nil, err
}

// heldToken returns the live token with an accepted value. NotFound when there is none.
func heldToken(tx Tx, value secret.Digest) (Token, error) {
	p, err := tx.Presented(value)
	if err != nil {
		return Token{}, err
	}
	if p.refusal(tx.Now()) != nil {
		return Token{}, Missing()
	}
	return tx.Token(p.Org, p.Token)
}
