package views

import (
	"strconv"
	"strings"
	"time"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Names of the filters of the audit log in its URL.
const (
	AuditActor     = "actor"
	AuditTarget    = "target"
	AuditAction    = "act"
	AuditWorkspace = "workspace"
	AuditOutcome   = "outcome"
	AuditSince     = "since" // a day, as 2026-11-23
	AuditUntil     = "until"
)

// Values of the filter by outcome.
const (
	OutcomeDone    = "ok"
	OutcomeRefused = "denied"
)

// Fields of the export.
const (
	FieldDays   = "days"
	FieldFormat = "format"
)

// AuditLog is the screen Audit Logs of an Organization or a Workspace.
type AuditLog struct {
	Level
	Now        time.Time
	State      ListState   // After is the number before which the page begins
	Workspaces []ui.Option // to filter by; none in a Workspace
	Rows       []AuditRow
	Older      string    // After of the next page, empty when there is none
	SearchedTo time.Time // set when the search stopped there before the page was full
	Chain      AuditChain
	Export     *AuditExport // nil for who may not
}

// AuditRow is one event in the list.
type AuditRow struct {
	Seq     int64
	At      time.Time
	Actor   string
	ByToken bool
	From    string // address and client, in words
	Action  string // its name
	Target  string // name, or id when it has none
	Where   string // the Workspace's name, or id when it is gone
	Done    bool
	Reason  string
}

// AuditChain is what is known of the chain that the events are in.
type AuditChain struct {
	FirstAt  time.Time
	Kept     int64     // 0 in a Workspace, where it is not told
	Checked  time.Time // zero for not yet
	Events   int64
	BrokenAt int64 // the first bad event, 0 for none
	Why      string
}

// AuditExport is the form that takes events away.
type AuditExport struct {
	Organization Ref
	State        ListState // whose filters narrow the export
	Days         string    // as it was typed
	Format       string
	Formats      []ui.Option
	Count        int64
	More         bool // Count is a lower bound
	Problems     Problems
}

// AuditLogPage is the log as a page.
func AuditLogPage(c Chrome, l AuditLog) templ.Component { return auditPage(c, l) }

// AuditTable is the part of the page that a filter, a link to another page or an export's problem
// replaces.
func AuditTable(c Chrome, l AuditLog) templ.Component { return auditTablePart(c, l) }

// AuditCount is the line of the export that says how many events it holds.
func AuditCount(x AuditExport) templ.Component { return auditCount(x) }

const auditTitle = "Audit Logs"

func (l AuditLog) crumb() (url, text string) {
	if l.inWorkspace() {
		return WorkspaceDetailsURL(l.Workspace.ID), "Workspace Settings"
	}
	return GeneralURL(l.Organization.ID), "Organization Settings"
}

// explained is the sentence under the heading.
func (l AuditLog) explained() string {
	if l.inWorkspace() {
		return "Every change and every refused change in this Workspace."
	}
	return "Every change and every refused change."
}

// caption says what the table holds.
func (l AuditLog) caption() string {
	switch n := len(l.Rows); {
	case l.State.Active():
		return ui.Plural(n, "matching event") + " on this page"
	case l.Chain.Kept > 0:
		return ui.Plural(int(l.Chain.Kept), "event")
	default:
		return ui.Plural(n, "event") + " on this page"
	}
}

func (l AuditLog) olderURL() string {
	older := l.State
	older.After = l.Older
	return older.In(l.auditURL())
}

func (l AuditLog) newestURL() string {
	newest := l.State
	newest.After = ""
	return newest.In(l.auditURL())
}

func (l AuditLog) eventURL(seq int64) string { return l.State.In(l.auditEventURL(seq)) }

// verified is what the last check of the chain found, when nothing was wrong.
func (c AuditChain) verified(now time.Time) string {
	if c.Checked.IsZero() {
		return "Tamper-evident. Not verified yet."
	}
	day := ui.Date(c.Checked)
	if day == ui.Date(now) {
		day = "today"
	}
	text := "Tamper-evident. Last verified " + day + " " + ui.Clock(c.Checked)
	if c.Events > 0 {
		text += ", " + ui.Plural(int(c.Events), "event") + ", first kept " + ui.Date(c.FirstAt)
	}
	return text + "."
}

func (c AuditChain) broken() string {
	return "The audit log was altered outside Dagpass: at event " + ui.Count(int(c.BrokenAt)) + ", " + c.Why + ". Compare the database with a backup."
}

func outcomeOptions() []ui.Option {
	return []ui.Option{{Label: "All"}, {Value: OutcomeDone, Label: "Done"}, {Value: OutcomeRefused, Label: refused}}
}

// count says how many events the export would hold.
func (x AuditExport) count() string {
	noun := "event"
	if x.narrowed() {
		noun = "matching event"
	}
	if x.More {
		return "At least " + ui.Plural(int(x.Count), noun)
	}
	return ui.Plural(int(x.Count), noun)
}

// narrowed reports whether a filter counts for the export; the days of the list do not.
func (x AuditExport) narrowed() bool {
	if x.State.Query != "" {
		return true
	}
	for name := range x.State.Filters {
		if name != AuditSince && name != AuditUntil {
			return true
		}
	}
	return false
}

// kept are the filters that travel with the export, but for the time, which its days replace.
func (x AuditExport) kept() []ui.Hidden {
	return x.State.hidden("after", "sort", AuditSince, AuditUntil)
}

// AuditEvent is one event with all it holds.
type AuditEvent struct {
	Level
	State ListState // of the list behind it
	AuditRow
	Now         time.Time
	ActorKind   string
	ActorID     string
	ActorEmail  string
	Address     string
	Client      string // the User-Agent
	AstroClient string // what an Astro client says it is
	Request     string // method and route
	RequestID   string
	TargetKind  string
	TargetID    string
	TargetName  string
	WorkspaceID string
	Changes     []AuditFieldChange
	Hash        string
}

// AuditFieldChange is one field before and after.
type AuditFieldChange struct{ Field, Before, After string }

// AuditEventDialog is the dialog of one event.
func AuditEventDialog(e AuditEvent) Dialog {
	return Dialog{e.title(), e.auditSection(), 0, func(in bool) templ.Component { return auditEvent(e, in) }}
}

func (e AuditEvent) title() string { return ActionWords(e.Action) }

func (e AuditEvent) frame(in bool) ui.DialogProps {
	return ui.DialogProps{Title: e.title(), InDialog: in, CloseURL: e.State.In(e.auditURL()), CloseLabel: "Close", FocusTitle: true}
}

// only is the log of nothing but the events with one value of a filter.
func (e AuditEvent) only(filter, value string) string {
	return ListState{Filters: map[string]string{filter: value}}.In(e.auditURL())
}

func (e AuditEvent) facts() []ui.Fact {
	facts := []ui.Fact{
		{Label: "Time", Value: auditTime(e.At, e.Now)},
		{Label: "Outcome", Value: ui.Text(outcomeWords(e.Done, e.Reason))},
		{Label: "Actor", Value: auditParty(wordOr(actorKinds, e.ActorKind), e.Actor, e.ActorEmail, e.ActorID, e.onlyOf(AuditActor, e.ActorID))},
		{Label: "Target", Value: auditParty(wordOr(targetKinds, e.TargetKind), e.TargetName, "", e.TargetID, e.onlyOf(AuditTarget, e.TargetID))},
	}
	if e.WorkspaceID != "" {
		facts = append(facts, ui.Fact{Label: "Workspace", Value: auditParty("", e.Where, "", e.WorkspaceID, "")})
	}
	for _, f := range []struct{ label, code string }{
		{"Action", e.Action}, {"Address", e.Address}, {"Client", e.Client}, {"Astro client", e.AstroClient}, {"Request", e.Request}, {"Request ID", e.RequestID},
		{"Event number", strconv.FormatInt(e.Seq, 10)}, {"Seal", e.Hash},
	} {
		if f.code != "" {
			facts = append(facts, ui.Fact{Label: f.label, Value: ui.Code(f.code)})
		}
	}
	return facts
}

// onlyOf is the log of one actor or target, empty for what has no id to look for.
func (e AuditEvent) onlyOf(filter, id string) string {
	if id == "" {
		return ""
	}
	return e.only(filter, id)
}

func (c AuditFieldChange) label() string { return strings.ReplaceAll(c.Field, "_", " ") }

func orNothing(text string) string {
	if text == "" {
		return "–"
	}
	return text
}

func (l AuditLog) problems() int {
	if l.Export == nil {
		return 0
	}
	return len(l.Export.Problems)
}

func (l AuditLog) searched() string { return "Searched back to " + ui.Second(l.SearchedTo) + "." }

// when is the time of a row, whose column says that it is UTC.
func (r AuditRow) when() string { return strings.TrimSuffix(ui.Second(r.At), " UTC") }

func (r AuditRow) id() string { return "event-" + strconv.FormatInt(r.Seq, 10) }

func (r AuditRow) detailsName() string {
	return "Details of event " + strconv.FormatInt(r.Seq, 10) + ", " + ActionWords(r.Action)
}

// daysField is the number of days, which asks for the count again when it changes.
func (x AuditExport) daysField() ui.FieldProps {
	f := ui.FieldProps{
		Name: FieldDays, Label: "Previous days to include (1 to 90)", Type: "number", Value: x.Days, Error: x.Problems[FieldDays],
		Attrs: templ.Attributes{
			"min": "1", "max": "90", "required": true, "inputmode": "numeric",
			"hx-get": AuditCountURL(x.Organization.ID), "hx-trigger": "change", "hx-include": "closest form",
			"hx-target": "#audit-count", "hx-swap": "outerHTML",
		},
	}
	return f
}
