package access

import (
	"context"
	"strconv"
	"time"

	"dagpass/internal/audit"
)

// DeletionWord is what has to be typed to delete a Workspace.
const DeletionWord = "delete"

// How many tokens of a deleted Workspace are ended in one transaction, which holds the only writer
// meanwhile: as many as a Workspace usually has in the one that was asked for, fewer in those that
// nobody waits for.
const (
	endedAtOnce  = 500
	endedInBatch = 100
)

// Deletion counts what ends with a Workspace.
type Deletion struct {
	OwnTokens    int // Workspace API tokens, which are deleted
	SharedTokens int // Organization API tokens, which lose their role there
	People       int // people who lose a role of their own
	Teams        int // teams that lose their role
}

func (d Deletion) changes() []audit.Change {
	count := func(field string, n int) audit.Change { return audit.Change{Field: field, After: strconv.Itoa(n)} }
	return []audit.Change{count("tokens_deleted", d.OwnTokens), count("tokens_unbound", d.SharedTokens),
		count("people_removed", d.People), count("teams_removed", d.Teams)}
}

// Deleted is a Workspace that is gone, with tokens that are still to be ended one by one.
type Deleted struct {
	At   Scope
	When time.Time
	By   Actor
}

// DeletionTx is the storage of deletions.
type DeletionTx interface {
	// DeletionOf returns what would end with a Workspace. Its cost does not grow with the tokens.
	DeletionOf(at Scope) (Deletion, error)
	// DeleteWorkspace takes a Workspace out of everything at once: it is found nowhere, its name is
	// free, no role in it counts any more, its tokens are ended and in no list or figure of the
	// Organization. Their rows are left for LeftIn. NotFound when there is none.
	DeleteWorkspace(d Deleted) error
	// Unfinished returns a Workspace that was deleted and whose FinishDeletion is still to come.
	// NotFound when there is none.
	Unfinished() (Deleted, error)
	// LeftIn returns up to limit tokens whose role in a deleted Workspace is still stored, its own and
	// the shared ones. Tokens that are not genuine are passed over.
	LeftIn(d Deleted, limit int) ([]TokenRow, error)
	// EndLeft ends what LeftIn returned: an own token as ended with its Workspace at the instant of the
	// deletion, of a shared one the role.
	EndLeft(d Deleted, row TokenRow) error
	// FinishDeletion forgets a deleted Workspace when LeftIn returns nothing more.
	FinishDeletion(d Deleted) error
}

// DeletionOf returns a Workspace and what would end with it, for whoever may delete it. Errors:
// NotFound; Forbidden below its Owner.
func (s *Workspaces) DeletionOf(ctx context.Context, by Actor, id WorkspaceID) (Workspace, Deletion, error) {
	var ws Workspace
	var ends Deletion
	var at Scope
	err := Read(ctx, s.store, by, Delete, func(tx Tx) (_ Scope, err error) {
		at, err = tx.Locate(id)
		return at, err
	}, func(_ Grants, tx Tx) (err error) {
		if ws, err = tx.Workspace(at); err != nil {
			return err
		}
		ends, err = tx.DeletionOf(at)
		return err
	})
	return ws, ends, err
}

// Delete ends a Workspace for ever: its own tokens are deleted with one event each, Organization
// tokens lose only their role in it, and every role people have there ends (product.md 3.10). All of
// that counts from the moment Delete returns. What a Workspace with many tokens leaves in the store is
// for [Workspaces.Finish]. typed must be [DeletionWord]. Errors: Invalid for another word; NotFound, also in another Organization than its own;
// Forbidden below its Owner.
func (s *Workspaces) Delete(ctx context.Context, by Actor, at Scope, typed string) error {
	return Change(ctx, s.store, by, Act{Do: Delete, As: audit.WorkspaceDelete}, inScope(at), func(c *Changing, tx Tx) error {
		if typed != DeletionWord {
			return BadInput(FieldProblem{"confirm", "word", "Type delete, in lower case, to confirm."})
		}
		ws, err := tx.Workspace(c.At)
		if err != nil {
			return err
		}
		ends, err := tx.DeletionOf(c.At)
		if err != nil {
			return err
		}
		c.Record(audit.WorkspaceDelete, ws.target(), ends.changes()...)
		d := Deleted{At: c.At, When: c.Now, By: c.By}
		if err := tx.DeleteWorkspace(d); err != nil || ends.OwnTokens+ends.SharedTokens > endedAtOnce {
			return err
		}
		return endLeft(c, tx, d, endedAtOnce+1)
	})
}

// endLeft ends up to limit of the tokens left by a deletion, with an event each, and finishes the
// deletion when those were all.
func endLeft(c *Changing, tx Tx, d Deleted, limit int) error {
	rows, err := tx.LeftIn(d, limit)
	if err != nil {
		return err
	}
	for _, row := range rows {
		if row.Shared {
			c.RecordAt(d.At, audit.TokenBindingRemove, row.target(), audit.Change{Field: "role", Before: string(row.Role)})
		} else {
			c.RecordAt(d.At, audit.TokenDelete, row.target())
		}
		if err := tx.EndLeft(d, row); err != nil {
			return err
		}
	}
	if len(rows) < limit {
		return tx.FinishDeletion(d)
	}
	return nil
}

// Finish ends the tokens that deleted Workspaces left, in transactions of a bounded size. It takes up
// what another run or a crash left undone, so it is called at the start and at an interval. The events
// name whoever deleted the Workspace.
func (s *Workspaces) Finish(ctx context.Context) error {
	for ctx.Err() == nil {
		var d Deleted
		err := Lookup(ctx, s.store, func(tx Tx) (err error) {
			d, err = tx.Unfinished()
			return err
		})
		if CodeOf(err) == NotFound {
			return nil
		}
		if err != nil {
			return err
		}
		if err := s.finishSome(ctx, d); err != nil {
			return err
		}
	}
	return ctx.Err()
}

// finishSome ends one batch. The deletion was decided when it was asked for.
func (s *Workspaces) finishSome(ctx context.Context, d Deleted) error {
	return Audited(ctx, s.store, d.By, func(c *Changing, tx Tx) error {
		c.Unchanged() // when what is left is not genuine, and for the run that comes second
		return endLeft(c, tx, d, endedInBatch)
	})
}
