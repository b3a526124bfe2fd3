package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// ReasonSetUp is the reason of whatever set-up refuses because there is an owner already.
const ReasonSetUp = "already_set_up"

// SetupTx is the storage of whether the installation has its first owner.
type SetupTx interface {
	// Bootstrapped reports whether the first owner was made.
	Bootstrapped() (bool, error)
	// Bootstrap notes that the first owner was made. Conflict when that was noted before.
	Bootstrap() error
}

// Setup is the service that makes the first owner.
type Setup struct {
	store  Store
	hasher Hasher
}

// NewSetup returns the service.
func NewSetup(s Store, h Hasher) *Setup { return &Setup{s, h} }

// Needed reports whether the installation still waits for its first owner.
func (s *Setup) Needed(ctx context.Context) (bool, error) {
	var done bool
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		done, err = tx.Bootstrapped()
		return err
	})
	return !done, err
}

// NewCode makes the code that set-up asks for; earlier ones end. Errors: Conflict with reason
// already_set_up.
func (s *Setup) NewCode(ctx context.Context) (secret.Value, error) {
	var code secret.Value
	err := access.Audited(ctx, s.store, access.System(access.Origin{}), func(c *access.Changing, tx Tx) error {
		if err := notSetUp(tx); err != nil {
			return err
		}
		if err := tx.EndCodes(CodeSetup, ""); err != nil {
			return err
		}
		var err error
		code, err = newCode(c, tx, CodeSetup, "", SetupCodeLife)
		return err
	})
	return code, err
}

// Check reports whether the code would do, and leaves it as it is. Errors: Conflict with reason
// already_set_up; Invalid with reason code_used_or_expired.
func (s *Setup) Check(ctx context.Context, code secret.Value) error {
	return access.Lookup(ctx, s.store, func(tx Tx) error {
		if err := notSetUp(tx); err != nil {
			return err
		}
		_, err := findCode(tx, CodeSetup, code)
		return err
	})
}

// Complete makes the first Organization with its Workspace and its Owner, and signs the Owner in.
// Of any number at once exactly one succeeds. Whoever has not got the code learns nothing about the
// rest of what they sent. Errors: as for Check; Invalid with the fields of [access.NewOrg] and
// password, after which the code can be used again; Unavailable.
func (s *Setup) Complete(ctx context.Context, code secret.Value, in access.NewOrg, password string, o access.Origin) (Opened, access.Founded, error) {
	if err := s.Check(ctx, code); err != nil {
		return Opened{}, access.Founded{}, err
	}
	hash, err := s.prepare(ctx, in, password)
	if err != nil {
		return Opened{}, access.Founded{}, err
	}
	var opened Opened
	var founded access.Founded
	err = access.Audited(ctx, s.store, access.System(o), func(c *access.Changing, tx Tx) error {
		// First of all, so that whoever comes second with the same code is told why it is used.
		if err := notSetUp(tx); err != nil {
			return err
		}
		if _, err := useCode(c, tx, CodeSetup, code); err != nil {
			return err
		}
		var err error
		if founded, err = foundWith(c, tx, in, hash); err != nil {
			return err
		}
		opened, err = openFirst(c, tx, founded.Owner.ID, o)
		return err
	})
	if err != nil {
		return Opened{}, access.Founded{}, err
	}
	return opened, founded, nil
}

// CompleteHeadless is [Setup.Complete] without a code and a session, for whoever holds the data
// directory. Codes made before end. Errors: Conflict with reason already_set_up; Invalid with the
// fields of [access.NewOrg] and password; Unavailable.
func (s *Setup) CompleteHeadless(ctx context.Context, in access.NewOrg, password string) (access.Founded, error) {
	if err := access.Lookup(ctx, s.store, notSetUp); err != nil {
		return access.Founded{}, err
	}
	hash, err := s.prepare(ctx, in, password)
	if err != nil {
		return access.Founded{}, err
	}
	var founded access.Founded
	err = access.Audited(ctx, s.store, access.System(access.Origin{}), func(c *access.Changing, tx Tx) (err error) {
		if err := notSetUp(tx); err != nil {
			return err
		}
		if err := tx.EndCodes(CodeSetup, ""); err != nil {
			return err
		}
		founded, err = foundWith(c, tx, in, hash)
		return err
	})
	return founded, err
}

// prepare checks the input and hashes the password, which takes too long for a transaction.
func (s *Setup) prepare(ctx context.Context, in access.NewOrg, password string) (string, error) {
	if err := checkFirst(in, password); err != nil {
		return "", err
	}
	return hashNew(ctx, s.hasher, password)
}

// foundWith makes the Organization and its Owner with their password.
func foundWith(c *access.Changing, tx Tx, in access.NewOrg, hash string) (access.Founded, error) {
	if err := tx.Bootstrap(); err != nil {
		return access.Founded{}, err
	}
	founded, err := access.Found(c, tx, in)
	if err != nil {
		return access.Founded{}, err
	}
	owner := Account{User: founded.Owner}
	c.Record(audit.SetupComplete, owner.target())
	return founded, tx.SetPasswordHash(owner.ID, hash)
}

// openFirst signs the new owner in.
func openFirst(c *access.Changing, tx Tx, id access.UserID, o access.Origin) (Opened, error) {
	owner, err := tx.Account(id)
	if err != nil {
		return Opened{}, err
	}
	c.Record(audit.UserSignIn, owner.target())
	opened, err := openAt(tx, owner, secret.Value{}, o)
	if err != nil {
		return Opened{}, err
	}
	opened.Device, err = rememberDevice(tx, secret.Value{}, owner.ID)
	return opened, err
}

// checkFirst reports every problem of the form at once.
func checkFirst(in access.NewOrg, password string) error {
	err := in.Validate()
	p := CheckPassword("password", password, in.Name, in.Workspace, in.OwnerName, in.OwnerMail)
	if p == nil {
		return err
	}
	if err == nil {
		return access.BadInput(*p)
	}
	return access.BadInput(append(access.AsError(err).Fields, *p)...)
}

func notSetUp(tx Tx) error {
	done, err := tx.Bootstrapped()
	if err == nil && done {
		return access.Conflicting(ReasonSetUp, "Dagpass is set up already. Sign in instead.")
	}
	return err
}
