package api

import (
	"net/http"
	"strings"

	"dagpass/internal/signin"
)

// isOAuth tells the endpoints whose errors have the form of OAuth (security.md 3.7).
func isOAuth(r *http.Request) bool {
	return strings.HasPrefix(r.URL.Path, "/oauth/") || r.URL.Path == "/userinfo"
}

// writeFailure sends a failure. For OAuth the members of RFC 6749, 5.2 are added, which lets others stand
// beside them: so one client reads every failure here, and a client of OAuth reads those.
func writeFailure(w http.ResponseWriter, r *http.Request, f failure) {
	if isOAuth(r) {
		f.Error, f.Description = oauthCode(f.Reason, f.StatusCode), oauthText(f.Message)
	}
	_ = write(w, f.StatusCode, f) // plain strings always encode
}

// oauthCode is the error code for a reason, which may be one, or else for a status.
func oauthCode(reason string, status int) string {
	switch reason {
	case signin.ReasonInvalidClient, signin.ReasonInvalidGrant, signin.ReasonUnsupportedGrant:
		return reason
	}
	switch status {
	case http.StatusUnauthorized:
		return "invalid_token" // RFC 6750, 3.1
	case http.StatusForbidden:
		return "insufficient_scope"
	case http.StatusTooManyRequests, http.StatusServiceUnavailable:
		return "temporarily_unavailable"
	case http.StatusInternalServerError:
		return "server_error"
	}
	return "invalid_request"
}

// oauthText replaces what an error_description can't hold: quotes, backslashes and all outside ASCII.
func oauthText(message string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case r == '"':
			return '\''
		case r == '\\' || r < ' ' || r > '~':
			return '?'
		}
		return r
	}, message)
}
