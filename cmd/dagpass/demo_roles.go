package main

import (
	"context"
	"fmt"

	"dagpass/internal/access"
)

// closingRole is a custom role that a token of the example Organization has.
const closingRole = "Close Operator"

// demoRole is a custom role of the example Organization. It is restricted to a Workspace, or to none.
type demoRole struct {
	name, description, workspace string
	permissions                  []access.Permission
}

var demoRoles = []demoRole{
	{"Token Manager", "Issues and rotates API tokens, and manages nothing else.", "",
		[]access.Permission{"workspace.tokens.manage", "workspace.tokens.view"}},
	{closingRole, "Runs the closing Dags of a month and reads their logs.", finance,
		[]access.Permission{"deployment.airflow.dag.get", "deployment.airflow.dagRun.create", "deployment.get", "deployment.logs.get"}},
}

// defineRoles makes the custom roles.
func (s *seeder) defineRoles(ctx context.Context, by access.Actor) error {
	for _, r := range demoRoles {
		in := access.NewRole{Name: r.name, Description: &r.description, Scope: access.WorkspaceRoles, Permissions: r.permissions}
		if r.workspace != "" {
			in.Restricted = []access.WorkspaceID{s.places[r.workspace].Workspace}
		}
		if _, err := s.roles.Create(ctx, by, s.org.ID, in); err != nil {
			return fmt.Errorf("role %s: %w", r.name, err)
		}
	}
	return nil
}
