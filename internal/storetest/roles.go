package storetest

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

// customRole stores a custom role of a Workspace.
func (h *house) customRole(t *testing.T, org access.OrgID, name string, change func(r *access.CustomRole)) access.CustomRole {
	t.Helper()
	var role access.CustomRole
	h.update(t, func(tx access.Tx) error {
		role = access.CustomRole{ID: access.RoleID(tx.NewID()), Org: org, Name: name, Scope: access.WorkspaceRoles,
			Permissions: []access.Permission{"workspace.tokens.view"}, CreatedAt: tx.Now(), CreatedBy: system().Person(),
			UpdatedAt: tx.Now(), UpdatedBy: system().Person()}
		if change != nil {
			change(&role)
		}
		return tx.InsertCustomRole(role)
	})
	return role
}

// testCustomRoles: product.md 4.6.
func testCustomRoles(t *testing.T, h *house) {
	org := h.acme.Org.ID
	empty := ""
	plain := h.customRole(t, org, "Plain", nil)
	full := h.customRole(t, org, "Álvaro's", func(r *access.CustomRole) {
		r.Description, r.Scope = &empty, access.DeploymentRoles
		r.Permissions, r.Restricted = []access.Permission{"deployment.deploys.create", "deployment.get"}, []access.WorkspaceID{h.acme.Workspace.ID}
	})
	h.customRole(t, h.other.Org.ID, "Plain", nil)

	t.Run("what is stored is read back, no description told from an empty one", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			all, err := tx.CustomRoles(org)
			if diff := cmp.Diff([]access.CustomRole{plain, full}, all); diff != "" {
				t.Error(diff)
			}
			for _, want := range all {
				found, err := tx.CustomRole(org, want.ID)
				if diff := cmp.Diff(want, found); err != nil || diff != "" {
					t.Error(err, diff)
				}
			}
			return err
		})
	})
	t.Run("a name is found ignoring case, and in its Organization only", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			if found, err := tx.CustomRoleNamed(org, "ÁLVARO'S"); err != nil || found.ID != full.ID {
				t.Errorf("found %+v, %v", found, err)
			}
			_, err := tx.CustomRoleNamed(h.other.Org.ID, full.Name)
			wantCode(t, err, access.NotFound)
			_, err = tx.CustomRole(h.other.Org.ID, full.ID)
			wantCode(t, err, access.NotFound)
			return nil
		})
	})
	t.Run("a name in use is taken, ignoring case", func(t *testing.T) {
		h.fails(t, access.Conflict, func(tx access.Tx) error {
			twin := plain
			twin.ID, twin.Name = access.RoleID(tx.NewID()), "PLAIN"
			return tx.InsertCustomRole(twin)
		})
		h.fails(t, access.Conflict, func(tx access.Tx) error {
			renamed := full
			renamed.Name = "plain"
			return tx.UpdateCustomRole(renamed)
		})
	})
	t.Run("bindings are counted wherever they are, and outside of some Workspaces", func(t *testing.T) {
		second := h.workspace(t, org, "Second")
		h.person(t, "Bound", h.acme.Workspace.Scope(), plain.Role())
		h.token(t, second.Scope(), "bound", plain.Role())
		h.view(t, func(tx access.Tx) error {
			var errs []error
			for _, c := range []struct {
				outside []access.WorkspaceID
				want    int
			}{{nil, 2}, {[]access.WorkspaceID{second.ID}, 1}, {[]access.WorkspaceID{second.ID, h.acme.Workspace.ID}, 0}} {
				n, err := tx.Bound(plain, c.outside)
				if n != c.want {
					t.Errorf("%d bindings outside of %v, want %d", n, c.outside, c.want)
				}
				errs = append(errs, err)
			}
			n, err := tx.Bound(full, nil)
			if n != 0 {
				t.Errorf("%d bindings of a role nobody holds", n)
			}
			return errors.Join(append(errs, err)...)
		})
	})
	t.Run("grants say what is held, as it is now", func(t *testing.T) {
		ada := h.actor(t, h.person(t, "Ada", h.acme.Workspace.Scope(), plain.Role()))
		holds := func(p access.Permission) bool {
			t.Helper()
			var g access.Grants
			h.view(t, func(tx access.Tx) (err error) {
				g, err = tx.Grants(ada, h.acme.Workspace.Scope())
				return err
			})
			return g.Has(p)
		}
		if !holds("workspace.tokens.view") || holds("workspace.audit.view") {
			t.Error("holds something else")
		}
		h.update(t, func(tx access.Tx) error {
			changed := plain
			changed.Permissions = []access.Permission{"workspace.audit.view"}
			return tx.UpdateCustomRole(changed)
		})
		if holds("workspace.tokens.view") || !holds("workspace.audit.view") {
			t.Error("holds what it contained before")
		}
	})
	t.Run("one that is gone is not found", func(t *testing.T) {
		h.update(t, func(tx access.Tx) error { return tx.DeleteCustomRole(full) })
		for _, act := range []func(tx access.Tx) error{
			func(tx access.Tx) error { return tx.DeleteCustomRole(full) },
			func(tx access.Tx) error { return tx.UpdateCustomRole(full) },
			func(tx access.Tx) error { _, err := tx.CustomRole(org, full.ID); return err },
		} {
			h.fails(t, access.NotFound, act)
		}
	})
}
