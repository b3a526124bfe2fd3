package db

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"net/url"
	"strings"
	"time"

	"modernc.org/sqlite"

	"dagpass/internal/access"
)

// purpose is what a connection is for.
type purpose int

const (
	writing purpose = iota
	reading
)

// pragmas are set on every connection; security.md 13 says why each.
var pragmas = []string{
	"journal_mode(WAL)", "synchronous(FULL)", "foreign_keys(1)", "busy_timeout(5000)",
	"secure_delete(1)", "trusted_schema(0)", "cell_size_check(1)", "cache_size(-8000)",
}

func dsn(path string, for_ purpose) string {
	q := url.Values{"_txlock": {"immediate"}}
	for _, p := range pragmas {
		q.Add("_pragma", p)
	}
	if for_ == reading {
		q.Set("_txlock", "deferred")
		q.Add("_pragma", "query_only(1)")
	} else {
		q.Add("_pragma", "temp_store(MEMORY)") // what a savepoint would undo is kept there, never in a file
	}
	return (&url.URL{Scheme: "file", Opaque: (&url.URL{Path: path}).EscapedPath(), RawQuery: q.Encode()}).String()
}

// waitLimit is how long a transaction waits for a connection, and SQLite for a lock of another
// process (busy_timeout).
const waitLimit = 5 * time.Second

// retryAfter is when an answer of "unavailable" asks to be tried again.
const retryAfter = 5 * time.Second

// The result codes of SQLite that mean something to callers.
const (
	codeError      = 1 // of a check: the schema or the format of the file can't be understood
	codeBusy       = 5
	codeLocked     = 6
	codeInterrupt  = 9
	codeIOErr      = 10
	codeCorrupt    = 11
	codeFull       = 13
	codeConstraint = 19
	codeNotADB     = 26
	codePrimaryKey = 1555
	codeUnique     = 2067
	codeForeignKey = 787
)

// codeOf returns the extended result code of a failure of the driver, 0 for any other error.
func codeOf(err error) int {
	if e, ok := errors.AsType[*sqlite.Error](err); ok {
		return e.Code()
	}
	return 0
}

// failure turns an error of the driver into one of the domain, by its code and never by its text.
// Errors that are of the domain already pass unchanged.
func (db *DB) failure(err error) error {
	if err == nil {
		return nil
	}
	if _, ok := errors.AsType[*access.Error](err); ok {
		return err
	}
	if errors.Is(err, sql.ErrNoRows) {
		return access.Missing()
	}
	switch code := codeOf(err); code & 0xff {
	case codeBusy, codeLocked:
		db.observer.Busy()
		return unavailable(busyText, err)
	case codeInterrupt:
		return unavailable(busyText, err)
	case codeFull, codeIOErr:
		return unavailable("The change could not be stored right now. Nothing was changed.", err)
	case codeCorrupt, codeNotADB:
		db.integrity.damage(db.log, err)
		return unavailable("The database can't be read right now.", err)
	}
	switch codeOf(err) {
	case codePrimaryKey, codeUnique:
		return &access.Error{Code: access.Conflict, Reason: access.ReasonTaken, Message: "It exists already.", Err: err}
	case codeForeignKey:
		e := access.Missing()
		e.Err = err
		return e
	}
	if errors.Is(err, context.DeadlineExceeded) {
		db.observer.Busy()
	}
	if errors.Is(err, context.Canceled) || errors.Is(err, context.DeadlineExceeded) {
		return unavailable("The database took too long to answer. Try again in a few seconds.", err)
	}
	return fmt.Errorf("database: %w", err)
}

const busyText = "The database is busy. Try again in a few seconds."

func unavailable(message string, cause error) error {
	return &access.Error{Code: access.Unavailable, Reason: "unavailable", Message: message, RetryAfter: retryAfter, Err: cause}
}

// taken gives a conflict of an index the sentence that names what is taken.
func taken(err error, format string, args ...any) error {
	if access.ReasonOf(err) != access.ReasonTaken {
		return err
	}
	e := access.Conflicting(access.ReasonTaken, fmt.Sprintf(format, args...))
	e.Err = err
	return e
}

// phrase returns text as one term of a full-text query.
func phrase(text string) string { return `"` + strings.ReplaceAll(text, `"`, `""`) + `"` }
