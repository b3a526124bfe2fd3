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
	Revoked      time.Time // when a holder of the value ended it; zero: the value works
	LastUsed     time.Time
	LastClient   string // name and version of the program; may be empty
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

// Names and values of the filters of token lists.
const (
	FilterStatus = "status"
	FilterScope  = "scope"
	FilterRole   = "role"

	StatusActive      = "active"
	StatusSoon        = "soon"
	StatusExpired     = "expired"
	ScopeWorkspace    = "workspace"
	ScopeOrganization = "organization"
	SortName          = "name"
	SortExpires       = "expires"
	SortUsed          = "used"
	SortCreated       = "created"
	FromToken         = "token" // a dialog was opened on the token's own page
)

// TokenListSpec is the list of the API tokens of a level; roles are the choices of its role filter.
func TokenListSpec(at Level, roles []RoleOption) ListSpec {
	spec := ListSpec{
		ID: "token", URL: at.listURL(), Noun: "API Token", Plural: "API tokens", Icon: "key-round", Search: "Search API tokens",
		Filters: []ListFilter{statusFilter()}, Order: SortName,
		Columns: []ListColumn{{Key: SortName, Label: "Name"}},
	}
	if at.inWorkspace() {
		spec.Filters = append(spec.Filters, scopeFilter())
		spec.Columns = append(spec.Columns, ListColumn{Label: "Scope", Fold: "60"}, ListColumn{Label: "Workspace Role"})
	} else {
		spec.Columns = append(spec.Columns, ListColumn{Label: "Organization Role"}, ListColumn{Label: "Workspaces", Fold: "60"})
	}
	spec.Filters = append(spec.Filters, RoleFilter(roles))
	spec.Columns = append(spec.Columns,
		ListColumn{Key: SortExpires, Label: "Expiration"}, ListColumn{Key: SortUsed, Label: "Last used", Fold: "60", Latest: true},
		ListColumn{Key: SortCreated, Label: "Created", Fold: "75", Latest: true}, ListColumn{})
	return spec
}

func statusFilter() ListFilter {
	return ListFilter{FilterStatus, "Status", []ui.Option{
		{Label: "All"},
		{Value: StatusActive, Label: "Active"},
		{Value: StatusSoon, Label: "Expires soon"},
		{Value: StatusExpired, Label: "Expired or revoked"},
	}}
}

func scopeFilter() ListFilter {
	return ListFilter{FilterScope, "Scope", []ui.Option{
		{Label: "All"},
		{Value: ScopeWorkspace, Label: "Workspace"},
		{Value: ScopeOrganization, Label: "Organization"},
	}}
}

// RoleFilter is the filter of a list by role.
func RoleFilter(roles []RoleOption) ListFilter {
	options := []ui.Option{{Label: "All"}}
	for _, r := range roles {
		o := r.option()
		o.Text = ""
		options = append(options, o)
	}
	return ListFilter{FilterRole, "Role", options}
}

// TokenList is one page of a list of API tokens.
type TokenList struct {
	Level
	List
	Now          time.Time
	Rows         []TokenRow
	ExpiringSoon int    // tokens that end within 14 days, whatever the filter
	CanAdd       bool   // may add Organization tokens to the Workspace
	Problem      string // the list could not be read
}

// list is the list with its note about tokens that expire soon.
func (l TokenList) list() List {
	l.List.Shown = len(l.Rows)
	if l.ExpiringSoon > 0 && !l.State.Active() {
		l.List.Note = soonNote(l)
	}
	return l.List
}

func (l TokenList) soonText() string {
	if l.ExpiringSoon == 1 {
		return "1 expires soon"
	}
	return ui.Count(l.ExpiringSoon) + " expire soon"
}

func (l TokenList) soonURL() string {
	return ListState{Filters: map[string]string{FilterStatus: StatusSoon}}.In(l.listURL())
}

func (l TokenList) rowEditURL(id string) string { return l.State.In(l.editURL(id)) }

func (l TokenList) createURL() string { return l.State.In(l.newURL()) }

func (l TokenList) createLabel() string {
	if l.inWorkspace() {
		return "Create Workspace API Token"
	}
	return "Create Organization API Token"
}

func (l TokenList) menuItems() []ui.MenuItem {
	add := ui.MenuItem{
		Label: "Add Organization API Token", Hint: "Give an existing Organization token a role here",
		URL: l.State.In(AddTokenURL(l.Workspace.ID)), Dialog: true,
	}
	if !l.CanAdd {
		add = ui.MenuItem{Label: add.Label, Hint: "Only an Organization Owner can do this", Disabled: true}
	}
	return []ui.MenuItem{
		{Label: l.createLabel(), Hint: "Works in this Workspace only", URL: l.createURL(), Dialog: true},
		add,
	}
}

// TokensPage is the list of a Workspace's or an Organization's API tokens.
func TokensPage(c Chrome, l TokenList) templ.Component { return tokensPage(c, l) }

// TokenTable is the list alone: the answer to a filter, a sort or a page link.
func TokenTable(c Chrome, l TokenList) templ.Component { return tokenTablePart(c, l) }

// TokenRefresh replaces toolbar, table and tab count out of band, beside another answer.
func TokenRefresh(c Chrome, l TokenList) templ.Component { return tokenRefresh(c, l) }
