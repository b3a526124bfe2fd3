package main

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"regexp"
	"slices"
	"strings"
)

// target is a test by its package and name.
type target struct{ pkg, name string }

// isTarget is how the names of proofs and fuzz targets begin.
var isTarget = regexp.MustCompile(`^(TestProof|Fuzz)\w*$`)

// find returns the proofs and fuzz targets of the packages. What does not compile is an error; the compiler's
// words go to out.
func find(packages []string, out io.Writer) ([]target, error) {
	var found []target
	err := goTest(append([]string{"-list", isTarget.String()}, packages...), func(e event) {
		name := strings.TrimSuffix(e.Output, "\n")
		switch {
		case e.Action == "output" && isTarget.MatchString(name):
			found = append(found, target{e.Package, name})
		case e.Action == "build-output":
			fmt.Fprint(out, e.Output)
		}
	})
	if err != nil {
		return nil, fmt.Errorf("find what there is to prove: %w", err)
	}
	return found, nil
}

// packagesOf returns the packages of the targets that are wanted.
func packagesOf(found []target, wanted func(name string) bool) []string {
	var packages []string
	for _, f := range found {
		if wanted(f.name) && !slices.Contains(packages, f.pkg) {
			packages = append(packages, f.pkg)
		}
	}
	return packages
}

// event is one line of "go test -json".
type event struct {
	Action, Package, Test, Output string
	Elapsed                       float64 // seconds
}

// goTest runs "go test" for as long as proofs are worth and hands on what it says.
func goTest(args []string, tell func(event)) error {
	cmd := exec.Command("go", append([]string{"test", "-json", "-tags", "prove"}, args...)...)
	cmd.Stderr = os.Stderr
	lines, err := cmd.StdoutPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	if err := readEvents(lines, tell); err != nil {
		_ = cmd.Process.Kill()
		_ = cmd.Wait()
		return err
	}
	return cmd.Wait()
}

func readEvents(lines io.Reader, tell func(event)) error {
	scan := bufio.NewScanner(lines)
	scan.Buffer(nil, 1<<20)
	for scan.Scan() {
		var e event
		if err := json.Unmarshal(scan.Bytes(), &e); err != nil {
			return fmt.Errorf("read what go test says: %w", err)
		}
		tell(e)
	}
	return scan.Err()
}
