package db

import (
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// filled is an installation with many tokens in one Workspace, a few in another that match the same
// search, and some of the Organization, a few of which are shared with the large Workspace.
type filled struct {
	db         *DB
	big, small access.Scope
	actors     []access.Actor
	ids        []access.TokenID // of the large Workspace
}

// The sizes of the benchmark; rare is how many tokens are expired and Owners.
const (
	benchRows   = 100_000
	benchRare   = 10
	benchOrg    = 5_000
	benchShared = 20
	benchSmall  = 30
	benchBatch  = 10_000
)

func fill(b *testing.B) *filled {
	b.Helper()
	return fillIn(b, newInstallation(b))
}

func fillIn(b *testing.B, i *installation) *filled {
	b.Helper()
	f := &filled{db: i.open(b)}
	must(b, f.db.update(b.Context(), f.found))
	for done := 0; done < benchRows; done += benchBatch {
		must(b, f.db.update(b.Context(), func(tx *Tx) error { return f.insertBatch(tx, done, benchBatch) }))
	}
	must(b, f.db.writer.checkpoint())
	if info, err := os.Stat(filepath.Join(i.cfg.Dir, fileName)); err == nil {
		b.Logf("%d tokens, %d bytes each", benchRows, info.Size()/benchRows)
	}
	must(b, f.db.update(b.Context(), f.insertOthers))
	return f
}

func (f *filled) found(tx *Tx) error {
	c := &access.Changing{Now: tx.now, By: access.System(access.Origin{})}
	org, err := access.Found(c, tx, access.NewOrg{Name: "Acme", Workspace: "Data", OwnerName: "Ada", OwnerMail: "ada@acme.example"})
	if err != nil {
		return err
	}
	f.big = org.Workspace.Scope()
	w := access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: f.big.Org, Name: "Small", CreatedAt: tx.now, UpdatedAt: tx.now,
		CreatedBy: c.By.Person(), UpdatedBy: c.By.Person()}
	f.small = w.Scope()
	return tx.InsertWorkspace(w)
}

// insertBatch inserts tokens of the large Workspace.
func (f *filled) insertBatch(tx *Tx, first, n int) error {
	for k := first; k < first+n; k++ {
		name, role, end := fmt.Sprintf("pipeline %06d", k*7919%1_000_000), access.WorkspaceMember, access.Expiry(90).End(tx.now)
		if k%3 == 0 {
			role, end = access.WorkspaceOperator, time.Time{}
		}
		if k >= benchRows-benchRare && k < benchRows {
			role, end = access.WorkspaceOwner, tx.now.Add(-time.Hour)
		}
		t, err := f.insert(tx, f.big, name, role, end)
		if err != nil {
			return err
		}
		f.ids = append(f.ids, t.ID)
	}
	return nil
}

func (f *filled) insertOthers(tx *Tx) error {
	end := access.Expiry(90).End(tx.now)
	for k := range benchOrg {
		t, err := f.insert(tx, access.Scope{Org: f.big.Org}, fmt.Sprintf("shared pipeline %05d", k), access.OrgMember, end)
		if err == nil && k%(benchOrg/benchShared) == 0 {
			err = tx.SetTokenRole(t, f.big, access.WorkspaceMember, access.System(access.Origin{}).Person())
		}
		if err != nil {
			return err
		}
	}
	for k := range benchSmall {
		if _, err := f.insert(tx, f.small, fmt.Sprintf("pipeline small %02d", k), access.WorkspaceMember, end); err != nil {
			return err
		}
	}
	return nil
}

func (f *filled) insert(tx *Tx, home access.Scope, name string, role access.Role, end time.Time) (access.Token, error) {
	by := access.System(access.Origin{}).Person()
	t := access.Token{ID: access.TokenID(tx.NewID()), Home: home, Name: name, Description: "nightly load of the warehouse",
		Expiry: 90, StartAt: tx.now, EndAt: end, Hint: "abcd", Generation: 1, Version: 1,
		CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by, UpdatedBy: by}
	v := access.Issue{Digest: secret.HashOf(secret.NewValue(string(t.ID))), JTI: secret.NewJTI(), KID: "dp0000000000"}
	f.actors = append(f.actors, access.Actor{Kind: access.TokenActor, ID: string(t.ID), Credential: v.Digest})
	return t, tx.InsertToken(t, role, v)
}

// listCase is one list of tokens to be measured.
type listCase struct {
	name   string
	small  bool
	filter access.TokenFilter
	sort   access.Sort
	page   access.Page
}

// listCases are the lists that were slow once, and the plain ones beside them.
func listCases() []listCase {
	byName, byEnd := access.Sort{By: access.SortByName}, access.Sort{By: access.SortByExpires}
	newest := access.Sort{By: access.SortByCreated, Desc: true}
	oldest := access.Sort{By: access.SortByCreated}
	fifty := access.Page{Limit: 50}
	return []listCase{
		{"first", false, access.TokenFilter{}, byName, fifty},
		{"offset 99000", false, access.TokenFilter{}, oldest, access.Page{Limit: 1000, Offset: 99_000}},
		{"by description", false, access.TokenFilter{}, access.Sort{By: access.SortByDescription}, fifty},
		{"by last change", false, access.TokenFilter{}, access.Sort{By: access.SortByUpdated, Desc: true}, fifty},
		{"small first", true, access.TokenFilter{}, byName, fifty},
		{"small search", true, access.TokenFilter{Search: "pipeline"}, byName, fifty},
		{"search one", false, access.TokenFilter{Search: "000042"}, byName, fifty},
		{"search 100", false, access.TokenFilter{Search: "0042"}, byName, fifty},
		{"search all", false, access.TokenFilter{Search: "pipeline"}, byName, fifty},
		{"search all newest", false, access.TokenFilter{Search: "warehouse"}, newest, fifty},
		{"search all, rare role", false, access.TokenFilter{Search: "pipeline", Role: access.WorkspaceOwner}, byName, fifty},
		{"search two letters", false, access.TokenFilter{Search: "pi"}, byEnd, fifty},
		{"search two letters, expired", false, access.TokenFilter{Search: "pi", Status: access.Expired}, byName, fifty},
		{"search two letters, none", false, access.TokenFilter{Search: "zz"}, byEnd, fifty},
		{"rare role", false, access.TokenFilter{Role: access.WorkspaceOwner}, byName, fifty},
		{"rare role oldest", false, access.TokenFilter{Role: access.WorkspaceOwner}, oldest, fifty},
		{"shared", false, access.TokenFilter{Scope: access.OrgLevel}, byName, fifty},
		{"shared by expiry", false, access.TokenFilter{Scope: access.OrgLevel}, byEnd, fifty},
		{"own", false, access.TokenFilter{Scope: access.WorkspaceLevel}, byName, fifty},
		{"common role, expired", false, access.TokenFilter{Role: access.WorkspaceMember, Status: access.Expired}, byName, fifty},
		{"expired", false, access.TokenFilter{Status: access.Expired}, byName, fifty},
		{"none soon", false, access.TokenFilter{Status: access.Soon}, byName, fifty},
	}
}

// median runs fn until the benchmark has enough and reports the median: one garbage collection must
// not decide which way of reading is better.
func median(b *testing.B, fn func(i int)) {
	var took []time.Duration
	for i := 0; b.Loop(); i++ {
		start := time.Now()
		fn(i)
		took = append(took, time.Since(start))
	}
	slices.Sort(took)
	b.ReportMetric(float64(took[len(took)/2].Microseconds())/1000, "median-ms")
}

func BenchmarkStore(b *testing.B) {
	f := fill(b)
	view := func(name string, fn func(tx *Tx, i int) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			median(b, func(i int) {
				must(b, f.db.view(b.Context(), func(tx *Tx) error { return fn(tx, i*7919%len(f.ids)) }))
			})
		})
	}
	view("empty", func(*Tx, int) error { return nil })
	view("Presented", func(tx *Tx, i int) error { _, err := tx.Presented(f.actors[i].Credential); return err })
	view("Grants", func(tx *Tx, i int) error { _, err := tx.Grants(f.actors[i], f.big); return err })
	view("Token", func(tx *Tx, i int) error { _, err := tx.Token(f.big.Org, f.ids[i]); return err })
	view("TokensAt/anywhere", func(tx *Tx, i int) error {
		_, err := tx.TokensAt(f.big, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 50, After: string(f.ids[i])})
		return err
	})
	for _, c := range listCases() {
		at := f.big
		if c.small {
			at = f.small
		}
		view("TokensAt/"+c.name, func(tx *Tx, _ int) error { _, err := tx.TokensAt(at, c.filter, c.sort, c.page); return err })
	}
	for _, s := range []access.Sort{{By: access.SortByName}, {By: access.SortByExpires}} {
		view("TokensOf/offset 99000 by "+s.By, func(tx *Tx, _ int) error {
			_, _, err := tx.TokensOf(f.big.Org, access.Actor{}, true, s, access.Page{Limit: 1000, Offset: 99_000})
			return err
		})
	}
	view("Unbound/search", func(tx *Tx, _ int) error { _, _, _, err := tx.Unbound(f.small, "pipeline", 20); return err })
	b.Run("durable create", func(b *testing.B) {
		median(b, func(i int) {
			must(b, f.db.update(b.Context(), func(tx *Tx) error {
				if err := f.insertBatch(tx, benchRows+i, 1); err != nil {
					return err
				}
				return tx.Append(tx.systemEvent("token.create", "token", "t", "t"))
			}))
		})
	})
}
