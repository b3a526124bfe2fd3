package views

import (
	"net/url"
	"strings"
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Level is where API tokens are managed: in a Workspace of an Organization, or, without a
// Workspace, in the Organization itself.
type Level struct {
	Organization Ref
	Workspace    Ref
}

func (l Level) inWorkspace() bool { return l.Workspace.ID != "" }

func (l Level) section() section {
	if l.inWorkspace() {
		return sectionWorkspaceTokens
	}
	return sectionOrganizationTokens
}

func (l Level) roleLabel() string {
	if l.inWorkspace() {
		return "Workspace Role"
	}
	return "Organization Role"
}

func (l Level) listURL() string {
	if l.inWorkspace() {
		return WorkspaceTokensURL(l.Workspace.ID)
	}
	return OrganizationTokensURL(l.Organization.ID)
}

func (l Level) newURL() string {
	if l.inWorkspace() {
		return NewWorkspaceTokenURL(l.Workspace.ID)
	}
	return NewOrganizationTokenURL(l.Organization.ID)
}

func (l Level) nameURL() string {
	if l.inWorkspace() {
		return WorkspaceTokenNameURL(l.Workspace.ID)
	}
	return OrganizationTokenNameURL(l.Organization.ID)
}

func (l Level) tokenURL(token string) string {
	if l.inWorkspace() {
		return WorkspaceTokenURL(l.Workspace.ID, token)
	}
	return OrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) editURL(token string) string {
	if l.inWorkspace() {
		return EditWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return EditOrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) rotateURL(token string) string {
	if l.inWorkspace() {
		return RotateWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return RotateOrganizationTokenURL(l.Organization.ID, token)
}

func (l Level) deleteURL(token string) string {
	if l.inWorkspace() {
		return DeleteWorkspaceTokenURL(l.Workspace.ID, token)
	}
	return DeleteOrganizationTokenURL(l.Organization.ID, token)
}

// TokenFilter is the state of a token list as its URL carries it. Dialogs opened from a list
// carry it too, so that Cancel, a saved change and a refreshed table all come back to the same
// view.
type TokenFilter struct {
	Query  string // q: searched in name, description, id and hint
	Status string // status: "", active, soon, expired
	Scope  string // scope: "", workspace, organization; Workspace lists only
	Role   string // role: "" or a role's value
	Sort   string // sort: name, expires, used, created; a leading - turns it round
	After  string // after: id of the last row of the page before
	From   string // from: "token" when a dialog was opened on the token page
}

// Values of the filters.
const (
	StatusActive      = "active"
	StatusSoon        = "soon"
	StatusExpired     = "expired"
	ScopeWorkspace    = "workspace"
	ScopeOrganization = "organization"
	SortName          = "name"
	SortExpires       = "expires"
	SortUsed          = "used"
	SortCreated       = "created"
	FromToken         = "token"
)

// query is the filter as a query string's values; defaults are left out.
func (f TokenFilter) query() url.Values {
	q := url.Values{}
	set := func(name, value, unless string) {
		if value != unless {
			q.Set(name, value)
		}
	}
	set("q", f.Query, "")
	set("status", f.Status, "")
	set("scope", f.Scope, "")
	set("role", f.Role, "")
	if f.Sort != "" {
		set("sort", f.Sort, SortName)
	}
	set("after", f.After, "")
	set("from", f.From, "")
	return q
}

// in puts the filter onto the URL of a list or of a dialog over it.
func (f TokenFilter) in(path string) string { return withQuery(path, f.query()) }

// Active reports whether anything narrows the list.
func (f TokenFilter) Active() bool {
	return f.Query != "" || f.Status != "" || f.Scope != "" || f.Role != ""
}

// sortedBy is the filter after a click on a column's heading. Names and expirations begin with
// the first, uses and creations with the latest; a second click turns the order round.
func (f TokenFilter) sortedBy(column string) TokenFilter {
	f.After = ""
	switch {
	case f.sort() == column:
		f.Sort = "-" + column
	case f.sort() == "-"+column:
		f.Sort = column
	case column == SortUsed || column == SortCreated:
		f.Sort = "-" + column
	default:
		f.Sort = column
	}
	return f
}

func (f TokenFilter) sort() string {
	if f.Sort == "" {
		return SortName
	}
	return f.Sort
}

// order is the aria-sort value of a column, empty when the list is not sorted by it.
func (f TokenFilter) order(column string) string {
	switch f.sort() {
	case column:
		return "ascending"
	case "-" + column:
		return "descending"
	}
	return ""
}

func (f TokenFilter) arrow(column string) string {
	switch f.order(column) {
	case "ascending":
		return " ↑"
	case "descending":
		return " ↓"
	}
	return ""
}

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

// TokenBinding is the role of an Organization token in one Workspace.
type TokenBinding struct {
	Workspace Ref
	Role      string
	Since     time.Time
}

// TokenPageParams is one Organization token with everything it reaches.
type TokenPageParams struct {
	Organization Ref
	Now          time.Time
	Token        TokenDetails
	Role         string // Organization Role, as people read it
	InheritsAll  bool   // an Organization Owner token: Workspace Owner everywhere
	Bindings     []TokenBinding
	CanAddMore   bool // there is a Workspace without this token
}

// TokenDetails are the facts about a token that its dialogs and its page show.
type TokenDetails struct {
	ID           string
	Name         string
	Description  string
	Hint         string
	Expires      time.Time // zero: never
	Days         int       // length of the validity period; 0: never
	LastUse      LastUse
	Rotated      time.Time // zero: not yet
	Created      time.Time
	CreatedBy    string
	FormerMember bool
}

func (t TokenDetails) expired(now time.Time) bool {
	return !t.Expires.IsZero() && !t.Expires.After(now)
}

func (t TokenDetails) creator() string { return creator(t.CreatedBy, t.FormerMember) }

// LastUse is when a token last authenticated a request, and where from. A zero At means never.
type LastUse struct {
	At      time.Time
	Client  string // name and version of the program; may be empty
	Address string // may be empty
}

// sentence is the last use as it ends a warning.
func (u LastUse) sentence(now time.Time) string {
	if u.At.IsZero() {
		return "It has never been used."
	}
	var b strings.Builder
	b.WriteString("Last used " + ui.Relative(u.At, now))
	if u.Client != "" {
		b.WriteString(" by " + u.Client)
	}
	if u.Address != "" {
		b.WriteString(" from " + u.Address)
	}
	return b.String() + "."
}

// details are client and address, joined, for a list of facts.
func (u LastUse) details() string {
	text := ""
	for _, part := range []string{u.Client, u.Address} {
		if part != "" {
			text += " · " + part
		}
	}
	return text
}

// TokensPage is the list of a Workspace's or an Organization's API tokens.
func TokensPage(c Chrome, l TokenList) templ.Component { return tokensPage(c, l) }

// TokenTable is the list alone: the answer to a filter, a sort or a page link.
func TokenTable(c Chrome, l TokenList) templ.Component { return tokenTablePart(c, l) }

// TokenRefresh replaces toolbar, table and tab count out of band, beside another answer.
func TokenRefresh(c Chrome, l TokenList) templ.Component { return tokenRefresh(c, l) }

// TokenPage is the page of one Organization token.
func TokenPage(c Chrome, p TokenPageParams) templ.Component { return tokenPage(c, p) }

// TokenPageRefresh replaces the content of that page out of band, beside another answer.
func TokenPageRefresh(p TokenPageParams) templ.Component { return tokenPageRefresh(p) }

func (p TokenPageParams) editURL() string {
	return TokenFilter{From: FromToken}.in(EditOrganizationTokenURL(p.Organization.ID, p.Token.ID))
}

func (p TokenPageParams) facts() []ui.Fact {
	facts := []ui.Fact{{Label: "Organization Role", Value: ui.Text(p.Role)}}
	return append(facts, p.Token.facts(p.Now)...)
}

// facts are the lines every screen about one token shows.
func (t TokenDetails) facts(now time.Time) []ui.Fact {
	facts := []ui.Fact{
		{Label: "Token", Value: hintAndID(t.Hint, t.ID)},
		{Label: "Expiration", Value: exactOrNever(t.Expires, now)},
		{Label: "Last used", Value: lastUseFact(t.LastUse, now)},
	}
	if !t.Rotated.IsZero() {
		facts = append(facts, ui.Fact{Label: "Rotated", Value: ui.ExactTime(t.Rotated, now)})
	}
	return append(facts, ui.Fact{Label: "Created", Value: createdFact(t)})
}
