package web

import (
	"slices"
	"strings"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// pageSize is how many rows a list shows at once.
const pageSize = 50

// readList takes the state of a list from the query. Unknown names are ignored and unknown values
// count as the default.
func readList(v *visit, spec views.ListSpec) views.ListState {
	s := views.ListState{Query: searchText(v.QueryParam("q")), Filters: map[string]string{}}
	if spec.Search == "" {
		s.Query = ""
	}
	for _, f := range spec.Filters {
		// A picker's search without script sends the fields of its own form, among them a role.
		if f.Name == views.FilterRole && v.QueryParams().Has(views.FieldFind) {
			continue
		}
		if value := v.QueryParam(f.Name); value != "" && slices.ContainsFunc(f.Options, func(o ui.Option) bool { return o.Value == value }) {
			s.Filters[f.Name] = value
		}
	}
	if sort := v.QueryParam("sort"); sort != spec.Order && sortable(spec, strings.TrimPrefix(sort, "-")) {
		s.Sort = sort
	}
	if after := v.QueryParam("after"); access.IsID(after) {
		s.After = after
	}
	return s
}

func sortable(spec views.ListSpec, key string) bool {
	return key != "" && slices.ContainsFunc(spec.Columns, func(c views.ListColumn) bool { return c.Key == key })
}

// listOrder is the order a list is read in.
func listOrder(s views.ListState, spec views.ListSpec) access.Sort {
	by := s.Sort
	if by == "" {
		by = spec.Order
	}
	key, desc := strings.CutPrefix(by, "-")
	return access.Sort{By: key, Desc: desc}
}

func oneOf(value string, allowed ...string) string {
	if slices.Contains(allowed, value) {
		return value
	}
	return ""
}

// searchText cuts a search to what a name or description could hold.
func searchText(q string) string {
	clean, problem := access.CleanDescription("q", q)
	if problem != nil {
		return ""
	}
	return clean
}
