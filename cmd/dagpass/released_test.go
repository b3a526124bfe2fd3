package main

import (
	"encoding/json"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"sync"
	"syscall"
	"testing"
	"time"
)

// released is the program as it is released. What a proof times, kills or traces is not slowed down by the race
// detector.
var released build

// build is the program built once for all tests, when the first one asks for it.
type build struct {
	once sync.Once
	dir  string
	err  error
}

func (b *build) binary(t *testing.T) string {
	t.Helper()
	b.once.Do(func() {
		if b.dir, b.err = os.MkdirTemp("", "dagpass-released-"); b.err != nil {
			return
		}
		run := exec.Command("go", "build", "-trimpath", "-o", b.dir, ".")
		run.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := run.CombinedOutput(); err != nil {
			b.err = fmt.Errorf("%w\n%s", err, out)
		}
	})
	if b.err != nil {
		t.Fatalf("the program can't be built: %v", b.err)
	}
	return filepath.Join(b.dir, "dagpass")
}

// remove deletes it after the last test.
func (b *build) remove() { _ = os.RemoveAll(b.dir) }

// installedSite is an installation with an Organization Owner's token, for the released program.
type installedSite struct {
	binary, data string
	made         created
}

func newInstalledSite(t *testing.T) *installedSite {
	t.Helper()
	s := &installedSite{binary: released.binary(t), data: newData(t)}
	if err := json.Unmarshal([]byte(initialize(t, s.data, "--owner-token", "automation", "--json")), &s.made); err != nil {
		t.Fatal(err)
	}
	return s
}

// serve is the command that runs the site's server, behind another command if there is one. It is the first
// of a group of processes, so that a signal reaches all of them.
func (s *installedSite) serve(behind ...string) *exec.Cmd {
	args := append(behind, s.binary, "serve", "--data", s.data, "--listen", "127.0.0.1:0", "--log-format", "json")
	c := exec.Command(args[0], args[1:]...)
	c.Env = append(os.Environ(), "DAGPASS_RATE_GET=0", "DAGPASS_RATE_POST=0", "DAGPASS_RATE_DELETE=0", "DAGPASS_RATE_BAD_BEARER=0")
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c
}

// start starts the site's server and waits until it is ready.
func (s *installedSite) start(t *testing.T, behind ...string) *program {
	t.Helper()
	p := start(t, s.serve(behind...))
	p.awaitReady()
	return p
}

// verifyAudit checks the chains of the record while no server runs.
func (s *installedSite) verifyAudit(t *testing.T) {
	t.Helper()
	if out, err := exec.Command(s.binary, "audit", "verify", "--data", s.data).CombinedOutput(); err != nil {
		t.Errorf("audit verify: %v\n%s", err, out)
	}
}

// awaitReady waits until the server says that it is ready.
func (p *program) awaitReady() {
	p.t.Helper()
	tick := time.NewTicker(2 * time.Millisecond)
	defer tick.Stop()
	for end := time.Now().Add(patience); p.get("/readyz").status != http.StatusOK; <-tick.C {
		if time.Now().After(end) {
			p.t.Fatalf("it does not get ready:\n%s%s", p.stdout, p.stderr)
		}
	}
}

// dice are numbers that look random and are the same for the same seed (SplitMix64), so that a failure can
// be had again.
type dice uint64

// roll returns a number from 0 to n-1.
func (d *dice) roll(n int) int {
	*d += 0x9e3779b97f4a7c15
	z := uint64(*d)
	z = (z ^ z>>30) * 0xbf58476d1ce4e5b9
	z = (z ^ z>>27) * 0x94d049bb133111eb
	return int((z ^ z>>31) % uint64(n))
}
