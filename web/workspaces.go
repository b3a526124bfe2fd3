package web

import (
	"net/http"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// home is the start of a signed-in visit.
func (s *Server) home(v *visit) error { return v.Redirect(http.StatusSeeOther, views.WorkspacesURL) }

// listWorkspaces is the start page, on which a person chooses a Workspace; with one there is nothing to
// choose.
func (s *Server) listWorkspaces(v *visit) error {
	orgs, err := s.Orgs.Mine(v.ctx(), v.actor())
	if err != nil {
		return err
	}
	var refs []views.Ref
	for _, org := range orgs {
		refs = append(refs, views.Ref{ID: string(org.ID), Name: org.Name})
	}
	p := views.Workspaces{List: views.List{ListSpec: views.StartSpec(refs)}}
	p.State = readList(v, p.ListSpec)
	if len(orgs) > 0 {
		if v.org, v.grants, err = s.Orgs.Find(v.ctx(), v.actor(), chosenOrganization(orgs, p.State)); err != nil {
			return err
		}
		if err := s.fillWorkspaces(v, &p); err != nil {
			return err
		}
	}
	if len(orgs) == 1 && p.Matches == 1 && len(p.Rows) == 1 && !p.State.Active() && v.session.Notice == "" && !isPartial(v.Request()) {
		return v.Redirect(http.StatusSeeOther, views.WorkspaceURL(p.Rows[0].ID))
	}
	return s.workspaceList(v, p, views.StartPage, views.StartTable)
}

// chosenOrganization is the one whose Workspaces are listed: the first, unless another one was chosen.
func chosenOrganization(orgs []access.Org, state views.ListState) access.OrgID {
	if chosen := state.Filter(views.FilterOrganization); chosen != "" {
		return access.OrgID(chosen)
	}
	return orgs[0].ID
}

// listOrganizationWorkspaces shows the Workspaces of the Organization that the visitor sees.
func (s *Server) listOrganizationWorkspaces(v *visit) error {
	p := views.Workspaces{List: views.List{ListSpec: views.OrganizationWorkspacesSpec(string(v.org.ID))}}
	p.State = readList(v, p.ListSpec)
	if err := s.fillWorkspaces(v, &p); err != nil {
		return err
	}
	return s.workspaceList(v, p, views.OrganizationWorkspacesPage, views.OrganizationWorkspacesTable)
}

// workspaceList answers with a list: the page, or for htmx the table alone.
func (s *Server) workspaceList(v *visit, p views.Workspaces, whole, table func(views.Chrome, views.Workspaces) templ.Component) error {
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	if isPartial(v.Request()) {
		return part(v, http.StatusOK, table(chrome, p))
	}
	return page(v, http.StatusOK, whole(chrome, p))
}

// fillWorkspaces reads the page that the list's state describes.
func (s *Server) fillWorkspaces(v *visit, p *views.Workspaces) error {
	state := p.State
	found, err := s.Workspaces.List(v.ctx(), v.actor(), v.org.ID, state.Query, listOrder(state, p.ListSpec), access.Page{Limit: pageSize, After: state.After})
	if err != nil {
		return err
	}
	p.Matches, p.More, p.HasAny, p.HasNext = found.Matching, found.Capped, found.Total > 0, found.More
	p.CanCreate = v.grants.Has(access.On(access.OrgLevel, access.WorkspacesCreate))
	for _, row := range found.Rows {
		p.Rows = append(p.Rows, workspaceRow(row))
		p.LastID = string(row.ID)
	}
	return nil
}

func workspaceRow(r access.WorkspaceRow) views.WorkspaceRow {
	return views.WorkspaceRow{
		ID: string(r.ID), Name: r.Name, Description: r.Description, Role: r.Held.Label(access.WorkspaceLevel),
		Users: figure(r.Users), Tokens: figure(r.Tokens), Created: r.CreatedAt, CreatedBy: r.CreatedBy.Name,
	}
}

// figure is a count as it is shown: a dash where the visitor may not see it, and bounded where it was
// counted up to a limit.
func figure(n int) string {
	switch {
	case n == access.Unseen:
		return "–"
	case n > access.MatchLimit:
		return ui.Count(access.MatchLimit) + "+"
	}
	return ui.Count(n)
}

// newWorkspace shows the form Create Workspace.
func (s *Server) newWorkspace(v *visit) error {
	return s.dialog(v, http.StatusOK, views.CreateWorkspaceDialog(createWorkspaceForm(v)))
}

func createWorkspaceForm(v *visit) views.CreateWorkspace {
	return views.CreateWorkspace{
		Organization: v.level().Organization,
		Filter:       readList(v, views.OrganizationWorkspacesSpec(string(v.org.ID))),
	}
}

// createWorkspace makes the Workspace and enters it.
func (s *Server) createWorkspace(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	ws, err := s.Workspaces.Create(v.ctx(), v.actor(), v.org.ID, access.NewWorkspace{
		Name: body.get(views.FieldName), Description: body.get(views.FieldDescription),
	})
	if problems := nameProblems(err); problems != nil {
		f := createWorkspaceForm(v)
		f.Name, f.Description, f.Problems = body.shown(views.FieldName), body.shown(views.FieldDescription), problems
		return s.dialog(v, http.StatusUnprocessableEntity, views.CreateWorkspaceDialog(f))
	}
	if err != nil {
		return err
	}
	return s.leave(v, "Workspace "+ws.Name+" created.", views.WorkspaceURL(string(ws.ID)))
}
