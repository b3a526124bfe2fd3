package web_test

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// Every tab of Access Management says how much is behind it, also on a dialog that stands as a page.
func TestTabs_SayHowMuchIsBehindThem(t *testing.T) {
	h := dagpasstest.New(t)
	team := h.Team("Ingest", access.OrgMember)
	h.GiveTeam(team, h.Workspace.Scope(), access.WorkspaceMember)
	h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceMember)
	h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	member := h.Member("Mel", h.Workspace.Scope(), access.WorkspaceMember)

	ws, org := "/w/"+string(h.Workspace.ID), "/o/"+string(h.Org.ID)
	for path, want := range map[string]string{
		ws + "/tokens":     "Users 2 Teams 1 API Tokens 1",
		ws + "/tokens/new": "Users 2 Teams 1 API Tokens 1",
		ws + "/users":      "Users 2 Teams 1 API Tokens 1",
		org + "/teams":     "Users 2 Teams 1 API Tokens 1 Roles",
		org + "/roles":     "Users 2 Teams 1 API Tokens 1 Roles",
	} {
		if got := h.Browser(h.Owner).Get(path).Text("nav.tabs"); got != want {
			t.Errorf("%s has the tabs %q, want %q", path, got, want)
		}
	}
	if got := h.Browser(member).Get(ws + "/users").Text("nav.tabs"); got != "Users 2 Teams 1" {
		t.Errorf("a member sees the tabs %q", got)
	}
}
