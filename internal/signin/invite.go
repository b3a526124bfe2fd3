package signin

import (
	"context"
	"fmt"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// MaxInvitations is how many invitations of an Organization may be open at once (security.md 10).
const MaxInvitations = 5000

// ReasonAccepted is the reason of what is refused because the invitation was accepted meanwhile.
const ReasonAccepted = "accepted_meanwhile"

// InviteTx is what invitations need of a transaction besides accounts, codes and [access.FoundTx].
type InviteTx interface {
	// Org returns an Organization. NotFound when there is none.
	Org(id access.OrgID) (access.Org, error)
	// Role returns the role a subject itself holds at a scope, "" for none.
	Role(at access.Scope, who access.Subject) (access.Role, error)
	// RemoveMember ends every role of a person in the Organization; see [access.MemberTx].
	RemoveMember(org access.OrgID, id access.UserID) error
	// HasPlaceOutside reports whether a person has a role or a team in another Organization than the
	// one given, "" for in any.
	HasPlaceOutside(org access.OrgID, id access.UserID) (bool, error)
	// OpenInvitations counts the invitations to an Organization whose code can still be used.
	OpenInvitations(org access.OrgID) (int, error)
	// DeleteUser removes a person who has no place, no session and no past.
	DeleteUser(id access.UserID) error
	// UseFormKey notes that a person sent a form; see [access.TokenTx].
	UseFormKey(by access.UserID, key string) error
}

// Invitations is the service that brings people in. Whoever is invited exists from then on, PENDING
// and with their role, and becomes ACTIVE by the code that only they were sent.
type Invitations struct {
	store  Store
	hasher Hasher
}

// NewInvitations returns the service.
func NewInvitations(s Store, h Hasher) *Invitations { return &Invitations{s, h} }

// Invitation is a PENDING member of an Organization.
type Invitation struct {
	Org    access.Org
	User   access.User
	Role   access.Role
	EndsAt time.Time // when the code that was just made or checked ends
}

func (i Invitation) target() access.Target {
	return access.Target{Kind: audit.TargetUser, ID: string(i.User.ID), Name: i.User.Email}
}

// NewInvitation is what an invitation asks for.
type NewInvitation struct {
	Email   string
	Role    access.Role // on the Organization
	FormKey string      // one-use key of a console form; empty elsewhere
}

func (in NewInvitation) clean() (NewInvitation, error) {
	var problems []access.FieldProblem
	email, problem := access.CleanEmail("email", in.Email)
	if problem != nil {
		problems = append(problems, *problem)
	}
	if problem := access.CheckRole("role", in.Role, access.OrgLevel); problem != nil {
		problems = append(problems, *problem)
	}
	in.Email = email
	return in, access.BadInput(problems...)
}

// Invite makes a person PENDING in an Organization, with their role at once, and returns the code
// with which they accept within [InviteCodeLife]. A former member comes back without their old
// password, sessions and roles. Errors: NotFound and Forbidden below Organization Owner and for a
// role above one's own; Unauthenticated when making an Owner needs the password again; Invalid, also
// for an address that is in use or was invited; Conflict when [MaxInvitations] are open, and with
// reason already_done when the same form was sent before.
func (s *Invitations) Invite(ctx context.Context, by access.Actor, org access.OrgID, in NewInvitation) (Invitation, secret.Value, error) {
	var made Invitation
	var code secret.Value
	try := access.Act{Do: access.MembersManage, As: audit.InvitationCreate}
	err := access.Change(ctx, s.store, by, try, inOrg(org), func(c *access.Changing, tx Tx) error {
		in, err := in.clean()
		if err != nil {
			return err
		}
		if err := c.MayGrant(in.Role, access.OrgLevel); err != nil {
			return err
		}
		if err := useFormKey(tx, by, in.FormKey); err != nil {
			return err
		}
		made = Invitation{Role: in.Role}
		if made.Org, err = tx.Org(org); err != nil {
			return err
		}
		if err := hasRoom(tx, org); err != nil {
			return err
		}
		if made.User, err = pending(c, tx, made.Org, in.Email); err != nil {
			return err
		}
		if err := tx.SetRole(c.At, made.User.Subject(), in.Role, by.Person()); err != nil {
			return err
		}
		c.Record(audit.InvitationCreate, made.target(), audit.Change{Field: "role", After: string(in.Role)})
		code, err = made.issue(c, tx)
		return err
	})
	if err != nil {
		return Invitation{}, secret.Value{}, err
	}
	return made, code, nil
}

// pending returns a PENDING person with an e-mail: a new one, or a former member as if they were new.
func pending(c *access.Changing, tx Tx, org access.Org, email string) (access.User, error) {
	a, err := tx.AccountByEmail(email)
	switch {
	case access.CodeOf(err) == access.NotFound:
		u := access.User{ID: access.UserID(tx.NewID()), Email: email, Status: access.UserPending, CreatedAt: c.Now, UpdatedAt: c.Now}
		return u, tx.InsertUser(u)
	case err != nil:
		return access.User{}, err
	}
	if err := mayReturn(tx, org, a); err != nil {
		return access.User{}, err
	}
	a.Status = access.UserPending
	if err := tx.UpdateAccount(a); err != nil {
		return access.User{}, err
	}
	return a.User, forgetPast(tx, a)
}

// mayReturn refuses to invite somebody who has a place already. Of a place in another Organization
// nothing is told.
func mayReturn(tx Tx, org access.Org, a Account) error {
	role, err := tx.Role(org.Scope(), a.Subject())
	if err != nil {
		return err
	}
	elsewhere, err := tx.HasPlaceOutside("", a.ID)
	switch {
	case err != nil:
		return err
	case role != "" && a.Status == access.UserPending:
		return badEmail("invited", a.Email+" was already invited. Resend the invitation instead.")
	case role != "":
		return badEmail("taken", fmt.Sprintf("%s is already in %s.", a.Email, org.Name))
	case elsewhere || a.Status == access.UserBanned:
		return badEmail("unavailable", fmt.Sprintf("%s can't be invited to %s. Use another address.", a.Email, org.Name))
	}
	return nil
}

// forgetPast ends what a former member could still come in with.
func forgetPast(tx Tx, a Account) error {
	for _, kind := range []CodeKind{CodeInvite, CodeReset, CodeSignIn} {
		if err := tx.EndCodes(kind, a.ID); err != nil {
			return err
		}
	}
	if err := tx.SetPasswordHash(a.ID, ""); err != nil {
		return err
	}
	_, err := tx.RaiseEpoch(a.ID)
	return err
}

func badEmail(code, message string) error {
	return access.BadInput(access.FieldProblem{Field: "email", Code: code, Message: message})
}

func hasRoom(tx Tx, org access.OrgID) error {
	n, err := tx.OpenInvitations(org)
	if err == nil && n >= MaxInvitations {
		return access.Conflicting(access.ReasonFull, "5,000 invitations are open, and there can't be more. Withdraw those nobody waits for.")
	}
	return err
}

func useFormKey(tx Tx, by access.Actor, key string) error {
	if key == "" {
		return nil
	}
	return tx.UseFormKey(access.UserID(by.ID), key)
}

// issue stores a code for the invitation and notes when it ends. The event of the act says enough, so
// that the code leaves none of its own.
func (i *Invitation) issue(c *access.Changing, tx Tx) (secret.Value, error) {
	value, code := makeCode(c, tx, CodeInvite, i.User.ID, InviteCodeLife)
	code.Org, i.EndsAt = i.Org.ID, code.EndsAt
	return value, tx.InsertCode(code)
}

// Resend makes a new code for a PENDING member and ends the one before. Errors: NotFound, also for
// people who are not in the Organization; Forbidden; Unauthenticated when an Owner was invited and
// the password is needed again; Conflict with reason accepted_meanwhile, and with already_done when
// the same form was sent before.
func (s *Invitations) Resend(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID, formKey string) (Invitation, secret.Value, error) {
	var found Invitation
	var code secret.Value
	err := s.change(ctx, by, org, id, audit.InvitationResend, func(c *access.Changing, tx Tx, i Invitation) (err error) {
		if err := c.MayGrant(i.Role, access.OrgLevel); err != nil {
			return err
		}
		if err := useFormKey(tx, by, formKey); err != nil {
			return err
		}
		if err := tx.EndCodes(CodeInvite, id); err != nil {
			return err
		}
		c.Record(audit.InvitationResend, i.target())
		code, err = i.issue(c, tx)
		found = i
		return err
	})
	if err != nil {
		return Invitation{}, secret.Value{}, err
	}
	return found, code, nil
}

// Withdraw ends an invitation: its code, its role, and the person unless they were here before. The
// address can be invited again. Errors: as for [Invitations.Resend].
func (s *Invitations) Withdraw(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID) (Invitation, error) {
	var found Invitation
	err := s.change(ctx, by, org, id, audit.InvitationWithdraw, func(c *access.Changing, tx Tx, i Invitation) error {
		found = i
		if err := access.RecordLeaving(c, tx, i.User); err != nil {
			return err
		}
		c.Record(audit.InvitationWithdraw, i.target(), audit.Change{Field: "role", Before: string(i.Role)})
		if err := tx.RemoveMember(org, id); err != nil {
			return err
		}
		if i.User.FullName != "" { // a former member, whose name stands beside what they made
			return nil
		}
		return tx.DeleteUser(id)
	})
	return found, err
}

// Delivered records whether the link of an invitation was mailed: when it was not, whoever invited
// has it in hand. Errors: as for [Invitations.Resend].
func (s *Invitations) Delivered(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID, sent bool) error {
	return s.change(ctx, by, org, id, audit.InvitationMail, func(c *access.Changing, _ Tx, i Invitation) error {
		result := "failed"
		if sent {
			result = "sent"
		}
		c.Record(audit.InvitationMail, i.target(), audit.Change{Field: "mail", After: result})
		return nil
	})
}

// Find returns the invitation of a PENDING member, without a code and its end. Errors: NotFound;
// Forbidden; Conflict with reason accepted_meanwhile.
func (s *Invitations) Find(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID) (Invitation, error) {
	var found Invitation
	err := access.Read(ctx, s.store, by, access.MembersManage, inOrg(org), func(_ access.Grants, tx Tx) (err error) {
		found, err = invited(tx, org, id)
		return err
	})
	return found, err
}

func (s *Invitations) change(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID, as audit.Action,
	act func(c *access.Changing, tx Tx, i Invitation) error) error {
	try := access.Act{Do: access.MembersManage, As: as, On: access.Target{Kind: audit.TargetUser, ID: string(id)}}
	return access.Change(ctx, s.store, by, try, inOrg(org), func(c *access.Changing, tx Tx) error {
		i, err := invited(tx, org, id)
		if err != nil {
			return err
		}
		if err := c.MayTouch(i.Role, access.OrgLevel); err != nil {
			return err
		}
		return act(c, tx, i)
	})
}

// invited returns the invitation of a member, Conflict when they are more than invited by now.
func invited(tx Tx, org access.OrgID, id access.UserID) (Invitation, error) {
	u, role, err := member(tx, org, id)
	if err != nil {
		return Invitation{}, err
	}
	if u.Status != access.UserPending {
		return Invitation{}, access.Conflicting(ReasonAccepted, u.FullName+" has accepted the invitation.")
	}
	i := Invitation{User: u.User, Role: role}
	i.Org, err = tx.Org(org)
	return i, err
}

// member returns somebody with a role of their own on the Organization. NotFound for everybody else.
func member(tx Tx, org access.OrgID, id access.UserID) (Account, access.Role, error) {
	role, err := tx.Role(access.Scope{Org: org}, access.Subject{Kind: access.UserSubject, ID: string(id)})
	if err == nil && role == "" {
		err = access.Missing()
	}
	if err != nil {
		return Account{}, "", err
	}
	a, err := tx.Account(id)
	return a, role, err
}

func inOrg(org access.OrgID) func(Tx) (access.Scope, error) {
	return func(Tx) (access.Scope, error) { return access.Scope{Org: org}, nil }
}
