package signin

import (
	"context"
	"errors"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// busyRetry is when to come back after too many passwords were being checked: a queue that could not
// be got through within two seconds is most likely shorter a little later.
const busyRetry = 2 * time.Second

// prover checks passwords, slowly for whoever guesses.
type prover struct {
	store    Store
	hasher   Hasher
	throttle throttle
}

func newProver(s Store, h Hasher, k Keyring) prover {
	return prover{store: s, hasher: h, throttle: throttle{s, k}}
}

// claim is somebody who says to be the holder of an account.
type claim struct {
	account Account
	hash    string // of the account's password; "" when nobody can sign in with one
	attempt        // what it counts as
}

// readClaim returns the claim on an account as it is stored.
func readClaim(tx Tx, a Account, as attempt) (claim, error) {
	c := claim{account: a, attempt: as}
	if a.Status != access.UserActive {
		return c, nil
	}
	var err error
	c.hash, err = tx.PasswordHash(a.ID)
	return c, err
}

// proof is a checked password.
type proof struct {
	claim
	right  bool
	rehash string // the same password at today's cost, when the stored hash costs less
}

// prove counts an attempt and checks the password. Errors: Limited; Unavailable when it could not be
// checked, which counts as no attempt.
func (p prover) prove(ctx context.Context, c claim, password string) (proof, error) {
	if err := p.throttle.admit(ctx, c.attempt); err != nil {
		return proof{}, err
	}
	found := proof{claim: c}
	var err error
	if found.right, found.rehash, err = p.verify(ctx, c.hash, password); err == nil {
		return found, nil
	}
	// The request may be gone; its attempt is taken back all the same.
	undo := access.Upkeep(context.WithoutCancel(ctx), p.store, c.cancelled)
	return proof{}, errors.Join(unavailable(err), undo)
}

// verify does the work of a check for accounts without a password too.
func (p prover) verify(ctx context.Context, hash, password string) (right bool, rehash string, err error) {
	if hash == "" {
		return false, "", p.hasher.Dummy(ctx, password)
	}
	right, old, err := p.hasher.Verify(ctx, hash, password)
	if err != nil || !old {
		return right, "", err
	}
	if rehash, err = p.hasher.Hash(ctx, password); err != nil {
		rehash = "" // the stored hash is right; it can be replaced another time
	}
	return right, rehash, nil
}

// accept takes the attempt back in the transaction that acts on the proof, after making sure that
// the account is still the one whose password was checked.
func (f proof) accept(tx Tx) (Account, error) {
	a, err := tx.Account(f.account.ID)
	if err != nil {
		return Account{}, err
	}
	now, err := readClaim(tx, a, f.attempt)
	if err != nil {
		return Account{}, err
	}
	if now.hash == "" || now.hash != f.hash {
		return Account{}, signInFailed()
	}
	if f.rehash != "" {
		if err := tx.SetPasswordHash(a.ID, f.rehash); err != nil {
			return Account{}, err
		}
	}
	return a, f.succeeded(tx)
}

// refuse starts the delays after a wrong password and records it when the account exists.
func (p prover) refuse(ctx context.Context, f proof, by access.Actor, do audit.Action, reason string) error {
	return access.Audited(ctx, p.store, by, func(c *access.Changing, tx Tx) error {
		c.Unchanged()
		if err := f.failed(tx); err != nil || f.account.ID == "" {
			return err
		}
		return tx.AppendDenied(access.Refusal(by, do, f.account.target(), reason, c.Now))
	})
}

// proveOwn is [prover.prove] for the person who is signed in; a wrong password is refused and
// recorded as a refusal of what it was asked for.
func (p prover) proveOwn(ctx context.Context, by access.Actor, do audit.Action, field, password string) (proof, error) {
	var who claim
	err := access.Lookup(ctx, p.store, func(tx Tx) error {
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		if who, err = readClaim(tx, own.Account, p.throttle.attempt(bySession(own.Account.ID), by.Origin)); err != nil {
			return err
		}
		return who.check(tx)
	})
	if err != nil {
		return proof{}, err
	}
	found, err := p.prove(ctx, who, password)
	if err != nil || found.right {
		return found, err
	}
	if err := p.refuse(ctx, found, by, do, ReasonWrongPassword); err != nil {
		return proof{}, err
	}
	text := "That is not your current password."
	return proof{}, &access.Error{Code: access.Invalid, Reason: ReasonWrongPassword, Message: text,
		Fields: []access.FieldProblem{{Field: field, Code: ReasonWrongPassword, Message: text}}}
}

// hashNew hashes a password that somebody chose.
func hashNew(ctx context.Context, h Hasher, password string) (string, error) {
	hash, err := h.Hash(ctx, password)
	if err != nil {
		return "", unavailable(err)
	}
	return hash, nil
}

// unavailable is a password that could not be checked: busy, or the request ended.
func unavailable(err error) error {
	if !errors.Is(err, secret.ErrBusy) && !errors.Is(err, context.Canceled) && !errors.Is(err, context.DeadlineExceeded) {
		return err
	}
	return &access.Error{Code: access.Unavailable, Reason: ReasonBusy, RetryAfter: busyRetry,
		Message: "Try again in a moment. Nothing was changed.", Err: err}
}
