package web

import (
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/views"
	"dagpass/views/ui"
	"dagpass/web/download"
)

const dayLayout = "2006-01-02"

func parseDay(text string) (time.Time, error) { return time.Parse(dayLayout, text) }

// newExport is the export that a query or a form asks for; without a word about it the default one.
func newExport(state views.ListState, get func(string) string) (in access.NewAuditExport, days string) {
	in = access.NewAuditExport{Days: access.DefaultExportDays, Format: audit.NDJSON, Filter: auditFilter(state)}
	if days = get(views.FieldDays); days == "" {
		days = strconv.Itoa(in.Days)
	}
	in.Days, _ = strconv.Atoi(days) // 0 is refused like any other number out of range
	if format := get(views.FieldFormat); format != "" {
		in.Format = audit.Format(format)
	}
	return in, days
}

// auditExport is the form of the export with the number of events it would hold.
func (s *Server) auditExport(v *visit, state views.ListState, get func(string) string) (*views.AuditExport, error) {
	in, days := newExport(state, get)
	x := views.AuditExport{
		Organization: v.level().Organization, State: state, Days: strings.ToValidUTF8(days, "\uFFFD"), Format: string(in.Format),
		Formats: []ui.Option{{Value: string(audit.NDJSON), Label: "NDJSON"}, {Value: string(audit.CSV), Label: "CSV"}},
	}
	var err error
	x.Count, x.More, err = s.AuditLog.CountExport(v.ctx(), v.actor(), v.org.ID, in)
	if access.CodeOf(err) == access.Invalid {
		x.Problems, err = problemsOf(err), nil
	}
	return &x, err
}

// countAudit says how many events an export would hold, while its form is being filled in.
func (s *Server) countAudit(v *visit) error {
	state := auditState(v, v.QueryParam)
	if !isPartial(v.Request()) {
		return v.Redirect(http.StatusSeeOther, state.In(views.OrganizationAuditURL(string(v.org.ID))))
	}
	x, err := s.auditExport(v, state, v.QueryParam)
	if err != nil {
		return err
	}
	return part(v, http.StatusOK, views.AuditCount(*x))
}

// exportAudit sends events as a file.
func (s *Server) exportAudit(v *visit) error {
	body, err := readForm(v)
	if err != nil {
		return err
	}
	// HTTP/1.0 has no way to tell a whole file from one that was cut.
	if !v.Request().ProtoAtLeast(1, 1) {
		return s.failurePage(v, http.StatusHTTPVersionNotSupported, views.NotPossible(v.screen(), "Export not possible",
			"Something between you and Dagpass speaks HTTP/1.0, over which a file that was cut looks whole. Set the proxy to HTTP/1.1 (nginx: proxy_http_version 1.1)."))
	}
	in, _ := newExport(auditState(v, body.get), body.get)
	if body.get(views.FieldDays) == "" {
		in.Days = 0
	}
	export, err := s.AuditLog.Export(v.ctx(), v.actor(), v.org.ID, in)
	if access.CodeOf(err) == access.Invalid {
		return s.exportAgain(v, body, err)
	}
	if err != nil {
		return err
	}
	d := download.Download{To: v.Response(), Format: in.Format, Header: func(h http.Header) {
		h.Set(echo.HeaderContentDisposition, `attachment; filename="`+exportName(v.org, in, s.now())+`"`)
	}}
	if err := d.Send(v.ctx(), export); err != nil {
		if !d.Begun() {
			return err
		}
		download.Abort(v.ctx(), err)
	}
	return nil
}

// exportAgain shows the page with what is wrong with the form.
func (s *Server) exportAgain(v *visit, body form, why error) error {
	log, err := s.auditLog(v, body.shown)
	if err != nil {
		return err
	}
	log.Export.Days, log.Export.Problems = body.shown(views.FieldDays), problemsOf(why)
	return s.document(v, http.StatusUnprocessableEntity, func(c views.Chrome) templ.Component { return views.AuditLogPage(c, log) })
}

// exportName is the file's name, of ASCII letters, digits, dots and hyphens alone.
func exportName(org access.Org, in access.NewAuditExport, now time.Time) string {
	slug := strings.Map(func(r rune) rune {
		if r < 0x80 && (r >= 'a' && r <= 'z' || r >= '0' && r <= '9') {
			return r
		}
		return '-'
	}, strings.ToLower(org.Name))
	slug = strings.Join(strings.FieldsFunc(slug, func(r rune) bool { return r == '-' }), "-")
	if slug == "" {
		slug = string(org.ID)
	}
	return fmt.Sprintf("%s-logs-%d-days-%s.%s", slug, in.Days, now.Format(dayLayout), in.Format)
}
