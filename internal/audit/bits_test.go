package audit_test

import (
	"errors"
	"reflect"
	"strings"
	"testing"
	"time"

	"dagpass/internal/audit"
)

// TestSeal_coversEveryBit changes each single bit of a sealed event and expects the break there.
func TestSeal_coversEveryBit(t *testing.T) {
	flips := 0
	for name, field := range fields {
		t.Run(name, func(t *testing.T) {
			for i := range field.size(chain(1)[0]) * 8 {
				e := chain(1)[0]
				field.flip(&e, i)
				var broken *audit.BrokenError
				if err := verify([]audit.Event{e}); !errors.As(err, &broken) {
					t.Errorf("bit %d changed unnoticed: %v", i, err)
				}
				flips++
			}
		})
	}
	t.Logf("%d single-bit changes, all noticed", flips)
}

type field struct {
	size func(e audit.Event) int // in bytes
	flip func(e *audit.Event, bit int)
}

func textField[T ~string](at func(e *audit.Event) *T) field {
	return field{
		size: func(e audit.Event) int { return len(*at(&e)) },
		flip: func(e *audit.Event, bit int) {
			b := []byte(*at(e))
			b[bit/8] ^= 1 << (bit % 8)
			*at(e) = T(b)
		},
	}
}

func bytesField(at func(e *audit.Event) []byte) field {
	return field{
		size: func(e audit.Event) int { return len(at(&e)) },
		flip: func(e *audit.Event, bit int) { at(e)[bit/8] ^= 1 << (bit % 8) },
	}
}

func numberField(flip func(e *audit.Event, mask int64)) field {
	return field{
		size: func(audit.Event) int { return 8 },
		flip: func(e *audit.Event, bit int) { flip(e, 1<<bit) },
	}
}

var fields = map[string]field{
	"Chain": textField(func(e *audit.Event) *string { return &e.Chain }),
	"Seq":   numberField(func(e *audit.Event, m int64) { e.Seq ^= m }),
	"At": numberField(func(e *audit.Event, m int64) {
		e.At = time.UnixMilli(e.At.UnixMilli() ^ m)
	}),
	"ActorKind":          textField(func(e *audit.Event) *audit.ActorKind { return &e.ActorKind }),
	"ActorID":            textField(func(e *audit.Event) *string { return &e.ActorID }),
	"ActorName":          textField(func(e *audit.Event) *string { return &e.ActorName }),
	"Action":             textField(func(e *audit.Event) *audit.Action { return &e.Action }),
	"Outcome":            textField(func(e *audit.Event) *audit.Outcome { return &e.Outcome }),
	"TargetKind":         textField(func(e *audit.Event) *audit.TargetKind { return &e.TargetKind }),
	"TargetID":           textField(func(e *audit.Event) *string { return &e.TargetID }),
	"TargetName":         textField(func(e *audit.Event) *string { return &e.TargetName }),
	"OrganizationID":     textField(func(e *audit.Event) *string { return &e.OrganizationID }),
	"WorkspaceID":        textField(func(e *audit.Event) *string { return &e.WorkspaceID }),
	"IP":                 textField(func(e *audit.Event) *string { return &e.IP }),
	"UserAgent":          textField(func(e *audit.Event) *string { return &e.UserAgent }),
	"RequestID":          textField(func(e *audit.Event) *string { return &e.RequestID }),
	"ClientType":         textField(func(e *audit.Event) *audit.ClientType { return &e.ClientType }),
	"Method":             textField(func(e *audit.Event) *string { return &e.Method }),
	"Path":               textField(func(e *audit.Event) *string { return &e.Path }),
	"ActorEmail":         textField(func(e *audit.Event) *string { return &e.ActorEmail }),
	"AstroClient":        textField(func(e *audit.Event) *string { return &e.AstroClient }),
	"AstroClientVersion": textField(func(e *audit.Event) *string { return &e.AstroClientVersion }),
	"Reason":             textField(func(e *audit.Event) *string { return &e.Reason }),
	"Details.Field":      textField(func(e *audit.Event) *string { return &e.Details[1].Field }),
	"Details.Before":     textField(func(e *audit.Event) *string { return &e.Details[0].Before }),
	"Details.After":      textField(func(e *audit.Event) *string { return &e.Details[1].After }),
	"KeyEpoch":           numberField(func(e *audit.Event, m int64) { e.KeyEpoch ^= m }),
	"PrevHash":           bytesField(func(e *audit.Event) []byte { return e.PrevHash }),
	"Hash":               bytesField(func(e *audit.Event) []byte { return e.Hash }),
}

// TestSeal_coversEveryField keeps the two tables above complete when Event gets a new field.
func TestSeal_coversEveryField(t *testing.T) {
	for name := range eventFields() {
		covered := fields[name].flip != nil
		for known := range fields {
			covered = covered || strings.HasPrefix(known, name+".")
		}
		if !covered {
			t.Errorf("no test changes Event.%s", name)
		}
	}
}

func eventFields() map[string]bool {
	names := map[string]bool{}
	for f := range reflect.TypeFor[audit.Event]().Fields() {
		names[f.Name] = true
	}
	return names
}
