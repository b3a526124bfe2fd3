package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"syscall"
	"testing"

	"dagpass/internal/dagpasstest"
	"dagpass/internal/mailtest"
	"dagpass/internal/proof"
	"dagpass/views"
)

// TestProof_CanaryOfTheProgram is TestProof_Canary for what only the real process has: its arguments and
// environment, its standard output at debug level, its data directory beside a running server and after a
// crash, a backup of it, and the stacks of all goroutines that a crash prints.
//
// Seen to fail with the password of the mail server in an argument; with the link for a new password in the
// log; with the value of a token printed before the crash; and with the key of the tokens in the table meta.
func TestProof_CanaryOfTheProgram(t *testing.T) {
	data := newData(t)
	mails := mailtest.Start(t, mailtest.Options{Auth: true})
	p := spawn(t, append([]string{"serve", "--data", data, "--log-level", "debug"}, mailArgs(t, mails)...)...)
	s := &leakSearch{T: t, program: p, texts: map[string]string{}}
	s.secrets.AddKeys(t, filepath.Join(data, keyName), filepath.Join(data, databaseName))
	s.know("the password of the mail server", mailtest.Password)

	code := s.know("the set-up code", p.stderr.await(t, `/setup#(\w{32})\n`)[1])
	s.setUp(code)
	s.forget(mails)
	value := s.makeToken()
	s.commands(data)
	s.useToken(value) // and so the log of the database has something to search after the commands
	s.process("the server", p.pid)
	s.crash()

	s.texts["standard output"] = p.stdout.String()
	told := p.stderr.String()
	s.texts["standard error"] = strings.ReplaceAll(told, code, "") // it is for the person at the terminal
	if n := strings.Count(told, code); n != 2 {
		t.Errorf("the set-up code is printed %d times", n)
	}
	s.files(data)
	s.report()
}

// leakSearch gathers the secrets of a run and the texts in which they must not be.
type leakSearch struct {
	*testing.T
	*program
	secrets dagpasstest.Canaries
	texts   map[string]string // by where they come from
	cookie  string
}

func (s *leakSearch) know(name, secret string) string {
	s.Helper()
	s.secrets.Add(s.T, name, secret)
	return secret
}

// keep knows the cookies that an answer sets and goes on with its session.
func (s *leakSearch) keep(a answer) {
	s.Helper()
	s.cookie = session(s.T, a.header)
	for _, line := range a.header["Set-Cookie"] {
		name, value, _ := strings.Cut(strings.SplitN(line, ";", 2)[0], "=")
		s.know("the cookie "+name, value)
	}
}

func (s *leakSearch) setUp(code string) {
	s.Helper()
	owner := url.Values{views.FieldCode: {code}, views.FieldOrganization: {"Acme"}, views.FieldWorkspace: {"Data Platform"}, views.FieldFullName: {"Ada Okafor"},
		views.FieldEmail: {"ada@acme.example"}, views.FieldPassword: {s.know("the password", "orchid lantern 5591 river")}}
	s.keep(s.post("/setup", owner))
	slip := url.Values{views.FieldEmail: {"ada@acme.example"}, views.FieldPassword: {s.know("a wrong password", "orchid lantern 5592 river")}}
	if a := s.post(views.SignInURL, slip); a.status != http.StatusUnprocessableEntity {
		s.Fatalf("a wrong password: %d", a.status)
	}
}

// forget has a link for a new password mailed and follows it.
func (s *leakSearch) forget(mails *mailtest.Server) {
	s.Helper()
	s.post(views.ForgotURL, url.Values{views.FieldEmail: {"ada@acme.example"}})
	code := regexp.MustCompile(`#(\w{32})`).FindStringSubmatch(mails.Next(s.T).Text)[1]
	next := s.know("the next password", "meadow signal 7713 harbor")
	s.post(views.ResetURL, url.Values{views.FieldCode: {s.know("a reset code", code)}, views.FieldPassword: {next}})
	s.keep(s.post(views.SignInURL, url.Values{views.FieldEmail: {"ada@acme.example"}, views.FieldPassword: {next}}))
}

func (s *leakSearch) browse(method, path string, form url.Values) answer {
	s.Helper()
	return s.do(method, path, form, http.Header{"Cookie": {s.cookie}})
}

// makeToken makes a token in the console, and rotates it.
func (s *leakSearch) makeToken() string {
	s.Helper()
	org := regexp.MustCompile(`/o/c[0-9a-z]{24}`).FindString(s.browse("GET", "/help", nil).body)
	key := regexp.MustCompile(`name="form_key" value="([^"]+)"`).FindStringSubmatch(s.browse("GET", org+"/tokens/new", nil).body)
	a := s.browse("POST", org+"/tokens", url.Values{views.FieldFormKey: {key[1]}, views.FieldName: {"ci"}, views.FieldRole: {"ORGANIZATION_OWNER"}, views.FieldExpiration: {"30"}})
	found := regexp.MustCompile(`data-secret[^>]*>\s*([\w.-]+)`).FindStringSubmatch(a.body)
	if found == nil {
		s.Fatalf("no token: %d %s", a.status, a.body)
	}
	return s.know("a token value", found[1])
}

// useToken calls the API rightly, wrongly and in the wrong place.
func (s *leakSearch) useToken(value string) {
	s.Helper()
	s.know("the signature of a token value", value[strings.LastIndex(value, ".")+1:])
	bearer := http.Header{"Authorization": {"Bearer " + value}}
	orgs := s.do("GET", "/v1/organizations", nil, bearer)
	if orgs.status != http.StatusOK {
		s.Fatalf("%d %s", orgs.status, orgs.body)
	}
	s.do("GET", "/v1/organizations?access_token="+value, nil, nil)
	s.do("GET", "/"+value, nil, http.Header{"Authorization": {"Basic " + value}})
	id := regexp.MustCompile(`"id":"(c[0-9a-z]{24})"`).FindStringSubmatch(orgs.body)[1]
	self := regexp.MustCompile(`"id":"(c[0-9a-z]{24})"`).FindStringSubmatch(s.do("GET", "/v1/tokens/self", nil, bearer).body)
	rotated := s.do("POST", "/v1/organizations/"+id+"/tokens/"+self[1]+"/rotate", nil, bearer)
	var made struct{ Token string }
	if err := json.Unmarshal([]byte(rotated.body), &made); err != nil || made.Token == "" {
		s.Fatalf("%d %s", rotated.status, rotated.body)
	}
	s.know("a rotated token value", made.Token)
	s.do("GET", "/v1/organizations", nil, bearer) // ended
}

// commands runs what may run beside a server, and the one that takes a password.
func (s *leakSearch) commands(data string) {
	s.Helper()
	reset := must(s.T, "", "user", "reset", "--data", data, "ada@acme.example")
	s.know("a code of user reset", regexp.MustCompile(`#(\w{32})`).FindStringSubmatch(reset)[1])
	copied := filepath.Join(s.TempDir(), "copy.db")
	s.texts["what backup prints"] = must(s.T, "", "backup", "--data", data, copied)
	s.texts["a backup"] = readFile(s.T, copied)
	s.texts["its manifest"] = readFile(s.T, copied+".json")
	s.texts["what verify prints"] = must(s.T, "", "audit", "verify", "--data", data)

	child := command(s.T, initArgs(newData(s.T))...)
	typed, err := child.StdinPipe()
	if err != nil {
		s.Fatal(err)
	}
	said := newOutput()
	child.Stdout, child.Stderr = said, said
	if err := child.Start(); err != nil {
		s.Fatal(err)
	}
	s.process("dagpass init", child.Process.Pid) // it waits for the password
	fmt.Fprintln(typed, s.know("the password for init", ownerPassword))
	if err := typed.Close(); err != nil {
		s.Fatal(err)
	}
	if err := child.Wait(); err != nil {
		s.Fatalf("%v\n%s", err, said)
	}
	s.texts["what init prints"] = said.String()
}

// process reads what every user of the machine may read of a process, and its own user of its environment.
func (s *leakSearch) process(name string, pid int) {
	s.Helper()
	for _, what := range []string{"cmdline", "environ"} {
		text, err := os.ReadFile(fmt.Sprintf("/proc/%d/%s", pid, what))
		if err != nil || len(text) == 0 {
			s.Fatalf("%v: this proof needs Linux with /proc and the right to read one's own processes", err)
		}
		s.texts["the "+what+" of "+name] = string(text)
	}
}

// crash ends the server as a fatal error of the Go runtime would, with the stacks of all goroutines.
func (s *leakSearch) crash() {
	s.Helper()
	s.signal(syscall.SIGQUIT)
	if code := s.wait(); code != 2 || !strings.Contains(s.stderr.String(), "goroutine 1 ") {
		s.Fatalf("exit %d without stacks:\n%s", code, s.stderr)
	}
}

// files reads the data directory as the crash left it, without the root key.
func (s *leakSearch) files(data string) {
	s.Helper()
	all, err := filepath.Glob(filepath.Join(data, "*"))
	if err != nil {
		s.Fatal(err)
	}
	for _, file := range all {
		if filepath.Base(file) != keyName {
			s.texts[filepath.Base(file)] = readFile(s.T, file)
		}
	}
	for _, want := range []string{databaseName, databaseName + "-wal"} {
		if s.texts[want] == "" {
			s.Errorf("there is no %s to search", want)
		}
	}
}

func (s *leakSearch) report() {
	s.Helper()
	size, hits := 0, 0
	for place, text := range s.texts {
		size += len(text)
		for secret, how := range s.secrets.In(text) {
			hits++
			s.Errorf("%s is in %s, %s", secret, place, how)
		}
	}
	proof.Figure(s.T, "%d secrets in %d places of the real program, %d KB in all, %d hits", s.secrets.Len(), len(s.texts), size>>10, hits)
}
