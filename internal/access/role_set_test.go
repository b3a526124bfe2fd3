package access_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
)

// board is a house with three Workspaces, of which Ada owns the first, and an Organization token with
// a role in the first two.
type board struct {
	*dagpasstest.House
	t       *testing.T
	a, b, c access.Workspace
	ada     dagpasstest.Person
	shared  access.Token
}

func newBoard(t *testing.T) *board {
	t.Helper()
	h := dagpasstest.New(t)
	x := &board{House: h, t: t, a: h.Workspace, b: h.NewWorkspace("B"), c: h.NewWorkspace("C")}
	x.ada = h.Member("Ada", x.a.Scope(), access.WorkspaceOwner)
	x.shared, _ = h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	_, err := x.set(h.Owner, x.org(access.OrgMember), x.in(x.a, access.WorkspaceOperator), x.in(x.b, access.WorkspaceAuthor))
	wantCode(t, err, "")
	return x
}

func (x *board) org(role access.Role) access.RoleEntry {
	return access.RoleEntry{Kind: access.OrgEntity, Entity: string(x.Org.ID), Role: role}
}

func (x *board) in(w access.Workspace, role access.Role) access.RoleEntry {
	return access.RoleEntry{Kind: access.WorkspaceEntity, Entity: string(w.ID), Role: role}
}

func (x *board) set(by dagpasstest.Person, entries ...access.RoleEntry) (access.Detail, error) {
	x.t.Helper()
	return x.Tokens.SetRoles(x.t.Context(), x.Actor(by), x.Org.ID, x.shared.ID, entries)
}

// roles are the roles a token really holds.
func (x *board) roles(id access.TokenID) map[access.Scope]access.Role {
	x.t.Helper()
	d, err := x.Tokens.Show(x.t.Context(), dagpasstest.System(), x.Org.ID, id)
	wantCode(x.t, err, "")
	return rolesOf(d)
}

func rolesOf(d access.Detail) map[access.Scope]access.Role {
	roles := map[access.Scope]access.Role{}
	for _, r := range d.Roles {
		roles[r.At] = r.Role
	}
	return roles
}

func (x *board) wantRoles(want map[access.Scope]access.Role) {
	x.t.Helper()
	if diff := cmp.Diff(want, x.roles(x.shared.ID)); diff != "" {
		x.t.Errorf("roles (-want +got):\n%s", diff)
	}
}

// wantRefused checks that an attempt failed and changed nothing but the record of it.
func (x *board) wantRefused(code access.Code, try func() error) {
	x.t.Helper()
	before := x.roles(x.shared.ID)
	err := try()
	wantCode(x.t, err, code)
	if diff := cmp.Diff(before, x.roles(x.shared.ID)); diff != "" {
		x.t.Errorf("changed:\n%s", diff)
	}
}

// TestTokens_SetRoles: product.md 3.5 and 3.6, B1 to B4; the contract, 4.1.
func TestTokens_SetRoles(t *testing.T) {
	t.Run("the set is replaced as a whole, with one event for each role at its Workspace", func(t *testing.T) {
		x := newBoard(t)
		before := len(x.Events(string(x.Org.ID)))
		d, err := x.set(x.Owner, x.in(x.c, access.WorkspaceMember), x.org(access.OrgBillingAdmin), x.in(x.a, access.WorkspaceOwner))
		wantCode(t, err, "")
		want := map[access.Scope]access.Role{x.Org.Scope(): access.OrgBillingAdmin, x.a.Scope(): access.WorkspaceOwner, x.c.Scope(): access.WorkspaceMember}
		x.wantRoles(want)
		if diff := cmp.Diff(want, rolesOf(d)); diff != "" || !d.Roles[0].Home || d.UpdatedBy.ID != string(x.Owner.ID) {
			t.Errorf("answered %+v\n%s", d, diff)
		}
		remove, update, add := dagpasstest.EventOf(audit.TokenBindingRemove, audit.OK, "shared", "Owner 01"),
			dagpasstest.EventOf(audit.TokenBindingUpdate, audit.OK, "shared", "Owner 01"), dagpasstest.EventOf(audit.TokenBindingAdd, audit.OK, "shared", "Owner 01")
		if diff := cmp.Diff([]string{remove, add, update, update}, x.Events(string(x.Org.ID))[before:]); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("an identical set is a success without an event", func(t *testing.T) {
		x := newBoard(t)
		before := x.Dump()
		_, err := x.set(x.Owner, x.in(x.b, access.WorkspaceAuthor), x.org(access.OrgMember), x.in(x.a, access.WorkspaceOperator))
		wantCode(t, err, "")
		_, err = x.set(x.ada, x.org(access.OrgMember), x.in(x.a, access.WorkspaceOperator)) // all that Ada reads
		wantCode(t, err, "")
		if x.Dump() != before {
			t.Error("something was written")
		}
	})
	t.Run("roles out of reach stay: those that are read and repeated, and those that are not", func(t *testing.T) {
		x := newBoard(t)
		d, err := x.set(x.ada, x.org(access.OrgMember), x.in(x.a, access.WorkspaceMember))
		wantCode(t, err, "")
		want := map[access.Scope]access.Role{x.Org.Scope(): access.OrgMember, x.a.Scope(): access.WorkspaceMember, x.b.Scope(): access.WorkspaceAuthor}
		x.wantRoles(want)
		delete(want, x.b.Scope())
		if diff := cmp.Diff(want, rolesOf(d)); diff != "" {
			t.Errorf("answered what Ada can't see:\n%s", diff)
		}
		_, err = x.set(x.ada, x.in(x.a, access.WorkspaceOwner))
		wantCode(t, err, "")
		x.wantRoles(map[access.Scope]access.Role{x.Org.Scope(): access.OrgMember, x.a.Scope(): access.WorkspaceOwner, x.b.Scope(): access.WorkspaceAuthor})
	})
	t.Run("a Workspace Owner removes the token from the own Workspace alone, and then does not see it", func(t *testing.T) {
		x := newBoard(t)
		d, err := x.set(x.ada, x.org(access.OrgMember))
		wantCode(t, err, "")
		x.wantRoles(map[access.Scope]access.Role{x.Org.Scope(): access.OrgMember, x.b.Scope(): access.WorkspaceAuthor})
		if len(d.Roles) != 1 || !d.Roles[0].Home {
			t.Errorf("answered %+v", d.Roles)
		}
		_, err = x.set(x.ada, x.org(access.OrgMember))
		wantCode(t, err, access.NotFound)
	})
}

// TestTokens_SetRoles_refuses: G1, G3, B2.
func TestTokens_SetRoles_refuses(t *testing.T) {
	x := newBoard(t)
	hidden, _ := x.Token(x.Owner, x.b.Scope(), "hidden", access.WorkspaceMember)
	_, foreign, albert := x.Elsewhere()
	operator := x.Member("Olga", x.a.Scope(), access.WorkspaceOperator)
	home, here, there := x.org(access.OrgMember), x.in(x.a, access.WorkspaceOperator), x.in(x.b, access.WorkspaceAuthor)
	nowhere := access.RoleEntry{Kind: access.WorkspaceEntity, Entity: "c0000000000000000000000zz", Role: access.WorkspaceMember}

	for name, entries := range map[string][]access.RoleEntry{
		"the very role it has where Ada can't read it":     {home, here, there},
		"another role in a Workspace out of reach":         {home, here, x.in(x.b, access.WorkspaceMember)},
		"a role in one more Workspace":                     {home, here, x.in(x.c, access.WorkspaceMember)},
		"a role in a Workspace of nobody":                  {home, here, nowhere},
		"a role in another Organization's Workspace":       {home, here, x.in(foreign, access.WorkspaceMember)},
		"another role on the Organization":                 {x.org(access.OrgOwner), here},
		"what is allowed, beside something that is not":    {home, x.in(x.a, access.WorkspaceMember), x.in(x.c, access.WorkspaceMember)},
		"a removal, beside a role that can't be given":     {home, x.in(x.c, access.WorkspaceMember)},
		"a role in the own Workspace and a higher at home": {x.org(access.OrgBillingAdmin), x.in(x.a, access.WorkspaceMember)},
	} {
		t.Run("a Workspace Owner is forbidden as a whole: "+name, func(t *testing.T) {
			x.wantRefused(access.Forbidden, func() error { _, err := x.set(x.ada, entries...); return err })
			if got := x.LastEvent(); got != dagpasstest.EventOf(audit.TokenBindingUpdate, audit.Denied, "", "Ada") {
				t.Errorf("recorded %q", got)
			}
		})
	}
	t.Run("an Organization Owner does not find what is no Workspace of the Organization", func(t *testing.T) {
		deployment := access.RoleEntry{Kind: access.DeploymentEntity, Entity: nowhere.Entity, Role: "DEPLOYMENT_ADMIN"}
		dag := access.RoleEntry{Kind: access.DagEntity, Entity: "etl", Deployment: nowhere.Entity, Role: "DAG_VIEWER"}
		malformed := access.RoleEntry{Kind: access.WorkspaceEntity, Entity: "x", Role: access.WorkspaceMember}
		for _, e := range []access.RoleEntry{nowhere, malformed, x.in(foreign, access.WorkspaceMember), deployment, dag} {
			x.wantRefused(access.NotFound, func() error { _, err := x.set(x.Owner, home, e); return err })
		}
	})
	t.Run("who manages the token nowhere learns nothing about their input", func(t *testing.T) {
		x.wantRefused(access.NotFound, func() error { _, err := x.set(operator); return err })
		x.wantRefused(access.NotFound, func() error { _, err := x.set(albert); return err })
		_, err := x.Tokens.SetRoles(t.Context(), x.Actor(x.ada), x.Org.ID, hidden.ID, nil)
		wantCode(t, err, access.NotFound)
		own, _ := x.Token(x.ada, x.a.Scope(), "own", access.WorkspaceMember)
		_, err = x.Tokens.SetRoles(t.Context(), x.Actor(operator), x.Org.ID, own.ID, nil)
		wantReason(t, err, access.ReasonRoleTooLow)
		if got := x.LastEvent(); !strings.HasPrefix(got, "token.binding.update denied") || !strings.HasSuffix(got, "by Olga") {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("an Owner role needs the password within ten minutes", func(t *testing.T) {
		actor := x.Actor(x.Owner)
		x.Clock.Advance(access.ReauthWindow)
		set := func(role access.Role) error {
			_, err := x.Tokens.SetRoles(t.Context(), actor, x.Org.ID, x.shared.ID, []access.RoleEntry{home, x.in(x.a, role), there})
			return err
		}
		x.wantRefused(access.Unauthenticated, func() error { return set(access.WorkspaceOwner) })
		wantCode(t, set(access.WorkspaceAuthor), "")
	})
}

// TestTokens_SetRoles_isNoWayOfAsking: no answer tells what a token holds where the actor can't read it,
// be it nothing, the very role they name or another, whether they enter the Workspace or not.
func TestTokens_SetRoles_isNoWayOfAsking(t *testing.T) {
	x := newBoard(t)
	_, foreign, _ := x.Elsewhere()
	nowhere := access.RoleEntry{Kind: access.WorkspaceEntity, Entity: "c0000000000000000000000zz", Role: access.WorkspaceMember}
	ask := func() []string {
		var answers []string
		for _, e := range []access.RoleEntry{x.in(x.b, access.WorkspaceAuthor), x.in(x.b, access.WorkspaceMember), x.in(x.c, access.WorkspaceMember), nowhere, x.in(foreign, access.WorkspaceMember)} {
			x.wantRefused(access.Forbidden, func() error {
				_, err := x.set(x.ada, x.org(access.OrgMember), x.in(x.a, access.WorkspaceOperator), e)
				answers = append(answers, err.Error())
				return err
			})
		}
		return answers
	}
	before := ask()
	x.Give(x.ada, x.b.Scope(), access.WorkspaceMember)
	x.Give(x.ada, x.c.Scope(), access.WorkspaceMember)
	if answers := append(before, ask()...); len(slices.Compact(answers)) != 1 {
		t.Errorf("answers %q", answers)
	}
}

// TestTokens_SetRoles_checksTheSet: product.md 3.5.
func TestTokens_SetRoles_checksTheSet(t *testing.T) {
	x := newBoard(t)
	own, _ := x.Token(x.ada, x.a.Scope(), "own", access.WorkspaceMember)
	home, here := x.org(access.OrgMember), x.in(x.a, access.WorkspaceOperator)
	dag := access.RoleEntry{Kind: access.DagTagEntity, Entity: "pii", Deployment: string(x.b.ID), Role: "DAG_VIEWER"}
	var many []access.RoleEntry
	for range access.MaxBindings + 2 {
		many = append(many, here)
	}
	for _, c := range []struct {
		name    string
		token   access.TokenID
		entries []access.RoleEntry
		fields  string
	}{
		{"no role at all", x.shared.ID, nil, "roles"},
		{"more than there can be", x.shared.ID, many, "roles"},
		{"none on the home", x.shared.ID, []access.RoleEntry{here}, "roles"},
		{"one place twice", x.shared.ID, []access.RoleEntry{home, here, x.in(x.a, access.WorkspaceMember)}, "roles.2.entityId"},
		{"one place twice, once as if it were a Dag's", x.shared.ID, []access.RoleEntry{home, here, {Kind: access.WorkspaceEntity, Entity: string(x.a.ID), Deployment: "d", Role: access.WorkspaceMember}}, "roles.2.entityId"},
		{"the Organization twice", x.shared.ID, []access.RoleEntry{home, home}, "roles.1.entityId"},
		{"another Organization", x.shared.ID, []access.RoleEntry{{Kind: access.OrgEntity, Entity: string(x.a.ID), Role: access.OrgMember}}, "roles.0.entityId"},
		{"a role of another level, an unknown one, one nobody can have", x.shared.ID,
			[]access.RoleEntry{x.org(access.WorkspaceMember), x.in(x.a, "WORKSPACE_CZAR"), x.in(x.b, access.HomeResident), x.in(x.c, "")},
			"roles.0.role roles.1.role roles.2.role roles.3.role"},
		{"an unknown kind of entity", x.shared.ID, []access.RoleEntry{home, {Kind: "", Entity: "x"}}, "roles.1.entityType"},
		{"a Dag without its Deployment", x.shared.ID, []access.RoleEntry{home, {Kind: access.DagEntity, Entity: "etl"}}, "roles.1.deploymentId"},
		{"a Workspace token on the Organization", own.ID, []access.RoleEntry{home}, "roles.0.entityType"},
		{"a Workspace token in another Workspace", own.ID, []access.RoleEntry{here, x.in(x.b, access.WorkspaceMember)}, "roles.1.entityId"},
		{"a Workspace token on a Dag", own.ID, []access.RoleEntry{here, dag}, "roles.1.entityType"},
	} {
		t.Run(c.name+" is refused, and nothing changes", func(t *testing.T) {
			before := x.Dump()
			_, err := x.Tokens.SetRoles(t.Context(), x.Actor(x.Owner), x.Org.ID, c.token, c.entries)
			wantFields(t, err, c.fields)
			if x.Dump() != before {
				t.Error("something changed")
			}
		})
	}
	t.Run("a Workspace token has its one role changed", func(t *testing.T) {
		_, err := x.Tokens.SetRoles(t.Context(), x.Actor(x.ada), x.Org.ID, own.ID, []access.RoleEntry{here})
		wantCode(t, err, "")
		if diff := cmp.Diff(map[access.Scope]access.Role{x.a.Scope(): access.WorkspaceOperator}, x.roles(own.ID)); diff != "" {
			t.Error(diff)
		}
	})
}
