package storetest

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
)

var errStop = errors.New("stop")

func testTransactions(t *testing.T, h *house) {
	insert := func(tx access.Tx, name string) error {
		w := access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: h.acme.Org.ID, Name: name, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		return tx.InsertWorkspace(w)
	}
	workspaces := func(tx access.Tx) int {
		_, n, err := tx.WorkspacesOf(system(), h.acme.Org.ID, true, 10)
		if err != nil {
			t.Error(err)
		}
		return n
	}
	has := func(t *testing.T, want int) {
		t.Helper()
		h.view(t, func(tx access.Tx) error {
			if got := workspaces(tx); got != want {
				t.Errorf("%d Workspaces, want %d", got, want)
			}
			return nil
		})
	}
	t.Run("after an error nothing remains, and the error is returned as it is", func(t *testing.T) {
		err := h.Store.Update(t.Context(), func(tx access.Tx) error {
			if err := insert(tx, "lost"); err != nil {
				t.Error(err)
			}
			return errStop
		})
		if err != errStop {
			t.Errorf("got %v", err)
		}
		has(t, 1)
	})
	t.Run("after a panic nothing remains, and the next Update works", func(t *testing.T) {
		func() {
			defer func() {
				if recover() != "stop" {
					t.Error("the panic was swallowed")
				}
			}()
			h.Store.Update(t.Context(), func(tx access.Tx) error {
				if err := insert(tx, "lost"); err != nil {
					t.Error(err)
				}
				panic("stop")
			})
		}()
		has(t, 1)
		h.update(t, func(tx access.Tx) error { return insert(tx, "Kept") })
		has(t, 2)
	})
	t.Run("a View cannot write", func(t *testing.T) {
		if err := h.Store.View(t.Context(), func(tx access.Tx) error { return insert(tx, "lost") }); err == nil {
			t.Error("it could")
		}
		has(t, 2)
	})
	t.Run("a View sees one state, without waiting for a running Update", func(t *testing.T) {
		h.update(t, func(tx access.Tx) error {
			if err := insert(tx, "Third"); err != nil {
				return err
			}
			done := make(chan error, 1)
			go func() {
				done <- h.Store.View(t.Context(), func(other access.Tx) error {
					if got := workspaces(other); got != 2 {
						t.Errorf("it sees %d Workspaces before the commit", got)
					}
					return nil
				})
			}()
			return <-done
		})
		has(t, 3)
	})
	t.Run("a View keeps seeing the state it began with", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			before := workspaces(tx)
			done := make(chan error, 1)
			go func() {
				done <- h.Store.Update(t.Context(), func(other access.Tx) error { return insert(other, "Fourth") })
			}()
			if err := <-done; err != nil {
				return err
			}
			if after := workspaces(tx); after != before {
				t.Errorf("it saw %d, then %d", before, after)
			}
			return nil
		})
	})
	t.Run("Update inside Update is reported at once", func(t *testing.T) {
		err := h.Store.Update(t.Context(), func(access.Tx) error {
			return h.Store.Update(t.Context(), func(access.Tx) error { return nil })
		})
		wantCode(t, err, access.Internal)
	})
	t.Run("a caller who gave up does not begin", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		cancel()
		err := h.Store.Update(ctx, func(access.Tx) error { t.Error("it ran"); return nil })
		wantCode(t, err, access.Unavailable)
	})
	t.Run("a caller who gives up after the beginning changes nothing", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		err := h.Store.Update(ctx, func(tx access.Tx) error {
			cancel()
			return insert(tx, "Fifth")
		})
		wantCode(t, err, "")
		has(t, 5)
	})
	t.Run("thirty-two writers of one row each take their turn", func(t *testing.T) { testTurns(t, h) })
}

// testTurns adds one to the version of a token from many goroutines: a lost update would show.
func testTurns(t *testing.T, h *house) {
	const writers, rounds = 32, 4
	tok, _ := h.token(t, h.acme.Workspace.Scope(), "contended", access.WorkspaceMember)
	var wg sync.WaitGroup
	for range writers {
		wg.Go(func() {
			for range rounds {
				if err := h.Store.Update(t.Context(), func(tx access.Tx) error {
					now, err := tx.Token(tok.Home.Org, tok.ID)
					if err != nil {
						return err
					}
					now.Version++
					return tx.UpdateToken(now)
				}); err != nil {
					t.Error(err)
				}
			}
		})
	}
	wg.Wait()
	h.view(t, func(tx access.Tx) error {
		now, err := tx.Token(tok.Home.Org, tok.ID)
		if now.Version != 1+writers*rounds {
			t.Errorf("version %d", now.Version)
		}
		return err
	})
}

func testClock(t *testing.T, h *house) {
	now := func() (at time.Time, id string) {
		h.update(t, func(tx access.Tx) error {
			at, id = tx.Now(), tx.NewID()
			if !tx.Now().Equal(at) {
				t.Error("two instants in one transaction")
			}
			return nil
		})
		return at, id
	}
	t.Run("an instant is UTC and has whole milliseconds", func(t *testing.T) {
		h.Advance(1234567 * time.Nanosecond)
		at, _ := now()
		if at.Location() != time.UTC || at.Nanosecond()%int(time.Millisecond) != 0 {
			t.Errorf("it is %v", at)
		}
	})
	t.Run("the clock never runs backwards", func(t *testing.T) {
		before, _ := now()
		h.Advance(-time.Hour)
		if after, _ := now(); after.Before(before) {
			t.Errorf("%v came after %v", after, before)
		}
		h.Advance(time.Hour)
	})
	t.Run("each id is greater than those before it, also when the clock steps back", func(t *testing.T) {
		var ids []string
		for i := range 20 {
			_, id := now()
			ids = append(ids, id)
			h.Advance(time.Duration(i%3-1) * time.Minute)
		}
		if !slices.IsSorted(ids) || len(slices.Compact(slices.Clone(ids))) != len(ids) {
			t.Errorf("made %v", ids)
		}
		for _, id := range ids {
			if !access.IsID(id) {
				t.Errorf("%q is no id", id)
			}
		}
	})
}

func testRecord(t *testing.T, h *house) {
	// How many refusals are recorded can't be read through the contract; the engine's own tests do.
	t.Run("events are appended in and outside an Organization", func(t *testing.T) {
		h.update(t, func(tx access.Tx) error {
			for _, org := range []access.OrgID{h.acme.Org.ID, ""} {
				if err := tx.Append(audit.Event{At: tx.Now(), Action: audit.ServerStart, Outcome: audit.OK, OrganizationID: string(org)}); err != nil {
					return err
				}
			}
			return nil
		})
	})
	t.Run("refusals without end are no error", func(t *testing.T) {
		for i := range 15 {
			h.update(t, func(tx access.Tx) error {
				return tx.AppendDenied(audit.Event{At: tx.Now(), Action: audit.TokenCreate, Outcome: audit.Denied,
					ActorKind: audit.ActorUser, ActorID: "u", RequestID: strconv.Itoa(i), OrganizationID: string(h.acme.Org.ID)})
			})
		}
	})
	t.Run("a use of an ended value is found by token, address and time", func(t *testing.T) {
		tok, _ := h.token(t, h.acme.Workspace.Scope(), "used late", access.WorkspaceMember)
		var at time.Time
		h.update(t, func(tx access.Tx) error {
			at = tx.Now()
			return tx.Append(audit.Event{At: at, Action: audit.TokenUsedAfterEnd, Outcome: audit.OK, TargetID: string(tok.ID), IP: "192.0.2.1"})
		})
		for _, c := range []struct {
			name, address string
			since         time.Time
			want          bool
		}{
			{"from there", "192.0.2.1", at, true},
			{"from elsewhere", "192.0.2.2", at, false},
			{"later", "192.0.2.1", at.Add(time.Millisecond), false},
		} {
			h.view(t, func(tx access.Tx) error {
				seen, err := tx.EndedUseSeen(tok.ID, c.address, c.since)
				if seen != c.want {
					t.Errorf("%s: %t", c.name, seen)
				}
				return err
			})
		}
	})
}
