package house_test

import (
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	verb    = regexp.MustCompile(`%[+#]?[vsq]`)
	machine = regexp.MustCompile(`(^|[^\w.])/(` + strings.Join([]string{"wo" + "rk", "fa" + "rm", "home/" + `\w+`, "Users/" + `\w+`, "tmp/re" + "search"}, "|") + `)/`)
	hosts   = regexp.MustCompile(`(?i)(` + strings.Join([]string{"proxy.gol" + "ang.org", "sum.gol" + "ang.org", "registry.n" + "pmjs", "pypi.o" + "rg", "docker.i" + "o/", "ghcr.i" + "o/", "crates.i" + "o"}, "|") + `)`)
	undone  = regexp.MustCompile(`\b(TO` + `DO|FIX` + `ME|XX` + `X|HA` + `CK)\b`)
)

// readingRules keep the code readable, and the repository free of where it was written.
func readingRules() []rule {
	return []rule{{
		name:  "everything exported is documented",
		check: goFiles(checkComments),
		broken: map[string]string{
			"db/a.go": "package db\n\nfunc Open() {}",
			"db/b.go": "package db\n\n// T is one.\ntype T struct{}\n\nfunc (T) Run() {}",
			"db/c.go": "package db\n\ntype T struct{}",
			"db/d.go": "package db\n\nconst (\n\tA = 1\n)",
		},
		fine: map[string]string{
			"db/e.go": "package db\n\n// The limits.\nconst (\n\tA = 1\n)",
			"db/f.go": "package db\n\ntype t struct{}\n\nfunc (t) Run() {}",
		},
	}, {
		name: "errors are wrapped with %w",
		check: nodes(func(s *source, n ast.Node) string {
			on, name, args := called(n)
			if on != "fmt" || name != "Errorf" || len(args) < 2 || s.isTest() {
				return ""
			}
			format, ok := literal(args[0])
			if !ok || strings.Contains(format, "%w") || !verb.MatchString(format) {
				return ""
			}
			for _, arg := range args[1:] {
				if name := strings.ToLower(lastName(arg)); name == "err" || strings.HasSuffix(name, "err") {
					return "an error is printed where it should be wrapped"
				}
			}
			return ""
		}),
		broken: map[string]string{
			"db/a.go": `package db; func f() error { return fmt.Errorf("open: %v", err) }`,
			"db/b.go": `package db; func f() error { return fmt.Errorf("open: %s", e.Err) }`,
		},
		fine: map[string]string{"db/c.go": `package db; func f() error { return fmt.Errorf("open %s: %w", name, err) }`},
	}, {
		name: "nothing is skipped and nothing is left for later",
		check: func(s *source) []string {
			var found []string
			if s.ast != nil {
				found = nodes(func(_ *source, n ast.Node) string {
					on, name, _ := called(n)
					if on != "" && (name == "Skip" || name == "SkipNow" || name == "Skipf") && on != "filepath" {
						return on + "." + name
					}
					return ""
				})(s)
			}
			if strings.HasPrefix(s.path, "static/htmx") || strings.HasPrefix(s.path, "LICENSE") || strings.Contains(s.path, "testdata/") {
				return found
			}
			if hit := undone.FindString(s.text); hit != "" {
				found = append(found, s.path+": "+hit)
			}
			return found
		},
		broken: map[string]string{
			"db/a_test.go": `package db; func TestA(t *testing.T) { t.Skip("later") }`,
			"docs/a.md":    "TO" + "DO: write this",
		},
	}, {
		name: "no file says where it was written, or where modules come from",
		check: func(s *source) []string {
			var found []string
			if strings.Contains(s.path, "testdata/") || s.path == "static/htmx.min.js" {
				return nil
			}
			for i, line := range strings.Split(s.text, "\n") {
				if hit := machine.FindString(line) + hosts.FindString(line); hit != "" {
					found = append(found, s.path+":"+strconv.Itoa(i+1)+": "+hit)
				}
			}
			return found
		},
		broken: map[string]string{
			"docs/a.md":  "see /wo" + "rk/main/x",
			"Dockerfile": "ENV GOPROXY=https://proxy.gol" + "ang.org",
		},
		fine: map[string]string{"docs/b.md": "the framework/ folder, https://example.com/homework/1"},
	}}
}

func checkComments(s *source) []string {
	if s.isTest() || s.generated() || s.ast.Name.Name == "main" {
		return nil
	}
	var found []string
	missing := func(n ast.Node, name string, docs ...*ast.CommentGroup) {
		if ast.IsExported(name) && !slices.ContainsFunc(docs, func(d *ast.CommentGroup) bool { return d != nil }) {
			found = append(found, s.at(n)+": "+name+" has no comment")
		}
	}
	for _, d := range s.ast.Decls {
		switch d := d.(type) {
		case *ast.FuncDecl:
			if d.Recv == nil || ast.IsExported(receiver(d)) {
				missing(d, d.Name.Name, d.Doc)
			}
		case *ast.GenDecl:
			for _, spec := range d.Specs {
				switch spec := spec.(type) {
				case *ast.TypeSpec:
					missing(spec, spec.Name.Name, d.Doc, spec.Doc, spec.Comment)
				case *ast.ValueSpec:
					for _, name := range spec.Names {
						missing(spec, name.Name, d.Doc, spec.Doc, spec.Comment)
					}
				}
			}
		}
	}
	return found
}

func receiver(f *ast.FuncDecl) string {
	t := f.Recv.List[0].Type
	for {
		switch x := t.(type) {
		case *ast.StarExpr:
			t = x.X
		case *ast.IndexExpr:
			t = x.X
		case *ast.IndexListExpr:
			t = x.X
		case *ast.Ident:
			return x.Name
		default:
			return ""
		}
	}
}
