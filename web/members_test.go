package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
)

func usersPath(h *dagpasstest.House) string    { return "/w/" + string(h.Workspace.ID) + "/users" }
func orgUsersPath(h *dagpasstest.House) string { return "/o/" + string(h.Org.ID) + "/users" }

// TestMembers_Workspace: F1, F28, R42: adding, changing and removing people of a Workspace.
func TestMembers_Workspace(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	bo := h.Person("Bo", access.OrgMember).ID
	b := h.Browser(ada)

	list := b.Get(usersPath(h)).Status(200).Has("2 Members", "Ada", "Workspace Owner", "Direct", "Owner 01", "Organization Owner", "Add many")
	t.Run("nobody chosen and no role is said field by field", func(t *testing.T) {
		before := h.Dump()
		form := list.Click("+ Member").Status(200).Has("Add member", "Organization Member", "Workspace Role").Form("Add member")
		form.Set("role", "WORKSPACE_KING").Submit().Status(422).Has("Select a member.")
		form.Set("user", string(bo)).Submit().Status(422).Has("Select a Workspace Role.")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("a member of the Organization is added", func(t *testing.T) {
		b.Get(usersPath(h)).Click("+ Member").Form("Add member").Set("user", string(bo)).Set("role", "WORKSPACE_AUTHOR").Submit().Status(303).Follow().
			Has("Bo added to Data Platform as Workspace Author.", "3 Members")
		b.Post(usersPath(h), url.Values{"user": {string(bo)}, "role": {"WORKSPACE_MEMBER"}}).Status(409).Has("Bo already has a role here.")
	})
	t.Run("their role is changed, unless it changed meanwhile", func(t *testing.T) {
		stale := b.Get(usersPath(h)).Click("Edit Bo").Status(200).Has("Edit member", "Bo").Form("Update member")
		b.Get(usersPath(h)).Click("Edit Bo").Form("Update member").Set("role", "WORKSPACE_OPERATOR").Submit().Status(303).Follow().
			Has("Bo is now Workspace Operator.")
		stale.Set("role", "WORKSPACE_MEMBER").Submit().Status(409).Has("The role of Bo here is now Workspace Operator.")
		b.Get(usersPath(h)).Click("Edit Bo").Form("Update member").Set("role", "WORKSPACE_KING").Submit().Status(422).Has("Select a Workspace Role.")
	})
	t.Run("making an Owner asks for the password first", func(t *testing.T) {
		h.Clock.Advance(access.ReauthWindow + time.Minute)
		form := b.Get(usersPath(h)).Click("Edit Bo").Form("Update member").Set("role", "WORKSPACE_OWNER")
		answer := form.Submit().Status(303)
		if got := answer.Header.Get("Location"); !strings.HasPrefix(got, "/reauth?") {
			t.Errorf("leads to %s", got)
		}
	})
	t.Run("who is removed keeps what a team gives, and the notice says so", func(t *testing.T) {
		giveThroughTeam(t, h, "Ingest", bo, h.Workspace.Scope(), access.WorkspaceMember)
		b.Get(usersPath(h)).Click("Edit Bo").Has("Also Workspace Member through team Ingest; the higher role counts.")
		ask := b.Get(usersPath(h)).Click("Edit Bo").Click("Remove member").Status(200).
			Has("Remove Bo from Data Platform?", "Bo loses Workspace Operator in Data Platform at once.", "Bo keeps Workspace Member through team Ingest.")
		form := ask.Form("Remove member")
		form.Submit().Status(303).Follow().
			Has("Bo removed from Data Platform. Bo still has Workspace Member through team Ingest.", "Team Ingest")
		form.Submit().Status(404).Has("This person no longer has a role of their own here.")
		b.Get(usersPath(h)).Click("Edit Bo").Status(200).Has("Has Workspace Member through team Ingest.").HasNot("Update member")
	})
	t.Run("a form for somebody who lost the role meanwhile gives none", func(t *testing.T) {
		b.Post(usersPath(h)+"/"+string(bo), url.Values{"role": {"WORKSPACE_OPERATOR"}, "version": {"WORKSPACE_OPERATOR"}}).Status(404)
	})
	t.Run("changing oneself and being the last Owner is said beforehand", func(t *testing.T) {
		b.Get(usersPath(h)).Click("Edit Ada").Has("With a lower role you will lose access to API tokens here.",
			"With a lower role, no one but Organization Owners will manage this Workspace.")
		b.Get(usersPath(h)).Click("Edit Ada").Click("Remove member").Has("You will lose access to API tokens here.",
			"No one but Organization Owners will manage this Workspace.").Form("Remove member").Submit().Status(303).Follow().
			Has("Ada removed from Data Platform.")
		b.Get(usersPath(h)).Status(404)
	})
}

// giveThroughTeam makes a team of one person with a role.
func giveThroughTeam(t *testing.T, h *dagpasstest.House, name string, id access.UserID, at access.Scope, role access.Role) {
	t.Helper()
	h.GiveTeam(h.Team(name, access.OrgMember, dagpasstest.Person{User: access.User{ID: id}}), at, role)
}

// wantEvents checks the newest events of the house's Organization, the oldest of them first.
func wantEvents(t *testing.T, h *dagpasstest.House, want ...string) {
	t.Helper()
	all := h.Events(string(h.Org.ID))
	if got := all[max(0, len(all)-len(want)):]; !slices.Equal(got, want) {
		t.Errorf("recorded %q, want %q", got, want)
	}
}

// TestMembers_Organization: R43, F28: changing and removing people of the Organization.
func TestMembers_Organization(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	h.Token(ada, h.Workspace.Scope(), "ci", access.WorkspaceMember)
	b := h.Browser(h.Owner)

	b.Get(orgUsersPath(h)).Status(200).Has("2 Members", "Organization Member", "Joined", "Invite member", "inherits all")
	h.Browser(ada).Get(orgUsersPath(h)).Status(200).Has("2 Members", "Ada").HasNot("Invite member", "edit-"+string(ada.ID), "inherits all")
	t.Run("the role is changed, and an Owner's acts on the next request of an open session", func(t *testing.T) {
		b.Get(orgUsersPath(h)).Click("Edit Ada").Form("Update member").Set("role", "ORGANIZATION_OWNER").Submit().Status(303).Follow().
			Has("Ada is now Organization Owner.")
		h.Browser(ada).Get(orgUsersPath(h)).Has("Invite member")
		b.Get(orgUsersPath(h)).Click("Edit Ada").Form("Update member").Set("role", "ORGANIZATION_MEMBER").Submit().Status(303)
		h.Browser(ada).Get(orgUsersPath(h)).HasNot("Invite member")
	})
	t.Run("the last Owner is neither demoted nor removed", func(t *testing.T) {
		edit := b.Get(orgUsersPath(h)).Click("Edit Owner 01").Has("Owner 01 is the only active Organization Owner.")
		edit.Form("Update member").Set("role", "ORGANIZATION_MEMBER").Submit().Status(409).Has("An Organization needs at least one active Owner.")
		edit.Click("Remove member").Form("Remove member").Submit().Status(409).Has("Make someone else an Owner first.")
	})
	t.Run("a removal names what ends and what stays, and signs out at once", func(t *testing.T) {
		h.Team("Ingest", access.OrgMember, ada)
		b.Get(orgUsersPath(h)).Click("Edit Ada").Click("Remove member").Status(200).
			Has("Remove Ada from Acme?", "Ada loses access to 1 Workspace and is signed out at once.", "The API token they created keeps working.").
			Form("Remove member").Submit().Status(303).Follow().Has("Ada removed from Acme.", "1 Member")
		wantEvents(t, h, dagpasstest.EventOf(audit.MemberRemove, audit.OK, "Ada", "Owner 01"),
			dagpasstest.EventOf(audit.TeamMemberRemove, audit.OK, "Ingest", "Owner 01"), dagpasstest.EventOf(audit.MemberRemove, audit.OK, "Ada", "Owner 01"))
		b.Get("/w/" + string(h.Workspace.ID) + "/audit?act=member.remove").Status(200).Has("Ada")
		if at := h.Browser(ada).Get("/w").Status(303).Header.Get("Location"); !strings.HasPrefix(at, "/sign-in") {
			t.Errorf("her session leads to %s", at)
		}
		b.Get(tokensPath(h)).Has("ci", "by Ada (former member)")
	})
	t.Run("who was invited can be sent a new link or withdrawn, and who is here gets a password link", func(t *testing.T) {
		b.Get(orgUsersPath(h)).Click("Invite member").Form("Invite member").Set("email", "eve@acme.example").Submit().Status(200)
		b.Get(orgUsersPath(h)).Has("eve@acme.example", "Invited").Click("Edit eve@acme.example").Status(200).
			Has("Make a new invitation link", "Withdraw invitation").HasNot("Make a password link", "Remove member")
		h.Person("Cy", access.OrgMember)
		b.Get(orgUsersPath(h)).Click("Edit Cy").Has("Make a password link", "Remove member")
	})
	t.Run("who leaves lands at the sign-in", func(t *testing.T) {
		second := h.Browser(h.Person("Second", access.OrgOwner))
		second.Get(orgUsersPath(h)).Click("Edit Second").Click("Remove member").Form("Remove member").Submit().Status(303).Follow().Status(200).Has("Sign in")
	})
}

// TestMembers_Lists: search, filters, order and pages are in the URL, for htmx and without scripts.
func TestMembers_Lists(t *testing.T) {
	h := dagpasstest.New(t)
	for n := range 60 {
		h.Person(fmt.Sprintf("Person %02d", n), access.OrgMember)
	}
	bo := h.Member("Bo", h.Workspace.Scope(), access.WorkspaceAuthor)
	giveThroughTeam(t, h, "Ingest", bo.ID, h.Workspace.Scope(), access.WorkspaceOperator)
	b := h.Browser(h.Owner)

	b.Get(orgUsersPath(h)).Status(200).Has("62 Members", "50 of 62 shown", "Person 47").HasNot("Person 50").
		Click("Next page").Has("Person 50", "First page").HasNot("Person 47")
	b.Get(orgUsersPath(h) + "?sort=-name").Has("Person 59").HasNot("Person 05")
	b.Get(orgUsersPath(h)+"?q=PERSON+05").Has("1 matching Member", "Person 05")
	b.Get(orgUsersPath(h)+"?q=nobody").Has("No members match these filters", "Clear filters")
	b.Get(orgUsersPath(h)+"?role=ORGANIZATION_OWNER").Has("1 matching Member", "Owner 01")
	b.Get(orgUsersPath(h) + "?status=invited").Has("0 matching Members")
	b.Get(orgUsersPath(h) + "?status=alive&sort=age&role=king").Has("62 Members")

	b.Get(usersPath(h)).Has("2 Members", "Direct, Team Ingest", "Workspace Operator")
	b.Get(usersPath(h)+"?role=WORKSPACE_OPERATOR").Has("1 matching Member", "Bo")
	b.Get(usersPath(h) + "?role=WORKSPACE_AUTHOR").Has("0 matching Members")
	b.Get(usersPath(h)+"?source=owner").Has("1 matching Member", "Owner 01")

	b.HTMX = true
	table := b.Get(usersPath(h) + "?source=team").Status(200)
	if table.Find("#member-table") == nil || table.Find("main") != nil {
		t.Error("htmx does not get the table alone")
	}
}

// TestMembers_HTMX: a dialog answers into the page behind it.
func TestMembers_HTMX(t *testing.T) {
	h := dagpasstest.New(t)
	bo := h.Member("Bo", h.Workspace.Scope(), access.WorkspaceAuthor)
	b := h.Browser(h.Owner)
	b.HTMX = true
	answer := b.Post(usersPath(h)+"/"+string(bo.ID)+"?q=bo", url.Values{"role": {"WORKSPACE_MEMBER"}}).Status(http.StatusOK).
		Has("Bo is now Workspace Member.", "1 matching Member", "Workspace Member")
	if answer.Header.Get("HX-Trigger") != "dialog:close" {
		t.Error("the dialog stays open")
	}
	if got := b.Post(usersPath(h)+"/"+string(bo.ID), url.Values{"role": {"x"}}).Status(422); got.Find(".dlg") == nil {
		t.Error("no dialog to correct")
	}
}

// TestMembers_PickerSearches: above two hundred candidates, a search takes the place of the select.
func TestMembers_PickerSearches(t *testing.T) {
	h := dagpasstest.New(t)
	for n := range 201 {
		_, err := h.Members.Create(t.Context(), dagpasstest.System(), h.Org.ID, access.NewMember{
			FullName: fmt.Sprintf("Person %03d", n), Email: fmt.Sprintf("p%03d@acme.example", n), Role: access.OrgMember,
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	b := h.Browser(h.Owner)
	b.Get(usersPath(h)+"/new").Status(200).Has("Find by name", "Refine your search", "Person 000 (")
	b.Get(usersPath(h) + "/new?find=person+200&role=WORKSPACE_AUTHOR").Has("Person 200 (").HasNot("Person 000")
}
