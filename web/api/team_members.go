package api

import (
	"context"

	"dagpass/internal/access"
)

// teamMembers is what a list of the people in a team is asked for.
type teamMembers struct {
	listing
	team teamRef
}

// readTeamMembers returns everybody where no limit is given: Terraform asks so before it takes away whom
// it did not see.
func readTeamMembers(in *input) teamMembers {
	l := teamMembers{readOrdered(in, column{"userId", access.SortByID}, column{"fullName", access.SortByName},
		column{"username", access.SortByEmail}, column{sortCreatedAt, access.SortByCreated}), readTeam(in)}
	if _, given := in.query["limit"]; !given {
		l.limit = maxLimit
	}
	return l
}

func (s *server) listTeamMembers(ctx context.Context, by access.Actor, l teamMembers) (page[access.TeamMember], error) {
	rows, total, err := s.Teams.People(ctx, by, l.team.org, l.team.id, l.sorts, l.window())
	return page[access.TeamMember]{listing: l.listing, rows: rows, total: total}, err
}

// newMembers are people to be put into a team.
type newMembers struct {
	team  teamRef
	users []access.UserID
}

func readNewMembers(in *input) newMembers {
	team := readTeam(in)
	body := readBody[struct {
		MemberIDs []access.UserID `json:"memberIds"`
	}](in)
	return newMembers{team, body.MemberIDs}
}

// addTeamMembers succeeds for people who are in the team already.
func (s *server) addTeamMembers(ctx context.Context, by access.Actor, c newMembers) error {
	_, _, err := s.Teams.AddMembers(ctx, by, c.team.org, c.team.id, c.users)
	return onTheWire(err, map[string]string{"members": "memberIds"})
}

// teamMemberRef names a person in a team as the path does.
type teamMemberRef struct {
	team teamRef
	user access.UserID
}

func readTeamMember(in *input) teamMemberRef {
	return teamMemberRef{readTeam(in), pathID[access.UserID](in, "user")}
}

// removeTeamMember takes a person out of a team; whoever is not in it is not found.
func (s *server) removeTeamMember(ctx context.Context, by access.Actor, ref teamMemberRef) error {
	_, _, err := s.Teams.RemoveMember(ctx, by, ref.team.org, ref.team.id, ref.user)
	return err
}

type teamMember struct {
	UserID    access.UserID `json:"userId"`
	Username  string        `json:"username"`
	FullName  string        `json:"fullName"`
	AvatarURL string        `json:"avatarUrl"`
	CreatedAt timestamp     `json:"createdAt"`
}

type teamMemberPage struct {
	TeamMembers []teamMember `json:"teamMembers"`
	envelope
}

func (s shaper) teamMember(m access.TeamMember) teamMember {
	return teamMember{UserID: m.ID, Username: m.Email, FullName: m.Name(), AvatarURL: s.avatarURL, CreatedAt: stamp(m.Since)}
}

func (s shaper) teamMemberPage(p page[access.TeamMember]) teamMemberPage {
	return teamMemberPage{shapeAll(p.rows, s.teamMember), p.envelope(p.total)}
}
