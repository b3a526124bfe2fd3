package db

import (
	"testing"
	"time"

	"dagpass/internal/access"
)

// BenchmarkDeleteWorkspace deletes a Workspace with 100,000 tokens: how long the request takes, after
// which nothing of it counts, how long the batches behind it take in all, and what a page of the
// Organization's tokens costs while they wait.
func BenchmarkDeleteWorkspace(b *testing.B) {
	f := fill(b)
	workspaces := access.NewWorkspaces(f.db.Access())
	took := func(what string, fn func() error) {
		start := time.Now()
		must(b, fn())
		b.ReportMetric(float64(time.Since(start).Microseconds())/1000, what)
	}
	b.ResetTimer()
	took("request-ms", func() error {
		return workspaces.Delete(b.Context(), access.System(access.Origin{}), f.big, access.DeletionWord)
	})
	took("list-meanwhile-ms", func() error {
		return f.db.view(b.Context(), func(tx *Tx) error {
			_, _, err := tx.TokensOf(f.big.Org, access.Actor{}, true, access.Sort{By: access.SortByName}, access.Page{Limit: 50})
			return err
		})
	})
	took("batches-ms", func() error { return workspaces.Finish(b.Context()) })
	b.ReportMetric(0, "ns/op") // it happens once
}
