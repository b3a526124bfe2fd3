// Package proof is what the proofs of docs/proof.md have in common. A proof is a test named TestProof…: it
// runs with every other test for a short while, and for as long as it is worth under "make prove", which
// sets the build tag prove. It is never skipped: [Long] changes only how often it tries.
package proof

import (
	"fmt"
	"os"
	"testing"
)

// Mark begins the line of a test's output that cmd/prove prints as the proof's figure.
const Mark = "proof: "

// Figure notes what a proof measured, such as "312 cycles, 40,118 acknowledged, 0 lost". The last one of a
// proof is printed.
func Figure(t testing.TB, format string, args ...any) {
	t.Helper()
	t.Log(Mark + fmt.Sprintf(format, args...))
}

// Worth returns how often a proof tries: short with every test, long under "make prove", and full under
// PROVE_LONG=1 make prove, for counts that do not fit an hour.
func Worth(short, long, full int) int {
	if Long && os.Getenv("PROVE_LONG") == "1" {
		return full
	}
	return Times(short, long)
}

// Times returns short, or long under "make prove".
func Times(short, long int) int {
	if Long {
		return long
	}
	return short
}
