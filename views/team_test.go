package views_test

import (
	"strings"
	"testing"
	"time"

	"github.com/a-h/templ"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

func ingest() views.Team {
	return views.Team{ID: "c0000000000000000000000te", Name: "Ingest", Description: "Loads what others read", Members: 12}
}

func people() views.PeopleChoice {
	return views.PeopleChoice{
		Candidates: []views.Person{
			{ID: "c0000000000000000000000p1", Name: "Ada Park", Email: "ada@acme.example"},
			{ID: "c0000000000000000000000p2", Email: "invited@acme.example"},
		},
		Chosen: map[string]bool{"c0000000000000000000000p2": true},
	}
}

func teamList(level views.Level) views.TeamList {
	return views.TeamList{
		Level: level, CanManage: true, CanManageOrg: true, AnyTeam: true,
		List: views.List{ListSpec: views.TeamListSpec(level, views.WorkspaceRoles(), true), Matches: 2, HasAny: true},
		Rows: []views.TeamRow{
			{Team: ingest(), Role: "Organization Member", Workspaces: 3, Updated: now.Add(-9 * day), Since: now.Add(-2 * day)},
			{Team: views.Team{ID: "c0000000000000000000000ow", Name: "Owners", Members: 2}, Role: "Organization Owner", InheritsAll: true, Updated: now, Since: now},
		},
	}
}

func teamPage() views.TeamPageParams {
	spec := views.TeamMemberListSpec(acme.ID, ingest().ID, true)
	return views.TeamPageParams{
		Organization: acme, Team: ingest(), CanManage: true, Role: "Organization Member",
		List:    views.List{ListSpec: spec, Matches: 2, HasAny: true},
		Rows:    []views.TeamMember{{Person: people().Candidates[0], Since: now.Add(-3 * day)}, {Person: people().Candidates[1], Since: now}},
		Places:  []views.TeamPlace{{Workspace: data, Role: "Workspace Operator", Since: now.Add(-2 * day)}},
		Created: now.Add(-61 * day), CreatedBy: "Ada Park", Updated: now.Add(-time.Hour), UpdatedBy: "Sam Lee",
	}
}

func newTeam() views.NewTeam {
	return views.NewTeam{Organization: acme, Role: "ORGANIZATION_MEMBER", Roles: views.OrganizationRoles(), People: people()}
}

func addTeamMembers() views.AddTeamMembers {
	return views.AddTeamMembers{Organization: acme, Team: ingest(), Role: "Organization Member", Workspaces: 3, People: people()}
}

func addTeam() views.AddTeam {
	return views.AddTeam{
		Level: workspaceLevel(), AnyTeam: true, CanManageOrg: true, Role: "WORKSPACE_MEMBER", Roles: views.WorkspaceRoles(),
		Picker: views.Picker{Candidates: []views.Candidate{{ID: ingest().ID, Name: ingest().Name}}},
	}
}

func editTeam() views.EditTeam {
	return views.EditTeam{Organization: acme, Team: ingest(), Name: "Ingest", Role: "ORGANIZATION_MEMBER", Roles: views.OrganizationRoles(), Version: "3", Needed: true}
}

func deleteTeam() views.DeleteTeam {
	return views.DeleteTeam{Organization: acme, Team: ingest(), Role: "Organization Member", Workspaces: 3}
}

func removeTeamMember() views.RemoveTeamMember {
	return views.RemoveTeamMember{Organization: acme, Team: ingest(), Member: people().Candidates[0], Role: "Organization Member", Workspaces: 1, Needed: true}
}

func editTeamRole() views.EditTeamRole {
	return views.EditTeamRole{Level: workspaceLevel(), Team: ingest(), Role: "WORKSPACE_MEMBER", Roles: views.WorkspaceRoles(), Version: "WORKSPACE_MEMBER", Needed: true}
}

func removeTeam() views.RemoveTeam {
	return views.RemoveTeam{Level: workspaceLevel(), Team: ingest(), Role: "Workspace Member", Needed: true}
}

// teamDialogs are the dialogs about teams by name.
func teamDialogs() map[string]views.Dialog {
	invalid := newTeam()
	invalid.Problems = views.Problems{views.FieldMembers: "Someone you selected is no longer a member of the Organization. Select again."}
	search := addTeamMembers()
	search.People.Search, search.People.More, search.People.Query = true, true, "a"
	invalidSearch := search
	invalidSearch.Problems = views.Problems{views.FieldMembers: "Select at least one person."}
	everyone := addTeamMembers()
	everyone.People.Candidates = nil
	alone := newTeam()
	alone.People.Candidates = nil
	noneLeft, noTeam := addTeam(), addTeam()
	noneLeft.Picker.Candidates, noTeam.Picker.Candidates, noTeam.AnyTeam = nil, nil, false
	return map[string]views.Dialog{
		"new team":                   views.NewTeamDialog(newTeam()),
		"new team invalid":           views.NewTeamDialog(invalid),
		"new team alone":             views.NewTeamDialog(alone),
		"edit team":                  views.EditTeamDialog(editTeam()),
		"delete team":                views.DeleteTeamDialog(deleteTeam()),
		"add members":                views.AddTeamMembersDialog(addTeamMembers()),
		"add members search":         views.AddTeamMembersDialog(search),
		"add members search invalid": views.AddTeamMembersDialog(invalidSearch),
		"add members, everyone in":   views.AddTeamMembersDialog(everyone),
		"remove member":              views.RemoveTeamMemberDialog(removeTeamMember()),
		"add team":                   views.AddTeamDialog(addTeam()),
		"add team none left":         views.AddTeamDialog(noneLeft),
		"add team no team":           views.AddTeamDialog(noTeam),
		"edit team role":             views.EditTeamRoleDialog(editTeamRole()),
		"remove team":                views.RemoveTeamDialog(removeTeam()),
	}
}

// roles are a custom and a built-in role.
func roles() views.RolesPageParams {
	return views.RolesPageParams{Organization: acme, Rows: []views.RoleRow{
		{Name: "Token Keeper", About: "For the night shift", Custom: true, AppliesTo: "WORKSPACE", Permissions: []string{"workspace.tokens.view"}, Holders: 1200, Restricted: 2},
		{Name: "Workspace Accessor", AppliesTo: "WORKSPACE", Permissions: []string{"workspace.view"}},
	}}
}

// teamPages are the pages about teams by name.
func teamPages(c views.Chrome) map[string]templ.Component {
	none := func(l views.TeamList) views.TeamList {
		l.Rows, l.Matches, l.HasAny, l.AnyTeam = nil, 0, false, false
		return l
	}
	reading := teamList(workspaceLevel())
	reading.CanManage, reading.CanManageOrg = false, false
	reading.ListSpec = views.TeamListSpec(workspaceLevel(), views.WorkspaceRoles(), false)
	empty := teamPage()
	empty.Rows, empty.Places, empty.List.Matches, empty.List.HasAny, empty.InheritsAll = nil, nil, 0, false, true
	member := teamPage()
	member.CanManage, member.List.ListSpec, member.Places = false, views.TeamMemberListSpec(acme.ID, ingest().ID, false), nil
	return map[string]templ.Component{
		"roles":                        views.RolesPage(c, roles()),
		"teams":                        views.TeamsPage(c, teamList(organizationLevel())),
		"teams empty":                  views.TeamsPage(c, none(teamList(organizationLevel()))),
		"workspace teams":              views.TeamsPage(c, teamList(workspaceLevel())),
		"workspace teams, reading":     views.TeamsPage(c, reading),
		"workspace teams empty":        views.TeamsPage(c, none(teamList(workspaceLevel()))),
		"workspace teams none to read": views.TeamsPage(c, none(reading)),
		"team":                         views.TeamPage(c, teamPage()),
		"team empty":                   views.TeamPage(c, empty),
		"team, reading":                views.TeamPage(c, member),
	}
}

// teamTold are the screens about teams that show what people typed, all of it being s.
func teamTold(c views.Chrome, s string) map[string]templ.Component {
	org, team := views.Ref{ID: acme.ID, Name: s}, views.Team{ID: ingest().ID, Name: s, Description: s, Members: 1}
	level := views.Level{Organization: org, Workspace: views.Ref{ID: data.ID, Name: s}}
	who := views.PeopleChoice{Candidates: []views.Person{{ID: "c0000000000000000000000p1", Name: s, Email: s}}, Search: true, Query: s}
	lists := teamList(level)
	lists.Rows[0].Team, lists.State.Query = team, s
	page := teamPage()
	page.Team, page.Rows[0].Name, page.Rows[0].Email, page.Places[0].Workspace.Name, page.CreatedBy = team, s, s, s, s
	form, edit, end, join, leave := newTeam(), editTeam(), deleteTeam(), addTeamMembers(), removeTeamMember()
	form.Name, form.Description, form.People, form.Problems = s, s, who, views.Problems{views.FieldName: s}
	edit.Team, edit.Name, edit.Description = team, s, s
	end.Team, end.Confirm = team, s
	join.Team, join.People = team, who
	leave.Team, leave.Member.Name = team, s
	add, role, remove := addTeam(), editTeamRole(), removeTeam()
	add.Level, add.Picker.Candidates = level, []views.Candidate{{ID: team.ID, Name: s}}
	role.Level, role.Team, remove.Level, remove.Team = level, team, level, team
	return map[string]templ.Component{
		"teams":          views.TeamsPage(c, lists),
		"team":           views.TeamPage(c, page),
		"new team":       views.NewTeamDialog(form).Fragment(),
		"edit team":      views.EditTeamDialog(edit).Page(c),
		"delete team":    views.DeleteTeamDialog(end).Fragment(),
		"add members":    views.AddTeamMembersDialog(join).Page(c),
		"remove member":  views.RemoveTeamMemberDialog(leave).Fragment(),
		"add team":       views.AddTeamDialog(add).Page(c),
		"edit team role": views.EditTeamRoleDialog(role).Fragment(),
		"remove team":    views.RemoveTeamDialog(remove).Page(c),
	}
}

// The labels of the team screens, exact in spelling and capitals.
func TestTeamLabels(t *testing.T) {
	text := htmlcheck.HasExactText
	label := func(field, want string) htmlcheck.Check { return htmlcheck.In("label[for="+field+"]", text(want)) }
	all := teamDialogs()
	for name, checks := range map[string][]htmlcheck.Check{
		"new team": {
			htmlcheck.In("h2", text("Add team")), label("f-name", "Team Name"), label("f-description", "Team description (optional)"),
			label("f-role", "Organization role"), htmlcheck.In("fieldset legend", text("Add users")), htmlcheck.In("#f-submit", text("Add Team")),
		},
		"add team": {
			htmlcheck.In("h2", text("Add team to Data Platform")), label("f-team", "Team"), label("f-role", "Workspace Role"),
			htmlcheck.In("#f-submit", text("Add team")),
		},
		"edit team role": {
			htmlcheck.In("h2", text("Edit team")), label("f-role", "Workspace Role"), htmlcheck.In("#f-submit", text("Update team")),
			htmlcheck.In(`a[href$="/remove"]`, text("Remove team")),
		},
		"remove team": {htmlcheck.In("h2", text("Remove Ingest from Data Platform?")), htmlcheck.In("#f-submit", text("Remove team"))},
		"delete team": {
			htmlcheck.In("h2", text("Delete team Ingest?")), label("f-confirm", "Type Delete to confirm"), htmlcheck.In("#f-submit", text("Yes, Continue")),
		},
		"add members":   {htmlcheck.In("h2", text("Add members to Ingest")), htmlcheck.In("#f-submit", text("Add members"))},
		"remove member": {htmlcheck.In("h2", text("Remove Ada Park from Ingest?")), htmlcheck.In("#f-submit", text("Remove member"))},
	} {
		t.Run(name, func(t *testing.T) { htmlcheck.Run(t, render(t, all[name].Fragment()), checks...) })
	}
}

func TestTeamConsequences(t *testing.T) {
	all := teamDialogs()
	for name, want := range map[string]string{
		"delete team":    "Its 12 members lose Organization Member and roles in 3 Workspaces at once. What they hold themselves stays. A deleted team can't be recovered.",
		"remove team":    "Its 12 members lose Workspace Member here at once, unless they hold a role here themselves or through another team. The team itself stays. You will lose access to API tokens here.",
		"remove member":  "Ada Park loses Organization Member and roles in 1 Workspace at once, unless they hold it themselves or through another team. You will lose access to API tokens here.",
		"edit team":      "With a lower role you will lose access to API tokens here.",
		"edit team role": "With a lower role you will lose access to API tokens here.",
		"add members":    "Whoever joins gets Organization Member and roles in 3 Workspaces at once.",
	} {
		t.Run(name, func(t *testing.T) {
			htmlcheck.Run(t, render(t, all[name].Fragment()), htmlcheck.In(".dlg-body", htmlcheck.HasText(want)))
		})
	}
	t.Run("whoever loses nothing is not warned", func(t *testing.T) {
		p := removeTeam()
		p.Needed = false
		if strings.Contains(render(t, views.RemoveTeamDialog(p).Fragment()), "You will lose") {
			t.Error("a warning without a reason")
		}
	})
}

func TestPeopleChoice(t *testing.T) {
	t.Run("people are checkboxes with name and e-mail, and whom one chose stays chosen", func(t *testing.T) {
		htmlcheck.Run(t, render(t, views.NewTeamDialog(newTeam()).Fragment()),
			htmlcheck.Count("input[type=checkbox][name=members]", 2),
			htmlcheck.Count("input[name=members][checked]", 1),
			htmlcheck.In(".choices label:first-child", htmlcheck.HasExactText("Ada Park ada@acme.example")),
			htmlcheck.In(".choices label:nth-child(2)", htmlcheck.HasExactText("invited@acme.example")))
	})
	t.Run("a search by htmx takes along whom one chose", func(t *testing.T) {
		search := teamDialogs()["add members search"]
		htmlcheck.Run(t, render(t, search.Fragment()),
			htmlcheck.In("#f-find", htmlcheck.HasAttr("hx-include", "#picker-results"), htmlcheck.HasAttr("hx-get", views.NewTeamMemberURL(acme.ID, ingest().ID))),
			htmlcheck.In(".choices", htmlcheck.HasText("Refine your search.")))
		htmlcheck.Run(t, render(t, search.Page(chrome(t))), htmlcheck.NotIn("[hx-include]"))
	})
	t.Run("a problem is told beside the choice", func(t *testing.T) {
		htmlcheck.Run(t, render(t, teamDialogs()["new team invalid"].Fragment()),
			htmlcheck.In("fieldset[aria-describedby=e-members] #e-members", htmlcheck.HasText("no longer a member")),
			htmlcheck.In("input[name=members][autofocus]"))
	})
}

func TestTeamPages(t *testing.T) {
	c := chrome(t)
	all := teamPages(c)
	t.Run("who may not manage teams sees no button that does", func(t *testing.T) {
		for _, name := range []string{"workspace teams, reading", "team, reading", "workspace teams none to read"} {
			htmlcheck.Run(t, render(t, all[name]), htmlcheck.NotIn(`main a[href*="/new"], main a[href*="/edit"], main a[href*="/remove"], main a[href*="/delete"]`))
		}
	})
	t.Run("an empty Workspace leads to where teams are made", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["workspace teams empty"]),
			htmlcheck.In(".empty", htmlcheck.HasText("No teams in this Workspace A team gives several people one role.")),
			htmlcheck.In(`.empty a`, htmlcheck.HasExactText("Create a team in Organization Settings"), htmlcheck.HasAttr("href", views.OrganizationTeamsURL(acme.ID))))
		htmlcheck.Run(t, render(t, all["workspace teams none to read"]), htmlcheck.In(".empty", htmlcheck.HasText("An Organization Owner makes it")))
	})
	t.Run("a team leads to the Workspaces it has a role in", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["team"]),
			htmlcheck.In(`th a[href="`+views.WorkspaceTeamsURL(data.ID)+`"]`, htmlcheck.HasExactText("Data Platform")),
			htmlcheck.In("title", htmlcheck.HasExactText("Ingest · Acme · Dagpass")))
		htmlcheck.Run(t, render(t, all["team empty"]), htmlcheck.In("main", htmlcheck.HasText("As an Organization Owner each member is Workspace Owner in every Workspace.")))
	})
}
