package house_test

import (
	"go/ast"
	"slices"
	"strconv"
	"strings"
)

// Modules by the short names of the table below.
const (
	echo      = "github.com/labstack/echo/v4"
	templ     = "github.com/a-h/templ"
	templrt   = "github.com/a-h/templ/runtime"
	gorilla   = "github.com/gorilla/sessions"
	json2     = "github.com/go-json-experiment/json"
	json2text = "github.com/go-json-experiment/json/jsontext"
	sqlite    = "modernc.org/sqlite"
	goose     = "github.com/pressly/goose/v3"
	argon2    = "golang.org/x/crypto/argon2"
	norm      = "golang.org/x/text/unicode/norm"
	cases     = "golang.org/x/text/cases"
	gomail    = "github.com/wneessen/go-mail"
	xrate     = "golang.org/x/time/rate"

	prometheus = "github.com/prometheus/client_golang/prometheus"
)

// mayImport is who imports whom, besides the standard library. A package without a row may not be.
var mayImport = map[string][]string{
	"internal/audit":       {},
	"internal/secret":      {argon2},
	"internal/access":      {"dagpass/internal/audit", "dagpass/internal/secret", norm, cases},
	"internal/signin":      {"dagpass/internal/access", "dagpass/internal/audit", "dagpass/internal/secret"},
	"internal/later":       {},
	"internal/limit":       {xrate},
	"internal/openapi":     {json2, json2text},
	"internal/mail":        {"dagpass/internal/secret", gomail},
	"db":                   {"dagpass/internal/access", "dagpass/internal/signin", "dagpass/internal/audit", "dagpass/internal/secret", sqlite, goose},
	"static":               {},
	"views/ui":             {templ, templrt, "dagpass/static"},
	"views":                {templ, templrt, "dagpass/views/ui", "dagpass/static", "dagpass/internal/access", "dagpass/internal/openapi"},
	"internal/metrics":     {"dagpass/db", "dagpass/internal/access", "dagpass/internal/signin", "dagpass/web/middleware", prometheus, prometheus + "/collectors", prometheus + "/promhttp"},
	"web/middleware":       {"dagpass/internal/access"},
	"web/download":         {"dagpass/internal/access", "dagpass/internal/audit", "dagpass/static", "dagpass/web/middleware"},
	"web/api":              {"dagpass/internal/access", "dagpass/internal/openapi", "dagpass/internal/signin", "dagpass/internal/audit", "dagpass/internal/secret", "dagpass/internal/limit", "dagpass/web/middleware", "dagpass/web/download", echo, json2, json2text},
	"web":                  {"dagpass/internal/access", "dagpass/internal/openapi", "dagpass/internal/signin", "dagpass/internal/audit", "dagpass/internal/secret", "dagpass/views", "dagpass/views/ui", "dagpass/static", "dagpass/web/middleware", "dagpass/web/download", templ, echo, gorilla},
	"internal/storetest":   {"dagpass/internal/access", "dagpass/internal/signin", "dagpass/internal/audit", "dagpass/internal/secret", cmp},
	"internal/dirtest":     {"dagpass/internal/secret"},
	"internal/proof":       {},
	"internal/faultdb":     {sqlite},
	"internal/mailtest":    {gosmtp, gosasl},
	"internal/htmlcheck":   {cascadia, html, htmlatom, cmp},
	"internal/dagpasstest": {"dagpass/internal", "dagpass/db", "dagpass/web", "dagpass/views", "dagpass/static", cascadia, html, sqlite},
	"cmd/prove":            {"dagpass/internal/proof"},
	"cmd/dagpass":          {"dagpass", "github.com/alecthomas/kong", "golang.org/x/sync/errgroup", "golang.org/x/net/netutil"},
}

// Modules for tests alone.
const (
	cmp      = "github.com/google/go-cmp"
	cascadia = "github.com/andybalholm/cascadia"
	html     = "golang.org/x/net/html"
	htmlatom = "golang.org/x/net/html/atom"
	gosmtp   = "github.com/emersion/go-smtp"
	gosasl   = "github.com/emersion/go-sasl"
)

var testsMayImport = []string{"dagpass", cmp, cascadia, html, sqlite, goose, gorilla, echo, templ, json2, argon2, norm, cases, "github.com/alecthomas/kong",
	"pgregory.net/rapid", "github.com/golang-jwt/jwt/v5", "github.com/getkin/kin-openapi/openapi3", "go.yaml.in/yaml/v4", "github.com/chromedp", "golang.org/x/sync/errgroup", "golang.org/x/tools/go", prometheus}

// mustNotReach are parts of the standard library that a package has no business with.
var mustNotReach = map[string][]string{
	"internal/audit":  {"net", "os", "database", "html", "text/template"},
	"internal/secret": {"net", "database", "html", "text/template"},
	"internal/access": {"net/http", "os", "database", "html", "text/template"},
	"internal/signin": {"net/http", "os", "database", "html", "text/template"},
	"internal/mail":   {"net/http", "os", "database", "html", "text/template"},
	"db":              {"net/http", "html", "text/template"},
	"views":           {"net/http", "database", "os"},
	"views/ui":        {"net/http", "database", "os"},
	"web":             {"database"},
	"web/api":         {"database"},
	"web/middleware":  {"database"},
}

func importRules() []rule {
	return []rule{{
		name:  "who imports whom",
		check: goFiles(checkImports),
		broken: map[string]string{
			"internal/access/a.go":      `package access; import _ "dagpass/db"`,
			"internal/signin/a.go":      `package signin; import _ "net/http"`,
			"internal/audit/a.go":       `package audit; import _ "golang.org/x/text/unicode/norm"`,
			"db/b.go":                   `package db; import _ "github.com/prometheus/client_golang/prometheus"`,
			"db/a.go":                   `package db; import _ "dagpass/web"`,
			"views/a.go":                `package views; import _ "github.com/labstack/echo/v4"`,
			"web/a.go":                  `package web; import _ "dagpass/db"`,
			"web/b.go":                  `package web; import _ "database/sql"`,
			"web/api/a.go":              `package api; import _ "dagpass/views"`,
			"web/middleware/a.go":       `package middleware; import _ "github.com/labstack/echo/v4"`,
			"internal/util/a.go":        `package util; import _ "dagpass/db"`,
			"internal/access/a_test.go": `package access; import _ "github.com/stretchr/testify/assert"`,
			"cmd/dagpass/a.go":          `package main; import _ "github.com/spf13/viper"`,
		},
		fine: map[string]string{
			"internal/access/b.go":      `package access; import (_ "dagpass/internal/audit"; _ "strings")`,
			"internal/access/b_test.go": `package access; import _ "dagpass/internal/dagpasstest"`,
		},
	}, {
		name:   "math/rand is used nowhere",
		check:  importing("math/rand", "math/rand/v2"),
		broken: map[string]string{"web/a_test.go": `package web; import _ "math/rand/v2"`},
	}, {
		name: "test furniture stays in tests",
		check: goFiles(func(s *source) []string {
			if s.forTests() {
				return nil
			}
			return importing("dagpass/internal/dagpasstest", "dagpass/internal/dirtest", "dagpass/internal/faultdb", "dagpass/internal/storetest", "dagpass/internal/htmlcheck", "dagpass/internal/mailtest", "dagpass/internal/proof", "testing")(s)
		}),
		broken: map[string]string{"cmd/dagpass/a.go": `package main; import _ "dagpass/internal/dagpasstest"`},
	}}
}

func checkImports(s *source) []string {
	allowed, known := mayImport[s.dir()]
	var found []string
	for _, spec := range s.ast.Imports {
		name, _ := strconv.Unquote(spec.Path.Value)
		first, _, _ := strings.Cut(name, "/")
		switch {
		case first != "dagpass" && !strings.Contains(first, "."):
			if !s.forTests() && under(name, mustNotReach[s.dir()]) {
				found = append(found, s.at(spec)+": "+s.dir()+" must not reach "+name)
			}
		case s.isTest():
			if !under(name, testsMayImport) {
				found = append(found, s.at(spec)+": no test may import "+name)
			}
		case !known:
			found = append(found, s.at(spec)+": "+s.dir()+" has no row in the table of imports")
		case s.dir() == "cmd/dagpass" || s.dir() == "internal/dagpasstest":
			if !under(name, allowed) {
				found = append(found, s.at(spec)+": "+s.dir()+" may not import "+name)
			}
		case !slices.Contains(allowed, name) && !slices.Contains(allowed, strings.TrimSuffix(name, "/cmp")):
			found = append(found, s.at(spec)+": "+s.dir()+" may not import "+name)
		}
	}
	return found
}

// under reports whether a path is one of others or below one.
func under(name string, others []string) bool {
	return slices.ContainsFunc(others, func(o string) bool { return name == o || strings.HasPrefix(name, o+"/") })
}

func importing(names ...string) func(*source) []string {
	return nodes(func(_ *source, n ast.Node) string {
		if spec, ok := n.(*ast.ImportSpec); ok {
			if name, _ := strconv.Unquote(spec.Path.Value); slices.Contains(names, name) {
				return "imports " + name
			}
		}
		return ""
	})
}
