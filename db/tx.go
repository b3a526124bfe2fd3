package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"runtime"
	"strconv"
	"strings"
	"time"

	"dagpass/internal/access"
)

// Tx is one transaction. It implements what the domain packages see of one; it is used by the
// goroutine of its closure only, and not after the closure returned.
type Tx struct {
	db      *DB
	ctx     context.Context // what statements run under; see longRunning
	limit   context.Context // when it ends, no further statement begins
	conn    *conn
	now     time.Time
	revokes bool  // it recorded that access was taken away
	turn    *turn // nil in a writing transaction
	long    bool  // its statements need a turn; see longRunning
}

var _ access.Tx = (*Tx)(nil)

// Access returns the store of the domain.
func (db *DB) Access() access.Store[access.Tx] { return accessStore{db} }

type accessStore struct{ db *DB }

func (s accessStore) View(ctx context.Context, fn func(access.Tx) error) error {
	return s.db.view(ctx, func(tx *Tx) error { return fn(tx) })
}

func (s accessStore) Update(ctx context.Context, fn func(access.Tx) error) error {
	return s.db.update(ctx, func(tx *Tx) error { return fn(tx) })
}

// readLimit is how long a reading transaction may take: a longer one would hold on to an old
// snapshot and keep the log from being checkpointed.
const readLimit = 5 * time.Second

const (
	sqlBegin          = `BEGIN`
	sqlBeginImmediate = `BEGIN IMMEDIATE`
	sqlCommit         = `COMMIT`
	sqlRollback       = `ROLLBACK`
)

// view runs fn in a reading transaction; see [access.Store].
func (db *DB) view(ctx context.Context, fn func(*Tx) error) error {
	ctx, cancel := context.WithTimeout(ctx, readLimit)
	defer cancel()
	turn := &turn{of: db.lists}
	defer turn.release()
	err := db.run(ctx, sqlBegin, turn, fn)
	if turn.missed {
		if err = db.failure(turn.wait(ctx)); err == nil {
			err = db.run(ctx, sqlBegin, turn, fn)
		}
	}
	db.recordAltered(ctx)
	return err
}

// update runs fn in the writing transaction; see [access.Store]. The caller's context bounds the
// wait for it and nothing else: SQLite rolls a whole transaction back when one of its statements is
// cancelled, so from there on the closure decides.
func (db *DB) update(ctx context.Context, fn func(*Tx) error) error {
	err := db.write(ctx, fn)
	db.recordAltered(ctx)
	return err
}

// run runs fn in a reading transaction.
func (db *DB) run(ctx context.Context, begin string, turn *turn, fn func(*Tx) error) error {
	c, err := db.readers.get(ctx)
	if err != nil {
		return db.failure(err)
	}
	defer db.readers.put(c)
	calm := context.WithoutCancel(ctx)
	if err := c.exec(calm, begin); err != nil {
		c.broken = true // it may have begun all the same
		return db.failure(err)
	}
	tx := &Tx{db: db, ctx: calm, limit: ctx, conn: c, turn: turn}
	return tx.finish(fn)
}

// finish runs fn and commits, or rolls back after an error or a panic. The error of fn is returned as
// it is.
func (tx *Tx) finish(fn func(*Tx) error) error {
	c := tx.conn
	committed := false
	defer func() {
		tx.conn = nil
		if !committed && c.exec(context.Background(), sqlRollback) != nil {
			c.broken = true
		}
	}()
	tx.now = tx.db.clock.instant() // read inside, and after the wait for the turn to write
	if err := fn(tx); err != nil {
		return err
	}
	err := c.exec(tx.ctx, sqlCommit)
	committed = err == nil
	return tx.db.failure(err)
}

// goroutine returns the number of the calling goroutine. Go offers it in stack traces only, and it
// is used for nothing but finding an Update inside an Update.
func goroutine() int64 {
	var trace [64]byte
	fields := strings.Fields(string(trace[:runtime.Stack(trace[:], false)]))
	n, err := strconv.ParseInt(fields[1], 10, 64)
	if err != nil {
		return -1
	}
	return n
}

// Now returns the instant of the transaction; see [access.GateTx].
func (tx *Tx) Now() time.Time { return tx.now }

// NewID returns a new id; see [access.GateTx].
func (tx *Tx) NewID() string { return tx.db.ids.Next(tx.now) }

// longRunning returns the transaction for statements whose cost grows with the data: a reading one
// needs its turn for them, and they are interrupted when its limit ends. The others are not, because the driver starts a goroutine for each
// statement that can be interrupted, which costs several times what an indexed read does.
func (tx *Tx) longRunning() *Tx {
	long := *tx
	long.ctx, long.long = tx.limit, true
	return &long
}

var errEnded = errors.New("db: the transaction is used after its end")

func (tx *Tx) statement(query string) (*sql.Stmt, error) {
	if tx.conn == nil {
		return nil, errEnded
	}
	if err := tx.limit.Err(); err != nil {
		return nil, err
	}
	if tx.long && tx.turn != nil && !tx.turn.take() {
		return nil, errNoTurn
	}
	return tx.conn.statement(tx.ctx, query)
}

// failure is [DB.failure] of a statement. After any but a violated constraint SQLite may have rolled back the
// whole transaction, so that what runs later would be kept by itself: nothing of a writing one is committed then.
func (tx *Tx) failure(err error) error {
	told := tx.db.failure(err)
	if code := codeOf(err) & 0xff; code != 0 && code != codeConstraint {
		tx.conn.lost = told
	}
	return told
}

// exec runs a statement and returns how many rows it changed.
func (tx *Tx) exec(query string, args ...any) (int64, error) {
	s, err := tx.statement(query)
	if err != nil {
		return 0, tx.failure(err)
	}
	res, err := s.ExecContext(tx.ctx, args...)
	if err != nil {
		return 0, tx.failure(err)
	}
	return res.RowsAffected()
}

// put is exec for statements whose count of rows says nothing.
func (tx *Tx) put(query string, args ...any) error {
	_, err := tx.exec(query, args...)
	return err
}

// change is exec for a row that must exist: NotFound when there was none.
func (tx *Tx) change(query string, args ...any) error {
	n, err := tx.exec(query, args...)
	if err == nil && n == 0 {
		return access.Missing()
	}
	return err
}

// row reads the one row of a query into variables. NotFound when there is none.
func (tx *Tx) row(query string, args []any, into ...any) error {
	s, err := tx.statement(query)
	if err != nil {
		return tx.failure(err)
	}
	return tx.failure(s.QueryRowContext(tx.ctx, args...).Scan(into...))
}

// scanner reads the columns of a row.
type scanner interface{ Scan(into ...any) error }

// each hands the rows of a query to read until it wants no more. Rows that fail their check are passed
// over.
func each(tx *Tx, read func(scanner) (more bool, err error), query string, args ...any) error {
	s, err := tx.statement(query)
	if err != nil {
		return tx.failure(err)
	}
	rows, err := s.QueryContext(tx.ctx, args...)
	if err != nil {
		return tx.failure(err)
	}
	defer rows.Close()
	for rows.Next() {
		switch more, err := read(rows); {
		case errors.Is(err, errAltered):
		case err != nil:
			return tx.failure(err)
		case !more:
			return nil
		}
	}
	return tx.failure(rows.Err())
}

// all reads every row of a query. Rows that fail their check are left out.
func all[T any](tx *Tx, scan func(scanner) (T, error), query string, args ...any) ([]T, error) {
	var out []T
	err := each(tx, func(s scanner) (bool, error) {
		v, err := scan(s)
		if err == nil {
			out = append(out, v)
		}
		return true, err
	}, query, args...)
	if err != nil {
		return nil, err
	}
	return out, nil
}

// one reads the one row of a query. NotFound when there is none, or one that fails its check.
func one[T any](tx *Tx, scan func(scanner) (T, error), query string, args ...any) (T, error) {
	found, err := all(tx, scan, query, args...)
	if err == nil && len(found) == 0 {
		err = access.Missing()
	}
	if err != nil {
		var none T
		return none, err
	}
	if len(found) > 1 {
		return found[0], fmt.Errorf("db: %d rows where one was expected", len(found))
	}
	return found[0], nil
}

// text scans a column of text alone.
func text[T ~string](s scanner) (T, error) {
	var v string
	err := s.Scan(&v)
	return T(v), err
}

// count reads a single number.
func (tx *Tx) count(query string, args ...any) (int, error) {
	var n int
	err := tx.row(query, args, &n)
	return n, err
}
