package signin

import (
	"context"
	"encoding/hex"
	"fmt"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

// The limits of attempts (security.md 8). None of them locks anybody out for good.
const (
	freeFailures = 3 // of one account before there is a delay
	longestDelay = 60 * time.Second

	addressFailures = 20 // of one address before there is a delay
	addressWindow   = 10 * time.Minute
	addressDelay    = 60 * time.Second

	// forgetAfter is how long a counter matters after its last attempt. Waiting for it gains a
	// guesser less than the longest delay does.
	forgetAfter = time.Hour
)

// Attempts counts the failed attempts on an account or from an address.
type Attempts struct {
	Key   []byte // keyed hash of what is counted
	Count int
	Since time.Time // the first one counted
	Last  time.Time // the last one
	Next  time.Time // the earliest next one
}

// ThrottleTx is the storage of attempts.
type ThrottleTx interface {
	// Attempts returns the counter of a key, a zero one with the key when there is none.
	Attempts(key []byte) (Attempts, error)
	// PutAttempts stores a counter in place of the one with its key.
	PutAttempts(a Attempts) error
	// DropAttempts removes a counter; removing none is no error.
	DropAttempts(key []byte) error
	// SweepAttempts removes the counters without an attempt since an instant.
	SweepAttempts(before time.Time) error
}

// wait is how long the next attempt has to wait at now.
func (a Attempts) wait(now time.Time) time.Duration { return max(0, a.Next.Sub(now)) }

// rule is how fast attempts may follow each other.
type rule struct {
	// over reports whether the counter begins anew with an attempt at now.
	over func(a Attempts, now time.Time) bool
	// delay is what has to pass after the given number of failures.
	delay func(failures int) time.Duration
}

// accountRule: from the third failure on one second, two, four, up to a minute.
func accountRule() rule {
	return rule{
		over:  func(a Attempts, now time.Time) bool { return now.Sub(a.Last) >= forgetAfter },
		delay: accountDelay,
	}
}

// addressRule: a minute from the twentieth failure within ten minutes on.
func addressRule() rule {
	return rule{
		over: func(a Attempts, now time.Time) bool { return now.Sub(a.Since) >= addressWindow },
		delay: func(failures int) time.Duration {
			if failures < addressFailures {
				return 0
			}
			return addressDelay
		},
	}
}

func accountDelay(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	// Seven doublings exceed the longest delay; the bound keeps the shift from overflowing.
	return min(time.Second<<min(failures-freeFailures, 7), longestDelay)
}

// count returns the counter with one more attempt.
func (r rule) count(a Attempts, now time.Time) Attempts {
	if r.over(a, now) {
		a = Attempts{Key: a.Key}
	}
	if a.Count == 0 {
		a.Since = now
	}
	a.Count++
	return r.fail(a, now)
}

// fail returns the counter after a counted attempt has failed: the delay starts now.
func (r rule) fail(a Attempts, now time.Time) Attempts {
	a.Last, a.Next = now, now.Add(r.delay(a.Count))
	return a
}

// takeBack returns the counter without an attempt that turned out to be none.
func takeBack(a Attempts, now time.Time) Attempts {
	a.Count, a.Next = a.Count-1, now
	return a
}

// forget returns the counter as if there had been no attempt.
func forget(a Attempts, _ time.Time) Attempts { return Attempts{Key: a.Key} }

// throttle slows guessing down. An attempt is counted before the password is looked at, because of a
// thousand sent at once none would see the failure of another. A success takes its count back.
type throttle struct {
	store Store
	keys  Keyring
}

// attempt is one on an account from an address, by the keys of their counters.
type attempt struct{ accountKey, addressKey []byte }

func (t throttle) attempt(name string, o access.Origin) attempt {
	return attempt{accountKey: t.keys.ThrottleKey(name), addressKey: t.keys.ThrottleKey(byAddress(o))}
}

// What is counted, by name. Whoever is signed in or sits at a known browser has a counter of their
// own, which strangers cannot run up.
func byEmail(email string) string       { return "account:" + email }
func byDevice(d secret.Digest) string   { return "device:" + hex.EncodeToString(d[:]) }
func bySession(id access.UserID) string { return "signed-in:" + string(id) }
func byAddress(o access.Origin) string  { return "address:" + o.Network() }

// admit counts an attempt, or refuses it with Limited, which counts nothing. Callers check the attempt
// where they read anyway, so that a flood costs one read each and no write.
func (t throttle) admit(ctx context.Context, a attempt) error {
	return access.Upkeep(ctx, t.store, func(tx Tx) error {
		if err := a.check(tx); err != nil {
			return err
		}
		return a.each(tx, accountRule().count, addressRule().count)
	})
}

// failed starts the delays. It writes as much for accounts that do not exist as for others.
func (a attempt) failed(tx Tx) error {
	return a.each(tx, accountRule().fail, addressRule().fail)
}

// succeeded forgets the failures of the account and takes the attempt back from the address.
func (a attempt) succeeded(tx Tx) error { return a.each(tx, forget, takeBack) }

// cancelled takes an attempt back that could not be decided.
func (a attempt) cancelled(tx Tx) error { return a.each(tx, takeBack, takeBack) }

func (a attempt) each(tx Tx, account, address func(Attempts, time.Time) Attempts) error {
	if err := step(tx, a.accountKey, account); err != nil {
		return err
	}
	return step(tx, a.addressKey, address)
}

// check refuses the attempt while the account or the address has to wait.
func (a attempt) check(tx Tx) error {
	var wait time.Duration
	for _, key := range [][]byte{a.accountKey, a.addressKey} {
		counter, err := tx.Attempts(key)
		if err != nil {
			return err
		}
		wait = max(wait, counter.wait(tx.Now()))
	}
	if wait > 0 {
		return tooMany(wait)
	}
	return nil
}

func step(tx Tx, key []byte, next func(Attempts, time.Time) Attempts) error {
	counter, err := tx.Attempts(key)
	if err != nil {
		return err
	}
	if counter = next(counter, tx.Now()); counter.Count <= 0 {
		return tx.DropAttempts(key)
	}
	return tx.PutAttempts(counter)
}

func tooMany(wait time.Duration) error {
	seconds := int((wait + time.Second - 1) / time.Second)
	text := fmt.Sprintf("Too many attempts. Try again in %d seconds.", seconds)
	if seconds == 1 {
		text = "Too many attempts. Try again in 1 second."
	}
	return &access.Error{Code: access.Limited, Reason: ReasonTooMany, Message: text,
		RetryAfter: time.Duration(seconds) * time.Second}
}
