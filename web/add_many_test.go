package web_test

import (
	"fmt"
	"net/url"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestAddMany_Page: product.md 4.7 "Add many", as a person does it.
func TestAddMany_Page(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	bo, cy := h.Person("Bo", access.OrgMember), h.Member("Cy", h.Workspace.Scope(), access.WorkspaceMember)
	b := h.Browser(ada)
	add := func() *dagpasstest.Form { return b.Get(usersPath(h)).Click("Add many").Status(200).Form("Add members") }

	t.Run("what became of each line is shown, and those that failed are offered again", func(t *testing.T) {
		page := add().Set("lines", "# new\n"+bo.Email+" WORKSPACE_AUTHOR\n"+cy.Email+",WORKSPACE_OPERATOR\nnobody@acme.example WORKSPACE_MEMBER\n"+ada.Email+" WORKSPACE_OWNER").
			Submit().Status(200).Has("1 added, 1 changed, 1 unchanged, 1 failed", "Workspace Author", "Role changed", "Already has this role",
			"No member of the Organization has this email", "Correct the lines that failed")
		if got := page.Form("Add members").Value("lines"); got != "nobody@acme.example WORKSPACE_MEMBER" {
			t.Errorf("offers %q again", got)
		}
		if got := len(page.All("tbody tr")); got != 4 {
			t.Errorf("%d rows for 4 lines", got)
		}
		b.Get(usersPath(h)).Has("Bo", "Workspace Author")
	})
	t.Run("a file does as well, and not both", func(t *testing.T) {
		add().Set("file", bo.Email+" WORKSPACE_MEMBER").Submit().Status(200).Has("0 added, 1 changed, 0 failed")
		page := add().Set("file", "x y").Set("lines", "a b").Submit().Status(422).Has("Enter lines or choose a file, not both.")
		if got := page.Form("Add members").Value("lines"); got != "a b" {
			t.Errorf("kept %q", got)
		}
	})
	t.Run("what is no list is refused as a whole", func(t *testing.T) {
		before := h.Dump()
		for text, want := range map[string]string{
			"":               "Enter at least one line",
			"\xff\xfe\x00":   "Use text encoded as UTF-8.",
			"PK\x03\x04\x00": "Use plain text",
			strings.Repeat("a b\n", access.MaxListLines+1): "Use 5,000 lines or fewer.",
			strings.Repeat("#", access.MaxListBytes+1):     "Use 1 MB of text or less.",
		} {
			add().Set("file", text).Submit().Status(422).Has("1 field needs your attention.", want)
		}
		b.Upload(usersPath(h)+"/add-many", url.Values{"file": {strings.Repeat("#", 3<<20)}}).Status(413)
		b.Upload(usersPath(h)+"/add-many", url.Values{"extra": {"x"}}).Status(400).Has("was not expected")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("an upload anywhere else is refused", func(t *testing.T) {
		b.Upload(usersPath(h), url.Values{"user": {string(bo.ID)}}).Status(415)
	})
	t.Run("making an Owner asks for the password, and keeps the list", func(t *testing.T) {
		h.Clock.Advance(access.ReauthWindow + time.Minute)
		text := bo.Email + " WORKSPACE_OWNER"
		page := add().Set("lines", text).Submit().Status(422).Has("needs your password again. Nothing was done yet.")
		if got := page.Form("Add members").Value("lines"); got != text {
			t.Errorf("kept %q", got)
		}
		page.Click("Enter your password in a new tab").Has("Password")
	})
}

// BenchmarkAddMany is the largest list, which has to be done within the limits of the server: the first
// time everybody is added, afterwards everybody is there already. Run it once: -benchtime 1x.
func BenchmarkAddMany(b *testing.B) {
	h := dagpasstest.New(b)
	var text strings.Builder
	err := h.DB.Access().Update(b.Context(), func(tx access.Tx) error {
		text.Reset()
		for n := range access.MaxListLines {
			u := access.User{ID: access.UserID(tx.NewID()), Email: fmt.Sprintf("p%04d@acme.example", n), FullName: fmt.Sprintf("Person %04d", n),
				Status: access.UserActive, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
			if err := tx.InsertUser(u); err != nil {
				return err
			}
			if err := tx.SetRole(h.Org.Scope(), u.Subject(), access.OrgMember, dagpasstest.System().Person()); err != nil {
				return err
			}
			fmt.Fprintf(&text, "%s WORKSPACE_MEMBER\n", u.Email)
		}
		return nil
	})
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		lines, err := h.Members.AddMany(b.Context(), h.Actor(h.Owner), h.Workspace.Scope(), []byte(text.String()))
		if err != nil || len(lines) != access.MaxListLines || lines[len(lines)-1].Outcome.Failed() {
			b.Fatalf("%d lines, %v", len(lines), err)
		}
	}
	h.Browser(h.Owner).Get(usersPath(h)).Has("1,000+ Members", "50 of 1,000+ shown")
}
