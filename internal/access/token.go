package access

import (
	"strconv"
	"strings"
	"time"

	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// Token is an API token: a subject that is not a person. It outlives its creator and never borrows
// the creator's rights. Its value is not part of it; only the digest of the value is stored.
type Token struct {
	ID          TokenID
	Home        Scope // where it was created; fixed for life
	Name        string
	Description string

	Expiry  Expiry
	StartAt time.Time // creation or last rotation, cut to the second
	EndAt   time.Time // zero when it never expires; valid while now is before it

	Hint       string // last four characters of the current value
	Generation int    // 1 at creation, one more with each rotation
	Version    int    // one more with each edit of name, description or home role

	CreatedAt     time.Time
	CreatedBy     Person
	UpdatedAt     time.Time
	UpdatedBy     Person
	LastRotatedAt time.Time // zero when never
	RevokedAt     time.Time // when a holder ended the current value; zero otherwise
	LastUsed      Use       // zero when never; up to a minute late, and lost in a crash
}

// Use is one use of a token.
type Use struct {
	At      time.Time
	Address string
	Client  string // User-Agent
	// AstroClient and AstroClientVersion are those of the [Origin].
	AstroClient        string
	AstroClientVersion string
}

// Expiry is a period of validity in whole days; zero means never.
type Expiry int

// The range of an expiry (product.md 3.7). The stock CLI does not check it, so the server does.
const (
	Never   Expiry = 0
	MaxDays Expiry = 3650
)

const expiryProblem = "Enter a whole number of days from 1 to 3650, or leave it empty."

// ParseExpiry reads days as typed: empty is never, and anything but digits for 1 to 3650 is a
// problem.
func ParseExpiry(field, s string) (Expiry, *FieldProblem) {
	s = strings.TrimSpace(s)
	if s == "" {
		return Never, nil
	}
	n, err := strconv.ParseUint(s, 10, 16)
	if err != nil || s[0] == '+' || n < 1 || Expiry(n) > MaxDays {
		return Never, &FieldProblem{field, "days", expiryProblem}
	}
	return Expiry(n), nil
}

// End returns when a period that starts at start ends, the zero time for never. Days are 86,400
// seconds each: no calendar, no time zone.
func (e Expiry) End(start time.Time) time.Time {
	if e == Never {
		return time.Time{}
	}
	return start.Add(time.Duration(e) * 24 * time.Hour)
}

// SoonWindow is how long before its end a token counts as expiring soon, boundary included.
const SoonWindow = 14 * 24 * time.Hour

// Status is a token's standing at an instant.
type Status string

// The statuses.
const (
	Active  Status = "active"
	Soon    Status = "soon"
	Expired Status = "expired"
	Revoked Status = "revoked" // its value was ended by whoever held it, and it waits for rotation
)

// Status returns the token's standing at now: expired from EndAt on, soon in the two weeks before.
func (t Token) Status(now time.Time) Status {
	switch {
	case !t.RevokedAt.IsZero():
		return Revoked
	case t.EndAt.IsZero():
		return Active
	case !now.Before(t.EndAt):
		return Expired
	case t.EndAt.Sub(now) <= SoonWindow:
		return Soon
	}
	return Active
}

// OrganizationScoped reports whether the token is an Organization API token.
func (t Token) OrganizationScoped() bool { return t.Home.Level() == OrgLevel }

// Rotated returns the token as its next generation, its period of validity starting at now. seen
// is the generation the caller was shown. Conflict when the token was rotated since.
func (t Token) Rotated(seen int, now time.Time, by Person) (Token, error) {
	if seen != t.Generation {
		return t, t.rotatedSince()
	}
	t.Generation++
	t.StartAt = now.Truncate(time.Second)
	t.EndAt = t.Expiry.End(t.StartAt)
	t.LastRotatedAt, t.UpdatedAt, t.UpdatedBy = now, now, by
	t.RevokedAt = time.Time{}
	return t, nil
}

func (t Token) rotatedSince() error {
	when := ""
	if !t.LastRotatedAt.IsZero() {
		when = " at " + t.LastRotatedAt.Format("15:04") + " UTC"
	}
	err := Conflicting(ReasonRotated, t.Name+" was rotated"+when+", after this page was opened. Its new value was shown then.")
	err.OccurredAt = t.LastRotatedAt
	return err
}

// Claims is what the token's next value says about it: only facts that can't change while it lives.
func (t Token) Claims() secret.Claims {
	return secret.Claims{
		TokenID: string(t.ID), OrganizationID: string(t.Home.Org), WorkspaceID: string(t.Home.Workspace),
		JTI: secret.NewJTI(), IssuedAt: t.StartAt, ExpiresAt: t.EndAt, Generation: t.Generation,
	}
}

func (t Token) target() Target { return Target{audit.TargetToken, string(t.ID), t.Name} }

// TokenRole is a role a token holds at a scope. Home is true for the one that can't be removed.
type TokenRole struct {
	Token     TokenID
	At        Scope
	Role      Role
	Name      string // of a custom role, as far as a service resolved it; "" for a built-in one
	Home      bool
	CreatedAt time.Time
	CreatedBy Person
	// WorkspaceName is the name of the Workspace at Workspace level, for display.
	WorkspaceName string
}

// Label is the role as people read it, Wire as programs do.
func (r TokenRole) Label() string { return r.names().Label(r.Role) }

// Wire is the constant of a built-in role, or the name of a custom one.
func (r TokenRole) Wire() string { return r.names().Wire(r.Role) }

func (r TokenRole) names() RoleNames {
	if r.Name == "" {
		return nil
	}
	return RoleNames{r.Role: r.Name}
}

// EndReason says why a value stopped working; it becomes the reason of the 401.
type EndReason string

// The reasons.
const (
	EndedByRotation    EndReason = "rotated"
	EndedByDeletion    EndReason = "deleted"
	EndedWithWorkspace EndReason = "workspace_deleted"
	EndedByRevocation  EndReason = "revoked"
	EndedByRestore     EndReason = "restored" // from a backup; the token waits to be rotated
)

// Issue is one value of a token as it is stored: its digest and what it was signed with.
type Issue struct {
	Digest secret.Digest
	JTI    string
	KID    string
}

// TokenTx is the storage of tokens, their values and their roles.
type TokenTx interface {
	// Token returns a live token of the Organization. NotFound when absent or deleted.
	Token(org OrgID, id TokenID) (Token, error)
	// InsertToken stores a new token with its home role and its first value.
	InsertToken(t Token, role Role, first Issue) error
	// UpdateToken stores name, description, version and who changed them.
	UpdateToken(t Token) error
	// ReplaceValue stores the token's new generation, ends the current value as rotated and makes
	// next the only accepted one.
	ReplaceValue(t Token, next Issue) error
	// RevokeValue ends the token's current value as revoked at its RevokedAt. The token stays, and is
	// listed among the expired ones until it is rotated.
	RevokeValue(t Token) error
	// EndToken deletes the token: its value ends with the reason, its roles end, the row stays as a
	// tombstone that answers why.
	EndToken(t Token, why EndReason, by Person) error
	// TokenRoles returns every role of a token: the home first, then by Workspace name.
	TokenRoles(t Token) ([]TokenRole, error)
	// TokenRoleAt returns the role a token holds at a scope. NotFound when it holds none.
	TokenRoleAt(t Token, at Scope) (TokenRole, error)
	// SetTokenRole gives or replaces the token's role at a scope.
	SetTokenRole(t Token, at Scope, role Role, by Person) error
	// RemoveTokenRole ends it; ending none is no error.
	RemoveTokenRole(t Token, at Scope) error
	// TokenCount returns how many tokens have a role at a scope, without counting them.
	TokenCount(at Scope) (int, error)
	// UseFormKey notes that a person sent a form. Conflict with reason already_done when they did
	// before, also in an earlier session.
	UseFormKey(by UserID, key string) error
}
