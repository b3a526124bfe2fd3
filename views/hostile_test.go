package views_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"maps"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/a-h/templ"

	"dagpass/internal/htmlcheck"
	"dagpass/views"
)

// hostileNames are names made to break a page: our own list, and the Big List of Naughty Strings
// where it lies beside the module or in DAGPASS_TEST_DATA.
func hostileNames(t *testing.T) []string {
	t.Helper()
	own, err := os.Open("testdata/hostile.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	var names []string
	for lines := bufio.NewScanner(own); lines.Scan(); {
		var name string
		if err := json.Unmarshal(lines.Bytes(), &name); err != nil {
			t.Fatalf("testdata/hostile.txt: %v", err)
		}
		names = append(names, name)
	}
	folder := os.Getenv("DAGPASS_TEST_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data")
	}
	content, err := os.ReadFile(filepath.Join(folder, "blns", "blns.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Logf("%d names of our own", len(names))
		return names
	}
	if err != nil {
		t.Fatal(err)
	}
	var more []string
	if err := json.Unmarshal(content, &more); err != nil {
		t.Fatal(err)
	}
	t.Logf("%d names of our own and %d naughty strings", len(names), len(more))
	return append(names, more...)
}

// told are the screens that show what people typed, all of it being s.
func told(t *testing.T, s string) map[string]templ.Component {
	c := chrome(t)
	c.User.Name, c.Organization.Name, c.Workspace.Name, c.Flash = s, s, s, s
	c.Workspaces = []views.Ref{{ID: c.Workspace.ID, Name: s}}
	level := views.Level{Organization: c.Organization, Workspace: c.Workspace}
	l := list(level)
	for i := range l.Rows {
		l.Rows[i].Name, l.Rows[i].Description, l.Rows[i].CreatedBy = s, s, s
	}
	l.State.Query = s
	token := details()
	token.Name, token.Description, token.CreatedBy, token.LastUse.Client = s, s, s, s
	create, edit, remove, shown := createToken(), editToken(), removeToken(), reveal()
	create.Level, create.Name, create.Description, create.Expiration, create.NameTaken = level, s, s, s, s
	create.Problems = views.Problems{views.FieldName: s}
	edit.Level, edit.Token, edit.Name, edit.Description, edit.Version = level, token, s, s, s
	remove.Level, remove.Token = level, token
	shown.Level, shown.Token.Name, shown.NameTaken = level, s, s
	add := addToken()
	add.Level, add.Picker.Candidates = level, []views.Candidate{{ID: "c0000000000000000000000t5", Name: s}}
	p := tokenPage()
	p.Token, p.Bindings.Rows[0].Workspace.Name = token, s
	out := map[string]templ.Component{
		"list":      views.TokensPage(c, l),
		"token":     views.TokenPage(c, p),
		"create":    views.CreateTokenDialog(create).Fragment(),
		"edit":      views.EditTokenDialog(edit).Page(c),
		"remove":    views.RemoveTokenDialog(remove).Fragment(),
		"reveal":    views.RevealDialog(shown).Page(c),
		"add":       views.AddTokenDialog(add).Fragment(),
		"workspace": views.WorkspacePage(c, views.Workspace{ID: data.ID, Name: s, Description: s, Role: "Workspace Owner"}),
		"picker":    views.StartPage(c, views.Workspaces{List: views.List{ListSpec: views.StartSpec(nil), HasAny: true}, Rows: []views.WorkspaceRow{{ID: data.ID, Name: s, Description: s, CreatedBy: s, Role: "Workspace Owner"}}}),
		"general":   views.OrganizationPage(c, views.Organization{ID: acme.ID, Name: s, ShortName: s, CreatedBy: s}),
		"profile":   views.ProfilePage(c, views.Profile{Name: s, Email: s}),
		"sign-in":   views.SignInPage(c, views.SignIn{Email: s, Next: s, Alert: s}),
		"failure":   views.FailurePage(c, views.NotAllowed(tokensScreen(), s, "Workspace Owner", "Workspace Member", s)),
		"sessions":  views.SessionsPage(c, views.Sessions{Sessions: []views.Session{{ID: "s", Client: s, Address: s}}, Programs: []views.ProgramLogin{{ID: s, Program: s, Address: s}}}),
		"consent":   views.ConsentPage(c, views.Consent{Program: s, Command: s, Organizations: []string{s}, AnswerTo: s, Asked: url.Values{s: {s}}}),
		"note":      views.TokenNameNote(s),
		"notice":    views.NoticePart(s),
	}
	maps.Copy(out, invitationTold(c, s))
	maps.Copy(out, matrixTold(c, s))
	maps.Copy(out, teamTold(c, s))
	maps.Copy(out, auditTold(c, s))
	return out
}

// Whatever people type, it stays text: no element and no attribute comes or goes.
func TestHostileNames_ChangeNoElement(t *testing.T) {
	tree := func(c templ.Component) string {
		n, err := htmlcheck.Parse(render(t, c))
		if err != nil {
			t.Fatal(err)
		}
		return htmlcheck.Tree(n)
	}
	want := map[string]string{}
	for screen, c := range told(t, "name") {
		want[screen] = tree(c)
	}
	for _, name := range hostileNames(t) {
		if name == "" {
			continue // no name is empty; an empty description rightly leaves its element out
		}
		for screen, c := range told(t, name) {
			if got := tree(c); got != want[screen] {
				t.Errorf("%s changes with %q", screen, name)
			}
		}
	}
}

func TestHostileNames_AreShownAsTyped(t *testing.T) {
	name := `<b>"O'Brien" & Söhne</b>`
	htmlcheck.Run(t, render(t, told(t, name)["list"]), htmlcheck.In("tbody th bdi", htmlcheck.HasExactText(name)))
	if page := render(t, told(t, name)["list"]); strings.Contains(page, "<b>") {
		t.Error("the name became markup")
	}
}
