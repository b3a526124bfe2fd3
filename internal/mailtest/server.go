// Package mailtest is a mail server for tests: a real one that listens on this machine and keeps what
// it is sent, with a certificate authority of its own.
package mailtest

import (
	"crypto/tls"
	"io"
	"log"
	"net"
	"net/mail"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/emersion/go-sasl"
	"github.com/emersion/go-smtp"
)

// User and Password are what a server with [Options].Auth takes.
const (
	User     = "dagpass"
	Password = "pa55-of-the-mail-server"
)

// Options say what kind of server it is.
type Options struct {
	Implicit bool   // encrypted from the first byte
	NoTLS    bool   // offers no encryption
	Auth     bool   // takes mail only from [User]
	Refuse   string // a recipient it does not know
	Host     string // whom its certificate is for; empty: 127.0.0.1
}

// Server is a running mail server.
type Server struct {
	Host string
	Port int
	CA   []byte // its certificate authority, in PEM

	options Options
	mu      sync.Mutex
	mails   []Mail
	arrived chan struct{}
}

// Mail is what the server was sent.
type Mail struct {
	From, To string // of the envelope
	Raw      string
	*mail.Message
	Text string // decoded
}

// Start runs a server until the test ends.
func Start(t testing.TB, o Options) *Server {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s := &Server{Host: "127.0.0.1", Port: listener.Addr().(*net.TCPAddr).Port, options: o, arrived: make(chan struct{}, 100)}
	server := smtp.NewServer(smtp.BackendFunc(func(*smtp.Conn) (smtp.Session, error) { return &session{server: s}, nil }))
	server.Domain, server.ErrorLog = "localhost", log.New(io.Discard, "", 0)
	certificate, ca := issue(t, o.Host)
	s.CA = ca
	secured := &tls.Config{Certificates: []tls.Certificate{certificate}}
	switch {
	case o.Implicit:
		listener = tls.NewListener(listener, secured)
	case !o.NoTLS:
		server.TLSConfig = secured
	}
	done := make(chan struct{})
	go func() {
		defer close(done)
		_ = server.Serve(listener)
	}()
	t.Cleanup(func() {
		_ = server.Close()
		<-done
	})
	return s
}

// Mails are those that were taken, oldest first.
func (s *Server) Mails() []Mail {
	s.mu.Lock()
	defer s.mu.Unlock()
	return append([]Mail(nil), s.mails...)
}

// Next waits for a mail that nobody has waited for before and returns the newest.
func (s *Server) Next(t testing.TB) Mail {
	t.Helper()
	select {
	case <-s.arrived:
	case <-time.After(10 * time.Second):
		t.Fatal("no mail arrived")
	}
	all := s.Mails()
	return all[len(all)-1]
}

func (s *Server) take(m Mail) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.mails = append(s.mails, m)
	s.arrived <- struct{}{}
}

// session is one connection.
type session struct {
	server   *Server
	signedIn bool
	from, to string
}

// AuthMechanisms implements smtp.AuthSession.
func (s *session) AuthMechanisms() []string {
	if !s.server.options.Auth {
		return nil
	}
	return []string{sasl.Plain}
}

// Auth implements smtp.AuthSession.
func (s *session) Auth(string) (sasl.Server, error) {
	return sasl.NewPlainServer(func(_, user, password string) error {
		if user != User || password != Password {
			return smtp.ErrAuthFailed
		}
		s.signedIn = true
		return nil
	}), nil
}

// Mail implements smtp.Session.
func (s *session) Mail(from string, _ *smtp.MailOptions) error {
	if s.server.options.Auth && !s.signedIn {
		return smtp.ErrAuthRequired
	}
	s.from = from
	return nil
}

// Rcpt implements smtp.Session.
func (s *session) Rcpt(to string, _ *smtp.RcptOptions) error {
	if to == s.server.options.Refuse {
		return &smtp.SMTPError{Code: 550, EnhancedCode: smtp.EnhancedCode{5, 1, 1}, Message: "No such user here"}
	}
	s.to = to
	return nil
}

// Data implements smtp.Session.
func (s *session) Data(r io.Reader) error {
	raw, err := io.ReadAll(r)
	if err != nil {
		return err
	}
	m, err := parse(string(raw))
	if err != nil {
		return err
	}
	m.From, m.To = s.from, s.to
	s.server.take(m)
	return nil
}

// Reset implements smtp.Session.
func (s *session) Reset() { s.from, s.to = "", "" }

// Logout implements smtp.Session.
func (s *session) Logout() error { return nil }

func parse(raw string) (Mail, error) {
	read, err := mail.ReadMessage(strings.NewReader(raw))
	if err != nil {
		return Mail{}, err
	}
	text, err := decode(read)
	return Mail{Raw: raw, Message: read, Text: text}, err
}
