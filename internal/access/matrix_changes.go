package access

import (
	"context"
	"fmt"

	"dagpass/internal/audit"
)

// CellChange is what one cell of the matrix is to become. From is the role the caller was shown,
// To the one to be held; "" is none.
type CellChange struct {
	Cell
	From, To Role
}

// NamedChange is a change with the names of what it is about.
type NamedChange struct {
	CellChange
	TokenName, WorkspaceName string
}

// MaxRearranged is the greatest number of cells that change at once: those of a page.
const MaxRearranged = MatrixTokens * MatrixWorkspaces

// StaleCells are the cells that no longer hold the role the caller was shown. It is the cause of the
// Conflict of [Tokens.Rearrange], for errors.As.
type StaleCells []Cell

// Error implements error.
func (s StaleCells) Error() string { return fmt.Sprintf("%d cells changed meanwhile", len(s)) }

// Rearranged counts what was done to the cells of the matrix.
type Rearranged struct{ Added, Changed, Removed int }

// Total is the number of changed cells.
func (r Rearranged) Total() int { return r.Added + r.Changed + r.Removed }

func (r *Rearranged) count(c CellChange) {
	switch {
	case c.From == "":
		r.Added++
	case c.To == "":
		r.Removed++
	default:
		r.Changed++
	}
}

// Proposal is a set of changes that could be made right now.
type Proposal struct {
	Changes []NamedChange // in the order they were given, without those that change nothing
	Rearranged
}

// Propose returns what changes would do, and does nothing. Errors: as for [Tokens.Rearrange], the
// limits of tokens and Workspaces aside.
func (s *Tokens) Propose(ctx context.Context, by Actor, org OrgID, changes []CellChange) (Proposal, error) {
	var p Proposal
	err := Read(ctx, s.store, by, TokenBind, inOrg(org), func(_ Grants, tx Tx) error {
		p = Proposal{}
		cells, err := resolve(tx, org, changes)
		custom := readOnce(func(id RoleID) (CustomRole, error) { return tx.CustomRole(org, id) })
		for _, c := range cells {
			if err == nil {
				err = requireRecentFor(c.To, by, tx.Now(), custom)
			}
			p.Changes = append(p.Changes, NamedChange{c.CellChange, c.token.Name, c.workspace.Name})
			p.count(c.CellChange)
		}
		return err
	})
	return p, err
}

// Rearrange changes the roles of Organization tokens in Workspaces, all of them or none, each by the
// rules of [Tokens.Bind], [Tokens.Rebind] and [Tokens.Unbind] and with their event at the Workspace.
// They count from the tokens' next requests. Changes whose From is their To are passed over. Errors:
// Invalid for an unknown role, a cell given twice or more than [MaxRearranged] changes; NotFound;
// Forbidden below Organization Owner; Unauthenticated when giving an Owner's role needs the
// password again; Conflict with reason changed_meanwhile and [StaleCells] when a cell, its token or
// its Workspace is no longer as shown, and with limit_reached.
func (s *Tokens) Rearrange(ctx context.Context, by Actor, org OrgID, changes []CellChange) (Rearranged, error) {
	var done Rearranged
	err := Change(ctx, s.store, by, Act{Do: TokenBind, As: audit.TokenBindingUpdate}, inOrg(org), func(c *Changing, tx Tx) error {
		done = Rearranged{}
		cells, err := resolve(tx, org, changes)
		if err != nil {
			return err
		}
		if len(cells) == 0 {
			c.Unchanged()
			return nil
		}
		for _, removing := range []bool{true, false} { // what is removed makes room for what is added
			for _, cell := range cells {
				if removing != (cell.To == "") {
					continue
				}
				if err := cell.apply(c, tx); err != nil {
					return err
				}
				done.count(cell.CellChange)
			}
		}
		return nil
	})
	if err != nil {
		return Rearranged{}, err
	}
	return done, nil
}

// cell is a change with what it is about, as it is now.
type cell struct {
	CellChange
	token     Token
	workspace Workspace
}

func (c cell) apply(by *Changing, tx Tx) error {
	at := c.workspace.Scope()
	switch {
	case c.From == "":
		return bind(by, tx, c.token, at, c.To)
	case c.To == "":
		return unbind(by, tx, c.token, at, c.From)
	}
	return rebind(by, tx, c.token, at, c.From, c.To)
}

// resolve checks changes and finds what they are about: those that change nothing are left out, and
// it is a conflict when one was made from a role that is no longer held.
func resolve(tx Tx, org OrgID, changes []CellChange) ([]cell, error) {
	changes, err := cleanChanges(tx, org, changes)
	if err != nil {
		return nil, err
	}
	find := finder{tx: tx, org: org, tokens: map[TokenID]Token{}, workspaces: map[WorkspaceID]Workspace{}}
	var cells []cell
	var stale StaleCells
	for _, change := range changes {
		c, now, err := find.cell(change)
		switch {
		case err != nil && CodeOf(err) != NotFound:
			return nil, err
		case err != nil || now != change.From:
			stale = append(stale, change.Cell)
		}
		cells = append(cells, c)
	}
	if len(stale) > 0 {
		return nil, stale.conflict()
	}
	return cells, nil
}

// cleanChanges refuses changes that no page could send, and leaves out those that change nothing.
func cleanChanges(tx Tx, org OrgID, changes []CellChange) ([]CellChange, error) {
	var clean []CellChange
	seen := map[Cell]bool{}
	for _, c := range changes {
		if seen[c.Cell] {
			return nil, BadInput(FieldProblem{"changes", "twice", "Change each role once."})
		}
		seen[c.Cell] = true
		if c.From == c.To {
			continue
		}
		if c.To != "" {
			role, problem, err := givenRole(tx, "changes", c.To, Scope{org, c.Workspace})
			if err != nil {
				return nil, err
			}
			if problem != nil {
				return nil, BadInput(*problem)
			}
			c.To = role
		}
		clean = append(clean, c)
	}
	if len(clean) > MaxRearranged {
		return nil, BadInput(FieldProblem{"changes", "too_many", fmt.Sprintf("Change at most %d roles at once.", MaxRearranged)})
	}
	return clean, nil
}

// finder finds every token and Workspace of some changes once.
type finder struct {
	tx         Tx
	org        OrgID
	tokens     map[TokenID]Token
	workspaces map[WorkspaceID]Workspace
}

// cell returns a change with what it is about, and the role held there now. NotFound when that is no
// Organization token, or no Workspace of the Organization.
func (f finder) cell(change CellChange) (cell, Role, error) {
	tok, err := found(f.tokens, change.Token, func(id TokenID) (Token, error) {
		return ownToken(f.tx, Scope{Org: f.org}, id)
	})
	if err != nil {
		return cell{}, "", err
	}
	ws, err := found(f.workspaces, change.Workspace, func(id WorkspaceID) (Workspace, error) {
		return f.tx.Workspace(Scope{Org: f.org, Workspace: id})
	})
	if err != nil {
		return cell{}, "", err
	}
	now, err := f.tx.TokenRoleAt(tok, ws.Scope())
	if CodeOf(err) == NotFound {
		err = nil
	}
	return cell{change, tok, ws}, now.Role, err
}

// found looks something up once.
func found[K comparable, V any](known map[K]V, id K, look func(K) (V, error)) (V, error) {
	if v, ok := known[id]; ok {
		return v, nil
	}
	v, err := look(id)
	if err == nil {
		known[id] = v
	}
	return v, err
}

func (s StaleCells) conflict() error {
	message := "1 role was changed after this page was opened. Nothing was applied."
	if len(s) > 1 {
		message = fmt.Sprintf("%d roles were changed after this page was opened. Nothing was applied.", len(s))
	}
	err := Conflicting(ReasonStale, message)
	err.Err = s
	return err
}
