package main

import (
	"strings"
	"testing"
)

// TestReport: a proof is one line; what a failed one said stands before it.
func TestReport(t *testing.T) {
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
	all, err := report(strings.NewReader(said), &out)
	want := "pass   1m1.3s  Kill                     300 cycles, 0 lost\n" +
		"disk_test.go:7: an answer was 500\n" +
		"fail    500ms  Disk                     no figure\n" +
		"FAIL\n" + "q.go:1: no\n"
	if err != nil || all.passed != 1 || all.failed != 1 || out.String() != want {
		t.Errorf("%+v, %v:\n%q\nwant\n%q", all, err, out.String(), want)
	}
}

// TestRun: what can't be proven is no proof.
func TestRun(t *testing.T) {
	for says, packages := range map[string]string{"there are no proofs": "dagpass/static", "there is no such package": "dagpass/nowhere"} {
		t.Run(says, func(t *testing.T) {
			var out strings.Builder
			if err := run([]string{packages}, &out); err == nil {
				t.Errorf("no error; it said %q", out.String())
			}
		})
	}
}
