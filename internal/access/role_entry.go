package access

import (
	"fmt"
	"slices"
	"strings"
)

// EntityKind is the kind of entity an entry of a set of roles is about.
type EntityKind string

// The kinds. There are no Deployments yet, so an entry of the last three finds none.
const (
	OrgEntity        EntityKind = "organization"
	WorkspaceEntity  EntityKind = "workspace"
	DeploymentEntity EntityKind = "deployment"
	DagEntity        EntityKind = "dag"
	DagTagEntity     EntityKind = "dag_tag"
)

// RoleEntry is one entry of a set of roles as a caller writes it; nothing of it is checked.
type RoleEntry struct {
	Kind       EntityKind
	Entity     string // an id, or the name of a Dag or of a Dag tag
	Deployment string // the Deployment of a Dag or a Dag tag
	Role       Role
}

// wanted checks entries against what the token may hold (product.md 3.5). Errors: Invalid with every
// problem, NotFound for what can't exist.
func (s *roleSet) wanted(entries []RoleEntry) ([]roleAt, error) {
	entries, err := s.check(entries)
	if err != nil {
		return nil, err
	}
	var wanted []roleAt
	for _, e := range entries {
		at, err := s.scope(e)
		if err != nil {
			return nil, err
		}
		wanted = append(wanted, roleAt{at, e.Role})
	}
	return wanted, nil
}

// place is what the entry gives a role on. Only a Dag's needs its Deployment for that.
func (e RoleEntry) place() RoleEntry {
	e.Role = ""
	if e.Kind != DagEntity && e.Kind != DagTagEntity {
		e.Deployment = ""
	}
	return e
}

// check returns the entries with the roles they name, or Invalid with everything that is wrong with them.
func (s *roleSet) check(entries []RoleEntry) ([]RoleEntry, error) {
	switch {
	case len(entries) == 0:
		return nil, BadInput(FieldProblem{"roles", "required", "Name at least one role."})
	case len(entries) > MaxBindings+1:
		return nil, BadInput(FieldProblem{"roles", "too_many", fmt.Sprintf("Name at most %d roles.", MaxBindings+1)})
	}
	var p problems
	checked := slices.Clone(entries)
	named := map[RoleEntry]bool{}
	for i, e := range entries {
		field := fmt.Sprintf("roles.%d.", i)
		role, problem, err := s.role(field, e)
		if err != nil {
			return nil, err
		}
		checked[i].Role = role
		if problem == nil && named[e.place()] {
			problem = &FieldProblem{field + "entityId", "twice", "Name each place once."}
		}
		named[e.place()] = true
		p.add(problem)
	}
	return checked, BadInput(p...)
}

// role returns the role an entry gives, or what is wrong with the entry for this token.
func (s *roleSet) role(field string, e RoleEntry) (Role, *FieldProblem, error) {
	problem := s.problem(field, e)
	if problem != nil || e.Kind != WorkspaceEntity {
		return e.Role, problem, nil
	}
	return givenRole(s.tx, field+"role", e.Role, Scope{Org: s.token.Home.Org, Workspace: WorkspaceID(e.Entity)})
}

// problem returns what is wrong with an entry for this token but for a role in a Workspace, nil when
// nothing is.
func (s *roleSet) problem(field string, e RoleEntry) *FieldProblem {
	own := !s.token.OrganizationScoped()
	switch e.Kind {
	case OrgEntity:
		if own {
			return &FieldProblem{field + "entityType", "scope", "A Workspace API token can't have an Organization role."}
		}
		if e.Entity != string(s.token.Home.Org) {
			return &FieldProblem{field + "entityId", "scope", "Use the id of the token's own Organization."}
		}
		return CheckRole(field+"role", e.Role, OrgLevel)
	case WorkspaceEntity:
		if own && e.Entity != string(s.token.Home.Workspace) {
			return &FieldProblem{field + "entityId", "scope", "A Workspace API token can't have a role in another Workspace."}
		}
		return nil
	case DeploymentEntity:
		return nil
	case DagEntity, DagTagEntity:
		if own {
			return &FieldProblem{field + "entityType", "scope", "A Workspace API token can't have a role on a Dag."}
		}
		if strings.TrimSpace(e.Deployment) == "" {
			return &FieldProblem{field + "deploymentId", "required", "Name the Deployment of the Dag."}
		}
		return nil
	}
	return &FieldProblem{field + "entityType", "choice", "Use one of ORGANIZATION, WORKSPACE, DEPLOYMENT, DAG, DAG_TAG."}
}

// scope returns where a checked entry falls. NotFound for what can't exist: there are no Deployments.
func (s *roleSet) scope(e RoleEntry) (Scope, error) {
	at := Scope{Org: s.token.Home.Org}
	switch e.Kind {
	case OrgEntity:
		return at, nil
	case WorkspaceEntity:
		id, err := ParseID[WorkspaceID](e.Entity)
		at.Workspace = id
		return at, err
	}
	return at, Missing()
}
