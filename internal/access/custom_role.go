package access

import (
	"slices"
	"strings"
	"time"

	"dagpass/internal/audit"
)

// Limits of custom roles (product.md 3.11). They keep the list of an Organization small enough to be
// read whole.
const (
	MaxRoleName    = 256
	MaxCustomRoles = 500 // of one Organization
)

// RoleID names a custom role. As a [Role] it stands for the role in bindings; names may change.
type RoleID string

// CustomRole is a role that an Organization defines: a set of permissions of one scope, held like a
// built-in one (product.md 4.6).
type CustomRole struct {
	ID   RoleID
	Org  OrgID
	Name string
	// Description is nil when none was given, which is not the same as an empty one on the wire.
	Description *string
	Scope       RoleScope
	Permissions []Permission // identifiers as they were given, sorted
	// Restricted are the Workspaces outside of which the role can't be given, sorted; none is
	// everywhere. It never becomes empty by itself: the last one stays when its Workspace is deleted.
	Restricted []WorkspaceID
	CreatedAt  time.Time
	CreatedBy  Person
	UpdatedAt  time.Time
	UpdatedBy  Person
}

// Role is the custom role as it is held and given.
func (r CustomRole) Role() Role { return Role(r.ID) }

func (r CustomRole) target() Target { return Target{audit.TargetRole, string(r.ID), r.Name} }

// AllowedIn reports whether the role can be given in a Workspace, as far as its restriction goes.
func (r CustomRole) AllowedIn(id WorkspaceID) bool {
	return len(r.Restricted) == 0 || slices.Contains(r.Restricted, id)
}

// has reports whether a holder in a Workspace may do what needs the permission. Whoever holds any role
// of a Workspace sees it.
func (r CustomRole) has(p Permission) bool {
	if r.Scope != WorkspaceRoles {
		return false
	}
	return p == On(WorkspaceLevel, View) || slices.ContainsFunc(identifiersOf[p], func(id Permission) bool {
		return slices.Contains(r.Permissions, id)
	})
}

// contains returns what the role allows, in terms of the gate.
func (r CustomRole) contains() []Permission {
	var out []Permission
	if r.Scope == WorkspaceRoles {
		out = append(out, On(WorkspaceLevel, View))
	}
	for _, id := range r.Permissions {
		out = append(out, identifiers[id].grants()...)
	}
	return out
}

// IsCustom reports whether r stands for a custom role, whether or not there is one.
func (r Role) IsCustom() bool { return IsID(string(r)) }

// RoleNames are the names of an Organization's custom roles.
type RoleNames map[Role]string

// Label is a role as people read it: "Workspace Operator", or the name of a custom role.
func (n RoleNames) Label(r Role) string {
	if name, ok := n[r]; ok {
		return name
	}
	if label := r.Label(); label != "" {
		return label
	}
	return string(r)
}

// Wire is a role as programs read it: its constant, or the name of a custom role.
func (n RoleNames) Wire(r Role) string {
	if name, ok := n[r]; ok {
		return name
	}
	return string(r)
}

// roleNamer finds the names of custom roles, each once and none before it is asked for.
type roleNamer struct {
	tx    Tx
	org   OrgID
	known RoleNames
}

// name is that of a custom role, "" for a built-in one and for one that is not genuine.
func (n *roleNamer) name(r Role) (string, error) {
	if !r.IsCustom() {
		return "", nil
	}
	if name, known := n.known[r]; known {
		return name, nil
	}
	role, err := n.tx.CustomRole(n.org, RoleID(r))
	if err != nil && CodeOf(err) != NotFound {
		return "", err
	}
	if n.known == nil {
		n.known = RoleNames{}
	}
	n.known[r] = role.Name
	return role.Name, nil
}

// RoleTx is the storage of custom roles.
type RoleTx interface {
	// CustomRoles returns those of an Organization by name.
	CustomRoles(org OrgID) ([]CustomRole, error)
	// CustomRoleNamed returns the one with a name, ignoring case. NotFound when there is none.
	CustomRoleNamed(org OrgID, name string) (CustomRole, error)
	// InsertCustomRole stores a new one. Conflict, reason taken, for a name in use in the Organization
	// ignoring case.
	InsertCustomRole(r CustomRole) error
	// UpdateCustomRole stores everything but scope and origin. NotFound when it is gone; Conflict as
	// for InsertCustomRole.
	UpdateCustomRole(r CustomRole) error
	// DeleteCustomRole removes it. NotFound when it is gone. What is bound to it has to be gone before.
	DeleteCustomRole(r CustomRole) error
	// Bound counts the bindings of people, teams and API tokens to a custom role outside of some
	// Workspaces; outside of none are all of them.
	Bound(r CustomRole, outside []WorkspaceID) (int, error)
}

// sortedSet returns the values sorted, each once.
func sortedSet[T ~string](values []T) []T {
	out := slices.Clone(values)
	slices.Sort(out)
	return slices.Compact(out)
}

// joinedBy joins values of any kind of text.
func joinedBy[T ~string](values []T, by string) string {
	parts := make([]string, len(values))
	for i, v := range values {
		parts[i] = string(v)
	}
	return strings.Join(parts, by)
}
