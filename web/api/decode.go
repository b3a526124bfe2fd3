package api

import (
	"errors"
	"io"
	"mime"
	"net/http"
	"reflect"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
	"github.com/labstack/echo/v4"

	"dagpass/web/middleware"
)

var (
	notJSON = middleware.Refusal{
		Status:  http.StatusUnsupportedMediaType,
		Reason:  "unsupported_media_type",
		Message: "Send the body as JSON, with Content-Type: application/json.",
	}
	bodyTooLarge = middleware.Refusal{
		Status:  http.StatusRequestEntityTooLarge,
		Reason:  "too_large",
		Message: "The request is larger than this server accepts.",
	}
)

// readBody decodes the JSON object of a request. What is absent, and what is null, stays the zero
// value: a pointer or slice that is nil was not given. Members nobody asks for are ignored, which the
// contract wants; one given twice is refused, as it could mean two things. So is one that is spelled almost
// like one that is asked for: passed over, a restriction written so would restrict nothing (security.md 10).
func readBody[T any](in *input) T {
	var body T
	r := in.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationJSON {
		in.refused = refusal{notJSON}
		return body
	}
	text, err := io.ReadAll(r.Body)
	switch {
	case middleware.IsTooLarge(err):
		in.refused = refusal{bodyTooLarge}
		return body
	case err != nil:
		in.reject("body", "incomplete", "The body ended before it was complete.")
		return body
	}
	if levels(text) > maxLevels {
		in.reject("body", "json", "Send one JSON object, of fewer levels.")
		return body
	}
	if err := json.Unmarshal(text, &body); err != nil {
		in.reject(bodyProblem(err))
		return body
	}
	var loose T
	if err := json.Unmarshal(text, &loose, json.MatchCaseInsensitiveNames(true)); err != nil || !reflect.DeepEqual(body, loose) {
		in.reject("body", "spelling", "Write the names of members exactly as they are documented; upper and lower case count.")
	}
	return body
}

// maxLevels is how deep objects and lists may stand in one another. No request needs more than four.
const maxLevels = 20

// levels is how deep objects and lists stand in one another, if the text is JSON.
func levels(text []byte) (deepest int) {
	level, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case c == '"':
			quoted = !quoted
		case quoted && c == '\\':
			i++
		case quoted:
		case c == '{' || c == '[':
			level++
			deepest = max(deepest, level)
		case c == '}' || c == ']':
			level--
		}
	}
	return deepest
}

// valueOf is what a member was given, the zero value for none.
func valueOf[T any](member *T) T {
	var none T
	if member == nil {
		return none
	}
	return *member
}

// bodyProblem words why a body can't be decoded, in terms of JSON and not of this program.
func bodyProblem(err error) (field, code, message string) {
	if wrong, ok := errors.AsType[*json.SemanticError](err); ok && wrong.JSONPointer != "" {
		return memberName(wrong.JSONPointer), "type", "Use " + jsonKind(wrong.GoType) + "."
	}
	if wrong, ok := errors.AsType[*jsontext.SyntacticError](err); ok && errors.Is(err, jsontext.ErrDuplicateName) {
		return memberName(wrong.JSONPointer), "repeated", "Give it once."
	}
	return "body", "json", "Send one JSON object."
}

// memberName writes a JSON pointer the way people name members: roles.0.entityId.
func memberName(p jsontext.Pointer) string {
	var tokens []string
	for t := range p.Tokens() {
		tokens = append(tokens, t)
	}
	return strings.Join(tokens, ".")
}

// jsonKind names what a Go type takes in JSON.
func jsonKind(t reflect.Type) string {
	for t.Kind() == reflect.Pointer {
		t = t.Elem()
	}
	switch t.Kind() {
	case reflect.String:
		return "a text"
	case reflect.Bool:
		return "true or false"
	case reflect.Slice:
		return "a list"
	case reflect.Struct, reflect.Map:
		return "an object"
	}
	return "a whole number"
}
