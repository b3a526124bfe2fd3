package access

import "context"

// How much of the matrix is shown at once.
const (
	MatrixTokens     = 25
	MatrixWorkspaces = 8
)

// Window is a part of a list that can be walked both ways: at most Limit rows that follow the row
// After, or that come before the row Before. At most one of the two is set; one that is not in the
// list counts as none.
type Window struct {
	Limit         int
	After, Before string
}

// Stretch is what a [Window] shows of a list, in the list's order.
type Stretch[T any] struct {
	Rows           []T
	All            int  // rows of the list, unfiltered
	Matching       int  // rows that pass the filter, at most MatchLimit
	Capped         bool // Matching stopped at MatchLimit
	Earlier, Later bool // rows lie before the first, behind the last
}

// MatrixFilter narrows the tokens of the matrix. Zero fields do not narrow.
type MatrixFilter struct {
	Search string // in name, description, id and hint, ignoring case
	Status Status
	Role   Role // a Workspace Role that the token holds in some Workspace
}

// MatrixView is the part of the matrix that is asked for. The limits of its windows are
// [MatrixTokens] and [MatrixWorkspaces], whatever they say.
type MatrixView struct {
	Filter     MatrixFilter
	Tokens     Window
	Search     string // in the names of Workspaces, ignoring case
	Workspaces Window
}

// Matrix is Organization tokens by Workspaces, both by name, with the roles between them.
type Matrix struct {
	Tokens     Stretch[TokenRow] // with the role on the Organization
	Workspaces Stretch[Workspace]
	roles      map[Cell]Role
}

// Cell is the place of one token in one Workspace.
type Cell struct {
	Token     TokenID
	Workspace WorkspaceID
}

// Role is what the token holds in the Workspace itself, "" for nothing. What an Organization Owner
// inherits is not among it.
func (m Matrix) Role(at Cell) Role { return m.roles[at] }

// MatrixTx is the storage side of the matrix. The cost of reading a part of it grows with the part.
type MatrixTx interface {
	// TokensByName returns a window of the Organization's own tokens, by name.
	TokensByName(org OrgID, f MatrixFilter, w Window) (Stretch[TokenRow], error)
	// WorkspacesByName returns a window of the Organization's Workspaces whose name holds the
	// search, by name. Its cost grows with their number when it is searched.
	WorkspacesByName(org OrgID, search string, w Window) (Stretch[Workspace], error)
	// RolesAmong returns the roles that tokens of an Organization hold in Workspaces, without
	// Workspace names and in no order.
	RolesAmong(org OrgID, tokens []TokenID, workspaces []WorkspaceID) ([]TokenRole, error)
	// RoleCount returns in how many places a token holds a role, its home included.
	RoleCount(id TokenID) (int, error)
}

// Matrix returns a part of the matrix of the Organization's tokens and its Workspaces, all of it in
// one state of the store. Errors: NotFound; Forbidden below Organization Owner.
func (s *Tokens) Matrix(ctx context.Context, by Actor, org OrgID, v MatrixView) (Matrix, error) {
	v.Tokens.Limit, v.Workspaces.Limit = MatrixTokens, MatrixWorkspaces
	var m Matrix
	err := Read(ctx, s.store, by, TokenBind, inOrg(org), func(_ Grants, tx Tx) (err error) {
		if m.Tokens, err = tx.TokensByName(org, v.Filter, v.Tokens); err != nil {
			return err
		}
		if m.Workspaces, err = tx.WorkspacesByName(org, v.Search, v.Workspaces); err != nil {
			return err
		}
		m.roles, err = m.read(tx, org)
		return err
	})
	return m, err
}

// read returns the roles in the cells of the matrix.
func (m Matrix) read(tx Tx, org OrgID) (map[Cell]Role, error) {
	var tokens []TokenID
	for _, t := range m.Tokens.Rows {
		tokens = append(tokens, t.ID)
	}
	var workspaces []WorkspaceID
	for _, w := range m.Workspaces.Rows {
		workspaces = append(workspaces, w.ID)
	}
	held, err := tx.RolesAmong(org, tokens, workspaces)
	if err != nil {
		return nil, err
	}
	roles := make(map[Cell]Role, len(held))
	for _, r := range held {
		roles[Cell{r.Token, r.At.Workspace}] = r.Role
	}
	return roles, nil
}
