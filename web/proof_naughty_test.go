package web_test

import (
	"bufio"
	"encoding/json"
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
)

// TestProof_NaughtyStrings types texts made to break programs into every field for text, of the forms and of
// the API, into searches, filters and orders, and opens every page that shows them. No answer is a 5xx; what is
// stored is the text in its normal form, or the text was refused, by forms and API alike; and no page has
// another element or attribute than it has with a harmless text.
//
// Seen to fail with names and descriptions that are not brought to normal form, and with the description of a
// token written as markup.
func TestProof_NaughtyStrings(t *testing.T) {
	n := newNaughty(t)
	n.harmless()
	all := append(ownNaughty(t), bigList(t)...)
	for i := 0; i < len(all); i += proof.Times(13, 2) {
		n.try(all[i])
	}
	proof.Figure(t, "%d of %d texts in %d fields and on %d pages: %d stored, %d refused, %d wrong", n.texts, len(all), n.fields(), len(n.pages), n.stored, n.refused, n.wrong)
}

// ownNaughty is our own list, a Go string in each line.
func ownNaughty(t *testing.T) (all []string) {
	t.Helper()
	own, err := os.Open("testdata/naughty.txt")
	if err != nil {
		t.Fatal(err)
	}
	defer own.Close()
	for lines := bufio.NewScanner(own); lines.Scan(); {
		text, err := strconv.Unquote(lines.Text())
		if err != nil {
			t.Fatalf("testdata/naughty.txt: %v: %s", err, lines.Text())
		}
		all = append(all, text)
	}
	return all
}

// bigList is the Big List of Naughty Strings where it lies beside the module or in DAGPASS_TEST_DATA.
func bigList(t *testing.T) (all []string) {
	t.Helper()
	folder := os.Getenv("DAGPASS_TEST_DATA")
	if folder == "" {
		folder = filepath.Join("..", "..", "shared", "data")
	}
	content, err := os.ReadFile(filepath.Join(folder, "blns", "blns.json"))
	if errors.Is(err, fs.ErrNotExist) {
		t.Log("without the Big List of Naughty Strings, which is not there")
		return nil
	}
	if err == nil {
		err = json.Unmarshal(content, &all)
	}
	if err != nil {
		t.Fatal(err)
	}
	return all
}

// naughty is a house with one of everything that has a text.
type naughty struct {
	*testing.T
	*dagpasstest.House
	value   string // of a token that may do everything
	things  []thing
	pages   []string
	lookups []string
	trees   map[string]string // by page or answer, with a harmless text

	texts, stored, refused, wrong int
}

// thing is something with a name and perhaps a description.
type thing struct {
	name        string
	nameLength  int
	description bool
	form        string // the page with its form, "" without one
	submit      string
	api         string // where the API has it, "" where it does not change it
	member      string // of its name there
}

func newNaughty(t *testing.T) *naughty {
	t.Helper()
	h := dagpasstest.New(t)
	n := &naughty{T: t, House: h, trees: map[string]string{}}
	var root access.Token
	root, n.value = h.Token(h.Owner, h.Org.Scope(), "root", access.OrgOwner)
	tok, _ := h.Token(h.Owner, h.Workspace.Scope(), "name", access.WorkspaceMember)
	org, _ := h.Token(h.Owner, h.Org.Scope(), "name", access.OrgMember)
	team, role := teamHere(h), h.CustomRole("name", []access.Permission{"workspace.tokens.view"})
	o, w := "/o/"+string(h.Org.ID), "/w/"+string(h.Workspace.ID)
	v1 := "/v1/organizations/" + string(h.Org.ID)
	// Every row of a list is like every other, wherever a name puts it.
	n.Call("POST", v1+"/tokens/"+string(root.ID), n.value, `{"name":"root","description":"root"}`)
	n.things = []thing{
		{"a Workspace token", access.MaxTokenName, true, w + "/tokens/" + string(tok.ID) + "/edit", "Save Changes", v1 + "/tokens/" + string(tok.ID), "name"},
		{"an Organization token", access.MaxTokenName, true, o + "/tokens/" + string(org.ID) + "/edit", "Save Changes", v1 + "/tokens/" + string(org.ID), "name"},
		{"the Workspace", access.MaxWorkspaceName, true, w + "/details/edit", "Update Workspace", v1 + "/workspaces/" + string(h.Workspace.ID), "name"},
		{"the Organization", access.MaxOrgName, false, o + "/general/edit", "Update Organization", v1, "name"},
		{"a team", access.MaxTeamName, true, o + "/teams/" + string(team.ID) + "/edit", "Save Changes", v1 + "/teams/" + string(team.ID), "name"},
		{"a role", access.MaxRoleName, true, "", "", v1 + "/roles/" + string(role.ID), "name"},
		{"a person", access.MaxFullName, false, "/profile", "Save Changes", v1 + "/users/" + string(h.Owner.ID), "fullName"},
	}
	n.pages = []string{"/w", "/profile", "/profile/sessions", "/help", "/help/roles", w + "/details", w + "/details/edit", w + "/delete", w + "/users", w + "/users/new", w + "/teams", w + "/teams/new",
		w + "/tokens", w + "/tokens/" + string(tok.ID) + "/edit", w + "/tokens/" + string(tok.ID) + "/delete", w + "/tokens/" + string(tok.ID) + "/use", w + "/tokens/add",
		o + "/general", o + "/workspaces", o + "/users", o + "/users/" + string(h.Owner.ID) + "/edit", o + "/teams", o + "/teams/" + string(team.ID), o + "/roles",
		o + "/tokens", o + "/tokens/" + string(org.ID), o + "/tokens/matrix"}
	for _, list := range []string{"/w", w + "/tokens", w + "/users", w + "/teams", o + "/tokens", o + "/users", o + "/teams", o + "/workspaces", o + "/tokens/matrix"} {
		n.lookups = append(n.lookups, list+"?q=")
	}
	n.lookups = append(n.lookups, w+"/tokens?status=", w+"/tokens?sort=", w+"/tokens?page=", o+"/users?role=", w+"/tokens/new?name=", "/sign-in?next=", "/reauth?next=", o+"/audit?act=", o+"/audit?since=", o+"/audit?days=")
	return n
}

// fields is how many fields are typed into.
func (n *naughty) fields() int {
	fields := len(n.lookups) + 3 // sign-in, invitation, a token that is made
	for _, t := range n.things {
		fields += 2
		if t.description {
			fields += 2
		}
	}
	return fields
}
