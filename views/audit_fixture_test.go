package views_test

import (
	"time"

	"github.com/a-h/templ"

	"dagpass/views"
	"dagpass/views/ui"
)

func auditRows() []views.AuditRow {
	return []views.AuditRow{
		{Seq: 48_210, At: now, Actor: "Ada Park", From: "192.0.2.7 · Chrome, Linux", Action: "token.rotate", Target: "ci-deploy", Where: "Data Platform", Done: true},
		{Seq: 48_209, At: now.Add(-16 * time.Minute), Actor: "deploy-all", ByToken: true, From: "198.51.100.4 · astro 1.38", Action: "token.create", Target: "nightly", Where: "c0000000000000000000000fi", Reason: "role_too_low"},
		{Seq: 48_208, At: now.Add(-2 * day), Actor: "Dagpass", Action: "moon.land", Done: true},
	}
}

func auditLog(l views.Level) views.AuditLog {
	log := views.AuditLog{Level: l, Now: now, Rows: auditRows(), Chain: views.AuditChain{FirstAt: now.Add(-90 * day), Kept: 48_210, Checked: now.Add(-8 * time.Hour), Events: 48_200}}
	if l.Workspace.ID == "" {
		log.Workspaces = []ui.Option{{Label: "All"}, {Value: data.ID, Label: data.Name}}
		log.Export = &views.AuditExport{Organization: acme, Days: "7", Format: "ndjson", Count: 4120, Formats: []ui.Option{{Value: "ndjson", Label: "NDJSON"}, {Value: "csv", Label: "CSV"}}}
	}
	return log
}

func auditEvent() views.AuditEvent {
	return views.AuditEvent{
		Level: organizationLevel(), AuditRow: auditRows()[0], Now: now, ActorKind: "user", ActorID: "c0000000000000000000000u1", ActorEmail: "ada@acme.example",
		Address: "192.0.2.7", Client: "Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0", Request: "POST /w/:ws/tokens/:token/rotate", RequestID: "req-1",
		TargetKind: "token", TargetID: "c0000000000000000000000t1", TargetName: "ci-deploy", WorkspaceID: data.ID, Hash: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08",
		Changes: []views.AuditFieldChange{{Field: "generation", Before: "1", After: "2"}, {Field: "tokens_deleted", After: "3"}},
	}
}

func auditPages(c views.Chrome) map[string]templ.Component {
	broken, unchecked, narrowed, nothing, soFar, refused := auditLog(organizationLevel()), auditLog(organizationLevel()), auditLog(organizationLevel()), auditLog(organizationLevel()), auditLog(organizationLevel()), auditLog(organizationLevel())
	broken.Chain.BrokenAt, broken.Chain.Why = 1234, "the event was altered"
	unchecked.Chain = views.AuditChain{}
	narrowed.State = views.ListState{Query: "ci", Filters: map[string]string{"actor": "ada", "since": "2026-11-01"}, After: "48211"}
	narrowed.Older, narrowed.SearchedTo = "48208", now.Add(-3*day)
	narrowed.Export.State, narrowed.Export.More = narrowed.State, true
	nothing.Rows, nothing.State = nil, views.ListState{Query: "x"}
	soFar.Rows, soFar.State, soFar.SearchedTo, soFar.Older = nil, views.ListState{Query: "x"}, now.Add(-3*day), "1"
	refused.Export.Days, refused.Export.Problems = "91", views.Problems{"days": "Enter a whole number of days from 1 to 90.", "format": "Select a format from the list."}
	past := auditLog(workspaceLevel())
	past.Rows, past.State = nil, views.ListState{After: "2"}
	return map[string]templ.Component{
		"audit":           views.AuditLogPage(c, auditLog(organizationLevel())),
		"audit workspace": views.AuditLogPage(c, auditLog(workspaceLevel())),
		"audit broken":    views.AuditLogPage(c, broken),
		"audit unchecked": views.AuditLogPage(c, unchecked),
		"audit narrowed":  views.AuditLogPage(c, narrowed),
		"audit no match":  views.AuditLogPage(c, nothing),
		"audit so far":    views.AuditLogPage(c, soFar),
		"audit refused":   views.AuditLogPage(c, refused),
		"audit past":      views.AuditLogPage(c, past),
	}
}

func auditDialogs() map[string]views.Dialog {
	bare := views.AuditEvent{Level: workspaceLevel(), AuditRow: auditRows()[2], Now: now, ActorKind: "system"}
	return map[string]views.Dialog{"audit event": views.AuditEventDialog(auditEvent()), "audit event bare": views.AuditEventDialog(bare)}
}

// auditTold are the screens of the log in which everything that others wrote is s.
func auditTold(c views.Chrome, s string) map[string]templ.Component {
	log, e := auditLog(organizationLevel()), auditEvent()
	for i := range log.Rows {
		log.Rows[i].Actor, log.Rows[i].From, log.Rows[i].Target, log.Rows[i].Where = s, s, s, s
	}
	log.State = views.ListState{Query: s, Filters: map[string]string{"actor": s, "target": s}}
	log.Workspaces[1].Label, log.Export.State, log.Export.Days = s, log.State, s
	e.Actor, e.ActorEmail, e.Client, e.TargetName, e.Where = s, s, s, s, s
	e.Changes[0] = views.AuditFieldChange{Field: s, Before: s, After: s}
	return map[string]templ.Component{"audit": views.AuditLogPage(c, log), "audit event": views.AuditEventDialog(e).Fragment()}
}
