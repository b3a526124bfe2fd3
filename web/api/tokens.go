package api

import (
	"context"
	"slices"

	"dagpass/internal/access"
)

// tokenListing is what a list of tokens is asked for.
type tokenListing struct {
	listing
	at               access.Scope // the Workspace in which they hold a role, or the whole Organization
	onlyOrganization bool         // no tokens whose home is a Workspace
	matchesNone      bool         // asks for tokens of a kind that does not exist here
}

func readTokenList(in *input) tokenListing {
	l := tokenListing{
		listing:          readPage(in, sortName, sortDescription, sortCreatedAt, sortUpdatedAt, sortStartAt),
		at:               access.Scope{Org: readOrg(in)},
		onlyOrganization: in.flag("includeOnlyOrganizationTokens"),
	}
	var nowhere bool
	l.at.Workspace, nowhere = readPlace(in)
	l.matchesNone = nowhere || in.choice("kind", standardKind, "DIRECT_ACCESS") == "DIRECT_ACCESS"
	return l
}

// readPlace reads the filters by what tokens, people and teams have a role on. Deployments and Dags do
// not exist here, so nobody has one there.
func readPlace(in *input) (at access.WorkspaceID, nowhere bool) {
	if id, given := filterID(in, "workspaceId", "Name a Workspace; with the Astro CLI, use --workspace-id, or astro workspace switch first."); given {
		at = parseID[access.WorkspaceID](in, id)
	}
	_, ofDeployment := filterID(in, "deploymentId", "Name a Deployment; with the Astro CLI, give its id.")
	dag, _ := in.text("dagId")
	return at, ofDeployment || dag != "" || len(in.texts("dagTags")) > 0
}

// filterID reads an id that narrows a list. The CLI sends an empty one when it knows of no
// Workspace; that must match neither nothing nor everything.
func filterID(in *input, name, whenEmpty string) (string, bool) {
	id, given := in.text(name)
	if given && id == "" {
		in.reject(name, "required", whenEmpty)
		return "", false
	}
	return id, given
}

// listTokens returns the tokens with a role in a Workspace; or those of the Organization; or all
// that the caller manages anywhere.
func (s *server) listTokens(ctx context.Context, by access.Actor, l tokenListing) (page[access.Detail], error) {
	rows, total, err := s.tokenRows(ctx, by, l)
	if err != nil {
		return page[access.Detail]{}, err
	}
	if l.matchesNone {
		return page[access.Detail]{listing: l.listing}, nil
	}
	details, err := s.withRoles(ctx, by, l.at, rows)
	return page[access.Detail]{listing: l.listing, rows: details, total: total}, err
}

func (s *server) tokenRows(ctx context.Context, by access.Actor, l tokenListing) ([]access.TokenRow, int, error) {
	if l.at.Workspace == "" && !l.onlyOrganization {
		return s.Tokens.All(ctx, by, l.at.Org, l.order(), l.window())
	}
	var only access.TokenFilter
	if l.at.Workspace != "" && l.onlyOrganization {
		only.Scope = access.OrgLevel
	}
	list, err := s.Tokens.List(ctx, by, l.at, only, l.order(), l.window())
	return list.Rows, list.Matching, err
}

// sortColumns are the columns of the service by the names of sort fields.
var sortColumns = map[string]string{
	sortName:        access.SortByName,
	sortDescription: access.SortByDescription,
	sortCreatedAt:   access.SortByCreated,
	sortUpdatedAt:   access.SortByUpdated,
	sortStartAt:     access.SortByStarted,
}

func (l tokenListing) order() access.Sort {
	var order *access.Sort
	for _, s := range slices.Backward(l.sorts) {
		order = &access.Sort{By: sortColumns[s.By], Desc: s.Desc, Then: order}
	}
	if order == nil {
		return access.Sort{By: access.SortByCreated, Desc: true}
	}
	return *order
}

// withRoles reads what the caller may see of each token's roles, the one at the listed scope first.
func (s *server) withRoles(ctx context.Context, by access.Actor, at access.Scope, rows []access.TokenRow) ([]access.Detail, error) {
	details, err := s.Tokens.Details(ctx, by, at.Org, rows)
	for _, d := range details {
		slices.SortStableFunc(d.Roles, func(a, b access.TokenRole) int { return rank(b, at) - rank(a, at) })
	}
	return details, err
}

func rank(r access.TokenRole, at access.Scope) int {
	if r.At == at {
		return 1
	}
	return 0
}

// tokenRef names a token as the path does.
type tokenRef struct {
	org access.OrgID
	id  access.TokenID
}

func readToken(in *input) tokenRef {
	return tokenRef{readOrg(in), pathID[access.TokenID](in, "token")}
}

func (s *server) findToken(ctx context.Context, by access.Actor, ref tokenRef) (access.Detail, error) {
	return s.Tokens.Show(ctx, by, ref.org, ref.id)
}
