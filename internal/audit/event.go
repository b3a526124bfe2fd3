package audit

import "time"

// InstallationChain names the chain of events that belong to no Organization. The chain of an
// Organization has the Organization's id as its name.
const InstallationChain = "installation"

// Outcome tells whether an act took place.
type Outcome string

const (
	// OK: it took place, in the same transaction as the event.
	OK Outcome = "ok"
	// Denied: it was refused and changed nothing; Reason says why.
	Denied Outcome = "denied"
)

// ActorKind says what acted.
type ActorKind string

const (
	// ActorUser is a person with a session.
	ActorUser ActorKind = "user"
	// ActorToken is an API token.
	ActorToken ActorKind = "token"
	// ActorSystem is Dagpass itself, or an operator at its command line.
	ActorSystem ActorKind = "system"
	// ActorAnonymous is somebody who has not proved who they are.
	ActorAnonymous ActorKind = "anonymous"
)

// TargetKind says what was acted on.
type TargetKind string

// The kinds of object that events are about.
const (
	TargetUser         TargetKind = "user"
	TargetToken        TargetKind = "token"
	TargetSession      TargetKind = "session"
	TargetCode         TargetKind = "code"
	TargetLogin        TargetKind = "login"
	TargetOrganization TargetKind = "organization"
	TargetWorkspace    TargetKind = "workspace"
	TargetTeam         TargetKind = "team"
	TargetRange        TargetKind = "address_range"
	TargetRole         TargetKind = "role"
	TargetKey          TargetKind = "key"
	TargetInstallation TargetKind = "installation"
)

// ClientType says by which door a request came in.
type ClientType string

// The doors. What Dagpass does by itself or at its command line comes from the host.
const (
	ClientConsole ClientType = "console"
	ClientAPI     ClientType = "api"
	ClientHost    ClientType = "host"
)

// Change is one field of the target before and after the act. Secrets are never among them; that a
// password or value changed is told by the Action.
type Change struct {
	Field  string `json:"field"`
	Before string `json:"before"`
	After  string `json:"after"`
}

// Event is one line of the record. All names and ids are copies from the time of the act, so the
// record stays readable when its subjects are gone.
type Event struct {
	// Chain is the Organization's id, or [InstallationChain].
	Chain string
	// Seq numbers the events of a chain from 1 without gaps.
	Seq int64
	// At is the time of the transaction, UTC, in whole milliseconds.
	At time.Time

	ActorKind ActorKind
	ActorID   string
	ActorName string

	Action  Action
	Outcome Outcome

	TargetKind TargetKind
	TargetID   string
	TargetName string

	// OrganizationID and WorkspaceID say where it happened; empty where that does not apply.
	OrganizationID string
	WorkspaceID    string

	// IP, UserAgent and RequestID say where it came from; empty for the system's own acts.
	IP        string
	UserAgent string
	RequestID string

	// ClientType, Method and Path say what was asked for: Path is the template of the route, never a
	// path with its ids. ActorEmail is the address of a user. Events of before these were recorded
	// have none of them.
	ClientType ClientType
	Method     string
	Path       string
	ActorEmail string

	// AstroClient and AstroClientVersion are what a client of the Astro API said it was, such as cli and
	// 1.45.0. Events of before these were recorded have neither.
	AstroClient        string
	AstroClientVersion string

	// Reason is a stable word for why the act was refused or came about; often empty.
	Reason string
	// Details are the changed fields, in the order in which they are to be shown.
	Details []Change

	// KeyEpoch counts the audit keys the installation has had and says which one sealed the event.
	KeyEpoch int64
	// PrevHash is the Hash of the event before, or the [Genesis] of the chain.
	PrevHash []byte
	// Hash is the seal over all other fields; see [Seal].
	Hash []byte
}
