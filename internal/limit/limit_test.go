package limit_test

import (
	"context"
	"errors"
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"golang.org/x/sync/errgroup"

	"dagpass/internal/limit"
)

// published are the rates of the contract (3.7).
var published = limit.Requests{Get: 25, Post: 10, Delete: 5}

// flood sends n requests at once and returns how many were turned away, and how long all took.
func flood(t *testing.T, l *limit.Limiter, key, method string, n int) (refused int, took time.Duration) {
	t.Helper()
	var turnedAway atomic.Int64
	begin := time.Now()
	var all errgroup.Group
	for range n {
		all.Go(func() error {
			err := l.Take(context.Background(), key, method)
			if _, exceeded := errors.AsType[*limit.Exceeded](err); exceeded {
				turnedAway.Add(1)
				return nil
			}
			return err
		})
	}
	if err := all.Wait(); err != nil {
		t.Error(err)
	}
	return int(turnedAway.Load()), time.Since(begin)
}

// behind starts a flood and waits until each of its requests is through, waits, or was turned away. The
// flood is over at the end of the test.
func behind(t *testing.T, l *limit.Limiter, key, method string, n int) {
	t.Helper()
	over := make(chan struct{})
	go func() {
		defer close(over)
		flood(t, l, key, method, n)
	}()
	synctest.Wait()
	t.Cleanup(func() { <-over })
}

// TestRequests: F31, contract 3.7.
func TestRequests(t *testing.T) {
	for method, burst := range map[string]int{http.MethodGet: 500, http.MethodPost: 200, http.MethodDelete: 100} {
		t.Run(method+" lets as many through at once as in 20 seconds", func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				l := published.Limiter(time.Now)
				if refused, took := flood(t, l, "token", method, burst); refused > 0 || took > 0 {
					t.Errorf("%d refused, after %v", refused, took)
				}
				if _, took := flood(t, l, "token", method, 1); took == 0 {
					t.Error("one more did not wait")
				}
			})
		})
	}
	t.Run("ten at a time for a minute, as Terraform sends them, are all let through at the rate", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := published.Limiter(time.Now)
			begin, sent := time.Now(), 0
			for ; time.Since(begin) < time.Minute; sent += 10 {
				if refused, _ := flood(t, l, "token", http.MethodPost, 10); refused > 0 {
					t.Fatalf("%d of ten were refused after %v", refused, time.Since(begin))
				}
			}
			if most := 200 + 61*10; sent > most || sent < 200+58*10 {
				t.Errorf("%d in a minute, want at most %d", sent, most)
			}
		})
	})
	t.Run("what would wait for more than five seconds is refused at once and costs nothing", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := published.Limiter(time.Now)
			flood(t, l, "token", http.MethodDelete, 100)
			refused, took := flood(t, l, "token", http.MethodDelete, 40)
			if refused != 40-5*5 || took != 5*time.Second {
				t.Errorf("%d of 40 refused, the others took %v", refused, took)
			}
			if refused, _ := flood(t, l, "token", http.MethodDelete, 25); refused > 0 {
				t.Errorf("%d of the next 25 refused", refused)
			}
		})
	})
	t.Run("no more than 50 of a caller wait, of all methods together", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := published.Limiter(time.Now)
			flood(t, l, "token", http.MethodPost, 200)
			flood(t, l, "token", http.MethodGet, 500)
			behind(t, l, "token", http.MethodPost, 20)
			if refused, _ := flood(t, l, "token", http.MethodGet, 40); refused != 10 {
				t.Errorf("%d refused with 20 waiting already, want 10 of 40", refused)
			}
		})
	})
	t.Run("a refusal says when there is room", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := published.Limiter(time.Now)
			flood(t, l, "token", http.MethodDelete, 100)
			behind(t, l, "token", http.MethodDelete, 25)
			exceeded, ok := errors.AsType[*limit.Exceeded](l.Take(t.Context(), "token", http.MethodDelete))
			if !ok || exceeded.RetryAfter != 5200*time.Millisecond || exceeded.Rate.PerSecond != 5 {
				t.Fatalf("got %+v", exceeded)
			}
			time.Sleep(exceeded.RetryAfter)
			if refused, took := flood(t, l, "token", http.MethodDelete, 1); refused > 0 || took > 0 {
				t.Errorf("after that %d refused, %v waited", refused, took)
			}
		})
	})
	t.Run("a client that leaves gives its turn back", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := published.Limiter(time.Now)
			flood(t, l, "token", http.MethodDelete, 100)
			ctx, leave := context.WithTimeout(t.Context(), 100*time.Millisecond)
			defer leave()
			if err := l.Take(ctx, "token", http.MethodDelete); !errors.Is(err, context.DeadlineExceeded) {
				t.Fatal(err)
			}
			if _, took := flood(t, l, "token", http.MethodDelete, 1); took != 100*time.Millisecond {
				t.Errorf("the next one waited %v", took)
			}
		})
	})
	t.Run("a caller's flood is not felt by another, nor by the other methods", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := published.Limiter(time.Now)
			behind(t, l, "noisy", http.MethodGet, 5000)
			for _, other := range []struct{ key, method string }{{"quiet", http.MethodGet}, {"noisy", http.MethodPost}} {
				if refused, took := flood(t, l, other.key, other.method, 100); refused > 0 || took > 0 {
					t.Errorf("%v: %d refused, after %v", other, refused, took)
				}
			}
		})
	})
	t.Run("0 is no limit", func(t *testing.T) {
		synctest.Test(t, func(t *testing.T) {
			l := limit.Requests{Post: 10}.Limiter(time.Now)
			if refused, took := flood(t, l, "token", http.MethodGet, 10_000); refused > 0 || took > 0 {
				t.Errorf("%d refused, after %v", refused, took)
			}
		})
	})
}

// TestFailures: security.md 8.
func TestFailures(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := limit.Failures(100, time.Now)
		if refused, took := flood(t, l, "192.0.2.7", limit.Failure, 130); refused != 30 || took > 0 {
			t.Errorf("%d of 130 refused after %v, want 30 at once", refused, took)
		}
		time.Sleep(time.Minute)
		if refused, _ := flood(t, l, "192.0.2.7", limit.Failure, 101); refused != 1 {
			t.Errorf("%d of 101 refused a minute later", refused)
		}
	})
}

func TestLimiter_memory(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		l := published.Limiter(time.Now)
		for i := range 30_000 {
			if err := l.Take(t.Context(), fmt.Sprint(i), http.MethodGet); err != nil {
				t.Fatal(err)
			}
		}
		if n := l.Buckets(); n != 10_000 {
			t.Errorf("%d buckets, want 10,000", n)
		}
		time.Sleep(25 * time.Second)
		if err := l.Take(t.Context(), "one", http.MethodGet); err != nil {
			t.Fatal(err)
		}
		if n := l.Buckets(); n != 1 {
			t.Errorf("%d buckets when all others are full again", n)
		}
	})
}

func TestCheckRate(t *testing.T) {
	nan := 0.0
	for n, ok := range map[float64]bool{0: true, 0.5: true, 25: true, 100_000: true, -1: false, 100_001: false, nan / nan: false} {
		if err := limit.CheckRate(n); (err == nil) != ok {
			t.Errorf("%v: %v", n, err)
		}
	}
}
