package audit

import (
	"crypto/hmac"
	"fmt"
)

// Break tells what is wrong with a chain.
type Break string

const (
	// Missing: the chain has no event with this number although later ones are there.
	Missing Break = "the event is missing"
	// Repeated: the event carries a number that has been used already.
	Repeated Break = "the event repeats an earlier number"
	// Foreign: the event belongs to another chain.
	Foreign Break = "the event belongs to another chain"
	// Detached: the event does not follow the one before it.
	Detached Break = "the event does not continue the one before"
	// Altered: a field of the event was changed, or it was sealed with another key.
	Altered Break = "the event was altered"
	// Rewritten: the event is not the one that an earlier head names.
	Rewritten Break = "the event differs from the head recorded earlier"
	// Truncated: the chain ends before an earlier head.
	Truncated Break = "the chain ends before the head recorded earlier"
)

// BrokenError tells where a chain is broken: Seq is the number of the first event that is wrong or
// missing.
type BrokenError struct {
	Chain string
	Seq   int64
	Why   Break
}

// Error names the chain, the number and what is wrong.
func (e *BrokenError) Error() string {
	return fmt.Sprintf("audit chain %q is broken at %d: %s", e.Chain, e.Seq, e.Why)
}

// Verifier checks the events of one chain one after the other, in constant memory. It is not safe for
// concurrent use.
type Verifier struct {
	mac      MAC
	last     Head
	expected []Head
	broken   error
}

// NewVerifier returns a Verifier for the events that follow from. A whole chain is checked from
// Head{chain, 0, Genesis(…)}, one whose oldest events were pruned from its anchor.
//
// The expected heads were recorded earlier and kept outside the database: the chain must pass through
// each of them. Heads of other chains, and those before from, which cannot be checked any more, are
// ignored.
func NewVerifier(mac MAC, from Head, expected ...Head) *Verifier {
	v := &Verifier{mac: mac, last: from}
	for _, head := range expected {
		if head.Chain == from.Chain && head.Seq >= from.Seq {
			v.expected = append(v.expected, head)
		}
	}
	v.broken = v.checkHeads()
	return v
}

// Next checks the next event, in the order of Seq. The error is a [*BrokenError] and stays: after the
// first one nothing more can be said about the chain.
func (v *Verifier) Next(e Event) error {
	if v.broken == nil {
		v.broken = v.check(e)
	}
	return v.broken
}

// End tells the Verifier that there are no more events. The error is that of [Verifier.Next], or a
// [*BrokenError] when the chain ends before an expected head.
func (v *Verifier) End() error {
	if v.broken != nil {
		return v.broken
	}
	for _, head := range v.expected {
		if head.Seq > v.last.Seq {
			return v.brokenAt(v.last.Seq+1, Truncated)
		}
	}
	return nil
}

// Head returns the last event that was found right.
func (v *Verifier) Head() Head { return v.last }

func (v *Verifier) check(e Event) error {
	want := v.last.Seq + 1
	switch {
	case e.Chain != v.last.Chain:
		return v.brokenAt(want, Foreign)
	case e.Seq > want:
		return v.brokenAt(want, Missing)
	case e.Seq < want:
		return v.brokenAt(e.Seq, Repeated)
	case !hmac.Equal(e.PrevHash, v.last.Hash):
		return v.brokenAt(want, Detached)
	case !sealed(v.mac, e):
		return v.brokenAt(want, Altered)
	}
	v.last = e.Head()
	return v.checkHeads()
}

// checkHeads compares the last event with the expected head of that number.
func (v *Verifier) checkHeads() error {
	for _, head := range v.expected {
		if head.Seq == v.last.Seq && !hmac.Equal(head.Hash, v.last.Hash) {
			return v.brokenAt(head.Seq, Rewritten)
		}
	}
	return nil
}

func (v *Verifier) brokenAt(seq int64, why Break) error {
	return &BrokenError{Chain: v.last.Chain, Seq: seq, Why: why}
}
