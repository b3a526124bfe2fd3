package main

import (
	"errors"
	"fmt"
	"io"
	"os/exec"
	"regexp"
	"strings"
	"time"
)

// plain keeps fuzzing from watching which branches of the translated SQLite it takes: targets link it, and
// none of them calls it.
var plain = []string{"-gcflags=modernc.org/sqlite/lib=-d=libfuzzer=0", "-gcflags=modernc.org/libc=-d=libfuzzer=0"}

// fuzz runs each fuzz target for a while. What it finds is left in testdata/fuzz by the go tool.
func (all *tally) fuzz(found []target, each time.Duration, out io.Writer) error {
	var failed error
	for _, f := range found {
		if !strings.HasPrefix(f.name, "Fuzz") {
			continue
		}
		args := append([]string{"test", "-run", "^$", "-fuzz", "^" + f.name + "$", "-fuzztime", each.String()}, plain...)
		begun := time.Now()
		said, err := exec.Command("go", append(args, f.pkg)...).CombinedOutput()
		if err != nil {
			fmt.Fprintf(out, "%s", said)
			failed = errors.Join(failed, fmt.Errorf("%s of %s: %w", f.name, f.pkg, err))
		}
		all.add(out, err == nil, time.Since(begun), "fuzz "+f.name, executions(string(said)))
	}
	return failed
}

var execs = regexp.MustCompile(`execs: (\d+)`)

// executions returns how often a target ran, by the last count it told.
func executions(said string) string {
	counts := execs.FindAllStringSubmatch(said, -1)
	if len(counts) == 0 {
		return "no figure"
	}
	digits := counts[len(counts)-1][1]
	for i := len(digits) - 3; i > 0; i -= 3 {
		digits = digits[:i] + "," + digits[i:]
	}
	return digits + " executions"
}
