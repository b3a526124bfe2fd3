package storetest

import (
	"cmp"
	"math"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
)

var columns = []string{access.SortByName, access.SortByExpires, access.SortByUsed, access.SortByCreated,
	access.SortByDescription, access.SortByUpdated, access.SortByStarted}

// sorted returns the tokens in the order of a list, by the simplest means.
func sorted(tokens []access.Token, s access.Sort) []access.TokenID {
	end := func(t access.Token) int64 {
		if t.EndAt.IsZero() {
			return math.MaxInt64
		}
		return t.EndAt.UnixMilli()
	}
	tokens = slices.Clone(tokens)
	compare := map[string]func(a, b access.Token) int{
		access.SortByName:    func(a, b access.Token) int { return strings.Compare(access.Fold(a.Name), access.Fold(b.Name)) },
		access.SortByExpires: func(a, b access.Token) int { return cmp.Compare(end(a), end(b)) },
		access.SortByUsed:    func(a, b access.Token) int { return a.LastUsed.At.Compare(b.LastUsed.At) },
		access.SortByCreated: func(a, b access.Token) int { return strings.Compare(string(a.ID), string(b.ID)) },
		access.SortByDescription: func(a, b access.Token) int {
			return strings.Compare(access.Fold(a.Description), access.Fold(b.Description))
		},
		access.SortByUpdated: func(a, b access.Token) int { return a.UpdatedAt.Compare(b.UpdatedAt) },
		access.SortByStarted: func(a, b access.Token) int { return a.StartAt.Compare(b.StartAt) },
	}
	slices.SortFunc(tokens, func(a, b access.Token) int {
		c := compare[s.By](a, b)
		desc := s.Desc
		if c == 0 && s.Then != nil {
			c, desc = compare[s.Then.By](a, b), s.Then.Desc
		}
		if c = cmp.Or(c, strings.Compare(string(a.ID), string(b.ID))); desc {
			return -c
		}
		return c
	})
	var ids []access.TokenID
	for _, t := range tokens {
		ids = append(ids, t.ID)
	}
	return ids
}

func testOrderBySeveral(t *testing.T, h *house, tokens []access.Token) {
	for _, s := range []access.Sort{
		{By: access.SortByName, Then: &access.Sort{By: access.SortByDescription, Desc: true}},
		{By: access.SortByExpires, Desc: true, Then: &access.Sort{By: access.SortByName}},
		{By: access.SortByUsed, Then: &access.Sort{By: access.SortByName, Desc: true}},
	} {
		h.view(t, func(tx access.Tx) error {
			list, err := tx.TokensAt(h.acme.Workspace.Scope(), access.TokenFilter{}, s, access.Page{Limit: 7, Offset: 5})
			wantEqual(t, idsOf(list.Rows), sorted(tokens, s)[5:12])
			return err
		})
	}
}
