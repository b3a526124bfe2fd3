package views

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Names of the fields of the account's and the sign-in forms.
const (
	FieldEmail           = "email"
	FieldPassword        = "password"
	FieldNext            = "next"
	FieldInterrupted     = "interrupted"
	FieldCode            = "code"
	FieldOrganization    = "organization"
	FieldFullName        = "name"
	FieldCurrentPassword = "current_password"
	FieldNewPassword     = "new_password"
	FieldTheme           = "theme"
)

// Profile is the person's own name and password.
type Profile struct {
	Name             string // as typed
	Email            string
	NameProblems     Problems
	PasswordProblems Problems
	Alert            string
}

// ProfilePage is the page of Profile.
func ProfilePage(c Chrome, p Profile) templ.Component { return profilePage(c, p) }

// Session is one place where the person is signed in.
type Session struct {
	ID       string
	Client   string // browser and system in words
	Address  string
	LastSeen time.Time
	Current  bool
}

// ProgramLogin is a program that acts for the person.
type ProgramLogin struct {
	ID       string
	Program  string
	Address  string // where it was used last
	Created  time.Time
	LastUsed time.Time
}

// Sessions is the list of the person's own sessions, and of the programs that act for them.
type Sessions struct {
	Sessions []Session
	Programs []ProgramLogin
}

// SessionsPage is the page of Sessions. [EndSessionURL] ends either.
func SessionsPage(c Chrome, p Sessions) templ.Component { return sessionsPage(c, p) }

func (p Sessions) hasOthers() bool {
	if len(p.Programs) > 0 {
		return true
	}
	for _, s := range p.Sessions {
		if !s.Current {
			return true
		}
	}
	return false
}

// Preferences are how the console looks for one person.
type Preferences struct {
	Theme Theme
}

// PreferencesPage is the page of Preferences.
func PreferencesPage(c Chrome, p Preferences) templ.Component { return preferencesPage(c, p) }

func (p Preferences) chosen() Theme {
	if p.Theme.attribute() == "" {
		return ThemeSystem
	}
	return p.Theme
}

// SignIn is the sign-in page: the form with e-mail and password, and below it the form for a
// one-time code. A code arrives in the fragment of a sign-in link, which the server never sees;
// a script puts it into its field.
type SignIn struct {
	Email     string // as typed
	Next      string // the path to go to afterwards
	Note      string // why the person is here: see [SessionEndedNote]
	Forgot    bool   // a forgotten password can be replaced by mail
	Problems  Problems
	Alert     string // the pair is wrong, too many attempts
	ByCode    bool   // the form with the code was sent
	CodeAlert string // the code was used or has expired
}

// SignInPage is the page of SignIn. Both forms are posted to [SignInURL]; the second one carries
// [FieldCode] instead of e-mail and password.
func SignInPage(c Chrome, p SignIn) templ.Component { return signInPage(c, p) }

// SessionEndedNote tells that a session ended because nothing happened.
func SessionEndedNote(idle time.Duration) string {
	return "You were signed out because nothing happened for " + minutes(idle) + "."
}

func (p SignIn) focus(field string) bool {
	switch {
	case p.ByCode:
		return field == FieldCode
	case p.Problems[FieldEmail] != "":
		return field == FieldEmail
	case p.Problems[FieldPassword] != "" || p.Email != "":
		return field == FieldPassword
	}
	return field == FieldEmail
}

// Setup is the form that makes the Organization and its first owner.
type Setup struct {
	Code         string
	Organization string
	Workspace    string
	FullName     string
	Email        string
	Problems     Problems
	Alert        string
}

// SetupPage is the page of Setup.
func SetupPage(c Chrome, p Setup) templ.Component { return setupPage(c, p) }

// NotSetUpPage is every page of a server that has no users yet.
func NotSetUpPage(c Chrome) templ.Component { return notSetUpPage(c) }

// Reauth asks for the password before a risky step.
type Reauth struct {
	SignedIn    time.Time // when the password was last given
	Next        string    // where to go afterwards
	CancelURL   string
	Interrupted bool // a form was under way and will have to be filled in again
	Problems    Problems
	Alert       string
}

// ReauthPage is the page of Reauth.
func ReauthPage(c Chrome, p Reauth) templ.Component { return reauthPage(c, p) }

// minutes is a duration in words, "1 minute" or "25 minutes", rounded down.
func minutes(d time.Duration) string { return ui.Plural(int(d/time.Minute), "minute") }

// codeAttrs belong to a field that takes a one-time code: a script fills it from the fragment of
// the address.
func codeAttrs() templ.Attributes {
	return templ.Attributes{"data-code": true, "autocapitalize": "off", "spellcheck": "false"}
}

func (p SignIn) codeProblem() string { return p.Problems[FieldCode] }

func (p Setup) focus(field string) bool {
	return field == firstField(p.Problems, FieldCode, FieldOrganization, FieldWorkspace, FieldFullName, FieldEmail, FieldPassword)
}

func (p Profile) passwordFocus(field string) bool {
	return len(p.NameProblems) == 0 && len(p.PasswordProblems) > 0 &&
		field == firstField(p.PasswordProblems, FieldCurrentPassword, FieldNewPassword)
}

// Reset is the form that takes a reset code and a new password.
type Reset struct {
	Code     string
	Problems Problems
	Alert    string
}

// ResetPage is the page of Reset. Where scripts run the code comes out of the address.
func ResetPage(c Chrome, p Reset) templ.Component { return resetPage(c, p) }
