package api_test

import (
	"fmt"
	"strings"
	"testing"

	"dagpass/internal/access"
)

// TestCLI_Organizations sends what `astro organization list` and `switch` and `astro workspace list` and
// `switch` send for a person, and what every command with a token begins with: the contract, 7.3 and 2.4.
func TestCLI_Organizations(t *testing.T) {
	h := newHouse(t)
	umbrella := h.found("Umbrella", "Hive")
	foreign := "/v1/organizations/" + string(umbrella.Org.ID)
	grace := h.person(h.org.Scope(), access.OrgOwner, "Grace Hopper")
	by := grace.credential()
	const organizations, workspaces = "/v1/organizations?limit=100&offset=0", "/workspaces?limit=1000&offset=0&sorts=name%3Aasc"

	t.Run("organization list: theirs, with the product", func(t *testing.T) {
		wantNames(t, h.list(organizations, by), "Acme")
		if body := h.get(organizations, by).body; strings.Count(body, `"product":"HOSTED"`) != 1 {
			t.Error(body)
		}
	})
	t.Run("organization switch by id: the Organization, the person, the Organization again, its Workspaces", func(t *testing.T) {
		org := map[string]any{"id": string(h.org.ID), "name": "Acme", "product": "HOSTED"}
		wantMembers(t, h.object(h.get(h.orgPath(), by)), org)
		wantMembers(t, h.object(h.get("/v1/users/self?createIfNotExist=true", by)), map[string]any{"id": string(grace.ID), "username": grace.Email})
		wantMembers(t, h.object(h.get(h.orgPath(), by)), org)
		wantNames(t, h.list(h.orgPath()+workspaces, by), "Data")
	})
	t.Run("organization switch to one of others: it does not exist", func(t *testing.T) {
		wantStatus(t, h.get(foreign, by), 404)
		wantStatus(t, h.get(foreign+workspaces, by), 404)
	})
	t.Run("workspace list and switch: by name, whatever the order of creation", func(t *testing.T) {
		h.addWorkspace("Alpha", "")
		wantNames(t, h.list(h.orgPath()+workspaces, by), "Alpha", "Data")
	})
	t.Run("every command with a token begins with the one Organization of the token", func(t *testing.T) {
		for _, token := range []credential{h.add(h.org.Scope(), access.OrgMember, "whole"), h.add(h.workspace.Scope(), access.WorkspaceMember, "one")} {
			wantNames(t, h.list(organizations, token), "Acme")
			wantStatus(t, h.get(foreign, token), 404)
		}
	})
}

// TestTerraform_Reading sends what the data sources of the provider send: the contract, 3.3. They ask
// for the next page until the offset has passed the total, so that one request is past the end.
func TestTerraform_Reading(t *testing.T) {
	h := newHouse(t)
	ada := h.colleague("Ada", access.OrgMember)
	h.give(ada, h.workspace.Scope(), access.WorkspaceAuthor)
	team := h.team(h.org.ID, "Platform", access.OrgMember, ada)
	h.team(h.org.ID, "Ingest", access.OrgMember)
	research := h.addWorkspace("Research", "")
	owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
	ci := h.add(h.workspace.Scope(), access.WorkspaceAuthor, "ci")
	role := h.customRole(h.org.ID, "Night shift", "workspace.view")
	platform, tf := h.organization("/platform/v1beta1"), h.terraform(owner)

	t.Run("astro_organization", func(t *testing.T) {
		wantMembers(t, h.object(h.get(platform, owner)), map[string]any{"id": string(h.org.ID), "product": "HOSTED", "isScimEnabled": false})
	})
	for _, list := range []struct {
		source, path string
		want         []string
	}{
		{"astro_workspaces", platform + "/workspaces?limit=1000", []string{"Research", "Data"}},
		{"astro_workspaces with names, one of them unknown", platform + "/workspaces?limit=1000&names=Data&names=none", []string{"Data"}},
		{"a check of Workspaces, without a limit", platform + "/workspaces?workspaceIds=" + string(research.ID), []string{"Research"}},
		{"astro_api_tokens", tf.base + "/tokens?limit=1000", []string{"ci", "terraform"}},
		{"astro_api_tokens of the Organization", tf.base + "/tokens?includeOnlyOrganizationTokens=true&limit=1000", []string{"terraform"}},
		{"astro_api_tokens of a Workspace", tf.base + "/tokens?limit=1000&workspaceId=" + string(h.workspace.ID), []string{"ci"}},
	} {
		t.Run(list.source, func(t *testing.T) {
			first := h.list(list.path+"&offset=0", owner)
			wantNames(t, first, list.want...)
			if past := h.list(list.path+"&offset=1000", owner); len(past.names()) != 0 || past.TotalCount != first.TotalCount || first.TotalCount != len(list.want) {
				t.Errorf("%d of %d, past the end %+v", len(list.want), first.TotalCount, past)
			}
		})
	}
	for source, list := range map[string]struct {
		path string
		want []string
	}{
		"astro_users":                {"/users?limit=1000&offset=%d", []string{"Ada", "Olga Owner"}},
		"astro_users_list":           {"/users?limit=1000&offset=%d&sorts=id%%3Aasc", []string{"Olga Owner", "Ada"}},
		"astro_users of a Workspace": {"/users?limit=1000&offset=%d&workspaceId=" + string(h.workspace.ID), []string{"Ada"}},
		"astro_teams":                {"/teams?limit=1000&offset=%d", []string{"Ingest", "Platform"}},
		"astro_teams with names":     {"/teams?limit=1000&names=Platform&names=none&offset=%d", []string{"Platform"}},
	} {
		t.Run(source, func(t *testing.T) {
			tf.wantListed(fmt.Sprintf(list.path, 0), list.want...)
			tf.wantListed(fmt.Sprintf(list.path, 1000))
		})
	}
	t.Run("astro_team with its members, without a limit", func(t *testing.T) {
		wantHeld(t, tf.read("/teams/"+string(team.ID)), "ORGANIZATION_MEMBER")
		tf.wantListed("/teams/"+string(team.ID)+"/members", "Ada")
	})
	t.Run("astro_user, astro_api_token, astro_custom_role and astro_workspace: by id", func(t *testing.T) {
		wantHeld(t, tf.read("/users/"+string(ada.ID)), "ORGANIZATION_MEMBER", at(h.workspace, access.WorkspaceAuthor))
		tf.wantRoles(string(ci.ID), wireRole{"WORKSPACE", string(h.workspace.ID), "WORKSPACE_AUTHOR"})
		if r := h.get(tf.base+"/roles/"+string(role.ID), owner).role(t); r.Name != "Night shift" || r.ScopeType != "WORKSPACE" {
			t.Errorf("%+v", r)
		}
		wantMembers(t, h.object(h.get(platform+"/workspaces/"+string(research.ID), owner)), map[string]any{"name": "Research"})
	})
}
