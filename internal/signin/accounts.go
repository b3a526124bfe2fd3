package signin

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Accounts is the service of what people do to their own account.
type Accounts struct {
	store  Store
	hasher Hasher
	prover prover
}

// NewAccounts returns the service.
func NewAccounts(s Store, h Hasher, k Keyring) *Accounts {
	return &Accounts{store: s, hasher: h, prover: newProver(s, h, k)}
}

// Rename changes the person's own full name. The one they have is a success without an event.
// Errors: Invalid (field name); Unauthenticated.
func (s *Accounts) Rename(ctx context.Context, by access.Actor, name string) error {
	return s.update(ctx, by, "full_name", func(a *Account) (string, string, *access.FieldProblem) {
		before := a.FullName
		clean, problem := access.CleanName("name", name, access.MaxFullName)
		a.FullName = clean
		return before, clean, problem
	})
}

// SetTheme changes how the console looks for the person. Errors: Invalid (field theme);
// Unauthenticated.
func (s *Accounts) SetTheme(ctx context.Context, by access.Actor, theme Theme) error {
	return s.update(ctx, by, "theme", func(a *Account) (string, string, *access.FieldProblem) {
		before := a.Theme
		a.Theme = theme
		if !theme.known() {
			return "", "", &access.FieldProblem{Field: "theme", Code: "theme", Message: "Select System, Light or Dark."}
		}
		return string(before), string(theme), nil
	})
}

// update changes one field of the person's own account; edit returns it before and after.
func (s *Accounts) update(ctx context.Context, by access.Actor, field string,
	edit func(a *Account) (before, after string, problem *access.FieldProblem)) error {
	return access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		before, after, problem := edit(&own.Account)
		if problem != nil {
			return access.BadInput(*problem)
		}
		if before == after {
			c.Unchanged()
			return nil
		}
		c.Record(audit.UserUpdate, own.Account.target(), audit.Change{Field: field, Before: before, After: after})
		return tx.UpdateAccount(own.Account)
	})
}

// ChangePassword replaces the person's password, ends their other sessions and unused codes, and
// returns the id of the session that takes the place of theirs. Errors: Invalid (fields
// current_password, new_password); Limited; Unavailable; Unauthenticated.
func (s *Accounts) ChangePassword(ctx context.Context, by access.Actor, current, next string) (secret.Value, error) {
	if err := s.checkOwn(ctx, by, next); err != nil {
		return secret.Value{}, err
	}
	found, err := s.prover.proveOwn(ctx, by, audit.UserPasswordChange, "current_password", current)
	if err != nil {
		return secret.Value{}, err
	}
	hash, err := hashNew(ctx, s.hasher, next)
	if err != nil {
		return secret.Value{}, err
	}
	var id secret.Value
	err = access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		if _, err := found.accept(tx); err != nil {
			return err
		}
		a, err := replacePassword(c, tx, own.Account, hash)
		if err != nil {
			return err
		}
		id, err = renew(tx, own, a, by.Origin)
		return err
	})
	return id, err
}

func (s *Accounts) checkOwn(ctx context.Context, by access.Actor, next string) error {
	return access.Lookup(ctx, s.store, func(tx Tx) error {
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		return checkFor(tx, "new_password", next, own.Account)
	})
}

// replacePassword stores a new password and ends whatever the old one had opened. It returns the
// account in its new epoch.
func replacePassword(c *access.Changing, tx Tx, a Account, hash string) (Account, error) {
	if err := tx.SetPasswordHash(a.ID, hash); err != nil {
		return Account{}, err
	}
	for _, kind := range []CodeKind{CodeReset, CodeSignIn} {
		if err := tx.EndCodes(kind, a.ID); err != nil {
			return Account{}, err
		}
	}
	c.Record(audit.UserPasswordChange, a.target())
	return tx.RaiseEpoch(a.ID)
}

// SetFirstPassword gives a person their first password. Only the system may. Errors: NotFound;
// Invalid (field password); Conflict when they have one.
func (s *Accounts) SetFirstPassword(ctx context.Context, by access.Actor, id access.UserID, password string) error {
	if by.Kind != access.SystemActor {
		return access.Missing()
	}
	err := access.Lookup(ctx, s.store, func(tx Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		return checkFor(tx, "password", password, a)
	})
	if err != nil {
		return err
	}
	hash, err := hashNew(ctx, s.hasher, password)
	if err != nil {
		return err
	}
	return access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		old, err := tx.PasswordHash(id)
		if err != nil {
			return err
		}
		if old != "" {
			return access.Conflicting(access.ReasonTaken, a.FullName+" has a password already.")
		}
		c.Record(audit.UserPasswordChange, a.target())
		return tx.SetPasswordHash(id, hash)
	})
}

// NewResetCode makes a code with which the person with the e-mail can choose a new password within
// an hour, once; earlier ones end. Only the system may: whoever holds the data directory. Errors:
// NotFound; Conflict for somebody who has not accepted their invitation.
func (s *Accounts) NewResetCode(ctx context.Context, by access.Actor, email string) (secret.Value, error) {
	if by.Kind != access.SystemActor {
		return secret.Value{}, access.Missing()
	}
	var code secret.Value
	err := access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		a, err := tx.AccountByEmail(foldEmail(email))
		if err != nil {
			return err
		}
		if a.Status == access.UserPending {
			return access.Conflicting(ReasonNoPasswordLink, a.Email+" was invited and has no password yet. Resend the invitation instead.")
		}
		if err := tx.EndCodes(CodeReset, a.ID); err != nil {
			return err
		}
		code, err = newCode(c, tx, CodeReset, a.ID, ResetCodeLife)
		return err
	})
	return code, err
}

// CheckResetCode returns whose password a code resets, and leaves the code as it is. Errors: Invalid
// with reason code_used_or_expired.
func (s *Accounts) CheckResetCode(ctx context.Context, code secret.Value) (access.User, error) {
	owner, err := codeOwner(ctx, s.store, CodeReset, code)
	return owner.User, err
}

// ResetPassword uses a code to choose a new password. Every session and unused code of the person
// ends. Errors: Invalid with reason code_used_or_expired; Invalid (field password) and Unavailable,
// after which the code can still be used.
func (s *Accounts) ResetPassword(ctx context.Context, code secret.Value, password string, o access.Origin) error {
	owner, err := codeOwner(ctx, s.store, CodeReset, code)
	if err != nil {
		return err
	}
	err = access.Lookup(ctx, s.store, func(tx Tx) error { return checkFor(tx, "password", password, owner) })
	if err != nil {
		return err
	}
	hash, err := hashNew(ctx, s.hasher, password)
	if err != nil {
		return err
	}
	return access.Audited(ctx, s.store, owner.actor(o), func(c *access.Changing, tx Tx) error {
		used, err := useCode(c, tx, CodeReset, code)
		if err != nil {
			return err
		}
		a, err := tx.Account(used.User)
		if err != nil {
			return err
		}
		_, err = replacePassword(c, tx, a, hash)
		return err
	})
}

// checkFor refuses a password that others would try for this person.
func checkFor(tx Tx, field, password string, a Account) error {
	places, err := tx.PlacesOf(a.ID)
	if err != nil {
		return err
	}
	if p := CheckPassword(field, password, append(places, a.FullName, a.Email)...); p != nil {
		return access.BadInput(*p)
	}
	return nil
}
