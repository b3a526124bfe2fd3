// Command prove runs every proof for as long as it is worth, and every fuzz target for a while, and prints a
// line for each: passed or failed, how long it took, and its figure. It exits 1 when one fails, and when
// there is none. "make prove" calls it, and "make fuzz" for the fuzz targets alone.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(1)
	}
}

// run runs the proofs and fuzz targets of the packages named, of all when there are none.
func run(args []string, out io.Writer) error {
	flags := flag.NewFlagSet("prove", flag.ContinueOnError)
	fuzzTime := flags.Duration("fuzz", 15*time.Second, "how long each fuzz target runs; 0 for none")
	proofs := flags.Bool("proofs", true, "run the proofs")
	if err := flags.Parse(args); err != nil {
		return err
	}
	packages := flags.Args()
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	found, err := find(packages, out)
	if err != nil {
		return err
	}
	var all tally
	if *proofs {
		err = all.prove(found, out)
	}
	if *fuzzTime > 0 {
		err = errors.Join(err, all.fuzz(found, *fuzzTime, out))
	}
	if err != nil {
		return fmt.Errorf("%d passed, %d failed: %w", all.passed, all.failed, err)
	}
	if all.passed == 0 {
		return errors.New("there was nothing to prove")
	}
	fmt.Fprintf(out, "%d passed in %s\n", all.passed, all.took.Round(time.Second))
	return nil
}

// tally is how the proofs and fuzz targets ended.
type tally struct {
	passed, failed int
	took           time.Duration
}

// add counts one that ended and prints its line.
func (all *tally) add(out io.Writer, passed bool, took time.Duration, name, figure string) {
	verdict := "pass"
	if passed {
		all.passed++
	} else {
		verdict = "fail"
		all.failed++
	}
	all.took += took
	fmt.Fprintf(out, "%s %8s  %-24s %s\n", verdict, took.Round(100*time.Millisecond), name, figure)
}
