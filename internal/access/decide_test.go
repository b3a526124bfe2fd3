package access_test

import (
	"fmt"
	"testing"

	"dagpass/internal/access"
)

// The two tables of product.md 4.1 and 4.2: for each permission, the roles that hold it, lowest
// first. A role that is not named does not.
var (
	everyOrgRole   = access.RolesOf(access.OrgLevel)
	orgOwnerOnly   = []access.Role{access.OrgOwner}
	everyWsRole    = access.RolesOf(access.WorkspaceLevel)
	fromMemberUp   = []access.Role{access.WorkspaceMember, access.WorkspaceAuthor, access.WorkspaceOperator, access.WorkspaceOwner}
	fromOperatorUp = []access.Role{access.WorkspaceOperator, access.WorkspaceOwner}
	wsOwnerOnly    = []access.Role{access.WorkspaceOwner}
)

var table = map[access.Level]map[access.Action][]access.Role{
	access.OrgLevel: {
		access.View:             everyOrgRole,
		access.MembersView:      everyOrgRole,
		access.MembersManage:    orgOwnerOnly,
		access.TeamsManage:      orgOwnerOnly,
		access.SettingsUpdate:   orgOwnerOnly,
		access.WorkspacesCreate: orgOwnerOnly,
		access.WorkspacesOwn:    orgOwnerOnly,
		access.TokenView:        orgOwnerOnly,
		access.TokenCreate:      orgOwnerOnly,
		access.TokenUpdate:      orgOwnerOnly,
		access.TokenRotate:      orgOwnerOnly,
		access.TokenDelete:      orgOwnerOnly,
		access.TokenBind:        orgOwnerOnly,
		access.AuditView:        orgOwnerOnly,
		access.AuditExport:      orgOwnerOnly,
		access.RolesView:        everyOrgRole,
		access.RolesManage:      orgOwnerOnly,
		access.UsageView:        {access.OrgBillingAdmin, access.OrgOwner},
		access.PoliciesManage:   orgOwnerOnly,
		access.RangesManage:     orgOwnerOnly,
		access.SignInManage:     orgOwnerOnly,
		access.WebhooksManage:   orgOwnerOnly,
	},
	access.WorkspaceLevel: {
		access.View:           everyWsRole,
		access.MembersView:    fromMemberUp,
		access.MembersManage:  wsOwnerOnly,
		access.TeamsManage:    wsOwnerOnly,
		access.SettingsUpdate: wsOwnerOnly,
		access.Delete:         wsOwnerOnly,
		access.TokenView:      wsOwnerOnly,
		access.TokenCreate:    wsOwnerOnly,
		access.TokenUpdate:    wsOwnerOnly,
		access.TokenRotate:    wsOwnerOnly,
		access.TokenDelete:    wsOwnerOnly,
		access.TokenRebind:    wsOwnerOnly,
		access.AuditView:      wsOwnerOnly,

		access.DeploymentsCreate:   fromOperatorUp,
		access.DeploymentsTransfer: fromOperatorUp,
		access.EnvironmentView:     fromOperatorUp,
		access.EnvironmentManage:   fromOperatorUp,
	},
}

var allActions = []access.Action{
	access.View, access.MembersView, access.MembersManage, access.TeamsManage, access.SettingsUpdate,
	access.Delete, access.WorkspacesCreate, access.WorkspacesOwn, access.TokenView, access.TokenCreate,
	access.TokenUpdate, access.TokenRotate, access.TokenDelete, access.TokenBind, access.TokenRebind,
	access.AuditView, access.AuditExport, access.DeploymentsCreate, access.DeploymentsTransfer,
	access.EnvironmentView, access.EnvironmentManage, access.RolesView, access.RolesManage, access.UsageView,
	access.PoliciesManage, access.RangesManage, access.SignInManage, access.WebhooksManage, "no.such.action",
}

// TestDecide_EveryCell holds every role × action × relation against the tables: R2, R18, R34, R42, R43.
func TestDecide_EveryCell(t *testing.T) {
	orgRoles := append([]access.Role{""}, everyOrgRole...)
	wsRoles := append([]access.Role{""}, everyWsRole...)
	cells := 0
	for _, org := range orgRoles {
		for _, ws := range wsRoles {
			for _, do := range allActions {
				for _, level := range []access.Level{access.OrgLevel, access.WorkspaceLevel} {
					cells++
					got := access.Decide(grants(org, ws), do, level).Verdict
					if want := expected(org, ws, do, level); got != want {
						t.Errorf("%s and %s, %s at %s: %s, want %s", org, ws, do, level, got, want)
					}
				}
			}
		}
	}
	if want := 6 * 6 * len(allActions) * 2; cells != want {
		t.Errorf("walked %d cells, want %d", cells, want)
	}
}

func grants(org, ws access.Role) access.Grants {
	var g access.Grants
	if org != "" {
		g.Org = []access.Role{org}
	}
	if ws != "" {
		g.Workspace = []access.Role{ws}
	}
	return g
}

// expected reads the verdict off the tables, with the two sentences that stand beside them: an
// Organization Owner owns every Workspace, and who sees nothing of an object gets "not found".
func expected(org, ws access.Role, do access.Action, level access.Level) access.Verdict {
	held := map[access.Role]bool{org: level == access.OrgLevel, ws: level == access.WorkspaceLevel}
	if level == access.WorkspaceLevel && org == access.OrgOwner {
		held[access.WorkspaceOwner] = true
	}
	switch {
	case holds(held, table[level][do]):
		return access.Allowed
	case holds(held, table[level][access.View]):
		return access.Denied
	}
	return access.Hidden
}

func holds(held map[access.Role]bool, any []access.Role) bool {
	for _, r := range any {
		if held[r] {
			return true
		}
	}
	return false
}

func TestDecide_NamesTheSmallestRoleThatWouldDo(t *testing.T) {
	for _, c := range []struct {
		org, ws        access.Role
		do             access.Action
		level          access.Level
		required, held access.Role
	}{
		{"", access.WorkspaceOperator, access.TokenRotate, access.WorkspaceLevel, access.WorkspaceOwner, access.WorkspaceOperator},
		{"", access.WorkspaceAccessor, access.MembersView, access.WorkspaceLevel, access.WorkspaceMember, access.WorkspaceAccessor},
		{access.OrgMember, access.WorkspaceOwner, access.TokenBind, access.OrgLevel, access.OrgOwner, access.OrgMember},
	} {
		got := access.Decide(grants(c.org, c.ws), c.do, c.level)
		want := access.Decision{Verdict: access.Denied, Required: c.required, Held: c.held}
		if got != want {
			t.Errorf("%s %s %s: %+v, want %+v", c.org, c.ws, c.do, got, want)
		}
	}
}

// TestRoles_FormTwoHierarchies: R42, a higher role holds all rights of the lower.
func TestRoles_FormTwoHierarchies(t *testing.T) {
	for level, ordered := range map[access.Level][]access.Role{access.OrgLevel: everyOrgRole, access.WorkspaceLevel: everyWsRole} {
		for i, higher := range ordered {
			for _, lower := range ordered[:i+1] {
				g := grants(higher, "")
				if level == access.WorkspaceLevel {
					g = grants("", higher)
				}
				if !g.Covers(lower) {
					t.Errorf("%s does not hold all rights of %s", higher, lower)
				}
			}
		}
	}
}

// TestGrants_CoversNoRoleAboveOnesOwn is the cap of product.md G1 for every pair of roles.
func TestGrants_CoversNoRoleAboveOnesOwn(t *testing.T) {
	for i, mine := range everyWsRole {
		for j, asked := range everyWsRole {
			if got, want := grants("", mine).Covers(asked), j <= i; got != want {
				t.Errorf("%s grants %s: %t, want %t", mine, asked, got, want)
			}
		}
	}
	for _, asked := range everyWsRole {
		if !grants(access.OrgOwner, "").Covers(asked) {
			t.Errorf("an Organization Owner can't grant %s", asked)
		}
	}
	if grants("", access.WorkspaceOwner).Covers(access.OrgMember) {
		t.Error("a Workspace Owner grants an Organization role")
	}
}

// TestHighest_CountsTheMorePrivileged: R44, of own and team roles the more privileged counts.
func TestHighest_CountsTheMorePrivileged(t *testing.T) {
	if got := access.Highest(access.WorkspaceMember, access.WorkspaceOperator, access.WorkspaceAccessor); got != access.WorkspaceOperator {
		t.Errorf("highest is %s", got)
	}
	own, team := access.WorkspaceMember, access.WorkspaceOwner
	both := access.Grants{Workspace: []access.Role{own, team}}
	if access.Decide(both, access.TokenRotate, access.WorkspaceLevel).Verdict != access.Allowed {
		t.Error("the role of a team does not count")
	}
}

func ExampleDecide() {
	operator := access.Grants{Workspace: []access.Role{access.WorkspaceOperator}}
	d := access.Decide(operator, access.TokenRotate, access.WorkspaceLevel)
	fmt.Println(d.Verdict, d.Required.Label())
	// Output: denied Workspace Owner
}
