package api

import (
	"context"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// entityKinds are the kinds of entities by their words on the wire.
var entityKinds = map[string]access.EntityKind{
	organizationType: access.OrgEntity,
	workspaceType:    access.WorkspaceEntity,
	"DEPLOYMENT":     access.DeploymentEntity,
	"DAG":            access.DagEntity,
	"DAG_TAG":        access.DagTagEntity,
}

// newToken asks for a token; scope is the name of the member that says where its home is.
type newToken struct {
	org   access.OrgID
	scope string
	access.TokenRequest
}

// readNewToken reads a request of a family, which names the home by its word for it.
func readNewToken(scope string) func(*input) newToken {
	return func(in *input) newToken {
		body := readBody[struct {
			Name        string      `json:"name"`
			Description string      `json:"description"`
			Role        access.Role `json:"role"`
			Scope       string      `json:"scope"` // v1
			Type        string      `json:"type"`  // v1beta1
			EntityID    string      `json:"entityId"`
			Kind        string      `json:"kind"`
			Days        *int        `json:"tokenExpiryPeriodInDays"`
		}](in)
		if body.Kind != "" && body.Kind != standardKind {
			in.reject("kind", "choice", "Use "+standardKind+", or leave it out.")
		}
		home := body.Scope
		if scope == "type" {
			home = body.Type
		}
		return newToken{readOrg(in), scope, access.TokenRequest{
			Home: entityKinds[home], Entity: body.EntityID, Name: body.Name, Description: body.Description,
			Role: body.Role, Days: body.Days,
		}}
	}
}

// issued is a token with its new value, which nothing tells again.
type issued struct {
	access.Detail
	value secret.Value
}

func (s *server) createToken(ctx context.Context, by access.Actor, in newToken) (issued, error) {
	d, value, err := s.Tokens.CreateIn(ctx, by, in.org, in.TokenRequest)
	return issued{d, value}, onTheWire(err, map[string]string{"scope": in.scope, "expiration": "tokenExpiryPeriodInDays"})
}

// rotateToken replaces the value that was current when the request began.
func (s *server) rotateToken(ctx context.Context, by access.Actor, ref tokenRef) (issued, error) {
	d, err := s.Tokens.Locate(ctx, by, ref.org, ref.id)
	if err != nil {
		return issued{}, err
	}
	var value secret.Value
	d.Token, value, err = s.Tokens.Rotate(ctx, by, d.Home, ref.id, d.Generation, "")
	return issued{d, value}, err
}

// deleteToken ends a token where its home is. A second time it is not found.
func (s *server) deleteToken(ctx context.Context, by access.Actor, ref tokenRef) error {
	d, err := s.Tokens.Locate(ctx, by, ref.org, ref.id)
	if err != nil {
		return err
	}
	_, err = s.Tokens.Delete(ctx, by, d.Home, ref.id, access.TokenDeletionWord)
	return err
}

// tokenEdit is what is to be changed about a token's record.
type tokenEdit struct {
	tokenRef
	access.Renaming
}

func readTokenEdit(in *input) tokenEdit {
	body := readBody[struct {
		Name        string  `json:"name"`
		Description *string `json:"description"`
	}](in)
	return tokenEdit{readToken(in), access.Renaming{Name: body.Name, Description: body.Description}}
}

func (s *server) updateToken(ctx context.Context, by access.Actor, in tokenEdit) (access.Detail, error) {
	d, err := s.Tokens.Locate(ctx, by, in.org, in.id)
	if err != nil {
		return access.Detail{}, err
	}
	d.Token, err = s.Tokens.Rename(ctx, by, d.Home, in.id, in.Renaming)
	return d, err
}

// tokenRoles is the set of roles a token is to hold.
type tokenRoles struct {
	tokenRef
	entries []access.RoleEntry
}

func readTokenRoles(in *input) tokenRoles {
	body := readBody[struct {
		Roles []tokenRole `json:"roles"`
	}](in)
	set := tokenRoles{tokenRef: readToken(in)}
	for _, r := range body.Roles {
		set.entries = append(set.entries, access.RoleEntry{
			Kind: entityKinds[r.EntityType], Entity: r.EntityID, Deployment: r.DeploymentID, Role: access.Role(r.Role)})
	}
	return set
}

func (s *server) setTokenRoles(ctx context.Context, by access.Actor, in tokenRoles) (access.Detail, error) {
	return s.Tokens.SetRoles(ctx, by, in.org, in.id, in.entries)
}

// issuedToken is an apiToken in the two answers that carry its value.
type issuedToken struct {
	apiToken
	Value string `json:"token"`
}

func (s shaper) issued(t issued) issuedToken { return issuedToken{s.token(t.Detail), t.value.Reveal()} }
