package web_test

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"
	"golang.org/x/text/unicode/norm"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/htmlcheck"
)

// harmless remembers the trees of all pages and refusals with harmless texts.
func (n *naughty) harmless() {
	n.Helper()
	n.try("harmless")
	n.try("harmless") // now every description is there
	n.try("refu\u202esed")
	if n.stored == 0 || n.refused == 0 {
		n.Fatalf("%d stored, %d refused", n.stored, n.refused)
	}
	n.texts, n.stored, n.refused = 0, 0, 0
}

// try types a text everywhere and looks at every page.
func (n *naughty) try(text string) {
	n.Helper()
	n.texts++
	b := n.Browser(n.House.Owner)
	for _, t := range n.things {
		n.write(b, t, "name", text, t.nameLength)
		if t.description && clean(text, true) != "" { // an empty one rightly leaves its element out
			n.write(b, t, "description", text, access.MaxDescription)
		}
	}
	b.Get("/help") // shows the notice of the last change
	n.addresses(b, text)
	for _, page := range n.pages {
		n.look(page, b.Get(page), text)
	}
	for _, lookup := range n.lookups {
		got := b.Get(lookup + url.QueryEscape(text))
		if strings.HasSuffix(lookup, "?q=") && (strings.TrimSpace(text) == "" || len(got.All("tbody tr")) > 0) {
			continue // it finds something
		}
		n.look(lookup, got, text)
	}
	for _, query := range []string{"search=", "sorts=", "limit=", "workspaceId="} {
		status, _ := n.Call("GET", n.things[3].api+"/tokens?"+query+url.QueryEscape(text), n.value, "")
		n.check(status < 500, "%s%q: %d", query, text, status)
	}
}

// clean is a text in its normal form.
func clean(text string, lines bool) string {
	if lines {
		text = strings.ReplaceAll(text, "\r\n", "\n")
	}
	return strings.TrimSpace(norm.NFC.String(text))
}

// write types a text into the field of a thing, in its form and through the API.
func (n *naughty) write(b *dagpasstest.Browser, t thing, field, text string, max int) {
	n.Helper()
	byForm := -1
	if t.form != "" {
		before := n.read(t, field)
		got := b.Get(t.form).Status(http.StatusOK).Form(t.submit).Set(field, text).Submit()
		n.check(got.Code == http.StatusSeeOther || got.Code == http.StatusUnprocessableEntity, "the %s of %s as %q: %d", field, t.name, text, got.Code)
		if byForm = got.Code; byForm == http.StatusUnprocessableEntity {
			n.look("the refusal of the "+field+" of "+t.name, got, text)
		}
		n.settled(t, field, before, text, max, byForm == http.StatusSeeOther)
	}
	if t.api == "" || t.member != "name" {
		return
	}
	before := n.read(t, field)
	status, answer := n.Call("POST", t.api, n.value, n.body(t, field, text))
	n.check(status == http.StatusOK || status == http.StatusBadRequest, "the %s of %s as %q: %d %s", field, t.name, text, status, answer)
	n.check(byForm < 0 || (byForm == http.StatusSeeOther) == (status == http.StatusOK), "the %s of %s as %q: the form answers %d and the API %d", field, t.name, text, byForm, status)
	n.settled(t, field, before, text, max, status == http.StatusOK)
}

// settled holds what is stored now against what was before and what was typed.
func (n *naughty) settled(t thing, field, before, text string, max int, accepted bool) {
	n.Helper()
	now := n.read(t, field)
	if !accepted {
		n.refused++
		n.check(now == before, "the %s of %s was refused as %q, and is now %q", field, t.name, text, now)
		return
	}
	n.stored++
	n.check(now == clean(text, field == "description"), "the %s of %s as %q is stored as %q", field, t.name, text, now)
	n.check(utf8.ValidString(text) && utf8.RuneCountInString(now) <= max && now != "", "the %s of %s was stored as %q", field, t.name, now)
	for _, r := range now {
		n.check(!harmful(r, field == "description"), "the %s of %s was stored with %U", field, t.name, r)
	}
}

// harmful are characters that change what stands around them, or are none.
func harmful(r rune, lines bool) bool {
	switch {
	case lines && (r == '\n' || r == '\t'):
		return false
	case unicode.In(r, unicode.Cc, unicode.Co, unicode.Cs, unicode.Zl, unicode.Zp, unicode.Bidi_Control, unicode.Noncharacter_Code_Point):
		return true
	}
	return r == '\u200b' || r == '\u2060' || r == '\ufeff'
}

// read returns a field of a thing as the API tells it.
func (n *naughty) read(t thing, field string) string {
	n.Helper()
	status, answer := n.Call("GET", t.api, n.value, "")
	var members map[string]any
	if err := json.Unmarshal([]byte(answer), &members); err != nil || status != http.StatusOK {
		n.Fatalf("%s: %d %s", t.api, status, answer)
	}
	if field == "name" {
		field = t.member
	}
	text, _ := members[field].(string)
	return text
}

// body is what changes one field of a thing. Members that a thing does not have are ignored.
func (n *naughty) body(t thing, field, text string) string {
	n.Helper()
	name, description := n.read(t, "name"), n.read(t, "description")
	if field == "name" {
		name = text
	} else {
		description = text
	}
	return `{"name":` + inJSON(name) + `,"description":` + inJSON(description) + `,"cicdEnforcedDefault":false,"permissions":["workspace.tokens.view"]}`
}

// inJSON writes a text in JSON with the bytes it has, whether they are UTF-8 or not.
func inJSON(text string) string {
	var out strings.Builder
	for i := range len(text) {
		switch c := text[i]; {
		case c == '"' || c == '\\':
			out.WriteString(`\` + string(c))
		case c < ' ':
			fmt.Fprintf(&out, `\u%04x`, c)
		default:
			out.WriteByte(c)
		}
	}
	return `"` + out.String() + `"`
}

// addresses types a text where an e-mail is asked for.
func (n *naughty) addresses(b *dagpasstest.Browser, text string) {
	n.Helper()
	stranger := n.Stranger()
	stranger.Address = fmt.Sprintf("192.0.%d.%d", n.texts/250+3, n.texts%250+1) // nobody tried too often from there
	got := stranger.Post("/sign-in", url.Values{"email": {text}, "password": {"wrong"}})
	if text != "" { // the field to go on with is then another one
		n.look(fmt.Sprint("the refused sign-in, ", got.Code), got, text) // or it has to wait, when what was typed is one account
	}
	invite := b.Get(invitePath(n.House)).Form("Invite member").Set("email", text).Submit()
	if invite.Code == http.StatusUnprocessableEntity {
		n.look("the refused invitation", invite, text)
	}
	n.check(invite.Code < 500, "an invitation to %q: %d", text, invite.Code)
	status, answer := n.Call("POST", n.things[3].api+"/invites", n.value, `{"inviteeEmail":`+inJSON(text)+`,"role":"ORGANIZATION_MEMBER"}`)
	n.check(status < 500, "an invitation to %q: %d %s", text, status, answer)
}

// look holds a page against itself with a harmless text.
func (n *naughty) look(name string, got *dagpasstest.Page, text string) {
	n.Helper()
	n.check(got.Code < 500, "%s with %q: %d", name, text, got.Code)
	if strings.Contains(name, "/audit") {
		return // it grows with every text
	}
	root, err := htmlcheck.Parse(got.Body)
	if err != nil {
		n.Fatal(err)
	}
	tree := fmt.Sprint(got.Code, "\n", htmlcheck.Tree(root))
	want, known := n.trees[name]
	if !known || text == "harmless" {
		n.trees[name] = tree
		return
	}
	n.check(tree == want, "%s changes with %q:\n%s", name, text, cmp.Diff(want, tree))
}

func (n *naughty) check(right bool, format string, args ...any) {
	n.Helper()
	if !right {
		n.wrong++
		n.Errorf(format, args...)
	}
}
