package audit

import (
	"bytes"
	"encoding/csv"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode/utf8"
)

// Format is a form in which events leave the record.
type Format string

// The formats. Both say the same under the same names.
const (
	NDJSON Format = "ndjson" // one JSON object a line
	CSV    Format = "csv"    // RFC 4180, with a header
)

// Formats are all formats, the default first.
func Formats() []Format { return []Format{NDJSON, CSV} }

// ContentType is the media type of a file in the format.
func (f Format) ContentType() string {
	if f == CSV {
		return "text/csv; charset=utf-8"
	}
	return "application/x-ndjson; charset=utf-8"
}

// lineVersion is the version of the shape of a line.
const lineVersion = 1

// line is an event as it leaves the record. What is not set is absent. Names and order are those of
// the CSV columns too.
type line struct {
	Timestamp          string            `json:"timestamp"` // RFC 3339, with milliseconds
	AuditVersion       int               `json:"audit_version"`
	Seq                int64             `json:"seq"`
	OrganizationID     string            `json:"organizationId,omitempty"`
	WorkspaceID        string            `json:"workspaceId,omitempty"`
	SubjectID          string            `json:"subjectId,omitempty"`
	SubjectType        string            `json:"subjectType,omitempty"`
	SubjectName        string            `json:"subjectName,omitempty"`
	UserEmail          string            `json:"userEmail,omitempty"`
	ClientType         ClientType        `json:"clientType,omitempty"`
	AstroClient        string            `json:"astroClient,omitempty"`
	AstroClientVersion string            `json:"astroClientVersion,omitempty"`
	SourceIP           string            `json:"sourceIp,omitempty"`
	UserAgent          string            `json:"userAgent,omitempty"`
	Method             string            `json:"method,omitempty"`
	Path               string            `json:"path,omitempty"`
	RequestID          string            `json:"requestId,omitempty"`
	Action             Action            `json:"action"`
	Outcome            Outcome           `json:"outcome"`
	Reason             string            `json:"reason,omitempty"`
	Entity             *entity           `json:"entity,omitempty"`
	Before             map[string]string `json:"before,omitempty"` // the fields that were not empty
	After              map[string]string `json:"after,omitempty"`  // the fields that are not empty
	Hash               string            `json:"hash"`
}

type entity struct {
	Type TargetKind `json:"type"`
	ID   string     `json:"id,omitempty"`
	Name string     `json:"name,omitempty"`
}

const timestampLayout = "2006-01-02T15:04:05.000Z07:00"

// subjectTypes are the kinds of actor as the Astro API calls them.
var subjectTypes = map[ActorKind]string{ActorUser: "USER", ActorToken: "SERVICEKEY", ActorSystem: "SYSTEM"}

func lineOf(e Event) line {
	l := line{
		Timestamp: e.At.UTC().Format(timestampLayout), AuditVersion: lineVersion, Seq: e.Seq,
		OrganizationID: e.OrganizationID, WorkspaceID: e.WorkspaceID,
		SubjectID: e.ActorID, SubjectType: subjectTypes[e.ActorKind], SubjectName: e.ActorName, UserEmail: e.ActorEmail,
		ClientType: e.ClientType, AstroClient: e.AstroClient, AstroClientVersion: e.AstroClientVersion,
		SourceIP: e.IP, UserAgent: e.UserAgent, Method: e.Method, Path: e.Path, RequestID: e.RequestID,
		Action: e.Action, Outcome: e.Outcome, Reason: e.Reason, Hash: hex.EncodeToString(e.Hash),
	}
	if e.ActorKind == ActorSystem {
		l.ClientType = ClientHost
	}
	if e.TargetKind != "" {
		l.Entity = &entity{e.TargetKind, e.TargetID, e.TargetName}
	}
	for _, c := range e.Details {
		l.Before = with(l.Before, c.Field, c.Before)
		l.After = with(l.After, c.Field, c.After)
	}
	return l
}

// with adds a field to one side of a change. A field that was recorded twice keeps both values.
func with(side map[string]string, field, value string) map[string]string {
	if value == "" {
		return side
	}
	if side == nil {
		side = map[string]string{}
	}
	if earlier, ok := side[field]; ok {
		value = earlier + ", " + value
	}
	side[field] = value
	return side
}

// Exporter writes events in a format. It is not safe for concurrent use.
type Exporter struct {
	json *json.Encoder
	csv  *csv.Writer
}

// NewExporter returns an exporter to w; for CSV it writes the header. The error is that of w.
func NewExporter(w io.Writer, f Format) (*Exporter, error) {
	if f != CSV {
		return &Exporter{json: json.NewEncoder(w)}, nil
	}
	out := &Exporter{csv: csv.NewWriter(w)}
	out.csv.UseCRLF = true
	return out, out.writeRow(columnNames())
}

// Write writes events, each as one line, and keeps nothing back.
func (x *Exporter) Write(events []Event) error {
	for _, e := range events {
		if err := x.write(lineOf(e)); err != nil {
			return fmt.Errorf("event %d: %w", e.Seq, err)
		}
	}
	if x.csv == nil {
		return nil
	}
	x.csv.Flush()
	return x.csv.Error()
}

func (x *Exporter) write(l line) error {
	if x.csv == nil {
		return x.json.Encode(l)
	}
	row := make([]string, len(columns))
	for i, c := range columns {
		row[i] = inert(c.cell(l))
	}
	return x.csv.Write(row)
}

func (x *Exporter) writeRow(row []string) error {
	if err := x.csv.Write(row); err != nil {
		return err
	}
	x.csv.Flush()
	return x.csv.Error()
}

// column is one column of the CSV: a member of the JSON object, with a dot where it is a member of a
// member.
type column struct {
	name string
	cell func(l line) string
}

var columns = []column{
	{"timestamp", func(l line) string { return l.Timestamp }},
	{"audit_version", func(l line) string { return strconv.Itoa(l.AuditVersion) }},
	{"seq", func(l line) string { return strconv.FormatInt(l.Seq, 10) }},
	{"organizationId", func(l line) string { return l.OrganizationID }},
	{"workspaceId", func(l line) string { return l.WorkspaceID }},
	{"subjectId", func(l line) string { return l.SubjectID }},
	{"subjectType", func(l line) string { return l.SubjectType }},
	{"subjectName", func(l line) string { return l.SubjectName }},
	{"userEmail", func(l line) string { return l.UserEmail }},
	{"clientType", func(l line) string { return string(l.ClientType) }},
	{"astroClient", func(l line) string { return l.AstroClient }},
	{"astroClientVersion", func(l line) string { return l.AstroClientVersion }},
	{"sourceIp", func(l line) string { return l.SourceIP }},
	{"userAgent", func(l line) string { return l.UserAgent }},
	{"method", func(l line) string { return l.Method }},
	{"path", func(l line) string { return l.Path }},
	{"requestId", func(l line) string { return l.RequestID }},
	{"action", func(l line) string { return string(l.Action) }},
	{"outcome", func(l line) string { return string(l.Outcome) }},
	{"reason", func(l line) string { return l.Reason }},
	{"entity.type", func(l line) string { return string(l.entity().Type) }},
	{"entity.id", func(l line) string { return l.entity().ID }},
	{"entity.name", func(l line) string { return l.entity().Name }},
	{"before", func(l line) string { return jsonText(l.Before) }},
	{"after", func(l line) string { return jsonText(l.After) }},
	{"hash", func(l line) string { return l.Hash }},
}

func columnNames() []string {
	names := make([]string, len(columns))
	for i, c := range columns {
		names[i] = c.name
	}
	return names
}

func (l line) entity() entity {
	if l.Entity == nil {
		return entity{}
	}
	return *l.Entity
}

func jsonText(side map[string]string) string {
	if len(side) == 0 {
		return ""
	}
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	// Maps of strings always encode.
	_ = enc.Encode(side)
	return strings.TrimSuffix(b.String(), "\n")
}

// formulaStarts begin what a spreadsheet would take for a formula, or hide such a beginning.
const formulaStarts = "=+-@\t\r\n＝＋－＠"

// inert returns a cell that no spreadsheet executes: what begins like a formula gets a leading
// apostrophe, which spreadsheets take for the mark of plain text.
func inert(cell string) string {
	if first, _ := utf8.DecodeRuneInString(cell); cell != "" && strings.ContainsRune(formulaStarts, first) {
		return "'" + cell
	}
	return cell
}
