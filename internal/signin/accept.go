package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Acceptance is what somebody sends to accept an invitation. The cookies are zero when their browser
// has none.
type Acceptance struct {
	Name, Password string
	Session        secret.Value // the session the browser had, whosever it was; it ends
	Device         secret.Value // what the browser is known by
}

// Check returns the invitation behind a code, and leaves the code as it is. Errors: Invalid with
// reason code_used_or_expired, also when the invitation was withdrawn.
func (s *Invitations) Check(ctx context.Context, code secret.Value) (Invitation, error) {
	var found Invitation
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		found, err = openInvitation(tx, code)
		return err
	})
	return found, err
}

// Accept makes the person ACTIVE with the name and password they chose, and signs them in. Of any
// number at once exactly one succeeds. Whoever has not got the code learns nothing about the rest of
// what they sent. Errors: as for Check; Invalid (fields name, password) and Unavailable, after which
// the code can be used again.
func (s *Invitations) Accept(ctx context.Context, code secret.Value, in Acceptance, o access.Origin) (Opened, Invitation, error) {
	found, err := s.Check(ctx, code)
	if err != nil {
		return Opened{}, Invitation{}, err
	}
	name, err := s.checkAcceptance(ctx, found, in)
	if err != nil {
		return Opened{}, Invitation{}, err
	}
	hash, err := hashNew(ctx, s.hasher, in.Password)
	if err != nil {
		return Opened{}, Invitation{}, err
	}
	found.User.FullName = name
	var opened Opened
	err = access.Audited(ctx, s.store, Account{User: found.User}.actor(o), func(c *access.Changing, tx Tx) error {
		if found, err = openInvitation(tx, code); err != nil {
			return err
		}
		a, err := activate(c, tx, found, name, hash)
		if err != nil {
			return err
		}
		if err := tx.EndCodes(CodeInvite, a.ID); err != nil {
			return err
		}
		if opened, err = openAt(tx, a, in.Session, o); err != nil {
			return err
		}
		opened.Device, err = rememberDevice(tx, in.Device, a.ID)
		return err
	})
	if err != nil {
		return Opened{}, Invitation{}, err
	}
	return opened, found, nil
}

// openInvitation returns the invitation behind a code that can be used now.
func openInvitation(tx Tx, value secret.Value) (Invitation, error) {
	code, err := findCode(tx, CodeInvite, value)
	if err != nil {
		return Invitation{}, err
	}
	i, err := invited(tx, code.Org, code.User)
	if kind := access.CodeOf(err); kind == access.NotFound || kind == access.Conflict {
		return Invitation{}, refusedCode(CodeInvite)
	}
	i.EndsAt = code.EndsAt
	return i, err
}

// checkAcceptance returns the name as it will be stored, and every problem of the form at once.
func (s *Invitations) checkAcceptance(ctx context.Context, i Invitation, in Acceptance) (string, error) {
	var problems []access.FieldProblem
	name, problem := access.CleanName("name", in.Name, access.MaxFullName)
	if problem != nil {
		problems = append(problems, *problem)
	}
	i.User.FullName = name
	err := access.Lookup(ctx, s.store, func(tx Tx) error {
		return checkFor(tx, "password", in.Password, Account{User: i.User})
	})
	if err != nil && access.CodeOf(err) != access.Invalid {
		return "", err
	}
	if err != nil {
		problems = append(problems, access.AsError(err).Fields...)
	}
	return name, access.BadInput(problems...)
}

// activate makes an invited person a member who can sign in.
func activate(c *access.Changing, tx Tx, i Invitation, name, hash string) (Account, error) {
	a, err := tx.Account(i.User.ID)
	if err != nil {
		return Account{}, err
	}
	a.FullName, a.Status = name, access.UserActive
	if err := tx.UpdateAccount(a); err != nil {
		return Account{}, err
	}
	c.RecordAt(i.Org.Scope(), audit.InvitationAccept, a.target(),
		audit.Change{Field: "email", After: a.Email}, audit.Change{Field: "role", After: string(i.Role)})
	c.Record(audit.UserSignIn, a.target())
	return a, tx.SetPasswordHash(a.ID, hash)
}
