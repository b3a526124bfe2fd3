package db

import (
	"fmt"
	"os"
	"path/filepath"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// filled is an installation with many tokens in one Workspace.
type filled struct {
	db     *DB
	at     access.Scope
	actors []access.Actor
	ids    []access.TokenID
}

func fill(b *testing.B, rows int) *filled {
	b.Helper()
	i := newInstallation(b)
	f := &filled{db: i.open(b)}
	var org access.Founded
	must(b, f.db.update(b.Context(), func(tx *Tx) (err error) {
		c := &access.Changing{Now: tx.now, By: access.System(access.Origin{})}
		org, err = access.Found(c, tx, access.NewOrg{Name: "Acme", Workspace: "Data", OwnerName: "Ada", OwnerMail: "ada@acme.example"})
		return err
	}))
	f.at = org.Workspace.Scope()
	for done := 0; done < rows; done += 10_000 {
		must(b, f.db.update(b.Context(), func(tx *Tx) error { return f.insert(tx, done, min(10_000, rows-done)) }))
	}
	if info, err := os.Stat(filepath.Join(i.cfg.Dir, fileName)); err == nil {
		b.Logf("%d tokens, %d bytes each", rows, info.Size()/int64(rows))
	}
	return f
}

func (f *filled) insert(tx *Tx, first, n int) error {
	by := access.System(access.Origin{}).Person()
	for i := range n {
		t := access.Token{ID: access.TokenID(tx.NewID()), Home: f.at, Name: fmt.Sprintf("pipeline %06d", (first+i)*7919%1_000_000),
			Expiry: 90, StartAt: tx.now, EndAt: access.Expiry(90).End(tx.now), Hint: "abcd", Generation: 1, Version: 1,
			CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by, UpdatedBy: by}
		v := access.Issue{Digest: secret.HashOf(secret.NewValue(string(t.ID))), JTI: secret.NewJTI(), KID: "dp0000000000"}
		if err := tx.InsertToken(t, access.WorkspaceMember, v); err != nil {
			return err
		}
		f.ids = append(f.ids, t.ID)
		f.actors = append(f.actors, access.Actor{Kind: access.TokenActor, ID: string(t.ID), Credential: v.Digest})
	}
	return nil
}

// benchRows is how many tokens the benchmark works on.
const benchRows = 100_000

func BenchmarkStore(b *testing.B) {
	f := fill(b, benchRows)
	view := func(name string, fn func(tx *Tx, i int) error) {
		b.Run(name, func(b *testing.B) {
			b.ReportAllocs()
			for i := 0; b.Loop(); i++ {
				must(b, f.db.view(b.Context(), func(tx *Tx) error { return fn(tx, i*7919%len(f.actors)) }))
			}
		})
	}
	page := func(tx *Tx, filter access.TokenFilter, p access.Page) error {
		_, err := tx.TokensAt(f.at, filter, access.Sort{By: access.SortByName}, p)
		return err
	}
	view("empty", func(*Tx, int) error { return nil })
	view("Presented", func(tx *Tx, i int) error { _, err := tx.Presented(f.actors[i].Credential); return err })
	view("Grants", func(tx *Tx, i int) error { _, err := tx.Grants(f.actors[i], f.at); return err })
	view("Token", func(tx *Tx, i int) error { _, err := tx.Token(f.at.Org, f.ids[i]); return err })
	view("TokensAt/first", func(tx *Tx, _ int) error { return page(tx, access.TokenFilter{}, access.Page{Limit: 50}) })
	view("TokensAt/anywhere", func(tx *Tx, i int) error {
		return page(tx, access.TokenFilter{}, access.Page{Limit: 50, After: string(f.ids[i])})
	})
	view("TokensAt/searchOne", func(tx *Tx, i int) error {
		return page(tx, access.TokenFilter{Search: fmt.Sprintf("%06d", i*7919%1_000_000)}, access.Page{Limit: 50})
	})
	view("TokensAt/searchAll", func(tx *Tx, _ int) error {
		return page(tx, access.TokenFilter{Search: "pipeline"}, access.Page{Limit: 50})
	})
	view("TokensAt/searchShort", func(tx *Tx, _ int) error {
		return page(tx, access.TokenFilter{Search: "pi"}, access.Page{Limit: 50})
	})
	view("TokensAt/noneSoon", func(tx *Tx, _ int) error {
		return page(tx, access.TokenFilter{Status: access.Soon}, access.Page{Limit: 50})
	})
	b.Run("durable create", func(b *testing.B) {
		for i := 0; b.Loop(); i++ {
			must(b, f.db.update(b.Context(), func(tx *Tx) error {
				if err := f.insert(tx, i, 1); err != nil {
					return err
				}
				return tx.Append(tx.systemEvent("token.create", "token", "t", "t"))
			}))
		}
	})
}
