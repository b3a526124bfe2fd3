package api_test

import (
	"fmt"
	"net/http"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
	"dagpass/web/api"
)

// Forms of values on the wire: the contract, 1.5 and 3.6.
var (
	idForm   = regexp.MustCompile(`^c[0-9a-z]{24}$`)
	timeForm = regexp.MustCompile(`^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z$`)
)

// program is the id of what nobody made: the program itself, acting for whoever set it up.
const program = "system"

// withoutBody reports whether a route takes no body, whatever its method.
func withoutBody(r api.Route) bool {
	return r.Method != http.MethodPost && !strings.HasPrefix(r.Path, "/labs/") || strings.HasSuffix(r.Path, "/rotate") || r.Action == api.Absent
}

// taken are the methods that are served at a path, which may be that of several routes.
func taken(path string) (methods []string) {
	for _, r := range api.Routes() {
		form := regexp.MustCompile(`:[a-z]+`).ReplaceAllString(r.Path, `[^/]+`)
		if regexp.MustCompile(`^` + form + `$`).MatchString(path) {
			methods = append(methods, r.Method)
		}
	}
	return methods
}

// TestEveryFailureIsTheErrorObject holds every route against the contract, 1.4: whatever goes wrong,
// both clients decode the same three members.
func TestEveryFailureIsTheErrorObject(t *testing.T) {
	h := newHouse(t)
	at := h.place("Wire")
	owner := at.caller(h, access.OrgOwner)
	methods := map[string][]string{}
	for _, r := range api.Routes() {
		path := at.path(r)
		methods[path] = append(methods[path], r.Method)
		if !withoutBody(r) {
			t.Run("415 without a type of the body, and 413 for a large one: "+r.Path, func(t *testing.T) {
				wrong := "application/x-www-form-urlencoded"
				if strings.HasPrefix(r.Path, "/oauth/") {
					wrong = "application/json" // OAuth takes forms
				}
				for kind, status := range map[string]int{"": 415, "text/plain": 415, wrong: 415} {
					a := h.call(r.Method, path, owner.value, withBody(`{}`), func(r *http.Request) { r.Header.Set("Content-Type", kind) })
					if a.failure(t); a.status != status {
						t.Errorf("%q: %d %s", kind, a.status, a.body)
					}
				}
				large := `{"name":"` + strings.Repeat("x", 256<<10) + `"}`
				if a := h.post(path, large, owner); a.status != http.StatusRequestEntityTooLarge || a.failure(t).Reason != "too_large" {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		}
		if r.Action != api.Open {
			t.Run("401 without a token: "+r.Method+" "+r.Path, func(t *testing.T) {
				if a := h.call(r.Method, path, "", withBody("{}")); a.status != http.StatusUnauthorized || a.failure(t).Message == "" {
					t.Errorf("%d %s", a.status, a.body)
				}
			})
		}
		if empty := strings.Replace(path, string(at.org.ID), "", 1); empty != path {
			t.Run("404 for an empty segment: "+r.Method+" "+r.Path, func(t *testing.T) {
				body := "{}"
				if withoutBody(r) {
					body = ""
				}
				wantMissing(t, h.call(r.Method, empty, owner.value, withBody(body)))
			})
		}
	}
	for path, allowed := range methods {
		t.Run("405 names what is allowed: "+path, func(t *testing.T) {
			for _, method := range []string{"GET", "POST", "DELETE", "PUT", "PATCH"} {
				if slices.Contains(taken(path), method) {
					continue
				}
				a := h.call(method, path, owner.value)
				if a.failure(t); a.status != http.StatusMethodNotAllowed {
					t.Errorf("%s: %d %s", method, a.status, a.body)
				}
				for _, m := range allowed {
					if !slices.Contains(strings.Split(a.header.Get("Allow"), ", "), m) {
						t.Errorf("%s: Allow %q lacks %s", method, a.header.Get("Allow"), m)
					}
				}
			}
		})
	}
}

// TestValues holds what every GET answers against the contract, 1.7 and 3.6: absent instead of zero,
// one form of ids, one precision of times.
func TestValues(t *testing.T) {
	h := newHouse(t)
	at := h.place("Wire")
	owner := at.caller(h, access.OrgOwner)
	for _, r := range api.Routes() {
		if r.Method != http.MethodGet || r.Action == api.Open || r.Action == api.Person {
			continue
		}
		t.Run(r.Path, func(t *testing.T) {
			a := h.get(at.path(r), owner)
			documents := []string{a.body}
			if strings.HasPrefix(a.header.Get("Content-Type"), "application/x-ndjson") {
				documents = strings.Split(strings.TrimSuffix(a.body, "\n"), "\n")
			}
			for _, document := range documents {
				var value any
				if err := json.Unmarshal([]byte(document), &value); err != nil || a.status != http.StatusOK {
					t.Fatalf("%d %s: %v", a.status, document, err)
				}
				for _, problem := range wrongValues("", value) {
					t.Error(problem)
				}
			}
		})
	}
	t.Run("the check notices what it is for", func(t *testing.T) {
		for _, wrong := range []string{`{"id":"x"}`, `{"endAt":""}`, `{"createdAt":"2026-01-02T03:04:05Z"}`, `{"endAt":"0001-01-01T00:00:00.000Z"}`,
			`{"roles":[]}`, `{"a":null}`, `{"expiryPeriodInDays":0}`, `[{"createdBy":{"id":""}}]`} {
			var value any
			if err := json.Unmarshal([]byte(wrong), &value); err != nil || len(wrongValues("", value)) == 0 {
				t.Errorf("%s passes (%v)", wrong, err)
			}
		}
	})
}

// rolesOnly are the members that are absent when they are empty; all other lists are [].
var rolesOnly = []string{"roles", "workspaceRoles", "deploymentRoles", "dagRoles"}

// wrongValues names what no answer may hold.
func wrongValues(name string, value any) (problems []string) {
	switch v := value.(type) {
	case nil:
		return []string{name + " is null"}
	case map[string]any:
		for member, inner := range v {
			problems = append(problems, wrongValues(member, inner)...)
		}
	case []any:
		if len(v) == 0 && slices.Contains(rolesOnly, name) {
			problems = append(problems, name+" is empty")
		}
		for _, inner := range v {
			problems = append(problems, wrongValues(name, inner)...)
		}
	case string:
		switch {
		case name == "requestId": // the caller may choose it
		case (name == "id" || strings.HasSuffix(name, "Id")) && !idForm.MatchString(v) && v != program:
			problems = append(problems, fmt.Sprintf("%s %q is no id", name, v))
		case strings.HasSuffix(name, "At") && (!timeForm.MatchString(v) || strings.HasPrefix(v, "0001")):
			problems = append(problems, fmt.Sprintf("%s %q is no time", name, v))
		}
	case float64:
		if v == 0 && name == "expiryPeriodInDays" {
			problems = append(problems, name+" is zero")
		}
	}
	return problems
}
