package house_test

import (
	"go/ast"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// noPrograms are packages that would let text become code, a command or a broken hash. The programs of
// contributors (cmd/prove, cmd/bench) may run others; what is shipped may not.
var noPrograms = []string{"unsafe", "plugin", "os/exec", "text/template", "html/template",
	"crypto/md5", "crypto/sha1", "crypto/des", "crypto/rc4", "crypto/dsa", "encoding/gob", "encoding/xml"}

// dials are the calls that reach out to an address.
var dials = []string{"net.Dial", "net.DialTimeout", "tls.Dial", "http.Get", "http.Post", "http.PostForm", "http.Head", "http.NewRequest", "http.NewRequestWithContext"}

// securityRules keep out what docs/asvs.md says is not there, and keep the proofs honest.
func securityRules() []rule {
	return []rule{{
		name: "the program has no unsafe code, runs no command and builds no template from text",
		check: nodes(func(s *source, n ast.Node) string {
			spec, ok := n.(*ast.ImportSpec)
			if !ok || s.forTests() || strings.HasPrefix(s.dir(), "cmd/") && s.dir() != "cmd/dagpass" {
				return ""
			}
			if name, _ := strconv.Unquote(spec.Path.Value); slices.Contains(noPrograms, name) {
				return "imports " + name
			}
			return ""
		}),
		broken: map[string]string{
			"web/a.go":         `package web; import _ "os/exec"`,
			"internal/b/a.go":  `package b; import _ "unsafe"`,
			"cmd/dagpass/a.go": `package main; import _ "crypto/md5"`,
		},
		fine: map[string]string{"cmd/prove/a.go": `package main; import _ "os/exec"`, "web/a_test.go": `package web; import _ "os/exec"`},
	}, {
		name: "only the mail dials, and the health check its own server",
		check: nodes(func(s *source, n ast.Node) string {
			if s.forTests() || s.dir() == "internal/mail" || s.path == "cmd/dagpass/healthcheck.go" || s.dir() == "cmd/bench" {
				return ""
			}
			if on, name, _ := called(n); slices.Contains(dials, on+"."+name) {
				return "calls " + on + "." + name
			}
			switch sel, ok := n.(*ast.SelectorExpr); {
			case !ok:
			case isName(sel.X, "http") && slices.Contains([]string{"Client", "DefaultClient", "Transport", "DefaultTransport"}, sel.Sel.Name):
				return "has an HTTP client"
			case isName(sel.X, "net") && sel.Sel.Name == "Dialer":
				return "has a dialer"
			}
			return ""
		}),
		broken: map[string]string{
			"web/a.go":             `package web; func f() { http.Get(address) }`,
			"internal/access/a.go": `package access; var c = &http.Client{}`,
			"db/a.go":              `package db; func f() { net.Dial("tcp", address) }`,
		},
	}, {
		name: "a proof says with what it was seen to fail",
		check: goFiles(func(s *source) []string {
			var found []string
			for _, d := range s.ast.Decls {
				f, ok := d.(*ast.FuncDecl)
				if ok && s.isTest() && strings.HasPrefix(f.Name.Name, "TestProof_") && !seenToFail.MatchString(f.Doc.Text()) {
					found = append(found, s.at(f)+": the comment of "+f.Name.Name+` has no sentence "Seen to fail with …"`)
				}
			}
			return found
		}),
		broken: map[string]string{"db/a_test.go": "package db\n// TestProof_A: it holds.\nfunc TestProof_A() {}"},
		fine:   map[string]string{"db/a_test.go": "package db\n// TestProof_A: it holds. Seen to fail\n// with the fence taken out.\nfunc TestProof_A() {}"},
	}}
}

var seenToFail = regexp.MustCompile(`(?s)[Ss]een\s+to\s+fail\s+(with|when|without|on)`)

func isName(n ast.Node, name string) bool {
	ident, ok := n.(*ast.Ident)
	return ok && ident.Name == name
}
