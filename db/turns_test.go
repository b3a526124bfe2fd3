package db

import (
	"context"
	"errors"
	"sync"
	"testing"

	"dagpass/internal/access"
)

// TestView_listsLeaveReadersFree: far more lists than there are connections are asked for, none of
// them ends, and a token is checked all the same.
func TestView_listsLeaveReadersFree(t *testing.T) {
	s := newSmall(t)
	turns, want := cap(s.db.lists), 3*cap(s.db.readers.inUse)
	reading, release := make(chan struct{}, want), make(chan struct{})
	var lists sync.WaitGroup
	for range want {
		lists.Go(func() {
			err := s.db.view(context.WithoutCancel(t.Context()), func(tx *Tx) error {
				if _, err := tx.TokensAt(s.org.Workspace.Scope(), access.TokenFilter{Search: "pipeline"}, access.Sort{}, access.Page{Limit: 5}); err != nil {
					return err
				}
				reading <- struct{}{}
				<-release
				return nil
			})
			if err != nil {
				t.Error(err)
			}
		})
	}
	for range turns {
		<-reading
	}
	for range 10 {
		_, err := s.held(t, s.token)
		wantCode(t, err, "")
	}
	if n := len(reading); n != 0 {
		t.Errorf("%d lists more than the %d that may", n, turns)
	}
	close(release)
	lists.Wait()
	if n := len(reading); n != want-turns {
		t.Errorf("%d lists were read afterwards, want the other %d", n, want-turns)
	}
}

func TestView_aListThatNeverGetsItsTurnIsUnavailable(t *testing.T) {
	s := newSmall(t)
	for range cap(s.db.lists) {
		s.db.lists <- struct{}{}
	}
	ctx, cancel := context.WithCancel(t.Context())
	runs := 0
	err := s.db.view(ctx, func(tx *Tx) error {
		runs++
		_, err := tx.TokensAt(s.org.Workspace.Scope(), access.TokenFilter{}, access.Sort{}, access.Page{Limit: 5})
		if !errors.Is(err, errNoTurn) {
			t.Errorf("the list answered %v", err)
		}
		cancel()
		return err
	})
	wantCode(t, err, access.Unavailable)
	if runs != 1 || len(s.db.readers.inUse) != 0 {
		t.Errorf("it ran %d times, and %d connections did not come back", runs, len(s.db.readers.inUse))
	}
}

// TestView_givenUpAtAnyMoment: a connection never goes back while its transaction is open, at whatever
// moment the caller gives up.
func TestView_givenUpAtAnyMoment(t *testing.T) {
	db, _ := openNew(t)
	read := func(tx *Tx) error { _, err := tx.count(sqlProbeRead); return err }
	for round := range 500 {
		ctx, cancel := context.WithCancel(t.Context())
		var caller sync.WaitGroup
		caller.Go(func() {
			for range round % 50 * 20 {
				_ = ctx.Err()
			}
			cancel()
		})
		if err := db.view(ctx, read); err != nil {
			wantCode(t, err, access.Unavailable)
		}
		caller.Wait()
	}
	for range 2 * cap(db.readers.inUse) {
		must(t, db.view(t.Context(), read))
	}
}

// TestRun_aTransactionThatDidNotBegin: its connection may be in one all the same, and is not used again.
func TestRun_aTransactionThatDidNotBegin(t *testing.T) {
	db, _ := openNew(t)
	begin := func(*Tx) error { return nil }
	for range 2 * cap(db.readers.inUse) {
		err := db.run(t.Context(), `BEGIN; not a statement`, nil, begin)
		wantCode(t, err, access.Internal)
	}
	must(t, db.view(t.Context(), func(tx *Tx) error { _, err := tx.count(sqlProbeRead); return err }))

	c, err := db.readers.get(t.Context())
	must(t, err)
	must(t, c.exec(t.Context(), sqlBegin))
	c.broken = true
	db.readers.put(c)
	for range 2 * cap(db.readers.inUse) {
		must(t, db.view(t.Context(), begin))
	}
}
