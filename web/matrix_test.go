package web_test

import (
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/signin"
	"dagpass/web"
)

// principal is somebody who tries every door.
type principal struct {
	name    string
	browser *dagpasstest.Browser
	org     []access.Role // held on Acme
	ws      []access.Role // held on Data Platform
}

// place is what the ids in a path stand for.
type place struct {
	name             string
	org, ws          string
	token            string
	user             string // somebody who was invited
	team             string
	inAcme, inMyHome bool // the Organization is Acme; the Workspace is Data Platform
}

// TestMatrix walks every route of the console with every principal to every place: R2, R8, R18, R42,
// R43. The expected verdict is the pure decision over what the principal holds there. A refused cell
// changes nothing but the record, and a foreign place answers like one that does not exist.
func TestMatrix(t *testing.T) {
	h := dagpasstest.New(t)
	finance := h.NewWorkspace("Finance")
	umbrella, hive, albert := h.Elsewhere()
	own, _ := h.Token(h.Owner, h.Workspace.Scope(), "own", access.WorkspaceMember)
	other, _ := h.Token(h.Owner, finance.Scope(), "other", access.WorkspaceMember)
	shared, _ := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	foreign, _ := h.Token(albert, umbrella.Scope(), "foreign", access.OrgMember)
	for _, at := range []access.Scope{h.Workspace.Scope(), finance.Scope()} {
		if _, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), at, shared.ID, access.WorkspaceMember); err != nil {
			t.Fatal(err)
		}
	}

	invited := func(by dagpasstest.Person, org access.OrgID) string {
		i, _, err := h.Invitations.Invite(t.Context(), h.Actor(by), org, signin.NewInvitation{Email: "invited@" + string(org[20:]) + ".example", Role: access.OrgMember})
		if err != nil {
			t.Fatal(err)
		}
		return string(i.User.ID)
	}
	mine, theirs := invited(h.Owner, h.Org.ID), invited(albert, umbrella.ID)
	hiveTeam, err := h.Teams.Create(t.Context(), h.Actor(albert), umbrella.ID, access.NewTeam{Name: "Drones", Role: access.OrgMember})
	if err != nil {
		t.Fatal(err)
	}
	ingest, drones := string(teamHere(h).ID), string(hiveTeam.ID)

	people := principals(h, albert)
	const unknown = "c00000000000000000000000z"
	acme := string(h.Org.ID)
	places := []place{
		{"own Workspace, own token", acme, string(h.Workspace.ID), string(own.ID), mine, ingest, true, true},
		{"own Workspace, shared token", acme, string(h.Workspace.ID), string(shared.ID), mine, ingest, true, true},
		{"another Workspace", acme, string(finance.ID), string(other.ID), mine, ingest, true, false},
		{"another Organization", string(umbrella.ID), string(hive.ID), string(foreign.ID), theirs, drones, false, false},
		{"nowhere", unknown, unknown, unknown, unknown, unknown, false, false},
		{"no id at all", "x%2f..%2f", "x'--", "%00", "%00", "c" + unknown, false, false},
	}
	cells := 0
	for _, r := range web.RoutesForTest() {
		for _, who := range people {
			who.browser.Get("/help") // shows the notice that a change before left
			var refused []string     // bodies of the places that must not be told apart
			for _, at := range places {
				cells++
				answer := visit(h, r, who, at)
				judge(t, r, who, at, answer)
				if strings.Contains(r.Path, ":") && !at.inAcme && who.name != "Owner of another Organization" && answer.Code == http.StatusNotFound {
					refused = append(refused, anonymised(answer.Body))
				}
			}
			for i := 1; i < len(refused); i++ {
				if refused[i] != refused[0] {
					t.Errorf("%s %s as %s: foreign and unknown differ:\n%s\n%s", r.Method, r.Path, who.name, refused[0], refused[i])
				}
			}
		}
	}
	t.Logf("%d routes, %d principals, %d places: %d cells", len(web.RoutesForTest()), len(people), len(places), cells)
}

// teamHere is a team with a role in Data Platform.
func teamHere(h *dagpasstest.House) access.Team {
	team := h.Team("Ingest", access.OrgMember)
	h.GiveTeam(team, h.Workspace.Scope(), access.WorkspaceMember)
	return team
}

func principals(h *dagpasstest.House, albert dagpasstest.Person) []principal {
	people := []principal{
		{name: "stranger", browser: h.Stranger()},
		{name: "Owner of another Organization", browser: h.Browser(albert)},
	}
	for _, role := range access.RolesOf(access.OrgLevel) {
		p := h.Person("has "+role.Label(), role)
		people = append(people, principal{role.Label(), h.Browser(p), []access.Role{role}, nil})
	}
	for _, role := range access.RolesOf(access.WorkspaceLevel) {
		p := h.Member("has "+role.Label(), h.Workspace.Scope(), role)
		people = append(people, principal{role.Label(), h.Browser(p), []access.Role{access.OrgMember}, []access.Role{role}})
	}
	return people
}

// ownAccount are routes that would end the visit or are about nothing but the visitor.
var ownAccount = map[string]bool{"/sign-out": true, "/profile/sessions/end-others": true, "/profile/password": true, "/reauth": true}

func visit(h *dagpasstest.House, r web.RouteForTest, who principal, at place) *dagpasstest.Page {
	path := strings.NewReplacer(":org", at.org, ":ws", at.ws, ":token", at.token, ":user", at.user, ":team", at.team, ":event", "2", ":session", "c00000000000000000000000z").Replace(r.Path)
	if r.Method == http.MethodGet {
		return who.browser.Get(path)
	}
	if ownAccount[r.Path] {
		return who.browser.Do(http.MethodPost, path, map[string][]string{"x": {"1", "2"}})
	}
	return who.browser.Post(path, nil)
}

func judge(t *testing.T, r web.RouteForTest, who principal, at place, got *dagpasstest.Page) {
	t.Helper()
	fail := func(want string) {
		t.Helper()
		t.Errorf("%s %s as %s at %s: %d, want %s\n%s", r.Method, r.Path, who.name, at.name, got.Code, want, got.Text("main"))
	}
	if got.Code >= 500 {
		fail("no failure")
	}
	if r.Audience == "anyone" {
		return
	}
	if who.name == "stranger" {
		if got.Code != http.StatusSeeOther || !strings.HasPrefix(got.Header.Get("Location"), "/sign-in") {
			fail("the sign-in")
		}
		return
	}
	if r.Audience != "holder" {
		if got.Code == http.StatusForbidden {
			fail("no refusal")
		}
		return
	}
	switch verdict(r, who, at) {
	case access.Hidden:
		if got.Code != http.StatusNotFound {
			fail("404")
		}
	case access.Denied:
		if got.Code != http.StatusForbidden {
			fail("403")
		}
		got.HasNot("data-secret")
	case access.Allowed:
		if got.Code == http.StatusForbidden || got.Code == http.StatusUnauthorized {
			fail("no refusal")
		}
	}
}

// verdict is the decision over what the principal holds where the path leads. Whoever does not see
// the Workspace or the Organization of a path is told that there is nothing.
func verdict(r web.RouteForTest, who principal, at place) access.Verdict {
	if who.name == "Owner of another Organization" {
		if at.name == "another Organization" {
			return access.Allowed
		}
		return access.Hidden
	}
	if !at.inAcme {
		return access.Hidden
	}
	g := access.Grants{Org: who.org}
	if at.inMyHome {
		g.Workspace = who.ws
	}
	if strings.Contains(r.Path, ":ws") && access.Decide(g, access.View, access.WorkspaceLevel).Verdict == access.Hidden {
		return access.Hidden
	}
	return access.Decide(g, r.Action, r.Level).Verdict
}

// changing is what differs from request to request. Each begins with a text that is quick to find.
var changing = []*regexp.Regexp{
	regexp.MustCompile(`<code[^>]*>[^<]*</code>`), // the request's own id
	regexp.MustCompile(`value="[^"]*"`),
	regexp.MustCompile(`c[0-9a-z]{24}`),
}

// anonymised is a body without what differs from request to request.
func anonymised(body string) string {
	for _, part := range changing {
		body = part.ReplaceAllString(body, "")
	}
	return body
}

// TestMatrix_RefusalsChangeNothing repeats the denied cells of the changing routes around dumps.
func TestMatrix_RefusalsChangeNothing(t *testing.T) {
	h := dagpasstest.New(t)
	own, _ := h.Token(h.Owner, h.Workspace.Scope(), "own", access.WorkspaceMember)
	who := principal{browser: h.Browser(h.Member("Olga", h.Workspace.Scope(), access.WorkspaceOperator))}
	at := place{org: string(h.Org.ID), ws: string(h.Workspace.ID), token: string(own.ID), user: string(h.Person("Ada", access.OrgMember).ID), team: string(teamHere(h).ID)}
	for _, r := range web.RoutesForTest() {
		if r.Method != http.MethodPost || r.Audience != "holder" {
			continue
		}
		before := withoutRecord(h.Dump())
		if got := visit(h, r, who, at); got.Code != http.StatusForbidden {
			t.Errorf("%s: %d", r.Path, got.Code)
		}
		if after := withoutRecord(h.Dump()); after != before {
			t.Errorf("%s changed something:\n%s", r.Path, cmp.Diff(before, after))
		}
	}
	if n := strings.Count(strings.Join(h.Events(string(h.Org.ID)), "\n"), " denied "); n == 0 || n > 10 {
		t.Errorf("%d refusals recorded, want some and at most ten a minute", n)
	}
}

// withoutRecord is a dump without the audit record, in which a refusal is written down.
func withoutRecord(dump string) string {
	var kept []string
	for line := range strings.SplitSeq(dump, "\n") {
		if line != "" && !strings.Contains(line, "|chain=") && !strings.HasPrefix(line, "|actor=") {
			kept = append(kept, line)
		}
	}
	return strings.Join(kept, "\n")
}

// TestRoutes_DeclareAPermission: a route without one stops the start.
func TestRoutes_DeclareAPermission(t *testing.T) {
	if err := web.CheckForTest(http.MethodGet, "/forgotten"); err == nil || !strings.Contains(err.Error(), "GET /forgotten declares no permission") {
		t.Errorf("got %v", err)
	}
}

// TestSafeMethods_ChangeNothing: law 9, reading changes nothing.
func TestSafeMethods_ChangeNothing(t *testing.T) {
	h := dagpasstest.New(t)
	own, _ := h.Token(h.Owner, h.Workspace.Scope(), "own", access.WorkspaceMember)
	who := principal{browser: h.Browser(h.Owner)}
	at := place{org: string(h.Org.ID), ws: string(h.Workspace.ID), token: string(own.ID), user: string(h.Person("Ada", access.OrgMember).ID), team: string(teamHere(h).ID)}
	for _, r := range web.RoutesForTest() {
		if r.Method != http.MethodGet {
			continue
		}
		for _, method := range []string{http.MethodGet, http.MethodHead, http.MethodOptions} {
			before := h.Dump()
			path := strings.NewReplacer(":org", at.org, ":ws", at.ws, ":token", at.token, ":user", at.user, ":team", at.team, ":event", "2").Replace(r.Path)
			if got := who.browser.Do(method, path, nil); got.Code >= 500 {
				t.Errorf("%s %s: %d", method, r.Path, got.Code)
			}
			if h.Dump() != before {
				t.Errorf("%s %s changed something", method, r.Path)
			}
		}
	}
}
