package middleware

import (
	"net/http"
	"net/netip"
	"strings"
	"unicode"
	"unicode/utf8"

	"dagpass/internal/access"
)

// maxClient is how many bytes of a User-Agent are kept.
const maxClient = 256

// OriginOf returns where r came from, for the audit record. The address is an IP address in its
// shortest form without port or zone, or "" when the peer has none; the client is valid UTF-8 of
// at most 256 bytes, printable throughout. What an Astro client says it is comes from two
// headers of its own (contract 2.8); a value that no such client sends is dropped. The route is known once a handler has set [Info].Route.
func OriginOf(r *http.Request) access.Origin {
	info := InfoFrom(r.Context())
	client, version := astroClient(r.Header)
	return access.Origin{
		RequestID: info.requestID, Address: info.address, Client: clientName(r.UserAgent()),
		AstroClient: client, AstroClientVersion: version,
		Door: info.door, Method: methodName(r.Method), Route: info.Route,
	}
}

// clientName drops control and invisible characters before it cuts: the text is read in terminals
// and exports, where an escape sequence or a change of writing direction would act.
func clientName(userAgent string) string {
	printable := strings.Map(func(r rune) rune {
		if unicode.IsPrint(r) {
			return r
		}
		return -1
	}, strings.ToValidUTF8(userAgent, string(utf8.RuneError)))
	if len(printable) <= maxClient {
		return printable
	}
	end := maxClient
	for !utf8.RuneStart(printable[end]) {
		end--
	}
	return printable[:end]
}

// The headers in which the Astro CLI and the Terraform provider name themselves.
const (
	astroClientHeader  = "X-Astro-Client-Identifier"
	astroVersionHeader = "X-Astro-Client-Version"
	maxAstroWord       = 64
)

// astroClient returns name and version of an Astro client; a version says nothing without a name.
func astroClient(h http.Header) (client, version string) {
	if client = astroWord(h.Values(astroClientHeader)); client == "" {
		return "", ""
	}
	return client, astroWord(h.Values(astroVersionHeader))
}

// astroWord returns the value of a header that was given once and is a short plain word, else "": it is
// not cut or cleaned, since a part of a forged word would only look genuine.
func astroWord(values []string) string {
	if len(values) != 1 || len(values[0]) > maxAstroWord {
		return ""
	}
	for _, c := range []byte(values[0]) {
		if !isWordByte(c) {
			return ""
		}
	}
	return values[0]
}

func isWordByte(c byte) bool {
	return 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || '0' <= c && c <= '9' || strings.IndexByte("._+-", c) >= 0
}

// clientAddress walks from the peer towards the client. Every trusted proxy vouches for the one
// entry it appended, which is the next to the left; the first address that is not a trusted proxy
// is the client, and whatever stands left of it is only a claim.
func clientAddress(r *http.Request, trusted []netip.Prefix) string {
	client, ok := peerAddress(r)
	if !ok {
		return ""
	}
	claims := strings.Join(r.Header.Values("X-Forwarded-For"), ",")
	for within(client, trusted) {
		comma := strings.LastIndexByte(claims, ',')
		hop, ok := parseAddress(strings.TrimSpace(claims[comma+1:]))
		if !ok {
			break
		}
		client, claims = hop, claims[:max(comma, 0)]
	}
	return client.String()
}

// peerAddress is the other end of the connection, which no header can change.
func peerAddress(r *http.Request) (netip.Addr, bool) {
	return parseAddress(r.RemoteAddr)
}

// parseAddress reads an address with or without port. Two spellings of one address become equal,
// and a zone is dropped: it is free text, and names an interface of another machine.
func parseAddress(s string) (netip.Addr, bool) {
	if withPort, err := netip.ParseAddrPort(s); err == nil {
		return withPort.Addr().Unmap().WithZone(""), true
	}
	addr, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(s, "["), "]"))
	if err != nil {
		return netip.Addr{}, false
	}
	return addr.Unmap().WithZone(""), true
}

func within(addr netip.Addr, networks []netip.Prefix) bool {
	for _, network := range networks {
		if network.Contains(addr) {
			return true
		}
	}
	return false
}
