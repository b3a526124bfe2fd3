package access_test

import (
	"slices"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestMembers_SetRoles_CustomRoles: product.md 4.6, and 3.3 for whoever holds one.
func TestMembers_SetRoles_CustomRoles(t *testing.T) {
	h := dagpasstest.New(t)
	at := h.Workspace.Scope()
	watcher := h.CustomRole("Watcher", []access.Permission{"deployment.get"})
	elsewhere := h.CustomRole("Elsewhere", tokenManager, h.NewWorkspace("Other").ID)
	keeper := h.CustomRole("Keeper", []access.Permission{"workspace.members.view", "workspace.members.manage", "deployment.get"})
	blind := h.CustomRole("Blind", []access.Permission{"workspace.members.manage", "deployment.get"})
	kim, bo := h.Member("Kim", at, keeper.Role()), h.Member("Bo", at, blind.Role())
	set := func(by dagpasstest.Person, of dagpasstest.Person, roles []access.WorkspaceRole) (access.HeldRoles, error) {
		return h.Members.SetRoles(t.Context(), h.Actor(by), h.Org.ID, of.ID, access.RoleSet{Workspaces: roles})
	}

	t.Run("one is given by its name in any case, or by its id, and answered and recorded by its name", func(t *testing.T) {
		ada := h.Person("Ada", access.OrgMember)
		for _, said := range []access.Role{"wAtcher", watcher.Role(), "Watcher"} {
			got, err := set(h.Owner, ada, in(said, h.Workspace))
			want := []access.WorkspaceRole{{Workspace: h.Workspace.ID, Role: watcher.Role(), Name: "Watcher"}}
			if err != nil || !slices.Equal(got.Workspaces, want) || got.Workspaces[0].Wire() != "Watcher" {
				t.Errorf("%s: %+v, %v", said, got, err)
			}
		}
		if got := h.LastEvent(); got != "member.add ok Ada by Owner 01" {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("there is none of that name, or not for this Workspace", func(t *testing.T) {
		ada := h.Person("Bea", access.OrgMember)
		for _, said := range []access.Role{"Watchers", "", elsewhere.Role(), "Elsewhere", access.Role(h.Workspace.ID)} {
			_, err := set(h.Owner, ada, in(said, h.Workspace))
			wantFields(t, err, "workspaceRoles")
		}
	})
	t.Run("who manages people by one gives and takes no more than they hold, and no set is done in part", func(t *testing.T) {
		low, high := h.Member("Low", at, watcher.Role()), h.Member("High", at, access.WorkspaceOwner)
		for _, roles := range [][]access.WorkspaceRole{in(access.WorkspaceMember, h.Workspace), in("Watcher", h.Workspace), in("")} {
			_, err := set(kim, high, roles)
			wantCode(t, err, access.Forbidden)
			wantRoles(t, h, high.ID, access.OrgMember, in(access.WorkspaceOwner, h.Workspace)...)
		}
		_, err := set(kim, low, in(access.WorkspaceOwner, h.Workspace))
		wantCode(t, err, access.Forbidden)
		_, err = set(kim, low, in(access.WorkspaceAccessor, h.Workspace))
		wantCode(t, err, "")
		_, err = set(kim, low, in(""))
		wantCode(t, err, "")
		wantRoles(t, h, low.ID, access.OrgMember)
	})
	t.Run("who manages people and does not see them can't have read what they hold: it stays, and naming it tells nothing", func(t *testing.T) {
		low := h.Member("Unseen", at, watcher.Role())
		_, err := set(bo, low, in(""))
		wantCode(t, err, "")
		var answers []string
		for _, of := range []dagpasstest.Person{low, h.Person("None", access.OrgMember)} {
			for _, said := range []access.Role{"Watcher", access.WorkspaceAccessor} {
				_, err := set(bo, of, in(said, h.Workspace))
				wantCode(t, err, access.Forbidden)
				answers = append(answers, err.Error())
			}
		}
		if len(slices.Compact(answers)) != 1 {
			t.Errorf("answers %q", answers)
		}
		p, err := h.Members.Show(t.Context(), dagpasstest.System(), h.Org.ID, low.ID)
		if err != nil || len(p.Workspaces) != 1 || p.Workspaces[0].Name != "Watcher" {
			t.Errorf("%+v, %v", p.HeldRoles, err)
		}
	})
}
