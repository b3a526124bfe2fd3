package middleware

import (
	"log/slog"
	"net/http"
	"net/netip"
	"strings"
	"testing"
)

func TestNewNamesTheSettingItCannotUse(t *testing.T) {
	broken := map[string]func(*Config){
		"Log":            func(c *Config) { c.Log = nil },
		"IsAPI":          func(c *Config) { c.IsAPI = nil },
		"Console":        func(c *Config) { c.Console.Refuse = nil },
		"API":            func(c *Config) { c.API.Handler = nil },
		"LoopbackPort":   func(c *Config) { c.LoopbackPort = 65536 },
		"ProbePaths":     func(c *Config) { c.ProbePaths = []string{"healthz"} },
		"TrustedProxies": func(c *Config) { c.TrustedProxies = []netip.Prefix{{}} },
		"HSTS":           func(c *Config) { c.HSTS = "on" },
		"ExtraHosts":     func(c *Config) { c.ExtraHosts = []string{"https://other.test"} },
	}
	for setting, change := range broken {
		t.Run(setting, func(t *testing.T) {
			c := validConfig(slog.New(slog.DiscardHandler))
			change(&c)
			if _, err := New(c); err == nil || !strings.Contains(err.Error(), setting) {
				t.Errorf("got %v, want an error about %s", err, setting)
			}
		})
	}
}

func TestThePublicURLIsASchemeAndAHost(t *testing.T) {
	for _, bad := range []string{
		"", "app.test", "ftp://app.test", "https://", "https://app.test/console", "https://app.test?x=1",
		"https://app.test#top", "https://me@app.test", "https://app.test:", "https://bücher.test", "https://a b",
	} {
		t.Run("refused: "+bad, func(t *testing.T) {
			c := validConfig(slog.New(slog.DiscardHandler))
			c.PublicURL = bad
			if _, err := New(c); err == nil || !strings.Contains(err.Error(), "PublicURL") {
				t.Errorf("got %v, want an error about PublicURL", err)
			}
		})
	}
	for _, good := range []string{"https://app.test", "https://App.Test/", "http://localhost:8888", "http://[::1]:8888"} {
		t.Run("taken: "+good, func(t *testing.T) {
			c := validConfig(slog.New(slog.DiscardHandler))
			c.PublicURL = good
			if _, err := New(c); err != nil {
				t.Error(err)
			}
		})
	}
}

func TestEachSideServesAndRefusesItsOwnRequests(t *testing.T) {
	s := newSite(t, nil)
	tests := map[string]struct {
		method, path, want string
	}{
		"the console serves pages":        {"GET", "/", "<p>page</p>"},
		"the console refuses with pages":  {"TRACE", "/", "<p>method_not_allowed</p>"},
		"the API serves objects":          {"GET", "/v1/x", "{}"},
		"an empty segment is no redirect": {"GET", "/v1/organizations//tokens", "{}"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if got := s.send(t, tt.method, tt.path, ""); got.body != tt.want {
				t.Errorf("got %d %q, want %q", got.status, got.body, tt.want)
			}
		})
	}
	t.Run("the API refuses with objects that carry the request id", func(t *testing.T) {
		got := s.send(t, http.MethodTrace, "/v1/x", "")
		want := `"requestId":"` + got.header.Get(RequestIDHeader) + `"`
		if got.status != 405 || !strings.Contains(got.body, want) {
			t.Errorf("got %d %q, want 405 with %s", got.status, got.body, want)
		}
	})
}
