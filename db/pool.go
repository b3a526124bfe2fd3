package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"time"
)

// pool hands out connections, each to one transaction at a time. It exists because database/sql can
// neither bound the wait for a connection without also binding the transaction to the caller's
// context, nor prepare a statement while its only connection is in a transaction.
type pool struct {
	db    *sql.DB
	use   purpose
	conns chan *conn // nil stands for one that has to be opened
}

// conn is a connection with the statements prepared on it.
type conn struct {
	raw      *sql.Conn
	prepared map[string]*sql.Stmt
	broken   bool // it may be in a transaction that can't be ended
}

func openPool(path string, use purpose, size int) (*pool, error) {
	db, err := sql.Open("sqlite", dsn(path, use))
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", path, err)
	}
	db.SetMaxOpenConns(size)
	db.SetMaxIdleConns(0) // a connection that is given back is closed: only broken ones are
	p := &pool{db: db, use: use, conns: make(chan *conn, size)}
	for range size {
		p.conns <- nil
	}
	return p, nil
}

// get waits for a free connection until ctx ends, at most [waitLimit].
func (p *pool) get(ctx context.Context) (*conn, error) {
	c, err := p.wait(ctx)
	if err != nil || c != nil {
		return c, err
	}
	raw, err := p.db.Conn(context.WithoutCancel(ctx))
	if err != nil {
		p.conns <- nil
		return nil, err
	}
	return &conn{raw: raw, prepared: map[string]*sql.Stmt{}}, nil
}

func (p *pool) wait(ctx context.Context) (*conn, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	select {
	case c := <-p.conns:
		return c, nil
	default:
	}
	timeout := time.NewTimer(waitLimit)
	defer timeout.Stop()
	select {
	case c := <-p.conns:
		return c, nil
	case <-ctx.Done():
		return nil, ctx.Err()
	case <-timeout.C:
		return nil, context.DeadlineExceeded
	}
}

func (p *pool) put(c *conn) {
	if c.broken {
		c.close()
		c = nil
	}
	p.conns <- c
}

// close waits for the running transactions and closes every connection.
func (p *pool) close() error {
	var errs []error
	for range cap(p.conns) {
		if c := <-p.conns; c != nil {
			errs = append(errs, c.close())
		}
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
