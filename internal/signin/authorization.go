package signin

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/base64"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"dagpass/internal/access"
)

// Program is a client of OAuth: a program that may ask to act for a person. It is a public one, which
// keeps no secret (RFC 6749, 2.1).
type Program struct {
	ID   string // client_id
	Name string // as people know it
	// RedirectURI is the one address that answers go to, compared as it is written.
	RedirectURI string
}

// AstroCLI is the only program there is (security.md 19). It listens on the computer where it runs.
var AstroCLI = Program{ID: "astro-cli", Name: "Astro CLI", RedirectURI: "http://localhost:12345/callback"}

// Authorization is what a program asks a person for (RFC 6749, 4.1.1 and RFC 7636, 4.3).
type Authorization struct {
	Program   Program
	Challenge string // base64url of the SHA-256 of the program's verifier
	State     string // given back as it came; the Astro CLI sends none
}

// The reasons of refused authorizations and grants: except for the first, the error codes of RFC 6749
// (4.1.2.1, 5.2) and OpenID Connect, which go to the program.
const (
	// ReasonUnknownProgram: not even where an answer may go is known, so a person is told instead.
	ReasonUnknownProgram   = "unknown_program"
	ReasonInvalidRequest   = "invalid_request"
	ReasonUnsupported      = "unsupported_response_type"
	ReasonConsentRequired  = "consent_required"
	ReasonAccessDenied     = "access_denied"
	ReasonInvalidClient    = "invalid_client"
	ReasonInvalidGrant     = "invalid_grant"
	ReasonUnsupportedGrant = "unsupported_grant_type"
)

// challengeForm is what base64url makes of a SHA-256.
var challengeForm = regexp.MustCompile(`^[A-Za-z0-9_-]{43}$`)

// maxState bounds what a program has given back to it.
const maxState = 1024

// ReadAuthorization reads the parameters of an authorization request. Errors: Invalid with reason
// unknown_program, upon which nobody may be sent anywhere (RFC 6749, 4.1.2.1); Invalid with any other
// reason, which the returned authorization's program is told. Parameters nobody knows are ignored.
func ReadAuthorization(q url.Values) (Authorization, error) {
	id, redirect := q["client_id"], q["redirect_uri"]
	if len(id) != 1 || len(redirect) != 1 || id[0] != AstroCLI.ID || redirect[0] != AstroCLI.RedirectURI {
		return Authorization{}, refusedRequest(ReasonUnknownProgram, "This link was not made by a program that Dagpass knows, so nothing was allowed. To sign in from the Astro CLI run astro login again.")
	}
	a := Authorization{Program: AstroCLI, Challenge: q.Get("code_challenge")}
	if len(q["state"]) == 1 && len(q.Get("state")) <= maxState {
		a.State = q.Get("state")
	}
	return a, a.check(q)
}

func (a Authorization) check(q url.Values) error {
	for name, values := range q {
		if len(values) > 1 && slices.Contains(onlyOnce, name) {
			return refusedRequest(ReasonInvalidRequest, "The parameter "+name+" was given more than once.")
		}
	}
	switch {
	case q.Get("response_type") == "":
		return refusedRequest(ReasonInvalidRequest, "The parameter response_type is missing.")
	case q.Get("response_type") != "code":
		return refusedRequest(ReasonUnsupported, "The only response_type is code.")
	case q.Has("response_mode") && q.Get("response_mode") != "query":
		return refusedRequest(ReasonInvalidRequest, "The only response_mode is query.")
	case len(q.Get("state")) > maxState:
		return refusedRequest(ReasonInvalidRequest, "The parameter state is too long.")
	case !challengeForm.MatchString(a.Challenge) || q.Get("code_challenge_method") != "S256":
		return refusedRequest(ReasonInvalidRequest, "PKCE with code_challenge_method S256 is required (RFC 7636).")
	case slices.Contains(strings.Fields(q.Get("prompt")), "none"):
		return refusedRequest(ReasonConsentRequired, "A person has to allow this on a page.")
	}
	return nil
}

// onlyOnce are the parameters of which two would mean two things (RFC 6749, 3.1).
var onlyOnce = []string{"response_type", "response_mode", "code_challenge", "code_challenge_method", "state", "scope", "prompt", "audience"}

func refusedRequest(reason, text string) error {
	return &access.Error{Code: access.Invalid, Reason: reason, Message: text}
}

// proves reports whether a verifier is the one behind a challenge (RFC 7636, 4.6).
func proves(verifier, challenge string) bool {
	sum := sha256.Sum256([]byte(verifier))
	made := base64.RawURLEncoding.EncodeToString(sum[:])
	return subtle.ConstantTimeCompare([]byte(made), []byte(challenge)) == 1
}
