package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagpass/db"
)

type backupCommand struct {
	storage
	File string `arg:"" help:"File to write; it must not exist."`
}

// Run may go on beside a server.
func (c *backupCommand) Run(ctx context.Context, e env) error {
	d, err := c.open(ctx, opening{log: quiet(), now: time.Now})
	if err != nil {
		return err
	}
	m, err := d.Backup(ctx, c.File, release())
	if err = errors.Join(err, d.Close()); err != nil {
		if errors.Is(err, db.ErrExists) {
			return fmt.Errorf("%w: a backup is never written over a file; choose another name", err)
		}
		return err
	}
	_, err = fmt.Fprintf(e.Stdout, backupText, c.File, m.Size, db.ManifestPath(c.File), m.SHA256)
	return err
}

const backupText = `Wrote %s, %d bytes, and its description %s.
SHA-256 %s

The root key is not in it, and without that key the backup is useless. Keep the key too, in another
place: whoever has both can do everything.
`
