package api

import (
	"context"
	"net/http"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/web/middleware"
)

// authConfig tells the Astro CLI how to sign in (contract 2.6). The CLI puts paths behind domainUrl, and
// clientId and audience into a URL as they are.
type authConfig struct {
	ClientID  string `json:"clientId"`
	Audience  string `json:"audience"`
	DomainURL string `json:"domainUrl"`
}

func (s *server) authConfig(*input, access.Actor) (any, error) {
	return authConfig{ClientID: signin.AstroCLI.ID, Audience: "dagpass", DomainURL: s.PublicURL + "/"}, nil
}

// The types of grants that are served (RFC 6749, 4.1.3 and 6).
const (
	codeGrant    = "authorization_code"
	refreshGrant = "refresh_token"
)

// tokenRequest is what a program sends for values to call with.
type tokenRequest struct {
	grant string
	signin.Exchange
	refresh string
}

func readTokenRequest(in *input) tokenRequest {
	form := readForm(in)
	r := tokenRequest{grant: onlyValue(in, form, "grant_type")}
	r.Program = onlyValue(in, form, "client_id")
	switch r.grant {
	case codeGrant:
		r.Code, r.Verifier = onlyValue(in, form, "code"), onlyValue(in, form, "code_verifier")
		r.RedirectURI = onlyValue(in, form, "redirect_uri")
	case refreshGrant:
		r.refresh = onlyValue(in, form, "refresh_token")
	}
	return r
}

// tokens is the answer of RFC 6749, 5.1. It carries no id_token, as the CLI asks /userinfo.
type tokens struct {
	AccessToken  string `json:"access_token"`
	RefreshToken string `json:"refresh_token,omitzero"`
	ExpiresIn    int    `json:"expires_in"`
	TokenType    string `json:"token_type"`
	Scope        string `json:"scope"`
}

// grantTokens turns a code into a login, or renews one. What is refused counts as a wrong credential of
// its address.
func (s *server) grantTokens(in *input, _ access.Actor) (any, error) {
	asked := readTokenRequest(in)
	if err := in.err(); err != nil {
		return nil, err
	}
	ctx, from := in.Request().Context(), middleware.OriginOf(in.Request())
	issued, err := s.issue(ctx, asked, from)
	if access.ReasonOf(err) == signin.ReasonInvalidGrant {
		err = s.countFailure(ctx, from, err)
	}
	if err != nil {
		return nil, err
	}
	in.Response().Header().Set("Pragma", "no-cache") // RFC 6749, 5.1
	return shapeTokens(issued), nil
}

func (s *server) issue(ctx context.Context, asked tokenRequest, from access.Origin) (signin.Issued, error) {
	switch asked.grant {
	case codeGrant:
		return s.Programs.Exchange(ctx, asked.Exchange, from)
	case refreshGrant:
		by, err := s.Programs.Renews(ctx, asked.Program, asked.refresh, from)
		if err != nil {
			return signin.Issued{}, err
		}
		if err := s.takeTurn(ctx, by, http.MethodPost); err != nil {
			return signin.Issued{}, err
		}
		return s.Programs.Refresh(ctx, asked.Program, asked.refresh, from)
	}
	return signin.Issued{}, &access.Error{Code: access.Invalid, Reason: signin.ReasonUnsupportedGrant,
		Message: "Use the grant_type authorization_code or refresh_token."}
}

// shapeTokens is where the values of a login leave for the program.
func shapeTokens(i signin.Issued) tokens {
	return tokens{
		AccessToken: i.Access.Reveal(), RefreshToken: i.Refresh.Reveal(), ExpiresIn: int(i.Life.Seconds()),
		TokenType: "Bearer", Scope: "profile email offline_access",
	}
}

// userInfo is who a login stands for (OpenID Connect Core, 5.3).
type userInfo struct {
	Subject string `json:"sub"`
	Email   string `json:"email"`
	Name    string `json:"name"`
}

func shapeUserInfo(p access.Self) userInfo {
	return userInfo{Subject: string(p.ID), Email: p.Email, Name: p.Name()}
}

func (s *server) userInfo(ctx context.Context, by access.Actor, _ struct{}) (access.Self, error) {
	return s.Orgs.Self(ctx, by)
}

// verify returns the actor a presented value stands for, and notes that it was used.
func (s *server) verify(ctx context.Context, presented string, from access.Origin) (access.Actor, error) {
	if !secret.IsLoginValue(presented, secret.LoginAccess) {
		by, err := s.Tokens.Verify(ctx, presented, from)
		if err == nil {
			s.Tokens.Used(by, s.Now())
		}
		return by, err
	}
	l, err := s.Programs.Load(ctx, presented)
	if err != nil {
		return access.Actor{}, err
	}
	if err := s.Programs.Touch(ctx, l, from); err != nil {
		middleware.InfoFrom(ctx).Err = err // it is logged; the request goes on
	}
	return l.Actor(from), nil
}
