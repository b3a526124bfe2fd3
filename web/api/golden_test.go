package api_test

import (
	"flag"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

var update = flag.Bool("update", false, "write the golden files")

// golden compares a body with testdata/name.json, after indenting it and replacing ids by words.
func golden(t *testing.T, name, body string, words map[string]string) {
	t.Helper()
	text := jsontext.Value(body)
	if err := text.Indent(); err != nil {
		t.Fatalf("%s: %v in %q", name, err, body)
	}
	got := string(text) + "\n"
	for id, word := range words {
		got = strings.ReplaceAll(got, id, word)
	}
	file := filepath.Join("testdata", name+".json")
	if *update {
		if err := os.WriteFile(file, []byte(got), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want := must(os.ReadFile(file)).in(t)
	if diff := cmp.Diff(string(want), got); diff != "" {
		t.Errorf("%s differs (-want +got):\n%s", file, diff)
	}
}

// furnish fills a house with one of everything that answers differ by, and returns the words for
// the ids in it.
func furnish(t *testing.T) (h *house, owner credential, ci credential, words map[string]string) {
	h = newHouse(t)
	second := h.addWorkspace("Research", "Models & <experiments>")
	owner = h.add(h.org.Scope(), access.OrgOwner, "terraform")
	h.bind(owner, second, access.WorkspaceOperator)
	by, err := h.tokens.Verify(h.Context(), owner.value, access.Origin{Address: "192.0.2.1"})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.forward(time.Second)
	tok, _, err := h.tokens.Create(h.Context(), by, h.workspace.Scope(), access.NewToken{
		Name: "ci", Description: "nightly run", Role: access.WorkspaceOwner, Expiry: 30})
	if err != nil {
		t.Fatal(err)
	}
	h.clock.forward(time.Hour)
	ci = h.rotate(credential{Token: tok})
	if a := h.get("/v1/users/self", ci); a.status != http.StatusOK {
		t.Fatalf("the token does not work: %d %s", a.status, a.body)
	}
	if err := h.tokens.FlushUses(h.Context()); err != nil {
		t.Fatal(err)
	}
	words = map[string]string{
		string(h.org.ID): "{organization}", string(h.workspace.ID): "{workspace}", string(second.ID): "{research}",
		h.org.CreatedBy.ID: "{person}", string(owner.ID): "{terraform}", string(ci.ID): "{ci}",
		owner.Hint: "{hint}", ci.Hint: "{hint}",
	}
	h.clock.forward(time.Second)
	text := ""
	keeper := must(h.roles.Create(h.Context(), operator(), h.org.ID, access.NewRole{Name: "Token Keeper", Description: &text, Scope: access.WorkspaceRoles,
		Permissions: []access.Permission{"workspace.tokens.view", "workspace.tokens.manage"}, Restricted: []access.WorkspaceID{h.workspace.ID}})).in(t)
	h.clock.forward(time.Second)
	viewer := must(h.roles.Create(h.Context(), by, h.org.ID, access.NewRole{Name: "Dag Watcher", Scope: access.DagRoles,
		Permissions: []access.Permission{"dag.airflow.dag.get"}})).in(t)
	words[string(keeper.ID)], words[string(viewer.ID)] = "{keeper}", "{watcher}"
	return h, owner, ci, words
}

func TestShapes(t *testing.T) {
	h, owner, ci, words := furnish(t)
	org := "/organizations/" + string(h.org.ID)
	both := []string{"/v1", "/platform/v1beta1"}
	tokens := []string{"/v1", "/iam/v1beta1"}
	for _, tt := range []struct {
		golden, path string
		families     []string
		by           credential
	}{
		{"organizations", "/organizations", both, ci},
		{"organization", org, both, ci},
		{"workspaces", org + "/workspaces?sorts=name:asc", both, owner},
		{"workspace", org + "/workspaces/" + string(h.workspace.ID), both, ci},
		{"tokens", org + "/tokens?sorts=name:asc", tokens, owner},
		{"tokens_of_workspace", org + "/tokens?workspaceId=" + string(h.workspace.ID), tokens, ci},
		{"tokens_of_organization", org + "/tokens?includeOnlyOrganizationTokens=true", tokens, owner},
		{"token", org + "/tokens/" + string(ci.ID), tokens, ci},
		{"token_bound", org + "/tokens/" + string(owner.ID), tokens, owner},
		{"roles", org + "/roles", tokens, owner},
		{"roles_with_defaults", org + "/roles?includeDefaultRoles=true&scopeTypes=DAG&scopeTypes=ORGANIZATION&limit=1", tokens, owner},
		{"role", org + "/roles/{keeper}", tokens, owner},
		{"role_templates", org + "/role-templates?scopeTypes=WORKSPACE", tokens, owner},
		{"permission_groups", "/authorization/permission-groups?scopeType=DAG", tokens, ci},
		{"self", "/users/self?createIfNotExist=true", []string{"/v1"}, ci},
	} {
		for _, family := range tt.families {
			t.Run(tt.golden+" under "+family, func(t *testing.T) {
				path := tt.path
				for id, word := range words {
					path = strings.ReplaceAll(path, word, id)
				}
				a := h.get(family+path, tt.by)
				if a.status != http.StatusOK {
					t.Fatalf("status %d: %s", a.status, a.body)
				}
				if got := a.header.Get("Content-Type"); got != "application/json; charset=UTF-8" {
					t.Errorf("Content-Type %q", got)
				}
				golden(t, tt.golden, a.body, words)
			})
		}
	}
}

// required is what the published description marks as required, in both families together, and
// what it marks optional but a client reads without looking.
var required = map[string]string{
	"organization": "id name product status supportPlan productPlans isScimEnabled allowEnhancedSupportAccess " +
		"shouldEnforceDedicatedClusters hasAllowedIpAddressRanges isBlockedEnableAiFeatures createdAt createdBy updatedAt updatedBy",
	"workspace": "id name organizationId cicdEnforcedDefault createdAt createdBy updatedAt updatedBy",
	"token":     "id name description scope type kind shortToken startAt createdAt createdBy updatedAt updatedBy roles",
	"self":      "id username fullName avatarUrl status createdAt updatedAt",
	"tokens":    "tokens totalCount offset limit",
	"role":      "id name scopeType permissions restrictedWorkspaceIds createdAt createdBy updatedAt updatedBy",
	"roles":     "roles totalCount offset limit",
}

func TestRequiredMembers(t *testing.T) {
	for name, members := range required {
		t.Run(name, func(t *testing.T) {
			var object map[string]any
			text := must(os.ReadFile(filepath.Join("testdata", name+".json"))).in(t)
			if err := json.Unmarshal(text, &object); err != nil {
				t.Fatal(err)
			}
			for member := range strings.FieldsSeq(members) {
				if object[member] == nil || object[member] == "" && member != "description" {
					t.Errorf("%s is missing or empty", member)
				}
			}
		})
	}
}

func TestAbsentInsteadOfZero(t *testing.T) {
	h := newHouse(t)
	tok := h.add(h.workspace.Scope(), access.WorkspaceMember, "plain")
	a := h.get(h.orgPath()+"/tokens/"+string(tok.ID), tok)
	for _, member := range []string{"expiryPeriodInDays", "endAt", "lastRotatedAt", "lastUsedAt", `"token"`, "null", "0001-01-01"} {
		if strings.Contains(a.body, member) {
			t.Errorf("%s stands in %s", member, a.body)
		}
	}
}

func TestKeySet(t *testing.T) {
	h := newHouse(t)
	a := h.call(http.MethodGet, "/.well-known/jwks.json", "")
	if a.status != http.StatusOK || a.header.Get("Cache-Control") != "public, max-age=300" {
		t.Errorf("status %d, Cache-Control %q", a.status, a.header.Get("Cache-Control"))
	}
	golden(t, "jwks", a.body, nil)
}
