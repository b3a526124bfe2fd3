package api

import (
	"maps"
	"net/http"
	"regexp"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/openapi"
	"dagpass/web/middleware"
)

// descriptions are the documents the API serves about itself.
type descriptions struct {
	whole jsontext.Value // every base path
	v1    jsontext.Value // paths below /v1, as the Astro CLI wants them
}

// describe joins what is written with the routes that are served. A route nobody described and a
// description nobody serves are left out; tests find both.
func describe(routes []Route) (d descriptions, err error) {
	source, err := openapi.Written()
	if err != nil {
		return d, err
	}
	whole, first := source, source
	whole.Paths, first.Paths = map[string]openapi.Operations{}, map[string]openapi.Operations{}
	whole.Servers, first.Servers = []openapi.Server{{URL: "/"}}, []openapi.Server{{URL: string(v1)}}
	for _, r := range routes {
		in, path := splitFamily(templated(r.Path))
		method := strings.ToLower(r.Method)
		op, found := source.Paths[string(in)+path][method] // what a base path has for itself
		if !found {
			op, found = source.Paths[path][method]
		}
		if !found || r.Action == Absent {
			continue
		}
		op = served(op, r, path)
		if in == v1 {
			first.Put(path, method, op)
		}
		op.OperationID = operationID(in, op.OperationID)
		whole.Put(string(in)+path, method, op)
	}
	if d.whole, err = whole.JSON(); err != nil {
		return d, err
	}
	d.v1, err = first.JSON()
	return d, err
}

// pathParameter is an id in the path of a route.
var pathParameter = regexp.MustCompile(`:([a-z]+)`)

// templated writes the path of a route as OpenAPI does, with the contract's names for ids.
func templated(path string) string {
	return pathParameter.ReplaceAllStringFunc(path, func(p string) string {
		if p == ":org" {
			return "{organizationId}"
		}
		return "{" + p[1:] + "Id}"
	})
}

// splitFamily cuts the base path off a path; what has none is of the family "".
func splitFamily(path string) (family, string) {
	for _, f := range []family{v1, iam, platform, labs} {
		if rest, found := strings.CutPrefix(path, string(f)+"/"); found {
			return f, "/" + rest
		}
	}
	return "", path
}

// operationID keeps ids unique where one operation stands under several base paths; those of v1 are
// the contract's own.
func operationID(in family, id string) string {
	switch in {
	case iam:
		return "Iam" + id
	case platform:
		return "Platform" + id
	case labs:
		return "Labs" + id
	}
	return id
}

// templateID is an id in a path as OpenAPI writes it.
var templateID = regexp.MustCompile(`\{([A-Za-z]+)\}`)

// served adds to an operation what follows from its route: permission, ids and usual failures.
func served(op openapi.Operation, r Route, path string) openapi.Operation {
	op.Security = []map[string][]string{}
	if r.Action != Open {
		op.Security = append(op.Security, map[string][]string{"token": {}})
	}
	if r.Action != Open && r.Action != Self && r.Action != Person {
		op.Permission = string(r.Action)
		op.Description = strings.TrimSpace(strings.TrimSpace(op.Description) + "\n\nPermission: " + op.Permission)
	}
	var ids []jsontext.Value
	for _, p := range templateID.FindAllStringSubmatch(path, -1) {
		ids = append(ids, openapi.Component("parameters", p[1]))
	}
	op.Parameters = append(ids, op.Parameters...)
	responses := usualResponses(r, len(ids) > 0, op.RequestBody != nil)
	maps.Copy(responses, op.Responses)
	op.Responses = responses
	return op
}

// usualResponses are the failures of every operation of a kind.
func usualResponses(r Route, named, body bool) map[string]jsontext.Value {
	codes := []string{"429", "500", "503"}
	if r.Action != Open {
		codes = append(codes, "401", "403")
	}
	if r.Action != Open || r.Method == http.MethodPost {
		codes = append(codes, "400")
	}
	if named {
		codes = append(codes, "404")
	}
	if body {
		codes = append(codes, "413", "415")
	}
	all := map[string]jsontext.Value{}
	for _, code := range codes {
		all[code] = openapi.Component("responses", code)
	}
	return all
}

// showDescription answers with a document that was made when the program started.
func showDescription(text jsontext.Value) operation {
	return func(in *input, _ access.Actor) (any, error) {
		in.Response().Header().Set(echo.HeaderCacheControl, middleware.CacheFiveMinutes)
		return text, nil
	}
}

// Description returns the OpenAPI document of everything that is served: what GET /spec/all answers.
// It fails when the program was built with a description that can't be read.
func Description() ([]byte, error) {
	d, err := describe(Routes())
	return d.whole, err
}
