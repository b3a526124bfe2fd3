package web_test

import (
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestRevokedToken_Page: product.md 4.7, F30.
func TestRevokedToken_Page(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	tok, value := h.Token(h.Owner, h.Org.Scope(), "org-automation", access.OrgMember)
	here, valueHere := h.Token(h.Owner, h.Workspace.Scope(), "ci-deploy", access.WorkspaceAuthor)
	for _, v := range []string{value, valueHere} {
		if _, err := h.Tokens.Revoke(t.Context(), v, access.Origin{Address: "198.51.100.9", Door: access.APIDoor}); err != nil {
			t.Fatal(err)
		}
	}

	t.Run("both lists mark it where its end stands, and find it as one that ended", func(t *testing.T) {
		for _, list := range []string{orgTokensPath(h), tokensPath(h)} {
			b.Get(list).Status(200).Has("Revoked")
			b.Get(list + "?status=expired").Status(200).Has("Revoked")
			b.Get(list + "?status=active").Status(200).HasNot("Revoked")
		}
	})
	t.Run("its page says what happened and leads to a new value", func(t *testing.T) {
		page := b.Get(orgTokensPath(h)+"/"+string(tok.ID)).Status(200).Has("Somebody who had its value revoked it on", "nothing can use it since")
		next := page.Click("Rotate token").Status(200).Has("was revoked on").Form("Rotate token").Submit().Status(200).Secret()
		if !h.Accepts(next) || h.Accepts(value) {
			t.Error("the new value is refused, or the revoked one accepted")
		}
		b.Get(orgTokensPath(h) + "/" + string(tok.ID)).Status(200).HasNot("revoked")
	})
	t.Run("in a Workspace the form Edit says so, and offers Rotate", func(t *testing.T) {
		b.Get(tokensPath(h)+"/"+string(here.ID)+"/edit").Status(200).Has("Somebody who had its value revoked it on", "Rotate it to make it usable again.", "Rotate token")
	})
	t.Run("the record names the token that was ended", func(t *testing.T) {
		b.Get("/o/"+string(h.Org.ID)+"/audit").Status(200).Has("Revoke an API token", "198.51.100.9", "org-automation")
	})
	t.Run("neither page nor log holds a value", func(t *testing.T) {
		if strings.Contains(h.Dump(), value) || strings.Contains(h.Logs.String(), value) {
			t.Error("it was stored or logged")
		}
	})
}
