package main

import (
	"net"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"dagpass/internal/limit"
	"dagpass/web/api"
	"dagpass/web/middleware"
)

// check refuses an address that can't be used, or that contradicts itself.
func (a address) check() error {
	local, err := checkListen("listen", a.Listen)
	switch {
	case err != nil:
		return err
	case a.PublicURL == "" && !local:
		return usagef("--listen %s can be reached from other machines: say under which address, for example --public-url https://dagpass.example.com", a.Listen)
	case a.PublicURL == "" && a.InsecureHTTP:
		return usagef("--insecure-http is for a public URL outside this machine: leave it out, or add --public-url http://HOST")
	case a.PublicURL == "":
		return nil
	}
	return a.checkPublicURL()
}

// checkListen reports whether a listen address is on this machine alone.
func checkListen(setting, listen string) (local bool, err error) {
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return false, usagef("--%s %q is no address with a port: write for example 127.0.0.1:8888", setting, listen)
	}
	if _, err := strconv.ParseUint(port, 10, 16); err != nil {
		return false, usagef("--%s %q has no port from 0 to 65535: write for example 127.0.0.1:8888", setting, listen)
	}
	return isLocal(host), nil
}

func isLocal(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

func (a address) checkPublicURL() error {
	const form = "write http:// or https:// and a host, for example https://dagpass.example.com"
	u, err := url.Parse(a.PublicURL)
	switch {
	case err != nil || (u.Scheme != "http" && u.Scheme != "https") || u.Hostname() == "":
		return usagef("--public-url %q is no address of a server: %s", a.PublicURL, form)
	case !isASCII(u.Host):
		return usagef("--public-url %q: write a name outside ASCII as browsers send it, xn--…", a.PublicURL)
	case u.User != nil || strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.ForceQuery || u.Fragment != "":
		return usagef("--public-url %q has more than a host: write %s", a.PublicURL, origin(u))
	case !validPort(u):
		return usagef("--public-url %q has no port from 1 to 65535: write for example %s://%s:8888", a.PublicURL, u.Scheme, u.Hostname())
	case u.Scheme == "https" && a.InsecureHTTP:
		return usagef("--insecure-http contradicts --public-url %s: leave it out", a.PublicURL)
	case u.Scheme == "http" && isLocal(u.Hostname()) && a.InsecureHTTP:
		return usagef("--insecure-http is for a public URL outside this machine, and %s is on it: leave it out", a.PublicURL)
	case u.Scheme == "http" && !isLocal(u.Hostname()) && !a.InsecureHTTP:
		return usagef("--public-url %s would send passwords and tokens unencrypted: write https://, or add --insecure-http for a trial", a.PublicURL)
	}
	return nil
}

func validPort(u *url.URL) bool {
	if u.Port() == "" {
		return !strings.HasSuffix(u.Host, ":")
	}
	port, err := strconv.ParseUint(u.Port(), 10, 16)
	return err == nil && port > 0
}

func isASCII(s string) bool {
	return strings.IndexFunc(s, func(r rune) bool { return r <= ' ' || r > '~' }) < 0
}

// origin is a URL as a browser writes it: lower case, without the scheme's own port and all that
// follows. Links, issuer and Origin headers are compared as text, so there is one spelling.
func origin(u *url.URL) string {
	host := strings.ToLower(u.Host)
	if own := map[string]string{"http": ":80", "https": ":443"}[u.Scheme]; own != "" {
		host = strings.TrimSuffix(host, own)
	}
	return u.Scheme + "://" + host
}

// publicURL is where people and programs find a server that listens at an address. The settings have
// been checked.
func (a address) publicURL(listening string) string {
	if a.PublicURL == "" {
		return "http://" + listening
	}
	u, err := url.Parse(a.PublicURL)
	if err != nil {
		return a.PublicURL // not after check
	}
	return origin(u)
}

// limits are the settings of the middleware, or a refusal of one that can't be used.
func (n networking) limits() (middleware.Config, error) {
	if err := n.check(); err != nil {
		return middleware.Config{}, err
	}
	c := middleware.Config{HSTS: middleware.HSTS(n.HSTS)}
	if n.HSTS == "subdomains" {
		c.HSTS = middleware.HSTSSubdomains
	}
	if c.HSTS == middleware.HSTSHost && !strings.HasPrefix(n.PublicURL, "https:") {
		return c, usagef("--hsts host needs an https public URL: set --public-url, or leave --hsts out")
	}
	for _, text := range entries(n.TrustedProxies) {
		proxy, err := parseProxy(text)
		if err != nil {
			return c, err
		}
		c.TrustedProxies = append(c.TrustedProxies, proxy)
	}
	c.ExtraHosts = entries(n.ExtraHosts)
	return c, checkHosts(c.ExtraHosts)
}

// rates are the limits of the API, or a refusal of a number that can't be meant.
func (r rates) rates() (api.Rates, error) {
	for _, setting := range []struct {
		name   string
		number float64
	}{{"rate-get", r.RateGet}, {"rate-post", r.RatePost}, {"rate-delete", r.RateDelete}, {"rate-bad-bearer", r.RateBadBearer}} {
		if err := limit.CheckRate(setting.number); err != nil {
			return api.Rates{}, usagef("--%s: %w", setting.name, err)
		}
	}
	return api.Rates{Requests: limit.Requests{Get: r.RateGet, Post: r.RatePost, Delete: r.RateDelete}, BadBearer: r.RateBadBearer}, nil
}

// entries are the parts of a list setting. An empty variable is an empty list.
func entries(list []string) []string {
	var out []string
	for _, text := range list {
		if text = strings.TrimSpace(text); text != "" {
			out = append(out, text)
		}
	}
	return out
}

func parseProxy(text string) (netip.Prefix, error) {
	proxy, err := netip.ParsePrefix(text)
	if err != nil {
		if ip, single := netip.ParseAddr(text); single == nil {
			return proxy, usagef("--trusted-proxies %s is one address: write the network %s", text, netip.PrefixFrom(ip, ip.BitLen()))
		}
		return proxy, usagef("--trusted-proxies %q is no network: write for example 10.0.0.0/8", text)
	}
	if proxy.Bits() == 0 {
		return proxy, usagef("--trusted-proxies %s would believe everybody about their address: name the networks of your proxies, for example 10.0.0.0/8", text)
	}
	return proxy.Masked(), nil
}

func checkHosts(hosts []string) error {
	for _, host := range hosts {
		if u, err := url.Parse("http://" + host); err != nil || u.Host != host || !isASCII(host) || !validPort(u) {
			return usagef("--extra-hosts %q is no host name: write for example dagpass.internal or dagpass.internal:8443", host)
		}
	}
	return nil
}
