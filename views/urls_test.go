package views_test

import (
	"testing"

	"dagpass/views"
)

func TestURLs(t *testing.T) {
	for want, got := range map[string]string{
		"/w/a":                            views.WorkspaceURL("a"),
		"/w/a/tokens":                     views.WorkspaceTokensURL("a"),
		"/w/a/tokens/new":                 views.NewWorkspaceTokenURL("a"),
		"/w/a/tokens/add":                 views.AddTokenURL("a"),
		"/w/a/tokens/name":                views.WorkspaceTokenNameURL("a"),
		"/w/a/tokens/t":                   views.WorkspaceTokenURL("a", "t"),
		"/w/a/tokens/t/edit":              views.EditWorkspaceTokenURL("a", "t"),
		"/w/a/tokens/t/rotate":            views.RotateWorkspaceTokenURL("a", "t"),
		"/w/a/tokens/t/delete":            views.DeleteWorkspaceTokenURL("a", "t"),
		"/w/a/tokens/t/remove":            views.RemoveTokenURL("a", "t"),
		"/o/a/tokens":                     views.OrganizationTokensURL("a"),
		"/o/a/tokens/new":                 views.NewOrganizationTokenURL("a"),
		"/o/a/tokens/name":                views.OrganizationTokenNameURL("a"),
		"/o/a/tokens/t":                   views.OrganizationTokenURL("a", "t"),
		"/o/a/tokens/t/edit":              views.EditOrganizationTokenURL("a", "t"),
		"/o/a/tokens/t/rotate":            views.RotateOrganizationTokenURL("a", "t"),
		"/o/a/tokens/t/delete":            views.DeleteOrganizationTokenURL("a", "t"),
		"/o/a/tokens/t/bindings":          views.BindingsURL("a", "t"),
		"/o/a/tokens/t/bindings/new":      views.NewBindingURL("a", "t"),
		"/o/a":                            views.OrganizationURL("a"),
		"/o/a/general":                    views.GeneralURL("a"),
		"/o/a/workspaces":                 views.OrganizationWorkspacesURL("a"),
		"/o/a/users":                      views.OrganizationUsersURL("a"),
		"/o/a/teams":                      views.OrganizationTeamsURL("a"),
		"/o/a/audit":                      views.OrganizationAuditURL("a"),
		"/o/a/roles":                      views.OrganizationRolesURL("a"),
		"/w/a/users":                      views.WorkspaceUsersURL("a"),
		"/w/a/teams":                      views.WorkspaceTeamsURL("a"),
		"/w/a/audit":                      views.WorkspaceAuditURL("a"),
		"/o/a/tokens/t/bindings/w":        views.BindingURL("a", "t", "w"),
		"/o/a/tokens/t/bindings/w/edit":   views.EditBindingURL("a", "t", "w"),
		"/o/a/tokens/t/bindings/w/remove": views.RemoveBindingURL("a", "t", "w"),
		"/o/a/teams/new":                  views.NewTeamURL("a"),
		"/o/a/teams/t":                    views.TeamURL("a", "t"),
		"/o/a/teams/t/edit":               views.EditTeamURL("a", "t"),
		"/o/a/teams/t/delete":             views.DeleteTeamURL("a", "t"),
		"/o/a/teams/t/members":            views.TeamMembersURL("a", "t"),
		"/o/a/teams/t/members/new":        views.NewTeamMemberURL("a", "t"),
		"/o/a/teams/t/members/u/remove":   views.RemoveTeamMemberURL("a", "t", "u"),
		"/w/a/teams/new":                  views.NewWorkspaceTeamURL("a"),
		"/w/a/teams/t":                    views.WorkspaceTeamURL("a", "t"),
		"/w/a/teams/t/edit":               views.EditWorkspaceTeamURL("a", "t"),
		"/w/a/teams/t/remove":             views.RemoveWorkspaceTeamURL("a", "t"),
		"/profile/sessions/s/end":         views.EndSessionURL("s"),
		"/sign-in":                        views.SignInNextURL(""),
		"/sign-in?next=%2Fw%3Fa%3Db":      views.SignInNextURL("/w?a=b"),
		"/w/..%2Fx%3Fy%23z":               views.WorkspaceURL("../x?y#z"),
	} {
		if got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestListState_LeavesDefaultsOut(t *testing.T) {
	for want, f := range map[string]views.ListState{
		"/w/a/tokens":            {},
		"/w/a/tokens?q=x+%26+y":  {Query: "x & y"},
		"/w/a/tokens?sort=-name": {Sort: "-name"},
		"/w/a/tokens?after=b&role=R&scope=organization&status=expired": {After: "b", Filters: map[string]string{views.FilterRole: "R", views.FilterScope: views.ScopeOrganization, views.FilterStatus: views.StatusExpired}},
	} {
		if got := f.In(views.WorkspaceTokensURL("a")); got != want {
			t.Errorf("%q, want %q", got, want)
		}
	}
}

func TestInitials(t *testing.T) {
	for name, want := range map[string]string{
		"Ada Park": "AP", "ada": "A", "Ada M. van Park": "AP", "": "X", "  ": "X", "élan ünal": "ÉÜ", "<b> x": "?X", "李 小龙": "李小", "\xff": "?",
	} {
		if got := (views.User{Name: name, Email: "x@acme.example"}).Initials(); got != want {
			t.Errorf("initials of %q are %q, want %q", name, got, want)
		}
	}
}

func TestRoles(t *testing.T) {
	if got := views.RoleLabel("WORKSPACE_OPERATOR"); got != "Workspace Operator" {
		t.Errorf("%q", got)
	}
	if got := views.RoleLabel("SOMETHING"); got != "SOMETHING" {
		t.Errorf("%q", got)
	}
	if got := views.RoleText("WORKSPACE_MEMBER"); got != "Can see Deployments, Dags, logs and members. Can't run or change anything." {
		t.Errorf("%q", got)
	}
	if got := views.RoleText("SOMETHING"); got != "" {
		t.Errorf("%q", got)
	}
}
