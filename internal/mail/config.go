package mail

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"net/mail"
	"net/netip"
	"strings"

	"dagpass/internal/secret"
)

// TLS says how the connection to the mail server is encrypted.
type TLS string

// The ways.
const (
	StartTLS TLS = "starttls" // begins in clear; a server that does not offer encryption is refused
	Implicit TLS = "implicit" // encrypted from the first byte
	Off      TLS = "off"      // for a server on this machine only
)

// Default ports of mail submission (RFC 8314).
const (
	submissionPort  = 587
	submissionsPort = 465
)

// Config says how mails leave.
type Config struct {
	Host     string
	Port     int // zero: 587, or 465 with implicit TLS
	TLS      TLS
	User     string // empty: without signing in
	Password secret.Value
	From     string // an address, or a name with one
	// CA are certificates in PEM that the server's may come from besides those of the system; empty
	// for none.
	CA []byte
}

// ConfigError is a setting that can't be used.
type ConfigError struct {
	Setting string // host, port, tls, user, password-file, from or ca-file
	Problem string // what is wrong with it and what to write instead
}

// Error implements error.
func (e *ConfigError) Error() string { return "mail: " + e.Setting + " " + e.Problem }

// checked returns the settings with their defaults, and the sender's address. Errors: [ConfigError].
func (c Config) checked() (Config, *mail.Address, error) {
	if c.Port == 0 {
		c.Port = submissionPort
		if c.TLS == Implicit {
			c.Port = submissionsPort
		}
	}
	from, err := mail.ParseAddress(c.From)
	switch {
	case c.Host == "" || strings.ContainsAny(c.Host, " \t\r\n/@") || hasPort(c.Host):
		return c, nil, &ConfigError{"host", fmt.Sprintf("%q is no host name: write for example smtp.example.com, without a port", c.Host)}
	case c.Port < 1 || c.Port > 65535:
		return c, nil, &ConfigError{"port", fmt.Sprintf("%d is no port: write a number from 1 to 65535", c.Port)}
	case c.TLS != StartTLS && c.TLS != Implicit && c.TLS != Off:
		return c, nil, &ConfigError{"tls", fmt.Sprintf("%q is none: write starttls, implicit or off", c.TLS)}
	case c.TLS == Off && !isLoopback(c.Host):
		return c, nil, &ConfigError{"tls", fmt.Sprintf("off would send links in clear to %s: write starttls or implicit", c.Host)}
	case c.TLS == Off && c.User != "":
		return c, nil, &ConfigError{"user", "would send its password in clear: write starttls or implicit for TLS, or leave it out"}
	case (c.User == "") != c.Password.IsZero():
		return c, nil, &ConfigError{"user", "and the password file belong together: set both or none"}
	case err != nil:
		return c, nil, &ConfigError{"from", fmt.Sprintf("%q is no address: write for example dagpass@example.com", c.From)}
	}
	return c, from, nil
}

func hasPort(host string) bool {
	_, err := netip.ParseAddr(host)
	return err != nil && strings.Contains(host, ":")
}

func isLoopback(host string) bool {
	ip, err := netip.ParseAddr(host)
	return strings.EqualFold(host, "localhost") || err == nil && ip.IsLoopback()
}

// tlsConfig is what the server's certificate is checked against.
func (c Config) tlsConfig() (*tls.Config, error) {
	out := &tls.Config{ServerName: c.Host, MinVersion: tls.VersionTLS12}
	if len(c.CA) == 0 {
		return out, nil
	}
	pool, err := x509.SystemCertPool()
	if err != nil {
		pool = x509.NewCertPool() // a system without any: a minimal container
	}
	if !pool.AppendCertsFromPEM(c.CA) {
		return nil, &ConfigError{"ca-file", "holds no certificate: name a file with certificates in PEM"}
	}
	out.RootCAs = pool
	return out, nil
}
