package house_test

import (
	"go/ast"
	"go/token"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

var (
	statement = regexp.MustCompile(`(?s)^\s*(SELECT\s.+\sFROM\s|(?i:INSERT\s+INTO\s|UPDATE\s+\w+\s+SET\s|DELETE\s+FROM\s|CREATE\s+(TABLE|INDEX|TRIGGER)\s|ALTER\s+TABLE\s|DROP\s+TABLE\s|PRAGMA\s+\w))`)

	// mayReveal are the functions that take a secret out of its wrapping: what shows a new value once,
	// cookies, links in mails, links for the person at the terminal, and signing in to the mail server.
	mayReveal = []string{"web/render.go reveal", "web/render.go revealLink", "web/api/tokens_write.go issued", "web/api/login.go shapeTokens", "web/authorize.go answerWithCode", "web/mail.go newLink", "web/mail.go mailLink", "web/session.go set", "cmd/dagpass/init.go create", "cmd/dagpass/link.go newLink",
		"internal/mail/sender.go client"}
)

// accessRules say by which way data, statements and secrets are reached.
func accessRules() []rule {
	return []rule{{
		name: "only the gate opens transactions",
		check: nodes(func(s *source, n ast.Node) string {
			if s.forTests() || s.path == "internal/access/gate.go" || s.dir() == "db" {
				return ""
			}
			if _, name, args := called(n); (name == "View" || name == "Update") && len(args) == 2 {
				return name + " is called outside internal/access/gate.go"
			}
			return ""
		}),
		broken: map[string]string{
			"internal/access/a.go": `package access; func f() { store.Update(ctx, func() error { return nil }) }`,
			"web/a.go":             `package web; func (s *T) f() { s.store.View(ctx, nil) }`,
		},
		fine: map[string]string{"internal/access/gate.go": `package access; func f() { s.View(ctx, nil) }`},
	}, {
		name: "SQL is in db alone",
		check: nodes(func(s *source, n ast.Node) string {
			if text, ok := literal(n); ok && !s.forTests() && s.dir() != "db" && statement.MatchString(text) {
				return "a statement outside db"
			}
			return ""
		}),
		broken: map[string]string{
			"web/a.go":         "package web; const q = `SELECT id\nFROM tokens`",
			"cmd/dagpass/a.go": `package main; var q = "delete from audit where seq = 1"`,
		},
		fine: map[string]string{"views/a.go": `package views; const text = "Select a role from the list."`},
	}, {
		name:  "statements are constants without double quotes, in which SQLite would take a misspelt column for a text",
		check: goFiles(checkStatements),
		broken: map[string]string{
			"db/a.go": "package db; func f(name string) { run(`SELECT id FROM ` + name) }",
			"db/b.go": "package db; var sqlX = `DELETE FROM tokens`",
			"db/c.go": "package db; const sqlX = `SELECT \"id\" FROM tokens`",
		},
		fine: map[string]string{"db/d.go": "package db; const sqlX = `SELECT ` + columns + ` FROM tokens WHERE id = $1`"},
	}, {
		name: "secrets leave their wrapping in listed functions",
		check: nodes(func(s *source, n ast.Node) string {
			_, name, args := called(n)
			if name != "Reveal" || len(args) != 0 || s.forTests() || s.dir() == "internal/secret" {
				return ""
			}
			place := s.path + " " + function(s.ast, n.Pos())
			if slices.Contains(mayReveal, place) {
				return ""
			}
			return "Reveal is called in " + place
		}),
		broken: map[string]string{
			"web/tokens.go":       `package web; func (s *S) createToken() { log(value.Reveal()) }`,
			"cmd/dagpass/link.go": `package main; func other() { _ = v.Reveal() }`,
			"db/a.go":             `package db; func f() { put(s.value().Reveal()) }`,
		},
	}}
}

// lastName is the name at the end of x or x.y.
func lastName(e ast.Expr) string {
	switch x := e.(type) {
	case *ast.Ident:
		return x.Name
	case *ast.SelectorExpr:
		return x.Sel.Name
	}
	return ""
}

func checkStatements(s *source) []string {
	if s.dir() != "db" || s.isTest() {
		return nil
	}
	constant := map[ast.Node]bool{}
	for _, d := range s.ast.Decls {
		if decl, ok := d.(*ast.GenDecl); ok && decl.Tok == token.CONST {
			ast.Inspect(decl, func(n ast.Node) bool { constant[n] = true; return true })
		}
	}
	var found []string
	ast.Inspect(s.ast, func(n ast.Node) bool {
		text, ok := literal(n)
		switch {
		case !ok:
		case constant[n] && statement.MatchString(text) && strings.Contains(text, `"`):
			found = append(found, s.at(n)+": a double quote in a statement")
		case !constant[n] && statement.MatchString(text):
			found = append(found, s.at(n)+": a statement that is no constant")
		}
		return true
	})
	return found
}

var markup = []*regexp.Regexp{
	regexp.MustCompile(`\btempl\.(Raw|SafeURL|SafeScript|JSUnsafeFuncCall|JSExpression)\b`),
	regexp.MustCompile(`\sstyle=`),
	regexp.MustCompile(`\shx-on\b`),
	regexp.MustCompile(`["'{]js:`),
	regexp.MustCompile(`\son(click|change|submit|load|input|key\w+)=`),
	regexp.MustCompile(`<script[^>]*>[^<\s]`),
}

// markupRules keep scripts and styles out of pages, where the policy would stop them anyway.
func markupRules() []rule {
	return []rule{{
		name: "templates escape everything and carry no script or style",
		check: func(s *source) []string {
			handWritten := strings.HasSuffix(s.path, ".templ") || strings.HasPrefix(s.path, "views/") && s.ast != nil && !s.generated() && !s.isTest()
			if !handWritten {
				return nil
			}
			var found []string
			for i, line := range strings.Split(s.text, "\n") {
				for _, re := range markup {
					if re.MatchString(line) && !strings.HasPrefix(strings.TrimSpace(line), "//") {
						found = append(found, s.path+":"+strconv.Itoa(i+1)+": "+re.String())
					}
				}
			}
			return found
		},
		broken: map[string]string{
			"views/a.templ": `<p>@templ.Raw(text)</p>`,
			"views/b.templ": `<a href={ templ.SafeURL(u) }>`,
			"views/c.templ": `<p style="color:red">`,
			"views/d.templ": `<button hx-on:click="x()">`,
			"views/e.templ": `<div hx-vals='js:{a: 1}'>`,
			"views/f.templ": `<button onclick="x()">`,
			"views/g.templ": `<script>x()</script>`,
		},
	}, {
		name: "request bodies are read in one place per transport",
		check: nodes(func(s *source, n ast.Node) string {
			if !strings.HasPrefix(s.path, "web/") || s.isTest() {
				return ""
			}
			on, name, args := called(n)
			switch {
			case name == "Bind" && len(args) == 1:
				return "Bind takes query, path and body together"
			case on == "json" && (strings.HasPrefix(name, "Unmarshal") || name == "NewDecoder") && s.path != "web/api/decode.go":
				return "JSON is decoded outside web/api/decode.go"
			case name == "FormValue" || name == "ParseForm" && s.path != "web/form.go":
				return name + " mixes query and body; read forms in web/form.go"
			}
			return ""
		}),
		broken: map[string]string{
			"web/a.go":     `package web; func f() { c.Bind(&in) }`,
			"web/api/a.go": `package api; func f() { json.Unmarshal(b, &in) }`,
			"web/b.go":     `package web; func f() { c.FormValue("name") }`,
		},
		fine: map[string]string{"web/c.go": `package web; func f() { s.Tokens.Bind(ctx, by, at, id, role) }`},
	}, {
		name: "the API touches no cookie",
		check: nodes(func(s *source, n ast.Node) string {
			if _, name, _ := called(n); s.dir() == "web/api" && !s.isTest() && (name == "Cookie" || name == "Cookies" || name == "SetCookie") {
				return name + " in web/api"
			}
			return ""
		}),
		broken: map[string]string{"web/api/a.go": `package api; func f() { r.Cookie("x") }`},
	}}
}
