package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/views"
	"dagpass/web"
	"dagpass/web/api"
)

// request is one that succeeds in the estate.
type request struct {
	name         string
	method, path string
	kind, body   string
	api          bool
	bare         bool   // of an installation that nobody has set up
	open         bool   // asks nobody who they are
	right        bool   // needs a right
	value        string // what it presents, in place of the owner's token
	mail         bool   // of an installation with a mail server, which puts its work off: it may fail unseen
	changes      bool
}

const (
	formKind = "application/x-www-form-urlencoded"
	jsonKind = "application/json"
)

// requests returns one for every route there is.
func (e *estate) requests(t *testing.T) []request {
	t.Helper()
	var all []request
	for _, r := range web.RoutesForTest() {
		q := request{name: r.Method + " " + r.Path, method: r.Method, path: e.path(r.Path), open: r.Audience == "anyone", right: r.Audience == "holder",
			bare: r.Path == "/setup", mail: r.Path == "/forgot"}
		switch {
		case r.Method == http.MethodPost:
			e.fillForm(t, &q, r.Path)
		case r.Path == views.AuthorizeURL:
			q.path, q.open = asking(), false
		}
		all = append(all, q)
	}
	for _, r := range api.Routes() {
		q := request{name: r.Method + " " + r.Path, method: r.Method, path: e.path(r.Path), api: true, open: r.Action == api.Open,
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
func (e *estate) path(of string) string {
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

// filling is how a form is filled in: the page it stands on, and what is typed in. Without a page the
// fields are all there is.
type filling struct {
	page   string // a path of a route, or a suffix of the form's own
	fields map[string]string
	still  bool // nothing is stored
}

// forms are the fillings of every form of the console, by the path it is sent to.
func (e *estate) forms() map[string]filling {
	word := map[string]string{"confirm": "Delete"}
	return map[string]filling{
		"/sign-in":                                  {"/sign-in", map[string]string{"email": "owner@acme.example", "password": dagpasstest.Password}, false},
		"/setup":                                    {"", map[string]string{"code": e.secrets["setup"], "organization": "Acme", "workspace": "Data", "name": "Ada", "email": "ada@acme.example", "password": newcomersPassword}, false},
		"/reset":                                    {"/reset", map[string]string{"code": e.secrets["reset"], "password": newcomersPassword}, false},
		"/sign-out":                                 {},
		"/session/extend":                           {still: true},
		"/reauth":                                   {"/reauth", map[string]string{"password": dagpasstest.Password}, false},
		"/profile/name":                             {"/profile", map[string]string{"name": "Olga"}, false},
		"/profile/password":                         {"/profile", map[string]string{"current_password": dagpasstest.Password, "new_password": newcomersPassword}, false},
		"/profile/sessions/end-others":              {},
		"/profile/sessions/:session/end":            {},
		"/profile/preferences":                      {"/profile/preferences", map[string]string{"theme": "dark"}, false},
		views.AuthorizeURL:                          {"", map[string]string{"decision": views.DecisionAllow}, false},
		"/invite":                                   {"", map[string]string{"code": e.secrets["invite"], "name": "Eve", "password": newcomersPassword}, false},
		"/forgot":                                   {"", map[string]string{"email": "owner@acme.example"}, false},
		"/w/:ws/details":                            {"+/edit", map[string]string{"name": "Renamed"}, false},
		"/w/:ws/delete":                             {"=", map[string]string{"confirm": "delete"}, false},
		"/w/:ws/users":                              {"+/new", map[string]string{"user": e.ids["bo"], "role": string(access.WorkspaceMember)}, false},
		"/w/:ws/users/add-many":                     {"", map[string]string{"lines": e.ids["ada"] + " WORKSPACE_AUTHOR"}, false},
		"/w/:ws/users/:user":                        {"+/edit", map[string]string{"role": string(access.WorkspaceAuthor)}, false},
		"/w/:ws/users/:user/remove":                 {"=", nil, false},
		"/w/:ws/teams":                              {"+/new", map[string]string{"team": e.ids["idle"], "role": string(access.WorkspaceMember)}, false},
		"/w/:ws/teams/:team":                        {"+/edit", map[string]string{"role": string(access.WorkspaceAuthor)}, false},
		"/w/:ws/teams/:team/remove":                 {"=", nil, false},
		"/w/:ws/tokens":                             {"+/new", map[string]string{"name": "new", "role": string(access.WorkspaceMember)}, false},
		"/w/:ws/tokens/add":                         {"=", map[string]string{"token": e.ids["free"], "role": string(access.WorkspaceMember)}, false},
		"/w/:ws/tokens/:token":                      {"+/edit", map[string]string{"name": "renamed"}, false},
		"/w/:ws/tokens/:token/rotate":               {"=", nil, false},
		"/w/:ws/tokens/:token/delete":               {"=", word, false},
		"/w/:ws/tokens/:token/remove":               {"=", nil, false},
		"/o/:org/general":                           {"+/edit", map[string]string{"name": "Renamed"}, false},
		"/o/:org/workspaces":                        {"+/new", map[string]string{"name": "New"}, false},
		"/o/:org/users/:user":                       {"+/edit", map[string]string{"role": "ORGANIZATION_BILLING_ADMIN"}, false},
		"/o/:org/users/:user/remove":                {"=", nil, false},
		"/o/:org/users/invite":                      {"=", map[string]string{"email": "new@acme.example", "role": string(access.OrgMember)}, false},
		"/o/:org/users/:user/resend":                {"=", nil, false},
		"/o/:org/users/:user/withdraw":              {"=", nil, false},
		"/o/:org/users/:user/password-link":         {"=", nil, false},
		"/o/:org/teams":                             {"+/new", map[string]string{"name": "New", "role": string(access.OrgMember)}, false},
		"/o/:org/teams/:team":                       {"+/edit", map[string]string{"name": "Renamed"}, false},
		"/o/:org/teams/:team/delete":                {"=", word, false},
		"/o/:org/teams/:team/members":               {"+/new", map[string]string{"members": e.ids["bo"]}, false},
		"/o/:org/teams/:team/members/:user/remove":  {"=", nil, false},
		"/o/:org/audit/export":                      {"", map[string]string{"days": "90", "format": "csv"}, false},
		"/o/:org/tokens/matrix":                     {"", map[string]string{e.cell(): string(access.WorkspaceMember)}, false},
		"/o/:org/tokens/matrix/review":              {"", map[string]string{e.cell(): string(access.WorkspaceMember)}, true},
		"/o/:org/tokens":                            {"+/new", map[string]string{"name": "new", "role": string(access.OrgMember)}, false},
		"/o/:org/tokens/:token":                     {"+/edit", map[string]string{"name": "renamed"}, false},
		"/o/:org/tokens/:token/rotate":              {"=", nil, false},
		"/o/:org/tokens/:token/delete":              {"=", word, false},
		"/o/:org/tokens/:token/bindings":            {"+/new", map[string]string{"workspace": e.ids["finance"], "role": string(access.WorkspaceMember)}, false},
		"/o/:org/tokens/:token/bindings/:ws":        {"+/edit", map[string]string{"role": string(access.WorkspaceAuthor)}, false},
		"/o/:org/tokens/:token/bindings/:ws/remove": {"=", nil, false},
	}
}

// cell is the field of the matrix that binds the free token to Finance.
func (e *estate) cell() string { return views.MatrixField(e.ids["free"], e.ids["finance"], "") }

// fillForm fills in the form of a route, on the page it stands on.
func (e *estate) fillForm(t *testing.T, q *request, route string) {
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
	if route == views.AuthorizeURL {
		q.path = asking()
	}
	q.kind, q.body, q.changes = formKind, fields.Encode(), !f.still
}

// calls are the bodies of every changing call of the API, by method and path without the family.
func (e *estate) calls() map[string]string {
	ws := e.ids[":ws"]
	roles := `{"organizationRole":"ORGANIZATION_BILLING_ADMIN","workspaceRoles":[{"workspaceId":"` + ws + `","role":"WORKSPACE_AUTHOR"}]}`
	role := `{"name":"Other","scopeType":"WORKSPACE","permissions":["workspace.tokens.view"]}`
	ranges := `{"allowedIpAddressRanges":["198.51.100.0/24","203.0.113.0/24"]}`
	const org = "/organizations/:org"
	const networks = org + "/allowed-ip-address-ranges"
	return map[string]string{
		"POST " + org:                                  `{"name":"Renamed"}`,
		"POST " + org + "/workspaces":                  `{"name":"New"}`,
		"POST " + org + "/workspaces/:workspace":       `{"name":"Renamed","description":"","cicdEnforcedDefault":true}`,
		"DELETE " + org + "/workspaces/:workspace":     "",
		"POST " + org + "/tokens":                      `{"name":"new","role":"WORKSPACE_MEMBER","SCOPE":"WORKSPACE","entityId":"` + ws + `"}`,
		"POST " + org + "/tokens/:token":               `{"name":"renamed"}`,
		"POST " + org + "/tokens/:token/roles":         `{"roles":[{"entityType":"WORKSPACE","entityId":"` + ws + `","role":"WORKSPACE_AUTHOR"}]}`,
		"POST " + org + "/tokens/:token/rotate":        "",
		"DELETE " + org + "/tokens/:token":             "",
		"POST " + networks:                             `{"ipAddressRange":"198.51.100.0/24"}`,
		"POST /labs" + networks:                        ranges,
		"POST " + networks + "/bulk-create":            ranges,
		"POST " + networks + "/bulk-delete":            `{"allowedIpAddressRangeIds":["` + e.ids[":range"] + `"]}`,
		"DELETE " + networks:                           `{"allowedIpAddressRangeIds":["` + e.ids[":range"] + `"]}`,
		"DELETE " + networks + "/:range":               "",
		"POST " + org + "/roles":                       role,
		"POST " + org + "/roles/:role":                 role,
		"DELETE " + org + "/roles/:role":               "",
		"POST " + org + "/users/:user/roles":           roles,
		"POST " + org + "/invites":                     `{"inviteeEmail":"new@acme.example","role":"ORGANIZATION_MEMBER"}`,
		"DELETE " + org + "/invites/:invite":           "",
		"POST " + org + "/teams":                       `{"name":"New","memberIds":["` + e.ids["bo"] + `"]}`,
		"POST " + org + "/teams/:team":                 `{"name":"Renamed"}`,
		"DELETE " + org + "/teams/:team":               "",
		"POST " + org + "/teams/:team/roles":           roles,
		"POST " + org + "/teams/:team/members":         `{"memberIds":["` + e.ids["bo"] + `"]}`,
		"DELETE " + org + "/teams/:team/members/:user": "",
	}
}

// fillCall gives a call its body.
func (e *estate) fillCall(t *testing.T, q *request, r api.Route) {
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
func (e *estate) visitors(q request) []visitor {
	owner := e.owner
	if q.value != "" {
		owner.value = q.value
	}
	switch {
	case q.open:
		return []visitor{{name: "a stranger", may: true}}
	case q.right:
		return []visitor{owner, e.weak, e.gone}
	}
	return []visitor{owner, e.gone}
}

// wantUndisturbed checks that the request is answered as the proof needs it to be.
func (q request) wantUndisturbed(t *testing.T, who visitor, a answer, changed bool) {
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

// send sends the request into a house.
func (q request) send(h *dagpasstest.House, who visitor) (a answer) {
	r := httptest.NewRequestWithContext(h.Context(), q.method, dagpasstest.PublicURL+q.path, io.NopCloser(strings.NewReader(q.body)))
	r.ContentLength = int64(len(q.body))
	r.RemoteAddr = "192.0.2.7:40000"
	r.Header.Set("User-Agent", "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0")
	if q.kind != "" {
		r.Header.Set("Content-Type", q.kind)
	}
	if q.api && who.value != "" {
		r.Header.Set("Authorization", "Bearer "+who.value)
	}
	if !q.api {
		r.Header.Set("Sec-Fetch-Site", "same-origin")
		if q.method == http.MethodPost {
			r.Header.Set("Origin", dagpasstest.PublicURL)
		}
		if who.session != "" {
			r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: who.session})
		}
	}
	w := httptest.NewRecorder()
	defer func() {
		if cause := recover(); cause != nil {
			if cause != http.ErrAbortHandler {
				panic(cause)
			}
			a.cut = true
		}
	}()
	h.Handler.ServeHTTP(w, r)
	return answer{status: w.Code, header: w.Header(), location: w.Header().Get("Location"), body: w.Body.String()}
}
