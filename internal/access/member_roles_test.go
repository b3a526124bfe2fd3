package access_test

import (
	"fmt"
	"slices"
	"sync"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// in is a list of roles in Workspaces, each one the same.
func in(role access.Role, places ...access.Workspace) []access.WorkspaceRole {
	list := []access.WorkspaceRole{}
	for _, w := range places {
		list = append(list, access.WorkspaceRole{Workspace: w.ID, Role: role})
	}
	return list
}

// wantRoles compares what a person was given with the Workspaces in words.
func wantRoles(t *testing.T, h *dagpasstest.House, id access.UserID, org access.Role, want ...access.WorkspaceRole) {
	t.Helper()
	p, err := h.Members.Show(t.Context(), dagpasstest.System(), h.Org.ID, id)
	if err != nil || p.Org != org || !slices.Equal(p.Workspaces, want) {
		t.Errorf("holds %s and %v, %v; want %s and %v", p.Org, p.Workspaces, err, org, want)
	}
}

// TestMembers_SetRoles: contract 4.10 and product.md 3.6, what is given replaces, what is not stays.
func TestMembers_SetRoles(t *testing.T) {
	h := dagpasstest.New(t)
	first, second := h.Workspace, h.NewWorkspace("Second")
	ada := h.Member("Ada", first.Scope(), access.WorkspaceMember)
	owner := h.Actor(h.Owner)
	set := func(in access.RoleSet) (access.HeldRoles, error) {
		return h.Members.SetRoles(t.Context(), owner, h.Org.ID, ada.ID, in)
	}
	member := func(w access.Workspace, role access.Role) access.WorkspaceRole {
		return access.WorkspaceRole{Workspace: w.ID, Role: role}
	}

	t.Run("without a list the Workspaces stay", func(t *testing.T) {
		_, err := set(access.RoleSet{Org: access.OrgBillingAdmin})
		wantCode(t, err, "")
		wantRoles(t, h, ada.ID, access.OrgBillingAdmin, member(first, access.WorkspaceMember))
	})
	t.Run("without a role on the Organization that one stays, and the answer is complete", func(t *testing.T) {
		got, err := set(access.RoleSet{Workspaces: append(in(access.WorkspaceAuthor, second), in(access.WorkspaceOperator, first)...)})
		want := []access.WorkspaceRole{member(first, access.WorkspaceOperator), member(second, access.WorkspaceAuthor)}
		if err != nil || got.Org != access.OrgBillingAdmin || !slices.Equal(got.Workspaces, want) {
			t.Errorf("%+v, %v", got, err)
		}
	})
	t.Run("each change is recorded where the role is held, and repeating the set is not", func(t *testing.T) {
		before := len(h.Events(string(h.Org.ID)))
		for range 2 {
			_, err := set(access.RoleSet{Org: access.OrgMember, Workspaces: in(access.WorkspaceMember, second)})
			wantCode(t, err, "")
		}
		want := []string{"member.remove ok Ada by Owner 01", "member.update ok Ada by Owner 01", "member.update ok Ada by Owner 01"}
		if got := h.Events(string(h.Org.ID))[before:]; !slices.Equal(got, want) {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("an empty list takes all away", func(t *testing.T) {
		_, err := set(access.RoleSet{Workspaces: in("")})
		wantCode(t, err, "")
		wantRoles(t, h, ada.ID, access.OrgMember)
	})
	t.Run("a role counts from the next request", func(t *testing.T) {
		_, err := set(access.RoleSet{Workspaces: in(access.WorkspaceOwner, first)})
		wantCode(t, err, "")
		_, err = h.Tokens.Count(t.Context(), h.Actor(ada), first.Scope())
		wantCode(t, err, "")
	})
	t.Run("a set that is wrong anywhere changes nothing", func(t *testing.T) {
		_, theirs, albert := h.Elsewhere()
		before := h.Dump()
		for name, c := range map[string]struct {
			set  access.RoleSet
			code access.Code
		}{
			"an unknown Workspace":         {access.RoleSet{Org: access.OrgOwner, Workspaces: in(access.WorkspaceMember, second, access.Workspace{ID: "c0000000000000000000000zz"})}, access.NotFound},
			"one of another Organization":  {access.RoleSet{Workspaces: in(access.WorkspaceMember, second, theirs)}, access.NotFound},
			"a Workspace twice":            {access.RoleSet{Workspaces: in(access.WorkspaceMember, second, second)}, access.Invalid},
			"a role of another level":      {access.RoleSet{Workspaces: in(access.OrgMember, second)}, access.Invalid},
			"an unknown role":              {access.RoleSet{Org: "KING", Workspaces: in(access.WorkspaceMember, second)}, access.Invalid},
			"no Workspace":                 {access.RoleSet{Workspaces: in(access.OrgBillingAdmin, access.Workspace{})}, access.NotFound},
			"no id of a Workspace":         {access.RoleSet{Workspaces: in(access.WorkspaceMember, access.Workspace{ID: "*"})}, access.NotFound},
			"the role nobody can be given": {access.RoleSet{Org: access.HomeResident}, access.Invalid},
		} {
			if _, err := set(c.set); access.CodeOf(err) != c.code {
				t.Errorf("%s: %v", name, err)
			}
		}
		_, err := h.Members.SetRoles(t.Context(), owner, h.Org.ID, albert.ID, access.RoleSet{Org: access.OrgMember})
		wantCode(t, err, access.NotFound)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("making an Owner takes the password within ten minutes, keeping one does not", func(t *testing.T) {
		late := owner
		late.AuthenticatedAt = h.Clock.Now().Add(-access.ReauthWindow)
		_, err := h.Members.SetRoles(t.Context(), late, h.Org.ID, ada.ID, access.RoleSet{Workspaces: in(access.WorkspaceOwner, first, second)})
		wantReason(t, err, access.ReasonReauthenticate)
		_, err = h.Members.SetRoles(t.Context(), late, h.Org.ID, ada.ID, access.RoleSet{Org: access.OrgMember, Workspaces: in(access.WorkspaceOwner, first)})
		wantCode(t, err, "")
	})
}

// TestMembers_SetRoles_LastOwner: product.md 3.4.
func TestMembers_SetRoles_LastOwner(t *testing.T) {
	h := dagpasstest.New(t)
	lower := access.RoleSet{Org: access.OrgMember}
	t.Run("the last Owner keeps the role, and nothing else of the set is done", func(t *testing.T) {
		before := h.Dump()
		_, err := h.Members.SetRoles(t.Context(), h.Actor(h.Owner), h.Org.ID, h.Owner.ID, access.RoleSet{Org: access.OrgMember, Workspaces: in(access.WorkspaceMember, h.Workspace)})
		wantReason(t, err, access.ReasonLastOwner)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("of two Owners who lower each other at once exactly one succeeds", func(t *testing.T) {
		other := h.Person("Grace", access.OrgOwner)
		actors, targets := []access.Actor{h.Actor(h.Owner), h.Actor(other)}, []access.UserID{other.ID, h.Owner.ID}
		errs := make([]error, 2)
		var group sync.WaitGroup
		for i := range 2 {
			group.Go(func() { _, errs[i] = h.Members.SetRoles(t.Context(), actors[i], h.Org.ID, targets[i], lower) })
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v and %v", errs[0], errs[1])
		}
	})
}

// TestMembers_SetRoles_OfAWorkspaceOwner: product.md 3.6, B2 and B3, for whoever does not manage the
// whole.
func TestMembers_SetRoles_OfAWorkspaceOwner(t *testing.T) {
	h := dagpasstest.New(t)
	mine, seen, entered, hidden := h.Workspace, h.NewWorkspace("Seen"), h.NewWorkspace("Entered"), h.NewWorkspace("Hidden")
	bo := h.Member("Bo", mine.Scope(), access.WorkspaceOwner)
	h.Give(bo, seen.Scope(), access.WorkspaceMember)
	h.Give(bo, entered.Scope(), access.WorkspaceAccessor)
	ada := h.Person("Ada", access.OrgMember)
	role := func(w access.Workspace) access.WorkspaceRole {
		return access.WorkspaceRole{Workspace: w.ID, Role: access.WorkspaceAuthor}
	}
	for _, w := range []access.Workspace{mine, seen, entered, hidden} {
		h.Give(ada, w.Scope(), access.WorkspaceAuthor)
	}
	set := func(in access.RoleSet) (access.HeldRoles, error) {
		return h.Members.SetRoles(t.Context(), h.Actor(bo), h.Org.ID, ada.ID, in)
	}
	t.Run("they read the Workspaces whose members they see", func(t *testing.T) {
		p, err := h.Members.Show(t.Context(), h.Actor(bo), h.Org.ID, ada.ID)
		if err != nil || !slices.Equal(p.Workspaces, []access.WorkspaceRole{role(mine), role(seen)}) {
			t.Errorf("%+v, %v", p.HeldRoles, err)
		}
	})
	t.Run("what they read can be posted back, and what they did not read stays", func(t *testing.T) {
		got, err := set(access.RoleSet{Org: access.OrgMember, Workspaces: []access.WorkspaceRole{role(seen), {Workspace: mine.ID, Role: access.WorkspaceOperator}}})
		if err != nil || got.Org != access.OrgMember || len(got.Workspaces) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = set(access.RoleSet{Workspaces: in("")})
		wantCode(t, err, "")
		wantRoles(t, h, ada.ID, access.OrgMember, role(seen), role(entered), role(hidden))
	})
	t.Run("what is out of reach can be neither given nor changed nor told apart", func(t *testing.T) {
		wantRefusals(t, h, set, map[access.Code][]access.RoleSet{
			access.Forbidden: {
				{Org: access.OrgBillingAdmin, Workspaces: in(access.WorkspaceAuthor, mine)},
				{Workspaces: in(access.WorkspaceMember, mine, seen)},
				{Workspaces: in(access.WorkspaceMember, entered)},
				{Workspaces: in(access.WorkspaceAuthor, entered)}, // they have it, which Bo can't know
			},
			access.NotFound: {
				{Workspaces: in(access.WorkspaceMember, mine, hidden)},
				{Workspaces: in(access.WorkspaceAuthor, mine, hidden)}, // likewise
				{Workspaces: in("NONE", hidden)},
			},
		})
		wantRoles(t, h, ada.ID, access.OrgMember, role(seen), role(entered), role(hidden))
	})
	t.Run("whoever manages nobody is refused, whatever they send", func(t *testing.T) {
		cy := h.Member("Cy", mine.Scope(), access.WorkspaceOperator)
		for _, set := range []access.RoleSet{{}, {Org: "KING"}, {Workspaces: in("")}} {
			_, err := h.Members.SetRoles(t.Context(), h.Actor(cy), h.Org.ID, ada.ID, set)
			wantReason(t, err, access.ReasonRoleTooLow)
		}
		_, err := h.Members.SetRoles(t.Context(), h.Actor(cy), h.Org.ID, "c0000000000000000000000zz", access.RoleSet{})
		wantReason(t, err, access.ReasonRoleTooLow)
	})
	t.Run("a stranger is told nothing", func(t *testing.T) {
		_, _, albert := h.Elsewhere()
		_, err := h.Members.SetRoles(t.Context(), h.Actor(albert), h.Org.ID, ada.ID, access.RoleSet{})
		wantCode(t, err, access.NotFound)
	})
	t.Run("their own role they may end", func(t *testing.T) {
		_, err := h.Members.SetRoles(t.Context(), h.Actor(bo), h.Org.ID, bo.ID, access.RoleSet{Workspaces: in("")})
		wantCode(t, err, "")
		_, err = set(access.RoleSet{Workspaces: in("")})
		wantReason(t, err, access.ReasonRoleTooLow)
	})
}

// wantRefusals checks that sets are refused and that people hold what they held.
func wantRefusals(t *testing.T, h *dagpasstest.House, set func(access.RoleSet) (access.HeldRoles, error), refused map[access.Code][]access.RoleSet) {
	t.Helper()
	for code, sets := range refused {
		for _, s := range sets {
			if got, err := set(s); access.CodeOf(err) != code || got.Org != "" {
				t.Errorf("%+v: %+v, %v, want %s", s, got, err, code)
			}
		}
	}
}

// TestTeams_SetRoles: the same for teams, with what is their own.
func TestTeams_SetRoles(t *testing.T) {
	h := dagpasstest.New(t)
	hidden := h.NewWorkspace("Hidden")
	ada := h.Person("Ada", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember, ada)
	owner := h.Actor(h.Owner)
	t.Run("its members have the roles from their next request, and the record says so in each Workspace", func(t *testing.T) {
		before := len(h.Events(string(h.Org.ID)))
		got, err := h.Teams.SetRoles(t.Context(), owner, h.Org.ID, team.ID, access.RoleSet{Org: access.OrgBillingAdmin, Workspaces: in(access.WorkspaceOwner, h.Workspace, hidden)})
		if err != nil || got.Org != access.OrgBillingAdmin || len(got.Workspaces) != 2 {
			t.Errorf("%+v, %v", got, err)
		}
		_, err = h.Tokens.Count(t.Context(), h.Actor(ada), h.Workspace.Scope())
		wantCode(t, err, "")
		want := []string{"team.role.update ok Ingest by Owner 01", "team.role.add ok Ingest by Owner 01", "team.role.add ok Ingest by Owner 01"}
		if got := h.Events(string(h.Org.ID))[before:]; !slices.Equal(got, want) {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("a form that shows an older role on the Organization is told so", func(t *testing.T) {
		_, err := h.Teams.Edit(t.Context(), owner, h.Org.ID, team.ID, access.EditTeam{Name: "Ingest", Role: access.OrgMember, Seen: team.Version})
		wantReason(t, err, access.ReasonStale)
	})
	t.Run("a Workspace Owner replaces the role in their Workspace alone", func(t *testing.T) {
		bo := h.Member("Bo", h.Workspace.Scope(), access.WorkspaceOwner)
		got, err := h.Teams.SetRoles(t.Context(), h.Actor(bo), h.Org.ID, team.ID, access.RoleSet{Org: access.OrgBillingAdmin, Workspaces: in("")})
		if err != nil || len(got.Workspaces) != 0 {
			t.Errorf("%+v, %v", got, err)
		}
		p, err := h.Teams.Profile(t.Context(), owner, h.Org.ID, team.ID)
		if err != nil || fmt.Sprint(p.Workspaces) != fmt.Sprint(in(access.WorkspaceOwner, hidden)) {
			t.Errorf("%+v, %v", p.HeldRoles, err)
		}
	})
	t.Run("the last Owners keep their team's role", func(t *testing.T) {
		_, err := h.Teams.SetRoles(t.Context(), owner, h.Org.ID, team.ID, access.RoleSet{Org: access.OrgOwner})
		wantCode(t, err, "")
		by := h.Actor(ada)
		_, err = h.Members.SetRoles(t.Context(), by, h.Org.ID, h.Owner.ID, access.RoleSet{Org: access.OrgMember})
		wantCode(t, err, "")
		_, err = h.Teams.SetRoles(t.Context(), by, h.Org.ID, team.ID, access.RoleSet{Org: access.OrgMember})
		wantReason(t, err, access.ReasonLastOwner)
	})
	t.Run("one of another Organization, or none, is not found", func(t *testing.T) {
		for _, id := range []access.TeamID{"c0000000000000000000000zz", ""} {
			_, err := h.Teams.SetRoles(t.Context(), h.Actor(ada), h.Org.ID, id, access.RoleSet{})
			wantCode(t, err, access.NotFound)
		}
	})
}
