package web

import (
	"net/http"
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// pageSize is how many rows a list shows at once.
const pageSize = 50

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
	chrome.TokenCount = count
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, views.TokenTable(chrome, list))
	}
	return page(v, http.StatusOK, views.TokensPage(chrome, list))
}

// tokenList reads the list that the request's query describes, and how many tokens there are in all.
func (s *Server) tokenList(v *visit) (list views.TokenList, count string, err error) {
	filter := readFilter(v)
	at := v.home()
	found, err := s.Tokens.List(v.ctx(), v.actor(), at, filter.filter(), filter.order(), access.Page{Limit: pageSize, After: filter.After})
	if err != nil {
		return list, "", err
	}
	list = views.TokenList{
		Level: v.level(), Now: s.now(), Filter: filter.TokenFilter,
		Matches: found.Matching, MoreMatches: found.Capped, ExpiringSoon: found.Soon,
		HasTokens: found.Total > 0, HasNext: found.More,
		CanAdd: v.managesOrganization(), Roles: roleOptions(access.RolesOf(at.Level())),
	}
	for _, row := range found.Rows {
		list.Rows = append(list.Rows, tokenRow(row))
		list.LastID = string(row.ID)
	}
	return list, ui.Count(found.Total), nil
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
		c.TokenCount = count
		return views.TokenRefresh(c, list), err
	}
}

// back is where a plain form returns to: the page its dialog was opened on.
func (s *Server) back(v *visit, id access.TokenID) string {
	if fromTokenPage(v) {
		return views.OrganizationTokenURL(string(v.org.ID), string(id))
	}
	return readFilter(v).listURL(v)
}

// fromTokenPage reports whether the dialog was opened on the page of an Organization token, which is
// the only one that shows the token's roles in Workspaces.
func fromTokenPage(v *visit) bool {
	return v.underOrganization() && (v.QueryParam("from") == views.FromToken || strings.Contains(v.Path(), "/bindings"))
}

// listFilter is the state of a token list as its URL carries it.
type listFilter struct{ views.TokenFilter }

// readFilter takes the filter from the query. Unknown values count as the default.
func readFilter(v *visit) listFilter {
	f := views.TokenFilter{Query: searchText(v.QueryParam("q")), From: oneOf(v.QueryParam("from"), views.FromToken)}
	f.Status = oneOf(v.QueryParam("status"), views.StatusActive, views.StatusSoon, views.StatusExpired)
	if !v.underOrganization() {
		f.Scope = oneOf(v.QueryParam("scope"), views.ScopeWorkspace, views.ScopeOrganization)
	}
	for _, r := range access.RolesOf(v.home().Level()) {
		// A picker's search without script sends the role of its own form.
		if v.QueryParam("role") == string(r) && !v.QueryParams().Has(views.FieldFind) {
			f.Role = string(r)
		}
	}
	f.Sort = oneOf(v.QueryParam("sort"), views.SortExpires, views.SortUsed, views.SortCreated,
		"-"+views.SortName, "-"+views.SortExpires, "-"+views.SortUsed, "-"+views.SortCreated)
	if after := v.QueryParam("after"); access.IsID(after) {
		f.After = after
	}
	return listFilter{f}
}

func oneOf(value string, allowed ...string) string {
	for _, a := range allowed {
		if value == a {
			return value
		}
	}
	return ""
}

// searchText cuts a search to what a name or description could hold.
func searchText(q string) string {
	clean, problem := access.CleanDescription("q", q)
	if problem != nil {
		return ""
	}
	return clean
}

func (f listFilter) filter() access.TokenFilter {
	scopes := map[string]access.Level{views.ScopeWorkspace: access.WorkspaceLevel, views.ScopeOrganization: access.OrgLevel}
	return access.TokenFilter{Search: f.Query, Status: access.Status(f.Status), Scope: scopes[f.Scope], Role: access.Role(f.Role)}
}

func (f listFilter) order() access.Sort {
	switch {
	case f.Sort == "":
		return access.Sort{By: access.SortByName}
	case f.Sort[0] == '-':
		return access.Sort{By: f.Sort[1:], Desc: true}
	}
	return access.Sort{By: f.Sort}
}

func (f listFilter) listURL(v *visit) string {
	f.From = ""
	if v.underOrganization() {
		return views.OrganizationTokensFilteredURL(string(v.org.ID), f.TokenFilter)
	}
	return views.WorkspaceTokensFilteredURL(string(v.workspace.ID), f.TokenFilter)
}

func tokenRow(r access.TokenRow) views.TokenRow {
	return views.TokenRow{
		ID: string(r.ID), Name: r.Name, Description: r.Description, Hint: r.Hint, Shared: r.Shared,
		Role: r.Role.Label(), Workspaces: r.Workspaces, InheritsAll: r.Role == access.OrgOwner,
		Expires: r.EndAt, LastUsed: r.LastUsed.At, Created: r.CreatedAt, CreatedBy: r.CreatedBy.Name,
	}
}

func tokenDetails(t access.Token) views.TokenDetails {
	return views.TokenDetails{
		ID: string(t.ID), Name: t.Name, Description: t.Description, Hint: t.Hint,
		Expires: t.EndAt, Days: int(t.Expiry), Rotated: t.LastRotatedAt, Created: t.CreatedAt, CreatedBy: t.CreatedBy.Name,
		LastUse: views.LastUse{At: t.LastUsed.At, Client: clientName(t.LastUsed.Client), Address: t.LastUsed.Address},
	}
}

// roleOptions are the roles with the words that describe them, lowest first.
func roleOptions(roles []access.Role) []views.RoleOption {
	var out []views.RoleOption
	for _, o := range append(views.WorkspaceRoles(), views.OrganizationRoles()...) {
		for _, r := range roles {
			if o.Value == string(r) {
				out = append(out, o)
			}
		}
	}
	return out
}

// grantable are the roles of a level that the visitor may give.
func grantable(v *visit, level access.Level) []views.RoleOption {
	var may []access.Role
	for _, r := range access.RolesOf(level) {
		if v.grants.Covers(r) {
			may = append(may, r)
		}
	}
	return roleOptions(may)
}
