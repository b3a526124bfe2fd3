package middleware

import (
	"context"
	"crypto/rand"
	"net/http"
	"regexp"
	"strings"
)

// RequestIDHeader carries the request id on every response.
const RequestIDHeader = "X-Request-Id"

// acceptableRequestID is the form in which a caller's own id is kept, so that its logs and ours
// name a request alike. Anything else could forge log lines or fill them.
var acceptableRequestID = regexp.MustCompile(`^[A-Za-z0-9-]{8,64}$`)

// RequestID returns the id of the request that ctx belongs to: 8 to 64 characters of [A-Za-z0-9-],
// or "" outside the chain. It is chosen by the caller where the caller sent one, so it finds log
// lines and proves nothing.
func RequestID(ctx context.Context) string {
	return InfoFrom(ctx).requestID
}

func requestID(h http.Header) string {
	if id := h.Get(RequestIDHeader); acceptableRequestID.MatchString(id) {
		return id
	}
	return strings.ToLower(rand.Text())
}
