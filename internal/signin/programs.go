package signin

import (
	"context"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Programs is the service of programs that act for people: the authorization server of OAuth 2.0 for
// the authorization code with PKCE (RFC 6749, RFC 7636), and what its values are good for.
type Programs struct{ store Store }

// NewPrograms returns the service over a store.
func NewPrograms(s Store) *Programs { return &Programs{s} }

// Allow is the person's consent, and returns the code that the program turns into a login. Errors:
// Unauthenticated when the session has ended, or with reason reauthenticate when the password was not
// given within [access.ReauthWindow].
func (s *Programs) Allow(ctx context.Context, by access.Actor, a Authorization) (secret.Value, error) {
	var code secret.Value
	err := access.Audited(ctx, s.store, by, func(c *access.Changing, tx Tx) error {
		own, err := self(tx, by)
		if err != nil {
			return err
		}
		if err := c.RequireRecent(); err != nil {
			return err
		}
		code = secret.NewLoginValue(secret.LoginCode)
		c.Record(audit.LoginAllow, own.Account.target(), audit.Change{Field: "program", After: a.Program.Name})
		return tx.InsertLoginCode(LoginCode{
			Digest: secret.HashOf(code), User: own.Account.ID, Epoch: own.Epoch, Origin: own.Origin,
			Program: a.Program.ID, RedirectURI: a.Program.RedirectURI, Challenge: a.Challenge,
			AuthenticatedAt: own.AuthenticatedAt, EndsAt: c.Now.Add(LoginCodeLife),
		})
	})
	return code, err
}

// Exchange is what a program sends to turn a code into a login.
type Exchange struct{ Program, Code, Verifier, RedirectURI string }

// Issued is what a program gets: a value to call with for a while, and one to get the next with.
type Issued struct {
	Access, Refresh secret.Value // Refresh is zero when the program keeps the one it has
	Life            time.Duration
}

// Exchange turns a code into a login. A code is used up by the first attempt, right or wrong, because
// the Astro CLI's verifiers can be guessed by trying; presenting it once more ends the login that it
// had become (RFC 6749, 4.1.2). Errors: Invalid with reason invalid_client or invalid_grant, the same
// for everything that is wrong with a code; why stands in the record.
func (s *Programs) Exchange(ctx context.Context, in Exchange, o access.Origin) (Issued, error) {
	if in.Program != AstroCLI.ID {
		return Issued{}, unknownClient()
	}
	digest := digestOf(in.Code, secret.LoginCode)
	owner, err := s.ownerOf(ctx, digest)
	if err != nil {
		return Issued{}, err
	}
	var issued Issued
	var refusal error
	err = access.Audited(ctx, s.store, owner.actor(o), func(c *access.Changing, tx Tx) error {
		issued, refusal = Issued{}, nil
		code, err := tx.LoginCode(digest)
		if access.CodeOf(err) == access.NotFound {
			refusal = refusedCodeOf(AstroCLI)
			return reused(c, tx, digest)
		}
		if err != nil {
			return err
		}
		why, err := useLoginCode(tx, code, in)
		if err == nil && why != "" {
			refusal = refusedCodeOf(AstroCLI)
			c.Unchanged()
			return tx.AppendDenied(access.Refusal(unproved(owner, o), audit.LoginStart, owner.target(), why, c.Now))
		}
		if err != nil {
			return err
		}
		issued, err = start(c, tx, code, owner)
		return err
	})
	if err == nil {
		err = refusal
	}
	if err != nil {
		return Issued{}, err
	}
	return issued, nil
}

// ownerOf returns whose code it is, or was before it became a login. It writes nothing, so that
// strangers who try codes take no turns at writing.
func (s *Programs) ownerOf(ctx context.Context, code secret.Digest) (Account, error) {
	var owner Account
	err := access.Lookup(ctx, s.store, func(tx Tx) error {
		found, err := tx.LoginCode(code)
		if access.CodeOf(err) == access.NotFound {
			var l ProgramLogin
			l, err = tx.LoginByCode(code)
			owner = l.Account
			return err
		}
		if err != nil {
			return err
		}
		owner, err = tx.Account(found.User)
		return err
	})
	if access.CodeOf(err) == access.NotFound {
		return Account{}, refusedCodeOf(AstroCLI)
	}
	return owner, err
}

// reused ends the login that a code became, since one of the two who had it was not meant to.
func reused(c *access.Changing, tx Tx, code secret.Digest) error {
	l, err := tx.LoginByCode(code)
	if access.CodeOf(err) == access.NotFound { // used up by an attempt that failed
		c.Unchanged()
		return nil
	}
	if err != nil {
		return err
	}
	return endLogin(c, tx, l, endedByCode)
}

// useLoginCode uses a code up and returns why it makes no login, "" when it does.
func useLoginCode(tx Tx, code LoginCode, in Exchange) (why string, err error) {
	if err := tx.UseLoginCode(code.Digest); err != nil {
		return "", err
	}
	switch {
	case !tx.Now().Before(code.EndsAt):
		return "code_expired", nil
	case code.Program != in.Program:
		return "wrong_program", nil
	case code.RedirectURI != in.RedirectURI:
		return "wrong_redirect_uri", nil
	case !proves(in.Verifier, code.Challenge):
		return "wrong_verifier", nil
	}
	sessions, err := tx.SessionsOf(code.User)
	if err != nil {
		return "", err
	}
	for _, s := range sessions {
		if s.Origin == code.Origin && s.Epoch == code.Epoch && s.alive(tx.Now()) == nil {
			return "", nil
		}
	}
	return "session_ended", nil
}

// start makes a login of a code.
func start(c *access.Changing, tx Tx, code LoginCode, owner Account) (Issued, error) {
	if err := makeLoginRoom(c, tx, owner.ID); err != nil {
		return Issued{}, err
	}
	refresh := secret.NewLoginValue(secret.LoginRefresh)
	l := ProgramLogin{
		ID: tx.NewID(), Account: owner, Epoch: code.Epoch, Origin: code.Origin, Program: code.Program,
		Code: code.Digest, Refresh: secret.HashOf(refresh), AuthenticatedAt: code.AuthenticatedAt,
		CreatedAt: c.Now, EndsAt: c.Now.Add(LoginLimit), LastUsed: c.Now,
		Address: c.By.Origin.Address, Client: c.By.Origin.Client,
	}
	c.Record(audit.LoginStart, l.target())
	if err := tx.InsertLogin(l); err != nil {
		return Issued{}, err
	}
	issued, err := newAccess(tx, l)
	issued.Refresh = refresh
	return issued, err
}

// newAccess makes one more value to call with, which ends with the login at the latest.
func newAccess(tx Tx, l ProgramLogin) (Issued, error) {
	ends := tx.Now().Add(AccessLife)
	if ends.After(l.EndsAt) {
		ends = l.EndsAt
	}
	value := secret.NewLoginValue(secret.LoginAccess)
	return Issued{Access: value, Life: ends.Sub(tx.Now())}, tx.InsertAccess(l.ID, secret.HashOf(value), ends)
}

func makeLoginRoom(c *access.Changing, tx Tx, id access.UserID) error {
	logins, err := tx.LoginsOf(id)
	if err != nil {
		return err
	}
	for i, l := range logins {
		if i < MaxLogins-1 {
			continue
		}
		if err := endLogin(c, tx, l, endedByRoom); err != nil {
			return err
		}
	}
	return nil
}

// Renews returns the person whose login a value renews. It writes nothing; call it before
// [Programs.Refresh], so that nobody takes turns at writing who has no such value, or asks too fast.
// Errors: Invalid with reason invalid_client or invalid_grant.
func (s *Programs) Renews(ctx context.Context, program, presented string, o access.Origin) (access.Actor, error) {
	if program != AstroCLI.ID {
		return access.Actor{}, unknownClient()
	}
	var l ProgramLogin
	err := access.Lookup(ctx, s.store, func(tx Tx) (err error) {
		l, err = renewable(tx, program, digestOf(presented, secret.LoginRefresh))
		return err
	})
	if err != nil {
		return access.Actor{}, err
	}
	return l.Actor(o), nil
}

// Refresh gives a program one more value to call with. The one that renews stays the same, because the
// Astro CLI passes over a new one. It moves neither the end of the login nor when the password was
// given. Errors: Invalid with reason invalid_client or invalid_grant.
func (s *Programs) Refresh(ctx context.Context, program, presented string, o access.Origin) (Issued, error) {
	if program != AstroCLI.ID {
		return Issued{}, unknownClient()
	}
	var issued Issued
	err := access.Upkeep(ctx, s.store, func(tx Tx) error {
		l, err := renewable(tx, program, digestOf(presented, secret.LoginRefresh))
		if err != nil {
			return err
		}
		l.LastUsed, l.Address, l.Client = tx.Now(), o.Address, o.Client
		if err := tx.TouchLogin(l); err != nil {
			return err
		}
		issued, err = newAccess(tx, l)
		return err
	})
	if err != nil {
		return Issued{}, err
	}
	return issued, nil
}

func renewable(tx Tx, program string, refresh secret.Digest) (ProgramLogin, error) {
	l, err := tx.LoginByRefresh(refresh)
	if access.CodeOf(err) == access.NotFound || err == nil && (!l.alive(tx.Now()) || l.Program != program) {
		return ProgramLogin{}, refusedRequest(ReasonInvalidGrant, "This sign-in has ended. Run astro login again.")
	}
	return l, err
}

func unknownClient() error {
	return refusedRequest(ReasonInvalidClient, "This server knows no such client. It serves "+AstroCLI.ID+".")
}

func refusedCodeOf(p Program) error {
	return refusedRequest(ReasonInvalidGrant, "This sign-in from the "+p.Name+" was already used, has expired or was started elsewhere. Run astro login again.")
}

// unproved is whoever presented a code and could not show that it was meant for them.
func unproved(owner Account, o access.Origin) access.Actor {
	return access.Actor{Kind: access.ActorKind(audit.ActorAnonymous), ID: string(owner.ID), Origin: o}
}

// digestOf is the digest under which a presented value is stored; for what has not the shape of one
// that of the empty text, which is stored nowhere.
func digestOf(presented string, kind secret.LoginKind) secret.Digest {
	if !secret.IsLoginValue(presented, kind) {
		presented = ""
	}
	return secret.HashOf(secret.NewValue(presented))
}
