package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/web"
)

// TestSignIn_Page: F2, R2.
func TestSignIn_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Stranger()
	tokens := tokensPath(h)

	t.Run("a stranger signs in and lands where they were going", func(t *testing.T) {
		page := b.Get(tokens + "?status=soon").Status(303)
		sign := b.Get(page.Header.Get("Location")).Status(200).Has("Sign in to Dagpass", "Email", "Password")
		if b.Cookie("__Host-dagpass") != "" {
			t.Error("a stranger got a session")
		}
		form := sign.Form("Sign in").Set("email", "owner@acme.example")
		wrong := form.Set("password", "not the right one").Submit().Status(422).Has("That email and password don't match.")
		if got := wrong.Form("Sign in").Value("email"); got != "owner@acme.example" {
			t.Errorf("kept %q", got)
		}
		if wrong.Form("Sign in").Value("password") != "" {
			t.Error("the password came back")
		}
		in := form.Set("password", dagpasstest.Password).Submit().Status(303)
		if got := in.Header.Get("Location"); got != tokens+"?status=soon" {
			t.Errorf("went to %q", got)
		}
		cookie := in.Header.Get("Set-Cookie")
		for _, want := range []string{"Path=/", "Secure", "HttpOnly", "SameSite=Lax"} {
			if !strings.Contains(strings.Join(in.Header.Values("Set-Cookie"), "\n"), want) {
				t.Errorf("cookie without %s: %s", want, cookie)
			}
		}
		b.Get(tokens).Status(200)
	})
	t.Run("an unknown address gets the same answer", func(t *testing.T) {
		answers := map[string]bool{}
		for _, email := range []string{"owner@acme.example", "nobody@acme.example"} {
			page := h.Stranger().Get("/sign-in").Form("Sign in").Set("email", email).Set("password", "wrong password here").Submit()
			answers[strings.ReplaceAll(anonymised(page.Body), email, "")] = true
			if page.Code != 422 {
				t.Errorf("%s: %d", email, page.Code)
			}
		}
		if len(answers) != 1 {
			t.Error("the answers differ")
		}
	})
	t.Run("never to another site", func(t *testing.T) {
		for _, next := range []string{"//evil.example", "/\\evil.example", "https://evil.example", "https:evil.example", "///x", "/\t/evil", "javascript:alert(1)", "", "x", "/%2f/../\r\nX: y"} {
			if got := web.SafeNext(next); strings.HasPrefix(got, "//") || !strings.HasPrefix(got, "/") || strings.ContainsAny(got, "\\\r\n\t") {
				t.Errorf("%q leads to %q", next, got)
			}
		}
		if got := web.SafeNext("/w/x?q=1&status=soon"); got != "/w/x?q=1&status=soon" {
			t.Errorf("a path of ours became %q", got)
		}
	})
	t.Run("after half an hour without a request it says why and comes back", func(t *testing.T) {
		h.Clock.Advance(30 * time.Minute)
		page := b.Get(tokens).Status(303)
		b.Get(page.Header.Get("Location")).Has("You were signed out because nothing happened for 30 minutes.")
	})
	t.Run("an ended session sends a form to the sign-in and then back to the form", func(t *testing.T) {
		ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
		b := h.Browser(ada)
		form := b.Get(tokens+"/new").Form("Create API token").Set("name", "ci")
		if err := h.Sessions.SignOut(t.Context(), h.Actor(ada)); err != nil {
			t.Fatal(err)
		}
		to := form.Submit().Status(303).Header.Get("Location")
		if want := "/sign-in?next=" + strings.ReplaceAll(tokens+"/new", "/", "%2F"); to != want {
			t.Errorf("went to %q, want %q", to, want)
		}
	})
}

// TestSignOut_Page: the cookie is dead on the server, not only gone from the browser.
func TestSignOut_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	old := b.Cookie("__Host-dagpass")
	out := b.Get(tokensPath(h)).Form("Sign out").Submit().Status(303)
	if got := out.Header.Get("Clear-Site-Data"); got != `"cache", "storage"` {
		t.Errorf("Clear-Site-Data %q", got)
	}
	replay := h.Stranger()
	replay.SetCookie("__Host-dagpass", old)
	replay.Get(tokensPath(h)).Status(303)
}

// TestReauthenticate_Page: risky steps ask for the password again, after ten minutes.
func TestReauthenticate_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	h.Clock.Advance(11 * time.Minute)
	step := b.Get(orgTokensPath(h) + "/new").Status(303)
	page := b.Get(step.Header.Get("Location")).Status(200).Has("Confirm it's you", "You signed in 11 minutes ago.", "This step needs your password again.")
	page.Form("Continue").Set("password", "wrong").Submit().Status(422).Has("That is not your current password.")
	old := b.Cookie("__Host-dagpass")
	back := page.Form("Continue").Set("password", dagpasstest.Password).Submit().Status(303)
	if back.Header.Get("Location") != orgTokensPath(h)+"/new" {
		t.Errorf("went to %q", back.Header.Get("Location"))
	}
	if b.Cookie("__Host-dagpass") == old {
		t.Error("the session was not renewed")
	}
	back.Follow().Status(200).Has("Create Organization API Token")

	t.Run("a form that was under way is opened again", func(t *testing.T) {
		form := b.Get(tokensPath(h)+"/new").Form("Create API token").Set("name", "boss").Set("role", "WORKSPACE_OWNER")
		h.Clock.Advance(11 * time.Minute)
		to := form.Submit().Status(303).Header.Get("Location")
		if !strings.HasPrefix(to, "/reauth?") {
			t.Fatalf("went to %q", to)
		}
		b.Get(to).Has("You will fill in the form again.")
	})
	t.Run("who may not do the step is refused, not asked", func(t *testing.T) {
		olga := h.Browser(h.Person("Olga", access.OrgMember))
		h.Clock.Advance(11 * time.Minute)
		olga.Get(orgTokensPath(h) + "/new").Status(403)
	})
}

// TestAccount_Pages: name, password, sessions and theme.
func TestAccount_Pages(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	other := h.SignIn(h.Owner.User)

	b.Get("/profile").Status(200).Has("owner@acme.example").Form("Save Changes").Set("name", "Ada Park").Submit().Status(303).Follow().Has("Your name was saved.", "Ada Park")
	b.Get("/profile").Form("Save Changes").Set("name", "").Submit().Status(422).Has("Enter a name.")

	b.Get("/profile/sessions").Status(200).Has("This session", "Test 1.0")
	if n := len(b.Get("/profile/sessions").All("form[action$='/end']")); n < 1 {
		t.Errorf("%d sessions can be ended", n)
	}
	b.Get("/profile/preferences").Form("Save Changes").Set("theme", "dark").Submit().Status(303).Follow().Has("Preferences saved.")
	if got := dagpasstest.Attr(b.Get("/w").Follow().Find("html"), "data-theme"); got != "dark" {
		t.Errorf("theme %q", got)
	}
	b.Post("/profile/preferences", map[string][]string{"theme": {"neon"}}).Status(422)

	form := b.Get("/profile").Form("Change password")
	form.Set("current_password", "wrong wrong wrong").Set("new_password", "another sentence of words").Submit().Status(422).Has("That is not your current password.")
	form.Set("current_password", dagpasstest.Password).Set("new_password", "short").Submit().Status(422).Has("Use at least 15 characters.")
	form.Set("new_password", "another sentence of words").Submit().Status(303).Follow().Has("Password changed. Your other sessions were signed out.")
	b.Get(tokensPath(h)).Status(200)
	h.Browser(other).Get(tokensPath(h)).Status(303)
}

// TestSetup_Page: F1, the first visitor without the link gets nothing.
func TestSetup_Page(t *testing.T) {
	h := dagpasstest.Unfurnished(t)
	code, err := h.Setup.NewCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	b := h.Stranger()
	page := b.Get("/").Follow().Status(200).Has("Dagpass is not set up", "Open the setup link printed in the server's terminal.")
	if page.Find("form") != nil {
		t.Error("a stranger gets a form")
	}
	fill := func(code string) *dagpasstest.Form {
		return b.Get("/setup").Status(200).Form("Create Organization").Set("code", code).Set("organization", "Acme").
			Set("workspace", "Data Platform").Set("name", "Ada Park").Set("email", "ada@acme.example").Set("password", dagpasstest.Password)
	}
	before := h.Dump()
	fill("wrong").Submit().Status(422).Has("already used or has expired")
	again := fill(code.Reveal()).Set("email", "ada").Set("password", "short").Submit().Status(422)
	again.Has("Enter an email address, like name@example.com.", "Use at least 15 characters.")
	if h.Dump() != before {
		t.Error("something changed")
	}
	fill(code.Reveal()).Submit().Status(303).Follow().Status(200).Has("Dagpass is ready. Create your first API token.", "Data Platform", "No API tokens yet")
	fillAgain := h.Stranger().Get("/setup")
	if fillAgain.Code != http.StatusNotFound && fillAgain.Code != http.StatusSeeOther {
		t.Errorf("set-up is still there: %d", fillAgain.Code)
	}
}

// TestReset_Page: the link of `dagpass user reset`.
func TestReset_Page(t *testing.T) {
	h := dagpasstest.New(t)
	code, err := h.Accounts.NewResetCode(t.Context(), dagpasstest.System(), "owner@acme.example")
	if err != nil {
		t.Fatal(err)
	}
	form := h.Stranger().Get("/reset").Form("Choose password")
	form.Set("code", code.Reveal()).Set("password", "short").Submit().Status(422).Has("Use at least 15 characters.")
	form.Set("password", "one more sentence of words").Submit().Status(200).Has("Password changed.")
	form.Submit().Status(422).Has("already used or has expired")
	h.Browser(h.Owner).Get(tokensPath(h)).Status(303)
	h.Stranger().Get("/sign-in").Form("Sign in").Set("email", "owner@acme.example").Set("password", "one more sentence of words").Submit().Status(303)
}

func TestClientName(t *testing.T) {
	for agent, want := range map[string]string{
		"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0 Safari/537.36": "Chrome, Linux",
		"Mozilla/5.0 (Macintosh; Intel Mac OS X 14_0) Gecko/20100101 Firefox/140.0":                         "Firefox, macOS",
		"Mozilla/5.0 (iPhone; CPU iPhone OS 19_0 like Mac OS X) Version/19.0 Safari/604.1":                  "Safari, iPhone",
		"astro-cli/1.45.0":                     "astro-cli 1.45.0",
		"terraform-provider-astro/1.5.2 extra": "terraform-provider-astro 1.5.2",
		"curl/8.5.0":                           "curl 8.5.0",
		"":                                     "",
	} {
		if got := web.ClientName(agent); got != want {
			t.Errorf("%q: %q, want %q", agent, got, want)
		}
	}
}

func TestUsedBy(t *testing.T) {
	for want, use := range map[string]access.Use{
		"Astro CLI 1.45.0":                   {Client: "astro-cli/1.45.0", AstroClient: "cli", AstroClientVersion: "1.45.0"},
		"Terraform provider 1.5.2":           {Client: "terraform-provider-astro/1.5.2", AstroClient: "terraform-provider-astro", AstroClientVersion: "1.5.2"},
		"Astro CLI on GitHub Actions 1.45.0": {AstroClient: "github-action", AstroClientVersion: "1.45.0"},
		"Astro deploy action v0.11":          {AstroClient: "deploy-action", AstroClientVersion: "v0.11"},
		"in-house 2":                         {Client: "Go-http-client/1.1", AstroClient: "in-house", AstroClientVersion: "2"},
		"Astro CLI":                          {AstroClient: "cli"},
		"curl 8.5.0":                         {Client: "curl/8.5.0"},
		"":                                   {},
	} {
		if got := web.UsedBy(use); got != want {
			t.Errorf("%+v: %q, want %q", use, got, want)
		}
	}
}
