package api_test

import (
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
)

// subject is what the clients read of a person, a team or their roles.
type subject struct {
	ID               string     `json:"id"`
	Username         string     `json:"username"`
	FullName         string     `json:"fullName"`
	Name             string     `json:"name"`
	Description      *string    `json:"description"`
	Status           string     `json:"status"`
	OrganizationRole string     `json:"organizationRole"`
	WorkspaceRoles   []roleIn   `json:"workspaceRoles"`
	DeploymentRoles  []struct{} `json:"deploymentRoles"`
}

type roleIn struct {
	WorkspaceID string `json:"workspaceId"`
	Role        string `json:"role"`
}

// decoded reads an answer that must be 200.
func decoded[T any](t *testing.T, a answer) T {
	t.Helper()
	var v T
	if a.status != http.StatusOK {
		t.Fatalf("status %d: %s", a.status, a.body)
	}
	if err := json.Unmarshal([]byte(a.body), &v); err != nil {
		t.Fatal(err)
	}
	return v
}

// wantStatus checks an answer and returns it.
func wantStatus(t *testing.T, a answer, status int) answer {
	t.Helper()
	if a.status != status || status == http.StatusNoContent && a.body != "" {
		t.Fatalf("status %d, want %d: %s", a.status, status, a.body)
	}
	return a
}

type subjects struct {
	Users       []subject `json:"users"`
	Teams       []subject `json:"teams"`
	TeamMembers []subject `json:"teamMembers"`
	TotalCount  int       `json:"totalCount"`
	Limit       int       `json:"limit"`
}

// wantListed checks the names of a list, and its total unless the page is a part of it.
func wantListed(t *testing.T, h *house, path string, by credential, want ...string) subjects {
	t.Helper()
	l := decoded[subjects](t, h.get(path, by))
	var got []string
	for _, u := range append(append(l.Users, l.Teams...), l.TeamMembers...) {
		got = append(got, u.FullName+u.Name)
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || !strings.Contains(path, "limit=") && l.TotalCount != len(want) {
		t.Errorf("%s lists %q of %d, want %q", path, got, l.TotalCount, want)
	}
	return l
}

// TestUsers_List: contract 3.3 to 3.5 and 4.4.
func TestUsers_List(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	bo, ada := h.colleague("bo", access.OrgMember), h.colleague("Ada", access.OrgBillingAdmin)
	h.give(ada, h.workspace.Scope(), access.WorkspaceAuthor)
	other := h.found("Umbrella", "Hive")
	h.clock.forward(time.Second)
	wantStatus(t, h.post(h.orgPath()+"/invites", `{"inviteeEmail":"eve@acme.example.com","role":"ORGANIZATION_MEMBER"}`, owner), http.StatusOK)
	users := h.orgPath() + "/users"
	const eve, olga = "eve@acme.example.com", "Olga Owner"

	t.Run("everybody, the newest first, with those who were only invited", func(t *testing.T) {
		l := wantListed(t, h, users, owner, eve, "Ada", "bo", olga)
		if l.Users[0].Status != "PENDING" || l.Users[1].Status != "ACTIVE" || l.Users[1].OrganizationRole != "ORGANIZATION_BILLING_ADMIN" {
			t.Errorf("%+v", l.Users)
		}
	})
	t.Run("in every order, and in several", func(t *testing.T) {
		for _, by := range []string{"id", "createdAt", "updatedAt"} {
			wantListed(t, h, users+"?sorts="+by+":asc", owner, olga, "bo", "Ada", eve)
			wantListed(t, h, users+"?sorts="+by+":desc", owner, eve, "Ada", "bo", olga)
		}
		wantListed(t, h, users+"?sorts=fullName:asc", owner, "Ada", "bo", eve, olga)
		wantListed(t, h, users+"?sorts=username:desc&sorts=id:asc", owner, olga, eve, "bo", "Ada")
	})
	t.Run("page by page", func(t *testing.T) {
		if l := wantListed(t, h, users+"?limit=2&offset=1", owner, "Ada", "bo"); l.TotalCount != 4 {
			t.Errorf("the total is %d", l.TotalCount)
		}
		wantListed(t, h, users+"?limit=1000&offset=1000", owner)
	})
	t.Run("a Workspace's have a role there", func(t *testing.T) {
		l := wantListed(t, h, users+"?workspaceId="+string(h.workspace.ID), owner, "Ada")
		if fmt.Sprint(l.Users[0].WorkspaceRoles) != fmt.Sprint([]roleIn{{string(h.workspace.ID), "WORKSPACE_AUTHOR"}}) {
			t.Errorf("%+v", l.Users[0])
		}
	})
	t.Run("nobody has a role on what is not here", func(t *testing.T) {
		for _, filter := range []string{"deploymentId=" + unknownID, "dagId=etl", "dagTags=a"} {
			wantListed(t, h, users+"?"+filter, owner)
		}
	})
	t.Run("filters and orders that say nothing are refused", func(t *testing.T) {
		for _, query := range []string{"workspaceId=", "sorts=email:asc", "sorts=id:asc&sorts=id:desc", "limit=1001", "deploymentId="} {
			wantStatus(t, h.get(users+"?"+query, owner), http.StatusBadRequest)
		}
		wantStatus(t, h.get(users+"?workspaceId="+string(other.Workspace.ID), owner), http.StatusNotFound)
	})
	t.Run("a person alone reads the same as in the list, under both families", func(t *testing.T) {
		for _, family := range []string{"/v1", "/iam/v1beta1"} {
			u := decoded[subject](t, h.get(family+"/organizations/"+string(h.org.ID)+"/users/"+string(ada.ID), owner))
			if u.Username != ada.Email || len(u.WorkspaceRoles) != 1 || u.OrganizationRole != "ORGANIZATION_BILLING_ADMIN" {
				t.Errorf("%+v", u)
			}
		}
		wantStatus(t, h.get(users+"/"+string(other.Owner.ID), owner), http.StatusNotFound)
	})
	t.Run("absent instead of empty", func(t *testing.T) {
		a := h.get(users+"/"+string(bo.ID), owner)
		if strings.Contains(a.body, "workspaceRoles") || strings.Contains(a.body, "null") || !strings.Contains(a.body, avatarURL) {
			t.Error(a.body)
		}
	})
}

// TestUsers_WhoSeesWhom: product.md 3.12 and 4.2, for tokens of a Workspace.
func TestUsers_WhoSeesWhom(t *testing.T) {
	h := newHouse(t)
	hidden := h.addWorkspace("Hidden", "")
	ada, bo := h.colleague("Ada", access.OrgMember), h.colleague("Bo", access.OrgMember)
	for _, w := range []access.Workspace{h.workspace, hidden} {
		h.give(ada, w.Scope(), access.WorkspaceMember)
	}
	team, apart := h.team(h.org.ID, "Ingest", access.OrgMember, ada), h.team(h.org.ID, "Apart", access.OrgMember)
	must(h.teams.Add(h.Context(), operator(), h.workspace.Scope(), team.ID, access.WorkspaceMember)).in(t)
	users, teams := h.orgPath()+"/users", h.orgPath()+"/teams"
	tokenOf := func(role access.Role) credential { return h.add(h.workspace.Scope(), role, string(role)) }
	owner, member, accessor := tokenOf(access.WorkspaceOwner), tokenOf(access.WorkspaceMember), tokenOf(access.WorkspaceAccessor)

	t.Run("whoever manages people sees the directory, to pick from", func(t *testing.T) {
		wantListed(t, h, users+"?sorts=fullName:asc", owner, "Ada", "Bo", "Olga Owner")
		wantListed(t, h, teams+"?sorts=name:asc", owner, "Apart", "Ingest")
		wantStatus(t, h.get(users+"/"+string(bo.ID), owner), http.StatusOK)
		wantStatus(t, h.get(teams+"/"+string(apart.ID), owner), http.StatusOK)
	})
	t.Run("and of their roles what is held in their Workspace", func(t *testing.T) {
		u := decoded[subject](t, h.get(users+"/"+string(ada.ID), owner))
		if len(u.WorkspaceRoles) != 1 || u.WorkspaceRoles[0].WorkspaceID != string(h.workspace.ID) {
			t.Errorf("%+v", u.WorkspaceRoles)
		}
	})
	t.Run("whoever sees the members of a Workspace sees those, and no others", func(t *testing.T) {
		wantListed(t, h, users, member, "Ada")
		wantListed(t, h, teams, member, "Ingest")
		wantStatus(t, h.get(users+"/"+string(ada.ID), member), http.StatusOK)
		missing := h.get(users+"/"+unknownID, member)
		wantMissing(t, missing, string(h.workspace.ID))
		for _, path := range []string{users + "/" + string(bo.ID), teams + "/" + string(apart.ID), users + "?workspaceId=" + string(hidden.ID)} {
			if a := h.get(path, member); a.status != missing.status || a.body != missing.body {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
	})
	t.Run("whoever sees no members is refused alike, whether they exist or not", func(t *testing.T) {
		first := h.get(users, accessor)
		for _, path := range []string{users, teams, users + "/" + string(ada.ID), users + "/" + unknownID, teams + "/" + unknownID} {
			if a := wantStatus(t, h.get(path, accessor), http.StatusForbidden); a.body != first.body || a.failure(t).Required != "WORKSPACE_MEMBER" {
				t.Errorf("%s: %s", path, a.body)
			}
		}
	})
}
