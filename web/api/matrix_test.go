package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/access"
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
}

func (h *house) place(name string) place {
	f := h.found(name, "Data")
	return place{f.Org, f.Workspace, h.add(f.Workspace.Scope(), access.WorkspaceMember, "subject").ID}
}

// caller returns a token with a role in the place, and no other.
func (p place) caller(h *house, role access.Role) credential {
	if access.IsRole(role, access.OrgLevel) {
		return h.add(p.org.Scope(), role, string(role))
	}
	return h.add(p.workspace.Scope(), role, string(role))
}

func (h *house) try(r api.Route, at place, by credential) int {
	path := strings.NewReplacer(":org", string(at.org.ID), ":workspace", string(at.workspace.ID), ":token", string(at.token)).Replace(r.Path)
	if strings.HasPrefix(path, "/oauth/") {
		return h.form(path, by.value, presenting("x")).status
	}
	body := ""
	if r.Method == http.MethodPost {
		body = "{}"
	}
	return h.call(r.Method, path, by.value, withBody(body)).status
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
	return access.CodeOf(access.Permit(held, r.Action, level))
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
