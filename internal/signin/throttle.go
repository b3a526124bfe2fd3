package signin

import (
	"context"
	"encoding/hex"
	"fmt"
	"net/netip"
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

// onAccount returns the counter of an account after one more attempt: from the third failure on, one
// second, two, four, up to a minute.
func (a Attempts) onAccount(now time.Time) Attempts {
	a = a.counted(now, forgetAfter)
	a.Next = now.Add(accountDelay(a.Count))
	return a
}

// fromAddress returns the counter of an address after one more attempt: a minute from the twentieth
// failure within ten minutes on.
func (a Attempts) fromAddress(now time.Time) Attempts {
	a = a.counted(now, 0)
	if a.Count >= addressFailures {
		a.Next = now.Add(addressDelay)
	}
	return a
}

// counted adds an attempt, beginning anew after a pause or, without one, after [addressWindow].
func (a Attempts) counted(now time.Time, pause time.Duration) Attempts {
	over := now.Sub(a.Since) >= addressWindow
	if pause > 0 {
		over = now.Sub(a.Last) >= pause
	}
	if a.Count == 0 || over {
		a = Attempts{Key: a.Key, Since: now}
	}
	a.Count++
	a.Last = now
	return a
}

func accountDelay(failures int) time.Duration {
	if failures < freeFailures {
		return 0
	}
	// Seven doublings exceed the longest delay; the bound keeps the shift from overflowing.
	return min(time.Second<<min(failures-freeFailures, 7), longestDelay)
}

// throttle slows guessing down. An attempt is counted before the password is looked at, because of a
// thousand sent at once none would see the failure of another. A success takes its count back.
type throttle struct {
	store Store
	keys  Keyring
}

// attempt is one that was admitted.
type attempt struct{ account, address []byte }

// Names of what is counted. Whoever is signed in or sits at a known browser has a counter of their
// own, which strangers cannot run up.
func byEmail(email string) string         { return "account:" + email }
func byDevice(d secret.Digest) string     { return "device:" + hex.EncodeToString(d[:]) }
func bySession(id access.UserID) string   { return "signed-in:" + string(id) }
func byAddress(o access.Origin) string    { return "address:" + network(o.Address) }
func (t throttle) key(name string) []byte { return t.keys.ThrottleKey(name) }

// network is the part of an address that one subscriber has: all of IPv4, the first half of IPv6.
func network(address string) string {
	addr, err := netip.ParseAddr(address)
	if err != nil {
		return address
	}
	addr = addr.Unmap().WithZone("")
	if addr.Is4() {
		return addr.String()
	}
	return netip.PrefixFrom(addr, 64).Masked().String()
}

// admit counts an attempt, or refuses it with Limited, which counts nothing and writes nothing: a
// flood costs one read each.
func (t throttle) admit(ctx context.Context, name string, o access.Origin) (attempt, error) {
	a := attempt{account: t.key(name), address: t.key(byAddress(o))}
	if err := access.Lookup(ctx, t.store, a.check); err != nil {
		return a, err
	}
	return a, access.Upkeep(ctx, t.store, func(tx Tx) error {
		if err := a.check(tx); err != nil {
			return err
		}
		return a.put(tx, Attempts.onAccount, Attempts.fromAddress)
	})
}

// check refuses the attempt while the account or the address has to wait.
func (a attempt) check(tx Tx) error {
	var wait time.Duration
	for _, key := range [][]byte{a.account, a.address} {
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

func (a attempt) put(tx Tx, account, address func(Attempts, time.Time) Attempts) error {
	return firstError(
		func() error { return step(tx, a.account, account) },
		func() error { return step(tx, a.address, address) },
	)
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

func firstError(steps ...func() error) error {
	for _, step := range steps {
		if err := step(); err != nil {
			return err
		}
	}
	return nil
}
