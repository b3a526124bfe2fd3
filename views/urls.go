package views

import (
	"net/url"
	"strings"
)

// URLs of the console. They are the only places where a path is put together: ids are escaped, a
// query holds no empty or default value, and the result always begins with one slash.

func path(segments ...string) string {
	var b strings.Builder
	for _, s := range segments {
		b.WriteByte('/')
		b.WriteString(url.PathEscape(s))
	}
	return b.String()
}

func withQuery(path string, q url.Values) string {
	if encoded := q.Encode(); encoded != "" {
		return path + "?" + encoded
	}
	return path
}

// Pages outside a Workspace and an Organization.
const (
	WorkspacesURL    = "/w"
	SignInURL        = "/sign-in"
	SignOutURL       = "/sign-out"
	SetupURL         = "/setup"
	ReauthURL        = "/reauth"
	ResetURL         = "/reset"
	SessionExtendURL = "/session/extend"
	ProfileURL       = "/profile"
	ProfileNameURL   = "/profile/name"
	PasswordURL      = "/profile/password"
	SessionsURL      = "/profile/sessions"
	EndOthersURL     = "/profile/sessions/end-others"
	PreferencesURL   = "/profile/preferences"
	HelpURL          = "/help"
	HelpRolesURL     = "/help/roles"
	HelpTokensURL    = "/help/api-tokens"
	APIDocsURL       = "/docs/api"
	SpecURL          = "/spec/v1.0"
	WholeSpecURL     = "/spec/all"
)

// SignInNextURL is the sign-in page that returns to next, a path of this server.
func SignInNextURL(next string) string {
	if next == "" {
		return SignInURL
	}
	return withQuery(SignInURL, url.Values{"next": {next}})
}

// EndSessionURL ends one of the person's own sessions (POST).
func EndSessionURL(session string) string { return path("profile", "sessions", session, "end") }

// ReauthNextURL is the password step that returns to next. Interrupted says that a form was under
// way and will have to be filled in again.
func ReauthNextURL(next string, interrupted bool) string {
	q := url.Values{FieldNext: {next}}
	if interrupted {
		q.Set(FieldInterrupted, "1")
	}
	return withQuery(ReauthURL, q)
}

// WorkspaceURL is the entrance of a Workspace: it leads to its API tokens, or to its details for
// those who do not manage them.
func WorkspaceURL(ws string) string { return path("w", ws) }

// WorkspaceDetailsURL is the page with the facts about a Workspace.
func WorkspaceDetailsURL(ws string) string { return path("w", ws, "details") }

// WorkspaceTokensURL is the list of a Workspace's API tokens; a POST to it creates one.
func WorkspaceTokensURL(ws string) string { return path("w", ws, "tokens") }

// NewWorkspaceTokenURL is the form Create Workspace API Token.
func NewWorkspaceTokenURL(ws string) string { return path("w", ws, "tokens", "new") }

// AddTokenURL is the form Add Organization API Token (GET) and its target (POST).
func AddTokenURL(ws string) string { return path("w", ws, "tokens", "add") }

// WorkspaceTokenNameURL answers whether a name is taken in a Workspace, as a fragment.
func WorkspaceTokenNameURL(ws string) string { return path("w", ws, "tokens", "name") }

// WorkspaceTokenURL takes the changes of Edit (POST).
func WorkspaceTokenURL(ws, token string) string { return path("w", ws, "tokens", token) }

// EditWorkspaceTokenURL is the form Edit of a token in a Workspace.
func EditWorkspaceTokenURL(ws, token string) string { return path("w", ws, "tokens", token, "edit") }

// UseWorkspaceTokenURL is the page that tells how to use a token in CI/CD.
func UseWorkspaceTokenURL(ws, token string) string { return path("w", ws, "tokens", token, "use") }

// RotateWorkspaceTokenURL confirms (GET) and does (POST) a rotation.
func RotateWorkspaceTokenURL(ws, token string) string {
	return path("w", ws, "tokens", token, "rotate")
}

// DeleteWorkspaceTokenURL confirms (GET) and does (POST) a deletion.
func DeleteWorkspaceTokenURL(ws, token string) string {
	return path("w", ws, "tokens", token, "delete")
}

// RemoveTokenURL confirms (GET) and does (POST) the removal of an Organization token from a
// Workspace.
func RemoveTokenURL(ws, token string) string { return path("w", ws, "tokens", token, "remove") }

// OrganizationURL is the entrance of an Organization's settings.
func OrganizationURL(org string) string { return path("o", org) }

// GeneralURL is the page with the facts about an Organization; a POST to it takes the changes of Edit.
func GeneralURL(org string) string { return path("o", org, "general") }

// OrganizationWorkspacesURL is the list of an Organization's Workspaces; a POST to it creates one.
func OrganizationWorkspacesURL(org string) string { return path("o", org, "workspaces") }

// OrganizationUsersURL is the list of the people of an Organization.
func OrganizationUsersURL(org string) string { return path("o", org, "users") }

// OrganizationTeamsURL is the list of an Organization's teams; a POST to it creates one.
func OrganizationTeamsURL(org string) string { return path("o", org, "teams") }

// OrganizationRolesURL is the list of the roles that can be held in an Organization.
func OrganizationRolesURL(org string) string { return path("o", org, "roles") }

// OrganizationAuditURL is the audit log of an Organization.
func OrganizationAuditURL(org string) string { return path("o", org, "audit") }

// WorkspaceUsersURL is the list of the people in a Workspace; a POST to it adds one.
func WorkspaceUsersURL(ws string) string { return path("w", ws, "users") }

// WorkspaceTeamsURL is the list of the teams in a Workspace; a POST to it adds one.
func WorkspaceTeamsURL(ws string) string { return path("w", ws, "teams") }

// WorkspaceAuditURL is the audit log of a Workspace.
func WorkspaceAuditURL(ws string) string { return path("w", ws, "audit") }

// OrganizationTokensURL is the list of an Organization's API tokens; a POST to it creates one.
func OrganizationTokensURL(org string) string { return path("o", org, "tokens") }

// NewOrganizationTokenURL is the form Create Organization API Token.
func NewOrganizationTokenURL(org string) string { return path("o", org, "tokens", "new") }

// OrganizationTokenNameURL answers whether a name is taken in an Organization, as a fragment.
func OrganizationTokenNameURL(org string) string { return path("o", org, "tokens", "name") }

// OrganizationTokenURL is the page of an Organization token; a POST to it takes the changes of
// Edit.
func OrganizationTokenURL(org, token string) string { return path("o", org, "tokens", token) }

// EditOrganizationTokenURL is the form Edit of an Organization token.
func EditOrganizationTokenURL(org, token string) string {
	return path("o", org, "tokens", token, "edit")
}

// UseOrganizationTokenURL is the page that tells how to use an Organization token in CI/CD.
func UseOrganizationTokenURL(org, token string) string { return path("o", org, "tokens", token, "use") }

// RotateOrganizationTokenURL confirms (GET) and does (POST) a rotation.
func RotateOrganizationTokenURL(org, token string) string {
	return path("o", org, "tokens", token, "rotate")
}

// DeleteOrganizationTokenURL confirms (GET) and does (POST) a deletion.
func DeleteOrganizationTokenURL(org, token string) string {
	return path("o", org, "tokens", token, "delete")
}

// BindingsURL takes a new role in a Workspace for an Organization token (POST).
func BindingsURL(org, token string) string { return path("o", org, "tokens", token, "bindings") }

// NewBindingURL is the form Add to Workspace.
func NewBindingURL(org, token string) string {
	return path("o", org, "tokens", token, "bindings", "new")
}

// BindingURL takes a changed role of an Organization token in one Workspace (POST).
func BindingURL(org, token, ws string) string {
	return path("o", org, "tokens", token, "bindings", ws)
}

// EditBindingURL is the form Edit of that role.
func EditBindingURL(org, token, ws string) string {
	return path("o", org, "tokens", token, "bindings", ws, "edit")
}

// RemoveBindingURL confirms (GET) and does (POST) the removal of that role.
func RemoveBindingURL(org, token, ws string) string {
	return path("o", org, "tokens", token, "bindings", ws, "remove")
}
