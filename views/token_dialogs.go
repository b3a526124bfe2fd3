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

// DeleteWord is the word a person types before a token is deleted.
const DeleteWord = "Delete"

// CreateToken is the form Create Workspace API Token or Create Organization API Token. The fields
// hold what was typed, not what it means.
type CreateToken struct {
	Level
	Filter      TokenFilter
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
		Title: p.title(), InDialog: in, CloseURL: p.Filter.in(p.listURL()),
		Action:   p.Filter.in(p.listURL()),
		Hidden:   []ui.Hidden{{Name: FieldFormKey, Value: p.FormKey}},
		Submit:   ui.ButtonProps{Label: "Create API token"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
}

// TokenNameNote is the note under Name that another token has the same name: the answer to the
// name check. An empty name gives an empty note.
func TokenNameNote(name string) templ.Component { return nameNote(name) }

func nameTakenText(name string) string {
	return "Another API token here is called " + name + ". The Astro CLI's --name will be ambiguous."
}

// Candidate is one choice of a picker: an Organization token, with its hint, or a Workspace.
type Candidate struct {
	ID     string
	Name   string
	Detail string // a token's hint; empty for a Workspace
}

// Picker is a choice among candidates: a select for up to 200, above that a search with radios.
type Picker struct {
	Candidates []Candidate // all of them, or the result of the search
	Search     bool        // too many for a select
	Query      string      // what was searched for
	More       bool        // the search matches more than is listed
	Selected   string      // id
}

// AddToken is the form Add Organization API Token of a Workspace.
type AddToken struct {
	Level
	Filter   TokenFilter
	Picker   Picker
	AnyToken bool // the Organization has at least one API token
	Role     string
	Roles    []RoleOption
	Problems Problems
	Alert    string
}

// AddTokenDialog is the dialog of AddToken.
func AddTokenDialog(p AddToken) Dialog {
	return Dialog{addTokenTitle, p.section(), len(p.Problems), func(in bool) templ.Component { return addToken(p, in) }}
}

const addTokenTitle = "Add Organization API Token"

func (p AddToken) nothingLeft() bool { return len(p.Picker.Candidates) == 0 && !p.Picker.Search }

func (p AddToken) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: addTokenTitle, InDialog: in, CloseURL: p.Filter.in(p.listURL()),
		Action:   p.Filter.in(AddTokenURL(p.Workspace.ID)),
		Submit:   ui.ButtonProps{Label: "Add"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
	if p.nothingLeft() {
		d.Action, d.CloseLabel, d.FocusTitle = "", "Close", true
	}
	return d
}

// AddBinding is the form Add to Workspace of an Organization token.
type AddBinding struct {
	Organization Ref
	Token        Ref
	Picker       Picker
	Role         string
	Roles        []RoleOption
	Problems     Problems
	Alert        string
}

// AddBindingDialog is the dialog of AddBinding.
func AddBindingDialog(p AddBinding) Dialog {
	return Dialog{p.title(), sectionOrganizationTokens, len(p.Problems), func(in bool) templ.Component { return addBinding(p, in) }}
}

func (p AddBinding) title() string { return "Add " + p.Token.Name + " to Workspace" }

func (p AddBinding) nothingLeft() bool { return len(p.Picker.Candidates) == 0 && !p.Picker.Search }

func (p AddBinding) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: OrganizationTokenURL(p.Organization.ID, p.Token.ID),
		Action:   BindingsURL(p.Organization.ID, p.Token.ID),
		Submit:   ui.ButtonProps{Label: "Add"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
	if p.nothingLeft() {
		d.Action, d.CloseLabel, d.FocusTitle = "", "Close", true
	}
	return d
}

// EditToken is the form Edit of a token at its own level.
type EditToken struct {
	Level
	Filter      TokenFilter
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
		Action:   p.Filter.in(p.tokenURL(p.Token.ID)),
		Hidden:   []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit:   ui.ButtonProps{Label: "Save Changes"},
		Problems: len(p.Problems), Alert: p.Alert,
		Sections: []ui.Section{
			{
				Title: "Rotate", Text: p.rotateText(),
				Link: ui.LinkProps{Label: "Rotate token", Icon: "rotate-cw", URL: p.Filter.in(p.rotateURL(p.Token.ID)), Dialog: in},
			},
			{
				Title: "Delete", Text: "Make sure that no CI/CD pipeline uses this token. A deleted token can't be recovered.",
				Link: ui.LinkProps{Label: "Delete API Token", Kind: ui.Danger + "-quiet", Icon: "trash-2", URL: p.Filter.in(p.deleteURL(p.Token.ID)), Dialog: in},
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
func backURL(l Level, f TokenFilter, token string) string {
	if f.From == FromToken && !l.inWorkspace() {
		return OrganizationTokenURL(l.Organization.ID, token)
	}
	return f.in(l.listURL())
}

// EditBinding is the form Edit of an Organization token's role in one Workspace, opened in that
// Workspace or, with FromOrganization, on the token's own page.
type EditBinding struct {
	Level
	FromOrganization bool
	CanManageOrg     bool // shows the link to Organization Settings
	Filter           TokenFilter
	Now              time.Time
	Token            TokenDetails
	Role             string
	Roles            []RoleOption
	Version          string
	Problems         Problems
	Alert            string
}

// EditBindingDialog is the dialog of EditBinding.
func EditBindingDialog(p EditBinding) Dialog {
	return Dialog{editTitle, p.at(), len(p.Problems), func(in bool) templ.Component { return editBinding(p, in) }}
}

func (p EditBinding) at() section { return bindingSection(p.FromOrganization) }

func bindingSection(fromOrganization bool) section {
	if fromOrganization {
		return sectionOrganizationTokens
	}
	return sectionWorkspaceTokens
}

func (p EditBinding) frame(in bool) ui.DialogProps {
	org, ws, token := p.Organization.ID, p.Workspace.ID, p.Token.ID
	d := ui.DialogProps{
		Title: editTitle, InDialog: in, CloseURL: p.Filter.in(p.listURL()),
		Action:   p.Filter.in(WorkspaceTokenURL(ws, token)),
		Hidden:   []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit:   ui.ButtonProps{Label: "Save Changes"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
	remove := p.Filter.in(RemoveTokenURL(ws, token))
	heading := "Remove from this Workspace"
	if p.FromOrganization {
		d.CloseURL, d.Action = OrganizationTokenURL(org, token), BindingURL(org, token, ws)
		remove, heading = RemoveBindingURL(org, token, ws), "Remove from "+p.Workspace.Name
	}
	d.Sections = []ui.Section{{
		Title: heading, Text: "The token loses its role here at once. It keeps working in other Workspaces.",
		Link: ui.LinkProps{Label: "Remove API token", Kind: ui.Danger + "-quiet", Icon: "unlink", URL: remove, Dialog: in},
	}}
	return d
}

// RotateToken asks before a rotation.
type RotateToken struct {
	Level
	Filter     TokenFilter
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
		Action: p.Filter.in(p.rotateURL(p.Token.ID)),
		Hidden: []ui.Hidden{{Name: FieldFormKey, Value: p.FormKey}, {Name: FieldGeneration, Value: p.Generation}},
		Submit: ui.ButtonProps{Label: "Rotate token"}, Alert: p.Alert, FocusClose: true,
	}
}

func (p RotateToken) warning() string {
	stops := "The current value (…" + p.Token.Hint + ") stops working as soon as you rotate. "
	if p.Token.expired(p.Now) {
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
	Filter   TokenFilter
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
		Action: p.Filter.in(p.deleteURL(p.Token.ID)),
		Submit: ui.ButtonProps{Label: "Yes, Continue", Kind: ui.Danger}, Problems: len(p.Problems), Alert: p.Alert,
	}
}

func (p DeleteToken) warning() string {
	return "Every pipeline that uses this token stops working at once. The token can't be recovered. " +
		"If you need it again, create a new one and update every workflow. " + p.Token.LastUse.sentence(p.Now)
}

// RemoveToken asks before an Organization token loses its role in a Workspace.
type RemoveToken struct {
	Level
	FromOrganization bool
	Filter           TokenFilter
	Now              time.Time
	Token            TokenDetails
	Role             string // its role there, as people read it
	Alert            string
}

// RemoveTokenDialog is the dialog of RemoveToken.
func RemoveTokenDialog(p RemoveToken) Dialog {
	return Dialog{p.title(), bindingSection(p.FromOrganization), 0, func(in bool) templ.Component { return removeToken(p, in) }}
}

func (p RemoveToken) title() string {
	return "Remove " + p.Token.Name + " from " + p.Workspace.Name + "?"
}

func (p RemoveToken) frame(in bool) ui.DialogProps {
	d := ui.DialogProps{
		Title: p.title(), InDialog: in, CloseURL: p.Filter.in(p.listURL()),
		Action: p.Filter.in(RemoveTokenURL(p.Workspace.ID, p.Token.ID)),
		Submit: ui.ButtonProps{Label: "Remove API token", Kind: ui.Danger}, Alert: p.Alert, FocusClose: true,
	}
	if p.FromOrganization {
		d.CloseURL = OrganizationTokenURL(p.Organization.ID, p.Token.ID)
		d.Action = RemoveBindingURL(p.Organization.ID, p.Token.ID, p.Workspace.ID)
	}
	return d
}

func (p RemoveToken) warning() string {
	return "The token loses its role " + p.Role + " in " + p.Workspace.Name + " at once. " +
		"Make sure that no CI/CD pipeline here uses it. The token itself is not deleted. " +
		p.Token.LastUse.sentence(p.Now)
}

// Reveal shows a new value once. Secret is the value; it is written into one element and nowhere
// else.
type Reveal struct {
	Level
	Filter    TokenFilter
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
		options = append(options, ui.Option{Value: r.Value, Label: r.Label, Text: r.text()})
	}
	if !known {
		options = append(options, ui.Option{Value: held, Label: RoleLabel(held), Text: RoleText(held)})
	}
	return options
}

func (p Picker) options() []ui.Option {
	var options []ui.Option
	for _, c := range p.Candidates {
		label := c.Name
		if c.Detail != "" {
			label += " (" + c.detail() + ")"
		}
		options = append(options, ui.Option{Value: c.ID, Label: label})
	}
	return options
}

func (c Candidate) detail() string {
	if c.Detail == "" {
		return ""
	}
	return "…" + c.Detail
}

func (p EditBinding) head() []ui.Fact {
	facts := []ui.Fact{{Label: "Name", Value: ui.Name(p.Token.Name)}}
	if p.Token.Description != "" {
		facts = append(facts, ui.Fact{Label: "Description", Value: ui.Name(p.Token.Description)})
	}
	if p.FromOrganization {
		return append(facts, ui.Fact{Label: "Workspace", Value: ui.Name(p.Workspace.Name)})
	}
	return append(facts, ui.Fact{Label: "Managed in", Value: managedIn(p.Organization, p.Token.ID, p.CanManageOrg)})
}

func (p Reveal) facts() []ui.Fact {
	return []ui.Fact{
		{Label: p.roleLabel(), Value: ui.Text(p.Role)},
		{Label: "Expiration", Value: exactOrNever(p.Expires, p.Now)},
		{Label: "Ends in", Value: ui.Code("…" + p.Hint)},
	}
}
