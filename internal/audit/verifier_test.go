package audit_test

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/audit"
)

const length = 10

// brokenAt fails the test unless err says that the chain is broken at seq for this reason.
func brokenAt(t *testing.T, err error, seq int64, why audit.Break) {
	t.Helper()
	var broken *audit.BrokenError
	if !errors.As(err, &broken) {
		t.Fatalf("error = %v, want a break at %d", err, seq)
	}
	want := &audit.BrokenError{Chain: organization, Seq: seq, Why: why}
	if diff := cmp.Diff(want, broken); diff != "" {
		t.Errorf("break (-want +got):\n%s", diff)
	}
}

func TestVerifier_accepts(t *testing.T) {
	events := chain(length)
	t.Run("an empty chain", func(t *testing.T) {
		if err := verify(nil); err != nil {
			t.Error(err)
		}
	})
	t.Run("a whole chain, and ends at its head", func(t *testing.T) {
		v := audit.NewVerifier(mac, genesis())
		for _, e := range events {
			if err := v.Next(e); err != nil {
				t.Fatal(err)
			}
		}
		if diff := cmp.Diff(events[length-1].Head(), v.Head()); v.End() != nil || diff != "" {
			t.Errorf("%v, head (-want +got):\n%s", v.End(), diff)
		}
	})
	t.Run("the rest of a chain from the anchor where pruning ended", func(t *testing.T) {
		v := audit.NewVerifier(mac, events[3].Head(), events[1].Head(), events[3].Head(), events[5].Head())
		for _, e := range events[4:] {
			if err := v.Next(e); err != nil {
				t.Fatal(err)
			}
		}
		if err := v.End(); err != nil {
			t.Error(err)
		}
	})
	t.Run("a chain that has grown since the head was recorded", func(t *testing.T) {
		if err := verify(events, events[4].Head(), genesis(), events[9].Head()); err != nil {
			t.Error(err)
		}
	})
	t.Run("heads of other chains, which say nothing about this one", func(t *testing.T) {
		if err := verify(events, audit.Head{Chain: audit.InstallationChain, Seq: 99}); err != nil {
			t.Error(err)
		}
	})
}

// edits changes each field of an event once.
var edits = map[string]func(e *audit.Event){
	"At":               func(e *audit.Event) { e.At = e.At.Add(time.Millisecond) },
	"ActorKind":        func(e *audit.Event) { e.ActorKind = audit.ActorSystem },
	"ActorID":          func(e *audit.Event) { e.ActorID = "cother" },
	"ActorName":        func(e *audit.Event) { e.ActorName += " " },
	"Action":           func(e *audit.Event) { e.Action = audit.TokenUpdate },
	"Outcome":          func(e *audit.Event) { e.Outcome = audit.Denied },
	"TargetKind":       func(e *audit.Event) { e.TargetKind = audit.TargetUser },
	"TargetID":         func(e *audit.Event) { e.TargetID = "" },
	"TargetName":       func(e *audit.Event) { e.TargetName = "Deploy" },
	"OrganizationID":   func(e *audit.Event) { e.OrganizationID = "" },
	"WorkspaceID":      func(e *audit.Event) { e.WorkspaceID = "cother" },
	"IP":               func(e *audit.Event) { e.IP = "192.0.2.8" },
	"UserAgent":        func(e *audit.Event) { e.UserAgent = "" },
	"RequestID":        func(e *audit.Event) { e.RequestID = "req-2" },
	"Reason":           func(e *audit.Event) { e.Reason = "" },
	"Details.Field":    func(e *audit.Event) { e.Details[0].Field = "" },
	"Details.Before":   func(e *audit.Event) { e.Details[0].Before = "0" },
	"Details.After":    func(e *audit.Event) { e.Details[0].After = "3" },
	"Details.order":    func(e *audit.Event) { slices.Reverse(e.Details) },
	"Details.fewer":    func(e *audit.Event) { e.Details = e.Details[:1] },
	"Details.none":     func(e *audit.Event) { e.Details = nil },
	"Details.more":     func(e *audit.Event) { e.Details = append(e.Details, audit.Change{}) },
	"KeyEpoch":         func(e *audit.Event) { e.KeyEpoch++ },
	"Hash":             func(e *audit.Event) { e.Hash[31] ^= 1 },
	"Hash.cut":         func(e *audit.Event) { e.Hash = e.Hash[:31] },
	"Hash.none":        func(e *audit.Event) { e.Hash = nil },
	"a shifted border": func(e *audit.Event) { e.ActorID, e.ActorName = e.ActorID+e.ActorName[:1], e.ActorName[1:] },
}

func TestVerifier_findsAnEdit(t *testing.T) {
	for name, edit := range edits {
		for _, at := range []int{0, 4, length - 1} {
			t.Run(fmt.Sprintf("of %s in event %d", name, at+1), func(t *testing.T) {
				events := chain(length)
				edit(&events[at])
				brokenAt(t, verify(events), int64(at+1), audit.Altered)
			})
		}
	}
	t.Run("of the previous hash", func(t *testing.T) {
		events := chain(length)
		events[4].PrevHash[0] ^= 1
		brokenAt(t, verify(events), 5, audit.Detached)
	})
	t.Run("of the chain", func(t *testing.T) {
		events := chain(length)
		events[4].Chain = audit.InstallationChain
		brokenAt(t, verify(events), 5, audit.Foreign)
	})
	t.Run("of the number to a later one", func(t *testing.T) {
		events := chain(length)
		events[4].Seq = 50
		brokenAt(t, verify(events), 5, audit.Missing)
	})
	t.Run("of the number to an earlier one", func(t *testing.T) {
		events := chain(length)
		events[4].Seq = 2
		brokenAt(t, verify(events), 2, audit.Repeated)
	})
	t.Run("sealed again without the key", func(t *testing.T) {
		events := chain(length)
		events[4].ActorName = "Mallory"
		events[4] = audit.Seal(macWith("guess"), events[3].Hash, events[4])
		brokenAt(t, verify(events), 5, audit.Altered)
	})
	t.Run("sealed again with the key, by the events after it", func(t *testing.T) {
		events := chain(length)
		events[4].ActorName = "Mallory"
		events[4] = audit.Seal(mac, events[3].Hash, events[4])
		brokenAt(t, verify(events), 6, audit.Detached)
	})
}

func TestVerifier_findsADeletedEvent(t *testing.T) {
	for at := range length - 1 {
		t.Run(fmt.Sprint("number ", at+1), func(t *testing.T) {
			brokenAt(t, verify(slices.Delete(chain(length), at, at+1)), int64(at+1), audit.Missing)
		})
	}
	t.Run("when the later ones are renumbered to close the gap", func(t *testing.T) {
		events := slices.Delete(chain(length), 4, 5)
		for i := 4; i < len(events); i++ {
			events[i].Seq--
		}
		brokenAt(t, verify(events), 5, audit.Detached)
	})
}

func TestVerifier_findsAnInsertedEvent(t *testing.T) {
	t.Run("that repeats a number", func(t *testing.T) {
		events := chain(length)
		brokenAt(t, verify(slices.Insert(events, 5, events[4])), 5, audit.Repeated)
	})
	t.Run("before later ones that were renumbered", func(t *testing.T) {
		events := chain(length)
		events = slices.Insert(events, 5, events[4])
		for i := 5; i < len(events); i++ {
			events[i].Seq++
		}
		brokenAt(t, verify(events), 6, audit.Detached)
	})
	t.Run("at the end without the key", func(t *testing.T) {
		events := chain(length)
		events = append(events, audit.Seal(macWith("guess"), events[length-1].Hash, event(length+1)))
		brokenAt(t, verify(events), length+1, audit.Altered)
	})
	t.Run("that was sealed for another chain", func(t *testing.T) {
		e := event(1)
		e = audit.Seal(mac, audit.Genesis(mac, installation, "cother"), e)
		brokenAt(t, verify([]audit.Event{e}), 1, audit.Detached)
	})
}

func TestVerifier_findsReorderedEvents(t *testing.T) {
	t.Run("that kept their numbers", func(t *testing.T) {
		events := chain(length)
		events[4], events[5] = events[5], events[4]
		brokenAt(t, verify(events), 5, audit.Missing)
	})
	t.Run("that exchanged their numbers", func(t *testing.T) {
		events := chain(length)
		events[4], events[5] = events[5], events[4]
		events[4].Seq, events[5].Seq = 5, 6
		brokenAt(t, verify(events), 5, audit.Detached)
	})
	t.Run("that exchanged their contents", func(t *testing.T) {
		events := chain(length)
		events[4].TargetID, events[5].TargetID = events[5].TargetID, events[4].TargetID
		brokenAt(t, verify(events), 5, audit.Altered)
	})
}

func TestVerifier_findsTruncation(t *testing.T) {
	events := chain(length)
	head := events[length-1].Head()
	t.Run("only with a head recorded elsewhere", func(t *testing.T) {
		if err := verify(events[:7]); err != nil {
			t.Fatalf("without a head the shorter chain must look whole: %v", err)
		}
		brokenAt(t, verify(events[:7], head), 8, audit.Truncated)
	})
	t.Run("of the whole chain", func(t *testing.T) {
		brokenAt(t, verify(nil, head), 1, audit.Truncated)
	})
	t.Run("that was filled up with other events", func(t *testing.T) {
		forged := extend(slices.Clone(events[:7:7]), 2)
		e := event(length)
		e.Reason = "another history"
		forged = append(forged, audit.Seal(mac, forged[8].Hash, e))
		brokenAt(t, verify(forged, head), length, audit.Rewritten)
	})
	t.Run("and an anchor that a head contradicts", func(t *testing.T) {
		anchor := audit.Head{Chain: organization, Seq: 3, Hash: []byte("moved")}
		brokenAt(t, audit.NewVerifier(mac, anchor, events[2].Head()).End(), 3, audit.Rewritten)
	})
}

func TestVerifier_staysBroken(t *testing.T) {
	events := chain(3)
	v := audit.NewVerifier(mac, genesis())
	first := v.Next(events[1])
	brokenAt(t, first, 1, audit.Missing)
	if err := v.Next(events[0]); err != first {
		t.Errorf("Next = %v after %v", err, first)
	}
	if err := v.End(); err != first {
		t.Errorf("End = %v after %v", err, first)
	}
	if !strings.Contains(first.Error(), `"`+organization+`" is broken at 1`) {
		t.Errorf("the message %q does not say where", first)
	}
}
