package storetest

import (
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
)

func testTokens(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	t.Run("a token is read as it was stored, with its maker's name", func(t *testing.T) {
		tok, _ := h.token(t, ws, "ci", access.WorkspaceAuthor)
		h.wantToken(t, tok)
	})
	t.Run("what a token made bears the token's name", func(t *testing.T) {
		maker, by := h.token(t, ws, "maker", access.WorkspaceOwner)
		var made access.Token
		h.update(t, func(tx access.Tx) error {
			made = newToken(tx, ws, "made")
			made.CreatedBy, made.UpdatedBy = by.Person(), by.Person()
			return tx.InsertToken(made, access.WorkspaceMember, newIssue())
		})
		h.update(t, func(tx access.Tx) error { return tx.EndToken(maker, access.EndedByDeletion, system().Person()) })
		h.wantToken(t, made)
	})
	t.Run("another Organization does not find it", func(t *testing.T) {
		tok, _ := h.token(t, ws, "hidden", access.WorkspaceAuthor)
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Token(h.other.Org.ID, tok.ID); return err })
	})
	t.Run("a home that does not exist, or lies in another Organization, takes none", func(t *testing.T) {
		for _, home := range []access.Scope{{Org: acme.Org, Workspace: "c"}, {Org: acme.Org, Workspace: h.other.Workspace.ID}, {Org: "c"}} {
			h.fails(t, access.NotFound, func(tx access.Tx) error {
				return tx.InsertToken(newToken(tx, home, "lost"), access.WorkspaceMember, newIssue())
			})
		}
	})
	t.Run("an edit stores name, description, version and who changed them", func(t *testing.T) {
		tok, _ := h.token(t, ws, "old", access.WorkspaceAuthor)
		h.Advance(time.Minute)
		tok.Name, tok.Description, tok.Version = "new", "", 2
		tok.UpdatedBy = access.Person{Kind: access.UserActor, ID: string(h.acme.Owner.ID), Name: h.acme.Owner.FullName, Email: h.acme.Owner.Email}
		h.update(t, func(tx access.Tx) error {
			tok.UpdatedAt = tx.Now()
			return tx.UpdateToken(tok)
		})
		h.wantToken(t, tok)
	})
	t.Run("a rotation keeps the token and makes one value the only one", func(t *testing.T) {
		tok, by := h.token(t, ws, "rotated", access.WorkspaceAuthor)
		h.Advance(time.Hour)
		next := newIssue()
		tok = h.rotate(t, tok, next)
		h.wantToken(t, tok)
		h.view(t, func(tx access.Tx) error {
			old, err := tx.Presented(by.Credential)
			if old.Ended != access.EndedByRotation || !old.EndedAt.Equal(tok.LastRotatedAt) || old.Token != tok.ID {
				t.Errorf("the old value: %+v", old)
			}
			if err != nil {
				return err
			}
			now, err := tx.Presented(next.Digest)
			if !now.EndedAt.IsZero() || !now.EndAt.Equal(tok.EndAt) {
				t.Errorf("the new value: %+v", now)
			}
			return err
		})
	})
	t.Run("a revocation ends the value and keeps the token, until a rotation makes the next one", func(t *testing.T) {
		tok, by := h.token(t, ws, "revoked", access.WorkspaceAuthor)
		h.Advance(time.Hour)
		h.update(t, func(tx access.Tx) error {
			tok.RevokedAt = tx.Now()
			return tx.RevokeValue(tok)
		})
		h.wantToken(t, tok)
		h.view(t, func(tx access.Tx) error {
			p, err := tx.Presented(by.Credential)
			if p.Ended != access.EndedByRevocation || !p.EndedAt.Equal(tok.RevokedAt) || p.Token != tok.ID {
				t.Errorf("the value: %+v", p)
			}
			if roles, err := tx.TokenRoles(tok); err != nil || len(roles) != 1 {
				t.Errorf("its roles: %v, %v", roles, err)
			}
			return err
		})
		tok = h.rotate(t, tok, newIssue())
		if !tok.RevokedAt.IsZero() {
			t.Error("the next generation is revoked too")
		}
		h.wantToken(t, tok)
	})
	t.Run("a deleted token is gone from every list and answers why", func(t *testing.T) {
		for _, why := range []access.EndReason{access.EndedByDeletion, access.EndedWithWorkspace} {
			tok, by := h.token(t, ws, "dead", access.WorkspaceAuthor)
			h.update(t, func(tx access.Tx) error { return tx.EndToken(tok, why, system().Person()) })
			h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Token(acme.Org, tok.ID); return err })
			h.view(t, func(tx access.Tx) error {
				p, err := tx.Presented(by.Credential)
				if p.Ended != why || p.EndedAt.IsZero() || p.Name != "dead" || p.Home != ws || p.Org != acme.Org {
					t.Errorf("presented: %+v", p)
				}
				roles, _ := tx.TokenRoles(tok)
				if len(roles) != 0 {
					t.Errorf("it still has %v", roles)
				}
				return err
			})
			for _, change := range []func(tx access.Tx) error{
				func(tx access.Tx) error { return tx.UpdateToken(tok) },
				func(tx access.Tx) error { return tx.ReplaceValue(tok, newIssue()) },
				func(tx access.Tx) error { return tx.RevokeValue(tok) },
				func(tx access.Tx) error { return tx.EndToken(tok, why, system().Person()) },
			} {
				h.fails(t, access.NotFound, change)
			}
		}
	})
	t.Run("no two values are alike", func(t *testing.T) {
		issue := newIssue()
		h.update(t, func(tx access.Tx) error {
			return tx.InsertToken(newToken(tx, ws, "one"), access.WorkspaceMember, issue)
		})
		h.fails(t, access.Conflict, func(tx access.Tx) error {
			return tx.InsertToken(newToken(tx, ws, "two"), access.WorkspaceMember, issue)
		})
	})
	t.Run("a form key is used once a person", func(t *testing.T) {
		use := func(by access.UserID, key string) error {
			return h.Store.Update(t.Context(), func(tx access.Tx) error { return tx.UseFormKey(by, key) })
		}
		wantCode(t, use(h.acme.Owner.ID, "k"), "")
		wantReason(t, use(h.acme.Owner.ID, "k"), access.ReasonAlreadyDone)
		wantCode(t, use(h.acme.Owner.ID, "l"), "")
		wantCode(t, use(h.other.Owner.ID, "k"), "")
	})
}

func (h *house) wantToken(t *testing.T, want access.Token) {
	t.Helper()
	h.view(t, func(tx access.Tx) error {
		got, err := tx.Token(want.Home.Org, want.ID)
		if got != want {
			t.Errorf("got  %+v\nwant %+v", got, want)
		}
		return err
	})
}

func testTokenRoles(t *testing.T, h *house) {
	acme, ws := h.acme.Org.Scope(), h.acme.Workspace.Scope()
	tok, _ := h.token(t, acme, "shared", access.OrgMember)
	set := func(t *testing.T, at access.Scope, role access.Role) {
		t.Helper()
		h.update(t, func(tx access.Tx) error { return tx.SetTokenRole(tok, at, role, system().Person()) })
	}
	t.Run("the home comes first, then the Workspaces by name", func(t *testing.T) {
		early := h.workspace(t, acme.Org, "analytics").Scope()
		set(t, ws, access.WorkspaceMember)
		set(t, early, access.WorkspaceOwner)
		h.view(t, func(tx access.Tx) error {
			roles, err := tx.TokenRoles(tok)
			if len(roles) != 3 || roles[0].At != acme || !roles[0].Home || roles[1].At != early || roles[1].Home ||
				roles[1].WorkspaceName != "analytics" || roles[2].At != ws || roles[2].Role != access.WorkspaceMember ||
				roles[2].CreatedBy != system().Person() {
				t.Errorf("roles %+v", roles)
			}
			return err
		})
	})
	t.Run("there is one role per scope", func(t *testing.T) {
		set(t, ws, access.WorkspaceOperator)
		h.view(t, func(tx access.Tx) error {
			r, err := tx.TokenRoleAt(tok, ws)
			if r.Role != access.WorkspaceOperator || r.Home {
				t.Errorf("role %+v", r)
			}
			return err
		})
	})
	t.Run("the role at home can change and stays the home", func(t *testing.T) {
		set(t, acme, access.OrgBillingAdmin)
		h.view(t, func(tx access.Tx) error {
			r, err := tx.TokenRoleAt(tok, acme)
			if r.Role != access.OrgBillingAdmin || !r.Home {
				t.Errorf("role %+v", r)
			}
			return err
		})
	})
	t.Run("removing one leaves the others, and removing none is no error", func(t *testing.T) {
		for range 2 {
			h.update(t, func(tx access.Tx) error { return tx.RemoveTokenRole(tok, ws) })
		}
		err := h.Store.View(t.Context(), func(tx access.Tx) error { _, err := tx.TokenRoleAt(tok, ws); return err })
		wantCode(t, err, access.NotFound)
		h.view(t, func(tx access.Tx) error {
			bound, err := tx.BoundWorkspaces(tok.ID, 10)
			if len(bound) != 1 {
				t.Errorf("bound to %v", bound)
			}
			return err
		})
	})
	t.Run("a Workspace of another Organization gives no role", func(t *testing.T) {
		for _, at := range []access.Scope{h.other.Workspace.Scope(), {Org: acme.Org, Workspace: h.other.Workspace.ID}, h.other.Org.Scope()} {
			h.fails(t, access.NotFound, func(tx access.Tx) error {
				return tx.SetTokenRole(tok, at, access.WorkspaceOwner, system().Person())
			})
			h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.TokenRoleAt(tok, at); return err })
		}
	})
}

func testVerification(t *testing.T, h *house) {
	ws := h.acme.Workspace.Scope()
	tok, by := h.token(t, ws, "ci", access.WorkspaceAuthor)
	t.Run("a current value says whose it is and when it ends", func(t *testing.T) {
		h.view(t, func(tx access.Tx) error {
			p, err := tx.Presented(by.Credential)
			want := access.Presented{Token: tok.ID, Org: tok.Home.Org, Name: "ci", Home: ws, EndAt: tok.EndAt}
			if p != want {
				t.Errorf("got %+v, want %+v", p, want)
			}
			return err
		})
	})
	t.Run("a value that was never issued is not found", func(t *testing.T) {
		h.fails(t, access.NotFound, func(tx access.Tx) error { _, err := tx.Presented(secret.Digest{}); return err })
	})
	t.Run("last uses are stored, an older one changes nothing, and a token that is gone is no error", func(t *testing.T) {
		var use access.Use
		mark := func(u access.Use) {
			t.Helper()
			h.update(t, func(tx access.Tx) error {
				return tx.MarkUsed(map[access.TokenID]access.Use{tok.ID: u, "c": u})
			})
		}
		h.view(t, func(tx access.Tx) error {
			use = access.Use{At: tx.Now(), Address: "192.0.2.1", Client: "curl"}
			return nil
		})
		mark(use)
		mark(access.Use{At: use.At.Add(-time.Hour), Address: "192.0.2.2", Client: "old"})
		used := tok
		used.LastUsed = use
		h.wantToken(t, used)
		used.LastUsed = access.Use{At: use.At.Add(time.Second), Address: "192.0.2.3", Client: "new", AstroClient: "cli", AstroClientVersion: "1.45.0"}
		mark(used.LastUsed)
		h.wantToken(t, used)
	})
}
