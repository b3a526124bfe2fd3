package middleware

import (
	"context"
	"net/http"
	"net/netip"

	"dagpass/internal/access"
)

// Info is the record of one request. Handlers fill the exported fields while they serve it, on the
// goroutine that serves it; the log line is written from them afterwards.
type Info struct {
	Route     string           // the pattern that matched, never the path itself
	ActorKind access.ActorKind // who called, once that is known
	ActorID   string
	Head      bool  // the client asked for the header alone; handlers see a GET
	Err       error // the cause of an internal error; it is logged and never shown

	// What is counted and not logged, each one of a fixed set of words; "" where it does not apply.
	Action     access.Action // what the route asks for
	Credential string        // what came of the credential a program presented: [Outcome] of its check
	SignIn     string        // what came of an attempt to sign in: the same

	requestID string
	address   string
	door      access.Door
}

type infoKey struct{}

// InfoFrom returns the record of the request that ctx belongs to. Outside the chain it returns a
// new record that nobody reads, so callers need no check.
func InfoFrom(ctx context.Context) *Info {
	if info, ok := ctx.Value(infoKey{}).(*Info); ok {
		return info
	}
	return &Info{}
}

// Accepted is the [Outcome] of a check that was passed.
const Accepted = "accepted"

// Outcome is one word for what came of checking a credential: accepted, or the reason it was not.
func Outcome(err error) string {
	if err == nil {
		return Accepted
	}
	if reason := access.ReasonOf(err); reason != "" {
		return reason
	}
	return "other"
}

// identify gives each request its record, its id and its client address.
func identify(trusted []netip.Prefix, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := &Info{requestID: requestID(r.Header), address: clientAddress(r, trusted)}
		w.Header().Set(RequestIDHeader, info.requestID)
		next.ServeHTTP(w, r.WithContext(context.WithValue(r.Context(), infoKey{}, info)))
	})
}
