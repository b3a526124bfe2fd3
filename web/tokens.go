package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// listTokens shows the API tokens of a Workspace or of the Organization: the page, or for htmx the
// table alone.
func (s *Server) listTokens(v *visit) error {
	list, count, err := s.tokenList(v)
	if err != nil {
		return err
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	chrome.Counts.Tokens = count
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, views.TokenTable(chrome, list))
	}
	return page(v, http.StatusOK, views.TokensPage(chrome, list))
}

// tokenList reads the list that the request's query describes, and how many tokens there are in all.
func (s *Server) tokenList(v *visit) (list views.TokenList, count string, err error) {
	at, spec := v.home(), tokenListSpec(v)
	state := readList(v, spec)
	found, err := s.Tokens.List(v.ctx(), v.actor(), at, tokenFilter(state), listOrder(state, spec), access.Page{Limit: pageSize, After: state.After})
	if err != nil {
		return list, "", err
	}
	list = views.TokenList{
		Level: v.level(), Now: s.now(), ExpiringSoon: found.Soon, CanAdd: v.managesOrganization(),
		List: views.List{ListSpec: spec, State: state, Matches: found.Matching, More: found.Capped, HasAny: found.Total > 0, HasNext: found.More},
	}
	for _, row := range found.Rows {
		list.Rows = append(list.Rows, tokenRow(v, row))
		list.LastID = string(row.ID)
	}
	return list, ui.Count(found.Total), nil
}

func tokenListSpec(v *visit) views.ListSpec {
	return views.TokenListSpec(v.level(), v.roleOptions(v.home().Level()))
}

func tokenFilter(s views.ListState) access.TokenFilter {
	scopes := map[string]access.Level{views.ScopeWorkspace: access.WorkspaceLevel, views.ScopeOrganization: access.OrgLevel}
	return access.TokenFilter{
		Search: s.Query, Status: access.Status(s.Filter(views.FilterStatus)),
		Scope: scopes[s.Filter(views.FilterScope)], Role: access.Role(s.Filter(views.FilterRole)),
	}
}

// listState is the state of the token list behind a dialog.
func listState(v *visit) views.ListState {
	state := readList(v, tokenListSpec(v))
	state.From = oneOf(v.QueryParam("from"), views.FromToken)
	return state
}

// refreshTokens is the part of the page behind a dialog that a change made stale: the list with the
// filter it had, or the token's own page when the dialog was opened there.
func (s *Server) refreshTokens(v *visit, id access.TokenID) func(views.Chrome) (templ.Component, error) {
	return func(c views.Chrome) (templ.Component, error) {
		if fromTokenPage(v) {
			p, err := s.organizationToken(v, id)
			return views.TokenPageRefresh(p), err
		}
		list, count, err := s.tokenList(v)
		c.Counts.Tokens = count
		return views.TokenRefresh(c, list), err
	}
}

// back is where a plain form returns to: the page its dialog was opened on.
func (s *Server) back(v *visit, id access.TokenID) string {
	if fromTokenPage(v) {
		spec := bindingListSpec(v, id)
		return readList(v, spec).In(spec.URL)
	}
	return listURL(v)
}

// listURL is the token list with the filter it had.
func listURL(v *visit) string {
	state := listState(v)
	state.From = ""
	return state.In(tokenListSpec(v).URL)
}

// fromTokenPage reports whether the dialog was opened on the page of an Organization token, which is
// the only one that shows the token's roles in Workspaces.
func fromTokenPage(v *visit) bool {
	return v.underOrganization() && (v.QueryParam("from") == views.FromToken || strings.Contains(v.Path(), "/bindings"))
}

func tokenRow(v *visit, r access.TokenRow) views.TokenRow {
	return views.TokenRow{
		ID: string(r.ID), Name: r.Name, Description: r.Description, Hint: r.Hint, Shared: r.Shared,
		Role: v.label(r.Role), Workspaces: r.Workspaces, InheritsAll: r.Role == access.OrgOwner,
		Expires: r.EndAt, Revoked: r.RevokedAt, LastUsed: r.LastUsed.At, LastClient: usedBy(r.LastUsed), Created: r.CreatedAt, CreatedBy: r.CreatedBy.Name, FormerMember: r.CreatedBy.Former,
	}
}

func tokenDetails(t access.Token) views.TokenDetails {
	return views.TokenDetails{
		ID: string(t.ID), Name: t.Name, Description: t.Description, Hint: t.Hint,
		Expires: t.EndAt, Days: int(t.Expiry), Rotated: t.LastRotatedAt, Revoked: t.RevokedAt, Created: t.CreatedAt, CreatedBy: t.CreatedBy.Name, FormerMember: t.CreatedBy.Former,
		LastUse: views.LastUse{At: t.LastUsed.At, Client: usedBy(t.LastUsed), Address: t.LastUsed.Address},
	}
}
