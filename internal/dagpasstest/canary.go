package dagpasstest

import (
	"encoding/base64"
	"encoding/binary"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"html"
	"net/url"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// Canaries are secrets that may stand nowhere but in the one place where each is handed out. [Canaries.In]
// finds them in a text, also when something encoded them on the way there.
type Canaries struct {
	names     map[string]bool
	spellings map[uint64][]spelling // by the last eight bytes of the text, so that a search is one pass
	ends      [1 << 16]bool         // the last two bytes of all of them: most of a text ends no spelling
}

// spelling is one way of writing a secret.
type spelling struct{ secret, how, text string }

// lastBytes is how many bytes a search looks at first. No secret is shorter.
const lastBytes = 8

// Add adds a secret under a name. It returns the name under which the secret was added first.
func (c *Canaries) Add(t testing.TB, name, secret string) string {
	t.Helper()
	if len(secret) <= lastBytes {
		t.Fatalf("%s is too short to be searched for", name)
	}
	if c.names == nil {
		c.names, c.spellings = map[string]bool{}, map[uint64][]spelling{}
	}
	for _, known := range c.spellings[tail(secret)] {
		if known.text == secret {
			return known.secret
		}
	}
	for c.names[name] {
		name += "'"
	}
	c.names[name] = true
	for _, s := range spell(secret) {
		s.secret = name
		key := tail(s.text)
		c.ends[end(s.text)] = true
		c.spellings[key] = append(c.spellings[key], s)
	}
	return name
}

// Len is how many different secrets were added.
func (c *Canaries) Len() int { return len(c.names) }

// In returns how each secret is written that a text holds, by the names of the secrets.
func (c *Canaries) In(text string) map[string]string {
	found := map[string]string{}
	for i := lastBytes; i <= len(text); i++ {
		if !c.ends[uint16(text[i-2])<<8|uint16(text[i-1])] {
			continue
		}
		for _, s := range c.spellings[tail(text[:i])] {
			if strings.HasSuffix(text[:i], s.text) {
				found[s.secret] = s.how
			}
		}
	}
	return found
}

func end(text string) uint16 { return uint16(text[len(text)-2])<<8 | uint16(text[len(text)-1]) }

func tail(text string) uint64 {
	return binary.LittleEndian.Uint64([]byte(text[len(text)-lastBytes:]))
}

// spell writes a secret in every way in which programs write texts and bytes, each once.
func spell(secret string) []spelling {
	all := []spelling{{how: "raw", text: secret}}
	add := func(how, text string) {
		if !slices.ContainsFunc(all, func(s spelling) bool { return s.text == text }) {
			all = append(all, spelling{how: how, text: text})
		}
	}
	for shift := range 3 {
		add(fmt.Sprintf("base64 behind %d bytes", shift), inBase64(base64.RawStdEncoding, secret, shift))
		add(fmt.Sprintf("base64url behind %d bytes", shift), inBase64(base64.RawURLEncoding, secret, shift))
	}
	lower := hex.EncodeToString([]byte(secret))
	add("hex", lower)
	add("HEX", strings.ToUpper(lower))
	add("URL-escaped in a query", url.QueryEscape(secret))
	add("URL-escaped in a path", url.PathEscape(secret))
	add("JSON-escaped", inJSON(secret, false))
	add("JSON-escaped for HTML", inJSON(secret, true))
	add("HTML-escaped", html.EscapeString(secret))
	quoted := strings.Trim(strconv.Quote(secret), `"`)
	add("quoted as Go does", quoted)
	add("quoted and JSON-escaped", inJSON(quoted, false))
	add("quoted and JSON-escaped for HTML", inJSON(quoted, true))
	add("decimal bytes", strings.Trim(fmt.Sprint([]byte(secret)), "[]"))
	return all
}

// inBase64 is the part of an encoded text that depends on the secret alone when it stands behind shift
// bytes of something else, or a multiple of three more.
func inBase64(e *base64.Encoding, secret string, shift int) string {
	text := e.EncodeToString([]byte(strings.Repeat("\x00", shift) + secret))
	const bits = 6 // of a character
	first := (8*shift + bits - 1) / bits
	return text[first : 8*(shift+len(secret))/bits]
}

func inJSON(secret string, forHTML bool) string {
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(forHTML)
	if err := e.Encode(secret); err != nil {
		panic(err) // no string fails
	}
	return strings.Trim(strings.TrimSuffix(b.String(), "\n"), `"`)
}
