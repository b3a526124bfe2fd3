package views

import (
	"net/url"

	"dagpass/views/ui"
)

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

// hidden are the filter's fields for a form that is sent by GET, where the query of its target is
// lost. The role is left out: such a form has one of its own.
func (f TokenFilter) hidden() []ui.Hidden {
	var fields []ui.Hidden
	q := f.query()
	for _, name := range []string{"q", "status", "scope", "sort", "after"} {
		if q.Has(name) {
			fields = append(fields, ui.Hidden{Name: name, Value: q.Get(name)})
		}
	}
	return fields
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
