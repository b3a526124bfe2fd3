package middleware

import (
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"slices"
	"strconv"
	"strings"
)

// guard is what stands before the console alone: its session cookie travels with every request a
// browser makes, also with those another site provokes. The API has no such credential.
type guard struct {
	public  *url.URL
	hosts   map[string]bool // lower case, as in the Host header
	origins map[string]bool
	probes  []string
	proxies []netip.Prefix
	cross   *http.CrossOriginProtection
	refuse  func(http.ResponseWriter, *http.Request, Refusal)
}

func newGuard(c Config) (*guard, error) {
	public, err := parsePublicURL(c.PublicURL)
	if err != nil {
		return nil, err
	}
	g := &guard{
		public:  public,
		hosts:   map[string]bool{},
		origins: map[string]bool{},
		probes:  c.ProbePaths,
		proxies: c.TrustedProxies,
		cross:   http.NewCrossOriginProtection(),
		refuse:  c.Console.Refuse,
	}
	if err := g.cross.AddTrustedOrigin(originText(public)); err != nil {
		return nil, fmt.Errorf("middleware: PublicURL: %w", err)
	}
	g.allow(public)
	if c.LoopbackPort != 0 {
		for _, host := range []string{"localhost", "127.0.0.1", "::1"} {
			g.allow(&url.URL{Scheme: "http", Host: net.JoinHostPort(host, strconv.Itoa(c.LoopbackPort))})
		}
	}
	for _, host := range c.ExtraHosts {
		if !isHost(host) {
			return nil, fmt.Errorf("middleware: ExtraHosts: %q is not a host or host:port", host)
		}
		g.hosts[strings.ToLower(host)] = true
	}
	return g, nil
}

// allow accepts an origin, and its host with and without the scheme's own port: browsers leave it
// out, some proxies put it in.
func (g *guard) allow(u *url.URL) {
	g.origins[originText(u)] = true
	g.hosts[bareHost(u)] = true
	if port := defaultPort(u.Scheme); u.Port() == "" || u.Port() == port {
		g.hosts[bareHost(u)+":"+port] = true
	}
}

// protect refuses requests to a foreign Host, then unsafe requests another site may have made.
func (g *guard) protect(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		switch {
		case !g.knownHost(r):
			g.refuse(w, r, wrongHost)
		case g.crossOrigin(r):
			g.refuse(w, r, crossOrigin)
		default:
			next.ServeHTTP(w, r)
		}
	})
}

// knownHost keeps out pages that reach a private address under their own name (DNS rebinding): for
// the browser they are of one origin with it. A trusted proxy may rewrite Host, and chose us itself.
func (g *guard) knownHost(r *http.Request) bool {
	if slices.Contains(g.probes, r.URL.Path) {
		return true
	}
	if peer, ok := peerAddress(r); ok && within(peer, g.proxies) {
		return true
	}
	return g.hosts[strings.ToLower(r.Host)]
}

// crossOrigin adds two rules to the library's. An Origin must be one of ours in full, where the
// library compares the host alone and would take http for https. And a request must carry Origin
// or Sec-Fetch-Site, where the library lets pass what has neither: every browser sends one of them.
func (g *guard) crossOrigin(r *http.Request) bool {
	if isSafe(r.Method) {
		return false
	}
	if g.cross.Check(r) != nil {
		return true
	}
	origins := r.Header.Values("Origin")
	for _, origin := range origins {
		if !g.origins[origin] {
			return true
		}
	}
	return len(origins) == 0 && r.Header.Get("Sec-Fetch-Site") == ""
}

// isSafe names the methods the library lets pass; no handler changes anything on them.
func isSafe(method string) bool {
	return method == http.MethodGet || method == http.MethodHead || method == http.MethodOptions
}

var (
	wrongHost = Refusal{
		Status:  http.StatusMisdirectedRequest,
		Reason:  "wrong_host",
		Message: "This server isn't reached under this name. Use its public address, or have the name added to its settings.",
	}
	crossOrigin = Refusal{
		Status:  http.StatusForbidden,
		Reason:  "cross_origin",
		Message: "This request didn't come from a page of this server, so nothing was changed. Open the page here and try again.",
	}
)
