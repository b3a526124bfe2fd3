package web_test

import (
	"net/http"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/mailtest"
	"dagpass/internal/signin"
)

// An Owner makes a link for a member who forgot the password (product.md 4.7).
func TestPasswordLink(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	b := h.Browser(h.Owner)
	t.Run("the password is asked for first", func(t *testing.T) {
		h.Clock.Advance(11 * time.Minute)
		for _, answer := range []*dagpasstest.Page{b.Get(personPath(h, ada.ID, "password-link")), b.Post(personPath(h, ada.ID, "password-link"), nil)} {
			if to := answer.Status(303).Header.Get("Location"); !strings.HasPrefix(to, "/reauth?") {
				t.Errorf("went to %q", to)
			}
		}
		b.Get("/reauth").Form("Continue").Set("password", dagpasstest.Password).Submit().Status(303)
	})
	form := b.Get(personPath(h, ada.ID, "password-link")).Status(200).Has("Make a password link for Ada?").Form("Make a password link")
	shown := form.Submit().Status(200).Has("Password link created", "It works once and ends Nov 23, 2026, 11:08 UTC.")
	code := codeIn(t, shown.Secret(), "/reset")
	form.Submit().Status(409).HasNot(code)
	h.Stranger().Get("/reset").Form("Choose password").Set("code", code).Set("password", newcomersPassword).Submit().Status(200).
		Has("Password changed.").Form("Sign in").Set("email", ada.Email).Set("password", newcomersPassword).Submit().Status(303)
	wantNowhere(t, h, code, newcomersPassword)
	t.Run("it is not for oneself, and says what to do instead", func(t *testing.T) {
		b.Get(personPath(h, h.Owner.ID, "password-link")).Status(409).Has("Change your own password in your Profile.")
	})
}

// TestForgot_story: F3's sibling, a forgotten password replaced by mail.
func TestForgot_story(t *testing.T) {
	h := dagpasstest.New(t)
	server := mailtest.Start(t, mailtest.Options{})
	h.UseMail(server)
	b := h.Stranger()
	b.Get("/sign-in").Click("Forgot your password?").Status(200).Form("Send the link").Set("email", "Owner@acme.example").Submit().
		Status(200).Has("If this address has an account, a link is on its way.")
	mail := server.Next(t)
	if mail.To != "owner@acme.example" || mail.Header.Get("Subject") != "Your new Dagpass password" {
		t.Errorf("to %q: %q", mail.To, mail.Header.Get("Subject"))
	}
	code := codeIn(t, mail.Text, "/reset")
	b.Get("/reset").Form("Choose password").Set("code", code).Set("password", newcomersPassword).Submit().Status(200).
		Form("Sign in").Set("email", "owner@acme.example").Set("password", newcomersPassword).Submit().Status(303).Follow().Status(200)
	h.Browser(h.Owner).Get("/help").Status(303) // sessions from before have ended
	wantNowhere(t, h, code, newcomersPassword)
}

// What a stranger gets does not tell whether an address has an account: the same bytes and headers.
func TestForgot_tellsNothing(t *testing.T) {
	h := dagpasstest.New(t)
	server := mailtest.Start(t, mailtest.Options{})
	h.UseMail(server)
	if _, _, err := h.Invitations.Invite(t.Context(), h.Actor(h.Owner), h.Org.ID, newcomer("grace@acme.example")); err != nil {
		t.Fatal(err)
	}
	ask := func(email string) (string, http.Header) {
		answer := h.Stranger().Get("/forgot").Form("Send the link").Set("email", email).Submit().Status(200)
		answer.Header.Del("X-Request-Id")
		return answer.Body, answer.Header
	}
	known, header := ask("owner@acme.example")
	for _, email := range []string{"nobody@acme.example", "grace@acme.example", "somebody-with-a-much-longer-address@another.acme.example"} {
		body, other := ask(email)
		if body != known {
			t.Errorf("%s is answered\n%s\nand not\n%s", email, body, known)
		}
		for name := range header {
			if name != "Content-Security-Policy" && strings.Join(other[name], "\n") != strings.Join(header[name], "\n") {
				t.Errorf("%s: %s is %q and not %q", email, name, other[name], header[name])
			}
		}
	}
	h.Settle()
	if mails := server.Mails(); len(mails) != 1 || mails[0].To != "owner@acme.example" {
		t.Errorf("%d mails were sent", len(mails))
	}
}

func TestForgot_limits(t *testing.T) {
	t.Run("without a mail server there is no such page, and the sign-in says nothing of it", func(t *testing.T) {
		h := dagpasstest.New(t)
		b := h.Stranger()
		b.Get("/forgot").Status(404)
		b.Post("/forgot", map[string][]string{"email": {"owner@acme.example"}}).Status(404)
		b.Get("/sign-in").Status(200).HasNot("Forgot your password?")
	})
	t.Run("after three for one address it has to wait, known or not", func(t *testing.T) {
		h := dagpasstest.New(t)
		h.UseMail(mailtest.Start(t, mailtest.Options{}))
		for _, email := range []string{"owner@acme.example", "nobody@acme.example"} {
			form := h.Stranger().Get("/forgot").Form("Send the link").Set("email", email)
			for range 3 {
				form.Submit().Status(200)
			}
			form.Submit().Status(429).Has("Too many attempts. Try again in 1 second.")
		}
	})
	t.Run("what is no address is refused in its field", func(t *testing.T) {
		h := dagpasstest.New(t)
		h.UseMail(mailtest.Start(t, mailtest.Options{}))
		h.Stranger().Get("/forgot").Form("Send the link").Set("email", "owner").Submit().Status(422).
			Has("Enter an email address, like name@example.com.")
	})
	t.Run("when too many mails wait it says to come back, and known addresses are no exception", func(t *testing.T) {
		h := dagpasstest.New(t)
		h.UseMail(mailtest.Start(t, mailtest.Options{}))
		h.Settle() // nothing takes from the queue of ten any more
		for n := range 10 {
			h.Stranger().Get("/forgot").Form("Send the link").Set("email", string(rune('a'+n))+"@acme.example").Submit().Status(200)
		}
		for _, email := range []string{"owner@acme.example", "nobody@acme.example"} {
			h.Stranger().Get("/forgot").Form("Send the link").Set("email", email).Submit().Status(503)
		}
	})
}

func newcomer(email string) signin.NewInvitation {
	return signin.NewInvitation{Email: email, Role: access.OrgMember}
}
