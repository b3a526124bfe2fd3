package access

import (
	"context"

	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// TokenRequest is what creating a token asks for where its home is named by kind and id, as programs
// do. Nothing of it is checked.
type TokenRequest struct {
	Home              EntityKind // OrgEntity, WorkspaceEntity or DeploymentEntity
	Entity            string     // the id of the home; empty for the Organization
	Name, Description string
	Role              Role
	Days              *int // of validity; nil never ends
}

// CreateIn is [Tokens.Create] in the Organization or in one of its Workspaces, as the request names
// it. Errors: as there, and NotFound for a Workspace or Deployment that is absent or hidden. A request
// that names no home that can exist is answered so to those who manage tokens anywhere in the
// Organization; everybody else gets Forbidden and learns nothing about it.
func (s *Tokens) CreateIn(ctx context.Context, by Actor, org OrgID, in TokenRequest) (Detail, secret.Value, error) {
	home, problem := in.home(org)
	if problem != nil {
		return Detail{}, secret.Value{}, s.refuseRequest(ctx, by, org, problem)
	}
	return s.create(ctx, by, home, in.token())
}

// refuseRequest returns the problem of a request to those who manage tokens anywhere, and Forbidden,
// recorded, to everybody else.
func (s *Tokens) refuseRequest(ctx context.Context, by Actor, org OrgID, problem error) error {
	return Change(ctx, s.store, by, Act{Do: View, As: audit.TokenCreate}, inOrg(org), func(c *Changing, tx Tx) error {
		if err := managesTokens(tx, by, org, c.Grants); err != nil {
			return err
		}
		return problem
	})
}

func (in TokenRequest) token() NewToken {
	t := NewToken{Name: in.Name, Description: in.Description, Role: in.Role}
	if in.Days != nil {
		t.Expiry = Expiry(max(*in.Days, -1))
		if t.Expiry == Never {
			t.Expiry = -1 // 0 days are too few; only absent is never
		}
	}
	return t
}

// home returns the scope the token is to be made in. Errors: Invalid with every problem of a request
// that names none, NotFound for one that can't exist: there are no Deployments.
func (in TokenRequest) home(org OrgID) (Scope, error) {
	var p problems
	p.add(in.homeProblem(org))
	if len(p) > 0 {
		p = append(p, in.token().problems(nil)...)
		return Scope{}, BadInput(p...)
	}
	switch in.Home {
	case OrgEntity:
		return Scope{Org: org}, nil
	case WorkspaceEntity:
		id, err := ParseID[WorkspaceID](in.Entity)
		return Scope{Org: org, Workspace: id}, err
	}
	return Scope{}, Missing()
}

func (in TokenRequest) homeProblem(org OrgID) *FieldProblem {
	switch in.Home {
	case OrgEntity:
		if in.Entity != "" && in.Entity != string(org) {
			return &FieldProblem{"entityId", "scope", "Leave this out for an Organization API token."}
		}
	case WorkspaceEntity, DeploymentEntity:
		if in.Entity == "" {
			return &FieldProblem{"entityId", "required", "Give the id of the Workspace or Deployment."}
		}
	default:
		return &FieldProblem{"scope", "choice", "Use one of ORGANIZATION, WORKSPACE, DEPLOYMENT."}
	}
	return nil
}
