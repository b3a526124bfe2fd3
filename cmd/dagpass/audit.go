package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"time"

	"dagpass/db"
	"dagpass/internal/audit"
)

type auditCommands struct {
	Verify auditVerifyCommand `cmd:"" help:"Check that no event of the audit log was changed, removed or added."`
}

type auditVerifyCommand struct {
	storage
	Head []string `placeholder:"CHAIN:SEQ:HASH" sep:"none" help:"A head from an earlier run or log line, to show that nothing was cut off since; can be repeated."`
}

// Run may go on beside a server. It fails when an event is wrong, and names the first one of each
// chain.
func (c *auditVerifyCommand) Run(ctx context.Context, e env) error {
	var expected []audit.Head
	for _, text := range c.Head {
		head, err := audit.ParseHead(text)
		if err != nil {
			return usagef("--head %q: %w", text, err)
		}
		expected = append(expected, head)
	}
	d, err := c.open(ctx, opening{log: quiet(), now: time.Now})
	if err != nil {
		return err
	}
	report, err := d.VerifyAudit(ctx, expected...)
	if err = errors.Join(err, d.Close()); err != nil {
		return err
	}
	return printReport(e.Stdout, report)
}

func printReport(out io.Writer, report db.AuditReport) error {
	for _, chain := range report.Chains {
		line := fmt.Sprintf("%d events, whole, head %s", chain.Head.Seq-chain.From, chain.Head)
		if chain.Broken != nil {
			line = chain.Broken.Error()
		}
		if _, err := fmt.Fprintf(out, "%s: %s\n", printable(chain.Chain), printable(line)); err != nil {
			return err
		}
	}
	return report.Err()
}
