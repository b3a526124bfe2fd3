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
		return record{id: string(o.ID), name: o.Name, createdAt: o.CreatedAt.UnixMilli(), updatedAt: o.UpdatedAt.UnixMilli()}
	}), err
}

func (s *server) findOrganization(ctx context.Context, by access.Actor, id access.OrgID) (access.Org, error) {
	org, _, err := s.Orgs.Find(ctx, by, id)
	return org, err
}

// editOrganization is an Organization and the name it is to have.
type editOrganization struct {
	id   access.OrgID
	name string
}

// readEditOrganization takes the name. An address for bills is not kept, as there are none; what would
// need a service that Dagpass does not have is refused, so that nobody believes it to be on.
func readEditOrganization(in *input) editOrganization {
	body := readBody[struct {
		Name                          string `json:"name"`
		IsScimEnabled                 bool   `json:"isScimEnabled"`
		AllowEnhancedSupportAccess    bool   `json:"allowEnhancedSupportAccess"`
		ShouldEnforceDedicatedCluster bool   `json:"shouldEnforceDedicatedClusters"`
	}](in)
	for _, setting := range []struct {
		name string
		on   bool
	}{
		{"isScimEnabled", body.IsScimEnabled},
		{"allowEnhancedSupportAccess", body.AllowEnhancedSupportAccess},
		{"shouldEnforceDedicatedClusters", body.ShouldEnforceDedicatedCluster},
	} {
		if setting.on {
			in.reject(setting.name, "unsupported", "Dagpass can't switch this on. Send false.")
		}
	}
	return editOrganization{readOrg(in), body.Name}
}

func (s *server) updateOrganization(ctx context.Context, by access.Actor, in editOrganization) (access.Org, error) {
	return s.Orgs.Edit(ctx, by, in.id, in.name, 0)
}
