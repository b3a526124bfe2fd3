package access

import "context"

// WorkspaceRow is one row of a list of Workspaces.
type WorkspaceRow struct {
	MyWorkspace
	// Users are the people who get in, as [Members.List] has them, at most one more than [MatchLimit];
	// Tokens are the API tokens with a role. They are [Unseen] for those who may not see them.
	Users, Tokens int
}

// Unseen stands for a figure that the actor may not see.
const Unseen = -1

// WorkspaceList is one page of a list of Workspaces with its figures.
type WorkspaceList struct {
	Rows     []WorkspaceRow
	Total    int  // Workspaces the actor sees
	Matching int  // those of them that the search finds; with a search at most MatchLimit
	Capped   bool // Matching stopped at MatchLimit
	More     bool // rows follow the last one
}

// List returns one page of the Workspaces of an Organization that the actor sees: every one for
// Organization Owners, else those with a role, own or through a team. search looks in name, description
// and id, ignoring case; the order is by [SortByName] or [SortByCreated]. Errors: NotFound to anyone
// outside the Organization.
func (s *Workspaces) List(ctx context.Context, by Actor, org OrgID, search string, sort Sort, p Page) (WorkspaceList, error) {
	var list WorkspaceList
	err := Read(ctx, s.store, by, View, inOrg(org), func(g Grants, tx Tx) (err error) {
		list, err = tx.WorkspacesAt(by, org, g.ownsWorkspaces(), search, sort, p)
		for i := range list.Rows {
			list.Rows[i].hide()
		}
		return err
	})
	return list, err
}

// hide takes out the figures that the role held in the Workspace does not show.
func (r *WorkspaceRow) hide() {
	if !r.Held.Has(On(WorkspaceLevel, MembersView)) {
		r.Users = Unseen
	}
	if !r.Held.Has(On(WorkspaceLevel, TokenView)) {
		r.Tokens = Unseen
	}
}
