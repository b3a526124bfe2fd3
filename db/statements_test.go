package db

import (
	"database/sql"
	"fmt"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"

	"dagpass/internal/access"
)

// constants returns the text constants of the package by name, read from its source.
func constants(t *testing.T) map[string]string {
	t.Helper()
	set := token.NewFileSet()
	specs := map[string]ast.Expr{}
	must(t, fs.WalkDir(os.DirFS("."), ".", func(path string, d fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return err
		}
		file, err := parser.ParseFile(set, path, nil, 0)
		if err != nil {
			return err
		}
		ast.Inspect(file, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok && len(v.Values) == len(v.Names) {
				for i, name := range v.Names {
					specs[name.Name] = v.Values[i]
				}
			}
			return true
		})
		return nil
	}))
	out := map[string]string{}
	for name, expr := range specs {
		if text, ok := evaluate(specs, expr); ok {
			out[name] = text
		}
	}
	return out
}

// evaluate joins literals and names of other constants.
func evaluate(specs map[string]ast.Expr, expr ast.Expr) (string, bool) {
	switch e := expr.(type) {
	case *ast.BasicLit:
		text, err := strconv.Unquote(e.Value)
		return text, err == nil && e.Kind == token.STRING
	case *ast.Ident:
		if spec, ok := specs[e.Name]; ok {
			return evaluate(specs, spec)
		}
	case *ast.BinaryExpr:
		left, ok := evaluate(specs, e.X)
		right, too := evaluate(specs, e.Y)
		return left + right, ok && too && e.Op == token.ADD
	}
	return "", false
}

// statements returns everything the package can send: its constants, and the lists in every form.
func statements(t *testing.T) map[string]string {
	t.Helper()
	out := map[string]string{}
	for name, text := range constants(t) {
		if strings.HasPrefix(name, "sql") {
			out[name] = text
		}
	}
	if len(out) < 80 {
		t.Fatalf("found %d statements only", len(out))
	}
	maps.Copy(out, lists())
	maps.Copy(out, teamLists())
	maps.Copy(out, peopleLists())
	return out
}

// peopleLists are the lists of people in every form.
func peopleLists() map[string]string {
	out := map[string]string{}
	for _, level := range []access.Level{access.OrgLevel, access.WorkspaceLevel} {
		for _, by := range []string{access.SortByName, access.SortByAdded} {
			for _, desc := range []bool{false, true} {
				for _, filtered := range []bool{false, true} {
					name := fmt.Sprintf("people of %s by %s, descending %t, filtered %t", level, by, desc, filtered)
					out[name] = memberQuery(level, access.Sort{By: by, Desc: desc}, filtered)
				}
			}
		}
	}
	return out
}

var sorts = []string{access.SortByName, access.SortByExpires, access.SortByUsed, access.SortByCreated}

func lists() map[string]string {
	out := workspaceLists()
	for _, by := range sorts {
		for _, desc := range []bool{false, true} {
			name := by + " descending " + strconv.FormatBool(desc)
			for kind, label := range map[searchKind]string{noSearch: "all", fullText: "search", namePrefix: "prefix"} {
				out["list by "+name+" "+label] = listQuery(orderOf(by), desc, listShape{search: kind})
				out["list by "+name+" "+label+" few"] = listQuery(orderOf(by), desc, listShape{search: kind, few: true})
			}
			for _, few := range []bool{false, true} {
				label := map[bool]string{false: "", true: " few"}[few]
				out["list by "+name+" texts"+label] = listQuery(orderOf(by), desc, listShape{search: fullText, texts: true, few: few})
			}
			for _, managed := range []bool{false, true} {
				out["organization list by "+name+" managed "+strconv.FormatBool(managed)] = orgListQuery(access.Sort{By: by, Desc: desc}, managed)
			}
		}
	}
	return out
}

// workspaceLists are the lists of Workspaces in every form.
func workspaceLists() map[string]string {
	out := map[string]string{}
	for _, by := range []string{access.SortByName, access.SortByCreated} {
		for _, desc := range []bool{false, true} {
			for _, mine := range []bool{false, true} {
				name := "workspaces by " + by + " descending " + strconv.FormatBool(desc) + " mine " + strconv.FormatBool(mine)
				out[name] = workspaceListQuery(access.Sort{By: by, Desc: desc}, mine)
			}
		}
	}
	return out
}

func TestStatements(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	for name, query := range statements(t) {
		if s, err := raw.PrepareContext(t.Context(), query); err != nil {
			t.Errorf("%s: %v", name, err)
		} else {
			s.Close()
		}
		if strings.Contains(query, `"`) {
			t.Errorf("%s has a double quote", name)
		}
	}
}

// big are the tables that may have a million rows.
var big = []string{"api_tokens", "api_token_secrets", "api_token_roles", "sessions", "audit", "t", "s", "r", "b"}

func TestStatements_doNotReadWholeTables(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	if scanned(explain(t, raw, `SELECT count(*) FROM users u JOIN audit ON audit.target_name = u.email`)) == "" {
		t.Fatal("a scan is not noticed")
	}
	for name, query := range statements(t) {
		if table := scanned(explain(t, raw, query)); table != "" {
			t.Errorf("%s scans %s: %s", name, table, query)
		}
	}
}

// scanned returns the big table that a plan reads whole, "" for none.
func scanned(plan []string) string {
	for _, step := range plan {
		table, scan := strings.CutPrefix(step, "SCAN ")
		table, _, _ = strings.Cut(table, " ")
		if scan && slices.Contains(big, table) {
			return table
		}
	}
	return ""
}

// TestStatements_pagesAreReadInOrder: a page without a search is not sorted, whatever the filter.
func TestStatements_pagesAreReadInOrder(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	ordered := 0
	for name, query := range lists() {
		few := strings.HasSuffix(name, " search") || strings.HasSuffix(name, " few")
		sorts := few || strings.HasPrefix(name, "organization") &&
			!(strings.Contains(name, "by name") || strings.Contains(name, "by created"))
		if sorts {
			continue
		}
		ordered++
		for _, step := range explain(t, raw, query) {
			if strings.Contains(step, "TEMP B-TREE FOR ORDER BY") || strings.Contains(step, "TEMP B-TREE FOR LAST") {
				t.Errorf("%s: %s", name, step)
			}
		}
	}
	if ordered < 32 {
		t.Errorf("looked at %d lists only", ordered)
	}
}

// TestStatements_pagesOfPeopleAreReadInOrder: without a filter, a page of people reads their roles in
// the order of the list, however many there are.
func TestStatements_pagesOfPeopleAreReadInOrder(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	for name, query := range peopleLists() {
		if strings.HasSuffix(name, "filtered true") || strings.Contains(name, "of workspace by added") {
			continue
		}
		plan := explain(t, raw, query)
		own := slices.IndexFunc(plan, func(step string) bool {
			return strings.Contains(step, "member_roles_name") || strings.Contains(step, "member_roles_added")
		})
		if own < 0 || own+1 < len(plan) && strings.Contains(plan[own+1], "TEMP B-TREE FOR ORDER BY") {
			t.Errorf("%s:\n%s", name, strings.Join(plan, "\n"))
		}
	}
}

// TestStatements_pagesByOffsetAreReadInOrder: the orders of people that programs mostly ask for are read
// along an index.
func TestStatements_pagesByOffsetAreReadInOrder(t *testing.T) {
	i := newInstallation(t)
	i.open(t)
	raw := i.raw(t)
	for _, query := range []string{sqlGivenByID, sqlGivenByIDDesc, sqlGivenByName, sqlGivenByNameDesc} {
		plan := strings.Join(explain(t, raw, query), "; ")
		if strings.Contains(plan, "TEMP") || !strings.Contains(plan, "entity_id=? AND subject_kind=?") {
			t.Errorf("%s\nis read by %s", query, plan)
		}
	}
}

// TestStatements_auditPagesAreReadAlongTheirIndex: a page of the log reads the events it shows and no
// others of the same time, and sorts nothing.
func TestStatements_auditPagesAreReadAlongTheirIndex(t *testing.T) {
	i := installed(t)
	i.open(t)
	raw := i.raw(t)
	for by, query := range auditLookups {
		plan := strings.Join(explain(t, raw, query), "; ")
		want := map[access.AuditColumn]string{
			access.AuditByTarget: "target_id=? AND seq>", access.AuditByActor: "actor_id=? AND seq>", access.AuditByAction: "action=? AND seq>",
			access.AuditByWorkspace: "workspace_id=? AND seq>", access.AuditByOutcome: "audit_refused (chain=? AND seq>", access.AuditByNothing: "PRIMARY KEY (chain=? AND seq>",
		}[by]
		if !strings.Contains(plan, want) || strings.Contains(plan, "TEMP") {
			t.Errorf("%s\nis read by %s", query, plan)
		}
	}
}

func explain(t *testing.T, raw *sql.DB, query string) []string {
	t.Helper()
	for _, command := range []string{"PRAGMA", "BEGIN", "COMMIT", "ROLLBACK", "VACUUM"} {
		if strings.HasPrefix(strings.TrimSpace(query), command) {
			return nil
		}
	}
	args := make([]any, 32) // a statement takes those it names
	for i := range args {
		args[i] = "1"
	}
	rows, err := raw.QueryContext(t.Context(), "EXPLAIN QUERY PLAN "+query, args...)
	if err != nil {
		t.Fatalf("%v: %s", err, query)
	}
	defer rows.Close()
	var plan []string
	for rows.Next() {
		var id, parent, unused int
		var detail string
		must(t, rows.Scan(&id, &parent, &unused, &detail))
		plan = append(plan, detail)
	}
	must(t, rows.Err())
	return plan
}
