package audit_test

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/audit"
)

func exported(t testing.TB, f audit.Format, events ...audit.Event) string {
	t.Helper()
	var out bytes.Buffer
	x, err := audit.NewExporter(&out, f)
	if err != nil {
		t.Fatal(err)
	}
	if err := x.Write(events); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

func sealed(e audit.Event) audit.Event {
	e.Hash = []byte{0xab, 0xcd}
	return e
}

// TestExporter_NDJSON: R59 and F46, the names of the fields.
func TestExporter_NDJSON(t *testing.T) {
	t.Run("has one object an event with every name", func(t *testing.T) {
		want := `{"timestamp":"2026-03-29T02:00:00.999Z","audit_version":1,"seq":1,` +
			`"organizationId":"corg00000000000000000000a","workspaceId":"cworkspace",` +
			`"subjectId":"cuser","subjectType":"USER","subjectName":"Ada Löwe","userEmail":"ada@acme.example",` +
			`"clientType":"console","astroClient":"cli","astroClientVersion":"1.45.0","sourceIp":"192.0.2.7","userAgent":"curl/8","method":"POST","path":"/o/:org/tokens/:token/rotate","requestId":"req-1",` +
			`"action":"token.rotate","outcome":"ok","reason":"leaked","entity":{"type":"token","id":"ctoken1","name":"deploy"},` +
			`"before":{"generation":"1"},"after":{"expiry":"90 days","generation":"2"},"hash":"abcd"}` + "\n"
		if diff := cmp.Diff(want, exported(t, audit.NDJSON, sealed(event(1)))); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("leaves out what is not set", func(t *testing.T) {
		e := audit.Event{Seq: 7, At: time.UnixMilli(0), Action: audit.ServerStart, Outcome: audit.OK, ActorKind: audit.ActorSystem}
		want := `{"timestamp":"1970-01-01T00:00:00.000Z","audit_version":1,"seq":7,"subjectType":"SYSTEM","clientType":"host",` +
			`"action":"server.start","outcome":"ok","hash":""}` + "\n"
		if diff := cmp.Diff(want, exported(t, audit.NDJSON, e)); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("loses no value of a field that was recorded twice", func(t *testing.T) {
		e := event(1)
		e.Details = []audit.Change{{Field: "role", After: "A"}, {Field: "role", After: "B"}}
		if got := exported(t, audit.NDJSON, e); !strings.Contains(got, `"after":{"role":"A, B"}`) {
			t.Error(got)
		}
	})
	t.Run("keeps every text on its line", func(t *testing.T) {
		e := event(1)
		e.ActorName, e.TargetName = "two\nlines\r\n\u2028", "</script>\x00"
		got := exported(t, audit.NDJSON, e, e)
		if n := strings.Count(got, "\n"); n != 2 {
			t.Fatalf("%d lines for two events", n)
		}
		var back struct{ SubjectName string }
		if err := json.Unmarshal([]byte(strings.SplitAfter(got, "\n")[0]), &back); err != nil || back.SubjectName != e.ActorName {
			t.Errorf("%q, %v", back.SubjectName, err)
		}
	})
}

func TestExporter_CSV(t *testing.T) {
	t.Run("has the names of the JSON members as its header, in their order", func(t *testing.T) {
		var names []string
		d := json.NewDecoder(strings.NewReader(exported(t, audit.NDJSON, sealed(event(1)))))
		depth, key := 0, true
		for {
			tok, err := d.Token()
			if err != nil {
				break
			}
			switch delim, ok := tok.(json.Delim); {
			case ok && delim == '{':
				depth, key = depth+1, true
			case ok:
				depth, key = depth-1, true
			case key && depth == 1:
				names, key = append(names, tok.(string)), false
			default:
				key = true
			}
		}
		want := strings.Join(names, ",")
		want = strings.Replace(want, "entity", "entity.type,entity.id,entity.name", 1)
		if got, _, _ := strings.Cut(exported(t, audit.CSV), "\r\n"); got != want {
			t.Errorf("header\n%s, want\n%s", got, want)
		}
	})
	t.Run("has before and after as JSON, without escaping for HTML", func(t *testing.T) {
		e := event(1)
		e.Details = []audit.Change{{Field: "name", Before: "a<b", After: `say "hi"`}}
		_, row, _ := strings.Cut(exported(t, audit.CSV, e), "\r\n")
		if !strings.Contains(row, `"{""name"":""a<b""}","{""name"":""say \""hi\""""}"`) {
			t.Error(row)
		}
	})
	for _, start := range []string{"=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", "＝1", "＋1", "－1", "＠x"} {
		t.Run("disarms a cell that begins like "+start, func(t *testing.T) {
			e := event(1)
			e.TargetName = start
			rows := parse(t, exported(t, audit.CSV, e))
			if got := rows[1][slices.Index(rows[0], "entity.name")]; !strings.HasPrefix(got, "'") {
				t.Errorf("the cell is %q", got)
			}
		})
	}
	t.Run("says when it can't write", func(t *testing.T) {
		if _, err := audit.NewExporter(full{}, audit.CSV); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
		x, err := audit.NewExporter(full{}, audit.NDJSON)
		if err != nil {
			t.Fatal(err)
		}
		if err := x.Write([]audit.Event{event(1)}); !errors.Is(err, errFull) {
			t.Errorf("got %v", err)
		}
	})
}

var errFull = errors.New("full")

type full struct{}

func (full) Write([]byte) (int, error) { return 0, errFull }

func parse(t testing.TB, text string) [][]string {
	t.Helper()
	rows, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		t.Fatalf("%v in %q", err, text)
	}
	return rows
}

// FuzzExporter: whatever a name, an agent or a changed field holds, both formats are read back whole
// and no cell begins like a formula.
func FuzzExporter(f *testing.F) {
	for _, s := range []string{"", "plain", "=cmd|' /C calc'!A0", "\"quoted\", and, commas", "a\r\nb", "\x00\xff", "＝x", "'=x", "\u202eabc"} {
		f.Add(s, s)
	}
	f.Fuzz(func(t *testing.T, name, value string) {
		e := event(1)
		e.ActorName, e.UserAgent, e.Details = name, name, []audit.Change{{Field: name, Before: value, After: value + "x"}}
		e = audit.Seal(mac, nil, e)
		lines := exported(t, audit.NDJSON, e)
		var object map[string]any
		if err := json.Unmarshal([]byte(lines), &object); err != nil || strings.Count(lines, "\n") != 1 || !utf8.ValidString(lines) {
			t.Fatalf("%v in %q", err, lines)
		}
		if got, _ := object["subjectName"].(string); got != e.ActorName {
			t.Fatalf("the name %q came back as %q", e.ActorName, got)
		}
		rows := parse(t, exported(t, audit.CSV, e))
		if len(rows) != 2 || len(rows[1]) != len(rows[0]) {
			t.Fatalf("%d rows for one event", len(rows))
		}
		for _, cell := range rows[1] {
			if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune("=+-@\t\r\n＝＋－＠", first) {
				t.Fatalf("the cell %q begins like a formula", cell)
			}
		}
		want := strings.TrimPrefix(strings.NewReplacer("\r\n", "\n", "\r", "").Replace(e.ActorName), "'")
		got := strings.TrimPrefix(strings.ReplaceAll(rows[1][slices.Index(rows[0], "subjectName")], "\r", ""), "'")
		if got != want {
			t.Fatalf("the name %q came back as %q", want, got)
		}
	})
}
