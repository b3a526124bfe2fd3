package middleware

import (
	"fmt"
	"net"
	"net/http"
	"strings"
	"testing"
)

func TestCrossSiteRequestsToTheConsole(t *testing.T) {
	const own = "https://app.test"
	tests := []struct {
		name, method string
		headers      []string
		status       int
	}{
		{"the same origin", "POST", []string{"Sec-Fetch-Site", "same-origin"}, 200},
		{"the same origin, with Origin", "POST", []string{"Sec-Fetch-Site", "same-origin", "Origin", own}, 200},
		{"typed by the user", "POST", []string{"Sec-Fetch-Site", "none"}, 200},
		{"a sub-domain", "POST", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://other.app.test"}, 403},
		{"another port", "POST", []string{"Sec-Fetch-Site", "same-site", "Origin", "https://app.test:8443"}, 403},
		{"same-site without Origin", "POST", []string{"Sec-Fetch-Site", "same-site"}, 403},
		{"a form elsewhere", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test", "Content-Type", "application/x-www-form-urlencoded"}, 403},
		{"text/plain from elsewhere", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test", "Content-Type", "text/plain"}, 403},
		{"a sandboxed frame", "POST", []string{"Sec-Fetch-Site", "cross-site", "Origin", "null"}, 403},
		{"DELETE from elsewhere", "DELETE", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, 403},
		{"PUT from elsewhere", "PUT", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"PATCH from elsewhere", "PATCH", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an invented method from elsewhere", "BREW", []string{"Sec-Fetch-Site", "cross-site"}, 403},
		{"an unknown Sec-Fetch-Site", "POST", []string{"Sec-Fetch-Site", "SAME-ORIGIN"}, 403},
		{"same-origin that contradicts its Origin", "POST", []string{"Sec-Fetch-Site", "same-origin", "Origin", "https://evil.test"}, 403},
		{"none that contradicts its Origin", "POST", []string{"Sec-Fetch-Site", "none", "Origin", "null"}, 403},
		{"an old browser elsewhere", "POST", []string{"Origin", "https://evil.test"}, 403},
		{"an old browser in a sandboxed frame", "POST", []string{"Origin", "null"}, 403},
		{"an old browser on another port", "POST", []string{"Origin", "https://app.test:8443"}, 403},
		{"an origin with a user in it", "POST", []string{"Origin", "https://app.test@evil.test"}, 403},
		{"an origin that starts like ours", "POST", []string{"Origin", "https://app.test.evil.test"}, 403},
		{"an origin with a path", "POST", []string{"Origin", "https://app.test/"}, 403},
		{"an old browser at home", "POST", []string{"Origin", own}, 200},
		{"our host over http", "POST", []string{"Origin", "http://app.test"}, 403},
		{"two origins, the second foreign", "POST", []string{"Origin", own, "Origin", "https://evil.test"}, 403},
		{"neither header", "POST", nil, 403},
		{"an empty Origin", "POST", []string{"Origin", ""}, 403},
		{"neither header, with a Referer of ours", "POST", []string{"Referer", own + "/"}, 403},
		{"a method override does not make it safe", "POST", []string{"X-Http-Method-Override", "GET"}, 403},
		{"a name that now points here (DNS rebinding)", "POST", []string{"Host", "evil.test", "Origin", "https://evil.test", "Sec-Fetch-Site", "same-origin"}, 421},
		{"GET from elsewhere", "GET", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, 200},
		{"HEAD from elsewhere", "HEAD", []string{"Sec-Fetch-Site", "cross-site"}, 200},
		{"OPTIONS from elsewhere", "OPTIONS", []string{"Sec-Fetch-Site", "cross-site", "Origin", "https://evil.test"}, 200},
	}
	s := newSite(t, nil)
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.send(t, tt.method, "/", "", tt.headers...)
			if got.status != tt.status {
				t.Errorf("got %d %s, want %d", got.status, got.body, tt.status)
			}
			if got.header.Get("Access-Control-Allow-Origin") != "" {
				t.Error("the response allows another origin to read it")
			}
		})
	}
}

func TestBehindAProxyThatRewritesHostOnlyTheOriginCounts(t *testing.T) {
	s := newSite(t, func(c *Config) { c.TrustedProxies = prefixes(t, "127.0.0.0/8") })
	tests := []struct {
		name    string
		headers []string
		status  int
	}{
		{"a new browser", []string{"Origin", publicURL, "Sec-Fetch-Site", "same-origin"}, 200},
		{"an old browser", []string{"Origin", publicURL}, 200},
		{"an old browser elsewhere", []string{"Origin", "https://evil.test"}, 403},
		{"an origin that equals the rewritten host", []string{"Origin", "http://backend:8888"}, 403},
		{"neither header", nil, 403},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			got := s.send(t, "POST", "/", "", append(tt.headers, "Host", "backend:8888")...)
			if got.status != tt.status {
				t.Errorf("got %d %s, want %d", got.status, got.body, tt.status)
			}
		})
	}
}

func TestHosts(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.LoopbackPort = 8888
		c.ExtraHosts = []string{"Intern.test", "other.test:9000"}
	})
	tests := map[string]int{
		"app.test": 200, "APP.test": 200, "app.test:443": 200,
		"localhost:8888": 200, "127.0.0.1:8888": 200, "[::1]:8888": 200,
		"intern.test": 200, "other.test:9000": 200,
		"app.test:80": 421, "app.test:8443": 421, "app.test.": 421, "sub.app.test": 421,
		"localhost": 421, "localhost:8889": 421, "127.0.0.2:8888": 421, "other.test": 421,
		"evil.test": 421, "app.test@evil.test": 421, "app.test.evil.test": 421, "169.254.169.254": 421,
	}
	for host, status := range tests {
		t.Run(host, func(t *testing.T) {
			if got := s.send(t, "GET", "/", "", "Host", host); got.status != status {
				t.Errorf("got %d, want %d", got.status, status)
			}
		})
	}
	t.Run("a forwarded host does not help", func(t *testing.T) {
		got := s.send(t, "GET", "/", "", "Host", "evil.test", "X-Forwarded-Host", "app.test", "X-Forwarded-For", "127.0.0.1")
		if got.status != 421 {
			t.Errorf("got %d, want 421", got.status)
		}
	})
	t.Run("an absolute URL in the request line is the host", func(t *testing.T) {
		got, _ := s.raw(t, "GET http://evil.test/ HTTP/1.1\r\nHost: app.test\r\nConnection: close\r\n\r\n")
		if got.status != 421 {
			t.Errorf("got %d, want 421", got.status)
		}
	})
	t.Run("a health probe may use any", func(t *testing.T) {
		if got := s.send(t, "GET", "/healthz", "", "Host", "10.1.2.3:8888"); got.status != 200 {
			t.Errorf("got %d, want 200", got.status)
		}
	})
	t.Run("but changes nothing there", func(t *testing.T) {
		if got := s.send(t, "POST", "/healthz", "", "Host", "10.1.2.3:8888"); got.status != 403 {
			t.Errorf("got %d, want 403", got.status)
		}
	})
	t.Run("an extra host is no origin", func(t *testing.T) {
		if got := s.send(t, "POST", "/", "", "Host", "intern.test", "Origin", "https://intern.test"); got.status != 403 {
			t.Errorf("got %d, want 403", got.status)
		}
	})
}

func TestALoopbackListenerTakesFormsUnderItsOwnNames(t *testing.T) {
	s := newSite(t, func(c *Config) { c.LoopbackPort = 8888 })
	for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
		t.Run(host, func(t *testing.T) {
			at := net.JoinHostPort(host, "8888")
			for origin, status := range map[string]int{
				"http://" + at:                          200,
				"https://" + at:                         403,
				"http://" + net.JoinHostPort(host, "1"): 403,
			} {
				if got := s.send(t, "POST", "/", "", "Host", at, "Origin", origin); got.status != status {
					t.Errorf("Origin %s: got %d, want %d", origin, got.status, status)
				}
			}
		})
	}
}

func TestThePublicURLIsComparedAsBrowsersWriteIt(t *testing.T) {
	tests := []struct{ public, host, origin string }{
		{"https://App.Test/", "app.test", "https://app.test"},
		{"https://app.test:443", "app.test", "https://app.test"},
		{"http://app.test:80", "app.test:80", "http://app.test"},
		{"https://app.test:8443", "app.test:8443", "https://app.test:8443"},
		{"http://[::1]:8888", "[::1]:8888", "http://[::1]:8888"},
	}
	for _, tt := range tests {
		t.Run(tt.public, func(t *testing.T) {
			s := newSite(t, func(c *Config) { c.PublicURL = tt.public })
			if got := s.send(t, "POST", "/", "", "Host", tt.host, "Origin", tt.origin); got.status != 200 {
				t.Errorf("got %d %s, want 200", got.status, got.body)
			}
		})
	}
}

func TestTheAPISkipsHostAndOrigin(t *testing.T) {
	s := newSite(t, nil)
	for _, headers := range [][]string{
		{"Host", "localhost:8888"},
		{"Origin", "https://evil.test", "Sec-Fetch-Site", "cross-site"},
		nil,
	} {
		t.Run(fmt.Sprint(headers), func(t *testing.T) {
			got := s.send(t, http.MethodPost, "/v1/x", "", headers...)
			if got.status != 200 || strings.Contains(fmt.Sprint(got.header), "Access-Control") {
				t.Errorf("got %d %v, want 200 without CORS", got.status, got.header)
			}
		})
	}
}
