package access

import "context"

// TokenFilter narrows a list of tokens. Zero fields do not narrow.
type TokenFilter struct {
	Search string // in name, description, id and hint, ignoring case
	Status Status // Expired finds revoked ones too
	Scope  Level  // OrgLevel or WorkspaceLevel: the level of the token's home
	Role   Role   // the role held at the listed scope
}

// Columns a list of tokens can be sorted by, as they stand in the URL.
const (
	SortByName    = "name"
	SortByExpires = "expires" // never expiring tokens last
	SortByUsed    = "used"    // never used tokens first
	SortByCreated = "created"
)

// Columns the API sorts tokens by besides, with [SortByUpdated]. They, and orders by more than one
// column, look at every token of the list.
const (
	SortByDescription = "description"
	SortByStarted     = "started" // creation or last rotation
)

// MatchLimit is how far matches of a filtered list are counted.
const MatchLimit = 1000

// TokenRow is one row of a token list: the token and the role it holds at the listed scope.
type TokenRow struct {
	Token
	Role       Role
	Shared     bool // an Organization token seen from a Workspace
	Workspaces int  // how many Workspaces it has a role in; counted for Organization lists only
}

// TokenList is one page of a list with its figures.
type TokenList struct {
	Rows     []TokenRow
	Total    int  // tokens at the scope, unfiltered
	Matching int  // tokens that pass the filter; exact if Scope alone narrows, else at most MatchLimit
	Capped   bool // Matching stopped at MatchLimit
	Soon     int  // tokens at the scope that expire soon, at most MatchLimit
	More     bool // rows follow the last one
}

// TokenListTx is the reading side of token storage.
type TokenListTx interface {
	// TokensAt returns one page of the tokens that hold a role at a scope. Its cost does not grow
	// with their number for an empty filter and an order by one of the first four columns. An After
	// that is not in the list starts at the top. A search is ordered by one of those columns.
	TokensAt(at Scope, f TokenFilter, s Sort, p Page) (TokenList, error)
	// TokensOf returns one page of all live tokens of an Organization, or, with owned set, of
	// those with a role in a Workspace in which this subject manages tokens.
	TokensOf(org OrgID, owned Actor, all bool, s Sort, p Page) ([]TokenRow, int, error)
	// TokenNamed reports whether a live token usable at the scope, other than except, has the name.
	TokenNamed(at Scope, name string, except TokenID) (bool, error)
	// Unbound returns Organization tokens without a role in the Workspace whose name holds the
	// search, by name, at most limit, how many there are, and how many tokens the Organization has.
	Unbound(at Scope, search string, limit int) (found []Token, matching, all int, err error)
	// WorkspacesWithout returns the Workspaces of the Organization in which a token has no role.
	WorkspacesWithout(t Token, search string, limit int) ([]Workspace, int, error)
}

// List returns one page of the tokens with a role at a scope: in a Workspace its own and the
// shared ones, at Organization level the Organization's own. Errors: NotFound, Forbidden below the
// Owner of the scope.
func (s *Tokens) List(ctx context.Context, by Actor, at Scope, f TokenFilter, sort Sort, p Page) (TokenList, error) {
	var list TokenList
	err := Read(ctx, s.store, by, TokenView, inScope(at), func(_ Grants, tx Tx) (err error) {
		list, err = tx.TokensAt(at, f, sort, p)
		return err
	})
	return list, err
}

// Count returns how many tokens List lists without a filter. Errors as for List.
func (s *Tokens) Count(ctx context.Context, by Actor, at Scope) (int, error) {
	var n int
	err := Read(ctx, s.store, by, TokenView, inScope(at), func(_ Grants, tx Tx) (err error) {
		n, err = tx.TokenCount(at)
		return err
	})
	return n, err
}

// All returns one page of the tokens of an Organization that the actor may manage, with the true
// total: every one for Organization Owners, else those with a role in a Workspace whose tokens they manage.
// Errors: NotFound; Forbidden for an actor who manages no tokens anywhere.
func (s *Tokens) All(ctx context.Context, by Actor, org OrgID, sort Sort, p Page) ([]TokenRow, int, error) {
	var rows []TokenRow
	var total int
	err := Read(ctx, s.store, by, View, inOrg(org), func(g Grants, tx Tx) (err error) {
		if err := managesTokens(tx, by, org, g); err != nil {
			return err
		}
		rows, total, err = tx.TokensOf(org, by, g.Has(On(OrgLevel, TokenView)), sort, p)
		return err
	})
	return rows, total, err
}

// managesTokens refuses an actor who manages tokens neither in the Organization nor in a Workspace.
func managesTokens(tx Tx, by Actor, org OrgID, g Grants) error {
	if g.Has(On(OrgLevel, TokenView)) {
		return nil
	}
	owns, err := tx.OwnsAWorkspace(org, by)
	if err == nil && !owns {
		return Refused(WorkspaceOwner, "")
	}
	return err
}

// Detail is a token with its roles, as far as the reader may see them.
type Detail struct {
	Token
	Here  TokenRole   // the role at the scope it was looked up in
	Roles []TokenRole // home first
}

// Find returns a token with a role at the scope, for whoever manages tokens there. Its other roles
// are included for Organization Owners only. Errors: NotFound, Forbidden.
func (s *Tokens) Find(ctx context.Context, by Actor, at Scope, id TokenID) (Detail, error) {
	var d Detail
	err := Read(ctx, s.store, by, TokenView, inScope(at), func(g Grants, tx Tx) (err error) {
		if d.Token, err = tx.Token(at.Org, id); err != nil {
			return err
		}
		if d.Here, err = tx.TokenRoleAt(d.Token, at); err != nil {
			return err
		}
		sees := newSight(tx, by, at.Org, g)
		if d.Here.Name, err = sees.names.name(d.Here.Role); err != nil {
			return err
		}
		d.Roles, err = sees.roles(d.Token)
		return err
	})
	return d, err
}

// Show returns a token of the Organization by its id alone. A token may always read itself;
// everyone else needs to manage tokens at one of the scopes where it holds a role. Errors: NotFound,
// Forbidden when it lies in a Workspace the actor sees without managing tokens there.
func (s *Tokens) Show(ctx context.Context, by Actor, org OrgID, id TokenID) (Detail, error) {
	var d Detail
	err := Read(ctx, s.store, by, View, inOrg(org), func(g Grants, tx Tx) (err error) {
		d, err = show(tx, by, g, org, id)
		return err
	})
	return d, err
}

// Locate is Show for an act on a token named by its id alone. A token in a Workspace the actor sees
// without managing tokens there comes without its roles instead of Forbidden: the act decides about
// it again, and records when it refuses. Errors: NotFound.
func (s *Tokens) Locate(ctx context.Context, by Actor, org OrgID, id TokenID) (Detail, error) {
	d, err := s.Show(ctx, by, org, id)
	if CodeOf(err) == Forbidden && d.ID == id {
		return d, nil
	}
	return d, err
}

// Details adds to listed tokens their roles as far as the actor may see them, all in one state of the
// store. A token that ended since it was listed is left out.
func (s *Tokens) Details(ctx context.Context, by Actor, org OrgID, rows []TokenRow) ([]Detail, error) {
	var out []Detail
	err := Read(ctx, s.store, by, View, inOrg(org), func(g Grants, tx Tx) error {
		sees := newSight(tx, by, org, g)
		for _, row := range rows {
			roles, err := sees.roles(row.Token)
			if err != nil {
				return err
			}
			if len(roles) > 0 {
				out = append(out, Detail{Token: row.Token, Here: roles[0], Roles: roles})
			}
		}
		return nil
	})
	return out, err
}

// Named reports whether another live token usable at the scope has the name, which makes the CLI's
// --name ambiguous. It warns and never forbids. Errors: NotFound, Forbidden.
func (s *Tokens) Named(ctx context.Context, by Actor, at Scope, name string, except TokenID) (bool, error) {
	var taken bool
	err := Read(ctx, s.store, by, TokenView, inScope(at), func(_ Grants, tx Tx) (err error) {
		taken, err = tx.TokenNamed(at, name, except)
		return err
	})
	return taken, err
}

// Candidates is what a picker offers: the first matches by name, and the figures that tell whether
// there are more, or none at all.
type Candidates[T any] struct {
	Found    []T
	Matching int
	All      int
}

// Bindable returns the Organization tokens that could be added to a Workspace. Errors: NotFound;
// Forbidden below Organization Owner.
func (s *Tokens) Bindable(ctx context.Context, by Actor, at Scope, search string, limit int) (Candidates[Token], error) {
	var out Candidates[Token]
	err := Read(ctx, s.store, by, TokenBind, inOrg(at.Org), func(_ Grants, tx Tx) (err error) {
		if _, err := inScope(at)(tx); err != nil {
			return err
		}
		out.Found, out.Matching, out.All, err = tx.Unbound(at, search, limit)
		return err
	})
	return out, err
}

// BindableWorkspaces returns the Workspaces an Organization token could be added to. Errors:
// NotFound; Forbidden below Organization Owner.
func (s *Tokens) BindableWorkspaces(ctx context.Context, by Actor, org OrgID, id TokenID, search string, limit int) (Token, Candidates[Workspace], error) {
	var tok Token
	var out Candidates[Workspace]
	err := Read(ctx, s.store, by, TokenBind, inOrg(org), func(_ Grants, tx Tx) (err error) {
		if tok, err = ownToken(tx, Scope{Org: org}, id); err != nil {
			return err
		}
		out.Found, out.Matching, err = tx.WorkspacesWithout(tok, search, limit)
		out.All = out.Matching
		return err
	})
	return tok, out, err
}
