package api

import (
	"context"

	"dagpass/internal/access"
)

// teamListing is what a list of teams is asked for.
type teamListing struct {
	listing
	at          access.Scope // the Workspace they have a role in, or the whole Organization
	names       []string     // exact; one that no team has matches nothing and is no error
	matchesNone bool
}

func readTeamOrder(in *input) listing {
	return readOrdered(in, column{sortName, access.SortByName}, column{sortDescription, access.SortByDescription},
		column{sortCreatedAt, access.SortByCreated}, column{sortUpdatedAt, access.SortByUpdated})
}

func readTeamList(in *input) teamListing {
	l := teamListing{listing: readTeamOrder(in), at: access.Scope{Org: readOrg(in)}, names: in.texts("names")}
	l.at.Workspace, l.matchesNone = readPlace(in)
	return l
}

func (s *server) listTeams(ctx context.Context, by access.Actor, l teamListing) (page[access.TeamProfile], error) {
	rows, total, err := s.Teams.Directory(ctx, by, l.at, l.names, l.sorts, l.window())
	if err != nil || l.matchesNone {
		return page[access.TeamProfile]{listing: l.listing}, err
	}
	return page[access.TeamProfile]{listing: l.listing, rows: rows, total: total}, nil
}

// teamRef names a team as the path does.
type teamRef struct {
	org access.OrgID
	id  access.TeamID
}

func readTeam(in *input) teamRef { return teamRef{readOrg(in), pathID[access.TeamID](in, "team")} }

func (s *server) findTeam(ctx context.Context, by access.Actor, ref teamRef) (access.TeamProfile, error) {
	return s.Teams.Profile(ctx, by, ref.org, ref.id)
}

// newTeam is a team to be made.
type newTeam struct {
	org access.OrgID
	in  access.NewTeam
}

// readNewTeam makes the role of a team an Organization Member's where none is given.
func readNewTeam(in *input) newTeam {
	org := readOrg(in)
	body := readBody[struct {
		Name             string          `json:"name"`
		Description      string          `json:"description"`
		OrganizationRole *access.Role    `json:"organizationRole"`
		MemberIDs        []access.UserID `json:"memberIds"`
	}](in)
	team := access.NewTeam{Name: body.Name, Description: body.Description, Role: access.OrgMember, Members: body.MemberIDs}
	if body.OrganizationRole != nil {
		team.Role = *body.OrganizationRole
	}
	return newTeam{org, team}
}

// createTeam answers with the team as it is stored, which names whoever made it as every later answer
// does.
func (s *server) createTeam(ctx context.Context, by access.Actor, c newTeam) (access.TeamProfile, error) {
	made, err := s.Teams.Create(ctx, by, c.org, c.in)
	if err != nil {
		return access.TeamProfile{}, onTheWire(err, map[string]string{"role": "organizationRole", "members": "memberIds"})
	}
	return s.Teams.Profile(ctx, by, c.org, made.ID)
}

// teamEdit is what a team is to be called; a nil description stays as it is.
type teamEdit struct {
	team        teamRef
	name        string
	description *string
}

func readTeamEdit(in *input) teamEdit {
	team := readTeam(in)
	body := readBody[struct {
		Name        string  `json:"name"`
		Description *string `json:"description"`
	}](in)
	return teamEdit{team, body.Name, body.Description}
}

func (s *server) editTeam(ctx context.Context, by access.Actor, c teamEdit) (access.TeamProfile, error) {
	if _, err := s.Teams.Rename(ctx, by, c.team.org, c.team.id, c.name, c.description); err != nil {
		return access.TeamProfile{}, err
	}
	return s.Teams.Profile(ctx, by, c.team.org, c.team.id)
}

func (s *server) deleteTeam(ctx context.Context, by access.Actor, ref teamRef) error {
	_, err := s.Teams.Delete(ctx, by, ref.org, ref.id, access.TeamDeletionWord)
	return err
}

// membership is a team as one of a person's.
type membership struct {
	ID               access.TeamID   `json:"id"`
	Name             string          `json:"name"`
	Description      string          `json:"description,omitzero"`
	IsIDPManaged     bool            `json:"isIdpManaged"`
	OrganizationRole access.Role     `json:"organizationRole"`
	WorkspaceRoles   []workspaceRole `json:"workspaceRoles,omitempty"`
	RolesCount       int             `json:"rolesCount"`
}

type membershipPage struct {
	Teams []membership `json:"teams"`
	envelope
}

// team is a team with the roles it was given.
type team struct {
	membership
	OrganizationID access.OrgID `json:"organizationId"`
	CreatedAt      timestamp    `json:"createdAt"`
	CreatedBy      profile      `json:"createdBy"`
	UpdatedAt      timestamp    `json:"updatedAt"`
	UpdatedBy      profile      `json:"updatedBy"`
}

type teamPage struct {
	Teams []team `json:"teams"`
	envelope
}

func (s shaper) membership(p access.TeamProfile) membership {
	return membership{
		ID: p.ID, Name: p.Name, Description: p.Description, OrganizationRole: p.HeldRoles.Org,
		WorkspaceRoles: shapeWorkspaceRoles(p.HeldRoles), RolesCount: 1 + len(p.Workspaces),
	}
}

func (s shaper) membershipPage(p page[access.TeamProfile]) membershipPage {
	return membershipPage{shapeAll(p.rows, s.membership), p.envelope(p.total)}
}

func (s shaper) team(p access.TeamProfile) team {
	return team{
		membership: s.membership(p), OrganizationID: p.Team.Org,
		CreatedAt: stamp(p.CreatedAt), CreatedBy: s.profile(p.CreatedBy),
		UpdatedAt: stamp(p.UpdatedAt), UpdatedBy: s.profile(p.UpdatedBy),
	}
}

func (s shaper) teamPage(p page[access.TeamProfile]) teamPage {
	return teamPage{shapeAll(p.rows, s.team), p.envelope(p.total)}
}
