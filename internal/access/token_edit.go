package access

import (
	"context"
	"time"

	"dagpass/internal/audit"
)

// EditToken is what can change about an own token. Seen is the version the caller was shown, zero
// where no version was shown and the last writer wins.
type EditToken struct {
	Name, Description string
	Role              Role
	Seen              int
}

func (in EditToken) clean(tx Tx, home Scope) (EditToken, error) {
	checked, err := NewToken{Name: in.Name, Description: in.Description, Role: in.Role}.clean(tx, home)
	in.Name, in.Description, in.Role = checked.Name, checked.Description, checked.Role
	return in, err
}

// Edit changes name, description and home role of a token whose home is the scope; id, value,
// expiry and creator stay, and the role acts on the live token from its next request. Saving what
// is stored already is a success without an event. Errors: as for Create, and Conflict with reason
// changed_meanwhile.
func (s *Tokens) Edit(ctx context.Context, by Actor, home Scope, id TokenID, in EditToken) (Token, error) {
	var tok Token
	err := Change(ctx, s.store, by, onToken(TokenUpdate, audit.TokenUpdate, id), inScope(home), func(c *Changing, tx Tx) (err error) {
		if tok, err = ownToken(tx, home, id); err != nil {
			return err
		}
		in, err := in.clean(tx, home)
		if err != nil {
			return err
		}
		old, err := tx.TokenRoleAt(tok, home)
		if err != nil {
			return err
		}
		return s.edit(c, tx, &tok, old.Role, in)
	})
	return tok, err
}

// Renaming is what the API changes about a token's record. A description that is nil stays.
type Renaming struct {
	Name        string
	Description *string
}

// Rename is [Tokens.Edit] without the role and without a version: the last writer wins.
func (s *Tokens) Rename(ctx context.Context, by Actor, home Scope, id TokenID, in Renaming) (Token, error) {
	var tok Token
	err := Change(ctx, s.store, by, onToken(TokenUpdate, audit.TokenUpdate, id), inScope(home), func(c *Changing, tx Tx) (err error) {
		if tok, err = ownToken(tx, home, id); err != nil {
			return err
		}
		role, err := tx.TokenRoleAt(tok, home)
		if err != nil {
			return err
		}
		edit := EditToken{Name: in.Name, Description: tok.Description, Role: role.Role}
		if in.Description != nil {
			edit.Description = *in.Description
		}
		if edit, err = edit.clean(tx, home); err != nil {
			return err
		}
		return s.edit(c, tx, &tok, role.Role, edit)
	})
	return tok, err
}

func (s *Tokens) edit(c *Changing, tx Tx, tok *Token, old Role, in EditToken) error {
	if in.Seen != 0 && in.Seen != tok.Version {
		return stale(tok.Name, tok.UpdatedBy, tok.UpdatedAt)
	}
	changes := tok.diff(in)
	if in.Role != old {
		if err := rehome(c, tx, *tok, old, in.Role); err != nil {
			return err
		}
	}
	if len(changes) == 0 && in.Role == old {
		c.Unchanged()
		return nil
	}
	tok.Name, tok.Description = in.Name, in.Description
	tok.edited(c)
	if len(changes) > 0 {
		c.Record(audit.TokenUpdate, tok.target(), changes...)
	}
	return tx.UpdateToken(*tok)
}

// rehome replaces the role a token has on its home.
func rehome(c *Changing, tx Tx, tok Token, old, new Role) error {
	if err := c.mayReplace(old, new, tok.Home.Level()); err != nil {
		return err
	}
	c.RecordAt(tok.Home, audit.TokenBindingUpdate, tok.target(), audit.Change{Field: "role", Before: c.word(old), After: c.word(new)})
	return tx.SetTokenRole(tok, tok.Home, new, by(c))
}

// edited notes who changed the token, and when.
func (t *Token) edited(c *Changing) {
	t.Version++
	t.UpdatedAt, t.UpdatedBy = c.Now, by(c)
}

func (t Token) diff(in EditToken) []audit.Change {
	var out []audit.Change
	if in.Name != t.Name {
		out = append(out, audit.Change{Field: "name", Before: t.Name, After: in.Name})
	}
	if in.Description != t.Description {
		out = append(out, audit.Change{Field: "description", Before: t.Description, After: in.Description})
	}
	return out
}

func stale(name string, who Person, at time.Time) error {
	err := Conflicting(ReasonStale, who.Name+" changed "+name+" at "+at.Format("15:04")+" UTC. Reload to see the change.")
	err.OccurredAt = at
	return err
}
