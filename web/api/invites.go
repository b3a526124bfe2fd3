package api

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/signin"
)

// newInvite is somebody to be invited.
type newInvite struct {
	org access.OrgID
	in  signin.NewInvitation
}

func readInvite(in *input) newInvite {
	org := readOrg(in)
	body := readBody[struct {
		InviteeEmail string      `json:"inviteeEmail"`
		Role         access.Role `json:"role"`
	}](in)
	return newInvite{org, signin.NewInvitation{Email: body.InviteeEmail, Role: body.Role}}
}

// invited is an invitation with whoever made it.
type invited struct {
	signin.Invitation
	by access.Person
}

// invite makes a PENDING person and mails them the link, which is in no answer.
func (s *server) invite(ctx context.Context, by access.Actor, c newInvite) (invited, error) {
	made, code, err := s.Invitations.Invite(ctx, by, c.org, c.in)
	if err != nil {
		return invited{}, onTheWire(err, map[string]string{"email": "inviteeEmail"})
	}
	s.MailInvitation(ctx, by, made, code)
	return invited{made, by.Person()}, nil
}

// An invitation is its PENDING person, so that the two have one id.
func readInvitee(in *input) userRef {
	return userRef{readOrg(in), pathID[access.UserID](in, "invite")}
}

// withdraw ends an invitation. One that was accepted is none any more: it is not found, which Terraform
// takes for done, and the person stays.
func (s *server) withdraw(ctx context.Context, by access.Actor, ref userRef) error {
	_, err := s.Invitations.Withdraw(ctx, by, ref.org, ref.id)
	if access.ReasonOf(err) == signin.ReasonAccepted {
		return access.Missing()
	}
	return err
}

type invite struct {
	InviteID         access.UserID `json:"inviteId"`
	UserID           access.UserID `json:"userId"`
	Invitee          profile       `json:"invitee"`
	Inviter          profile       `json:"inviter"`
	OrganizationID   access.OrgID  `json:"organizationId"`
	OrganizationName string        `json:"organizationName"`
	ExpiresAt        timestamp     `json:"expiresAt"`
}

func (s shaper) invite(i invited) invite {
	u := i.User
	return invite{
		InviteID: u.ID, UserID: u.ID, OrganizationID: i.Org.ID, OrganizationName: i.Org.Name, ExpiresAt: stamp(i.EndsAt),
		Invitee: s.profile(access.Person{Kind: access.UserActor, ID: string(u.ID), Name: u.FullName, Email: u.Email}),
		Inviter: s.profile(i.by),
	}
}
