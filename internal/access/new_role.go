package access

import (
	"fmt"
	"slices"
	"strings"

	"dagpass/internal/audit"
)

// NewRole is what defining a custom role asks for.
type NewRole struct {
	Name        string
	Description *string // nil for none
	Scope       RoleScope
	Permissions []Permission
	Restricted  []WorkspaceID
}

// clean returns the input in the form in which it is stored. kept are Workspaces that the role is
// restricted to already: they may be gone by now.
func (in NewRole) clean(tx Tx, org OrgID, kept []WorkspaceID) (NewRole, error) {
	if p := in.tooLong(); p != nil {
		return in, BadInput(*p)
	}
	var p problems
	in.Name = p.take(cleanRoleName(in.Name))
	if in.Description != nil {
		text := p.take(CleanDescription("description", *in.Description))
		in.Description = &text
	}
	known := slices.Contains(roleScopes, in.Scope)
	if !known {
		p.add(&FieldProblem{"scope", "choice", "Use one of " + joinedBy(roleScopes, ", ") + "."})
	}
	p = append(p, checkPermissions(in.Permissions, in.Scope, known)...)
	in.Permissions, in.Restricted = sortedSet(in.Permissions), sortedSet(in.Restricted)
	for _, id := range in.Restricted {
		if slices.Contains(kept, id) {
			continue
		}
		problem, err := checkRestriction(tx, org, id)
		if err != nil {
			return in, err
		}
		p.add(problem)
	}
	return in, BadInput(p...)
}

// maxRoleEntries is how many permissions, and Workspaces, are looked at (security.md 10).
const maxRoleEntries = 1_000

// tooLong refuses lists that no role can need before each of their entries is looked up and named.
func (in NewRole) tooLong() *FieldProblem {
	switch {
	case len(in.Permissions) > maxRoleEntries:
		return &FieldProblem{"permissions", "too_many", "Give 1,000 permissions or fewer."}
	case len(in.Restricted) > maxRoleEntries:
		return &FieldProblem{"restricted", "too_many", "Name 1,000 Workspaces or fewer."}
	}
	return nil
}

// cleanRoleName is [CleanName] for names that act as identifiers beside those of built-in roles and ids.
func cleanRoleName(text string) (string, *FieldProblem) {
	name, problem := CleanName("name", text, MaxRoleName)
	switch {
	case problem != nil:
		return name, problem
	case IsID(Fold(name)):
		return name, &FieldProblem{"name", "reserved", "Use another name; this one has the form of an id."}
	case isBuiltIn(name):
		return name, &FieldProblem{"name", "reserved", "Use another name; " + name + " is a built-in role."}
	}
	return name, nil
}

// isBuiltIn reports whether a name is the constant or the label of a built-in role, ignoring case.
func isBuiltIn(name string) bool {
	folded := Fold(name)
	return slices.ContainsFunc(BuiltInRoles(), func(r BuiltInRole) bool {
		return folded == Fold(string(r.Role)) || folded == Fold(r.Label)
	}) || folded == Fold(string(HomeResident))
}

// checkPermissions names each identifier that a role of the scope can't contain, and asks for at least
// one that it can. Of a scope that is not known nothing can be said.
func checkPermissions(permissions []Permission, scope RoleScope, known bool) []FieldProblem {
	if len(permissions) == 0 {
		return []FieldProblem{{"permissions", "required", "Give at least one permission."}}
	}
	var out []FieldProblem
	for i, p := range permissions {
		if known && !grantableTo(p, scope) {
			out = append(out, FieldProblem{fmt.Sprintf("permissions.%d", i), "unknown",
				fmt.Sprintf("%q is no permission of a %s role.", shortened(string(p)), scope.noun())})
		}
	}
	return out
}

// shortened keeps a message readable whatever was sent.
func shortened(s string) string {
	const most = 100
	if len(s) <= most {
		return s
	}
	return strings.ToValidUTF8(s[:most], "") + "…"
}

func checkRestriction(tx Tx, org OrgID, id WorkspaceID) (*FieldProblem, error) {
	found, err := tx.Locate(id)
	if err == nil && found.Org == org {
		return nil, nil
	}
	if err != nil && CodeOf(err) != NotFound {
		return nil, err
	}
	return &FieldProblem{"restricted", "unknown", fmt.Sprintf("%q is no Workspace of this Organization.", shortened(string(id)))}, nil
}

// diff returns what changes from one state of a role to another. The record has no pointers: no
// description is an empty one there.
func (r CustomRole) diff(next CustomRole) []audit.Change {
	var out []audit.Change
	add := func(field, before, after string) {
		if before != after {
			out = append(out, audit.Change{Field: field, Before: before, After: after})
		}
	}
	add("name", r.Name, next.Name)
	add("scope", string(r.Scope), string(next.Scope))
	add("description", described(r.Description), described(next.Description))
	add("permissions", joinedBy(r.Permissions, " "), joinedBy(next.Permissions, " "))
	add("restricted_to", joinedBy(r.Restricted, " "), joinedBy(next.Restricted, " "))
	if len(out) == 0 && (r.Description == nil) != (next.Description == nil) {
		out = append(out, audit.Change{Field: "description"})
	}
	return out
}

func described(text *string) string {
	if text == nil {
		return ""
	}
	return *text
}
