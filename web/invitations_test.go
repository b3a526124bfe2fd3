package web_test

import (
	"net/http"
	"os"
	"regexp"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/mailtest"
)

const newcomersPassword = "rain falls on seven hills"

func invitePath(h *dagpasstest.House) string { return "/o/" + string(h.Org.ID) + "/users/invite" }

func personPath(h *dagpasstest.House, id access.UserID, verb string) string {
	return "/o/" + string(h.Org.ID) + "/users/" + string(id) + "/" + verb
}

// invited is whoever has an e-mail.
func invited(t *testing.T, h *dagpasstest.House, email string) access.UserID {
	t.Helper()
	for _, row := range strings.Split(h.Dump(), "\n") {
		if strings.Contains(row, "|email="+email+"|") {
			id, _, _ := strings.Cut(strings.TrimPrefix(row, "|id="), "|")
			return access.UserID(id)
		}
	}
	t.Fatalf("nobody has %s", email)
	return ""
}

// codeIn is the code of a link to a page, which has to be in its fragment.
func codeIn(t *testing.T, text, page string) string {
	t.Helper()
	found := regexp.MustCompile(regexp.QuoteMeta(dagpasstest.PublicURL+page+"#") + `([0-9a-z]{32})(\s|$)`).FindStringSubmatch(text)
	if found == nil {
		t.Fatalf("no link to %s in:\n%s", page, text)
	}
	return found[1]
}

// join accepts an invitation by its code like a person without scripts.
func join(t *testing.T, b *dagpasstest.Browser, code, name string) *dagpasstest.Page {
	t.Helper()
	form := b.Get("/invite").Status(200).Form("Continue").Set("code", code).Submit().Status(200).Form("Accept invitation")
	return form.Set("name", name).Set("password", newcomersPassword).Submit()
}

// TestInvitation_story is the whole of F3 with a mail server: an Owner invites, the mail arrives, its
// link makes a member, and works once.
func TestInvitation_story(t *testing.T) {
	h := dagpasstest.New(t)
	server := mailtest.Start(t, mailtest.Options{})
	h.UseMail(server)
	owner := h.Browser(h.Owner)
	form := owner.Get(invitePath(h)).Status(200).Has("Invite member", "Email", "Organization role").Form("Invite member")
	sent := form.Set("email", "Grace@acme.example").Set("role", "ORGANIZATION_BILLING_ADMIN").Submit().Status(303)
	if want := "/o/" + string(h.Org.ID) + "/users"; sent.Header.Get("Location") != want {
		t.Errorf("went to %q", sent.Header.Get("Location"))
	}
	owner.Get("/help").Has("Invitation sent to grace@acme.example.")
	mail := server.Next(t)
	if mail.To != "grace@acme.example" || mail.Header.Get("Subject") != "Invitation to Acme on Dagpass" {
		t.Errorf("to %q: %q", mail.To, mail.Header.Get("Subject"))
	}
	for _, text := range []string{"Owner 01 invited you to Acme on Dagpass.", "It works once and ends Nov 30, 2026, 09:57 UTC."} {
		if !strings.Contains(mail.Text, text) {
			t.Errorf("the mail lacks %q:\n%s", text, mail.Text)
		}
	}
	code := codeIn(t, mail.Text, "/invite")

	grace := h.Stranger()
	accept := grace.Get("/invite").Form("Continue").Set("code", " "+code+"\n").Submit().Status(200)
	accept.Has("Join Acme", "You were invited as Organization Billing Admin.", "grace@acme.example")
	if accept.Find("input[name=email]") != nil {
		t.Error("the e-mail can be changed")
	}
	accept.Form("Accept invitation").Set("name", "").Set("password", "short").Submit().Status(422).
		Has("2 fields need your attention.", "Enter a name.", "Use at least 15 characters.")
	done := accept.Form("Accept invitation").Set("name", "Grace Hopper").Set("password", newcomersPassword).Submit().Status(303)
	if done.Header.Get("Location") != "/w" {
		t.Errorf("went to %q", done.Header.Get("Location"))
	}
	done.Follow().Status(200).Has("Welcome to Acme.", "Grace Hopper")
	if role := h.Events(string(h.Org.ID)); !strings.Contains(strings.Join(role, "\n"), "invitation.accept ok Grace Hopper by Grace Hopper") {
		t.Errorf("the record is %q", role)
	}
	grace.Get("/").Follow().Status(200).HasNot("Welcome to Acme.")

	t.Run("the link works once", func(t *testing.T) {
		h.Stranger().Get("/invite").Form("Continue").Set("code", code).Submit().Status(422).
			Has("This link was already used or has expired. Ask the person who sent it for a new one.")
	})
	t.Run("she signs in with her password", func(t *testing.T) {
		h.Stranger().Get("/sign-in").Form("Sign in").Set("email", "grace@acme.example").Set("password", newcomersPassword).Submit().
			Status(303).Follow().Status(200).Has("Grace Hopper")
	})
	t.Run("the record says that the mail was sent, and nothing keeps the code or the password", func(t *testing.T) {
		var mailed bool
		for _, e := range h.Events(string(h.Org.ID)) {
			mailed = mailed || e == "invitation.mail ok grace@acme.example by Owner 01"
		}
		if !mailed {
			t.Errorf("the record is %q", h.Events(string(h.Org.ID)))
		}
		wantNowhere(t, h, code, newcomersPassword)
	})
}

// wantNowhere fails the test when a secret is in the log, in a file of the data directory, or in the
// URL of a request.
func wantNowhere(t *testing.T, h *dagpasstest.House, secrets ...string) {
	t.Helper()
	places := map[string]string{"the log": h.Logs.String()}
	for _, file := range h.Raw() {
		text, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		places[file] = string(text)
	}
	for place, text := range places {
		for _, secret := range secrets {
			if strings.Contains(text, secret) {
				t.Errorf("%q is in %s", secret, place)
			}
		}
	}
}

// Without a mail server whoever invites gets the link, once: security.md 7.
func TestInvitation_shownOnce(t *testing.T) {
	h := dagpasstest.New(t)
	for name, htmx := range map[string]bool{"in a page of its own": false, "in the dialog": true} {
		t.Run(name, func(t *testing.T) {
			b := h.Browser(h.Owner)
			b.HTMX = htmx
			email := map[bool]string{false: "plain", true: "htmx"}[htmx] + "@acme.example"
			form := b.Get(invitePath(h)).Form("Invite member").Set("email", email)
			shown := form.Submit().Status(200).Has("Invitation created",
				"Send this link to "+email+". It works once and ends Nov 30, 2026, 09:57 UTC.", "Invitation link for "+email)
			code := codeIn(t, shown.Secret(), "/invite")
			if n := strings.Count(shown.Body, code); n != 1 {
				t.Errorf("the code is in %d places", n)
			}
			if shown.Header.Get("Cache-Control") != "no-store" {
				t.Errorf("Cache-Control: %q", shown.Header.Get("Cache-Control"))
			}
			form.Submit().Status(409).Has("Already done", "Its link was shown once and can't be shown again.").HasNot(code)
			join(t, h.Stranger(), code, "Joan Clarke").Status(303)
			wantNowhere(t, h, code)
		})
	}
	t.Run("the next page pushes it out of the browser's cache", func(t *testing.T) {
		b := h.Browser(h.Owner)
		b.Get(invitePath(h)).Form("Invite member").Set("email", "cached@acme.example").Submit().Status(200)
		before := b.Cookie("__Host-dagpass-gen")
		b.Get("/help")
		if b.Cookie("__Host-dagpass-gen") == before {
			t.Error("no cookie changed")
		}
	})
}

// A mail server that takes no mail costs nothing but the mail.
func TestInvitation_mailFails(t *testing.T) {
	h := dagpasstest.New(t)
	h.UseMail(mailtest.Start(t, mailtest.Options{Refuse: "grace@acme.example"}))
	shown := h.Browser(h.Owner).Get(invitePath(h)).Form("Invite member").Set("email", "grace@acme.example").Submit().Status(200)
	shown.Has("The mail to grace@acme.example could not be sent. Hand the link over yourself.", "Send this link to grace@acme.example.")
	code := codeIn(t, shown.Secret(), "/invite")
	if logs := h.Logs.String(); !strings.Contains(logs, "invitation not mailed") || !strings.Contains(logs, "No such user here") {
		t.Errorf("the log is\n%s", logs)
	}
	join(t, h.Stranger(), code, "Grace Hopper").Status(303)
	wantNowhere(t, h, code)
}

// Through the API the link is mailed as from the console, and stands nowhere else; without a mail server
// the Owner gets another one in the console.
func TestInvitation_throughTheAPI(t *testing.T) {
	h := dagpasstest.New(t)
	server := mailtest.Start(t, mailtest.Options{})
	invite := func(email string) string {
		_, value := h.Token(h.Owner, h.Org.Scope(), "terraform", access.OrgOwner)
		status, answer := h.Call(http.MethodPost, "/iam/v1beta1/organizations/"+string(h.Org.ID)+"/invites", value,
			`{"inviteeEmail":"`+email+`","role":"ORGANIZATION_MEMBER"}`)
		if status != http.StatusOK {
			t.Fatalf("%d %s", status, answer)
		}
		return answer
	}
	invite("ada@acme.example")
	h.UseMail(server)
	answer := invite("grace@acme.example")
	mail := server.Next(t)
	if mail.To != "grace@acme.example" || !strings.Contains(mail.Text, "terraform invited you to Acme on Dagpass.") {
		t.Errorf("to %q:\n%s", mail.To, mail.Text)
	}
	code := codeIn(t, mail.Text, "/invite")
	if strings.Contains(answer, code) {
		t.Error("the answer holds the code")
	}
	wantNowhere(t, h, code)
	join(t, h.Stranger(), code, "Grace Hopper").Status(303)
	h.Browser(h.Owner).Get("/o/"+string(h.Org.ID)+"/users").Has("ada@acme.example", "Grace Hopper")
	if dump := h.Dump(); strings.Count(dump, "invitation.mail") != 1 {
		t.Error("the one mail is not recorded")
	}
}

// Bad input is answered in its field, and changes nothing.
func TestInvitation_badInput(t *testing.T) {
	h := dagpasstest.New(t)
	_, _, albert := h.Elsewhere()
	b := h.Browser(h.Owner)
	form := b.Get(invitePath(h)).Form("Invite member")
	form.Set("email", "grace@acme.example").Submit().Status(200)
	for name, c := range map[string]struct{ email, role, says string }{
		"an address that is none":         {"grace", "ORGANIZATION_MEMBER", "Enter an email address, like name@example.com."},
		"a member's":                      {"OWNER@acme.example", "ORGANIZATION_MEMBER", "owner@acme.example is already in Acme."},
		"one that was invited":            {"grace@acme.example", "ORGANIZATION_MEMBER", "grace@acme.example was already invited. Resend the invitation instead."},
		"one of another Organization":     {albert.Email, "ORGANIZATION_MEMBER", albert.Email + " can't be invited to Acme. Use another address."},
		"a role of a Workspace":           {"joan@acme.example", "WORKSPACE_OWNER", "Select an Organization Role."},
		"markup":                          {`"><script>alert(1)</script>`, "ORGANIZATION_MEMBER", "Enter an email address, like name@example.com."},
		"bytes that are no text":          {"\xff@acme.example", "ORGANIZATION_MEMBER", "Enter an email address, like name@example.com."},
		"an address with a second header": {"a@b.example\nBcc: c@d.example", "ORGANIZATION_MEMBER", "Enter an email address, like name@example.com."},
	} {
		t.Run(name, func(t *testing.T) {
			before := h.Dump()
			again := b.Get(invitePath(h)).Form("Invite member").Set("email", c.email).Set("role", c.role).Submit()
			again.Status(422).Has(c.says, "1 field needs your attention.").HasNot("<script>alert(1)", "data-secret")
			if h.Dump() != before {
				t.Error("something was changed")
			}
		})
	}
	t.Run("an Owner is invited with a recent password only, and the form comes back", func(t *testing.T) {
		form := b.Get(invitePath(h)).Form("Invite member").Set("email", "boss@acme.example").Set("role", "ORGANIZATION_OWNER")
		h.Clock.Advance(11 * time.Minute)
		to := form.Submit().Status(303).Header.Get("Location")
		if !strings.HasPrefix(to, "/reauth?") || !strings.Contains(to, "invite") {
			t.Errorf("went to %q", to)
		}
	})
}

// An invitation is resent and withdrawn from the person's own dialogs.
func TestInvitation_resendAndWithdraw(t *testing.T) {
	h := dagpasstest.New(t)
	server := mailtest.Start(t, mailtest.Options{})
	b := h.Browser(h.Owner)
	first := codeIn(t, b.Get(invitePath(h)).Form("Invite member").Set("email", "grace@acme.example").Submit().Secret(), "/invite")
	grace := invited(t, h, "grace@acme.example")
	form := b.Get(personPath(h, grace, "resend")).Status(200).
		Has("Make a new invitation link for grace@acme.example?", "The link made before stops working.").Form("Make a new invitation link")
	second := codeIn(t, form.Submit().Status(200).Has("New invitation link").Secret(), "/invite")
	form.Submit().Status(409).Has("Already done").HasNot(second)
	h.Stranger().Get("/invite").Form("Continue").Set("code", first).Submit().Status(422)

	t.Run("with a mail server the new link is mailed", func(t *testing.T) {
		h.UseMail(server)
		b.Get(personPath(h, grace, "resend")).Has("It is mailed to grace@acme.example.").Form("Resend invitation").Submit().Status(303)
		second = codeIn(t, server.Next(t).Text, "/invite")
	})
	t.Run("withdrawn, the link is dead, the person gone, and the address free", func(t *testing.T) {
		b.Get(personPath(h, grace, "withdraw")).Status(200).
			Has("Withdraw the invitation for grace@acme.example?", "would have been Organization Member of Acme").
			Form("Withdraw invitation").Submit().Status(303)
		b.Get("/help").Has("Invitation for grace@acme.example withdrawn.")
		h.Stranger().Get("/invite").Form("Continue").Set("code", second).Submit().Status(422)
		for _, verb := range []string{"resend", "withdraw", "password-link"} {
			b.Get(personPath(h, grace, verb)).Status(404)
			b.Post(personPath(h, grace, verb), nil).Status(404).Has("This person is no longer a member.")
		}
		b.Get(invitePath(h)).Form("Invite member").Set("email", "grace@acme.example").Submit().Status(303)
	})
	t.Run("accepted meanwhile it is a conflict that says so", func(t *testing.T) {
		ada := h.Person("Ada", access.OrgMember)
		for _, verb := range []string{"resend", "withdraw"} {
			b.Get(personPath(h, ada.ID, verb)).Status(409).Has("Ada has accepted the invitation.")
			b.Post(personPath(h, ada.ID, verb), nil).Status(409).Has("Ada has accepted the invitation.")
		}
	})
}

// Somebody else who is signed in is signed out by accepting, and told so before.
func TestInvitation_inAnothersBrowser(t *testing.T) {
	h := dagpasstest.New(t)
	owner := h.Browser(h.Owner)
	code := codeIn(t, owner.Get(invitePath(h)).Form("Invite member").Set("email", "grace@acme.example").Submit().Secret(), "/invite")
	ada := h.Person("Ada", access.OrgMember)
	b := h.Browser(ada)
	form := b.Get("/invite").Form("Continue").Set("code", code).Submit().Status(200).
		Has("You are signed in as " + ada.Email + ". Accepting signs you out and in again as grace@acme.example.").Form("Accept invitation")
	form.Set("name", "Grace Hopper").Set("password", newcomersPassword).Submit().Status(303).Follow().Has("Grace Hopper", "Welcome to Acme.")
	h.Browser(ada).Get("/help").Status(303) // the old session is dead on the server
}

// The list of people shows who was invited, the dialogs over it lead to what can be done, and each of
// them refreshes the list it was opened over.
func TestInvitation_inTheList(t *testing.T) {
	h := dagpasstest.New(t)
	server := mailtest.Start(t, mailtest.Options{})
	h.UseMail(server)
	ada := h.Person("Ada", access.OrgMember)
	users := "/o/" + string(h.Org.ID) + "/users"
	b := h.Browser(h.Owner)
	b.Get(users).Status(200).Click("Invite member").Status(200).Form("Invite member").Set("email", "grace@acme.example").Submit().
		Status(303).Follow().Has("Invitation sent to grace@acme.example.", "3 Members", "Invited")
	b.HTMX = true
	t.Run("over the list a mailed invitation comes back as the list with a notice", func(t *testing.T) {
		answer := b.Get(users+"/invite?q=joan").Form("Invite member").Set("email", "joan@acme.example").Submit().Status(200)
		answer.Has("Invitation sent to joan@acme.example.", "1 matching Member", "joan@acme.example").HasNot("data-secret")
		if answer.Header.Get("HX-Trigger") != "dialog:close" {
			t.Errorf("HX-Trigger: %q", answer.Header.Get("HX-Trigger"))
		}
	})
	b.HTMX = false
	grace := invited(t, h, "grace@acme.example")
	t.Run("the dialog of somebody who was invited leads to a new link and to the end of the invitation", func(t *testing.T) {
		edit := b.Get(users + "/" + string(grace) + "/edit?q=grace").Status(200)
		edit.Click("Resend invitation").Status(200).Form("Resend invitation").Submit().Status(303).Follow().
			Has("Invitation sent to grace@acme.example.", "1 matching Member")
		edit.Click("Withdraw invitation").Status(200).Form("Withdraw invitation").Submit().Status(303).Follow().
			Has("Invitation for grace@acme.example withdrawn.", "0 matching Members")
	})
	t.Run("that of a member leads to a password link, that of oneself does not", func(t *testing.T) {
		shown := b.Get(users + "/" + string(ada.ID) + "/edit").Click("Make a password link").Status(200).Form("Make a password link").Submit().Status(200)
		codeIn(t, shown.Secret(), "/reset")
		shown.Click("Done").Status(200).Has("3 Members")
		b.Get(users + "/" + string(h.Owner.ID) + "/edit").Status(200).HasNot("password-link")
	})
	t.Run("whoever may not manage people is offered nothing of it", func(t *testing.T) {
		h.Browser(ada).Get(users).Status(200).HasNot("Invite member", "/invite")
	})
}
