package middleware

import (
	"errors"
	"log/slog"
	"net/http"
	"time"
)

// NewServer returns a server for handler with the process limits: 5 seconds for the header of a
// request, 15 for all of it, 30 for its response (a handler that streams moves that deadline with
// [Streaming]), 60 between requests, and 48 KiB of headers. What net/http reports
// about connections goes to log as warnings. The caller listens, serves and shuts down.
func NewServer(handler http.Handler, log *slog.Logger) *http.Server {
	return &http.Server{
		Handler:           handler,
		ReadHeaderTimeout: 5 * time.Second,
		ReadTimeout:       15 * time.Second,
		WriteTimeout:      30 * time.Second,
		IdleTimeout:       60 * time.Second,
		// The Terraform provider names each Workspace of a token in the URL, 38 bytes each.
		MaxHeaderBytes: 48 << 10,
		// "OPTIONS *" is answered by the handler like all else, with its headers and log line.
		DisableGeneralOptionsHandler: true,
		ErrorLog:                     slog.NewLogLogger(log.Handler(), slog.LevelWarn),
	}
}

// AllowToWrite gives the answer of a request that takes long so much time from now, where the server
// counts from the beginning of the request. It fails where there is no connection to hold to it.
func AllowToWrite(w http.ResponseWriter, d time.Duration) error {
	return http.NewResponseController(w).SetWriteDeadline(time.Now().Add(d))
}

// stallLimit is how long a client may take for one part of an answer that is streamed.
const stallLimit = 30 * time.Second

// Streaming is [AllowToWrite] for the part that a handler which streams writes next: without it the
// limit for whole answers would cut a long one.
func Streaming(w http.ResponseWriter) error {
	err := AllowToWrite(w, stallLimit)
	if errors.Is(err, http.ErrNotSupported) { // a recorder in a test has no connection
		return nil
	}
	return err
}
