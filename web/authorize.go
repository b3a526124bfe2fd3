package web

import (
	"net/http"
	"net/url"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/views"
)

// showConsent asks the person whether a program may act for them: who asks comes first, then who they
// are, then their password unless they gave it lately (security.md 19).
func (s *Server) showConsent(v *visit) error {
	asked, err := readAuthorization(v)
	switch {
	case err != nil && asked.Program.ID != "":
		// No form led here, so no policy of a page stops this redirect.
		return answer(v, asked, url.Values{"error": {access.ReasonOf(err)}, "error_description": {access.AsError(err).Message}})
	case err != nil:
		return err
	case v.session.ID == "":
		return &access.Error{Code: access.Unauthenticated, Reason: signin.ReasonSignInNeeded}
	case !v.actor().RecentlyAuthenticated(s.now()):
		return &access.Error{Code: access.Unauthenticated, Reason: access.ReasonReauthenticate}
	}
	return s.consentPage(v, asked)
}

// readAuthorization reads what a program asks for, which stands in the URL of the page and of its form.
func readAuthorization(v *visit) (signin.Authorization, error) {
	q, err := url.ParseQuery(v.Request().URL.RawQuery)
	if err != nil {
		return signin.Authorization{}, badForm("The address could not be read.")
	}
	return signin.ReadAuthorization(q)
}

func (s *Server) consentPage(v *visit, asked signin.Authorization) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	orgs, err := s.Orgs.Mine(v.ctx(), v.actor())
	if err != nil && access.CodeOf(err) != access.Forbidden { // from this address none may be named
		return err
	}
	program, err := url.Parse(asked.Program.RedirectURI)
	if err != nil {
		return err
	}
	p := views.Consent{Program: asked.Program.Name, Command: "astro login", AnswerTo: program.Host,
		Until: s.now().Add(signin.LoginLimit), Asked: v.QueryParams()}
	for _, o := range orgs {
		p.Organizations = append(p.Organizations, o.Name)
	}
	return page(v, http.StatusOK, views.ConsentPage(chrome, p))
}

// consent takes the person's answer and sends them back to the program with it.
func (s *Server) consent(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	asked, err := readAuthorization(v)
	if err != nil {
		return err
	}
	switch body.get(views.FieldDecision) {
	case views.DecisionAllow:
	case views.DecisionDeny:
		return answer(v, asked, url.Values{"error": {signin.ReasonAccessDenied}, "error_description": {"You chose Cancel. Nothing was allowed."}})
	default:
		return badForm("Choose Allow or Cancel.")
	}
	code, err := s.Programs.Allow(v.ctx(), v.actor(), asked)
	if err != nil {
		return err
	}
	return answerWithCode(v, asked, code)
}

// answerWithCode is where a code leaves for the program, by way of the browser.
func answerWithCode(v *visit, asked signin.Authorization, code secret.Value) error {
	return answer(v, asked, url.Values{"code": {code.Reveal()}})
}

// answer sends the browser to the program (RFC 6749, 4.1.2): the only redirect that leaves this server,
// to an address that never comes from a request.
func answer(v *visit, asked signin.Authorization, params url.Values) error {
	if asked.State != "" {
		params.Set("state", asked.State)
	}
	return v.Redirect(http.StatusSeeOther, asked.Program.RedirectURI+"?"+params.Encode())
}
