package secret

import (
	"context"
	"crypto/subtle"
	"encoding/base64"
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"time"

	"golang.org/x/crypto/argon2"
)

// hashWait is how long a call waits for its turn before it gives up with [ErrBusy].
const hashWait = 2 * time.Second

// ErrBusy is returned when too many passwords are being hashed already. It says nothing about the
// password; the caller answers "try again later".
var ErrBusy = errors.New("too many passwords are being checked at once")

// Hasher hashes and checks passwords with argon2id. Each hash takes 19 MiB for some 60 ms of a CPU,
// so the number at work at once is bounded: without a bound, signing in would be a way to exhaust
// memory. It is safe for concurrent use.
type Hasher struct {
	// Waiting, when set before the first use, is called by each call that begins to wait for its turn;
	// what it returns is called when the wait is over.
	Waiting func() (over func())

	cost  argonCost
	slots chan struct{}
}

// NewHasher returns a Hasher that hashes at most concurrent passwords at once (at least one), at the
// cost that OWASP recommends: 19,456 KiB, two passes, one lane.
func NewHasher(concurrent int) *Hasher {
	return NewHasherWithCost(concurrent, 19456, 2)
}

// NewHasherWithCost is [NewHasher] with another cost. It exists for tests that hash many passwords
// and must not be used elsewhere. Costs below the least that argon2 knows are raised to it.
func NewHasherWithCost(concurrent int, memoryKiB, time uint32) *Hasher {
	cost := argonCost{memory: max(memoryKiB, 8), time: max(time, 1), threads: 1}
	return &Hasher{cost: cost, slots: make(chan struct{}, max(concurrent, 1))}
}

// Hash returns the argon2id hash of the password's exact bytes with a new random salt, as a PHC
// string: $argon2id$v=19$m=19456,t=2,p=1$<salt>$<hash>. It fails with [ErrBusy] after two seconds
// without a turn, or when ctx ends.
func (h *Hasher) Hash(ctx context.Context, password string) (string, error) {
	salt := randomBytes(saltLength)
	sum, err := h.derive(ctx, h.cost, password, salt, hashLength)
	if err != nil {
		return "", err
	}
	return phc{cost: h.cost, salt: salt, sum: sum}.String(), nil
}

// Verify reports whether the password is the one behind the PHC string. rehash tells that it is, and
// that the hash was made at a lower cost than is used today and should be replaced. err means that
// the check could not be done: [ErrBusy], the end of ctx, or a string that is not an argon2id hash.
func (h *Hasher) Verify(ctx context.Context, encoded, password string) (ok, rehash bool, err error) {
	stored, err := parsePHC(encoded)
	if err != nil {
		return false, false, err
	}
	sum, err := h.derive(ctx, stored.cost, password, stored.salt, uint32(len(stored.sum)))
	if err != nil {
		return false, false, err
	}
	ok = subtle.ConstantTimeCompare(sum, stored.sum) == 1
	return ok, ok && stored.weakerThan(h.cost), nil
}

// Dummy takes the time of a [Hasher.Verify] and throws the result away. Sign-in calls it for unknown
// accounts, so that the time of an answer does not tell whether an account exists. Its errors are
// those of Verify, for the same reason.
func (h *Hasher) Dummy(ctx context.Context, password string) error {
	_, err := h.derive(ctx, h.cost, password, make([]byte, saltLength), hashLength)
	return err
}

// derive waits for a turn and computes the hash. Once begun, a hash cannot be interrupted.
func (h *Hasher) derive(ctx context.Context, cost argonCost, password string, salt []byte, length uint32) ([]byte, error) {
	if err := h.wait(ctx); err != nil {
		return nil, err
	}
	defer func() { <-h.slots }()
	return argon2.IDKey([]byte(password), salt, cost.time, cost.memory, cost.threads, length), nil
}

func (h *Hasher) wait(ctx context.Context) error {
	if h.Waiting != nil {
		defer h.Waiting()()
	}
	timeout := time.NewTimer(hashWait)
	defer timeout.Stop()
	select {
	case h.slots <- struct{}{}:
		return nil
	case <-timeout.C:
		return ErrBusy
	case <-ctx.Done():
		return fmt.Errorf("wait to hash a password: %w", ctx.Err())
	}
}

const (
	saltLength = 16
	hashLength = 32

	phcPrefix = "$argon2id$v=19$"
)

var errPHC = errors.New("not an argon2id hash in PHC form")

// argonCost is what one hash costs: memory in KiB, passes over it, lanes.
type argonCost struct {
	memory  uint32
	time    uint32
	threads uint8
}

// phc is a hash as it is stored.
type phc struct {
	cost      argonCost
	salt, sum []byte
}

// String returns the PHC string. Its base64 has no padding.
func (p phc) String() string {
	return fmt.Sprintf("%sm=%d,t=%d,p=%d$%s$%s", phcPrefix, p.cost.memory, p.cost.time, p.cost.threads,
		base64.RawStdEncoding.EncodeToString(p.salt), base64.RawStdEncoding.EncodeToString(p.sum))
}

func (p phc) weakerThan(c argonCost) bool {
	return p.cost.memory < c.memory || p.cost.time < c.time || len(p.salt) < saltLength || len(p.sum) < hashLength
}

// parsePHC reads what phc.String writes. The bounds keep an altered row from taking all memory or
// stopping the program: argon2 panics on parameters of zero.
func parsePHC(s string) (phc, error) {
	fields := strings.Split(strings.TrimPrefix(s, phcPrefix), "$")
	if len(fields) != 3 {
		return phc{}, errPHC
	}
	cost, err := parseCost(fields[0])
	if err != nil {
		return phc{}, err
	}
	salt, err1 := base64.RawStdEncoding.DecodeString(fields[1])
	sum, err2 := base64.RawStdEncoding.DecodeString(fields[2])
	p := phc{cost: cost, salt: salt, sum: sum}
	if err1 != nil || err2 != nil || p.String() != s {
		return phc{}, errPHC
	}
	if len(salt) < 8 || len(salt) > 64 || len(sum) < 16 || len(sum) > 64 {
		return phc{}, errPHC
	}
	return p, nil
}

func parseCost(s string) (argonCost, error) {
	const (
		maxMemory = 1 << 20 // KiB, one GiB
		maxTime   = 64
		maxLanes  = math.MaxUint8
	)
	params := strings.Split(s, ",")
	if len(params) != 3 {
		return argonCost{}, errPHC
	}
	memory, err1 := parseParam(params[0], "m=", maxMemory)
	time, err2 := parseParam(params[1], "t=", maxTime)
	threads, err3 := parseParam(params[2], "p=", maxLanes)
	if err := errors.Join(err1, err2, err3); err != nil {
		return argonCost{}, errPHC
	}
	return argonCost{memory: memory, time: time, threads: uint8(threads)}, nil
}

func parseParam(s, name string, limit uint32) (uint32, error) {
	digits, ok := strings.CutPrefix(s, name)
	n, err := strconv.ParseUint(digits, 10, 32)
	if !ok || err != nil || n < 1 || n > uint64(limit) {
		return 0, errPHC
	}
	return uint32(n), nil
}
