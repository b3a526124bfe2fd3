package storetest

import (
	"fmt"
	"slices"
	"testing"

	"dagpass/internal/access"
)

// testTeamMembers: the people of a team, page by page, and those who could join.
func testTeamMembers(t *testing.T, h *house) {
	acme := h.acme.Org.Scope()
	zoe := h.person(t, "Zoë", acme, access.OrgMember)
	id := h.team(t, "Data", zoe.ID, acme, access.OrgMember)
	for _, name := range []string{"bea", "Ann", "Cid"} {
		h.wantJoin(t, acme.Org, id, h.person(t, name, acme, access.OrgMember).ID, true)
	}
	h.person(t, "Dan", acme, access.OrgMember)
	h.team(t, "Other", zoe.ID, acme, access.OrgMember)

	t.Run("by name, and turned round", func(t *testing.T) {
		h.wantTeamMembers(t, id, "", false, []string{"Ann", "bea", "Cid", "Zoë"})
		h.wantTeamMembers(t, id, "", true, []string{"Zoë", "Cid", "bea", "Ann"})
	})
	t.Run("narrowed by a text of name or e-mail", func(t *testing.T) {
		h.wantTeamMembers(t, id, "zoë", false, []string{"Zoë"})
		h.wantTeamMembers(t, id, "CID@people", false, []string{"Cid"})
		h.wantTeamMembers(t, id, "nobody", false, nil)
	})
	t.Run("whoever is in a team is in it, and in no other", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			for user, want := range map[access.UserID]bool{zoe.ID: true, h.acme.Owner.ID: false} {
				if in, err := tx.InTeam(id, user); in != want || err != nil {
					t.Errorf("%s: %t, %v", user, in, err)
				}
			}
			return nil
		})
	})
	t.Run("the members of the Organization who are not in it are offered by name", func(t *testing.T) {
		for _, c := range []struct {
			team   access.TeamID
			search access.PeopleSearch
			want   []string
			all    int
		}{
			{id, access.PeopleSearch{Limit: 3}, []string{"Dan", "Owner of Acme"}, 2},
			{id, access.PeopleSearch{Text: "DAN", Limit: 3}, []string{"Dan"}, 1},
			{id, access.PeopleSearch{Text: "dan", Also: []access.UserID{h.acme.Owner.ID}, Limit: 3}, []string{"Owner of Acme", "Dan"}, 2},
			{id, access.PeopleSearch{Text: "dan@people", Also: []access.UserID{zoe.ID, h.other.Owner.ID}, Limit: 3}, []string{"Dan"}, 1},
			{"", access.PeopleSearch{Limit: 3}, []string{"Ann", "bea", "Cid"}, 6},
		} {
			h.view(t, func(tx access.Tx) error {
				users, all, err := tx.OutsideTeam(acme.Org, c.team, c.search)
				var got []string
				for _, u := range users {
					got = append(got, u.FullName)
				}
				wantEqual(t, got, c.want)
				if all != c.all {
					t.Errorf("%d in all, want %d", all, c.all)
				}
				return err
			})
		}
	})
}

func (h *house) wantTeamMembers(t *testing.T, id access.TeamID, search string, desc bool, want []string) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		team, err := tx.Team(h.acme.Org.ID, id)
		if err != nil {
			return err
		}
		var got []string
		for p := (access.Page{Limit: 1}); ; {
			list, err := tx.TeamMembers(team, search, access.Sort{Desc: desc}, p)
			if err != nil {
				return err
			}
			if list.Matching != len(want) {
				t.Errorf("%d match, want %d", list.Matching, len(want))
			}
			for _, m := range list.Rows {
				got, p.After = append(got, m.FullName), string(m.ID)
			}
			if !list.More {
				break
			}
		}
		wantEqual(t, got, want)
		return nil
	})
}

// everyone is a naive model of who holds what: every role of every subject, and who is in which team.
type everyone struct {
	users    []access.User
	teams    []access.TeamID
	scopes   []access.Scope
	roles    map[access.Scope]map[string]access.Role // by the id of a user or team
	inTeam   map[access.TeamID]map[access.UserID]bool
	sessions map[access.UserID]access.Actor
}

// testEffectiveRoles: F6, R43, R44. After any history a person's roles are their own and those of their
// teams, and the effective one is the highest of these and of what the Organization gives.
func testEffectiveRoles(t *testing.T, h *house) {
	m := h.everyone(t)
	for i := range operations {
		h.update(t, func(tx access.Tx) error { return m.step(tx, i) })
		if i%25 == 0 {
			m.check(t, h)
		}
	}
	m.check(t, h)
}

func (h *house) everyone(t *testing.T) *everyone {
	t.Helper()
	acme := h.acme.Org.Scope()
	m := &everyone{
		scopes:   []access.Scope{acme, h.acme.Workspace.Scope(), h.workspace(t, acme.Org, "Second").Scope()},
		roles:    map[access.Scope]map[string]access.Role{},
		inTeam:   map[access.TeamID]map[access.UserID]bool{},
		sessions: map[access.UserID]access.Actor{},
	}
	for _, at := range m.scopes {
		m.roles[at] = map[string]access.Role{}
	}
	for i := range 5 {
		u := h.person(t, fmt.Sprint("Person ", i), acme, "")
		m.users, m.sessions[u.ID] = append(m.users, u), h.actor(t, u)
	}
	for i := range 4 {
		h.update(t, func(tx access.Tx) error {
			id := access.TeamID(tx.NewID())
			m.teams, m.inTeam[id] = append(m.teams, id), map[access.UserID]bool{}
			return tx.InsertTeam(newTeam(tx, acme.Org, id, fmt.Sprint("Team ", i)))
		})
	}
	return m
}

// step does one thing that changes who holds what, in the store and in the model.
func (m *everyone) step(tx access.Tx, i int) error {
	r := pick(i)
	org := m.scopes[0].Org
	at, user, team := m.scopes[r%3], m.users[r/3%5], m.teams[r/15%4]
	who := user.Subject()
	if r/60%2 == 0 {
		who = access.Subject{Kind: access.TeamSubject, ID: string(team)}
	}
	switch r / 120 % 9 {
	case 0, 1, 2:
		roles := access.RolesOf(at.Level())
		role := roles[r/1080%len(roles)]
		m.roles[at][who.ID] = role
		return tx.SetRole(at, who, role, system().Person())
	case 3:
		delete(m.roles[at], who.ID)
		return tx.RemoveRole(at, who)
	case 4, 5, 6:
		m.inTeam[team][user.ID] = true
		_, err := tx.AddTeamMember(org, team, user.ID)
		return err
	case 7:
		delete(m.inTeam[team], user.ID)
		_, err := tx.RemoveTeamMember(org, team, user.ID)
		return err
	}
	return m.end(tx, org, r/1080, team)
}

// end deletes a team and makes an empty one with its id.
func (m *everyone) end(tx access.Tx, org access.OrgID, n int, team access.TeamID) error {
	clear(m.inTeam[team])
	for _, at := range m.scopes {
		delete(m.roles[at], string(team))
	}
	if err := tx.DeleteTeam(access.Team{ID: team, Org: org}); err != nil {
		return err
	}
	return tx.InsertTeam(newTeam(tx, org, team, fmt.Sprint("Team again ", n, team)))
}

// held is what the model says a person holds at a scope, from every source.
func (m *everyone) held(at access.Scope, user access.UserID) []access.Role {
	var roles []access.Role
	if r, ok := m.roles[at][string(user)]; ok {
		roles = append(roles, r)
	}
	for _, team := range m.teams {
		if r, ok := m.roles[at][string(team)]; ok && m.inTeam[team][user] {
			roles = append(roles, r)
		}
	}
	slices.Sort(roles)
	return roles
}

func (m *everyone) check(t *testing.T, h *house) {
	t.Helper()
	acme := m.scopes[0]
	for _, u := range m.users {
		org := m.held(acme, u.ID)
		for _, at := range m.scopes {
			var here []access.Role
			if at != acme {
				here = m.held(at, u.ID)
			}
			h.wantGrants(t, m.sessions[u.ID], at, org, here)
			h.wantEffective(t, m.sessions[u.ID], at, org, here)
		}
	}
	for _, id := range m.teams {
		h.wantTeamSize(t, acme.Org, id, len(m.inTeam[id]))
	}
}

// wantEffective works out the highest role by rank, and not as the store does.
func (h *house) wantEffective(t *testing.T, by access.Actor, at access.Scope, org, here []access.Role) {
	t.Helper()
	all := org
	if at.Level() == access.WorkspaceLevel {
		all = here
		if slices.Contains(org, access.OrgOwner) {
			all = append(slices.Clone(here), access.WorkspaceOwner)
		}
	}
	want, rank := access.Role(""), -1
	for _, r := range all {
		if n := slices.Index(access.RolesOf(at.Level()), r); n > rank {
			want, rank = r, n
		}
	}
	h.view(t, func(tx access.Tx) error {
		g, err := tx.Grants(by, at)
		if got := g.At(at.Level()); got != want {
			t.Errorf("effective role %q of %v and %v, want %q", got, org, here, want)
		}
		return err
	})
}
