package access

import (
	"net/netip"
	"time"

	"dagpass/internal/secret"
)

// ActorKind says what an actor is.
type ActorKind string

// The kinds. On the wire a token is a SERVICEKEY.
const (
	UserActor   ActorKind = "user"
	TokenActor  ActorKind = "token"
	SystemActor ActorKind = "system"
)

// Actor is who calls, and with which credential. It never says what they may do: roles are read
// from the store inside every transaction.
type Actor struct {
	Kind ActorKind
	ID   string
	Name string // as it was when the credential was checked; for the audit record
	// Email is that of a user, for the audit record.
	Email string
	// Credential is the digest of the session id or token value in use. A transaction that finds
	// it ended refuses the actor, even when the request passed authentication before.
	Credential secret.Digest
	// Program is the id of the program that a person let act for them, empty when they act in their own
	// browser. Credential is then the digest of the value it calls with.
	Program string
	// AuthenticatedAt is when a person last gave their password; zero for tokens. For a program it is
	// when they had given it before they allowed it.
	AuthenticatedAt time.Time
	Origin          Origin
}

// Origin is where a request came from; it is recorded, and decides nothing.
type Origin struct {
	RequestID string
	Address   string // client IP address without port
	Client    string // User-Agent, at most 256 bytes
	// AstroClient and AstroClientVersion are what a client of the Astro API says it is, such as cli
	// and 1.45.0: letters, digits and ._+- only, at most 64 bytes each; empty for other clients.
	AstroClient        string
	AstroClientVersion string
	// Door, Method and Route say what was asked for; Route is the template of a path, without ids.
	Door   Door
	Method string
	Route  string
}

// Network is the part of the address that one subscriber has, for counting what comes from there: all
// of IPv4, the first half of IPv6.
func (o Origin) Network() string {
	addr, err := netip.ParseAddr(o.Address)
	if err != nil {
		return o.Address
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}

// Door is where a request came in; empty for the program's own acts.
type Door string

// The doors, as the audit record names them.
const (
	ConsoleDoor Door = "console"
	APIDoor     Door = "api"
)

// System is the program itself, acting for whoever holds the data directory: set-up, init and
// upkeep. It holds every right.
func System(o Origin) Actor {
	return Actor{Kind: SystemActor, ID: "system", Name: "Dagpass", Origin: o}
}

// ReauthWindow is how long a password entry counts for dangerous acts.
const ReauthWindow = 10 * time.Minute

// RecentlyAuthenticated reports whether a dangerous act may go on at now without asking for the
// password again. It is always true for tokens and the system, which have none.
func (a Actor) RecentlyAuthenticated(now time.Time) bool {
	return a.Kind != UserActor || now.Sub(a.AuthenticatedAt) < ReauthWindow
}

func (a Actor) requireRecent(now time.Time) error {
	if a.RecentlyAuthenticated(now) {
		return nil
	}
	text := "This step needs your password again."
	if a.Program != "" {
		text = "This step needs your password within the last 10 minutes. Run astro login again, then repeat it."
	}
	return &Error{Code: Unauthenticated, Reason: ReasonReauthenticate, Message: text}
}
