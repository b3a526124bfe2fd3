package api_test

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/web/api"
)

// served is what a test reads of a description.
type served struct {
	Servers []struct {
		URL string `json:"url"`
	} `json:"servers"`
	Paths map[string]map[string]struct {
		OperationID string                `json:"operationId"`
		Permission  string                `json:"x-permission"`
		Summary     string                `json:"summary"`
		Security    []map[string][]string `json:"security"`
	} `json:"paths"`
}

func (h *house) describes(path string) served {
	h.Helper()
	a := h.call(http.MethodGet, path, "")
	if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json; charset=UTF-8" {
		h.Fatalf("%s: %d, %q", path, a.status, a.header.Get("Content-Type"))
	}
	var doc served
	if err := json.Unmarshal([]byte(a.body), &doc); err != nil {
		h.Fatal(err)
	}
	return doc
}

// TestDescription: the API's own description, in the forms of the contract, sections 2.5 and 7.6.
func TestDescription(t *testing.T) {
	h := newHouse(t)
	v1, whole := h.describes("/spec/v1.0"), h.describes("/spec/all")

	t.Run("every route is described under its own base path", func(t *testing.T) {
		for _, r := range api.Routes() {
			op, found := whole.Paths[template(r.Path)][strings.ToLower(r.Method)]
			if r.Action == api.Absent {
				if found {
					t.Errorf("%s %s is described, and answers 404", r.Method, r.Path)
				}
				continue
			}
			if !found {
				t.Errorf("%s %s is not described. Describe it in the file of its noun in internal/openapi/source, then run: "+
					"go test ./internal/openapi -run TestDescriptionIsCurrent -update", r.Method, r.Path)
				continue
			}
			open := r.Action == api.Open
			if named := op.Permission == string(r.Action); named == (open || r.Action == api.Self || r.Action == api.Person) {
				t.Errorf("%s %s names the permission %q, decides on %q", r.Method, r.Path, op.Permission, r.Action)
			}
			if (len(op.Security) == 0) != open {
				t.Errorf("%s %s: security %v for %s", r.Method, r.Path, op.Security, r.Action)
			}
		}
	})
	t.Run("nothing is described that is not served", func(t *testing.T) {
		routes := api.Routes()
		for path, ops := range whole.Paths {
			for method := range ops {
				if !slices.ContainsFunc(routes, func(r api.Route) bool {
					return template(r.Path) == path && strings.EqualFold(r.Method, method)
				}) {
					t.Errorf("%s %s is described and not served", method, path)
				}
			}
		}
	})
	t.Run("operation ids are unique", func(t *testing.T) {
		seen := map[string]string{}
		for path, ops := range whole.Paths {
			for method, op := range ops {
				if other := seen[op.OperationID]; other != "" || op.OperationID == "" || op.Summary == "" {
					t.Errorf("%s %s has the id %q of %q, summary %q", method, path, op.OperationID, other, op.Summary)
				}
				seen[op.OperationID] = method + " " + path
			}
		}
	})
	t.Run("the Astro CLI finds the operations of v1, and no other, below /v1", func(t *testing.T) {
		if len(v1.Servers) != 1 || v1.Servers[0].URL != "/v1" {
			t.Errorf("servers %v", v1.Servers)
		}
		n := 0
		for _, r := range api.Routes() {
			if strings.HasPrefix(r.Path, "/v1/") && r.Action != api.Absent {
				n++
				if _, found := v1.Paths[strings.TrimPrefix(template(r.Path), "/v1")][strings.ToLower(r.Method)]; !found {
					t.Errorf("%s %s is missing", r.Method, r.Path)
				}
			}
		}
		for _, ops := range v1.Paths {
			n -= len(ops)
		}
		if n != 0 {
			t.Errorf("%d operations too few", n)
		}
	})
}

var pathParameter = regexp.MustCompile(`:([a-z]+)`)

// template writes the path of a route as OpenAPI does.
func template(path string) string {
	return pathParameter.ReplaceAllString(strings.ReplaceAll(path, ":org", ":organization"), "{${1}Id}")
}
