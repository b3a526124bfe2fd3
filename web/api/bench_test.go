package api_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// BenchmarkShowToken is the authenticated read of one token through the whole site.
func BenchmarkShowToken(b *testing.B) {
	h := dagpasstest.New(b)
	at := h.Workspace.Scope()
	_, value := h.Token(h.Owner, at, "reader", access.WorkspaceOwner)
	tok, _ := h.Token(h.Owner, at, "read", access.WorkspaceMember)
	r := httptest.NewRequest(http.MethodGet, dagpasstest.PublicURL+"/v1/organizations/"+string(at.Org)+"/tokens/"+string(tok.ID), nil)
	r.RemoteAddr = "192.0.2.8:40000"
	r.Header.Set("User-Agent", "curl/8.5.0")
	r.Header.Set("Authorization", "Bearer "+value)
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		h.Handler.ServeHTTP(w, r)
		if w.Code != http.StatusOK {
			b.Fatal(w.Code, w.Body)
		}
	}
}

// BenchmarkCreateToken is the making of a token, with its event and durable, through the whole site.
func BenchmarkCreateToken(b *testing.B) {
	h := dagpasstest.New(b)
	at := h.Workspace.Scope()
	_, value := h.Token(h.Owner, at, "maker", access.WorkspaceOwner)
	b.ReportAllocs()
	for i := 0; b.Loop(); i++ {
		code, body := h.Call(http.MethodPost, "/v1/organizations/"+string(at.Org)+"/tokens", value,
			fmt.Sprintf(`{"name":"made %d","scope":"WORKSPACE","entityId":%q,"role":"WORKSPACE_MEMBER"}`, i, at.Workspace))
		if code != http.StatusOK {
			b.Fatal(code, body)
		}
	}
}
