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

// descriptions are what the API says about itself.
type descriptions struct {
	whole     jsontext.Value // every base path
	v1        jsontext.Value // paths below /v1, as the Astro CLI wants them
	reference openapi.Reference
}

// describe joins what is written with the routes that are served. A route nobody described and a
// description nobody serves are left out; tests find both.
func describe(routes []Route) (d descriptions, err error) {
	source, err := openapi.Written()
	if err != nil {
		return d, err
	}
	all := joined{below(source, "/"), below(source, string(v1)), below(source, "/")}
	for _, r := range routes {
		in, path := splitFamily(templated(r.Path))
		method := strings.ToLower(r.Method)
		op, own := source.Paths[string(in)+path][method] // written for this base path alone
		if !own {
			op = source.Paths[path][method]
		}
		if op.OperationID == "" || r.Action == Absent {
			continue
		}
		if op = served(op, r, path); own {
			all.add("", string(in)+path, method, op)
		} else {
			all.add(in, path, method, op)
		}
	}
	return all.encode()
}

// joined are the documents while they are made.
type joined struct{ whole, v1, read openapi.Document }

// below is the document without its paths, for a base path.
func below(d openapi.Document, base string) openapi.Document {
	d.Paths, d.Servers = map[string]openapi.Operations{}, []openapi.Server{{URL: base}}
	return d
}

// add adds an operation at a path below a base path. People read it once, with the first base path it is
// served below and the names of the others.
func (j joined) add(in family, path, method string, op openapi.Operation) {
	if first, again := j.read.Paths[path][method]; again {
		first.Also = append(first.Also, string(in))
		j.read.Put(path, method, first)
	} else {
		op.Base = string(in)
		j.read.Put(path, method, op)
	}
	op.Description = withPermission(op)
	if rest, ok := strings.CutPrefix(string(in)+path, string(v1)+"/"); ok {
		j.v1.Put("/"+rest, method, op)
	}
	op.OperationID = operationID(in, op.OperationID)
	j.whole.Put(string(in)+path, method, op)
}

func (j joined) encode() (d descriptions, err error) {
	if d.whole, err = j.whole.JSON(); err != nil {
		return d, err
	}
	if d.v1, err = j.v1.JSON(); err != nil {
		return d, err
	}
	d.reference, err = j.read.Reference()
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

// served adds to an operation what follows from its route: who may call it, ids and usual failures.
func served(op openapi.Operation, r Route, path string) openapi.Operation {
	op.Who, op.Security = whoMay(r), []map[string][]string{}
	if r.Action != Open {
		op.Security = append(op.Security, map[string][]string{"token": {}})
	}
	if r.Action != Open && r.Action != Self && r.Action != Person {
		op.Permission = string(r.Action)
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

// withPermission is the text of an operation for those who see nothing but texts.
func withPermission(op openapi.Operation) string {
	if op.Permission == "" {
		return op.Description
	}
	return strings.TrimSpace(strings.TrimSpace(op.Description) + "\n\nPermission: " + op.Permission)
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
