package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"strings"
	"sync"
)

// tokenClient asks the API of a running server.
type tokenClient struct {
	server string
	made   created // by init, with the Organization Owner's token
	http   *http.Client
	begun  func() // called at every yes
}

func newTokenClient(p *program, made created) *tokenClient {
	return &tokenClient{server: p.url, made: made, http: &http.Client{Transport: &http.Transport{MaxIdleConnsPerHost: 64}}}
}

// close gives the connections back.
func (c *tokenClient) close() { c.http.CloseIdleConnections() }

// wireToken is what the proofs read of a token.
type wireToken struct {
	ID    string `json:"id"`
	Name  string `json:"name"`
	Token string `json:"token"` // its new value
	Roles []struct {
		Role string `json:"role"`
	} `json:"roles"`
}

// request is a call of the API.
type request struct {
	method, path, bearer, id string
	body                     any // url.Values are sent as a form, anything else as JSON
}

// do sends a request and reads the whole answer.
func (c *tokenClient) do(ctx context.Context, in request) (status int, out wireToken, err error) {
	r, err := in.build(ctx, c.server)
	if err != nil {
		return 0, out, err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return 0, out, err
	}
	defer response.Body.Close()
	text, err := io.ReadAll(response.Body)
	if err == nil && response.StatusCode == http.StatusOK {
		err = json.Unmarshal(text, &out)
	}
	return response.StatusCode, out, err
}

func (in request) build(ctx context.Context, server string) (*http.Request, error) {
	var body []byte
	kind := "application/json"
	switch b := in.body.(type) {
	case nil:
	case url.Values:
		body, kind = []byte(b.Encode()), "application/x-www-form-urlencoded"
	default:
		var err error
		if body, err = json.Marshal(b); err != nil {
			return nil, err
		}
	}
	r, err := http.NewRequestWithContext(ctx, in.method, server+in.path, bytes.NewReader(body))
	if err != nil {
		return nil, err
	}
	r.Header.Set("Content-Type", kind)
	if in.id != "" {
		r.Header.Set("X-Request-Id", in.id)
	}
	if in.bearer != "" {
		r.Header.Set("Authorization", "Bearer "+in.bearer)
	}
	return r, nil
}

func (c *tokenClient) tokens() string {
	return "/v1/organizations/" + c.made.OrganizationID + "/tokens"
}

// request puts a change into words of the API.
func (c *tokenClient) request(change *tokenChange) request {
	one := c.tokens() + "/" + change.of.id
	r := request{method: http.MethodPost, bearer: c.made.Token, id: change.request}
	switch change.kind {
	case createToken:
		r.path, r.body = c.tokens(), map[string]any{"name": change.of.name, "scope": "WORKSPACE", "entityId": c.made.WorkspaceID, "role": change.after.role}
	case rotateToken:
		r.path = one + "/rotate"
	case setRoles:
		role := map[string]string{"entityType": "WORKSPACE", "entityId": c.made.WorkspaceID, "role": change.after.role}
		r.path, r.body = one+"/roles", map[string]any{"roles": []any{role}}
	case revokeValue:
		ended := change.after.ended
		r.path, r.bearer, r.body = "/oauth/revoke", "", url.Values{"token": {ended[len(ended)-1]}}
	case deleteToken:
		r.method, r.path = http.MethodDelete, one
	}
	return r
}

// What the server answers instead of yes.
var (
	errRefused = errors.New("refused")
	errBusy    = errors.New("unavailable, nothing was changed") // on a machine that is too slow for all the writers
)

// make asks for a change and notes what the answer says.
func (c *tokenClient) make(ctx context.Context, change *tokenChange) error {
	status, out, err := c.do(ctx, c.request(change))
	switch {
	case err != nil:
		return err
	case status == http.StatusServiceUnavailable:
		return errBusy
	case status/100 != 2:
		return fmt.Errorf("%w: %s of %s: status %d", errRefused, change.kind, change.of.name, status)
	}
	change.told = true
	if out.Token != "" {
		change.of.id, change.after.value = out.ID, out.Token
	}
	return nil
}

// work lets a writer make changes until it has made as many as given or the server is gone. The error is one
// of the server, not of the connection to it.
func (c *tokenClient) work(ctx context.Context, w *writer, most int) error {
	for range most {
		w.open = w.next()
		switch err := c.make(ctx, w.open); {
		case err == nil:
			w.open = nil
			w.told++
			c.begun()
		case errors.Is(err, errBusy):
			w.settle(false)
		case errors.Is(err, errRefused):
			return err
		default:
			return nil
		}
	}
	return nil
}

// workAll lets all writers work at once. begun is closed at the first yes, and wait waits for all of them.
func (c *tokenClient) workAll(ctx context.Context, all []*writer, most int) (begun <-chan struct{}, wait func() error) {
	var done sync.WaitGroup
	first := make(chan struct{})
	c.begun = sync.OnceFunc(func() { close(first) })
	errs := make([]error, len(all))
	for i, w := range all {
		done.Go(func() { errs[i] = c.work(ctx, w, most) })
	}
	return first, func() error {
		done.Wait()
		return errors.Join(errs...)
	}
}

// differs says in what a token is not as it has to be, "" when it is.
func (c *tokenClient) differs(ctx context.Context, o *ownedToken, want tokenState) (string, error) {
	for _, value := range want.ended {
		if status, _, err := c.self(ctx, value); err != nil || status != http.StatusUnauthorized {
			return fmt.Sprintf("%s: an ended value is answered %d", o.name, status), err
		}
	}
	status, found, err := c.find(ctx, o, want)
	switch {
	case err != nil:
		return "", err
	case !want.exists && status != http.StatusNotFound:
		return fmt.Sprintf("%s: it should not exist and is answered %d", o.name, status), nil
	case !want.exists:
		return "", nil
	case status != http.StatusOK:
		return fmt.Sprintf("%s: it should exist and is answered %d", o.name, status), nil
	case found.Name != o.name || len(found.Roles) != 1 || found.Roles[0].Role != want.role:
		return fmt.Sprintf("%s: it is %q with the roles %v, want %s", o.name, found.Name, found.Roles, want.role), nil
	}
	return "", nil
}

// find asks for a token by its value, or as an Owner where it has none.
func (c *tokenClient) find(ctx context.Context, o *ownedToken, want tokenState) (int, wireToken, error) {
	if want.value != "" {
		return c.self(ctx, want.value)
	}
	if o.id == "" {
		return http.StatusNotFound, wireToken{}, nil
	}
	return c.do(ctx, request{method: http.MethodGet, path: c.tokens() + "/" + o.id, bearer: c.made.Token})
}

func (c *tokenClient) self(ctx context.Context, value string) (int, wireToken, error) {
	return c.do(ctx, request{method: http.MethodGet, path: "/v1/tokens/self", bearer: value})
}

// look finds the id of a token whose creation was not answered; it stays "" when there is none.
func (c *tokenClient) look(ctx context.Context, o *ownedToken) error {
	r, err := request{method: http.MethodGet, path: c.tokens() + "?limit=100&sorts=createdAt:desc", bearer: c.made.Token}.build(ctx, c.server)
	if err != nil {
		return err
	}
	response, err := c.http.Do(r)
	if err != nil {
		return err
	}
	defer response.Body.Close()
	var page struct {
		Tokens []wireToken `json:"tokens"`
	}
	if err := json.NewDecoder(response.Body).Decode(&page); err != nil {
		return fmt.Errorf("list of tokens, status %d: %w", response.StatusCode, err)
	}
	for _, found := range page.Tokens {
		if strings.EqualFold(found.Name, o.name) {
			o.id = found.ID
		}
	}
	return nil
}
