package storetest

import (
	"fmt"
	"testing"
	"time"

	"dagpass/internal/access"
)

// testTeams: R44, F6.
func testTeams(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	u := h.person(t, "Ada", acme, access.OrgMember)
	id := h.team(t, "Data", u.ID, ws, access.WorkspaceOperator)
	by := h.actor(t, u)
	t.Run("a team is read as it was stored, with its maker's name", func(t *testing.T) { testTeamRow(t, h) })
	t.Run("a name is unique in the Organization, ignoring case", func(t *testing.T) {
		err := h.fails(t, access.Conflict, func(tx access.Tx) error {
			return tx.InsertTeam(newTeam(tx, acme.Org, access.TeamID(tx.NewID()), "DATA"))
		})
		wantReason(t, err, access.ReasonTaken)
		if got, want := access.AsError(err).Message, "Acme already has a Team called DATA."; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
		h.update(t, func(tx access.Tx) error {
			return tx.InsertTeam(newTeam(tx, h.other.Org.ID, access.TeamID(tx.NewID()), "Data"))
		})
	})
	t.Run("joining twice and leaving twice is no error, and counts once", func(t *testing.T) {
		h.wantJoin(t, acme.Org, id, u.ID, false)
		h.wantTeamSize(t, acme.Org, id, 1)
		h.wantGrants(t, by, ws, []access.Role{access.OrgMember}, []access.Role{access.WorkspaceOperator})
		for _, was := range []bool{true, false} {
			h.update(t, func(tx access.Tx) error {
				left, err := tx.RemoveTeamMember(acme.Org, id, u.ID)
				if left != was {
					t.Errorf("left: %t", left)
				}
				return err
			})
			h.wantGrants(t, by, ws, []access.Role{access.OrgMember}, nil)
			h.wantTeamSize(t, acme.Org, id, 0)
		}
	})
	t.Run("who is removed from the Organization is counted out of its teams, and of no other's", func(t *testing.T) {
		leaver := h.person(t, "Lee", acme, access.OrgMember)
		here, there := h.team(t, "here", leaver.ID, ws, access.WorkspaceMember), h.team(t, "there", leaver.ID, h.other.Org.Scope(), access.OrgMember)
		h.update(t, func(tx access.Tx) error { return tx.RemoveMember(acme.Org, leaver.ID) })
		h.wantTeamSize(t, acme.Org, here, 0)
		h.wantTeamSize(t, h.other.Org.ID, there, 1)
	})
	t.Run("a team of another Organization is not found", func(t *testing.T) {
		for _, change := range []func(tx access.Tx) error{
			func(tx access.Tx) error { _, err := tx.Team(h.other.Org.ID, id); return err },
			func(tx access.Tx) error { _, err := tx.AddTeamMember(h.other.Org.ID, id, u.ID); return err },
			func(tx access.Tx) error { _, err := tx.RemoveTeamMember(h.other.Org.ID, id, u.ID); return err },
			func(tx access.Tx) error { return tx.UpdateTeam(newTeam(tx, h.other.Org.ID, id, "stolen")) },
			func(tx access.Tx) error { return tx.DeleteTeam(newTeam(tx, h.other.Org.ID, id, "stolen")) },
			func(tx access.Tx) error {
				return tx.SetRole(h.other.Org.Scope(), access.Subject{Kind: access.TeamSubject, ID: string(id)}, access.OrgOwner, system().Person())
			},
		} {
			h.fails(t, access.NotFound, change)
		}
	})
	t.Run("deleting it ends every role its members had through it", func(t *testing.T) {
		h.wantJoin(t, acme.Org, id, u.ID, true)
		h.update(t, func(tx access.Tx) error { return tx.DeleteTeam(newTeam(tx, acme.Org, id, "Data")) })
		h.wantGrants(t, by, ws, []access.Role{access.OrgMember}, nil)
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Team(acme.Org, id); return err })
		h.fails(t, access.NotFound, func(tx access.Tx) error { return tx.DeleteTeam(newTeam(tx, acme.Org, id, "Data")) })
	})
}

func testTeamRow(t *testing.T, h *house) {
	acme := h.acme.Org.Scope()
	var team access.Team
	maker := access.Person{Kind: access.UserActor, ID: string(h.acme.Owner.ID), Name: h.acme.Owner.FullName, Email: h.acme.Owner.Email}
	want := func(t *testing.T) {
		t.Helper()
		h.view(t, func(tx access.Tx) error {
			got, err := tx.Team(acme.Org, team.ID)
			if got != team {
				t.Errorf("got %+v, want %+v", got, team)
			}
			return err
		})
	}
	h.update(t, func(tx access.Tx) error {
		team = newTeam(tx, acme.Org, access.TeamID(tx.NewID()), "Platform")
		team.CreatedBy = maker
		return tx.InsertTeam(team)
	})
	want(t)
	h.Advance(time.Minute)
	h.update(t, func(tx access.Tx) error {
		team.Name, team.Description, team.Version, team.UpdatedAt, team.UpdatedBy = "Core", "", 2, tx.Now(), maker
		return tx.UpdateTeam(team)
	})
	want(t)
	err := h.fails(t, access.Conflict, func(tx access.Tx) error {
		taken := team
		taken.Name = "data"
		return tx.UpdateTeam(taken)
	})
	wantReason(t, err, access.ReasonTaken)
}

func (h *house) wantJoin(t *testing.T, org access.OrgID, team access.TeamID, user access.UserID, want bool) {
	t.Helper()
	h.update(t, func(tx access.Tx) error {
		joined, err := tx.AddTeamMember(org, team, user)
		if joined != want {
			t.Errorf("joined: %t", joined)
		}
		return err
	})
}

func (h *house) wantTeamSize(t *testing.T, org access.OrgID, id access.TeamID, want int) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		team, err := tx.Team(org, id)
		if team.Members != want {
			t.Errorf("%s has %d members, want %d", team.Name, team.Members, want)
		}
		return err
	})
}

// testTeamLists: every order and filter, page by page.
func testTeamLists(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	teams := map[string]access.TeamID{}
	for i, name := range []string{"delta", "Alpha", "charlie", "Bravo"} {
		h.Advance(time.Second)
		u := h.person(t, "member-of-"+name, acme, access.OrgMember)
		role := []access.Role{access.OrgMember, access.OrgBillingAdmin}[i%2]
		teams[name] = h.team(t, name, u.ID, acme, role)
		for j := range i {
			h.wantJoin(t, acme.Org, teams[name], h.person(t, fmt.Sprint("extra ", i, j), acme, access.OrgMember).ID, true)
		}
	}
	give := func(at access.Scope, name string, role access.Role) {
		h.Advance(time.Second)
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(at, access.Subject{Kind: access.TeamSubject, ID: string(teams[name])}, role, system().Person())
		})
	}
	give(ws, "charlie", access.WorkspaceMember)
	give(ws, "Alpha", access.WorkspaceOwner)
	second := h.workspace(t, acme.Org, "Second").Scope()
	give(second, "Alpha", access.WorkspaceMember)
	h.team(t, "elsewhere", h.other.Owner.ID, h.other.Org.Scope(), access.OrgMember)

	t.Run("in every order, and turned round", func(t *testing.T) {
		for _, c := range []struct {
			at   access.Scope
			by   string
			want []string
		}{
			{acme, access.SortByName, []string{"Alpha", "Bravo", "charlie", "delta"}},
			{acme, access.SortByUpdated, []string{"delta", "Alpha", "charlie", "Bravo"}},
			{acme, access.SortByMembers, []string{"delta", "Alpha", "charlie", "Bravo"}},
			{acme, "unknown", []string{"Alpha", "Bravo", "charlie", "delta"}},
			{ws, access.SortByName, []string{"Alpha", "charlie"}},
			{ws, access.SortByMembers, []string{"Alpha", "charlie"}},
			{ws, access.SortByAdded, []string{"charlie", "Alpha"}},
		} {
			h.wantTeams(t, c.at, access.TeamFilter{}, access.Sort{By: c.by}, c.want)
			h.wantTeams(t, c.at, access.TeamFilter{}, access.Sort{By: c.by, Desc: true}, reversed(c.want))
		}
	})
	t.Run("narrowed by a text of name or description, and by role", func(t *testing.T) {
		for _, c := range []struct {
			at     access.Scope
			filter access.TeamFilter
			want   []string
		}{
			{acme, access.TeamFilter{Search: "LPH"}, []string{"Alpha"}},
			{acme, access.TeamFilter{Search: "about c"}, []string{"charlie"}},
			{acme, access.TeamFilter{Search: "%"}, nil},
			{acme, access.TeamFilter{Role: access.OrgBillingAdmin}, []string{"Alpha", "Bravo"}},
			{acme, access.TeamFilter{Role: access.OrgBillingAdmin, Search: "bra"}, []string{"Bravo"}},
			{ws, access.TeamFilter{Role: access.WorkspaceOwner}, []string{"Alpha"}},
			{ws, access.TeamFilter{Search: "bravo"}, nil},
		} {
			h.wantTeams(t, c.at, c.filter, access.Sort{By: access.SortByName}, c.want)
		}
	})
	t.Run("a row says what the team holds, and in how many Workspaces as far as one may know", func(t *testing.T) {
		for _, c := range []struct {
			sees access.Sight
			want int
		}{{access.Sight{All: true}, 2}, {access.Sight{Workspaces: []access.WorkspaceID{ws.Workspace}}, 1}, {access.Sight{}, 0}} {
			h.view(t, func(tx access.Tx) error {
				list, err := tx.TeamsAt(acme, c.sees, access.TeamFilter{Search: "alpha"}, access.Sort{}, access.Page{Limit: 1})
				if err == nil && (list.Rows[0].Workspaces != c.want || list.Rows[0].Role != access.OrgBillingAdmin || list.Rows[0].Members != 2) {
					t.Errorf("%+v: %+v", c.sees, list.Rows[0])
				}
				return err
			})
		}
	})
	t.Run("a team's roles are those on the Organization and in Workspaces by name", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			roles, err := tx.TeamRoles(access.Team{ID: teams["Alpha"], Org: acme.Org})
			var got []string
			for _, r := range roles {
				got = append(got, r.WorkspaceName+" "+string(r.Role))
			}
			wantEqual(t, got, []string{" ORGANIZATION_BILLING_ADMIN", "Data WORKSPACE_OWNER", "Second WORKSPACE_MEMBER"})
			return err
		})
	})
	t.Run("teams without a role in a Workspace are offered by name", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			found, matching, all, err := tx.TeamsWithout(ws, "A", 1)
			if len(found) != 1 || found[0].Name != "Bravo" || matching != 2 || all != 4 {
				t.Errorf("%+v, %d of %d", found, matching, all)
			}
			return err
		})
	})
}

func reversed(names []string) []string {
	out := make([]string, len(names))
	for i, name := range names {
		out[len(names)-1-i] = name
	}
	return out
}

// wantTeams reads a list one row at a time, so that every page is turned.
func (h *house) wantTeams(t *testing.T, at access.Scope, f access.TeamFilter, s access.Sort, want []string) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		var got []string
		for p := (access.Page{Limit: 1}); ; {
			list, err := tx.TeamsAt(at, access.Sight{All: true}, f, s, p)
			if err != nil {
				return err
			}
			if list.Matching != len(want) {
				t.Errorf("%d match, want %d", list.Matching, len(want))
			}
			for _, row := range list.Rows {
				got, p.After = append(got, row.Name), string(row.ID)
			}
			if !list.More {
				break
			}
		}
		wantEqual(t, got, want)
		return nil
	})
}
