package middleware

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
)

func TestARequestHasOneIdInHandlerResponseAndLog(t *testing.T) {
	s := newSite(t, serveConsole(func(w http.ResponseWriter, r *http.Request) {
		fmt.Fprint(w, RequestID(r.Context()))
	}))
	got := s.send(t, "GET", "/", "")
	id := got.header.Get(RequestIDHeader)
	if !acceptableRequestID.MatchString(id) {
		t.Errorf("id %q is not of the form we accept ourselves", id)
	}
	if got.body != id {
		t.Errorf("the handler saw %q, the client %q", got.body, id)
	}
	if logged := s.oneRecord(t, "request")["request_id"]; logged != id {
		t.Errorf("the log has %q, the client %q", logged, id)
	}
}

func TestOwnIdsDiffer(t *testing.T) {
	if a, b := requestID(nil), requestID(nil); a == b {
		t.Errorf("two requests share id %q", a)
	}
}

func TestACallersIdIsKeptOnlyInOneForm(t *testing.T) {
	tests := map[string]struct {
		id   string
		kept bool
	}{
		"8 characters":  {"abcDEF-1", true},
		"64 characters": {strings.Repeat("a", 64), true},
		"7 characters":  {"abcdefg", false},
		"65 characters": {strings.Repeat("a", 65), false},
		"none":          {"", false},
		"a space":       {"abcd efgh", false},
		"a quote":       {`abcd"efgh`, false},
		"a line feed":   {"abcdefgh\n", false},
		"an underscore": {"abcd_efgh", false},
		"not ASCII":     {"abcdéfgh", false},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			got := requestID(http.Header{RequestIDHeader: {tt.id}})
			if (got == tt.id) != tt.kept {
				t.Errorf("%q became %q, want kept = %v", tt.id, got, tt.kept)
			}
		})
	}
}
