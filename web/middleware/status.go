package middleware

import (
	"net/http"
	"strconv"
	"time"

	"dagpass/internal/access"
)

// ConsoleStatus returns the HTTP status of a page that shows an error of code c. Refused input is
// 422, which htmx is told to show in place of the form.
func ConsoleStatus(c access.Code) int {
	if c == access.Invalid {
		return http.StatusUnprocessableEntity
	}
	return APIStatus(c)
}

// APIStatus returns the HTTP status of an API response that carries an error of code c. Unknown
// codes are 500.
func APIStatus(c access.Code) int {
	switch c {
	case access.Invalid:
		return http.StatusBadRequest
	case access.Unauthenticated:
		return http.StatusUnauthorized
	case access.Forbidden:
		return http.StatusForbidden
	case access.NotFound:
		return http.StatusNotFound
	case access.Conflict:
		return http.StatusConflict
	case access.Limited:
		return http.StatusTooManyRequests
	case access.Unavailable:
		return http.StatusServiceUnavailable
	}
	return http.StatusInternalServerError
}

// SetRetryAfter sets Retry-After on 429 and 503: whole seconds, rounded up and at least 1, so that
// nobody who obeys it comes too early. Other errors get no such header.
func SetRetryAfter(h http.Header, e *access.Error) {
	if e.Code != access.Limited && e.Code != access.Unavailable {
		return
	}
	seconds := max(1, int64((e.RetryAfter+time.Second-1)/time.Second))
	h.Set("Retry-After", strconv.FormatInt(seconds, 10))
}
