package access_test

import (
	"net/netip"
	"regexp"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/unicode/norm"

	"dagpass/internal/access"
)

// FuzzName: what is taken as a name is a normal text of the allowed length that a person can see, and is
// taken again as it is.
func FuzzName(f *testing.F) {
	for _, s := range []string{"ci", " a\u0301 ", "\u202e", "a\x00b", "\xff", "e\u0301\u0301\u0301\u0301\u0301", strings.Repeat("a", 257), "\u00a0\u3000x", "\ufb01 fi"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name, problem := access.CleanName("name", s, access.MaxTokenName)
		if problem != nil {
			if name != "" || problem.Field != "name" || problem.Message == "" {
				t.Fatalf("%q: %q beside %+v", s, name, problem)
			}
			return
		}
		again, problem := access.CleanName("name", name, access.MaxTokenName)
		if again != name || problem != nil {
			t.Fatalf("%q became %q, then %q, %+v", s, name, again, problem)
		}
		if n := utf8.RuneCountInString(name); n < 1 || n > access.MaxTokenName || !norm.NFC.IsNormalString(name) {
			t.Fatalf("%q has %d characters", name, n)
		}
		if i := strings.IndexFunc(name, unicode.IsControl); i >= 0 || access.Fold(name) == "" {
			t.Fatalf("%q: a control at %d, folded %q", name, i, access.Fold(name))
		}
		if access.Fold(access.Fold(name)) != access.Fold(name) {
			t.Fatalf("%q is folded to %q, then to %q", name, access.Fold(name), access.Fold(access.Fold(name)))
		}
	})
}

// FuzzDescription: like a name, but it may be empty and hold lines.
func FuzzDescription(f *testing.F) {
	for _, s := range []string{"", "a\r\nb\tc", "\r", "\n\u0301", "a\v", strings.Repeat("é", 501)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		text, problem := access.CleanDescription("description", s)
		if problem != nil {
			return
		}
		if again, problem := access.CleanDescription("description", text); again != text || problem != nil {
			t.Fatalf("%q became %q, then %q, %+v", s, text, again, problem)
		}
		if utf8.RuneCountInString(text) > access.MaxDescription || strings.ContainsAny(text, "\r\x00\x1b") {
			t.Fatalf("%q is taken", text)
		}
	})
}

// address is the form of an e-mail address that is taken, loosely.
var address = regexp.MustCompile(`\A[a-z0-9.!#$%&'*+/=?^_{|}~` + "`" + `-]{1,64}@[a-z0-9-]+(\.[a-z0-9-]+)+\z`)

// FuzzEmail: what is taken as an e-mail address is one plain address, to be put in a header as it is.
func FuzzEmail(f *testing.F) {
	for _, s := range []string{"ada@acme.example", " ADA@Acme.Example ", "a@b@c.d", "a\r\nBcc: b@c.d", "K@acme.example", "<a@b.c>", "a@b", "a..b@c.d"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		email, problem := access.CleanEmail("email", s)
		if problem != nil {
			return
		}
		if again, problem := access.CleanEmail("email", email); again != email || problem != nil {
			t.Fatalf("%q became %q, then %q, %+v", s, email, again, problem)
		}
		if !address.MatchString(email) || len(email) > access.MaxEmail {
			t.Fatalf("%q is taken as %q", s, email)
		}
	})
}

// FuzzRange: a range that is taken is masked, says the same when it is written and read again, and covers
// the address that it begins with, however that is written.
func FuzzRange(f *testing.F) {
	for _, s := range []string{"203.0.113.9/24", "2001:db8::/32", "::ffff:203.0.113.0/120", "::ffff:0:0/95", "0.0.0.0/0", "fe80::1%eth0/64", "1.2.3.4", "1.2.3.4/33", "01.2.3.4/8", "::/0 "} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		prefix, problem := access.ParseRange("range", s)
		if problem != nil {
			if prefix != (netip.Prefix{}) {
				t.Fatalf("%q: %s beside %+v", s, prefix, problem)
			}
			return
		}
		if again, problem := access.ParseRange("range", prefix.String()); again != prefix || problem != nil {
			t.Fatalf("%q became %s, then %s, %+v", s, prefix, again, problem)
		}
		if !prefix.IsValid() || prefix != prefix.Masked() || prefix.Addr().Is4In6() || prefix.Addr().Zone() != "" {
			t.Fatalf("%q is taken as %s", s, prefix)
		}
		written := netip.MustParsePrefix(s)
		if first, ok := access.ParseAddress(written.Masked().Addr().String()); !ok || !prefix.Contains(first) {
			t.Fatalf("%q is taken as %s, which does not cover %s", s, prefix, first)
		}
	})
}

// FuzzAddress: an address that is understood is written in one way, without zone.
func FuzzAddress(f *testing.F) {
	for _, s := range []string{"203.0.113.9", "::ffff:203.0.113.9", "fe80::1%eth0", "::", "1.2.3.4:5", "[::1]", ""} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		a, ok := access.ParseAddress(s)
		if !ok {
			return
		}
		if again, ok := access.ParseAddress(a.String()); !ok || again != a || a.Zone() != "" || a.Is4In6() {
			t.Fatalf("%q became %s, then %s", s, a, again)
		}
	})
}

// id is the rule as the design writes it.
var id = regexp.MustCompile(`\Ac[0-9a-z]{24}\z`)

// FuzzID: an id is taken exactly when it has the form of one, and never changed.
func FuzzID(f *testing.F) {
	var ids access.IDs
	for _, s := range []string{ids.Next(noon), "", "c", strings.Repeat("c", 25), "C" + strings.Repeat("0", 24), strings.Repeat("c", 24) + "\n", strings.Repeat("c", 24) + "ａ", "../" + strings.Repeat("c", 22)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		got, err := access.ParseID[access.TokenID](s)
		if want := id.MatchString(s); (err == nil) != want || (want && string(got) != s) || (!want && got != "") {
			t.Fatalf("%q: %q, %v", s, got, err)
		}
	})
}

// FuzzExpiry: a number of days that is taken is none or one that is allowed.
func FuzzExpiry(f *testing.F) {
	for _, s := range []string{"", " 90 ", "0", "3650", "3651", "+1", "-1", "1e2", "０", "0x10", "1_0", "007"} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		days, problem := access.ParseExpiry("expiration", s)
		if days < 0 || days > access.MaxDays || (problem != nil && days != access.Never) {
			t.Fatalf("%q: %d days, %+v", s, days, problem)
		}
		if problem == nil && days == access.Never && strings.TrimSpace(s) != "" {
			t.Fatalf("%q is taken for never", s)
		}
	})
}
