package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// TokenRow is one token of a list.
type TokenRow struct {
	ID           string
	Name         string
	Description  string
	Hint         string // the last four characters of the value
	Shared       bool   // an Organization token, seen in a Workspace
	Role         string // as people read it
	Workspaces   int    // Organization list: number of Workspaces it has a role in
	InheritsAll  bool   // Organization list: an Organization Owner token
	Expires      time.Time
	LastUsed     time.Time
	Created      time.Time
	CreatedBy    string
	FormerMember bool // the creator has left
}

func (r TokenRow) scope() string {
	if r.Shared {
		return "Organization"
	}
	return "Workspace"
}

func (r TokenRow) workspaces() string {
	if r.InheritsAll {
		return "inherits all"
	}
	return ui.Count(r.Workspaces)
}

func (r TokenRow) creator() string { return creator(r.CreatedBy, r.FormerMember) }

func creator(name string, former bool) string {
	if former {
		return name + " (former member)"
	}
	return name
}

// expiresSoon is how long before its end a token is marked.
const expiresSoon = 14 * 24 * time.Hour

// TokenList is one page of a token list with its toolbar.
type TokenList struct {
	Level
	Now          time.Time
	Filter       TokenFilter
	Rows         []TokenRow
	Matches      int  // rows that match the filter, on all pages
	MoreMatches  bool // Matches is only a lower bound: shown as "1,000+"
	ExpiringSoon int  // tokens that end within 14 days, whatever the filter
	HasTokens    bool // there is at least one token, whatever the filter
	LastID       string
	HasNext      bool         // there is a page after this one; LastID is its last row
	CanAdd       bool         // may add Organization tokens to the Workspace
	Roles        []RoleOption // choices of the role filter
	Problem      string       // the list could not be read
}

// caption is the sentence above the table's columns.
func (l TokenList) caption() string {
	noun := "API Token"
	if l.Filter.Active() {
		noun = "matching " + noun
	}
	if l.MoreMatches {
		return ui.Count(l.Matches) + "+ " + noun + "s"
	}
	return ui.Plural(l.Matches, noun)
}

func (l TokenList) soonText() string {
	if l.ExpiringSoon == 1 {
		return "1 expires soon"
	}
	return ui.Count(l.ExpiringSoon) + " expire soon"
}

func (l TokenList) soonURL() string {
	return TokenFilter{Status: StatusSoon}.in(l.listURL())
}

func (l TokenList) url(f TokenFilter) string { return f.in(l.listURL()) }

func (l TokenList) paged() bool { return l.HasNext || l.Filter.After != "" }

func (l TokenList) nextURL() string {
	next := l.Filter
	next.After = l.LastID
	return l.url(next)
}

func (l TokenList) firstURL() string {
	first := l.Filter
	first.After = ""
	return l.url(first)
}

func (l TokenList) shown() string {
	total := ui.Count(l.Matches)
	if l.MoreMatches {
		total += "+"
	}
	return ui.Count(len(l.Rows)) + " of " + total + " shown"
}

func (l TokenList) rowEditURL(id string) string { return l.Filter.in(l.editURL(id)) }

func (l TokenList) createURL() string { return l.Filter.in(l.newURL()) }

func (l TokenList) createLabel() string {
	if l.inWorkspace() {
		return "Create Workspace API Token"
	}
	return "Create Organization API Token"
}

func (l TokenList) menuItems() []ui.MenuItem {
	add := ui.MenuItem{
		Label: "Add Organization API Token", Hint: "Give an existing Organization token a role here",
		URL: l.Filter.in(AddTokenURL(l.Workspace.ID)), Dialog: true,
	}
	if !l.CanAdd {
		add = ui.MenuItem{Label: add.Label, Hint: "Only an Organization Owner can do this", Disabled: true}
	}
	return []ui.MenuItem{
		{Label: l.createLabel(), Hint: "Works in this Workspace only", URL: l.createURL(), Dialog: true},
		add,
	}
}

func (l TokenList) statusOptions() []ui.Option {
	return []ui.Option{
		{Label: "All"},
		{Value: StatusActive, Label: "Active"},
		{Value: StatusSoon, Label: "Expires soon"},
		{Value: StatusExpired, Label: "Expired"},
	}
}

func (l TokenList) scopeOptions() []ui.Option {
	return []ui.Option{
		{Label: "All"},
		{Value: ScopeWorkspace, Label: "Workspace"},
		{Value: ScopeOrganization, Label: "Organization"},
	}
}

func (l TokenList) roleOptions() []ui.Option {
	options := []ui.Option{{Label: "All"}}
	for _, r := range l.Roles {
		options = append(options, ui.Option{Value: r.Value, Label: r.Label})
	}
	return options
}

// TokensPage is the list of a Workspace's or an Organization's API tokens.
func TokensPage(c Chrome, l TokenList) templ.Component { return tokensPage(c, l) }

// TokenTable is the list alone: the answer to a filter, a sort or a page link.
func TokenTable(c Chrome, l TokenList) templ.Component { return tokenTablePart(c, l) }

// TokenRefresh replaces toolbar, table and tab count out of band, beside another answer.
func TokenRefresh(c Chrome, l TokenList) templ.Component { return tokenRefresh(c, l) }
