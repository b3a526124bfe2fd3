package web

import (
	"context"
	"fmt"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/views"
	"dagpass/views/ui"
)

// newLink is the address of a page that takes a one-time code. The code stands in the fragment, which
// browsers never send, so no log on the way can hold it. The link is as secret as the code.
func (c Config) newLink(page string, code secret.Value) secret.Value {
	return secret.NewValue(c.PublicURL + page + "#" + code.Reveal())
}

// MailInvitation mails somebody the link with which they accept, for an invitation made in the console
// and through the API alike, and records whether the mail server took it. It reports false when it did
// not, or when there is none: the link has to be handed over, which only the console does.
func (c Config) MailInvitation(ctx context.Context, by access.Actor, i signin.Invitation, code secret.Value) bool {
	if c.Mail == nil {
		return false
	}
	failed := c.sendInvitation(ctx, by.Name, i, c.newLink(views.InviteURL, code))
	if failed != nil {
		c.Log.WarnContext(ctx, "invitation not mailed", "user", i.User.ID, "err", failed)
	}
	if err := c.Invitations.Delivered(ctx, by, i.Org.ID, i.User.ID, failed == nil); err != nil {
		c.Log.WarnContext(ctx, "mail of an invitation not recorded", "user", i.User.ID, "err", err)
	}
	return failed == nil
}

func (c Config) sendInvitation(ctx context.Context, from string, i signin.Invitation, link secret.Value) error {
	return c.mailLink(ctx, i.User.Email, fmt.Sprintf("Invitation to %s on Dagpass", i.Org.Name), fmt.Sprintf(
		"%s invited you to %s on Dagpass.\n\nOpen this link to choose your name and password:", from, i.Org.Name), link, fmt.Sprintf(
		"It works once and ends %s. If you did not expect this invitation, ignore this mail.", ui.Exact(i.EndsAt)))
}

// mailLink mails a link between two pieces of text. The mail is the second place where a link stands
// in clear; nothing keeps it.
func (c Config) mailLink(ctx context.Context, to, subject, before string, link secret.Value, after string) error {
	return c.Mail(ctx, to, subject, before+"\n\n"+link.Reveal()+"\n\n"+after+"\n")
}

// mailReset has a link to choose a new password mailed, if somebody signs in with the address. Nobody
// waits for it, so how long it takes tells nothing. It reports false when too many mails wait.
func (s *Server) mailReset(email string, o access.Origin) bool {
	return s.Later(func(ctx context.Context) {
		who, code, err := s.Accounts.ForgottenCode(ctx, email, o)
		if err == nil {
			err = s.mailLink(ctx, who.Email, "Your new Dagpass password",
				"Somebody, most likely you, asked for a new password on Dagpass.\n\nOpen this link to choose it:",
				s.newLink(views.ResetURL, code),
				"It works once, within an hour. If you did not ask for it, ignore this mail: your password stays as it is.")
		}
		if err != nil && access.CodeOf(err) != access.NotFound {
			s.Log.WarnContext(ctx, "reset link not mailed", "request_id", o.RequestID, "err", err)
		}
	})
}
