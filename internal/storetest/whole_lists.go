package storetest

import (
	"cmp"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
)

// orders are every order of some columns, alone and mixed.
func orders(columns ...string) [][]access.Sort {
	out := [][]access.Sort{nil}
	for _, by := range columns {
		for _, desc := range []bool{false, true} {
			out = append(out, []access.Sort{{By: by, Desc: desc}})
			for _, then := range columns {
				out = append(out, []access.Sort{{By: by, Desc: desc}, {By: then, Desc: !desc}})
			}
		}
	}
	return out
}

// walk reads a list to its end, by offset.
func walk[T any](t *testing.T, id func(T) string, read func(p access.Page) ([]T, int)) []string {
	t.Helper()
	var ids []string
	for offset := 0; ; offset += 2 {
		rows, total := read(access.Page{Limit: 2, Offset: offset})
		for _, r := range rows {
			ids = append(ids, id(r))
		}
		if len(rows) == 0 {
			if total != len(ids) {
				t.Errorf("the total is %d, there are %d", total, len(ids))
			}
			return ids
		}
	}
}

// testPeoplePages: contract 3.3 and 3.4, pages by offset in any order, with the true total.
func testPeoplePages(t *testing.T, h *house) {
	org, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	people := []access.User{h.acme.Owner}
	for i, name := range []string{"zoë", "Ann", "ann", "Bo", "Élise"} {
		h.Advance(time.Duration(i%2) * time.Second) // some are as old as each other
		people = append(people, h.numbered(t, i, name, org))
	}
	people = append(people, h.pending(t, "aaa@people.example", org))
	h.Advance(time.Hour)
	h.Rename(t, people[3].ID, "Anna")
	for i, u := range people {
		h.view(t, func(tx access.Tx) (err error) { people[i], err = tx.User(u.ID); return err })
	}
	h.person(t, "Stranger", h.other.Org.Scope(), access.OrgMember)
	read := func(at access.Scope, order []access.Sort) func(p access.Page) ([]access.User, int) {
		return func(p access.Page) (rows []access.User, total int) {
			h.view(t, func(tx access.Tx) (err error) { rows, total, err = tx.People(at, order, p); return err })
			return rows, total
		}
	}
	for _, order := range orders(access.SortByID, access.SortByEmail, access.SortByName, access.SortByCreated, access.SortByUpdated) {
		got := walk(t, func(u access.User) string { return string(u.ID) }, read(org, order))
		if want := ordered(people, order); !slices.Equal(got, want) {
			t.Errorf("by %v: %v, want %v", order, got, want)
		}
	}
	t.Run("a Workspace's are those with a role of their own there", func(t *testing.T) {
		h.team(t, "Data", people[1].ID, ws, access.WorkspaceOperator)
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(ws, people[2].Subject(), access.WorkspaceMember, system().Person())
		})
		rows, total := read(ws, nil)(access.Page{Limit: 10})
		if len(rows) != 1 || total != 1 || rows[0] != people[2] {
			t.Errorf("%d: %+v", total, rows)
		}
	})
	t.Run("no rows are asked for", func(t *testing.T) {
		if rows, total := read(org, nil)(access.Page{}); len(rows) != 0 || total != len(people) {
			t.Errorf("%d of %d", len(rows), total)
		}
	})
}

// numbered is person for names that are equal but for their case.
func (h *house) numbered(t *testing.T, n int, name string, at access.Scope) access.User {
	t.Helper()
	var u access.User
	h.update(t, func(tx access.Tx) error {
		u = access.User{ID: access.UserID(tx.NewID()), Email: fmt.Sprintf("p%d@people.example", 9-n), FullName: name,
			Status: access.UserActive, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.InsertUser(u); err != nil {
			return err
		}
		return tx.SetRole(at, u.Subject(), access.OrgMember, system().Person())
	})
	return u
}

// ordered returns the ids of people in an order, by the simplest means.
func ordered(people []access.User, order []access.Sort) []string {
	people = slices.Clone(people)
	if len(order) == 0 {
		order = []access.Sort{{By: access.SortByCreated, Desc: true}}
	}
	slices.SortFunc(people, func(a, b access.User) int {
		for _, s := range order {
			c := map[string]int{
				access.SortByID: cmp.Compare(a.ID, b.ID), access.SortByEmail: cmp.Compare(a.Email, b.Email),
				access.SortByName:    strings.Compare(access.Fold(a.Name()), access.Fold(b.Name())),
				access.SortByCreated: a.CreatedAt.Compare(b.CreatedAt), access.SortByUpdated: a.UpdatedAt.Compare(b.UpdatedAt),
			}[s.By]
			if s.Desc {
				c = -c
			}
			if c != 0 {
				return c
			}
		}
		if len(order) == 1 && order[0].Desc && order[0].By != access.SortByEmail && order[0].By != access.SortByUpdated {
			return cmp.Compare(b.ID, a.ID) // read along an index, from its end
		}
		return cmp.Compare(a.ID, b.ID)
	})
	var ids []string
	for _, u := range people {
		ids = append(ids, string(u.ID))
	}
	return ids
}

// testTeamPages: the same for teams, the teams of a person and the people of a team.
func testTeamPages(t *testing.T, h *house) {
	org, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	ada, bo := h.person(t, "Ada", org, access.OrgMember), h.person(t, "Bo", org, access.OrgMember)
	first := h.team(t, "beta", ada.ID, org, access.OrgMember)
	h.Advance(time.Minute)
	second := h.team(t, "Alpha", ada.ID, ws, access.WorkspaceMember)
	h.Advance(time.Minute)
	h.wantJoin(t, org.Org, second, bo.ID, true)
	h.team(t, "gamma", h.other.Owner.ID, h.other.Org.Scope(), access.OrgMember)
	page := access.Page{Limit: 10}
	teams := func(at access.Scope, names []string, order ...access.Sort) (ids []access.TeamID) {
		h.view(t, func(tx access.Tx) error {
			found, total, err := tx.Teams(at, names, order, page)
			for _, team := range found {
				ids = append(ids, team.ID)
			}
			if total != len(ids) {
				t.Errorf("the total is %d of %d", total, len(ids))
			}
			return err
		})
		return ids
	}
	t.Run("the newest come first, and names ignore case", func(t *testing.T) {
		wantEqual(t, teams(org, nil), []access.TeamID{second, first})
		wantEqual(t, teams(org, nil, access.Sort{By: access.SortByName}), []access.TeamID{second, first})
		wantEqual(t, teams(org, nil, access.Sort{By: access.SortByName, Desc: true}), []access.TeamID{first, second})
		wantEqual(t, teams(org, nil, access.Sort{By: access.SortByDescription, Desc: true}, access.Sort{By: access.SortByName}), []access.TeamID{first, second})
	})
	t.Run("a Workspace's are those with a role there", func(t *testing.T) { wantEqual(t, teams(ws, nil), []access.TeamID{second}) })
	t.Run("names are matched exactly", func(t *testing.T) {
		wantEqual(t, teams(org, []string{"beta", "alpha", "gamma", ""}), []access.TeamID{first})
	})
	t.Run("the teams of a person, of this Organization alone", func(t *testing.T) {
		h.team(t, "delta", ada.ID, h.other.Org.Scope(), access.OrgMember)
		h.view(t, func(tx access.Tx) error {
			found, total, err := tx.TeamsOfUser(org.Org, ada.ID, []access.Sort{{By: access.SortByUpdated}}, page)
			if total != 2 || len(found) != 2 || found[0].ID != first || found[1].ID != second {
				t.Errorf("%d: %+v", total, found)
			}
			return err
		})
	})
	t.Run("the people of a team, by when they joined", func(t *testing.T) {
		for _, c := range []struct {
			order []access.Sort
			want  []access.UserID
		}{
			{nil, []access.UserID{bo.ID, ada.ID}},
			{[]access.Sort{{By: access.SortByCreated}}, []access.UserID{ada.ID, bo.ID}},
			{[]access.Sort{{By: access.SortByEmail, Desc: true}}, []access.UserID{bo.ID, ada.ID}},
			{[]access.Sort{{By: access.SortByName}}, []access.UserID{ada.ID, bo.ID}},
			{[]access.Sort{{By: access.SortByID, Desc: true}}, []access.UserID{bo.ID, ada.ID}},
		} {
			h.view(t, func(tx access.Tx) error {
				found, total, err := tx.TeamPeople(access.Team{ID: second}, c.order, page)
				var got []access.UserID
				for _, m := range found {
					got = append(got, m.ID)
				}
				wantEqual(t, got, c.want)
				if total != 2 {
					t.Errorf("the total is %d", total)
				}
				return err
			})
		}
	})
}

// testHeldBy: what subjects were given, in one Organization, and not what they have through others.
func testHeldBy(t *testing.T, h *house) {
	org, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	later := h.workspace(t, org.Org, "Aaa").Scope()
	ada := h.person(t, "Ada", org, access.OrgMember)
	team := h.team(t, "Data", ada.ID, ws, access.WorkspaceOperator)
	h.update(t, func(tx access.Tx) error {
		for at, role := range map[access.Scope]access.Role{later: access.WorkspaceAuthor, ws: access.WorkspaceMember, h.other.Org.Scope(): access.OrgOwner} {
			if err := tx.SetRole(at, ada.Subject(), role, system().Person()); err != nil {
				return err
			}
		}
		return nil
	})
	h.view(t, func(tx access.Tx) error {
		held, err := tx.HeldBy(org.Org, access.UserSubject, []string{string(ada.ID), string(h.other.Owner.ID), string(team)})
		want := access.HeldRoles{Org: access.OrgMember, Workspaces: []access.WorkspaceRole{
			{Workspace: ws.Workspace, Role: access.WorkspaceMember}, {Workspace: later.Workspace, Role: access.WorkspaceAuthor}}}
		if got := held[string(ada.ID)]; len(held) != 1 || got.Org != want.Org || !slices.Equal(got.Workspaces, want.Workspaces) {
			t.Errorf("%+v", held)
		}
		return err
	})
	h.view(t, func(tx access.Tx) error {
		held, err := tx.HeldBy(org.Org, access.TeamSubject, []string{string(team)})
		if got := held[string(team)]; got.Org != "" || len(got.Workspaces) != 1 || got.Workspaces[0].Role != access.WorkspaceOperator {
			t.Errorf("%+v", held)
		}
		return err
	})
}
