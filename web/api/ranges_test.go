package api_test

import (
	"fmt"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/go-json-experiment/json"

	"dagpass/internal/access"
	"dagpass/web/api"
)

const callersNetwork = "192.0.2.0/24" // that of httptest

// ranges is what clients read of a list of ranges.
type ranges struct {
	All []struct {
		ID    string `json:"id"`
		Range string `json:"ipAddressRange"`
	} `json:"allowedIpAddressRanges"`
	TotalCount int `json:"totalCount"`
}

func (r ranges) texts() []string {
	var out []string
	for _, one := range r.All {
		out = append(out, one.Range)
	}
	return out
}

func (h *house) listRanges(query string, by credential) ranges {
	h.Helper()
	a := h.get(h.organization("/iam/v1beta1")+"/allowed-ip-address-ranges"+query, by)
	var r ranges
	if err := json.Unmarshal([]byte(a.body), &r); err != nil || a.status != http.StatusOK {
		h.Fatalf("%d %s: %v", a.status, a.body, err)
	}
	return r
}

// organization is the path of Acme in a family.
func (h *house) organization(family string) string {
	return family + "/organizations/" + string(h.org.ID)
}

func fromAddress(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address + ":40000" }
}

// TestRanges_TerraformCycle: contract 4.7, the requests of astro_allowed_ip_address_ranges: apply, an
// empty plan, a change that adds before it deletes, and destroy.
func TestRanges_TerraformCycle(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "terraform")
	bulk := h.organization("/labs/v1") + "/allowed-ip-address-ranges"
	ids := func(of ...string) string {
		var found []string
		for _, r := range h.listRanges("?limit=1000&offset=0", owner).All {
			if slices.Contains(of, r.Range) {
				found = append(found, fmt.Sprintf("%q", r.ID))
			}
		}
		return `{"allowedIpAddressRangeIds":[` + strings.Join(found, ",") + `]}`
	}
	remove := func(body string) answer { return h.call(http.MethodDelete, bulk, owner.value, withBody(body)) }

	wantStatus(t, h.post(bulk, `{"allowedIpAddressRanges":["192.0.2.77/24","2001:DB8::/32"]}`, owner), http.StatusOK)
	if got := h.listRanges("?limit=1000&offset=0", owner); got.TotalCount != 2 ||
		!slices.Equal(got.texts(), []string{"2001:DB8::/32", "192.0.2.77/24"}) {
		t.Errorf("the plan would not be empty: %+v", got)
	}
	wantStatus(t, h.post(bulk, `{"allowedIpAddressRanges":["10.0.0.0/8","192.0.2.77/24"]}`, owner), http.StatusConflict)
	wantStatus(t, h.post(bulk, `{"allowedIpAddressRanges":["10.0.0.0/8"]}`, owner), http.StatusOK)
	wantStatus(t, remove(ids("2001:DB8::/32")), http.StatusNoContent)
	wantStatus(t, remove(ids("192.0.2.77/24")), http.StatusBadRequest)
	wantStatus(t, remove(ids("192.0.2.77/24", "10.0.0.0/8")), http.StatusNoContent)
	wantStatus(t, remove(`{"allowedIpAddressRangeIds":["gone"]}`), http.StatusNoContent)
	if got := h.listRanges("", owner); got.TotalCount != 0 || got.All == nil {
		t.Errorf("left %+v", got)
	}
}

// TestRanges_v1: contract 4.7, the single calls and the bulk calls of v1.
func TestRanges_v1(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	path := h.orgPath() + "/allowed-ip-address-ranges"
	has := func() bool {
		return strings.Contains(h.get(h.orgPath(), owner).body, `"hasAllowedIpAddressRanges":true`)
	}
	if has() {
		t.Error("there are ranges before the first")
	}
	made := h.post(path, `{"ipAddressRange":"`+callersNetwork+`"}`, owner)
	wantStatus(t, made, http.StatusOK)
	if !has() {
		t.Error("the Organization does not say that it has ranges")
	}
	id := h.listRanges("", owner).All[0].ID
	golden(t, "address_range", made.body, map[string]string{id: "{range}", string(h.org.ID): "{organization}", string(owner.ID): "{token}"})

	wantStatus(t, h.post(path+"/bulk-create", `{"allowedIpAddressRanges":["10.0.0.0/8","9.0.0.0/8"]}`, owner), http.StatusOK)
	if got := h.listRanges("?sorts=ipAddress:asc", owner).texts(); !slices.Equal(got, []string{"9.0.0.0/8", "10.0.0.0/8", callersNetwork}) {
		t.Errorf("by address: %v", got)
	}
	wantStatus(t, h.delete(path+"/"+id, owner), http.StatusBadRequest)
	nine := h.listRanges("?sorts=ipAddress:asc&limit=1", owner).All[0].ID
	wantStatus(t, h.post(path+"/bulk-delete", `{"allowedIpAddressRangeIds":["`+nine+`"]}`, owner), http.StatusNoContent)
	wantStatus(t, h.delete(path+"/"+nine, owner), http.StatusNotFound)
	for _, body := range []string{`{}`, `{"ipAddressRange":null}`, `{"ipAddressRange":7}`, `{"ipAddressRange":"10.0.0.1"}`, `[]`, `{"ipAddressRange":"1.0.0.0/8","ipAddressRange":"2.0.0.0/8"}`} {
		wantStatus(t, h.post(path, body, owner), http.StatusBadRequest)
	}
}

// TestRanges_Refusal: product.md 4.7, whoever comes from outside gets 403 with the reason and their
// address, and nothing else, on every path that acts in the Organization.
func TestRanges_Refusal(t *testing.T) {
	h := newHouse(t)
	owner := h.add(h.org.Scope(), access.OrgOwner, "owner")
	wantStatus(t, h.post(h.orgPath()+"/allowed-ip-address-ranges", `{"ipAddressRange":"`+callersNetwork+`"}`, owner), http.StatusOK)
	from := fromAddress("198.51.100.9")
	for _, path := range []string{"/v1/organizations", "/v1/users/self", h.orgPath(), h.orgPath() + "/workspaces",
		h.orgPath() + "/workspaces/" + string(h.workspace.ID), h.orgPath() + "/tokens", h.orgPath() + "/tokens/" + string(owner.ID),
		h.orgPath() + "/allowed-ip-address-ranges"} {
		a := h.call(http.MethodGet, path, owner.value, from)
		if wantStatus(t, a, http.StatusForbidden); !strings.Contains(a.body, `"reason":"address_not_allowed"`) || !strings.Contains(a.body, "198.51.100.9") {
			t.Errorf("%s: %s", path, a.body)
		}
		if strings.Contains(a.body, "boundWorkspaceIds") || strings.Contains(a.body, string(h.workspace.ID)) {
			t.Errorf("%s tells of Workspaces: %s", path, a.body)
		}
	}
	t.Run("an unknown Organization tells nothing of the caller's Workspaces either", func(t *testing.T) {
		a := h.call(http.MethodGet, "/v1/organizations/c00000000000000000000000z", owner.value, from)
		if wantStatus(t, a, http.StatusNotFound); strings.Contains(a.body, "boundWorkspaceIds") {
			t.Error(a.body)
		}
	})
	t.Run("a change does nothing", func(t *testing.T) {
		a := h.call(http.MethodDelete, h.orgPath()+"/tokens/"+string(owner.ID), owner.value, from)
		wantStatus(t, a, http.StatusForbidden)
		wantStatus(t, h.get("/v1/organizations", owner), http.StatusOK)
	})
}

// TestRanges_EveryRoute: product.md 4.7, no route that acts in the Organization is open from outside, to
// whichever role.
func TestRanges_EveryRoute(t *testing.T) {
	h := newHouse(t)
	p := h.place("Reading")
	for _, role := range []access.Role{access.OrgOwner, access.WorkspaceOwner} {
		by := p.caller(h, role)
		for _, r := range api.Routes() {
			if slices.Contains([]access.Action{api.Open, api.Self, api.Person, api.Absent}, r.Action) {
				continue // about nothing, or about the caller
			}
			body := ""
			if r.Method == http.MethodPost || strings.HasPrefix(r.Path, "/labs/") {
				body = "{}"
			}
			a := h.call(r.Method, p.path(r), by.value, withBody(body), fromAddress("198.51.100.9"))
			if a.status != http.StatusForbidden || a.failure(t).Reason != access.ReasonAddress {
				t.Errorf("%s %s as %s: %d %s", r.Method, r.Path, role, a.status, a.body)
			}
		}
	}
}
