package web_test

import (
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// keeper manages the API tokens of a Workspace, but not its people (product.md 4.6).
func keeper(h *dagpasstest.House, only ...access.WorkspaceID) access.CustomRole {
	return h.CustomRole("Token <Keeper>", []access.Permission{"workspace.tokens.view", "workspace.tokens.manage", "workspace.members.view"}, only...)
}

// TestRoles_offered: a select offers the custom roles that the visitor may give there, in a group of
// their own.
func TestRoles_offered(t *testing.T) {
	h := dagpasstest.New(t)
	role := keeper(h)
	h.CustomRole("Auditor", []access.Permission{"workspace.audit.view"})
	h.CustomRole("Elsewhere", []access.Permission{"workspace.view"}, h.NewWorkspace("Other").ID)
	group := func(p dagpasstest.Person, path string) string {
		t.Helper()
		page := h.Browser(p).Get(path).Status(200)
		if label := dagpasstest.Attr(page.Find("select[name=role] optgroup"), "label"); label != "Custom roles" {
			t.Errorf("%s has the group %q", path, label)
		}
		return page.Text("select[name=role] optgroup")
	}
	ws := "/w/" + string(h.Workspace.ID)
	for _, path := range []string{"/tokens/new", "/users/new", "/teams/new"} {
		if path == "/teams/new" {
			h.Team("Ingest", access.OrgMember)
		}
		if path == "/users/new" {
			h.Person("Ada", access.OrgMember)
		}
		if got := group(h.Owner, ws+path); got != "Auditor Token <Keeper>" {
			t.Errorf("%s offers an Owner %q", path, got)
		}
	}
	t.Run("those that the visitor does not cover are left out", func(t *testing.T) {
		if got := group(h.Member("Kim", h.Workspace.Scope(), role.Role()), ws+"/tokens/new"); got != "Token <Keeper>" {
			t.Errorf("offers %q", got)
		}
	})
}

// TestRoles_Story: a custom role is given, seen by its name, kept by an edit and filtered by, all without a
// script.
func TestRoles_Story(t *testing.T) {
	h := dagpasstest.New(t)
	role := keeper(h)
	b, ws := h.Browser(h.Owner), "/w/"+string(h.Workspace.ID)
	ada := h.Person("Ada", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember, h.Person("Bo", access.OrgMember))

	b.Get(ws+"/users/new").Form("Add member").Set("user", string(ada.ID)).Set("role", string(role.ID)).Submit().Status(303).Follow().
		Has("Ada added to Data Platform as Token <Keeper>.")
	b.Get(ws+"/teams/new").Form("Add team").Set("team", string(team.ID)).Set("role", string(role.ID)).Submit().Status(303).Follow().
		Has("Ingest added to Data Platform as Token <Keeper>.")
	h.Token(h.Owner, h.Workspace.Scope(), "ci", role.Role())

	for _, list := range []string{"/users", "/teams", "/tokens"} {
		page := b.Get(ws + list + "?role=" + string(role.ID)).Status(200).Has("Token <Keeper>")
		if got := page.Text("tbody"); !strings.Contains(got, "Token <Keeper>") || strings.Contains(got, string(role.ID)) {
			t.Errorf("%s shows %q", list, got)
		}
	}
	t.Run("the form of somebody who may not give the role shows it all the same, and changes nothing", func(t *testing.T) {
		people := h.CustomRole("People", []access.Permission{"workspace.members.view", "workspace.members.manage"})
		form := h.Browser(h.Member("Pia", h.Workspace.Scope(), people.Role())).Get(ws + "/users").Click("Edit Ada").Form("Update member")
		if got := form.Value("role"); got != string(role.ID) {
			t.Errorf("the form holds %q", got)
		}
		form.Set("role", string(access.WorkspaceAccessor)).Submit().Status(403)
	})
	t.Run("its holder reaches what it contains and is told what is missing", func(t *testing.T) {
		a := h.Browser(ada)
		a.Get(ws + "/tokens").Status(200).Has("ci")
		a.Get(ws + "/details").Status(200).Has("Token <Keeper>")
		a.Get(ws+"/audit").Status(403).Has("Workspace Owner", "Token <Keeper>")
	})
	t.Run("the start page names it", func(t *testing.T) {
		h.NewWorkspace("Another")
		h.Give(ada, access.Scope{Org: h.Org.ID, Workspace: h.NewWorkspace("Third").ID}, access.WorkspaceMember)
		h.Browser(ada).Get("/w").Status(200).Has("Token <Keeper>", "Workspace Member")
	})
	t.Run("the matrix offers it where it can be given", func(t *testing.T) {
		shared, _ := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
		page := b.Get("/o/" + string(h.Org.ID) + "/tokens/matrix").Status(200)
		name := dagpasstest.Attr(page.Find("select[name*="+string(shared.ID)+"]"), "name")
		page.Form("Review changes").Set(name, string(role.ID)).Submit().Status(200).Has("Token <Keeper>").
			Form("Apply 1 change").Submit().Status(303).Follow().Has("1 added")
	})
}

// TestRoles_Page: the list of roles is read by everybody in the Organization.
func TestRoles_Page(t *testing.T) {
	h := dagpasstest.New(t)
	role := keeper(h, h.Workspace.ID)
	h.Member("Ada", h.Workspace.Scope(), role.Role())
	path := "/o/" + string(h.Org.ID) + "/roles"
	page := h.Browser(h.Person("Mel", access.OrgMember)).Get(path).Status(200)
	page.Has("Roles", "1 custom role, 14 built-in roles", "Token <Keeper>", "Workspace, in 1 Workspace only", "3 permissions", "workspace.tokens.manage", "Workspace Operator", "Built-in")
	if got := page.Text("tbody tr:first-child td:last-child"); got != "1" {
		t.Errorf("used by %q", got)
	}
	_, _, albert := h.Elsewhere()
	h.Browser(albert).Get(path).Status(404)
}
