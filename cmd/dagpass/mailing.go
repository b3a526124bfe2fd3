package main

import (
	"context"
	"errors"
	"fmt"
	"os"

	"dagpass/internal/mail"
	"dagpass/internal/secret"
)

// mailing says through which server mails leave. Without one nothing is mailed: links are shown, to be
// handed over.
type mailing struct {
	Host         string `name:"smtp-host" env:"DAGPASS_SMTP_HOST" placeholder:"HOST" help:"Mail server for invitations and forgotten passwords; without it nothing is mailed, and links are shown to be handed over."`
	Port         int    `name:"smtp-port" env:"DAGPASS_SMTP_PORT" placeholder:"PORT" help:"Its port; without it 587, or 465 with implicit TLS."`
	TLS          string `name:"smtp-tls" default:"starttls" enum:"starttls,implicit,off" env:"DAGPASS_SMTP_TLS" placeholder:"HOW" help:"How the connection is encrypted: starttls, implicit, or off for a server on this machine. (${default})"`
	User         string `name:"smtp-user" env:"DAGPASS_SMTP_USER" placeholder:"NAME" help:"Name to sign in with there; without it mails are sent without signing in."`
	PasswordFile string `name:"smtp-password-file" env:"DAGPASS_SMTP_PASSWORD_FILE" placeholder:"FILE" help:"File with the password for it. One line end at its end is not part of it."`
	From         string `name:"smtp-from" env:"DAGPASS_SMTP_FROM" placeholder:"ADDR" help:"Address that mails come from, such as dagpass@example.com; a name may stand before it."`
	CAFile       string `name:"smtp-ca-file" env:"DAGPASS_SMTP_CA_FILE" placeholder:"FILE" help:"Certificates in PEM that the mail server's may come from besides those of the system."`
}

// sender returns what sends mails, nil without a mail server, or a refusal of a setting that can't be
// used.
func (m mailing) sender() (*mail.Sender, error) {
	if m.Host == "" {
		if m.Port != 0 || m.User != "" || m.PasswordFile != "" || m.From != "" || m.CAFile != "" {
			return nil, usagef("there are settings for mail and no mail server: name it with --smtp-host, or leave the others out")
		}
		return nil, nil
	}
	c := mail.Config{Host: m.Host, Port: m.Port, TLS: mail.TLS(m.TLS), User: m.User, From: m.From}
	if m.PasswordFile != "" {
		text, err := readMailFile("--smtp-password-file", m.PasswordFile)
		if err != nil {
			return nil, err
		}
		c.Password = secret.NewValue(withoutLineEnd(text))
	}
	if m.CAFile != "" {
		text, err := readMailFile("--smtp-ca-file", m.CAFile)
		if err != nil {
			return nil, err
		}
		c.CA = []byte(text)
	}
	s, err := mail.New(c)
	if refused, ok := errors.AsType[*mail.ConfigError](err); ok {
		return nil, usagef("--smtp-%s %s", refused.Setting, refused.Problem)
	}
	return s, err
}

// mailFileLimit keeps a wrong path from filling memory; a bundle of every public authority is smaller.
const mailFileLimit = 4 << 20

func readMailFile(flag, name string) (string, error) {
	f, err := os.Open(name)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	defer f.Close()
	text, err := readLimited(f, mailFileLimit)
	if err != nil {
		return "", fmt.Errorf("%s: %w", flag, err)
	}
	return text, nil
}

// What is done after the answer: mails about forgotten passwords, which take up to ten seconds each
// when the mail server is slow.
const (
	maxLater     = 100
	laterWorkers = 4
)

// mail is how the site sends mail, nil without a mail server.
func (s *server) mail() func(ctx context.Context, to, subject, text string) error {
	if s.mails == nil {
		return nil
	}
	return func(ctx context.Context, to, subject, text string) error {
		return s.mails.Send(ctx, mail.Message{To: to, Subject: subject, Text: text})
	}
}
