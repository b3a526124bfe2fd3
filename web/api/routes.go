package api

import (
	"net/http"

	"dagpass/internal/access"
)

// Actions of routes that ask for no permission.
const (
	// Open is the action of a route that answers anyone, without a credential.
	Open access.Action = "open"
	// Self is the action of a route that answers any live credential, about its holder alone.
	Self access.Action = "self"
)

// Route is one row of the API's access matrix.
type Route struct {
	Method string
	Path   string        // with :org, :workspace and :token for the ids in it
	Action access.Action // what the gate decides on, or [Open] or [Self]
}

type route struct {
	Route
	run operation
}

// family is the base path of a version of the API. All are served by the same operations.
type family string

const (
	v1       family = "/v1"
	iam      family = "/iam/v1beta1"
	platform family = "/platform/v1beta1"
	labs     family = "/labs/v1" // bulk calls of the Terraform provider
)

// Routes returns every route of the API, for tests that walk the whole matrix.
func Routes() []Route {
	var all []Route
	for _, r := range new(server).routes() {
		all = append(all, r.Route)
	}
	return all
}

// table is the API's routes in the order they are declared.
type table []route

func (t *table) add(method, path string, do access.Action, run operation, families []family) {
	for _, f := range families {
		*t = append(*t, route{Route{method, string(f) + path, do}, run})
	}
}

func (t *table) get(path string, do access.Action, run operation, in ...family) {
	t.add(http.MethodGet, path, do, run, in)
}

// post is for creating, and for updates too: the contract knows neither PUT nor PATCH.
func (t *table) post(path string, do access.Action, run operation, in ...family) {
	t.add(http.MethodPost, path, do, run, in)
}

func (t *table) del(path string, do access.Action, run operation, in ...family) {
	t.add(http.MethodDelete, path, do, run, in)
}

const orgPath = "/organizations/:org"

func (s *server) routes() []route {
	var t table
	t.get("/organizations", Self, call(readList, s.listOrganizations, s.shape.organizationPage), v1, platform)
	t.get(orgPath, access.View, call(readOrg, s.findOrganization, s.shape.organization), v1, platform)

	t.get(orgPath+"/workspaces", access.View, call(readWorkspaceList, s.listWorkspaces, s.shape.workspacePage), v1, platform)
	t.get(orgPath+"/workspaces/:workspace", access.View, call(readWorkspace, s.findWorkspace, s.shape.workspace), v1, platform)

	t.get(orgPath+"/tokens", access.TokenView, call(readTokenList, s.listTokens, s.shape.tokenPage), v1, iam)
	t.get(orgPath+"/tokens/:token", access.TokenView, call(readToken, s.findToken, s.shape.token), v1, iam)
	t.del(orgPath+"/tokens/:token", access.TokenDelete, command(readToken, s.deleteToken), v1, iam)

	t.get("/users/self", Self, call(readNothing, s.self, s.shape.self), v1)

	t.get("/.well-known/jwks.json", Open, s.keySet, "")
	t.get("/spec/v1.0", Open, showDescription(s.about.v1), "")
	t.get("/spec/all", Open, showDescription(s.about.whole), "")
	return t
}
