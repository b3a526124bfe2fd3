//go:build prove

package proof

// Long reports whether the proofs run for as long as they are worth.
const Long = true
