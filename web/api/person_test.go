package api_test

import (
	"crypto/sha256"
	"encoding/base64"
	"net/url"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

const verifier = "dBjftJeZ4CVP-mBUKPrEDDMBnSkbQj1ujOj6nh3TZ7A"

// member is a person who let the Astro CLI act for them.
type member struct {
	access.User
	session access.Actor
	code    secret.Value // what the program was given, once exchanged no more
	login   signin.Issued
}

func (m member) credential() credential { return credential{value: m.login.Access.Reveal()} }

// person makes a member of an Organization with a role at a scope, signs them in and lets the Astro CLI
// act for them.
func (h *house) person(at access.Scope, role access.Role, name string) member {
	h.Helper()
	h.clock.forward(1000)
	inOrg := role
	if at.Level() == access.WorkspaceLevel {
		inOrg = access.OrgMember
	}
	members := access.NewMembers(h.store)
	u := must(members.Create(h.Context(), operator(), at.Org, access.NewMember{
		FullName: name, Email: strings.ReplaceAll(strings.ToLower(name), " ", ".") + "@" + string(at.Org[15:]) + ".example", Role: inOrg})).in(h.T)
	if at.Level() == access.WorkspaceLevel {
		if err := members.SetRole(h.Context(), operator(), at, u.ID, role); err != nil {
			h.Fatal(err)
		}
	}
	return h.letIn(u)
}

// letIn signs a person in and lets the Astro CLI act for them.
func (h *house) letIn(u access.User) member {
	h.Helper()
	from := access.Origin{RequestID: "test", Address: "192.0.2.1"}
	in := signin.NewLogin(h.people, secret.NewHasherWithCost(2, 64, 1), h.keys.Keyring)
	link := must(in.NewSignInCode(h.Context(), operator(), u.ID)).in(h.T)
	opened := must(in.SignInWithCode(h.Context(), link, secret.Value{}, from)).in(h.T)
	m := member{User: u, session: must(signin.NewSessions(h.people).Load(h.Context(), opened.Session)).in(h.T).Actor(from)}
	m.code = h.consent(m)
	m.login = must(h.programs.Exchange(h.Context(), signin.Exchange{Program: "astro-cli", Code: m.code.Reveal(), Verifier: verifier,
		RedirectURI: "http://localhost:12345/callback"}, from)).in(h.T)
	return m
}

func (h *house) consent(m member) secret.Value {
	h.Helper()
	sum := sha256.Sum256([]byte(verifier))
	return must(h.programs.Allow(h.Context(), m.session, signin.Authorization{
		Program: signin.AstroCLI, Challenge: base64.RawURLEncoding.EncodeToString(sum[:]),
	})).in(h.T)
}

// TestPerson_self: contract 4.2 and 4.11, GetSelfUser.
func TestPerson_self(t *testing.T) {
	h := newHouse(t)
	research := h.addWorkspace("Research", "")
	grace := h.person(h.workspace.Scope(), access.WorkspaceAuthor, "Grace Hopper")
	custom := h.customRole(h.org.ID, "Token keeper", "workspace.tokens.view")
	if err := access.NewMembers(h.store).SetRole(t.Context(), operator(), research.Scope(), grace.ID, custom.Role()); err != nil {
		t.Fatal(err)
	}
	must(access.NewTeams(h.store).Create(t.Context(), operator(), h.org.ID, access.NewTeam{Name: "Ops", Role: access.OrgBillingAdmin, Members: []access.UserID{grace.ID}})).in(t)
	t.Run("a person is who they are, with every role they hold", func(t *testing.T) {
		a := h.get("/v1/users/self?createIfNotExist=true", grace.credential())
		golden(t, "self_person", a.body, map[string]string{string(grace.ID): "{grace}", grace.Email: "{email}", string(h.org.ID): "{org}",
			string(h.workspace.ID): "{data}", string(research.ID): "{research}"})
	})
	t.Run("the list of Organizations is theirs", func(t *testing.T) {
		if a := h.get("/v1/organizations?limit=100&offset=0", grace.credential()); a.status != 200 || !strings.Contains(a.body, `"totalCount":1`) || !strings.Contains(a.body, `"product":"HOSTED"`) {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("from outside the address ranges they are told who they are and nothing of the Organization", func(t *testing.T) {
		h := newHouse(t)
		grace := h.person(h.org.Scope(), access.OrgOwner, "Grace Hopper")
		must(h.ranges.Add(t.Context(), operator(), h.org.ID, "192.0.2.0/24")).in(t)
		outside := fromAddress("198.51.100.9")
		a := h.call("GET", "/v1/users/self", grace.login.Access.Reveal(), outside)
		if a.status != 200 || strings.Contains(a.body, string(h.org.ID)) || !strings.Contains(a.body, grace.Email) {
			t.Errorf("%d %s", a.status, a.body)
		}
		wantStatus(t, h.call("GET", "/userinfo", grace.login.Access.Reveal(), outside), 200)
		for _, path := range []string{"/v1/organizations", h.orgPath(), h.orgPath() + "/workspaces"} {
			if a := h.call("GET", path, grace.login.Access.Reveal(), outside); a.status != 403 || a.failure(t).Reason != access.ReasonAddress {
				t.Errorf("%s: %d %s", path, a.status, a.body)
			}
		}
		wantStatus(t, h.get(h.orgPath(), grace.credential()), 200)
	})
	t.Run("a login is no token", func(t *testing.T) {
		wantRefusal(t, h.get("/v1/tokens/self", grace.credential()), 400)
	})
}

// TestPerson_rightsAreReadEachTime: what is taken away is gone at the next request.
func TestPerson_rightsAreReadEachTime(t *testing.T) {
	h := newHouse(t)
	members := access.NewMembers(h.store)
	create := func(by member) answer {
		return h.post(h.orgPath()+"/tokens", `{"name":"x","role":"WORKSPACE_MEMBER","scope":"WORKSPACE","entityId":"`+string(h.workspace.ID)+`"}`, by.credential())
	}
	grace := h.person(h.workspace.Scope(), access.WorkspaceOwner, "Grace Hopper")
	wantStatus(t, create(grace), 200)
	t.Run("a lower role acts at once", func(t *testing.T) {
		if err := members.SetRole(t.Context(), operator(), h.workspace.Scope(), grace.ID, access.WorkspaceMember); err != nil {
			t.Fatal(err)
		}
		wantRefusal(t, create(grace), 403)
	})
	t.Run("the record names the person, the program and the API", func(t *testing.T) {
		e := h.lastEvent(t, audit.TokenCreate)
		if string(e.ActorKind) != "user" || e.ActorID != string(grace.ID) || e.ActorEmail != grace.Email || e.ClientType != "api" || e.Outcome != "denied" {
			t.Errorf("%+v", e)
		}
	})
	t.Run("whoever is removed is out, and stays out when they come back", func(t *testing.T) {
		if err := members.Remove(t.Context(), operator(), h.org.Scope(), grace.ID); err != nil {
			t.Fatal(err)
		}
		for range 2 {
			wantRefusal(t, h.get("/v1/users/self", grace.credential()), 401)
			err := access.Upkeep(t.Context(), h.store, func(tx access.Tx) error {
				return tx.SetRole(h.org.Scope(), grace.Subject(), access.OrgOwner, operator().Person())
			})
			if err != nil {
				t.Fatal(err)
			}
		}
	})
}

// TestPerson_dangerousActs: security.md 4; a program has no way to ask for the password.
func TestPerson_dangerousActs(t *testing.T) {
	h := newHouse(t)
	owner := h.person(h.org.Scope(), access.OrgOwner, "Grace Hopper")
	create := func() answer {
		return h.post(h.orgPath()+"/tokens", `{"name":"x","role":"ORGANIZATION_MEMBER","scope":"ORGANIZATION"}`, owner.credential())
	}
	h.clock.forward(access.ReauthWindow - 1e6)
	wantStatus(t, create(), 200)
	h.clock.forward(1e6)
	a := create()
	if b := a.failure(t); a.status != 401 || b.Reason != "reauthenticate" || !strings.Contains(b.Message, "astro login") {
		t.Errorf("%d %s", a.status, a.body)
	}
	if got := a.header.Get("WWW-Authenticate"); !strings.Contains(got, `error="insufficient_user_authentication"`) || !strings.Contains(got, `max_age="600"`) {
		t.Errorf("challenge %q", got)
	}
	renewed := h.form("/oauth/token", "", url.Values{"grant_type": {"refresh_token"}, "client_id": {"astro-cli"}, "refresh_token": {owner.login.Refresh.Reveal()}})
	wantStatus(t, renewed, 200)
	owner.login.Access = secret.NewValue(renewed.member(t, "access_token"))
	wantStatus(t, create(), 401) // renewing is not giving the password
	wantStatus(t, h.get(h.orgPath()+"/tokens", owner.credential()), 200)
}
