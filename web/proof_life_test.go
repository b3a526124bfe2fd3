package web_test

import (
	"io"
	"net/http"
	"net/http/httptest"
	"net/http/httptrace"
	"net/url"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// life is a house with Grace in it and one credential of each kind.
type life struct {
	*testing.T
	h           *dagpasstest.House
	grace       dagpasstest.Person
	other       *dagpasstest.Browser // where she is signed in as well
	credentials []credential

	adminValue         string // an Organization Owner's token
	login              signin.Issued
	wsToken, wsValue   string
	orgToken, orgValue string
	team, role         string
	invitee            string
	resetLink          secret.Value
	server             *httptest.Server
	holds              sync.Map // by the name of a credential, what its request over a socket waits for
}

// credential is something that lets in: what it is asked for, and when that was answered.
type credential struct {
	name    string
	request func() *http.Request
	client  *http.Client // over a connection of its own, which stays open
	opened  *atomic.Bool
	alive   func() bool // tells whether it would work where using it uses it up
}

func newLife(t *testing.T, by rights) *life {
	h := dagpasstest.New(t)
	l := &life{T: t, h: h}
	l.grant(by)
	l.other = h.Browser(h.SignIn(l.grace.User))
	_, l.adminValue = token(h, h.Org.Scope(), access.OrgOwner, 0)
	l.login = astro(h, l.grace)
	tok, value := token(h, h.Workspace.Scope(), access.WorkspaceOwner, 30)
	l.wsToken, l.wsValue = string(tok.ID), value
	tok, value = token(h, h.Org.Scope(), access.OrgMember, 0)
	l.orgToken, l.orgValue = string(tok.ID), value
	_, err := h.Tokens.Bind(h.Context(), l.admin(), h.Workspace.Scope(), tok.ID, access.WorkspaceOwner)
	l.must(err)
	l.resetCode()
	invited, code, err := h.Invitations.Invite(h.Context(), l.admin(), h.Org.ID, signin.NewInvitation{Email: "ida@acme.example", Role: access.OrgMember})
	l.must(err)
	l.invitee = string(invited.User.ID)
	l.server = httptest.NewServer(http.HandlerFunc(l.serve))
	t.Cleanup(l.server.Close)
	l.credentials = l.all(by, code)
	return l
}

// grant makes Grace, with the rights of an Owner in the Workspace.
func (l *life) grant(by rights) {
	h, role := l.h, access.OrgMember
	if by == asOwner {
		role = access.OrgOwner
	}
	l.grace = h.Person("Grace", role)
	at := h.Workspace.Scope()
	switch by {
	case direct:
		h.Give(l.grace, at, access.WorkspaceOwner)
	case throughA:
		team := h.Team("Owners", access.OrgMember, l.grace)
		h.GiveTeam(team, at, access.WorkspaceOwner)
		l.team = string(team.ID)
	case byCustom:
		role := h.CustomRole("keeper", []access.Permission{"workspace.view", "workspace.tokens.view", "workspace.tokens.manage"})
		h.Give(l.grace, at, role.Role())
		l.role = string(role.ID)
	}
}

func (l *life) all(by rights, invitation secret.Value) []credential {
	tokens := "/w/" + l.ws() + "/tokens"
	list := "/v1/organizations/" + string(l.h.Org.ID) + "/tokens?workspaceId=" + l.ws()
	session := l.grace.Session.Reveal()
	get := func(path, value string) func() *http.Request {
		return func() *http.Request { return program("GET", path, value, nil) }
	}
	all := []credential{
		{name: aPage, request: func() *http.Request { return visitor("GET", tokens, session, nil) }},
		{name: aFragment, request: func() *http.Request {
			r := visitor("GET", tokens, session, nil)
			r.Header.Set("HX-Request", "true")
			return r
		}},
		{name: aSocket, client: socket(l.T), opened: new(atomic.Bool), request: func() *http.Request { return visitor("GET", tokens, session, nil) }},
		{name: aForm, request: l.secretForm(tokens, session)},
		{name: aLogin, request: get(list, l.login.Access.Reveal())},
		{name: aRefresh, request: func() *http.Request {
			return program("POST", "/oauth/token", "", url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {l.login.Refresh.Reveal()}})
		}},
		{name: theirToken, request: get(list, l.wsValue)},
		{name: orgToken, request: get(list, l.orgValue)},
		l.newPassword(l.resetLink),
		{name: anInvite, request: l.code("/invite", invitation)},
	}
	if by == asOwner {
		haystack(l.T, l.h, 2500)
		all = append(all, credential{name: anExport, client: socket(l.T), opened: new(atomic.Bool), request: func() *http.Request {
			return visitor("POST", "/o/"+string(l.h.Org.ID)+"/audit/export", session, url.Values{"days": {"7"}, "format": {"ndjson"}})
		}})
	}
	return all
}

// socket is a client with connections of its own, which follows no redirect.
func socket(t *testing.T) *http.Client {
	transport := new(http.Transport)
	t.Cleanup(transport.CloseIdleConnections)
	return &http.Client{Transport: transport, CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }}
}

// secretForm sends a form that makes a token, each time with the key of another form that was opened at the
// start.
func (l *life) secretForm(tokens, session string) func() *http.Request {
	var keys []string
	b := l.h.Browser(l.grace)
	for range 3 {
		keys = append(keys, b.Get(tokens+"/new").Status(200).Form("Create API token").Value("form_key"))
	}
	return func() *http.Request {
		key := keys[0]
		keys = keys[1:]
		return visitor("POST", tokens, session, url.Values{"name": {fresh("made")}, "role": {"WORKSPACE_ACCESSOR"}, "expiration": {"90"}, "form_key": {key}})
	}
}

// newPassword is the code of the first link, which works once.
func (l *life) newPassword(code secret.Value) credential {
	return credential{name: aReset,
		request: func() *http.Request {
			return visitor("POST", "/reset", "", url.Values{"code": {code.Reveal()}, "password": {newcomersPassword}})
		},
		alive: func() bool {
			_, err := l.h.Accounts.CheckResetCode(l.h.Context(), code)
			return err == nil
		}}
}

func (l *life) code(page string, code secret.Value) func() *http.Request {
	return func() *http.Request { return visitor("POST", page, "", url.Values{"code": {code.Reveal()}}) }
}

// works reports whether a credential is answered what it asks for.
func (l *life) works(c credential) bool {
	l.Helper()
	switch {
	case c.alive != nil:
		return c.alive()
	case c.client != nil:
		return l.overSocket(c, "")
	}
	w := httptest.NewRecorder()
	l.h.Handler.ServeHTTP(w, c.request())
	return w.Code == http.StatusOK
}

// overSocket sends the request over the connection that the credential has open, and reads the answer to its
// end. hold names a request that the server is to hold.
func (l *life) overSocket(c credential, hold string) bool {
	l.Helper()
	r := c.request()
	target, err := url.Parse(l.server.URL + r.URL.RequestURI())
	l.must(err)
	r.Host, r.URL, r.RequestURI = r.URL.Host, target, ""
	r.Header.Set(holdHeader, hold)
	trace := &httptrace.ClientTrace{GotConn: func(g httptrace.GotConnInfo) {
		if c.name == aSocket && c.opened.Swap(true) && !g.Reused {
			l.Errorf("%s was not kept alive", c.name)
		}
	}}
	res, err := c.client.Do(r.WithContext(httptrace.WithClientTrace(l.h.Context(), trace)))
	if err != nil {
		return false
	}
	defer res.Body.Close()
	_, err = io.Copy(io.Discard, res.Body)
	return err == nil && res.StatusCode == http.StatusOK
}

func (l *life) must(err error) {
	l.Helper()
	if err != nil {
		l.Fatal(err)
	}
}

// admin is the program itself: who ends something is of no account, what is ended is.
func (l *life) admin() access.Actor { return dagpasstest.System() }
func (l *life) ws() string          { return string(l.h.Workspace.ID) }

// call has an Owner do something by the API, and wants it acknowledged.
func (l *life) call(method, path, body string) {
	l.Helper()
	if status, answer := l.h.Call(method, "/v1/organizations/"+string(l.h.Org.ID)+path, l.adminValue, body); status >= 300 {
		l.Fatalf("%s %s: %d %s", method, path, status, answer)
	}
}

// post has Grace send a form in the session that is to end, elsewhere in the other one.
func (l *life) post(path, form string) { l.submit(l.h.Browser(l.grace), path, form) }

func (l *life) elsewhere(path, form string) { l.submit(l.other, path, form) }

func (l *life) submit(b *dagpasstest.Browser, path, form string) {
	l.Helper()
	fields, err := url.ParseQuery(form)
	l.must(err)
	b.Post(path, fields).Status(http.StatusSeeOther)
}

func (l *life) endSession() {
	l.Helper()
	s, err := l.h.Sessions.Load(l.h.Context(), l.grace.Session)
	l.must(err)
	l.elsewhere("/profile/sessions/"+s.ID+"/end", "")
}

func (l *life) resetCode() {
	l.Helper()
	var err error
	l.resetLink, err = l.h.Accounts.NewResetCode(l.h.Context(), l.admin(), l.grace.Email)
	l.must(err)
}

// reset uses the link that was sent to her.
func (l *life) reset() {
	l.Helper()
	l.h.Stranger().Post("/reset", url.Values{"code": {l.resetLink.Reveal()}, "password": {newcomersPassword}}).Status(http.StatusOK)
}

func (l *life) revoke(value string) {
	l.Helper()
	r := program("POST", "/oauth/revoke", "", url.Values{"token": {value}})
	w := httptest.NewRecorder()
	l.h.Handler.ServeHTTP(w, r)
	if w.Code != http.StatusOK {
		l.Fatalf("revocation: %d %s", w.Code, w.Body)
	}
}

// closeToAddress allows one network, in which nobody of the cube is.
func (l *life) closeToAddress() {
	l.Helper()
	_, err := l.h.Ranges.Add(l.h.Context(), l.admin(), l.h.Org.ID, "203.0.113.0/24")
	l.must(err)
}

// busy lets time pass while Grace opens a page now and then.
func (l *life) busy(whole time.Duration) {
	for passed := time.Duration(0); passed < whole; passed += 20 * time.Minute {
		l.h.Clock.Advance(20 * time.Minute)
		l.h.Browser(l.grace).Get("/help")
	}
}
