package web_test

import (
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// TestTokenUse_Page: ui.md 3.5.
func TestTokenUse_Page(t *testing.T) {
	h := dagpasstest.New(t)
	ada := h.Member("Ada", h.Workspace.Scope(), access.WorkspaceOwner)
	b, owner := h.Browser(ada), h.Browser(h.Owner)
	tok, value := h.Token(ada, h.Workspace.Scope(), "ci-deploy", access.WorkspaceAuthor)
	use := tokensPath(h) + "/" + string(tok.ID) + "/use"

	t.Run("it has the files for this server and this Workspace, and no value", func(t *testing.T) {
		b.Get(use).Status(200).Has("Use ci-deploy in CI/CD", "GitHub Actions", "Terraform", "local.core "+dagpasstest.PublicURL,
			"--workspace-id "+string(h.Workspace.ID), string(h.Org.ID)).HasNot(value, "dagpass.example.com")
	})
	t.Run("the form Edit leads there", func(t *testing.T) {
		b.Get(tokensPath(h) + "/" + string(tok.ID) + "/edit").Status(200).Click("Use in CI/CD").Status(200).Has("Use ci-deploy in CI/CD")
	})
	t.Run("so does the page that shows a value, in another tab, so that the value stays", func(t *testing.T) {
		page := b.Get(tokensPath(h)+"/new").Status(200).Form("Create API token").
			Set("name", "next").Set("role", "WORKSPACE_MEMBER").Submit().Status(200)
		page.Click("Use it in CI/CD").Status(200).Has("Use next in CI/CD").HasNot(page.Secret())
		if !strings.Contains(page.Body, `/use" target="_blank" rel="noopener"`) {
			t.Error("the link leaves the value's page")
		}
	})

	shared, _ := h.Token(h.Owner, h.Org.Scope(), "shared", access.OrgMember)
	sharedUse := orgTokensPath(h) + "/" + string(shared.ID) + "/use"
	t.Run("an Organization token in no Workspace gets an example's id", func(t *testing.T) {
		owner.Get(orgTokensPath(h)+"/"+string(shared.ID)).Click("Use in CI/CD").Status(200).
			Has("Use shared in CI/CD", "--workspace-id c0000000000000000000000ws")
	})
	t.Run("one in a single Workspace gets that", func(t *testing.T) {
		if _, err := h.Tokens.Bind(t.Context(), h.Actor(h.Owner), h.Workspace.Scope(), shared.ID, access.WorkspaceMember); err != nil {
			t.Fatal(err)
		}
		owner.Get(sharedUse).Status(200).Has("--workspace-id " + string(h.Workspace.ID))
	})
	t.Run("in a Workspace a shared token has the page too", func(t *testing.T) {
		b.Get(tokensPath(h) + "/" + string(shared.ID) + "/use").Status(200).Has("Use shared in CI/CD")
	})
	t.Run("whoever may not view the token does not see the page", func(t *testing.T) {
		member := h.Browser(h.Member("Max", h.Workspace.Scope(), access.WorkspaceOperator))
		member.Get(use).Status(403)
		h.Browser(h.Person("Nora", access.OrgMember)).Get(use).Status(404)
		b.Get(sharedUse).Status(403)
		_, _, stranger := h.Elsewhere()
		h.Browser(stranger).Get(use).Status(404)
	})
	t.Run("an unknown token is not found", func(t *testing.T) {
		b.Get(tokensPath(h) + "/c0000000000000000000000zz/use").Status(404)
	})
}
