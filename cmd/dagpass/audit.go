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

// maxRetentionDays is a hundred years: above it somebody mistook the unit.
const maxRetentionDays = 36500

// keep is how long events are kept, 0 for ever, or a refusal of a number that can't be used.
func (r retention) keep() (time.Duration, error) {
	if r.AuditRetentionDays < 0 || r.AuditRetentionDays > maxRetentionDays {
		return 0, usagef("--audit-retention-days %d: write a number of days from 1 to %d, or 0 to keep events for ever", r.AuditRetentionDays, maxRetentionDays)
	}
	return time.Duration(r.AuditRetentionDays) * 24 * time.Hour, nil
}

// tendAudit removes what is older than the retention and checks the rest. Pruning goes first, so that
// it never removes events under the check.
func (s *server) tendAudit(ctx context.Context) error {
	var err error
	if s.keepAudit > 0 {
		err = s.db.PruneAudit(ctx, s.keepAudit)
	}
	return errors.Join(err, s.db.CheckAudit(ctx))
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
