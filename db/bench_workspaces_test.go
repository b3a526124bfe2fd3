package db

import (
	"fmt"
	"testing"

	"dagpass/internal/access"
)

// fillWorkspaces makes an Organization with 300 Workspaces of 50 people each, and returns one of them.
func fillWorkspaces(b *testing.B, db *DB) (access.OrgID, access.Actor) {
	b.Helper()
	by := access.System(access.Origin{})
	var f access.Founded
	var people []access.User
	must(b, db.update(b.Context(), func(tx *Tx) (err error) {
		c := &access.Changing{Now: tx.now, By: by}
		f, err = access.Found(c, tx, access.NewOrg{Name: "Acme", Workspace: "First", OwnerName: "Ada", OwnerMail: "ada@acme.example"})
		for k := 0; k < 1000 && err == nil; k++ {
			people = append(people, access.User{ID: access.UserID(tx.NewID()), Email: fmt.Sprintf("p%d@acme.example", k),
				FullName: fmt.Sprint("Person ", k), Status: access.UserActive, CreatedAt: tx.now, UpdatedAt: tx.now})
			err = tx.InsertUser(people[k])
		}
		return err
	}))
	for k := range 300 {
		must(b, db.update(b.Context(), func(tx *Tx) error {
			w := access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: f.Org.ID, Name: fmt.Sprintf("Team %03d", k),
				Version: 1, CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by.Person(), UpdatedBy: by.Person()}
			err := tx.InsertWorkspace(w)
			for n := 0; n < 50 && err == nil; n++ {
				err = tx.SetRole(w.Scope(), people[(k*50+n)%len(people)].Subject(), access.WorkspaceMember, by.Person())
			}
			return err
		}))
	}
	return f.Org.ID, access.Actor{Kind: access.UserActor, ID: string(people[0].ID)}
}

// BenchmarkWorkspaces reads the lists of its Workspaces, and what the frame of every page needs of them.
func BenchmarkWorkspaces(b *testing.B) {
	i := newInstallation(b)
	db := i.open(b)
	org, member := fillWorkspaces(b, db)
	byName := access.Sort{By: access.SortByName}
	for name, read := range map[string]func(tx *Tx) error{
		"all": func(tx *Tx) error {
			_, err := tx.WorkspacesAt(access.Actor{}, org, true, "", byName, access.Page{Limit: 50})
			return err
		},
		"search": func(tx *Tx) error {
			_, err := tx.WorkspacesAt(access.Actor{}, org, true, "team 29", byName, access.Page{Limit: 50})
			return err
		},
		"mine": func(tx *Tx) error {
			_, err := tx.WorkspacesAt(member, org, false, "", byName, access.Page{Limit: 50})
			return err
		},
		"frame": func(tx *Tx) error {
			_, _, err := tx.WorkspacesOf(access.Actor{}, org, true, 12)
			return err
		},
	} {
		b.Run(name, func(b *testing.B) {
			median(b, func(int) { must(b, db.view(b.Context(), read)) })
		})
	}
}
