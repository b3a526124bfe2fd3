package storetest

import (
	"slices"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

func wantReason(t *testing.T, err error, want string) {
	t.Helper()
	if got := access.ReasonOf(err); got != want {
		t.Errorf("reason %q (%v), want %q", got, err, want)
	}
}

func wantEqual[T comparable](t *testing.T, got, want []T) {
	t.Helper()
	if !slices.Equal(got, want) {
		t.Errorf("got %v, want %v", got, want)
	}
}

func (h *house) wantGrants(t *testing.T, by access.Actor, at access.Scope, org, workspace []access.Role) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		g, err := tx.Grants(by, at)
		wantEqual(t, slices.Sorted(slices.Values(g.Org)), org)
		wantEqual(t, slices.Sorted(slices.Values(g.Workspace)), workspace)
		return err
	})
}

func (h *house) wantDead(t *testing.T, by access.Actor, at access.Scope) {
	t.Helper()
	err := h.Store.View(t.Context(), func(tx access.Tx) error { _, err := tx.Grants(by, at); return err })
	wantCode(t, err, access.Unauthenticated)
}

// testUserGrants: R43, R44.
func testUserGrants(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	u := h.person(t, "Ada", acme, access.OrgMember)
	by := h.actor(t, u)
	member := []access.Role{access.OrgMember}

	t.Run("a member without a role in a Workspace has none there", func(t *testing.T) {
		h.wantGrants(t, by, ws, member, nil)
	})
	t.Run("R44 own and team roles all count, and the highest is the effective one", func(t *testing.T) {
		h.update(t, func(tx access.Tx) error {
			return tx.SetRole(ws, u.Subject(), access.WorkspaceMember, system().Person())
		})
		h.team(t, "operators", u.ID, ws, access.WorkspaceOperator)
		h.wantGrants(t, by, ws, member, []access.Role{access.WorkspaceMember, access.WorkspaceOperator})
		h.view(t, func(tx access.Tx) error {
			g, err := tx.Grants(by, ws)
			if got := g.At(access.WorkspaceLevel); got != access.WorkspaceOperator {
				t.Errorf("effective role %s", got)
			}
			return err
		})
	})
	t.Run("roles elsewhere do not count", func(t *testing.T) {
		h.wantGrants(t, by, h.workspace(t, acme.Org, "Second").Scope(), member, nil)
		h.wantGrants(t, by, acme, member, nil)
	})
	t.Run("R43 an Organization Owner owns every Workspace, present and future", func(t *testing.T) {
		owner := h.actor(t, h.acme.Owner)
		h.view(t, func(tx access.Tx) error {
			g, err := tx.Grants(owner, ws)
			if g.At(access.WorkspaceLevel) != access.WorkspaceOwner {
				t.Errorf("holds %+v", g)
			}
			return err
		})
	})
	t.Run("a Workspace of another Organization gives no roles", func(t *testing.T) {
		h.wantGrants(t, by, access.Scope{Org: acme.Org, Workspace: h.other.Workspace.ID}, nil, nil)
		h.wantGrants(t, by, access.Scope{Org: h.other.Org.ID, Workspace: ws.Workspace}, nil, nil)
		h.wantGrants(t, by, h.other.Workspace.Scope(), nil, nil)
	})
	t.Run("whoever is not ACTIVE has a dead credential", func(t *testing.T) {
		for _, s := range []access.UserStatus{access.UserPending, access.UserInactive, access.UserBanned} {
			h.SetStatus(t, u.ID, s)
			h.wantDead(t, by, ws)
		}
		h.SetStatus(t, u.ID, access.UserActive)
		h.wantGrants(t, by, acme, member, nil)
	})
	t.Run("an ended or foreign session is none", func(t *testing.T) {
		h.wantDead(t, access.Actor{Kind: access.UserActor, ID: by.ID}, acme)
		h.wantDead(t, access.Actor{Kind: access.UserActor, ID: string(h.acme.Owner.ID), Credential: by.Credential}, acme)
		h.SignOut(t, by.Credential)
		h.wantDead(t, by, acme)
	})
	t.Run("the program itself holds every right, and an actor of no kind has no credential", func(t *testing.T) {
		h.wantGrants(t, system(), ws, []access.Role{access.OrgOwner}, nil)
		h.wantDead(t, access.Actor{}, ws)
	})
}

// testRolesOf: every role a person holds in an Organization, and none of another one.
func testRolesOf(t *testing.T, h *house) {
	ws := h.acme.Workspace.Scope()
	second := h.workspace(t, ws.Org, "Second").Scope()
	u := h.person(t, "Uma", h.acme.Org.Scope(), access.OrgMember)
	h.update(t, func(tx access.Tx) error {
		team := access.Team{ID: access.TeamID(tx.NewID()), Org: ws.Org, Name: "Operators", CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.InsertTeam(team); err != nil {
			return err
		}
		if _, err := tx.AddTeamMember(ws.Org, team.ID, u.ID); err != nil {
			return err
		}
		for at, role := range map[access.Scope]access.Role{ws: access.WorkspaceOperator, second: access.WorkspaceAuthor} {
			if err := tx.SetRole(at, team.Subject(), role, system().Person()); err != nil {
				return err
			}
		}
		if err := tx.SetRole(ws, u.Subject(), access.WorkspaceMember, system().Person()); err != nil {
			return err
		}
		return tx.SetRole(h.other.Org.Scope(), u.Subject(), access.OrgOwner, system().Person())
	})
	want := []access.MemberRole{
		{At: h.acme.Org.Scope(), Role: access.OrgMember}, {At: ws, Role: access.WorkspaceMember},
		{At: ws, Role: access.WorkspaceOperator}, {At: second, Role: access.WorkspaceAuthor},
	}
	h.view(t, func(tx access.Tx) error {
		got, err := tx.RolesOf(ws.Org, u.ID)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("roles (-want +got):\n%s", diff)
		}
		return err
	})
}

func testTokenGrants(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	t.Run("an Organization token has its Organization role, and Workspace roles where it was given one", func(t *testing.T) {
		tok, by := h.token(t, acme, "deploy", access.OrgMember)
		h.wantGrants(t, by, ws, []access.Role{access.OrgMember}, nil)
		h.update(t, func(tx access.Tx) error {
			return tx.SetTokenRole(tok, ws, access.WorkspaceOperator, system().Person())
		})
		h.wantGrants(t, by, ws, []access.Role{access.OrgMember}, []access.Role{access.WorkspaceOperator})
		h.wantGrants(t, by, acme, []access.Role{access.OrgMember}, nil)
	})
	t.Run("a Workspace token can read the name of its Organization and no more of it", func(t *testing.T) {
		_, by := h.token(t, ws, "ci", access.WorkspaceOwner)
		h.wantGrants(t, by, ws, []access.Role{access.HomeResident}, []access.Role{access.WorkspaceOwner})
		h.wantGrants(t, by, acme, []access.Role{access.HomeResident}, nil)
		h.wantGrants(t, by, h.workspace(t, acme.Org, "Second").Scope(), []access.Role{access.HomeResident}, nil)
	})
	t.Run("another Organization gives it nothing", func(t *testing.T) {
		_, by := h.token(t, acme, "inside", access.OrgOwner)
		h.wantGrants(t, by, h.other.Org.Scope(), nil, nil)
		h.wantGrants(t, by, h.other.Workspace.Scope(), nil, nil)
		h.wantGrants(t, by, access.Scope{Org: acme.Org, Workspace: h.other.Workspace.ID}, nil, nil)
	})
	t.Run("it dies at the instant of its expiry", func(t *testing.T) {
		tok, by := h.token(t, ws, "short", access.WorkspaceMember)
		h.view(t, func(tx access.Tx) error { h.Advance(tok.EndAt.Sub(tx.Now()) - time.Millisecond); return nil })
		h.wantGrants(t, by, ws, []access.Role{access.HomeResident}, []access.Role{access.WorkspaceMember})
		h.Advance(time.Millisecond)
		h.wantDead(t, by, ws)
	})
	t.Run("a rotated value, a deleted token and somebody else's value are dead", func(t *testing.T) {
		tok, by := h.token(t, ws, "rotated", access.WorkspaceMember)
		_, other := h.token(t, ws, "another", access.WorkspaceMember)
		h.wantDead(t, access.Actor{Kind: access.TokenActor, ID: other.ID, Credential: by.Credential}, ws)
		tok = h.rotate(t, tok, newIssue())
		h.wantDead(t, by, ws)
		h.update(t, func(tx access.Tx) error { return tx.EndToken(tok, access.EndedByDeletion, system().Person()) })
		h.wantDead(t, by, ws)
	})
	t.Run("it manages tokens somewhere when it owns a Workspace", func(t *testing.T) {
		_, owner := h.token(t, ws, "owner", access.WorkspaceOwner)
		_, author := h.token(t, ws, "author", access.WorkspaceAuthor)
		h.view(t, func(tx access.Tx) error {
			for _, c := range []struct {
				by   access.Actor
				org  access.OrgID
				want bool
			}{{owner, acme.Org, true}, {author, acme.Org, false}, {owner, h.other.Org.ID, false}, {h.actor(t, h.acme.Owner), acme.Org, true}} {
				if owns, err := tx.OwnsAWorkspace(c.org, c.by); owns != c.want || err != nil {
					t.Errorf("%s in %s: %t, %v", c.by.Name, c.org, owns, err)
				}
			}
			return nil
		})
	})
}

func (h *house) rotate(t *testing.T, tok access.Token, next access.Issue) access.Token {
	t.Helper()
	h.update(t, func(tx access.Tx) (err error) {
		if tok, err = tok.Rotated(tok.Generation, tx.Now(), system().Person()); err != nil {
			return err
		}
		tok.Hint = "next"
		return tx.ReplaceValue(tok, next)
	})
	return tok
}
