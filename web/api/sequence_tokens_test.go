package api_test

import (
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
)

// TestCLI_WorkspaceToken sends what `astro workspace token` sends: the contract, 7.1.
func TestCLI_WorkspaceToken(t *testing.T) {
	h := newHouse(t)
	w := string(h.workspace.ID)
	cli := h.cli(h.add(h.workspace.Scope(), access.WorkspaceOwner, "owner"))
	here := "/tokens?limit=100&offset=0&workspaceId=" + w
	role := func(name string) wireRole { return wireRole{"WORKSPACE", w, name} }

	made := cli.token(200, "POST", "/tokens", `{"name":"ci","description":"","role":"WORKSPACE_AUTHOR","scope":"WORKSPACE","entityId":"`+w+`","tokenExpiryPeriodInDays":30}`)
	t.Run("create: the value works at once and stands in no other answer", func(t *testing.T) {
		if !cli.works(made.Token) || made.Name != "ci" || made.Scope != "WORKSPACE" || made.Type != "WORKSPACE" || made.Kind != "STANDARD" || made.Days != 30 {
			t.Errorf("made %+v", made)
		}
		want := made
		want.Token = ""
		if diff := cmp.Diff(want, cli.get("/tokens/"+made.ID)); diff != "" {
			t.Errorf("read after write (-want +got):\n%s", diff)
		}
		if body := cli.ask(200, "GET", here, "").body; strings.Contains(body, made.Token) || strings.Contains(body, `"token":`) {
			t.Errorf("the list tells a value: %s", body)
		}
	})
	t.Run("create without -e: it never expires", func(t *testing.T) {
		body := cli.ask(200, "POST", "/tokens", `{"name":"for ever","description":"d","role":"WORKSPACE_MEMBER","scope":"WORKSPACE","entityId":"`+w+`"}`).body
		if strings.Contains(body, "endAt") || strings.Contains(body, "expiryPeriodInDays") {
			t.Errorf("made %s", body)
		}
	})
	t.Run("list: the newest first, each with its role in the Workspace", func(t *testing.T) {
		wantNames(t, h.list(cli.base+here, credential{value: cli.value}), "for ever", "ci", "owner")
	})
	t.Run("update: name and description, then the full set of roles", func(t *testing.T) {
		before := cli.get("/tokens/" + made.ID)
		h.clock.forward(time.Minute)
		cli.ask(200, "POST", "/tokens/"+made.ID, `{"name":"ci 2","description":"nightly"}`)
		cli.setRoles(200, made.ID, role("WORKSPACE_OPERATOR"))
		after := cli.get("/tokens/" + made.ID)
		if after.Name != "ci 2" || after.Description != "nightly" || after.UpdatedAt == before.UpdatedAt || after.CreatedAt != before.CreatedAt || after.EndAt != before.EndAt {
			t.Errorf("after %+v", after)
		}
		cli.wantRoles(made.ID, role("WORKSPACE_OPERATOR"))
		if !cli.works(made.Token) {
			t.Error("the value does not work any more")
		}
	})
	t.Run("rotate: without body and content type; the old value is dead, the period starts again", func(t *testing.T) {
		h.clock.forward(time.Hour)
		rotated := cli.token(200, "POST", "/tokens/"+made.ID+"/rotate", "")
		if cli.works(made.Token) || !cli.works(rotated.Token) || rotated.EndAt <= made.EndAt || rotated.RotatedAt == "" || rotated.ID != made.ID {
			t.Errorf("rotated %+v", rotated)
		}
	})
	t.Run("delete: 204, and 404 the second time", func(t *testing.T) {
		cli.ask(204, "DELETE", "/tokens/"+made.ID, "")
		cli.ask(404, "DELETE", "/tokens/"+made.ID, "")
		cli.ask(404, "GET", "/tokens/"+made.ID, "")
		cli.ask(404, "POST", "/tokens/"+made.ID+"/rotate", "")
		cli.ask(404, "POST", "/tokens/"+made.ID, `{"name":"x"}`)
		cli.setRoles(404, made.ID, role("WORKSPACE_MEMBER"))
	})
}

// TestCLI_OrganizationTokenInWorkspaces sends what `astro workspace token organization-token` sends.
func TestCLI_OrganizationTokenInWorkspaces(t *testing.T) {
	h := newHouse(t)
	w, second := string(h.workspace.ID), h.addWorkspace("Research", "")
	owner := h.cli(h.add(h.org.Scope(), access.OrgOwner, "owner"))
	local := h.cli(h.add(h.workspace.Scope(), access.WorkspaceOwner, "local owner"))
	home, there := wireRole{"ORGANIZATION", string(h.org.ID), "ORGANIZATION_MEMBER"}, wireRole{"WORKSPACE", string(second.ID), "WORKSPACE_AUTHOR"}
	here := func(role string) wireRole { return wireRole{"WORKSPACE", w, role} }

	made := owner.token(200, "POST", "/tokens", `{"name":"deploy","description":"","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`)
	t.Run("add: found by name among the Organization's, then the full set and one more", func(t *testing.T) {
		wantNames(t, h.list(owner.base+"/tokens?includeOnlyOrganizationTokens=true&limit=100&offset=0", credential{value: owner.value}), "deploy", "owner")
		owner.wantRoles(made.ID, home)
		owner.setRoles(200, made.ID, home, there)
		owner.setRoles(200, made.ID, home, there, here("WORKSPACE_MEMBER"))
		owner.wantRoles(made.ID, home, here("WORKSPACE_MEMBER"), there)
	})
	t.Run("add by the Owner of the Workspace: only Organization Owners add", func(t *testing.T) {
		other := owner.token(200, "POST", "/tokens", `{"name":"other","description":"","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`)
		local.setRoles(404, other.ID, home, here("WORKSPACE_MEMBER")) // and they don't see it either
	})
	t.Run("update by the Owner of the Workspace: what they can't see stays", func(t *testing.T) {
		local.wantRoles(made.ID, home, here("WORKSPACE_MEMBER"))
		local.setRoles(200, made.ID, home, here("WORKSPACE_OPERATOR"))
		owner.wantRoles(made.ID, home, here("WORKSPACE_OPERATOR"), there)
	})
	t.Run("update with any text as role: refused, whoever asks", func(t *testing.T) {
		for _, c := range []*client{local, owner} {
			b := c.setRoles(400, made.ID, home, here("WORKSPACE_CZAR")).failure(t)
			if b.Message != "roles.1.role: Select a Workspace Role." {
				t.Errorf("message %q", b.Message)
			}
		}
		owner.wantRoles(made.ID, home, here("WORKSPACE_OPERATOR"), there)
	})
	t.Run("remove for a token that is not in the Workspace: the identical set, a success", func(t *testing.T) {
		elsewhere := owner.token(200, "POST", "/tokens", `{"name":"elsewhere","description":"","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`)
		owner.setRoles(200, elsewhere.ID, home)
	})
	t.Run("rotate and delete by the Owner of the Workspace: refused", func(t *testing.T) {
		local.ask(403, "POST", "/tokens/"+made.ID+"/rotate", "")
		local.ask(403, "DELETE", "/tokens/"+made.ID, "")
		local.ask(403, "POST", "/tokens/"+made.ID, `{"name":"mine","description":""}`)
	})
	t.Run("remove, also `workspace token delete` of such a token: it leaves this Workspace alone", func(t *testing.T) {
		local.setRoles(200, made.ID, home)
		owner.wantRoles(made.ID, home, there)
		local.ask(404, "GET", "/tokens/"+made.ID, "")
	})
}

// TestCLI_OrganizationToken sends what `astro organization token` sends: the contract, 7.2.
func TestCLI_OrganizationToken(t *testing.T) {
	h := newHouse(t)
	cli := h.cli(h.add(h.org.Scope(), access.OrgOwner, "owner"))
	org, w := string(h.org.ID), string(h.workspace.ID)

	made := cli.token(200, "POST", "/tokens", `{"name":"all","description":"d","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION","tokenExpiryPeriodInDays":3650}`)
	t.Run("update -r: the entry of the Organization replaced in the full set", func(t *testing.T) {
		cli.setRoles(200, made.ID, wireRole{"ORGANIZATION", org, "ORGANIZATION_MEMBER"}, wireRole{"WORKSPACE", w, "WORKSPACE_AUTHOR"})
		cli.ask(200, "POST", "/tokens/"+made.ID, `{"name":"all","description":"d"}`)
		a := cli.setRoles(200, made.ID, wireRole{"ORGANIZATION", org, "ORGANIZATION_BILLING_ADMIN"}, wireRole{"WORKSPACE", w, "WORKSPACE_AUTHOR"})
		if want := `{"organizationRole":"ORGANIZATION_BILLING_ADMIN","workspaceRoles":[{"workspaceId":"` + w + `","role":"WORKSPACE_AUTHOR"}]}`; a.body != want {
			t.Errorf("answered %s, want %s", a.body, want)
		}
		cli.wantRoles(made.ID, wireRole{"ORGANIZATION", org, "ORGANIZATION_BILLING_ADMIN"}, wireRole{"WORKSPACE", w, "WORKSPACE_AUTHOR"})
	})
	t.Run("rotate and delete", func(t *testing.T) {
		rotated := cli.token(200, "POST", "/tokens/"+made.ID+"/rotate", "")
		if cli.works(made.Token) || !cli.works(rotated.Token) {
			t.Error("the wrong value works")
		}
		cli.ask(204, "DELETE", "/tokens/"+made.ID, "")
		if cli.works(rotated.Token) {
			t.Error("the value of a deleted token works")
		}
		cli.ask(404, "DELETE", "/tokens/"+made.ID, "")
	})
	t.Run("150 tokens come on two pages", func(t *testing.T) {
		for i := range 149 {
			h.add(h.org.Scope(), access.OrgMember, fmt.Sprintf("token %03d", i))
		}
		seen := map[string]bool{}
		for offset := 0; offset < 300; offset += 100 {
			l := h.list(fmt.Sprintf("%s/tokens?includeOnlyOrganizationTokens=true&limit=100&offset=%d", cli.base, offset), credential{value: cli.value})
			if l.TotalCount != 150 {
				t.Errorf("total %d", l.TotalCount)
			}
			for _, r := range l.Tokens {
				seen[r.ID] = true
			}
		}
		if len(seen) != 150 {
			t.Errorf("saw %d tokens", len(seen))
		}
	})
}

// TestTerraform_APIToken is the life of an astro_api_token: apply, an empty plan, a change, a rotation
// behind its back, import and destroy.
func TestTerraform_APIToken(t *testing.T) {
	h := newHouse(t)
	second := h.addWorkspace("Research", "")
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	tf, cli := h.terraform(owner), h.cli(owner)
	home := wireRole{"ORGANIZATION", string(h.org.ID), "ORGANIZATION_MEMBER"}
	first, other := wireRole{"WORKSPACE", string(h.workspace.ID), "WORKSPACE_OPERATOR"}, wireRole{"WORKSPACE", string(second.ID), "WORKSPACE_MEMBER"}

	made := tf.token(200, "POST", "/tokens", `{"description":"","name":"tf","role":"ORGANIZATION_MEMBER","type":"ORGANIZATION"}`)
	path := "/tokens/" + made.ID
	tf.setRoles(200, made.ID, first, home, other)
	state := tf.get(path)
	t.Run("apply: both Workspaces checked by id, the token made, its roles set, the result read", func(t *testing.T) {
		l := h.list("/platform/v1beta1/organizations/"+string(h.org.ID)+"/workspaces?workspaceIds="+string(h.workspace.ID)+"&workspaceIds="+string(second.ID), owner)
		if len(l.Workspaces) != 2 {
			t.Errorf("%d Workspaces", len(l.Workspaces))
		}
		if diff := cmp.Diff([]wireRole{home, first, other}, state.Roles); diff != "" || made.Token == "" || state.Token != "" || state.CreatedAt != made.CreatedAt {
			t.Errorf("state %+v\n%s", state, diff)
		}
	})
	t.Run("plan: nothing differs, also when the token was used meanwhile", func(t *testing.T) {
		if !tf.works(made.Token) {
			t.Error("the value does not work")
		}
		if diff := cmp.Diff(state, tf.get(path)); diff != "" {
			t.Errorf("plan:\n%s", diff)
		}
	})
	t.Run("change: the roles first, then name and description", func(t *testing.T) {
		tf.setRoles(200, made.ID, home, other)
		tf.ask(200, "POST", path, `{"description":"changed","name":"tf 2"}`)
		if got := tf.get(path); got.Name != "tf 2" || got.Description != "changed" || len(got.Roles) != 2 {
			t.Errorf("changed to %+v", got)
		}
		tf.setRoles(200, made.ID, home, other)
		tf.ask(200, "POST", path, `{"description":"","name":"tf 2"}`)
		if got := tf.get(path); got.Description != "" {
			t.Errorf("description %q", got.Description)
		}
	})
	t.Run("rotated behind its back: nothing it compares has changed", func(t *testing.T) {
		before := tf.get(path)
		h.clock.forward(time.Hour)
		cli.token(200, "POST", path+"/rotate", "")
		after := tf.get(path)
		after.StartAt, after.UpdatedAt, after.RotatedAt = before.StartAt, before.UpdatedAt, before.RotatedAt
		if diff := cmp.Diff(before, after); diff != "" {
			t.Errorf("plan:\n%s", diff)
		}
	})
	t.Run("a Workspace token with an expiry: type and entityId, one role, no second request", func(t *testing.T) {
		made := tf.token(200, "POST", "/tokens", `{"description":"d","entityId":"`+string(second.ID)+`","name":"ws","role":"WORKSPACE_OWNER","tokenExpiryPeriodInDays":30,"type":"WORKSPACE"}`)
		if made.Type != "WORKSPACE" || made.Scope != "WORKSPACE" || made.Days != 30 || made.EndAt == "" {
			t.Errorf("made %+v", made)
		}
		tf.wantRoles(made.ID, wireRole{"WORKSPACE", string(second.ID), "WORKSPACE_OWNER"})
	})
	t.Run("import reads the token by its id; destroy ends it, and once more is no error to it", func(t *testing.T) {
		tf.get(path)
		tf.ask(204, "DELETE", path, "")
		tf.ask(404, "GET", path, "")
		tf.ask(404, "DELETE", path, "")
	})
}
