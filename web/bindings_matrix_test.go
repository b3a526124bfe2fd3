package web_test

import (
	"fmt"
	"net/url"
	"slices"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/views"
)

// board is a house with three Organization tokens and two Workspaces, and its Owner at the matrix.
type board struct {
	*dagpasstest.House
	browser           *dagpasstest.Browser
	deploy, sync, all access.Token
	finance           access.Workspace
	path              string
}

func newBoard(t *testing.T) *board {
	t.Helper()
	b := &board{House: dagpasstest.New(t)}
	b.deploy, _ = b.Token(b.Owner, b.Org.Scope(), "deploy", access.OrgMember)
	b.sync, _ = b.Token(b.Owner, b.Org.Scope(), "sync", access.OrgMember)
	b.all, _ = b.Token(b.Owner, b.Org.Scope(), "all", access.OrgOwner)
	b.finance = b.NewWorkspace("Finance")
	b.bind(b.deploy, b.Workspace, access.WorkspaceMember)
	b.bind(b.sync, b.finance, access.WorkspaceAuthor)
	b.browser, b.path = b.Browser(b.Owner), orgTokensPath(b.House)+"/matrix"
	return b
}

func (b *board) bind(tok access.Token, ws access.Workspace, role access.Role) {
	b.T.Helper()
	if _, err := b.Tokens.Bind(b.Context(), b.Actor(b.Owner), ws.Scope(), tok.ID, role); err != nil {
		b.T.Fatal(err)
	}
}

func cellOf(tok access.Token, ws access.Workspace, seen access.Role) string {
	return views.MatrixField(string(tok.ID), string(ws.ID), string(seen))
}

// TestBindingsMatrix_Page: issue 3, Bindings: a cell is set, changed and cleared, with one summary
// before it is applied.
func TestBindingsMatrix_Page(t *testing.T) {
	b := newBoard(t)
	list := b.browser.Get(orgTokensPath(b.House)).Status(200)
	page := list.Click("Matrix").Status(200).Has("3 API Tokens in 2 Workspaces", "deploy in Finance", "all …", "inherits all")
	member, operator, author := access.WorkspaceMember, access.WorkspaceOperator, access.WorkspaceAuthor

	t.Run("choosing nothing says so", func(t *testing.T) {
		page.Form("Review changes").Submit().Status(200).Has("No role was changed. Choose another role in a cell first.")
	})
	form := page.Form("Review changes").
		Set(cellOf(b.deploy, b.Workspace, member), string(operator)).
		Set(cellOf(b.deploy, b.finance, ""), string(member)).
		Set(cellOf(b.sync, b.finance, author), "")
	before := b.Dump()
	review := form.Submit().Status(200).Has("Review changes", "3 changes: 1 added, 1 changed, 1 removed.",
		"deploy : Workspace Member → Workspace Operator in Data Platform", "deploy : Workspace Member in Finance", "sync : Workspace Author → no role in Finance")
	t.Run("a review changes nothing, and Back keeps the choices", func(t *testing.T) {
		if b.Dump() != before {
			t.Error("something changed")
		}
		again := review.Form("Back").Submit().Status(200).Form("Review changes")
		for field, want := range map[string]access.Role{
			cellOf(b.deploy, b.Workspace, member): operator, cellOf(b.deploy, b.finance, ""): member, cellOf(b.sync, b.finance, author): "",
		} {
			if got := again.Value(field); got != string(want) {
				t.Errorf("%s holds %q, want %q", field, got, want)
			}
		}
	})
	t.Run("applied changes are counted and shown", func(t *testing.T) {
		after := review.Form("Apply 3 changes").Submit().Status(303).Follow().Status(200).
			Has("3 changes applied: 1 added, 1 changed, 1 removed.").Form("Review changes")
		for field, want := range map[string]access.Role{
			cellOf(b.deploy, b.Workspace, operator): operator, cellOf(b.deploy, b.finance, member): member, cellOf(b.sync, b.finance, ""): "",
		} {
			if got := after.Value(field); got != string(want) {
				t.Errorf("%s holds %q, want %q", field, got, want)
			}
		}
	})
	t.Run("sent a second time it is stale, and nothing is applied twice", func(t *testing.T) {
		before := b.Dump()
		review.Form("Apply 3 changes").Submit().Status(409).Has("3 roles were changed after this page was opened. Nothing was applied.")
		if b.Dump() != before {
			t.Error("something changed")
		}
	})
}

// TestBindingsMatrix_Stale: one cell that somebody else changed stops all; it is marked with the role
// held now, and the other choices stand.
func TestBindingsMatrix_Stale(t *testing.T) {
	b := newBoard(t)
	member, operator := access.WorkspaceMember, access.WorkspaceOperator
	form := b.browser.Get(b.path).Form("Review changes").
		Set(cellOf(b.deploy, b.Workspace, member), string(operator)).
		Set(cellOf(b.deploy, b.finance, ""), string(member))
	review := form.Submit().Status(200)
	if _, err := b.Tokens.Rebind(t.Context(), b.Actor(b.Owner), b.Workspace.Scope(), b.deploy.ID, access.WorkspaceOwner, member); err != nil {
		t.Fatal(err)
	}
	before := b.Dump()
	for name, page := range map[string]*dagpasstest.Page{"reviewing": form.Submit(), "applying": review.Form("Apply 2 changes").Submit()} {
		page.Status(409).Has("1 role was changed after this page was opened. Nothing was applied.", "Now Owner")
		if n := len(page.All("select[aria-invalid]")); n != 1 {
			t.Errorf("%s: %d cells are marked", name, n)
		}
		again := page.Form("Review changes")
		if got := again.Value(cellOf(b.deploy, b.Workspace, access.WorkspaceOwner)); got != string(access.WorkspaceOwner) {
			t.Errorf("%s: the stale cell shows %q", name, got)
		}
		if got := again.Value(cellOf(b.deploy, b.finance, "")); got != string(member) {
			t.Errorf("%s: the other choice became %q", name, got)
		}
	}
	if b.Dump() != before {
		t.Error("something changed")
	}
	t.Run("what was deleted meanwhile is gone from the page, and what is left can be applied", func(t *testing.T) {
		if _, err := b.Tokens.Delete(t.Context(), b.Actor(b.Owner), b.Org.Scope(), b.sync.ID, "Delete"); err != nil {
			t.Fatal(err)
		}
		page := b.browser.Post(b.path, url.Values{
			cellOf(b.sync, b.finance, access.WorkspaceAuthor): {""}, cellOf(b.deploy, b.finance, ""): {string(member)},
		}).Status(409).HasNot(string(b.sync.ID))
		page.Form("Review changes").Submit().Status(200).Form("Apply 1 change").Submit().Status(303)
	})
}

// TestBindingsMatrix_HostileForms: what no page sends changes nothing, and choices outside the page
// are not lost.
func TestBindingsMatrix_HostileForms(t *testing.T) {
	b := newBoard(t)
	before := b.Dump()
	member := string(access.WorkspaceMember)
	many := url.Values{}
	for i := range 1001 {
		many.Set(fmt.Sprint("field", i), "")
	}
	tooMany := url.Values{}
	for i := range access.MaxRearranged + 1 {
		tooMany.Set(views.MatrixField(fmt.Sprintf("c%024d", i), string(b.finance.ID), ""), member)
	}
	for name, c := range map[string]struct {
		fields url.Values
		status int
		says   string
	}{
		"an unknown role":       {url.Values{cellOf(b.deploy, b.finance, ""): {"WORKSPACE_KING"}}, 422, "Select a Workspace Role. Nothing was changed."},
		"no text":               {url.Values{cellOf(b.deploy, b.finance, ""): {"\xff"}}, 422, "Select a Workspace Role."},
		"a cell twice":          {url.Values{cellOf(b.deploy, b.finance, ""): {member}, cellOf(b.deploy, b.finance, "x"): {member}}, 422, "Change each role once."},
		"more than a page":      {tooMany, 422, "Change at most 200 roles at once."},
		"a role never held":     {url.Values{cellOf(b.deploy, b.finance, "KING"): {member}}, 409, "1 role was changed after this page was opened."},
		"two values of a field": {url.Values{cellOf(b.deploy, b.finance, ""): {member, ""}}, 400, "was sent more than once"},
		"no ids":                {url.Values{"cell-a-b-": {member}}, 400, "The form names what can't exist."},
		"a thousand fields":     {many, 400, "The form has too many fields."},
	} {
		for _, path := range []string{b.path, b.path + "/review"} {
			t.Run(name+" to "+path[strings.LastIndex(path, "/")+1:], func(t *testing.T) {
				b.browser.Post(path, c.fields).Status(c.status).Has(c.says)
			})
		}
	}
	if b.Dump() != before {
		t.Error("something changed")
	}
	t.Run("a choice that the page no longer shows is carried along", func(t *testing.T) {
		page := b.browser.Post(b.path+"/review?q=sync", url.Values{cellOf(b.deploy, b.finance, ""): {member}, "back": {"1"}}).Status(200).HasNot("deploy in")
		page.Form("Review changes").Submit().Status(200).Has("deploy : Workspace Member in Finance")
	})
}

// TestBindingsMatrix_Filters: both axes are searched, filtered and paged in the URL, and unknown
// values count as none.
func TestBindingsMatrix_Filters(t *testing.T) {
	b := newBoard(t)
	rows := func(page *dagpasstest.Page) string {
		var names []string
		for _, n := range page.All("tbody th a") {
			names = append(names, dagpasstest.Text(n))
		}
		return strings.Join(names, " ")
	}
	for query, want := range map[string]string{
		"": "all deploy sync", "?q=dep": "deploy", "?role=WORKSPACE_AUTHOR": "sync", "?status=active": "all deploy sync",
		"?q=syn&role=WORKSPACE_AUTHOR": "sync", "?role=ORGANIZATION_OWNER&status=x&after=y&before=%00": "all deploy sync",
		"?after=" + string(b.deploy.ID): "sync", "?before=" + string(b.deploy.ID): "all",
	} {
		if got := rows(b.browser.Get(b.path + query).Status(200)); got != want {
			t.Errorf("%q shows %q, want %q", query, got, want)
		}
	}
	b.browser.Get(b.path + "?status=expired").Status(200).Has("No API tokens match these filters").Click("Clear filters").Status(200).Has("3 API Tokens")
	b.browser.Get(b.path+"?wq=fin").Status(200).Has("in 1 matching Workspace", "deploy in Finance").HasNot("deploy in Data Platform")
	t.Run("more than a page of either is walked by links, both ways", func(t *testing.T) {
		for i := range 20 {
			b.Token(b.Owner, b.Org.Scope(), fmt.Sprintf("z %02d", i), access.OrgMember)
			b.NewWorkspace(fmt.Sprintf("Z %02d", i))
		}
		for i := range 10 {
			b.Token(b.Owner, b.Org.Scope(), fmt.Sprintf("zz %02d", i), access.OrgMember)
		}
		first := b.browser.Get(b.path).Status(200).Has("25 of 33 API Tokens", "8 of 22 Workspaces")
		second := first.Click("Next API Tokens").Click("Next Workspaces").Status(200).Has("zz 09 in Z 12", "8 of 33 API Tokens")
		back := second.Click("Previous Workspaces").Click("Previous API Tokens").Status(200)
		if got, want := rows(back), rows(first); got != want {
			t.Errorf("came back to %q, from %q", got, want)
		}
		back.HasNot(`id="previous-tokens"`, `id="previous-workspaces"`)
	})
}

// TestBindingsMatrix_EmptyHouse says what is missing.
func TestBindingsMatrix_EmptyHouse(t *testing.T) {
	h := dagpasstest.New(t)
	h.Browser(h.Owner).Get(orgTokensPath(h)+"/matrix").Status(200).Has("No API tokens yet", "Create Organization API Token")
}

// TestBindingsMatrix_Password: the Workspace Owner role asks for the password again, on the way to the
// review already.
func TestBindingsMatrix_Password(t *testing.T) {
	b := newBoard(t)
	form := b.browser.Get(b.path).Form("Review changes").Set(cellOf(b.deploy, b.finance, ""), string(access.WorkspaceOwner))
	b.Clock.Advance(access.ReauthWindow)
	page := form.Submit().Status(303)
	if to := page.Header.Get("Location"); !strings.HasPrefix(to, "/reauth?") || !strings.Contains(to, url.QueryEscape(b.path)) {
		t.Errorf("sent to %q", to)
	}
}

// TestTokenPage_ManyWorkspaces: a token bound to 300 Workspaces is shown by pages, searched by name and
// role, and its dialogs lead back to the page they were opened on.
func TestTokenPage_ManyWorkspaces(t *testing.T) {
	h := dagpasstest.New(t)
	tok, _ := h.Token(h.Owner, h.Org.Scope(), "everywhere", access.OrgMember)
	var changes []access.CellChange
	for i := range 300 {
		role := access.WorkspaceMember
		if i%100 == 7 {
			role = access.WorkspaceOwner
		}
		ws := h.NewWorkspace(fmt.Sprintf("Team %03d", i))
		changes = append(changes, access.CellChange{Cell: access.Cell{Token: tok.ID, Workspace: ws.ID}, To: role})
	}
	for part := range slices.Chunk(changes, access.MaxRearranged) {
		if _, err := h.Tokens.Rearrange(t.Context(), h.Actor(h.Owner), h.Org.ID, part); err != nil {
			t.Fatal(err)
		}
	}
	b := h.Browser(h.Owner)
	path := orgTokensPath(h) + "/" + string(tok.ID)
	first := b.Get(path).Status(200).Has("300 Workspaces", "50 of 300 shown", "Team 049").HasNot("Team 050")
	second := first.Click("Next page").Has("Team 050", "Team 099").HasNot("Team 049", "Team 100")
	t.Run("a page is small", func(t *testing.T) {
		t.Logf("%d bytes", len(first.Body))
		if len(first.Body) > 60_000 {
			t.Error("it is not")
		}
	})
	t.Run("search and role narrow it", func(t *testing.T) {
		b.Get(path+"?q=team+29").Has("10 matching Workspaces", "Team 290")
		b.Get(path+"?role=WORKSPACE_OWNER").Has("3 matching Workspaces", "Team 107")
		b.Get(path + "?q=nothing").Has("No Workspaces match these filters").Click("Clear filters").Has("300 Workspaces")
	})
	t.Run("a saved role and a removal lead back to the page they were opened on", func(t *testing.T) {
		dialog := second.Click("Edit role in Team 060")
		dialog.Form("Save Changes").Set("role", "WORKSPACE_AUTHOR").Submit().Status(303).Follow().
			Has("everywhere is now Workspace Author in Team 060.", "Team 099").HasNot("Team 049")
		dialog.Click("Remove API token").Form("Remove API token").Submit().Status(303).Follow().
			Has("299 Workspaces", "Team 100").HasNot("Team 060 ", "Team 049")
	})
	t.Run("htmx gets the list alone", func(t *testing.T) {
		b.HTMX = true
		defer func() { b.HTMX = false }()
		part := b.Get(path+"?q=team+29").Status(200).HasNot("<html", "toolbar")
		if len(part.All("#binding-table tbody tr")) != 10 {
			t.Errorf("got %s", part.Text("#binding-table"))
		}
	})
}
