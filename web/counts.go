package web

import (
	"net/http"
	"strings"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// countTabs fills in the numbers on the tabs of Access Management that the visitor may open, but for
// the list that is being shown, which knows its own. Only a whole page has tabs; an answer to a change
// renews the number it changed itself.
func (s *Server) countTabs(v *visit, c *views.Chrome) error {
	if v.Request().Method != http.MethodGet || isPartial(v.Request()) {
		return nil
	}
	tabs := map[string]struct {
		needs access.Action
		count func() error
	}{
		"users":  {access.MembersView, func() error { return s.countUsers(v, c) }},
		"teams":  {access.MembersView, func() error { return s.countTeams(v, c) }},
		"tokens": {access.TokenView, func() error { return s.countTokens(v, c) }},
	}
	if _, counted := tabs[v.screen().Word]; !counted && v.screen().Word != "roles" {
		return nil
	}
	for word, tab := range tabs {
		if strings.HasSuffix(v.route.path, "/"+word) || !v.grants.Has(access.On(v.home().Level(), tab.needs)) {
			continue
		}
		if err := tab.count(); err != nil {
			return err
		}
	}
	return nil
}

func (s *Server) countUsers(v *visit, c *views.Chrome) error {
	n, capped, err := s.Members.Count(v.ctx(), v.actor(), v.home())
	c.Counts.Users = countUpTo(n, capped)
	return err
}

func (s *Server) countTeams(v *visit, c *views.Chrome) error {
	n, err := s.Teams.Count(v.ctx(), v.actor(), v.home())
	c.Counts.Teams = ui.Count(n)
	return err
}

func (s *Server) countTokens(v *visit, c *views.Chrome) error {
	n, err := s.Tokens.Count(v.ctx(), v.actor(), v.home())
	c.Counts.Tokens = ui.Count(n)
	return err
}
