package web

import (
	"context"
	"net/http"
	"strings"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/signin"
	"dagpass/views"
	"dagpass/web/middleware"
)

// visit is one request on its way through the console: who is signed in, and what the path names.
type visit struct {
	echo.Context
	route   route
	session signin.Session // zero for a visitor without one

	org       access.Org          // the Organization the path names, or the Workspace's
	workspace access.Workspace    // the Workspace the path names; zero when it names none
	grants    access.Grants       // held there; for links and labels, never for changes
	custom    []access.CustomRole // of the Organization's Workspaces, by name

	frame *views.Chrome // what the frame shows, once gathered
}

func (v *visit) ctx() context.Context { return v.Request().Context() }
func (v *visit) actor() access.Actor  { return v.session.Actor(middleware.OriginOf(v.Request())) }

// home is where the path manages tokens: under /o the Organization, under /w the Workspace.
func (v *visit) home() access.Scope {
	if v.underOrganization() {
		return v.org.Scope()
	}
	return v.workspace.Scope()
}

// underOrganization reports whether the page belongs to the Organization's part of the console.
func (v *visit) underOrganization() bool { return strings.HasPrefix(v.route.path, "/o/") }

// level is home as the views know it.
func (v *visit) level() views.Level {
	l := views.Level{Organization: views.Ref{ID: string(v.org.ID), Name: v.org.Name}}
	if !v.underOrganization() {
		l.Workspace = views.Ref{ID: string(v.workspace.ID), Name: v.workspace.Name}
	}
	return l
}

// screen is the screen of the settings that the path belongs to: its third word.
func (v *visit) screen() views.Screen {
	parts := strings.Split(v.route.path, "/")
	s := views.Screen{Level: v.level()}
	if len(parts) > 3 {
		s.Word = parts[3]
	}
	return s
}

// namesThing reports whether the path names one of the things on its screen, such as a token.
func (v *visit) namesThing() bool {
	parts := strings.SplitN(v.route.path, "/", 5)
	return len(parts) > 4 && strings.Contains(parts[4], ":")
}

func (v *visit) managesOrganization() bool {
	return v.grants.Has(access.On(access.OrgLevel, access.TokenView))
}

// token is the id the path names; NotFound when it is none.
func (v *visit) token() (access.TokenID, error) {
	return access.ParseID[access.TokenID](v.Param("token"))
}

// user is the id of the person the path names; NotFound when it is none.
func (v *visit) user() (access.UserID, error) {
	return access.ParseID[access.UserID](v.Param("user"))
}

// returnURL is the page to come back to after a sign-in or a password step: the one a form was sent
// from or a fragment belongs to, with the ids of this request in it.
func (v *visit) returnURL() string {
	if v.route.form == "" {
		return v.Request().URL.RequestURI()
	}
	path := v.route.form
	for _, name := range v.ParamNames() {
		path = strings.ReplaceAll(path, ":"+name, v.Param(name))
	}
	if q := v.Request().URL.RawQuery; q != "" && v.Request().Method == http.MethodPost {
		path += "?" + q // the filter of the list behind the form
	}
	return path
}

// serve runs a route: session, place, fence, handler.
func (s *Server) serve(r route) echo.HandlerFunc {
	return func(c echo.Context) error {
		v := &visit{Context: c, route: r}
		info := middleware.InfoFrom(v.ctx())
		info.Route, info.Action = r.path, r.fence.action
		if err := s.admit(v); err != nil {
			return s.fail(v, err)
		}
		if err := r.handle(s, v); err != nil {
			return s.fail(v, err)
		}
		return nil
	}
}

// admit finds out who visits and whether they may look at what the path names.
func (s *Server) admit(v *visit) error {
	if err := s.identify(v); err != nil {
		return err
	}
	if v.route.fence.audience != holder {
		return nil
	}
	if err := s.locate(v); err != nil {
		return err
	}
	if v.Request().Method != http.MethodGet {
		return nil
	}
	f := v.route.fence
	if err := access.Permit(v.grants, f.action, f.level); err != nil {
		return err
	}
	if access.Dangerous(f.action, f.level) && !v.actor().RecentlyAuthenticated(s.now()) {
		return &access.Error{Code: access.Unauthenticated, Reason: access.ReasonReauthenticate}
	}
	return nil
}

// identify loads the session. Routes for anyone go on without one.
func (s *Server) identify(v *visit) error {
	session, err := s.cookies.session(v.Request())
	if err == nil {
		v.session = session
		info, by := middleware.InfoFrom(v.ctx()), v.actor()
		info.ActorKind, info.ActorID = by.Kind, by.ID
		return nil
	}
	if v.route.fence.audience == anyone && access.CodeOf(err) == access.Unauthenticated {
		return nil
	}
	return err
}

// locate finds the Workspace and the Organization the path names, and what the visitor holds there.
// An unknown one and a foreign one are the same: not found.
func (s *Server) locate(v *visit) error {
	if name := v.Param("ws"); name != "" {
		id, err := access.ParseID[access.WorkspaceID](name)
		if err != nil {
			return err
		}
		if v.workspace, v.grants, err = s.Workspaces.Find(v.ctx(), v.actor(), id); err != nil {
			return s.refusedUnseen(v, id, err)
		}
	}
	org := v.workspace.Org
	if name := v.Param("org"); name != "" {
		if org != "" && name != string(org) {
			return access.Missing()
		}
		id, err := access.ParseID[access.OrgID](name)
		if err != nil {
			return err
		}
		org = id
	}
	found, grants, err := s.Orgs.Find(v.ctx(), v.actor(), org)
	if v.changes() && access.ReasonOf(err) == access.ReasonAddress {
		return s.Orgs.Refused(v.ctx(), v.actor(), org, v.act())
	}
	if err != nil {
		return err
	}
	v.org = found
	if v.workspace.ID == "" {
		v.grants = grants
	}
	v.custom, err = s.customRoles(v)
	return err
}

// changes reports whether the request is one that changes something.
func (v *visit) changes() bool { return v.Request().Method != http.MethodGet }

// act is the change the route stands for.
func (v *visit) act() access.Act { return access.Act{Do: v.route.fence.action, As: v.route.as} }

// refusedUnseen has a change recorded that somebody tries in a Workspace they can't see, or from an
// address that is not allowed; the answer is the same as for reading.
func (s *Server) refusedUnseen(v *visit, id access.WorkspaceID, err error) error {
	unseen := access.CodeOf(err) == access.NotFound || access.ReasonOf(err) == access.ReasonAddress
	if !unseen || !v.changes() {
		return err
	}
	return s.Workspaces.Refused(v.ctx(), v.actor(), id, v.act())
}
