package dagpasstest_test

import (
	"encoding/base64"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html/template"
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/dagpasstest"
)

// TestCanaries plants secrets in every way that a leak could take and looks for them: a search that
// finds nothing proves nothing unless it finds these.
func TestCanaries(t *testing.T) {
	secrets := map[string]string{
		"a token value": "eyJhbGciOiJFZERTQSIsImtpZCI6ImRw.eyJpc3MiOiJ4In0.c2lnbmF0dXJl-_s1gn4ture",
		"a password":    `a "quoted" sentence & five <wörds> + 100%`,
		"a key":         "\x00\x01\xff\xfe\x7f\x80key\x00bytes\"\\\n",
	}
	plant := map[string]func(string) string{
		"raw":                  func(s string) string { return "x" + s + "y" },
		"hex":                  func(s string) string { return hex.EncodeToString([]byte("ab" + s)) },
		"HEX":                  func(s string) string { return strings.ToUpper(hex.EncodeToString([]byte(s + "c"))) },
		"a query":              func(s string) string { return url.Values{"q": {s}}.Encode() },
		"a path":               func(s string) string { return (&url.URL{Path: "/a/" + url.PathEscape(s)}).Path },
		"the bytes of a slice": func(s string) string { return fmt.Sprint([]byte("ab" + s + "c")) },
		"a quoted text in a log": func(s string) string {
			text, _ := json.Marshal(map[string]string{"cause": fmt.Sprintf("no %q", s)})
			return string(text)
		},
		"a quoted text":          func(s string) string { return fmt.Sprintf("%q", s) },
		"base64 with padding":    func(s string) string { return base64.StdEncoding.EncodeToString([]byte(s)) },
		"base64url with padding": func(s string) string { return base64.URLEncoding.EncodeToString([]byte(s)) },
	}
	for before := range 5 {
		for after := range 3 {
			name := fmt.Sprintf("base64 with %d bytes before and %d after", before, after)
			around := func(s string) []byte { return []byte(strings.Repeat("b", before) + s + strings.Repeat("a", after)) }
			plant[name] = func(s string) string { return base64.StdEncoding.EncodeToString(around(s)) }
			plant["url "+name] = func(s string) string { return base64.RawURLEncoding.EncodeToString(around(s)) }
		}
	}
	texts := map[string]func(string) string{ // encoders that replace what is no UTF-8
		"JSON": func(s string) string { text, _ := json.Marshal(map[string]string{"k": s}); return string(text) },
		"HTML": func(s string) string { return "<p>" + template.HTMLEscapeString(s) + "</p>" },
	}
	for name, secret := range secrets {
		for how, write := range plant {
			t.Run(name+" is found in "+how, func(t *testing.T) { wantFound(t, secret, write(secret)) })
		}
		for how, write := range texts {
			if name != "a key" {
				t.Run(name+" is found in "+how, func(t *testing.T) { wantFound(t, secret, write(secret)) })
			}
		}
		t.Run(name+" is not found where all but its first or last byte stand", func(t *testing.T) {
			var c dagpasstest.Canaries
			c.Add(t, "planted", secret)
			for _, cut := range []string{secret[1:], secret[:len(secret)-1], ""} {
				if got := c.In("x " + cut + " y"); len(got) > 0 {
					t.Errorf("found %v", got)
				}
			}
		})
	}
}

func wantFound(t *testing.T, secret, text string) {
	t.Helper()
	var c dagpasstest.Canaries
	c.Add(t, "another", "something else altogether")
	c.Add(t, "planted", secret)
	if got := c.In(strings.Repeat("before ", 50) + text + strings.Repeat(" after", 50)); len(got) != 1 || got["planted"] == "" {
		t.Errorf("%q was found as %v", text, got)
	}
}
