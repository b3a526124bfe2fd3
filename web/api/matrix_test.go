package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/signin"
	"dagpass/web/api"
)

// TestMatrix calls every route with a token of every role, for objects of its own Organization and
// of another one, with an empty body where one is taken. What is to be answered follows from the
// action the route declares and the roles of product.md, section 4.
func TestMatrix(t *testing.T) {
	h := newHouse(t)
	reading := h.place("Reading")
	foreign := h.place("Umbrella")
	n := 0
	for _, role := range append(access.RolesOf(access.OrgLevel), access.RolesOf(access.WorkspaceLevel)...) {
		reader := reading.caller(h, role)
		for _, r := range api.Routes() {
			t.Run(r.Method+" "+r.Path+" as "+string(role), func(t *testing.T) {
				own, caller := reading, reader
				if r.Method != http.MethodGet { // what is changed is not there for the next one
					own = h.place(fmt.Sprintf("Changing-%d", n))
					n++
					caller = own.caller(h, role)
				}
				if strings.Contains(r.Path, ":") {
					if got := h.try(r, foreign, caller); got != http.StatusNotFound && !refusesBody(r, got) {
						t.Errorf("foreign: %d, want 404", got)
					}
				}
				if got, want := h.try(r, own, caller), wantOwn(r, role); !fits(got, want) {
					t.Errorf("own: %d, want %q", got, want)
				}
			})
		}
	}
}

// place is one of everything a path can name, in an Organization of its own.
type place struct {
	org       access.Org
	workspace access.Workspace
	token     access.TokenID
	network   access.RangeID // holds the address of every caller
	role      access.RoleID
	user      access.UserID // with a role in the Workspace, as the team they are in has
	team      access.TeamID
	invite    access.UserID
}

func (h *house) place(name string) place {
	f := h.found(name, "Data")
	ada := h.colleagueIn(f.Org.ID, "Ada", access.OrgMember)
	h.give(ada, f.Workspace.Scope(), access.WorkspaceMember)
	team := h.team(f.Org.ID, "Ingest", access.OrgMember, ada)
	must(h.teams.Add(h.Context(), operator(), f.Workspace.Scope(), team.ID, access.WorkspaceMember)).in(h.T)
	invited, _, err := h.invitations.Invite(h.Context(), operator(), f.Org.ID,
		signin.NewInvitation{Email: "eve@" + strings.ToLower(name) + ".example.com", Role: access.OrgMember})
	if err != nil {
		h.Fatal(err)
	}
	return place{
		org: f.Org, workspace: f.Workspace,
		token:   h.add(f.Workspace.Scope(), access.WorkspaceMember, "subject").ID,
		role:    h.customRole(f.Org.ID, "Custom", "workspace.tokens.view").ID,
		network: must(h.ranges.Add(h.Context(), operator(), f.Org.ID, "192.0.2.0/24")).in(h.T).ID,
		user:    ada.ID, team: team.ID, invite: invited.User.ID,
	}
}

// caller returns a token with a role in the place, and no other.
func (p place) caller(h *house, role access.Role) credential {
	if access.IsRole(role, access.OrgLevel) {
		return h.add(p.org.Scope(), role, string(role))
	}
	return h.add(p.workspace.Scope(), role, string(role))
}

// path is that of a route with the place's ids in it.
func (p place) path(r api.Route) string {
	return strings.NewReplacer(":org", string(p.org.ID), ":workspace", string(p.workspace.ID), ":token", string(p.token),
		":role", string(p.role), ":range", string(p.network), ":user", string(p.user), ":team", string(p.team), ":invite", string(p.invite)).Replace(r.Path)
}

func (h *house) try(r api.Route, at place, by credential) int {
	if strings.HasPrefix(r.Path, "/oauth/") {
		return h.form(r.Path, by.value, presenting("x")).status
	}
	body := ""
	if r.Method == http.MethodPost || strings.HasPrefix(r.Path, "/labs/") {
		body = "{}"
	}
	return h.call(r.Method, at.path(r), by.value, withBody(body)).status
}

// refusesBody reports whether a body that is malformed on its own was refused before anything was
// looked for, which tells nothing about what exists.
func refusesBody(r api.Route, status int) bool {
	return r.Method != http.MethodGet && status == http.StatusBadRequest
}

// wantOwn is what a token with this role, and no other, is answered: a code of refusal, or "".
func wantOwn(r api.Route, role access.Role) access.Code {
	if r.Action == api.Open || r.Action == api.Self {
		return ""
	}
	if r.Action == api.Absent {
		return access.NotFound
	}
	if r.Action == api.Person {
		return access.Forbidden // it is a token
	}
	level := access.OrgLevel
	if strings.Contains(r.Path, "/:workspace") || strings.Contains(r.Path, "/:token") {
		level = access.WorkspaceLevel // the token's home is the Workspace
	}
	if strings.HasSuffix(r.Path, "/tokens") && role == access.WorkspaceOwner {
		return "" // the tokens of the Workspace alone
	}
	held := access.Grants{Org: []access.Role{access.HomeResident}, Workspace: []access.Role{role}}
	if access.IsRole(role, access.OrgLevel) {
		held = access.Grants{Org: []access.Role{role}}
	}
	if inDirectory(r) && access.Permit(held, r.Action, access.WorkspaceLevel) == nil {
		return "" // the people and teams of the Workspace
	}
	return access.CodeOf(access.Permit(held, r.Action, level))
}

// inDirectory reports whether a route is about people or teams as a Workspace has them too: reading them,
// and their roles.
func inDirectory(r api.Route) bool {
	for _, end := range []string{"/users", "/users/:user", "/teams", "/teams/:team"} {
		if strings.HasSuffix(r.Path, end) && r.Method == http.MethodGet || strings.HasSuffix(r.Path, end+"/roles") {
			return !strings.HasSuffix(r.Path, "/:user/teams")
		}
	}
	return false
}

// fits reports whether a status is what a decision leads to. What is allowed may still be refused
// for the empty body.
func fits(status int, decided access.Code) bool {
	switch decided {
	case access.Forbidden:
		return status == http.StatusForbidden
	case access.NotFound:
		return status == http.StatusNotFound
	}
	return status < 300 || status == http.StatusBadRequest
}
