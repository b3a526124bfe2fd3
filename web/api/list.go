package api

import (
	"cmp"
	"slices"
	"strings"

	"dagpass/internal/access"
)

// The bounds of paging. Clients rely on limit being honoured exactly up to its maximum.
const (
	defaultLimit = 20
	maxLimit     = 1000
	maxOffset    = 1_000_000
)

// listing is the part of a list that is asked for. Without sorts the newest come first.
type listing struct {
	limit, offset int
	sorts         []access.Sort
}

// envelope is what every page says about its place in the list. A page past the end is empty and
// still tells the true total.
type envelope struct {
	TotalCount int `json:"totalCount"`
	Offset     int `json:"offset"`
	Limit      int `json:"limit"`
}

func (l listing) envelope(total int) envelope {
	return envelope{TotalCount: total, Offset: l.offset, Limit: l.limit}
}

// page is one page of a list before it is shaped.
type page[T any] struct {
	listing
	rows  []T
	total int
}

// Names of sort fields on the wire.
const (
	sortName        = "name"
	sortDescription = "description"
	sortCreatedAt   = "createdAt"
	sortUpdatedAt   = "updatedAt"
	sortStartAt     = "tokenStartAt"
	sortIPAddress   = "ipAddress"
	sortScopeType   = "scopeType"
)

// readPage reads limit and offset, and sorts by any of the fields.
func readPage(in *input, sortFields ...string) listing {
	return listing{
		limit:  in.number("limit", defaultLimit, maxLimit),
		offset: in.number("offset", 0, maxOffset),
		sorts:  readSorts(in, sortFields),
	}
}

// readSorts reads the fields a list is sorted by, the first one first. Each decides once.
func readSorts(in *input, fields []string) []access.Sort {
	var sorts []access.Sort
	seen := map[string]bool{}
	for _, text := range in.texts("sorts") {
		field, direction, _ := strings.Cut(text, ":")
		if !slices.Contains(fields, field) || (direction != "asc" && direction != "desc") {
			in.reject("sorts", "choice", "Use :asc or :desc after one of "+strings.Join(fields, ", ")+".")
			return nil
		}
		if seen[field] {
			in.reject("sorts", "repeated", "Sort by "+field+" once.")
			return nil
		}
		seen[field] = true
		sorts = append(sorts, access.Sort{By: field, Desc: direction == "desc"})
	}
	return sorts
}

// column is a sort field: its name on the wire, and that of the services.
type column struct{ wire, name string }

// readOrdered is readPage for lists that are ordered by the service, in any mixture of columns.
func readOrdered(in *input, columns ...column) listing {
	var fields []string
	names := map[string]string{}
	for _, c := range columns {
		fields = append(fields, c.wire)
		names[c.wire] = c.name
	}
	l := readPage(in, fields...)
	for i, s := range l.sorts {
		l.sorts[i].By = names[s.By]
	}
	return l
}

// window is the part of the list as the services take it.
func (l listing) window() access.Page { return access.Page{Limit: l.limit, Offset: l.offset} }

// record is what the rows of small lists are sorted by.
type record struct {
	id, name, description, scope string
	createdAt, updatedAt         int64
}

// cut sorts a list that is small enough to be read whole and cuts the page out of it. The order is
// total: newest first unless asked otherwise, then by id.
func cut[T any](all []T, l listing, key func(T) record) page[T] {
	rows := slices.Clone(all)
	slices.SortFunc(rows, func(a, b T) int { return compare(key(a), key(b), l.sorts) })
	start := min(l.offset, len(rows))
	end := min(start+l.limit, len(rows))
	return page[T]{listing: l, rows: rows[start:end], total: len(rows)}
}

func compare(a, b record, sorts []access.Sort) int {
	for _, s := range sorts {
		c := compareBy(s.By, a, b)
		if s.Desc {
			c = -c
		}
		if c != 0 {
			return c
		}
	}
	if len(sorts) == 0 {
		return cmp.Or(cmp.Compare(b.createdAt, a.createdAt), cmp.Compare(b.id, a.id))
	}
	return cmp.Compare(a.id, b.id)
}

func compareBy(field string, a, b record) int {
	switch field {
	case sortName:
		return cmp.Compare(access.Fold(a.name), access.Fold(b.name))
	case sortDescription:
		return cmp.Compare(access.Fold(a.description), access.Fold(b.description))
	case sortScopeType:
		return cmp.Compare(a.scope, b.scope)
	case sortCreatedAt:
		return cmp.Compare(a.createdAt, b.createdAt)
	}
	return cmp.Compare(a.updatedAt, b.updatedAt)
}
