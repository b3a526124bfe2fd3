package web_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// BenchmarkTokensPage is the page of 50 API tokens through the whole site.
func BenchmarkTokensPage(b *testing.B) {
	h := dagpasstest.New(b)
	for i := range 60 {
		h.Token(h.Owner, h.Workspace.Scope(), fmt.Sprintf("pipeline %02d", i), access.WorkspaceMember)
	}
	r := httptest.NewRequest(http.MethodGet, dagpasstest.PublicURL+"/w/"+string(h.Workspace.ID)+"/tokens", nil)
	r.RemoteAddr = "192.0.2.7:40000"
	r.AddCookie(&http.Cookie{Name: "__Host-dagpass", Value: h.Owner.Session.Reveal()})
	b.ReportAllocs()
	for b.Loop() {
		w := httptest.NewRecorder()
		if h.Handler.ServeHTTP(w, r); w.Code != http.StatusOK {
			b.Fatal(w.Code)
		}
	}
}
