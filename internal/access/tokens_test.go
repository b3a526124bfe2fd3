package access_test

import (
	"strings"
	"sync"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
)

func wantCode(t *testing.T, err error, want access.Code) {
	t.Helper()
	if got := access.CodeOf(err); got != want {
		t.Fatalf("got %q (%v), want %q", got, err, want)
	}
}

func wantReason(t *testing.T, err error, want string) {
	t.Helper()
	if got := access.ReasonOf(err); got != want {
		t.Fatalf("got %q (%v), want %q", got, err, want)
	}
}

// TestTokens_Create: R13, R14, R8, R58, R60.
func TestTokens_Create(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	owner := h.Member("Ada", ws, access.WorkspaceOwner)

	t.Run("a Workspace Owner makes a token that authenticates at once", func(t *testing.T) {
		tok, value := h.Token(owner, ws, "ci", access.WorkspaceAuthor)
		if !h.Accepts(value) {
			t.Error("the value is refused")
		}
		if tok.Generation != 1 || tok.Home != ws || tok.CreatedBy.ID != string(owner.ID) || tok.Hint != value[len(value)-4:] {
			t.Errorf("made %+v", tok)
		}
		if got, want := h.LastEvent(), dagpasstest.EventOf(audit.TokenCreate, audit.OK, "ci", "Ada"); got != want {
			t.Errorf("recorded %q, want %q", got, want)
		}
	})
	t.Run("every wrong field is named, and nothing changes", func(t *testing.T) {
		before := h.Dump()
		_, _, err := h.Tokens.Create(t.Context(), h.Actor(owner), ws, access.NewToken{
			Name: strings.Repeat("x", 257), Description: "a\u202eb", Role: access.OrgOwner, Expiry: 3651,
		})
		wantCode(t, err, access.Invalid)
		var fields []string
		for _, p := range access.AsError(err).Fields {
			fields = append(fields, p.Field)
		}
		if got := strings.Join(fields, " "); got != "name description role expiration" {
			t.Errorf("refused %q", got)
		}
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("who may not create learns nothing about their input, and is recorded", func(t *testing.T) {
		operator := h.Member("Olga", ws, access.WorkspaceOperator)
		_, _, err := h.Tokens.Create(t.Context(), h.Actor(operator), ws, access.NewToken{})
		wantReason(t, err, access.ReasonRoleTooLow)
		if e := access.AsError(err); e.Required != access.WorkspaceOwner || e.Held != access.WorkspaceOperator {
			t.Errorf("asks for %s, holds %s", e.Required, e.Held)
		}
		if got := h.LastEvent(); !strings.HasPrefix(got, "token.create denied") || !strings.HasSuffix(got, "by Olga") {
			t.Errorf("recorded %q", got)
		}
	})
	t.Run("the same form makes one token", func(t *testing.T) {
		in := access.NewToken{Name: "once", Role: access.WorkspaceMember, FormKey: "key-1"}
		_, _, err := h.Tokens.Create(t.Context(), h.Actor(owner), ws, in)
		wantCode(t, err, "")
		_, _, err = h.Tokens.Create(t.Context(), h.Actor(owner), ws, in)
		wantReason(t, err, access.ReasonAlreadyDone)
	})
	t.Run("two live tokens may have one name, and the console can tell", func(t *testing.T) {
		h.Token(owner, ws, "twin", access.WorkspaceMember)
		named, err := h.Tokens.Named(t.Context(), h.Actor(owner), ws, "twin", "")
		if err != nil || !named {
			t.Errorf("%t, %v", named, err)
		}
		h.Token(owner, ws, "twin", access.WorkspaceMember)
	})
	t.Run("the Owner role needs the password within ten minutes", func(t *testing.T) {
		actor := h.Actor(owner)
		h.Clock.Advance(access.ReauthWindow)
		_, _, err := h.Tokens.Create(t.Context(), actor, ws, access.NewToken{Name: "boss", Role: access.WorkspaceOwner})
		wantReason(t, err, access.ReasonReauthenticate)
		_, _, err = h.Tokens.Create(t.Context(), actor, ws, access.NewToken{Name: "worker", Role: access.WorkspaceOperator})
		wantCode(t, err, "")
	})
}

// TestTokens_CreateForOrganization: R46, R18.
func TestTokens_CreateForOrganization(t *testing.T) {
	h := dagpasstest.New(t)
	org := h.Org.Scope()
	t.Run("an Organization Owner makes one", func(t *testing.T) {
		tok, value := h.Token(h.Owner, org, "deploy-all", access.OrgMember)
		if !tok.OrganizationScoped() || !h.Accepts(value) {
			t.Errorf("made %+v", tok)
		}
	})
	t.Run("it needs the password within ten minutes", func(t *testing.T) {
		actor := h.Actor(h.Owner)
		actor.AuthenticatedAt = h.Clock.Now().Add(-access.ReauthWindow)
		_, _, err := h.Tokens.Create(t.Context(), actor, org, access.NewToken{Name: "x", Role: access.OrgMember})
		wantReason(t, err, access.ReasonReauthenticate)
	})
	t.Run("a Workspace Owner can't", func(t *testing.T) {
		ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
		_, _, err := h.Tokens.Create(t.Context(), h.Actor(ada), org, access.NewToken{Name: "x", Role: access.OrgMember})
		wantReason(t, err, access.ReasonRoleTooLow)
	})
	t.Run("a Workspace role is no Organization Role", func(t *testing.T) {
		_, _, err := h.Tokens.Create(t.Context(), h.Actor(h.Owner), org, access.NewToken{Name: "x", Role: access.WorkspaceMember})
		wantCode(t, err, access.Invalid)
	})
}

// TestTokens_Rotate: R31, R32, R33, R34, R58.
func TestTokens_Rotate(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)

	t.Run("the new value works and the old one is refused by the next request", func(t *testing.T) {
		tok, old := h.Token(ada, ws, "ci", access.WorkspaceAuthor)
		h.Clock.Advance(time.Minute)
		after, val, err := h.Tokens.Rotate(t.Context(), h.Actor(ada), ws, tok.ID, 1, "")
		wantCode(t, err, "")
		if h.Accepts(old) || !h.Accepts(val.Reveal()) {
			t.Error("the wrong value is accepted")
		}
		if after.ID != tok.ID || after.Name != tok.Name || after.Generation != 2 || !after.EndAt.Equal(h.Clock.Now().AddDate(0, 0, 90)) {
			t.Errorf("rotated to %+v", after)
		}
		_, err = h.Tokens.Verify(t.Context(), old, access.Origin{})
		wantReason(t, err, access.ReasonTokenRotated)
		if e := access.AsError(err); e.TokenID != tok.ID || e.OccurredAt.IsZero() || !strings.Contains(e.Message, "ci") {
			t.Errorf("says %+v", e)
		}
		if d, err := h.Tokens.Find(t.Context(), h.Actor(ada), ws, tok.ID); err != nil || d.Here.Role != access.WorkspaceAuthor {
			t.Errorf("role after rotation: %v, %v", d.Here, err)
		}
	})
	t.Run("an expired token comes back to life", func(t *testing.T) {
		tok, old := h.Token(ada, ws, "late", access.WorkspaceMember)
		h.Clock.Advance(91 * 24 * time.Hour)
		ada := h.SignIn(ada.User)
		_, err := h.Tokens.Verify(t.Context(), old, access.Origin{})
		wantReason(t, err, access.ReasonTokenExpired)
		_, val, err := h.Tokens.Rotate(t.Context(), h.Actor(ada), ws, tok.ID, 1, "")
		wantCode(t, err, "")
		if !h.Accepts(val.Reveal()) || h.Accepts(old) {
			t.Error("the wrong value is accepted")
		}
	})
	ada = h.SignIn(ada.User)
	owner := h.SignIn(h.Owner.User)
	t.Run("of many rotations that began from one generation exactly one wins", func(t *testing.T) {
		tok, _ := h.Token(ada, ws, "race", access.WorkspaceMember)
		by := h.Actor(ada)
		var values sync.Map
		var group sync.WaitGroup
		for i := range 16 {
			group.Go(func() {
				_, val, err := h.Tokens.Rotate(t.Context(), by, ws, tok.ID, 1, "")
				if err == nil {
					values.Store(i, val)
				} else if access.ReasonOf(err) != access.ReasonRotated {
					t.Errorf("lost with %v", err)
				}
			})
		}
		group.Wait()
		live := 0
		values.Range(func(_, val any) bool {
			live++
			if !h.Accepts(val.(secret.Value).Reveal()) {
				t.Error("the winner's value is refused")
			}
			return true
		})
		if live != 1 {
			t.Errorf("%d rotations won", live)
		}
	})
	t.Run("an Organization token can't be rotated from a Workspace", func(t *testing.T) {
		tok, value := h.Token(owner, h.Org.Scope(), "deploy-all", access.OrgMember)
		_, err := h.Tokens.Bind(t.Context(), h.Actor(owner), ws, tok.ID, access.WorkspaceAuthor)
		wantCode(t, err, "")
		for _, who := range []dagpasstest.Person{ada, owner} {
			_, _, err = h.Tokens.Rotate(t.Context(), h.Actor(who), ws, tok.ID, 1, "")
			wantCode(t, err, access.NotFound)
			wantReason(t, err, access.ReasonOrganizationOnly)
		}
		if !h.Accepts(value) {
			t.Error("the value changed")
		}
	})
}

// TestTokens_Edit: R23, R24, R25.
func TestTokens_Edit(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)
	tok, value := h.Token(ada, ws, "ci", access.WorkspaceOwner)
	list := "/v1/organizations/" + string(h.Org.ID) + "/tokens?workspaceId=" + string(h.Workspace.ID)

	t.Run("name, description and role change; id, value, expiry and creator stay", func(t *testing.T) {
		if code, _ := h.Call("GET", list, value, ""); code != 200 {
			t.Fatalf("an Owner token lists with %d", code)
		}
		got, err := h.Tokens.Edit(t.Context(), h.Actor(ada), ws, tok.ID, access.EditToken{
			Name: "ci-deploy", Description: "main", Role: access.WorkspaceMember, Seen: 1})
		wantCode(t, err, "")
		if got.ID != tok.ID || got.Name != "ci-deploy" || got.Description != "main" || !got.EndAt.Equal(tok.EndAt) || got.CreatedBy.ID != tok.CreatedBy.ID {
			t.Errorf("edited to %+v", got)
		}
		if code, _ := h.Call("GET", list, value, ""); code != 403 {
			t.Errorf("after the role was lowered the live value lists with %d", code)
		}
	})
	t.Run("a version shown before another edit conflicts and changes nothing", func(t *testing.T) {
		before := h.Dump()
		_, err := h.Tokens.Edit(t.Context(), h.Actor(ada), ws, tok.ID, access.EditToken{Name: "late", Role: access.WorkspaceMember, Seen: 1})
		wantReason(t, err, access.ReasonStale)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("saving what is there already is no event", func(t *testing.T) {
		before := h.Dump()
		_, err := h.Tokens.Edit(t.Context(), h.Actor(ada), ws, tok.ID, access.EditToken{
			Name: "ci-deploy", Description: "main", Role: access.WorkspaceMember, Seen: 2})
		wantCode(t, err, "")
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
}

// TestTokens_Delete: R27, R28.
func TestTokens_Delete(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)
	tok, value := h.Token(ada, ws, "ci", access.WorkspaceAuthor)

	t.Run("another word than Delete changes nothing", func(t *testing.T) {
		before := h.Dump()
		for _, word := range []string{"", "delete", "DELETE", "Delete!", "De lete"} {
			_, err := h.Tokens.Delete(t.Context(), h.Actor(ada), ws, tok.ID, word)
			wantCode(t, err, access.Invalid)
		}
		if h.Dump() != before || !h.Accepts(value) {
			t.Error("something changed")
		}
	})
	t.Run("a deleted token is refused, gone from the list, and can't be recovered", func(t *testing.T) {
		_, err := h.Tokens.Delete(t.Context(), h.Actor(ada), ws, tok.ID, " Delete ")
		wantCode(t, err, "")
		_, err = h.Tokens.Verify(t.Context(), value, access.Origin{})
		wantReason(t, err, access.ReasonTokenDeleted)
		list, err := h.Tokens.List(t.Context(), h.Actor(ada), ws, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 50})
		if err != nil || len(list.Rows) != 0 || list.Total != 0 {
			t.Errorf("listed %+v, %v", list, err)
		}
		_, _, err = h.Tokens.Rotate(t.Context(), h.Actor(ada), ws, tok.ID, 1, "")
		wantCode(t, err, access.NotFound)
		_, err = h.Tokens.Delete(t.Context(), h.Actor(ada), ws, tok.ID, "Delete")
		wantCode(t, err, access.NotFound)
	})
}

// TestTokens_AnyBindings: R9, R10, R20, R21, R29, R17.
func TestTokens_Bindings(t *testing.T) {
	h := dagpasstest.New(t)
	data, finance := h.Workspace.Scope(), h.NewWorkspace("Finance").Scope()
	ada := h.Member("Ada", data, access.WorkspaceOwner)
	tok, value := h.Token(h.Owner, h.Org.Scope(), "deploy-all", access.OrgMember)
	reads := func(at access.Scope) int {
		code, _ := h.Call("GET", "/v1/organizations/"+string(h.Org.ID)+"/workspaces/"+string(at.Workspace), value, "")
		return code
	}

	t.Run("without a role the Workspace does not exist for the token", func(t *testing.T) {
		if reads(data) != 404 {
			t.Error("it is visible")
		}
	})
	t.Run("only an Organization Owner adds it", func(t *testing.T) {
		_, err := h.Tokens.Bind(t.Context(), h.Actor(ada), data, tok.ID, access.WorkspaceMember)
		wantReason(t, err, access.ReasonRoleTooLow)
		if access.AsError(err).Required != access.OrgOwner {
			t.Errorf("asks for %s", access.AsError(err).Required)
		}
	})
	t.Run("added to two Workspaces it is one token with one value and a role in each", func(t *testing.T) {
		for at, role := range map[access.Scope]access.Role{data: access.WorkspaceOperator, finance: access.WorkspaceMember} {
			_, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), at, tok.ID, role)
			wantCode(t, err, "")
			if reads(at) != 200 {
				t.Error("the role does not count at the next request")
			}
		}
		d, err := h.Tokens.Find(t.Context(), h.Actor(h.Owner), h.Org.Scope(), tok.ID)
		wantCode(t, err, "")
		var got []string
		for _, r := range d.Roles {
			got = append(got, r.WorkspaceName+" "+string(r.Role))
		}
		if all := strings.Join(got, ", "); all != " ORGANIZATION_MEMBER, Data Platform WORKSPACE_OPERATOR, Finance WORKSPACE_MEMBER" {
			t.Errorf("roles %q", all)
		}
	})
	t.Run("it is no longer offered there", func(t *testing.T) {
		c, err := h.Tokens.Bindable(t.Context(), h.Actor(h.Owner), data, "", 200)
		if err != nil || len(c.Found) != 0 || c.All != 1 {
			t.Errorf("%+v, %v", c, err)
		}
		_, err = h.Tokens.Bind(t.Context(), h.Actor(h.Owner), data, tok.ID, access.WorkspaceMember)
		wantReason(t, err, access.ReasonTaken)
	})
	t.Run("a Workspace Owner changes its role there and the other stays", func(t *testing.T) {
		_, err := h.Tokens.Rebind(t.Context(), h.Actor(ada), data, tok.ID, access.WorkspaceAccessor, access.WorkspaceOperator)
		wantCode(t, err, "")
		_, err = h.Tokens.Rebind(t.Context(), h.Actor(ada), data, tok.ID, access.WorkspaceMember, access.WorkspaceOperator)
		wantReason(t, err, access.ReasonStale)
		_, err = h.Tokens.Rebind(t.Context(), h.Actor(ada), finance, tok.ID, access.WorkspaceMember, "")
		wantCode(t, err, access.NotFound)
	})
	t.Run("a Workspace Owner removes it there; the token and its other role live on", func(t *testing.T) {
		_, err := h.Tokens.Unbind(t.Context(), h.Actor(ada), data, tok.ID)
		wantCode(t, err, "")
		if reads(data) != 404 || reads(finance) != 200 || !h.Accepts(value) {
			t.Error("more or less than one role ended")
		}
		_, err = h.Tokens.Unbind(t.Context(), h.Actor(ada), data, tok.ID)
		wantCode(t, err, access.NotFound)
	})
	t.Run("the home role can't be removed and a Workspace token can't be bound", func(t *testing.T) {
		own, _ := h.Token(ada, data, "own", access.WorkspaceMember)
		_, err := h.Tokens.Unbind(t.Context(), h.Actor(ada), data, own.ID)
		wantCode(t, err, access.NotFound)
		_, err = h.Tokens.Bind(t.Context(), h.Actor(h.Owner), finance, own.ID, access.WorkspaceMember)
		wantCode(t, err, access.NotFound)
	})
	t.Run("a token bound with an Owner role manages there, and never above it", func(t *testing.T) {
		_, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), data, tok.ID, access.WorkspaceOwner)
		wantCode(t, err, "")
		by, err := h.Tokens.Verify(t.Context(), value, access.Origin{})
		wantCode(t, err, "")
		_, _, err = h.Tokens.Create(t.Context(), by, data, access.NewToken{Name: "child", Role: access.WorkspaceOwner})
		wantCode(t, err, "")
		_, _, err = h.Tokens.Create(t.Context(), by, finance, access.NewToken{Name: "child", Role: access.WorkspaceMember})
		wantReason(t, err, access.ReasonRoleTooLow)
		_, err = h.Tokens.Bind(t.Context(), by, data, tok.ID, access.WorkspaceOwner)
		wantReason(t, err, access.ReasonRoleTooLow)
	})
}

// TestTokens_OneWorkspaceOnly: R8, in any other Workspace it is as if that did not exist.
func TestTokens_OneWorkspaceOnly(t *testing.T) {
	h := dagpasstest.New(t)
	finance := h.NewWorkspace("Finance")
	_, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceOwner)
	by, err := h.Tokens.Verify(t.Context(), value, access.Origin{})
	wantCode(t, err, "")
	for _, at := range []access.Scope{finance.Scope(), {Org: h.Org.ID, Workspace: "c00000000000000000000000"}} {
		_, err := h.Tokens.List(t.Context(), by, at, access.TokenFilter{}, access.Sort{}, access.Page{Limit: 1})
		wantCode(t, err, access.NotFound)
		_, _, err = h.Tokens.Create(t.Context(), by, at, access.NewToken{Name: "x", Role: access.WorkspaceMember})
		wantCode(t, err, access.NotFound)
	}
}

// TestOrganizations_AreAWall: every call with an id of another Organization answers as for an
// unknown one and changes nothing.
func TestOrganizations_AreAWall(t *testing.T) {
	h := dagpasstest.New(t)
	umbrella, hive, albert := h.Elsewhere()
	tok, _ := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceAuthor)
	shared, _ := h.Token(h.Owner, h.Org.Scope(), "deploy-all", access.OrgMember)
	by := h.Actor(albert)
	before := h.Dump()
	for name, err := range map[string]error{
		"find their Workspace": second(h.Workspaces.Find(t.Context(), by, h.Workspace.ID)),
		"list their tokens":    first(h.Tokens.List(t.Context(), by, h.Workspace.Scope(), access.TokenFilter{}, access.Sort{}, access.Page{Limit: 1})),
		"list with our Organization around their Workspace": first(h.Tokens.List(t.Context(), by,
			access.Scope{Org: umbrella.ID, Workspace: h.Workspace.ID}, access.TokenFilter{}, access.Sort{}, access.Page{Limit: 1})),
		"show their token in our Organization": first(h.Tokens.Show(t.Context(), by, umbrella.ID, tok.ID)),
		"bind their token here":                first(h.Tokens.Bind(t.Context(), by, hive.Scope(), shared.ID, access.WorkspaceMember)),
		"rotate their token here":              second(h.Tokens.Rotate(t.Context(), by, umbrella.Scope(), shared.ID, 1, "")),
		"delete their token here":              first(h.Tokens.Delete(t.Context(), by, umbrella.Scope(), shared.ID, "Delete")),
		"edit their token":                     first(h.Tokens.Edit(t.Context(), by, h.Workspace.Scope(), tok.ID, access.EditToken{Name: "x", Role: access.WorkspaceMember})),
		"give ourselves a role there":          h.Members.SetRole(t.Context(), by, h.Org.Scope(), albert.ID, access.OrgOwner),
		"give their member a role here":        h.Members.SetRole(t.Context(), by, hive.Scope(), h.Owner.ID, access.WorkspaceMember),
		"delete their Workspace":               h.Workspaces.Delete(t.Context(), by, h.Workspace.Scope(), "delete"),
	} {
		if access.CodeOf(err) != access.NotFound || err.Error() != access.Missing().Error() {
			t.Errorf("%s: %v", name, err)
		}
	}
	if h.Dump() != before {
		t.Error("something changed")
	}
}

func first[T any](_ T, err error) error          { return err }
func second[T, U any](_ T, _ U, err error) error { return err }

// TestTokens_LimitsHold: a full Workspace takes no further token, and a token no further role.
func TestTokens_LimitsHold(t *testing.T) {
	h := dagpasstest.New(t)
	finance := h.NewWorkspace("Finance")
	shared, _ := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	h.Edit(`UPDATE counters SET tokens = 99999 WHERE entity_id = '` + string(h.Workspace.ID) + `'`)
	h.Edit(`INSERT INTO counters (entity_id, what, tokens) VALUES ('` + string(h.Workspace.ID) + `', 'at', 99999) ON CONFLICT DO NOTHING`)
	h.Token(h.Owner, h.Workspace.Scope(), "the last one", access.WorkspaceMember)

	_, _, err := h.Tokens.Create(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), access.NewToken{Name: "one too many", Role: access.WorkspaceMember})
	wantReason(t, err, access.ReasonFull)
	_, err = h.Tokens.Bind(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), shared.ID, access.WorkspaceMember)
	wantReason(t, err, access.ReasonFull)
	_, err = h.Tokens.Bind(t.Context(), h.Actor(h.Owner), finance.Scope(), shared.ID, access.WorkspaceMember)
	wantCode(t, err, "")
}
