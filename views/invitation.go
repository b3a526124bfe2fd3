package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// InviteMember is the form Invite member. The fields hold what was typed, not what it means.
type InviteMember struct {
	Organization Ref
	State        ListState
	Email        string
	Role         string
	Roles        []RoleOption // those the person may grant
	FormKey      string
	Problems     Problems
}

// InviteMemberDialog is the dialog of InviteMember.
func InviteMemberDialog(p InviteMember) Dialog {
	return Dialog{inviteTitle, sectionOrganizationUsers, len(p.Problems), func(in bool) templ.Component { return inviteMember(p, in) }}
}

const inviteTitle = "Invite member"

func (p InviteMember) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: inviteTitle, InDialog: in, CloseURL: p.State.In(OrganizationUsersURL(p.Organization.ID)),
		Action:   p.State.In(InviteMemberURL(p.Organization.ID)),
		Hidden:   []ui.Hidden{{Name: FieldFormKey, Value: p.FormKey}},
		Submit:   ui.ButtonProps{Label: "Invite member"},
		Problems: len(p.Problems),
	}
}

func (p InviteMember) focus(field string) bool {
	return field == firstField(p.Problems, FieldEmail, FieldRole)
}

// PersonAct asks before something is done about one person of an Organization.
type PersonAct struct {
	Organization Ref
	State        ListState
	ID           string
	Name         string // empty for somebody who was invited
	Email        string
	Role         string // as people read it
	Mailed       bool   // links are mailed
	FormKey      string
}

func (p PersonAct) frame(in bool, title, url string, submit ui.ButtonProps) ui.DialogProps {
	f := ui.DialogProps{
		Title: title, InDialog: in, CloseURL: p.State.In(OrganizationUsersURL(p.Organization.ID)),
		Action: p.State.In(url), Submit: submit, FocusClose: true,
	}
	if p.FormKey != "" {
		f.Hidden = []ui.Hidden{{Name: FieldFormKey, Value: p.FormKey}}
	}
	return f
}

// ResendInvitationDialog asks before an invited person gets a new link.
func ResendInvitationDialog(p PersonAct) Dialog {
	return Dialog{p.resendTitle(), sectionOrganizationUsers, 0, func(in bool) templ.Component { return resendInvitation(p, in) }}
}

func (p PersonAct) resendTitle() string {
	if p.Mailed {
		return "Resend the invitation for " + p.Email + "?"
	}
	return "Make a new invitation link for " + p.Email + "?"
}

func (p PersonAct) resendFrame(in bool) ui.DialogProps {
	submit := ui.ButtonProps{Label: ResendLabel(p.Mailed)}
	return p.frame(in, p.resendTitle(), ResendInvitationURL(p.Organization.ID, p.ID), submit)
}

func (p PersonAct) resendText() string {
	text := "The link made before stops working. The new one works once and ends in 7 days. "
	if p.Mailed {
		return text + "It is mailed to " + p.Email + "."
	}
	return text + "It is shown to you, to hand over."
}

// ResendLabel is what making a new link for an invited person is called.
func ResendLabel(mailed bool) string {
	if mailed {
		return "Resend invitation"
	}
	return "Make a new invitation link"
}

// WithdrawInvitationDialog asks before an invitation ends.
func WithdrawInvitationDialog(p PersonAct) Dialog {
	return Dialog{p.withdrawTitle(), sectionOrganizationUsers, 0, func(in bool) templ.Component { return withdrawInvitation(p, in) }}
}

func (p PersonAct) withdrawTitle() string { return "Withdraw the invitation for " + p.Email + "?" }

func (p PersonAct) withdrawFrame(in bool) ui.DialogProps {
	submit := ui.ButtonProps{Label: "Withdraw invitation", Kind: ui.Danger}
	return p.frame(in, p.withdrawTitle(), WithdrawInvitationURL(p.Organization.ID, p.ID), submit)
}

// PasswordLinkDialog asks before a member gets a link to choose a new password.
func PasswordLinkDialog(p PersonAct) Dialog {
	return Dialog{p.passwordTitle(), sectionOrganizationUsers, 0, func(in bool) templ.Component { return passwordLink(p, in) }}
}

func (p PersonAct) passwordTitle() string { return "Make a password link for " + p.Name + "?" }

func (p PersonAct) passwordFrame(in bool) ui.DialogProps {
	submit := ui.ButtonProps{Label: "Make a password link"}
	return p.frame(in, p.passwordTitle(), PasswordLinkURL(p.Organization.ID, p.ID), submit)
}

// RevealLink shows a link with a one-time code once. Secret is the link; it is written into one element
// and nowhere else.
type RevealLink struct {
	Organization Ref
	State        ListState
	Title        string
	Label        string // of the element with the link, without the person
	Email        string // whom it is for
	Ends         time.Time
	MailFailed   bool // it could not be mailed, though there is a mail server
	Secret       string
}

// RevealLinkDialog is the dialog of RevealLink.
func RevealLinkDialog(p RevealLink) Dialog {
	return Dialog{p.Title, sectionOrganizationUsers, 0, func(in bool) templ.Component { return revealLink(p, in) }}
}

func (p RevealLink) frame(in bool) ui.DialogProps {
	return ui.DialogProps{
		Title: p.Title, InDialog: in, CloseURL: p.State.In(OrganizationUsersURL(p.Organization.ID)),
		CloseLabel: "Done", NoCross: true,
	}
}

func (p RevealLink) sentence() string {
	return "Send this link to " + p.Email + ". It works once and ends " + ui.Exact(p.Ends) + "."
}

// Invite is the page that takes the code of an invitation: the first of two.
type Invite struct {
	Code     string
	Problems Problems
}

// InvitePage is the page of Invite. Where scripts run the code comes out of the address.
func InvitePage(c Chrome, p Invite) templ.Component { return invitePage(c, p) }

// Accept is the form with which an invited person becomes a member: the second of two. It carries the
// code unseen.
type Accept struct {
	Code         string
	Organization string
	Role         string // as people read it
	Email        string
	Name         string // as typed
	Problems     Problems
}

// AcceptPage is the page of Accept.
func AcceptPage(c Chrome, p Accept) templ.Component { return acceptPage(c, p) }

func (p Accept) title() string { return "Join " + p.Organization }

// Forgot is the form that asks for a link to choose a new password.
type Forgot struct {
	Email    string // as typed
	Problems Problems
	Alert    string // too many attempts
}

// ForgotPage is the page of Forgot.
func ForgotPage(c Chrome, p Forgot) templ.Component { return forgotPage(c, p) }

// ForgotSentPage is the answer to every address that could have an account, whether or not it has.
func ForgotSentPage(c Chrome) templ.Component { return forgotSentPage(c) }
