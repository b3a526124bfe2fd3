package db

import (
	"cmp"
	"encoding/json"
	"slices"
	"strings"

	"dagpass/internal/access"
)

// rankedRow is a row of a list that is ordered here and not by SQLite, as far as its place goes: any
// mixture of columns needs no statement of its own that way.
type rankedRow struct {
	id                       string
	name, label, description string // label is an e-mail, or the name of a team as it is written
	created, updated         int64
}

func (r rankedRow) compare(to rankedRow, by string) int {
	switch by {
	case access.SortByName:
		return strings.Compare(r.name, to.name)
	case access.SortByEmail:
		return strings.Compare(r.label, to.label)
	case access.SortByDescription:
		return strings.Compare(r.description, to.description)
	case access.SortByCreated:
		return cmp.Compare(r.created, to.created)
	case access.SortByUpdated:
		return cmp.Compare(r.updated, to.updated)
	}
	return strings.Compare(r.id, to.id)
}

// sortBy sorts rows by several columns, the first one first.
func sortBy[T any](rows []T, order []access.Sort, compare func(a, b T, column string) int) {
	slices.SortFunc(rows, func(a, b T) int {
		for _, s := range order {
			if c := compare(a, b, s.By); c != 0 {
				return directed(c, s.Desc)
			}
		}
		return 0
	})
}

func directed(c int, desc bool) int {
	if desc {
		return -c
	}
	return c
}

// newestFirst is the order of a list for which none was asked.
var newestFirst = []access.Sort{{By: access.SortByCreated, Desc: true}, {By: access.SortByID, Desc: true}}

// window returns the ids of one page of rows.
func window(rows []rankedRow, order []access.Sort, p access.Page) []string {
	if len(order) == 0 {
		order = newestFirst
	}
	sortBy(rows, append(slices.Clone(order), access.Sort{By: access.SortByID}), rankedRow.compare)
	start := min(p.Offset, len(rows))
	end := min(start+p.Limit, len(rows))
	var ids []string
	for _, r := range rows[start:end] {
		ids = append(ids, r.id)
	}
	return ids
}

// page reads rows by their ids, handed to the statement as JSON behind the other arguments, and in
// their order. Without ids it reads nothing.
func page[T any](tx *Tx, scan func(scanner) (T, error), query string, ids []string, args ...any) ([]T, error) {
	if len(ids) == 0 {
		return nil, nil
	}
	list, err := json.Marshal(ids)
	if err != nil {
		return nil, err
	}
	return all(tx, scan, query, append([]any{string(list)}, args...)...)
}
