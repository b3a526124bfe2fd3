package main

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"net"
	"net/http"
	"path/filepath"
	"sync"
	"testing"
	"time"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/static"
	"dagpass/views"
	"dagpass/web/middleware"
)

// site is the real server in this process, over a database with many tokens in one Workspace.
type site struct {
	b    *testing.B
	data string
	*server
	addr string

	org    access.Org
	big    access.Workspace // where the many tokens are
	place  access.Workspace // where new ones are made
	ids    []access.TokenID
	reads  []string // values of tokens that manage those of the large Workspace
	makes  []string // and of the other one
	cookie string   // of the Organization's Owner

	stop func()
}

// clients is the greatest number of connections, each with a token of its own.
const clients = 64

// newSite starts the server on a new data directory, with its log, its jobs and its middleware, and without
// limits of rates; and fills it with so many tokens.
func newSite(b *testing.B, rows int) *site {
	b.Helper()
	s := &site{b: b, data: filepath.Join(b.TempDir(), "data")}
	s.start(true)
	s.found()
	s.fill(rows)
	return s
}

func (s *site) ok(err error) {
	s.b.Helper()
	if err != nil {
		s.b.Fatal(err)
	}
}

// start starts the server as the command does.
func (s *site) start(create bool) {
	s.b.Helper()
	log, err := logging{LogLevel: "info", LogFormat: "json"}.logger(io.Discard)
	s.ok(err)
	d, err := storage{Data: s.data}.open(s.b.Context(), opening{log: log, now: time.Now, server: true, create: create})
	s.ok(err)
	listener, err := listen(s.b.Context(), "listen", "127.0.0.1:0")
	s.ok(err)
	s.server = &server{log: log, db: d, listener: listener, network: networking{address: address{Listen: "127.0.0.1:0"}}}
	s.addr = listener.Addr().String()
	ctx, cancel := context.WithCancel(context.Background())
	ready, ended := make(chan struct{}), make(chan error, 1)
	go func() { ended <- s.run(ctx, func(context.Context) error { close(ready); return nil }) }()
	<-ready
	s.stop = sync.OnceFunc(func() {
		cancel()
		s.ok(<-ended)
	})
	s.b.Cleanup(s.stop)
}

// serve serves a handler beside the site, under the same process limits.
func (s *site) beside(h http.Handler) (addr string) {
	s.b.Helper()
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	s.ok(err)
	server := middleware.NewServer(h, s.log)
	go server.Serve(listener)
	s.b.Cleanup(func() { server.Close() })
	return listener.Addr().String()
}

// found makes the Organization, two Workspaces, an Owner who is signed in, and the tokens that call.
func (s *site) found() {
	s.b.Helper()
	ctx := s.b.Context()
	founded, err := s.services.setup.CompleteHeadless(ctx, access.NewOrg{Name: "Acme", Workspace: "Data Platform",
		OwnerName: "Ada Okafor", OwnerMail: "ada@acme.example"}, ownerPassword)
	s.ok(err)
	s.org, s.big = founded.Org, founded.Workspace
	s.place, err = s.services.workspaces.Create(ctx, system(), s.org.ID, access.NewWorkspace{Name: "Sandbox"})
	s.ok(err)
	for i := range clients {
		s.reads = append(s.reads, s.token(s.big.Scope(), fmt.Sprintf("reader %02d", i)))
		s.makes = append(s.makes, s.token(s.place.Scope(), fmt.Sprintf("maker %02d", i)))
	}
	code, err := s.services.login.NewSignInCode(ctx, system(), founded.Owner.ID)
	s.ok(err)
	opened, err := s.services.login.SignInWithCode(ctx, code, secret.Value{}, access.Origin{Address: "127.0.0.1"})
	s.ok(err)
	s.cookie = "Cookie: __Host-dagpass=" + opened.Session.Reveal()
}

func (s *site) token(at access.Scope, name string) string {
	s.b.Helper()
	_, value, err := s.services.tokens.Create(s.b.Context(), system(), at, access.NewToken{Name: name, Role: access.WorkspaceOwner, Expiry: 90})
	s.ok(err)
	return value.Reveal()
}

// batch is how many tokens are made in one transaction.
const batch = 5_000

// fill makes the many tokens, without a value that anybody knows and without events: signing each and recording
// it would take longer than all the rest.
func (s *site) fill(rows int) {
	s.b.Helper()
	for done := 0; done < rows; done += batch {
		s.ok(s.db.Access().Update(s.b.Context(), func(tx access.Tx) error {
			s.ids = s.ids[:done]
			for k := done; k < min(rows, done+batch); k++ {
				id, err := insert(tx, s.big.Scope(), k)
				if err != nil {
					return err
				}
				s.ids = append(s.ids, id)
			}
			return nil
		}))
	}
}

// nameOf is the name of the k-th token; the numbers are all different, and in no order.
func nameOf(k int) string { return fmt.Sprintf("pipeline %07d", k*7919%10_000_019) }

func insert(tx access.Tx, at access.Scope, k int) (access.TokenID, error) {
	now, by, role, end := tx.Now(), system().Person(), access.WorkspaceMember, access.Expiry(90).End(tx.Now())
	if k%3 == 0 {
		role, end = access.WorkspaceOperator, time.Time{}
	}
	t := access.Token{ID: access.TokenID(tx.NewID()), Home: at, Name: nameOf(k), Description: "nightly load of the warehouse",
		Expiry: 90, StartAt: now, EndAt: end, Hint: "abcd", Generation: 1, Version: 1, CreatedAt: now, UpdatedAt: now, CreatedBy: by, UpdatedBy: by}
	digest := secret.HashOf(secret.NewSessionID())
	return t.ID, tx.InsertToken(t, role, access.Issue{Digest: digest, JTI: secret.NewJTI(), KID: "dp0000000000"})
}

// oneByOne is a store whose updates take turns, so that each has a transaction of its own.
type oneByOne struct {
	access.Store[access.Tx]
	mu sync.Mutex
}

func (o *oneByOne) Update(ctx context.Context, fn func(access.Tx) error) error {
	o.mu.Lock()
	defer o.mu.Unlock()
	return o.Store.Update(ctx, fn)
}

// ungrouped is the site once more, in which no token shares its transaction with another.
func (s *site) ungrouped() (addr string) {
	s.b.Helper()
	signing, err := s.db.SigningKey(s.b.Context())
	s.ok(err)
	services := *s.services
	services.tokens = access.NewTokens(&oneByOne{Store: s.db.Access()}, keys{secret.NewSigner(signing, s.publicURL, s.publicURL), s.db.Keyring()})
	other := &server{log: s.log, db: s.db, listener: s.listener, network: s.network, publicURL: s.publicURL, services: &services, later: s.later}
	handler, err := other.site()
	s.ok(err)
	return s.beside(handler)
}

// hello is Echo and nothing else.
func hello() http.Handler {
	e := echo.New()
	e.GET("/hello/:id", func(c echo.Context) error {
		return c.JSON(http.StatusOK, map[string]string{"hello": c.Param("id")})
	})
	return e
}

// inMemory is Echo with the page of tokens, rendered of rows in memory.
func (s *site) inMemory() http.Handler {
	s.b.Helper()
	assets, err := static.New()
	s.ok(err)
	found, err := s.services.tokens.List(s.b.Context(), system(), s.big.Scope(), access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 50})
	s.ok(err)
	org, ws := views.Ref{ID: string(s.org.ID), Name: s.org.Name}, views.Ref{ID: string(s.big.ID), Name: s.big.Name}
	frame := views.Chrome{Assets: assets, Now: time.Now(), User: views.User{Name: "Ada Okafor", Email: "ada@acme.example"}, Organization: org, Workspace: ws,
		Workspaces: []views.Ref{ws, {ID: string(s.place.ID), Name: s.place.Name}}, CanSeeMembers: true, CanManageTokens: true, InOrganization: true, CanManageOrg: true,
		Counts: views.Counts{Users: "1", Teams: "0", Tokens: "100,000"}, IdleTimeout: time.Hour}
	list := views.TokenList{Level: views.Level{Organization: org, Workspace: ws}, Now: frame.Now, CanAdd: true,
		List: views.List{ListSpec: views.TokenListSpec(views.Level{Organization: org, Workspace: ws}, views.WorkspaceRoles()), Matches: found.Matching, HasAny: true, HasNext: true}}
	for _, r := range found.Rows {
		list.Rows = append(list.Rows, views.TokenRow{ID: string(r.ID), Name: r.Name, Description: r.Description, Hint: r.Hint, Shared: r.Shared,
			Role: string(r.Role), Expires: r.EndAt, Created: r.CreatedAt, CreatedBy: r.CreatedBy.Name})
		list.LastID = string(r.ID)
	}
	pages := sync.Pool{New: func() any { return new(bytes.Buffer) }}
	e := echo.New()
	e.GET("/page", func(c echo.Context) error {
		page := pages.Get().(*bytes.Buffer)
		defer pages.Put(page)
		page.Reset()
		if err := views.TokensPage(frame, list).Render(c.Request().Context(), page); err != nil {
			return err
		}
		c.Response().Header().Set("Content-Length", fmt.Sprint(page.Len()))
		return c.HTMLBlob(http.StatusOK, page.Bytes())
	})
	return e
}
