package api_test

import (
	"net/http"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/web/api"
)

// TestMatrix calls every route with a token of every role, for objects of its own Organization and
// of another one.
func TestMatrix(t *testing.T) {
	h := newHouse(t)
	own := object{h.org.ID, h.workspace.ID, h.add(h.workspace.Scope(), access.WorkspaceMember, "subject").ID}
	other := h.found("Umbrella", "Secret")
	foreign := object{other.Org.ID, other.Workspace.ID, h.add(other.Workspace.Scope(), access.WorkspaceMember, "theirs").ID}

	for _, level := range []access.Level{access.OrgLevel, access.WorkspaceLevel} {
		home := h.org.Scope()
		if level == access.WorkspaceLevel {
			home = h.workspace.Scope()
		}
		for _, role := range access.RolesOf(level) {
			caller := h.add(home, role, string(role))
			for _, r := range api.Routes() {
				t.Run(r.Method+" "+r.Path+" as "+string(role), func(t *testing.T) {
					if got, want := h.call(r.Method, own.fill(r.Path), caller.value).status, wantOwn(r, role); got != want {
						t.Errorf("own: %d, want %d", got, want)
					}
					want := http.StatusOK
					if strings.Contains(r.Path, ":") {
						want = http.StatusNotFound
					}
					if got := h.call(r.Method, foreign.fill(r.Path), caller.value).status; got != want {
						t.Errorf("foreign: %d, want %d", got, want)
					}
				})
			}
		}
	}
}

// object is one of everything a path can name.
type object struct {
	org       access.OrgID
	workspace access.WorkspaceID
	token     access.TokenID
}

func (o object) fill(path string) string {
	return strings.NewReplacer(":org", string(o.org), ":workspace", string(o.workspace), ":token", string(o.token)).Replace(path)
}

// wantOwn is the access matrix of product.md for reading: what a token with this role, and no other,
// is answered about its own Organization and the one Workspace in it.
func wantOwn(r api.Route, role access.Role) int {
	owner := role == access.OrgOwner || role == access.WorkspaceOwner
	inWorkspace := role == access.OrgOwner || access.IsRole(role, access.WorkspaceLevel)
	switch {
	case strings.HasSuffix(r.Path, "/tokens") && !owner:
		return http.StatusForbidden
	case strings.HasSuffix(r.Path, "/:workspace") && !inWorkspace,
		strings.HasSuffix(r.Path, "/:token") && !inWorkspace:
		return http.StatusNotFound
	case strings.HasSuffix(r.Path, "/:token") && !owner:
		return http.StatusForbidden
	}
	return http.StatusOK
}
