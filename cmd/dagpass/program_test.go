package main

import (
	"bytes"
	"context"
	"errors"
	"io"
	"net/http"
	"net/url"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"syscall"
	"testing"
	"time"
)

// childVariable makes the test binary run as the program itself, so that signals and a second
// process are real.
const childVariable = "RUN_AS_PROGRAM"

func TestMain(m *testing.M) {
	if os.Getenv(childVariable) != "" {
		main()
	}
	code := m.Run()
	released.remove()
	os.Exit(code)
}

// output collects what a program writes and lets a test wait for a part of it.
type output struct {
	mu      sync.Mutex
	text    bytes.Buffer
	changed chan struct{} // closed at the next write
}

func newOutput() *output { return &output{changed: make(chan struct{})} }

func (o *output) Write(p []byte) (int, error) {
	o.mu.Lock()
	defer o.mu.Unlock()
	close(o.changed)
	o.changed = make(chan struct{})
	return o.text.Write(p)
}

func (o *output) String() string {
	text, _ := o.read()
	return text
}

func (o *output) read() (string, <-chan struct{}) {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.text.String(), o.changed
}

// patience is how long a test waits for what must happen. It is only ever used up by a failure.
const patience = 30 * time.Second

// await returns the groups of a pattern as soon as it is there.
func (o *output) await(t *testing.T, pattern string) []string {
	t.Helper()
	re := regexp.MustCompile(pattern)
	timeout := time.After(patience)
	for {
		text, changed := o.read()
		if found := re.FindStringSubmatch(text); found != nil {
			return found
		}
		select {
		case <-changed:
		case <-timeout:
			t.Fatalf("nothing like %s in:\n%s", pattern, text)
		}
	}
}

// program is the program, running or ended.
type program struct {
	t              *testing.T
	stdout, stderr *output
	url            string
	pid            int // 0 inside the test
	signal         func(os.Signal)
	exited         <-chan int
}

// execute runs a command to its end and returns exit code, standard output and standard error.
func execute(t *testing.T, stdin string, args ...string) (code int, stdout, stderr string) {
	t.Helper()
	var out, errs bytes.Buffer
	code = run(t.Context(), args, env{Stdin: strings.NewReader(stdin), Stdout: &out, Stderr: &errs})
	return code, out.String(), errs.String()
}

// must runs a command that has to succeed and returns its standard output.
func must(t *testing.T, stdin string, args ...string) string {
	t.Helper()
	code, stdout, stderr := execute(t, stdin, args...)
	if code != 0 {
		t.Fatalf("dagpass %s: exit %d\n%s", strings.Join(args, " "), code, stderr)
	}
	return stdout
}

// launch starts a server inside the test and waits until it listens.
func launch(t *testing.T, args ...string) *program {
	t.Helper()
	ctx, cancel := context.WithCancel(context.Background())
	exited := make(chan int, 1)
	p := &program{t: t, stdout: newOutput(), stderr: newOutput(), exited: exited, signal: func(os.Signal) { cancel() }}
	args = append(args, "--listen", "127.0.0.1:0", "--log-level", "info", "--log-format", "json")
	go func() {
		exited <- run(ctx, args, env{Stdin: strings.NewReader(""), Stdout: p.stdout, Stderr: p.stderr})
	}()
	t.Cleanup(func() { p.stop() })
	p.awaitListening()
	return p
}

// spawn starts a server as a process of its own and waits until it listens.
func spawn(t *testing.T, args ...string) *program {
	t.Helper()
	return start(t, command(t, append(args, "--listen", "127.0.0.1:0", "--log-format", "json")...))
}

// start starts a command that runs a server and waits until it listens. Signals go to the command, or to its
// group where it is the first of one.
func start(t *testing.T, child *exec.Cmd) *program {
	t.Helper()
	exited := make(chan int, 1)
	p := &program{t: t, stdout: newOutput(), stderr: newOutput(), exited: exited}
	child.Stdout, child.Stderr = p.stdout, p.stderr
	if err := child.Start(); err != nil {
		t.Fatal(err)
	}
	p.pid = child.Process.Pid
	p.signal = func(s os.Signal) {
		if err := signalTo(child, s); err != nil && !errors.Is(err, os.ErrProcessDone) {
			t.Error(err)
		}
	}
	go func() {
		_ = child.Wait() // the state tells more
		exited <- child.ProcessState.ExitCode()
	}()
	t.Cleanup(func() { p.stop() })
	p.awaitListening()
	return p
}

// signalTo sends a signal to a running process, to its whole group where it was started as the first of one.
func signalTo(child *exec.Cmd, s os.Signal) error {
	if child.SysProcAttr == nil || !child.SysProcAttr.Setpgid {
		return child.Process.Signal(s)
	}
	if err := child.Process.Signal(syscall.Signal(0)); err != nil {
		return err
	}
	return syscall.Kill(-child.Process.Pid, s.(syscall.Signal))
}

func command(t *testing.T, args ...string) *exec.Cmd {
	t.Helper()
	c := exec.Command(os.Args[0], args...)
	c.Env = append(os.Environ(), childVariable+"=1")
	return c
}

// awaitListening waits for the line that says where the server listens, or for its end.
func (p *program) awaitListening() {
	p.t.Helper()
	listening := regexp.MustCompile(`"listening","address":"([^"]+)"`)
	timeout := time.After(patience)
	for {
		text, changed := p.stdout.read()
		if found := listening.FindStringSubmatch(text); found != nil {
			p.url = "http://" + found[1]
			return
		}
		select {
		case <-changed:
		case code := <-p.exited:
			p.exited = remembered(code)
			p.t.Fatalf("exit %d before it listened:\n%s%s", code, p.stdout, p.stderr)
		case <-timeout:
			p.t.Fatalf("it does not listen:\n%s%s", p.stdout, p.stderr)
		}
	}
}

// stop ends the program like SIGTERM and returns its exit code.
func (p *program) stop() int {
	p.t.Helper()
	p.signal(syscall.SIGTERM)
	return p.wait()
}

func (p *program) wait() int {
	p.t.Helper()
	select {
	case code := <-p.exited:
		p.exited = remembered(code)
		return code
	case <-time.After(patience):
		p.t.Fatalf("still running:\n%s%s", p.stdout, p.stderr)
		return -1
	}
}

// remembered gives an exit code again to whoever waits for it next.
func remembered(code int) <-chan int {
	again := make(chan int, 1)
	again <- code
	return again
}

// answer is an HTTP answer whose body was read.
type answer struct {
	status int
	header http.Header
	body   string
}

func (p *program) do(method, path string, form url.Values, header http.Header) answer {
	p.t.Helper()
	r, err := http.NewRequestWithContext(p.t.Context(), method, p.url+path, strings.NewReader(form.Encode()))
	if err != nil {
		p.t.Fatal(err)
	}
	for name, values := range header {
		r.Header[name] = values
	}
	if form != nil {
		r.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		r.Header.Set("Origin", p.url)
	}
	client := &http.Client{
		Transport:     &http.Transport{DisableKeepAlives: true},
		CheckRedirect: func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse },
	}
	response, err := client.Do(r)
	if err != nil {
		p.t.Fatal(err)
	}
	defer response.Body.Close()
	body, err := io.ReadAll(response.Body)
	if err != nil {
		p.t.Fatal(err)
	}
	return answer{response.StatusCode, response.Header, string(body)}
}

func (p *program) get(path string) answer { return p.do(http.MethodGet, path, nil, nil) }

func (p *program) post(path string, form url.Values) answer {
	return p.do(http.MethodPost, path, form, nil)
}

// as asks with the session that an answer opened.
func (p *program) as(signedIn answer, path string) answer {
	p.t.Helper()
	return p.do(http.MethodGet, path, nil, http.Header{"Cookie": {session(p.t, signedIn.header)}})
}

func session(t *testing.T, header http.Header) string {
	t.Helper()
	for _, line := range header["Set-Cookie"] {
		if cookie, _, _ := strings.Cut(line, ";"); strings.HasPrefix(cookie, "__Host-dagpass=") {
			return cookie
		}
	}
	t.Fatalf("no session in %v", header["Set-Cookie"])
	return ""
}

// newData is a data directory that does not exist yet.
func newData(t *testing.T) string {
	t.Helper()
	return filepath.Join(t.TempDir(), "data")
}

const ownerPassword = "a sentence of five words"

// initialize creates the first Owner in a data directory and returns what init printed.
func initialize(t *testing.T, data string, more ...string) string {
	t.Helper()
	return must(t, ownerPassword+"\n", append(initArgs(data), more...)...)
}
