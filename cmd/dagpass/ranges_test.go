package main

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
)

// TestAddressRangesClear: product.md 4.7, the way back on the host.
func TestAddressRangesClear(t *testing.T) {
	data := newData(t)
	var made created
	if err := json.Unmarshal([]byte(initialize(t, data, "--owner-token", "terraform", "--json")), &made); err != nil {
		t.Fatal(err)
	}
	p := launch(t, "serve", "--data", data)
	call := func(method, path, body string) int {
		t.Helper()
		r, err := http.NewRequestWithContext(t.Context(), method, p.url+"/v1/organizations/"+made.OrganizationID+path, strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r.Header.Set("Content-Type", "application/json")
		r.Header.Set("Authorization", "Bearer "+made.Token)
		a, err := http.DefaultClient.Do(r)
		if err != nil {
			t.Fatal(err)
		}
		a.Body.Close()
		return a.StatusCode
	}
	const ranges = "/allowed-ip-address-ranges"
	if got := call(http.MethodPost, ranges+"/bulk-create", `{"allowedIpAddressRanges":["127.0.0.0/8","10.0.0.0/8"]}`); got != http.StatusOK {
		t.Fatalf("status %d", got)
	}
	t.Run("an unknown Organization is named, and nothing is removed", func(t *testing.T) {
		code, _, stderr := execute(t, "", "address-ranges", "clear", "--data", data, "--org", "Umbrella")
		if code != 1 || !strings.Contains(stderr, "no Organization is called Umbrella") {
			t.Errorf("exit %d: %s", code, stderr)
		}
	})
	t.Run("it removes every range beside a running server, by name or id", func(t *testing.T) {
		if out := must(t, "", "address-ranges", "clear", "--data", data, "--org", "ACME"); !strings.Contains(out, "Removed 2 address ranges. Acme can be used from every address.") {
			t.Errorf("printed %q", out)
		}
		if out := must(t, "", "address-ranges", "clear", "--data", data, "--org", made.OrganizationID); !strings.Contains(out, "Removed 0 address ranges.") {
			t.Errorf("printed %q", out)
		}
		if got := call(http.MethodPost, ranges, `{"ipAddressRange":"127.0.0.0/8"}`); got != http.StatusOK {
			t.Errorf("the range is still there: %d", got)
		}
	})
}
