package api

import (
	"context"

	"dagpass/internal/access"
)

// userListing is what a list of people is asked for.
type userListing struct {
	listing
	at          access.Scope // the Workspace they were given a role in, or the whole Organization
	matchesNone bool         // asks for people with a role on what does not exist here
}

func readUserList(in *input) userListing {
	l := userListing{
		listing: readOrdered(in, column{"id", access.SortByID}, column{"username", access.SortByEmail},
			column{"fullName", access.SortByName}, column{sortCreatedAt, access.SortByCreated}, column{sortUpdatedAt, access.SortByUpdated}),
		at: access.Scope{Org: readOrg(in)},
	}
	l.at.Workspace, l.matchesNone = readPlace(in)
	return l
}

func (s *server) listUsers(ctx context.Context, by access.Actor, l userListing) (page[access.Profile], error) {
	rows, total, err := s.Members.Directory(ctx, by, l.at, l.sorts, l.window())
	if err != nil || l.matchesNone {
		return page[access.Profile]{listing: l.listing}, err
	}
	return page[access.Profile]{listing: l.listing, rows: rows, total: total}, nil
}

// userRef names a person as the path does.
type userRef struct {
	org access.OrgID
	id  access.UserID
}

func readUser(in *input) userRef { return userRef{readOrg(in), pathID[access.UserID](in, "user")} }

func (s *server) findUser(ctx context.Context, by access.Actor, ref userRef) (access.Profile, error) {
	return s.Members.Show(ctx, by, ref.org, ref.id)
}

// userTeams is what a list of a person's teams is asked for.
type userTeams struct {
	listing
	user userRef
}

func readUserTeams(in *input) userTeams { return userTeams{readTeamOrder(in), readUser(in)} }

func (s *server) listUserTeams(ctx context.Context, by access.Actor, l userTeams) (page[access.TeamProfile], error) {
	rows, total, err := s.Teams.Of(ctx, by, l.user.org, l.user.id, l.sorts, l.window())
	return page[access.TeamProfile]{listing: l.listing, rows: rows, total: total}, err
}

// user is a person with the roles they were given.
type user struct {
	ID               access.UserID     `json:"id"`
	Username         string            `json:"username"`
	FullName         string            `json:"fullName"`
	AvatarURL        string            `json:"avatarUrl"`
	Status           access.UserStatus `json:"status"`
	OrganizationRole access.Role       `json:"organizationRole,omitzero"`
	WorkspaceRoles   []workspaceRole   `json:"workspaceRoles,omitempty"`
	CreatedAt        timestamp         `json:"createdAt"`
	UpdatedAt        timestamp         `json:"updatedAt"`
}

type userPage struct {
	Users []user `json:"users"`
	envelope
}

// user gives whoever was invited and has not said their name yet the e-mail for one, which the contract
// wants not to be empty.
func (s shaper) user(p access.Profile) user {
	return user{
		ID: p.ID, Username: p.Email, FullName: p.Name(), AvatarURL: s.avatarURL, Status: p.Status,
		OrganizationRole: p.Org, WorkspaceRoles: shapeWorkspaceRoles(p.HeldRoles),
		CreatedAt: stamp(p.CreatedAt), UpdatedAt: stamp(p.UpdatedAt),
	}
}

func (s shaper) userPage(p page[access.Profile]) userPage {
	return userPage{shapeAll(p.rows, s.user), p.envelope(p.total)}
}
