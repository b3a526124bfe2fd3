package main

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"net"
	"net/http"
	"sync/atomic"
	"syscall"
	"time"

	"golang.org/x/net/netutil"

	"dagpass/db"
	"dagpass/internal/later"
	"dagpass/internal/mail"
	"dagpass/internal/secret"
	"dagpass/static"
	"dagpass/views"
	"dagpass/web"
	"dagpass/web/api"
	"dagpass/web/middleware"
)

type serveCommand struct {
	storage
	networking
	mailing
	retention
	rates
	measuring
	logging
}

// Run serves until ctx ends.
func (c *serveCommand) Run(ctx context.Context, e env) error {
	limits, err := c.limits()
	if err != nil {
		return err
	}
	keep, err := c.keep()
	if err != nil {
		return err
	}
	rates, err := c.rates.rates()
	if err != nil {
		return err
	}
	mails, err := c.sender()
	if err == nil {
		err = c.measuring.check()
	}
	if err != nil {
		return err
	}
	log, err := c.logger(e.Stdout)
	if err != nil {
		return err
	}
	counters := c.counters()
	d, err := c.open(ctx, opening{log: log, now: time.Now, server: true, create: true, counters: counters})
	if err != nil {
		return err
	}
	listener, err := listen(ctx, "listen", c.Listen)
	if err != nil {
		return errors.Join(err, d.Close())
	}
	meter, err := c.meter(ctx, counters)
	if err != nil {
		return errors.Join(err, listener.Close(), d.Close())
	}
	s := &server{log: log, db: d, listener: listener, network: c.networking, limits: limits, rates: rates, mails: mails, keepAudit: keep, meter: meter}
	return s.run(ctx, func(ctx context.Context) error { return s.offerSetup(ctx, e) })
}

// maxConnections bounds what open connections cost; more wait to be accepted.
const maxConnections = 4096

// listen takes the address that a setting names.
func listen(ctx context.Context, setting, addr string) (net.Listener, error) {
	listener, err := (&net.ListenConfig{}).Listen(ctx, "tcp", addr)
	if errors.Is(err, syscall.EADDRINUSE) {
		return nil, fmt.Errorf("another program listens on %s: stop it, or choose another address with --%s", addr, setting)
	}
	if err != nil {
		return nil, err
	}
	return netutil.LimitListener(listener, maxConnections), nil
}

// server is the running program. Its parts come into being in run, one after the other.
type server struct {
	log       *slog.Logger
	db        *db.DB
	listener  net.Listener
	network   networking
	limits    middleware.Config
	rates     api.Rates
	mails     *mail.Sender // nil without a mail server
	later     *later.Queue
	keepAudit time.Duration // 0 for ever
	meter     *meter        // nil without metrics
	draining  atomic.Bool

	publicURL string
	services  *services
}

// run wires everything together, says what announce has to say, and serves until ctx ends. It closes
// the listener and the database.
func (s *server) run(ctx context.Context, announce func(context.Context) error) error {
	s.later = later.New(s.log, maxLater, laterWorkers)
	handler, err := s.wire(ctx)
	if err == nil {
		err = announce(ctx)
	}
	if err != nil {
		return errors.Join(err, s.listener.Close(), s.meter.close(), s.later.Close(ctx), s.db.Close())
	}
	s.log.Info("listening", "address", s.listener.Addr().String(), "public_url", s.publicURL, "version", release())
	return s.serve(ctx, middleware.NewServer(handler, s.log))
}

// wire builds the services over the database and the site over the services.
func (s *server) wire(ctx context.Context) (http.Handler, error) {
	s.publicURL = s.network.publicURL(s.listener.Addr().String())
	hasher, err := s.hasher()
	if err != nil {
		return nil, err
	}
	if s.services, err = newServices(ctx, s.db, s.publicURL, hasher); err != nil {
		return nil, err
	}
	return s.site()
}

// site builds the site over the services.
func (s *server) site() (http.Handler, error) {
	assets, err := static.New()
	if err != nil {
		return nil, err
	}
	site := web.Config{
		Log:          s.log,
		Assets:       assets,
		PublicURL:    s.publicURL,
		InsecureHTTP: s.network.InsecureHTTP,
		Now:          time.Now,
		Ready:        s.ready,
		Limits:       s.middleware(),
		Orgs:         s.services.orgs,
		Workspaces:   s.services.workspaces,
		Members:      s.services.members,
		Teams:        s.services.teams,
		Roles:        s.services.roles,
		Tokens:       s.services.tokens,
		Sessions:     s.services.sessions,
		Login:        s.services.login,
		Accounts:     s.services.accounts,
		Setup:        s.services.setup,
		AuditLog:     s.services.auditLog,
		Ranges:       s.services.ranges,
		Invitations:  s.services.invitations,
		Programs:     s.services.programs,
		Mail:         s.mail(),
		Later:        s.later.Do,
	}
	site.API, err = api.New(api.Config{
		Tokens:         s.services.tokens,
		Orgs:           s.services.orgs,
		Workspaces:     s.services.workspaces,
		Members:        s.services.members,
		Teams:          s.services.teams,
		Invitations:    s.services.invitations,
		Roles:          s.services.roles,
		Ranges:         s.services.ranges,
		AuditLog:       s.services.auditLog,
		MailInvitation: site.MailInvitation,
		Programs:       s.services.programs,
		PublicURL:      s.publicURL,
		Keys:           s.db.PublicKeys,
		Rates:          s.rates,
		AvatarURL:      s.publicURL + assets.URL(static.Icon),
		Now:            time.Now,
	})
	if err != nil {
		return nil, err
	}
	if site.Reference, err = api.Reference(); err != nil {
		return nil, err
	}
	return web.New(site)
}

// hasher is what checks passwords, measured like the database when there are metrics.
func (s *server) hasher() (*secret.Hasher, error) {
	h := newHasher()
	if s.meter == nil {
		return h, nil
	}
	h.Waiting = s.meter.HashWaiting
	return h, s.meter.Read(s.db)
}

// middleware adds what only the listener knows to the settings.
func (s *server) middleware() middleware.Config {
	c := s.limits
	if addr, ok := s.listener.Addr().(*net.TCPAddr); ok && addr.IP.IsLoopback() {
		c.LoopbackPort = addr.Port
	}
	if s.meter != nil {
		c.Observe = s.meter.Answered
	}
	return c
}

var errDraining = errors.New("the server is stopping")

// ready reports why the server can't do its work, nil when it can.
func (s *server) ready(ctx context.Context) error {
	if s.draining.Load() {
		return errDraining
	}
	return s.db.Health(ctx)
}

// offerSetup prints the link that makes the first Owner while there is none.
func (s *server) offerSetup(ctx context.Context, e env) error {
	needed, err := s.services.setup.Needed(ctx)
	if err != nil || !needed {
		return err
	}
	code, err := s.services.setup.NewCode(ctx)
	if err != nil {
		return err
	}
	to := newLink(s.publicURL, views.SetupURL, code)
	_, err = fmt.Fprintf(e.Stderr, setupText, to, to.page, to.code)
	return err
}

const setupText = `Dagpass has no user yet. Open this link to create the Organization and its Owner:

  %s

Or open %s and enter this code:

  %s

It works once, within 24 hours, until the next start.
`
