package signin

import (
	"context"
	"strings"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// The reasons of refused proofs.
const (
	// ReasonSignInFailed: e-mail and password do not belong together, or the account cannot sign in.
	ReasonSignInFailed = "sign_in_failed"
	// ReasonWrongPassword: it is not the password of the person who is signed in.
	ReasonWrongPassword = "wrong_password"
	// ReasonTooMany: attempts have to wait.
	ReasonTooMany = "too_many_attempts"
	// ReasonBusy: too many passwords are being checked right now.
	ReasonBusy = "busy"
)

// Opened is a session that was just opened, with what its browser has to keep.
type Opened struct {
	Session secret.Value // the id for the session's cookie
	Device  secret.Value // the value for the known browser's cookie, kept for [DeviceLimit]; zero for none
	User    access.User
}

// Credentials is what a browser sends to sign in. The cookies are zero when it has none.
type Credentials struct {
	Email, Password string
	Session         secret.Value // the session it had, which ends
	Device          secret.Value // what it is known by
}

// Login is the service of signing in.
type Login struct {
	store  Store
	prover prover
}

// NewLogin returns the service.
func NewLogin(s Store, h Hasher, k Keyring) *Login {
	return &Login{store: s, prover: newProver(s, h, k)}
}

// SignIn opens a session for whoever knows the password of the account. Errors: Invalid with reason
// sign_in_failed, which is the same and as much work for a wrong password, an unknown e-mail, an
// account without password and one that is not active; Limited with RetryAfter; Unavailable with
// RetryAfter when too many passwords are being checked.
func (s *Login) SignIn(ctx context.Context, in Credentials, o access.Origin) (Opened, error) {
	who, err := s.claim(ctx, in, o)
	if err != nil {
		return Opened{}, err
	}
	found, err := s.prover.prove(ctx, who, in.Password)
	if err != nil {
		return Opened{}, err
	}
	if !found.right {
		if err := s.prover.refuse(ctx, found, stranger(who, o), audit.UserSignInFailed, who.refusal()); err != nil {
			return Opened{}, err
		}
		return Opened{}, signInFailed()
	}
	return s.open(ctx, found, in, o)
}

// claim finds the account that somebody names, or an empty one that has no password. Limited when the
// attempt has to wait.
func (s *Login) claim(ctx context.Context, in Credentials, o access.Origin) (claim, error) {
	var who claim
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		if who, err = s.named(tx, in, o); err != nil {
			return err
		}
		return who.check(tx)
	})
	return who, err
}

func (s *Login) named(tx Tx, in Credentials, o access.Origin) (claim, error) {
	email := foldEmail(in.Email)
	counter := byEmail(email)
	a, err := tx.AccountByEmail(email)
	if access.CodeOf(err) == access.NotFound {
		return claim{attempt: s.prover.throttle.attempt(counter, o)}, nil
	}
	if err != nil {
		return claim{}, err
	}
	known, err := knownDevice(tx, in.Device, a.ID)
	if err != nil {
		return claim{}, err
	}
	if known {
		counter = byDevice(secret.HashOf(in.Device))
	}
	return readClaim(tx, a, s.prover.throttle.attempt(counter, o))
}

func (s *Login) open(ctx context.Context, found proof, in Credentials, o access.Origin) (Opened, error) {
	var opened Opened
	err := access.Audited(ctx, s.store, found.account.actor(o), func(c *access.Changing, tx Tx) error {
		a, err := found.accept(tx)
		if err != nil {
			return err
		}
		if opened, err = openAt(tx, a, in.Session, o); err != nil {
			return err
		}
		c.Record(audit.UserSignIn, a.target())
		opened.Device, err = rememberDevice(tx, in.Device, a.ID)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	return opened, nil
}

// openAt opens a session in place of one that the same browser had, whosever it was.
func openAt(tx Tx, a Account, previous secret.Value, o access.Origin) (Opened, error) {
	if !previous.IsZero() {
		if err := tx.DeleteSession(secret.HashOf(previous)); err != nil {
			return Opened{}, err
		}
	}
	id, err := open(tx, a, o)
	return Opened{Session: id, User: a.User}, err
}

// refusal is why a claim fails, for the record only.
func (c claim) refusal() string {
	switch {
	case c.account.Status != access.UserActive:
		return "user_not_active"
	case c.hash == "":
		return "no_password"
	}
	return ReasonWrongPassword
}

// stranger is whoever failed to be the account's holder. The id is the one they claimed, so that the
// record bounds the failures of each account by itself.
func stranger(c claim, o access.Origin) access.Actor {
	return access.Actor{Kind: access.ActorKind(audit.ActorAnonymous), ID: string(c.account.ID), Origin: o}
}

func signInFailed() error {
	return &access.Error{Code: access.Invalid, Reason: ReasonSignInFailed, Message: "That email and password don't match."}
}

// foldEmail returns the form under which an e-mail is stored and attempts on it are counted, also
// for texts that are none.
func foldEmail(s string) string { return strings.ToLower(strings.TrimSpace(s)) }

// SignInWithCode opens a session for whoever holds a code of [Login.NewSignInCode], once. A code
// counts as a password given now. Errors: Invalid with reason code_used_or_expired.
func (s *Login) SignInWithCode(ctx context.Context, code, previous secret.Value, o access.Origin) (Opened, error) {
	owner, err := codeOwner(ctx, s.store, CodeSignIn, code)
	if err != nil {
		return Opened{}, err
	}
	var opened Opened
	err = access.Audited(ctx, s.store, owner.actor(o), func(c *access.Changing, tx Tx) error {
		used, err := useCode(c, tx, CodeSignIn, code)
		if err != nil {
			return err
		}
		a, err := tx.Account(used.User)
		if err != nil {
			return err
		}
		if a.Status != access.UserActive {
			return refusedCode(CodeSignIn)
		}
		c.Record(audit.UserSignIn, a.target())
		opened, err = openAt(tx, a, previous, o)
		return err
	})
	if err != nil {
		return Opened{}, err
	}
	return opened, nil
}

// NewSignInCode makes a code with which the person can sign in once within a day. Only the system
// may. Errors: NotFound.
func (s *Login) NewSignInCode(ctx context.Context, by access.Actor, id access.UserID) (secret.Value, error) {
	if by.Kind != access.SystemActor {
		return secret.Value{}, access.Missing()
	}
	var code secret.Value
	err := access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		a, err := tx.Account(id)
		if err != nil {
			return err
		}
		code, err = newCode(c, tx, CodeSignIn, a.ID, SignInCodeLife)
		return err
	})
	return code, err
}

// Reauthenticate notes that the person gave their password again, and returns the id of the session
// that takes the place of theirs. Errors: Invalid (field password) with reason wrong_password;
// Limited; Unavailable; Unauthenticated when the session has ended.
func (s *Login) Reauthenticate(ctx context.Context, by access.Actor, password string) (secret.Value, error) {
	found, err := s.prover.proveOwn(ctx, by, audit.UserReauthenticate, "password", password)
	if err != nil {
		return secret.Value{}, err
	}
	var id secret.Value
	err = access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		a, err := found.accept(tx)
		if err != nil {
			return err
		}
		c.Record(audit.UserReauthenticate, a.target())
		id, err = renew(tx, own, a, by.Origin)
		return err
	})
	return id, err
}
