package api_test

import (
	"net/http"

	"github.com/go-json-experiment/json"
	"github.com/google/go-cmp/cmp"
)

// client sends what a program sends, with the value it was given.
type client struct {
	*house
	base  string // the URL of the Organization in the client's family
	value string
}

// cli is the Astro CLI 1.45, terraform the provider 1.5: the contract, 2.8 and section 7.
func (h *house) cli(by credential) *client {
	return &client{h, "/v1/organizations/" + string(h.org.ID), by.value}
}

func (h *house) terraform(by credential) *client {
	return &client{h, "/iam/v1beta1/organizations/" + string(h.org.ID), by.value}
}

// ask sends one request and ends the test unless the status is the expected one.
func (c *client) ask(status int, method, path, body string) answer {
	c.Helper()
	a := c.call(method, c.base+path, c.value, withBody(body))
	if a.status != status {
		c.Fatalf("%s %s %s: %d %s", method, path, body, a.status, a.body)
	}
	if a.status == http.StatusNoContent != (a.body == "") {
		c.Errorf("%s %s: %d with the body %q", method, path, a.status, a.body)
	}
	return a
}

// wireToken is what clients read of a token.
type wireToken struct {
	ID          string     `json:"id"`
	Name        string     `json:"name"`
	Description string     `json:"description"`
	Scope       string     `json:"scope"`
	Type        string     `json:"type"`
	Kind        string     `json:"kind"`
	Roles       []wireRole `json:"roles"`
	Days        int        `json:"expiryPeriodInDays"`
	StartAt     string     `json:"startAt"`
	EndAt       string     `json:"endAt"`
	CreatedAt   string     `json:"createdAt"`
	UpdatedAt   string     `json:"updatedAt"`
	RotatedAt   string     `json:"lastRotatedAt"`
	Token       string     `json:"token"`
}

type wireRole struct {
	EntityType string `json:"entityType"`
	EntityID   string `json:"entityId"`
	Role       string `json:"role"`
}

func (c *client) token(status int, method, path, body string) (t wireToken) {
	c.Helper()
	if err := json.Unmarshal([]byte(c.ask(status, method, path, body).body), &t); err != nil {
		c.Fatal(err)
	}
	return t
}

func (c *client) get(path string) wireToken {
	c.Helper()
	return c.token(http.StatusOK, http.MethodGet, path, "")
}

// setRoles posts a full set, as both clients do.
func (c *client) setRoles(status int, id string, roles ...wireRole) answer {
	c.Helper()
	set := must(json.Marshal(map[string]any{"roles": roles})).in(c.T)
	return c.ask(status, http.MethodPost, "/tokens/"+id+"/roles", string(set))
}

// works checks whether a value is accepted where every command begins.
func (c *client) works(value string) bool {
	c.Helper()
	return c.call(http.MethodGet, "/v1/organizations", value).status == http.StatusOK
}

func (c *client) wantRoles(id string, want ...wireRole) {
	c.Helper()
	if diff := cmp.Diff(want, c.get("/tokens/"+id).Roles); diff != "" {
		c.Errorf("roles (-want +got):\n%s", diff)
	}
}
