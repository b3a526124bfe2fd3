package views

import (
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/openapi"
)

// APIDocs is the page about the API, for people. Anyone may read it.
type APIDocs struct {
	openapi.Reference
	PublicURL string // of this server, without a slash at its end
}

// APIDocsPage is the page of APIDocs.
func APIDocsPage(c Chrome, p APIDocs) templ.Component { return apiDocsPage(c, p) }

// apiDocsSection is Help for those who have it.
func (c Chrome) apiDocsSection() section {
	if c.User.SignedIn() {
		return sectionHelpAPI
	}
	return sectionNone
}

// paragraphs are the parts of a text between empty lines.
func paragraphs(text string) []string { return strings.Split(strings.TrimSpace(text), "\n\n") }

// ending is a text as a sentence.
func ending(text string) string {
	if text == "" || strings.HasSuffix(text, ".") {
		return text
	}
	return text + "."
}
