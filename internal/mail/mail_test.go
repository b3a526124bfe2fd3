package mail_test

import (
	"bufio"
	"context"
	"encoding/base64"
	"errors"
	"fmt"
	"net"
	"strings"
	"testing"
	"time"

	"dagpass/internal/mail"
	"dagpass/internal/mailtest"
	"dagpass/internal/secret"
)

// settings reach a server without signing in.
func settings(s *mailtest.Server, how mail.TLS) mail.Config {
	return mail.Config{Host: s.Host, Port: s.Port, TLS: how, From: "Dagpass <dagpass@acme.example>", CA: s.CA}
}

func signingIn(c mail.Config, password string) mail.Config {
	c.User, c.Password = mailtest.User, secret.NewValue(password)
	return c
}

func newSender(t *testing.T, c mail.Config) *mail.Sender {
	t.Helper()
	s, err := mail.New(c)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func invitation() mail.Message {
	return mail.Message{To: "grace@acme.example", Subject: "Ada invited you", Text: "Open https://dagpass.example/invite#code\n\nGrüße\n"}
}

func TestSender_Send(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options mailtest.Options
		how     mail.TLS
	}{
		"with STARTTLS":                                    {mailtest.Options{}, mail.StartTLS},
		"with STARTTLS, signed in":                         {mailtest.Options{Auth: true}, mail.StartTLS},
		"with implicit TLS":                                {mailtest.Options{Implicit: true}, mail.Implicit},
		"with implicit TLS, signed in":                     {mailtest.Options{Implicit: true, Auth: true}, mail.Implicit},
		"in clear, to a server on this machine":            {mailtest.Options{NoTLS: true}, mail.Off},
		"in clear, to one that could encrypt but need not": {mailtest.Options{}, mail.Off},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.options)
			config := settings(server, c.how)
			if c.options.Auth {
				config = signingIn(config, mailtest.Password)
			}
			if err := newSender(t, config).Send(t.Context(), invitation()); err != nil {
				t.Fatal(err)
			}
			got := server.Next(t)
			if got.From != "dagpass@acme.example" || got.To != "grace@acme.example" || got.Text != invitation().Text {
				t.Errorf("from %q to %q:\n%s", got.From, got.To, got.Text)
			}
			for header, want := range map[string]string{
				"From": `"Dagpass" <dagpass@acme.example>`, "To": "<grace@acme.example>", "Subject": "Ada invited you",
				"Auto-Submitted": "auto-generated", "Content-Type": "text/plain; charset=UTF-8",
			} {
				if got.Header.Get(header) != want {
					t.Errorf("%s: %q, want %q", header, got.Header.Get(header), want)
				}
			}
			if got.Header.Get("Date") == "" || got.Header.Get("Message-Id") == "" || got.Header.Get("User-Agent") != "" {
				t.Errorf("the header is %v", got.Header)
			}
		})
	}
}

// Each failure says what happened, and never the password.
func TestSender_Send_failures(t *testing.T) {
	t.Parallel()
	for name, c := range map[string]struct {
		options mailtest.Options
		change  func(c *mail.Config)
		says    string
	}{
		"a server that offers no encryption is sent nothing": {
			mailtest.Options{NoTLS: true}, func(*mail.Config) {}, "does not support STARTTLS",
		},
		"a certificate of an unknown authority is refused": {
			mailtest.Options{Auth: true}, func(c *mail.Config) { c.CA = nil }, "certificate signed by unknown authority",
		},
		"a certificate of another host is refused": {
			mailtest.Options{Auth: true, Host: "other.example"}, func(*mail.Config) {}, "certificate",
		},
		"so it is with implicit TLS": {
			mailtest.Options{Implicit: true, Auth: true, Host: "other.example"}, func(c *mail.Config) { c.TLS = mail.Implicit }, "certificate",
		},
		"a wrong password is refused": {
			mailtest.Options{Auth: true}, func(c *mail.Config) { *c = signingIn(*c, "wr0ng-password") }, "535",
		},
		"a server that takes no password is not told it": {
			mailtest.Options{}, func(*mail.Config) {}, "does not support SMTP AUTH",
		},
		"a recipient the server does not know": {
			mailtest.Options{Auth: true, Refuse: "grace@acme.example"}, func(*mail.Config) {}, "No such user here",
		},
		"a server that is not there": {
			mailtest.Options{}, func(c *mail.Config) { c.Port = 1 }, "refused",
		},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			server := mailtest.Start(t, c.options)
			config := signingIn(settings(server, mail.StartTLS), mailtest.Password)
			c.change(&config)
			err := newSender(t, config).Send(t.Context(), invitation())
			if err == nil || !strings.Contains(err.Error(), c.says) || !strings.Contains(err.Error(), fmt.Sprintf("mail server %s:%d", config.Host, config.Port)) {
				t.Fatalf("got %v, want %q", err, c.says)
			}
			wantSecretsKept(t, err, config.Password.Reveal())
			if len(server.Mails()) != 0 {
				t.Error("the mail was taken")
			}
		})
	}
}

func wantSecretsKept(t *testing.T, err error, password string) {
	t.Helper()
	plain := "\x00" + mailtest.User + "\x00" + password
	for _, secret := range []string{password, base64.StdEncoding.EncodeToString([]byte(password)), base64.StdEncoding.EncodeToString([]byte(plain)), "invite#code"} {
		if strings.Contains(err.Error(), secret) {
			t.Errorf("the error holds %q: %v", secret, err)
		}
	}
}

// A server that falls silent, wherever in the conversation, is left on time.
func TestSender_Send_silentServer(t *testing.T) {
	t.Parallel()
	for name, lines := range map[string][]string{
		"before its greeting":  nil,
		"after its greeting":   {"220 localhost"},
		"before it takes mail": {"220 localhost", "250 localhost", "250 OK", "250 OK"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			port, closed := silent(t, lines)
			s := newSender(t, mail.Config{Host: "127.0.0.1", Port: port, TLS: mail.Off, From: "dagpass@acme.example"})
			s.Within(200 * time.Millisecond)
			began := time.Now()
			err := s.Send(t.Context(), invitation())
			if !errors.Is(err, context.DeadlineExceeded) || !strings.Contains(err.Error(), "did not answer in time") {
				t.Errorf("got %v", err)
			}
			if took := time.Since(began); took > 5*time.Second {
				t.Errorf("it took %v", took)
			}
			<-closed // the connection was not left open
		})
	}
	t.Run("and so it is when whoever asked has gone", func(t *testing.T) {
		t.Parallel()
		port, closed := silent(t, nil)
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(50*time.Millisecond, cancel)
		began := time.Now()
		err := newSender(t, mail.Config{Host: "127.0.0.1", Port: port, TLS: mail.Off, From: "dagpass@acme.example"}).Send(ctx, invitation())
		if took := time.Since(began); !errors.Is(err, context.Canceled) || took > 5*time.Second {
			t.Errorf("got %v after %v", err, took)
		}
		<-closed
	})
}

// silent is a server that says some lines, the first by itself and each other one after a command, and
// then nothing more. closed is closed when the other side is gone.
func silent(t *testing.T, lines []string) (port int, closed chan struct{}) {
	t.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = listener.Close() })
	closed = make(chan struct{})
	go func() {
		defer close(closed)
		conn, err := listener.Accept()
		if err != nil {
			return
		}
		defer conn.Close()
		heard := bufio.NewScanner(conn)
		for i, line := range lines {
			if i > 0 && !heard.Scan() {
				return
			}
			fmt.Fprintf(conn, "%s\r\n", line)
		}
		for heard.Scan() {
		}
	}()
	return listener.Addr().(*net.TCPAddr).Port, closed
}

// A hostile name adds neither a header field nor a recipient.
func TestSender_Send_hostileText(t *testing.T) {
	t.Parallel()
	server := mailtest.Start(t, mailtest.Options{NoTLS: true})
	s := newSender(t, settings(server, mail.Off))
	m := invitation()
	m.Subject = "Acme\r\nBcc: mallory@evil.example\r\n\r\nHello \u202e <b>"
	m.Text = "one\r\n.\r\nRCPT TO:<mallory@evil.example>\r\n..\n"
	if err := s.Send(t.Context(), m); err != nil {
		t.Fatal(err)
	}
	got := server.Next(t)
	if got.Header.Get("Bcc") != "" || got.To != "grace@acme.example" || len(server.Mails()) != 1 {
		t.Errorf("to %q, header %v", got.To, got.Header)
	}
	if got.Text != "one\n.\nRCPT TO:<mallory@evil.example>\n..\n" {
		t.Errorf("the text is %q", got.Text)
	}
	for _, to := range []string{"", "grace", "a@b.example\r\nBcc: x@evil.example", "a@b.example, x@evil.example", "a@b.example>\r\nRCPT TO:<x@evil.example"} {
		m.To = to
		if err := s.Send(t.Context(), m); err == nil {
			t.Errorf("%q was taken", to)
		}
	}
	if len(server.Mails()) != 1 {
		t.Error("a mail was sent all the same")
	}
}

func TestNew(t *testing.T) {
	t.Parallel()
	good := func() mail.Config {
		return mail.Config{Host: "smtp.acme.example", TLS: mail.StartTLS, From: "dagpass@acme.example"}
	}
	if _, err := mail.New(good()); err != nil {
		t.Error(err)
	}
	for name, c := range map[string]struct {
		change  func(c *mail.Config)
		setting string
	}{
		"no host":                       {func(c *mail.Config) { c.Host = "" }, "host"},
		"a host with a port":            {func(c *mail.Config) { c.Host = "smtp.acme.example:25" }, "host"},
		"a URL as host":                 {func(c *mail.Config) { c.Host = "smtp://acme.example" }, "host"},
		"a port out of range":           {func(c *mail.Config) { c.Port = 65536 }, "port"},
		"an unknown way of encryption":  {func(c *mail.Config) { c.TLS = "ssl" }, "tls"},
		"no encryption to elsewhere":    {func(c *mail.Config) { c.TLS = mail.Off }, "tls"},
		"a password in clear":           {func(c *mail.Config) { *c = signingIn(*c, "x"); c.Host, c.TLS = "localhost", mail.Off }, "user"},
		"a user without password":       {func(c *mail.Config) { c.User = "dagpass" }, "user"},
		"a password without user":       {func(c *mail.Config) { c.Password = secret.NewValue("x") }, "user"},
		"no sender":                     {func(c *mail.Config) { c.From = "" }, "from"},
		"a sender that is no address":   {func(c *mail.Config) { c.From = "dagpass" }, "from"},
		"a file without a certificate":  {func(c *mail.Config) { c.CA = []byte("hello") }, "ca-file"},
		"an address of this machine":    {func(c *mail.Config) { c.Host, c.TLS = "::1", mail.Off }, ""},
		"a name of this machine":        {func(c *mail.Config) { c.Host, c.TLS = "localhost", mail.Off }, ""},
		"a sender with a name":          {func(c *mail.Config) { c.From = "Dagpass at Acme <dagpass@acme.example>" }, ""},
		"another port":                  {func(c *mail.Config) { c.Port = 2525 }, ""},
		"an address as host, encrypted": {func(c *mail.Config) { c.Host = "192.0.2.5" }, ""},
	} {
		t.Run(name, func(t *testing.T) {
			config := good()
			c.change(&config)
			_, err := mail.New(config)
			refused, _ := errors.AsType[*mail.ConfigError](err)
			switch {
			case c.setting == "" && err != nil:
				t.Error(err)
			case c.setting != "" && (refused == nil || refused.Setting != c.setting || refused.Problem == ""):
				t.Errorf("got %v, want one about %s", err, c.setting)
			}
		})
	}
}
