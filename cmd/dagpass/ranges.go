package main

import (
	"context"
	"errors"
	"fmt"
	"time"

	"dagpass/internal/access"
)

type rangesCommands struct {
	Clear rangesClearCommand `cmd:"" help:"Remove every allowed address range of an Organization, for whoever is locked out."`
}

type rangesClearCommand struct {
	storage
	Org string `required:"" placeholder:"NAME" help:"Name or id of the Organization."`
}

// Run may go on beside a server, which lets everybody in from the next request on. It is recorded.
func (c *rangesClearCommand) Run(ctx context.Context, e env) error {
	d, err := c.open(ctx, opening{log: quiet(), now: time.Now})
	if err != nil {
		return err
	}
	rules := d.Access()
	org, removed, err := c.clear(ctx, access.NewOrgs(rules), access.NewRanges(rules))
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	noun := "ranges"
	if removed == 1 {
		noun = "range"
	}
	_, err = fmt.Fprintf(e.Stdout, "Removed %d address %s. %s can be used from every address.\n", removed, noun, printable(org.Name))
	return err
}

func (c *rangesClearCommand) clear(ctx context.Context, orgs *access.Orgs, ranges *access.Ranges) (access.Org, int, error) {
	all, err := orgs.Mine(ctx, system())
	if err != nil {
		return access.Org{}, 0, err
	}
	for _, org := range all {
		if string(org.ID) == c.Org || access.Fold(org.Name) == access.Fold(c.Org) {
			n, err := ranges.Clear(ctx, system(), org.ID)
			return org, n, err
		}
	}
	return access.Org{}, 0, fmt.Errorf("no Organization is called %s or has this id", c.Org)
}
