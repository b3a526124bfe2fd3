package db

import (
	"fmt"
	"testing"

	"dagpass/internal/access"
)

// BenchmarkTeams reads what the team screens show of an Organization with as many teams as it may have.
// The first page of them has a role in every Workspace, and one has as many members as a team may have.
func BenchmarkTeams(b *testing.B) {
	c := newCrowd(b)
	var big access.Team
	must(b, c.db.update(b.Context(), func(tx *Tx) error {
		for k := range access.MaxTeams {
			t := access.Team{ID: access.TeamID(tx.NewID()), Org: c.org.Org, Name: fmt.Sprintf("Team %04d", k), CreatedAt: tx.now, UpdatedAt: tx.now, Version: 1}
			must(b, tx.InsertTeam(t))
			must(b, tx.SetRole(c.org, t.Subject(), access.OrgMember, access.Person{}))
			if k < 50 {
				for _, at := range c.workspaces {
					must(b, tx.SetRole(at, t.Subject(), access.WorkspaceMember, access.Person{}))
				}
			}
			big = t
		}
		for _, id := range c.users[:access.MaxTeamMembers] {
			_, err := tx.AddTeamMember(c.org.Org, big.ID, id)
			must(b, err)
		}
		return nil
	}))
	page := access.Page{Limit: 50}
	for _, r := range []struct {
		name string
		read func(tx *Tx) error
	}{
		{"first page, by name", func(tx *Tx) error {
			_, err := tx.TeamsAt(c.org, access.Sight{All: true}, access.TeamFilter{}, access.Sort{By: access.SortByName}, page)
			return err
		}},
		{"first page, by members", func(tx *Tx) error {
			_, err := tx.TeamsAt(c.org, access.Sight{All: true}, access.TeamFilter{}, access.Sort{By: access.SortByMembers, Desc: true}, page)
			return err
		}},
		{"search with one hit", func(tx *Tx) error {
			_, err := tx.TeamsAt(c.org, access.Sight{All: true}, access.TeamFilter{Search: "0777"}, access.Sort{By: access.SortByName}, page)
			return err
		}},
		{"count", func(tx *Tx) error { _, err := tx.TeamCount(c.org); return err }},
		{"members of the largest team", func(tx *Tx) error { _, err := tx.TeamMembers(big, "", access.Sort{}, page); return err }},
		{"search in them", func(tx *Tx) error { _, err := tx.TeamMembers(big, "4711", access.Sort{}, page); return err }},
		{"who could join a new team", func(tx *Tx) error {
			_, _, err := tx.OutsideTeam(c.org.Org, "", access.PeopleSearch{Limit: 200})
			return err
		}},
	} {
		b.Run(r.name, func(b *testing.B) {
			for b.Loop() {
				must(b, c.db.view(b.Context(), r.read))
			}
		})
	}
}
