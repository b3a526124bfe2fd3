package api_test

import (
	"net/http"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

// object reads a JSON object of an answer with status 200.
func (h *house) object(a answer) map[string]any {
	h.Helper()
	var o map[string]any
	if err := json.Unmarshal([]byte(a.body), &o); err != nil || a.status != http.StatusOK {
		h.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return o
}

func wantMembers(t *testing.T, o map[string]any, want map[string]any) {
	t.Helper()
	for name, value := range want {
		if o[name] != value {
			t.Errorf("%s is %v, want %v", name, o[name], value)
		}
	}
}

// TestWorkspaces_CLI: contract 7.3, workspace create, list, update, switch and delete, with the bodies of
// the CLI.
func TestWorkspaces_CLI(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	path := h.orgPath() + "/workspaces"
	const page = "?limit=1000&offset=0&sorts=name:asc"

	made := h.object(h.post(path, `{"cicdEnforcedDefault":true,"description":"Books","name":"Finance"}`, owner))
	wantMembers(t, made, map[string]any{"name": "Finance", "description": "Books", "cicdEnforcedDefault": true, "organizationId": string(h.org.ID)})
	id := made["id"].(string)
	wantNames(t, h.list(path+page, owner), "Data", "Finance")

	changed := h.object(h.post(path+"/"+id, `{"cicdEnforcedDefault":false,"description":"","name":"Treasury"}`, owner))
	wantMembers(t, changed, map[string]any{"id": id, "name": "Treasury", "description": nil, "cicdEnforcedDefault": false})
	wantNames(t, h.list(path+page, owner), "Data", "Treasury")

	tok := h.add(access.Scope{Org: h.org.ID, Workspace: access.WorkspaceID(id)}, access.WorkspaceOwner, "ci")
	if a := h.delete(path+"/"+id, owner); a.status != http.StatusNoContent || a.body != "" {
		t.Errorf("%d %q", a.status, a.body)
	}
	wantNames(t, h.list(path+page, owner), "Data")
	wantStatus(t, h.get("/v1/organizations", tok), http.StatusUnauthorized)
	wantStatus(t, h.delete(path+"/"+id, owner), http.StatusNotFound)
}

// TestWorkspaces_Terraform: contract 4.3, astro_workspace: create, read, an empty plan, update and destroy
// under platform; what create and update answer is what is read afterwards.
func TestWorkspaces_Terraform(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
	path := h.organization("/platform/v1beta1") + "/workspaces"
	made := h.post(path, `{"cicdEnforcedDefault":false,"description":"","name":"Lab"}`, owner)
	one := path + "/" + h.object(made)["id"].(string)
	if read := h.get(one, owner); read.body != made.body {
		t.Errorf("made %s\nread %s", made.body, read.body)
	}
	changed := h.post(one, `{"cicdEnforcedDefault":true,"description":"Trials","name":"Lab"}`, owner)
	if read := h.get(one, owner); read.body != changed.body || h.object(read)["cicdEnforcedDefault"] != true {
		t.Errorf("changed %s\nread %s", changed.body, read.body)
	}
	wantStatus(t, h.delete(one, owner), http.StatusNoContent)
	wantStatus(t, h.get(one, owner), http.StatusNotFound)
}

// TestWorkspaces_Refused: contract 4.10, bad input is named by the members of the wire and changes nothing.
func TestWorkspaces_Refused(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	path := h.orgPath() + "/workspaces"
	one := path + "/" + string(h.workspace.ID)
	before := h.get(one, owner).body
	for _, c := range []struct {
		name, path, body string
		status           int
		says             string
	}{
		{"a new one without a name", path, `{}`, 400, "name: Enter a name."},
		{"a name of spaces", path, `{"name":"  "}`, 400, "name: Enter a name."},
		{"a name of 51 characters", path, `{"name":"` + strings.Repeat("ä", 51) + `"}`, 400, "name: Use 50 characters or fewer"},
		{"a name in use, whatever the case", path, `{"name":"DATA"}`, 409, "Acme already has a Workspace called DATA."},
		{"a description of 501 characters", path, `{"name":"x","description":"` + strings.Repeat("x", 501) + `"}`, 400, "description: "},
		{"a switch that is a text", path, `{"name":"x","cicdEnforcedDefault":"ON"}`, 400, "cicdEnforcedDefault: Use true or false."},
		{"an update without its members", one, `{}`, 400, "name: Enter a name. description: Enter a description; it may be empty. cicdEnforcedDefault: Select On or Off."},
		{"an update with null", one, `{"name":"x","description":null,"cicdEnforcedDefault":true}`, 400, "description: Enter a description"},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := h.post(c.path, c.body, owner)
			if wantStatus(t, a, c.status); !strings.Contains(a.body, c.says) {
				t.Errorf("says %s", a.body)
			}
			if h.get(one, owner).body != before || h.list(path, owner).TotalCount != 1 {
				t.Error("something changed")
			}
		})
	}
	t.Run("a Workspace is not found under another Organization", func(t *testing.T) {
		other := h.found("Umbrella", "Hive")
		both := h.add(other.Org.Scope(), access.OrgOwner, "other")
		wrong := "/v1/organizations/" + string(other.Org.ID) + "/workspaces/" + string(h.workspace.ID)
		for _, by := range []credential{owner, both} {
			wantStatus(t, h.post(wrong, `{"name":"x","description":"","cicdEnforcedDefault":true}`, by), http.StatusNotFound)
			wantStatus(t, h.delete(wrong, by), http.StatusNotFound)
		}
	})
}

// TestOrganization_Update: contract 4.2.
func TestOrganization_Update(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	for _, family := range []string{"/v1", "/platform/v1beta1"} {
		name := "Acme of " + family[1:3]
		a := h.post(h.organization(family), `{"name":"`+name+`","billingEmail":"pay@acme.example","isScimEnabled":false}`, owner)
		wantMembers(t, h.object(a), map[string]any{"name": name, "isScimEnabled": false})
		wantNames(t, h.list("/v1/organizations", owner), name)
	}
	for body, says := range map[string]string{
		`{"billingEmail":"pay@acme.example","isScimEnabled":false}`: "name: Enter a name.",
		`{"name":"","isScimEnabled":false}`:                         "name: Enter a name.",
		`{"name":"Acme","isScimEnabled":true}`:                      "isScimEnabled: Dagpass can't switch this on.",
	} {
		a := h.post(h.orgPath(), body, owner)
		if wantStatus(t, a, http.StatusBadRequest); !strings.Contains(a.body, says) {
			t.Errorf("says %s", a.body)
		}
	}
}
