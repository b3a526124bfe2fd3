package db

import (
	"context"
	"errors"
)

// turns bounds how many reading transactions may be in statements whose cost grows with the data, so
// that checking a token or a session always finds a connection, however many lists are asked for.
//
// Nobody knows beforehand which transaction will read a list. One that wants to and finds no turn
// free is given up, so that it holds no connection while it waits, and runs again when it has one.
type turns chan struct{}

// turn is the turn of one transaction.
type turn struct {
	of     turns
	held   bool
	missed bool // it was needed and none was free
}

var errNoTurn = errors.New("db: the transaction has to wait for its turn and run again")

// take reports whether the transaction has its turn now. It never waits.
func (t *turn) take() bool {
	if t.held {
		return true
	}
	select {
	case t.of <- struct{}{}:
		t.held = true
	default:
		t.missed = true
	}
	return t.held
}

// wait waits for a turn until ctx ends; whoever came first is first.
func (t *turn) wait(ctx context.Context) error {
	select {
	case t.of <- struct{}{}:
		t.held, t.missed = true, false
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}

func (t *turn) release() {
	if t.held {
		<-t.of
		t.held = false
	}
}
