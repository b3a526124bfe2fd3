package api_test

import (
	"net/http"
	"slices"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

// unknownID has the form of an id and names nothing.
const unknownID = "c0000000000000000000000zz"

// body is what clients read of an error.
type body struct {
	Message    string   `json:"message"`
	RequestID  string   `json:"requestId"`
	StatusCode int      `json:"statusCode"`
	Reason     string   `json:"reason"`
	Required   string   `json:"requiredRole"`
	Bound      []string `json:"boundWorkspaceIds"`
	Fields     []struct {
		Code    string `json:"code"`
		Field   string `json:"field"`
		Message string `json:"message"`
	} `json:"fieldErrors"`
}

func (a answer) failure(t *testing.T) body {
	t.Helper()
	var b body
	if err := json.Unmarshal([]byte(a.body), &b); err != nil {
		t.Fatalf("not the error object: %v in %q", err, a.body)
	}
	if b.Message == "" || b.RequestID == "" || b.StatusCode != a.status || b.RequestID != a.header.Get("X-Request-Id") {
		t.Errorf("status %d with incomplete error object %s", a.status, a.body)
	}
	return b
}

// wantMissing checks for the one answer to what is absent, hidden or foreign.
func wantMissing(t *testing.T, a answer, bound ...string) {
	t.Helper()
	b := a.failure(t)
	if a.status != http.StatusNotFound || b.Reason != "not_found" || !slices.Equal(b.Bound, bound) {
		t.Errorf("status %d: %s", a.status, a.body)
	}
}

func TestForeignObjectsAreAnsweredLikeUnknownOnes(t *testing.T) {
	h := newHouse(t)
	other := h.found("Umbrella", "Secret")
	foreign := h.add(other.Workspace.Scope(), access.WorkspaceOwner, "theirs")
	hidden := h.addWorkspace("Hidden", "")
	hiddenToken := h.add(hidden.Scope(), access.WorkspaceOwner, "hidden")
	mine := h.add(h.workspace.Scope(), access.WorkspaceOwner, "mine")

	const org = "/v1/organizations/"
	unknown := h.get(org+unknownID, mine)
	wantMissing(t, unknown, string(h.workspace.ID))
	for name, path := range map[string]string{
		"a foreign Organization":                  org + string(other.Org.ID),
		"a malformed id":                          org + "acme",
		"an id in upper case":                     org + "C" + string(h.org.ID)[1:],
		"its Workspaces":                          org + string(other.Org.ID) + "/workspaces",
		"its Workspace":                           org + string(other.Org.ID) + "/workspaces/" + string(other.Workspace.ID),
		"its tokens":                              org + string(other.Org.ID) + "/tokens",
		"the tokens of its Workspace":             org + string(other.Org.ID) + "/tokens?workspaceId=" + string(other.Workspace.ID),
		"its token":                               org + string(other.Org.ID) + "/tokens/" + string(foreign.ID),
		"its Workspace under one's own":           h.orgPath() + "/workspaces/" + string(other.Workspace.ID),
		"one's own Workspace under it":            org + string(other.Org.ID) + "/workspaces/" + string(h.workspace.ID),
		"its token under one's own":               h.orgPath() + "/tokens/" + string(foreign.ID),
		"one's own token under it":                org + string(other.Org.ID) + "/tokens/" + string(mine.ID),
		"tokens of its Workspace under one's own": h.orgPath() + "/tokens?workspaceId=" + string(other.Workspace.ID),
		"an unknown Workspace":                    h.orgPath() + "/workspaces/" + unknownID,
		"an unknown token":                        h.orgPath() + "/tokens/" + unknownID,
		"tokens of an unknown Workspace":          h.orgPath() + "/tokens?workspaceId=" + unknownID,
		"tokens of a malformed Workspace":         h.orgPath() + "/tokens?workspaceId=data",
		"a Workspace without a role":              h.orgPath() + "/workspaces/" + string(hidden.ID),
		"tokens of a Workspace without a role":    h.orgPath() + "/tokens?workspaceId=" + string(hidden.ID),
		"a token of a Workspace without a role":   h.orgPath() + "/tokens/" + string(hiddenToken.ID),
		"an empty id":                             "/v1/organizations//tokens",
		"an escaped slash":                        org + string(h.org.ID) + "%2Ftokens",
		"a NUL":                                   org + "%00",
		"a foreign one's tokens under v1beta1":    "/iam/v1beta1/organizations/" + string(other.Org.ID) + "/tokens",
		"an unknown Organization under v1beta1":   "/platform/v1beta1/organizations/" + unknownID,
	} {
		t.Run(name, func(t *testing.T) {
			a := h.get(path, mine)
			if a.status != unknown.status || a.body != unknown.body {
				t.Errorf("%s answers\n%d %s\nwant\n%d %s", path, a.status, a.body, unknown.status, unknown.body)
			}
		})
	}
}

func TestRoles(t *testing.T) {
	h := newHouse(t)
	second := h.addWorkspace("Research", "")
	shared := h.add(h.org.Scope(), access.OrgMember, "shared")
	h.bind(shared, h.workspace, access.WorkspaceOwner)
	h.bind(shared, second, access.WorkspaceMember)
	workspacePath := h.orgPath() + "/workspaces/" + string(h.workspace.ID)
	tokensHere := h.orgPath() + "/tokens?workspaceId=" + string(h.workspace.ID)

	t.Run("one Organization token acts in each Workspace by its role there", func(t *testing.T) {
		if a := h.get(tokensHere, shared); a.status != http.StatusOK {
			t.Errorf("as Owner: %d %s", a.status, a.body)
		}
		a := h.get(h.orgPath()+"/tokens?workspaceId="+string(second.ID), shared)
		if b := a.failure(t); a.status != http.StatusForbidden || b.Required != "WORKSPACE_OWNER" {
			t.Errorf("as Member: %d %s", a.status, a.body)
		}
	})
	t.Run("a lowered role is refused at the next request, with the role that would do", func(t *testing.T) {
		must(h.tokens.Rebind(h.Context(), operator(), h.workspace.Scope(), shared.ID, access.WorkspaceOperator, "")).in(t)
		a := h.get(tokensHere, shared)
		if got := a.header.Get("WWW-Authenticate"); got != realm+`, error="insufficient_scope"` {
			t.Errorf("WWW-Authenticate %q", got)
		}
		golden(t, "403", a.body, map[string]string{string(h.workspace.ID): "{workspace}", string(second.ID): "{research}"})
	})
	t.Run("after its binding is removed the Workspace does not exist for it", func(t *testing.T) {
		must(h.tokens.Unbind(h.Context(), operator(), h.workspace.Scope(), shared.ID)).in(t)
		wantMissing(t, h.get(workspacePath, shared), string(second.ID))
		if a := h.get(h.orgPath()+"/workspaces/"+string(second.ID), shared); a.status != http.StatusOK {
			t.Errorf("the other Workspace: %d %s", a.status, a.body)
		}
	})
	t.Run("without any binding it is welcome nowhere, and hears so", func(t *testing.T) {
		must(h.tokens.Unbind(h.Context(), operator(), second.Scope(), shared.ID)).in(t)
		a := h.get(workspacePath, shared)
		golden(t, "404", a.body, nil)
		if a := h.get(h.orgPath()+"/workspaces", shared); a.status != http.StatusOK {
			t.Errorf("its empty list of Workspaces: %d %s", a.status, a.body)
		}
	})
	t.Run("the weakest token may read its Organization and itself", func(t *testing.T) {
		weak := h.add(h.workspace.Scope(), access.WorkspaceAccessor, "weak")
		for _, path := range []string{"/v1/organizations", h.orgPath(), "/v1/users/self", h.orgPath() + "/workspaces",
			workspacePath, h.orgPath() + "/tokens/" + string(weak.ID)} {
			if a := h.get(path, weak); a.status != http.StatusOK {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		for _, path := range []string{tokensHere, h.orgPath() + "/tokens", h.orgPath() + "/tokens?includeOnlyOrganizationTokens=true"} {
			a := h.get(path, weak)
			if b := a.failure(t); a.status != http.StatusForbidden || b.Reason != "role_too_low" || b.Required == "" {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	})
}
