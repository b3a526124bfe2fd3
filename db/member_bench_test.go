package db

import (
	"fmt"
	"testing"

	"dagpass/internal/access"
)

// crowd is an Organization of many people with a Workspace that has everybody, one of a few, and a team
// in both.
type crowd struct {
	db         *DB
	org        access.Scope
	full, few  access.Scope
	users      []access.UserID
	workspaces []access.Scope
}

// The sizes of issue 3, and a team of its largest size.
const (
	crowdUsers      = 5_000
	crowdWorkspaces = 300
	crowdTeam       = 200
	crowdFew        = 50
)

func newCrowd(b *testing.B) *crowd {
	b.Helper()
	i := newInstallation(b)
	c := &crowd{db: i.open(b)}
	must(b, c.db.update(b.Context(), c.found))
	must(b, c.db.update(b.Context(), c.fill))
	must(b, c.db.writer.checkpoint())
	return c
}

func (c *crowd) found(tx *Tx) error {
	by := &access.Changing{Now: tx.now, By: access.System(access.Origin{})}
	org, err := access.Found(by, tx, access.NewOrg{Name: "Acme", Workspace: "Full", OwnerName: "Ada", OwnerMail: "ada@acme.example"})
	if err != nil {
		return err
	}
	c.org, c.full = org.Org.Scope(), org.Workspace.Scope()
	for k := range crowdWorkspaces - 1 {
		w := access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: c.org.Org, Name: fmt.Sprintf("Workspace %03d", k),
			CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by.By.Person(), UpdatedBy: by.By.Person()}
		if err := tx.InsertWorkspace(w); err != nil {
			return err
		}
		c.workspaces = append(c.workspaces, w.Scope())
	}
	c.few = c.workspaces[0]
	return nil
}

func (c *crowd) fill(tx *Tx) error {
	by := access.System(access.Origin{}).Person()
	for k := range crowdUsers {
		u := access.User{ID: access.UserID(tx.NewID()), Email: fmt.Sprintf("person%04d@acme.example", k),
			FullName: fmt.Sprintf("Person %04d", k*7919%10_000), Status: access.UserActive, CreatedAt: tx.now, UpdatedAt: tx.now}
		if err := tx.InsertUser(u); err != nil {
			return err
		}
		c.users = append(c.users, u.ID)
		places := []access.Scope{c.org, c.full}
		if k%(crowdUsers/crowdFew) == 0 {
			places = append(places, c.few)
		}
		if k < 50 { // the whole first page reaches every Workspace
			places = append(places, c.workspaces[1:]...)
		}
		for _, at := range places {
			role := access.WorkspaceMember
			if at == c.org {
				role = access.OrgMember
			}
			if err := tx.SetRole(at, u.Subject(), role, by); err != nil {
				return err
			}
		}
	}
	return c.fillTeam(tx, by)
}

func (c *crowd) fillTeam(tx *Tx, by access.Person) error {
	team := access.TeamID(tx.NewID())
	if err := tx.InsertTeam(access.Team{ID: team, Org: c.org.Org, Name: "Ingest", Version: 1, CreatedAt: tx.now, UpdatedAt: tx.now}); err != nil {
		return err
	}
	for k := range crowdTeam {
		if _, err := tx.AddTeamMember(c.org.Org, team, c.users[k*7]); err != nil {
			return err
		}
	}
	for _, at := range []access.Scope{c.full, c.few} {
		who := access.Subject{Kind: access.TeamSubject, ID: string(team)}
		if err := tx.SetRole(at, who, access.WorkspaceOperator, by); err != nil {
			return err
		}
	}
	return nil
}

func BenchmarkPeople(b *testing.B) {
	c := newCrowd(b)
	view := func(name string, fn func(tx *Tx) error) {
		b.Run(name, func(b *testing.B) {
			median(b, func(int) { must(b, c.db.view(b.Context(), fn)) })
		})
	}
	for _, l := range []struct {
		name   string
		at     access.Scope
		filter access.MemberFilter
		sort   access.Sort
	}{
		{"organization", c.org, access.MemberFilter{}, access.Sort{}},
		{"organization newest", c.org, access.MemberFilter{}, access.Sort{By: access.SortByAdded, Desc: true}},
		{"organization search", c.org, access.MemberFilter{Search: "42"}, access.Sort{}},
		{"organization owners", c.org, access.MemberFilter{Role: access.OrgOwner}, access.Sort{}},
		{"full", c.full, access.MemberFilter{}, access.Sort{}},
		{"full newest", c.full, access.MemberFilter{}, access.Sort{By: access.SortByAdded, Desc: true}},
		{"full search", c.full, access.MemberFilter{Search: "42"}, access.Sort{}},
		{"full through teams", c.full, access.MemberFilter{Source: access.TeamSource}, access.Sort{}},
		{"few", c.few, access.MemberFilter{}, access.Sort{}},
		{"few search", c.few, access.MemberFilter{Search: "42"}, access.Sort{}},
	} {
		view("MembersAt/"+l.name, func(tx *Tx) error {
			_, err := tx.MembersAt(l.at, access.Sight{All: true}, l.filter, l.sort, access.Page{Limit: 50})
			return err
		})
	}
	for _, l := range []struct {
		name  string
		order []access.Sort
		page  access.Page
	}{
		{"newest", nil, access.Page{Limit: 100}},
		{"newest, last page", nil, access.Page{Limit: 100, Offset: crowdUsers - 100}},
		{"by name", []access.Sort{{By: access.SortByName}}, access.Page{Limit: 100, Offset: crowdUsers / 2}},
		{"by e-mail", []access.Sort{{By: access.SortByEmail}}, access.Page{Limit: 100, Offset: crowdUsers / 2}},
		{"a thousand", nil, access.Page{Limit: 1000}},
	} {
		view("People/"+l.name, func(tx *Tx) error {
			people, _, err := tx.People(c.org, l.order, l.page)
			if err != nil {
				return err
			}
			var ids []string
			for _, u := range people {
				ids = append(ids, string(u.ID))
			}
			_, err = tx.HeldBy(c.org.Org, access.UserSubject, ids)
			return err
		})
	}
	view("MemberCount", func(tx *Tx) error { _, _, err := tx.MemberCount(c.full); return err })
	view("Addable", func(tx *Tx) error { _, _, err := tx.Addable(c.few, "", 200); return err })
	view("Addable/search", func(tx *Tx) error { _, _, err := tx.Addable(c.few, "4242", 200); return err })
	view("ActiveOwners", func(tx *Tx) error { _, err := tx.ActiveOwners(c.org.Org); return err })
}
