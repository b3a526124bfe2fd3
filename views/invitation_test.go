package views_test

import (
	"strings"
	"testing"

	"github.com/a-h/templ"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

func inviteMember() views.InviteMember {
	return views.InviteMember{Organization: acme, State: views.ListState{Query: "grace"}, Email: "grace@acme.example",
		Role: "ORGANIZATION_MEMBER", Roles: views.OrganizationRoles(), FormKey: "k1"}
}

func personAct() views.PersonAct {
	return views.PersonAct{Organization: acme, ID: "c0000000000000000000000u1", Name: "Grace Hopper", Email: "grace@acme.example",
		Role: "Organization Member", FormKey: "k1"}
}

func revealLink() views.RevealLink {
	return views.RevealLink{Organization: acme, Title: "Invitation created", Label: "Invitation link", Email: "grace@acme.example",
		Ends: now.Add(7 * day), Secret: "https://dagpass.acme.example/invite#00000000000000000000000000000000"}
}

func accept() views.Accept {
	return views.Accept{Code: "0123", Organization: "Acme", Role: "Organization Member", Email: "grace@acme.example"}
}

func invitationDialogs() map[string]views.Dialog {
	invalid := inviteMember()
	invalid.Problems = views.Problems{views.FieldEmail: "Enter an email address, like name@example.com.", views.FieldRole: "Select an Organization Role."}
	mailed := personAct()
	mailed.Mailed = true
	failed := revealLink()
	failed.MailFailed = true
	return map[string]views.Dialog{
		"invite":             views.InviteMemberDialog(inviteMember()),
		"invite invalid":     views.InviteMemberDialog(invalid),
		"resend":             views.ResendInvitationDialog(personAct()),
		"resend by mail":     views.ResendInvitationDialog(mailed),
		"withdraw":           views.WithdrawInvitationDialog(personAct()),
		"password link":      views.PasswordLinkDialog(personAct()),
		"reveal link":        views.RevealLinkDialog(revealLink()),
		"reveal failed mail": views.RevealLinkDialog(failed),
	}
}

func invitationPages(c, stranger views.Chrome) map[string]templ.Component {
	again := accept()
	again.Name, again.Problems = "G", views.Problems{views.FieldPassword: "Use at least 15 characters. A short sentence works well."}
	return map[string]templ.Component{
		"invite code":         views.InvitePage(stranger, views.Invite{}),
		"invite code refused": views.InvitePage(stranger, views.Invite{Code: "x", Problems: views.Problems{views.FieldCode: "This link was already used or has expired."}}),
		"accept":              views.AcceptPage(stranger, accept()),
		"accept refused":      views.AcceptPage(stranger, again),
		"accept signed in":    views.AcceptPage(c, accept()),
		"sign-in with mail":   views.SignInPage(stranger, views.SignIn{Next: "/w", Forgot: true}),
		"forgot":              views.ForgotPage(stranger, views.Forgot{}),
		"forgot refused":      views.ForgotPage(stranger, views.Forgot{Email: "x", Problems: views.Problems{views.FieldEmail: "Enter an email address, like name@example.com."}}),
		"forgot too often":    views.ForgotPage(stranger, views.Forgot{Email: "x", Alert: "Too many attempts. Try again in 1 second."}),
		"forgot sent":         views.ForgotSentPage(stranger),
	}
}

// invitationTold are the screens that show what people typed, all of it being s.
func invitationTold(c views.Chrome, s string) map[string]templ.Component {
	org := views.Ref{ID: acme.ID, Name: s}
	invite, act, link, join := inviteMember(), personAct(), revealLink(), accept()
	invite.Organization, invite.Email, invite.State.Query, invite.Problems = org, s, s, views.Problems{views.FieldEmail: s}
	act.Organization, act.Name, act.Email = org, s, s
	link.Email = s
	join.Organization, join.Email, join.Name, join.Code = s, s, s, s
	return map[string]templ.Component{
		"invite":        views.InviteMemberDialog(invite).Fragment(),
		"resend":        views.ResendInvitationDialog(act).Page(c),
		"withdraw":      views.WithdrawInvitationDialog(act).Page(c),
		"password link": views.PasswordLinkDialog(act).Fragment(),
		"reveal link":   views.RevealLinkDialog(link).Page(c),
		"accept":        views.AcceptPage(c, join),
		"invite code":   views.InvitePage(c, views.Invite{Code: s, Problems: views.Problems{views.FieldCode: s}}),
		"forgot":        views.ForgotPage(c, views.Forgot{Email: s, Alert: s}),
	}
}

// The link stands in one element that can be copied, and nowhere else.
func TestRevealLink_showsTheLinkOnce(t *testing.T) {
	page := render(t, views.RevealLinkDialog(revealLink()).Page(chrome(t)))
	if n := strings.Count(page, revealLink().Secret); n != 1 {
		t.Errorf("the link is in %d places", n)
	}
	htmlcheck.Run(t, page,
		htmlcheck.In("textarea[data-secret]", htmlcheck.HasExactText(revealLink().Secret)),
		htmlcheck.Count("[data-guard]", 1),
		htmlcheck.NotIn("a[data-close][aria-label=Close]"))
}

// The code of an invitation is carried on unseen, and the e-mail can be read and not changed.
func TestAcceptPage_fixesTheEmail(t *testing.T) {
	htmlcheck.Run(t, render(t, views.AcceptPage(views.Chrome{Assets: chrome(t).Assets, Now: now}, accept())),
		htmlcheck.Count(`input[type=hidden][name=code][value="0123"]`, 1),
		htmlcheck.Count("input[name=email]", 0),
		htmlcheck.Count(`input[autocomplete="new-password"]`, 1),
		htmlcheck.Count("[role=alert]", 0))
}
