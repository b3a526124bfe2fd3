package api

import (
	"net/http"
	"time"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/web/download"
	"dagpass/web/middleware"
)

// cutLooksWhole is the answer to a client of HTTP/1.0, which has no way to tell a whole stream from one
// that was cut.
var cutLooksWhole = middleware.Refusal{
	Status:  http.StatusHTTPVersionNotSupported,
	Reason:  "http_version",
	Message: "This answer is streamed and needs HTTP/1.1. Set the proxy between you and Dagpass to HTTP/1.1.",
}

// readAuditExport reads the time span. Without a start it is what the console's form begins with; the
// CLI sends a start with nanoseconds.
func readAuditExport(in *input) access.NewAuditExport {
	x := access.NewAuditExport{Format: audit.NDJSON, From: in.instant("startDate"), Until: in.instant("endDate")}
	switch {
	case !x.From.IsZero():
	case !x.Until.IsZero():
		x.From = x.Until.AddDate(0, 0, -access.DefaultExportDays)
	default:
		x.Days = access.DefaultExportDays
	}
	return x
}

// exportAuditLogs streams the events as newline-delimited JSON (contract 4.2). What is refused is
// answered as JSON, before the first byte.
func (s *server) exportAuditLogs(in *input, by access.Actor) (any, error) {
	org, asked := readOrg(in), readAuditExport(in)
	if err := in.err(); err != nil {
		return nil, err
	}
	ctx := in.Request().Context()
	if !in.Request().ProtoAtLeast(1, 1) {
		return nil, refusal{cutLooksWhole}
	}
	export, err := s.AuditLog.Export(ctx, by, org, asked)
	if err != nil {
		return nil, onTheWire(err, map[string]string{"until": "endDate"})
	}
	d := download.Download{
		To: in.Response(), Format: asked.Format, Header: auditHeader,
		Accepts: in.Request().Header.Get(echo.HeaderAcceptEncoding),
	}
	if err := d.Send(ctx, export); err != nil {
		if !d.Begun() {
			return nil, err
		}
		download.Abort(ctx, err)
	}
	return nil, nil
}

func auditHeader(h http.Header) { h.Add(echo.HeaderVary, echo.HeaderAcceptEncoding) }

// instant returns a time of RFC 3339, the zero time for an absent one.
func (in *input) instant(name string) time.Time {
	text, given := in.text(name)
	if !given {
		return time.Time{}
	}
	t, err := time.Parse(time.RFC3339, text)
	if err != nil || t.IsZero() {
		in.reject(name, "time", "Use a time like 2026-01-31T00:00:00Z (RFC 3339).")
	}
	return t
}
