package api

import (
	"context"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/signin"
	"dagpass/web/middleware"
)

// ownToken is a token with the names of the places where it has a role.
type ownToken struct {
	access.Detail
	org access.Org
	now time.Time
}

// ownToken returns the calling token (product.md 4.7): found a token, whose is it, what can it do?
func (s *server) ownToken(ctx context.Context, by access.Actor, _ struct{}) (ownToken, error) {
	d, org, err := s.Tokens.Own(ctx, by)
	return ownToken{d, org, s.Now()}, err
}

// selfToken is the object of a token with what its holder can't look up elsewhere.
type selfToken struct {
	apiToken
	Status         string       `json:"status"`
	OrganizationID access.OrgID `json:"organizationId"`
	Roles          []placedRole `json:"roles"`
}

type placedRole struct {
	tokenRole
	EntityName string `json:"entityName"`
}

// The states in which a token can ask about itself.
const expiringSoon = "EXPIRING_SOON"

func (s shaper) ownToken(t ownToken) selfToken {
	out := selfToken{apiToken: s.token(t.Detail), Status: active, OrganizationID: t.Home.Org}
	if t.Status(t.now) == access.Soon {
		out.Status = expiringSoon
	}
	out.Roles = shapeAll(t.Roles, func(r access.TokenRole) placedRole {
		name := r.WorkspaceName
		if r.At.Level() == access.OrgLevel {
			name = t.org.Name
		}
		return placedRole{shapeTokenRole(r), name}
	})
	return out
}

// readPresented reads the value that an OAuth request is about. The hint about its kind changes nothing
// (RFC 7009, 2.1).
func readPresented(in *input) string { return onlyValue(in, readForm(in), "token") }

// introspect says what a presented value is, as far as the caller may know: of a token, or of a login of
// their own.
func (s *server) introspect(ctx context.Context, by access.Actor, presented string) (introspection, error) {
	l, found, err := s.Programs.Introspect(ctx, by, presented)
	if err != nil || found {
		return shapeLogin(l), err
	}
	i, err := s.Tokens.Introspect(ctx, by, presented)
	return shapeIntrospection(i), err
}

func shapeLogin(l signin.ProgramLogin) introspection {
	ends := l.EndsAt // of the value that renews
	if !l.AccessEnds.IsZero() {
		ends = l.AccessEnds
	}
	return introspection{
		Active: true, TokenType: "Bearer", Subject: string(l.Account.ID), ClientID: l.Program, Username: l.Account.Email,
		IssuedAt: l.CreatedAt.Unix(), ExpiresAt: ends.Unix(),
	}
}

// introspection is the answer of RFC 7662, 2.2; with active false nothing else is said.
type introspection struct {
	Active         bool         `json:"active"`
	TokenType      string       `json:"token_type,omitzero"`
	Subject        string       `json:"sub,omitzero"`
	ClientID       string       `json:"client_id,omitzero"`
	Username       string       `json:"username,omitzero"`
	Issuer         string       `json:"iss,omitzero"`
	Audience       string       `json:"aud,omitzero"`
	JTI            string       `json:"jti,omitzero"`
	IssuedAt       int64        `json:"iat,omitzero"`
	NotBefore      int64        `json:"nbf,omitzero"`
	ExpiresAt      int64        `json:"exp,omitzero"`
	OrganizationID access.OrgID `json:"organizationId,omitzero"`
	Roles          []tokenRole  `json:"roles,omitempty"`
}

func shapeIntrospection(i access.Introspection) introspection {
	if !i.Active {
		return introspection{}
	}
	out := introspection{
		Active: true, TokenType: "Bearer", Subject: i.Claims.TokenID, Issuer: i.Issuer, Audience: i.Audience, JTI: i.Claims.JTI,
		IssuedAt: i.Claims.IssuedAt.Unix(), NotBefore: i.Claims.IssuedAt.Unix(),
		OrganizationID: i.Organization, Roles: shapeAll(i.Roles, shapeTokenRole),
	}
	if !i.Claims.ExpiresAt.IsZero() {
		out.ExpiresAt = i.Claims.ExpiresAt.Unix()
	}
	return out
}

// revoke ends a value for whoever has it. What is unknown is answered as what was ended (RFC 7009, 2.2),
// and counts as a wrong credential of its address.
func (s *server) revoke(in *input, _ access.Actor) (any, error) {
	presented := readPresented(in)
	if err := in.err(); err != nil {
		return nil, err
	}
	ctx, from := in.Request().Context(), middleware.OriginOf(in.Request())
	ended, err := s.Tokens.Revoke(ctx, presented, from)
	if err == nil && !ended {
		ended, err = s.Programs.Revoke(ctx, presented, from)
	}
	if err == nil && !ended {
		err = s.countFailure(ctx, from, nil)
	}
	return struct{}{}, err
}
