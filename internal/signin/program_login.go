package signin

import (
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// The limits of a program's login (security.md 19). Use does not extend any of them.
const (
	// LoginCodeLife is how long a code can be turned into a login, once.
	LoginCodeLife = time.Minute
	// AccessLife is how long a program calls with one value.
	AccessLife = time.Hour
	// LoginLimit is how long a login lives whatever happens.
	LoginLimit = 30 * 24 * time.Hour
	// MaxLogins is how many a person has at once; the one used longest ago makes room for one more.
	MaxLogins = 20
	// MaxAccess is how many values of one login live at once, since commands that run side by side each
	// get one; the oldest makes room for one more.
	MaxAccess = 10
)

// LoginCode is the person's consent on its way to the program.
type LoginCode struct {
	Digest secret.Digest
	User   access.UserID
	// Epoch is that of the account, and Origin that of the session, in which the person consented.
	Epoch  int64
	Origin string
	// Program, RedirectURI and Challenge are what it is bound to.
	Program, RedirectURI, Challenge string
	AuthenticatedAt                 time.Time // when the person had given their password
	EndsAt                          time.Time // valid while now is before it
}

// ProgramLogin is one program that acts for a person, with what they may do at the time of each call.
type ProgramLogin struct {
	ID      string // names it in URLs and in the record; no credential
	Account Account
	Epoch   int64  // of the account at the time of consent; with another one it has ended
	Origin  string // of the session in which the person consented
	Program string // the program's id
	// Code and Refresh are the digests of the code it came from and of the value that renews it.
	Code, Refresh   secret.Digest
	AuthenticatedAt time.Time // when the person had given their password; never moved
	CreatedAt       time.Time
	EndsAt          time.Time
	LastUsed        time.Time     // at most a minute late
	Address, Client string        // where it was used last
	Access          secret.Digest // of the value it was found by; zero when it was found otherwise
	AccessEnds      time.Time
}

// LoginTx is the storage of what people allowed programs. Rows that were altered are none.
type LoginTx interface {
	// InsertLoginCode stores a new code.
	InsertLoginCode(c LoginCode) error
	// LoginCode returns a code that was not used, expired or not. NotFound when there is none.
	LoginCode(d secret.Digest) (LoginCode, error)
	// UseLoginCode uses it up. NotFound when it was used before.
	UseLoginCode(d secret.Digest) error
	// InsertLogin stores a new login, without a value to call with.
	InsertLogin(l ProgramLogin) error
	// InsertAccess stores a value to call with and removes those of the login beyond [MaxAccess].
	InsertAccess(login string, d secret.Digest, ends time.Time) error
	// LoginByAccess, LoginByRefresh and LoginByCode return a login by the digest of one of its values,
	// dead or alive. NotFound when there is none.
	LoginByAccess(d secret.Digest) (ProgramLogin, error)
	LoginByRefresh(d secret.Digest) (ProgramLogin, error)
	LoginByCode(d secret.Digest) (ProgramLogin, error)
	// LoginsOf returns every login of a person, dead or alive, the one used last first.
	LoginsOf(id access.UserID) ([]ProgramLogin, error)
	// TouchLogin stores LastUsed, Address and Client. NotFound when the login is gone.
	TouchLogin(l ProgramLogin) error
	// DeleteLogin ends a login with all its values; ending none is no error.
	DeleteLogin(id string) error
	// SweepLogins removes codes, values and logins that ended at or before an instant.
	SweepLogins(now time.Time) error
}

// Actor is the person as whoever the program's calls come from.
func (l ProgramLogin) Actor(o access.Origin) access.Actor {
	a := l.Account.actor(o)
	a.Program, a.Credential, a.AuthenticatedAt = l.Program, l.Access, l.AuthenticatedAt
	return a
}

// Name is the program's, for people.
func (l ProgramLogin) Name() string {
	if l.Program == AstroCLI.ID {
		return AstroCLI.Name
	}
	return l.Program
}

// Callable returns why the value the login was found by counts for nothing at now, nil when it does.
// Errors: Unauthenticated with reason token_expired for a value past its hour, and invalid_token for all
// else.
func (l ProgramLogin) Callable(now time.Time) error {
	switch {
	case !l.alive(now):
		return noLogin()
	case !now.Before(l.AccessEnds):
		return &access.Error{Code: access.Unauthenticated, Reason: access.ReasonTokenExpired, OccurredAt: l.AccessEnds,
			Message: "This value of the sign-in is older than an hour. Get a new one with the refresh token, or run astro login again."}
	}
	return nil
}

func noLogin() error {
	return &access.Error{Code: access.Unauthenticated, Reason: access.ReasonInvalidToken,
		Message: "This sign-in has ended or is not valid. Run astro login again."}
}

// alive reports whether the login itself lives at now; a value of it may have ended before.
func (l ProgramLogin) alive(now time.Time) bool {
	return l.Account.Status == access.UserActive && l.Epoch == l.Account.Epoch && now.Before(l.EndsAt)
}

func (l ProgramLogin) target() access.Target {
	return access.Target{Kind: audit.TargetLogin, ID: l.ID, Name: l.Name()}
}

// endLogin ends one login and records why.
func endLogin(c *access.Changing, tx Tx, l ProgramLogin, why string) error {
	c.Record(audit.LoginEnd, l.target(), audit.Change{Field: "reason", After: why})
	return tx.DeleteLogin(l.ID)
}

// Why a login ended, for the record.
const (
	endedByPerson  = "signed_out"  // on the page of sessions
	endedBySession = "session_end" // with the session in which it was allowed
	endedByCode    = "code_reused" // its code was presented again
	endedByRevoke  = "revoked"     // by whoever had one of its values
	endedByRoom    = "too_many"    // to make room for one more
)

// endLoginsOf ends the logins that were allowed in a session.
func endLoginsOf(c *access.Changing, tx Tx, s Session) error {
	logins, err := tx.LoginsOf(s.Account.ID)
	if err != nil {
		return err
	}
	for _, l := range logins {
		if l.Origin != s.Origin {
			continue
		}
		if err := endLogin(c, tx, l, endedBySession); err != nil {
			return err
		}
	}
	return nil
}
