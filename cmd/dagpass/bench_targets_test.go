package main

import (
	"flag"
	"fmt"
	"net/http"
	"os"
	"runtime"
	"strings"
	"testing"
	"text/tabwriter"
	"time"
)

// rows is how many tokens the database of the benchmark holds.
var rows = flag.Int("rows", 100_000, "tokens in the database of BenchmarkTargets")

// only narrows what is measured.
var only = flag.String("only", "", "the one part of BenchmarkTargets to measure")

// rounds is how often a baseline and what is compared with it take turns.
const rounds = 5

// BenchmarkTargets prints the table of performance targets: what is measured in this process, against which
// baseline, and whether the target holds. It asserts nothing: ratios are read by people. "make bench" calls it.
func BenchmarkTargets(b *testing.B) {
	s := newSite(b, *rows)
	t := &targets{}
	defer t.print(*rows) // also what was measured before a failure
	for _, part := range []struct {
		name    string
		measure func(*targets)
	}{
		{"the size of the database", s.storage}, // while nothing but the tokens is in it
		{"reading", s.reading}, {"lists", s.listing}, {"creating", s.creating}, {"revoking", s.revoking}, {"other lists", s.growth},
		{"the program", s.starting},
	} {
		if *only != "" && *only != part.name {
			continue
		}
		start := time.Now()
		part.measure(t)
		fmt.Fprintf(os.Stderr, "measured %s in %s\n", part.name, time.Since(start).Round(time.Second))
	}
}

// targets is the table as it comes about.
type targets struct {
	lines []string
	costs []string
}

// atMost adds a line whose figure must not be above its limit.
func (t *targets) atMost(operation, target string, limit, measured float64, form string) {
	t.add(operation, target, measured <= limit, fmt.Sprintf(form, measured))
}

// atLeast adds one whose figure must not be below it.
func (t *targets) atLeast(operation, target string, limit, measured float64, form string) {
	t.add(operation, target, measured >= limit, fmt.Sprintf(form, measured))
}

func (t *targets) add(operation, target string, holds bool, measured string) {
	verdict := "holds"
	if !holds {
		verdict = "DOES NOT HOLD"
	}
	t.lines = append(t.lines, strings.Join([]string{operation, target, measured, verdict}, "\t"))
}

// cost adds what one request takes: of the processor, client and server together, and of time.
func (t *targets) cost(what string, l []load) {
	t.costs = append(t.costs, fmt.Sprintf("%s\t%.0f µs\t%.2f ms\t%.2f ms", what, middle(l, load.cpuEach), middle(l, p50)/1000, middle(l, p99)/1000))
}

func (t *targets) print(rows int) {
	w := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintf(w, "\n%d tokens, %s %s/%s, %d processors\n\n", rows, runtime.Version(), runtime.GOOS, runtime.GOARCH, runtime.NumCPU())
	fmt.Fprintln(w, "operation\ttarget\tmeasured\t\n"+strings.Join(t.lines, "\n"))
	fmt.Fprintln(w, "\none request\tCPU\tp50\tp99\n"+strings.Join(t.costs, "\n"))
	w.Flush()
}

// reading is the authenticated read of one token.
func (s *site) reading(t *targets) {
	bare := s.beside(hello())
	base := func(int, int) []byte { return get(bare, "/hello/0123456789", "Accept: application/json") }
	for _, conns := range []int{16, 64} {
		c := compare(rounds, func() load { return drive(s.b, bare, conns, 5000, base) }, func() load { return drive(s.b, s.addr, conns, 2000, s.readToken) })
		t.atLeast(fmt.Sprintf("authenticated GET of a token, %d connections", conns), "at least 0.45 × bare Echo", 0.45, c.ratio(load.rate),
			"%.2f ×"+fmt.Sprintf(", by CPU %.2f ×", 1/c.ratio(load.cpuEach)))
		t.cost(fmt.Sprintf("bare Echo, %d connections", conns), c.base)
		t.cost(fmt.Sprintf("GET of a token, %d connections", conns), c.real)
	}
	c := compare(rounds, func() load { return drive(s.b, bare, 1, 1500, base) }, func() load { return drive(s.b, s.addr, 1, 1500, s.readToken) })
	t.atMost("p99 of it, 1 connection", "at most 2 × bare Echo", 2, c.ratio(p99), "%.2f ×")
	t.cost("bare Echo, 1 connection", c.base)
	t.cost("GET of a token, 1 connection", c.real)
}

func (s *site) readToken(conn, i int) []byte {
	id := s.ids[(conn*104729+i*7919)%len(s.ids)]
	return get(s.addr, "/v1/organizations/"+string(s.org.ID)+"/tokens/"+string(id), "Authorization: Bearer "+s.reads[conn%clients])
}

func (s *site) page(query string) requests {
	request := get(s.addr, "/w/"+string(s.big.ID)+"/tokens"+query, s.cookie)
	return func(int, int) []byte { return request }
}

// listing is the page of API tokens.
func (s *site) listing(t *targets) {
	bare := s.beside(s.inMemory())
	base := get(bare, "/page", "Accept: text/html")
	s.sameSize(bare, base)
	c := compare(rounds, func() load { return drive(s.b, bare, 4, 400, func(int, int) []byte { return base }) }, func() load { return drive(s.b, s.addr, 4, 400, s.page("")) })
	t.atMost("page of 50 tokens, CPU", "at most 2.5 × the page of rows in memory", 2.5, c.ratio(load.cpuEach), "%.2f ×")
	t.cost("page of rows in memory", c.base)
	t.cost("page of 50 tokens", c.real)
	one := s.page(fmt.Sprintf("?q=%07d", len(s.ids)/2*7919%10_000_019))
	found := repeat(func() load { return drive(s.b, s.addr, 1, 200, one) })
	t.atMost("search with one hit, whole page, p50", "at most 2 ms", 2, middle(found, p50)/1000, "%.2f ms")
	t.cost("search with one hit", found)
}

// sameSize fails unless both pages have about as many bytes: else they do not show the same.
func (s *site) sameSize(bare string, base []byte) {
	s.b.Helper()
	client := dial(s.b, bare)
	defer client.Close()
	_, memory := client.exchange(s.b, base, true)
	other := dial(s.b, s.addr)
	defer other.Close()
	status, real := other.exchange(s.b, s.page("")(0, 0), true)
	if status != http.StatusOK || len(memory) < len(real)*9/10 || len(real) < len(memory)*9/10 {
		s.b.Fatalf("status %d: the page has %d bytes, that of rows in memory %d", status, len(real), len(memory))
	}
}
