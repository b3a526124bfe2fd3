package access

import (
	"context"

	"dagpass/internal/audit"
)

// Bind gives an Organization token a role in a Workspace: one token, one value, one more place. It
// counts from the token's next request. Only Organization Owners may. Errors: Invalid for an
// unknown role; NotFound, also for a token whose home is a Workspace; Forbidden; Conflict with
// reason taken when the token has a role there already.
func (s *Tokens) Bind(ctx context.Context, by Actor, at Scope, id TokenID, role Role) (Token, error) {
	var tok Token
	err := Change(ctx, s.store, by, onToken(TokenBind, audit.TokenBindingAdd, id), inOrg(at.Org), func(c *Changing, tx Tx) (err error) {
		if role, err = given(tx, role, at); err != nil {
			return err
		}
		if _, err := inScope(at)(tx); err != nil {
			return err
		}
		if tok, err = ownToken(tx, Scope{Org: at.Org}, id); err != nil {
			return err
		}
		if _, err := tx.TokenRoleAt(tok, at); err == nil {
			return Conflicting(ReasonTaken, "That token already has a role in this Workspace. Edit it in the list.")
		}
		return bind(c, tx, tok, at, role)
	})
	return tok, err
}

// bind gives a token a role in a Workspace in which it has none.
func bind(c *Changing, tx Tx, tok Token, at Scope, role Role) error {
	if err := c.MayGrant(role, WorkspaceLevel); err != nil {
		return err
	}
	if err := mayBind(tx, tok, at); err != nil {
		return err
	}
	c.RecordAt(at, audit.TokenBindingAdd, tok.target(), audit.Change{Field: "role", After: c.word(role)})
	return tx.SetTokenRole(tok, at, role, by(c))
}

// mayBind refuses a role more than a token, or than a Workspace, may hold.
func mayBind(tx Tx, tok Token, at Scope) error {
	n, err := tx.RoleCount(tok.ID)
	if err != nil {
		return err
	}
	if n >= MaxBindings {
		return Conflicting(ReasonFull, tok.Name+" has a role in 1,000 places, and can't have more.")
	}
	return hasRoom(tx, at)
}

// Rebind changes the role of a shared token in one Workspace and leaves all others as they are.
// seen is the role the caller was shown, "" where none was. Errors: Invalid; NotFound when the
// token has no role there; Forbidden below Workspace Owner or for a role above one's own; Conflict
// with reason changed_meanwhile.
func (s *Tokens) Rebind(ctx context.Context, by Actor, at Scope, id TokenID, role, seen Role) (Token, error) {
	return s.shared(ctx, by, at, id, audit.TokenBindingUpdate, func(c *Changing, tx Tx, tok Token, old TokenRole) (err error) {
		if role, err = given(tx, role, at); err != nil {
			return err
		}
		if seen != "" && seen != old.Role {
			return Conflicting(ReasonStale, "The role of "+tok.Name+" here is now "+c.label(old.Role)+". Reload to see the change.")
		}
		return rebind(c, tx, tok, at, old.Role, role)
	})
}

// rebind replaces the role a shared token has in a Workspace.
func rebind(c *Changing, tx Tx, tok Token, at Scope, old, new Role) error {
	if err := c.mayReplace(old, new, WorkspaceLevel); err != nil {
		return err
	}
	if new == old {
		c.Unchanged()
		return nil
	}
	c.RecordAt(at, audit.TokenBindingUpdate, tok.target(), audit.Change{Field: "role", Before: c.word(old), After: c.word(new)})
	return tx.SetTokenRole(tok, at, new, by(c))
}

// Unbind takes a shared token's role in one Workspace; the token, its value and its other
// Workspaces stay. Errors: NotFound when the token has no role there; Forbidden below Workspace
// Owner.
func (s *Tokens) Unbind(ctx context.Context, by Actor, at Scope, id TokenID) (Token, error) {
	return s.shared(ctx, by, at, id, audit.TokenBindingRemove, func(c *Changing, tx Tx, tok Token, old TokenRole) error {
		return unbind(c, tx, tok, at, old.Role)
	})
}

// unbind takes the role a shared token has in a Workspace.
func unbind(c *Changing, tx Tx, tok Token, at Scope, old Role) error {
	if err := c.MayTouch(old, WorkspaceLevel); err != nil {
		return err
	}
	c.RecordAt(at, audit.TokenBindingRemove, tok.target(), audit.Change{Field: "role", Before: c.word(old)})
	return tx.RemoveTokenRole(tok, at)
}

// shared changes the role of an Organization token in a Workspace. A Workspace's own token has no
// role here that could be rebound or removed: it is edited or deleted.
func (s *Tokens) shared(ctx context.Context, by Actor, at Scope, id TokenID, as audit.Action,
	act func(c *Changing, tx Tx, tok Token, old TokenRole) error) (Token, error) {
	var tok Token
	err := Change(ctx, s.store, by, onToken(TokenRebind, as, id), inScope(at), func(c *Changing, tx Tx) (err error) {
		if tok, err = tx.Token(at.Org, id); err != nil {
			return err
		}
		old, err := tx.TokenRoleAt(tok, at)
		if err != nil {
			return err
		}
		if old.Home {
			return Missing()
		}
		return act(c, tx, tok, old)
	})
	return tok, err
}
