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

// crowd is the people of a Workspace, from every source.
type crowd struct {
	at                   access.Scope
	direct, both, inTeam access.User
	owner, invited, out  access.User
	team                 access.TeamID
	everybody, inOrg     []access.User // who has access to the Workspace; who is a member
	roles                map[access.UserID]access.Role
	sources              map[access.UserID][]access.SourceKind
}

// newCrowd makes them: names differ in case and by accents, so that folding decides the order.
func (h *house) newCrowd(t *testing.T) *crowd {
	t.Helper()
	org := h.acme.Org.Scope()
	c := &crowd{at: h.workspace(t, org.Org, "Crowded").Scope(), owner: h.acme.Owner}
	for who, name := range map[*access.User]string{&c.direct: "ada", &c.both: "Bo Ünal", &c.inTeam: "Cy", &c.out: "Di"} {
		*who = h.person(t, name, org, access.OrgMember)
	}
	c.invited = h.pending(t, "eve@people.example", org)
	c.team = h.team(t, "Ingest", c.both.ID, c.at, access.WorkspaceOperator)
	h.update(t, func(tx access.Tx) error {
		if _, err := tx.AddTeamMember(org.Org, c.team, c.inTeam.ID); err != nil {
			return err
		}
		for id, role := range map[access.UserID]access.Role{
			c.direct.ID: access.WorkspaceAuthor, c.both.ID: access.WorkspaceMember, c.invited.ID: access.WorkspaceOwner,
		} {
			if err := tx.SetRole(c.at, access.User{ID: id}.Subject(), role, system().Person()); err != nil {
				return err
			}
		}
		return nil
	})
	c.everybody = []access.User{c.direct, c.both, c.inTeam, c.invited, c.owner}
	c.inOrg = append(slices.Clone(c.everybody), c.out)
	c.roles = map[access.UserID]access.Role{c.direct.ID: access.WorkspaceAuthor, c.both.ID: access.WorkspaceOperator,
		c.inTeam.ID: access.WorkspaceOperator, c.invited.ID: access.WorkspaceOwner, c.owner.ID: access.WorkspaceOwner}
	c.sources = map[access.UserID][]access.SourceKind{c.direct.ID: {access.DirectSource},
		c.both.ID: {access.DirectSource, access.TeamSource}, c.inTeam.ID: {access.TeamSource},
		c.invited.ID: {access.DirectSource}, c.owner.ID: {access.OwnerSource}}
	return c
}

// pending makes somebody who was invited and has no name yet.
func (h *house) pending(t *testing.T, email string, at access.Scope) access.User {
	t.Helper()
	var u access.User
	h.update(t, func(tx access.Tx) error {
		u = access.User{ID: access.UserID(tx.NewID()), Email: email, Status: access.UserPending, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.InsertUser(u); err != nil {
			return err
		}
		return tx.SetRole(at, u.Subject(), access.OrgMember, system().Person())
	})
	return u
}

// members reads a whole list page by page.
func (h *house) members(t *testing.T, at access.Scope, f access.MemberFilter, s access.Sort, size int) []access.MemberRow {
	t.Helper()
	var all []access.MemberRow
	p := access.Page{Limit: size}
	for range 100 {
		var list access.MemberList
		h.view(t, func(tx access.Tx) (err error) {
			list, err = tx.MembersAt(at, access.Sight{All: true}, f, s, p)
			return err
		})
		all = append(all, list.Rows...)
		if !list.More {
			if list.Matching != len(all) || list.Capped {
				t.Errorf("%+v counts %d, %t; it has %d", f, list.Matching, list.Capped, len(all))
			}
			return all
		}
		p.After = string(all[len(all)-1].ID)
	}
	t.Fatalf("%+v never ends", f)
	return nil
}

func names(rows []access.MemberRow) []string {
	var out []string
	for _, r := range rows {
		out = append(out, r.Name())
	}
	return out
}

// sortedPeople are the people in the order of a list by name, found by the simplest means.
func sortedPeople(people []access.User) []string {
	people = slices.Clone(people)
	slices.SortFunc(people, func(a, b access.User) int {
		return cmp.Or(strings.Compare(access.Fold(a.Name()), access.Fold(b.Name())), strings.Compare(string(a.ID), string(b.ID)))
	})
	var out []string
	for _, u := range people {
		out = append(out, u.Name())
	}
	return out
}

func testMemberLists(t *testing.T, h *house) {
	c := h.newCrowd(t)
	byName, byAdded := access.Sort{By: access.SortByName}, access.Sort{By: access.SortByAdded}
	t.Run("a Workspace lists everybody who gets in, once, by name, in pages of any size", func(t *testing.T) {
		want := sortedPeople(c.everybody)
		for size := 1; size <= 6; size++ {
			wantEqual(t, names(h.members(t, c.at, access.MemberFilter{}, byName, size)), want)
		}
		slices.Reverse(want)
		wantEqual(t, names(h.members(t, c.at, access.MemberFilter{}, access.Sort{By: access.SortByName, Desc: true}, 2)), want)
	})
	t.Run("an Organization lists its members", func(t *testing.T) {
		wantEqual(t, names(h.members(t, h.acme.Org.Scope(), access.MemberFilter{}, byName, 2)), sortedPeople(c.inOrg))
	})
	t.Run("each with the highest role and where it comes from", func(t *testing.T) {
		for _, m := range h.members(t, c.at, access.MemberFilter{}, byName, 10) {
			if m.Role != c.roles[m.ID] {
				t.Errorf("%s has %s, want %s", m.Name(), m.Role, c.roles[m.ID])
			}
			var kinds []access.SourceKind
			for _, s := range m.Sources {
				kinds = append(kinds, s.Kind)
				if s.Kind == access.TeamSource && (s.Team != c.team || s.TeamName != "Ingest") {
					t.Errorf("%s comes through %+v", m.Name(), s)
				}
			}
			wantEqual(t, kinds, c.sources[m.ID])
		}
	})
	t.Run("the filters narrow both", func(t *testing.T) { testMemberFilters(t, h, c) })
	t.Run("by when they were added, oldest or newest first", func(t *testing.T) {
		h.Advance(time.Second)
		late := h.person(t, "Abe", h.acme.Org.Scope(), access.OrgMember)
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(c.at, late.Subject(), access.WorkspaceMember, system().Person())
		})
		for _, at := range []access.Scope{c.at, h.acme.Org.Scope()} {
			up, down := h.members(t, at, access.MemberFilter{}, byAdded, 2), h.members(t, at, access.MemberFilter{}, access.Sort{By: access.SortByAdded, Desc: true}, 2)
			if last := up[len(up)-1]; last.ID != late.ID {
				t.Errorf("the last added is %s", last.Name())
			}
			slices.Reverse(down)
			wantEqual(t, names(down), names(up))
		}
	})
	t.Run("who is renamed moves to their new place", func(t *testing.T) {
		h.Rename(t, c.direct.ID, "zora")
		got := names(h.members(t, c.at, access.MemberFilter{}, byName, 3))
		if got[len(got)-1] != "zora" {
			t.Errorf("got %v", got)
		}
	})
	t.Run("a last row that is gone starts at the top", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			list, err := tx.MembersAt(c.at, access.Sight{All: true}, access.MemberFilter{}, byName, access.Page{Limit: 50, After: "c00000000000000000000000z"})
			if len(list.Rows) != 6 {
				t.Errorf("%d rows", len(list.Rows))
			}
			return err
		})
	})
}

func testMemberFilters(t *testing.T, h *house, c *crowd) {
	org := h.acme.Org.Scope()
	for _, f := range []struct {
		at     access.Scope
		filter access.MemberFilter
		want   []access.User
	}{
		{c.at, access.MemberFilter{Search: "ÜNAL"}, []access.User{c.both}},
		{c.at, access.MemberFilter{Search: "EVE@"}, []access.User{c.invited}},
		{c.at, access.MemberFilter{Search: "%"}, nil},
		{c.at, access.MemberFilter{Role: access.WorkspaceOperator}, []access.User{c.both, c.inTeam}},
		{c.at, access.MemberFilter{Role: access.WorkspaceMember}, nil},
		{c.at, access.MemberFilter{Role: access.WorkspaceOwner}, []access.User{c.invited, c.owner}},
		{c.at, access.MemberFilter{Source: access.DirectSource}, []access.User{c.direct, c.both, c.invited}},
		{c.at, access.MemberFilter{Source: access.TeamSource}, []access.User{c.both, c.inTeam}},
		{c.at, access.MemberFilter{Source: access.OwnerSource}, []access.User{c.owner}},
		{c.at, access.MemberFilter{Source: access.DirectSource, Role: access.WorkspaceOperator, Search: "bo"}, []access.User{c.both}},
		{org, access.MemberFilter{Status: access.UserPending}, []access.User{c.invited}},
		{org, access.MemberFilter{Status: access.UserInactive}, nil},
		{org, access.MemberFilter{Role: access.OrgOwner}, []access.User{c.owner}},
	} {
		for _, s := range []string{access.SortByName, access.SortByAdded} {
			got := names(h.members(t, f.at, f.filter, access.Sort{By: s}, 1))
			slices.Sort(got)
			want := sortedPeople(f.want)
			slices.Sort(want)
			if !slices.Equal(got, want) {
				t.Errorf("%+v: got %v, want %v", f.filter, got, want)
			}
		}
	}
}

func testMemberFacts(t *testing.T, h *house) {
	c, org := h.newCrowd(t), h.acme.Org.Scope()
	at := func(t *testing.T, at access.Scope, id access.UserID) access.MemberRow {
		t.Helper()
		var m access.MemberRow
		h.view(t, func(tx access.Tx) (err error) {
			m, err = tx.MemberAt(at, id)
			return err
		})
		return m
	}
	t.Run("a person is found where they have a role, and nowhere else", func(t *testing.T) {
		if m := at(t, c.at, c.both.ID); m.Role != access.WorkspaceOperator || m.Own != access.WorkspaceMember {
			t.Errorf("got %+v", m)
		}
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.MemberAt(c.at, c.out.ID); return err })
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.MemberAt(h.other.Org.Scope(), c.out.ID); return err })
	})
	t.Run("the Workspaces they reach are counted once, whatever reaches them", func(t *testing.T) {
		if n := at(t, org, c.both.ID).Workspaces; n != 1 {
			t.Errorf("%d Workspaces", n)
		}
		if n := at(t, org, c.out.ID).Workspaces; n != 0 {
			t.Errorf("%d Workspaces", n)
		}
	})
	t.Run("of the Workspaces in sight alone, where not all are", func(t *testing.T) {
		for _, in := range []struct {
			sees access.Sight
			want int
		}{{access.Sight{All: true}, 1}, {access.Sight{Workspaces: []access.WorkspaceID{c.at.Workspace}}, 1}, {access.Sight{}, 0},
			{access.Sight{Workspaces: []access.WorkspaceID{h.other.Workspace.ID}}, 0}} {
			h.view(t, func(tx access.Tx) error {
				list, err := tx.MembersAt(org, in.sees, access.MemberFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 50})
				n := 0
				for _, m := range list.Rows {
					n = max(n, m.Workspaces)
				}
				if n != in.want {
					t.Errorf("%+v: %d Workspaces, want %d", in.sees, n, in.want)
				}
				return err
			})
		}
	})
	t.Run("everybody is counted, up to a limit", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			n, capped, err := tx.MemberCount(c.at)
			if n != len(c.everybody) || capped {
				t.Errorf("%d, %t", n, capped)
			}
			return err
		})
	})
	t.Run("addable are members without a role of their own, also those a team lets in", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			found, n, err := tx.Addable(c.at, "", 10)
			var got []string
			for _, u := range found {
				got = append(got, u.Name())
			}
			wantEqual(t, got, sortedPeople([]access.User{c.inTeam, c.out, c.owner}))
			if n != 3 {
				t.Errorf("%d match", n)
			}
			one, n, _ := tx.Addable(c.at, "", 1)
			if len(one) != 1 || n != 2 {
				t.Errorf("%d of %d, though more than one was there", len(one), n)
			}
			some, _, _ := tx.Addable(c.at, "DI@PEOPLE", 10)
			if len(some) != 1 || some[0].ID != c.out.ID {
				t.Errorf("found %v", some)
			}
			return err
		})
	})
	t.Run("a member is found by e-mail in their own Organization only", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			u, err := tx.MemberByEmail(org.Org, c.out.Email)
			if u.ID != c.out.ID {
				t.Errorf("found %+v", u)
			}
			return err
		})
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.MemberByEmail(h.other.Org.ID, c.out.Email); return err })
	})
	t.Run("the live tokens somebody made are counted", func(t *testing.T) { testTokensBy(t, h, c) })
}

func testTokensBy(t *testing.T, h *house, c *crowd) {
	var made []access.Token
	h.update(t, func(tx access.Tx) error {
		made = nil
		for k := range 3 {
			tok := newToken(tx, c.at, fmt.Sprintf("made %d", k))
			tok.CreatedBy = access.Person{Kind: access.UserActor, ID: string(c.out.ID)}
			if err := tx.InsertToken(tok, access.WorkspaceMember, newIssue()); err != nil {
				return err
			}
			made = append(made, tok)
		}
		return tx.EndToken(made[0], access.EndedByDeletion, system().Person())
	})
	h.view(t, func(tx access.Tx) error {
		n, err := tx.TokensBy(h.acme.Org.ID, c.out.ID)
		if n != 2 {
			t.Errorf("%d tokens, want 2", n)
		}
		return err
	})
}
