package access_test

import (
	"crypto/ed25519"
	"encoding/base64"
	"encoding/json"
	"slices"
	"strings"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
)

// TestRecord_TellsTheWholeStory: R59, every act on a token and every refused one is recorded with
// who, what and on which object, in a chain that holds.
func TestRecord_TellsTheWholeStory(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)
	olga := h.Member("Olga", ws, access.WorkspaceOperator)
	before := len(h.Events(string(h.Org.ID)))

	own, value := h.Token(ada, ws, "ci", access.WorkspaceAuthor)
	shared, _ := h.Token(h.Owner, h.Org.Scope(), "deploy-all", access.OrgMember)
	by, owner := h.Actor(ada), h.Actor(h.Owner)
	must := func(_ access.Token, err error) {
		t.Helper()
		wantCode(t, err, "")
	}
	must(h.Tokens.Edit(t.Context(), by, ws, own.ID, access.EditToken{Name: "ci-deploy", Role: access.WorkspaceMember}))
	must(h.Tokens.Bind(t.Context(), owner, ws, shared.ID, access.WorkspaceOperator))
	must(h.Tokens.Rebind(t.Context(), by, ws, shared.ID, access.WorkspaceMember, ""))
	must(h.Tokens.Unbind(t.Context(), by, ws, shared.ID))
	_, _, err := h.Tokens.Rotate(t.Context(), by, ws, own.ID, 1, "")
	wantCode(t, err, "")
	_, err = h.Tokens.Delete(t.Context(), h.Actor(olga), ws, own.ID, "Delete")
	wantCode(t, err, access.Forbidden)
	must(h.Tokens.Delete(t.Context(), by, ws, own.ID, "Delete"))
	for range 3 { // a forgotten pipeline leaves one event an hour
		_, err = h.Tokens.Verify(t.Context(), value, access.Origin{Address: "192.0.2.99"})
		wantCode(t, err, access.Unauthenticated)
	}

	want := []string{
		"token.create ok ci by Ada",
		"token.create ok deploy-all by Owner 01",
		"token.binding.update ok ci by Ada",
		"token.update ok ci-deploy by Ada",
		"token.binding.add ok deploy-all by Owner 01",
		"token.binding.update ok deploy-all by Ada",
		"token.binding.remove ok deploy-all by Ada",
		"token.rotate ok ci-deploy by Ada",
		"token.delete denied  by Olga",
		"token.delete ok ci-deploy by Ada",
		"token.used_after_end ok ci-deploy by ci-deploy",
	}
	if got := h.Events(string(h.Org.ID))[before:]; !slices.Equal(got, want) {
		t.Errorf("recorded\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	if !strings.Contains(h.Dump(), "target_kind=token|target_id="+string(own.ID)+"|target_name=|") {
		t.Error("the refusal does not say which token it was about")
	}
	if _, err := h.DB.VerifyAudit(t.Context()); err != nil {
		t.Errorf("the chain does not hold: %v", err)
	}
}

// TestRecord_RefusalsCantFillIt: at most ten rows per actor and minute, the rest are counted.
func TestRecord_RefusalsCantFillIt(t *testing.T) {
	h := dagpasstest.New(t)
	olga := h.Actor(h.Member("Olga", h.Workspace.Scope(), access.WorkspaceOperator))
	refuse := func(times int) {
		for range times {
			_, _, err := h.Tokens.Create(t.Context(), olga, h.Workspace.Scope(), access.NewToken{Name: "x"})
			wantCode(t, err, access.Forbidden)
		}
	}
	denied := func() (n int) {
		for _, e := range h.Events(string(h.Org.ID)) {
			if strings.Contains(e, " denied ") {
				n++
			}
		}
		return n
	}
	refuse(25)
	if n := denied(); n != 10 {
		t.Errorf("%d refusals recorded in a minute", n)
	}
	h.Clock.Advance(2 * time.Minute)
	refuse(1)
	if n := denied(); n != 11 || !strings.Contains(h.Dump(), `suppressed`) {
		t.Errorf("%d refusals recorded after it, or not how many were left out", n)
	}
}

// TestValue_IsWhatTheCLIReads: R58, R60, a JWT that anyone can check with the published keys, whose
// claims have the types the Astro CLI insists on.
func TestValue_IsWhatTheCLIReads(t *testing.T) {
	h := dagpasstest.New(t)
	published, err := h.DB.PublicKeys(t.Context())
	wantCode(t, err, "")
	for _, c := range []struct {
		at          access.Scope
		role        access.Role
		permissions []string
	}{
		{h.Workspace.Scope(), access.WorkspaceMember, []string{"apiTokenId:", "organizationId:" + string(h.Org.ID), "workspaceId:" + string(h.Workspace.ID)}},
		{h.Org.Scope(), access.OrgMember, []string{"apiTokenId:", "organizationId:" + string(h.Org.ID)}},
	} {
		tok, value := h.Token(h.Owner, c.at, "ci", c.role)
		c.permissions[0] += string(tok.ID)
		var claims struct {
			Permissions []string `json:"permissions"`
			APITokenID  string   `json:"apiTokenId"`
			Version     string   `json:"version"`
			Exp         *int64   `json:"exp"`
		}
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(value, ".")[1])
		wantCode(t, err, "")
		wantCode(t, json.Unmarshal(payload, &claims), "")
		if !slices.Equal(claims.Permissions, c.permissions) || claims.APITokenID != string(tok.ID) || claims.Version != "1" ||
			claims.Exp == nil || *claims.Exp != tok.EndAt.Unix() {
			t.Errorf("claims %+v", claims)
		}
		key := published[0]
		if _, err := secret.Verify(value, map[string]ed25519.PublicKey{key.KID: key.Key}, dagpasstest.PublicURL, dagpasstest.Audience, h.Clock.Now()); err != nil {
			t.Errorf("the published key refuses it: %v", err)
		}
	}
	t.Run("a token that never expires has no exp", func(t *testing.T) {
		_, val, err := h.Tokens.Create(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), access.NewToken{Name: "for ever", Role: access.WorkspaceMember})
		wantCode(t, err, "")
		payload, err := base64.RawURLEncoding.DecodeString(strings.Split(val.Reveal(), ".")[1])
		if err != nil || strings.Contains(string(payload), `"exp"`) {
			t.Errorf("%s, %v", payload, err)
		}
	})
}
