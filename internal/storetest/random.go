package storetest

import (
	"fmt"
	"hash/fnv"
	"testing"

	"dagpass/internal/access"
)

// operations is how many random operations are run; the figures must be right after any of them.
const operations = 1500

// testRandom: counters equal counts, and every token has one live value, after any history.
func testRandom(t *testing.T, h *house) {
	scopes := []access.Scope{h.acme.Org.Scope(), h.acme.Workspace.Scope(), h.workspace(t, h.acme.Org.ID, "Second").Scope()}
	live := map[access.TokenID]access.Token{}
	issued := map[access.TokenID]access.Issue{}
	var order []access.TokenID
	for i := range operations {
		r := pick(i)
		tok := access.Token{}
		if len(order) > 0 {
			tok = live[order[r%len(order)]]
		}
		h.update(t, func(tx access.Tx) (err error) {
			switch {
			case tok.ID == "" || i%10 < 4:
				home := scopes[r%len(scopes)]
				tok = newToken(tx, home, fmt.Sprint("token ", i))
				issued[tok.ID] = newIssue()
				order = append(order, tok.ID)
				live[tok.ID] = tok
				return tx.InsertToken(tok, access.RolesOf(home.Level())[0], issued[tok.ID])
			case i%10 < 6:
				return tx.SetTokenRole(tok, scopes[1+r/7%2], access.WorkspaceMember, system().Person())
			case i%10 < 7:
				if at := scopes[1+r/7%2]; at != tok.Home {
					return tx.RemoveTokenRole(tok, at)
				}
				return nil
			case i%10 < 9:
				tok, err = tok.Rotated(tok.Generation, tx.Now(), system().Person())
				issued[tok.ID], live[tok.ID] = newIssue(), tok
				if err != nil {
					return err
				}
				return tx.ReplaceValue(tok, issued[tok.ID])
			}
			delete(live, tok.ID)
			order = without(order, tok.ID)
			return tx.EndToken(tok, access.EndedByDeletion, system().Person())
		})
	}
	h.wantFigures(t, scopes, live)
	h.wantValues(t, live, issued)
}

// pick spreads the numbers from 0 on without a random source, so that a failure happens again.
func pick(i int) int {
	f := fnv.New32a()
	fmt.Fprint(f, i)
	return int(f.Sum32() >> 1)
}

func without(ids []access.TokenID, id access.TokenID) []access.TokenID {
	var out []access.TokenID
	for _, other := range ids {
		if other != id {
			out = append(out, other)
		}
	}
	return out
}

func (h *house) wantFigures(t *testing.T, scopes []access.Scope, live map[access.TokenID]access.Token) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		for _, at := range scopes {
			roles, err := tx.LeftIn(access.Deleted{At: at}, operations) // whatever has a role there
			if err != nil {
				return err
			}
			list, err := tx.TokensAt(at, access.TokenFilter{}, access.Sort{By: access.SortByCreated}, access.Page{Limit: operations})
			if list.Total != len(roles) || len(list.Rows) != len(roles) {
				t.Errorf("%s: counted %d, listed %d, there are %d", at.Entity(), list.Total, len(list.Rows), len(roles))
			}
			if err != nil {
				return err
			}
		}
		_, total, err := tx.TokensOf(h.acme.Org.ID, system(), true, access.Sort{By: access.SortByName}, access.Page{Limit: 1})
		if total != len(live) {
			t.Errorf("the Organization counts %d, there are %d", total, len(live))
		}
		return err
	})
}

func (h *house) wantValues(t *testing.T, live map[access.TokenID]access.Token, issued map[access.TokenID]access.Issue) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		for id, issue := range issued {
			p, err := tx.Presented(issue.Digest)
			if err != nil {
				return err
			}
			if _, alive := live[id]; alive != p.EndedAt.IsZero() {
				t.Errorf("token %s is live: %t; its last value: %+v", id, alive, p)
			}
		}
		return nil
	})
}
