package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

// role is a custom role as a client reads it.
type role struct {
	ID           string   `json:"id"`
	Name         string   `json:"name"`
	Description  *string  `json:"description"`
	ScopeType    string   `json:"scopeType"`
	Permissions  []string `json:"permissions"`
	Restricted   []string `json:"restrictedWorkspaceIds"`
	DefaultRoles []role   `json:"defaultRoles"`
	Roles        []role   `json:"roles"`
	TotalCount   int      `json:"totalCount"`
}

func (a answer) role(t *testing.T) role {
	t.Helper()
	var r role
	if a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &r); err != nil {
		t.Fatal(err)
	}
	return r
}

// TestRoleResource is the life of astro_custom_role, request by request, with the bodies Terraform
// sends: contract 4.6, 4.10.
func TestRoleResource(t *testing.T) {
	for _, family := range []string{"/v1", "/iam/v1beta1"} {
		t.Run(family, func(t *testing.T) {
			h := newHouse(t)
			owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
			path := family + "/organizations/" + string(h.org.ID) + "/roles"

			made := h.post(path, `{"name":"Deployer","permissions":["deployment.get","deployment.deploys.create"],"scopeType":"DEPLOYMENT","restrictedWorkspaceIds":null}`, owner)
			first := made.role(t)
			if first.Description != nil || first.Restricted == nil || first.Permissions == nil || first.ScopeType != "DEPLOYMENT" {
				t.Errorf("made %s", made.body)
			}
			one := path + "/" + first.ID
			if read := h.get(one, owner); read.body != made.body {
				t.Errorf("read %s after %s", read.body, made.body)
			}
			body := fmt.Sprintf(`{"name":"Deployer","description":"","permissions":["deployment.get"],"restrictedWorkspaceIds":[%q]}`, h.workspace.ID)
			changed := h.post(one, body, owner)
			second := changed.role(t)
			if second.Description == nil || *second.Description != "" || len(second.Permissions) != 1 || len(second.Restricted) != 1 || second.ScopeType != "DEPLOYMENT" {
				t.Errorf("changed to %s", changed.body)
			}
			cleared := h.post(one, `{"name":"Deployer","permissions":["deployment.get"]}`, owner)
			if third := cleared.role(t); third.Description != nil || len(third.Restricted) != 0 || !strings.Contains(cleared.body, `"restrictedWorkspaceIds":[]`) {
				t.Errorf("cleared to %s", cleared.body)
			}
			if a := h.delete(one, owner); a.status != http.StatusNoContent || a.body != "" {
				t.Errorf("deleted with %d %q", a.status, a.body)
			}
			if a := h.get(one, owner); a.status != http.StatusNotFound {
				t.Errorf("still there: %d", a.status)
			}
			if a := h.delete(one, owner); a.status != http.StatusNotFound {
				t.Errorf("deleted again: %d", a.status)
			}
		})
	}
}

func TestRoleList(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
	for _, name := range []string{"b", "C", "a"} {
		h.customRole(h.org.ID, name, "workspace.view")
	}
	names := func(query string) string {
		t.Helper()
		var out []string
		for _, r := range h.get(h.orgPath()+"/roles"+query, owner).role(t).Roles {
			out = append(out, r.Name)
		}
		return strings.Join(out, " ")
	}
	for query, want := range map[string]string{
		"?sorts=name:asc":                             "a b C",
		"?sorts=name:desc":                            "C b a",
		"?sorts=scopeType:asc&sorts=name:asc":         "a b C",
		"?sorts=name:asc&offset=1&limit=1":            "b",
		"?scopeTypes=WORKSPACE&sorts=name:asc":        "a b C",
		"?scopeTypes=DAG&scopeTypes=DEPLOYMENT":       "",
		"?limit=100&offset=3":                         "",
		"?sorts=createdAt:asc&sorts=name:asc&limit=0": "",
	} {
		if got := names(query); got != want {
			t.Errorf("%s: %q, want %q", query, got, want)
		}
	}
	t.Run("the total counts custom roles only, also past the end", func(t *testing.T) {
		r := h.get(h.orgPath()+"/roles?includeDefaultRoles=true&offset=100", owner).role(t)
		if r.TotalCount != 3 || len(r.Roles) != 0 {
			t.Errorf("%d of %d", len(r.Roles), r.TotalCount)
		}
	})
	t.Run("every built-in role has a description, without which the CLI panics", func(t *testing.T) {
		r := h.get(h.orgPath()+"/roles?includeDefaultRoles=true", owner).role(t)
		if len(r.DefaultRoles) < 14 {
			t.Errorf("%d built-in roles", len(r.DefaultRoles))
		}
		for _, d := range r.DefaultRoles {
			if d.Description == nil || *d.Description == "" || len(d.Permissions) == 0 {
				t.Errorf("%+v", d)
			}
		}
	})
	t.Run("they are absent unless asked for, and an array when none is left", func(t *testing.T) {
		if a := h.get(h.orgPath()+"/roles", owner); strings.Contains(a.body, "defaultRoles") {
			t.Error(a.body)
		}
	})
	t.Run("wrong parameters are named", func(t *testing.T) {
		for _, query := range []string{"?sorts=permissions:asc", "?scopeTypes=SYSTEM", "?includeDefaultRoles=1", "?limit=1001"} {
			if a := h.get(h.orgPath()+"/roles"+query, owner); a.status != http.StatusBadRequest {
				t.Errorf("%s: %d", query, a.status)
			}
		}
	})
}

// TestRoleInput: whatever is wrong is named as on the wire, and nothing is stored.
func TestRoleInput(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
	foreign := h.found("Umbrella", "Hive")
	path := h.orgPath() + "/roles"
	for body, fields := range map[string]string{
		`{}`:                                   "name scopeType permissions",
		`{"name":"x","scopeType":"WORKSPACE"}`: "permissions",
		`{"name":"x","scopeType":"WORKSPACE","permissions":[]}`:                                                                                 "permissions",
		`{"name":"x","scopeType":"ORGANIZATION","permissions":["organization.view"]}`:                                                           "scopeType",
		`{"name":"x","scopeType":"workspace","permissions":["workspace.view"]}`:                                                                 "scopeType",
		`{"name":"x","scopeType":"DAG","permissions":["dag.airflow.dag.get","workspace.view","?"]}`:                                             "permissions.1 permissions.2",
		`{"name":"WORKSPACE_OWNER","scopeType":"DAG","permissions":["dag.airflow.dag.get"]}`:                                                    "name",
		fmt.Sprintf(`{"name":"x","scopeType":"DAG","permissions":["dag.airflow.dag.get"],"restrictedWorkspaceIds":[%q]}`, foreign.Workspace.ID): "restrictedWorkspaceIds",
		`{"name":"x","scopeType":"DAG","permissions":"dag.airflow.dag.get"}`:                                                                    "permissions",
	} {
		a := h.post(path, body, owner)
		var got []string
		for _, f := range a.failure(t).Fields {
			got = append(got, f.Field)
		}
		if diff := cmp.Diff(strings.Fields(fields), got); a.status != http.StatusBadRequest || diff != "" {
			t.Errorf("%s: %d\n%s", body, a.status, diff)
		}
	}
	if r := h.get(path, owner).role(t); r.TotalCount != 0 {
		t.Errorf("%d roles were stored", r.TotalCount)
	}
	h.customRole(h.org.ID, "Taken", "workspace.view")
	if a := h.post(path, `{"name":"TAKEN","scopeType":"DAG","permissions":["dag.airflow.dag.get"]}`, owner); a.status != http.StatusConflict {
		t.Errorf("a name in use: %d %s", a.status, a.body)
	}
}

// TestRoleName: bindings keep the id, the wire carries the name (product.md 4.6).
func TestRoleName(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
	custom := h.customRole(h.org.ID, "Token Keeper", "workspace.tokens.view", "workspace.tokens.manage")
	keeper := h.add(h.workspace.Scope(), "Token Keeper", "keeper")
	for _, path := range []string{h.orgPath() + "/tokens/" + string(keeper.ID), h.orgPath() + "/tokens?workspaceId=" + string(h.workspace.ID), "/v1/users/self"} {
		a := h.get(path, keeper)
		if a.status != http.StatusOK || !strings.Contains(a.body, `"role":"Token Keeper"`) || strings.Contains(a.body, string(custom.ID)) {
			t.Errorf("%s: %d %s", path, a.status, a.body)
		}
	}
	t.Run("a refusal says what is held", func(t *testing.T) {
		other := h.customRole(h.org.ID, "Auditor", "workspace.audit.view")
		reader := h.add(h.workspace.Scope(), access.Role(other.ID), "reader")
		a := h.get(h.orgPath()+"/tokens?workspaceId="+string(h.workspace.ID), reader)
		if b := a.failure(t); a.status != http.StatusForbidden || b.Message != "This needs the Workspace Owner role; you have Auditor." {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("a held role is not deleted", func(t *testing.T) {
		a := h.delete(h.orgPath()+"/roles/"+string(custom.ID), owner)
		if b := a.failure(t); a.status != http.StatusConflict || b.Reason != access.ReasonInUse || !strings.Contains(b.Message, "1 person, team or API token") {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}
