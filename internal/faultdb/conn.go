package faultdb

import (
	"context"
	"database/sql/driver"
)

// realConn is what database/sql uses of a connection of SQLite.
type realConn interface {
	driver.Conn
	driver.ConnPrepareContext
	driver.ConnBeginTx
	driver.ExecerContext
	driver.QueryerContext
	driver.SessionResetter
	driver.Validator
}

// realStmt is what it uses of a statement.
type realStmt interface {
	driver.Stmt
	driver.StmtExecContext
	driver.StmtQueryContext
}

type conn struct {
	realConn
	faults *Driver
}

func (c *conn) PrepareContext(ctx context.Context, query string) (driver.Stmt, error) {
	s, err := c.realConn.PrepareContext(ctx, query)
	if err != nil {
		return nil, err
	}
	return &stmt{s.(realStmt), query, c.faults}, nil
}

func (c *conn) ExecContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Result, error) {
	if err := c.faults.step(query); err != nil {
		return nil, err
	}
	return c.realConn.ExecContext(ctx, query, args)
}

func (c *conn) QueryContext(ctx context.Context, query string, args []driver.NamedValue) (driver.Rows, error) {
	if err := c.faults.step(query); err != nil {
		return nil, err
	}
	r, err := c.realConn.QueryContext(ctx, query, args)
	if err != nil {
		return nil, err
	}
	return &rows{r, c.faults}, nil
}

type stmt struct {
	realStmt
	query  string
	faults *Driver
}

func (s *stmt) ExecContext(ctx context.Context, args []driver.NamedValue) (driver.Result, error) {
	if err := s.faults.step(s.query); err != nil {
		return nil, err
	}
	return s.realStmt.ExecContext(ctx, args)
}

func (s *stmt) QueryContext(ctx context.Context, args []driver.NamedValue) (driver.Rows, error) {
	if err := s.faults.step(s.query); err != nil {
		return nil, err
	}
	r, err := s.realStmt.QueryContext(ctx, args)
	if err != nil {
		return nil, err
	}
	return &rows{r, s.faults}, nil
}

type rows struct {
	driver.Rows
	faults *Driver
}

func (r *rows) Next(into []driver.Value) error {
	if err := r.faults.step(Row); err != nil {
		return err
	}
	return r.Rows.Next(into)
}
