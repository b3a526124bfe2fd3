package main

import (
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"time"

	"dagpass/internal/proof"
)

// raced are the proofs that have many do something at once. They run under the race detector, which makes
// the others slower than what they measure.
var raced = regexp.MustCompile(`^TestProof_(DoubleRotate|DemoteWhileActing|RevokeWhileUsed|OneTime|LastOwner)$`)

// unwatched are the parts whose memory the race detector can't see, see the Makefile.
var unwatched = []string{"-gcflags=modernc.org/sqlite/lib=-race=false", "-gcflags=modernc.org/libc=-race=false"}

// prove runs the proofs, one package at a time: proofs measure, and would measure each other.
func (all *tally) prove(found []target, out io.Writer) error {
	some := []string{"-count", "1", "-p", "1", "-timeout", "60m"}
	alone := append(some[:len(some):len(some)], "-run", "^TestProof", "-skip", raced.String())
	err := all.proveSome(alone, packagesOf(found, func(name string) bool {
		return strings.HasPrefix(name, "TestProof") && !raced.MatchString(name)
	}), out)
	together := append(append(some[:len(some):len(some)], "-race", "-run", raced.String()), unwatched...)
	return errors.Join(err, all.proveSome(together, packagesOf(found, raced.MatchString), out))
}

func (all *tally) proveSome(args, packages []string, out io.Writer) error {
	if len(packages) == 0 {
		return nil
	}
	r := reporter{all: all, out: out, said: map[string]*strings.Builder{}}
	return goTest(append(args, packages...), r.tell)
}

// reporter prints a line for each proof that ends, and before it everything that a failed one said.
type reporter struct {
	all  *tally
	out  io.Writer
	said map[string]*strings.Builder // by proof; that of a package under its name alone
}

func (r reporter) tell(e event) {
	name, sub, _ := strings.Cut(e.Test, "/")
	of := e.Package + " " + name
	if r.said[of] == nil {
		r.said[of] = &strings.Builder{}
	}
	switch e.Action {
	case "output":
		r.said[of].WriteString(e.Output)
	case "build-output":
		fmt.Fprint(r.out, e.Output)
	case "pass", "fail":
		if sub == "" {
			r.end(e, r.said[of].String())
		}
	}
}

// end counts and prints a proof, or a package, that ended.
func (r reporter) end(e event, said string) {
	if e.Action == "fail" {
		fmt.Fprint(r.out, said)
	}
	if e.Test != "" {
		took := time.Duration(e.Elapsed * float64(time.Second))
		r.all.add(r.out, e.Action == "pass", took, strings.TrimPrefix(e.Test, "TestProof_"), figure(said))
	}
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
