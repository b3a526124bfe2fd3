package storetest

import (
	"testing"

	"dagpass/internal/access"
)

func testOrganizations(t *testing.T, h *house) {
	acme := h.acme.Org
	t.Run("an Organization is read as it was stored, with its maker's name", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			got, err := tx.Org(acme.ID)
			if got != acme {
				t.Errorf("got %+v, want %+v", got, acme)
			}
			return err
		})
	})
	t.Run("an unknown one is not found", func(t *testing.T) {
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Org("c"); return err })
	})
	t.Run("its name is unique in the installation, ignoring case", func(t *testing.T) {
		err := h.fails(t, access.Conflict, func(tx access.Tx) error {
			return tx.InsertOrg(access.Org{ID: access.OrgID(tx.NewID()), Name: "ACME", CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
		})
		wantReason(t, err, access.ReasonTaken)
	})
	t.Run("a person's are those they have a role in, by name", func(t *testing.T) {
		u := h.person(t, "Both", h.other.Org.Scope(), access.OrgMember)
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(acme.Scope(), u.Subject(), access.OrgMember, system().Person())
		})
		h.wantOrgs(t, h.actor(t, u), acme.ID, h.other.Org.ID)
		h.wantOrgs(t, h.actor(t, h.person(t, "Nobody", access.Scope{}, "")))
	})
	t.Run("a token's is its own", func(t *testing.T) {
		_, by := h.token(t, h.acme.Workspace.Scope(), "ci", access.WorkspaceMember)
		h.wantOrgs(t, by, acme.ID)
	})
}

func (h *house) wantOrgs(t *testing.T, by access.Actor, want ...access.OrgID) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		orgs, err := tx.OrgsOf(by)
		var got []access.OrgID
		for _, o := range orgs {
			got = append(got, o.ID)
		}
		wantEqual(t, got, want)
		return err
	})
}

func testWorkspaces(t *testing.T, h *house) {
	acme, ws := h.acme.Org, h.acme.Workspace
	t.Run("a Workspace is read as it was stored, with its maker's name", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			got, err := tx.Workspace(ws.Scope())
			if got != ws {
				t.Errorf("got %+v, want %+v", got, ws)
			}
			return err
		})
	})
	t.Run("its id leads to its Organization", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			at, err := tx.Locate(ws.ID)
			if at != ws.Scope() {
				t.Errorf("got %+v", at)
			}
			return err
		})
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Locate("c"); return err })
	})
	t.Run("one of another Organization is not found", func(t *testing.T) {
		h.fails(t, access.NotFound, func(tx access.Tx) error {
			_, err := tx.Workspace(access.Scope{Org: acme.ID, Workspace: h.other.Workspace.ID})
			return err
		})
	})
	t.Run("its name is unique in the Organization, ignoring case", func(t *testing.T) {
		err := h.fails(t, access.Conflict, func(tx access.Tx) error {
			return tx.InsertWorkspace(access.Workspace{ID: access.WorkspaceID(tx.NewID()), Org: acme.ID, Name: "DATA", CreatedAt: tx.Now(), UpdatedAt: tx.Now()})
		})
		wantReason(t, err, access.ReasonTaken)
		if got, want := access.AsError(err).Message, "Acme already has a Workspace called DATA."; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	})
	t.Run("an edit stores everything, and its name stays unique", func(t *testing.T) {
		later := ws
		later.Name, later.Description, later.CICDEnforcement, later.Version = "Renamed", "new words", true, 2
		h.update(t, func(tx access.Tx) error { return tx.UpdateWorkspace(later) })
		h.view(t, func(tx access.Tx) error {
			got, err := tx.Workspace(ws.Scope())
			if got != later {
				t.Errorf("got %+v, want %+v", got, later)
			}
			return err
		})
		later.Name = h.workspace(t, acme.ID, "Taken").Name
		wantReason(t, h.fails(t, access.Conflict, func(tx access.Tx) error { return tx.UpdateWorkspace(later) }), access.ReasonTaken)
		later.Org = h.other.Org.ID
		h.fails(t, access.NotFound, func(tx access.Tx) error { return tx.UpdateWorkspace(later) })
	})
	t.Run("a person's are those with a role, by name, with the highest one", func(t *testing.T) { testMyWorkspaces(t, h) })
}

func testMyWorkspaces(t *testing.T, h *house) {
	org := h.acme.Org.ID
	b, a := h.workspace(t, org, "bb"), h.workspace(t, org, "Aa")
	u := h.person(t, "Mia", a.Scope(), access.WorkspaceMember)
	h.team(t, "operators", u.ID, a.Scope(), access.WorkspaceOperator)
	h.team(t, "viewers", u.ID, b.Scope(), access.WorkspaceAccessor)
	h.view(t, func(tx access.Tx) error {
		mine, total, err := tx.WorkspacesOf(access.Actor{Kind: access.UserActor, ID: string(u.ID)}, org, false, 10)
		if total != 2 || len(mine) != 2 || mine[0].ID != a.ID || mine[0].Role != access.WorkspaceOperator || mine[1].Role != access.WorkspaceAccessor {
			t.Errorf("%d: %+v", total, mine)
		}
		return err
	})
	h.view(t, func(tx access.Tx) error {
		all, total, err := tx.WorkspacesOf(access.Actor{Kind: access.UserActor, ID: string(u.ID)}, org, true, 1)
		if total < 3 || len(all) != 1 || all[0].ID != a.ID || all[0].Role != access.WorkspaceOwner {
			t.Errorf("an Organization Owner's: %d, %+v", total, all)
		}
		return err
	})
	_, token := h.token(t, b.Scope(), "ci", access.WorkspaceAuthor)
	h.view(t, func(tx access.Tx) error {
		mine, total, err := tx.WorkspacesOf(token, org, false, 10)
		if total != 1 || len(mine) != 1 || mine[0].ID != b.ID || mine[0].Role != access.WorkspaceAuthor {
			t.Errorf("a token's: %d, %+v", total, mine)
		}
		return err
	})
}

// team makes a team with one member and a role.
func (h *house) team(t *testing.T, name string, member access.UserID, at access.Scope, role access.Role) access.TeamID {
	t.Helper()
	var id access.TeamID
	h.update(t, func(tx access.Tx) error {
		id = access.TeamID(tx.NewID())
		if err := tx.InsertTeam(newTeam(tx, at.Org, id, name)); err != nil {
			return err
		}
		if _, err := tx.AddTeamMember(at.Org, id, member); err != nil {
			return err
		}
		return tx.SetRole(at, access.Subject{Kind: access.TeamSubject, ID: string(id)}, role, system().Person())
	})
	return id
}

func testMembers(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	t.Run("an e-mail is unique in the installation", func(t *testing.T) {
		u := h.person(t, "Ada", acme, access.OrgMember)
		err := h.fails(t, access.Conflict, func(tx access.Tx) error {
			u.ID = access.UserID(tx.NewID())
			return tx.InsertUser(u)
		})
		wantReason(t, err, access.ReasonTaken)
	})
	t.Run("there is one role per subject and scope, and none is no error", func(t *testing.T) {
		u := h.person(t, "Bo", acme, access.OrgMember)
		for _, role := range []access.Role{access.WorkspaceMember, access.WorkspaceOwner} {
			h.update(t, func(tx access.Tx) error { return tx.SetRole(ws, u.Subject(), role, system().Person()) })
			h.wantRole(t, ws, u, role)
		}
		for range 2 {
			h.update(t, func(tx access.Tx) error { return tx.RemoveRole(ws, u.Subject()) })
			h.wantRole(t, ws, u, "")
		}
		h.wantRole(t, acme, u, access.OrgMember)
	})
	t.Run("a role in a Workspace of another Organization is not found", func(t *testing.T) {
		u := h.person(t, "Cy", acme, access.OrgMember)
		h.fails(t, access.NotFound, func(tx access.Tx) error {
			return tx.SetRole(access.Scope{Org: acme.Org, Workspace: h.other.Workspace.ID}, u.Subject(), access.WorkspaceOwner, system().Person())
		})
		h.wantRole(t, access.Scope{Org: h.other.Org.ID, Workspace: ws.Workspace}, h.acme.Owner, "")
	})
	t.Run("nobody gets a role who does not exist", func(t *testing.T) {
		h.fails(t, access.NotFound, func(tx access.Tx) error {
			return tx.SetRole(acme, access.Subject{Kind: access.UserSubject, ID: "c"}, access.OrgMember, system().Person())
		})
	})
	t.Run("removing a member ends their roles, teams and, with the last place, sessions", func(t *testing.T) {
		u := h.person(t, "Di", acme, access.OrgMember)
		h.team(t, "leavers", u.ID, ws, access.WorkspaceOwner)
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(h.other.Org.Scope(), u.Subject(), access.OrgMember, system().Person())
		})
		by := h.actor(t, u)
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(ws, u.Subject(), access.WorkspaceAuthor, system().Person())
		})
		h.wantHeld(t, u.ID, access.MemberRole{At: ws, Role: access.WorkspaceAuthor}, "leavers")
		h.update(t, func(tx access.Tx) error { return tx.RemoveMember(acme.Org, u.ID) })
		h.wantGrants(t, by, ws, nil, nil)
		h.wantGrants(t, by, h.other.Org.Scope(), []access.Role{access.OrgMember}, nil)
		h.update(t, func(tx access.Tx) error { return tx.RemoveMember(h.other.Org.ID, u.ID) })
		h.wantDead(t, by, h.other.Org.Scope())
	})
	t.Run("active Owners are counted once, own or through a team", func(t *testing.T) { testOwners(t, h) })
}

// wantHeld checks what the record tells of somebody who leaves: a role in a Workspace, and a team.
func (h *house) wantHeld(t *testing.T, id access.UserID, role access.MemberRole, team string) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		roles, teams, err := tx.HeldIn(h.acme.Org.ID, id)
		wantEqual(t, roles, []access.MemberRole{role})
		if len(teams) != 1 || teams[0].Name != team || teams[0].ID == "" || teams[0].Org != h.acme.Org.ID {
			t.Errorf("the teams are %+v", teams)
		}
		return err
	})
}

func testOwners(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	owners := func(want int) {
		t.Helper()
		h.view(t, func(tx access.Tx) error {
			n, err := tx.ActiveOwners(acme.Org)
			if n != want {
				t.Errorf("%d Owners, want %d", n, want)
			}
			return err
		})
	}
	owners(1)
	u := h.person(t, "Eve", acme, access.OrgMember)
	h.team(t, "bosses", u.ID, acme, access.OrgOwner)
	owners(2)
	h.team(t, "chiefs", h.acme.Owner.ID, acme, access.OrgOwner)
	owners(2)
	h.SetStatus(t, u.ID, access.UserInactive)
	owners(1)
	zoe, abe := h.person(t, "Zoe", ws, access.WorkspaceOwner), h.person(t, "abe", acme, access.OrgMember)
	h.team(t, "keepers", abe.ID, ws, access.WorkspaceOwner)
	h.view(t, func(tx access.Tx) error {
		all, err := tx.OwnersIn(ws, 3)
		if len(all) != 2 || all[0].ID != abe.ID || all[1].ID != zoe.ID {
			t.Errorf("Owners of the Workspace: %+v", all)
		}
		first, _ := tx.OwnersIn(ws, 1)
		if len(first) != 1 {
			t.Errorf("%d, though one was asked for", len(first))
		}
		return err
	})
}

func (h *house) wantRole(t *testing.T, at access.Scope, u access.User, want access.Role) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		got, err := tx.Role(at, u.Subject())
		if got != want {
			t.Errorf("role %q, want %q", got, want)
		}
		return err
	})
}

func newTeam(tx access.Tx, org access.OrgID, id access.TeamID, name string) access.Team {
	return access.Team{ID: id, Org: org, Name: name, Description: "about " + name, Version: 1,
		CreatedAt: tx.Now(), UpdatedAt: tx.Now(), CreatedBy: system().Person(), UpdatedBy: system().Person()}
}
