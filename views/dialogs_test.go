package views_test

import (
	"strings"
	"testing"
	"time"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

// What holds for every dialog, open over a page and standing in one.
func TestDialogs(t *testing.T) {
	for name, d := range dialogs() {
		t.Run(name, func(t *testing.T) {
			fragment, page := render(t, d.Fragment()), render(t, d.Page(chrome(t)))
			t.Run("has its heading and one element for the focus", func(t *testing.T) {
				htmlcheck.Run(t, fragment,
					htmlcheck.In("h2#dialog-title", htmlcheck.HasExactText(d.Title())),
					htmlcheck.Count("[autofocus]", 1),
					htmlcheck.Count(".dlg-foot a[data-close]", 1),
					htmlcheck.NotIn("title, h1"))
				htmlcheck.Run(t, page, htmlcheck.In(`section[aria-labelledby="dialog-title"] h2#dialog-title`, htmlcheck.HasExactText(d.Title())))
			})
			t.Run("sends its form by htmx only when it is open over a page", func(t *testing.T) {
				for _, f := range find(t, fragment, "form") {
					if attr(f, "hx-post") != attr(f, "action") || attr(f, "hx-sync") != "this:drop" || attr(f, "hx-target") != "#dialog-host" {
						t.Errorf("the form to %q is sent by htmx to %q", attr(f, "action"), attr(f, "hx-post"))
					}
				}
				htmlcheck.Run(t, page, htmlcheck.NotIn(".dlg [hx-get], .dlg [hx-post], .dlg [hx-target], .dlg [hx-swap], .dlg [hx-trigger], .dlg [hx-sync], .dlg[hx-get]"))
			})
			t.Run("has the same fields and links both ways", func(t *testing.T) {
				for _, selector := range []string{"input, select, textarea", "a, button", "form"} {
					if a, b := outline(t, fragment, selector), outline(t, page, selector); a != b {
						t.Errorf("over a page:\n%s\nas a page:\n%s", a, b)
					}
				}
			})
			t.Run("uses no id twice", func(t *testing.T) { checkIDs(t, fragment) })
		})
	}
}

// outline lists elements of a dialog by what matters to a form without scripts.
func outline(t *testing.T, page, selector string) string {
	t.Helper()
	var b strings.Builder
	parts := strings.Split(selector, ", ")
	for i := range parts {
		parts[i] = ".dlg " + parts[i]
	}
	for _, n := range find(t, page, strings.Join(parts, ", ")) {
		b.WriteString(n.Data + " " + attr(n, "name") + attr(n, "href") + attr(n, "action") + " " + attr(n, "value") + " " + attr(n, "id") + "\n")
	}
	return b.String()
}

// The labels of the brief, exact in spelling and capitals.
func TestLabels(t *testing.T) {
	text := htmlcheck.HasExactText
	label := func(field, want string) htmlcheck.Check { return htmlcheck.In("label[for="+field+"]", text(want)) }
	all := dialogs()
	tests := map[string][]htmlcheck.Check{
		"create": {
			htmlcheck.In("h2", text("Create Workspace API Token")), label("f-name", "Name"),
			label("f-description", "Description (optional)"), label("f-role", "Workspace Role"),
			label("f-expiration", "Expiration"), htmlcheck.In("#f-submit", text("Create API token")),
		},
		"create organization": {
			htmlcheck.In("h2", text("Create Organization API Token")), label("f-role", "Organization Role"),
			htmlcheck.In("#f-submit", text("Create API token")),
		},
		"add": {
			htmlcheck.In("h2", text("Add Organization API Token")), label("f-token", "Organization API Tokens"),
			label("f-role", "Workspace Role"), htmlcheck.In("#f-submit", text("Add")),
		},
		"edit": {
			htmlcheck.In("h2", text("Edit API token")), htmlcheck.In("#f-submit", text("Save Changes")),
			htmlcheck.In(`a[href$="/rotate"]`, text("Rotate token")), htmlcheck.In(`a[href$="/delete"]`, text("Delete API Token")),
			htmlcheck.NotIn(`a[href$="/remove"]`),
		},
		"edit binding": {
			htmlcheck.In("#f-submit", text("Save Changes")), htmlcheck.In(`a[href$="/remove"]`, text("Remove API token")),
			htmlcheck.NotIn("#f-name"), htmlcheck.NotIn(`a[href$="/rotate"]`), htmlcheck.NotIn(`a[href$="/delete"]`),
		},
		"rotate": {htmlcheck.In("h2", text("Rotate ci-deploy?")), htmlcheck.In("#f-submit", text("Rotate token"))},
		"delete": {
			htmlcheck.In("h2", text("Delete API token ci-deploy?")), label("f-confirm", "Type Delete to confirm"),
			htmlcheck.In("#f-submit", text("Yes, Continue")),
		},
		"remove": {
			htmlcheck.In("h2", text("Remove ci-deploy from Data Platform?")), htmlcheck.In("#f-submit", text("Remove API token")),
			htmlcheck.NotIn("#f-confirm"),
		},
		"add to workspace": {label("f-workspace", "Workspace"), label("f-role", "Workspace Role"), htmlcheck.In("#f-submit", text("Add"))},
	}
	for name, checks := range tests {
		t.Run(name, func(t *testing.T) { htmlcheck.Run(t, render(t, all[name].Fragment()), checks...) })
	}
	t.Run("the fields of create stand in the brief's order", func(t *testing.T) {
		var order []string
		for _, n := range find(t, render(t, all["create"].Fragment()), ".field label") {
			order = append(order, htmlcheck.Text(n))
		}
		if got := strings.Join(order, ", "); got != "Name, Description (optional), Workspace Role, Expiration" {
			t.Errorf("the order is %s", got)
		}
	})
}

func TestCreateTokenDialog(t *testing.T) {
	t.Run("redisplays what was typed and focuses the first problem", func(t *testing.T) {
		p := createToken()
		p.Name, p.Description, p.Expiration, p.Role = "ci", " two\nlines ", "1.5", "WORKSPACE_AUTHOR"
		p.Problems = views.Problems{views.FieldExpiration: "Enter a whole number of days from 1 to 3650, or leave it empty."}
		page := render(t, views.CreateTokenDialog(p).Fragment())
		htmlcheck.Run(t, page,
			htmlcheck.In("[role=alert]", htmlcheck.HasExactText("1 field needs your attention.")),
			htmlcheck.In("#f-name", htmlcheck.HasAttr("value", "ci")),
			htmlcheck.In("#f-expiration[autofocus]", htmlcheck.HasAttr("value", "1.5"), htmlcheck.HasAttr("aria-invalid", "true"), htmlcheck.HasAttr("aria-describedby", "e-expiration h-expiration")),
			htmlcheck.In("#e-expiration", htmlcheck.HasText("whole number of days")),
			htmlcheck.In(`option[selected]`, htmlcheck.HasExactText("Workspace Author")),
			htmlcheck.In("input[name=form_key]", htmlcheck.HasAttr("value", "key-1")))
		if !strings.Contains(page, "> two\nlines </textarea>") {
			t.Error("the description lost its line break or its spaces")
		}
	})
	t.Run("warns in plain sight when the role is Workspace Owner", func(t *testing.T) {
		p := createToken()
		htmlcheck.Run(t, render(t, views.CreateTokenDialog(p).Fragment()), htmlcheck.In("[data-owner-warning][hidden]"))
		p.Role = "WORKSPACE_OWNER"
		htmlcheck.Run(t, render(t, views.CreateTokenDialog(p).Fragment()), htmlcheck.In("[data-owner-warning]:not([hidden])", htmlcheck.HasText("could manage users and other API tokens")))
	})
	t.Run("lists only the roles it is given", func(t *testing.T) {
		p := createToken()
		p.Roles = p.Roles[:2]
		htmlcheck.Run(t, render(t, views.CreateTokenDialog(p).Fragment()), htmlcheck.Count("option", 2))
	})
	t.Run("offers presets only where scripts run", func(t *testing.T) {
		htmlcheck.Run(t, render(t, views.CreateTokenDialog(createToken()).Fragment()), htmlcheck.Count(".js-only button[type=button][data-preset]", 5))
	})
	t.Run("goes back to the list as it was filtered", func(t *testing.T) {
		p := createToken()
		p.Filter = views.ListState{Filters: map[string]string{views.FilterStatus: views.StatusSoon}, Sort: "-used"}
		htmlcheck.Run(t, render(t, views.CreateTokenDialog(p).Page(chrome(t))),
			htmlcheck.In(".dlg-foot a", htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID)+"?sort=-used&status=soon")),
			htmlcheck.In(".dlg form", htmlcheck.HasAttr("action", views.WorkspaceTokensURL(data.ID)+"?sort=-used&status=soon")))
	})
}

func TestEditTokenDialog(t *testing.T) {
	t.Run("keeps a role that may not be granted", func(t *testing.T) {
		p := editToken()
		p.Role, p.Roles = "WORKSPACE_OWNER", views.WorkspaceRoles()[:3]
		htmlcheck.Run(t, render(t, views.EditTokenDialog(p).Fragment()), htmlcheck.In("option[selected]", htmlcheck.HasExactText("Workspace Owner")))
	})
	t.Run("says that an expired token can be rotated", func(t *testing.T) {
		p := editToken()
		p.Token.Expires = now.Add(-31 * day)
		htmlcheck.Run(t, render(t, views.EditTokenDialog(p).Fragment()), htmlcheck.In(".alert", htmlcheck.HasExactText("Expired on Oct 23, 2026. Rotate it to make it usable again.")))
	})
	t.Run("says that a revoked token can be rotated, whatever its expiration", func(t *testing.T) {
		p := editToken()
		p.Token.Expires, p.Token.Revoked = now.Add(-31*day), now.Add(-32*day)
		htmlcheck.Run(t, render(t, views.EditTokenDialog(p).Fragment()), htmlcheck.In(".alert",
			htmlcheck.HasExactText("Somebody who had its value revoked it on Oct 22, 2026, and nothing can use it since. Rotate it to make it usable again.")))
	})
	t.Run("does not speak of an expiration that never comes", func(t *testing.T) {
		p := editToken()
		p.Token.Expires, p.Token.Days = time.Time{}, 0
		htmlcheck.Run(t, render(t, views.EditTokenDialog(p).Fragment()),
			htmlcheck.In(".dlg-section p", htmlcheck.HasExactText("You get a new value. The current value stops working at once; name, description and role stay.")))
	})
	t.Run("links to Organization Settings only for those who may go there", func(t *testing.T) {
		p := editBinding()
		htmlcheck.Run(t, render(t, views.EditBindingDialog(p).Fragment()), htmlcheck.In(`.facts a[href^="/o/"]`))
		p.CanManageOrg = false
		htmlcheck.Run(t, render(t, views.EditBindingDialog(p).Fragment()), htmlcheck.NotIn(`a[href^="/o/"]`), htmlcheck.In(".facts", htmlcheck.HasText("Managed in Organization Settings")))
	})
	t.Run("a binding opened on the token page goes back there", func(t *testing.T) {
		p := editBinding()
		p.FromOrganization = true
		htmlcheck.Run(t, render(t, views.EditBindingDialog(p).Fragment()),
			htmlcheck.In(".dlg-foot a", htmlcheck.HasAttr("href", views.OrganizationTokenURL(acme.ID, p.Token.ID))),
			htmlcheck.In("form", htmlcheck.HasAttr("action", views.BindingURL(acme.ID, p.Token.ID, data.ID))))
	})
}

func TestConsequences(t *testing.T) {
	t.Run("rotate says what stops, who used it last and when it will end", func(t *testing.T) {
		htmlcheck.Run(t, render(t, views.RotateTokenDialog(rotateToken()).Fragment()),
			htmlcheck.In(".alert--warn", htmlcheck.HasExactText("The current value (…x7Qz) stops working as soon as you rotate. Last used 4 min ago by astro-cli 1.45 from 10.0.4.7.")),
			htmlcheck.In(".dlg-body", htmlcheck.HasText("The 110-day expiration starts again and ends Mar 13, 2027, 09:57 UTC.")),
			htmlcheck.In("input[name=generation]", htmlcheck.HasAttr("value", "3")))
	})
	t.Run("a token that was never used is no reason for alarm", func(t *testing.T) {
		p := rotateToken()
		p.Token.LastUse = views.LastUse{}
		htmlcheck.Run(t, render(t, views.RotateTokenDialog(p).Fragment()), htmlcheck.In(".alert--info", htmlcheck.HasText("It has never been used.")))
	})
	t.Run("delete says that there is no way back", func(t *testing.T) {
		htmlcheck.Run(t, render(t, views.DeleteTokenDialog(deleteToken()).Fragment()),
			htmlcheck.In(".alert--danger", htmlcheck.HasText("Every pipeline that uses this token stops working at once. The token can't be recovered. If you need it again, create a new one and update every workflow.")))
	})
	t.Run("delete keeps a wrong word and its button", func(t *testing.T) {
		p := deleteToken()
		p.Confirm, p.Problems = "delete", views.Problems{views.FieldConfirm: "Type Delete, with a capital D, to confirm."}
		htmlcheck.Run(t, render(t, views.DeleteTokenDialog(p).Fragment()),
			htmlcheck.In("#f-confirm", htmlcheck.HasAttr("value", "delete")), htmlcheck.In("#f-submit:not([disabled])"))
	})
	t.Run("remove says that the token itself stays", func(t *testing.T) {
		htmlcheck.Run(t, render(t, views.RemoveTokenDialog(removeToken()).Fragment()),
			htmlcheck.In(".alert", htmlcheck.HasText("The token loses its role Workspace Operator in Data Platform at once.")),
			htmlcheck.In(".alert", htmlcheck.HasText("The token itself is not deleted.")))
	})
}

func TestRevealDialog(t *testing.T) {
	for name, page := range map[string]string{
		"dialog": render(t, views.RevealDialog(reveal()).Fragment()),
		"page":   render(t, views.RevealDialog(reveal()).Page(chrome(t))),
	} {
		t.Run(name+" holds the value once, in the one element", func(t *testing.T) {
			if n := strings.Count(page, theValue); n != 1 {
				t.Errorf("the value stands there %d times", n)
			}
			htmlcheck.Run(t, page,
				htmlcheck.In("textarea[readonly][data-secret]", htmlcheck.HasExactText(theValue), htmlcheck.HasAttr("autocomplete", "off"), htmlcheck.HasAttr("spellcheck", "false"), htmlcheck.HasAttr("translate", "no"), htmlcheck.HasAttr("autocapitalize", "off")),
				htmlcheck.NotIn("[role=alert] textarea, [role=status] textarea"),
				htmlcheck.In("#snippet-cli", htmlcheck.HasText("export ASTRO_DOMAIN=localhost astro config set -g local.core http://localhost:8888 export ASTRO_API_TOKEN=<your-token>")),
				htmlcheck.In("#snippet-curl", htmlcheck.HasText("$ASTRO_API_TOKEN")),
				htmlcheck.In(".dlg-foot a", htmlcheck.HasExactText("Done")),
				htmlcheck.In("[data-guard][hidden]", htmlcheck.HasText("You have not copied this token.")),
				htmlcheck.NotIn(`.dlg-head a`))
		})
	}
	t.Run("a rotation has its own heading", func(t *testing.T) {
		p := reveal()
		p.Rotated = true
		if got := views.RevealDialog(p).Title(); got != "Token rotated" {
			t.Errorf("the heading is %q", got)
		}
	})
	t.Run("tells of a name that is taken", func(t *testing.T) {
		p := reveal()
		p.NameTaken = "release-bot"
		htmlcheck.Run(t, render(t, views.RevealDialog(p).Fragment()), htmlcheck.In(".dlg-body", htmlcheck.HasText("Another API token here is called release-bot. The Astro CLI's --name will be ambiguous.")))
	})
}

// Reloading a form that is out of date and leaving it are two different ways on.
func TestStale_LeadsBackToo(t *testing.T) {
	htmlcheck.Run(t, render(t, views.FailureDialog(views.Stale(tokensScreen(), "Changed.", "/form")).Page(chrome(t))),
		htmlcheck.In(".dlg-foot a", htmlcheck.HasExactText("Close"), htmlcheck.HasAttr("href", views.WorkspaceTokensURL(data.ID))),
		htmlcheck.In(`.dlg-body a[href="/form"]`, htmlcheck.HasExactText("Reload")))
}

func TestFailures(t *testing.T) {
	tests := map[string]struct {
		failure views.Failure
		want    string
	}{
		"already sent":  {views.AlreadySent(tokensScreen()), "This form was already sent, and the token exists. Its value was shown once and can't be shown again. If you did not copy it, rotate the token to get a new value."},
		"stale":         {views.Stale(tokensScreen(), "Sam Lee changed this API token. Reload to see the change.", "/x"), "Sam Lee changed this API token. Reload to see the change."},
		"gone":          {views.Gone(tokensScreen()), "This API token no longer exists."},
		"missing":       {views.Missing(), "This page doesn't exist, or you don't have access to it."},
		"not allowed":   {views.NotAllowed(tokensScreen(), "You can't manage API tokens here.", "Workspace Owner", "Workspace Operator", "Ada Park"), "You can't manage API tokens here. This needs the Workspace Owner role; you have Workspace Operator. Ask Ada Park or an Organization Owner."},
		"nobody to ask": {views.NotAllowed(views.Screen{}, "", "Organization Owner", "Organization Member", ""), "This needs the Organization Owner role; you have Organization Member. Ask an Organization Owner."},
		"foreign":       {views.ForeignRequest(), "This request did not come from Dagpass. Open the page again and retry."},
		"busy":          {views.Busy(), "Try again in a moment. Nothing was changed."},
		"too many":      {views.TooManyAttempts(7100 * time.Millisecond), "Too many attempts. Try again in 8 seconds."},
		"one second":    {views.TooManyAttempts(0), "Too many attempts. Try again in 1 second."},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			tt.failure.RequestID = "01JDB3"
			for _, page := range []string{render(t, views.FailurePage(chrome(t), tt.failure)), render(t, views.FailureDialog(tt.failure).Fragment())} {
				htmlcheck.Run(t, page, htmlcheck.In("main, .dlg", htmlcheck.HasText(tt.want), htmlcheck.HasText("Request ID 01JDB3")))
			}
		})
	}
}
