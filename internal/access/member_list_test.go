package access_test

import (
	"fmt"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
)

// TestMembers_WhoMaySeeAndManage: R42, R43, product.md 4.1 and 4.2 for every role.
func TestMembers_WhoMaySeeAndManage(t *testing.T) {
	h := dagpasstest.New(t)
	org, ws := h.Org.Scope(), h.Workspace.Scope()
	_, _, albert := h.Elsewhere()
	target := h.Member("Target", ws, access.WorkspaceMember)
	ask := func(who dagpasstest.Person, at access.Scope) (list, find, addable access.Code) {
		_, err := h.Members.List(t.Context(), h.Actor(who), at, access.MemberFilter{}, access.Sort{}, access.Page{Limit: 1})
		list = access.CodeOf(err)
		if _, _, err := h.Members.Count(t.Context(), h.Actor(who), at); access.CodeOf(err) != list {
			t.Errorf("the count answers %v, the list %q", err, list)
		}
		_, err = h.Members.Find(t.Context(), h.Actor(who), at, target.ID)
		find = access.CodeOf(err)
		_, err = h.Members.Addable(t.Context(), h.Actor(who), at, "", 1)
		return list, find, access.CodeOf(err)
	}
	for _, role := range access.RolesOf(access.WorkspaceLevel) {
		who := h.Member("has "+string(role), ws, role)
		list, find, addable := ask(who, ws)
		seen := access.Decide(access.Grants{Workspace: []access.Role{role}}, access.MembersView, access.WorkspaceLevel).Verdict == access.Allowed
		if (list == "") != seen || (find == "") != (role == access.WorkspaceOwner) || find != addable {
			t.Errorf("%s: list %q, find %q, addable %q", role, list, find, addable)
		}
	}
	for _, role := range access.RolesOf(access.OrgLevel) {
		who := h.Person("has "+string(role), role)
		list, find, _ := ask(who, org)
		if list != "" || (find == "") != (role == access.OrgOwner) {
			t.Errorf("%s: list %q, find %q", role, list, find)
		}
	}
	if list, find, addable := ask(albert, ws); list != access.NotFound || find != access.NotFound || addable != access.NotFound {
		t.Errorf("a stranger: %q, %q, %q", list, find, addable)
	}
}

// TestMembers_Find: what a removal would end is known before it is done (F28).
func TestMembers_Find(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)
	h.Give(ada, h.NewWorkspace("Finance").Scope(), access.WorkspaceMember)
	h.Token(ada, ws, "ci", access.WorkspaceMember)
	find := func(who dagpasstest.Person, at access.Scope) access.MemberDetail {
		t.Helper()
		d, err := h.Members.Find(t.Context(), h.Actor(who), at, ada.ID)
		wantCode(t, err, "")
		return d
	}
	if d := find(h.Owner, h.Org.Scope()); d.Workspaces != 2 || d.Tokens != 1 || d.Self || d.Last || d.Role != access.OrgMember {
		t.Errorf("in the Organization: %+v", d)
	}
	if d := find(ada, ws); !d.Self || !d.Last || d.Own != access.WorkspaceOwner {
		t.Errorf("in the Workspace: %+v", d)
	}
	h.Member("Bo", ws, access.WorkspaceOwner)
	if d := find(ada, ws); d.Last {
		t.Error("she is the last Owner although there is another")
	}
	d, err := h.Members.Find(t.Context(), h.Actor(h.Owner), h.Org.Scope(), h.Owner.ID)
	if err != nil || !d.Last || !d.Self {
		t.Errorf("the only Owner: %+v, %v", d, err)
	}
}

// TestMembers_TheLastOwnerStays: product.md 3.4, also when two Owners demote each other at once.
func TestMembers_TheLastOwnerStays(t *testing.T) {
	h := dagpasstest.New(t)
	org := h.Org.Scope()
	t.Run("the last Owner is neither removed nor demoted, and can't leave", func(t *testing.T) {
		before := h.Dump()
		wantReason(t, h.Members.Remove(t.Context(), h.Actor(h.Owner), org, h.Owner.ID), access.ReasonLastOwner)
		wantReason(t, h.Members.SetRole(t.Context(), h.Actor(h.Owner), org, h.Owner.ID, access.OrgMember), access.ReasonLastOwner)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("someone invited as Owner does not count", func(t *testing.T) {
		invited := h.Person("Invited", access.OrgOwner)
		h.Edit(`UPDATE users SET status = 'PENDING' WHERE id = '` + string(invited.ID) + `'`)
		wantReason(t, h.Members.Remove(t.Context(), h.Actor(h.Owner), org, h.Owner.ID), access.ReasonLastOwner)
	})
	for round := range 5 {
		second := h.Person(fmt.Sprintf("Second %d", round), access.OrgOwner)
		owners := []dagpasstest.Person{h.Owner, second}
		t.Run("of two Owners who demote each other at once, exactly one succeeds", func(t *testing.T) {
			actors := []access.Actor{h.Actor(h.Owner), h.Actor(second)}
			done := make(chan error, 2)
			for i := range owners {
				go func() { done <- h.Members.SetRole(t.Context(), actors[i], org, owners[1-i].ID, access.OrgMember) }()
			}
			failed := 0
			for range owners {
				if err := <-done; err != nil {
					failed++
				}
			}
			if failed != 1 {
				t.Fatalf("%d of 2 failed", failed)
			}
		})
		for _, p := range owners {
			h.Give(p, org, access.OrgOwner)
		}
		wantCode(t, h.Members.SetRole(t.Context(), dagpasstest.System(), org, second.ID, access.OrgMember), "")
	}
}

// TestMembers_Leave: an Owner who is not the last may leave, and is out at once.
func TestMembers_Leave(t *testing.T) {
	h := dagpasstest.New(t)
	second := h.Person("Second", access.OrgOwner)
	by := h.Actor(second)
	wantCode(t, h.Members.Remove(t.Context(), by, h.Org.Scope(), second.ID), "")
	if got, want := h.LastEvent(), dagpasstest.EventOf(audit.MemberRemove, audit.OK, "Second", "Second"); got != want {
		t.Errorf("recorded %q, want %q", got, want)
	}
	_, _, err := h.Members.Count(t.Context(), by, h.Org.Scope())
	wantCode(t, err, access.Unauthenticated)
}

// TestMembers_List_CountsWhatIsSeen: product.md 3.12, how many hidden Workspaces somebody is in is nobody's
// business; the list of teams counts likewise.
func TestMembers_List_CountsWhatIsSeen(t *testing.T) {
	h := dagpasstest.New(t)
	entered, hidden := h.NewWorkspace("Entered"), h.NewWorkspace("Hidden")
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceMember)
	h.Give(ada, entered.Scope(), access.WorkspaceAccessor)
	h.Give(ada, hidden.Scope(), access.WorkspaceOwner)
	bo := h.Member("Bo", h.Workspace.Scope(), access.WorkspaceMember)
	h.Give(bo, entered.Scope(), access.WorkspaceAccessor)
	for who, want := range map[*dagpasstest.Person]int{&h.Owner: 3, &ada: 2, &bo: 1} {
		list, err := h.Members.List(t.Context(), h.Actor(*who), h.Org.Scope(), access.MemberFilter{Search: "ada"}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		if err != nil || len(list.Rows) != 1 || list.Rows[0].Workspaces != want {
			t.Errorf("%s is told of %d Workspaces, want %d (%v)", who.FullName, list.Rows[0].Workspaces, want, err)
		}
	}
}
