package views_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"golang.org/x/net/html"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

// everything is every page and, as a page, every dialog.
func everything(t *testing.T) map[string]string {
	t.Helper()
	all := map[string]string{}
	for name, p := range pages(t) {
		all[name] = render(t, p)
	}
	for name, d := range dialogs() {
		all["dialog page "+name] = render(t, d.Page(chrome(t)))
	}
	return all
}

func find(t *testing.T, page, selector string) []*html.Node {
	t.Helper()
	n, err := htmlcheck.Parse(page)
	if err != nil {
		t.Fatal(err)
	}
	found, err := htmlcheck.All(n, selector)
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func attr(n *html.Node, name string) string {
	v, _ := htmlcheck.Attr(n, name)
	return v
}

// What holds for every document of the console.
func TestPages(t *testing.T) {
	for name, page := range everything(t) {
		t.Run(name, func(t *testing.T) {
			htmlcheck.Run(t, page,
				htmlcheck.In("html", htmlcheck.HasAttr("lang", "en")),
				htmlcheck.In("title", htmlcheck.HasText(" · Dagpass")),
				htmlcheck.Count("h1", 1),
				htmlcheck.Count("main#main", 1),
				htmlcheck.NotIn("[style], style, script:not([src]), script:not([defer])"),
				htmlcheck.NotIn("[onclick], [onload], [hx-boost], [hx-disable], [hx-confirm], [hx-on]"),
				htmlcheck.NotIn("[id=submit], [name=submit], [name=action], [name=method]"),
				htmlcheck.NotIn("a:not([href]):not([aria-disabled])"),
				htmlcheck.NotIn("img:not([alt])"),
			)
			if focus := find(t, page, "[autofocus]"); len(focus) > 1 {
				t.Errorf("%d elements have autofocus", len(focus))
			}
			checkIDs(t, page)
			checkHeadings(t, page)
			checkForms(t, page)
		})
	}
}

// checkIDs fails when an id is used twice, or one is pointed at that is not there.
func checkIDs(t *testing.T, page string) {
	t.Helper()
	ids := map[string]bool{}
	for _, n := range find(t, page, "[id]") {
		if id := attr(n, "id"); ids[id] {
			t.Errorf("the id %q is used twice", id)
		} else {
			ids[id] = true
		}
	}
	for _, name := range []string{"for", "aria-labelledby", "aria-describedby", "aria-controls", "popovertarget", "form"} {
		for _, n := range find(t, page, "["+name+"]") {
			for id := range strings.FieldsSeq(attr(n, name)) {
				if !ids[id] && !lateIDs[id] {
					t.Errorf("%s points at #%s, which is not there", name, id)
				}
			}
		}
	}
}

// lateIDs stand in elements that arrive later: the dialog's title in the host.
var lateIDs = map[string]bool{"dialog-title": true}

// checkHeadings fails when a level is left out.
func checkHeadings(t *testing.T, page string) {
	t.Helper()
	level := 0
	for _, n := range find(t, page, "h1, h2, h3, h4") {
		next := int(n.Data[1] - '0')
		if next > level+1 {
			t.Errorf("%s %q follows a heading of level %d", n.Data, htmlcheck.Text(n), level)
		}
		level = next
	}
}

// checkForms fails when a control has no name for people, or a form is sent by anything but GET
// and POST.
func checkForms(t *testing.T, page string) {
	t.Helper()
	labelled := map[string]bool{}
	for _, n := range find(t, page, "label[for]") {
		labelled[attr(n, "for")] = true
	}
	for _, n := range find(t, page, "input, select, textarea") {
		hidden := attr(n, "type") == "hidden" || slices.ContainsFunc(n.Attr, func(a html.Attribute) bool { return a.Key == "hidden" })
		if !hidden && !labelled[attr(n, "id")] && n.Parent.Data != "label" {
			t.Errorf("the control %q has no label", attr(n, "name"))
		}
	}
	for _, n := range find(t, page, "form") {
		if m := attr(n, "method"); m != "post" && m != "get" || attr(n, "action") == "" {
			t.Errorf("a form is sent by %q to %q", m, attr(n, "action"))
		}
	}
}

func TestFrame(t *testing.T) {
	page := render(t, pages(t)["tokens"])
	htmlcheck.Run(t, page,
		htmlcheck.In("a.skip", htmlcheck.HasAttr("href", "#main")),
		htmlcheck.In("header nav, nav[aria-label=Workspace]"),
		htmlcheck.In(`#switcher a[aria-current="true"]`, htmlcheck.HasExactText("Data Platform")),
		htmlcheck.In(`nav[aria-label=Workspace] a[aria-current="page"]`, htmlcheck.HasExactText("Access Management")),
		htmlcheck.In(`nav[aria-label="Access Management"] a[aria-current="page"]`, htmlcheck.HasExactText("API Tokens 4")),
		htmlcheck.In(`form[action="/sign-out"][method=post] button`, htmlcheck.HasExactText("Sign out")),
		htmlcheck.In("dialog#dialog-host", htmlcheck.HasExactText("")),
		htmlcheck.In("#notices", htmlcheck.HasAttr("role", "status")),
		htmlcheck.In("template#problem-offline"), htmlcheck.In("template#problem-timeout"), htmlcheck.In("template#problem-server"),
		htmlcheck.In("meta[name=dagpass-idle]", htmlcheck.HasAttr("content", "1800")),
		htmlcheck.In("meta[name=htmx-config]", htmlcheck.HasAttr("content", `{"includeIndicatorCSS":false,"history":"reload","extensions":"none","noSwap":[204,304,"5xx"],"defaultTimeout":15000}`)),
	)
	t.Run("loads nothing but files of this server under hashed names", func(t *testing.T) {
		for _, n := range find(t, page, "script, link") {
			if url := attr(n, "src") + attr(n, "href"); !strings.HasPrefix(url, "/static/") {
				t.Errorf("loads %q", url)
			}
		}
	})
	t.Run("offers no link to what the person may not manage", func(t *testing.T) {
		htmlcheck.Run(t, render(t, pages(t)["workspace member"]),
			htmlcheck.NotIn(`a[href$="/tokens"]`), htmlcheck.NotIn(`a[href$="/audit"], nav[aria-label="Access Management"] a`))
	})
	t.Run("shows a notice and the warning about open connections", func(t *testing.T) {
		htmlcheck.Run(t, render(t, pages(t)["tokens paged"]),
			htmlcheck.In("#notices", htmlcheck.HasText("API token ci-deploy deleted.")),
			htmlcheck.In(".insecure", htmlcheck.HasText("not encrypted")))
	})
}

func TestTitles(t *testing.T) {
	all := everything(t)
	for name, want := range map[string]string{
		"tokens":                          "API Tokens · Data Platform · Dagpass",
		"organization tokens":             "API Tokens · Acme · Dagpass",
		"token":                           "ci-deploy · Acme · Dagpass",
		"start":                           "Workspaces · Dagpass",
		"profile":                         "Profile · Dagpass",
		"sign-in":                         "Sign in to Dagpass · Dagpass",
		"dialog page create":              "Create Workspace API Token · Data Platform · Dagpass",
		"dialog page create invalid":      "Error: Create Workspace API Token · Data Platform · Dagpass",
		"dialog page create organization": "Create Organization API Token · Acme · Dagpass",
		"dialog page edit from page":      "Edit API token · Acme · Dagpass",
		"dialog page delete":              "Delete API token ci-deploy? · Data Platform · Dagpass",
		"missing":                         "Page not found · Dagpass",
	} {
		t.Run(name, func(t *testing.T) {
			htmlcheck.Run(t, all[name], htmlcheck.In("title", htmlcheck.HasExactText(want)))
		})
	}
}

func TestTheme(t *testing.T) {
	for theme, want := range map[string]string{"light": "light", "dark": "dark", "system": "", "": "", `x" onload="`: ""} {
		t.Run(fmt.Sprintf("%q", theme), func(t *testing.T) {
			c := chrome(t)
			c.Theme = views.Theme(theme)
			got := attr(find(t, render(t, views.HelpPage(c)), "html")[0], "data-theme")
			if got != want {
				t.Errorf("data-theme is %q, want %q", got, want)
			}
		})
	}
}

func TestSignInPage(t *testing.T) {
	htmlcheck.Run(t, render(t, pages(t)["sign-in"]),
		htmlcheck.In("h1", htmlcheck.HasExactText("Sign in to Dagpass")),
		htmlcheck.In("#f-email", htmlcheck.HasAttr("autocomplete", "username"), htmlcheck.HasAttr("type", "email")),
		htmlcheck.In("#f-password", htmlcheck.HasAttr("autocomplete", "current-password"), htmlcheck.HasAttr("value", "")),
		htmlcheck.In("main", htmlcheck.HasText("You were signed out because nothing happened for 30 minutes.")),
		htmlcheck.In("#f-email[autofocus]"), htmlcheck.NotIn("[onpaste]"),
		htmlcheck.In("input[name=next]", htmlcheck.HasAttr("value", "/w")))
	htmlcheck.Run(t, render(t, pages(t)["sign-in refused"]),
		htmlcheck.In("[role=alert]", htmlcheck.HasExactText("That email and password don't match.")),
		htmlcheck.In("#f-email", htmlcheck.HasAttr("value", "ada@acme.example")),
		htmlcheck.In("#f-password[autofocus]"))
}

func TestSessionsPage(t *testing.T) {
	htmlcheck.Run(t, render(t, pages(t)["sessions"]),
		htmlcheck.Count(`form[action$="/end"]`, 2),
		htmlcheck.In(`form[action="/profile/sessions/l1/end"] button`, htmlcheck.HasAttr("aria-label", "Sign out Astro CLI at 192.0.2.7")),
		htmlcheck.In(`form[action="/profile/sessions/s2/end"] button`, htmlcheck.HasAttr("aria-label", "Sign out Firefox on macOS")),
		htmlcheck.In(`form[action="/profile/sessions/end-others"] button`, htmlcheck.HasExactText("Sign out all other sessions")))
}

func TestConsentPage(t *testing.T) {
	htmlcheck.Run(t, render(t, pages(t)["consent"]),
		htmlcheck.In("h1", htmlcheck.HasExactText("Allow Astro CLI?")),
		htmlcheck.In("main", htmlcheck.HasText("Astro CLI on this computer wants to act as Ada Park (ada@acme.example) in Acme."),
			htmlcheck.HasText("localhost:12345"), htmlcheck.HasText("Until Dec 23, 2026"), htmlcheck.HasText("astro login")),
		htmlcheck.Count("form", 1), htmlcheck.Count("form button", 2), htmlcheck.NotIn("[autofocus]"),
		htmlcheck.In("form", htmlcheck.HasAttr("action", "/authorize?client_id=astro-cli&state=a%26b"), htmlcheck.HasAttr("method", "post")),
		htmlcheck.In("form button[value=cancel]", htmlcheck.HasExactText("Cancel")),
		htmlcheck.In("form button[value=allow]", htmlcheck.HasExactText("Allow")))
}
