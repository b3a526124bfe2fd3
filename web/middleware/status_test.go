package middleware

import (
	"net/http"
	"testing"
	"time"

	"dagpass/internal/access"
)

func TestCodesHaveOneStatusOnEachSide(t *testing.T) {
	tests := []struct {
		code         access.Code
		console, api int
	}{
		{access.Invalid, 422, 400},
		{access.Unauthenticated, 401, 401},
		{access.Forbidden, 403, 403},
		{access.NotFound, 404, 404},
		{access.Conflict, 409, 409},
		{access.Limited, 429, 429},
		{access.Unavailable, 503, 503},
		{access.Internal, 500, 500},
		{access.Code("unheard_of"), 500, 500},
	}
	for _, tt := range tests {
		t.Run(string(tt.code), func(t *testing.T) {
			if got := ConsoleStatus(tt.code); got != tt.console {
				t.Errorf("console: got %d, want %d", got, tt.console)
			}
			if got := APIStatus(tt.code); got != tt.api {
				t.Errorf("API: got %d, want %d", got, tt.api)
			}
		})
	}
}

func TestRetryAfter(t *testing.T) {
	tests := map[string]struct {
		err  access.Error
		want string
	}{
		"whole seconds stay":           {access.Error{Code: access.Limited, RetryAfter: 30 * time.Second}, "30"},
		"parts of a second round up":   {access.Error{Code: access.Limited, RetryAfter: 1001 * time.Millisecond}, "2"},
		"unavailable has one as well":  {access.Error{Code: access.Unavailable, RetryAfter: 5 * time.Second}, "5"},
		"without a time it is 1":       {access.Error{Code: access.Unavailable}, "1"},
		"a negative time is 1":         {access.Error{Code: access.Limited, RetryAfter: -time.Minute}, "1"},
		"other errors have none":       {access.Error{Code: access.Conflict, RetryAfter: time.Minute}, ""},
		"internal errors are no hints": {access.Error{Code: access.Internal}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			h := http.Header{}
			SetRetryAfter(h, &tt.err)
			if got := h.Get("Retry-After"); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}
