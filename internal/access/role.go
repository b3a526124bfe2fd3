package access

import "slices"

// Role is a named set of permissions on one level; on the wire it is its constant.
type Role string

// The built-in roles. Observe roles equal Organization Member and exist so that stored roles
// survive (product.md 4.1).
const (
	OrgMember        Role = "ORGANIZATION_MEMBER"
	OrgObserveMember Role = "ORGANIZATION_OBSERVE_MEMBER"
	OrgObserveAdmin  Role = "ORGANIZATION_OBSERVE_ADMIN"
	OrgBillingAdmin  Role = "ORGANIZATION_BILLING_ADMIN"
	OrgOwner         Role = "ORGANIZATION_OWNER"

	WorkspaceAccessor Role = "WORKSPACE_ACCESSOR"
	WorkspaceMember   Role = "WORKSPACE_MEMBER"
	WorkspaceAuthor   Role = "WORKSPACE_AUTHOR"
	WorkspaceOperator Role = "WORKSPACE_OPERATOR"
	WorkspaceOwner    Role = "WORKSPACE_OWNER"

	// HomeResident is what a Workspace token holds in its Organization: enough to read its name,
	// because every CLI command starts there. It can't be given to anyone.
	HomeResident Role = "HOME_RESIDENT"
)

// Level is the kind of entity a role or a permission belongs to.
type Level string

// The levels. Deployments join with the phase that brings them.
const (
	OrgLevel       Level = "organization"
	WorkspaceLevel Level = "workspace"
)

type roleSpec struct {
	role        Role
	level       Level
	label       string
	permissions map[Permission]bool
}

// roles lists every assignable role from the lowest to the highest of its level.
var roles = buildRoles()

func buildRoles() []roleSpec {
	var all []roleSpec
	held := map[Level]map[Permission]bool{OrgLevel: {}, WorkspaceLevel: {}}
	add := func(level Level, role Role, label string, more ...Action) {
		for _, a := range more {
			held[level][On(level, a)] = true
		}
		set := map[Permission]bool{}
		for p := range held[level] {
			set[p] = true
		}
		all = append(all, roleSpec{role, level, label, set})
	}
	add(OrgLevel, OrgMember, "Organization Member", View, MembersView, RolesView)
	add(OrgLevel, OrgObserveMember, "Organization Observe Member")
	add(OrgLevel, OrgObserveAdmin, "Organization Observe Admin")
	add(OrgLevel, OrgBillingAdmin, "Organization Billing Admin", UsageView)
	add(OrgLevel, OrgOwner, "Organization Owner", SettingsUpdate, MembersManage, TeamsManage,
		WorkspacesCreate, WorkspacesOwn, TokenView, TokenCreate, TokenUpdate, TokenRotate, TokenDelete,
		TokenBind, AuditView, AuditExport, RolesManage, PoliciesManage, RangesManage, SignInManage, WebhooksManage)
	add(WorkspaceLevel, WorkspaceAccessor, "Workspace Accessor", View)
	add(WorkspaceLevel, WorkspaceMember, "Workspace Member", MembersView)
	add(WorkspaceLevel, WorkspaceAuthor, "Workspace Author")
	add(WorkspaceLevel, WorkspaceOperator, "Workspace Operator", DeploymentsCreate, DeploymentsTransfer,
		EnvironmentView, EnvironmentManage)
	add(WorkspaceLevel, WorkspaceOwner, "Workspace Owner", SettingsUpdate, Delete, MembersManage, TeamsManage,
		TokenView, TokenCreate, TokenUpdate, TokenRotate, TokenDelete, TokenRebind, AuditView)
	return withDeployments(all)
}

// withDeployments adds to the roles of a Workspace what they allow on its Deployments (product.md 4.3).
func withDeployments(all []roleSpec) []roleSpec {
	for _, g := range slices.Concat(deploymentPermissions(), airflowPermissions()) {
		held := g.from
		if held == "" {
			held = WorkspaceOwner
		}
		lowest := slices.IndexFunc(all, func(s roleSpec) bool { return s.role == held })
		for _, s := range all[lowest:] {
			for _, p := range g.grants() {
				s.permissions[p] = true
			}
		}
	}
	return all
}

// resident is what [HomeResident] contains.
var resident = roleSpec{HomeResident, OrgLevel, "", map[Permission]bool{On(OrgLevel, View): true}}

func (r Role) spec() (roleSpec, bool) {
	if r == HomeResident {
		return resident, true
	}
	i := slices.IndexFunc(roles, func(s roleSpec) bool { return s.role == r })
	if i < 0 {
		return roleSpec{}, false
	}
	return roles[i], true
}

// Label is the role as people read it, "Workspace Operator"; "" for a custom one, whose name [RoleNames]
// knows, and for an unknown one.
func (r Role) Label() string {
	s, _ := r.spec()
	return s.label
}

// RolesOf returns the assignable roles of a level, lowest first.
func RolesOf(level Level) []Role {
	var out []Role
	for _, s := range roles {
		if s.level == level {
			out = append(out, s.role)
		}
	}
	return out
}

// IsRole reports whether r is an assignable role of the level.
func IsRole(r Role, level Level) bool { return slices.Contains(RolesOf(level), r) }

// Highest returns the role that ranks highest among those given, "" for none. It is for display; rights
// are the union of all roles, see [Grants]. Custom roles have no rank: one of them is returned when there
// is no built-in one.
func Highest(held ...Role) Role {
	best, rank := Role(""), -1
	for _, r := range held {
		i := slices.IndexFunc(roles, func(s roleSpec) bool { return s.role == r })
		if i > rank || best == "" {
			best, rank = r, i
		}
	}
	return best
}

// CheckRole returns the problem with a role chosen on a level, nil when it is one.
func CheckRole(field string, r Role, level Level) *FieldProblem {
	if IsRole(r, level) {
		return nil
	}
	noun := "a Workspace Role"
	if level == OrgLevel {
		noun = "an Organization Role"
	}
	return &FieldProblem{field, "role", "Select " + noun + "."}
}
