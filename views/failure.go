package views

import (
	"cmp"
	"strconv"
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Failure is an answer that is not what was asked for: one heading, one sentence, one way on.
type Failure struct {
	Title     string
	Text      string
	LinkLabel string // the way on
	LinkURL   string
	RequestID string // empty: not shown
	section   section
	back      string // where closing leads, where that is not the way on
}

// FailurePage is a failure as a whole document, in the frame for those who are signed in.
func FailurePage(c Chrome, f Failure) templ.Component { return failurePage(c, f) }

// FailureDialog is a failure in place of the dialog that was asked for.
func FailureDialog(f Failure) Dialog {
	return Dialog{f.Title, f.section, 0, func(in bool) templ.Component { return failureDialog(f, in) }}
}

func (f Failure) frame(in bool) ui.DialogProps {
	return ui.DialogProps{Title: f.Title, InDialog: in, CloseURL: cmp.Or(f.back, f.LinkURL), CloseLabel: "Close", FocusTitle: true}
}

// Missing is the one answer for what does not exist and for what the person may not see.
func Missing() Failure {
	return Failure{
		Title: "Page not found", Text: "This page doesn't exist, or you don't have access to it.",
		LinkLabel: "Go to Workspaces", LinkURL: WorkspacesURL,
	}
}

// Gone is the answer for one of the things on a screen that is no longer there, such as a token that
// was deleted while a dialog about it was open.
func Gone(at Screen) Failure {
	if at.gone() == "" {
		return Missing()
	}
	return at.at(Failure{Title: "No longer there", Text: at.gone()})
}

// NotPossible is the answer to what the rules forbid, in the rule's own words.
func NotPossible(at Screen, title, text string) Failure {
	return at.at(Failure{Title: title, Text: text})
}

// AlreadySent is the answer to a form that makes a secret and was sent before.
func AlreadySent(at Screen) Failure {
	text := "This form was already sent, and the token exists. Its value was shown once and can't be shown again. " +
		"If you did not copy it, rotate the token to get a new value."
	if at.Word != "tokens" {
		text = "This form was already sent. Its link was shown once and can't be shown again. If you did not copy it, make a new one."
	}
	return at.at(Failure{Title: "Already done", Text: text})
}

// Stale is the answer to a form whose object was changed meanwhile; reload is the URL of the form.
func Stale(at Screen, text, reload string) Failure {
	f := at.at(Failure{Title: "Changed meanwhile", Text: text})
	f.back, f.LinkLabel, f.LinkURL = f.LinkURL, "Reload", reload
	return f
}

// NotAllowed is the answer to what the person may see but not do. Whom to ask are names; with
// none the sentence names an Organization Owner only.
func NotAllowed(at Screen, act, needed, held, ask string) Failure {
	text := "This needs the " + needed + " role; you have " + held + "."
	if act != "" {
		text = act + " " + text
	}
	if ask != "" {
		text += " Ask " + ask + " or an Organization Owner."
	} else {
		text += " Ask an Organization Owner."
	}
	f := at.at(Failure{Title: "Not allowed", Text: text})
	switch {
	case at.inWorkspace():
		f.LinkLabel, f.LinkURL = "Go to "+at.Workspace.Name, WorkspaceURL(at.Workspace.ID)
	case at.Organization.ID != "":
		f.LinkLabel, f.LinkURL = "Go to Workspaces", WorkspacesURL
	}
	return f
}

// AddressNotAllowed is the answer to a member who comes from outside the address ranges of the
// Organization. It leads to their own sessions, which stay open from everywhere: no page of the
// Organization would.
func AddressNotAllowed(text string) Failure {
	return Failure{Title: "Not from this address", Text: text, LinkLabel: "Go to your sessions", LinkURL: SessionsURL}
}

// ForeignRequest is the answer to a request that another site sent.
func ForeignRequest() Failure {
	return Failure{
		Title: "Request refused", Text: "This request did not come from Dagpass. Open the page again and retry.",
		LinkLabel: "Go to Dagpass", LinkURL: WorkspacesURL,
	}
}

// TooLarge is the answer to a body above the limit.
func TooLarge() Failure {
	return Failure{
		Title: "Too much text", Text: "What you sent is larger than this form allows. Nothing was changed.",
		LinkLabel: "Go to Workspaces", LinkURL: WorkspacesURL,
	}
}

// WrongHost is the answer to a request for a host name this server does not serve.
func WrongHost(publicURL string) Failure {
	return Failure{
		Title: "Wrong address", Text: "This server answers at " + publicURL + " only.",
		LinkLabel: "Go to Dagpass", LinkURL: publicURL,
	}
}

// TooManyAttempts is the answer to attempts that come too fast.
func TooManyAttempts(wait time.Duration) Failure {
	return Failure{
		Title: "Too many attempts", Text: TooManyAttemptsText(wait),
		LinkLabel: "Go to Workspaces", LinkURL: WorkspacesURL,
	}
}

// TooManyAttemptsText is the sentence of TooManyAttempts, for a form's alert.
func TooManyAttemptsText(wait time.Duration) string {
	seconds := max(int((wait+time.Second-1)/time.Second), 1)
	unit := " seconds."
	if seconds == 1 {
		unit = " second."
	}
	return "Too many attempts. Try again in " + strconv.Itoa(seconds) + unit
}

// NotWorking is the answer to an unexpected error.
func NotWorking() Failure {
	return Failure{
		Title: "Something went wrong", Text: "Something went wrong on the server. Try again.",
		LinkLabel: "Go to Workspaces", LinkURL: WorkspacesURL,
	}
}

// Busy is the answer while the server cannot work; nothing of the request was done.
func Busy() Failure {
	return Failure{
		Title: "Dagpass is busy", Text: "Try again in a moment. Nothing was changed.",
		LinkLabel: "Go to Workspaces", LinkURL: WorkspacesURL,
	}
}

// WrongMethod is the answer to a method a page does not know.
func WrongMethod() Failure {
	return Failure{
		Title: "Not possible", Text: "This page can't be used that way. Open it from the menu.",
		LinkLabel: "Go to Workspaces", LinkURL: WorkspacesURL,
	}
}
