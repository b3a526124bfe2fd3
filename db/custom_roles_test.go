package db

import (
	"testing"

	"dagpass/internal/access"
)

// withRole gives the user of a small installation a custom role in place of the built-in one.
func (s *small) withRole(t testing.TB) access.CustomRole {
	t.Helper()
	var role access.CustomRole
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		by := access.System(access.Origin{}).Person()
		role = access.CustomRole{ID: access.RoleID(tx.NewID()), Org: s.org.Org.ID, Name: "Keeper", Scope: access.WorkspaceRoles,
			Permissions: []access.Permission{"workspace.tokens.view"}, CreatedAt: tx.now, CreatedBy: by, UpdatedAt: tx.now, UpdatedBy: by}
		if err := tx.InsertCustomRole(role); err != nil {
			return err
		}
		return tx.SetRole(s.org.Workspace.Scope(), access.Subject{Kind: access.UserSubject, ID: s.user.ID}, role.Role(), by)
	}))
	return role
}

func TestIntegrity_anAlteredCustomRoleGrantsNothing(t *testing.T) {
	for name, sql := range map[string]string{
		"more permissions":     `UPDATE custom_roles SET permissions = 'workspace.members.manage workspace.tokens.view'`,
		"another scope":        `UPDATE custom_roles SET scope = 'DAG'`,
		"a lifted restriction": `UPDATE custom_roles SET restricted_to = 'x'`,
		"a name that misleads": `UPDATE custom_roles SET name = 'Reader'`,
		"another seal":         `UPDATE custom_roles SET row_mac = x'00'`,
	} {
		t.Run(name, func(t *testing.T) {
			s := newSmall(t)
			role := s.withRole(t)
			tokens := access.On(access.WorkspaceLevel, access.TokenView)
			if g, err := s.held(t, s.user); err != nil || !g.Has(tokens) {
				t.Fatalf("holds %+v, %v", g, err)
			}
			s.alter(t, sql)
			g, err := s.held(t, s.user)
			if err != nil || g.Has(tokens) || g.Has("workspace.members.manage") || len(g.Custom) > 0 {
				t.Errorf("still holds %+v, %v", g, err)
			}
			must(t, s.db.view(t.Context(), func(tx *Tx) error {
				if _, err := tx.CustomRole(role.Org, role.ID); access.CodeOf(err) != access.NotFound {
					t.Errorf("is still read: %v", err)
				}
				return nil
			}))
			s.wantAlarm(t, "custom_roles")
		})
	}
}

// TestIntegrity_aCustomRoleIsFoundByItsOwnName: the folded name is only a way to find the row.
func TestIntegrity_aCustomRoleIsFoundByItsOwnName(t *testing.T) {
	s := newSmall(t)
	role := s.withRole(t)
	find := func(name string) (found access.CustomRole, err error) {
		err = s.db.view(t.Context(), func(tx *Tx) (err error) {
			found, err = tx.CustomRoleNamed(role.Org, name)
			return err
		})
		return found, err
	}
	if found, err := find("KEEPER"); err != nil || found.ID != role.ID {
		t.Fatalf("%+v, %v", found, err)
	}
	s.alter(t, `UPDATE custom_roles SET name_fold = 'reader'`)
	if found, err := find("Reader"); access.CodeOf(err) != access.NotFound {
		t.Errorf("a Reader is %+v, %v", found, err)
	}
	s.wantAlarm(t, "custom_roles")
}

// TestGrants_withoutCustomRolesReadsNone: whoever holds no custom role pays nothing for there being some.
func TestGrants_withoutCustomRolesReadsNone(t *testing.T) {
	s := newSmall(t)
	must(t, s.db.view(t.Context(), func(tx *Tx) error {
		for _, by := range []access.Actor{s.user, s.token} {
			if _, err := tx.Grants(by, s.org.Workspace.Scope()); err != nil {
				return err
			}
		}
		if _, read := tx.conn.prepared[sqlRoleDefinition]; read {
			t.Error("the definition of a custom role was read")
		}
		return nil
	}))
}

// BenchmarkGrants is what every request pays for the roles of its caller.
func BenchmarkGrants(b *testing.B) {
	for name, with := range map[string]bool{"built-in roles": false, "a custom role": true} {
		b.Run(name, func(b *testing.B) {
			s := newSmall(b)
			if with {
				s.withRole(b)
			}
			for b.Loop() {
				if err := s.db.view(b.Context(), func(tx *Tx) error {
					_, err := tx.Grants(s.user, s.org.Workspace.Scope())
					return err
				}); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}
