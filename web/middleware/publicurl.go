package middleware

import (
	"errors"
	"fmt"
	"net/url"
	"strings"
)

func parsePublicURL(s string) (*url.URL, error) {
	u, err := url.Parse(s)
	if err != nil {
		return nil, fmt.Errorf("middleware: PublicURL: %w", err)
	}
	if (u.Scheme != "http" && u.Scheme != "https") || !isHost(u.Host) {
		return nil, errors.New("middleware: PublicURL must be http:// or https:// and a host in ASCII (xn--…)")
	}
	if u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return nil, errors.New("middleware: PublicURL must be a scheme and a host alone")
	}
	return u, nil
}

// isHost reports whether s can stand in a Host header: a name or address, and a port if it has a
// colon for one. Browsers write names outside ASCII as xn--…, so another spelling matches nothing.
func isHost(s string) bool {
	for i := range len(s) {
		if s[i] <= ' ' || s[i] >= 0x7f || strings.IndexByte("/?#@,", s[i]) >= 0 {
			return false
		}
	}
	return s != "" && s[0] != ':' && s[len(s)-1] != ':'
}

// originText is u as a browser writes it in Origin: lower case, without the scheme's own port.
func originText(u *url.URL) string { return u.Scheme + "://" + bareHost(u) }

func bareHost(u *url.URL) string {
	return strings.TrimSuffix(strings.ToLower(u.Host), ":"+defaultPort(u.Scheme))
}

func defaultPort(scheme string) string {
	if scheme == "https" {
		return "443"
	}
	return "80"
}
