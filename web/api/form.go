package api

import (
	"io"
	"mime"
	"net/http"
	"net/url"

	"github.com/labstack/echo/v4"

	"dagpass/web/middleware"
)

var notForm = middleware.Refusal{
	Status:  http.StatusUnsupportedMediaType,
	Reason:  "unsupported_media_type",
	Message: "Send the body as a form, with Content-Type: application/x-www-form-urlencoded.",
}

// readForm reads the body of an OAuth request (RFC 6749, appendix B). The query is never part of it: a
// URL stands in logs.
func readForm(in *input) url.Values {
	r := in.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationForm {
		in.refused = refusal{notForm}
		return nil
	}
	text, err := io.ReadAll(r.Body)
	switch {
	case middleware.IsTooLarge(err):
		in.refused = refusal{bodyTooLarge}
		return nil
	case err != nil:
		in.reject("body", "incomplete", "The body ended before it was complete.")
		return nil
	}
	form, err := url.ParseQuery(string(text))
	if err != nil {
		in.reject("body", "encoding", "Encode the body as application/x-www-form-urlencoded.")
		return nil
	}
	return form
}

// onlyValue returns a parameter of a form that has to be given once, and not empty (RFC 6749, 3.1).
func onlyValue(in *input, form url.Values, name string) string {
	switch values := form[name]; {
	case len(values) > 1:
		in.reject(name, "repeated", "Give it once.")
	case len(values) == 1 && values[0] != "":
		return values[0]
	case in.refused == nil && len(in.problems) == 0:
		in.reject(name, "required", "Give it.")
	}
	return ""
}
