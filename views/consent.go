package views

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"
)

// AuthorizeURL is where a program sends a person who is to allow it to act for them.
const AuthorizeURL = "/authorize"

// The answer to a program that asks.
const (
	FieldDecision = "decision"
	DecisionAllow = "allow"
	DecisionDeny  = "cancel"
)

// Consent asks a person whether a program may act for them (ui.md 3.7).
type Consent struct {
	Program       string
	Command       string   // what begins it, on the person's own computer
	Organizations []string // where it would act
	AnswerTo      string   // host and port that the answer goes to
	Until         time.Time
	Asked         url.Values // the program's request, which is sent again with the answer
}

// ConsentPage is the page of Consent. It is a form that only a person sends: nothing on it does so by
// itself.
func ConsentPage(c Chrome, p Consent) templ.Component { return consentPage(c, p) }

func (p Consent) where() string {
	if len(p.Organizations) == 0 {
		return "your Organizations"
	}
	return strings.Join(p.Organizations, ", ")
}

func (p Consent) target() string { return withQuery(AuthorizeURL, p.Asked) }
