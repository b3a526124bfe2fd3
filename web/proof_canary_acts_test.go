package web_test

import (
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/web"
	"dagpass/web/api"
)

func (r *canaryRun) orgURL(rest string) string { return "/o/" + string(r.Org.ID) + rest }

// setUp makes the first Owner by the code of the terminal.
func (r *canaryRun) setUp() {
	r.Helper()
	code, err := r.Setup.NewCode(r.Context())
	if err != nil {
		r.Fatal(err)
	}
	r.owner = r.Stranger()
	form := r.owner.Get("/setup").Form("Create Organization").Set("code", r.know("the set-up code", code.Reveal(), 0)).
		Set("organization", "Acme").Set("workspace", "Data Platform").Set("name", "Ada Park").Set("email", "ada@acme.example")
	form.Set("password", r.know("a password that is too short", "shortpw-1", 0)).Submit().Status(422)
	page := form.Set("password", r.password("the Owner")).Submit().Status(303).Follow().Status(200)
	r.Org.ID = access.OrgID(regexp.MustCompile(`/o/(c[0-9a-z]{24})`).FindStringSubmatch(page.Body)[1])
	r.Workspace.ID = access.WorkspaceID(regexp.MustCompile(`/w/(c[0-9a-z]{24})`).FindStringSubmatch(page.Body)[1])
}

// accounts signs in and out, changes and forgets passwords.
func (r *canaryRun) accounts() {
	r.Helper()
	first := r.password("the Owner")
	b := r.Stranger()
	form := b.Get("/sign-in").Form("Sign in").Set("email", "ada@acme.example")
	form.Set("password", r.password("a slip")).Submit().Status(422)
	r.Stranger().Get("/sign-in").Form("Sign in").Set("email", "nobody@acme.example").Set("password", r.password("nobody")).Submit().Status(422)
	form.Set("password", first).Submit().Status(303)
	b.Get("/profile").Form("Change password").Set("current_password", r.password("the past")).Set("new_password", r.password("the future")).Submit().Status(422)
	second := r.password("the Owner, changed")
	b.Get("/profile").Form("Change password").Set("current_password", first).Set("new_password", second).Submit().Status(303)
	b.Get("/help").Form("Sign out").Submit().Status(303)

	b.Get("/forgot").Form("Send the link").Set("email", "ada@acme.example").Submit().Status(200)
	reset := b.Get("/reset").Form("Choose password").Set("code", r.code("a reset code", "/reset"))
	reset.Set("password", r.know("another that is too short", "shortpw-2", 0)).Submit().Status(422)
	third := r.password("the Owner, reset")
	done := reset.Set("password", third).Submit().Status(200)
	done.Form("Sign in").Set("email", "ada@acme.example").Set("password", third).Submit().Status(303)
	reset.Submit().Status(422)

	r.Clock.Advance(access.ReauthWindow + time.Second)
	step := b.Get(r.orgURL("/tokens/new")).Status(303).Follow()
	step.Form("Continue").Set("password", r.password("a second slip")).Submit().Status(422)
	step.Form("Continue").Set("password", third).Submit().Status(303)
	r.owner = b
}

// invitations brings people in: by mail, by a link shown once, and with a link for a new password.
func (r *canaryRun) invitations() {
	r.Helper()
	invite := func(email string) *dagpasstest.Page {
		return r.owner.Get(r.orgURL("/users/invite")).Form("Invite member").Set("email", email).Submit()
	}
	invite("grace@acme.example").Status(303)
	r.code("an invitation code", "/invite")
	grace := invited(r.T, r.House, "grace@acme.example")
	r.owner.Get(personPath(r.House, grace, "resend")).Form("Resend invitation").Submit().Status(303)
	again := r.code("the code of an invitation that was resent", "/invite")
	accept := r.Stranger().Get("/invite").Form("Continue").Set("code", again).Submit().Status(200).Form("Accept invitation")
	accept.Set("name", "").Set("password", r.password("Grace")).Submit().Status(422)
	accept.Set("name", "Grace Hopper").Submit().Status(303)

	shown := invite("unreachable@acme.example").Status(200)
	r.know("the code of an invitation that was shown", codeIn(r.T, shown.Secret(), "/invite"), 1)
	lost := invited(r.T, r.House, "unreachable@acme.example")
	r.owner.Get(personPath(r.House, lost, "withdraw")).Form("Withdraw invitation").Submit().Status(303)

	link := r.owner.Get(personPath(r.House, grace, "password-link")).Form("Make a password link").Submit().Status(200)
	code := r.know("the code of a password link", codeIn(r.T, link.Secret(), "/reset"), 1)
	r.Stranger().Get("/reset").Form("Choose password").Set("code", code).Set("password", r.password("Grace, reset")).Submit().Status(200)
}

// tokens makes, rotates and ends tokens in the console.
func (r *canaryRun) tokens() {
	r.Helper()
	b := r.owner
	form := b.Get(tokensPath(r.House)).Click("Create Workspace API Token").Form("Create API token").Set("name", "ci")
	r.token("a Workspace token", form.Submit().Status(200).Secret())
	form.Submit().Status(409)
	b.Get("/help")
	ci := b.Get(tokensPath(r.House)).Click("Edit ci")
	r.token("a Workspace token, rotated", ci.Click("Rotate token").Form("Rotate token").Submit().Status(200).Secret())
	b.HTMX = true
	r.token("a token in a dialog", b.Get(tokensPath(r.House)+"/new").Form("Create API token").Set("name", "dialog").Submit().Status(200).Secret())
	b.HTMX = false
	org := b.Get(r.orgURL("/tokens/new")).Form("Create API token").Set("name", "deploy-all").Set("role", string(access.OrgOwner))
	r.root = r.token("an Organization token", org.Submit().Status(200).Secret())
	add := b.Get(tokensPath(r.House) + "/add")
	id := dagpasstest.Attr(add.Find("select[name=token] option:nth-child(2)"), "value")
	add.Form("Add").Set("token", id).Set("role", "WORKSPACE_OPERATOR").Submit().Status(303)
	ci.Click("Delete API Token").Form("Yes, Continue").Set("confirm", "Delete").Submit().Status(303)
}

// call asks the API with a value and returns the text behind "token":.
func (r *canaryRun) call(method, path, value, body string, want int) string {
	r.Helper()
	status, answer := r.Call(method, path, value, body)
	if status != want {
		r.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
	found := regexp.MustCompile(`"token":"([^"]+)"`).FindStringSubmatch(answer)
	if found == nil {
		return ""
	}
	return found[1]
}

// api does the same for programs, and presents what is not valid.
func (r *canaryRun) api() {
	r.Helper()
	tokens := "/v1/organizations/" + string(r.Org.ID) + "/tokens"
	made := r.token("a token of the API", r.call("POST", tokens, r.root, `{"name":"api","scope":"ORGANIZATION","role":"ORGANIZATION_MEMBER"}`, 200))
	_, list := r.Call("GET", tokens+"?search=api", r.root, "")
	found := regexp.MustCompile(`"id":"(c[0-9a-z]{24})"`).FindStringSubmatch(list)
	if found == nil {
		r.Fatalf("no token in %s", list)
	}
	r.call("GET", "/v1/organizations", made, "", 200)
	again := r.token("a token of the API, rotated", r.call("POST", tokens+"/"+found[1]+"/rotate", r.root, "", 200))
	r.call("GET", "/v1/organizations", made, "", 401) // rotated: the answer says when
	r.form("/oauth/introspect", r.root, "token", again, 200)
	r.form("/oauth/introspect", r.root, "token", made, 200)
	r.form("/oauth/revoke", "", "token", again, 200)
	r.call("GET", "/v1/organizations", again, "", 401)
	r.call("POST", "/iam/v1beta1/organizations/"+string(r.Org.ID)+"/invites", r.root, `{"inviteeEmail":"joan@acme.example","role":"ORGANIZATION_MEMBER"}`, 200)
	r.code("an invitation code of the API", "/invite")
	r.call("GET", "/v1/organizations", r.know("a mistyped token", again[:len(again)-12]+"AAAAAAAAAAAA", 0), "", 401)
}

func (r *canaryRun) form(path, bearer, field, secret string, want int) {
	r.Helper()
	req := httptest.NewRequest("POST", dagpasstest.PublicURL+path, strings.NewReader(url.Values{field: {secret}}.Encode()))
	req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
	if bearer != "" {
		req.Header.Set("Authorization", "Bearer "+bearer)
	}
	w := httptest.NewRecorder()
	r.Handler.ServeHTTP(w, req)
	if w.Code != want {
		r.Errorf("%s: %d %s", path, w.Code, w.Body)
	}
}

// astroLogin signs a program in by PKCE, renews and revokes its login.
func (r *canaryRun) astroLogin() {
	r.Helper()
	r.know("the verifier", cliVerifier, 0)
	c := &terminal{T: r.T, h: r.House}
	code := sentBack(r.owner.Get(asking()).Status(200).Form("Allow").Submit()).Get("code")
	r.know("the code of a login", code, 1)
	if !c.exchange(code) {
		r.Fatal("no login")
	}
	r.know("an access value", c.access, 1)
	c.status("/v1/users/self")
	if c.exchange(code) { // a second time: it ends the login
		r.Error("a code worked twice")
	}
	c = login(r.T, r.House, r.owner)
	r.know("another access value", c.access, 1)
	r.know("a refresh value", c.refresh, 1)
	_, renewed := c.send("POST", "/oauth/token", url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {c.refresh}})
	r.know("a renewed access value", renewed["access_token"].(string), 1)
	c.access = renewed["access_token"].(string)
	c.status("/userinfo")
	r.form("/oauth/revoke", "", "token", c.refresh, 200)
}

// misplaced sends secrets where they do not belong, as people do.
func (r *canaryRun) misplaced() {
	r.Helper()
	value := r.root
	for _, path := range []string{"/v1/organizations?access_token=" + value, "/v1/organizations/" + value, "/v1/" + value + "?q=" + value,
		"/w/" + value, "/nowhere/" + value, "/sign-in?code=" + value, "/reset?code=" + value, "/w?q=" + value, "/static/" + value + ".js"} {
		for _, bearer := range []string{"", "Basic " + value, value, "Bearer " + value + " ", "Bearer " + value + ", Bearer " + value} {
			req := httptest.NewRequest("GET", dagpasstest.PublicURL+path, nil)
			req.Header.Set("X-Request-Id", value[:40])
			if bearer != "" {
				req.Header.Set("Authorization", bearer)
			}
			r.next.ServeHTTP(httptest.NewRecorder(), req) // the address is not ours to keep clean
		}
	}
}

// readEverything opens every page and every list, with and without htmx.
func (r *canaryRun) readEverything() {
	r.Helper()
	ids := r.ids()
	for _, row := range web.RoutesForTest() {
		if row.Method == http.MethodGet {
			r.owner.Get(ids.Replace(row.Path))
			r.owner.HTMX = true
			r.owner.Get(ids.Replace(row.Path))
			r.owner.HTMX = false
		}
	}
	for _, row := range api.Routes() {
		if row.Method == http.MethodGet {
			r.Call("GET", ids.Replace(row.Path), r.root, "")
		}
	}
}

// ids puts things of the house into a path.
func (r *canaryRun) ids() *strings.Replacer {
	r.Helper()
	token := regexp.MustCompile(`/tokens/(c[0-9a-z]{24})`).FindStringSubmatch(r.owner.Get(r.orgURL("/tokens")).Body)[1]
	grace := string(invited(r.T, r.House, "grace@acme.example"))
	return strings.NewReplacer(":org", string(r.Org.ID), ":workspace", string(r.Workspace.ID), ":ws", string(r.Workspace.ID),
		":token", token, ":user", grace, ":event", "2", ":team", grace, ":role", grace)
}

func (r *canaryRun) exports() {
	r.Helper()
	for _, format := range []string{"ndjson", "csv"} {
		r.owner.Get(r.orgURL("/audit")).Form("Export").Set("days", "90").Set("format", format).Submit().Status(200)
	}
	status, _ := r.Call("GET", "/v1/organizations/"+string(r.Org.ID)+"/audit-logs?limit=1000", r.root, "")
	if status != 200 {
		r.Errorf("audit logs: %d", status)
	}
}

// faults provokes panics and failures while secrets are on their way.
func (r *canaryRun) faults() {
	r.Helper()
	forms := []*dagpasstest.Form{
		r.Stranger().Get("/sign-in").Form("Sign in").Set("email", "ada@acme.example").Set("password", r.password("a fault")),
		r.Stranger().Get("/reset").Form("Choose password").Set("code", r.know("a code in a fault", "0123456789abcdefghjkmnpqrstvwxyz", 0)).Set("password", r.password("a fault")),
		r.owner.Get(r.orgURL("/tokens/new")).Form("Create API token").Set("name", "never"),
	}
	for _, f := range forms {
		r.Clock.Break()
		f.Submit().Status(500)
	}
	r.Clock.Break()
	r.owner.Get(r.orgURL("/tokens")).Status(500)
	r.Clock.Break()
	r.call("GET", "/v1/organizations", r.root, "", 500)
	r.Clock.Break()
	r.form("/oauth/introspect", r.root, "token", r.root, 500)
	if n := strings.Count(r.Logs.String(), `"msg":"panic"`); n != len(forms)+3 {
		r.Errorf("%d panics were logged", n)
	}
	r.Settle()
	for _, table := range []string{"sessions", "one_time_codes", "api_token_secrets", "users"} {
		r.Edit("ALTER TABLE " + table + " RENAME TO missing_" + table)
	}
	for _, f := range forms {
		f.Submit()
	}
	r.call("GET", "/v1/organizations", r.root, "", 503)
}
