package db

import (
	"testing"

	"dagpass/internal/access"
)

// TestFoldNames: the people of a version without lists of people are ordered and found after the next
// start, whatever alphabet they are written in.
func TestFoldNames(t *testing.T) {
	i := installed(t)
	db, err := Open(t.Context(), i.cfg)
	must(t, err)
	var org access.Founded
	must(t, db.update(t.Context(), func(tx *Tx) (err error) {
		c := &access.Changing{Now: tx.now, By: access.System(access.Origin{})}
		org, err = access.Found(c, tx, access.NewOrg{Name: "Acme", Workspace: "Data", OwnerName: "Élodie", OwnerMail: "elodie@acme.example"})
		return err
	}))
	must(t, db.Close())
	raw := i.raw(t)
	for _, statement := range []string{`UPDATE users SET sort_name = ''`, `UPDATE member_roles SET sort_name = ''`} {
		_, err := raw.ExecContext(t.Context(), statement)
		must(t, err)
	}
	must(t, raw.Close())

	db = i.open(t)
	must(t, db.view(t.Context(), func(tx *Tx) error {
		for _, search := range []string{"", "ÉLO"} {
			list, err := tx.MembersAt(org.Org.Scope(), access.Sight{All: true}, access.MemberFilter{Search: search}, access.Sort{}, access.Page{Limit: 1})
			if err != nil || len(list.Rows) != 1 {
				t.Errorf("search %q finds %d people, %v", search, len(list.Rows), err)
			}
		}
		n, err := tx.count(`SELECT count(*) FROM member_roles WHERE sort_name <> 'élodie'`)
		if n != 0 {
			t.Errorf("%d roles are out of order", n)
		}
		return err
	}))
}

// TestMembersAt_passesOverAlteredRoles: a role written by hand puts nobody on a list.
func TestMembersAt_passesOverAlteredRoles(t *testing.T) {
	db, _ := openNew(t)
	must(t, db.update(t.Context(), func(tx *Tx) error {
		c := &access.Changing{Now: tx.now, By: access.System(access.Origin{})}
		org, err := access.Found(c, tx, access.NewOrg{Name: "Acme", Workspace: "Data", OwnerName: "Ada", OwnerMail: "ada@acme.example"})
		if err != nil {
			return err
		}
		if err := tx.put(`UPDATE member_roles SET role = 'ORGANIZATION_MEMBER'`); err != nil {
			return err
		}
		list, err := tx.MembersAt(org.Org.Scope(), access.Sight{All: true}, access.MemberFilter{}, access.Sort{}, access.Page{Limit: 5})
		if len(list.Rows) != 0 {
			t.Errorf("lists %+v", list.Rows)
		}
		return err
	}))
}
