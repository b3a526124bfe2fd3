package mail

import (
	"context"
	"crypto/tls"
	"fmt"
	"net"
	"net/mail"
	"strings"
	"time"

	gomail "github.com/wneessen/go-mail"
)

// sendLimit is how long a mail may take, since somebody waits for the answer.
const sendLimit = 10 * time.Second

// Message is a mail to one person.
type Message struct {
	To      string // an address
	Subject string
	Text    string
}

// Sender sends mails. It may be used by many at once.
type Sender struct {
	config Config
	from   *mail.Address
	tls    *tls.Config
	limit  time.Duration
}

// New returns a sender, or a [ConfigError] that says which setting can't be used. It does not connect:
// a mail server that is down for a while keeps nothing else from working.
func New(c Config) (*Sender, error) {
	c, from, err := c.checked()
	if err != nil {
		return nil, err
	}
	secured, err := c.tlsConfig()
	if err != nil {
		return nil, err
	}
	return &Sender{config: c, from: from, tls: secured, limit: sendLimit}, nil
}

// Send hands a mail over to the server, within ten seconds. When it returns nil the server has taken
// it; whether it arrives is known to nobody. An error says what the server answered, and holds neither
// the password nor the text.
func (s *Sender) Send(ctx context.Context, m Message) error {
	ctx, cancel := context.WithTimeout(ctx, s.limit)
	defer cancel()
	message, err := s.compose(m)
	if err != nil {
		return err
	}
	client, err := s.client(ctx)
	if err != nil {
		return err
	}
	err = client.DialAndSendWithContext(ctx, message)
	switch {
	case err == nil || message.IsDelivered(): // a connection that ends badly afterwards changes nothing
		return nil
	case ctx.Err() != nil:
		return fmt.Errorf("mail server %s did not answer in time: %w", s.address(), ctx.Err())
	}
	return fmt.Errorf("mail server %s: %w", s.address(), err)
}

func (s *Sender) address() string { return net.JoinHostPort(s.config.Host, fmt.Sprint(s.config.Port)) }

func (s *Sender) compose(m Message) (*gomail.Msg, error) {
	to, err := mail.ParseAddress(m.To)
	if err != nil {
		return nil, fmt.Errorf("mail to %q: %w", m.To, err)
	}
	out := gomail.NewMsg(gomail.WithNoDefaultUserAgent())
	out.FromMailAddress(s.from)
	if err := out.To(to.Address); err != nil {
		return nil, fmt.Errorf("mail to %q: %w", m.To, err)
	}
	out.Subject(strings.Join(strings.Fields(m.Subject), " "))
	out.SetDate()
	out.SetMessageID()
	out.SetGenHeader("Auto-Submitted", "auto-generated") // no reply from who is away (RFC 3834)
	out.SetBodyString(gomail.TypeTextPlain, m.Text)
	return out, nil
}

// client is for one connection: the library keeps the open one in it. The library's own limit is never
// reached, because dial ends the connection before.
func (s *Sender) client(ctx context.Context) (*gomail.Client, error) {
	options := []gomail.Option{
		gomail.WithPort(s.config.Port), gomail.WithTimeout(2 * s.limit), gomail.WithTLSConfig(s.tls),
		gomail.WithDialContextFunc(s.dial(ctx)), gomail.WithTLSPolicy(gomail.TLSMandatory),
	}
	if s.config.TLS != StartTLS { // encrypted before the library begins, or not at all
		options = append(options, gomail.WithTLSPolicy(gomail.NoTLS))
	}
	if s.config.User != "" {
		options = append(options, gomail.WithUsername(s.config.User), gomail.WithPassword(s.config.Password.Reveal()),
			gomail.WithOpportunisticSMTPAuth(gomail.SMTPAuthSCRAMSHA256, gomail.SMTPAuthPlain, gomail.SMTPAuthLogin))
	}
	return gomail.NewClient(s.config.Host, options...)
}

// dial returns how the library connects. The connection ends with whole, so that a server that falls
// silent is left on time, and none stays open after a failure.
func (s *Sender) dial(whole context.Context) gomail.DialContextFunc {
	return func(ctx context.Context, network, address string) (net.Conn, error) {
		conn, err := new(net.Dialer).DialContext(ctx, network, address)
		if err != nil {
			return nil, err
		}
		context.AfterFunc(whole, func() { _ = conn.Close() })
		if s.config.TLS != Implicit {
			return conn, nil
		}
		secured := tls.Client(conn, s.tls)
		return secured, secured.HandshakeContext(ctx)
	}
}
