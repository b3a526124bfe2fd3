package api

import (
	"context"

	"dagpass/internal/access"
)

// workspaceRole is a role in a Workspace, in requests and answers.
type workspaceRole struct {
	WorkspaceID access.WorkspaceID `json:"workspaceId"`
	Role        string             `json:"role"` // the constant of a built-in role, or the name of a custom one
}

// subjectRoles are the roles of a person, a team or a token after a change; those it has none of are
// absent.
type subjectRoles struct {
	OrganizationRole access.Role     `json:"organizationRole,omitzero"`
	WorkspaceRoles   []workspaceRole `json:"workspaceRoles,omitempty"`
}

func shapeRoles(r access.HeldRoles) subjectRoles {
	return subjectRoles{OrganizationRole: r.Org, WorkspaceRoles: shapeWorkspaceRoles(r)}
}

func shapeTokenRoles(d access.Detail) subjectRoles {
	var held access.HeldRoles
	for _, r := range d.Roles {
		if r.At.Level() == access.OrgLevel {
			held.Org = r.Role
			continue
		}
		held.Workspaces = append(held.Workspaces, access.WorkspaceRole{Workspace: r.At.Workspace, Role: r.Role, Name: r.Name})
	}
	return shapeRoles(held)
}

func shapeWorkspaceRoles(r access.HeldRoles) []workspaceRole {
	return shapeAll(r.Workspaces, func(w access.WorkspaceRole) workspaceRole { return workspaceRole{w.Workspace, w.Wire()} })
}

// omission is what a list of roles that is not in a body means: the two clients rely on opposite
// readings, each in its own family (contract 4.10).
type omission bool

const (
	unchanged omission = false // v1: `organization user update` of the CLI sends the Organization's role alone
	cleared   omission = true  // iam: Terraform takes roles away by sending nothing
)

// roleSet is the body that replaces the roles of a person or a team.
type roleSet struct {
	OrganizationRole *access.Role    `json:"organizationRole"`
	WorkspaceRoles   []workspaceRole `json:"workspaceRoles"`
	DeploymentRoles  []struct{}      `json:"deploymentRoles"`
	DagRoles         []struct{}      `json:"dagRoles"`
}

func readRoleSet(in *input, absent omission) access.RoleSet {
	body := readBody[roleSet](in)
	set := access.RoleSet{Deployments: len(body.DeploymentRoles)+len(body.DagRoles) > 0}
	if body.OrganizationRole != nil {
		set.Org = *body.OrganizationRole
		if set.Org == "" {
			in.reject("organizationRole", "role", "Name an Organization Role, or leave it out.")
		}
	}
	if body.WorkspaceRoles == nil && absent == unchanged {
		return set
	}
	set.Workspaces = []access.WorkspaceRole{}
	for _, w := range body.WorkspaceRoles {
		set.Workspaces = append(set.Workspaces, access.WorkspaceRole{Workspace: w.WorkspaceID, Role: access.Role(w.Role)})
	}
	return set
}

// userRoles is a person with the roles they are to have.
type userRoles struct {
	user userRef
	set  access.RoleSet
}

func readUserRoles(absent omission) func(*input) userRoles {
	return func(in *input) userRoles { return userRoles{readUser(in), readRoleSet(in, absent)} }
}

func (s *server) setUserRoles(ctx context.Context, by access.Actor, c userRoles) (access.HeldRoles, error) {
	return s.Members.SetRoles(ctx, by, c.user.org, c.user.id, c.set)
}

// teamRoles is a team with the roles it is to have.
type teamRoles struct {
	team teamRef
	set  access.RoleSet
}

func readTeamRoles(absent omission) func(*input) teamRoles {
	return func(in *input) teamRoles { return teamRoles{readTeam(in), readRoleSet(in, absent)} }
}

func (s *server) setTeamRoles(ctx context.Context, by access.Actor, c teamRoles) (access.HeldRoles, error) {
	return s.Teams.SetRoles(ctx, by, c.team.org, c.team.id, c.set)
}
