package web

import (
	"net/http"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/views"
)

// newInvitation shows the form Invite member.
func (s *Server) newInvitation(v *visit) error {
	f := inviteForm(v)
	f.Role, f.FormKey = defaultRole(access.OrgLevel), newFormKey()
	return s.dialog(v, http.StatusOK, views.InviteMemberDialog(f))
}

func inviteForm(v *visit) views.InviteMember {
	return views.InviteMember{Organization: v.level().Organization, State: memberListState(v), Roles: v.grantable(access.OrgLevel)}
}

// invite makes a PENDING member, and mails their link or shows it.
func (s *Server) invite(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	if err := s.prepareReveal(v); err != nil {
		return err
	}
	made, code, err := s.Invitations.Invite(v.ctx(), v.actor(), v.org.ID, signin.NewInvitation{
		Email: body.get(views.FieldEmail), Role: access.Role(body.get(views.FieldRole)), FormKey: formKey(body),
	})
	if access.CodeOf(err) == access.Invalid {
		f := inviteForm(v)
		f.Email, f.Role = body.shown(views.FieldEmail), body.shown(views.FieldRole)
		f.FormKey, f.Problems = newFormKey(), problemsOf(err)
		return s.dialog(v, http.StatusUnprocessableEntity, views.InviteMemberDialog(f))
	}
	if err != nil {
		return err
	}
	return s.handOver(v, made, code, "Invitation created")
}

// handOver mails the link of an invitation. When there is no mail server, or it does not take the
// mail, whoever invites gets the link to hand over, once.
func (s *Server) handOver(v *visit, i signin.Invitation, code secret.Value, title string) error {
	shown := s.revealedLink(v, title, "Invitation link", i.User.Email, i.EndsAt)
	if !s.MailInvitation(v.ctx(), v.actor(), i, code) {
		shown.MailFailed = s.Mail != nil
		return s.revealLink(v, s.newLink(views.InviteURL, code), shown, s.refreshMembers(v))
	}
	return s.saved(v, "Invitation sent to "+i.User.Email+".", memberListURL(v), s.refreshMembers(v))
}

func (s *Server) revealedLink(v *visit, title, label, email string, ends time.Time) views.RevealLink {
	return views.RevealLink{Organization: v.level().Organization, State: memberListState(v), Title: title, Label: label, Email: email, Ends: ends}
}

// confirmResend asks before an invited person gets a new link.
func (s *Server) confirmResend(v *visit) error {
	p, err := s.invitedPerson(v)
	if err != nil {
		return err
	}
	p.FormKey = newFormKey()
	return s.dialog(v, http.StatusOK, views.ResendInvitationDialog(p))
}

// resend makes the new link, and mails or shows it.
func (s *Server) resend(v *visit) error {
	body, id, err := readMemberForm(v)
	if err != nil {
		return err
	}
	if err := s.prepareReveal(v); err != nil {
		return err
	}
	made, code, err := s.Invitations.Resend(v.ctx(), v.actor(), v.org.ID, id, formKey(body))
	if err != nil {
		return err
	}
	return s.handOver(v, made, code, "New invitation link")
}

// confirmWithdraw asks before an invitation ends.
func (s *Server) confirmWithdraw(v *visit) error {
	p, err := s.invitedPerson(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.WithdrawInvitationDialog(p))
}

// withdraw ends an invitation.
func (s *Server) withdraw(v *visit) error {
	_, id, err := readMemberForm(v)
	if err != nil {
		return err
	}
	gone, err := s.Invitations.Withdraw(v.ctx(), v.actor(), v.org.ID, id)
	if err != nil {
		return err
	}
	return s.saved(v, "Invitation for "+gone.User.Email+" withdrawn.", memberListURL(v), s.refreshMembers(v))
}

// invitedPerson is the PENDING member the path names.
func (s *Server) invitedPerson(v *visit) (views.PersonAct, error) {
	id, err := v.user()
	if err != nil {
		return views.PersonAct{}, err
	}
	i, err := s.Invitations.Find(v.ctx(), v.actor(), v.org.ID, id)
	if err != nil {
		return views.PersonAct{}, err
	}
	p := s.personAct(v, i.User)
	p.Role = i.Role.Label()
	return p, nil
}

func (s *Server) personAct(v *visit, u access.User) views.PersonAct {
	return views.PersonAct{
		Organization: v.level().Organization, State: memberListState(v), Mailed: s.Mail != nil,
		ID: string(u.ID), Name: u.FullName, Email: u.Email,
	}
}

// confirmPasswordLink asks before a member gets a link to choose a new password. The password step
// comes first, so that nothing has to be entered twice.
func (s *Server) confirmPasswordLink(v *visit) error {
	id, err := v.user()
	if err != nil {
		return err
	}
	u, err := s.Accounts.PasswordLinkFor(v.ctx(), v.actor(), v.org.ID, id)
	if err != nil {
		return err
	}
	if !v.actor().RecentlyAuthenticated(s.now()) {
		return &access.Error{Code: access.Unauthenticated, Reason: access.ReasonReauthenticate}
	}
	p := s.personAct(v, u)
	p.FormKey = newFormKey()
	return s.dialog(v, http.StatusOK, views.PasswordLinkDialog(p))
}

// makePasswordLink makes the link and shows it. It is never mailed: whoever has lost the password may
// have lost the mailbox too, and the Owner knows whom they hand it to.
func (s *Server) makePasswordLink(v *visit) error {
	body, id, err := readMemberForm(v)
	if err != nil {
		return err
	}
	if err := s.prepareReveal(v); err != nil {
		return err
	}
	u, code, err := s.Accounts.NewPasswordLink(v.ctx(), v.actor(), v.org.ID, id, formKey(body))
	if err != nil {
		return err
	}
	shown := s.revealedLink(v, "Password link created", "Password link", u.Email, s.now().Add(signin.ResetCodeLife))
	return s.revealLink(v, s.newLink(views.ResetURL, code), shown, s.refreshMembers(v))
}
