// Package download streams an export of the audit log to a client, for the console and the API alike.
package download

import (
	"compress/gzip"
	"context"
	"io"
	"net/http"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/static"
	"dagpass/web/middleware"
)

// Download is an export on its way to one client. Its memory is bounded by one batch of events.
type Download struct {
	To     http.ResponseWriter
	Format audit.Format
	Header func(http.Header) // sets what stands beside Content-Type
	// Accepts is the Accept-Encoding of a client that may be sent gzip, "" for none.
	Accepts string

	begun bool
	zip   *gzip.Writer
	out   *audit.Exporter
}

// Send streams the export. Nothing was sent yet when Begun is false after an error, and the failure can
// still be told; otherwise the connection has to be broken, see [Abort].
func (d *Download) Send(ctx context.Context, export *access.Export) error {
	err := export.Each(ctx, d.part)
	if err != nil {
		return err
	}
	if err := d.begin(); err != nil { // there was nothing to send
		return err
	}
	if d.zip == nil {
		return nil
	}
	return d.zip.Close()
}

// Begun reports whether the header was sent.
func (d *Download) Begun() bool { return d.begun }

func (d *Download) part(batch []audit.Event) error {
	if err := middleware.Streaming(d.To); err != nil {
		return err
	}
	if err := d.begin(); err != nil {
		return err
	}
	if err := d.out.Write(batch); err != nil {
		return err
	}
	if d.zip != nil {
		if err := d.zip.Flush(); err != nil {
			return err
		}
	}
	return http.NewResponseController(d.To).Flush()
}

// begin sends the header, once: until there is something to send, a failure can still be told.
func (d *Download) begin() (err error) {
	if d.begun {
		return nil
	}
	d.begun = true
	h := d.To.Header()
	h.Set("Content-Type", d.Format.ContentType())
	d.Header(h)
	var to io.Writer = d.To
	if static.AcceptsGzip(d.Accepts) {
		h.Set("Content-Encoding", "gzip")
		d.zip = gzip.NewWriter(d.To)
		to = d.zip
	}
	d.To.WriteHeader(http.StatusOK)
	d.out, err = audit.NewExporter(to, d.Format)
	return err
}

// Abort breaks the connection of a download that failed after its first byte: no status can tell it any
// more, and a short file must never look whole. The cause goes to the log, unless the client left.
func Abort(ctx context.Context, err error) {
	if ctx.Err() == nil {
		middleware.InfoFrom(ctx).Err = err
	}
	panic(http.ErrAbortHandler)
}
