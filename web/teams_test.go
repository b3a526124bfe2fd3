package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

func orgTeamsPath(h *dagpasstest.House) string { return "/o/" + string(h.Org.ID) + "/teams" }

func teamsPath(h *dagpasstest.House) string { return "/w/" + string(h.Workspace.ID) + "/teams" }

func teamPath(h *dagpasstest.House, t access.Team) string {
	return orgTeamsPath(h) + "/" + string(t.ID)
}

// TestTeams_Story: R44, F6. A team is made with its people, given a role in a Workspace, changed and
// ended, all from pages without a script.
func TestTeams_Story(t *testing.T) {
	h := dagpasstest.New(t)
	ada, bo := h.Person("Ada", access.OrgMember), h.Person("Bo", access.OrgMember)
	b := h.Browser(h.Owner)
	sees := func(want int) {
		t.Helper()
		h.Browser(ada).Get("/w/" + string(h.Workspace.ID) + "/details").Status(want)
	}

	form := b.Get(orgTeamsPath(h)).Status(200).Has("Access Management", "No teams yet", "A team gives several people one role.").
		Click("+ Team").Status(200).Has("Add team", "Team Name", "Team description (optional)", "Organization role", "Add users", "Ada", ada.Email).
		Form("Add Team")
	if got := form.Value("role"); got != string(access.OrgMember) {
		t.Errorf("starts with %s", got)
	}
	list := form.Set("name", "Ingest").Set("description", "Loads data").Tick("members", string(ada.ID), string(bo.ID)).Submit().Status(303).Follow()
	list.Status(200).Has("Team Ingest created.", "1 Team", "Ingest", "Organization Member")

	sees(404)
	here := b.Get(teamsPath(h)).Status(200).Has("No teams in this Workspace").Click("+ Team").Has("Add team to Data Platform", "Workspace Role")
	team := here.Find("option[value^=c]")
	here.Form("Add team").Set("team", dagpasstest.Attr(team, "value")).Submit().Status(303).Follow().
		Has("Ingest added to Data Platform as Workspace Member.", "1 Team", "Loads data")
	sees(200)

	b.Get(teamsPath(h)).Click("Edit Ingest").Has("Edit team", "Ingest", "Loads data").
		Form("Update team").Set("role", string(access.WorkspaceOperator)).Submit().Follow().
		Has("Ingest is now Workspace Operator in Data Platform.")

	page := b.Get(orgTeamsPath(h)).Click("Ingest").Status(200).Has("2 Members", "Ada", bo.Email, "1 Workspace", "Data Platform", "Workspace Operator")
	page = page.Click("Remove Ada").Has("Remove Ada from Ingest?", "Ada loses Organization Member and roles in 1 Workspace at once").
		Form("Remove member").Submit().Follow().Has("Ada removed from Ingest.", "1 Member")
	sees(404)

	page = page.Click("+ Member").Has("Add members to Ingest").Form("Add members").Tick("members", string(ada.ID), string(h.Owner.ID)).Submit().Follow().
		Has("2 people added to Ingest.", "3 Members")
	page = page.Click("Edit Ingest").Form("Save Changes").Set("name", "Loaders").Submit().Follow().Has("Changes to Loaders saved.")

	b.Get(teamsPath(h)).Click("Edit Loaders").Click("Remove team").Has("Remove Loaders from Data Platform?", "The team itself stays.").
		Form("Remove team").Submit().Follow().Has("Loaders removed from Data Platform.", "No teams in this Workspace")
	sees(404)

	page.Click("Delete Loaders").Has("Delete team Loaders?", "Its 3 members lose Organization Member").
		Form("Yes, Continue").Set("confirm", "Delete").Submit().Follow().Has("Team Loaders deleted.", "No teams yet")
	if _, err := h.DB.VerifyAudit(t.Context()); err != nil {
		t.Errorf("the chain does not hold: %v", err)
	}
}

// TestTeams_BadInput: whatever is wrong is said beside its field, what was typed stays, and nothing
// changes.
func TestTeams_BadInput(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	gone := h.Person("Gone", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember, ada)
	b := h.Browser(h.Owner)
	form := b.Get(orgTeamsPath(h) + "/new").Form("Add Team")
	unchanged := func(t *testing.T, do func()) {
		t.Helper()
		before := h.Dump()
		do()
		if h.Dump() != before {
			t.Error("something changed")
		}
	}
	t.Run("a name in use is told with the Organization's name, and the chosen people stay chosen", func(t *testing.T) {
		unchanged(t, func() {
			again := form.Set("name", "INGEST").Tick("members", string(ada.ID), string(gone.ID)).Submit().Status(422).
				Has("1 field needs your attention.", "Acme already has a Team called INGEST.").Form("Add Team")
			if got := again.Ticked("members"); again.Value("name") != "INGEST" || !slices.Contains(got, string(ada.ID)) || len(got) != 2 {
				t.Errorf("kept %q and %q", again.Value("name"), got)
			}
		})
	})
	t.Run("an empty name, a role that is none, and a person who left meanwhile", func(t *testing.T) {
		unchanged(t, func() {
			form.Set("name", "").Set("role", "ORGANIZATION_KING").Submit().Status(422).Has("2 fields need your attention.", "Enter a name.", "Select an Organization Role.")
		})
		if err := h.Members.Remove(t.Context(), h.Actor(h.Owner), h.Org.Scope(), gone.ID); err != nil {
			t.Fatal(err)
		}
		unchanged(t, func() {
			form.Set("name", "Later").Set("role", string(access.OrgMember)).Submit().Status(422).Has("Someone you selected is no longer a member of the Organization. Select again.")
		})
	})
	t.Run("nobody selected", func(t *testing.T) {
		b.Get(teamPath(h, team) + "/members/new").Form("Add members").Submit().Status(422).Has("Select at least one person.")
	})
	t.Run("a field that is no choice of several may not be sent twice", func(t *testing.T) {
		unchanged(t, func() {
			b.Post(orgTeamsPath(h), url.Values{"name": {"a", "b"}, "role": {string(access.OrgMember)}}).Status(400)
			b.Post(teamsPath(h), url.Values{"team": {string(team.ID), string(team.ID)}, "role": {string(access.WorkspaceMember)}}).Status(400)
		})
	})
	t.Run("more than 1,000 people at once", func(t *testing.T) {
		many := make([]string, 1001)
		for i := range many {
			many[i] = fmt.Sprintf("c%024d", i)
		}
		unchanged(t, func() {
			b.Post(teamPath(h, team)+"/members", url.Values{"members": many}).Status(422).Has("Select 1,000 people or fewer; these are 1001.")
		})
	})
	t.Run("another word than Delete", func(t *testing.T) {
		unchanged(t, func() {
			page := b.Get(teamPath(h, team)+"/delete").Form("Yes, Continue").Set("confirm", "delete").Submit().Status(422).Has("Type Delete, with a capital D, to confirm.")
			if got := page.Form("Yes, Continue").Value("confirm"); got != "delete" {
				t.Errorf("kept %q", got)
			}
		})
	})
	t.Run("no team selected, and one that was deleted in another tab", func(t *testing.T) {
		b.Post(teamsPath(h), url.Values{"team": {""}, "role": {string(access.WorkspaceMember)}}).Status(422).Has("Select a team.")
		b.Post(teamsPath(h), url.Values{"team": {"c00000000000000000000000z"}, "role": {string(access.WorkspaceMember)}}).Status(422).Has("That team no longer exists. Select another one.")
	})
	t.Run("a member removed in another tab, and a team deleted there", func(t *testing.T) {
		remove := b.Get(teamPath(h, team) + "/members/" + string(ada.ID) + "/remove").Form("Remove member")
		remove.Submit().Status(303)
		remove.Submit().Status(404).Has("This person is not in Ingest any more.", "Go to Teams")
		edit := b.Get(teamPath(h, team) + "/edit").Form("Save Changes")
		b.Get(teamPath(h, team)+"/delete").Form("Yes, Continue").Set("confirm", "Delete").Submit().Status(303)
		edit.Submit().Status(404).Has("This team no longer exists.")
	})
}

// TestTeams_LastOwnerInTheConsole: R62, in the dialog, with what to do about it.
func TestTeams_LastOwnerInTheConsole(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	team := h.Team("Owners", access.OrgOwner, ada)
	if err := h.Members.SetRole(t.Context(), h.Actor(ada), h.Org.Scope(), h.Owner.ID, access.OrgMember); err != nil {
		t.Fatal(err)
	}
	b := h.Browser(ada)
	const rule = "An Organization needs at least one active Owner. Make someone else an Owner first."
	b.Get(teamPath(h, team)+"/edit").Has("With a lower role you will lose access to API tokens here.").
		Form("Save Changes").Set("role", string(access.OrgMember)).Submit().Status(409).Has(rule)
	b.Get(teamPath(h, team)+"/delete").Has("You will lose access to API tokens here.").
		Form("Yes, Continue").Set("confirm", "Delete").Submit().Status(409).Has(rule)
	b.Get(teamPath(h, team) + "/members/" + string(ada.ID) + "/remove").Has("You will lose access to API tokens here.").
		Form("Remove member").Submit().Status(409).Has(rule)
}

// TestTeams_Dialogs: with htmx a change answers with the changed parts of the page and the notice.
func TestTeams_Dialogs(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	b := h.Browser(h.Owner)
	b.HTMX = true
	page := b.Post(orgTeamsPath(h), url.Values{"name": {"Ingest"}, "role": {string(access.OrgMember)}, "members": {string(ada.ID)}}).
		Status(200).Has("Team Ingest created.", "1 Team")
	if page.Header.Get("HX-Trigger") != "dialog:close" || page.Find("[hx-swap-oob] #team-table") == nil {
		t.Errorf("answers %v\n%s", page.Header, page.Body)
	}
	team := access.Team{ID: access.TeamID(strings.TrimPrefix(dagpasstest.Attr(page.Find("th[scope=row] a"), "href"), orgTeamsPath(h)+"/"))}
	page = b.Post(teamPath(h, team)+"/members", url.Values{"members": {string(h.Owner.ID)}}).Status(200).Has("Owner 01 added to Ingest.", "2 Members")
	if page.Find("#team-page") == nil {
		t.Error("the page behind the dialog is not renewed")
	}
	page = b.Post(teamsPath(h), url.Values{"team": {string(team.ID)}, "role": {string(access.WorkspaceMember)}}).Status(200).Has("Ingest added to Data Platform as Workspace Member.")
	if page.Text("#teams-count") != "1" {
		t.Errorf("the tab says %q", page.Text("#teams-count"))
	}
	b.Post(teamsPath(h)+"/"+string(team.ID), url.Values{"role": {"x"}}).Status(422).Has("Select a Workspace Role.")
	b.Get(teamPath(h, team)+"?q=ada").Status(200).Has("1 matching Member").HasNot("<html", "owner@acme.example")
	gone := b.Post(teamPath(h, team)+"/delete", url.Values{"confirm": {"Delete"}}).Status(200)
	if got := gone.Header.Get("HX-Redirect"); got != orgTeamsPath(h) {
		t.Errorf("leads to %q", got)
	}
}

// TestTeams_ManyPeople: above 200 candidates the choice is a search that keeps whom one chose, and a
// team of more than a page is paged.
func TestTeams_ManyPeople(t *testing.T) {
	h := dagpasstest.New(t)
	var ids []access.UserID
	for i := range 210 {
		u, err := h.Members.Create(t.Context(), dagpasstest.System(), h.Org.ID, access.NewMember{
			FullName: fmt.Sprintf("Person %03d", i), Email: fmt.Sprintf("p%03d@acme.example", i), Role: access.OrgMember})
		if err != nil {
			t.Fatal(err)
		}
		ids = append(ids, u.ID)
	}
	team := h.Team("Everyone", access.OrgMember)
	b := h.Browser(h.Owner)

	t.Run("without a script the form sends itself to the search, and comes back with what it held", func(t *testing.T) {
		form := b.Get(orgTeamsPath(h)+"/new").Status(200).Has("Find by name", "Refine your search.").Form("Search")
		page := form.Set("name", "Half").Set("role", string(access.OrgBillingAdmin)).Set("find", "person 00").Tick("members", string(ids[3])).Submit().Status(200)
		again := page.Form("Add Team")
		if again.Value("name") != "Half" || again.Value("role") != string(access.OrgBillingAdmin) || !slices.Equal(again.Ticked("members"), []string{string(ids[3])}) {
			t.Errorf("kept %q %q %q", again.Value("name"), again.Value("role"), again.Ticked("members"))
		}
		next := page.Form("Search").Set("find", "p209@").Submit().Status(200).Has("Person 003", "Person 209").HasNot("Person 004")
		next.Form("Add Team").Tick("members", string(ids[3]), string(ids[209])).Submit().Follow().Has("Team Half created.")
	})
	t.Run("with htmx the results alone are answered, with whom one chose on top", func(t *testing.T) {
		b.HTMX = true
		defer func() { b.HTMX = false }()
		page := b.Get(teamPath(h, team)+"/members/new?find=person+20&members="+string(ids[7])).Status(200).Has("Person 007", "Person 209").HasNot("<form", "Person 100")
		if first := page.Find("label"); !strings.HasPrefix(dagpasstest.Text(first), "Person 007") || page.Find("[checked][value="+string(ids[7])+"]") == nil {
			t.Errorf("begins with %s", dagpasstest.Text(first))
		}
	})
	t.Run("pages and search of a team of 200", func(t *testing.T) {
		if _, _, err := h.Teams.AddMembers(t.Context(), h.Actor(h.Owner), h.Org.ID, team.ID, ids[:200]); err != nil {
			t.Fatal(err)
		}
		page := b.Get(teamPath(h, team)).Status(200).Has("200 Members", "50 of 200 shown", "Person 000").HasNot("Person 050")
		page.Click("Next page").Status(200).Has("Person 050", "First page").HasNot("Person 049")
		b.Get(teamPath(h, team)+"?q=P199@ACME").Has("1 matching Member", "Person 199")
		b.Get(teamPath(h, team) + "?sort=-name").Has("Person 199").HasNot("Person 100")
		b.Get(teamPath(h, team)+"?q=nobody").Has("No members match these filters", "Clear filters")
	})
}

// TestTeams_ListState: search, filter, sort and page are in the URL, and unknown values are defaults.
func TestTeams_ListState(t *testing.T) {
	h := dagpasstest.New(t)
	for i := range 51 {
		h.Team(fmt.Sprintf("Team %02d", i), []access.Role{access.OrgMember, access.OrgBillingAdmin}[i%2])
	}
	b := h.Browser(h.Person("Mia", access.OrgMember))
	page := b.Get(orgTeamsPath(h)).Status(200).Has("51 Teams", "50 of 51 shown", "Team 00").HasNot("+ Team", "Team 50")
	page.Click("Next page").Status(200).Has("Team 50")
	b.Get(orgTeamsPath(h) + "?sort=-name").Has("Team 50").HasNot("Team 00")
	b.Get(orgTeamsPath(h)+"?role=ORGANIZATION_BILLING_ADMIN&q=team+0").Has("5 matching Teams", "Team 01").HasNot("Team 00")
	b.Get(orgTeamsPath(h)+"?q=nothing").Has("No teams match these filters", "Clear filters")
	b.Get(orgTeamsPath(h)+"?role=KING&sort=shoe&after=x").Status(200).Has("51 Teams", "Team 00")
	for _, sort := range []string{"members", "-members", "updated", "-updated"} {
		b.Get(orgTeamsPath(h) + "?sort=" + sort).Status(200).Has("50 of 51 shown")
	}
}

// TestTeams_OwnersNeedTheirPassword: giving an Owner role through a team asks for the password, and comes
// back to the form.
func TestTeams_OwnersNeedTheirPassword(t *testing.T) {
	h := dagpasstest.New(t)
	team := h.Team("Ingest", access.OrgMember)
	b := h.Browser(h.Owner)
	form := b.Get(teamsPath(h)+"/new").Form("Add team").Set("team", string(team.ID)).Set("role", string(access.WorkspaceOwner))
	h.Clock.Advance(access.ReauthWindow)
	before := h.Dump()
	page := form.Submit()
	if got, want := page.Header.Get("Location"), "/reauth?"; page.Code != http.StatusSeeOther || !strings.HasPrefix(got, want) || !strings.Contains(got, url.QueryEscape(teamsPath(h)+"/new")) {
		t.Errorf("%d, leads to %q", page.Code, got)
	}
	if h.Dump() != before {
		t.Error("something changed")
	}
}
