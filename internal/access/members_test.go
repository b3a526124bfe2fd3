package access_test

import (
	"sync"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestMembers_LastOwner: R62, an Organization always keeps an active Owner.
func TestMembers_LastOwner(t *testing.T) {
	h := dagpasstest.New(t)
	org := h.Org.Scope()
	t.Run("the last Owner can neither be demoted nor leave", func(t *testing.T) {
		before := h.Dump()
		err := h.Members.SetRole(t.Context(), h.Actor(h.Owner), org, h.Owner.ID, access.OrgMember)
		wantReason(t, err, access.ReasonLastOwner)
		err = h.Members.Remove(t.Context(), h.Actor(h.Owner), org, h.Owner.ID)
		wantReason(t, err, access.ReasonLastOwner)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("tokens do not count as Owners", func(t *testing.T) {
		h.Token(h.Owner, org, "root", access.OrgOwner)
		wantReason(t, h.Members.Remove(t.Context(), h.Actor(h.Owner), org, h.Owner.ID), access.ReasonLastOwner)
	})
	t.Run("of two Owners who demote each other at once exactly one succeeds", func(t *testing.T) {
		other := h.Person("Grace", access.OrgOwner)
		errs := make([]error, 2)
		actors := []access.Actor{h.Actor(h.Owner), h.Actor(other)}
		targets := []access.UserID{other.ID, h.Owner.ID}
		var group sync.WaitGroup
		for i := range 2 {
			group.Go(func() {
				errs[i] = h.Members.SetRole(t.Context(), actors[i], org, targets[i], access.OrgMember)
			})
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v and %v", errs[0], errs[1])
		}
	})
}

// TestMembers_RolesActAtOnce: R2, R43, law 8.3 of the security design.
func TestMembers_RolesActAtOnce(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)
	by := h.Actor(ada)
	list := func() error {
		_, err := h.Tokens.List(t.Context(), by, ws, access.TokenFilter{}, access.Sort{}, access.Page{Limit: 1})
		return err
	}
	wantCode(t, list(), "")

	h.Give(ada, ws, access.WorkspaceOperator)
	wantCode(t, list(), access.Forbidden)

	wantCode(t, h.Members.Remove(t.Context(), h.Actor(h.Owner), ws, ada.ID), "")
	wantCode(t, list(), access.NotFound)

	t.Run("an Organization Owner owns a Workspace made later", func(t *testing.T) {
		later := h.NewWorkspace("Later").Scope()
		h.Token(h.Owner, later, "ci", access.WorkspaceOwner)
	})
	t.Run("who is removed from the Organization is signed out at once", func(t *testing.T) {
		wantCode(t, h.Members.Remove(t.Context(), h.Actor(h.Owner), h.Org.Scope(), ada.ID), "")
		wantCode(t, list(), access.Unauthenticated)
		if _, err := h.Sessions.Load(t.Context(), ada.Session); access.CodeOf(err) != access.Unauthenticated {
			t.Errorf("the session still loads: %v", err)
		}
	})
}

// TestMembers_NobodyGrantsAboveTheirOwnRole: the cap for people, in every pair of roles.
func TestMembers_NobodyGrantsAboveTheirOwnRole(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	target := h.Member("Target", ws, access.WorkspaceMember)
	for _, role := range access.RolesOf(access.WorkspaceLevel) {
		who := h.Member("has "+string(role), ws, role)
		for _, asked := range access.RolesOf(access.WorkspaceLevel) {
			err := h.Members.SetRole(t.Context(), h.Actor(who), ws, target.ID, asked)
			if want := role == access.WorkspaceOwner; (err == nil) != want {
				t.Errorf("%s gives %s: %v", role, asked, err)
			}
		}
	}
	owner := h.Member("Owner", ws, access.WorkspaceOwner)
	err := h.Members.SetRole(t.Context(), h.Actor(owner), h.Org.Scope(), owner.ID, access.OrgOwner)
	wantReason(t, err, access.ReasonRoleTooLow)
}

// TestWorkspaces_Delete: R61, what ends with a Workspace and what does not.
func TestWorkspaces_Delete(t *testing.T) {
	h := dagpasstest.New(t)
	finance := h.NewWorkspace("Finance")
	ada := h.Member("Ada", finance.Scope(), access.WorkspaceOwner)
	_, own := h.Token(ada, finance.Scope(), "own", access.WorkspaceMember)
	shared, value := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	for _, at := range []access.Scope{finance.Scope(), h.Workspace.Scope()} {
		_, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), at, shared.ID, access.WorkspaceMember)
		wantCode(t, err, "")
	}

	t.Run("another word than delete changes nothing", func(t *testing.T) {
		for _, word := range []string{"", "Delete", "DELETE"} {
			wantCode(t, h.Workspaces.Delete(t.Context(), h.Actor(ada), finance.Scope(), word), access.Invalid)
		}
	})
	t.Run("its tokens end and say why, Organization tokens lose only their role there", func(t *testing.T) {
		wantCode(t, h.Workspaces.Delete(t.Context(), h.Actor(ada), finance.Scope(), "delete"), "")
		_, err := h.Tokens.Verify(t.Context(), own, access.Origin{})
		wantReason(t, err, access.ReasonWorkspaceDeleted)
		if !h.Accepts(value) {
			t.Error("the Organization token ended")
		}
		d, err := h.Tokens.Find(t.Context(), h.Actor(h.Owner), h.Org.Scope(), shared.ID)
		if err != nil || len(d.Roles) != 2 {
			t.Errorf("it holds %+v, %v", d.Roles, err)
		}
		_, _, err = h.Workspaces.Find(t.Context(), h.Actor(ada), finance.ID)
		wantCode(t, err, access.NotFound)
	})
}
