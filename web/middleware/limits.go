package middleware

import (
	"errors"
	"net/http"
)

// The size limits in bytes. A form of the console is small; an API request may carry a thousand
// roles (95 KiB), and the Terraform provider names a thousand Workspaces in one URL.
const (
	maxFormBody   = 64 << 10
	maxUpload     = 2<<20 + maxFormBody // twice what a list may hold, so that what is too long is told so
	maxAPIBody    = 256 << 10
	maxConsoleURL = 8 << 10
	maxAPIURL     = 40 << 10
)

// limit refuses what is too long before a handler reads it.
//
// A body must declare its length. Go accepts Transfer-Encoding together with Content-Length, and a
// proxy that picks the other of the two sees a different request (request smuggling), so no request
// with Transfer-Encoding is served and its connection is closed. On HTTP/1.0 Go removes the header
// unseen and would read the body as the next request, so there every connection ends after one.
func limit(s sides, next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		maxURL, maxBody := maxConsoleURL, int64(maxFormBody)
		switch {
		case s.isAPI(r):
			maxURL, maxBody = maxAPIURL, maxAPIBody
		case s.isUpload != nil && s.isUpload(r):
			maxBody = maxUpload
		}
		if !r.ProtoAtLeast(1, 1) {
			w.Header().Set("Connection", "close")
		}
		switch {
		case len(r.TransferEncoding) > 0 || r.ContentLength < 0:
			w.Header().Set("Connection", "close")
			s.refuse(w, r, lengthRequired)
		case len(r.RequestURI) > maxURL:
			s.refuse(w, r, urlTooLong)
		case r.ContentLength > maxBody:
			w.Header().Set("Connection", "close")
			s.refuse(w, r, tooLarge)
		default:
			if r.Body != nil {
				r.Body = http.MaxBytesReader(w, r.Body, maxBody)
			}
			next.ServeHTTP(w, r)
		}
	})
}

var (
	tooLarge = Refusal{
		Status:  http.StatusRequestEntityTooLarge,
		Reason:  "too_large",
		Message: "The request is larger than this server accepts.",
	}
	lengthRequired = Refusal{
		Status:  http.StatusLengthRequired,
		Reason:  "length_required",
		Message: "The request must state its length with Content-Length, without Transfer-Encoding.",
	}
	urlTooLong = Refusal{
		Status:  http.StatusRequestURITooLong,
		Reason:  "url_too_long",
		Message: "The address is longer than this server accepts.",
	}
)

// IsTooLarge reports whether err comes from reading a body past its limit, to be answered with 413.
func IsTooLarge(err error) bool {
	_, ok := errors.AsType[*http.MaxBytesError](err)
	return ok
}
