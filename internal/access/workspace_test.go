package access_test

import (
	"context"
	"fmt"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestOrgs_Edit: F4, an Organization is renamed by its Owners alone, and nothing is overwritten unseen.
func TestOrgs_Edit(t *testing.T) {
	h := dagpasstest.New(t)
	other, _, stranger := h.Elsewhere()
	owner := h.Actor(h.Owner)
	edit := func(by access.Actor, name string, seen int) (access.Org, error) {
		return h.Orgs.Edit(t.Context(), by, h.Org.ID, name, seen)
	}
	t.Run("the new name is stored and recorded with the old one", func(t *testing.T) {
		_, err := edit(owner, "  Acme Air ", 1)
		wantCode(t, err, "")
		found, _, err := h.Orgs.Find(t.Context(), owner, h.Org.ID)
		if err != nil || found.Name != "Acme Air" || found.Version != 2 || found.UpdatedBy.Name != "Owner 01" {
			t.Errorf("found %+v, %v", found, err)
		}
		if got := h.LastEvent(); got != "organization.update ok Acme Air by Owner 01" {
			t.Error(got)
		}
	})
	t.Run("what changes nothing leaves no trace", func(t *testing.T) {
		before := h.Dump()
		_, err := edit(owner, "Acme Air", 2)
		wantCode(t, err, "")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("a form that shows an older state is refused with who changed it and when", func(t *testing.T) {
		_, err := edit(owner, "Umbrella", 1)
		wantReason(t, err, access.ReasonStale)
		if got, want := access.AsError(err).Message, "Owner 01 changed Acme Air at 09:57 UTC. Reload to see the change."; got != want {
			t.Errorf("says %q, want %q", got, want)
		}
	})
	t.Run("bad names and taken ones are refused", func(t *testing.T) {

		_, err := edit(owner, strings.ToUpper(other.Name), 0)
		wantReason(t, err, access.ReasonTaken)
		for _, name := range []string{"", " ", strings.Repeat("x", 51), "a\u202eb", "\xff"} {
			_, err := edit(owner, name, 0)
			wantCode(t, err, access.Invalid)
		}
	})
	t.Run("members are refused, strangers find nothing", func(t *testing.T) {
		_, err := edit(h.Actor(h.Person("Mia", access.OrgBillingAdmin)), "Mine", 0)
		wantCode(t, err, access.Forbidden)
		_, err = edit(h.Actor(stranger), "Mine", 0)
		wantCode(t, err, access.NotFound)
	})
}

// TestWorkspaces_Edit: F4.
func TestWorkspaces_Edit(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace
	ada := h.Actor(h.Member("Ada", ws.Scope(), access.WorkspaceOwner))
	edit := func(by access.Actor, in access.EditWorkspace) (access.Workspace, error) {
		return h.Workspaces.Edit(t.Context(), by, ws.Scope(), in)
	}
	t.Run("every field is stored and recorded", func(t *testing.T) {
		got, err := edit(ada, access.EditWorkspace{Name: "Data", Description: new("Loads"), CICDEnforcement: access.SwitchedOn, Seen: 1})
		wantCode(t, err, "")
		found, _, err := h.Workspaces.Find(t.Context(), ada, ws.ID)
		if err != nil || found.Name != got.Name || found.Description != "Loads" || !found.CICDEnforcement || found.Version != 2 || found.UpdatedBy.Name != "Ada" {
			t.Errorf("found %+v, %v", found, err)
		}
		if dump := h.Dump(); !strings.Contains(dump, `"cicd_enforcement_default"`) {
			t.Error("the record does not name the field")
		}
	})
	t.Run("what changes nothing leaves no trace", func(t *testing.T) {
		before := h.Dump()
		_, err := edit(ada, access.EditWorkspace{Name: "Data", Description: new("Loads"), CICDEnforcement: access.SwitchedOn})
		wantCode(t, err, "")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("a form that shows an older state is refused", func(t *testing.T) {
		_, err := edit(ada, access.EditWorkspace{Name: "Other", Description: new(""), CICDEnforcement: access.SwitchedOn, Seen: 1})
		wantReason(t, err, access.ReasonStale)
	})
	t.Run("a name in use is refused, ignoring case", func(t *testing.T) {
		h.NewWorkspace("Finance")
		_, err := edit(ada, access.EditWorkspace{Name: "FINANCE", Description: new(""), CICDEnforcement: access.SwitchedOn})
		wantReason(t, err, access.ReasonTaken)
	})
	t.Run("every wrong field is named", func(t *testing.T) {
		_, err := edit(ada, access.EditWorkspace{Name: " ", Description: new(strings.Repeat("x", 501)), CICDEnforcement: "maybe"})
		if got := len(access.AsError(err).Fields); got != 3 {
			t.Errorf("%d fields: %v", got, err)
		}
	})
	t.Run("roles below its Owner are refused", func(t *testing.T) {
		_, err := edit(h.Actor(h.Member("Olga", ws.Scope(), access.WorkspaceOperator)), access.EditWorkspace{Name: "Mine"})
		wantCode(t, err, access.Forbidden)
		_, err = edit(h.Actor(h.Person("Mia", access.OrgMember)), access.EditWorkspace{Name: "Mine"})
		wantCode(t, err, access.NotFound)
	})
}

// TestWorkspaces_List: everybody sees their own Workspaces, and of them no more than their role shows.
func TestWorkspaces_List(t *testing.T) {
	h := dagpasstest.New(t)
	finance, hidden := h.NewWorkspace("Finance"), h.NewWorkspace("Hidden")
	h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceMember)
	mia := h.Member("Mia", h.Workspace.Scope(), access.WorkspaceAccessor)
	h.Give(mia, finance.Scope(), access.WorkspaceMember)
	list := func(by access.Actor) (names []string) {
		t.Helper()
		got, err := h.Workspaces.List(t.Context(), by, h.Org.ID, "", access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		wantCode(t, err, "")
		for _, row := range got.Rows {
			names = append(names, fmt.Sprintf("%s as %s: %d people, %d tokens", row.Name, row.Role.Label(), row.Users, row.Tokens))
		}
		return names
	}
	if got, want := list(h.Actor(mia)), []string{
		"Data Platform as Workspace Accessor: -1 people, -1 tokens",
		"Finance as Workspace Member: 2 people, -1 tokens",
	}; !slices.Equal(got, want) {
		t.Errorf("a member is shown %q", got)
	}
	if got := list(h.Actor(h.Owner)); len(got) != 3 || got[0] != "Data Platform as Workspace Owner: 2 people, 1 tokens" || !strings.HasPrefix(got[2], hidden.Name) {
		t.Errorf("an Organization Owner is shown %q", got)
	}
	if n, _, err := h.Members.Count(t.Context(), h.Actor(mia), finance.Scope()); n != 2 || err != nil {
		t.Errorf("its own page counts %d people, %v", n, err)
	}
	_, _, albert := h.Elsewhere()
	_, err := h.Workspaces.List(t.Context(), h.Actor(albert), h.Org.ID, "", access.Sort{}, access.Page{Limit: 10})
	wantCode(t, err, access.NotFound)
}

// crowded is a house with a Workspace that has more tokens than one transaction ends, and one
// Organization token that has a role there too.
func crowded(t *testing.T) (h *dagpasstest.House, ws access.Workspace, values []string, shared access.Token) {
	t.Helper()
	h = dagpasstest.New(t)
	ws = h.NewWorkspace("Crowded")
	for i := range 600 {
		_, value := h.Token(h.Owner, ws.Scope(), fmt.Sprint("own ", i), access.WorkspaceMember)
		values = append(values, value)
	}
	shared, _ = h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	_, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), ws.Scope(), shared.ID, access.WorkspaceMember)
	wantCode(t, err, "")
	return h, ws, values, shared
}

// TestWorkspaces_DeleteLarge: R61 with more tokens than are ended at once: all of it counts with the
// first transaction, the rest is tidied up later, and a crash in between forgets nothing.
func TestWorkspaces_DeleteLarge(t *testing.T) {
	h, ws, values, shared := crowded(t)
	ada := h.Member("Ada", ws.Scope(), access.WorkspaceOwner)
	by := h.Actor(ada)
	_, ends, err := h.Workspaces.DeletionOf(t.Context(), by, ws.ID)
	wantCode(t, err, "")
	if want := (access.Deletion{OwnTokens: 600, SharedTokens: 1, People: 1}); ends != want {
		t.Errorf("told beforehand: %+v", ends)
	}
	wantCode(t, h.Workspaces.Delete(t.Context(), by, ws.Scope(), "delete"), "")
	h.Clock.Advance(20 * time.Minute) // the process dies and is started again

	wantEnded := func(t *testing.T) {
		t.Helper()
		for _, value := range []string{values[0], values[599]} {
			_, err := h.Tokens.Verify(t.Context(), value, access.Origin{})
			wantReason(t, err, access.ReasonWorkspaceDeleted)
			if got := access.AsError(err).OccurredAt; !got.Equal(dagpasstest.Start) {
				t.Errorf("it ended at %v", got)
			}
		}
		rows, total, err := h.Tokens.All(t.Context(), h.Actor(h.Owner), h.Org.ID, access.Sort{By: access.SortByName}, access.Page{Limit: 10})
		if err != nil || total != 1 || len(rows) != 1 || rows[0].Workspaces != 0 {
			t.Errorf("the Organization lists %d tokens, %+v, %v", total, rows, err)
		}
		if _, err := h.Tokens.Bound(t.Context(), access.Actor{Kind: access.TokenActor, ID: string(shared.ID)}); err != nil {
			t.Error(err)
		}
	}
	t.Run("everything has ended with the first transaction", wantEnded)
	t.Run("its name can be given again", func(t *testing.T) { h.NewWorkspace("Crowded") })
	t.Run("nothing of it can be acted on while it is tidied up", func(t *testing.T) {
		tokens, err := h.Tokens.List(t.Context(), h.Actor(h.Owner), h.Org.Scope(), access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 1})
		if err != nil || tokens.Total != 1 {
			t.Errorf("%d tokens, %v", tokens.Total, err)
		}
		wantCode(t, h.Workspaces.Delete(t.Context(), h.Actor(h.Owner), ws.Scope(), "delete"), access.NotFound)
		wantCode(t, h.Members.SetRole(t.Context(), h.Actor(h.Owner), ws.Scope(), ada.ID, access.WorkspaceOwner), access.NotFound)
		_, err = h.Tokens.Bind(t.Context(), h.Actor(h.Owner), ws.Scope(), shared.ID, access.WorkspaceMember)
		wantCode(t, err, access.NotFound)
	})
	t.Run("a run that is cut short goes on where it was", func(t *testing.T) {
		cut, cancel := context.WithCancel(t.Context())
		cancel()
		if err := h.Workspaces.Finish(cut); err == nil {
			t.Error("it says that it is done")
		}
		wantCode(t, h.Workspaces.Finish(t.Context()), "")
		wantCode(t, h.Workspaces.Finish(t.Context()), "")
	})
	t.Run("nothing is left, and what was answered stays the answer", func(t *testing.T) {
		wantEnded(t)
		if dump := h.Dump(); strings.Contains(dump, "workspace_id="+string(ws.ID)+"|state=live") || strings.Contains(dump, "entity_id="+string(ws.ID)) {
			t.Error("something of it is left")
		}
	})
	t.Run("the record names each token once, by whoever deleted the Workspace", func(t *testing.T) {
		ended := map[string]int{}
		for _, e := range h.Events(string(h.Org.ID)) {
			ended[e]++
		}
		for i := range 600 {
			if e := fmt.Sprintf("token.delete ok own %d by Ada", i); ended[e] != 1 {
				t.Errorf("%q stands there %d times", e, ended[e])
			}
		}
		if ended["token.binding.remove ok shared by Ada"] != 1 || ended["workspace.delete ok Crowded by Ada"] != 1 {
			t.Error("the Workspace or the shared token is missing")
		}
		if _, err := h.DB.VerifyAudit(t.Context()); err != nil {
			t.Error(err)
		}
	})
	t.Run("the installation is sound", func(t *testing.T) { wantCode(t, h.DB.Health(t.Context()), "") })
}

// TestWorkspaces_DeleteForged: whoever writes into the file can't have tokens ended, or have the record
// name somebody else, by a deletion of their own making.
func TestWorkspaces_DeleteForged(t *testing.T) {
	h := dagpasstest.New(t)
	_, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceMember)
	h.Edit(`INSERT INTO workspace_deletions VALUES ('` + string(h.Workspace.ID) + `', '` + string(h.Org.ID) + `', 1, 'user', 'x', 'Olga', '', '', '', x'00')`)
	wantCode(t, h.Workspaces.Finish(t.Context()), "")
	if _, err := h.Tokens.Verify(t.Context(), value, access.Origin{}); err != nil {
		t.Errorf("the token ended: %v", err)
	}
	if slices.ContainsFunc(h.Events(string(h.Org.ID)), func(e string) bool { return strings.HasSuffix(e, "by Olga") }) {
		t.Error("the record names a forged actor")
	}
	if h.DB.Health(t.Context()) == nil {
		t.Error("nobody notices")
	}
}
