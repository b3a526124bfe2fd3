package web

import (
	"net/http"

	"github.com/a-h/templ"

	"dagpass/views"
)

func (s *Server) help(v *visit) error      { return s.document(v, http.StatusOK, views.HelpPage) }
func (s *Server) helpRoles(v *visit) error { return s.document(v, http.StatusOK, views.HelpRolesPage) }
func (s *Server) helpTokens(v *visit) error {
	return s.document(v, http.StatusOK, views.HelpTokensPage)
}

// apiDocs answers anyone: it tells what this version can do, and nothing about this installation.
func (s *Server) apiDocs(v *visit) error {
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component {
		return views.APIDocsPage(c, views.APIDocs{Reference: s.Reference, PublicURL: s.PublicURL})
	})
}
