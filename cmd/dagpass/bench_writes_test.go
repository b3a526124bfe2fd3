package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"time"

	"dagpass/internal/access"
)

// creating is the making of tokens, each with its audit event and durable when it is answered.
func (s *site) creating(t *targets) {
	alone := s.ungrouped()
	var made atomic.Int64
	create := func(addr string) requests {
		return func(conn, _ int) []byte {
			body := fmt.Sprintf(`{"name":"made %d","type":"WORKSPACE","scope":"WORKSPACE","entityId":%q,"role":"WORKSPACE_MEMBER","tokenExpiryPeriodInDays":90}`, made.Add(1), s.place.ID)
			return post(addr, "/v1/organizations/"+string(s.org.ID)+"/tokens", s.makes[conn%clients], body)
		}
	}
	c := compare(rounds, func() load { return drive(s.b, alone, clients, 600, create(alone)) }, func() load { return drive(s.b, s.addr, clients, 600, create(s.addr)) })
	t.atLeast("create, 64 clients", "at least 2 × one transaction each", 2, c.ratio(load.rate), "%.2f ×"+fmt.Sprintf(", by CPU %.2f ×", 1/c.ratio(load.cpuEach)))
	t.cost("create, one transaction each, 64 clients", c.base)
	t.cost("create, 64 clients", c.real)
	c = compare(rounds, func() load { return drive(s.b, alone, 1, 200, create(alone)) }, func() load { return drive(s.b, s.addr, 1, 200, create(s.addr)) })
	t.atMost("create, 1 client, p50", "at most 1.1 × one transaction each", 1.1, c.ratio(p50), "%.2f ×"+fmt.Sprintf(", by CPU %.2f ×", c.ratio(load.cpuEach)))
	t.cost("create, 1 client", c.real)
}

// revoking counts the values that are accepted after the answer to their revocation.
func (s *site) revoking(t *targets) {
	const times = 100
	caller := dial(s.b, s.addr)
	defer caller.Close()
	accepted := 0
	for i := range times {
		tok, value, err := s.services.tokens.Create(s.b.Context(), system(), s.place.Scope(), access.NewToken{Name: fmt.Sprintf("ends %d", i), Role: access.WorkspaceMember, Expiry: 90})
		s.ok(err)
		use := get(s.addr, "/v1/organizations", "Authorization: Bearer "+value.Reveal())
		if status := caller.send(s.b, use); status != http.StatusOK {
			s.b.Fatalf("a new value is answered %d", status)
		}
		_, err = s.services.tokens.Delete(s.b.Context(), system(), s.place.Scope(), tok.ID, access.TokenDeletionWord)
		s.ok(err)
		if caller.send(s.b, use) == http.StatusOK {
			accepted++
		}
	}
	t.add("use of a value after its revocation was answered", "never accepted", accepted == 0, fmt.Sprintf("%d of %d accepted", accepted, times))
}

// growth is what pages cost that the targets do not name.
func (s *site) growth(t *targets) {
	for _, p := range []struct{ what, query string }{
		{"page in the middle", "?after=" + string(s.ids[len(s.ids)/2])},
		{"page by expiration", "?sort=expires"},
		{"page of one role", "?role=WORKSPACE_OPERATOR"},
		{"page of what expires soon", "?status=soon"},
		{"search with every token a hit", "?q=pipeline"},
		{"search of two letters", "?q=pi"},
	} {
		t.cost(p.what, repeat(func() load { return drive(s.b, s.addr, 1, 100, s.page(p.query)) }))
	}
}

// storage is the size of the database before anything but the tokens is in it.
func (s *site) storage(t *targets) {
	s.stop()
	info, err := os.Stat(filepath.Join(s.data, databaseName))
	s.ok(err)
	t.atMost("database, a token", "at most 600 bytes", 600, float64(info.Size())/float64(len(s.ids)), "%.0f bytes")
	s.start(false)
}

// starting starts the program as built, and loads it.
func (s *site) starting(t *targets) {
	s.stop()
	binary := filepath.Join(s.b.TempDir(), "dagpass")
	build := exec.Command("go", "build", "-trimpath", "-ldflags", "-s -w", "-o", binary, ".")
	build.Env = append(os.Environ(), "CGO_ENABLED=0")
	if out, err := build.CombinedOutput(); err != nil {
		s.b.Fatalf("%v: %s", err, out)
	}
	var first []load
	for range rounds {
		p := s.spawn(binary)
		first = append(first, load{took: []time.Duration{p.firstAnswer}, answers: 1})
		<-p.checked // else the next start would check first
		p.stop(s)
	}
	t.atMost("start to first answer", "at most 200 ms", 200, middle(first, p50)/1000, "%.0f ms")
	p := s.spawn(binary)
	idle := p.memory(s)
	s.addr = p.addr
	drive(s.b, p.addr, clients, 10_000, s.readToken)
	drive(s.b, p.addr, 4, 400, s.page(""))
	drive(s.b, p.addr, 2, 20, s.page("?q=pipeline"))
	t.atMost("memory after load", "at most 96 MB", 96, p.memory(s), "%.0f MB"+fmt.Sprintf(", %.0f MB before it", idle))
	s.ok(p.Process.Kill())
	p.Wait() // says that it was killed
	p = s.spawn(binary)
	t.lines = append(t.lines, fmt.Sprintf("start after a kill, which checks the database first\t-\t%d ms\tno target", p.firstAnswer.Milliseconds()))
	p.stop(s)
}

// process is the program on its own.
type process struct {
	*exec.Cmd
	addr        string
	firstAnswer time.Duration
	checked     chan struct{} // closed when the database was checked beside the answers, or the program ended
}

// spawn starts it on the data of the benchmark and waits for its first answer.
func (s *site) spawn(binary string) *process {
	s.b.Helper()
	p := &process{checked: make(chan struct{}), Cmd: exec.CommandContext(context.Background(), binary, "serve", "--data", s.data, "--listen", "127.0.0.1:0", "--log-format", "json",
		"--rate-get", "0", "--rate-post", "0", "--rate-delete", "0")}
	out, err := p.StdoutPipe()
	s.ok(err)
	start := time.Now()
	s.ok(p.Start())
	lines := bufio.NewScanner(out)
	for p.addr == "" && lines.Scan() {
		var line struct{ Msg, Address string }
		if json.Unmarshal(lines.Bytes(), &line) == nil && line.Msg == "listening" {
			p.addr = line.Address
		}
	}
	go func() {
		done := sync.OnceFunc(func() { close(p.checked) })
		defer done()
		for lines.Scan() {
			if bytes.Contains(lines.Bytes(), []byte(`"database checked"`)) {
				done()
			}
		}
	}()
	client := dial(s.b, p.addr)
	defer client.Close()
	s.addr = p.addr
	if status := client.send(s.b, s.readToken(0, 0)); status != http.StatusOK {
		s.b.Fatalf("the first answer is %d", status)
	}
	p.firstAnswer = time.Since(start)
	return p
}

func (p *process) stop(s *site) {
	s.b.Helper()
	s.ok(p.Process.Signal(syscall.SIGTERM))
	s.ok(p.Wait())
}

var resident = regexp.MustCompile(`VmRSS:\s+(\d+) kB`)

// memory is what the process has in memory, in MB.
func (p *process) memory(s *site) float64 {
	s.b.Helper()
	status, err := os.ReadFile(fmt.Sprintf("/proc/%d/status", p.Process.Pid))
	s.ok(err)
	found := resident.FindStringSubmatch(string(status))
	if found == nil {
		s.b.Fatal("no resident size in " + strings.TrimSpace(string(status)))
	}
	kib, err := strconv.Atoi(found[1])
	s.ok(err)
	return float64(kib) * 1024 / 1e6
}
