package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

func generalPath(h *dagpasstest.House) string    { return "/o/" + string(h.Org.ID) + "/general" }
func workspacesPath(h *dagpasstest.House) string { return "/o/" + string(h.Org.ID) + "/workspaces" }
func detailsPath(ws access.Workspace) string     { return "/w/" + string(ws.ID) + "/details" }

// TestGeneral_Page: F4, the facts are for everybody of the Organization, the form for its Owners.
func TestGeneral_Page(t *testing.T) {
	h := dagpasstest.New(t)
	h.Clock.Advance(time.Minute)
	b := h.Browser(h.Owner)
	page := b.Get("/o/"+string(h.Org.ID)).Follow().Status(200).
		Has("Organization Detail", "Short name acme", "Dagpass, self-hosted", string(h.Org.ID), "Created Nov 23, 2026 by Owner 01")
	old := page.Click("Edit Details").Form("Update Organization")

	t.Run("a new name is everywhere on the next page", func(t *testing.T) {
		page.Click("Edit Details").Form("Update Organization").Set("name", "Acme Air & Söhne").Submit().Status(303).Follow().
			Has("Organization details saved.", "Short name acme-air-söhne", "General · Acme Air & Söhne · Dagpass", "Updated")
	})
	t.Run("wrong names keep what was typed", func(t *testing.T) {
		h.Elsewhere()
		form := b.Get(generalPath(h) + "/edit").Form("Update Organization")
		for name, want := range map[string]string{
			"": "Enter a name.", strings.Repeat("x", 51): "Use 50 characters or fewer; this name has 51.",
			"umbrella": "There is already an Organization called umbrella.",
		} {
			answer := form.Set("name", name).Submit().Status(422).Has("1 field needs your attention.", want)
			if got := answer.Form("Update Organization").Value("name"); got != name {
				t.Errorf("kept %q of %q", got, name)
			}
		}
	})
	t.Run("a form from before is told who was faster", func(t *testing.T) {
		old.Set("name", "Late").Submit().Status(409).Has("Owner 01 changed Acme Air & Söhne at 09:58 UTC.", "Reload")
	})
	t.Run("with htmx the whole page is loaded again, because its frame holds the name", func(t *testing.T) {
		hx := h.Browser(h.Owner)
		hx.HTMX = true
		answer := hx.Post(generalPath(h), url.Values{"name": {"Acme"}}).Status(200)
		if got := answer.Header.Get("HX-Redirect"); got != generalPath(h) {
			t.Errorf("HX-Redirect %q", got)
		}
	})
	t.Run("members read it and are not offered to change it", func(t *testing.T) {
		mia := h.Browser(h.Person("Mia", access.OrgMember))
		if mia.Get(generalPath(h)).Status(200).Has("Organization Detail").Find("#edit-details") != nil {
			t.Error("the form is offered")
		}
		mia.Get(generalPath(h)+"/edit").Status(403).Has("You can't change these details.", "Organization Owner")
		mia.Post(generalPath(h), url.Values{"name": {"Mine"}}).Status(403)
	})
}

// TestWorkspaces_Page: F4, an Organization Owner makes Workspaces; everybody sees their own.
func TestWorkspaces_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	form := b.Get(workspacesPath(h)).Status(200).Has("1 Workspace", "Data Platform").Click("+ Workspace").Status(200).
		Has("Create Workspace", "Description (optional)").Form("Create Workspace")

	t.Run("wrong fields keep what was typed, and nothing is made", func(t *testing.T) {
		before := h.Dump()
		form.Set("name", "data platform").Set("description", "kept").Submit().Status(422).
			Has("Acme already has a Workspace called data platform.", "kept")
		form.Set("name", " ").Set("description", strings.Repeat("x", 501)).Submit().Status(422).
			Has("2 fields need your attention.", "Enter a name.", "this description has 501.")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("a new one is entered at once", func(t *testing.T) {
		form.Set("name", "Finance").Set("description", "Books").Submit().Status(303).Follow().Status(200).
			Has("Workspace Finance created.", "No API tokens yet", "API Tokens · Finance · Dagpass")
		b.Get(workspacesPath(h)).Has("2 Workspaces", "Finance Books 1 0 Nov 23, 2026 by Owner 01")
	})
	t.Run("members see their own, without figures above their role, and make none", func(t *testing.T) {
		mia := h.Browser(h.Member("Mia", h.Workspace.Scope(), access.WorkspaceAccessor))
		page := mia.Get(workspacesPath(h)).Status(200).Has("1 Workspace", "Data Platform – –").HasNot("Finance")
		if page.Find("#new-workspace") != nil {
			t.Error("the form is offered")
		}
		mia.Get(workspacesPath(h) + "/new").Status(403).Has("You can't create Workspaces here.")
		h.Browser(h.Person("Nobody", access.OrgMember)).Get(workspacesPath(h)).Status(200).Has("You are not in a Workspace yet.")
	})
}

// TestStartPage_Many: an Owner of 300 Workspaces and a person in some of them find the one they want.
func TestStartPage_Many(t *testing.T) {
	h := dagpasstest.New(t)
	mia := h.Person("Mia", access.OrgMember)
	for i := range 119 {
		ws := h.NewWorkspace(fmt.Sprintf("Team %03d", i))
		if i%2 == 0 {
			h.Give(mia, ws.Scope(), access.WorkspaceMember)
		}
	}
	b := h.Browser(h.Owner)
	t.Run("they are paged by name", func(t *testing.T) {
		page := b.Get("/w").Status(200).Has("120 Workspaces", "50 of 120 shown", "Data Platform", "Team 048").HasNot("Team 049")
		page = page.Click("Next page").Has("Team 049", "Team 098").HasNot("Team 048", "Team 099")
		page = page.Click("Next page").Has("Team 118", "20 of 120 shown")
		page.Click("First page").Has("Data Platform")
	})
	t.Run("a search finds the one, and htmx gets the table alone", func(t *testing.T) {
		b.Get("/w?q=TEAM+117").Has("1 matching Workspace", "Team 117").HasNot("Team 116")
		b.Get("/w?q=zzz").Has("No Workspaces match these filters").Click("Clear filters").Has("120 Workspaces")
		hx := h.Browser(h.Owner)
		hx.HTMX = true
		if page := hx.Get("/w?q=117").Status(200).Has("Team 117"); page.Find("#workspace-toolbar") != nil || page.Find("#workspace-table") == nil {
			t.Error("it is not the table alone")
		}
	})
	t.Run("unknown values of the URL count as the default", func(t *testing.T) {
		b.Get("/w?sort=secret&after=x%27--&organization=c00000000000000000000000z").Status(200).Has("120 Workspaces", "Data Platform")
	})
	t.Run("a person sees their own only", func(t *testing.T) {
		h.Browser(mia).Get("/w?sort=-name").Status(200).Has("60 Workspaces", "Team 118", "Workspace Member").HasNot("Team 117", "Data Platform")
	})
	t.Run("with one Workspace there is nothing to choose", func(t *testing.T) {
		one := h.Browser(h.Member("Uno", h.Workspace.Scope(), access.WorkspaceMember))
		if got := one.Get("/w").Status(303).Header.Get("Location"); got != "/w/"+string(h.Workspace.ID) {
			t.Errorf("leads to %q", got)
		}
	})
}

// TestStartPage_LastPage: a last page that holds one Workspace is a page, not the only Workspace there is.
func TestStartPage_LastPage(t *testing.T) {
	h := dagpasstest.New(t)
	for i := range 50 {
		h.NewWorkspace(fmt.Sprintf("Team %03d", i))
	}
	h.Browser(h.Owner).Get("/w").Has("51 Workspaces").Click("Next page").Status(200).Has("1 of 51 shown", "Team 049")
}

// TestWorkspaceDetails_Page: F4.
func TestWorkspaceDetails_Page(t *testing.T) {
	h := dagpasstest.New(t)
	h.Clock.Advance(time.Minute)
	b := h.Browser(h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner))
	page := b.Get(detailsPath(h.Workspace)).Status(200).Has("CI/CD Enforcement Default Off", "by Owner 01", string(h.Workspace.ID))
	old := page.Click("Edit Details").Form("Update Workspace")

	t.Run("every field is saved and shown", func(t *testing.T) {
		page.Click("Edit Details").Form("Update Workspace").Set("name", "Data").Set("description", "Loads\nand more").Set("cicd_enforcement", "on").
			Submit().Status(303).Follow().Has("Workspace details saved.", "Name Data", "Loads and more", "CI/CD Enforcement Default On", "Updated Nov 23, 2026 by Ada")
	})
	t.Run("wrong fields keep what was typed", func(t *testing.T) {
		h.NewWorkspace("Finance")
		form := b.Get(detailsPath(h.Workspace) + "/edit").Form("Update Workspace")
		form.Set("name", "FINANCE").Submit().Status(422).Has("Acme already has a Workspace called FINANCE.")
		again := form.Set("name", "").Set("cicd_enforcement", "maybe").Submit().Status(422).
			Has("2 fields need your attention.", "Enter a name.", "Select On or Off.").Form("Update Workspace")
		if again.Value("description") != "Loads\nand more" {
			t.Errorf("kept %q", again.Value("description"))
		}
	})
	t.Run("a form from before is told who was faster", func(t *testing.T) {
		old.Set("name", "Late").Submit().Status(409).Has("Ada changed Data at 09:58 UTC.", "Reload")
	})
	t.Run("lower roles read it and are refused the rest", func(t *testing.T) {
		olga := h.Browser(h.Member("Olga", h.Workspace.Scope(), access.WorkspaceOperator))
		if page := olga.Get(detailsPath(h.Workspace)).Status(200); page.Find("#edit-details, a[href$='/delete']") != nil {
			t.Error("more is offered than the role allows")
		}
		olga.Get(detailsPath(h.Workspace)+"/edit").Status(403).Has("You can't change these details.", "Ada")
		olga.Get("/w/" + string(h.Workspace.ID) + "/delete").Status(403).Has("You can't delete this Workspace.")
	})
}

// TestDeleteWorkspace_Page: R61, the dialog says what ends, the word is typed, and then it has ended.
func TestDeleteWorkspace_Page(t *testing.T) {
	h := dagpasstest.New(t)
	finance := h.NewWorkspace("Finance")
	ada := h.Member("Ada", finance.Scope(), access.WorkspaceOwner)
	_, own := h.Token(h.Owner, finance.Scope(), "own", access.WorkspaceMember)
	shared, value := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	if _, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), finance.Scope(), shared.ID, access.WorkspaceMember); err != nil {
		t.Fatal(err)
	}
	b := h.Browser(ada)
	form := b.Get(detailsPath(finance)).Click("Delete Workspace").Status(200).
		Has("Delete Workspace Finance?", "1 Workspace API token will be deleted", "1 Organization API token loses its role here and keeps working elsewhere.",
			"1 person loses their role here.", "can't be recovered").Form("Yes, Continue")

	t.Run("another word changes nothing and stays to be corrected", func(t *testing.T) {
		answer := form.Set("confirm", "Delete").Submit().Status(422).Has("Type delete, in lower case, to confirm.", "1 Workspace API token will be deleted")
		if got := answer.Form("Yes, Continue").Value("confirm"); got != "Delete" || !h.Accepts(own) {
			t.Errorf("kept %q", got)
		}
	})
	t.Run("then it is gone, with its tokens", func(t *testing.T) {
		form.Set("confirm", "delete").Submit().Status(303).Follow().Status(200).Has("Workspace Finance deleted.")
		if h.Accepts(own) || !h.Accepts(value) {
			t.Error("the wrong tokens ended")
		}
		b.Get(detailsPath(finance)).Status(404)
		form.Submit().Status(404)
		h.Browser(h.Owner).Get(workspacesPath(h)).Has("1 Workspace").HasNot("Finance")
	})
	t.Run("an Organization Owner is led back to the list", func(t *testing.T) {
		ws := h.NewWorkspace("Short-lived")
		h.Browser(h.Owner).Get("/w/"+string(ws.ID)+"/delete").Form("Yes, Continue").Set("confirm", "delete").Submit().Status(303).Follow().
			Has("Workspace Short-lived deleted.", "Organization Settings", "1 Workspace")
	})
}
