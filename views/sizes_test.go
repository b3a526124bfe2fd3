package views_test

import (
	"bytes"
	"compress/gzip"
	"fmt"
	"testing"
	"time"

	"dagpass/views"
)

func zipped(t *testing.T, page string) int {
	t.Helper()
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	if _, err := w.Write([]byte(page)); err != nil {
		t.Fatal(err)
	}
	if err := w.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Len()
}

// What goes over the line, compressed, for a list and for a dialog.
func TestSizes(t *testing.T) {
	long := list(workspaceLevel())
	long.Rows = nil
	for i := range 50 {
		r := rows()[i%4]
		r.ID, r.Name, r.Hint = fmt.Sprintf("c%024d", i*7919), fmt.Sprintf("pipeline-%d", i), fmt.Sprintf("x%03d", i)
		r.Created, r.LastUsed = now.Add(-time.Duration(i)*3*day), now.Add(-time.Duration(i)*time.Hour)
		long.Rows = append(long.Rows, r)
	}
	pageLimit := func(what string, page string, limit int) {
		size := zipped(t, page)
		t.Logf("%s: %d bytes, %d compressed", what, len(page), size)
		if size > limit {
			t.Errorf("%s has %d bytes compressed, more than %d", what, size, limit)
		}
	}
	pageLimit("list of 4", render(t, views.TokensPage(chrome(t), list(workspaceLevel()))), 4_000)
	pageLimit("list of 50", render(t, views.TokensPage(chrome(t), long)), 8_000)
	for name, d := range dialogs() {
		pageLimit("dialog "+name, render(t, d.Fragment()), 2_000)
	}
}
