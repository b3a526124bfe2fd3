package api

import (
	"context"

	"dagpass/internal/access"
)

func readNothing(*input) struct{} { return struct{}{} }

func readList(in *input) listing {
	return readPage(in, sortName, sortCreatedAt, sortUpdatedAt)
}

func readOrg(in *input) access.OrgID { return pathID[access.OrgID](in, "org") }

// listOrganizations returns the Organizations of the caller: for a token exactly one, which every
// command of the CLI starts with.
func (s *server) listOrganizations(ctx context.Context, by access.Actor, l listing) (page[access.Org], error) {
	orgs, err := s.Orgs.Mine(ctx, by)
	return cut(orgs, l, func(o access.Org) record {
		return record{string(o.ID), o.Name, o.CreatedAt.UnixMilli(), o.UpdatedAt.UnixMilli()}
	}), err
}

func (s *server) findOrganization(ctx context.Context, by access.Actor, id access.OrgID) (access.Org, error) {
	org, _, err := s.Orgs.Find(ctx, by, id)
	return org, err
}

// self returns the calling token with its roles.
func (s *server) self(ctx context.Context, by access.Actor, _ struct{}) (access.Detail, error) {
	orgs, err := s.Orgs.Mine(ctx, by)
	if err != nil {
		return access.Detail{}, err
	}
	if len(orgs) == 0 {
		return access.Detail{}, access.Missing()
	}
	return s.Tokens.Show(ctx, by, orgs[0].ID, access.TokenID(by.ID))
}
