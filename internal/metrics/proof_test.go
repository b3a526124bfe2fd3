package metrics_test

import (
	"fmt"
	"net/http/httptest"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
)

// TestProof_MetricsTellNothing: whatever strangers and members send, the metrics hold no name, id,
// address or value of anybody, and no request makes a series that the program did not foresee.
// Seen to fail with the path in place of the route's pattern, the method as it was sent, and the actor's
// id in place of the action.
func TestProof_MetricsTellNothing(t *testing.T) {
	h := dagpasstest.New(t)
	tok, value := h.Token(h.Owner, h.Workspace.Scope(), "canary-token", access.WorkspaceAuthor)
	member := h.Member("Canary Member", h.Workspace.Scope(), access.WorkspaceMember)
	team := h.Team("canary-team", access.OrgMember, member)
	secrets := []string{
		"canary", "Canary", "192.0.2", h.Org.Name, h.Workspace.Name, h.Owner.FullName, h.Owner.Email, value, dagpasstest.Password,
		string(h.Org.ID), string(h.Workspace.ID), string(h.Owner.ID), string(member.ID), string(team.ID), string(tok.ID),
	}
	rounds := proof.Times(30, 3000)
	for range 30 { // until the delays of sign-in have set in
		use(h, member, value, "first")
	}
	foreseen := len(read(t, h))
	for i := range rounds {
		use(h, member, value, fmt.Sprintf("canary-%d", i))
	}
	text := h.Scrape()
	found := 0
	for _, s := range secrets {
		if strings.Contains(text, s) {
			t.Errorf("the metrics hold %q", s)
			found++
		}
	}
	more := len(parse(t, text)) - foreseen
	if more != 0 {
		t.Errorf("%d requests of strangers made %d series more", rounds, more)
	}
	proof.Figure(t, "%d series, %d more after %d rounds of hostile requests, %d of %d secrets in them", foreseen, more, rounds, found, len(secrets))
}

// use sends requests that carry a word wherever a request can.
func use(h *dagpasstest.House, member dagpasstest.Person, value, word string) {
	h.T.Helper()
	own := "/v1/organizations/" + string(h.Org.ID)
	h.Call("GET", own+"/tokens?search="+word, value, "")
	h.Call("GET", own+"/users/"+word, value, "")
	h.Call("POST", own+"/workspaces", value, `{"name":"`+word+`"}`)
	h.Call("GET", "/v1/"+word, value, "")
	h.Call("GET", own, word, "")
	h.Call("POST", "/oauth/token", "", "grant_type="+word)
	h.Browser(member).Get("/w/" + string(h.Workspace.ID) + "/tokens?search=" + word)
	h.Browser(member).Get("/w/" + word + "/tokens")
	h.Stranger().Get("/" + word)
	h.Stranger().Do("X"+strings.ToUpper(word), "/", nil)
	h.Stranger().Post("/sign-in", map[string][]string{"email": {word + "@acme.example"}, "password": {word}})
	r := httptest.NewRequest("GET", dagpasstest.PublicURL+"/sign-in", nil)
	r.Host = word + ".example"
	r.Header.Set("User-Agent", word)
	r.Header.Set("X-Forwarded-For", "192.0.2.99")
	r.Header.Set("X-Request-Id", word)
	h.Handler.ServeHTTP(httptest.NewRecorder(), r)
}
