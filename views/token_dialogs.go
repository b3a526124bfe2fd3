package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Problems are the texts of refused fields by field name.
type Problems map[string]string

// Names of the fields of token forms, as the browser sends them.
const (
	FieldName        = "name"
	FieldDescription = "description"
	FieldRole        = "role"
	FieldExpiration  = "expiration"
	FieldToken       = "token"
	FieldWorkspace   = "workspace"
	FieldConfirm     = "confirm"
	FieldFormKey     = "form_key"
	FieldVersion     = "version"
	FieldGeneration  = "generation"
	FieldSearch      = "q"
	FieldFind        = "find" // what a picker is searched for
)

// CreateToken is the form Create Workspace API Token or Create Organization API Token. The fields
// hold what was typed, not what it means.
type CreateToken struct {
	Level
	Filter      ListState
	Now         time.Time
	Name        string
	Description string
	Role        string
	Expiration  string       // days; empty: never
	Roles       []RoleOption // those the person may grant
	FormKey     string
	NameTaken   string // another live token with this name, as it is spelt; empty: none
	Problems    Problems
	Alert       string // a problem of the whole form
}

// CreateTokenDialog is the dialog of CreateToken.
func CreateTokenDialog(p CreateToken) Dialog {
	return Dialog{p.title(), p.section(), len(p.Problems), func(in bool) templ.Component { return createToken(p, in) }}
}

func (p CreateToken) title() string {
	if p.inWorkspace() {
		return "Create Workspace API Token"
	}
	return "Create Organization API Token"
}

func (p CreateToken) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.Filter.In(p.listURL()),
		Action:   p.Filter.In(p.listURL()),
		Hidden:   []ui.Hidden{{Name: FieldFormKey, Value: p.FormKey}},
		Submit:   ui.ButtonProps{Label: "Create API token"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
}

// TokenNameNote is the note under Name that another token has the same name: the answer to the
// name check. An empty name gives an empty note.
func TokenNameNote(name string) templ.Component { return nameNote(name) }

// EditToken is the form Edit of a token at its own level.
type EditToken struct {
	Level
	Filter      ListState
	Now         time.Time
	Token       TokenDetails
	Name        string
	Description string
	Role        string
	Roles       []RoleOption
	Version     string // of the token as shown, to notice a change made meanwhile
	Problems    Problems
	Alert       string
}

// EditTokenDialog is the dialog of EditToken.
func EditTokenDialog(p EditToken) Dialog {
	return Dialog{editTitle, p.section(), len(p.Problems), func(in bool) templ.Component { return editToken(p, in) }}
}

const editTitle = "Edit API token"

func (p EditToken) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: editTitle, InDialog: in, CloseURL: backURL(p.Level, p.Filter, p.Token.ID),
		Action:   p.Filter.In(p.tokenURL(p.Token.ID)),
		Hidden:   []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit:   ui.ButtonProps{Label: "Save Changes"},
		Problems: len(p.Problems), Alert: p.Alert,
		Sections: []ui.Section{
			{
				Title: "Rotate", Text: p.rotateText(),
				Link: ui.LinkProps{Label: "Rotate token", Icon: "rotate-cw", URL: p.Filter.In(p.rotateURL(p.Token.ID)), Dialog: in},
			},
			{
				Title: useTitle, Text: "Ready files for the usual CI systems, the shell and Terraform.",
				Link: useLink(p.Level, Ref{ID: p.Token.ID, Name: p.Token.Name}),
			},
			{
				Title: "Delete", Text: "Make sure that no CI/CD pipeline uses this token. A deleted token can't be recovered.",
				Link: ui.LinkProps{Label: "Delete API Token", Kind: ui.Danger + "-quiet", Icon: "trash-2", URL: p.Filter.In(p.deleteURL(p.Token.ID)), Dialog: in},
			},
		},
	}
}

func (p EditToken) rotateText() string {
	text := "You get a new value. The current value stops working at once; name, description and role stay."
	if p.Token.Days > 0 {
		text += " The " + period(p.Token.Days) + " expiration starts again."
	}
	return text
}

// period is a number of days as an adjective.
func period(days int) string { return ui.Count(days) + "-day" }

// backURL is where a dialog about a token leads back to: the token page it was opened on, or the
// list with its filter.
func backURL(l Level, f ListState, token string) string {
	if f.From == FromToken && !l.inWorkspace() {
		return OrganizationTokenURL(l.Organization.ID, token)
	}
	return f.In(l.listURL())
}

// firstField is the field that takes the focus: the first one refused, else the first of all.
func firstField(problems Problems, order ...string) string {
	for _, name := range order {
		if problems[name] != "" {
			return name
		}
	}
	return order[0]
}

func (p CreateToken) focus(field string) bool {
	return field == firstField(p.Problems, FieldName, FieldDescription, FieldRole, FieldExpiration)
}

func (p EditToken) focus(field string) bool {
	return field == firstField(p.Problems, FieldName, FieldDescription, FieldRole)
}

// nameCheck asks, when the name was changed, whether another token here has it. It only informs.
func (p CreateToken) nameCheck(in bool) templ.Attributes {
	if !in {
		return nil
	}
	return templ.Attributes{"hx-get": p.nameURL(), "hx-trigger": "change", "hx-target": "#name-note", "hx-swap": "outerHTML"}
}

// roleChoices are the roles of a select. A role that is held but may not be granted is listed too,
// so that saving another field does not change it by accident.
func roleChoices(roles []RoleOption, held string) []ui.Option {
	var options []ui.Option
	known := held == ""
	for _, r := range roles {
		known = known || r.Value == held
		options = append(options, r.option())
	}
	if !known {
		options = append(options, ui.Option{Value: held, Label: RoleLabel(held), Text: RoleText(held)})
	}
	return options
}
