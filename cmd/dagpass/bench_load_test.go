package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"net"
	"net/http"
	"slices"
	"strconv"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"time"
)

// load is what a round of requests measured: client and server together, since both are in this process.
type load struct {
	answers int
	wall    time.Duration
	cpu     time.Duration   // user and system time of the process
	took    []time.Duration // each answer, sorted
}

func (l load) rate() float64    { return float64(l.answers) / l.wall.Seconds() }
func (l load) cpuEach() float64 { return float64(l.cpu.Microseconds()) / float64(l.answers) }
func (l load) at(p float64) float64 {
	return micros(l.took[min(len(l.took)-1, int(p*float64(len(l.took))))])
}
func micros(d time.Duration) float64 { return float64(d.Nanoseconds()) / 1000 }

// requests makes the i-th request of the j-th connection.
type requests func(conn, i int) []byte

// get is a GET with a header line.
func get(host, path, header string) []byte {
	return fmt.Appendf(nil, "GET %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench/1.0\r\n%s\r\n\r\n", path, host, header)
}

// post is a POST of JSON with a token.
func post(host, path, token, body string) []byte {
	return fmt.Appendf(nil, "POST %s HTTP/1.1\r\nHost: %s\r\nUser-Agent: bench/1.0\r\nAuthorization: Bearer %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s",
		path, host, token, len(body), body)
}

// drive sends n requests over so many connections, each as soon as the answer before it came. An answer that is
// no success ends the benchmark.
func drive(b *testing.B, addr string, conns, n int, next requests) load {
	b.Helper()
	took := make([][]time.Duration, conns)
	var sent atomic.Int64
	var all sync.WaitGroup
	start, before := time.Now(), cpuTime(b)
	for c := range conns {
		all.Go(func() {
			client := dial(b, addr)
			defer client.Close()
			for i := 0; sent.Add(1) <= int64(n); i++ {
				begin := time.Now()
				if status := client.send(b, next(c, i)); status != http.StatusOK {
					b.Errorf("answer %d", status)
					return
				}
				took[c] = append(took[c], time.Since(begin))
			}
		})
	}
	all.Wait()
	l := load{answers: n, wall: time.Since(start), cpu: cpuTime(b) - before, took: slices.Concat(took...)}
	if b.Failed() {
		b.FailNow()
	}
	slices.Sort(l.took)
	return l
}

func cpuTime(b *testing.B) time.Duration {
	b.Helper()
	var u syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &u); err != nil {
		b.Fatal(err)
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}

// client is a connection that does no more than it must, so that the server is what is measured.
type client struct {
	net.Conn
	in *bufio.Reader
}

func dial(b *testing.B, addr string) *client {
	conn, err := net.Dial("tcp", addr)
	if err != nil {
		b.Error(err)
		return nil
	}
	return &client{conn, bufio.NewReaderSize(conn, 64<<10)}
}

// send sends a request, reads the whole answer and returns its status.
func (c *client) send(b *testing.B, request []byte) int {
	status, _ := c.exchange(b, request, false)
	return status
}

// exchange is send that can keep the body.
func (c *client) exchange(b *testing.B, request []byte, keep bool) (status int, body []byte) {
	if _, err := c.Write(request); err != nil {
		b.Error(err)
		return 0, nil
	}
	length := 0
	for {
		line, err := c.in.ReadSlice('\n')
		if err != nil {
			b.Error(err)
			return 0, nil
		}
		if status == 0 {
			status, _ = strconv.Atoi(string(line[9:12]))
		}
		if v, ok := bytes.CutPrefix(line, []byte("Content-Length: ")); ok {
			length, _ = strconv.Atoi(string(bytes.TrimSpace(v)))
		}
		if len(line) == 2 {
			break
		}
	}
	if !keep {
		_, err := c.in.Discard(length)
		if err != nil {
			b.Error(err)
		}
		return status, nil
	}
	body = make([]byte, length)
	if _, err := io.ReadFull(c.in, body); err != nil {
		b.Error(err)
	}
	return status, body
}

// compared are rounds of two loads that took turns.
type compared struct{ base, real []load }

// compare lets two loads take turns, so that what else the machine does meets both.
func compare(rounds int, base, real func() load) compared {
	base()
	real() // caches are warm
	var c compared
	for range rounds {
		c.base, c.real = append(c.base, base()), append(c.real, real())
	}
	return c
}

// repeat takes a load alone.
func repeat(real func() load) []load {
	real()
	var all []load
	for range rounds {
		all = append(all, real())
	}
	return all
}

// middle is the median of a figure over rounds.
func middle(rounds []load, figure func(load) float64) float64 {
	var all []float64
	for _, l := range rounds {
		all = append(all, figure(l))
	}
	slices.Sort(all)
	return all[len(all)/2]
}

// ratio is that of the medians, real to base.
func (c compared) ratio(figure func(load) float64) float64 {
	return middle(c.real, figure) / middle(c.base, figure)
}

func p99(l load) float64 { return l.at(0.99) }
func p50(l load) float64 { return l.at(0.5) }
