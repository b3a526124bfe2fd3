package web_test

import (
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

func tokensPath(h *dagpasstest.House) string { return "/w/" + string(h.Workspace.ID) + "/tokens" }

func orgTokensPath(h *dagpasstest.House) string { return "/o/" + string(h.Org.ID) + "/tokens" }

// TestCreateToken_Page: R11, R12, R13, R14, R15, R16, R38, R54, F7, F8.
func TestCreateToken_Page(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	b := h.Browser(ada)

	list := b.Get(tokensPath(h)).Status(200).Has("Access Management", "API Tokens", "No API tokens yet")
	form := list.Click("Create Workspace API Token").Status(200).
		Has("Name", "Description (optional)", "Workspace Role", "Expiration", "1 to 3650 days", "Grant the lowest role").
		Form("Create API token")

	t.Run("every wrong field keeps what was typed and says what to write", func(t *testing.T) {
		before := h.Dump()
		for _, days := range []string{"0", "-1", "3651", "1.5", "ten"} {
			page := form.Set("name", "ci").Set("expiration", days).Submit().Status(422)
			page.Has("1 field needs your attention.", "Enter a whole number of days from 1 to 3650, or leave it empty.")
			if got := page.Form("Create API token").Value("expiration"); got != days {
				t.Errorf("kept %q of %q", got, days)
			}
		}
		page := form.Set("name", "\u202eevil").Set("description", strings.Repeat("x", 501)).Set("role", "WORKSPACE_KING").Set("expiration", "1.5").Submit().Status(422)
		page.Has("4 fields need your attention.", "Remove the character U+202E; it can't be seen.",
			"Use 500 characters or fewer; this description has 501.", "Select a Workspace Role.")
		if title := page.Text("title"); !strings.HasPrefix(title, "Error: ") {
			t.Errorf("title %q", title)
		}
		form.Set("name", "bad \xff bytes").Submit().Status(422).Has("Use text encoded as UTF-8.")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})

	var value string
	form.Set("name", "ci-deploy").Set("description", "GitHub Actions").Set("role", "WORKSPACE_AUTHOR").Set("expiration", "30")
	t.Run("the value is shown once, works, and comes with what to do with it", func(t *testing.T) {
		page := form.Submit().Status(200).Has("API token created", "Copy this token now", "You will not be able to see it again",
			"export ASTRO_API_TOKEN=<your-token>", "ASTRO_DOMAIN=localhost", "curl -H", "secret of your CI system", "Never print it")
		value = page.Secret()
		if !h.Accepts(value) {
			t.Error("the value is refused")
		}
		if strings.Count(page.Body, value) != 1 {
			t.Error("the value stands in more than one place")
		}
		if got := page.Header.Get("Cache-Control"); got != "no-store" {
			t.Errorf("Cache-Control %q", got)
		}
	})
	t.Run("sent again, the form makes nothing and shows nothing", func(t *testing.T) {
		before := h.Dump()
		form.Submit().Status(409).Has("already sent", "Its value was shown once", "rotate the token").HasNot(value)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("no later page, log or file holds it", func(t *testing.T) {
		page := b.Get(tokensPath(h)).Status(200).Has("ci-deploy", "GitHub Actions", "Workspace Author", "in 30 days", "Never used", "by Ada").HasNot(value)
		page.Click("Edit ci-deploy").Status(200).HasNot(value)
		if strings.Contains(h.Logs.String(), value) {
			t.Error("it was logged")
		}
		if strings.Contains(h.Dump(), value) {
			t.Error("it is in the database")
		}
	})
	t.Run("the page after it changes a cookie, so that browsers drop the page with the value", func(t *testing.T) {
		if b.Cookie("__Host-dagpass-gen") == "" {
			t.Error("no cookie was changed")
		}
	})
}

// TestEditToken_Page: R22, R23, R24, R26, R30.
func TestEditToken_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner))
	tok, _ := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)

	page := b.Get(tokensPath(h)).Click("Edit ci").Status(200).
		Has("Edit API token", "Rotate token", "Delete API Token", "Make sure that no CI/CD pipeline uses this token", "A deleted token can't be recovered")
	if page.Find("[name=expiration]") != nil {
		t.Error("the expiration can be edited")
	}
	old := page.Form("Save Changes")
	page.Form("Save Changes").Set("name", "ci-deploy").Set("role", "WORKSPACE_MEMBER").Submit().Status(303).Follow().
		Has("Changes to ci-deploy saved.", "Workspace Member")
	b.Get(tokensPath(h)).HasNot("Changes to ci-deploy saved.")

	old.Set("name", "late").Submit().Status(409).Has("Ada changed ci-deploy at 09:57 UTC. Reload to see the change.", "Reload")
	page = b.Get(tokensPath(h) + "/" + string(tok.ID) + "/edit")
	page.Form("Save Changes").Set("name", "").Submit().Status(422).Has("Enter a name.")
}

// TestRotateToken_Page: R31, R33, R35, F11.
func TestRotateToken_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner))
	_, old := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)

	page := b.Get(tokensPath(h)).Click("Edit ci").Click("Rotate token").Status(200).
		Has("Rotate ci?", "stops working as soon as you rotate", "It has never been used.", "The 90-day expiration starts again")
	form := page.Form("Rotate token")
	late := b.Get(page.Path).Form("Rotate token")
	shown := form.Submit().Status(200).Has("Token rotated")
	if value := shown.Secret(); !h.Accepts(value) || h.Accepts(old) || value == old {
		t.Error("the wrong value is accepted")
	}
	form.Submit().Status(409).Has("already sent").HasNot("data-secret")
	late.Submit().Status(409).Has("was rotated at 09:57 UTC").HasNot("data-secret")
}

// TestDeleteToken_Page: R26, R27, R28, F12.
func TestDeleteToken_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner))
	tok, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)

	page := b.Get(tokensPath(h)).Click("Edit ci").Click("Delete API Token").Status(200).
		Has("Delete API token ci?", "Every pipeline that uses this token stops working at once", "create a new one and update every workflow", "Type Delete to confirm")
	for _, word := range []string{"", "delete", "Delete it"} {
		again := page.Form("Yes, Continue").Set("confirm", word).Submit().Status(422).Has("Type Delete, with a capital D, to confirm.")
		if got := again.Form("Yes, Continue").Value("confirm"); got != word {
			t.Errorf("kept %q of %q", got, word)
		}
	}
	if !h.Accepts(value) {
		t.Fatal("a wrong word ended the token")
	}
	page.Form("Yes, Continue").Set("confirm", "Delete").Submit().Status(303).Follow().Has("API token ci deleted.", "No API tokens yet")
	if h.Accepts(value) {
		t.Error("the value is still accepted")
	}
	page.Form("Yes, Continue").Set("confirm", "Delete").Submit().Status(404).Has("This API token no longer exists.")
	b.Get(tokensPath(h) + "/" + string(tok.ID) + "/edit").Status(404)
}

// TestOrganizationTokens_Page: R9, R10, R17, R19, R20, R21, R29, R30, R34, R46, F13, F14.
func TestOrganizationTokens_Page(t *testing.T) {
	h := dagpasstest.New(t)
	finance := h.NewWorkspace("Finance")
	b := h.Browser(h.Owner)

	b.Get(orgTokensPath(h)).Status(200).Click("+ API Token").Has("Create Organization API Token", "Organization Role").
		Form("Create API token").Set("name", "deploy-all").Submit().Status(200).Secret()

	t.Run("added to a Workspace from that Workspace", func(t *testing.T) {
		page := b.Get(tokensPath(h)).Click("Add Organization API Token").Status(200).Has("Organization API Tokens", "Workspace Role", "deploy-all")
		form := page.Form("Add")
		form.Submit().Status(422).Has("Select an Organization API token.")
		id := dagpasstest.Attr(page.Find("select[name=token] option:nth-child(2)"), "value")
		form.Set("token", id).Set("role", "WORKSPACE_OPERATOR").Submit().Status(303).Follow().
			Has("deploy-all added to Data Platform as Workspace Operator.", "Organization")
		form.Submit().Status(409).Has("That token already has a role in this Workspace.")
		b.Get(tokensPath(h) + "/add").Has("All Organization API tokens are already in this Workspace.")
	})
	t.Run("and to another from its own page", func(t *testing.T) {
		page := b.Get(orgTokensPath(h)).Click("deploy-all").Status(200).Has("Data Platform", "Workspace Operator")
		form := page.Click("Add to Workspace").Form("Add")
		form.Set("workspace", string(finance.ID)).Set("role", "WORKSPACE_MEMBER").Submit().Status(303).Follow().
			Has("deploy-all added to Finance as Workspace Member.", "Data Platform", "Finance")
	})
	t.Run("in a Workspace only its role can be changed, and the screen says where the rest is", func(t *testing.T) {
		page := b.Get(tokensPath(h)).Click("Edit deploy-all").Status(200).Has("Managed in Organization Settings", "Remove API token").HasNot("Rotate token", "Delete API Token")
		if page.Find("input[name=name]") != nil {
			t.Error("its name can be edited here")
		}
		page.Form("Save Changes").Set("role", "WORKSPACE_AUTHOR").Submit().Status(303).Follow().Has("deploy-all is now Workspace Author in Data Platform.")
	})
	t.Run("removed from one Workspace it stays in the other", func(t *testing.T) {
		page := b.Get(tokensPath(h)).Click("Edit deploy-all").Click("Remove API token").Status(200).
			Has("Remove deploy-all from Data Platform?", "The token itself is not deleted.", "Make sure that no CI/CD pipeline here uses it.")
		page.Form("Remove API token").Submit().Status(303).Follow().Has("deploy-all removed from Data Platform. The token still works elsewhere.")
		b.Get(orgTokensPath(h)).Click("deploy-all").Has("Finance").HasNot("Workspace Author")
	})
	t.Run("removed and edited from its own page", func(t *testing.T) {
		page := b.Get(orgTokensPath(h)).Click("deploy-all")
		page.Click("Edit role in Finance").Form("Save Changes").Set("role", "WORKSPACE_OPERATOR").Submit().Status(303).Follow().Has("deploy-all is now Workspace Operator in Finance.")
	})
	t.Run("a Workspace Owner sees the item disabled with the reason, and the server refuses", func(t *testing.T) {
		ada := h.Browser(h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner))
		h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceMember)
		page := ada.Get(tokensPath(h)).Has("Only an Organization Owner can do this")
		if item := page.Find("[aria-disabled=true]"); item == nil || !strings.Contains(dagpasstest.Text(item), "Add Organization API Token") {
			t.Error("the item is not disabled")
		}
		ada.Get(tokensPath(h) + "/add").Status(403).Has("Organization Owner")
		ada.Post(tokensPath(h)+"/add", url.Values{"token": {"x"}, "role": {"WORKSPACE_MEMBER"}}).Status(403)
		ada.Get(orgTokensPath(h)).Status(403)
	})
}

// TestNotAllowed_Page names the role that would do, the role held and whom to ask: F15, R2.
func TestNotAllowed_Page(t *testing.T) {
	h := dagpasstest.New(t)
	h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	b := h.Browser(h.Member("Olga", h.Workspace.Scope(), access.WorkspaceOperator))
	b.Get(tokensPath(h)).Status(403).
		Has("You can't manage API tokens here. This needs the Workspace Owner role; you have Workspace Operator. Ask Ada or an Organization Owner.").
		HasNot("API Tokens</a>")
	b.Get("/w/"+string(h.Workspace.ID)).Follow().Status(200).Has("Data Platform", "Workspace Operator")
	accessor := h.Browser(h.Member("Carl", h.Workspace.Scope(), access.WorkspaceAccessor))
	accessor.Get(tokensPath(h)).Status(403).Has("Ask an Organization Owner.").HasNot("Ada")
}

// TestHTMX_Answers: the second half of every answer.
func TestHTMX_Answers(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	b.HTMX = true
	fragment := func(p *dagpasstest.Page, kind string) *dagpasstest.Page {
		t.Helper()
		if got := p.Header.Get("Dagpass-Fragment"); got != kind {
			t.Errorf("%s: fragment %q, want %q", p.Path, got, kind)
		}
		if strings.Contains(p.Body, "<!DOCTYPE") || strings.Contains(p.Body, "<!doctype") {
			t.Errorf("%s: a whole document", p.Path)
		}
		return p
	}
	dialog := fragment(b.Get(tokensPath(h)+"/new").Status(200), "dialog")
	fragment(dialog.Form("Create API token").Submit().Status(422), "dialog").Has("Enter a name.")
	shown := fragment(dialog.Form("Create API token").Set("name", "ci").Submit().Status(200), "dialog")
	if shown.Find("#token-table") == nil {
		t.Error("the list is not refreshed")
	}
	shown.Secret()
	fragment(b.Get(tokensPath(h)+"?q=c"), "part").Has("1 matching API Token")
	fragment(b.Get(tokensPath(h)+"/name?name=ci"), "part").Has("Another API token here is called ci")

	list := h.Browser(h.Owner).Get(tokensPath(h))
	edit := fragment(b.Get(dagpasstest.Attr(list.Find("a[aria-label='Edit ci']"), "href")), "dialog")
	saved := fragment(edit.Form("Save Changes").Set("name", "ci-2").Submit().Status(200), "part").Has("Changes to ci-2 saved.")
	if saved.Header.Get("HX-Reswap") != "none" || saved.Header.Get("HX-Trigger") != "dialog:close" {
		t.Errorf("headers %v", saved.Header)
	}
	for _, p := range []*dagpasstest.Page{saved, dialog} {
		if p.Header.Get("Vary") != "HX-Request" || p.Header.Get("Cache-Control") != "no-store" {
			t.Errorf("%s: %v", p.Path, p.Header)
		}
	}
	fragment(b.Get(tokensPath(h)+"/c00000000000000000000000z/edit").Status(404), "dialog")

	t.Run("a session that ended sends the whole page to the sign-in", func(t *testing.T) {
		h.Clock.Advance(31 * time.Minute)
		got := b.Get(tokensPath(h) + "/new").Status(401)
		if to := got.Header.Get("HX-Redirect"); !strings.HasPrefix(to, "/sign-in?next=") {
			t.Errorf("redirect %q", to)
		}
	})
}

// TestListTokens_Page: F9, filters and sort in the URL, keyset pages.
func TestListTokens_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	for i := range 60 {
		h.Token(h.Owner, h.Workspace.Scope(), "job-"+string(rune('a'+i/10))+string(rune('0'+i%10)), access.WorkspaceMember)
	}
	first := b.Get(tokensPath(h)).Status(200).Has("60 API Tokens", "50 of 60 shown", "Next page", "job-a0").HasNot("job-f5")
	second := first.Click("Next page").Status(200).Has("job-f5", "First page").HasNot("job-a0")
	second.Click("First page").Has("job-a0")
	b.Get(tokensPath(h) + "?sort=-name").Has("job-f9").HasNot("job-a0")
	b.Get(tokensPath(h) + "?q=job-b7").Has("1 matching API Token").HasNot("job-a0<")
	b.Get(tokensPath(h) + "?q=JOB-B").Has("10 matching API Tokens")
	b.Get(tokensPath(h)+"?status=expired").Has("No API tokens match these filters", "Clear filters")
	b.Get(tokensPath(h) + "?role=WORKSPACE_OWNER").Has("No API tokens match these filters")
	b.Get(tokensPath(h) + "?scope=organization").Has("No API tokens match these filters")
	b.Get(tokensPath(h) + "?status=nonsense&sort=nonsense&after=nonsense&x=y&q=%00").Status(200).Has("60 API Tokens")
	b.Get(tokensPath(h) + "?after=c00000000000000000000000z").Status(200).Has("job-a0")
}

// TestBadRequests: unknown paths, wrong methods, oversized bodies and foreign requests get a page.
func TestBadRequests(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	b.Get("/nowhere").Status(404).Has("Page not found")
	b.Get("/w/../etc").Status(404)
	b.Do(http.MethodPut, tokensPath(h), url.Values{}).Status(405).Has("Not possible")
	b.Post(tokensPath(h), url.Values{"name": {strings.Repeat("x", 70_000)}}).Status(413).Has("larger than this form allows")
	b.Post(tokensPath(h), url.Values{"name": {"a", "b"}}).Status(400).Has("was sent more than once")

	b.Header.Set("Content-Type", "multipart/form-data; boundary=x")
	b.Post(tokensPath(h), nil).Status(415)
	b.Header.Del("Content-Type")

	for _, foreign := range []map[string]string{
		{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"},
		{"Origin": "null", "Sec-Fetch-Site": "cross-site"},
		{"Origin": "http://localhost:9999", "Sec-Fetch-Site": "same-site"},
	} {
		evil := h.Browser(h.Owner)
		for name, value := range foreign {
			evil.Header.Set(name, value)
		}
		evil.Post(tokensPath(h), url.Values{"name": {"ci"}, "role": {"WORKSPACE_MEMBER"}}).Status(403).Has("did not come from Dagpass")
	}
	list, err := h.Tokens.List(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), access.TokenFilter{}, access.Sort{}, access.Page{Limit: 5})
	if err != nil || len(list.Rows) != 0 {
		t.Errorf("tokens were made: %v, %v", list.Rows, err)
	}
}

// TestPicker_WithManyTokens: above 200 candidates a search takes the place of the select, with and
// without script.
func TestPicker_WithManyTokens(t *testing.T) {
	h := dagpasstest.New(t)
	for i := range 201 {
		h.Token(h.Owner, h.Org.Scope(), fmt.Sprintf("pipe-%03d", i), access.OrgMember)
	}
	b := h.Browser(h.Owner)
	add := tokensPath(h) + "/add"
	page := b.Get(add+"?q=ci").Status(200).Has("Find by name", "Refine your search")
	if n := len(page.All("input[type=radio]")); n != 20 {
		t.Errorf("%d choices", n)
	}
	found := b.Get(add + "?q=ci&find=pipe-20&role=WORKSPACE_AUTHOR").Status(200).Has("pipe-200").HasNot("pipe-000")
	form := found.Form("Add")
	if form.Value("role") != "WORKSPACE_AUTHOR" || form.Value("q") != "ci" {
		t.Errorf("the search lost the role or the list's filter: %q, %q", form.Value("role"), form.Value("q"))
	}
	b.HTMX = true
	for _, search := range []string{"pipe-20", ""} {
		got := b.Get(add + "?find=" + search)
		if got.Header.Get("Dagpass-Fragment") != "part" || got.Find("#picker-results") == nil {
			t.Errorf("search for %q: %v", search, got.Header)
		}
	}
}

// TestForms_SentAgainAfterAPasswordStep make no second token: the key outlives the session.
func TestForms_SentAgainAfterAPasswordStep(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	form := b.Get(orgTokensPath(h)+"/new").Form("Create API token").Set("name", "once")
	form.Submit().Status(200).Secret()
	b.Get("/reauth").Form("Continue").Set("password", dagpasstest.Password).Submit().Status(303)
	form.Submit().Status(409).HasNot("data-secret")
}

// TestRefusals_InAnUnseenWorkspaceAreRecorded: the answer is that there is nothing, the record is not.
func TestRefusals_InAnUnseenWorkspaceAreRecorded(t *testing.T) {
	h := dagpasstest.New(t)
	elena := h.Browser(h.Person("Elena", access.OrgMember))
	elena.Post(tokensPath(h), url.Values{"name": {"ci"}}).Status(404)
	if got := h.LastEvent(); got != "token.create denied  by Elena" {
		t.Errorf("recorded %q", got)
	}
	elena.Get(tokensPath(h)).Status(404)
	_, _, albert := h.Elsewhere()
	h.Browser(albert).Post(tokensPath(h), nil).Status(404)
	if got := h.LastEvent(); got != "token.create denied  by Elena" {
		t.Errorf("a stranger left %q", got)
	}
}

// TestExtendSession answers a script's request and nothing else.
func TestExtendSession(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	b.Post("/session/extend", nil).Status(204)
	h.Clock.Advance(31 * time.Minute)
	b.Post("/session/extend", nil).Status(303)
}

// TestNameCheck_OfAnEndedSessionLeadsToTheForm and not to a fragment.
func TestNameCheck_OfAnEndedSessionLeadsToTheForm(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	b.HTMX = true
	h.Clock.Advance(31 * time.Minute)
	got := b.Get(tokensPath(h) + "/name?name=secret-plan").Status(401).Header.Get("HX-Redirect")
	if !strings.HasSuffix(got, "%2Ftokens%2Fnew") {
		t.Errorf("leads to %q", got)
	}
}
