package access

import (
	"time"

	"dagpass/internal/audit"
)

// walk looks for events that pass a filter, newest first, until it has found limit of them and knows
// whether there is one more, or has looked at auditScan.
type walk struct {
	tx     Tx
	org    OrgID
	filter matcher
	limit  int

	found      []audit.Event
	next       int64
	searchedTo time.Time
	scanned    int
}

// The least and the greatest number of events read at once: most pages are full after the first.
const (
	leastBatch    = 64
	greatestBatch = 1024
)

func (w *walk) run(span AuditSpan) error {
	for batch := leastBatch; span.Len() > 0; batch = min(2*batch, greatestBatch) {
		events, err := w.tx.AuditNewest(w.org, span, w.filter.key(), batch)
		if err != nil {
			return err
		}
		for _, e := range events {
			if w.take(e) {
				return nil
			}
			span.Last = e.Seq - 1
		}
		if len(events) < batch {
			return nil
		}
	}
	return nil
}

// take looks at one event and reports whether the walk ends before it or with it.
func (w *walk) take(e audit.Event) (done bool) {
	w.scanned++
	if w.filter.matches(e) {
		if len(w.found) == w.limit {
			w.next = w.found[w.limit-1].Seq
			return true
		}
		w.found = append(w.found, e)
	}
	if w.scanned == auditScan {
		w.next, w.searchedTo = e.Seq, e.At
		return true
	}
	return false
}
