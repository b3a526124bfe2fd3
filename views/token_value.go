package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// DeleteWord is the word a person types before a token is deleted.
const DeleteWord = "Delete"

// RotateToken asks before a rotation.
type RotateToken struct {
	Level
	Filter     ListState
	Now        time.Time
	Token      TokenDetails
	NewExpiry  time.Time // when the new value will end; zero: never
	Generation string    // of the value as shown, to notice a rotation made meanwhile
	FormKey    string
	Alert      string
}

// RotateTokenDialog is the dialog of RotateToken.
func RotateTokenDialog(p RotateToken) Dialog {
	return Dialog{p.title(), p.section(), 0, func(in bool) templ.Component { return rotateToken(p, in) }}
}

func (p RotateToken) title() string { return "Rotate " + p.Token.Name + "?" }

func (p RotateToken) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: backURL(p.Level, p.Filter, p.Token.ID),
		Action: p.Filter.In(p.rotateURL(p.Token.ID)),
		Hidden: []ui.Hidden{{Name: FieldFormKey, Value: p.FormKey}, {Name: FieldGeneration, Value: p.Generation}},
		Submit: ui.ButtonProps{Label: "Rotate token"}, Alert: p.Alert, FocusClose: true,
	}
}

func (p RotateToken) warning() string {
	stops := "The current value (…" + p.Token.Hint + ") stops working as soon as you rotate. "
	switch {
	case !p.Token.Revoked.IsZero():
		stops = "The current value (…" + p.Token.Hint + ") was revoked on " + ui.Date(p.Token.Revoked) + ". "
	case p.Token.expired(p.Now):
		stops = "The current value (…" + p.Token.Hint + ") expired on " + ui.Date(p.Token.Expires) + ". "
	}
	return stops + p.Token.LastUse.sentence(p.Now)
}

func (p RotateToken) promise() string {
	text := "You get a new value once. The name, description and role stay the same."
	if p.NewExpiry.IsZero() {
		return text + " The token never expires."
	}
	return text + " The " + period(p.Token.Days) + " expiration starts again and ends " + ui.Exact(p.NewExpiry) + "."
}

// usedKind is a warning for a token that has been used, and only a hint for one that has not.
func usedKind(u LastUse, kind string) string {
	if u.At.IsZero() {
		return ui.Info
	}
	return kind
}

// DeleteToken asks for the typed word before a deletion.
type DeleteToken struct {
	Level
	Filter   ListState
	Now      time.Time
	Token    TokenDetails
	Confirm  string // what was typed
	Problems Problems
	Alert    string
}

// DeleteTokenDialog is the dialog of DeleteToken.
func DeleteTokenDialog(p DeleteToken) Dialog {
	return Dialog{p.title(), p.section(), len(p.Problems), func(in bool) templ.Component { return deleteToken(p, in) }}
}

func (p DeleteToken) title() string { return "Delete API token " + p.Token.Name + "?" }

func (p DeleteToken) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: backURL(p.Level, p.Filter, p.Token.ID),
		Action: p.Filter.In(p.deleteURL(p.Token.ID)),
		Submit: ui.ButtonProps{Label: "Yes, Continue", Kind: ui.Danger}, Problems: len(p.Problems), Alert: p.Alert,
	}
}

func (p DeleteToken) warning() string {
	return "Every pipeline that uses this token stops working at once. The token can't be recovered. " +
		"If you need it again, create a new one and update every workflow. " + p.Token.LastUse.sentence(p.Now)
}

// Reveal shows a new value once. Secret is the value; it is written into one element and nowhere
// else.
type Reveal struct {
	Level
	Filter    ListState
	Now       time.Time
	Rotated   bool // a rotation, not a creation
	Token     Ref
	Secret    string
	Hint      string
	Role      string    // as people read it
	Expires   time.Time // zero: never
	PublicURL string    // of this server, without a slash at its end
	NameTaken string    // another live token with this name; empty: none
}

// RevealDialog is the dialog of Reveal.
func RevealDialog(p Reveal) Dialog {
	return Dialog{p.title(), p.section(), 0, func(in bool) templ.Component { return reveal(p, in) }}
}

func (p Reveal) title() string {
	if p.Rotated {
		return "Token rotated"
	}
	return "API token created"
}

func (p Reveal) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: backURL(p.Level, p.Filter, p.Token.ID),
		CloseLabel: "Done", NoCross: true,
	}
}

func (p Reveal) cli() string {
	return "export ASTRO_DOMAIN=localhost\nastro config set -g local.core " + p.PublicURL + "\nexport ASTRO_API_TOKEN=<your-token>"
}

func (p Reveal) curl() string {
	return `curl -H "Authorization: Bearer $ASTRO_API_TOKEN" ` + p.PublicURL + "/v1/organizations"
}

func (p Reveal) facts() []ui.Fact {
	return []ui.Fact{
		{Label: p.roleLabel(), Value: ui.Text(p.Role)},
		{Label: "Expiration", Value: exactOrNever(p.Expires, p.Now)},
		{Label: "Ends in", Value: ui.Code("…" + p.Hint)},
	}
}
