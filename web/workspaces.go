package web

import (
	"net/http"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

// pickerLimit is how many Workspaces the start page lists.
const pickerLimit = 1000

// home is the start of a signed-in visit.
func (s *Server) home(v *visit) error { return v.Redirect(http.StatusSeeOther, views.WorkspacesURL) }

// listWorkspaces is the picker; with one Workspace there is nothing to pick.
func (s *Server) listWorkspaces(v *visit) error {
	orgs, err := s.Orgs.Mine(v.ctx(), v.actor())
	if err != nil {
		return err
	}
	var cards []views.WorkspaceCard
	for _, org := range orgs {
		mine, _, err := s.Workspaces.Mine(v.ctx(), v.actor(), org.ID, pickerLimit)
		if err != nil {
			return err
		}
		for _, w := range mine {
			cards = append(cards, views.WorkspaceCard{ID: string(w.ID), Name: w.Name, Description: w.Description, Role: w.Role.Label()})
		}
	}
	if len(cards) == 1 && v.session.Notice == "" {
		return v.Redirect(http.StatusSeeOther, views.WorkspaceURL(cards[0].ID))
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component {
		return views.WorkspacesPage(c, views.Workspaces{Cards: cards})
	})
}

// enterWorkspace goes to what the visitor comes for: the API tokens for those who manage them, the
// details for everybody else.
func (s *Server) enterWorkspace(v *visit) error {
	to := views.WorkspaceDetailsURL(string(v.workspace.ID))
	if access.Permit(v.grants, access.TokenView, access.WorkspaceLevel) == nil {
		to = views.WorkspaceTokensURL(string(v.workspace.ID))
	}
	return v.Redirect(http.StatusSeeOther, to)
}

// showWorkspace shows the facts about a Workspace and whom to ask for more.
func (s *Server) showWorkspace(v *visit) error {
	owners, err := s.Members.WhomToAsk(v.ctx(), v.actor(), v.workspace.Scope())
	if err != nil {
		return err
	}
	held := v.grants.At(access.WorkspaceLevel)
	p := views.Workspace{
		ID: string(v.workspace.ID), Name: v.workspace.Name, Description: v.workspace.Description,
		Role: held.Label(), RoleText: views.RoleText(string(held)), Created: v.workspace.CreatedAt,
	}
	for _, u := range owners {
		p.Owners = append(p.Owners, u.FullName)
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.WorkspacePage(c, p) })
}

func (s *Server) help(v *visit) error      { return s.document(v, http.StatusOK, views.HelpPage) }
func (s *Server) helpRoles(v *visit) error { return s.document(v, http.StatusOK, views.HelpRolesPage) }
func (s *Server) helpTokens(v *visit) error {
	return s.document(v, http.StatusOK, views.HelpTokensPage)
}
