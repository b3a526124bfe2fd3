package main

import (
	"slices"
	"strings"
	"testing"
)

// TestReporter: a proof is one line; what a failed one said stands before it.
func TestReporter(t *testing.T) {
	said := strings.Join([]string{
		`{"Action":"output","Package":"p","Test":"TestProof_Kill","Output":"    kill_test.go:9: proof: 300 cycles, 0 lost\n"}`,
		`{"Action":"pass","Package":"p","Test":"TestProof_Kill/8_clients","Elapsed":9}`,
		`{"Action":"pass","Package":"p","Test":"TestProof_Kill","Elapsed":61.25}`,
		`{"Action":"output","Package":"p","Test":"TestProof_Disk","Output":"disk_test.go:7: an answer was 500\n"}`,
		`{"Action":"fail","Package":"p","Test":"TestProof_Disk","Elapsed":0.5}`,
		`{"Action":"output","Package":"p","Output":"FAIL\n"}`,
		`{"Action":"fail","Package":"p","Elapsed":62}`,
		`{"Action":"build-output","ImportPath":"q","Output":"q.go:1: no\n"}`,
	}, "\n")
	var out strings.Builder
	var all tally
	err := readEvents(strings.NewReader(said), reporter{&all, &out, map[string]*strings.Builder{}}.tell)
	want := "pass   1m1.3s  Kill                     300 cycles, 0 lost\n" +
		"disk_test.go:7: an answer was 500\n" +
		"fail    500ms  Disk                     no figure\n" +
		"FAIL\n" + "q.go:1: no\n"
	if err != nil || all.passed != 1 || all.failed != 1 || out.String() != want {
		t.Errorf("%+v, %v:\n%q\nwant\n%q", all, err, out.String(), want)
	}
}

// TestFind: what there is to prove is what the packages declare, and only packages with some are run.
func TestFind(t *testing.T) {
	var out strings.Builder
	found, err := find([]string{"dagpass/internal/audit", "dagpass/static"}, &out)
	if err != nil || !slices.Equal(found, []target{{"dagpass/internal/audit", "FuzzExporter"}}) {
		t.Errorf("%v, %v, it said %q", found, err, out.String())
	}
	if got := packagesOf(found, isTarget.MatchString); !slices.Equal(got, []string{"dagpass/internal/audit"}) {
		t.Errorf("packages %v", got)
	}
	if got := packagesOf(found, raced.MatchString); len(got) != 0 {
		t.Errorf("%v have proofs to race", got)
	}
}

func TestExecutions(t *testing.T) {
	for said, want := range map[string]string{
		"": "no figure",
		"fuzz: elapsed: 3s, execs: 999 (3/sec)\n":                                                   "999 executions",
		"fuzz: elapsed: 3s, execs: 1000 (3/sec)\nfuzz: elapsed: 6s, execs: 1234567 (9/sec)\nPASS\n": "1,234,567 executions",
	} {
		if got := executions(said); got != want {
			t.Errorf("%q: %q, want %q", said, got, want)
		}
	}
}

// TestRun: what can't be proven is no proof.
func TestRun(t *testing.T) {
	for says, args := range map[string][]string{
		"there are no proofs":      {"dagpass/static"},
		"there is no such package": {"dagpass/nowhere"},
		"there is no such flag":    {"-forever"},
	} {
		t.Run(says, func(t *testing.T) {
			var out strings.Builder
			if err := run(args, &out); err == nil {
				t.Errorf("no error; it said %q", out.String())
			}
		})
	}
}
