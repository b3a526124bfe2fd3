package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

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
	ws, held := v.workspace, v.grants.At(access.WorkspaceLevel)
	p := views.Workspace{
		ID: string(ws.ID), Name: ws.Name, Description: ws.Description, CICDEnforcement: ws.CICDEnforcement,
		Created: ws.CreatedAt, CreatedBy: ws.CreatedBy.Name, Updated: ws.UpdatedAt, UpdatedBy: ws.UpdatedBy.Name,
		Role: v.grants.Label(access.WorkspaceLevel), RoleText: views.RoleText(string(held)),
		CanEdit:   v.grants.Has(access.On(access.WorkspaceLevel, access.SettingsUpdate)),
		CanDelete: v.grants.Has(access.On(access.WorkspaceLevel, access.Delete)),
	}
	for _, u := range owners {
		p.Owners = append(p.Owners, u.FullName)
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.WorkspacePage(c, p) })
}

// showEditWorkspace shows the form Edit Details.
func (s *Server) showEditWorkspace(v *visit) error {
	ws := v.workspace
	f := editWorkspaceForm(v)
	f.Name, f.Description, f.Version = ws.Name, ws.Description, strconv.Itoa(ws.Version)
	if ws.CICDEnforcement {
		f.CICD = views.CICDOn
	}
	return s.dialog(v, http.StatusOK, views.EditWorkspaceDialog(f))
}

func editWorkspaceForm(v *visit) views.EditWorkspace {
	return views.EditWorkspace{Workspace: v.level().Workspace, CICD: views.CICDOff}
}

// editWorkspace saves the form. The name stands in the frame of every page, so the page is loaded again.
func (s *Server) editWorkspace(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(body.get(views.FieldVersion))
	_, err = s.Workspaces.Edit(v.ctx(), v.actor(), v.workspace.Scope(), access.EditWorkspace{
		Name: body.get(views.FieldName), Description: new(body.get(views.FieldDescription)),
		CICDEnforcement: access.Switch(body.get(views.FieldCICD)), Seen: seen,
	})
	if problems := nameProblems(err); problems != nil {
		f := editWorkspaceForm(v)
		f.Name, f.Description, f.CICD = body.shown(views.FieldName), body.shown(views.FieldDescription), body.shown(views.FieldCICD)
		f.Version, f.Problems = body.shown(views.FieldVersion), problems
		return s.dialog(v, http.StatusUnprocessableEntity, views.EditWorkspaceDialog(f))
	}
	if err != nil {
		return err
	}
	return s.leave(v, "Workspace details saved.", views.WorkspaceDetailsURL(string(v.workspace.ID)))
}

// confirmDeleteWorkspace says what ends, and asks for the typed word.
func (s *Server) confirmDeleteWorkspace(v *visit) error {
	return s.askDeleteWorkspace(v, http.StatusOK, form{}, nil)
}

func (s *Server) askDeleteWorkspace(v *visit, status int, body form, problems views.Problems) error {
	ws, ends, err := s.Workspaces.DeletionOf(v.ctx(), v.actor(), v.workspace.ID)
	if err != nil {
		return err
	}
	return s.dialog(v, status, views.DeleteWorkspaceDialog(views.DeleteWorkspace{
		Workspace: views.Ref{ID: string(ws.ID), Name: ws.Name},
		OwnTokens: ends.OwnTokens, SharedTokens: ends.SharedTokens, People: ends.People, Teams: ends.Teams,
		Confirm: body.shown(views.FieldConfirm), Problems: problems,
	}))
}

// deleteWorkspace ends the Workspace for ever, when the word was typed exactly.
func (s *Server) deleteWorkspace(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	err = s.Workspaces.Delete(v.ctx(), v.actor(), v.workspace.Scope(), body.get(views.FieldConfirm))
	if access.CodeOf(err) == access.Invalid {
		return s.askDeleteWorkspace(v, http.StatusUnprocessableEntity, body, problemsOf(err))
	}
	if err != nil {
		return err
	}
	to := views.WorkspacesURL
	if v.managesOrganization() {
		to = views.OrganizationWorkspacesURL(string(v.org.ID))
	}
	return s.leave(v, "Workspace "+v.workspace.Name+" deleted.", to)
}
