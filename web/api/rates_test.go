package api_test

import (
	"net/http"
	"net/url"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/limit"
	"dagpass/web/api"
)

// limited puts limits in front of the API that are used up by two requests, so that no test waits.
func (h *house) limited() {
	c := h.config()
	c.Rates = api.Rates{Requests: limit.Requests{Get: 0.1, Post: 0.1, Delete: 0.1}, BadBearer: 2}
	h.site = h.build(c)
}

func from(address string) func(*http.Request) {
	return func(r *http.Request) { r.RemoteAddr = address }
}

// TestRates_requests: F31, contract 3.7.
func TestRates_requests(t *testing.T) {
	h := newHouse(t)
	noisy := h.add(h.workspace.Scope(), access.WorkspaceOwner, "noisy")
	quiet := h.add(h.workspace.Scope(), access.WorkspaceOwner, "quiet")
	h.limited()
	for range 2 {
		if a := h.get("/v1/organizations", noisy); a.status != http.StatusOK {
			t.Fatalf("within the limit: %d %s", a.status, a.body)
		}
	}

	t.Run("one more is 429 in the form of every error, and says when to come back", func(t *testing.T) {
		a := h.get("/v1/organizations", noisy)
		b := a.failure(t)
		if a.status != http.StatusTooManyRequests || b.Reason != "too_many_requests" || a.header.Get("Retry-After") != "10" ||
			b.Message != "This API token may send 0.1 GET requests a second, and sent more. Try again in 10 seconds." {
			t.Errorf("%d %v %s", a.status, a.header, a.body)
		}
	})
	t.Run("HEAD counts as GET", func(t *testing.T) {
		if a := h.call(http.MethodHead, "/v1/organizations", noisy.value); a.status != http.StatusTooManyRequests {
			t.Errorf("%d", a.status)
		}
	})
	t.Run("the path does not matter, nor the family", func(t *testing.T) {
		if a := h.get("/platform/v1beta1/organizations", noisy); a.status != http.StatusTooManyRequests {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("another method has its own limit", func(t *testing.T) {
		if a := h.delete(h.orgPath()+"/tokens/"+unknownID, noisy); a.status != http.StatusNotFound {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("another token does not feel it", func(t *testing.T) {
		if a := h.get("/v1/organizations", quiet); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("nothing is done for a request that is turned away", func(t *testing.T) {
		for range 2 {
			h.delete(h.orgPath()+"/tokens/"+unknownID, noisy)
		}
		if a := h.delete(h.orgPath()+"/tokens/"+string(quiet.ID), noisy); a.status != http.StatusTooManyRequests {
			t.Errorf("%d %s", a.status, a.body)
		}
		if a := h.get("/v1/organizations", quiet); a.status != http.StatusOK {
			t.Errorf("the token that was to be deleted: %d %s", a.status, a.body)
		}
	})
	t.Run("after the pause there is room again", func(t *testing.T) {
		h.clock.forward(10 * time.Second)
		if a := h.get("/v1/organizations", noisy); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("a rotated token keeps its limit", func(t *testing.T) {
		next := h.rotate(noisy)
		if a := h.get("/v1/organizations", next); a.status != http.StatusTooManyRequests {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
}

// TestRates_refresh: each renewal of a login is a write, which one person must not take from all others.
func TestRates_refresh(t *testing.T) {
	h := newHouse(t)
	grace := h.person(h.org.Scope(), access.OrgMember, "Grace Hopper")
	got := h.token(exchanging(h.consent(grace)))
	refresh := url.Values{"client_id": {"astro-cli"}, "grant_type": {"refresh_token"}, "refresh_token": {got.member(t, "refresh_token")}}
	h.limited()
	for range 2 {
		if a := h.token(refresh); a.status != http.StatusOK {
			t.Fatalf("within the limit: %d %s", a.status, a.body)
		}
	}
	a := h.token(refresh)
	if a.status != http.StatusTooManyRequests || a.header.Get("Retry-After") != "10" || a.member(t, "error") != "temporarily_unavailable" {
		t.Errorf("%d %v %s", a.status, a.header, a.body)
	}
	if a := h.token(exchanging(h.consent(h.person(h.org.Scope(), access.OrgMember, "Ada Park")))); a.status != http.StatusOK {
		t.Errorf("another person feels it: %d %s", a.status, a.body)
	}
}

// TestRates_badBearer: security.md 8.
func TestRates_badBearer(t *testing.T) {
	h := newHouse(t)
	good := h.add(h.workspace.Scope(), access.WorkspaceOwner, "ci")
	h.limited()
	bad := func(address string) answer {
		return h.call(http.MethodGet, "/v1/organizations", flip(good.value), from(address))
	}
	for range 2 {
		if a := bad("192.0.2.7:1"); a.status != http.StatusUnauthorized {
			t.Fatalf("%d %s", a.status, a.body)
		}
	}
	t.Run("too many wrong ones from an address are 429", func(t *testing.T) {
		a := bad("192.0.2.7:2")
		if b := a.failure(t); a.status != http.StatusTooManyRequests || b.Reason != "too_many_requests" || a.header.Get("Retry-After") != "30" {
			t.Errorf("%d %v %s", a.status, a.header, a.body)
		}
	})
	t.Run("a good one from there is let in", func(t *testing.T) {
		if a := h.call(http.MethodGet, "/v1/organizations", good.value, from("192.0.2.7:3")); a.status != http.StatusOK {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("another address is still told why", func(t *testing.T) {
		if a := bad("192.0.2.8:1"); a.status != http.StatusUnauthorized {
			t.Errorf("%d %s", a.status, a.body)
		}
	})
	t.Run("all of an IPv6 subscriber counts as one", func(t *testing.T) {
		for i, address := range []string{"[2001:db8:1:2::1]:1", "[2001:db8:1:2::2]:1", "[2001:db8:1:2:3::]:1"} {
			want := http.StatusUnauthorized
			if i == 2 {
				want = http.StatusTooManyRequests
			}
			if a := bad(address); a.status != want {
				t.Errorf("%s: %d %s", address, a.status, a.body)
			}
		}
	})
	t.Run("a request without a credential is not counted", func(t *testing.T) {
		for range 3 {
			if a := h.call(http.MethodGet, "/v1/organizations", "", from("192.0.2.9:1")); a.status != http.StatusUnauthorized {
				t.Errorf("%d %s", a.status, a.body)
			}
		}
	})
}
