package limit

import (
	"fmt"
	"math"
	"net/http"
	"time"
)

// Requests are how many requests of a method a caller may send a second; 0 is no limit.
type Requests struct{ Get, Post, Delete float64 }

// maxRate is far above what one process answers: above it somebody mistook the unit.
const maxRate = 100_000

// CheckRate refuses a number of requests that can't be meant.
func CheckRate(n float64) error {
	if math.IsNaN(n) || n < 0 || n > maxRate {
		return fmt.Errorf("%v is no number of requests from 0 to %d", n, maxRate)
	}
	return nil
}

const (
	burstSeconds = 20
	patience     = 5 * time.Second
	maxWaiters   = 50
)

// Limiter returns the limiter for requests that were let in, by method (security.md 19). After a pause a
// caller may send as many at once as in 20 seconds. A request that comes too fast waits for up to five
// seconds, at most 50 of a caller together: Terraform sends ten at a time and never tries again.
func (r Requests) Limiter(now func() time.Time) *Limiter {
	rates := map[string]Rate{}
	for method, n := range map[string]float64{http.MethodGet: r.Get, http.MethodPost: r.Post, http.MethodDelete: r.Delete} {
		rates[method] = Rate{n, max(1, int(math.Ceil(n*burstSeconds)))}
	}
	return New(Config{Rates: rates, Patience: patience, Waiters: maxWaiters, Now: now})
}

// Failure is the one kind of request of [Failures].
const Failure = "failure"

// Failures returns the limiter for requests that were refused, so many a minute (security.md 8); 0 is no
// limit. None of them waits.
func Failures(perMinute float64, now func() time.Time) *Limiter {
	r := Rate{perMinute / time.Minute.Seconds(), max(1, int(math.Ceil(perMinute)))}
	return New(Config{Rates: map[string]Rate{Failure: r}, Now: now})
}
