package middleware

import (
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"net/netip"
	"strings"

	"dagpass/internal/access"
)

// Config is what the chain must be told. Every decision about a request comes from here, none
// from what the request claims about itself.
type Config struct {
	// Log takes one line for each request, internal errors and panics.
	Log *slog.Logger
	// PublicURL is where browsers find the console: http or https and a host, without path.
	PublicURL string
	// LoopbackPort is the port of a listener on the loopback interface, and 0 for any other
	// listener. On it the console answers to localhost, 127.0.0.1 and [::1] too.
	LoopbackPort int
	// ExtraHosts are further values of the Host header the console answers to. Forms sent from
	// a page under such a name are refused all the same.
	ExtraHosts []string
	// ProbePaths are console paths that answer under any Host: health probes call by address.
	ProbePaths []string
	// TrustedProxies are the networks whose X-Forwarded-For is believed.
	TrustedProxies []netip.Prefix
	// HSTS says how far Strict-Transport-Security reaches; it is sent only with an https PublicURL.
	HSTS HSTS
	// Observe is told of each request when it was answered; nil for nobody.
	Observe func(Answered)
	// IsAPI tells the API's requests from the console's.
	IsAPI func(*http.Request) bool
	// IsUpload tells the console's requests that may carry a file; nil for none.
	IsUpload func(*http.Request) bool
	// Console and API serve and refuse the requests of their side.
	Console, API Side
}

// Side is one half of the server.
type Side struct {
	Handler http.Handler
	// Refuse writes the response to a request that Handler never sees, or panicked over.
	Refuse func(http.ResponseWriter, *http.Request, Refusal)
}

// Refusal is why the chain answers a request itself.
type Refusal struct {
	Status  int    // the status to answer with
	Reason  string // a stable word for programs
	Message string // a sentence for people, without any part of the request in it
}

// New returns the chain around both sides, or an error that names the setting it cannot use.
func New(c Config) (http.Handler, error) {
	if err := c.validate(); err != nil {
		return nil, err
	}
	guard, err := newGuard(c)
	if err != nil {
		return nil, err
	}
	s := sides{isAPI: c.IsAPI, isUpload: c.IsUpload, console: c.Console, api: c.API}

	h := s.split(guard.protect(c.Console.Handler), c.API.Handler)
	h = limit(s, h)
	h = methods(s, h)
	h = recoverPanics(c.Log, s, h)
	h = setHeaders(hstsValue(c.HSTS, guard.public.Scheme), h)
	h = logRequests(c.Log, c.Observe, h)
	h = identify(c.TrustedProxies, h)
	return h, nil
}

func (c Config) validate() error {
	switch {
	case c.Log == nil:
		return errors.New("middleware: Log is missing")
	case c.IsAPI == nil:
		return errors.New("middleware: IsAPI is missing")
	case c.Console.Handler == nil || c.Console.Refuse == nil:
		return errors.New("middleware: Console is incomplete")
	case c.API.Handler == nil || c.API.Refuse == nil:
		return errors.New("middleware: API is incomplete")
	case c.LoopbackPort < 0 || c.LoopbackPort > 65535:
		return fmt.Errorf("middleware: LoopbackPort %d is not a port", c.LoopbackPort)
	}
	for _, p := range c.ProbePaths {
		if !strings.HasPrefix(p, "/") {
			return fmt.Errorf("middleware: ProbePaths: %q does not start with a slash", p)
		}
	}
	for _, p := range c.TrustedProxies {
		if !p.IsValid() {
			return errors.New("middleware: TrustedProxies holds an invalid network")
		}
	}
	return c.HSTS.validate()
}

// sides is the switch between API and console. The same answer picks the handler, the limits and
// who words a refusal, so no request can be judged as one and served as the other.
type sides struct {
	isAPI        func(*http.Request) bool
	isUpload     func(*http.Request) bool // may be nil
	console, api Side
}

func (s sides) split(console, api http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		info := InfoFrom(r.Context())
		if s.isAPI(r) {
			info.door = access.APIDoor
			api.ServeHTTP(w, r)
			return
		}
		info.door = access.ConsoleDoor
		console.ServeHTTP(w, r)
	})
}

func (s sides) refuse(w http.ResponseWriter, r *http.Request, why Refusal) {
	if s.isAPI(r) {
		s.api.Refuse(w, r, why)
		return
	}
	s.console.Refuse(w, r, why)
}
