package api_test

import (
	"fmt"
	"net/http"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

// send posts a body, written as the client writes it.
func (c *client) send(path, body string, want int) answer {
	c.Helper()
	return c.ask(want, http.MethodPost, path, body)
}

func (c *client) drop(path string, want int) answer {
	c.Helper()
	return c.ask(want, http.MethodDelete, path, "")
}

func (c *client) read(path string) subject {
	c.Helper()
	return decoded[subject](c.T, c.ask(200, http.MethodGet, path, ""))
}

func (c *client) wantListed(path string, want ...string) {
	c.Helper()
	wantListed(c.T, c.house, c.base+path, credential{value: c.value}, want...)
}

// posted is read for an answer to a write.
func posted(t *testing.T, a answer) subject { return decoded[subject](t, a) }

// wantHeld compares a subject's roles with those of the first Workspaces.
func wantHeld(t *testing.T, s subject, org string, want ...roleIn) {
	t.Helper()
	if s.OrganizationRole != org || fmt.Sprint(s.WorkspaceRoles) != fmt.Sprint(want) {
		t.Errorf("holds %s and %v, want %s and %v", s.OrganizationRole, s.WorkspaceRoles, org, want)
	}
}

func at(w access.Workspace, role access.Role) roleIn { return roleIn{string(w.ID), string(role)} }

// rolesBody is what `workspace user` and `workspace team` of the CLI post: what was read, with one more
// or less.
func rolesBody(t *testing.T, s subject, roles ...roleIn) string {
	t.Helper()
	if roles == nil {
		roles = []roleIn{}
	}
	text, err := json.Marshal(struct {
		OrganizationRole string   `json:"organizationRole"`
		WorkspaceRoles   []roleIn `json:"workspaceRoles"`
	}{s.OrganizationRole, roles})
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// TestCLI_Users: contract 7.4, request by request.
func TestCLI_Users(t *testing.T) {
	h := newHouse(t)
	research := h.addWorkspace("Research", "")
	ada := h.colleague("Ada", access.OrgMember)
	h.give(ada, research.Scope(), access.WorkspaceAuthor)
	owner := h.add(h.org.Scope(), access.OrgOwner, "cli")
	c := h.cli(owner)
	user := "/users/" + string(ada.ID)
	here, there := at(h.workspace, access.WorkspaceMember), at(research, access.WorkspaceAuthor)

	t.Run("organization user update sends the Organization's role alone, and the others stay", func(t *testing.T) {
		wantHeld(t, posted(t, c.send(user+"/roles", `{"organizationRole":"ORGANIZATION_BILLING_ADMIN"}`, 200)), "ORGANIZATION_BILLING_ADMIN", there)
		c.send(user+"/roles", `{"organizationRole":"ORGANIZATION_MEMBER"}`, 200)
	})
	t.Run("workspace user add", func(t *testing.T) {
		u := c.read(user)
		wantHeld(t, posted(t, c.send(user+"/roles", rolesBody(t, u, append(u.WorkspaceRoles, here)...), 200)), "ORGANIZATION_MEMBER", here, there)
		c.wantListed("/users?workspaceId="+string(h.workspace.ID), "Ada")
	})
	t.Run("workspace user update", func(t *testing.T) {
		operator := at(h.workspace, access.WorkspaceOperator)
		c.send(user+"/roles", rolesBody(t, c.read(user), there, operator), 200)
		wantHeld(t, c.read(user), "ORGANIZATION_MEMBER", operator, there)
	})
	t.Run("workspace user remove", func(t *testing.T) {
		c.send(user+"/roles", rolesBody(t, c.read(user), there), 200)
		wantHeld(t, c.read(user), "ORGANIZATION_MEMBER", there)
		c.wantListed("/users?workspaceId=" + string(h.workspace.ID))
	})
	t.Run("the last one leaves an empty list, which clears", func(t *testing.T) {
		c.send(user+"/roles", rolesBody(t, c.read(user)), 200)
		wantHeld(t, c.read(user), "ORGANIZATION_MEMBER")
	})
	t.Run("organization user invite", func(t *testing.T) {
		a := c.send("/invites", `{"inviteeEmail":"Eve@Acme.example.com","role":"ORGANIZATION_MEMBER"}`, 200)
		golden(t, "invite", a.body, map[string]string{string(h.org.ID): "{organization}", string(h.mailed[0].User.ID): "{eve}", string(owner.ID): "{cli}"})
		if len(h.mailed) != 1 {
			t.Errorf("mailed %d links", len(h.mailed))
		}
		c.wantListed("/users?limit=100&offset=0", "eve@acme.example.com", "Ada", "Olga Owner")
		c.send("/invites", `{"inviteeEmail":"eve@acme.example.com","role":"ORGANIZATION_MEMBER"}`, 400)
	})
}

// TestCLI_WorkspaceUsersAsWorkspaceToken: the same commands with a token of the Workspace, which sees
// nothing of the others.
func TestCLI_WorkspaceUsersAsWorkspaceToken(t *testing.T) {
	h := newHouse(t)
	hidden := h.addWorkspace("Hidden", "")
	ada := h.colleague("Ada", access.OrgMember)
	h.give(ada, hidden.Scope(), access.WorkspaceOwner)
	c := h.cli(h.add(h.workspace.Scope(), access.WorkspaceOwner, "cli"))
	whole := h.cli(h.add(h.org.Scope(), access.OrgOwner, "all"))
	user := "/users/" + string(ada.ID)
	here, there := at(h.workspace, access.WorkspaceOwner), at(hidden, access.WorkspaceOwner)

	wantHeld(t, posted(t, c.send(user+"/roles", rolesBody(t, c.read(user), here), 200)), "ORGANIZATION_MEMBER", here)
	wantHeld(t, whole.read(user), "ORGANIZATION_MEMBER", here, there)
	wantHeld(t, posted(t, c.send(user+"/roles", rolesBody(t, c.read(user)), 200)), "ORGANIZATION_MEMBER")
	wantHeld(t, whole.read(user), "ORGANIZATION_MEMBER", there)

	for body, status := range map[string]int{
		`{"organizationRole":"ORGANIZATION_OWNER"}`:                                                           403,
		rolesBody(t, subject{}, there):                                                                        400, // no role has no name
		rolesBody(t, c.read(user), there):                                                                     404,
		rolesBody(t, c.read(user), here, here):                                                                400,
		rolesBody(t, c.read(user), roleIn{string(h.workspace.ID), "ORGANIZATION_OWNER"}):                      400,
		`{"organizationRole":"ORGANIZATION_MEMBER","workspaceRoles":"all"}`:                                   400,
		`{"organizationRole":"ORGANIZATION_MEMBER","deploymentRoles":[{"deploymentId":"c","role":"VIEWER"}]}`: 404,
		`{"organizationRole":"ORGANIZATION_MEMBER","dagRoles":[{"dagId":"etl","role":"DAG_VIEWER"}]}`:         404,
	} {
		c.send(user+"/roles", body, status)
	}
	wantHeld(t, whole.read(user), "ORGANIZATION_MEMBER", there)
}

// TestCLI_Teams: contract 7.5, request by request.
func TestCLI_Teams(t *testing.T) {
	h := newHouse(t)
	ada := h.colleague("Ada", access.OrgMember)
	owner := h.add(h.org.Scope(), access.OrgOwner, "cli")
	c := h.cli(owner)
	made := c.send("/teams", `{"name":"Ingest","description":"They load","organizationRole":"ORGANIZATION_MEMBER"}`, 200)
	id := posted(t, made).ID
	golden(t, "team", made.body, map[string]string{string(h.org.ID): "{organization}", id: "{team}", string(owner.ID): "{cli}"})
	team, here := "/teams/"+id, at(h.workspace, access.WorkspaceAuthor)

	t.Run("organization team list", func(t *testing.T) {
		c.wantListed("/teams?limit=100&offset=0", "Ingest")
		c.send("/teams", `{"name":"ingest","organizationRole":"ORGANIZATION_MEMBER"}`, 409)
	})
	t.Run("organization team update without a description keeps it", func(t *testing.T) {
		u := posted(t, c.send(team, `{"name":"Loaders"}`, 200))
		if u.Name != "Loaders" || u.Description == nil || *u.Description != "They load" {
			t.Errorf("%+v", u)
		}
		wantHeld(t, posted(t, c.send(team+"/roles", `{"organizationRole":"ORGANIZATION_BILLING_ADMIN"}`, 200)), "ORGANIZATION_BILLING_ADMIN")
	})
	t.Run("organization team user add, list and remove", func(t *testing.T) {
		add := fmt.Sprintf(`{"memberIds":[%q]}`, ada.ID)
		c.send(team+"/members", add, http.StatusNoContent)
		c.send(team+"/members", add, http.StatusNoContent)
		c.wantListed(team+"/members?limit=100&offset=0", "Ada")
		c.wantListed("/users/"+string(ada.ID)+"/teams", "Loaders")
		c.drop(team+"/members/"+string(ada.ID), http.StatusNoContent)
		c.drop(team+"/members/"+string(ada.ID), http.StatusNotFound)
	})
	t.Run("workspace team add, list and remove", func(t *testing.T) {
		wantHeld(t, posted(t, c.send(team+"/roles", rolesBody(t, c.read(team), here), 200)), "ORGANIZATION_BILLING_ADMIN", here)
		c.wantListed("/teams?workspaceId="+string(h.workspace.ID)+"&limit=100&offset=0", "Loaders")
		c.send(team+"/roles", rolesBody(t, c.read(team)), 200)
		c.wantListed("/teams?workspaceId=" + string(h.workspace.ID))
	})
	t.Run("organization team delete", func(t *testing.T) {
		c.drop(team, http.StatusNoContent)
		c.drop(team, http.StatusNotFound)
	})
}

// TestTerraform_People: contract 4.4, 4.5 and 4.10, the life of each resource.
func TestTerraform_People(t *testing.T) {
	h := newHouse(t)
	ada, bo := h.colleague("Ada", access.OrgMember), h.colleague("Bo", access.OrgMember)
	c := h.terraform(h.add(h.org.Scope(), access.OrgOwner, "terraform"))
	here := at(h.workspace, access.WorkspaceAuthor)
	all := func(org string, roles ...roleIn) string {
		text := rolesBody(t, subject{OrganizationRole: org}, roles...)
		return `{"dagRoles":[],"deploymentRoles":[],` + text[1:]
	}
	const destroyed = `{"organizationRole":"ORGANIZATION_MEMBER"}`

	t.Run("astro_user_roles", func(t *testing.T) {
		user := "/users/" + string(ada.ID)
		wantHeld(t, posted(t, c.send(user+"/roles", all("ORGANIZATION_BILLING_ADMIN", here), 200)), "ORGANIZATION_BILLING_ADMIN", here)
		if u := c.read(user); u.Status != "ACTIVE" {
			t.Errorf("%+v", u)
		}
		wantHeld(t, posted(t, c.send(user+"/roles", destroyed, 200)), "ORGANIZATION_MEMBER")
	})
	t.Run("astro_user_invite, changed by taking it back, and destroyed", func(t *testing.T) {
		invite := func(role string) string {
			a := c.send("/invites", `{"inviteeEmail":"astro-terraform-test@astronomer.test","role":"`+role+`"}`, 200)
			made := decoded[struct {
				InviteID string  `json:"inviteId"`
				Invitee  subject `json:"invitee"`
			}](t, a)
			if u := c.read("/users/" + made.Invitee.ID); u.Status != "PENDING" || u.OrganizationRole != role {
				t.Errorf("%+v", u)
			}
			return made.InviteID
		}
		first := invite("ORGANIZATION_MEMBER")
		c.drop("/invites/"+first, http.StatusNoContent)
		second := invite("ORGANIZATION_BILLING_ADMIN")
		c.drop("/invites/"+second, http.StatusNoContent)
		for _, id := range []string{first, second, string(ada.ID), unknownID} {
			c.drop("/invites/"+id, http.StatusNotFound)
		}
		c.ask(http.StatusNotFound, http.MethodGet, "/users/"+second, "")
	})
	t.Run("astro_team", func(t *testing.T) {
		id := posted(t, c.send("/teams", fmt.Sprintf(`{"description":"","memberIds":[%q],"name":"Platform","organizationRole":"ORGANIZATION_OWNER"}`, ada.ID), 200)).ID
		team := "/teams/" + id
		c.send(team+"/roles", all("ORGANIZATION_OWNER", here), 200)
		if u := c.read(team); u.Description != nil {
			t.Errorf("a description of nothing: %+v", u)
		}
		c.wantListed(team+"/members", "Ada")
		c.drop(team+"/members/"+string(ada.ID), http.StatusNoContent)
		c.send(team+"/members", fmt.Sprintf(`{"memberIds":[%q]}`, bo.ID), http.StatusNoContent)
		c.send(team, `{"description":"They run it","name":"Platform"}`, 200)
		if u := posted(t, c.send(team, `{"description":"","name":"Platform"}`, 200)); u.Description != nil {
			t.Errorf("an empty description does not clear: %+v", u)
		}
		c.send(team+"/roles", all("ORGANIZATION_MEMBER"), 200)
		wantHeld(t, c.read(team), "ORGANIZATION_MEMBER")
		c.drop(team, http.StatusNoContent)
	})
	t.Run("astro_team_roles and astro_team_membership", func(t *testing.T) {
		team := "/teams/" + posted(t, c.send("/teams", `{"name":"Bare"}`, 200)).ID
		wantHeld(t, posted(t, c.send(team+"/roles", all("ORGANIZATION_OBSERVE_ADMIN", here), 200)), "ORGANIZATION_OBSERVE_ADMIN", here)
		wantHeld(t, posted(t, c.send(team+"/roles", destroyed, 200)), "ORGANIZATION_MEMBER")
		c.send(team+"/members", fmt.Sprintf(`{"memberIds":[%q,%q]}`, ada.ID, bo.ID), http.StatusNoContent)
		c.wantListed(team+"/members?limit=1000", "Bo", "Ada")
		c.drop(team+"/members/"+string(ada.ID), http.StatusNoContent)
		c.send(team+"/members", `{"memberIds":["`+unknownID+`"]}`, http.StatusBadRequest)
		c.send(team+"/members", `{"memberIds":[]}`, http.StatusBadRequest)
	})
	t.Run("the last Owner", func(t *testing.T) {
		owner := decoded[subjects](t, c.ask(200, http.MethodGet, "/users?sorts=id:asc", "")).Users[0]
		a := c.send("/users/"+owner.ID+"/roles", destroyed, http.StatusConflict)
		if b := a.failure(t); b.Reason != access.ReasonLastOwner {
			t.Errorf("%+v", b)
		}
	})
}

// TestPeople_RefusedInput: contract 3.2, in the names of the wire.
func TestPeople_RefusedInput(t *testing.T) {
	h := newHouse(t)
	c := h.cli(h.add(h.org.Scope(), access.OrgOwner, "cli"))
	for path, want := range map[string]string{
		"/teams":   "name organizationRole",
		"/invites": "inviteeEmail role",
	} {
		var fields string
		for _, f := range c.send(path, `{"organizationRole":"KING","role":"KING"}`, http.StatusBadRequest).failure(t).Fields {
			fields += " " + f.Field
		}
		if fields != " "+want {
			t.Errorf("%s refuses%s, want %s", path, fields, want)
		}
	}
}
