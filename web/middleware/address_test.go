package middleware

import (
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"testing"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

func prefixes(t *testing.T, texts ...string) []netip.Prefix {
	t.Helper()
	var all []netip.Prefix
	for _, s := range texts {
		p, err := netip.ParsePrefix(s)
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, p)
	}
	return all
}

func TestClientAddress(t *testing.T) {
	trusted := prefixes(t, "10.0.0.0/8", "fd00::/8")
	tests := map[string]struct {
		peer      string
		forwarded []string
		want      string
	}{
		"a direct peer is the client":                      {"192.0.2.7:4711", nil, "192.0.2.7"},
		"a direct peer cannot speak for another":           {"192.0.2.7:4711", []string{"198.51.100.1"}, "192.0.2.7"},
		"a trusted proxy without the header is the client": {"10.0.0.1:80", nil, "10.0.0.1"},
		"a trusted proxy speaks for its client":            {"10.0.0.1:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"what the client wrote itself is ignored":          {"10.0.0.1:80", []string{"1.1.1.1, 198.51.100.1"}, "198.51.100.1"},
		"so is what it wrote in a header of its own":       {"10.0.0.1:80", []string{"1.1.1.1", "198.51.100.1"}, "198.51.100.1"},
		"a chain of trusted proxies is followed":           {"10.0.0.1:80", []string{"1.1.1.1, 198.51.100.1, 10.0.0.3, 10.0.0.2"}, "198.51.100.1"},
		"only trusted proxies: the one furthest away":      {"10.0.0.1:80", []string{"10.0.0.3,10.0.0.2"}, "10.0.0.3"},
		"an entry that is no address ends the walk":        {"10.0.0.1:80", []string{"198.51.100.1, unknown, 10.0.0.2"}, "10.0.0.2"},
		"so does an empty one":                             {"10.0.0.1:80", []string{"198.51.100.1,,10.0.0.2"}, "10.0.0.2"},
		"a port is cut off":                                {"10.0.0.1:80", []string{"198.51.100.1:5000"}, "198.51.100.1"},
		"so are brackets":                                  {"10.0.0.1:80", []string{"[2001:db8::1]"}, "2001:db8::1"},
		"and both":                                         {"10.0.0.1:80", []string{"[2001:DB8:0::1]:5000"}, "2001:db8::1"},
		"IPv4 inside IPv6 is IPv4":                         {"[::ffff:192.0.2.7]:80", nil, "192.0.2.7"},
		"IPv4 inside IPv6 is trusted as IPv4":              {"[::ffff:10.0.0.1]:80", []string{"::ffff:198.51.100.1"}, "198.51.100.1"},
		"a zone, which is free text, is dropped":           {"10.0.0.1:80", []string{"fe80::1%\x1b[31m"}, "fe80::1"},
		"a zone does not hide a trusted proxy":             {"[fd00::1%eth0]:80", []string{"198.51.100.1"}, "198.51.100.1"},
		"a peer without address has none":                  {"@", []string{"198.51.100.1"}, ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := &http.Request{RemoteAddr: tt.peer, Header: http.Header{"X-Forwarded-For": tt.forwarded}}
			if got := clientAddress(r, trusted); got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
		})
	}
}

func TestNoHeaderOfADirectPeerChangesItsAddressOrTheLog(t *testing.T) {
	spoofed := []string{
		"X-Forwarded-For", "198.51.100.1", "X-Forwarded-Host", "evil.test", "X-Forwarded-Proto", "http",
		"X-Forwarded-Port", "1", "X-Forwarded-User", "root", "X-Real-Ip", "198.51.100.1",
		"True-Client-Ip", "198.51.100.1", "Cf-Connecting-Ip", "198.51.100.1",
		"Forwarded", "for=198.51.100.1;host=evil.test;proto=http",
		"Connection", "Authorization, X-Forwarded-For, Cookie, Host",
		"X-Http-Method-Override", "DELETE",
	}
	seen := func(headers ...string) (record, answer) {
		s := newSite(t, nil)
		got := s.send(t, "GET", "/", "", append(headers, RequestIDHeader, "the-same-id")...)
		rec := s.oneRecord(t, "request")
		delete(rec, "time")
		delete(rec, "duration_ms")
		got.header.Del("Date")
		return rec, got
	}
	plainRecord, plainAnswer := seen()
	record, answered := seen(spoofed...)
	if diff := cmp.Diff(plainRecord, record); diff != "" {
		t.Errorf("the log changed (-plain +spoofed):\n%s", diff)
	}
	if diff := cmp.Diff(plainAnswer.header, answered.header); diff != "" {
		t.Errorf("the response changed (-plain +spoofed):\n%s", diff)
	}
	if record["address"] != "127.0.0.1" {
		t.Errorf("logged address %q, want the peer 127.0.0.1", record["address"])
	}
}

func TestHandlersGetTheOriginForTheAuditRecord(t *testing.T) {
	s := newSite(t, func(c *Config) {
		c.TrustedProxies = prefixes(t, "127.0.0.0/8")
		c.Console.Handler = http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
			InfoFrom(r.Context()).Route = "/tokens/:token"
			_ = json.NewEncoder(w).Encode(OriginOf(r))
		})
	})
	got := s.send(t, "GET", "/", "", "X-Forwarded-For", "198.51.100.1", "User-Agent", "astro/1.2", RequestIDHeader, "some-request")
	var origin access.Origin
	if err := json.Unmarshal([]byte(got.body), &origin); err != nil {
		t.Fatal(err)
	}
	want := access.Origin{RequestID: "some-request", Address: "198.51.100.1", Client: "astro/1.2", Door: access.ConsoleDoor, Method: "GET", Route: "/tokens/:token"}
	if diff := cmp.Diff(want, origin); diff != "" {
		t.Error(diff)
	}
}

func TestAstroClients(t *testing.T) {
	long := strings.Repeat("a", 64)
	tests := map[string]struct{ client, version, wantClient, wantVersion string }{
		"the CLI":                            {"cli", "1.45.0", "cli", "1.45.0"},
		"the Terraform provider":             {"terraform-provider-astro", "1.5.2-rc.1+b2", "terraform-provider-astro", "1.5.2-rc.1+b2"},
		"a name without a version":           {"cli", "", "cli", ""},
		"a version without a name":           {"", "1.45.0", "", ""},
		"64 bytes are kept":                  {long, long, long, long},
		"65 bytes are dropped":               {long + "a", "1", "", ""},
		"a long version is dropped":          {"cli", long + "a", "cli", ""},
		"a space drops the name":             {"cli by Ada", "1", "", ""},
		"so does an escape sequence":         {"cli\x1b[31m", "1", "", ""},
		"and a change of writing direction":  {"cli\u202e", "1", "", ""},
		"and invalid UTF-8":                  {"cli\xff", "1", "", ""},
		"markup and formulas drop a version": {"cli", "<b>", "cli", ""},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("X-Astro-Client-Identifier", tt.client)
			r.Header.Set("X-Astro-Client-Version", tt.version)
			got := OriginOf(r)
			if got.AstroClient != tt.wantClient || got.AstroClientVersion != tt.wantVersion {
				t.Errorf("got %q %q, want %q %q", got.AstroClient, got.AstroClientVersion, tt.wantClient, tt.wantVersion)
			}
		})
	}
	t.Run("a header given twice names nobody", func(t *testing.T) {
		r := httptest.NewRequest("GET", "/", nil)
		r.Header["X-Astro-Client-Identifier"] = []string{"cli", "cli"}
		if got := OriginOf(r).AstroClient; got != "" {
			t.Errorf("got %q", got)
		}
	})
}

func TestClientNames(t *testing.T) {
	tests := map[string]struct{ agent, want string }{
		"256 bytes are kept":                      {strings.Repeat("a", 256), strings.Repeat("a", 256)},
		"257 bytes are cut to 256":                {strings.Repeat("a", 257), strings.Repeat("a", 256)},
		"a character is not cut in two":           {strings.Repeat("a", 255) + "é", strings.Repeat("a", 255)},
		"nor one of four bytes":                   {strings.Repeat("a", 253) + "😀", strings.Repeat("a", 253)},
		"invalid UTF-8 is replaced":               {"a\xffb", "a\uFFFDb"},
		"escape sequences lose their escape":      {"\x1b[31mred\u009b0m", "[31mred0m"},
		"tabs and line breaks go":                 {"a\tb\r\nc\u2028d", "abcd"},
		"changes of writing direction go":         {"a\u202eb", "ab"},
		"spaces and letters of any language stay": {"Браузер 1", "Браузер 1"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			r := httptest.NewRequest("GET", "/", nil)
			r.Header.Set("User-Agent", tt.agent)
			got := OriginOf(r).Client
			if got != tt.want {
				t.Errorf("got %q, want %q", got, tt.want)
			}
			if !utf8.ValidString(got) || len(got) > 256 {
				t.Errorf("%q is %d bytes, valid UTF-8: %v", got, len(got), utf8.ValidString(got))
			}
		})
	}
}
