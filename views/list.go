package views

import (
	"cmp"
	"net/url"
	"slices"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// ListState is the state of a list as its URL carries it. Dialogs opened over a list carry it too, so
// that Cancel, a saved change and a refreshed table all come back to the same view.
type ListState struct {
	Query   string            // q: what is searched for
	Filters map[string]string // the chosen values by the name of the filter; defaults are left out
	Sort    string            // sort: the key of a column, turned round by a leading -
	After   string            // after: id of the last row of the page before
	From    string            // from: the page a dialog was opened on, where that is not the list
}

// Filter is the chosen value of one filter, "" for its default.
func (s ListState) Filter(name string) string { return s.Filters[name] }

// Active reports whether anything narrows the list.
func (s ListState) Active() bool { return s.Query != "" || len(s.Filters) > 0 }

// In puts the state onto the URL of a list or of a dialog over it. Defaults are left out.
func (s ListState) In(path string) string { return withQuery(path, s.query()) }

func (s ListState) query() url.Values {
	q := url.Values{}
	for name, value := range s.Filters {
		q.Set(name, value)
	}
	for name, value := range map[string]string{"q": s.Query, "sort": s.Sort, "after": s.After, "from": s.From} {
		if value != "" {
			q.Set(name, value)
		}
	}
	return q
}

// hidden are the state's fields for a form that is sent by GET, where the query of its target is lost,
// but for those that the form has itself.
func (s ListState) hidden(except ...string) []ui.Hidden {
	var fields []ui.Hidden
	q := s.query()
	for name := range q {
		if !slices.Contains(except, name) {
			fields = append(fields, ui.Hidden{Name: name, Value: q.Get(name)})
		}
	}
	slices.SortFunc(fields, func(a, b ui.Hidden) int { return cmp.Compare(a.Name, b.Name) })
	return fields
}

// ListColumn is one column of a list.
type ListColumn struct {
	Key    string // by which the list can be sorted; empty when it can't
	Label  string
	Fold   string // the width in rem below which it is left out; empty for never
	Latest bool   // a first click sorts by the latest, not by the first
}

// ListFilter is one choice of a list's toolbar. Its first option is the default and has no value.
type ListFilter struct {
	Name, Label string
	Options     []ui.Option
}

// ListSpec says what a list is made of and what its URL may carry.
type ListSpec struct {
	ID      string // begins the ids of its elements: "token" gives token-table and token-toolbar
	URL     string // of the list itself
	Noun    string // one of its rows in the caption: "API Token"
	Plural  string // several of them in a sentence: "API tokens"
	Icon    string
	Search  string // label of the search field; empty for none
	Filters []ListFilter
	Columns []ListColumn
	Order   string // the key of the column it is sorted by of itself; a leading - turns it round
}

// List is one page of a list.
type List struct {
	ListSpec
	State   ListState
	Shown   int  // rows on this page
	Matches int  // rows that match, on all pages
	More    bool // Matches is only a lower bound: shown as "1,000+"
	HasAny  bool // there is something to list, whatever the filter
	LastID  string
	HasNext bool            // there is a page after this one; LastID is its last row
	Note    templ.Component // stands after the caption; may be nil
}

// caption is the sentence above the columns.
func (l List) caption() string {
	noun := l.Noun
	if l.State.Active() {
		noun = "matching " + noun
	}
	if l.More {
		return ui.Count(l.Matches) + "+ " + noun + "s"
	}
	return ui.Plural(l.Matches, noun)
}

func (l List) tableID() string   { return l.ID + "-table" }
func (l List) toolbarID() string { return l.ID + "-toolbar" }
func (l List) filtersID() string { return l.ID + "-filters" }

func (l List) paged() bool { return l.HasNext || l.State.After != "" }

func (l List) nextURL() string {
	next := l.State
	next.After = l.LastID
	return next.In(l.URL)
}

func (l List) firstURL() string {
	first := l.State
	first.After = ""
	return first.In(l.URL)
}

func (l List) shown() string {
	total := ui.Count(l.Matches)
	if l.More {
		total += "+"
	}
	return ui.Count(l.Shown) + " of " + total + " shown"
}

func (l List) sort() string {
	if l.State.Sort == "" {
		return l.Order
	}
	return l.State.Sort
}

// sortURL is the list after a click on a column's heading: sorted by it, or turned round when it is
// already.
func (l List) sortURL(c ListColumn) string {
	next := l.State
	next.After = ""
	switch {
	case l.sort() == c.Key:
		next.Sort = "-" + c.Key
	case l.sort() == "-"+c.Key, !c.Latest:
		next.Sort = c.Key
	default:
		next.Sort = "-" + c.Key
	}
	if next.Sort == l.Order {
		next.Sort = ""
	}
	return next.In(l.URL)
}

// order is the aria-sort value of a column, empty when the list is not sorted by it.
func (l List) order(key string) string {
	switch l.sort() {
	case key:
		return "ascending"
	case "-" + key:
		return "descending"
	}
	return ""
}

func (l List) arrow(key string) string {
	switch l.order(key) {
	case "ascending":
		return " ↑"
	case "descending":
		return " ↓"
	}
	return ""
}
