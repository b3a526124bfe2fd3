package web_test

import (
	"crypto/rand"
	"net/http"
	"net/http/httptest"
	"net/url"
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// principal is somebody who tries every door: a person in a browser, a person's program, or a token.
type principal struct {
	name     string
	program  bool // calls the API with a Bearer value, and opens no page of the console
	person   bool
	standing standing
	org, ws  []access.Role // held in the estate they belong to
	custom   map[access.Role]access.CustomRole
	send     func(method, path, body string) reply
	again    func(h *dagpasstest.House, x estate) principal // the like of them in another estate
}

type standing string

const (
	live     standing = "live"     // belongs to the own Organization
	foreign  standing = "foreign"  // owns another one
	stranger standing = "stranger" // has no credential, or one that has ended
)

// reply is what a door answered.
type reply struct {
	code   int
	header http.Header
	body   string
}

// requestID is the same for all requests of the matrix, so that equal answers are equal to the byte.
const requestID = "matrix-0001"

// browsing sends what a browser sends, with a session id for a cookie.
func browsing(h *dagpasstest.House, session string) func(method, path, body string) reply {
	b := h.Stranger()
	b.Header.Set("X-Request-Id", requestID)
	return func(method, path, body string) reply {
		b.SetCookie("__Host-dagpass", session) // also after an answer that took it away
		var fields url.Values
		if method == http.MethodPost {
			fields = url.Values{}
			if body != "" {
				fields, _ = url.ParseQuery(body)
			}
		}
		p := b.Do(method, path, fields)
		return reply{p.Code, p.Header, p.Body}
	}
}

// calling sends what a program sends.
func calling(h *dagpasstest.House, set func(*http.Request)) func(method, path, body string) reply {
	return func(method, path, body string) reply {
		r := httptest.NewRequest(method, dagpasstest.PublicURL+path, strings.NewReader(body))
		r.RemoteAddr = "192.0.2.8:40000"
		r.Header.Set("X-Request-Id", requestID)
		switch {
		case strings.HasPrefix(body, "{"):
			r.Header.Set("Content-Type", "application/json")
		case body != "":
			r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		}
		set(r)
		w := httptest.NewRecorder()
		h.Handler.ServeHTTP(w, r)
		return reply{w.Code, w.Header(), w.Body.String()}
	}
}

func bearer(value string) func(*http.Request) {
	return func(r *http.Request) { r.Header.Set("Authorization", "Bearer "+value) }
}

func cookie(session secret.Value) func(*http.Request) {
	return func(r *http.Request) { r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: session.Reveal()}) }
}

// astro lets the Astro CLI act for a person, and returns what it calls with.
func astro(h *dagpasstest.House, p dagpasstest.Person) signin.Issued {
	h.T.Helper()
	code, err := h.Programs.Allow(h.Context(), h.Actor(p), signin.Authorization{Program: signin.AstroCLI, Challenge: challenge()})
	if err != nil {
		h.T.Fatal(err)
	}
	issued, err := h.Programs.Exchange(h.Context(), signin.Exchange{Program: signin.AstroCLI.ID, Code: code.Reveal(), Verifier: cliVerifier,
		RedirectURI: callback}, access.Origin{RequestID: requestID, Address: "192.0.2.7"})
	if err != nil {
		h.T.Fatal(err)
	}
	return issued
}

// keeps is the custom role of the matrix: it sees the tokens of a Workspace and manages them.
const keeps = "keeper"

func keepersRole(h *dagpasstest.House, x estate) access.CustomRole {
	h.T.Helper()
	role, err := h.Roles.Create(h.Context(), dagpasstest.System(), x.org.ID, access.NewRole{Name: keeps, Scope: access.WorkspaceRoles,
		Permissions: []access.Permission{"workspace.view", "workspace.tokens.view", "workspace.tokens.manage"}})
	if access.ReasonOf(err) == access.ReasonTaken {
		all, listed := h.Roles.List(h.Context(), dagpasstest.System(), x.org.ID, access.RoleFilter{})
		for _, role = range all {
			if role.Name == keeps {
				return role
			}
		}
		err = listed
	}
	if err != nil {
		h.T.Fatal(err)
	}
	return role
}

// holding is what a principal is given: a role on the Organization, and one in the Workspace.
type holding struct {
	name    string
	org, ws access.Role
	byTeam  bool
}

// holdings are every role a person or a token can have.
func holdings() []holding {
	var all []holding
	for _, role := range access.RolesOf(access.OrgLevel) {
		all = append(all, holding{name: string(role), org: role})
	}
	for _, role := range access.RolesOf(access.WorkspaceLevel) {
		all = append(all, holding{name: string(role), org: access.OrgMember, ws: role})
	}
	return append(all, holding{name: "a custom role", org: access.OrgMember, ws: keeps})
}

// held is who holds it in an estate, without anything to send requests with.
func (g holding) held(h *dagpasstest.House, x estate) principal {
	h.T.Helper()
	p := principal{org: []access.Role{g.org}, standing: live, person: true}
	switch g.ws {
	case "":
	case keeps:
		role := keepersRole(h, x)
		p.ws, p.custom = []access.Role{role.Role()}, map[access.Role]access.CustomRole{role.Role(): role}
	default:
		p.ws = []access.Role{g.ws}
	}
	return p
}

// someone makes a person who holds it in an estate, signed in.
func (g holding) someone(h *dagpasstest.House, x estate, p principal) dagpasstest.Person {
	h.T.Helper()
	who := h.PersonIn(x.org.ID, fresh("matrix"), g.org)
	if len(p.ws) == 0 {
		return who
	}
	if !g.byTeam {
		h.Give(who, x.ws.Scope(), p.ws[0])
		return who
	}
	team, err := h.Teams.Create(h.Context(), dagpasstest.System(), x.org.ID, access.NewTeam{Name: fresh("team"), Role: access.OrgMember, Members: []access.UserID{who.ID}})
	if err != nil {
		h.T.Fatal(err)
	}
	h.GiveTeam(team, x.ws.Scope(), p.ws[0])
	return who
}

// visitor is a person in a browser.
func (g holding) visitor(h *dagpasstest.House, x estate) principal {
	p := g.held(h, x)
	p.name, p.again = g.name+" in a browser", g.visitor
	p.send = browsing(h, g.someone(h, x, p).Session.Reveal())
	return p
}

// login is a person whose Astro CLI calls the API.
func (g holding) login(h *dagpasstest.House, x estate) principal {
	p := g.held(h, x)
	p.name, p.program, p.again = g.name+" by a CLI login", true, g.login
	p.send = calling(h, bearer(astro(h, g.someone(h, x, p)).Access.Reveal()))
	return p
}

// shared is a token of the Organization, bound to the Workspace where it holds a role there.
func (g holding) shared(h *dagpasstest.House, x estate) principal {
	p := g.held(h, x)
	p.name, p.program, p.person, p.again = g.name+" by an Organization token", true, false, g.shared
	tok, value := token(h, x.org.Scope(), g.org, 0)
	if len(p.ws) > 0 {
		if _, err := h.Tokens.Bind(h.Context(), dagpasstest.System(), x.ws.Scope(), tok.ID, p.ws[0]); err != nil {
			h.T.Fatal(err)
		}
	}
	p.send = calling(h, bearer(value))
	return p
}

// local is a token whose home is the Workspace.
func (g holding) local(h *dagpasstest.House, x estate) principal {
	p := g.held(h, x)
	p.name, p.program, p.person, p.again = g.name+" by a Workspace token", true, false, g.local
	p.org = []access.Role{access.HomeResident}
	_, value := token(h, x.ws.Scope(), p.ws[0], 0)
	p.send = calling(h, bearer(value))
	return p
}

// token makes one and returns its value.
func token(h *dagpasstest.House, home access.Scope, role access.Role, days access.Expiry) (access.Token, string) {
	h.T.Helper()
	tok, value, err := h.Tokens.Create(h.Context(), dagpasstest.System(), home, access.NewToken{Name: fresh("token"), Role: role, Expiry: days})
	if err != nil {
		h.T.Fatal(err)
	}
	return tok, value.Reveal()
}

// fresh is a name that nothing else has.
func fresh(word string) string { return word + "-" + rand.Text()[:12] }

// everybody are the principals with a right of some kind in the estate, and the owners of another one.
func everybody(h *dagpasstest.House, mine, theirs estate) []principal {
	all := []principal{
		{name: "the Owner of another Organization in a browser", standing: foreign, person: true, send: browsing(h, theirs.owner.Session.Reveal())},
		{name: "the Owner of another Organization by a CLI login", standing: foreign, person: true, program: true,
			send: calling(h, bearer(astro(h, theirs.owner).Access.Reveal()))},
	}
	_, value := token(h, theirs.org.Scope(), access.OrgOwner, 0)
	all = append(all, principal{name: "an Owner's token of another Organization", standing: foreign, program: true, send: calling(h, bearer(value))})
	for _, g := range holdings() {
		all = append(all, g.visitor(h, mine), g.login(h, mine), g.shared(h, mine))
		if g.ws != "" {
			all = append(all, g.local(h, mine))
		}
	}
	team := holding{"WORKSPACE_OPERATOR through a team", access.OrgMember, access.WorkspaceOperator, true}
	return append(all, team.visitor(h, mine), team.login(h, mine))
}
