package api_test

import (
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/proof"
	"dagpass/web/api"
)

// TestProof_RoutesDeclaredAPI: security.md 11, a route of the API or of OAuth without a declared action stops
// the start, and the router serves nothing beside the table. Seen to fail with the check for an empty action
// taken out, and with a route that was added to Echo alone.
func TestProof_RoutesDeclaredAPI(t *testing.T) {
	for _, path := range []string{"/v1/forgotten", "/iam/v1beta1/forgotten", "/platform/v1beta1/forgotten", "/labs/v1/forgotten", "/oauth/forgotten"} {
		if _, err := api.RouterWith(http.MethodPost, path, ""); err == nil || !strings.Contains(err.Error(), "POST "+path+" declares no action") {
			t.Errorf("%s: %v", path, err)
		}
	}
	e, err := api.RouterWith(http.MethodGet, "/v1/one-more", api.Self)
	if err != nil {
		t.Fatal(err)
	}
	declared := map[string]bool{"GET /v1/one-more": true}
	for _, r := range api.Routes() {
		if r.Action == "" {
			t.Errorf("%s %s declares no action", r.Method, r.Path)
		}
		declared[r.Method+" "+r.Path] = true
	}
	for _, r := range e.Routes() {
		if !declared[r.Method+" "+r.Path] {
			t.Errorf("%s %s is served and not declared", r.Method, r.Path)
		}
	}
	proof.Figure(t, "%d routes served, %d declared, and no start with one that is not", len(e.Routes())-1, len(declared)-1)
}
