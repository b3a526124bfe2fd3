package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"path/filepath"
	"strings"
	"time"

	"dagpass/db"
	"dagpass/internal/secret"
)

type restoreCommand struct {
	storage
	File          string `arg:"" help:"Backup to restore."`
	NoManifest    bool   `name:"no-manifest" help:"The backup has no description beside it, such as a copy that Litestream made."`
	EndAllTokens  bool   `name:"end-all-tokens" xor:"revival" help:"End the value of every API token; each waits to be rotated."`
	Replay        string `xor:"revival" placeholder:"DATABASE" help:"End what has ended in a later database of the same installation, such as the one that is replaced."`
	AcceptRevival *int   `name:"accept-revival" xor:"revival" placeholder:"COUNT" help:"Let this many API tokens work again as in the backup, also those that were revoked since."`
}

// Run needs the data directory to itself. The server is stopped before.
func (c *restoreCommand) Run(ctx context.Context, e env) error {
	how := db.Revival{EndAllTokens: c.EndAllTokens, Replay: c.Replay, Accept: c.AcceptRevival}
	if !c.EndAllTokens && c.Replay == "" && c.AcceptRevival == nil {
		return usageError{errors.New(choiceText)}
	}
	from := db.Source{File: c.File}
	if !c.NoManifest {
		m, err := db.ReadManifest(c.File)
		if errors.Is(err, fs.ErrNotExist) {
			return fmt.Errorf("%w: copy it beside the backup, or say --no-manifest if there never was one", err)
		}
		if err != nil {
			return err
		}
		from.Manifest = &m
	}
	root, err := c.keyOfBackup()
	if err != nil {
		return err
	}
	done, err := db.Restore(ctx, db.Config{Dir: c.Data, Root: root, Now: time.Now, Log: quiet()}, from, how)
	switch {
	case errors.Is(err, db.ErrInUse):
		return fmt.Errorf("%w: a restoration needs it alone", err)
	case err != nil:
		return err
	}
	return c.report(e.Stdout, done)
}

// keyOfBackup reads the root key. A new one would be of no use, so none is made.
func (c *restoreCommand) keyOfBackup() (secret.Root, error) {
	if c.Data == "" {
		return secret.Root{}, usagef("--data is empty: name a directory")
	}
	if err := c.prepare(); err != nil {
		return secret.Root{}, err
	}
	path, own := c.KeyFile, false
	if path == "" {
		path, own = filepath.Join(c.Data, keyName), true
	}
	root, err := secret.ReadRoot(path, own)
	if errors.Is(err, fs.ErrNotExist) {
		return root, fmt.Errorf("%w: put the root key that belongs to the backup there, or name it with --key-file", err)
	}
	return root, err
}

func (c *restoreCommand) report(out io.Writer, done db.Restored) error {
	fmt.Fprintf(out, "Restored %s. Every session, sign-in of a program, invitation and other one-time link has ended.\n", c.File)
	fmt.Fprintf(out, "Values of API tokens that ended now: %d. That are accepted: %d.\n", done.Ended, done.Tokens)
	if c.Replay != "" {
		fmt.Fprintf(out, "Roles and team memberships that are lower than in the backup, or gone: %d.\n", done.Lowered)
	} else if _, err := fmt.Fprint(out, peopleText); err != nil {
		return err
	}
	if n := len(done.Altered); n > 0 {
		fmt.Fprintf(out, alteredText, n, printable(strings.Join(done.Altered[:min(n, alteredNames)], ", ")))
	}
	if done.Unreadable != nil {
		fmt.Fprintf(out, "The record of the replaced database could not be read: %s\n", printable(done.Unreadable.Error()))
	}
	if done.Kept != "" {
		fmt.Fprintf(out, "The replaced database is kept as %s. Delete it when it is not needed any more.\n", done.Kept)
	}
	_, err := fmt.Fprintln(out, "Start the server now.")
	return err
}

const choiceText = `say what happens to the API tokens that were revoked, rotated or deleted after the backup was made. One of:
  --end-all-tokens          every token needs a new value; nothing that was revoked works again
  --replay DATABASE         what has ended in a later database, such as the one that is replaced, stays ended
  --accept-revival COUNT    they work again`

// alteredNames is how many altered rows are named.
const alteredNames = 10

const alteredText = `Rows of the backup that were altered outside Dagpass: %d (%s). They grant nothing, and the
server is not ready once it has read one: restore an earlier backup without them if there is one.
`

const peopleText = `People have the roles and passwords of the moment of the backup, also those who were removed or lost a role
since: look through Members and Teams.
`
