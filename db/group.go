package db

import (
	"context"
	"errors"
	"slices"
	"sync"
	"time"
)

// maxGroup is how many updates at most become durable by one commit: it bounds how long the first of
// them waits for the others.
const maxGroup = 64

const (
	sqlSavepoint   = `SAVEPOINT member`
	sqlRelease     = `RELEASE member`
	sqlToSavepoint = `ROLLBACK TO member`
)

// errShared says that a transaction shared with others could not be committed. It never leaves the
// package: each of them runs again, alone.
var errShared = errors.New("db: the shared transaction was lost")

// group is a writing transaction that several updates share, because making it durable costs more than
// what most of them do. Each runs on its caller's goroutine, behind a savepoint of its own, so that a
// failure undoes it alone. The last one commits, and nobody is answered before that, neither with success
// nor with an error, which may have come of what the others did. Whoever has the turn has the group.
type group struct {
	conn  *conn
	limit int           // of members
	size  int           // members so far
	empty bool          // the first member was undone, and nobody came after it
	done  chan struct{} // closed when the transaction has ended
	err   error         // why nothing of it was kept; read after done
}

// write runs fn in the writing transaction and returns when it is durable, or undone.
func (db *DB) write(ctx context.Context, fn func(*Tx) error) error {
	if owner := db.owner.Load(); owner != 0 && owner == goroutine() {
		return errors.New("db: Update was called inside Update; it would wait for itself")
	}
	err := db.writeIn(ctx, maxGroup, fn)
	if err == errShared {
		err = db.writeIn(context.WithoutCancel(ctx), 1, fn)
	}
	return err
}

// writeIn runs fn in a group of at most limit members.
func (db *DB) writeIn(ctx context.Context, limit int, fn func(*Tx) error) error {
	began := db.clock.wall()
	g, err := db.line.join(ctx)
	if err != nil {
		return db.failure(err)
	}
	if g != nil && limit == 1 {
		db.commit(g)
		g = nil
	}
	if g == nil {
		if g, err = db.begin(ctx, limit); err != nil {
			db.line.pass(nil)
			return db.failure(err)
		}
	}
	db.observer.WriteWaited(db.clock.wall().Sub(began))
	saved, err := db.takePart(ctx, g, fn)
	<-g.done
	switch {
	case g.err != nil && g.size > 1:
		return errShared
	case err != nil:
		return err
	case g.err == nil:
		db.clock.noteSaved(saved)
	}
	return g.err
}

// begin begins the transaction of a new group.
func (db *DB) begin(ctx context.Context, limit int) (*group, error) {
	c, err := db.writer.get(ctx)
	if err != nil {
		return nil, err
	}
	if err := c.exec(context.WithoutCancel(ctx), sqlBeginImmediate); err != nil {
		c.broken = true // it may have begun all the same
		db.writer.put(c)
		return nil, err
	}
	c.lost = nil
	return &group{conn: c, limit: limit, done: make(chan struct{})}, nil
}

// takePart runs fn as the next member of a group and returns its error, and what it stored of the clock. The
// group then goes to who waits for the writer, or ends. A panic of fn goes on when it is undone.
func (db *DB) takePart(ctx context.Context, g *group, fn func(*Tx) error) (saved int64, err error) {
	g.size++
	calm := context.WithoutCancel(ctx)
	tx := &Tx{db: db, ctx: calm, limit: calm, conn: g.conn}
	kept := false
	defer func() {
		tx.conn = nil
		g.settle(kept)
		if g.err != nil || g.empty || g.size == g.limit || !db.line.pass(g) {
			db.end(g)
		}
	}()
	if g.size > 1 {
		if err := g.exec(sqlSavepoint); err != nil {
			g.conn.lost = db.failure(err)
			return 0, g.conn.lost
		}
	}
	tx.now = db.clock.instant() // where a panic ends the group like one of fn
	saved, err = tx.member(fn)
	kept = err == nil
	return saved, err
}

// member runs fn as one update: nobody may begin another inside it, and the clock is stored when that is due.
func (tx *Tx) member(fn func(*Tx) error) (saved int64, err error) {
	tx.db.owner.Store(goroutine())
	defer tx.db.owner.Store(0)
	if err := fn(tx); err != nil {
		return 0, err
	}
	if err := tx.db.reserve.admit(tx.revokes); err != nil {
		return 0, err
	}
	return tx.saveClock()
}

// settle keeps or undoes what the last member did.
func (g *group) settle(kept bool) {
	switch {
	case g.conn.lost != nil:
		g.err = g.conn.lost
	case g.size == 1:
		g.empty = !kept // it has no savepoint: nothing else is in the transaction
	case kept:
		g.err = g.exec(sqlRelease)
	default:
		g.err = errors.Join(g.exec(sqlToSavepoint), g.exec(sqlRelease))
	}
}

func (g *group) exec(query string) error { return g.conn.exec(context.Background(), query) }

// end commits the group, or rolls it back when there is nothing to keep, tells its members, and gives the
// turn to who waits.
func (db *DB) end(g *group) {
	db.commit(g)
	db.line.pass(nil)
}

// commit is end for who keeps the turn.
func (db *DB) commit(g *group) {
	committed := false
	if g.err == nil && !g.empty {
		began := db.clock.wall()
		g.err = db.failure(g.exec(sqlCommit))
		db.observer.Committed(db.clock.wall().Sub(began))
		committed = g.err == nil
	}
	if !committed && g.exec(sqlRollback) != nil {
		g.conn.broken = true
	}
	db.writer.put(g.conn)
	close(g.done)
}

// line is who waits for the writer, in the order in which they came.
type line struct {
	mu      sync.Mutex
	taken   bool // somebody has the turn
	waiting []chan *group
}

// join waits for the turn, until ctx ends and at most [waitLimit]. With it comes the transaction to go on
// with, nil when there is none.
func (l *line) join(ctx context.Context) (*group, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	turn := l.ask()
	if turn == nil {
		return nil, nil
	}
	timeout := time.NewTimer(waitLimit)
	defer timeout.Stop()
	err := context.DeadlineExceeded
	select {
	case g := <-turn:
		return g, nil
	case <-ctx.Done():
		err = ctx.Err()
	case <-timeout.C:
	}
	if l.leave(turn) {
		return nil, err
	}
	return <-turn, nil // it came at the same moment, and somebody has to take it
}

// ask takes the turn when it is free, and returns nil; or where it will come.
func (l *line) ask() chan *group {
	l.mu.Lock()
	defer l.mu.Unlock()
	if !l.taken {
		l.taken = true
		return nil
	}
	turn := make(chan *group, 1)
	l.waiting = append(l.waiting, turn)
	return turn
}

// leave reports whether somebody who waited is out of the line, without the turn.
func (l *line) leave(turn chan *group) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	i := slices.Index(l.waiting, turn)
	if i < 0 {
		return false
	}
	l.waiting = slices.Delete(l.waiting, i, i+1)
	return true
}

// pass gives the turn, with a transaction to go on with or nil, to who has waited longest. When nobody does
// it reports false, and an open transaction stays with who has the turn.
func (l *line) pass(g *group) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if len(l.waiting) == 0 {
		l.taken = g != nil
		return false
	}
	l.waiting[0] <- g
	l.waiting = slices.Delete(l.waiting, 0, 1)
	return true
}
