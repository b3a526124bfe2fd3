package api

import (
	"context"
	"math"
	"slices"

	"dagpass/internal/access"
)

// workspaceListing is what a list of Workspaces is asked for. Filters that are present really
// filter: a name or id that does not exist matches nothing and is no error.
type workspaceListing struct {
	listing
	org        access.OrgID
	ids, names []string
}

func readWorkspaceList(in *input) workspaceListing {
	l := workspaceListing{listing: readList(in), org: readOrg(in), ids: in.texts("workspaceIds"), names: in.texts("names")}
	if _, given := in.query["limit"]; !given && len(l.ids) > 0 {
		// Terraform asks for all Workspaces of a token by id and without a limit.
		l.limit = maxLimit
	}
	return l
}

func (l workspaceListing) excludes(ws access.MyWorkspace) bool {
	return len(l.ids) > 0 && !slices.Contains(l.ids, string(ws.ID)) ||
		len(l.names) > 0 && !slices.Contains(l.names, ws.Name)
}

// listWorkspaces returns the Workspaces of an Organization that the caller sees, none of them for a
// token without a role in any. NotFound to anyone outside the Organization.
func (s *server) listWorkspaces(ctx context.Context, by access.Actor, l workspaceListing) (page[access.Workspace], error) {
	if _, err := s.findOrganization(ctx, by, l.org); err != nil {
		return page[access.Workspace]{}, err
	}
	all, _, err := s.Workspaces.Mine(ctx, by, l.org, math.MaxInt32)
	if err != nil {
		return page[access.Workspace]{}, err
	}
	var wanted []access.Workspace
	for _, ws := range all {
		if !l.excludes(ws) {
			wanted = append(wanted, ws.Workspace)
		}
	}
	return cut(wanted, l.listing, func(ws access.Workspace) record {
		return record{id: string(ws.ID), name: ws.Name, createdAt: ws.CreatedAt.UnixMilli(), updatedAt: ws.UpdatedAt.UnixMilli()}
	}), nil
}

func readWorkspace(in *input) access.Scope {
	return access.Scope{Org: readOrg(in), Workspace: pathID[access.WorkspaceID](in, "workspace")}
}

// findWorkspace returns a Workspace of the Organization the path names; under another one it does
// not exist.
func (s *server) findWorkspace(ctx context.Context, by access.Actor, at access.Scope) (access.Workspace, error) {
	ws, _, err := s.Workspaces.Find(ctx, by, at.Workspace)
	if err != nil {
		return access.Workspace{}, err
	}
	if ws.Org != at.Org {
		return access.Workspace{}, access.Missing()
	}
	return ws, nil
}

// workspaceBody is CreateWorkspaceRequest and UpdateWorkspaceRequest. The defaults for new Deployments
// that v1 adds are not kept: there are no Deployments yet.
type workspaceBody struct {
	Name                string  `json:"name"`
	Description         *string `json:"description"`
	CICDEnforcedDefault *bool   `json:"cicdEnforcedDefault"`
}

// newWorkspace is a Workspace to be made, and where.
type newWorkspace struct {
	org access.OrgID
	access.NewWorkspace
}

func readNewWorkspace(in *input) newWorkspace {
	body := readBody[workspaceBody](in)
	return newWorkspace{readOrg(in), access.NewWorkspace{
		Name: body.Name, Description: valueOf(body.Description), CICDEnforcement: valueOf(body.CICDEnforcedDefault),
	}}
}

func (s *server) createWorkspace(ctx context.Context, by access.Actor, in newWorkspace) (access.Workspace, error) {
	return s.Workspaces.Create(ctx, by, in.org, in.NewWorkspace)
}

// editWorkspace is a Workspace and what it is to become.
type editWorkspace struct {
	at access.Scope
	access.EditWorkspace
}

// readEditWorkspace hands on which of the three members were left out; the service wants all of them, which
// both clients always send (contract 4.10).
func readEditWorkspace(in *input) editWorkspace {
	body := readBody[workspaceBody](in)
	edit := access.EditWorkspace{Name: body.Name, Description: body.Description}
	if on := body.CICDEnforcedDefault; on != nil {
		edit.CICDEnforcement = access.SwitchOf(*on)
	}
	return editWorkspace{readWorkspace(in), edit}
}

func (s *server) updateWorkspace(ctx context.Context, by access.Actor, in editWorkspace) (access.Workspace, error) {
	ws, err := s.Workspaces.Edit(ctx, by, in.at, in.EditWorkspace)
	return ws, onTheWire(err, map[string]string{"cicd_enforcement": "cicdEnforcedDefault"})
}

// deleteWorkspace ends a Workspace; the CLI asks nobody first. A second time it is not found.
func (s *server) deleteWorkspace(ctx context.Context, by access.Actor, at access.Scope) error {
	return s.Workspaces.Delete(ctx, by, at, access.DeletionWord)
}
