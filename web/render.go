package web

import (
	"bytes"
	"net/http"
	"strconv"
	"sync"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/views"
	"dagpass/web/middleware"
)

// The types of what the console sends, as security.md 6 writes them.
const (
	htmlType = "text/html; charset=utf-8"
	jsonType = "application/json; charset=UTF-8"
)

var buffers = sync.Pool{New: func() any { return new(bytes.Buffer) }}

// write renders components into a buffer and sends them at once with their length, so that an error
// half-way is an error page and never half a page.
func write(v *visit, status int, parts ...templ.Component) error {
	buf := buffers.Get().(*bytes.Buffer)
	defer buffers.Put(buf)
	buf.Reset()
	for _, part := range parts {
		if err := part.Render(v.ctx(), buf); err != nil {
			return err
		}
	}
	h := v.Response().Header()
	h.Set("Vary", hxRequest)
	h.Set("Content-Length", strconv.Itoa(buf.Len()))
	return v.Blob(status, htmlType, buf.Bytes())
}

// page answers with a whole document.
func page(v *visit, status int, document templ.Component) error { return write(v, status, document) }

// part answers htmx with a piece of the page it is on.
func part(v *visit, status int, pieces ...templ.Component) error {
	v.Response().Header().Set(fragmentHeader, partFragment)
	return write(v, status, pieces...)
}

// dialog answers with a dialog: inside the page for htmx, as a page of its own otherwise.
func (s *Server) dialog(v *visit, status int, d views.Dialog) error {
	if isPartial(v.Request()) {
		v.Response().Header().Set(fragmentHeader, dialogFragment)
		return write(v, status, d.Fragment())
	}
	return s.document(v, status, func(c views.Chrome) templ.Component { return d.Page(c) })
}

// document answers with a page inside the frame.
func (s *Server) document(v *visit, status int, body func(views.Chrome) templ.Component) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	return page(v, status, body(chrome))
}

// saved answers a change that went well. htmx closes the dialog and gets the changed parts of the
// page with the notice; a plain browser goes back to where it came from and reads the notice there.
// The change is made: what fails from here on is logged, and never told as if nothing had happened.
func (s *Server) saved(v *visit, notice, back string, refresh func(views.Chrome) (templ.Component, error)) error {
	if !isPartial(v.Request()) {
		s.note(v, notice)
		return v.Redirect(http.StatusSeeOther, back)
	}
	h := v.Response().Header()
	h.Set(hxReswap, "none")
	h.Set(hxTrigger, "dialog:close")
	return part(v, http.StatusOK, append(s.refreshed(v, refresh), views.NoticePart(notice))...)
}

// note leaves a notice for the visitor's next page.
func (s *Server) note(v *visit, notice string) {
	if err := s.Sessions.SetNotice(v.ctx(), v.actor(), notice); err != nil {
		s.Log.WarnContext(v.ctx(), "notice not left", "err", err)
	}
}

// leave answers a change after which the page behind the dialog no longer exists: everyone goes to
// another page and reads the notice there.
func (s *Server) leave(v *visit, notice, to string) error {
	s.note(v, notice)
	return redirect(v, http.StatusOK, to)
}

// redirect sends the visitor to a path of ours. htmx would follow a plain redirect into the dialog,
// so it is told to load the page instead; status is that answer's.
func redirect(v *visit, status int, to string) error {
	if isPartial(v.Request()) {
		v.Response().Header().Set(hxRedirect, to)
		return v.NoContent(status)
	}
	return v.Redirect(http.StatusSeeOther, to)
}

// prepareReveal does, before a secret is made, everything about its answer that could fail: after
// it, nothing stands between the value and the person who asked for it.
func (s *Server) prepareReveal(v *visit) error {
	if err := s.Sessions.SetRevealPending(v.ctx(), v.actor()); err != nil {
		return err
	}
	_, err := s.chrome(v)
	return err
}

// reveal shows a new value: beside revealLink the only place in the console that takes one out of its
// wrapper, in the only answer that ever holds it. No redirect follows, so no URL shows it, and the next page the
// visitor opens evicts this one from the browser's caches (security.md 7).
func (s *Server) reveal(v *visit, value secret.Value, p views.Reveal, refresh func(views.Chrome) (templ.Component, error)) error {
	p.Secret, p.PublicURL = value.Reveal(), s.PublicURL
	return s.revealing(v, views.RevealDialog(p), refresh)
}

// revealLink is reveal for a link with a one-time code.
func (s *Server) revealLink(v *visit, link secret.Value, p views.RevealLink, refresh func(views.Chrome) (templ.Component, error)) error {
	p.Secret = link.Reveal()
	return s.revealing(v, views.RevealLinkDialog(p), refresh)
}

func (s *Server) revealing(v *visit, d views.Dialog, refresh func(views.Chrome) (templ.Component, error)) error {
	if !isPartial(v.Request()) {
		return s.dialog(v, http.StatusOK, d)
	}
	v.Response().Header().Set(fragmentHeader, dialogFragment)
	return write(v, http.StatusOK, append([]templ.Component{d.Fragment()}, s.refreshed(v, refresh)...)...)
}

// refreshed is the changed part of the page behind a dialog. Without it the page is out of date until
// it is loaded again, which is no reason to keep back an answer.
func (s *Server) refreshed(v *visit, refresh func(views.Chrome) (templ.Component, error)) []templ.Component {
	chrome, err := s.chrome(v)
	var fresh templ.Component
	if err == nil {
		fresh, err = refresh(chrome)
	}
	if err != nil {
		s.Log.WarnContext(v.ctx(), "page behind a dialog not refreshed", "err", err)
		return nil
	}
	return []templ.Component{fresh}
}

// switcherLimit is how many Workspaces the switcher lists.
const switcherLimit = 12

// chrome gathers what the frame shows, once per request.
func (s *Server) chrome(v *visit) (views.Chrome, error) {
	if v.frame != nil {
		return *v.frame, nil
	}
	c, err := s.newChrome(v)
	if err == nil {
		v.frame = &c
	}
	return c, err
}

func (s *Server) newChrome(v *visit) (views.Chrome, error) {
	c := views.Chrome{Assets: s.Assets, Now: s.now(), InsecureHTTP: s.InsecureHTTP, Theme: views.Theme(v.session.Account.Theme)}
	if v.session.ID == "" {
		return c, nil
	}
	c.User = views.User{Name: v.session.Account.FullName, Email: v.session.Account.Email}
	c.IdleTimeout = v.session.IdleEnds().Sub(c.Now)
	c.Flash = s.takeNotice(v)
	return c, s.place(v, &c)
}

// place fills in where the visitor is and where else they may go.
func (s *Server) place(v *visit, c *views.Chrome) error {
	if v.org.ID == "" {
		orgs, err := s.Orgs.Mine(v.ctx(), v.actor())
		if access.ReasonOf(err) == access.ReasonAddress {
			return nil // the frame with one's own account stands without an Organization
		}
		if err != nil || len(orgs) == 0 {
			return err
		}
		if v.org, v.grants, err = s.Orgs.Find(v.ctx(), v.actor(), orgs[0].ID); err != nil {
			return err
		}
	}
	c.Organization = views.Ref{ID: string(v.org.ID), Name: v.org.Name}
	c.Workspace = views.Ref{ID: string(v.workspace.ID), Name: v.workspace.Name}
	c.CanManageOrg = v.managesOrganization()
	c.InOrganization = v.grants.Has(access.On(access.OrgLevel, access.MembersView))
	c.CanSeeMembers = v.grants.Has(access.On(access.WorkspaceLevel, access.MembersView))
	c.CanManageTokens = v.grants.Has(access.On(access.WorkspaceLevel, access.TokenView))
	mine, _, err := s.Workspaces.Mine(v.ctx(), v.actor(), v.org.ID, switcherLimit)
	for _, w := range mine {
		c.Workspaces = append(c.Workspaces, views.Ref{ID: string(w.ID), Name: w.Name})
	}
	if err != nil {
		return err
	}
	return s.countTabs(v, c)
}

// takeNotice returns the notice a plain form left for the next page, once. That page also pushes a
// page with a secret out of the browser's caches.
func (s *Server) takeNotice(v *visit) string {
	if v.Request().Method != http.MethodGet || middleware.InfoFrom(v.ctx()).Head || isPartial(v.Request()) {
		return ""
	}
	if pending, err := s.Sessions.TakeRevealPending(v.ctx(), v.session); err != nil {
		s.Log.WarnContext(v.ctx(), "secret page not evicted", "err", err)
	} else if pending {
		s.cookies.evict(v)
	}
	notice, err := s.Sessions.TakeNotice(v.ctx(), v.session)
	if err != nil {
		s.Log.WarnContext(v.ctx(), "notice not cleared", "err", err)
	}
	return notice
}
