package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

// listed is what clients read of a page.
type listed struct {
	Tokens        []row `json:"tokens"`
	Workspaces    []row `json:"workspaces"`
	Organizations []row `json:"organizations"`
	TotalCount    int   `json:"totalCount"`
	Offset        int   `json:"offset"`
	Limit         int   `json:"limit"`
}

type row struct {
	ID          string `json:"id"`
	Name        string `json:"name"`
	Scope       string `json:"scope"`
	Description string `json:"description"`
	Roles       []struct {
		EntityType string `json:"entityType"`
		EntityID   string `json:"entityId"`
		Role       string `json:"role"`
	} `json:"roles"`
}

func (l listed) names() []string {
	var names []string
	for _, r := range slices.Concat(l.Tokens, l.Workspaces, l.Organizations) {
		names = append(names, r.Name)
	}
	return names
}

func (h *house) list(path string, by credential) listed {
	h.Helper()
	a := h.get(path, by)
	if a.status != http.StatusOK {
		h.Fatalf("%s: %d %s", path, a.status, a.body)
	}
	var l listed
	if err := json.Unmarshal([]byte(a.body), &l); err != nil {
		h.Fatal(err)
	}
	return l
}

func wantNames(t *testing.T, l listed, want ...string) {
	t.Helper()
	if got := l.names(); !slices.Equal(got, want) {
		t.Errorf("names %q, want %q", got, want)
	}
}

func TestPaging(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "token 00")
	for n := range 24 {
		h.add(h.workspace.Scope(), access.WorkspaceMember, fmt.Sprintf("token %02d", n+1))
	}
	all := h.orgPath() + "/tokens?sorts=name:asc"
	t.Run("the default is the first twenty and the true total", func(t *testing.T) {
		l := h.list(all, owner)
		if len(l.Tokens) != 20 || l.TotalCount != 25 || l.Limit != 20 || l.Offset != 0 {
			t.Errorf("%d rows of %d, limit %d, offset %d", len(l.Tokens), l.TotalCount, l.Limit, l.Offset)
		}
	})
	t.Run("the limit is honoured up to 1000", func(t *testing.T) {
		if l := h.list(all+"&limit=1000", owner); len(l.Tokens) != 25 || l.Limit != 1000 {
			t.Errorf("%d rows, limit %d", len(l.Tokens), l.Limit)
		}
	})
	t.Run("a page starts at its offset", func(t *testing.T) {
		l := h.list(all+"&limit=2&offset=3", owner)
		wantNames(t, l, "token 03", "token 04")
		if l.Offset != 3 || l.Limit != 2 || l.TotalCount != 25 {
			t.Errorf("offset %d, limit %d, total %d", l.Offset, l.Limit, l.TotalCount)
		}
	})
	for _, path := range []string{"/v1/organizations", h.orgPath() + "/workspaces", h.orgPath() + "/tokens",
		h.orgPath() + "/tokens?workspaceId=" + string(h.workspace.ID)} {
		separator := "?"
		if strings.Contains(path, "?") {
			separator = "&"
		}
		t.Run("past the end is an empty array and the true total: "+path[len("/v1"):], func(t *testing.T) {
			full := h.list(path, owner)
			for _, window := range []string{"offset=1000000", "limit=0"} {
				a := h.get(path+separator+window, owner)
				if a.status != http.StatusOK || !strings.Contains(a.body, `":[],"`) || strings.Contains(a.body, "null") {
					t.Errorf("%s: %d %s", window, a.status, a.body)
				}
				if l := h.list(path+separator+window, owner); l.TotalCount != full.TotalCount || full.TotalCount == 0 {
					t.Errorf("%s: total %d, want %d", window, l.TotalCount, full.TotalCount)
				}
			}
		})
	}
}

func TestOrder(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "a")
	h.addWorkspace("beta", "")
	h.addWorkspace("Alpha", "")
	h.add(h.workspace.Scope(), access.WorkspaceMember, "C")
	h.add(h.workspace.Scope(), access.WorkspaceMember, "b")
	tokens, workspaces := h.orgPath()+"/tokens", h.orgPath()+"/workspaces"
	t.Run("the newest come first", func(t *testing.T) {
		wantNames(t, h.list(tokens, owner), "b", "C", "a")
		wantNames(t, h.list(workspaces, owner), "Alpha", "beta", "Data")
	})
	t.Run("names ignore case", func(t *testing.T) {
		wantNames(t, h.list(tokens+"?sorts=name:asc", owner), "a", "b", "C")
		wantNames(t, h.list(workspaces+"?sorts=name:desc", owner), "Data", "beta", "Alpha")
	})
	t.Run("by time of creation", func(t *testing.T) {
		wantNames(t, h.list(tokens+"?sorts=createdAt:asc", owner), "a", "C", "b")
		wantNames(t, h.list(workspaces+"?sorts=createdAt:asc&sorts=name:asc", owner), "Data", "beta", "Alpha")
	})
	t.Run("tokens by every field of the contract, 3.4, the second deciding among equals", func(t *testing.T) {
		h := newHouse(t)
		owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
		first := h.addDescribed("ci", "Beta")
		h.addDescribed("ci", "alpha")
		h.addDescribed("CI", "gamma")
		h.clock.forward(time.Hour)
		h.rotate(first)
		for sorts, want := range map[string][]string{
			"sorts=description:asc":                                     {"", "alpha", "Beta", "gamma"},
			"sorts=description:desc":                                    {"gamma", "Beta", "alpha", ""},
			"sorts=name:asc&sorts=description:desc":                     {"gamma", "Beta", "alpha", ""},
			"sorts=name:desc&sorts=createdAt:desc":                      {"", "gamma", "alpha", "Beta"},
			"sorts=updatedAt:desc":                                      {"Beta", "gamma", "alpha", ""},
			"sorts=tokenStartAt:asc":                                    {"", "alpha", "gamma", "Beta"},
			"sorts=createdAt:asc":                                       {"", "Beta", "alpha", "gamma"},
			"sorts=createdAt:asc&sorts=name:asc":                        {"", "Beta", "alpha", "gamma"},
			"sorts=description:asc&limit=2&offset=1":                    {"alpha", "Beta"},
			"sorts=description:asc&limit=2&offset=1000":                 nil,
			"sorts=updatedAt:asc&workspaceId=" + string(h.workspace.ID): {"alpha", "gamma", "Beta"},
		} {
			var got []string
			l := h.list(h.orgPath()+"/tokens?"+sorts, owner)
			for _, r := range l.Tokens {
				got = append(got, r.Description)
			}
			if !slices.Equal(got, want) || l.TotalCount < 3 {
				t.Errorf("%s: %q of %d, want %q", sorts, got, l.TotalCount, want)
			}
		}
	})
	t.Run("equal names and times fall back to the id", func(t *testing.T) {
		h.addWorkspace("One", "")
		must(h.workspaces.Create(h.Context(), operator(), h.org.ID, access.NewWorkspace{Name: "Two"})).in(t)
		wantNames(t, h.list(workspaces+"?sorts=updatedAt:asc", owner), "Data", "beta", "Alpha", "One", "Two")
		wantNames(t, h.list(workspaces, owner), "Two", "One", "Alpha", "beta", "Data")
	})
}

func TestFilters(t *testing.T) {
	h := newHouse(t)
	research := h.addWorkspace("Research", "")
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	shared := h.add(h.org.Scope(), access.OrgMember, "shared")
	h.bind(shared, research, access.WorkspaceOwner)
	own := h.add(research.Scope(), access.WorkspaceMember, "own")
	h.add(h.workspace.Scope(), access.WorkspaceMember, "elsewhere")
	tokens, workspaces := h.orgPath()+"/tokens?sorts=name:asc&", h.orgPath()+"/workspaces?"
	here := "workspaceId=" + string(research.ID)

	t.Run("a Workspace lists its own and the shared tokens, its role first", func(t *testing.T) {
		for _, by := range []credential{owner, shared} {
			l := h.list(tokens+here, by)
			wantNames(t, l, "own", "shared")
			if l.TotalCount != 2 {
				t.Errorf("total %d", l.TotalCount)
			}
			for _, r := range l.Tokens {
				if len(r.Roles) == 0 || r.Roles[0].EntityID != string(research.ID) || r.Roles[0].EntityType != "WORKSPACE" {
					t.Errorf("%s: roles %v", r.Name, r.Roles)
				}
			}
		}
	})
	t.Run("Organization tokens alone", func(t *testing.T) {
		wantNames(t, h.list(tokens+"includeOnlyOrganizationTokens=true", owner), "owner", "shared")
		l := h.list(tokens+"includeOnlyOrganizationTokens=true&"+here, owner)
		if wantNames(t, l, "shared"); l.TotalCount != 1 {
			t.Errorf("total %d", l.TotalCount)
		}
		wantNames(t, h.list(tokens+"includeOnlyOrganizationTokens=false&"+here, owner), "own", "shared")
	})
	t.Run("whoever owns one Workspace sees the tokens of that one", func(t *testing.T) {
		l := h.list(tokens, shared)
		wantNames(t, l, "own", "shared")
		if l.TotalCount != 2 {
			t.Errorf("total %d", l.TotalCount)
		}
	})
	t.Run("kinds and Deployments that do not exist have no tokens", func(t *testing.T) {
		for _, filter := range []string{"kind=DIRECT_ACCESS", "deploymentId=" + unknownID, "dagId=etl", "dagTags=a&dagTags=b"} {
			if l := h.list(tokens+filter, owner); l.TotalCount != 0 || len(l.Tokens) != 0 {
				t.Errorf("%s: %d of %d", filter, len(l.Tokens), l.TotalCount)
			}
		}
		wantNames(t, h.list(tokens+"kind=STANDARD&"+here, owner), "own", "shared")
	})
	t.Run("a filter that matches nothing is no way around the role", func(t *testing.T) {
		if a := h.get(tokens+"kind=DIRECT_ACCESS&"+here, own); a.status != http.StatusForbidden {
			t.Errorf("status %d", a.status)
		}
	})
	t.Run("Workspaces by id and by name, the unknown left out", func(t *testing.T) {
		byID := workspaces + "workspaceIds=" + string(research.ID) + "&workspaceIds=" + unknownID + "&workspaceIds=x"
		wantNames(t, h.list(byID, owner), "Research")
		wantNames(t, h.list(workspaces+"names=Research&names=research&names=Nope", owner), "Research")
		wantNames(t, h.list(workspaces+"names=Data&workspaceIds="+string(research.ID), owner))
	})
	t.Run("Workspaces named by id come without a limit", func(t *testing.T) {
		var ids string
		for n := range 25 {
			ids += "&workspaceIds=" + string(h.addWorkspace(fmt.Sprint("Team ", n), "").ID)
		}
		if l := h.list(workspaces+ids, owner); len(l.Workspaces) != 25 {
			t.Errorf("%d rows", len(l.Workspaces))
		}
		if l := h.list(workspaces+ids+"&limit=3", owner); len(l.Workspaces) != 3 || l.TotalCount != 25 {
			t.Errorf("%d rows of %d", len(l.Workspaces), l.TotalCount)
		}
	})
}

func TestWrongParameters(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for query, field := range map[string]string{
		"limit=1001":                      "limit",
		"limit=-1":                        "limit",
		"limit=%2B5":                      "limit",
		"limit=1.5":                       "limit",
		"limit=":                          "limit",
		"limit=%00":                       "limit",
		"limit=99999999999999999999":      "limit",
		"limit=10&limit=10":               "limit",
		"offset=1000001":                  "offset",
		"offset=-1":                       "offset",
		"offset=ten":                      "offset",
		"offset=0&offset=5":               "offset",
		"sorts=name":                      "sorts",
		"sorts=name:up":                   "sorts",
		"sorts=name:asc:desc":             "sorts",
		"sorts=value:asc":                 "sorts",
		"sorts=":                          "sorts",
		"sorts=name:asc&sorts=name:desc":  "sorts",
		"sorts=lastUsedAt:asc":            "sorts",
		"kind=OTHER":                      "kind",
		"kind=STANDARD&kind=STANDARD":     "kind",
		"includeOnlyOrganizationTokens=1": "includeOnlyOrganizationTokens",
		"includeOnlyOrganizationTokens=":  "includeOnlyOrganizationTokens",
		"deploymentId=":                   "deploymentId",
		"workspaceId=":                    "workspaceId",
		"workspaceId=" + unknownID + "&workspaceId=" + unknownID: "workspaceId",
		"limit=%zz":   "query",
		"limit=1;a=b": "query",
	} {
		t.Run(query, func(t *testing.T) {
			a := h.get(h.orgPath()+"/tokens?"+query, owner)
			b := a.failure(t)
			if a.status != http.StatusBadRequest || len(b.Fields) != 1 || b.Fields[0].Field != field {
				t.Fatalf("%d %s", a.status, a.body)
			}
			if !strings.Contains(b.Message, field) || b.Fields[0].Code == "" || b.Fields[0].Message == "" {
				t.Errorf("the message does not say what to do: %s", a.body)
			}
		})
	}
	t.Run("every problem is named at once", func(t *testing.T) {
		golden(t, "400", h.get(h.orgPath()+"/tokens?limit=x&offset=y&workspaceId=", owner).body, nil)
	})
	t.Run("parameters nobody asked for are ignored", func(t *testing.T) {
		if a := h.get("/v1/organizations?trialOnly=true&trialOnly=&isLookUpOnly=x", owner); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}
