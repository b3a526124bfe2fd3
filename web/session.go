package web

import (
	"errors"
	"log/slog"
	"net/http"
	"strings"

	"github.com/gorilla/sessions"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// cookies is the console's [sessions.Store]: the cookie holds nothing but a random id, the session
// itself is a row in the database that can be ended at any time. Roles are never part of it.
//
// Every option of gorilla is written out, because its defaults are readable by scripts, sent from
// other sites and kept for a month.
type cookies struct {
	sessions *signin.Sessions
	log      *slog.Logger
	insecure bool // plain http outside this machine: browsers refuse the safe cookie there
}

var _ sessions.Store = (*cookies)(nil)

// Cookie names. The prefix makes browsers refuse one that is not Secure, not for / or set by
// another host; where it can't be used the name is another one, so the two never mix.
const (
	sessionCookie    = "__Host-dagpass"
	deviceCookie     = "__Host-dagpass-device"
	generationCookie = "__Host-dagpass-gen"
	insecurePrefix   = "dagpass-insecure-"
)

// Keys of a gorilla session's values.
type valueKey int

const (
	loadedKey valueKey = iota // signin.Session: the session as it was loaded
	whyKey                    // error: why there is none
	idKey                     // secret.Value: the id to send
)

func (c *cookies) name(safe string) string {
	if c.insecure {
		return insecurePrefix + safe[len("__Host-"):]
	}
	return safe
}

func (c *cookies) options(maxAge int) *sessions.Options {
	return &sessions.Options{Path: "/", MaxAge: maxAge, Secure: !c.insecure, HttpOnly: true, SameSite: http.SameSiteLaxMode}
}

// Get returns the request's session, loading it at most once per request.
func (c *cookies) Get(r *http.Request, name string) (*sessions.Session, error) {
	return sessions.GetRegistry(r).Get(c, name)
}

// New loads the session behind the request's cookie. A cookie that stands for no live session makes
// the visitor anonymous; only a session that could not be checked is an error.
func (c *cookies) New(r *http.Request, name string) (*sessions.Session, error) {
	s := sessions.NewSession(c, name)
	s.Options, s.IsNew = c.options(0), true
	loaded, err := c.load(r, name)
	if err != nil {
		s.Values[whyKey] = err
		if access.CodeOf(err) == access.Unauthenticated {
			return s, nil
		}
		return s, err
	}
	s.ID, s.IsNew = loaded.ID, false
	s.Values[loadedKey] = loaded
	return s, nil
}

func (c *cookies) load(r *http.Request, name string) (signin.Session, error) {
	loaded, err := c.sessions.Load(r.Context(), cookieValue(r, name))
	if err != nil {
		return signin.Session{}, err
	}
	touched, err := c.sessions.Touch(r.Context(), loaded)
	if err != nil {
		c.log.WarnContext(r.Context(), "session not touched", "err", err)
	}
	return touched, nil
}

// Save sends the cookie for an id that a sign-in returned, or takes the cookie away.
func (c *cookies) Save(_ *http.Request, w http.ResponseWriter, s *sessions.Session) error {
	id, ok := s.Values[idKey].(secret.Value)
	if !ok && s.Options.MaxAge >= 0 {
		return errors.New("web: a session without an id was saved")
	}
	c.set(w, s.Name(), id, s.Options.MaxAge)
	return nil
}

// set sends a cookie that lasts as long as the browser runs for a maxAge of 0, and takes it away
// for a negative one. This is where a session id leaves for the browser.
func (c *cookies) set(w http.ResponseWriter, name string, value secret.Value, maxAge int) {
	http.SetCookie(w, sessions.NewCookie(name, value.Reveal(), c.options(maxAge)))
}

// session returns the live session of the request, or why there is none.
func (c *cookies) session(r *http.Request) (signin.Session, error) {
	s, err := c.Get(r, c.name(sessionCookie))
	if err != nil {
		return signin.Session{}, err
	}
	if loaded, ok := s.Values[loadedKey].(signin.Session); ok {
		return loaded, nil
	}
	why, _ := s.Values[whyKey].(error)
	return signin.Session{}, why
}

// start sends the cookie of a session that was just opened or renewed.
func (c *cookies) start(v *visit, id secret.Value) error {
	s, err := c.Get(v.Request(), c.name(sessionCookie))
	if err != nil {
		return err
	}
	s.Values[idKey] = id
	return s.Save(v.Request(), v.Response())
}

// end takes away the cookies of a session.
func (c *cookies) end(v *visit) error {
	s, err := c.Get(v.Request(), c.name(sessionCookie))
	if err != nil {
		return err
	}
	s.Options.MaxAge = -1
	c.set(v.Response(), c.name(generationCookie), secret.Value{}, -1)
	return s.Save(v.Request(), v.Response())
}

// current is the session id the browser sent, alive or not: a sign-in ends it.
func (c *cookies) current(r *http.Request) secret.Value { return cookieValue(r, c.name(sessionCookie)) }

// device is what the browser is known by from earlier sign-ins.
func (c *cookies) device(r *http.Request) secret.Value { return cookieValue(r, c.name(deviceCookie)) }

// remember makes the browser known.
func (c *cookies) remember(v *visit, device secret.Value) {
	if !device.IsZero() {
		c.set(v.Response(), c.name(deviceCookie), device, int(signin.DeviceLimit.Seconds()))
	}
}

// evict changes a cookie, upon which browsers drop the pages they kept for Back: among them one that
// showed a secret.
func (c *cookies) evict(v *visit) {
	c.set(v.Response(), c.name(generationCookie), secret.NewSessionID(), 0)
}

// cookieValue returns the value of the one cookie of a name; of two none is chosen.
func cookieValue(r *http.Request, name string) secret.Value {
	found := r.CookiesNamed(name)
	if len(found) != 1 || timesGiven(r, name) != 1 {
		return secret.Value{}
	}
	return secret.NewValue(found[0].Value)
}

// timesGiven counts the cookies of a name, also those that net/http passes over for their values.
func timesGiven(r *http.Request, name string) (n int) {
	for _, header := range r.Header["Cookie"] {
		for part := range strings.SplitSeq(header, ";") {
			if given, _, _ := strings.Cut(part, "="); strings.Trim(given, " \t") == name {
				n++
			}
		}
	}
	return n
}
