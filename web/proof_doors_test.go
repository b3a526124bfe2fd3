package web_test

import (
	"net/http"
	"strings"

	"dagpass/internal/access"
	"dagpass/web"
	"dagpass/web/api"
)

// door is a route of the console or of the API, with the permission its table declares.
type door struct {
	method, path string
	program      bool // of the API
	audience     string
	action       access.Action
	level        access.Level
}

// Audiences of doors that ask for no permission.
const (
	anyone   = "anyone"
	signedIn = "signed in"
	holder   = "holder"
	onlySelf = "person" // a person's program, no token
	absent   = "absent"
)

// doors are all that the live tables declare.
func doors() []door {
	var all []door
	for _, r := range web.RoutesForTest() {
		all = append(all, door{r.Method, r.Path, false, r.Audience, r.Action, r.Level})
	}
	audiences := map[access.Action]string{api.Open: anyone, api.Self: signedIn, api.Person: onlySelf, api.Absent: absent}
	for _, r := range api.Routes() {
		d := door{r.Method, r.Path, true, holder, r.Action, access.OrgLevel}
		if special, ok := audiences[r.Action]; ok {
			d.audience = special
		}
		if d.names(":workspace") || d.names(":token") { // the token's home is the Workspace
			d.level = access.WorkspaceLevel
		}
		all = append(all, d)
	}
	return all
}

func (d door) String() string          { return d.method + " " + d.path }
func (d door) changes() bool           { return d.method != http.MethodGet }
func (d door) names(param string) bool { return strings.Contains(d.path+"/", param+"/") }
func (d door) inWorkspace() bool       { return d.names(":ws") || d.names(":workspace") }
func (d door) namesPlace() bool        { return d.names(":org") || d.inWorkspace() }
func (d door) ends(suffix string) bool { return strings.HasSuffix(d.path, suffix) }
func (d door) makesToken() bool        { return d.program && d.ends("/tokens") && d.changes() } // in the Workspace that the body names

// namesThing reports whether the path names anything beside its place.
func (d door) namesThing() bool {
	return strings.Contains(strings.NewReplacer(":org", "", ":workspace", "", ":ws", "").Replace(d.path), ":")
}

// ofPeople reports whether a route of the API is about people or teams, whom Workspaces share.
func (d door) ofPeople() bool {
	return d.program && (strings.Contains(d.path, "/users") || strings.Contains(d.path, "/teams"))
}

// alsoInWorkspaces reports whether a route of the API answers who may do it in a Workspace alone: the
// lists of tokens, and people and teams as a Workspace has them.
func (d door) alsoInWorkspaces() bool {
	if !d.program {
		return false
	}
	if d.ends("/tokens") {
		return true
	}
	for _, end := range []string{"/users", "/users/:user", "/teams", "/teams/:team"} {
		if d.ends(end) && !d.changes() || d.ends(end+"/roles") {
			return !d.ends("/:user/teams")
		}
	}
	return false
}

// leadsTo reports whether a place is another one for this door than those before it.
func (d door) leadsTo(s spot) bool {
	switch s.kind {
	case here:
		return true
	case sibling:
		return d.inWorkspace() || d.namesThing() && d.program
	case mixed:
		return d.inWorkspace() && d.namesThing()
	case nested:
		return d.namesThing() && d.namesPlace()
	}
	switch s.kind {
	case gone:
		return d.inWorkspace()
	case halfway:
		return d.inWorkspace() && d.names(":org")
	}
	return d.namesPlace()
}

// alike is the kind of place that this one must not be told apart from. A deleted Workspace is like one
// that never was: where the path names its Organization, one of the same.
func (d door) alike(s spot) (spotKind, bool) {
	if s.kind == gone && d.names(":org") {
		return halfway, true
	}
	if s.kind == gone {
		return outside, true
	}
	return s.kind, s.kind >= nested
}

// body is one that the door takes, about what the spot stands for.
func (d door) body(s spot) string {
	if !d.program {
		if ownAccount[d.path] {
			return "x=1&x=2" // is refused before it ends the visit of whoever sends it
		}
		return ""
	}
	if strings.HasPrefix(d.path, "/oauth/") {
		return "token=x"
	}
	if d.audience == absent {
		return "{}"
	}
	_, rest, _ := strings.Cut(d.path, "/organizations/:org")
	body := bodies[d.method+" "+rest]
	if d.path == "/iam/v1beta1/organizations/:org/tokens" {
		body = strings.Replace(body, `"scope"`, `"type"`, 1)
	}
	if strings.HasPrefix(d.path, "/labs/") {
		body = bodies[d.method+" labs"+rest]
	}
	return strings.NewReplacer("{new}", fresh("new"), "{ws}", s.ws, "{user}", s.things.user, "{range}", s.things.network).Replace(body)
}

// bodies are what the changing routes of an Organization take, by the end of their paths.
var bodies = map[string]string{
	"POST ":                       `{"name":"{new}"}`,
	"POST /workspaces":            `{"name":"{new}"}`,
	"POST /workspaces/:workspace": `{"name":"{new}","description":"","cicdEnforcedDefault":false}`,

	"POST /tokens":              `{"name":"{new}","role":"WORKSPACE_ACCESSOR","scope":"WORKSPACE","entityId":"{ws}"}`,
	"POST /tokens/:token":       `{"name":"{new}","description":""}`,
	"POST /tokens/:token/roles": `{"roles":[{"entityType":"WORKSPACE","entityId":"{ws}","role":"WORKSPACE_ACCESSOR"}]}`,

	"POST /allowed-ip-address-ranges":             `{"ipAddressRange":"198.51.100.0/24"}`,
	"POST /allowed-ip-address-ranges/bulk-create": `{"allowedIpAddressRanges":["203.0.113.0/24"]}`,
	"POST /allowed-ip-address-ranges/bulk-delete": `{"allowedIpAddressRangeIds":["{range}"]}`,
	"POST labs/allowed-ip-address-ranges":         `{"allowedIpAddressRanges":["203.0.113.0/24"]}`,
	"DELETE labs/allowed-ip-address-ranges":       `{"allowedIpAddressRangeIds":["{range}"]}`,

	"POST /roles":       `{"name":"{new}","scopeType":"WORKSPACE","permissions":["workspace.tokens.view"]}`,
	"POST /roles/:role": `{"name":"{new}","permissions":["workspace.tokens.view"]}`,

	"POST /users/:user/roles":   `{"workspaceRoles":[{"workspaceId":"{ws}","role":"WORKSPACE_ACCESSOR"}]}`,
	"POST /teams":               `{"name":"{new}"}`,
	"POST /teams/:team":         `{"name":"{new}"}`,
	"POST /teams/:team/roles":   `{"workspaceRoles":[{"workspaceId":"{ws}","role":"WORKSPACE_ACCESSOR"}]}`,
	"POST /teams/:team/members": `{"memberIds":["{user}"]}`,
	"POST /invites":             `{"inviteeEmail":"{new}@made.example","role":"ORGANIZATION_MEMBER"}`,
}

// ownAccount are routes that would end the visit, or change who the visitor is.
var ownAccount = map[string]bool{"/sign-out": true, "/profile/sessions/end-others": true, "/profile/password": true, "/reauth": true}
