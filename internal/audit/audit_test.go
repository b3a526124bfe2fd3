package audit_test

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/audit"
)

const (
	installation = "inst-1"
	organization = "corg00000000000000000000a"
)

var begin = time.Date(2026, 3, 29, 1, 59, 59, 999_000_000, time.UTC)

func mac(message []byte) []byte { return macWith("audit key")(message) }

func macWith(key string) audit.MAC {
	return func(message []byte) []byte {
		h := hmac.New(sha256.New, []byte(key))
		h.Write(message)
		return h.Sum(nil)
	}
}

// genesis is the start of the chain that the tests use.
func genesis() audit.Head {
	return audit.Head{Chain: organization, Hash: audit.Genesis(mac, installation, organization)}
}

// event returns an event with every field set, each to something else.
func event(seq int64) audit.Event {
	return audit.Event{
		Chain: organization, Seq: seq, At: begin.Add(time.Duration(seq) * time.Second),
		ActorKind: audit.ActorUser, ActorID: "cuser", ActorName: "Ada Löwe",
		Action: audit.TokenRotate, Outcome: audit.OK,
		TargetKind: audit.TargetToken, TargetID: fmt.Sprint("ctoken", seq), TargetName: "deploy",
		OrganizationID: organization, WorkspaceID: "cworkspace",
		IP: "192.0.2.7", UserAgent: "curl/8", RequestID: "req-1", Reason: "leaked",
		ClientType: audit.ClientConsole, Method: "POST", Path: "/o/:org/tokens/:token/rotate", ActorEmail: "ada@acme.example",
		AstroClient: "cli", AstroClientVersion: "1.45.0",
		Details:  []audit.Change{{Field: "generation", Before: "1", After: "2"}, {Field: "expiry", Before: "", After: "90 days"}},
		KeyEpoch: 1,
	}
}

// chain returns n sealed events that follow from the genesis.
func chain(n int) []audit.Event {
	return extend(nil, n)
}

func extend(events []audit.Event, n int) []audit.Event {
	last := genesis()
	if len(events) > 0 {
		last = events[len(events)-1].Head()
	}
	for range n {
		e := audit.Seal(mac, last.Hash, event(last.Seq+1))
		events, last = append(events, e), e.Head()
	}
	return events
}

// verify runs the events through a Verifier and returns its verdict.
func verify(events []audit.Event, expected ...audit.Head) error {
	v := audit.NewVerifier(mac, genesis(), expected...)
	for _, e := range events {
		if err := v.Next(e); err != nil {
			return err
		}
	}
	return v.End()
}

func TestSeal(t *testing.T) {
	t.Run("hashes the documented parts in the documented order", func(t *testing.T) {
		e := audit.Event{
			Chain: "ch", Seq: 1, At: time.UnixMilli(2), ActorKind: "ak", ActorID: "ai", ActorName: "an",
			Action: "ac", Outcome: "ou", TargetKind: "tk", TargetID: "ti", TargetName: "tn",
			OrganizationID: "or", WorkspaceID: "wo", IP: "ip", UserAgent: "ua", RequestID: "re",
			Reason: "rs", Details: []audit.Change{{Field: "fi", Before: "be", After: "af"}}, KeyEpoch: 3,
		}
		number := func(n byte) string { return "\x00\x00\x00\x00\x00\x00\x00" + string([]byte{n}) }
		part := func(s string) string { return number(byte(len(s))) + s }
		var want strings.Builder
		for _, s := range []string{
			"dagpass/audit/event/v1", "prev", "ch", number(1), number(2), "ak", "ai", "an", "ac", "ou",
			"tk", "ti", "tn", "or", "wo", "ip", "ua", "re", "rs", number(1), "fi", "be", "af", number(3),
		} {
			want.WriteString(part(s))
		}
		got := audit.Seal(mac, []byte("prev"), e)
		if diff := cmp.Diff(mac([]byte(want.String())), got.Hash); diff != "" {
			t.Errorf("hash (-want +got):\n%s", diff)
		}
		if string(got.PrevHash) != "prev" {
			t.Errorf("PrevHash = %q", got.PrevHash)
		}
	})
	t.Run("hashes the later fields behind another label", func(t *testing.T) {
		e := audit.Event{Chain: "ch", ClientType: "ct", Method: "me", Path: "pa", ActorEmail: "em"}
		var parts []string
		v2 := audit.Seal(func(m []byte) []byte { parts = append(parts, string(m)); return mac(m) }, nil, e).Hash
		if !strings.Contains(parts[0], "dagpass/audit/event/v2") || !strings.HasSuffix(parts[0], "em") {
			t.Errorf("sealed %q", parts[0])
		}
		e.AstroClient, e.AstroClientVersion = "ac", "av"
		v3 := audit.Seal(func(m []byte) []byte { parts = append(parts, string(m)); return mac(m) }, nil, e).Hash
		if !strings.Contains(parts[1], "dagpass/audit/event/v3") || !strings.HasSuffix(parts[1], "av") || string(v2) == string(v3) {
			t.Errorf("sealed %q", parts[1])
		}
		e = audit.Event{Chain: "ch"}
		if v1 := audit.Seal(mac, nil, e).Hash; string(v1) == string(v2) {
			t.Error("an event without them has the same hash")
		}
	})
	t.Run("gives nothing for fields that an old event is given later", func(t *testing.T) {
		old := event(1)
		old.ClientType, old.Method, old.Path, old.ActorEmail = "", "", "", ""
		old.AstroClient, old.AstroClientVersion = "", ""
		old = audit.Seal(mac, genesis().Hash, old)
		if err := verify([]audit.Event{old}); err != nil {
			t.Fatal(err)
		}
		old.ActorEmail = "mallory@acme.example"
		if verify([]audit.Event{old}) == nil {
			t.Error("an address added later went unnoticed")
		}
	})
	t.Run("keeps the seal of events from before Astro clients were recorded, and gives them none later", func(t *testing.T) {
		old := event(1)
		old.AstroClient, old.AstroClientVersion = "", ""
		const sealedBefore = "bc2762c8288d284c337a7ffbc3a782ac0d89fb414ac6928b795027a55ca3b59f"
		old = audit.Seal(mac, genesis().Hash, old)
		if got := hex.EncodeToString(old.Hash); got != sealedBefore {
			t.Fatalf("the seal is %s, and was %s", got, sealedBefore)
		}
		for _, add := range []func(){func() { old.AstroClient = "cli" }, func() { old.AstroClient, old.AstroClientVersion = "", "1" }} {
			if add(); verify([]audit.Event{old}) == nil {
				t.Errorf("%q %q added later went unnoticed", old.AstroClient, old.AstroClientVersion)
			}
		}
	})
	t.Run("brings the time to UTC and whole milliseconds", func(t *testing.T) {
		e := event(1)
		e.At = begin.Add(789 * time.Microsecond).In(time.FixedZone("CET", 3600))
		if got := audit.Seal(mac, nil, e).At; got != begin {
			t.Errorf("At = %v, want %v", got, begin)
		}
	})
	t.Run("replaces invalid UTF-8, so that text survives any encoding", func(t *testing.T) {
		e := event(1)
		e.UserAgent, e.Details[0].After = "curl\xff", "\xc0"
		got := audit.Seal(mac, nil, e)
		if got.UserAgent != "curl\uFFFD" || got.Details[0].After != "\uFFFD" {
			t.Errorf("UserAgent = %q, After = %q", got.UserAgent, got.Details[0].After)
		}
		if e.Details[0].After != "\xc0" {
			t.Error("the details of the caller were changed")
		}
	})
	t.Run("gives the same seal to what comes back from the details column", func(t *testing.T) {
		e := event(1)
		e.Details = []audit.Change{{Field: "name\x00", Before: "<a&b>", After: "\xff\u2028"}}
		e = audit.Seal(mac, genesis().Hash, e)
		var err error
		if e.Details, err = audit.DecodeDetails(audit.EncodeDetails(e.Details)); err != nil {
			t.Fatal(err)
		}
		if err := verify([]audit.Event{e}); err != nil {
			t.Error(err)
		}
	})
}

func TestGenesis(t *testing.T) {
	t.Run("differs between installations, Organizations and shifted ids", func(t *testing.T) {
		seen := map[string]string{}
		for _, ids := range [][2]string{{"a", "b"}, {"a", ""}, {"", "a"}, {"ab", ""}, {"", "ab"}, {"b", "a"}} {
			g := string(audit.Genesis(mac, ids[0], ids[1]))
			if other, ok := seen[g]; ok {
				t.Errorf("%v and %v share a genesis", ids, other)
			}
			seen[g] = fmt.Sprint(ids)
		}
	})
}

func TestDetails(t *testing.T) {
	t.Run("come back as they were", func(t *testing.T) {
		for _, changes := range [][]audit.Change{
			nil,
			{{Field: "role", Before: "WORKSPACE_MEMBER", After: "WORKSPACE_OWNER"}},
			{{Field: "name", Before: `"quoted" <b>`, After: "ünï\u2028\x00"}, {}},
		} {
			text := audit.EncodeDetails(changes)
			got, err := audit.DecodeDetails(text)
			if diff := cmp.Diff(changes, got); err != nil || diff != "" {
				t.Errorf("%s: %v (-want +got):\n%s", text, err, diff)
			}
		}
	})
	t.Run("have a stable text", func(t *testing.T) {
		got := audit.EncodeDetails([]audit.Change{{Field: "role", Before: "a", After: "b"}})
		if want := `[{"field":"role","before":"a","after":"b"}]`; got != want {
			t.Errorf("got %s, want %s", got, want)
		}
		if got := audit.EncodeDetails([]audit.Change{}); got != "[]" {
			t.Errorf("none: got %s, want []", got)
		}
	})
	for name, text := range map[string]string{
		"empty text":         ``,
		"null":               `null`,
		"an object":          `{}`,
		"a space":            `[ ]`,
		"a line break after": "[]\n",
		"trailing data":      `[][]`,
		"a missing member":   `[{"field":"role","before":"a"}]`,
		"a member too many":  `[{"field":"role","before":"a","after":"b","x":"y"}]`,
		"another case":       `[{"Field":"role","before":"a","after":"b"}]`,
		"a repeated member":  `[{"field":"x","field":"role","before":"a","after":"b"}]`,
		"another order":      `[{"before":"a","field":"role","after":"b"}]`,
		"a needless escape":  `[{"field":"\u0072ole","before":"a","after":"b"}]`,
		"a null text":        `[{"field":null,"before":"a","after":"b"}]`,
		"not JSON":           `[{`,
	} {
		t.Run("are refused with "+name, func(t *testing.T) {
			if got, err := audit.DecodeDetails(text); err == nil {
				t.Errorf("%q was read as %v", text, got)
			}
		})
	}
}

func TestHead(t *testing.T) {
	t.Run("is read back from its text", func(t *testing.T) {
		want := chain(3)[2].Head()
		got, err := audit.ParseHead(want.String())
		if diff := cmp.Diff(want, got); err != nil || diff != "" {
			t.Errorf("%v (-want +got):\n%s", err, diff)
		}
	})
	for _, text := range []string{"", "a", "a:1", "a:1:zz", "a:1:", ":1:00", "a:-1:00", "a:+1:00", "a:01:00", "a:1:0A", "a:1:00:", " a:1:00\n", "a:99999999999999999999:00"} {
		t.Run(fmt.Sprintf("is not read from %q", text), func(t *testing.T) {
			if got, err := audit.ParseHead(text); err == nil {
				t.Errorf("read as %v", got)
			}
		})
	}
}
