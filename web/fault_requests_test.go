package web_test

import (
	"net/http"
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/proof"
	"dagpass/views"
	"dagpass/web"
	"dagpass/web/api"
)

// probe is a request that succeeds in the estate.
type probe struct {
	name         string
	method, path string
	kind, body   string
	api          bool
	bare         bool   // of an installation that nobody has set up
	open         bool   // asks nobody who they are
	right        bool   // needs a right
	value        string // what it presents, in place of the owner's token
	mail         bool   // of an installation with a mail server, which puts its work off: it may fail unseen
	says         string // what the page says that is answered when nothing was done
	changes      bool
}

const (
	formKind = "application/x-www-form-urlencoded"
	jsonKind = "application/json"
)

// requests returns one for every route there is; without "make prove", for an operation of the API in one of
// the families that serve it.
func (e *faultEstate) requests(t *testing.T) []probe {
	t.Helper()
	var all []probe
	for _, r := range web.RoutesForTest() {
		q := probe{name: r.Method + " " + r.Path, method: r.Method, path: e.path(r.Path), open: r.Audience == "anyone", right: r.Audience == "holder",
			bare: r.Path == "/setup", mail: r.Path == "/forgot"}
		switch {
		case r.Method == http.MethodPost:
			e.fillForm(t, &q, r.Path)
		case r.Path == views.AuthorizeURL:
			q.path, q.open = asking(), false
		}
		all = append(all, q)
	}
	seen := map[string]bool{}
	for _, r := range api.Routes() {
		operation := r.Method + r.Path[max(0, strings.Index(r.Path, "/organizations")):]
		if seen[operation] && !proof.Long {
			continue
		}
		seen[operation] = true
		q := probe{name: r.Method + " " + r.Path, method: r.Method, path: e.path(r.Path), api: true, open: r.Action == api.Open,
			right: r.Action != api.Open && r.Action != api.Self && r.Action != api.Person && r.Action != api.Absent}
		if r.Action == api.Absent {
			continue // it answers that there is nothing, whatever is asked
		}
		e.fillCall(t, &q, r)
		all = append(all, q)
	}
	return all
}

// path puts the estate's ids into the path of a route. An Organization's token is not that of a Workspace,
// and who was invited is not a member.
func (e *faultEstate) path(of string) string {
	token, user := e.ids[":token"], e.ids[":user"]
	if strings.HasPrefix(of, "/o/") || strings.HasSuffix(of, "/:token/remove") {
		token = e.ids["shared"]
	}
	if strings.HasSuffix(of, "/resend") || strings.HasSuffix(of, "/withdraw") {
		user = e.ids[":invite"]
	}
	path := strings.NewReplacer(":token", token, ":user", user, ":session", e.ids["session"]).Replace(of)
	for name, id := range e.ids {
		if strings.HasPrefix(name, ":") {
			path = strings.ReplaceAll(path, name+"/", id+"/")
			path = strings.TrimSuffix(path, name) + map[bool]string{true: id}[strings.HasSuffix(path, name)]
		}
	}
	return path
}

// cell is the field of the matrix that binds the free token to Finance.
func (e *faultEstate) cell() string { return views.MatrixField(e.ids["free"], e.ids["finance"], "") }

// fillForm fills in the form of a route, on the page it stands on.
func (e *faultEstate) fillForm(t *testing.T, q *probe, route string) {
	t.Helper()
	f, known := e.forms()[route]
	if !known {
		t.Fatalf("no form for %s: say what fills it in", q.name)
	}
	fields := url.Values{}
	if at, relative := strings.CutPrefix(f.page, "+"); f.page != "" {
		page := e.path(f.page)
		if relative {
			page = q.path + at
		} else if f.page == "=" {
			page = q.path
		}
		b := e.console
		if q.open {
			b = e.stranger
		}
		fields = b.Get(page).Status(http.StatusOK).FormTo(q.path).Fields()
	}
	for name, value := range f.fields {
		fields.Set(name, value)
	}
	switch route {
	case views.AuthorizeURL:
		q.path = asking()
	case "/w/:ws/users/add-many": // tells of each line what became of it
		q.says = "1 failed"
	}
	q.kind, q.body, q.changes = formKind, fields.Encode(), !f.still
}

// fillCall gives a call its body.
func (e *faultEstate) fillCall(t *testing.T, q *probe, r api.Route) {
	t.Helper()
	switch r.Path {
	case "/oauth/introspect":
		q.kind, q.body = formKind, url.Values{"token": {e.owner.value}}.Encode()
		return
	case "/oauth/revoke":
		q.kind, q.body, q.changes = formKind, url.Values{"token": {e.secrets["access"]}, "client_id": {"astro-cli"}}.Encode(), true
		return
	case "/oauth/token":
		q.kind, q.changes = formKind, true
		q.body = url.Values{"client_id": {"astro-cli"}, "grant_type": {"authorization_code"}, "code": {e.secrets["code"]},
			"code_verifier": {cliVerifier}, "redirect_uri": {callback}}.Encode()
		return
	case "/userinfo":
		q.value = e.secrets["access"]
		return
	case "/v1/organizations/:org/audit-logs", "/platform/v1beta1/organizations/:org/audit-logs":
		q.changes = true // an export is recorded
		return
	case "/authorization/permission-groups", "/v1/authorization/permission-groups", "/iam/v1beta1/authorization/permission-groups":
		q.path += "?scopeType=WORKSPACE"
		return
	}
	if r.Method == http.MethodGet {
		return
	}
	i := strings.Index(r.Path, "/organizations")
	family, rest := r.Path[:i], r.Path[i:]
	body, known := e.calls()[r.Method+" /labs"+rest]
	if family != "/labs/v1" || !known {
		body, known = e.calls()[r.Method+" "+rest]
	}
	if !known {
		t.Fatalf("no body for %s: say what it takes", q.name)
	}
	q.body, q.changes = strings.Replace(body, "SCOPE", map[bool]string{true: "type", false: "scope"}[family == "/iam/v1beta1"], 1), true
	if body != "" {
		q.kind = jsonKind
	}
}

// visitors are those who send a request: who may, who may not, and who no longer may anything.
func (e *faultEstate) visitors(q probe) []prober {
	owner := e.owner
	if q.value != "" {
		owner.value = q.value
	}
	switch {
	case q.open:
		return []prober{{name: "a stranger", may: true}}
	case q.right:
		return []prober{owner, e.weak, e.gone}
	}
	return []prober{owner, e.gone}
}

// wantUndisturbed checks that the request is answered as the proof needs it to be.
func (q probe) wantUndisturbed(t *testing.T, who prober, a answer, changed bool) {
	t.Helper()
	switch {
	case a.status >= 500 || a.cut:
		t.Fatalf("undisturbed: %d\n%s", a.status, a.body)
	case who.may && !a.good():
		t.Fatalf("undisturbed: %d %s\n%s\n%s", a.status, a.location, q.body, a.body)
	case who.may && changed != q.changes:
		t.Fatalf("undisturbed: changed something: %t, want %t", changed, q.changes)
	case !who.may && a.good() && (changed || who.value == ""):
		t.Fatalf("undisturbed: %d for somebody who may not", a.status)
	}
}
