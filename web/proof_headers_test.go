package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/url"
	"regexp"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/mailtest"
	"dagpass/internal/proof"
	"dagpass/web"
	"dagpass/web/api"
)

// TestProof_HeaderWalk asks every route of the live tables in every way in which it can answer, and holds
// the whole header of each answer against security.md, section 6: exactly those values, and no header more.
//
// Seen to fail with a header that names the server; without the policy on redirects; and with a cookie that
// scripts can read.
func TestProof_HeaderWalk(t *testing.T) {
	w := newHeaderWalk(t)
	for i, r := range web.RoutesForTest() {
		w.console(r, i%proof.Times(6, 1) == 0)
	}
	w.others()
	for i, r := range api.Routes() {
		w.program(r, i%proof.Times(6, 1) == 0)
	}
	w.tooOften()
	w.broken()
	w.covers("console", 200, 204, 303, 400, 401, 403, 404, 405, 411, 413, 414, 415, 421, 422, 429, 500, 503)
	w.covers("API", 200, 204, 400, 401, 403, 404, 405, 411, 413, 414, 415, 429, 500, 503)
	proof.Figure(t, "%d answers of %d routes with %d statuses, %d with another header", w.answers,
		len(web.RoutesForTest())+len(api.Routes()), len(w.seen), w.wrong)
}

type headerWalk struct {
	*testing.T
	*dagpasstest.House
	real, unknown  *strings.Replacer // ids for paths
	owner, member  string            // token values
	low            dagpasstest.Person
	answers, wrong int
	seen           map[string]int
}

func newHeaderWalk(t *testing.T) *headerWalk {
	t.Helper()
	h := dagpasstest.New(t)
	h.UseMail(mailtest.Start(t, mailtest.Options{}))
	w := &headerWalk{T: t, House: h, low: h.Member("Low", h.Workspace.Scope(), access.WorkspaceMember), seen: map[string]int{}}
	_, w.owner = h.Token(h.Owner, h.Org.Scope(), "owner", access.OrgOwner)
	_, w.member = h.Token(h.Owner, h.Org.Scope(), "member", access.OrgMember)
	tok, _ := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceMember)
	team, role := string(teamHere(h).ID), string(h.CustomRole("Custom", []access.Permission{"workspace.tokens.view"}).ID)
	var real, unknown []string
	for name, id := range map[string]string{":org": string(h.Org.ID), ":workspace": string(h.Workspace.ID), ":ws": string(h.Workspace.ID),
		":token": string(tok.ID), ":user": string(w.low.ID), ":team": team, ":role": role, ":event": "2", ":session": string(tok.ID), ":range": role, ":invite": role} {
		real, unknown = append(real, name, id), append(unknown, name, "c00000000000000000000000z")
	}
	w.real, w.unknown = strings.NewReplacer(real...), strings.NewReplacer(unknown...)
	return w
}

// request is one request of the walk: what it is like beyond its route.
type request struct {
	name string
	with func(*http.Request)
}

func header(name, value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set(name, value) }
}

func sized(body string) func(*http.Request) {
	return func(r *http.Request) {
		*r = *r.Clone(r.Context())
		r.Body, r.ContentLength = http.NoBody, int64(len(body))
		if body != "" {
			r.Body = io.NopCloser(strings.NewReader(body))
		}
	}
}

// refusedEverywhere is what the middleware refuses on both sides.
var refusedEverywhere = []request{
	{"a body that is too large", func(r *http.Request) { r.ContentLength = 4 << 20 }},
	{"a body of unknown length", func(r *http.Request) { r.TransferEncoding = []string{"chunked"} }},
	{"an address that is too long", func(r *http.Request) { r.RequestURI += "?" + strings.Repeat("x", 41<<10) }},
	{"another method", func(r *http.Request) { r.Method = http.MethodDelete; r.ContentLength = 0 }},
	{"a method of nobody", func(r *http.Request) { r.Method = "BREW" }},
}

// console asks a route of the console, also in the ways that are not the route's own to answer.
func (w *headerWalk) console(r web.RouteForTest, allWays bool) {
	w.Helper()
	real, unknown := w.real.Replace(r.Path), w.unknown.Replace(r.Path)
	form := func(r *http.Request) {
		if r.Method == http.MethodPost {
			sized("x=1")(r)
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
	}
	as := func(p dagpasstest.Person) func(*http.Request) {
		return func(r *http.Request) {
			form(r)
			r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: p.Session.Reveal()})
		}
	}
	owner := func() func(*http.Request) {
		if r.Method == http.MethodPost {
			w.House.Owner = w.SignIn(w.House.Owner.User) // the one before may have signed out
		}
		return as(w.House.Owner)
	}
	ask := func(name, path string, with ...func(*http.Request)) {
		w.Helper()
		w.ask("console", name, r.Method, path, append([]func(*http.Request){header("Sec-Fetch-Site", "same-origin"), form}, with...)...)
	}
	ask("a stranger", real)
	ask("an Owner", real, owner())
	ask("an Owner with htmx", real, owner(), header("HX-Request", "true"))
	ask("who may not", real, as(w.low))
	ask("who may not, with htmx", real, as(w.low), header("HX-Request", "true"))
	ask("a stranger with htmx", real, header("HX-Request", "true"))
	ask("an unknown id", unknown, owner())
	ask("an unknown id with htmx", unknown, owner(), header("HX-Request", "true"))
	for _, htmx := range []string{"", "true"} {
		o := owner()
		mend := w.Clock.Break()
		ask("a panic", real, o, header("HX-Request", htmx))
		mend()
	}
	if r.Method == http.MethodGet {
		ask("HEAD", real, owner(), func(r *http.Request) { r.Method = http.MethodHead })
	}
	if !allWays {
		return
	}
	ask("another content type", real, owner(), header("Content-Type", "text/plain"))
	ask("a field sent twice", real, owner(), sized("x=1&x=2"))
	ask("a foreign host", real, func(r *http.Request) { r.Host = "evil.test" })
	ask("a foreign origin", real, header("Sec-Fetch-Site", "cross-site"), header("Origin", "https://evil.test"))
	for _, refused := range refusedEverywhere {
		ask(refused.name, real, owner(), refused.with)
	}
}

// program asks a route of the API.
func (w *headerWalk) program(r api.Route, allWays bool) {
	w.Helper()
	real, unknown := w.real.Replace(r.Path), w.unknown.Replace(r.Path)
	kind, text := "application/json", "{}"
	if strings.HasPrefix(r.Path, "/oauth/") {
		kind, text = "application/x-www-form-urlencoded", "token=x"
	}
	body := func(text string) func(*http.Request) {
		return func(r *http.Request) {
			if r.Method == http.MethodPost {
				sized(text)(r)
				r.Header.Set("Content-Type", kind)
			}
		}
	}
	ask := func(name, path, value string, with ...func(*http.Request)) {
		w.Helper()
		if value != "" {
			with = append([]func(*http.Request){header("Authorization", "Bearer "+value)}, with...)
		}
		w.ask("API", name, r.Method, path, append([]func(*http.Request){body(text)}, with...)...)
	}
	ask("no credential", real, "")
	ask("a value that is not valid", real, "x.y.z")
	ask("who may not", real, w.member)
	ask("an unknown id", unknown, w.owner)
	ask("a broken body", real, w.owner, body(`{"name":1,`))
	ask("a wrong parameter", real+"?limit=-1&offset=x", w.owner)
	ask("another content type", real, w.owner, header("Content-Type", "text/plain"))
	for _, refused := range refusedEverywhere {
		if !allWays {
			break
		}
		ask(refused.name, real, w.owner, refused.with, func(r *http.Request) {
			if r.Method == http.MethodDelete {
				r.Method = http.MethodPut // some routes have a DELETE
			}
		})
	}
	mend := w.Clock.Break()
	ask("a panic", real, w.owner)
	mend()
	if r.Method == http.MethodGet {
		ask("HEAD", real, w.owner, func(r *http.Request) { r.Method = http.MethodHead })
	}
	ask("an Owner's token", real, w.owner)
}

// others are what stands in neither table.
func (w *headerWalk) others() {
	w.Helper()
	page := w.Stranger().Get("/sign-in").Body
	assets := regexp.MustCompile(`/static/[^"]+`).FindAllString(page, -1)
	for _, path := range append(assets, "/static/app.css", "/static/", "/static/../x", "/healthz", "/readyz", "/nowhere", "/w/") {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "BREW"} {
			w.ask("console", "", method, path, header("Sec-Fetch-Site", "same-origin"))
			w.ask("console", "with gzip", method, path, header("Sec-Fetch-Site", "same-origin"), header("Accept-Encoding", "gzip"))
		}
	}
	for _, path := range []string{"/v1/nowhere", "/v1/", "/oauth/", "/.well-known/x", "/spec/v9"} {
		for _, method := range []string{"GET", "HEAD", "POST", "DELETE", "BREW"} {
			w.ask("API", "", method, path)
		}
	}
	owner := w.Browser(w.SignIn(w.House.Owner.User))
	for _, format := range []string{"ndjson", "csv"} {
		form := url.Values{"days": {"7"}, "format": {format}}
		w.judge("console", "an export", "POST", "/o/export", owner.Post(w.real.Replace("/o/:org/audit/export"), form))
	}
	owner.HTMX = true
	w.judge("console", "a changed name", "POST", "/profile/name", owner.Post("/profile/name", url.Values{"name": {"New"}}))
	w.judge("console", "a token", "POST", "/tokens", owner.Get(w.real.Replace("/w/:ws/tokens/new")).Form("Create API token").Set("name", "shown").Submit())
	w.judge("console", "a sign-out", "POST", "/sign-out", w.Browser(w.SignIn(w.House.Owner.User)).Post("/sign-out", nil))
}

// tooOften provokes 429 on both sides.
func (w *headerWalk) tooOften() {
	w.Helper()
	b := w.Stranger()
	for range 5 {
		w.judge("console", "a wrong password", "POST", "/sign-in", b.Post("/sign-in", url.Values{"email": {"owner@acme.example"}, "password": {"wrong"}}))
	}
	w.Settle() // nothing takes mails from the queue any more
	for n := range 11 {
		w.judge("console", "too many mails", "POST", "/forgot", b.Post("/forgot", url.Values{"email": {string(rune('a'+n)) + "@acme.example"}}))
	}
	w.UseRates(api.Rates{BadBearer: 1})
	for range 3 {
		w.ask("API", "a value that is not valid", "GET", "/v1/organizations", header("Authorization", "Bearer x.y.z"))
	}
	w.UseRates(api.Rates{})
}

// broken takes tables away.
func (w *headerWalk) broken() {
	w.Helper()
	o := w.SignIn(w.House.Owner.User)
	w.Edit("ALTER TABLE api_token_secrets RENAME TO missing_1")
	w.ask("API", "a broken database", "GET", "/v1/organizations", header("Authorization", "Bearer "+w.owner))
	w.Edit("ALTER TABLE sessions RENAME TO missing_2")
	w.judge("console", "a broken database", "GET", "/w", w.Browser(o).Get("/w"))
}

// ask sends a request and judges the answer.
func (w *headerWalk) ask(side, name, method, path string, with ...func(*http.Request)) {
	w.Helper()
	r := httptest.NewRequest(method, dagpasstest.PublicURL+path, nil)
	r.RequestURI = path
	r.RemoteAddr = "192.0.2.7:40000"
	for _, change := range with {
		change(r)
	}
	got := httptest.NewRecorder()
	w.Handler.ServeHTTP(got, r)
	w.judge(side, name, r.Method, path, &dagpasstest.Page{Code: got.Code, Header: got.Result().Header, Body: got.Body.String()})
}

// teamHere is a team with a role in Data Platform.
func teamHere(h *dagpasstest.House) access.Team {
	team := h.Team("Ingest", access.OrgMember)
	h.GiveTeam(team, h.Workspace.Scope(), access.WorkspaceMember)
	return team
}
