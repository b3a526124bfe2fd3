package api

import (
	"context"

	"dagpass/internal/access"
)

// selfUser is who calls: a person, or a token as the user it stands for, with its id and name.
type selfUser struct {
	ID             string       `json:"id"`
	Username       string       `json:"username"`
	FullName       string       `json:"fullName"`
	AvatarURL      string       `json:"avatarUrl"`
	Status         string       `json:"status"`
	OrganizationID access.OrgID `json:"organizationId,omitzero"`
	Roles          []selfRole   `json:"roles,omitempty"`
	CreatedAt      timestamp    `json:"createdAt"`
	UpdatedAt      timestamp    `json:"updatedAt"`
}

type selfRole struct {
	Role  string    `json:"role"`
	Scope roleScope `json:"scope"`
}

type roleScope struct {
	Type     string `json:"type"`
	EntityID string `json:"entityId"`
}

// self answers a person or a token about itself. That a person is to be made when there is none
// (createIfNotExist) is passed over: whoever signed in is there.
func (s *server) self(ctx context.Context, by access.Actor, _ struct{}) (selfUser, error) {
	if by.Kind == access.UserActor {
		self, err := s.Orgs.Self(ctx, by)
		return s.shape.person(self), err
	}
	orgs, err := s.Orgs.Mine(ctx, by)
	if err != nil {
		return selfUser{}, err
	}
	if len(orgs) == 0 {
		return selfUser{}, access.Missing()
	}
	d, err := s.Tokens.Show(ctx, by, orgs[0].ID, access.TokenID(by.ID))
	return s.shape.holder(d), err
}

func (s shaper) person(p access.Self) selfUser {
	out := selfUser{
		ID: string(p.ID), Username: p.Email, FullName: p.FullName, AvatarURL: s.avatarURL, Status: string(p.Status),
		Roles:     shapeAll(p.Roles, func(r access.HeldRole) selfRole { return shapeSelfRole(r.At, r.Wire()) }),
		CreatedAt: stamp(p.CreatedAt), UpdatedAt: stamp(p.UpdatedAt),
	}
	if len(p.Orgs) > 0 {
		out.OrganizationID = p.Orgs[0].ID
	}
	return out
}

func (s shaper) holder(d access.Detail) selfUser {
	return selfUser{
		ID: string(d.ID), Username: d.Name, FullName: d.Name, AvatarURL: s.avatarURL, Status: active, OrganizationID: d.Home.Org,
		Roles:     shapeAll(d.Roles, func(r access.TokenRole) selfRole { return shapeSelfRole(r.At, r.Wire()) }),
		CreatedAt: stamp(d.CreatedAt), UpdatedAt: stamp(d.UpdatedAt),
	}
}

func shapeSelfRole(at access.Scope, role string) selfRole {
	return selfRole{Role: role, Scope: roleScope{Type: levelType(at.Level()), EntityID: at.Entity()}}
}

// asIs is the shape of what has its wire form already.
func asIs[T any](v T) T { return v }
