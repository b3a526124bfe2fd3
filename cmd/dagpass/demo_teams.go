package main

import (
	"context"
	"fmt"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/signin"
)

// demoTeam is a team of the example Organization.
type demoTeam struct {
	name        string
	description string
	created     int // days ago
	members     []string
	places      []demoBinding
}

var demoTeams = []demoTeam{
	{name: "Ingest", description: "Keeps the sources flowing.", created: 210, members: []string{"Lukas Novak", "Priya Raman", "Sofia Rossi", "Yuki Tanaka"},
		places: []demoBinding{{dataPlatform, access.WorkspaceAuthor}, {research, access.WorkspaceMember}}},
	{name: "Auditors", description: "Look, and touch nothing.", created: 95, members: []string{"Grace Osei", "Tomas Herrera"},
		places: []demoBinding{{finance, access.WorkspaceMember}}},
	{name: "צוות נתונים", created: 20},
}

// demoInvited is somebody who has not accepted yet, and how many days ago they were asked.
const (
	demoInvited = "nadia.benali@acme.example"
	invitedAgo  = 2
)

// gatherTeams are the events that make the teams.
func (s *seeder) gatherTeams() []event {
	var events []event
	for _, t := range demoTeams {
		events = append(events, event{s.now.Add(-day * time.Duration(t.created)), func(ctx context.Context) error { return s.gather(ctx, t) }})
	}
	return events
}

// gather makes a team, fills it and gives it its roles in Workspaces.
func (s *seeder) gather(ctx context.Context, t demoTeam) error {
	by, err := s.as(ctx, mara)
	if err != nil {
		return err
	}
	in := access.NewTeam{Name: t.name, Description: t.description, Role: access.OrgMember}
	for _, name := range t.members {
		in.Members = append(in.Members, s.idOf(name))
	}
	team, err := s.teams.Create(ctx, by, s.org.ID, in)
	if err != nil {
		return fmt.Errorf("team %s: %w", t.name, err)
	}
	for _, at := range t.places {
		if _, err := s.teams.Add(ctx, by, s.places[at.workspace], team.ID, at.role); err != nil {
			return fmt.Errorf("team %s: %w", t.name, err)
		}
	}
	return s.sessions.SignOut(ctx, by)
}

// invite asks somebody in who will not answer.
func (s *seeder) invite(ctx context.Context) error {
	by, err := s.as(ctx, mara)
	if err != nil {
		return err
	}
	_, _, err = s.invitations.Invite(ctx, by, s.org.ID, signin.NewInvitation{Email: demoInvited, Role: access.OrgMember})
	if err != nil {
		return err
	}
	return s.sessions.SignOut(ctx, by)
}

func (s *seeder) idOf(name string) access.UserID {
	for _, g := range s.guests {
		if g.name == name {
			return g.id
		}
	}
	return ""
}
