package api

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
	"time"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/limit"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/web/middleware"
)

// Config is what the API is built from; every field but Rates is needed.
type Config struct {
	Tokens     *access.Tokens
	Orgs       *access.Orgs
	Workspaces *access.Workspaces
	Ranges     *access.Ranges
	AuditLog   *access.AuditLog
	Roles      *access.Roles
	Members    *access.Members
	Teams      *access.Teams

	Programs *signin.Programs
	// PublicURL is where people and programs find the server, without a slash at its end.
	PublicURL string

	Invitations *signin.Invitations
	// MailInvitation mails the link of an invitation that was just made. What came of it is recorded and
	// not told: whoever gets no mail is sent a new link from the console.
	MailInvitation func(ctx context.Context, by access.Actor, i signin.Invitation, code secret.Value) (sent bool)

	// Keys returns the public keys whose signatures are to be trusted now, for the key set.
	Keys func(context.Context) ([]secret.PublicKey, error)
	// Rates limit how fast programs may ask; the zero value does not.
	Rates Rates
	// AvatarURL is the absolute URL of the one picture that stands for everybody: the contract
	// requires one, and Dagpass keeps no pictures of people.
	AvatarURL string
	// Now is the clock for when a token was last used and how fast requests come; rules use that of the
	// transaction.
	Now func() time.Time
}

func (c Config) validate() error {
	switch {
	case c.Tokens == nil || c.Orgs == nil || c.Workspaces == nil || c.Roles == nil || c.Ranges == nil || c.AuditLog == nil:
		return errors.New("api: Tokens, Orgs, Workspaces, Roles, Ranges and AuditLog are needed")
	case c.Programs == nil || c.PublicURL == "":
		return errors.New("api: Programs and PublicURL are needed")
	case c.Members == nil || c.Teams == nil || c.Invitations == nil || c.MailInvitation == nil:
		return errors.New("api: Members, Teams, Invitations and MailInvitation are needed")
	case c.Keys == nil || c.Now == nil:
		return errors.New("api: Keys and Now are needed")
	}
	if err := c.Rates.validate(); err != nil {
		return err
	}
	u, err := url.Parse(c.AvatarURL)
	if err != nil || u.Host == "" || (u.Scheme != "http" && u.Scheme != "https") {
		return fmt.Errorf("api: AvatarURL %q must be an absolute http or https URL", c.AvatarURL)
	}
	return nil
}

type server struct {
	Config
	shape    shaper
	requests *limit.Limiter
	failures *limit.Limiter
	about    descriptions
}

// New returns the API: the handler of every path under its prefixes, and what words the refusals of
// the middleware in the API's form. It fails when a setting is missing or a route declares no action.
func New(c Config) (middleware.Side, error) {
	if err := c.validate(); err != nil {
		return middleware.Side{}, err
	}
	about, err := describe(Routes())
	if err != nil {
		return middleware.Side{}, err
	}
	s := &server{
		Config: c, shape: shaper{avatarURL: c.AvatarURL}, about: about,
		requests: c.Rates.Limiter(c.Now), failures: limit.Failures(c.Rates.BadBearer, c.Now),
	}
	handler, err := s.router(s.routes())
	if err != nil {
		return middleware.Side{}, err
	}
	return middleware.Side{Handler: handler, Refuse: refuse}, nil
}

// router is Echo with a table of routes. A row that declares no action stops the start.
func (s *server) router(declared table) (*echo.Echo, error) {
	e := echo.New()
	e.HideBanner, e.HidePort = true, true
	e.HTTPErrorHandler = fail
	e.Use(refuseMethod)
	for _, r := range declared {
		if r.Action == "" {
			return nil, fmt.Errorf("api: route %s %s declares no action", r.Method, r.Path)
		}
		e.Add(r.Method, r.Path, s.serve(r))
	}
	return e, nil
}

// serve runs the operation of a route for the caller and writes its result.
func (s *server) serve(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		info := middleware.InfoFrom(c.Request().Context())
		info.Route, info.Action = r.Path, r.Action
		var by access.Actor
		if r.Action != Open {
			var err error
			if by, err = s.authenticate(c.Request()); err != nil {
				return err
			}
			info.ActorKind, info.ActorID = by.Kind, by.ID
			if err := s.takeTurn(c.Request().Context(), by, r.Method); err != nil {
				return err
			}
		}
		result, err := r.run(newInput(c), by)
		if err != nil {
			return s.welcome(c.Request().Context(), by, err)
		}
		if c.Response().Committed {
			return nil // it was streamed
		}
		if result == nil {
			return c.NoContent(http.StatusNoContent)
		}
		return write(c.Response(), http.StatusOK, result)
	}
}

// refuseMethod answers 405 where a path has routes, none of them for the method. Echo's own list of
// allowed methods lacks HEAD, which every GET route serves, and names OPTIONS, which none does.
func refuseMethod(next echo.HandlerFunc) echo.HandlerFunc {
	return func(c echo.Context) error {
		allow, refused := c.Get(echo.ContextKeyHeaderAllow).(string)
		if !refused {
			return next(c)
		}
		allow = strings.TrimPrefix(allow, "OPTIONS, ")
		allow = strings.Replace(allow, "GET", "GET, HEAD", 1)
		c.Response().Header().Set(echo.HeaderAllow, allow)
		refuse(c.Response(), c.Request(), wrongMethod)
		return nil
	}
}
