package views_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

func TestTokensPage(t *testing.T) {
	page := render(t, pages(t)["tokens"])
	htmlcheck.Run(t, page,
		htmlcheck.In("h1", htmlcheck.HasExactText("Access Management")),
		htmlcheck.In("caption#list-title", htmlcheck.HasExactText("4 API Tokens · 1 expires soon"), htmlcheck.HasAttr("tabindex", "-1")),
		htmlcheck.In("caption a", htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID)+"?status=soon")),
		htmlcheck.In(`[role=region][aria-labelledby="list-title"][tabindex="0"] table`),
		htmlcheck.Count("thead th[scope=col]", 7),
		htmlcheck.Count("tbody th[scope=row]", 4),
		htmlcheck.Count("[aria-sort]", 1),
		htmlcheck.In(`th[aria-sort="ascending"]`, htmlcheck.HasText("Name")),
		htmlcheck.In("#edit-c0000000000000000000000t1", htmlcheck.HasExactText("Edit"), htmlcheck.HasAttr("aria-label", "Edit ci-deploy")),
		htmlcheck.NotIn(".pager"))
	t.Run("every cell names its column for small screens", func(t *testing.T) {
		htmlcheck.Run(t, page, htmlcheck.Count("tbody td:not(.act):not([data-label])", 0), htmlcheck.Count("tbody td[data-label]", 20))
	})
	t.Run("every dialog link is a real link to the same URL", func(t *testing.T) {
		links := find(t, page, `[hx-target="#dialog-host"]`)
		if len(links) < 6 {
			t.Errorf("only %d", len(links))
		}
		for _, n := range links {
			if attr(n, "href") == "" || attr(n, "href") != attr(n, "hx-get") {
				t.Errorf("href %q, hx-get %q", attr(n, "href"), attr(n, "hx-get"))
			}
		}
	})
	t.Run("the menu offers both kinds of token", func(t *testing.T) {
		htmlcheck.Run(t, page,
			htmlcheck.In("#new-token-button", htmlcheck.HasExactText("+ API Token"), htmlcheck.HasAttr("popovertarget", "new-token")),
			htmlcheck.In("#new-token a:first-child", htmlcheck.HasText("Create Workspace API Token")),
			htmlcheck.In("#new-token a:last-child", htmlcheck.HasText("Add Organization API Token")))
	})
	t.Run("without the right the second entry stays, disabled, with its reason", func(t *testing.T) {
		l := list(workspaceLevel())
		l.CanAdd = false
		htmlcheck.Run(t, render(t, views.TokensPage(chrome(t), l)),
			htmlcheck.In(`#new-token a[aria-disabled="true"]:not([href])`, htmlcheck.HasExactText("Add Organization API Token Only an Organization Owner can do this")))
	})
}

func TestTokensPage_OfAnOrganization(t *testing.T) {
	htmlcheck.Run(t, render(t, pages(t)["organization tokens"]),
		htmlcheck.In(".crumbs", htmlcheck.HasExactText("Organization Settings")),
		htmlcheck.In("thead", htmlcheck.HasText("Organization Role Workspaces")),
		htmlcheck.NotIn("#filter-scope"), htmlcheck.NotIn("#new-token"),
		htmlcheck.In("#new-token-button", htmlcheck.HasAttr("href", views.NewOrganizationTokenURL(acme.ID))),
		htmlcheck.In("tbody th a", htmlcheck.HasAttr("href", views.OrganizationTokenURL(acme.ID, "c0000000000000000000000t1"))),
		htmlcheck.In("tbody tr:last-child", htmlcheck.HasText("inherits all")))
}

func TestTokenList_States(t *testing.T) {
	all := pages(t)
	t.Run("empty: explains and offers, without filters", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["tokens empty"]),
			htmlcheck.In(".empty h2", htmlcheck.HasExactText("No API tokens yet")),
			htmlcheck.In(".empty .btn--primary", htmlcheck.HasExactText("Create Workspace API Token")),
			htmlcheck.NotIn("#token-filters"), htmlcheck.NotIn("thead"), htmlcheck.NotIn(".pager"))
	})
	t.Run("no match: keeps the filters and offers to clear them", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["tokens no match"]),
			htmlcheck.In(".empty h2", htmlcheck.HasExactText("No API tokens match these filters")),
			htmlcheck.In(".empty a", htmlcheck.HasExactText("Clear filters"), htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID))),
			htmlcheck.In("#filter-q", htmlcheck.HasAttr("value", "nothing")))
	})
	t.Run("a later page links to the first and the next", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["tokens paged"]),
			htmlcheck.In(".pager", htmlcheck.HasText("4 of 312 shown")),
			htmlcheck.In("#first-page", htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID))),
			htmlcheck.In("#next-page", htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID)+"?after=c0000000000000000000000t4"), htmlcheck.HasAttr("hx-push-url", "true")))
	})
	t.Run("an error leaves the page usable", func(t *testing.T) {
		l := list(workspaceLevel())
		l.Rows, l.Problem = nil, "The list could not be read. Try again."
		htmlcheck.Run(t, render(t, views.TokensPage(chrome(t), l)),
			htmlcheck.In("main [role=alert]", htmlcheck.HasExactText("The list could not be read. Try again.")), htmlcheck.In("#token-filters"))
	})
}

func TestTokenList_Caption(t *testing.T) {
	for _, tt := range []struct {
		matches, soon int
		more          bool
		query         string
		want          string
	}{
		{1, 0, false, "", "1 API Token"},
		{4, 2, false, "", "4 API Tokens · 2 expire soon"},
		{3, 1, false, "x", "3 matching API Tokens"},
		{1, 1, false, "x", "1 matching API Token"},
		{1000, 0, true, "x", "1,000+ matching API Tokens"},
		{12345, 0, false, "", "12,345 API Tokens"},
	} {
		t.Run(tt.want, func(t *testing.T) {
			l := list(workspaceLevel())
			l.Matches, l.ExpiringSoon, l.More, l.State.Query = tt.matches, tt.soon, tt.more, tt.query
			htmlcheck.Run(t, render(t, views.TokenTable(chrome(t), l)), htmlcheck.In("caption", htmlcheck.HasExactText(tt.want)))
		})
	}
}

func TestTokenList_Expiration(t *testing.T) {
	for _, tt := range []struct {
		name    string
		expires time.Time
		want    string
	}{
		{"never", time.Time{}, "Never"},
		{"far", now.Add(15 * day), "Dec 8, 2026 in 15 days"},
		{"just over 14 days", now.Add(14*day + time.Second), "Dec 7, 2026 in 15 days"},
		{"14 days", now.Add(14 * day), "Expires in 14 days Dec 7, 2026"},
		{"hours", now.Add(5 * time.Hour), "Expires in 5 h Nov 23, 2026"},
		{"at this instant", now, "Expired Nov 23, 2026"},
		{"past", now.Add(-31 * day), "Expired Oct 23, 2026"},
	} {
		t.Run(tt.name, func(t *testing.T) {
			l := list(workspaceLevel())
			l.Rows = l.Rows[:1]
			l.Rows[0].Expires = tt.expires
			htmlcheck.Run(t, render(t, views.TokenTable(chrome(t), l)), htmlcheck.In(`td[data-label="Expiration"]`, htmlcheck.HasExactText(tt.want)))
		})
	}
}

func TestTokenList_Sort(t *testing.T) {
	for _, tt := range []struct{ sort, column, want string }{
		{"", "name", "?sort=-name"},
		{"-name", "name", ""},
		{"", "expires", "?sort=expires"},
		{"expires", "expires", "?sort=-expires"},
		{"", "used", "?sort=-used"},
		{"-used", "used", "?sort=used"},
		{"", "created", "?sort=-created"},
	} {
		t.Run(fmt.Sprintf("sorted by %q, a click on %s", tt.sort, tt.column), func(t *testing.T) {
			l := list(workspaceLevel())
			l.State.Sort, l.State.After = tt.sort, "c0000000000000000000000t0"
			htmlcheck.Run(t, render(t, views.TokenTable(chrome(t), l)),
				htmlcheck.In("#sort-"+tt.column, htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID)+tt.want)))
		})
	}
	t.Run("the order travels with the filter form", func(t *testing.T) {
		l := list(workspaceLevel())
		l.State.Sort = "-used"
		htmlcheck.Run(t, render(t, views.TokenTable(chrome(t), l)),
			htmlcheck.In(`#token-table input[name=sort][form="token-filters"]`, htmlcheck.HasAttr("value", "-used")))
	})
}

func TestTokenTable_IsOneWrapperWithATitle(t *testing.T) {
	page := render(t, views.TokenTable(chrome(t), list(workspaceLevel())))
	htmlcheck.Run(t, page, htmlcheck.In("title"), htmlcheck.Count("#token-table", 1), htmlcheck.NotIn("[autofocus], [hx-swap-oob], #token-toolbar"))
}

func TestRefreshes_ReplaceWrappersOnly(t *testing.T) {
	c := chrome(t)
	for name, page := range map[string]string{
		"list":   render(t, views.TokenRefresh(c, list(workspaceLevel()))),
		"token":  render(t, views.TokenPageRefresh(tokenPage())),
		"notice": render(t, views.NoticePart("Changes to ci-deploy saved.")),
	} {
		t.Run(name, func(t *testing.T) {
			htmlcheck.Run(t, page, htmlcheck.NotIn("[autofocus], title"), htmlcheck.NotIn("tr[hx-swap-oob], td[hx-swap-oob]"))
			for _, n := range find(t, page, "body > *") {
				if attr(n, "hx-swap-oob") == "" {
					t.Errorf("<%s> would land in the dialog", n.Data)
				}
			}
		})
	}
}

func TestTokenPage(t *testing.T) {
	htmlcheck.Run(t, render(t, pages(t)["token"]),
		htmlcheck.In("h1", htmlcheck.HasExactText("ci-deploy")),
		htmlcheck.In(".facts", htmlcheck.HasText("Organization Role Organization Member"), htmlcheck.HasText("Jan 12, 2027, 09:57 UTC (in 50 days)")),
		htmlcheck.In("#add-to-workspace", htmlcheck.HasExactText("Add to Workspace")),
		htmlcheck.In("#edit-"+data.ID, htmlcheck.HasAttr("aria-label", "Edit role in Data Platform")))
	htmlcheck.Run(t, render(t, pages(t)["token unbound"]),
		htmlcheck.In(".empty", htmlcheck.HasText("This token is in no Workspace. Until it is added to one, the Astro CLI shows it no Workspaces.")),
		htmlcheck.In(".empty #add-to-workspace"))
}

func TestTokenNameNote(t *testing.T) {
	htmlcheck.Run(t, render(t, views.TokenNameNote("ci-deploy")),
		htmlcheck.In("#name-note", htmlcheck.HasExactText("Another API token here is called ci-deploy. The Astro CLI's --name will be ambiguous.")))
	htmlcheck.Run(t, render(t, views.TokenNameNote("")), htmlcheck.In("#name-note", htmlcheck.HasExactText("")))
}

func TestPicker(t *testing.T) {
	all := dialogs()
	t.Run("is a select as long as that is handy", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["add"].Fragment()), htmlcheck.In("select#f-token", htmlcheck.HasText("Select an Organization API token deploy-all (…k2Pd)")))
	})
	t.Run("is a search above that, which also works without scripts", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["add search"].Page(chrome(t))),
			htmlcheck.In("fieldset legend", htmlcheck.HasExactText("Organization API Tokens")),
			htmlcheck.In("button[formmethod=get]", htmlcheck.HasAttr("formaction", views.AddTokenURL(data.ID))),
			htmlcheck.In("#picker-results input[type=radio][name=token]"),
			htmlcheck.In("#picker-results", htmlcheck.HasText("Refine your search.")))
	})
	t.Run("says when nothing is left", func(t *testing.T) {
		htmlcheck.Run(t, render(t, all["add none left"].Fragment()),
			htmlcheck.In(".dlg-body", htmlcheck.HasExactText("All Organization API tokens are already in this Workspace.")), htmlcheck.NotIn("form"))
		p := addToken()
		p.AnyToken, p.Picker.Candidates = false, nil
		htmlcheck.Run(t, render(t, views.AddTokenDialog(p).Fragment()), htmlcheck.In(".dlg-body", htmlcheck.HasText("Acme has no API tokens yet.")))
	})
}

func TestLongDescription_IsCut(t *testing.T) {
	l := list(workspaceLevel())
	l.Rows = l.Rows[:1]
	l.Rows[0].Description = strings.Repeat("ä", 81)
	htmlcheck.Run(t, render(t, views.TokenTable(chrome(t), l)), htmlcheck.In("tbody small", htmlcheck.HasExactText(strings.Repeat("ä", 79)+"… · …x7Qz")))
}
