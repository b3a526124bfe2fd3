package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

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
	Filter   ListState
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
		Title: addTokenTitle, InDialog: in, CloseURL: p.Filter.In(p.listURL()),
		Action:   p.Filter.In(AddTokenURL(p.Workspace.ID)),
		Submit:   ui.ButtonProps{Label: "Add"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
	if p.Picker.Search && !in {
		d.Hidden = p.Filter.hidden(FilterRole, "from")
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

// EditBinding is the form Edit of an Organization token's role in one Workspace, opened in that
// Workspace or, with FromOrganization, on the token's own page.
type EditBinding struct {
	Level
	FromOrganization bool
	CanManageOrg     bool // shows the link to Organization Settings
	Filter           ListState
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
		Title: editTitle, InDialog: in, CloseURL: p.Filter.In(p.listURL()),
		Action:   p.Filter.In(WorkspaceTokenURL(ws, token)),
		Hidden:   []ui.Hidden{{Name: FieldVersion, Value: p.Version}},
		Submit:   ui.ButtonProps{Label: "Save Changes"},
		Problems: len(p.Problems), Alert: p.Alert,
	}
	remove := p.Filter.In(RemoveTokenURL(ws, token))
	heading := "Remove from this Workspace"
	if p.FromOrganization {
		d.CloseURL, d.Action = p.Filter.In(OrganizationTokenURL(org, token)), p.Filter.In(BindingURL(org, token, ws))
		remove, heading = p.Filter.In(RemoveBindingURL(org, token, ws)), "Remove from "+p.Workspace.Name
	}
	d.Sections = []ui.Section{{
		Title: heading, Text: "The token loses its role here at once. It keeps working in other Workspaces.",
		Link: ui.LinkProps{Label: "Remove API token", Kind: ui.Danger + "-quiet", Icon: "unlink", URL: remove, Dialog: in},
	}}
	return d
}

// RemoveToken asks before an Organization token loses its role in a Workspace.
type RemoveToken struct {
	Level
	FromOrganization bool
	Filter           ListState
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
		Title: p.title(), InDialog: in, CloseURL: p.Filter.In(p.listURL()),
		Action: p.Filter.In(RemoveTokenURL(p.Workspace.ID, p.Token.ID)),
		Submit: ui.ButtonProps{Label: "Remove API token", Kind: ui.Danger}, Alert: p.Alert, FocusClose: true,
	}
	if p.FromOrganization {
		d.CloseURL = p.Filter.In(OrganizationTokenURL(p.Organization.ID, p.Token.ID))
		d.Action = p.Filter.In(RemoveBindingURL(p.Organization.ID, p.Token.ID, p.Workspace.ID))
	}
	return d
}

func (p RemoveToken) warning() string {
	return "The token loses its role " + p.Role + " in " + p.Workspace.Name + " at once. " +
		"Make sure that no CI/CD pipeline here uses it. The token itself is not deleted. " +
		p.Token.LastUse.sentence(p.Now)
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
