package access

import (
	"context"
	"fmt"
	"slices"
	"strconv"
	"time"

	"dagpass/internal/audit"
)

// Days of an export: what the form begins with, and the most there are.
const (
	DefaultExportDays = 7
	MaxExportDays     = 90
)

// NewAuditExport is what an export asks for. The time of the filter is not used: Days decide, or From and
// Until.
type NewAuditExport struct {
	Days int // back from now
	// From and Until are in place of Days; a zero Until leaves that side open.
	From, Until time.Time
	Format      audit.Format
	Filter      AuditFilter
}

func (in NewAuditExport) check() error {
	var p problems
	switch {
	case in.From.IsZero() && (in.Days < 1 || in.Days > MaxExportDays):
		p.add(&FieldProblem{"days", "range", fmt.Sprintf("Enter a whole number of days from 1 to %d.", MaxExportDays)})
	case !in.Until.IsZero() && in.Until.Before(in.From):
		p.add(&FieldProblem{"until", "order", "End at or after the start."})
	}
	if !slices.Contains(audit.Formats(), in.Format) {
		p.add(&FieldProblem{"format", "unknown", "Select a format from the list."})
	}
	return BadInput(p...)
}

// filter is the filter with the time of the export.
func (in NewAuditExport) filter(now time.Time) AuditFilter {
	f := in.Filter
	f.From, f.Until = in.From, in.Until
	if in.From.IsZero() {
		f.From, f.Until = now.AddDate(0, 0, -in.Days), time.Time{}
	} else if !in.Until.IsZero() {
		f.Until = in.Until.Add(time.Millisecond - 1) // events are recorded to the millisecond
	}
	return f
}

// changes say in the record what was taken away.
func (in NewAuditExport) changes() []audit.Change {
	var out []audit.Change
	days := strconv.Itoa(in.Days)
	if !in.From.IsZero() {
		days = ""
	}
	for _, c := range []audit.Change{
		{Field: "days", After: days}, {Field: "from", After: exact(in.From)}, {Field: "until", After: exact(in.Until)}, {Field: "format", After: string(in.Format)},
		{Field: "actor", After: in.Filter.Actor}, {Field: "target", After: in.Filter.Target},
		{Field: "action", After: string(in.Filter.Action)}, {Field: "workspace", After: string(in.Filter.Workspace)},
		{Field: "outcome", After: string(in.Filter.Outcome)}, {Field: "search", After: in.Filter.Search},
	} {
		if c.After != "" {
			out = append(out, c)
		}
	}
	return out
}

// exact is an instant as it was asked for, "" for none.
func exact(t time.Time) string {
	if t.IsZero() {
		return ""
	}
	return t.UTC().Format(time.RFC3339Nano)
}

// CountExport returns how many events an export would hold now. more says that with its filter there
// may be more, because only so many events were looked at. Errors: Invalid; NotFound and Forbidden
// below Organization Owner.
func (s *AuditLog) CountExport(ctx context.Context, by Actor, org OrgID, in NewAuditExport) (n int64, more bool, err error) {
	err = Read(ctx, s.store, by, AuditExport, inOrg(org), func(_ Grants, tx Tx) error {
		if err := in.check(); err != nil {
			return err
		}
		f := in.filter(tx.Now())
		span, err := tx.AuditSpan(org, f.From, f.Until)
		if err != nil || !f.Active() {
			n, more = span.Len(), false
			return err
		}
		w := walk{tx: tx, org: org, filter: f.matcher(), limit: auditScan}
		err = w.run(span)
		n, more = int64(len(w.found)), w.next > 0
		return err
	})
	return n, more, err
}

// Export is an export that was recorded and can be read, once.
type Export struct {
	store  Store[Tx]
	by     Actor
	org    OrgID
	span   AuditSpan
	filter matcher
}

// Export records that somebody takes a part of the record away and fixes which: from the given days
// back to the newest event of this moment, the record of the export itself left out. Errors: Invalid;
// NotFound and Forbidden below Organization Owner.
func (s *AuditLog) Export(ctx context.Context, by Actor, org OrgID, in NewAuditExport) (*Export, error) {
	out := &Export{store: s.store, by: by, org: org}
	err := Change(ctx, s.store, by, Act{Do: AuditExport, As: audit.AuditExport}, inOrg(org), func(c *Changing, tx Tx) error {
		if err := in.check(); err != nil {
			return err
		}
		o, err := tx.Org(org)
		if err != nil {
			return err
		}
		f := in.filter(c.Now)
		out.filter = f.matcher()
		if out.span, err = tx.AuditSpan(org, f.From, f.Until); err != nil {
			return err
		}
		c.Record(audit.AuditExport, Target{audit.TargetOrganization, string(o.ID), o.Name}, in.changes()...)
		return nil
	})
	return out, err
}

// exportBatch is how many events are read in one transaction: a longer one would hold on to an old
// state of the database.
const exportBatch = 1000

// Each hands the events to emit, oldest first and in batches; a batch may be empty, and says that the
// export goes on. Every batch is decided anew, so that an export ends when its maker loses the right.
// The error is that of emit, of the decision or of the store; after one what was handed over is not
// whole.
func (x *Export) Each(ctx context.Context, emit func([]audit.Event) error) error {
	for rest := x.span; rest.Len() > 0; {
		read, err := x.batch(ctx, rest)
		if err != nil {
			return err
		}
		if int64(len(read)) != min(exportBatch, rest.Len()) || read[0].Seq != rest.First {
			return fmt.Errorf("access: events from %d on are no longer kept", rest.First)
		}
		rest.First += int64(len(read))
		if err := emit(slices.DeleteFunc(read, func(e audit.Event) bool { return !x.filter.matches(e) })); err != nil {
			return err
		}
	}
	return nil
}

func (x *Export) batch(ctx context.Context, rest AuditSpan) ([]audit.Event, error) {
	var read []audit.Event
	err := Read(ctx, x.store, x.by, AuditExport, inOrg(x.org), func(_ Grants, tx Tx) (err error) {
		read, err = tx.AuditOldest(x.org, rest, exportBatch)
		return err
	})
	return read, err
}
