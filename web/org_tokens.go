package web

import (
	"net/http"
	"slices"
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

// showOrganizationToken shows one Organization token with the Workspaces it has a role in: the page, or
// for htmx their list alone.
func (s *Server) showOrganizationToken(v *visit) error {
	id, err := v.token()
	if err != nil {
		return err
	}
	p, err := s.organizationToken(v, id)
	if err != nil {
		return err
	}
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, views.TokenBindingTable(p))
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.TokenPage(c, p) })
}

func (s *Server) organizationToken(v *visit, id access.TokenID) (views.TokenPageParams, error) {
	d, err := s.Tokens.Find(v.ctx(), v.actor(), v.org.Scope(), id)
	if err != nil {
		return views.TokenPageParams{}, err
	}
	return views.TokenPageParams{
		Organization: v.level().Organization, Now: s.now(), Token: tokenDetails(d.Token),
		Role: v.label(d.Here.Role), InheritsAll: d.Here.Role == access.OrgOwner, CanAddMore: true,
		Bindings: tokenBindings(v, d),
	}, nil
}

// searchable is from how many Workspaces on a token's list of them can be searched.
const searchable = 10

// tokenBindings is the page of the token's Workspaces that the request's query describes. A token has
// at most [access.MaxBindings] of them, and they are all at hand.
func tokenBindings(v *visit, d access.Detail) views.TokenBindings {
	spec := bindingListSpec(v, d.ID)
	state := readList(v, spec)
	bound := slices.DeleteFunc(slices.Clone(d.Roles), func(r access.TokenRole) bool { return r.Home })
	b := views.TokenBindings{List: views.List{ListSpec: spec, State: state, HasAny: len(bound) > 0}, Many: len(bound) >= searchable || state.Active()}
	needle, role := access.Fold(state.Query), access.Role(state.Filter(views.FilterRole))
	found := slices.DeleteFunc(bound, func(r access.TokenRole) bool {
		return role != "" && r.Role != role || !strings.Contains(access.Fold(r.WorkspaceName), needle)
	})
	b.Matches = len(found)
	found = found[1+slices.IndexFunc(found, func(r access.TokenRole) bool { return string(r.At.Workspace) == state.After }):]
	b.HasNext = len(found) > pageSize
	for _, r := range found[:min(len(found), pageSize)] {
		b.LastID = string(r.At.Workspace)
		b.Rows = append(b.Rows, views.TokenBinding{
			Workspace: views.Ref{ID: b.LastID, Name: r.WorkspaceName}, Role: v.label(r.Role), Since: r.CreatedAt,
		})
	}
	return b
}

func bindingListSpec(v *visit, id access.TokenID) views.ListSpec {
	return views.BindingListSpec(string(v.org.ID), string(id), v.roleOptions(access.WorkspaceLevel))
}
