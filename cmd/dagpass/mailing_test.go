package main

import (
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"

	"dagpass/internal/mailtest"
	"dagpass/views"
)

// mailArgs are the settings for a mail server that wants a password and has a certificate of its own.
func mailArgs(t *testing.T, s *mailtest.Server) []string {
	t.Helper()
	dir := t.TempDir()
	password, ca := filepath.Join(dir, "password"), filepath.Join(dir, "ca.pem")
	for file, text := range map[string]string{password: mailtest.Password + "\n", ca: string(s.CA)} {
		if err := os.WriteFile(file, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	return []string{"--smtp-host", s.Host, "--smtp-port", strconv.Itoa(s.Port), "--smtp-user", mailtest.User,
		"--smtp-password-file", password, "--smtp-from", "Dagpass <dagpass@acme.example>", "--smtp-ca-file", ca}
}

// A mail that was promised before the server was told to stop is still sent, through a mail server that
// the settings name; the password for it is nowhere in the log.
func TestServe_SendsTheMailsItPromised(t *testing.T) {
	data := newData(t)
	initialize(t, data)
	server := mailtest.Start(t, mailtest.Options{Auth: true})
	p := launch(t, append([]string{"serve", "--data", data}, mailArgs(t, server)...)...)
	if a := p.get(views.SignInURL); !strings.Contains(a.body, views.ForgotURL) {
		t.Errorf("the sign-in does not link %s", views.ForgotURL)
	}
	if a := p.post(views.ForgotURL, url.Values{views.FieldEmail: {"ada@acme.example"}}); a.status != http.StatusOK {
		t.Fatalf("status %d", a.status)
	}
	p.signal(syscall.SIGTERM)
	if code := p.wait(); code != 0 {
		t.Errorf("exit %d:\n%s", code, p.stdout)
	}
	mails := server.Mails()
	if len(mails) != 1 || !strings.Contains(mails[0].Text, p.url+views.ResetURL+"#") {
		t.Errorf("%d mails were sent\n%s", len(mails), p.stdout)
	}
	if strings.Contains(p.stdout.String()+p.stderr.String(), mailtest.Password) {
		t.Error("the password is in the log")
	}
}

func TestServe_RefusesMailFilesItCannotUse(t *testing.T) {
	server := mailtest.Start(t, mailtest.Options{})
	for name, c := range map[string]struct{ flag, file, want string }{
		"a password file that is not there": {"--smtp-password-file", "missing", "--smtp-password-file: open missing"},
		"a file without certificates":       {"--smtp-ca-file", "empty", "--smtp-ca-file holds no certificate"},
		"an empty password file":            {"--smtp-password-file", "empty", "belong together"},
	} {
		t.Run(name, func(t *testing.T) {
			args := append([]string{"serve", "--data", newData(t)}, mailArgs(t, server)...)
			t.Chdir(t.TempDir())
			if err := os.WriteFile("empty", []byte("\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			for i := range args {
				if args[i] == c.flag {
					args[i+1] = c.file
				}
			}
			if code, _, stderr := execute(t, "", args...); code == 0 || !strings.Contains(stderr, c.want) {
				t.Errorf("exit %d: %s", code, stderr)
			}
		})
	}
}
