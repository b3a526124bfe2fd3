package signin

import (
	"context"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// CodeKind says what a one-time code is for.
type CodeKind string

// The kinds.
const (
	CodeSetup  CodeKind = "setup"
	CodeSignIn CodeKind = "sign_in"
	CodeReset  CodeKind = "reset"
	CodeInvite CodeKind = "invite"
)

// How long a code can be used (security.md 8).
const (
	SetupCodeLife  = 24 * time.Hour
	SignInCodeLife = 24 * time.Hour
	ResetCodeLife  = time.Hour
	InviteCodeLife = 7 * 24 * time.Hour
)

// ReasonCode is the reason of every code that is refused: unknown, used, expired or of another kind.
const ReasonCode = "code_used_or_expired"

// Code is a one-time code as it is stored. It has 160 random bits, so nobody guesses one.
type Code struct {
	Digest    secret.Digest
	ID        string // names it in the record
	Kind      CodeKind
	User      access.UserID // whose it is; empty for set-up
	Org       access.OrgID  // where an invitation leads; empty for the other kinds
	CreatedAt time.Time
	EndsAt    time.Time // valid while now is before it
}

// CodeTx is the storage of one-time codes.
type CodeTx interface {
	// InsertCode stores a new code.
	InsertCode(c Code) error
	// Code returns a code that was not used, expired or not. NotFound when there is none.
	Code(d secret.Digest) (Code, error)
	// UseCode uses it up. NotFound when it was used before.
	UseCode(d secret.Digest) error
	// EndCodes removes the unused codes of a kind and a person, "" for set-up.
	EndCodes(kind CodeKind, id access.UserID) error
	// SweepCodes removes the codes that ended at or before an instant.
	SweepCodes(now time.Time) error
}

func (c Code) target() access.Target {
	return access.Target{Kind: audit.TargetCode, ID: c.ID, Name: string(c.Kind)}
}

// newCode stores a code for a person and records it.
func newCode(c *access.Changing, tx Tx, kind CodeKind, id access.UserID, life time.Duration) (secret.Value, error) {
	value, code := makeCode(c, tx, kind, id, life)
	c.Record(audit.CodeCreate, code.target(), audit.Change{Field: "user", After: string(id)})
	return value, tx.InsertCode(code)
}

// makeCode returns a new code that is not stored yet.
func makeCode(c *access.Changing, tx Tx, kind CodeKind, id access.UserID, life time.Duration) (secret.Value, Code) {
	value := secret.NewCode()
	return value, Code{Digest: secret.HashOf(value), ID: tx.NewID(), Kind: kind, User: id,
		CreatedAt: c.Now, EndsAt: c.Now.Add(life)}
}

// findCode returns a code that can be used now. It writes nothing.
func findCode(tx Tx, kind CodeKind, value secret.Value) (Code, error) {
	code, err := tx.Code(secret.HashOf(value))
	if access.CodeOf(err) == access.NotFound {
		return Code{}, refusedCode(kind)
	}
	if err != nil {
		return Code{}, err
	}
	if code.Kind != kind || !tx.Now().Before(code.EndsAt) {
		return Code{}, refusedCode(kind)
	}
	return code, nil
}

// useCode uses a code up and records it.
func useCode(c *access.Changing, tx Tx, kind CodeKind, value secret.Value) (Code, error) {
	code, err := findCode(tx, kind, value)
	if err != nil {
		return Code{}, err
	}
	c.Record(audit.CodeUse, code.target(), audit.Change{Field: "user", After: string(code.User)})
	return code, tx.UseCode(code.Digest)
}

// codeOwner returns whose code it is. It writes nothing.
func codeOwner(ctx context.Context, s Store, kind CodeKind, value secret.Value) (Account, error) {
	var owner Account
	err := access.Lookup(ctx, s, func(tx Tx) error {
		code, err := findCode(tx, kind, value)
		if err != nil {
			return err
		}
		owner, err = tx.Account(code.User)
		return err
	})
	return owner, err
}

func refusedCode(kind CodeKind) error {
	text := "This link was already used or has expired. Ask the person who sent it for a new one."
	if kind == CodeSetup {
		text = "This code was already used or has expired. Restart Dagpass to get a new one."
	}
	return &access.Error{Code: access.Invalid, Reason: ReasonCode, Message: text,
		Fields: []access.FieldProblem{{Field: "code", Code: ReasonCode, Message: text}}}
}
