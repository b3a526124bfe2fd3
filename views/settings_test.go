package views_test

import (
	"testing"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

// The labels of the settings, exact in spelling and capitals.
func TestSettingsLabels(t *testing.T) {
	text := htmlcheck.HasExactText
	label := func(field, want string) htmlcheck.Check { return htmlcheck.In("label[for="+field+"]", text(want)) }
	all := settingsDialogs()
	for name, checks := range map[string][]htmlcheck.Check{
		"create workspace": {
			htmlcheck.In("h2", text("Create Workspace")), label("f-name", "Name"), label("f-description", "Description (optional)"),
			htmlcheck.In("#f-submit", text("Create Workspace")),
			htmlcheck.In("form", htmlcheck.HasAttr("action", views.OrganizationWorkspacesURL(acme.ID)+"?q=fin")),
		},
		"edit workspace": {
			htmlcheck.In("h2", text("Edit Details")), label("f-cicd_enforcement", "CI/CD Enforcement Default"),
			htmlcheck.In("#h-cicd_enforcement", text("Applies to new Deployments.")),
			htmlcheck.In("option[selected]", text("On")), htmlcheck.In("#f-submit", text("Update Workspace")),
			htmlcheck.In("input[name=version]", htmlcheck.HasAttr("value", "3")),
		},
		"delete workspace": {
			htmlcheck.In("h2", text("Delete Workspace Data Platform?")), label("f-confirm", "Type delete to confirm"),
			htmlcheck.In("#f-submit.btn--danger", text("Yes, Continue")),
			htmlcheck.In(".alert--danger", text("3 Workspace API tokens will be deleted, and every pipeline that uses one of them stops working at once. "+
				"2 Organization API tokens lose their role here and keep working elsewhere. 7 people lose their role here. "+
				"1 team loses its role here. A deleted Workspace can't be recovered.")),
		},
		"delete empty workspace": {htmlcheck.In(".alert--danger", text("A deleted Workspace can't be recovered."))},
		"edit organization": {
			htmlcheck.In("h2", text("Edit Details")), htmlcheck.In("#f-submit", text("Update Organization")),
		},
	} {
		t.Run(name, func(t *testing.T) { htmlcheck.Run(t, render(t, all[name].Fragment()), checks...) })
	}
}

func TestSettingsPages(t *testing.T) {
	all := settingsPages(chrome(t), chrome(t))
	t.Run("General tells what the Organization is, and offers to edit it to those who may", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["general"]),
			htmlcheck.In("h2", htmlcheck.HasExactText("Organization Detail")),
			htmlcheck.In("dl", htmlcheck.HasText("Short name acme Product Dagpass, self-hosted")),
			htmlcheck.In("#edit-details", htmlcheck.HasAttr("href", views.EditGeneralURL(acme.ID))),
			htmlcheck.In(".side [aria-current=page]", htmlcheck.HasExactText("General")))
		htmlcheck.Run(t, render(t, all["general member"]), htmlcheck.NotIn("#edit-details"))
	})
	t.Run("Details says who changed it last, and offers what the role allows", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["workspace"]),
			htmlcheck.In("dl", htmlcheck.HasText("Updated Nov 1, 2026 by Sam Lee CI/CD Enforcement Default On")),
			htmlcheck.Count(`a[href="`+views.DeleteWorkspaceURL(data.ID)+`"]`, 1), htmlcheck.Count("#edit-details", 1))
		htmlcheck.Run(t, render(t, all["workspace member"]),
			htmlcheck.NotIn(`#edit-details, a[href="`+views.DeleteWorkspaceURL(data.ID)+`"]`), htmlcheck.NotIn("dl dt:nth-child(5)"))
	})
	t.Run("the list of Workspaces can be searched, sorted and paged", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["workspaces paged"]),
			htmlcheck.In("caption", htmlcheck.HasExactText("312 Workspaces")),
			htmlcheck.In("thead", htmlcheck.HasText("Name ↑ Users API Tokens Created")),
			htmlcheck.In("#next-page", htmlcheck.HasAttr("href", views.OrganizationWorkspacesURL(acme.ID)+"?after="+data.ID)),
			htmlcheck.In("tbody th a", htmlcheck.HasAttr("href", views.WorkspaceURL(data.ID))))
		htmlcheck.Run(t, render(t, all["workspaces no match"]), htmlcheck.In(".empty h2", htmlcheck.HasExactText("No Workspaces match these filters")))
		htmlcheck.Run(t, render(t, all["organization workspaces none"]),
			htmlcheck.In(".empty", htmlcheck.HasText("A Workspace groups the Deployments, people and API tokens of one team.")),
			htmlcheck.In(".empty .btn--primary", htmlcheck.HasExactText("Create Workspace")))
	})
	t.Run("several Organizations are a choice on the start page, one is none", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["start of two Organizations"]), htmlcheck.Count("#filter-organization option", 2))
		htmlcheck.Run(t, render(t, all["start"]), htmlcheck.NotIn("#filter-organization"))
	})
}
