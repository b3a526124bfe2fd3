package access_test

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestTeams_Members: who is added holds the team's roles from the next request, and no more than
// whoever adds them.
func TestTeams_Members(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada, bo := h.Person("Ada", access.OrgMember), h.Person("Bo", access.OrgMember)
	team := h.Team("Ingest", access.OrgMember)
	h.GiveTeam(team, ws, access.WorkspaceOperator)
	owner := h.Actor(h.Owner)
	sees := func() error {
		_, _, err := h.Workspaces.Find(t.Context(), h.Actor(ada), h.Workspace.ID)
		return err
	}
	add := func(by access.Actor, users ...access.UserID) ([]access.User, error) {
		_, joined, err := h.Teams.AddMembers(t.Context(), by, h.Org.ID, team.ID, users)
		return joined, err
	}
	t.Run("several people join at once, and who is in it already is no error", func(t *testing.T) {
		wantCode(t, sees(), access.NotFound)
		_, err := add(owner, ada.ID)
		wantCode(t, err, "")
		wantCode(t, sees(), "")
		joined, err := add(owner, ada.ID, bo.ID)
		if err != nil || len(joined) != 1 || joined[0].ID != bo.ID {
			t.Errorf("joined %+v, %v", joined, err)
		}
		before := len(h.Events(string(h.Org.ID)))
		joined, err = add(owner, ada.ID)
		if err != nil || len(joined) != 0 || len(h.Events(string(h.Org.ID))) != before {
			t.Errorf("joined %+v, %v", joined, err)
		}
	})
	t.Run("nobody, and more than 1,000 at once, is refused", func(t *testing.T) {
		for _, users := range [][]access.UserID{nil, make([]access.UserID, 1001)} {
			_, err := add(owner, users...)
			wantFields(t, err, "members")
		}
	})
	t.Run("someone who was removed from the Organization meanwhile stops all of them", func(t *testing.T) {
		cy, di := h.Person("Cy", access.OrgMember), h.Person("Di", access.OrgMember)
		wantCode(t, h.Members.Remove(t.Context(), owner, h.Org.Scope(), cy.ID), "")
		before := h.Dump()
		_, err := add(owner, di.ID, cy.ID)
		wantFields(t, err, "members")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("who leaves loses what the team gave, and who is not in it any more is not found", func(t *testing.T) {
		_, left, err := h.Teams.RemoveMember(t.Context(), owner, h.Org.ID, team.ID, ada.ID)
		if err != nil || left.ID != ada.ID {
			t.Fatalf("%+v, %v", left, err)
		}
		wantCode(t, sees(), access.NotFound)
		_, _, err = h.Teams.RemoveMember(t.Context(), owner, h.Org.ID, team.ID, ada.ID)
		wantReason(t, err, access.ReasonNotInTeam)
		wantCode(t, err, access.NotFound)
	})
	t.Run("a Workspace Owner may not add people to a team, whatever it holds", func(t *testing.T) {
		_, err := add(h.Actor(h.Member("Wanda", ws, access.WorkspaceOwner)), bo.ID)
		wantReason(t, err, access.ReasonRoleTooLow)
	})
	t.Run("a team that owns something takes the password within ten minutes", func(t *testing.T) {
		_, err := h.Teams.SetRole(t.Context(), owner, ws, team.ID, access.WorkspaceOwner, "")
		wantCode(t, err, "")
		by := h.Actor(h.Owner)
		by.AuthenticatedAt = h.Clock.Now().Add(-access.ReauthWindow)
		_, err = add(by, ada.ID)
		wantReason(t, err, access.ReasonReauthenticate)
	})
}

// TestTeams_InAWorkspace: G1, nobody gives, changes or takes a role above their own.
func TestTeams_InAWorkspace(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	team := h.Team("Ingest", access.OrgMember)
	wanda := h.Actor(h.Member("Wanda", ws, access.WorkspaceOwner))

	t.Run("a Workspace Owner adds a team, changes its role and removes it", func(t *testing.T) {
		before := len(h.Events(string(h.Org.ID)))
		_, err := h.Teams.Add(t.Context(), wanda, ws, team.ID, access.WorkspaceMember)
		wantCode(t, err, "")
		_, err = h.Teams.Add(t.Context(), wanda, ws, team.ID, access.WorkspaceMember)
		wantReason(t, err, access.ReasonTaken)
		_, err = h.Teams.SetRole(t.Context(), wanda, ws, team.ID, access.WorkspaceAuthor, access.WorkspaceMember)
		wantCode(t, err, "")
		_, err = h.Teams.SetRole(t.Context(), wanda, ws, team.ID, access.WorkspaceOwner, access.WorkspaceMember)
		wantReason(t, err, access.ReasonStale)
		_, err = h.Teams.Remove(t.Context(), wanda, ws, team.ID)
		wantCode(t, err, "")
		_, err = h.Teams.Remove(t.Context(), wanda, ws, team.ID)
		wantCode(t, err, access.NotFound)
		if got := len(h.Events(string(h.Org.ID))) - before; got != 3 {
			t.Errorf("recorded %d events", got)
		}
	})
	t.Run("every role but Owner may change nothing", func(t *testing.T) {
		h.GiveTeam(team, ws, access.WorkspaceMember)
		for _, role := range access.RolesOf(access.WorkspaceLevel)[:4] {
			by := h.Actor(h.Member("has "+string(role), ws, role))
			_, err := h.Teams.SetRole(t.Context(), by, ws, team.ID, access.WorkspaceAccessor, "")
			wantReason(t, err, access.ReasonRoleTooLow)
			_, err = h.Teams.Remove(t.Context(), by, ws, team.ID)
			wantReason(t, err, access.ReasonRoleTooLow)
		}
	})
	t.Run("an Organization role is none of a Workspace, and an Organization no Workspace", func(t *testing.T) {
		_, err := h.Teams.SetRole(t.Context(), wanda, ws, team.ID, access.OrgOwner, "")
		wantFields(t, err, "role")
		_, err = h.Teams.Remove(t.Context(), h.Actor(h.Owner), h.Org.Scope(), team.ID)
		wantCode(t, err, access.NotFound)
	})
	t.Run("a team of another Organization, or one that is gone, can't be added", func(t *testing.T) {
		umbrella, _, albert := h.Elsewhere()
		foreign, err := h.Teams.Create(t.Context(), h.Actor(albert), umbrella.ID, access.NewTeam{Name: "Foreign", Role: access.OrgMember})
		wantCode(t, err, "")
		for _, id := range []access.TeamID{foreign.ID, "c00000000000000000000000z"} {
			_, err := h.Teams.Add(t.Context(), wanda, ws, id, access.WorkspaceMember)
			wantFields(t, err, "team")
		}
	})
	t.Run("who manages API tokens only through a team is told what its role is worth", func(t *testing.T) {
		ada := h.Person("Ada", access.OrgMember)
		keepers := h.Team("Keepers", access.OrgMember, ada)
		h.GiveTeam(keepers, ws, access.WorkspaceOwner)
		needs := func(want bool) {
			t.Helper()
			d, err := h.Teams.Find(t.Context(), h.Actor(ada), ws, keepers.ID)
			if err != nil || !d.Yours || d.Needed != want {
				t.Errorf("%+v, %v", d, err)
			}
		}
		needs(true)
		h.Give(ada, ws, access.WorkspaceOwner)
		needs(false)
	})
}

// TestTeams_NobodySeesWhatTeamsHoldElsewhere: product.md 3.12, a team page names the Workspaces whose
// members its reader may see, and counts no others.
func TestTeams_NobodySeesWhatTeamsHoldElsewhere(t *testing.T) {
	h := dagpasstest.New(t)
	secret := h.NewWorkspace("Secret")
	team := h.Team("Ingest", access.OrgMember)
	h.GiveTeam(team, h.Workspace.Scope(), access.WorkspaceMember)
	h.GiveTeam(team, secret.Scope(), access.WorkspaceMember)
	member := h.Member("Mia", h.Workspace.Scope(), access.WorkspaceMember)
	h.Give(member, secret.Scope(), access.WorkspaceAccessor)
	for _, c := range []struct {
		who  dagpasstest.Person
		want int
	}{{h.Owner, 2}, {member, 1}, {h.Person("Stranger to both", access.OrgMember), 0}} {
		d, err := h.Teams.Show(t.Context(), h.Actor(c.who), h.Org.ID, team.ID)
		if err != nil || len(d.Roles) != c.want {
			t.Errorf("%s sees %+v, %v", c.who.FullName, d.Roles, err)
		}
		list, err := h.Teams.List(t.Context(), h.Actor(c.who), h.Org.Scope(), access.TeamFilter{}, access.Sort{}, access.Page{Limit: 5})
		if err != nil || list.Rows[0].Workspaces != c.want {
			t.Errorf("%s counts %+v, %v", c.who.FullName, list.Rows, err)
		}
	}
}
