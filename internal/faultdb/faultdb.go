// Package faultdb is SQLite with faults: a database/sql driver that does what the real one does until a
// chosen step, which fails before anything is done, as on a full or broken disk. Steps are statements that
// are executed, COMMIT and ROLLBACK among them, and rows that are fetched.
package faultdb

import (
	"database/sql"
	"database/sql/driver"
	"errors"
	"fmt"
	"sync"

	"modernc.org/sqlite"
)

// Fault is what goes wrong.
type Fault struct {
	// At is the step that fails, counted from 1.
	At int
	// Lasting has every later step fail too.
	Lasting bool
	// Err is what the step fails with.
	Err error
}

// Driver is a driver with at most one fault. It counts the steps of all connections together, so it is
// for one request at a time.
type Driver struct {
	// Name is that of the driver for database/sql.
	Name string

	mu    sync.Mutex
	fault Fault
	steps []string
}

// Register makes a driver known to database/sql under a name of its own, for as long as the process runs.
func Register() *Driver {
	d := &Driver{Name: fmt.Sprintf("faults-%d", len(sql.Drivers()))}
	sql.Register(d.Name, d)
	return d
}

// Begin counts from 0 again and fails where the fault says; the zero Fault fails nowhere.
func (d *Driver) Begin(f Fault) {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault, d.steps = f, nil
}

// Row is what a step is called that fetches one.
const Row = "row"

// End lets everything succeed again and returns the steps that were taken, the failed ones included: the
// statements, and [Row].
func (d *Driver) End() []string {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.fault = Fault{}
	return d.steps
}

// step counts a step and returns its error.
func (d *Driver) step(what string) error {
	d.mu.Lock()
	defer d.mu.Unlock()
	d.steps = append(d.steps, what)
	if f, at := d.fault, len(d.steps); f.At > 0 && (at == f.At || f.Lasting && at > f.At) {
		return f.Err
	}
	return nil
}

// Open implements driver.Driver.
func (d *Driver) Open(name string) (driver.Conn, error) {
	c, err := (&sqlite.Driver{}).Open(name)
	if err != nil {
		return nil, err
	}
	real, ok := c.(realConn)
	if !ok {
		return nil, errors.Join(errors.New("faultdb: the driver of SQLite lost a method"), c.Close())
	}
	return &conn{real, d}, nil
}

// ErrFull is the error of SQLite on a full disk, made by filling a database that may not grow.
func ErrFull() error {
	small, err := sql.Open("sqlite", ":memory:")
	if err != nil {
		return err
	}
	defer small.Close()
	small.SetMaxOpenConns(1)
	if _, err := small.Exec(`PRAGMA max_page_count = 2; CREATE TABLE t (x)`); err != nil {
		return err
	}
	_, err = small.Exec(`INSERT INTO t VALUES (zeroblob(1 << 16))`)
	return err
}
