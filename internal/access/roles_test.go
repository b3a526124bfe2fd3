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

// tokenManager is the role that product.md 4.6 names: it manages tokens, but not people.
var tokenManager = []access.Permission{"workspace.tokens.manage", "workspace.tokens.view"}

// TestRoles_Create: product.md 3.11, 4.6.
func TestRoles_Create(t *testing.T) {
	h := dagpasstest.New(t)
	_, foreign, _ := h.Elsewhere()
	owner := h.Actor(h.Owner)
	text := ""
	fits := access.NewRole{Name: "Token Manager", Description: &text, Scope: access.WorkspaceRoles, Permissions: tokenManager}

	t.Run("an Organization Owner defines one, with before and after in the record", func(t *testing.T) {
		in := fits
		in.Permissions = []access.Permission{"workspace.tokens.view", "workspace.tokens.manage", "workspace.tokens.view"}
		role, err := h.Roles.Create(t.Context(), owner, h.Org.ID, in)
		wantCode(t, err, "")
		found, err := h.Roles.Find(t.Context(), owner, h.Org.ID, role.ID)
		wantCode(t, err, "")
		if diff := cmp.Diff(role, found); diff != "" || found.Description == nil || *found.Description != "" || !slices.Equal(found.Permissions, tokenManager) {
			t.Errorf("%+v\n%s", found, diff)
		}
		if got, want := h.LastEvent(), dagpasstest.EventOf(audit.RoleCreate, audit.OK, "Token Manager", h.Owner.FullName); got != want {
			t.Errorf("recorded %q, want %q", got, want)
		}
	})
	for says, change := range map[string]func(*access.NewRole){
		"a name in use, ignoring case":                 func(in *access.NewRole) { in.Name = "TOKEN manager" },
		"no name":                                      func(in *access.NewRole) { in.Name = " " },
		"a built-in name":                              func(in *access.NewRole) { in.Name = "workspace_owner" },
		"the label of a built-in role":                 func(in *access.NewRole) { in.Name = "Workspace owner" },
		"a built-in name of a Deployment":              func(in *access.NewRole) { in.Name = "DEPLOYMENT_ADMIN" },
		"a name like an id":                            func(in *access.NewRole) { in.Name = "C0000000000000000000000AA" },
		"no permission":                                func(in *access.NewRole) { in.Permissions = nil },
		"an unknown permission":                        func(in *access.NewRole) { in.Permissions = append(slices.Clone(tokenManager), "workspace.everything") },
		"a permission of the Organization":             func(in *access.NewRole) { in.Permissions = []access.Permission{"organization.members.manage"} },
		"a permission of a Workspace for a Deployment": func(in *access.NewRole) { in.Scope = access.DeploymentRoles },
		"the scope of an Organization":                 func(in *access.NewRole) { in.Scope = access.OrganizationRoles },
		"a foreign Workspace":                          func(in *access.NewRole) { in.Restricted = []access.WorkspaceID{foreign.ID} },
		"an unknown Workspace":                         func(in *access.NewRole) { in.Restricted = []access.WorkspaceID{"no id at all"} },
	} {
		t.Run("refused and nothing changed: "+says, func(t *testing.T) {
			in := fits
			in.Name = "Another"
			change(&in)
			before := h.Dump()
			_, err := h.Roles.Create(t.Context(), owner, h.Org.ID, in)
			if code := access.CodeOf(err); code != access.Invalid && code != access.Conflict {
				t.Errorf("%q (%v)", code, err)
			}
			if h.Dump() != before {
				t.Error("something changed")
			}
		})
	}
	t.Run("every unknown permission is named", func(t *testing.T) {
		in := fits
		in.Name, in.Permissions = "Another", []access.Permission{"workspace.x", "workspace.view", "organization.view"}
		_, err := h.Roles.Create(t.Context(), owner, h.Org.ID, in)
		var fields []string
		for _, p := range access.AsError(err).Fields {
			fields = append(fields, p.Field+" "+p.Message)
		}
		want := []string{`permissions.0 "workspace.x" is no permission of a Workspace role.`, `permissions.2 "organization.view" is no permission of a Workspace role.`}
		if diff := cmp.Diff(want, fields); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("a foreign and an unknown Workspace are refused alike", func(t *testing.T) {
		var said []string
		for _, id := range []access.WorkspaceID{foreign.ID, "c0000000000000000000000aa"} {
			in := fits
			in.Name, in.Restricted = "Another", []access.WorkspaceID{id}
			_, err := h.Roles.Create(t.Context(), owner, h.Org.ID, in)
			said = append(said, strings.ReplaceAll(access.AsError(err).Fields[0].Message, string(id), "ID"))
		}
		if said[0] != said[1] {
			t.Error(said)
		}
	})
	t.Run("nobody below Organization Owner defines, edits or deletes one, and a stranger finds none", func(t *testing.T) {
		role := h.CustomRole("Seen", tokenManager)
		member := h.Actor(h.Member("Olga", h.Workspace.Scope(), access.WorkspaceOwner))
		_, err := h.Roles.Create(t.Context(), member, h.Org.ID, fits)
		wantReason(t, err, access.ReasonRoleTooLow)
		_, err = h.Roles.Edit(t.Context(), member, h.Org.ID, role.ID, access.EditRole{})
		wantReason(t, err, access.ReasonRoleTooLow)
		wantReason(t, h.Roles.Delete(t.Context(), member, h.Org.ID, role.ID), access.ReasonRoleTooLow)
		_, err = h.Roles.Find(t.Context(), member, h.Org.ID, role.ID)
		wantCode(t, err, "")
		_, err = h.Roles.Find(t.Context(), member, foreign.Org, role.ID)
		wantCode(t, err, access.NotFound)
	})
}

// TestRoles_GivenByName: a role is given by its name, ignoring case, or its id, to tokens, people and
// teams alike, and the record names it.
func TestRoles_GivenByName(t *testing.T) {
	h := dagpasstest.New(t)
	at := h.Workspace.Scope()
	role := h.CustomRole("Token Manager", tokenManager)
	names := access.RoleNames{role.Role(): role.Name}
	if got := names.Label(role.Role()) + ", " + names.Wire(access.WorkspaceMember) + ", " + names.Label(access.WorkspaceMember); got != "Token Manager, WORKSPACE_MEMBER, Workspace Member" {
		t.Error(got)
	}

	t.Run("to a token", func(t *testing.T) {
		tok, value := h.Token(h.Owner, at, "ci", "token MANAGER")
		d, err := h.Tokens.Show(t.Context(), h.Actor(h.Owner), h.Org.ID, tok.ID)
		wantCode(t, err, "")
		if d.Here.Role != role.Role() {
			t.Errorf("holds %q", d.Here.Role)
		}
		by, err := h.Tokens.Verify(t.Context(), value, access.Origin{})
		wantCode(t, err, "")
		_, _, err = h.Tokens.Create(t.Context(), by, at, access.NewToken{Name: "made by it", Role: access.WorkspaceAccessor})
		wantCode(t, err, "")
	})
	t.Run("to a person, who acts by it at once", func(t *testing.T) {
		ada := h.Member("Ada", at, "Token Manager")
		list, err := h.Tokens.List(t.Context(), h.Actor(ada), at, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		wantCode(t, err, "")
		if len(list.Rows) != 2 || list.Matching != 2 {
			t.Errorf("%d rows, %d matching", len(list.Rows), list.Matching)
		}
		_, err = h.Members.Find(t.Context(), h.Actor(ada), at, ada.ID)
		wantReason(t, err, access.ReasonRoleTooLow)
	})
	t.Run("to a team, and by its id", func(t *testing.T) {
		grace := h.Person("Grace", access.OrgMember)
		team := h.Team("Tools", access.OrgMember, grace)
		h.GiveTeam(team, at, access.Role(role.ID))
		_, err := h.Tokens.List(t.Context(), h.Actor(grace), at, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		wantCode(t, err, "")
	})
	t.Run("to many, in lines", func(t *testing.T) {
		p := h.Person("Nina", access.OrgMember)
		lines, err := h.Members.AddMany(t.Context(), h.Actor(h.Owner), at, []byte(p.Email+", token manager\n"+p.Email+" no such role\nx@y.example,nothing"))
		wantCode(t, err, "")
		var got []access.LineOutcome
		for _, l := range lines {
			got = append(got, l.Outcome)
		}
		if diff := cmp.Diff([]access.LineOutcome{access.LineAdded, access.LineMalformed, access.LineNoRole}, got); diff != "" {
			t.Error(diff)
		}
	})
	t.Run("lists are narrowed by it", func(t *testing.T) {
		people, err := h.Members.List(t.Context(), h.Actor(h.Owner), at, access.MemberFilter{Role: role.Role()}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		wantCode(t, err, "")
		if len(people.Rows) != 3 || people.Matching != 3 { // Ada, Grace and Nina
			t.Errorf("%d people, %d matching", len(people.Rows), people.Matching)
		}
		tokens, err := h.Tokens.List(t.Context(), h.Actor(h.Owner), at, access.TokenFilter{Role: role.Role()}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		wantCode(t, err, "")
		if len(tokens.Rows) != 1 || tokens.Rows[0].Name != "ci" {
			t.Errorf("%+v", tokens.Rows)
		}
	})
	t.Run("renaming breaks nothing", func(t *testing.T) {
		edited, err := h.Roles.Edit(t.Context(), h.Actor(h.Owner), h.Org.ID, role.ID, access.EditRole{Name: "Keeper", Permissions: tokenManager})
		wantCode(t, err, "")
		ada := h.Member("Second", at, "Keeper")
		if edited.ID != role.ID {
			t.Error("another id")
		}
		_, err = h.Tokens.List(t.Context(), h.Actor(ada), at, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		wantCode(t, err, "")
	})
	t.Run("not on the Organization, and not one of a Deployment", func(t *testing.T) {
		p := h.Person("Otto", access.OrgMember)
		wantCode(t, h.Members.SetRole(t.Context(), h.Actor(h.Owner), h.Org.Scope(), p.ID, role.Role()), access.Invalid)
		deployer, err := h.Roles.Create(t.Context(), h.Actor(h.Owner), h.Org.ID, access.NewRole{Name: "Deployer", Scope: access.DeploymentRoles,
			Permissions: []access.Permission{"deployment.get", "deployment.deploys.create"}})
		wantCode(t, err, "")
		err = h.Members.SetRole(t.Context(), h.Actor(h.Owner), at, p.ID, deployer.Role())
		wantCode(t, err, access.Invalid)
		if got := access.AsError(err).Fields[0].Message; got != "Deployer is a role of a Deployment and can't be given in a Workspace." {
			t.Error(got)
		}
	})
}

// TestRoles_Restricted: a restricted role is given in its Workspaces only, and a restriction never
// leaves anybody outside of it.
func TestRoles_Restricted(t *testing.T) {
	h := dagpasstest.New(t)
	owner := h.Actor(h.Owner)
	other := h.NewWorkspace("Other")
	role := h.CustomRole("Token Manager", tokenManager, h.Workspace.ID)
	edit := access.EditRole{Name: role.Name, Permissions: role.Permissions}
	tok, _ := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)

	t.Run("elsewhere it is refused", func(t *testing.T) {
		_, err := h.Tokens.Bind(t.Context(), owner, other.Scope(), tok.ID, role.Role())
		wantCode(t, err, access.Invalid)
		if got := access.AsError(err).Fields[0].Code; got != "role_restricted" {
			t.Error(got)
		}
		_, err = h.Tokens.Rearrange(t.Context(), owner, h.Org.ID, []access.CellChange{{Cell: access.Cell{Token: tok.ID, Workspace: other.ID}, To: role.Role()}})
		wantCode(t, err, access.Invalid)
	})
	t.Run("inside it is given", func(t *testing.T) {
		_, err := h.Tokens.Bind(t.Context(), owner, h.Workspace.Scope(), tok.ID, role.Role())
		wantCode(t, err, "")
	})
	t.Run("a restriction that excludes a binding is a conflict that counts", func(t *testing.T) {
		edit.Restricted = []access.WorkspaceID{other.ID}
		before := h.Dump()
		_, err := h.Roles.Edit(t.Context(), owner, h.Org.ID, role.ID, edit)
		wantReason(t, err, access.ReasonInUse)
		if got := access.AsError(err).Message; got != "Token Manager is held in other Workspaces by 1 person, team or API token. Change their roles there first." {
			t.Error(got)
		}
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("a role that is held can't be deleted", func(t *testing.T) {
		h.Member("Ada", h.Workspace.Scope(), role.Role())
		err := h.Roles.Delete(t.Context(), owner, h.Org.ID, role.ID)
		wantReason(t, err, access.ReasonInUse)
		if got := access.AsError(err).Message; got != "Token Manager is held by 2 people, teams and API tokens. Give them another role first." {
			t.Error(got)
		}
	})
	t.Run("a deleted Workspace leaves the restriction, but the last one stays", func(t *testing.T) {
		both := h.CustomRole("Both", tokenManager, h.Workspace.ID, other.ID)
		alone := h.CustomRole("Alone", tokenManager, other.ID)
		err := h.Workspaces.Delete(t.Context(), owner, other.Scope(), access.DeletionWord)
		wantCode(t, err, "")
		found, err := h.Roles.Find(t.Context(), owner, h.Org.ID, both.ID)
		wantCode(t, err, "")
		if !slices.Equal(found.Restricted, []access.WorkspaceID{h.Workspace.ID}) {
			t.Errorf("restricted to %v", found.Restricted)
		}
		found, err = h.Roles.Find(t.Context(), owner, h.Org.ID, alone.ID)
		wantCode(t, err, "")
		if !slices.Equal(found.Restricted, []access.WorkspaceID{other.ID}) {
			t.Errorf("restricted to %v: empty would mean everywhere", found.Restricted)
		}
		_, err = h.Roles.Edit(t.Context(), owner, h.Org.ID, alone.ID, access.EditRole{Name: "Renamed", Permissions: tokenManager, Restricted: found.Restricted})
		wantCode(t, err, "")
	})
	t.Run("a role that nobody holds is deleted", func(t *testing.T) {
		unused := h.CustomRole("Unused", tokenManager)
		wantCode(t, h.Roles.Delete(t.Context(), owner, h.Org.ID, unused.ID), "")
		wantCode(t, h.Roles.Delete(t.Context(), owner, h.Org.ID, unused.ID), access.NotFound)
	})
}
