package secret

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

const jtiLength = 26

// Claims is what an API token value says about its token. Anyone who holds the value can read it, so
// it names ids only. It is a snapshot for clients; the server takes no authority from it.
type Claims struct {
	TokenID        string
	OrganizationID string
	// WorkspaceID is set for tokens that live in a Workspace or Deployment and empty for tokens of
	// an Organization, whose Workspaces may change while the value stays.
	WorkspaceID string
	// JTI is the unique id of this value, from [NewJTI].
	JTI string
	// IssuedAt and ExpiresAt are written in whole seconds; fractions are cut off. A zero ExpiresAt
	// means that the token never expires.
	IssuedAt  time.Time
	ExpiresAt time.Time
	// Generation counts the values of the token, the first one being 1.
	Generation int
}

// Members of permissions, in their order. The Astro CLI finds the Organization and Workspace by these
// words and fails on an entry without a colon.
const (
	permissionToken        = "apiTokenId:"
	permissionOrganization = "organizationId:"
	permissionWorkspace    = "workspaceId:"
)

// wireClaims is the payload of a value. The order of its fields is the order of the members.
type wireClaims struct {
	Issuer      string   `json:"iss"`
	Audience    string   `json:"aud"`
	Subject     string   `json:"sub"`
	APITokenID  string   `json:"apiTokenId"`
	IssuedAt    int64    `json:"iat"`
	NotBefore   int64    `json:"nbf"`
	ExpiresAt   *int64   `json:"exp,omitempty"`
	JTI         string   `json:"jti"`
	Permissions []string `json:"permissions"`
	// Version is a text because the Astro CLI refuses a number here.
	Version string `json:"version"`
}

// check refuses claims from which no value may be made.
func (c Claims) check() error {
	switch {
	case !validID(c.TokenID):
		return errors.New("token id: want letters, digits, - and _")
	case !validID(c.OrganizationID):
		return errors.New("organization id: want letters, digits, - and _")
	case c.WorkspaceID != "" && !validID(c.WorkspaceID):
		return errors.New("workspace id: want letters, digits, - and _")
	case !isBase36(c.JTI, jtiLength):
		return fmt.Errorf("jti: want %d characters of [0-9a-z]", jtiLength)
	case c.Generation < 1:
		return errors.New("generation: want 1 or more")
	case c.IssuedAt.Unix() <= 0:
		return errors.New("time of issue: want one after 1970")
	case !c.ExpiresAt.IsZero() && c.ExpiresAt.Unix() <= c.IssuedAt.Unix():
		return errors.New("expiry: want one after the time of issue")
	}
	return nil
}

func validID(id string) bool {
	return 1 <= len(id) && len(id) <= 64 && isBase64URL(id)
}

// inSeconds returns c with its times as a value carries them.
func (c Claims) inSeconds() Claims {
	c.IssuedAt = time.Unix(c.IssuedAt.Unix(), 0).UTC()
	if c.ExpiresAt.IsZero() {
		c.ExpiresAt = time.Time{} // whatever its location was
		return c
	}
	c.ExpiresAt = time.Unix(c.ExpiresAt.Unix(), 0).UTC()
	return c
}

// wire returns the payload of c as it is signed.
func (c Claims) wire(issuer, audience string) wireClaims {
	w := wireClaims{
		Issuer: issuer, Audience: audience,
		Subject: c.TokenID, APITokenID: c.TokenID,
		IssuedAt: c.IssuedAt.Unix(), NotBefore: c.IssuedAt.Unix(),
		JTI:         c.JTI,
		Permissions: []string{permissionToken + c.TokenID, permissionOrganization + c.OrganizationID},
		Version:     strconv.Itoa(c.Generation),
	}
	if !c.ExpiresAt.IsZero() {
		exp := c.ExpiresAt.Unix()
		w.ExpiresAt = &exp
	}
	if c.WorkspaceID != "" {
		w.Permissions = append(w.Permissions, permissionWorkspace+c.WorkspaceID)
	}
	return w
}

// encode returns the one JSON text of w: members in order, no spaces, nothing escaped for HTML.
func (w wireClaims) encode() ([]byte, error) {
	var buf bytes.Buffer
	enc := json.NewEncoder(&buf)
	enc.SetEscapeHTML(false)
	if err := enc.Encode(w); err != nil {
		return nil, err
	}
	return bytes.TrimSuffix(buf.Bytes(), []byte("\n")), nil
}

// parseClaims reads a payload and returns its claims, issuer and audience.
//
// It accepts exactly what encode writes and nothing else: whatever was understood is written again
// and must give the same bytes. So duplicate, unknown, reordered and differently cased members,
// numbers in another notation, spaces and needless escapes are refused without a rule for each.
func parseClaims(payload []byte) (c Claims, issuer, audience string, err error) {
	var w wireClaims
	if err := json.Unmarshal(payload, &w); err != nil {
		return Claims{}, "", "", fmt.Errorf("%w: the payload is not the expected JSON", ErrMalformed)
	}
	c = w.claims()
	again, err := c.wire(w.Issuer, w.Audience).encode()
	if err != nil || !bytes.Equal(again, payload) {
		return Claims{}, "", "", fmt.Errorf("%w: the payload is not written as Dagpass writes it", ErrMalformed)
	}
	if err := c.check(); err != nil {
		return Claims{}, "", "", fmt.Errorf("%w: %w", ErrMalformed, err)
	}
	return c, w.Issuer, w.Audience, nil
}

// claims reads w leniently; parseClaims finds what was overlooked.
func (w wireClaims) claims() Claims {
	c := Claims{TokenID: w.APITokenID, JTI: w.JTI, IssuedAt: time.Unix(w.IssuedAt, 0).UTC()}
	if w.ExpiresAt != nil {
		c.ExpiresAt = time.Unix(*w.ExpiresAt, 0).UTC()
	}
	if len(w.Permissions) > 1 {
		c.OrganizationID = strings.TrimPrefix(w.Permissions[1], permissionOrganization)
	}
	if len(w.Permissions) > 2 {
		c.WorkspaceID = strings.TrimPrefix(w.Permissions[2], permissionWorkspace)
	}
	c.Generation, _ = strconv.Atoi(w.Version)
	return c
}
