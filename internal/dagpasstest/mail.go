package dagpasstest

import (
	"context"
	"time"

	"dagpass/internal/later"
	"dagpass/internal/mail"
	"dagpass/internal/mailtest"
)

// UseMail sets up a mail server, with encryption, for the whole site.
func (h *House) UseMail(server *mailtest.Server) {
	h.T.Helper()
	sender, err := mail.New(mail.Config{Host: server.Host, Port: server.Port, TLS: mail.StartTLS, From: "Dagpass <dagpass@acme.example>", CA: server.CA})
	h.must(err)
	h.later = later.New(h.log, 10, 1)
	h.putOff = h.later.Do
	h.T.Cleanup(h.Settle)
	h.mail = func(ctx context.Context, to, subject, text string) error {
		return sender.Send(ctx, mail.Message{To: to, Subject: subject, Text: text})
	}
	h.site()
}

// MailAtOnce has every mail taken, and what is otherwise done after an answer done before it: for tests that
// count what happens in a request.
func (h *House) MailAtOnce() {
	h.T.Helper()
	h.mail = func(context.Context, string, string, string) error { return nil }
	h.putOff = func(job func(context.Context)) bool {
		job(h.Context())
		return true
	}
	h.site()
}

// CatchUp waits until what has been put off so far is done.
func (h *House) CatchUp() {
	h.T.Helper()
	done := make(chan struct{})
	if !h.putOff(func(context.Context) { close(done) }) {
		h.T.Fatal("too much is put off")
	}
	<-done
}

// Settle waits until what was put off is done. Nothing is put off afterwards.
func (h *House) Settle() {
	h.T.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	h.must(h.later.Close(ctx))
}
