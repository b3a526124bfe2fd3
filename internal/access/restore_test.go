package access_test

import (
	"slices"
	"testing"

	"dagpass/internal/access"
)

func TestLesser(t *testing.T) {
	const (
		watcher access.Role = "c00000000000000000watcher"
		keeper  access.Role = "c000000000000000000keeper"
		other   access.Role = "c0000000000000000000other"
		unknown access.Role = "c000000000000000000000one"
	)
	custom := map[access.Role]access.CustomRole{
		watcher: {ID: access.RoleID(watcher), Scope: access.WorkspaceRoles, Permissions: []access.Permission{"workspace.audit.view"}},
		keeper:  {ID: access.RoleID(keeper), Scope: access.WorkspaceRoles, Permissions: []access.Permission{"workspace.audit.view", "workspace.tokens.view"}},
		other:   {ID: access.RoleID(other), Scope: access.WorkspaceRoles, Permissions: []access.Permission{"workspace.members.view"}},
	}
	for _, c := range []struct {
		name  string
		level access.Level
		a, b  access.Role
		want  access.Role
	}{
		{"the same role", access.WorkspaceLevel, access.WorkspaceAuthor, access.WorkspaceAuthor, access.WorkspaceAuthor},
		{"a higher and a lower one", access.WorkspaceLevel, access.WorkspaceOwner, access.WorkspaceMember, access.WorkspaceMember},
		{"two of an Organization", access.OrgLevel, access.OrgOwner, access.OrgBillingAdmin, access.OrgBillingAdmin},
		{"a custom role that contains another", access.WorkspaceLevel, keeper, watcher, watcher},
		{"two custom roles of which none contains the other", access.WorkspaceLevel, watcher, other, ""},
		{"a custom role and Workspace Owner", access.WorkspaceLevel, keeper, access.WorkspaceOwner, keeper},
		{"a custom role and a built-in one without what it has", access.WorkspaceLevel, watcher, access.WorkspaceAccessor, access.WorkspaceAccessor},
		{"a custom role that is unknown and Workspace Owner", access.WorkspaceLevel, unknown, access.WorkspaceOwner, ""},
		{"a role of a Workspace on an Organization", access.OrgLevel, access.OrgMember, access.WorkspaceOwner, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			for _, pair := range [][2]access.Role{{c.a, c.b}, {c.b, c.a}} {
				if got := access.Lesser(c.level, pair[0], pair[1], custom); got != c.want {
					t.Errorf("of %s and %s: %q, want %q", pair[0], pair[1], got, c.want)
				}
			}
		})
	}
}

func TestCustomRole_Narrowed(t *testing.T) {
	type role struct {
		may  []access.Permission
		only []access.WorkspaceID
	}
	type may = []access.Permission
	type in = []access.WorkspaceID
	for _, c := range []struct {
		name           string
		then, by, want role
	}{
		{"keeps what both contain", role{may{"a", "b"}, nil}, role{may{"b", "c"}, nil}, role{may{"b"}, nil}},
		{"takes over a restriction", role{may{"a"}, nil}, role{may{"a"}, in{"w1"}}, role{may{"a"}, in{"w1"}}},
		{"keeps its own restriction", role{may{"a"}, in{"w1"}}, role{may{"a"}, nil}, role{may{"a"}, in{"w1"}}},
		{"is restricted to what both allow", role{may{"a"}, in{"w1", "w2"}}, role{may{"a"}, in{"w2", "w3"}}, role{may{"a"}, in{"w2"}}},
		{"contains nothing where the restrictions have nothing in common, and does not become free of one",
			role{may{"a"}, in{"w1"}}, role{may{"a"}, in{"w2"}}, role{nil, in{"w1"}}},
	} {
		t.Run(c.name, func(t *testing.T) {
			then := access.CustomRole{Permissions: slices.Clone(c.then.may), Restricted: slices.Clone(c.then.only)}
			got := then.Narrowed(access.CustomRole{Permissions: c.by.may, Restricted: c.by.only})
			if !slices.Equal(got.Permissions, c.want.may) || !slices.Equal(got.Restricted, c.want.only) {
				t.Errorf("got %v in %v", got.Permissions, got.Restricted)
			}
			if !slices.Equal(then.Permissions, c.then.may) || !slices.Equal(then.Restricted, c.then.only) {
				t.Errorf("the role itself became %+v", then)
			}
		})
	}
}
