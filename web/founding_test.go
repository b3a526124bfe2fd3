package web_test

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestFounding builds an Organization from nothing in the console, without a script: two Workspaces, ten
// people by paste, two teams, three Organization tokens bound across Workspaces. Then the audit page and
// both exports tell the whole story, and a removal acts on the next request of an open session.
func TestFounding(t *testing.T) {
	h := dagpasstest.New(t)
	org := "/o/" + string(h.Org.ID)
	b := h.Browser(h.Owner)

	b.Get(org+"/workspaces").Click("+ Workspace").Form("Create Workspace").Set("name", "Finance").Submit().Follow()
	finance := workspaceNamed(t, h, "Finance")
	people := invitePeople(t, h, b, 10)

	var lines strings.Builder
	for _, p := range people {
		fmt.Fprintf(&lines, "%s WORKSPACE_AUTHOR\n", p.Email)
	}
	b.Get(usersPath(h)+"/add-many").Form("Add members").Set("lines", lines.String()).Submit().Status(200).Has("10 added")

	for i, name := range []string{"Ingest", "Reports"} {
		form := b.Get(orgTeamsPath(h)+"/new").Form("Add Team").Set("name", name)
		form.Tick("members", string(people[2*i].ID), string(people[2*i+1].ID)).Submit().Status(303)
		addTeam(b, "/w/"+string(finance.ID), name, access.WorkspaceMember)
	}
	for _, name := range []string{"deploy-all", "monitoring", "catalog"} {
		page := b.Get(org+"/tokens/new").Form("Create API token").Set("name", name).Submit().Status(200)
		if page.Secret() == "" {
			t.Fatal("no value was shown")
		}
	}
	matrix := b.Get(org + "/tokens/matrix").Form("Review changes")
	for _, cell := range b.Get(org + "/tokens/matrix").All("tbody select") {
		matrix.Set(dagpasstest.Attr(cell, "name"), string(access.WorkspaceMember))
	}
	matrix.Submit().Status(200).Has("6 added").Form("Apply 6 changes").Submit().Status(303).Follow().Has("6 changes applied: 6 added.")

	t.Run("everyone is where they were put", func(t *testing.T) {
		b.Get(usersPath(h)).Has("11 Members")
		b.Get("/w/"+string(finance.ID)+"/users").Has("5 Members", "Team Ingest", "Team Reports")
		b.Get(org+"/tokens").Has("3 API Tokens", "deploy-all", "monitoring", "catalog")
		b.Get(org + "/users").Has("11 Members")
	})
	t.Run("the audit page and both exports tell the whole story", func(t *testing.T) { tellsTheStory(t, h, b) })
	t.Run("a removal acts on the next request of an open session", func(t *testing.T) {
		leaver := h.Browser(h.SignIn(people[9]))
		leaver.Get(usersPath(h)).Status(200)
		b.Get(org + "/users/" + string(people[9].ID) + "/remove").Form("Remove member").Submit().Status(303)
		leaver.Get(usersPath(h)).Status(303)
	})
}

func workspaceNamed(t *testing.T, h *dagpasstest.House, name string) access.MyWorkspace {
	t.Helper()
	mine, _, err := h.Workspaces.Mine(t.Context(), h.Actor(h.Owner), h.Org.ID, 10)
	if err != nil {
		t.Fatal(err)
	}
	for _, ws := range mine {
		if ws.Name == name {
			return ws
		}
	}
	t.Fatalf("no Workspace %s", name)
	return access.MyWorkspace{}
}

// invitePeople invites n people, each of whom accepts in a browser of their own.
func invitePeople(t *testing.T, h *dagpasstest.House, b *dagpasstest.Browser, n int) []access.User {
	t.Helper()
	var people []access.User
	for i := range n {
		email := fmt.Sprintf("person.%02d@acme.example", i)
		page := b.Get("/o/"+string(h.Org.ID)+"/users/invite").Form("Invite member").Set("email", email).Submit().Status(200)
		link, err := url.Parse(page.Secret())
		if err != nil {
			t.Fatal(err)
		}
		h.Stranger().Get("/invite").Form("Continue").Set("code", link.Fragment).Submit().Status(200).
			Form("Accept invitation").Set("name", fmt.Sprintf("Person %02d", i)).Set("password", dagpasstest.Password).Submit().Status(303)
		people = append(people, member(t, h, email))
	}
	return people
}

// member finds a member by their address.
func member(t *testing.T, h *dagpasstest.House, email string) access.User {
	t.Helper()
	found, err := h.Members.List(t.Context(), h.Actor(h.Owner), h.Org.Scope(), access.MemberFilter{Search: email}, access.Sort{By: access.SortByName}, access.Page{Limit: 2})
	if err != nil || len(found.Rows) != 1 {
		t.Fatalf("%d members are called %s: %v", len(found.Rows), email, err)
	}
	return found.Rows[0].User
}

// addTeam gives a team a role in a Workspace.
func addTeam(b *dagpasstest.Browser, workspace, name string, role access.Role) {
	page := b.Get(workspace + "/teams/new")
	form := page.Form("Add team")
	for _, option := range page.All("select[name=team] option") {
		if dagpasstest.Text(option) == name {
			form.Set("team", dagpasstest.Attr(option, "value"))
		}
	}
	form.Set("role", string(role)).Submit().Status(303)
}

// tellsTheStory compares what is on the page with what the exports hold.
func tellsTheStory(t *testing.T, h *dagpasstest.House, b *dagpasstest.Browser) {
	t.Helper()
	org := "/o/" + string(h.Org.ID)
	export := func(format string) string {
		return b.Get(org+"/audit").Form("Export").Set("days", "7").Set("format", format).Submit().Status(200).Body
	}
	lines := export("ndjson")
	counts := map[string]int{}
	for line := range strings.Lines(lines) {
		var e struct{ Action string }
		if err := json.Unmarshal([]byte(line), &e); err != nil {
			t.Fatalf("%v in %s", err, line)
		}
		counts[e.Action]++
	}
	for action, want := range map[string]int{
		"organization.create": 1, "workspace.create": 2, "invitation.create": 10, "invitation.accept": 10,
		"team.create": 2, "token.create": 3, "token.binding.add": 6, "audit.export": 0,
	} {
		if counts[action] != want {
			t.Errorf("%d events %s were exported, want %d", counts[action], action, want)
		}
	}
	if sheet := export("csv"); strings.Count(sheet, "\n") != strings.Count(lines, "\n")+2 { // a heading, and the first export
		t.Errorf("the sheet has %d lines, the other format %d", strings.Count(sheet, "\n"), strings.Count(lines, "\n"))
	}
	b.Get(org+"/audit").Has("Add API token to a Workspace", "deploy-all", "Tamper-evident.")
	if _, err := h.DB.VerifyAudit(t.Context()); err != nil {
		t.Error(err)
	}
}
