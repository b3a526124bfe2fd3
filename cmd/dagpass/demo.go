package main

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"dagpass/views"
)

// demoCommand is serve on a directory of its own: same settings, same code, and no other mode.
type demoCommand struct {
	Data string `placeholder:"DIR" help:"Keep the data in a directory that the demo made, or may make; without it a temporary one, removed at the end."`
	networking
	mailing
	retention
	rates
	logging
}

// Run seeds the example Organization, prints who can sign in, and serves until ctx ends.
func (c *demoCommand) Run(ctx context.Context, e env) (err error) {
	limits, err := c.limits()
	if err != nil {
		return err
	}
	keep, err := c.keep()
	if err != nil {
		return err
	}
	rates, err := c.rates.rates()
	if err != nil {
		return err
	}
	mails, err := c.sender()
	if err != nil {
		return err
	}
	log, err := c.logger(e.Stdout)
	if err != nil {
		return err
	}
	data, err := demoDirectory(c.Data)
	if err != nil {
		return err
	}
	ending := "It stays when you stop the demo with Ctrl+C."
	if c.Data == "" {
		ending = "It is removed when you stop the demo with Ctrl+C."
		defer func() { err = errors.Join(err, os.RemoveAll(data)) }()
	}
	listener, err := listen(ctx, "listen", c.Listen)
	if err != nil {
		return err
	}
	at := storage{Data: data}
	in, err := prepareDemo(ctx, at, c.publicURL(listener.Addr().String()))
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	d, err := at.open(ctx, opening{log: log, now: time.Now, server: true})
	if err != nil {
		return errors.Join(err, listener.Close())
	}
	s := &server{log: log, db: d, listener: listener, network: c.networking, limits: limits, rates: rates, mails: mails, keepAudit: keep}
	return s.run(ctx, func(ctx context.Context) error {
		return s.introduce(ctx, e, in, fmt.Sprintf("The data is in %s. %s", data, ending))
	})
}

// demoMarker is the file by which a demo knows a directory it made.
const demoMarker = "made-by-dagpass-demo"

// demoDirectory returns the directory to use: a new one, or one that is empty or was made by a demo.
func demoDirectory(dir string) (string, error) {
	if dir == "" {
		return os.MkdirTemp("", "dagpass-demo-")
	}
	marker := filepath.Join(dir, demoMarker)
	if _, err := os.Stat(marker); err == nil {
		return dir, nil
	}
	entries, err := os.ReadDir(dir)
	switch {
	case err != nil && !errors.Is(err, fs.ErrNotExist):
		return "", fmt.Errorf("--data: %w", err)
	case len(entries) > 0:
		return "", usagef("--data %s was not made by the demo: name an empty or absent directory, or leave --data out", dir)
	}
	if err := (storage{Data: dir}).prepare(); err != nil {
		return "", err
	}
	return dir, os.WriteFile(marker, nil, 0o600)
}

// introduce prints where the demo is, who can sign in, and how it ends.
func (s *server) introduce(ctx context.Context, e env, in guests, ending string) error {
	var links strings.Builder
	for _, p := range in.people {
		code, err := s.services.login.NewSignInCode(ctx, system(), p.id)
		if err != nil {
			return err
		}
		fmt.Fprintf(&links, "  %-34s %-14s  %s\n", p.title(), p.name, newLink(s.publicURL, views.SignInURL, code))
	}
	_, err := fmt.Fprintf(e.Stderr, demoText, s.publicURL, links.String(), in.password, ending)
	return err
}

const demoText = `Dagpass shows an example Organization at

  %s

Open one of these links to sign in. Each works once, within 24 hours:

%s
Password of all of them, for the steps that ask for it again:

  %s

%s
`
