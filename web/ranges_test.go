package web_test

import (
	"net/http"
	"net/url"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/views"
)

// TestRanges_Console: product.md 4.7, every page of the Organization is refused from an address that is
// not allowed, in a frame that leads out; sign-in, sign-out and one's own account stay open.
func TestRanges_Console(t *testing.T) {
	h := dagpasstest.New(t)
	b := h.Browser(h.Owner)
	b.Get(generalPath(h)).Status(200).Has("Allowed addresses", "Every address: there are no allowed address ranges.")
	_, err := h.Ranges.AddMany(t.Context(), h.Actor(h.Owner), h.Org.ID, []string{"192.0.2.7/24", "2001:DB8::/32"})
	if err != nil {
		t.Fatal(err)
	}
	t.Run("its Owners see the ranges as they were submitted, and how they are managed", func(t *testing.T) {
		b.Get(generalPath(h)).Status(200).Has("192.0.2.7/24 2001:DB8::/32", "astro_allowed_ip_address_ranges")
		h.Browser(h.Person("Mia", access.OrgMember)).Get(generalPath(h)).Status(200).HasNot("192.0.2.7/24", "Allowed addresses")
	})

	away := h.Browser(h.Owner)
	away.Address = "198.51.100.9"
	for _, path := range []string{views.WorkspacesURL, generalPath(h), workspacesPath(h), "/w/" + string(h.Workspace.ID) + "/tokens"} {
		t.Run(path+" is refused from elsewhere with the address, and tells nothing", func(t *testing.T) {
			away.Get(path).Status(403).Has("Not from this address", "198.51.100.9", "Sign out", "Go to your sessions").HasNot("Acme", "Data Platform")
		})
	}
	t.Run("so is a form, which changes nothing and is recorded", func(t *testing.T) {
		for path, event := range map[string]string{
			generalPath(h):           "organization.update denied  by Owner 01",
			detailsPath(h.Workspace): "workspace.update denied  by Owner 01",
		} {
			away.Post(path, url.Values{"name": {"Mine"}}).Status(403)
			if got := h.LastEvent(); got != event {
				t.Errorf("recorded %q, want %q", got, event)
			}
		}
		b.Get(generalPath(h)).Has("Acme").HasNot("Mine")
	})
	t.Run("the way on is open, and so is the way out", func(t *testing.T) {
		away.Get(views.WorkspacesURL).Click("Go to your sessions").Status(200).HasNot("Acme")
		away.Do(http.MethodPost, "/sign-out", url.Values{}).Status(303)
	})
}
