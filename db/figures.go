package db

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"dagpass/internal/signin"
)

// ExpiresSoon is how long before its end a token counts among [Figures.TokensExpiring].
const ExpiresSoon = 7 * 24 * time.Hour

// Figures is what an installation is like at one moment, in numbers alone.
type Figures struct {
	Sessions       int // of browsers, live
	Logins         int // of programs, live
	Tokens         int // live
	TokensExpiring int // those of them that expire within [ExpiresSoon]
	AuditSeq       int // the numbers of the newest events of all chains, added up

	LastBackup time.Time // zero when there is none

	Bytes             int64 // of the database file
	LogBytes          int64 // of its write-ahead log
	FreeBytes         int64 // that may still be written where it lies
	IntegrityFailures int   // altered rows, and a damaged file, found since the start
}

const (
	sqlCountSessions = `SELECT count(*) FROM sessions WHERE created_at > $1 AND last_seen_at > $2`
	sqlCountLogins   = `SELECT count(*) FROM logins WHERE expires_at > $1`
	sqlSumTokens     = `SELECT COALESCE(sum(tokens), 0) FROM organizations o JOIN counters c ON c.entity_id = o.id AND c.what = 'of'`
	// One range of the index for each place that can be home to tokens; the tokens themselves are not read.
	sqlCountEnding = `SELECT count(*) FROM (SELECT id FROM organizations UNION ALL SELECT id FROM workspaces) p
CROSS JOIN api_token_roles r INDEXED BY api_token_roles_expires ON r.entity_id = p.id
WHERE r.sort_expires > $1 AND r.sort_expires <= $2 AND r.home = 1`
	sqlSumAuditSeq = `SELECT COALESCE(sum((SELECT max(a.seq) FROM audit a WHERE a.chain = c.id)), 0)
FROM (SELECT 'installation' AS id UNION ALL SELECT id FROM organizations) c`
)

// Figures reads them. It never waits for the writer, and what it reads are counters and ranges of
// indexes, so it may be asked every few seconds.
func (db *DB) Figures(ctx context.Context) (Figures, error) {
	var f Figures
	if err := db.measureFiles(&f); err != nil {
		return f, err
	}
	f.IntegrityFailures = db.integrity.found()
	var err error
	if f.LastBackup, err = db.LastBackup(ctx); err != nil {
		return f, err
	}
	err = db.view(ctx, func(tx *Tx) (err error) {
		now, soon := tx.now.UnixMilli(), tx.now.Add(ExpiresSoon).UnixMilli()
		opened, seen := tx.now.Add(-signin.SessionLimit).UnixMilli(), tx.now.Add(-signin.IdleLimit).UnixMilli()
		for _, figure := range []struct {
			into  *int
			query string
			args  []any
		}{
			{&f.Sessions, sqlCountSessions, []any{opened, seen}},
			{&f.Logins, sqlCountLogins, []any{now}},
			{&f.Tokens, sqlSumTokens, nil},
			{&f.TokensExpiring, sqlCountEnding, []any{now, soon}},
			{&f.AuditSeq, sqlSumAuditSeq, nil},
		} {
			if *figure.into, err = tx.longRunning().count(figure.query, figure.args...); err != nil {
				return err
			}
		}
		return nil
	})
	return f, err
}

func (db *DB) measureFiles(f *Figures) (err error) {
	path := filepath.Join(db.dir, fileName)
	if f.Bytes, err = sizeOf(path); err != nil {
		return err
	}
	if f.LogBytes, err = sizeOf(path + "-wal"); err != nil {
		return err
	}
	space, err := volumeOf(db.dir)
	f.FreeBytes = space.free
	return err
}

// sizeOf is the size of a file, 0 for one that is absent.
func sizeOf(path string) (int64, error) {
	info, err := os.Stat(path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return 0, nil
	case err != nil:
		return 0, err
	}
	return info.Size(), nil
}
