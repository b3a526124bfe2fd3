package api_test

import (
	"context"
	"io"
	"log/slog"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
	"dagpass/web/api"
	"dagpass/web/middleware"
)

const (
	publicURL = "https://dagpass.example.com"
	avatarURL = publicURL + "/static/avatar.svg"
)

// clock is the only time there is in a test: it stands still until it is moved.
type clock struct{ now time.Time }

func (c *clock) Now() time.Time          { return c.now }
func (c *clock) forward(d time.Duration) { c.now = c.now.Add(d) }

// values makes and recognises token values as the program does.
type values struct {
	*secret.Signer
	*secret.Keyring
}

// house is an installation with the API in front of it.
type house struct {
	*testing.T
	clock *clock
	store access.Store[access.Tx]
	log   *slog.Logger
	site  http.Handler

	tokens      *access.Tokens
	workspaces  *access.Workspaces
	ranges      *access.Ranges
	roles       *access.Roles
	people      signin.Store
	programs    *signin.Programs
	members     *access.Members
	teams       *access.Teams
	invitations *signin.Invitations
	mailed      []signin.Invitation // whose link was mailed

	org       access.Org       // Acme, with its first Workspace
	workspace access.Workspace // Data
	key       secret.SigningKey
	keys      values
}

func newHouse(t *testing.T) *house {
	t.Helper()
	h := &house{T: t, log: slog.New(slog.DiscardHandler), clock: &clock{time.Date(2026, 1, 2, 3, 4, 5, 678e6, time.UTC)}}
	h.key = must(secret.SigningKeyFromSeed("dp0123456789", []byte("a seed of exactly thirty-two b.."))).in(t)
	database := dagpasstest.Open(t, h.clock.Now)
	h.store, h.people = database.Access(), database.SignIn()
	h.keys = values{secret.NewSigner(h.key, publicURL, publicURL), database.Keyring()}
	h.programs = signin.NewPrograms(h.people)
	h.tokens = access.NewTokens(h.store, h.keys)
	h.workspaces, h.roles, h.ranges = access.NewWorkspaces(h.store), access.NewRoles(h.store), access.NewRanges(h.store)
	h.members, h.teams = access.NewMembers(h.store), access.NewTeams(h.store)
	h.invitations = signin.NewInvitations(h.people, secret.NewHasherWithCost(2, 64, 1))
	h.site = h.build(h.config())
	acme := h.found("Acme", "Data")
	h.org, h.workspace = acme.Org, acme.Workspace
	return h
}

func (h *house) config() api.Config {
	return api.Config{
		Tokens: h.tokens, Orgs: access.NewOrgs(h.store), Workspaces: h.workspaces, Roles: h.roles, Ranges: h.ranges,
		AuditLog: access.NewAuditLog(h.store),
		Members:  h.members, Teams: h.teams, Invitations: h.invitations,
		MailInvitation: func(_ context.Context, _ access.Actor, i signin.Invitation, _ secret.Value) bool {
			h.mailed = append(h.mailed, i)
			return true
		},
		Keys: func(context.Context) ([]secret.PublicKey, error) {
			return []secret.PublicKey{{KID: h.key.KID, Key: h.key.Public}}, nil
		},
		Programs: h.programs, PublicURL: publicURL, AvatarURL: avatarURL, Now: h.clock.Now,
	}
}

// build puts the API behind the middleware, as the program does.
func (h *house) build(c api.Config) http.Handler {
	h.Helper()
	elsewhere := http.NotFoundHandler()
	return must(middleware.New(middleware.Config{
		Log: h.log, PublicURL: publicURL,
		IsAPI:   func(r *http.Request) bool { return r.URL.Path != "/" },
		Console: middleware.Side{Handler: elsewhere, Refuse: func(http.ResponseWriter, *http.Request, middleware.Refusal) {}},
		API:     must(api.New(c)).in(h.T),
	})).in(h.T)
}

// result is what a call returned; in ends the test when that was an error.
type result[T any] struct {
	value T
	err   error
}

func must[T any](value T, err error) result[T] { return result[T]{value, err} }

func (r result[T]) in(t testing.TB) T {
	t.Helper()
	if r.err != nil {
		t.Fatal(r.err)
	}
	return r.value
}

// operator acts for whoever holds the data folder, and may do everything.
func operator() access.Actor { return access.System(access.Origin{RequestID: "test"}) }

func (h *house) found(name, workspace string) access.Founded {
	h.Helper()
	mail := "owner@" + strings.ToLower(name) + ".example.com"
	var founded access.Founded
	err := access.Audited(h.Context(), h.store, operator(), func(c *access.Changing, tx access.Tx) (err error) {
		founded, err = access.Found(c, tx, access.NewOrg{Name: name, Workspace: workspace, OwnerName: "Olga Owner", OwnerMail: mail})
		return err
	})
	if err != nil {
		h.Fatal(err)
	}
	return founded
}

func (h *house) addWorkspace(name, description string) access.Workspace {
	h.Helper()
	h.clock.forward(time.Second)
	return must(h.workspaces.Create(h.Context(), operator(), h.org.ID, access.NewWorkspace{Name: name, Description: description})).in(h.T)
}

// credential is a token together with its current value.
type credential struct {
	access.Token
	value string
}

// add makes a token with a role on its home.
func (h *house) add(home access.Scope, role access.Role, name string) credential {
	h.Helper()
	return h.addFor(access.Never, home, role, name)
}

func (h *house) addFor(days access.Expiry, home access.Scope, role access.Role, name string) credential {
	h.Helper()
	h.clock.forward(time.Second)
	tok, val, err := h.tokens.Create(h.Context(), operator(), home, access.NewToken{Name: name, Role: role, Expiry: days})
	if err != nil {
		h.Fatal(err)
	}
	return credential{tok, val.Reveal()}
}

// addDescribed makes a token of the Workspace with a description.
func (h *house) addDescribed(name, description string) credential {
	h.Helper()
	h.clock.forward(time.Second)
	tok, val, err := h.tokens.Create(h.Context(), operator(), h.workspace.Scope(),
		access.NewToken{Name: name, Description: description, Role: access.WorkspaceMember})
	if err != nil {
		h.Fatal(err)
	}
	return credential{tok, val.Reveal()}
}

func (h *house) rotate(c credential) credential {
	h.Helper()
	tok, val, err := h.tokens.Rotate(h.Context(), operator(), c.Home, c.ID, c.Generation, "")
	if err != nil {
		h.Fatal(err)
	}
	return credential{tok, val.Reveal()}
}

func (h *house) bind(c credential, w access.Workspace, role access.Role) {
	h.Helper()
	must(h.tokens.Bind(h.Context(), operator(), w.Scope(), c.ID, role)).in(h.T)
}

// customRole makes a custom role of Workspaces.
func (h *house) customRole(org access.OrgID, name string, permissions ...access.Permission) access.CustomRole {
	h.Helper()
	return must(h.roles.Create(h.Context(), operator(), org, access.NewRole{Name: name, Scope: access.WorkspaceRoles, Permissions: permissions})).in(h.T)
}

// answer is a response, read whole.
type answer struct {
	status int
	header http.Header
	body   string
}

// call sends a request with a Bearer token, or with none for "". The answer is held against the
// description of the API.
func (h *house) call(method, target, value string, more ...func(*http.Request)) answer {
	h.Helper()
	r := httptest.NewRequestWithContext(h.Context(), method, "https://dagpass.example.com"+target, nil)
	r.Header.Set("X-Request-Id", "request-0001")
	if value != "" {
		r.Header.Set("Authorization", "Bearer "+value)
	}
	for _, change := range more {
		change(r)
	}
	w := httptest.NewRecorder()
	h.site.ServeHTTP(w, r)
	res := w.Result()
	body := must(io.ReadAll(res.Body)).in(h.T)
	a := answer{res.StatusCode, res.Header, string(body)}
	h.conforms(r.Method, r.URL.EscapedPath(), a)
	return a
}

func (h *house) get(target string, by credential) answer {
	h.Helper()
	return h.call(http.MethodGet, target, by.value)
}

// post sends a body as the clients do; "" is none, without a content type.
func (h *house) post(target, body string, by credential, more ...func(*http.Request)) answer {
	h.Helper()
	return h.call(http.MethodPost, target, by.value, append([]func(*http.Request){withBody(body)}, more...)...)
}

func (h *house) delete(target string, by credential) answer {
	h.Helper()
	return h.call(http.MethodDelete, target, by.value)
}

func withBody(body string) func(*http.Request) {
	return func(r *http.Request) {
		if body != "" {
			r.Body, r.ContentLength = io.NopCloser(strings.NewReader(body)), int64(len(body))
			r.Header.Set("Content-Type", "application/json")
		}
	}
}

func (h *house) orgPath() string { return "/v1/organizations/" + string(h.org.ID) }
