package web

import (
	"net/http"
	"strconv"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
)

// enterOrganization goes to the first screen of the Organization's settings.
func (s *Server) enterOrganization(v *visit) error {
	return v.Redirect(http.StatusSeeOther, views.GeneralURL(string(v.org.ID)))
}

// showOrganization shows the facts about an Organization.
func (s *Server) showOrganization(v *visit) error {
	p := views.Organization{
		ID: string(v.org.ID), Name: v.org.Name, ShortName: v.org.ShortName(),
		Created: v.org.CreatedAt, CreatedBy: v.org.CreatedBy.Name, Updated: v.org.UpdatedAt, UpdatedBy: v.org.UpdatedBy.Name,
		CanEdit: v.grants.Has(access.On(access.OrgLevel, access.SettingsUpdate)),
	}
	var err error
	if p.Ranges, err = s.rangesOf(v); err != nil {
		return err
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.OrganizationPage(c, p) })
}

// shownRanges is how many address ranges the page shows.
const shownRanges = 100

// rangesOf are the allowed address ranges for those who manage them, nil for everybody else.
func (s *Server) rangesOf(v *visit) (*views.AddressRanges, error) {
	if !v.grants.Has(access.On(access.OrgLevel, access.RangesManage)) {
		return nil, nil
	}
	rows, total, err := s.Ranges.List(v.ctx(), v.actor(), v.org.ID, access.Sort{By: access.SortByAddress}, access.Page{Limit: shownRanges})
	shown := &views.AddressRanges{More: total - len(rows)}
	for _, r := range rows {
		shown.Ranges = append(shown.Ranges, r.Text)
	}
	return shown, err
}

// showEditOrganization shows the form Edit Details.
func (s *Server) showEditOrganization(v *visit) error {
	f := editOrganizationForm(v)
	f.Name, f.Version = v.org.Name, strconv.Itoa(v.org.Version)
	return s.dialog(v, http.StatusOK, views.EditOrganizationDialog(f))
}

func editOrganizationForm(v *visit) views.EditOrganization {
	return views.EditOrganization{Organization: v.level().Organization}
}

// editOrganization saves the form. The name stands in the frame of every page, so the page is loaded
// again.
func (s *Server) editOrganization(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	seen, _ := strconv.Atoi(body.get(views.FieldVersion))
	_, err = s.Orgs.Edit(v.ctx(), v.actor(), v.org.ID, body.get(views.FieldName), seen)
	if problems := nameProblems(err); problems != nil {
		f := editOrganizationForm(v)
		f.Name, f.Version, f.Problems = body.shown(views.FieldName), body.shown(views.FieldVersion), problems
		return s.dialog(v, http.StatusUnprocessableEntity, views.EditOrganizationDialog(f))
	}
	if err != nil {
		return err
	}
	return s.leave(v, "Organization details saved.", views.GeneralURL(string(v.org.ID)))
}

// nameProblems are the problems of a form with a name that is unique: refused fields, or a name that is
// taken. It is nil for any other error.
func nameProblems(err error) views.Problems {
	switch {
	case access.CodeOf(err) == access.Invalid:
		return problemsOf(err)
	case access.ReasonOf(err) == access.ReasonTaken:
		return views.Problems{views.FieldName: access.AsError(err).Message}
	}
	return nil
}
