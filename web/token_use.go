package web

import (
	"net/http"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

// showTokenUse tells how to use a token in CI/CD, for whoever may view it.
func (s *Server) showTokenUse(v *visit) error {
	d, err := s.detail(v)
	if err != nil {
		return err
	}
	p := views.TokenUse{
		Level: v.level(), Token: views.Ref{ID: string(d.ID), Name: d.Name},
		TokenIn: string(workspaceOf(d)), PublicURL: s.PublicURL,
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.TokenUsePage(c, p) })
}

// workspaceOf is the Workspace to name in examples for a token: where it is looked at, or the only one it
// has a role in; empty when there are several, or none.
func workspaceOf(d access.Detail) access.WorkspaceID {
	if d.Here.At.Workspace != "" {
		return d.Here.At.Workspace
	}
	var only access.WorkspaceID
	for _, r := range d.Roles {
		switch {
		case r.At.Workspace == "":
		case only != "":
			return ""
		default:
			only = r.At.Workspace
		}
	}
	return only
}
