package web_test

import (
	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/views"
)

// filling is how a form is filled in: the page it stands on, and what is typed in. Without a page the
// fields are all there is.
type filling struct {
	page   string // a path of a route, or a suffix of the form's own
	fields map[string]string
	still  bool // nothing is stored
}

// forms are the fillings of every form of the console, by the path it is sent to.
func (e *faultEstate) forms() map[string]filling {
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

// calls are the bodies of every changing call of the API, by method and path without the family.
func (e *faultEstate) calls() map[string]string {
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
