package web

import (
	"net/http"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

// showOrganizationToken shows one Organization token with every Workspace it has a role in.
func (s *Server) showOrganizationToken(v *visit) error {
	id, err := v.token()
	if err != nil {
		return err
	}
	p, err := s.organizationToken(v, id)
	if err != nil {
		return err
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.TokenPage(c, p) })
}

func (s *Server) organizationToken(v *visit, id access.TokenID) (views.TokenPageParams, error) {
	d, err := s.Tokens.Find(v.ctx(), v.actor(), v.org.Scope(), id)
	if err != nil {
		return views.TokenPageParams{}, err
	}
	p := views.TokenPageParams{
		Organization: v.level().Organization, Now: s.now(), Token: tokenDetails(d.Token),
		Role: d.Here.Role.Label(), InheritsAll: d.Here.Role == access.OrgOwner, CanAddMore: true,
	}
	for _, r := range d.Roles {
		if r.At.Level() != access.WorkspaceLevel {
			continue
		}
		p.Bindings = append(p.Bindings, views.TokenBinding{
			Workspace: views.Ref{ID: string(r.At.Workspace), Name: r.WorkspaceName}, Role: r.Role.Label(), Since: r.CreatedAt,
		})
	}
	return p, nil
}
