// Command prove runs every proof for as long as it is worth and prints a line for each: passed or failed,
// how long it took, and its figure. It exits 1 when one fails, and when there is none. "make prove" calls it.
package main

import (
	"bufio"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"os/exec"
	"strings"
	"time"

	"dagpass/internal/proof"
)

func main() {
	if err := run(os.Args[1:], os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "prove:", err)
		os.Exit(1)
	}
}

// run runs the proofs of the packages named, of all when there are none.
func run(packages []string, out io.Writer) error {
	if len(packages) == 0 {
		packages = []string{"./..."}
	}
	// One package at a time: proofs measure, and would measure each other.
	args := append([]string{"test", "-json", "-tags", "prove", "-run", "^TestProof", "-count", "1", "-p", "1", "-timeout", "60m"}, packages...)
	cmd := exec.Command("go", args...)
	cmd.Stderr = os.Stderr
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	told, err := report(lines, out)
	if err := errors.Join(err, cmd.Wait()); err != nil {
		return fmt.Errorf("%d proofs passed, %d failed: %w", told.passed, told.failed, err)
	}
	if told.passed == 0 {
		return errors.New("there was nothing to prove")
	}
	fmt.Fprintf(out, "%d proofs passed in %s\n", told.passed, told.took.Round(time.Second))
	return nil
}

// event is one line of "go test -json".
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
}

// tally is how the proofs ended.
type tally struct {
	passed, failed int
	took           time.Duration
}

// report prints a line for each proof that ends, and before it everything that a failed one said.
func report(lines io.Reader, out io.Writer) (tally, error) {
	var all tally
	said := map[string]*strings.Builder{} // by proof; that of a package under its name alone
	scan := bufio.NewScanner(lines)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var e event
		if err := json.Unmarshal(scan.Bytes(), &e); err != nil {
			return all, fmt.Errorf("read what go test says: %w", err)
		}
		name, sub, _ := strings.Cut(e.Test, "/")
		of := e.Package + " " + name
		if said[of] == nil {
			said[of] = &strings.Builder{}
		}
		switch e.Action {
		case "output":
			said[of].WriteString(e.Output)
		case "build-output":
			fmt.Fprint(out, e.Output)
		case "pass", "fail":
			if sub == "" {
				all.end(out, e, said[of].String())
			}
		}
	}
	return all, scan.Err()
}

// end counts and prints a proof, or a package, that ended.
func (all *tally) end(out io.Writer, e event, said string) {
	if e.Action == "fail" {
		fmt.Fprint(out, said)
	}
	if e.Test == "" {
		return
	}
	if e.Action == "fail" {
		all.failed++
	} else {
		all.passed++
	}
	took := time.Duration(e.Elapsed * float64(time.Second))
	all.took += took
	fmt.Fprintf(out, "%s %8s  %-24s %s\n", e.Action, took.Round(100*time.Millisecond), strings.TrimPrefix(e.Test, "TestProof_"), figure(said))
}

// figure returns the last figure in what a proof said.
func figure(said string) string {
	marked := strings.Split(said, proof.Mark)
	if len(marked) == 1 {
		return "no figure"
	}
	line, _, _ := strings.Cut(marked[len(marked)-1], "\n")
	return line
}
