package web

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net/http"
	"slices"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/openapi"
	"dagpass/internal/signin"
	"dagpass/static"
	"dagpass/views"
	"dagpass/web/middleware"
)

// Config is what the console is built from.
type Config struct {
	Log    *slog.Logger
	Assets *static.Assets
	// PublicURL is where people and programs find the server, without a slash at its end.
	PublicURL string
	// InsecureHTTP says that people use plain http outside this machine: every page warns of it.
	InsecureHTTP bool
	// Now is the clock for what pages say about the past; rules use that of the transaction.
	Now func() time.Time
	// Ready reports whether the server can do its work, for /readyz.
	Ready func(context.Context) error
	// Limits are the parts of the middleware's settings that the operator chooses; New fills in
	// the rest.
	Limits middleware.Config
	// API serves the paths of [IsAPI], refusals included.
	API middleware.Side
	// Reference is what people read about the API.
	Reference openapi.Reference

	Orgs        *access.Orgs
	Workspaces  *access.Workspaces
	Members     *access.Members
	Teams       *access.Teams
	Roles       *access.Roles
	Tokens      *access.Tokens
	Sessions    *signin.Sessions
	Login       *signin.Login
	Accounts    *signin.Accounts
	Setup       *signin.Setup
	AuditLog    *access.AuditLog
	Ranges      *access.Ranges
	Invitations *signin.Invitations
	Programs    *signin.Programs

	// Mail hands a text to the mail server, within the time that a request may take. It is nil without
	// one: links are then shown to those who hand them over.
	Mail func(ctx context.Context, to, subject, text string) error
	// Later has a job done after the answer, and reports false when too many wait. Needed with Mail.
	Later func(job func(context.Context)) bool
}

// Server is the console.
type Server struct {
	Config
	cookies *cookies
}

func (s *Server) now() time.Time { return s.Now().UTC() }

// New returns the whole site as one handler: the middleware around the console and the API. It
// fails when a route declares no permission or a setting can't be used.
func New(c Config) (http.Handler, error) {
	if c.Log == nil || c.Assets == nil || c.Now == nil || c.Ready == nil {
		return nil, errors.New("web: Log, Assets, Now and Ready are needed")
	}
	if c.Mail != nil && c.Later == nil {
		return nil, errors.New("web: Mail needs Later")
	}
	s := &Server{Config: c, cookies: &cookies{sessions: c.Sessions, log: c.Log, insecure: c.InsecureHTTP}}
	console, err := s.console(routes)
	if err != nil {
		return nil, err
	}
	chain := c.Limits
	chain.Log, chain.PublicURL, chain.IsAPI, chain.IsUpload = c.Log, c.PublicURL, IsAPI, isUpload
	chain.ProbePaths = []string{"/healthz", "/readyz"}
	chain.Console = middleware.Side{Handler: console, Refuse: s.refuse}
	chain.API = c.API
	return middleware.New(chain)
}

// apiBases are the paths of programs, and of all below them. It is a list of prefixes and no
// http.ServeMux, because that one answers a path with // by a redirect, and the Astro CLI sends
// /v1/organizations//tokens.
var apiBases = []string{"/v1", "/iam/v1beta1", "/platform/v1beta1", "/labs/v1", "/private/v1alpha1",
	"/spec", "/.well-known", "/oauth", "/userinfo"}

// IsAPI tells the requests of programs, which carry a Bearer, from those of browsers. Slashes before the
// path do not count: a program whose base address ends in one sends //v1, and reads JSON alone.
func IsAPI(r *http.Request) bool {
	path := "/" + strings.TrimLeft(r.URL.Path, "/") + "/"
	return slices.ContainsFunc(apiBases, func(base string) bool { return strings.HasPrefix(path, base+"/") })
}

// console is Echo with the table of routes.
func (s *Server) console(table []route) (*echo.Echo, error) {
	if err := check(table); err != nil {
		return nil, err
	}
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = s.unrouted
	for _, r := range table {
		e.Add(r.method, r.path, s.serve(r))
	}
	e.GET("/healthz", s.healthz)
	e.GET("/readyz", s.readyz)
	e.GET("/static/*", echo.WrapHandler(s.Assets.Handler()))
	return e, nil
}

// unrouted answers what Echo found no handler for: an unknown path or a wrong method.
func (s *Server) unrouted(err error, c echo.Context) {
	v := &visit{Context: c}
	if c.Response().Committed {
		return
	}
	if identified := s.identify(v); identified != nil && access.CodeOf(identified) != access.Unauthenticated {
		err = identified
	}
	if failed := s.fail(v, err); failed != nil {
		middleware.InfoFrom(v.ctx()).Err = failed
	}
}

// refuse answers a request that the middleware stopped: from another site, too large, or one whose
// handler panicked.
func (s *Server) refuse(w http.ResponseWriter, r *http.Request, why middleware.Refusal) {
	c := echo.New().NewContext(r, w)
	v := &visit{Context: c}
	f := s.refusal(why)
	f.RequestID = middleware.RequestID(r.Context())
	bare := views.Chrome{Assets: s.Assets, Now: s.now(), InsecureHTTP: s.InsecureHTTP}
	if err := page(v, why.Status, views.FailurePage(bare, f)); err != nil {
		s.Log.ErrorContext(r.Context(), "refusal not rendered", "err", fmt.Errorf("%s: %w", why.Reason, err))
	}
}

func (s *Server) refusal(why middleware.Refusal) views.Failure {
	switch why.Status {
	case http.StatusForbidden:
		return views.ForeignRequest()
	case http.StatusMisdirectedRequest:
		return views.WrongHost(s.PublicURL)
	case http.StatusMethodNotAllowed:
		return views.WrongMethod()
	case http.StatusRequestEntityTooLarge, http.StatusRequestURITooLong:
		return views.TooLarge()
	case http.StatusInternalServerError:
		return views.NotWorking()
	}
	return views.Failure{Title: "Not possible", Text: why.Message, LinkLabel: "Go to Workspaces", LinkURL: views.WorkspacesURL}
}

// healthz says that the process answers; it asks nothing of the database.
func (s *Server) healthz(c echo.Context) error {
	return health(c, http.StatusOK, "ok")
}

// readyz says whether the server can do its work. Why not stands in the log.
func (s *Server) readyz(c echo.Context) error {
	if err := s.Ready(c.Request().Context()); err != nil {
		s.Log.WarnContext(c.Request().Context(), "not ready", "err", err)
		c.Response().Header().Set(echo.HeaderRetryAfter, "5")
		return health(c, http.StatusServiceUnavailable, "unavailable")
	}
	return health(c, http.StatusOK, "ok")
}

func health(c echo.Context, status int, word string) error {
	c.Response().Header().Set(echo.HeaderContentType, jsonType)
	return c.JSON(status, map[string]string{"status": word})
}
