package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// ReasonNoPasswordLink is the reason of a password link that is refused because of whom it is for.
const ReasonNoPasswordLink = "no_password_link"

// NewPasswordLink makes a code with which a member chooses a new password within [ResetCodeLife];
// earlier ones end. It is for people who belong to this Organization alone: for others it would be a
// way into the other ones (product.md 4.7). Errors: NotFound, also for people who are not in the
// Organization; Forbidden; Unauthenticated when the password is needed again; Conflict with reason
// no_password_link for oneself, for people who are not active and for those who belong elsewhere too,
// and with already_done when the same form was sent before.
func (s *Accounts) NewPasswordLink(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID, formKey string) (access.User, secret.Value, error) {
	var owner access.User
	var code secret.Value
	try := access.Act{Do: access.MembersManage, As: audit.CodeCreate, On: access.Target{Kind: audit.TargetUser, ID: string(id)}}
	err := access.Change(ctx, s.store, by, try, inOrg(org), func(c *access.Changing, tx Tx) error {
		a, role, err := resettable(tx, by, org, id)
		if err != nil {
			return err
		}
		if err := c.MayTouch(role, access.OrgLevel); err != nil {
			return err
		}
		if err := c.RequireRecent(); err != nil {
			return err
		}
		if err := useFormKey(tx, by, formKey); err != nil {
			return err
		}
		if err := tx.EndCodes(CodeReset, a.ID); err != nil {
			return err
		}
		owner = a.User
		code, err = newCode(c, tx, CodeReset, a.ID, ResetCodeLife)
		return err
	})
	if err != nil {
		return access.User{}, secret.Value{}, err
	}
	return owner, code, nil
}

// PasswordLinkFor returns the member for whom [Accounts.NewPasswordLink] would make a code, and why it
// would not. It writes nothing.
func (s *Accounts) PasswordLinkFor(ctx context.Context, by access.Actor, org access.OrgID, id access.UserID) (access.User, error) {
	var owner access.User
	err := access.Read(ctx, s.store, by, access.MembersManage, inOrg(org), func(_ access.Grants, tx Tx) error {
		a, _, err := resettable(tx, by, org, id)
		owner = a.User
		return err
	})
	return owner, err
}

// resettable returns a member whose password others in the Organization may reset, with their role.
func resettable(tx Tx, by access.Actor, org access.OrgID, id access.UserID) (Account, access.Role, error) {
	a, role, err := member(tx, org, id)
	if err != nil {
		return Account{}, "", err
	}
	outside, err := tx.HasPlaceOutside(org, id)
	switch {
	case err != nil:
		return Account{}, "", err
	case by.Kind == access.UserActor && by.ID == string(id):
		return Account{}, "", access.Conflicting(ReasonNoPasswordLink, "Change your own password in your Profile.")
	case a.Status != access.UserActive:
		return Account{}, "", access.Conflicting(ReasonNoPasswordLink, "Only active people can sign in, so there is no password to choose.")
	case outside:
		return Account{}, "", access.Conflicting(ReasonNoPasswordLink,
			a.FullName+" also belongs to another Organization, so a password link can't be made here. They can reset their password themselves, or whoever runs the server can.")
	}
	return a, role, nil
}

// AskForReset admits somebody who says to have forgotten the password of an account. It does the same
// whether or not the account exists; [Accounts.ForgottenCode] finds that out when nobody waits for it.
// Errors: Invalid (field email); Limited.
func (s *Accounts) AskForReset(ctx context.Context, email string, o access.Origin) error {
	email, problem := access.CleanEmail("email", email)
	if problem != nil {
		return access.BadInput(*problem)
	}
	t := s.prover.throttle
	asked := attempt{accountKey: t.keys.ThrottleKey("forgot:" + email), addressKey: t.keys.ThrottleKey("forgot-" + byAddress(o))}
	if err := access.Lookup(ctx, s.store, asked.check); err != nil {
		return err
	}
	return t.admit(ctx, asked)
}

// ForgottenCode makes a code with which the holder of an account chooses a new password. Earlier ones
// live on, so that strangers who ask in somebody's name can't keep ending the link that person waits
// for. Errors: NotFound when nobody with the e-mail can sign in.
func (s *Accounts) ForgottenCode(ctx context.Context, email string, o access.Origin) (access.User, secret.Value, error) {
	var owner access.User
	var code secret.Value
	email = foldEmail(email)
	err := access.Lookup(ctx, s.store, func(tx Tx) error {
		a, err := tx.AccountByEmail(email)
		if err == nil && a.Status != access.UserActive {
			err = access.Missing()
		}
		owner = a.User
		return err
	})
	if err != nil {
		return access.User{}, secret.Value{}, err
	}
	by := stranger(claim{account: Account{User: owner}}, o)
	err = access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) (err error) {
		code, err = newCode(c, tx, CodeReset, owner.ID, ResetCodeLife)
		return err
	})
	if err != nil {
		return access.User{}, secret.Value{}, err
	}
	return owner, code, nil
}
