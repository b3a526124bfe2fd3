package web_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/proof"
	"dagpass/static"
	"dagpass/web"
)

// TestProof_RoutesDeclared: security.md 11, a route of the console without a declared permission stops the
// start, and the router serves nothing beside the table but files and probes. Seen to fail with the check
// for an empty audience taken out, and with a route that was added to Echo alone.
func TestProof_RoutesDeclared(t *testing.T) {
	assets, err := static.New()
	if err != nil {
		t.Fatal(err)
	}
	for want, row := range map[string]web.RouteForTest{
		"GET /forgotten declares no permission":      {Method: http.MethodGet, Path: "/forgotten"},
		"GET /w/:ws/forgotten declares no action":    {Method: http.MethodGet, Path: "/w/:ws/forgotten", Audience: holder, Level: access.WorkspaceLevel},
		"GET /o/:org/forgotten declares no action":   {Method: http.MethodGet, Path: "/o/:org/forgotten", Audience: holder, Action: access.View},
		"POST /forgotten has no name for the record": {Method: http.MethodPost, Path: "/forgotten", Audience: holder, Action: access.View, Level: access.OrgLevel},
	} {
		if _, err := web.ConsoleForTest(assets, row); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", want, err)
		}
	}
	e, err := web.ConsoleForTest(assets, web.RouteForTest{Method: http.MethodGet, Path: "/one-more", Audience: anyone})
	if err != nil {
		t.Fatal(err)
	}
	declared := []string{"GET /one-more", "GET /healthz", "GET /readyz", "GET /static/*"}
	for _, r := range web.RoutesForTest() {
		declared = append(declared, r.Method+" "+r.Path)
	}
	for _, r := range e.Routes() {
		if !slices.Contains(declared, r.Method+" "+r.Path) {
			t.Errorf("%s %s is served and not declared", r.Method, r.Path)
		}
	}
	proof.Figure(t, "%d routes served, %d declared, and no start with one that is not", len(e.Routes())-1, len(declared)-1)
}
