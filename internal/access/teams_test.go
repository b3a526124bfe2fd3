package access_test

import (
	"slices"
	"strings"
	"sync"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestTeams_Create: R44, F6.
func TestTeams_Create(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	bo := h.Person("Bo", access.OrgMember)
	owner := h.Actor(h.Owner)

	t.Run("an Organization Owner makes a team with its first members", func(t *testing.T) {
		team, err := h.Teams.Create(t.Context(), owner, h.Org.ID, access.NewTeam{
			Name: " Ingest ", Description: "Loads data", Role: access.OrgMember, Members: []access.UserID{ada.ID, bo.ID, ada.ID}})
		wantCode(t, err, "")
		if team.Name != "Ingest" || team.Members != 2 || team.CreatedBy.ID != string(h.Owner.ID) {
			t.Errorf("made %+v", team)
		}
		events := h.Events(string(h.Org.ID))
		want := []string{"team.create ok Ingest by Owner 01", "team.member.add ok Ingest by Owner 01", "team.member.add ok Ingest by Owner 01"}
		if got := events[len(events)-3:]; !slices.Equal(got, want) {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("every wrong field is named, and nothing changes", func(t *testing.T) {
		before := h.Dump()
		_, err := h.Teams.Create(t.Context(), owner, h.Org.ID, access.NewTeam{
			Name: strings.Repeat("x", 257), Description: "a\u202eb", Role: access.WorkspaceOwner, Members: make([]access.UserID, 1001)})
		wantFields(t, err, "name description role members")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("a name in use is refused in words, ignoring case", func(t *testing.T) {
		_, err := h.Teams.Create(t.Context(), owner, h.Org.ID, access.NewTeam{Name: "INGEST", Role: access.OrgMember})
		wantReason(t, err, access.ReasonTaken)
		if got, want := access.AsError(err).Message, "Acme already has a Team called INGEST."; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	})
	t.Run("someone of another Organization, or of none, is no member", func(t *testing.T) {
		_, _, albert := h.Elsewhere()
		for _, id := range []access.UserID{albert.ID, "c00000000000000000000000z", ""} {
			before := h.Dump()
			_, err := h.Teams.Create(t.Context(), owner, h.Org.ID, access.NewTeam{Name: "Mixed", Role: access.OrgMember, Members: []access.UserID{ada.ID, id}})
			wantFields(t, err, "members")
			if h.Dump() != before {
				t.Error("something changed")
			}
		}
	})
	t.Run("whoever is no Owner is refused and learns nothing about their input", func(t *testing.T) {
		for _, role := range access.RolesOf(access.OrgLevel)[:4] {
			_, err := h.Teams.Create(t.Context(), h.Actor(h.Person("has "+string(role), role)), h.Org.ID, access.NewTeam{})
			wantReason(t, err, access.ReasonRoleTooLow)
		}
	})
	t.Run("giving a team the Owner role takes the password within ten minutes", func(t *testing.T) {
		by := h.Actor(h.Owner)
		by.AuthenticatedAt = h.Clock.Now().Add(-access.ReauthWindow)
		_, err := h.Teams.Create(t.Context(), by, h.Org.ID, access.NewTeam{Name: "Bosses", Role: access.OrgOwner})
		wantReason(t, err, access.ReasonReauthenticate)
		team, err := h.Teams.Create(t.Context(), by, h.Org.ID, access.NewTeam{Name: "Bosses", Role: access.OrgMember})
		wantCode(t, err, "")
		_, err = h.Teams.Edit(t.Context(), by, h.Org.ID, team.ID, access.EditTeam{Name: "Bosses", Role: access.OrgOwner})
		wantReason(t, err, access.ReasonReauthenticate)
	})
}

func wantFields(t *testing.T, err error, want string) {
	t.Helper()
	wantCode(t, err, access.Invalid)
	var fields []string
	for _, p := range access.AsError(err).Fields {
		fields = append(fields, p.Field)
	}
	if got := strings.Join(fields, " "); got != want {
		t.Errorf("refused %q, want %q", got, want)
	}
}

// TestTeams_Edit: what changes is recorded with before and after, and counts at once.
func TestTeams_Edit(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember, ada)
	owner := h.Actor(h.Owner)
	manage := func() error {
		_, err := h.Tokens.List(t.Context(), h.Actor(ada), h.Org.Scope(), access.TokenFilter{}, access.Sort{}, access.Page{Limit: 1})
		return err
	}
	t.Run("a higher role counts from its members' next request, and so does a lower one", func(t *testing.T) {
		wantCode(t, manage(), access.Forbidden)
		for _, c := range []struct {
			role access.Role
			want access.Code
		}{{access.OrgOwner, ""}, {access.OrgMember, access.Forbidden}} {
			_, err := h.Teams.Edit(t.Context(), owner, h.Org.ID, team.ID, access.EditTeam{Name: "Ingest", Role: c.role})
			wantCode(t, err, "")
			wantCode(t, manage(), c.want)
		}
	})
	t.Run("name, description and role are recorded, and saving the same again is not", func(t *testing.T) {
		in := access.EditTeam{Name: "Loaders", Description: "They load", Role: access.OrgBillingAdmin}
		before := len(h.Events(string(h.Org.ID)))
		for range 2 {
			_, err := h.Teams.Edit(t.Context(), owner, h.Org.ID, team.ID, in)
			wantCode(t, err, "")
		}
		want := []string{"team.update ok Loaders by Owner 01", "team.role.update ok Loaders by Owner 01"}
		if got := h.Events(string(h.Org.ID))[before:]; !slices.Equal(got, want) {
			t.Errorf("recorded %q", got)
		}
		if !strings.Contains(h.Dump(), `{"field":"name","before":"Ingest","after":"Loaders"}`) {
			t.Error("the record does not say what changed")
		}
	})
	t.Run("a form that shows an older state is told so", func(t *testing.T) {
		_, err := h.Teams.Edit(t.Context(), owner, h.Org.ID, team.ID, access.EditTeam{Name: "Old", Role: access.OrgMember, Seen: 1})
		wantReason(t, err, access.ReasonStale)
	})
	t.Run("a team that was deleted in another tab is not found", func(t *testing.T) {
		gone := h.Team("Gone", access.OrgMember)
		_, err := h.Teams.Delete(t.Context(), owner, h.Org.ID, gone.ID, "Delete")
		wantCode(t, err, "")
		_, err = h.Teams.Edit(t.Context(), owner, h.Org.ID, gone.ID, access.EditTeam{Name: "Back", Role: access.OrgMember})
		wantCode(t, err, access.NotFound)
	})
}

// TestTeams_LastOwner: R62, product.md 3.4, no way through a team leaves an Organization without an
// active Owner.
func TestTeams_LastOwner(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	team := h.Team("Owners", access.OrgOwner, ada)
	by := h.Actor(ada)
	wantCode(t, h.Members.SetRole(t.Context(), by, h.Org.Scope(), h.Owner.ID, access.OrgMember), "")
	before := h.Dump()
	for name, try := range map[string]func() error{
		"lowering it": func() error {
			_, err := h.Teams.Edit(t.Context(), by, h.Org.ID, team.ID, access.EditTeam{Name: "Owners", Role: access.OrgMember})
			return err
		},
		"deleting it": func() error {
			_, err := h.Teams.Delete(t.Context(), by, h.Org.ID, team.ID, "Delete")
			return err
		},
		"removing its member": func() error {
			_, _, err := h.Teams.RemoveMember(t.Context(), by, h.Org.ID, team.ID, ada.ID)
			return err
		},
		"removing the member from the Organization": func() error {
			return h.Members.Remove(t.Context(), by, h.Org.Scope(), ada.ID)
		},
	} {
		t.Run(name+" is refused and changes nothing", func(t *testing.T) {
			wantReason(t, try(), access.ReasonLastOwner)
			if h.Dump() != before {
				t.Error("something changed")
			}
		})
	}
	t.Run("of two Owners who take each other out of the team at once exactly one succeeds", func(t *testing.T) {
		bo := h.Person("Bo", access.OrgMember)
		_, _, err := h.Teams.AddMembers(t.Context(), by, h.Org.ID, team.ID, []access.UserID{bo.ID})
		wantCode(t, err, "")
		actors, targets := []access.Actor{by, h.Actor(bo)}, []access.UserID{bo.ID, ada.ID}
		errs := make([]error, 2)
		var group sync.WaitGroup
		for i := range 2 {
			group.Go(func() { _, _, errs[i] = h.Teams.RemoveMember(t.Context(), actors[i], h.Org.ID, team.ID, targets[i]) })
		}
		group.Wait()
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Errorf("%v and %v", errs[0], errs[1])
		}
	})
}

// TestTeams_Delete: product.md 3.10, with a team every role its members had through it ends.
func TestTeams_Delete(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Person("Ada", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember, ada)
	h.GiveTeam(team, h.Workspace.Scope(), access.WorkspaceOwner)
	owner := h.Actor(h.Owner)
	t.Run("another word than Delete changes nothing", func(t *testing.T) {
		before := h.Dump()
		for _, word := range []string{"", "delete", "DELETE", "Ingest"} {
			_, err := h.Teams.Delete(t.Context(), owner, h.Org.ID, team.ID, word)
			wantFields(t, err, "confirm")
		}
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("its members lose what it gave them, and the record of each Workspace says so", func(t *testing.T) {
		_, _, err := h.Workspaces.Find(t.Context(), h.Actor(ada), h.Workspace.ID)
		wantCode(t, err, "")
		before := len(h.Events(string(h.Org.ID)))
		_, err = h.Teams.Delete(t.Context(), owner, h.Org.ID, team.ID, " Delete ")
		wantCode(t, err, "")
		_, _, err = h.Workspaces.Find(t.Context(), h.Actor(ada), h.Workspace.ID)
		wantCode(t, err, access.NotFound)
		want := []string{"team.role.remove ok Ingest by Owner 01", "team.delete ok Ingest by Owner 01"}
		if got := h.Events(string(h.Org.ID))[before:]; !slices.Equal(got, want) {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("its name is free again", func(t *testing.T) { h.Team("Ingest", access.OrgMember) })
}
