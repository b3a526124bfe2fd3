package views_test

import (
	"fmt"
	"testing"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

func TestMatrixPage(t *testing.T) {
	page := render(t, pages(t)["matrix"])
	t.Run("every cell is a labelled select that carries the role that was shown", func(t *testing.T) {
		cells := find(t, page, "table select")
		if len(cells) != 4 {
			t.Fatalf("%d cells", len(cells))
		}
		label := `label[for="` + attr(cells[0], "id") + `"]`
		htmlcheck.Run(t, page,
			htmlcheck.In(label, htmlcheck.HasExactText("deploy-all in Data Platform")),
			htmlcheck.In(`select[name="cell-c0000000000000000000000t5-`+data.ID+`-WORKSPACE_OPERATOR"]`, htmlcheck.HasExactText("– Accessor Member Author Operator Owner")),
			htmlcheck.In(`select[name="cell-c0000000000000000000000t5-c0000000000000000000000fi-"] option[selected]`, htmlcheck.HasExactText("–")))
	})
	t.Run("rows and columns have headings that lead to what they name", func(t *testing.T) {
		htmlcheck.Run(t, page,
			htmlcheck.In(`tbody th[scope=row] a`, htmlcheck.HasAttr("href", views.OrganizationTokenURL(acme.ID, "c0000000000000000000000t5"))),
			htmlcheck.In(`thead th[scope=col] a`, htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID))),
			htmlcheck.In("tbody tr:last-child th small", htmlcheck.HasExactText("…Lm20 · inherits all")),
			htmlcheck.In("caption", htmlcheck.HasExactText("2 API Tokens in 2 Workspaces")))
	})
	t.Run("list and matrix lead to each other", func(t *testing.T) {
		htmlcheck.Run(t, page, htmlcheck.In(`nav[aria-label="API Tokens"] a[aria-current=page]`, htmlcheck.HasExactText("Matrix")))
		htmlcheck.Run(t, render(t, pages(t)["organization tokens"]),
			htmlcheck.In(`nav[aria-label="API Tokens"] a[aria-current=page]`, htmlcheck.HasExactText("List")),
			htmlcheck.In(`nav[aria-label="API Tokens"] a:last-child`, htmlcheck.HasAttr("href", views.MatrixURL(acme.ID))))
		htmlcheck.Run(t, render(t, pages(t)["tokens"]), htmlcheck.NotIn(`nav[aria-label="API Tokens"]`))
	})
	t.Run("one page alone has no pages", func(t *testing.T) { htmlcheck.Run(t, page, htmlcheck.NotIn(".pager")) })
}

func TestMatrixPage_Again(t *testing.T) {
	page := render(t, pages(t)["matrix again"])
	t.Run("a stale cell shows what is held now and says so, and other choices stand", func(t *testing.T) {
		htmlcheck.Run(t, page,
			htmlcheck.Count("select[aria-invalid]", 1),
			htmlcheck.In("select[aria-invalid] option[selected]", htmlcheck.HasExactText("Operator")),
			htmlcheck.In("td .error", htmlcheck.HasExactText("Now Operator")),
			htmlcheck.In("select[data-chosen] option[selected]", htmlcheck.HasExactText("Author")),
			htmlcheck.In(".alert[role=alert]", htmlcheck.HasText("Nothing was applied.")))
	})
	t.Run("pages of one axis keep the other, and a form keeps both", func(t *testing.T) {
		matrix := views.MatrixURL(acme.ID)
		htmlcheck.Run(t, page,
			htmlcheck.In("#previous-tokens", htmlcheck.HasAttr("href", matrix+"?before=c0000000000000000000000t5&q=deploy&wbefore=c0000000000000000000000z0")),
			htmlcheck.In("#next-tokens", htmlcheck.HasAttr("href", matrix+"?after=c0000000000000000000000t6&q=deploy&wbefore=c0000000000000000000000z0")),
			htmlcheck.In("#next-workspaces", htmlcheck.HasAttr("href", matrix+"?after=c0000000000000000000000t4&q=deploy&wafter=c0000000000000000000000fi")),
			htmlcheck.In("form[method=post] table"),
			htmlcheck.In("main form[method=post]", htmlcheck.HasAttr("action", views.ReviewMatrixURL(acme.ID)+"?after=c0000000000000000000000t4&q=deploy&wbefore=c0000000000000000000000z0")),
			htmlcheck.In("caption", htmlcheck.HasExactText("1,000+ matching API Tokens in 300 Workspaces")))
	})
}

func TestMatrixPage_Empty(t *testing.T) {
	for name, want := range map[string]string{
		"matrix of no token": "No API tokens yet", "matrix of nowhere": "No Workspaces yet", "matrix no match": "No API tokens match these filters",
	} {
		htmlcheck.Run(t, render(t, pages(t)[name]), htmlcheck.In(".empty h2", htmlcheck.HasExactText(want)), htmlcheck.NotIn("table"))
	}
	htmlcheck.Run(t, render(t, pages(t)["matrix no match"]), htmlcheck.In(".empty a", htmlcheck.HasAttr("href", views.MatrixURL(acme.ID))))
}

func TestMatrixReviewPage(t *testing.T) {
	page := render(t, pages(t)["matrix review"])
	var told []string
	for _, n := range find(t, page, "main ul.rows li") {
		told = append(told, htmlcheck.Text(n))
	}
	want := []string{
		"deploy-all: Workspace Member in Data PlatformAdded",
		"deploy-all: Workspace Member → Workspace Operator in FinanceChanged",
		"audit-export: Workspace Member → no role in FinanceRemoved",
	}
	if fmt.Sprint(told) != fmt.Sprint(want) {
		t.Errorf("told %q", told)
	}
	htmlcheck.Run(t, page,
		htmlcheck.In(".lead", htmlcheck.HasText("3 changes: 1 added, 1 changed, 1 removed.")),
		htmlcheck.In(`main form`, htmlcheck.HasAttr("action", views.MatrixURL(acme.ID)+"?q=deploy")),
		htmlcheck.In(`main form input[name="cell-c0000000000000000000000t5-c0000000000000000000000fi-WORKSPACE_MEMBER"]`, htmlcheck.HasAttr("value", "WORKSPACE_OPERATOR")),
		htmlcheck.In("main form .btn--primary", htmlcheck.HasExactText("Apply 3 changes")),
		htmlcheck.In("main form button[name=back]", htmlcheck.HasAttr("formaction", views.ReviewMatrixURL(acme.ID)+"?q=deploy")))
}

func TestMatrixField(t *testing.T) {
	name := views.MatrixField("c1", "c2", "WORKSPACE_OWNER")
	if token, workspace, seen, ok := views.ParseMatrixField(name); token != "c1" || workspace != "c2" || seen != "WORKSPACE_OWNER" || !ok {
		t.Errorf("read %q, %q, %q, %t", token, workspace, seen, ok)
	}
	for _, other := range []string{"", "q", "cell", "cell-a-b", "cell-a-b-c-d", "call-a-b-c"} {
		if _, _, _, ok := views.ParseMatrixField(other); ok {
			t.Errorf("%q passes for a cell", other)
		}
	}
}

func TestMatrixApplied(t *testing.T) {
	for want, n := range map[string][3]int{
		"3 changes applied: 1 added, 1 changed, 1 removed.": {1, 1, 1},
		"1 change applied: 1 removed.":                      {0, 0, 1},
		"200 changes applied: 200 added.":                   {200, 0, 0},
	} {
		if got := views.MatrixApplied(n[0], n[1], n[2]); got != want {
			t.Errorf("told %q, want %q", got, want)
		}
	}
}

// A whole page of the matrix is the largest of the console, and still small on the line.
func TestMatrixPage_Size(t *testing.T) {
	m := matrix()
	m.Columns, m.Rows = nil, nil
	for i := range 8 {
		m.Columns = append(m.Columns, views.Ref{ID: fmt.Sprintf("c%024d", i*7919), Name: fmt.Sprintf("Team %d", i)})
	}
	for i := range 25 {
		row := views.MatrixRow{Token: views.Ref{ID: fmt.Sprintf("c%024d", i*104729), Name: fmt.Sprintf("pipeline-%d", i)}, Hint: "x7Qz"}
		for j := range 8 {
			role := views.WorkspaceRoles()[(i+j)%5].Value
			row.Cells = append(row.Cells, views.MatrixCell{Seen: role, Chosen: role})
		}
		m.Rows = append(m.Rows, row)
	}
	page := render(t, views.MatrixPage(chrome(t), m))
	size := zipped(t, page)
	t.Logf("25 × 8 cells: %d bytes, %d compressed", len(page), size)
	if size > 10_000 {
		t.Errorf("%d bytes compressed", size)
	}
}
