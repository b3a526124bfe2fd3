package access

import (
	"fmt"
	"strconv"
	"strings"
	"sync"
	"time"

	"dagpass/internal/secret"
)

// Ids are `c`, nine base-36 characters of the creation millisecond and fifteen random ones: 25 in
// all, matching c[0-9a-z]{24} and sorted by creation, as both clients demand (astro-api rule 5).
type (
	// OrgID names an Organization.
	OrgID string
	// WorkspaceID names a Workspace.
	WorkspaceID string
	// UserID names a person.
	UserID string
	// TeamID names a team.
	TeamID string
	// TokenID names an API token; it stays when the value is rotated.
	TokenID string
	// RangeID names an allowed address range.
	RangeID string
)

const (
	idLength   = 25
	timeDigits = 9
	randDigits = idLength - 1 - timeDigits
)

// ParseID returns s as an id when it has the form of one, and NotFound otherwise: a malformed id
// names nothing, so it is answered like an unknown one.
func ParseID[T ~string](s string) (T, error) {
	if !IsID(s) {
		return "", Missing()
	}
	return T(s), nil
}

// IsID reports whether s has the form of an id.
func IsID(s string) bool {
	if len(s) != idLength || s[0] != 'c' {
		return false
	}
	for i := 1; i < len(s); i++ {
		if c := s[i]; (c < '0' || c > '9') && (c < 'a' || c > 'z') {
			return false
		}
	}
	return true
}

// IDs makes ids. Each one is greater than every id this value made before, also within one
// millisecond and when the clock steps back: clients sort by id and expect an Organization before
// the Workspace made with it. The zero value is ready; it is safe for concurrent use.
type IDs struct {
	mu     sync.Mutex
	millis int64
	random []byte
}

// Next returns a new id for the instant now, with 77 random bits.
func (g *IDs) Next(now time.Time) string {
	g.mu.Lock()
	defer g.mu.Unlock()
	if ms := now.UnixMilli(); ms > g.millis || g.random == nil {
		g.millis, g.random = ms, []byte(secret.Base36(randDigits))
	} else if !increment(g.random) {
		g.millis++
	}
	return fmt.Sprintf("c%0*s%s", timeDigits, strconv.FormatInt(g.millis, 36), g.random)
}

// increment adds one to a base-36 number in place; false means it wrapped to zero.
func increment(digits []byte) bool {
	const alphabet = "0123456789abcdefghijklmnopqrstuvwxyz"
	for i := len(digits) - 1; i >= 0; i-- {
		next := strings.IndexByte(alphabet, digits[i]) + 1
		if next < len(alphabet) {
			digits[i] = alphabet[next]
			return true
		}
		digits[i] = '0'
	}
	return false
}
