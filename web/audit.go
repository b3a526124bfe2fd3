package web

import (
	"encoding/hex"
	"net/http"
	"slices"
	"strconv"
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/views"
	"dagpass/views/ui"
)

// listAudit shows the audit log of a Workspace or the Organization: the page, or for htmx what a filter
// or another page changes of it.
func (s *Server) listAudit(v *visit) error {
	log, err := s.auditLog(v, v.QueryParam)
	if err != nil {
		return err
	}
	if isPartial(v.Request()) {
		chrome, err := s.chrome(v)
		if err != nil {
			return err
		}
		return part(v, http.StatusOK, views.AuditTable(chrome, log))
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.AuditLogPage(c, log) })
}

// auditLog reads the page of the log that a query or a form describes.
func (s *Server) auditLog(v *visit, get func(string) string) (views.AuditLog, error) {
	state := auditState(v, get)
	before, _ := parseSeq(state.After) // 0 is the newest page
	found, err := s.AuditLog.List(v.ctx(), v.actor(), v.home(), auditFilter(state), before, pageSize)
	if err != nil {
		return views.AuditLog{}, err
	}
	places, err := s.auditPlaces(v)
	if err != nil {
		return views.AuditLog{}, err
	}
	log := views.AuditLog{
		Level: v.level(), Now: s.now(), State: state, SearchedTo: found.SearchedTo, Chain: views.AuditChain(found.State),
		Workspaces: auditWorkspaces(places, state.Filter(views.AuditWorkspace)),
	}
	if found.Next > 0 {
		log.Older = strconv.FormatInt(found.Next, 10)
	}
	for _, e := range found.Events {
		log.Rows = append(log.Rows, auditRow(e, places))
	}
	if v.underOrganization() && v.grants.Has(access.On(access.OrgLevel, access.AuditExport)) {
		log.Export, err = s.auditExport(v, state, get)
	}
	return log, err
}

// showAuditEvent shows one event with all it holds.
func (s *Server) showAuditEvent(v *visit) error {
	seq, err := parseSeq(v.Param("event"))
	if err != nil {
		return err
	}
	e, err := s.AuditLog.Event(v.ctx(), v.actor(), v.home(), seq)
	if err != nil {
		return err
	}
	places, err := s.auditPlaces(v)
	if err != nil {
		return err
	}
	return s.dialog(v, http.StatusOK, views.AuditEventDialog(s.auditEvent(v, e, places)))
}

func (s *Server) auditEvent(v *visit, e audit.Event, places []ui.Option) views.AuditEvent {
	out := views.AuditEvent{
		Level: v.level(), State: auditState(v, v.QueryParam), AuditRow: auditRow(e, places), Now: s.now(),
		ActorKind: string(e.ActorKind), ActorID: e.ActorID, ActorEmail: e.ActorEmail,
		Address: e.IP, Client: e.UserAgent, AstroClient: strings.TrimSpace(e.AstroClient + " " + e.AstroClientVersion), Request: strings.TrimSpace(e.Method + " " + e.Path), RequestID: e.RequestID,
		TargetKind: string(e.TargetKind), TargetID: e.TargetID, TargetName: e.TargetName,
		WorkspaceID: e.WorkspaceID, Hash: hex.EncodeToString(e.Hash),
	}
	for _, c := range e.Details {
		out.Changes = append(out.Changes, views.AuditFieldChange(c))
	}
	return out
}

// parseSeq reads the number of an event in a URL; NotFound for anything else.
func parseSeq(text string) (int64, error) {
	seq, err := strconv.ParseInt(text, 10, 64)
	if err != nil || seq < 1 || strconv.FormatInt(seq, 10) != text {
		return 0, access.Missing()
	}
	return seq, nil
}

// auditState takes the state of the log from a query or a form. Unknown values count as the default.
func auditState(v *visit, get func(string) string) views.ListState {
	s := views.ListState{Query: searchText(get("q")), Filters: map[string]string{}}
	keep := func(name, value string, ok bool) {
		if ok && value != "" {
			s.Filters[name] = value
		}
	}
	for _, name := range []string{views.AuditActor, views.AuditTarget} {
		keep(name, searchText(get(name)), true)
	}
	action := get(views.AuditAction)
	keep(views.AuditAction, action, views.ActionWords(action) != action)
	keep(views.AuditOutcome, oneOf(get(views.AuditOutcome), views.OutcomeDone, views.OutcomeRefused), true)
	keep(views.AuditWorkspace, get(views.AuditWorkspace), v.underOrganization() && access.IsID(get(views.AuditWorkspace)))
	for _, name := range []string{views.AuditSince, views.AuditUntil} {
		_, err := parseDay(get(name))
		keep(name, get(name), err == nil)
	}
	if _, err := parseSeq(get("after")); err == nil {
		s.After = get("after")
	}
	return s
}

func auditFilter(s views.ListState) access.AuditFilter {
	f := access.AuditFilter{
		Actor: s.Filter(views.AuditActor), Target: s.Filter(views.AuditTarget), Action: audit.Action(s.Filter(views.AuditAction)),
		Workspace: access.WorkspaceID(s.Filter(views.AuditWorkspace)), Outcome: audit.Outcome(s.Filter(views.AuditOutcome)), Search: s.Query,
	}
	// Days that are none were left out by auditState, and give no limit.
	if since, err := parseDay(s.Filter(views.AuditSince)); err == nil {
		f.From = since
	}
	if until, err := parseDay(s.Filter(views.AuditUntil)); err == nil {
		f.Until = until.AddDate(0, 0, 1)
	}
	return f
}

// placesLimit is how many Workspaces are told by name.
const placesLimit = 1000

// auditPlaces are the Organization's Workspaces by id, to name where things happened. In a Workspace
// there is only one place.
func (s *Server) auditPlaces(v *visit) ([]ui.Option, error) {
	if !v.underOrganization() {
		return []ui.Option{{Value: string(v.workspace.ID), Label: v.workspace.Name}}, nil
	}
	mine, _, err := s.Workspaces.Mine(v.ctx(), v.actor(), v.org.ID, placesLimit)
	var places []ui.Option
	for _, w := range mine {
		places = append(places, ui.Option{Value: string(w.ID), Label: w.Name})
	}
	return places, err
}

// auditWorkspaces are the choices of the filter; a Workspace that is gone can still be chosen by its id.
func auditWorkspaces(places []ui.Option, chosen string) []ui.Option {
	out := append([]ui.Option{{Label: "All"}}, places...)
	if chosen != "" && placeName(places, chosen) == chosen {
		out = append(out, ui.Option{Value: chosen, Label: chosen})
	}
	return out
}

// placeName is the name of a Workspace, or the id of one that is gone.
func placeName(places []ui.Option, id string) string {
	i := slices.IndexFunc(places, func(o ui.Option) bool { return o.Value == id })
	if i < 0 {
		return id
	}
	return places[i].Label
}

func auditRow(e audit.Event, places []ui.Option) views.AuditRow {
	row := views.AuditRow{
		Seq: e.Seq, At: e.At, Actor: e.ActorName, ByToken: e.ActorKind == audit.ActorToken,
		Action: string(e.Action), Target: e.TargetName, Done: e.Outcome == audit.OK, Reason: e.Reason,
		From: strings.Trim(e.IP+" · "+clientName(e.UserAgent), " ·"), Where: placeName(places, e.WorkspaceID),
	}
	if row.Actor == "" {
		row.Actor = e.ActorID
	}
	if row.Target == "" {
		row.Target = e.TargetID
	}
	return row
}
