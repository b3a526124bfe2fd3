// Package house_test holds the rules of docs/architecture.md that the compiler does not know: who
// imports whom, where transactions, statements, secrets, clocks and markup may be, and what is
// documented. Each rule comes with sources that break it, so that it is seen to fail.
package house_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// source is a file of the repository. Go files are parsed; of others only the text is read.
type source struct {
	path string // below the root, with slashes
	text string
	ast  *ast.File
	fset *token.FileSet
	// siblings are the package-level variables of all files in the same directory.
	siblings map[string]bool
}

func (s *source) dir() string     { return path.Dir(s.path) }
func (s *source) isTest() bool    { return strings.HasSuffix(s.path, "_test.go") }
func (s *source) generated() bool { return strings.HasSuffix(s.path, "_templ.go") }

// forTests says that no program contains the file.
func (s *source) forTests() bool {
	switch s.dir() {
	case "internal/storetest", "internal/dagpasstest", "internal/dirtest", "internal/htmlcheck", "internal/mailtest", "internal/faultdb", "internal/proof", "cmd/prove":
		return true
	}
	return s.isTest()
}

// at says where a node is.
func (s *source) at(n ast.Node) string {
	return s.path + ":" + strconv.Itoa(s.fset.Position(n.Pos()).Line)
}

// parse reads a source. Positions and comments are kept.
func parse(t *testing.T, name, text string) *source {
	t.Helper()
	s := &source{path: name, text: text}
	if strings.HasSuffix(name, ".go") {
		s.fset = token.NewFileSet()
		var err error
		if s.ast, err = parser.ParseFile(s.fset, name, text, parser.ParseComments); err != nil {
			t.Fatal(err)
		}
		s.siblings = packageVariables(s.ast)
	}
	return s
}

// house reads the whole repository but what git ignores, and files that are not text.
func house(t *testing.T) []*source {
	t.Helper()
	var all []*source
	variables := map[string]map[string]bool{}
	err := filepath.WalkDir("..", func(name string, entry fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		relative := strings.TrimPrefix(filepath.ToSlash(name), "../")
		if relative == ".git" && !entry.IsDir() {
			return nil // of a second work tree
		}
		if entry.IsDir() {
			if relative == ".git" || relative == "bin" || relative == "data" {
				return fs.SkipDir
			}
			return nil
		}
		switch path.Ext(name) {
		case ".woff2", ".png", ".jpg":
			return nil
		}
		text, err := os.ReadFile(name)
		if err != nil {
			return err
		}
		s := parse(t, relative, string(text))
		if s.ast != nil {
			if variables[s.dir()] == nil {
				variables[s.dir()] = map[string]bool{}
			}
			maps.Copy(variables[s.dir()], s.siblings)
			s.siblings = variables[s.dir()]
		}
		all = append(all, s)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	return all
}

func TestHouse(t *testing.T) {
	all := house(t)
	if len(all) < 100 {
		t.Fatalf("only %d files were found", len(all))
	}
	for _, r := range rules() {
		t.Run(r.name, func(t *testing.T) {
			for name, text := range r.broken {
				if len(r.check(parse(t, name, text))) == 0 {
					t.Errorf("the rule does not see what is wrong with %s:\n%s", name, text)
				}
			}
			for name, text := range r.fine {
				if found := r.check(parse(t, name, text)); len(found) > 0 {
					t.Errorf("the rule is wrong about %s:\n%s\n%s", name, text, strings.Join(found, "\n"))
				}
			}
			for _, s := range all {
				for _, found := range r.check(s) {
					t.Error(found)
				}
			}
		})
	}
}

func rules() []rule {
	return slices.Concat(importRules(), accessRules(), markupRules(), programRules(), readingRules(), securityRules())
}

// rule is one rule of the house. check returns a line for each place that breaks it. broken and fine
// are sources by path: the rule has to report every one of the former, and none of the latter.
type rule struct {
	name         string
	check        func(s *source) []string
	broken, fine map[string]string
}

// goFiles makes a check of one that needs a parsed file.
func goFiles(check func(s *source) []string) func(s *source) []string {
	return func(s *source) []string {
		if s.ast == nil {
			return nil
		}
		return check(s)
	}
}

// nodes makes a check of a question about single nodes; "" is no finding.
func nodes(question func(s *source, n ast.Node) string) func(s *source) []string {
	return goFiles(func(s *source) []string {
		var found []string
		ast.Inspect(s.ast, func(n ast.Node) bool {
			if n == nil {
				return false
			}
			if what := question(s, n); what != "" {
				found = append(found, s.at(n)+": "+what)
			}
			return true
		})
		return found
	})
}

// called returns the receiver or package and the name of a called function, "" for other calls.
func called(n ast.Node) (on, name string, args []ast.Expr) {
	call, ok := n.(*ast.CallExpr)
	if !ok {
		return "", "", nil
	}
	selected, ok := call.Fun.(*ast.SelectorExpr)
	if !ok {
		if ident, plain := call.Fun.(*ast.Ident); plain {
			return "", ident.Name, call.Args
		}
		return "", "", nil
	}
	if ident, plain := selected.X.(*ast.Ident); plain {
		on = ident.Name
	}
	return on, selected.Sel.Name, call.Args
}

// literal returns the text of a string literal.
func literal(n ast.Node) (string, bool) {
	lit, ok := n.(*ast.BasicLit)
	if !ok || lit.Kind != token.STRING {
		return "", false
	}
	text, err := strconv.Unquote(lit.Value)
	return text, err == nil
}

// function returns the name of the function that contains a position.
func function(file *ast.File, pos token.Pos) string {
	for _, d := range file.Decls {
		if f, ok := d.(*ast.FuncDecl); ok && f.Pos() <= pos && pos <= f.End() {
			return f.Name.Name
		}
	}
	return ""
}

// packageVariables are the names of a file's package-level variables.
func packageVariables(file *ast.File) map[string]bool {
	names := map[string]bool{}
	for _, d := range file.Decls {
		decl, ok := d.(*ast.GenDecl)
		if !ok || decl.Tok != token.VAR {
			continue
		}
		for _, spec := range decl.Specs {
			for _, name := range spec.(*ast.ValueSpec).Names {
				names[name.Name] = name.Name != "_"
			}
		}
	}
	return names
}
