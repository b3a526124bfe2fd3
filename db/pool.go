package db

import (
	"cmp"
	"context"
	"database/sql"
	"errors"
	"fmt"
	"sync"
	"time"
)

// pool hands out connections, each to one transaction at a time. It exists because database/sql can
// neither bound the wait for a connection without also binding the transaction to the caller's
// context, nor prepare a statement while its only connection is in a transaction.
type pool struct {
	db    *sql.DB
	use   purpose
	inUse chan struct{} // one for each transaction, as many as there may be connections

	mu   sync.Mutex
	idle []*conn // the last one used is used next, because its cache is warm
}

// conn is a connection with the statements prepared on it.
type conn struct {
	raw      *sql.Conn
	prepared map[string]*sql.Stmt
	broken   bool  // it may be in a transaction that can't be ended
	lost     error // why SQLite may have rolled its transaction back; see [Tx.failure]
}

func openPool(driver, path string, use purpose, size int) (*pool, error) {
	db, err := sql.Open(cmp.Or(driver, "sqlite"), dsn(path, use))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(0) // a connection that is given back is closed: only broken ones are
	return &pool{db: db, use: use, inUse: make(chan struct{}, size)}, nil
}

// get waits for a free connection until ctx ends, at most [waitLimit].
func (p *pool) get(ctx context.Context) (*conn, error) {
	if err := p.wait(ctx); err != nil {
		return nil, err
	}
	if c := p.pop(); c != nil {
		return c, nil
	}
	raw, err := p.db.Conn(context.WithoutCancel(ctx))
	if err != nil {
		<-p.inUse
		return nil, err
	}
	return &conn{raw: raw, prepared: map[string]*sql.Stmt{}}, nil
}

func (p *pool) wait(ctx context.Context) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	select {
	case p.inUse <- struct{}{}:
		return nil
	default:
	}
	timeout := time.NewTimer(waitLimit)
	defer timeout.Stop()
	select {
	case p.inUse <- struct{}{}:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	case <-timeout.C:
		return context.DeadlineExceeded
	}
}

// pop takes an idle connection, nil when there is none.
func (p *pool) pop() *conn {
	p.mu.Lock()
	defer p.mu.Unlock()
	last := len(p.idle) - 1
	if last < 0 {
		return nil
	}
	c := p.idle[last]
	p.idle = p.idle[:last]
	return c
}

func (p *pool) put(c *conn) {
	if c.broken {
		c.close()
	} else {
		p.mu.Lock()
		p.idle = append(p.idle, c)
		p.mu.Unlock()
	}
	<-p.inUse
}

// close waits for the running transactions and closes every connection.
func (p *pool) close() error {
	for range cap(p.inUse) {
		p.inUse <- struct{}{}
	}
	var errs []error
	for c := p.pop(); c != nil; c = p.pop() {
		errs = append(errs, c.close())
	}
	return errors.Join(append(errs, p.db.Close())...)
}

const sqlCheckpoint = `PRAGMA wal_checkpoint(TRUNCATE)`

func (p *pool) checkpoint() error {
	c, err := p.get(context.Background())
	if err != nil {
		return err
	}
	defer p.put(c)
	return c.exec(context.Background(), sqlCheckpoint)
}

// statement returns the prepared form of a query.
func (c *conn) statement(ctx context.Context, query string) (*sql.Stmt, error) {
	if s, ok := c.prepared[query]; ok {
		return s, nil
	}
	s, err := c.raw.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	c.prepared[query] = s
	return s, nil
}

func (c *conn) exec(ctx context.Context, query string, args ...any) error {
	s, err := c.statement(ctx, query)
	if err != nil {
		return err
	}
	_, err = s.ExecContext(ctx, args...)
	return err
}

func (c *conn) close() error {
	var errs []error
	for _, s := range c.prepared {
		errs = append(errs, s.Close())
	}
	return errors.Join(append(errs, c.raw.Close())...)
}
