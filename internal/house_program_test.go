package house_test

import (
	"go/ast"
	"go/token"
)

// programRules keep the process, the clock and state in their places.
func programRules() []rule {
	return []rule{{
		name: "the process belongs to cmd",
		check: nodes(func(s *source, n ast.Node) string {
			if s.dir() == "cmd/dagpass" || s.forTests() {
				return ""
			}
			switch on, name, _ := called(n); on + "." + name {
			case "os.Exit", "os.Getenv", "os.LookupEnv", "os.Environ", "slog.SetDefault", "log.Fatal", "log.Fatalf", "log.Panic", "signal.Notify", "slog.Info", "slog.Warn", "slog.Error", "log.Print", "log.Printf", "log.Println", "fmt.Print", "fmt.Printf", "fmt.Println":
				return on + "." + name + " outside cmd"
			}
			if spec, ok := n.(*ast.ImportSpec); ok && spec.Path.Value == `"flag"` {
				return "imports flag outside cmd"
			}
			return ""
		}),
		broken: map[string]string{
			"db/a.go":  `package db; func f() { os.Exit(1) }`,
			"web/a.go": `package web; func f() { _ = os.Getenv("X") }`,
			"web/b.go": `package web; import _ "flag"`,
			"web/c.go": `package web; func f() { slog.SetDefault(nil) }`,
		},
	}, {
		name: "no init functions",
		check: nodes(func(_ *source, n ast.Node) string {
			if f, ok := n.(*ast.FuncDecl); ok && f.Recv == nil && f.Name.Name == "init" {
				return "an init function"
			}
			return ""
		}),
		broken: map[string]string{"db/a.go": `package db; func init() {}`},
	}, {
		name:  "package-level variables do not change",
		check: goFiles(checkVariables),
		broken: map[string]string{
			"db/a.go":  `package db; var n int; func f() { n = 1 }`,
			"db/b.go":  `package db; var n int; func f() { n++ }`,
			"web/a.go": `package web; var m = map[string]int{}; func f() { m["a"] = 1 }`,
			"web/b.go": `package web; var m = map[string]int{}; func f() { delete(m, "a") }`,
		},
		fine: map[string]string{"db/c.go": `package db; var n = 1; func f() { n := 2; n = 3; _ = n }`},
	}, {
		name: "clocks are handed in",
		check: nodes(func(s *source, n ast.Node) string {
			if s.forTests() || s.dir() == "cmd/dagpass" || s.dir() == "web/middleware" {
				return ""
			}
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return ""
			}
			if on, ok := sel.X.(*ast.Ident); ok && on.Name == "time" {
				switch sel.Sel.Name {
				case "Now", "Since", "Until", "Sleep":
					return "time." + sel.Sel.Name + " outside cmd and web/middleware"
				}
			}
			return ""
		}),
		broken: map[string]string{
			"internal/access/a.go": `package access; var now = time.Now`,
			"web/a.go":             `package web; func f() { _ = time.Since(t) }`,
		},
	}}
}

func checkVariables(s *source) []string {
	if s.isTest() || s.generated() {
		return nil
	}
	var found []string
	changes := func(n ast.Node, target ast.Expr) {
		if index, ok := target.(*ast.IndexExpr); ok {
			target = index.X
		}
		if name, ok := target.(*ast.Ident); ok && s.siblings[name.Name] && !local(s, name) {
			found = append(found, s.at(n)+": changes the package-level variable "+name.Name)
		}
	}
	ast.Inspect(s.ast, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.AssignStmt:
			for _, target := range n.Lhs {
				if n.Tok != token.DEFINE {
					changes(n, target)
				}
			}
		case *ast.IncDecStmt:
			changes(n, n.X)
		case *ast.CallExpr:
			if on, name, args := called(n); on == "" && (name == "delete" || name == "clear") && len(args) > 0 {
				changes(n, args[0])
			}
		}
		return true
	})
	return found
}

// local reports whether a name was declared in a function. The parser resolves names within one
// file, so a variable of another file has no object.
func local(s *source, name *ast.Ident) bool {
	return name.Obj != nil && s.ast.Scope.Lookup(name.Name) != name.Obj
}
