package web

import (
	"fmt"
	"net/http"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/internal/signin"
	"dagpass/views"
)

// showProfile shows the person's own name, e-mail and password form.
func (s *Server) showProfile(v *visit) error {
	return s.profileForm(v, http.StatusOK, views.Profile{Name: v.session.Account.FullName})
}

func (s *Server) profileForm(v *visit, status int, p views.Profile) error {
	p.Email = v.session.Account.Email
	return s.document(v, status, func(c views.Chrome) templ.Component { return views.ProfilePage(c, p) })
}

// rename changes the person's own name.
func (s *Server) rename(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	err = s.Accounts.Rename(v.ctx(), v.actor(), body.get(views.FieldFullName))
	if access.CodeOf(err) == access.Invalid {
		return s.profileForm(v, http.StatusUnprocessableEntity, views.Profile{
			Name: body.shown(views.FieldFullName), NameProblems: problemsOf(err),
		})
	}
	if err != nil {
		return err
	}
	return s.noted(v, "Your name was saved.", views.ProfileURL)
}

// noted is a saved form of an own page: back to it, with a notice.
func (s *Server) noted(v *visit, notice, to string) error {
	s.note(v, notice)
	return v.Redirect(http.StatusSeeOther, to)
}

// changePassword replaces the password, ends the other sessions and renews this one.
func (s *Server) changePassword(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	id, err := s.Accounts.ChangePassword(v.ctx(), v.actor(), body.get(views.FieldCurrentPassword), body.get(views.FieldNewPassword))
	if status, refused := refusedAttempt(v, err); refused {
		p := views.Profile{Name: v.session.Account.FullName, PasswordProblems: problemsOf(err)}
		if len(p.PasswordProblems) == 0 {
			p.Alert = access.AsError(err).Message
		}
		return s.profileForm(v, status, p)
	}
	if err != nil {
		return err
	}
	if err := s.cookies.start(v, id); err != nil {
		return err
	}
	v.session, _ = s.Sessions.Load(v.ctx(), id) // for the notice only
	return s.noted(v, "Password changed. Your other sessions were signed out.", views.ProfileURL)
}

// listSessions shows where the person is signed in, themselves and by programs.
func (s *Server) listSessions(v *visit) error {
	live, err := s.Sessions.List(v.ctx(), v.actor())
	if err != nil {
		return err
	}
	var p views.Sessions
	for _, one := range live {
		p.Sessions = append(p.Sessions, views.Session{
			ID: one.ID, Client: clientName(one.Client), Address: one.Address,
			LastSeen: one.LastSeen, Current: one.ID == v.session.ID,
		})
	}
	logins, err := s.Programs.List(v.ctx(), v.actor())
	if err != nil {
		return err
	}
	for _, l := range logins {
		p.Programs = append(p.Programs, views.ProgramLogin{
			ID: l.ID, Program: l.Name(), Address: l.Address, Created: l.CreatedAt, LastUsed: l.LastUsed,
		})
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.SessionsPage(c, p) })
}

// endSession signs the person out in one other place, a browser or a program, or here.
func (s *Server) endSession(v *visit) error {
	if _, err := readForm(v); err != nil {
		return err
	}
	id := v.Param("session")
	if id == v.session.ID {
		return s.signOut(v)
	}
	if err := s.Sessions.End(v.ctx(), v.actor(), id); err != nil {
		return err
	}
	return s.noted(v, "Session ended.", views.SessionsURL)
}

// endOtherSessions signs the person out everywhere else.
func (s *Server) endOtherSessions(v *visit) error {
	if _, err := readForm(v); err != nil {
		return err
	}
	n, err := s.Sessions.EndOthers(v.ctx(), v.actor())
	if err != nil {
		return err
	}
	notice := fmt.Sprintf("%d other sessions ended.", n)
	if n == 1 {
		notice = "1 other session ended."
	}
	return s.noted(v, notice, views.SessionsURL)
}

// showPreferences shows how the console looks for the person.
func (s *Server) showPreferences(v *visit) error {
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component {
		return views.PreferencesPage(c, views.Preferences{Theme: c.Theme})
	})
}

// savePreferences stores the theme.
func (s *Server) savePreferences(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	if err := s.Accounts.SetTheme(v.ctx(), v.actor(), signin.Theme(body.get(views.FieldTheme))); err != nil {
		return err
	}
	return s.noted(v, "Preferences saved.", views.PreferencesURL)
}
