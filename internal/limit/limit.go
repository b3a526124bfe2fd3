package limit

import (
	"container/list"
	"context"
	"fmt"
	"math"
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rate is how many requests a caller may send in the long run, and how many at once after a pause.
type Rate struct {
	PerSecond float64 // 0 is no limit
	Burst     int     // at least 1
}

// Config is what a [Limiter] is made of.
type Config struct {
	// Rates are the limits by kind of request. A kind without one is not limited.
	Rates map[string]Rate
	// Patience is how long a request may wait for its turn, and Waiters how many of one caller may.
	Patience time.Duration
	Waiters  int
	Now      func() time.Time
}

// maxBuckets bounds the memory. Nobody fills it who has not as many genuine callers.
const maxBuckets = 10_000

// Limiter holds a bucket for each caller and kind of request. A bucket is full after a pause, loses one
// with each request and fills up at the rate of its kind. It is safe for concurrent use.
type Limiter struct {
	config Config
	full   time.Duration // after so long without a request every bucket of a caller is full

	mu      sync.Mutex
	held    map[string]*list.Element
	order   *list.List // of *caller, the one that asked last in front
	buckets int
}

type caller struct {
	key     string
	last    time.Time
	waiting int
	buckets map[string]*rate.Limiter
}

// New returns a limiter with no caller in it.
func New(c Config) *Limiter {
	l := &Limiter{config: c, held: map[string]*list.Element{}, order: list.New()}
	for _, r := range c.Rates {
		if r.PerSecond > 0 {
			l.full = max(l.full, c.Patience+seconds(float64(r.Burst)/r.PerSecond))
		}
	}
	return l
}

// seconds is a number of seconds, at most the longest [time.Duration].
func seconds(n float64) time.Duration {
	if n >= math.MaxInt64/float64(time.Second) {
		return math.MaxInt64
	}
	return time.Duration(n * float64(time.Second))
}

// Exceeded says that a caller sends faster than its rate.
type Exceeded struct {
	Rate       Rate
	RetryAfter time.Duration // when one more request would not have to wait
}

// Error implements error.
func (e *Exceeded) Error() string {
	return fmt.Sprintf("limit: more than %v a second; there is room in %v", e.Rate.PerSecond, e.RetryAfter)
}

// Take takes a request of a kind from the caller's bucket. When that is empty it waits for its turn, as
// long as [Config] allows. Errors: *[Exceeded] when that would be too long, or too many wait; the cause
// of ctx when it ended meanwhile. After an error nothing was taken.
func (l *Limiter) Take(ctx context.Context, key, kind string) error {
	r, limited := l.config.Rates[kind]
	if !limited || r.PerSecond <= 0 {
		return nil
	}
	turn, err := l.reserve(key, kind, r)
	if err != nil || turn.delay == 0 {
		return err
	}
	defer l.leave(turn.of)
	timer := time.NewTimer(turn.delay)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		turn.place.CancelAt(l.config.Now())
		return context.Cause(ctx)
	}
}

// turn is a place in the queue of a caller.
type turn struct {
	of    *caller
	place *rate.Reservation
	delay time.Duration
}

func (l *Limiter) reserve(key, kind string, r Rate) (turn, error) {
	now := l.config.Now()
	l.mu.Lock()
	defer l.mu.Unlock()
	l.forget(now)
	c := l.caller(key, now)
	place := l.bucket(c, kind, r).ReserveN(now, 1)
	delay := place.DelayFrom(now)
	if delay > 0 && (delay > l.config.Patience || c.waiting >= l.config.Waiters) {
		place.CancelAt(now)
		return turn{}, &Exceeded{Rate: r, RetryAfter: delay}
	}
	if delay > 0 {
		c.waiting++
	}
	return turn{c, place, delay}, nil
}

func (l *Limiter) leave(c *caller) {
	l.mu.Lock()
	defer l.mu.Unlock()
	c.waiting--
}

// caller returns the caller with a key and makes it the one that asked last.
func (l *Limiter) caller(key string, now time.Time) *caller {
	at, known := l.held[key]
	if !known {
		at = l.order.PushFront(&caller{key: key, buckets: map[string]*rate.Limiter{}})
		l.held[key] = at
	}
	l.order.MoveToFront(at)
	c := at.Value.(*caller)
	c.last = now
	return c
}

func (l *Limiter) bucket(c *caller, kind string, r Rate) *rate.Limiter {
	b, known := c.buckets[kind]
	if !known {
		b = rate.NewLimiter(rate.Limit(r.PerSecond), r.Burst)
		c.buckets[kind] = b
		l.buckets++
	}
	return b
}

// forget drops the callers whose buckets are full again, which loses nothing, and the one that has not
// asked for the longest time while there is no room for another.
func (l *Limiter) forget(now time.Time) {
	for at := l.order.Back(); at != nil; at = l.order.Back() {
		c := at.Value.(*caller)
		if l.buckets < maxBuckets && now.Sub(c.last) < l.full {
			return
		}
		l.order.Remove(at)
		delete(l.held, c.key)
		l.buckets -= len(c.buckets)
	}
}
