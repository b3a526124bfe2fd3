package db

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// fillMixed adds tokens whose names, ends, roles and homes differ, and one elsewhere.
func (s *small) fillMixed(t *testing.T) {
	t.Helper()
	ws, by := s.org.Workspace.Scope(), access.System(access.Origin{}).Person()
	names := []string{"Pipeline", "pilot", "ärger", "nightly load", `50%_"x"`}
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		for k := range 60 {
			tok := access.Token{ID: access.TokenID(tx.NewID()), Home: ws, Name: fmt.Sprintf("%s %02d", names[k%5], k/2),
				Description: []string{"", "PIPELINE of the warehouse"}[k%2], Hint: fmt.Sprintf("z%03d", k), StartAt: tx.now, Generation: 1, Version: 1,
				EndAt: tx.now.Add(time.Duration(k%4-1) * 10 * 24 * time.Hour), CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by, UpdatedBy: by}
			role := []access.Role{access.WorkspaceMember, access.WorkspaceOwner}[k%7/6]
			if k%6 == 5 {
				tok.Home, role = access.Scope{Org: ws.Org}, access.OrgMember
			}
			issue := access.Issue{Digest: secret.HashOf(secret.NewValue(string(tok.ID))), JTI: secret.NewJTI(), KID: "dp0000000000"}
			if err := tx.InsertToken(tok, role, issue); err != nil {
				return err
			}
			if k%12 == 5 {
				if err := tx.SetTokenRole(tok, ws, access.WorkspaceMember, by); err != nil {
					return err
				}
			}
		}
		return nil
	}))
}

// shapesOf are all ways to read a page with a search.
var shapesOf = map[searchKind][]listShape{
	noSearch:   {{}, {few: true}},
	namePrefix: {{search: namePrefix}, {search: namePrefix, few: true}, {search: namePrefix, texts: true, few: true}},
	fullText:   {{search: fullText, few: true}, {search: fullText, texts: true}, {search: fullText, texts: true, few: true}},
}

// TestPage_everyWayOfReadingFindsTheSame: which way is taken depends on how many tokens match, and
// must make no other difference.
func TestPage_everyWayOfReadingFindsTheSame(t *testing.T) {
	s := newSmall(t)
	s.fillMixed(t)
	at, compared := s.org.Workspace.Scope(), 0
	for _, text := range []string{"", "pi", "pipeline", "ÄRGER", `%_"`, "z03", "zz"} {
		for _, f := range []access.TokenFilter{{}, {Status: access.Soon}, {Role: access.WorkspaceOwner}, {Scope: access.OrgLevel, Role: access.WorkspaceMember}} {
			f.Search = text
			for _, by := range sorts {
				for _, p := range []access.Page{{Limit: 5}, {Limit: 5, Offset: 3}, {Limit: 5, After: string(s.tok.ID)}} {
					var want []access.TokenRow
					for k, shape := range shapesOf[searchFor(text).kind] {
						got := s.pageIn(t, at, f, shape, access.Sort{By: by, Desc: p.Offset > 0}, p)
						if k == 0 {
							want = got
							continue
						}
						compared += len(got)
						if diff := cmp.Diff(want, got); diff != "" {
							t.Errorf("%+v by %s, %+v, %+v:\n%s", f, by, p, shape, diff)
						}
					}
				}
			}
		}
	}
	if compared < 100 {
		t.Errorf("compared %d rows only", compared)
	}
}

func (s *small) pageIn(t *testing.T, at access.Scope, f access.TokenFilter, shape listShape, by access.Sort, p access.Page) (rows []access.TokenRow) {
	t.Helper()
	must(t, s.db.view(t.Context(), func(tx *Tx) error {
		args, err := tx.filterArgs(at, f)
		if err != nil {
			return err
		}
		q := listing{tx: tx, at: at, filter: f, find: searchFor(f.Search), args: args, shape: shape}
		rows, err = q.page(by, p)
		return err
	}))
	return rows
}

// TestCount_bothWaysOfSearchingCountTheSame: by the text of the rows, and by the index.
func TestCount_bothWaysOfSearchingCountTheSame(t *testing.T) {
	s := newSmall(t)
	s.fillMixed(t)
	for _, text := range []string{"pi", "pipeline", "ärger", `%_"`, "z03", "zzz"} {
		must(t, s.db.view(t.Context(), func(tx *Tx) error {
			f := access.TokenFilter{Search: text}
			args, err := tx.filterArgs(s.org.Workspace.Scope(), f)
			must(t, err)
			q := listing{tx: tx, at: s.org.Workspace.Scope(), filter: f, find: searchFor(text), args: args}
			query := map[searchKind]string{fullText: sqlCountFound, namePrefix: sqlCountPrefixed}[q.find.kind]
			read, err := q.countFound(recheckLimit, query)
			must(t, err)
			asked, err := q.countFound(recheckLimit+1, query)
			if read != asked {
				t.Errorf("%s: %d by the text, %d by the index", text, read, asked)
			}
			return err
		}))
	}
}
