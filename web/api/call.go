package api

import (
	"context"
	"fmt"
	"net/http"
	"strconv"
	"strings"
	"time"

	"github.com/go-json-experiment/json"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
	"dagpass/web/middleware"
)

// operation answers a request with the value to encode, nil for an answer without a body.
type operation func(in *input, by access.Actor) (any, error)

// call joins the parts of an operation: read takes its input from the request, run performs it, and
// shape makes the wire form of what came out. A malformed input never reaches run.
func call[In, Out, Wire any](
	read func(*input) In,
	run func(context.Context, access.Actor, In) (Out, error),
	shape func(Out) Wire,
) operation {
	return func(in *input, by access.Actor) (any, error) {
		asked := read(in)
		if err := in.err(); err != nil {
			return nil, err
		}
		out, err := run(in.Request().Context(), by, asked)
		if err != nil {
			return nil, err
		}
		return shape(out), nil
	}
}

// command is [call] for what answers nothing but that it is done: 204.
func command[In any](read func(*input) In, run func(context.Context, access.Actor, In) error) operation {
	return func(in *input, by access.Actor) (any, error) {
		asked := read(in)
		if err := in.err(); err != nil {
			return nil, err
		}
		return nil, run(in.Request().Context(), by, asked)
	}
}

// authenticate returns the actor a request's Bearer value stands for: a token, or a person's login, and notes that it was used.
// Errors: Unauthenticated; Limited when too many others came from its address; Unavailable when the token could not be checked, which never lets in.
func (s *server) authenticate(r *http.Request) (access.Actor, error) {
	headers := r.Header.Values(echo.HeaderAuthorization)
	if len(headers) == 0 {
		return access.Actor{}, &access.Error{Code: access.Unauthenticated,
			Message: "This needs an API token. Send it in the header Authorization: Bearer <token>."}
	}
	from := middleware.OriginOf(r)
	by, err := s.verify(r.Context(), bearer(headers), from)
	middleware.InfoFrom(r.Context()).Credential = middleware.Outcome(err)
	switch access.CodeOf(err) {
	case "":
		return by, nil
	case access.Unauthenticated:
		return access.Actor{}, s.countFailure(r.Context(), from, err)
	}
	return access.Actor{}, unchecked(err)
}

// bearer returns the token of the one Authorization header. Whatever is no such header becomes "",
// which is no token either, so that all of them get the same answer.
func bearer(headers []string) string {
	scheme, token, _ := strings.Cut(headers[0], " ")
	if len(headers) > 1 || !strings.EqualFold(scheme, "Bearer") {
		return ""
	}
	return token
}

// unchecked is the answer when the database or the keys could not be asked.
func unchecked(err error) error {
	return &access.Error{Code: access.Unavailable, Reason: "unavailable", RetryAfter: retryAfter,
		Message: "The request could not be checked right now. Try again in a few seconds.", Err: err}
}

// retryAfter is how long a client is asked to wait when nothing better is known.
const retryAfter = 5 * time.Second

// jsonType carries a charset, which JSON needs not, because the contract's own answers do.
const jsonType = "application/json; charset=UTF-8"

// write sends a body as JSON. It is encoded before the first byte is sent, so that a value that
// can't be encoded still becomes a proper error.
func write(w http.ResponseWriter, status int, body any) error {
	text, err := json.Marshal(body)
	if err != nil {
		return fmt.Errorf("encode response: %w", err)
	}
	w.Header().Set(echo.HeaderContentType, jsonType)
	w.Header().Set(echo.HeaderContentLength, strconv.Itoa(len(text)))
	w.WriteHeader(status)
	_, _ = w.Write(text) // a client that left reads no error either
	return nil
}
