package access_test

import (
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

var noon = time.Date(2026, 11, 23, 10, 0, 0, 0, time.UTC)

func TestParseExpiry(t *testing.T) {
	good := map[string]access.Expiry{"": access.Never, "  ": access.Never, "1": 1, " 90 ": 90, "3650": 3650, "007": 7}
	for in, want := range good {
		if got, p := access.ParseExpiry("expiration", in); p != nil || got != want {
			t.Errorf("%q: %d, %v; want %d", in, got, p, want)
		}
	}
	for _, in := range []string{"0", "-1", "3651", "1.5", "1e2", "ten", "+5", "٣", "0x1f", "99999999999999999999", "1 0", "\x00"} {
		got, p := access.ParseExpiry("expiration", in)
		if p == nil || p.Field != "expiration" || p.Message != "Enter a whole number of days from 1 to 3650, or leave it empty." {
			t.Errorf("%q: %d, %v", in, got, p)
		}
	}
}

// TestToken_Status holds the boundaries of product.md 3.7 to the millisecond.
func TestToken_Status(t *testing.T) {
	oneDay := access.Token{StartAt: noon, EndAt: access.Expiry(1).End(noon)}
	long := access.Token{EndAt: noon.Add(access.SoonWindow + 24*time.Hour)}
	for _, c := range []struct {
		name string
		tok  access.Token
		now  time.Time
		want access.Status
	}{
		{"one day, a millisecond before its end", oneDay, noon.Add(24*time.Hour - time.Millisecond), access.Soon},
		{"one day, at its end", oneDay, noon.Add(24 * time.Hour), access.Expired},
		{"one day, a millisecond after its end", oneDay, noon.Add(24*time.Hour + time.Millisecond), access.Expired},
		{"fourteen days and a millisecond left", long, noon.Add(24*time.Hour - time.Millisecond), access.Active},
		{"exactly fourteen days left", long, noon.Add(24 * time.Hour), access.Soon},
		{"no end", access.Token{}, noon.AddDate(100, 0, 0), access.Active},
	} {
		if got := c.tok.Status(c.now); got != c.want {
			t.Errorf("%s: %s, want %s", c.name, got, c.want)
		}
	}
}

// TestToken_Rotated: R31, R32, the record's half of rotation.
func TestToken_Rotated(t *testing.T) {
	tok := access.Token{ID: "id", Name: "ci", Description: "d", Home: access.Scope{Org: "o", Workspace: "w"},
		Expiry: 10, StartAt: noon, EndAt: access.Expiry(10).End(noon), Generation: 3, Version: 2}
	later := noon.AddDate(0, 2, 0).Add(750 * time.Millisecond)

	t.Run("an expired token starts its period again, everything else stays", func(t *testing.T) {
		got, err := tok.Rotated(3, later, access.Person{Name: "Owner 01"})
		if err != nil {
			t.Fatal(err)
		}
		start := later.Truncate(time.Second)
		if got.Generation != 4 || !got.StartAt.Equal(start) || !got.EndAt.Equal(start.AddDate(0, 0, 10)) || !got.LastRotatedAt.Equal(later) {
			t.Errorf("rotated to %+v", got)
		}
		if got.ID != tok.ID || got.Name != tok.Name || got.Description != tok.Description || got.Home != tok.Home || got.Version != tok.Version {
			t.Errorf("rotation changed more than the value: %+v", got)
		}
	})
	t.Run("a generation shown before another rotation conflicts", func(t *testing.T) {
		_, err := tok.Rotated(2, later, access.Person{})
		if access.ReasonOf(err) != access.ReasonRotated {
			t.Errorf("got %v", err)
		}
	})
	t.Run("a token that never expires stays so", func(t *testing.T) {
		got, _ := access.Token{Generation: 1}.Rotated(1, later, access.Person{})
		if !got.EndAt.IsZero() {
			t.Errorf("ends %s", got.EndAt)
		}
	})
}

func TestCleanName(t *testing.T) {
	long := strings.Repeat("é", 256)
	good := map[string]string{
		"ci":                  "ci",
		"  ci deploy ":        "ci deploy",
		"e\u0301te\u0301":     "été",
		long:                  long,
		"名前 · ñ · العربية":    "名前 · ñ · العربية",
		"<script>alert</scr>": "<script>alert</scr>",
		"0":                   "0",
	}
	for in, want := range good {
		if got, p := access.CleanName("name", in, 256); p != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, p)
		}
	}
	bad := map[string]string{
		"":                                "Enter a name.",
		" \t ":                            "Enter a name.",
		long + "x":                        "Use 256 characters or fewer; this name has 257.",
		"a\u200bb":                        "Remove the character U+200B; it can't be seen.",
		"a\u202eb":                        "Remove the character U+202E; it can't be seen.",
		"a\nb":                            "Remove the character U+000A; it can't be seen.",
		"a\x00b":                          "Remove the character U+0000; it can't be seen.",
		"a\u0085b":                        "Remove the character U+0085; it can't be seen.",
		"a\u2028b":                        "Remove the character U+2028; it can't be seen.",
		"a\ue000b":                        "Remove the character U+E000; it can't be seen.",
		"a\ufffeb":                        "Remove the character U+FFFE; it can't be seen.",
		"z\u0334\u0334\u0334\u0334\u0334": "Remove the character U+0334; it can't be seen.",
		"a\xff":                           "Use text encoded as UTF-8.",
	}
	for in, want := range bad {
		if got, p := access.CleanName("name", in, 256); p == nil || p.Message != want {
			t.Errorf("%q: %q, %v; want %q", in, got, p, want)
		}
	}
}

func TestCleanDescription_MayHoldLinesAndTabs(t *testing.T) {
	if got, p := access.CleanDescription("description", "a\r\n\tb"); p != nil || got != "a\n\tb" {
		t.Errorf("%q, %v", got, p)
	}
	if got, p := access.CleanDescription("description", ""); p != nil || got != "" {
		t.Errorf("%q, %v", got, p)
	}
	if _, p := access.CleanDescription("description", strings.Repeat("x", 501)); p == nil ||
		p.Message != "Use 500 characters or fewer; this description has 501." {
		t.Errorf("501 characters: %v", p)
	}
}

func TestCleanEmail(t *testing.T) {
	for in, want := range map[string]string{" Ada@Example.COM ": "ada@example.com", "a.b+c@x-y.example": "a.b+c@x-y.example"} {
		if got, p := access.CleanEmail("email", in); p != nil || got != want {
			t.Errorf("%q: %q, %v", in, got, p)
		}
	}
	for _, in := range []string{"", "ada", "@x.org", "a@", "a@b", "a b@x.org", "a@x..org", "a..b@x.org", "ä@x.org", "a@x.org\n.evil.org",
		"a@b@x.org", strings.Repeat("a", 65) + "@x.org", strings.Repeat("a", 60) + "@" + strings.Repeat("b", 190) + ".org"} {
		if got, p := access.CleanEmail("email", in); p == nil {
			t.Errorf("%q became %q", in, got)
		}
	}
}

func TestIDs(t *testing.T) {
	var ids access.IDs
	previous := ""
	for _, now := range []time.Time{noon, noon, noon.Add(time.Millisecond), noon.Add(-time.Hour), noon.Add(time.Hour)} {
		for range 1000 {
			id := ids.Next(now)
			if !access.IsID(id) || id <= previous {
				t.Fatalf("%s after %s", id, previous)
			}
			previous = id
		}
	}
	for _, bad := range []string{"", "c", "C" + previous[1:], previous + "0", previous[:24], "d" + previous[1:], previous[:24] + "A", previous[:24] + "/"} {
		if _, err := access.ParseID[access.TokenID](bad); access.CodeOf(err) != access.NotFound {
			t.Errorf("%q: %v", bad, err)
		}
	}
}
