package api_test

import (
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/access"
)

// count is how many tokens there are in the Organization.
func (h *house) count(by credential) int {
	h.Helper()
	return h.list(h.orgPath()+"/tokens?limit=0", by).TotalCount
}

// wantFields checks for a 400 about these fields, named in the message too, as the CLI prints that alone.
func wantFields(t *testing.T, a answer, want string) {
	t.Helper()
	var fields []string
	b := a.failure(t)
	for _, f := range b.Fields {
		fields = append(fields, f.Field)
		if !strings.Contains(b.Message, f.Field+": "+f.Message) || f.Code == "" {
			t.Errorf("%s: the message does not say what to do: %s", f.Field, a.body)
		}
	}
	if got := strings.Join(fields, " "); a.status != http.StatusBadRequest || got != want {
		t.Errorf("status %d, fields %q, want %q: %s", a.status, got, want, a.body)
	}
}

// TestCreateToken_validates: the contract, 4.1; the clients check nothing of it.
func TestCreateToken_validates(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	w := string(h.workspace.ID)
	other := h.found("Umbrella", "Secret")
	long := strings.Repeat("x", 257)
	before := h.count(owner)
	for _, c := range []struct{ name, body, fields string }{
		{"nothing at all", `{}`, "scope name"},
		{"null everywhere", `{"name":null,"description":null,"role":null,"scope":null,"entityId":null,"kind":null,"tokenExpiryPeriodInDays":null}`, "scope name"},
		{"a blank name", `{"name":" ","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, "name"},
		{"texts that are too long", `{"name":"` + long + `","description":"` + long + long + `","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, "name description"},
		{"a character nobody sees", `{"name":"a\u202eb","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, "name"},
		{"0 days", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":0}`, "tokenExpiryPeriodInDays"},
		{"-1 days", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":-1}`, "tokenExpiryPeriodInDays"},
		{"3651 days", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":3651}`, "tokenExpiryPeriodInDays"},
		{"99999 days, as the CLI sent", `{"name":"x","role":"WORKSPACE_MEMBER","scope":"WORKSPACE","entityId":"` + w + `","tokenExpiryPeriodInDays":99999}`, "tokenExpiryPeriodInDays"},
		{"more days than a number holds", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":99999999999999999999}`, "tokenExpiryPeriodInDays"},
		{"half a day", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":0.5}`, "tokenExpiryPeriodInDays"},
		{"days as a text", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":"30"}`, "tokenExpiryPeriodInDays"},
		{"no role", `{"name":"x","scope":"ORGANIZATION"}`, "role"},
		{"a role of another scope", `{"name":"x","role":"WORKSPACE_OWNER","scope":"ORGANIZATION"}`, "role"},
		{"a role nobody can have", `{"name":"x","role":"HOME_RESIDENT","scope":"ORGANIZATION"}`, "role"},
		{"a role in other letters", `{"name":"x","role":"workspace_member","scope":"WORKSPACE","entityId":"` + w + `"}`, "role"},
		{"an unknown scope", `{"name":"x","role":"DAG_VIEWER","scope":"DAG","entityId":"etl"}`, "scope"},
		{"a scope in other letters", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"organization"}`, "scope"},
		{"the other family's name for the scope", `{"name":"x","role":"ORGANIZATION_MEMBER","type":"ORGANIZATION"}`, "scope"},
		{"a Workspace token without its Workspace", `{"name":"x","role":"WORKSPACE_MEMBER","scope":"WORKSPACE"}`, "entityId"},
		{"a Deployment token without its Deployment", `{"name":"x","role":"DEPLOYMENT_ADMIN","scope":"DEPLOYMENT"}`, "entityId"},
		{"an Organization token in a Workspace", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","entityId":"` + w + `"}`, "entityId"},
		{"direct access", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","kind":"DIRECT_ACCESS"}`, "kind"},
		{"several things at once", `{"name":"","role":"x","scope":"ORGANIZATION","tokenExpiryPeriodInDays":5000}`, "name role tokenExpiryPeriodInDays"},
		{"a name twice", `{"name":"x","name":"y","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, "name"},
		{"a name that is a number", `{"name":1,"role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, "name"},
		{"an array", `[]`, "body"},
		{"half of it", `{"name":"x"`, "body"},
		{"two of them", `{"name":"x"}{}`, "body"},
	} {
		t.Run(c.name+" is 400 and makes nothing", func(t *testing.T) {
			wantFields(t, h.post(h.orgPath()+"/tokens", c.body, owner), c.fields)
		})
	}
	t.Run("under iam the scope is called type", func(t *testing.T) {
		wantFields(t, h.post("/iam/v1beta1/organizations/"+string(h.org.ID)+"/tokens", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, owner), "type")
	})
	for name, id := range map[string]string{"an unknown": unknownID, "another Organization's": string(other.Workspace.ID), "a malformed": "../tokens"} {
		t.Run(name+" Workspace or Deployment is not found", func(t *testing.T) {
			wantMissing(t, h.post(h.orgPath()+"/tokens", `{"name":"x","role":"WORKSPACE_MEMBER","scope":"WORKSPACE","entityId":"`+id+`"}`, owner))
			wantMissing(t, h.post(h.orgPath()+"/tokens", `{"name":"x","role":"DEPLOYMENT_ADMIN","scope":"DEPLOYMENT","entityId":"`+id+`"}`, owner))
		})
	}
	if after := h.count(owner); after != before {
		t.Errorf("%d tokens, %d before", after, before)
	}
	t.Run("unknown members are ignored, the Organization's own id is taken, 1 and 3650 days are allowed", func(t *testing.T) {
		for _, days := range []string{"1", "3650"} {
			a := h.post(h.orgPath()+"/tokens", `{"name":"ok","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","entityId":"`+string(h.org.ID)+`","kind":"STANDARD","tokenExpiryPeriodInDays":`+days+`,"colour":"red"}`, owner)
			if a.status != http.StatusOK || a.header.Get("Content-Type") != "application/json; charset=UTF-8" || a.header.Get("Cache-Control") != "no-store" {
				t.Errorf("%d %v %s", a.status, a.header, a.body)
			}
		}
	})
	t.Run("the same name twice is allowed", func(t *testing.T) {
		for range 2 {
			if a := h.post(h.orgPath()+"/tokens", `{"name":"twin","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, owner); a.status != http.StatusOK {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
	})
}

// TestCreateToken_decides: who makes which token; product.md 3.3.
func TestCreateToken_decides(t *testing.T) {
	h := newHouse(t)
	hidden := h.addWorkspace("Hidden", "")
	local := h.add(h.workspace.Scope(), access.WorkspaceOwner, "local owner")
	operator := h.add(h.workspace.Scope(), access.WorkspaceOperator, "operator")
	member := h.add(h.org.Scope(), access.OrgMember, "member")
	create := func(scope, entity, role string, by credential) answer {
		return h.post(h.orgPath()+"/tokens", `{"name":"x","role":"`+role+`","scope":"`+scope+`","entityId":"`+entity+`"}`, by)
	}
	t.Run("a Workspace Owner makes tokens of the own Workspace, up to the own role", func(t *testing.T) {
		for _, role := range access.RolesOf(access.WorkspaceLevel) {
			if a := create("WORKSPACE", string(h.workspace.ID), string(role), local); a.status != http.StatusOK {
				t.Errorf("%s: %d %s", role, a.status, a.body)
			}
		}
	})
	t.Run("and none of the Organization or of a Workspace they don't see", func(t *testing.T) {
		if a := create("ORGANIZATION", "", "ORGANIZATION_MEMBER", local); a.status != http.StatusForbidden || a.failure(t).Required != "ORGANIZATION_OWNER" {
			t.Errorf("%d %s", a.status, a.body)
		}
		wantMissing(t, create("WORKSPACE", string(hidden.ID), "WORKSPACE_MEMBER", local), string(h.workspace.ID))
	})
	t.Run("who manages no tokens learns nothing about their input", func(t *testing.T) {
		for _, by := range []credential{operator, member} {
			for _, body := range []string{`{}`, `{"scope":"DEPLOYMENT","entityId":"x"}`, `{"name":"","role":"x","scope":"ORGANIZATION","tokenExpiryPeriodInDays":0}`} {
				if a := h.post(h.orgPath()+"/tokens", body, by); a.status != http.StatusForbidden {
					t.Errorf("%s: %d %s", body, a.status, a.body)
				}
			}
		}
	})
}

// TestUpdateToken: the contract, 4.10: an omitted description stays, an empty one clears it.
func TestUpdateToken(t *testing.T) {
	h := newHouse(t)
	owner := h.cli(h.add(h.workspace.Scope(), access.WorkspaceOwner, "owner"))
	tok := h.addDescribed("ci", "nightly")
	path := "/tokens/" + string(tok.ID)
	for _, c := range []struct{ body, name, description string }{
		{`{"name":"ci 2"}`, "ci 2", "nightly"},
		{`{"name":"ci 2","description":null}`, "ci 2", "nightly"},
		{`{"name":"ci 2","description":"weekly"}`, "ci 2", "weekly"},
		{`{"name":" ci 3 ","description":""}`, "ci 3", ""},
		{`{"name":"ci 3","description":"","role":"WORKSPACE_OWNER","tokenExpiryPeriodInDays":1}`, "ci 3", ""},
	} {
		t.Run(c.body, func(t *testing.T) {
			answered := owner.token(200, "POST", path, c.body)
			if got := owner.get(path); got.Name != c.name || got.Description != c.description || answered.Name != c.name || len(answered.Roles) != 1 {
				t.Errorf("answered %+v, then %+v", answered, got)
			}
		})
	}
	owner.wantRoles(string(tok.ID), wireRole{"WORKSPACE", string(h.workspace.ID), "WORKSPACE_MEMBER"})
	t.Run("what can't be stored is 400, and nothing changes", func(t *testing.T) {
		before := owner.get(path)
		for body, fields := range map[string]string{
			`{}`: "name", `{"description":"x"}`: "name", `{"name":"` + strings.Repeat("x", 257) + `","description":"` + strings.Repeat("x", 501) + `"}`: "name description",
		} {
			wantFields(t, owner.ask(400, "POST", path, body), fields)
		}
		if got := owner.get(path); got.Name != before.Name || got.UpdatedAt != before.UpdatedAt {
			t.Errorf("changed to %+v", got)
		}
	})
}

// TestRotateToken_needsNoBody: rotate is sent without a body and without a content type.
func TestRotateToken_needsNoBody(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.workspace.Scope(), access.WorkspaceOwner, "owner")
	t.Run("a token rotates itself and goes on with the new value", func(t *testing.T) {
		cli := h.cli(owner)
		rotated := cli.token(200, "POST", "/tokens/"+string(owner.ID)+"/rotate", "")
		if cli.works(owner.value) || !cli.works(rotated.Token) || rotated.Days != 0 || rotated.EndAt != "" {
			t.Errorf("rotated %+v", rotated)
		}
	})
	t.Run("a weaker token can't take a stronger value", func(t *testing.T) {
		operator := h.add(h.workspace.Scope(), access.WorkspaceOperator, "operator")
		strong := h.add(h.workspace.Scope(), access.WorkspaceOwner, "strong")
		h.cli(operator).ask(403, "POST", "/tokens/"+string(strong.ID)+"/rotate", "")
		if !h.cli(operator).works(strong.value) {
			t.Error("the value was replaced")
		}
	})
}
