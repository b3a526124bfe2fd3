package views_test

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
	"dagpass/views/ui"
)

func memberList(at views.Level, roles []views.RoleOption) views.MemberList {
	return views.MemberList{
		Level: at, CanManage: true,
		List: views.List{ListSpec: views.MemberListSpec(at, roles, true), Matches: 3, HasAny: true},
		Rows: []views.MemberRow{
			{ID: "c0000000000000000000000u1", Name: "Ada Park", Email: "ada@acme.example", Role: "Workspace Owner", Sources: []string{"Direct"}, Workspaces: 3, Since: now.Add(-51 * 24 * time.Hour)},
			{ID: "c0000000000000000000000u2", Name: "Sam Lee", Email: "sam@acme.example", Role: "Workspace Author", Sources: []string{"Direct", "Organization Owner", "Team Ingest", "Team Load", "Team Serve"}, ReachesAll: true, Since: now},
			{ID: "c0000000000000000000000u3", Email: "eve@acme.example", Status: "Invited", Role: "Workspace Member", Sources: []string{"Direct"}, Since: now},
		},
	}
}

func aMember() views.Member {
	return views.Member{ID: "c0000000000000000000000u1", Name: "Ada Park", Email: "ada@acme.example", Role: "Workspace Author"}
}

func editMember() views.EditMember {
	at := workspaceLevel()
	return views.EditMember{Level: at, Member: aMember(), Role: "WORKSPACE_AUTHOR", Roles: views.WorkspaceRoles(), Version: "WORKSPACE_AUTHOR",
		Sections: []ui.Section{views.RemoveSection(at, "c0000000000000000000000u1")}}
}

func addMember() views.AddMember {
	return views.AddMember{Level: workspaceLevel(), Role: "WORKSPACE_MEMBER", Roles: views.WorkspaceRoles(), CanInvite: true,
		Picker: views.Picker{Candidates: []views.Candidate{{ID: "c0000000000000000000000u2", Name: "Sam Lee (sam@acme.example)"}}}}
}

func memberDialogs() map[string]views.Dialog {
	refused, searched, nobody := addMember(), addMember(), addMember()
	refused.Problems = views.Problems{views.FieldUser: "Select a member.", views.FieldRole: "Select a Workspace Role."}
	searched.Picker.Search, searched.Picker.More = true, true
	nobody.Picker.Candidates = nil
	warned, inherited, org := editMember(), editMember(), editMember()
	warned.Member.Self, warned.Member.Last = true, true
	inherited.Member.Role, inherited.Role, inherited.Sections = "", "", nil
	inherited.Member.Also = []string{"Workspace Owner as an Organization Owner", "Workspace Operator through team Ingest"}
	org.Level, org.Roles, org.Role = organizationLevel(), views.OrganizationRoles(), "ORGANIZATION_MEMBER"
	org.Sections = append(views.InvitationSections("o", "u", true), views.PasswordSection("o", "u"))
	removed := views.RemoveMember{Level: organizationLevel(), Member: aMember(), Workspaces: 3, Tokens: 4}
	kept := views.RemoveMember{Level: workspaceLevel(), Member: aMember()}
	kept.Member.Also, kept.Member.Last = []string{"Workspace Member through team Ingest"}, true
	return map[string]views.Dialog{
		"add member": views.AddMemberDialog(addMember()), "add member refused": views.AddMemberDialog(refused),
		"add member search": views.AddMemberDialog(searched), "add member, nobody left": views.AddMemberDialog(nobody),
		"edit member": views.EditMemberDialog(editMember()), "edit member warned": views.EditMemberDialog(warned),
		"edit member, inherited": views.EditMemberDialog(inherited), "edit member of organization": views.EditMemberDialog(org),
		"remove member": views.RemoveMemberDialog(removed), "remove member, kept": views.RemoveMemberDialog(kept),
	}
}

func addMany() views.AddMany {
	p := views.AddMany{Level: workspaceLevel(), Lines: "x", Outcomes: []views.LineOutcome{
		{Line: 1, Text: "ada@acme.example WORKSPACE_AUTHOR", Email: "ada@acme.example", Role: "Workspace Author", Outcome: "Added"},
		{Line: 1200, Text: strings.Repeat("x", 2000), Outcome: "Not an email address", Failed: true},
	}}
	p.Count("added")
	p.Count("no_email")
	return p
}

func memberPages(c views.Chrome) map[string]templ.Component {
	seen := memberList(workspaceLevel(), views.WorkspaceRoles())
	seen.CanManage, seen.ListSpec = false, views.MemberListSpec(workspaceLevel(), views.WorkspaceRoles(), false)
	none := memberList(organizationLevel(), views.OrganizationRoles())
	none.Rows, none.Matches, none.State.Query = nil, 0, "nobody"
	return map[string]templ.Component{
		"workspace users":           views.MembersPage(c, memberList(workspaceLevel(), views.WorkspaceRoles())),
		"workspace users, no right": views.MembersPage(c, seen),
		"organization users":        views.MembersPage(c, memberList(organizationLevel(), views.OrganizationRoles())),
		"organization users, none":  views.MembersPage(c, none),
		"add many":                  views.AddManyPage(c, views.AddMany{Level: workspaceLevel()}),
		"add many done":             views.AddManyPage(c, addMany()),
		"add many refused":          views.AddManyPage(c, views.AddMany{Level: workspaceLevel(), Problems: views.Problems{views.FieldLines: "Use 1 MB of text or less."}}),
		"add many, password":        views.AddManyPage(c, views.AddMany{Level: workspaceLevel(), Lines: "x", PasswordURL: views.ReauthNextURL("/w", false)}),
	}
}

func TestMembersPage(t *testing.T) {
	page := render(t, views.MembersPage(chrome(t), memberList(workspaceLevel(), views.WorkspaceRoles())))
	t.Run("somebody who has no name yet goes by their e-mail, once, and is marked", func(t *testing.T) {
		htmlcheck.Run(t, page, htmlcheck.In("tr:nth-child(3) th", htmlcheck.HasExactText("eve@acme.example")), htmlcheck.In("tr:nth-child(3) .badge", htmlcheck.HasExactText("Invited")))
	})
	t.Run("many sources are cut short", func(t *testing.T) {
		htmlcheck.Run(t, page, htmlcheck.In("tr:nth-child(2)", htmlcheck.HasText("Direct, Organization Owner, Team Ingest and 2 more")))
	})
	t.Run("who may not manage people sees no way to", func(t *testing.T) {
		l := memberList(workspaceLevel(), views.WorkspaceRoles())
		l.CanManage = false
		htmlcheck.Run(t, render(t, views.MembersPage(chrome(t), l)), htmlcheck.NotIn("#add-member, #add-many, [id^=edit-]"))
	})
}

func TestEditMemberDialog(t *testing.T) {
	t.Run("who has no role of their own has nothing to edit", func(t *testing.T) {
		htmlcheck.Run(t, render(t, memberDialogs()["edit member, inherited"].Fragment()), htmlcheck.NotIn("form, select"),
			htmlcheck.In(".dlg-body", htmlcheck.HasText("Has Workspace Operator through team Ingest.")))
	})
	t.Run("a removal counts what ends and what stays", func(t *testing.T) {
		htmlcheck.Run(t, render(t, memberDialogs()["remove member"].Fragment()),
			htmlcheck.In(".alert", htmlcheck.HasText("Ada Park loses access to 3 Workspaces and is signed out at once.")),
			htmlcheck.In(".dlg-body", htmlcheck.HasText("The 4 API tokens they created keep working.")))
	})
}

func TestAddManyPage(t *testing.T) {
	htmlcheck.Run(t, render(t, views.AddManyPage(chrome(t), addMany())), htmlcheck.In("caption", htmlcheck.HasExactText("1 added, 0 changed, 1 failed")),
		htmlcheck.In("tbody tr:nth-child(2) th", htmlcheck.HasExactText("1,200")))
}
