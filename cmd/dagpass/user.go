package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagpass/internal/access"
	"dagpass/views"
)

type userCommands struct {
	Reset userResetCommand `cmd:"" help:"Print a one-time link with which a user chooses a new password."`
}

type userResetCommand struct {
	storage
	address
	Email string `arg:"" help:"E-mail of the user."`
}

// Run may go on beside a server.
func (c *userResetCommand) Run(ctx context.Context, e env) error {
	if err := c.check(); err != nil {
		return err
	}
	d, err := c.open(ctx, opening{log: quiet(), now: time.Now})
	if err != nil {
		return err
	}
	publicURL := c.publicURL(c.Listen)
	s, err := newServices(ctx, d, publicURL, newHasher())
	if err != nil {
		return errors.Join(err, d.Close())
	}
	code, err := s.accounts.NewResetCode(ctx, system(), c.Email)
	if access.CodeOf(err) == access.NotFound {
		err = fmt.Errorf("no user signs in with %s", c.Email)
	}
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	to := newLink(publicURL, views.ResetURL, code)
	_, err = fmt.Fprintf(e.Stdout, resetText, c.Email, to, to.page, to.code)
	return err
}

const resetText = `Hand this link to %s. It works once, within an hour:

  %s

Or open %s and enter this code:

  %s
`
