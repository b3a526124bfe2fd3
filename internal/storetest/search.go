package storetest

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
)

func testTokenSearch(t *testing.T, h *house) {
	ws := h.acme.Workspace.Scope()
	find := func(t *testing.T, search string, want ...access.TokenID) {
		t.Helper()
		for _, s := range []access.Sort{{By: access.SortByName}, {By: access.SortByCreated, Desc: true}} {
			h.view(t, func(tx access.Tx) error {
				got, err := tx.TokensAt(ws, access.TokenFilter{Search: search}, s, access.Page{Limit: 10})
				ids := idsOf(got.Rows)
				if !slices.Equal(slices.Sorted(slices.Values(ids)), slices.Sorted(slices.Values(want))) || got.Matching != len(want) {
					t.Errorf("%q found %d: %v, want %v", search, got.Matching, ids, want)
				}
				return err
			})
		}
	}
	make := func(name, description, hint string) access.Token {
		var tok access.Token
		h.update(t, func(tx access.Tx) error {
			tok = newToken(tx, ws, name)
			tok.Description, tok.Hint = description, hint
			return tx.InsertToken(tok, access.WorkspaceMember, newIssue())
		})
		return tok
	}
	deploy := make("Deploy Straße", "for the nightly run", "aB_9")
	backup := make("backup", `says "quoted" AND (more) OR *`, "zz-Z")
	t.Run("it looks in name, description, id and hint, ignoring case", func(t *testing.T) {
		find(t, "ploy st", deploy.ID)
		find(t, "STRASSE", deploy.ID)
		find(t, "NIGHTLY", deploy.ID)
		find(t, strings.ToUpper(string(backup.ID[15:])), backup.ID)
		find(t, "ab_9", deploy.ID)
		find(t, "absent")
	})
	t.Run("what looks like a query is text", func(t *testing.T) {
		find(t, `"quoted" and (more) or *`, backup.ID)
		find(t, `" OR name:deploy OR "`)
		find(t, `%`)
		find(t, `___`)
	})
	t.Run("one or two characters find the beginning of a name", func(t *testing.T) {
		find(t, "D", deploy.ID)
		find(t, "ba", backup.ID)
		find(t, "up")
	})
	t.Run("it follows edits, rotation and deletion", func(t *testing.T) {
		deploy.Name, deploy.Description, deploy.Version = "renamed", "", 2
		h.update(t, func(tx access.Tx) error { return tx.UpdateToken(deploy) })
		find(t, "straße")
		find(t, "nightly")
		find(t, "rename", deploy.ID)
		find(t, "re", deploy.ID)
		deploy = h.rotate(t, deploy, newIssue())
		find(t, "ab_9")
		find(t, "next", deploy.ID)
		h.update(t, func(tx access.Tx) error { return tx.EndToken(deploy, access.EndedByDeletion, system().Person()) })
		find(t, "rename")
	})
	t.Run("matches elsewhere do not count", func(t *testing.T) {
		h.token(t, h.other.Workspace.Scope(), "backup", access.WorkspaceMember)
		find(t, "backup", backup.ID)
	})
	t.Run("matches are counted up to a limit", func(t *testing.T) { testMatchLimit(t, h) })
}

func testMatchLimit(t *testing.T, h *house) {
	at := h.workspace(t, h.acme.Org.ID, "Crowded").Scope()
	h.update(t, func(tx access.Tx) error {
		for i := range access.MatchLimit + 1 {
			if err := tx.InsertToken(newToken(tx, at, fmt.Sprintf("crowd %04d", i)), access.WorkspaceMember, newIssue()); err != nil {
				return err
			}
		}
		return nil
	})
	for _, search := range []string{"crowd", "cr", "crowd 0000", "crowd 1"} {
		h.view(t, func(tx access.Tx) error {
			got, err := tx.TokensAt(at, access.TokenFilter{Search: search}, access.Sort{By: access.SortByName, Desc: true}, access.Page{Limit: 1})
			dense := search == "crowd" || search == "cr"
			if got.Capped != dense || dense && (got.Matching != access.MatchLimit || got.Rows[0].Name != "crowd 1000") || got.Total != access.MatchLimit+1 {
				t.Errorf("%q: %d of %d, capped %t, first %q", search, got.Matching, got.Total, got.Capped, got.Rows[0].Name)
			}
			return err
		})
	}
}
