package web

import (
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/multipart"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
)

// form is the body of a POST, read once and strictly: url-encoded only, at most maxFields fields,
// nothing from the query, and no field twice, because which of two values counts is a question an
// attacker would answer. A choice of several is the exception, and its form names it.
type form struct{ values url.Values }

const maxFields = 100

// readForm reads the body. choices are the fields in which several values may be chosen.
func readForm(c echo.Context, choices ...string) (form, error) {
	return readFields(c, maxFields, choices...)
}

// readFields is readForm for a form that may have another number of fields.
func readFields(c echo.Context, limit int, choices ...string) (form, error) {
	r := c.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEApplicationForm {
		return form{}, echo.NewHTTPError(http.StatusUnsupportedMediaType)
	}
	if err := r.ParseForm(); err != nil {
		return form{}, unreadable(err)
	}
	if len(r.PostForm) > limit {
		return form{}, badForm("The form has too many fields.")
	}
	for name, values := range r.PostForm {
		if len(values) > 1 && !slices.Contains(choices, name) {
			return form{}, badForm(fmt.Sprintf("The field %q was sent more than once.", name))
		}
	}
	return form{r.PostForm}, nil
}

// readUpload reads the body of a form that takes a text typed in or a file with it, as strictly: each of
// the two fields at most once, and no other. Without a file it may be url-encoded too. The middleware
// limits its length.
func readUpload(c echo.Context, typed, file string) (text map[string][]byte, err error) {
	r := c.Request()
	if kind, _, err := mime.ParseMediaType(r.Header.Get(echo.HeaderContentType)); err != nil || kind != echo.MIMEMultipartForm {
		body, err := readForm(c)
		return map[string][]byte{typed: []byte(body.get(typed))}, err
	}
	parts, err := r.MultipartReader()
	if err != nil {
		return nil, badForm("The form could not be read.")
	}
	return readParts(parts, typed, file)
}

func readParts(parts *multipart.Reader, fields ...string) (map[string][]byte, error) {
	text := map[string][]byte{}
	for {
		part, err := parts.NextPart()
		if errors.Is(err, io.EOF) {
			return text, nil
		}
		if err != nil {
			return nil, unreadable(err)
		}
		name := part.FormName()
		if _, twice := text[name]; twice || !slices.Contains(fields, name) {
			return nil, badForm(fmt.Sprintf("The field %q was not expected.", name))
		}
		if text[name], err = io.ReadAll(part); err != nil {
			return nil, unreadable(err)
		}
	}
}

// unreadable is the answer to a body that ended early or was too long.
func unreadable(err error) error {
	if _, tooLarge := errors.AsType[*http.MaxBytesError](err); tooLarge {
		return echo.NewHTTPError(http.StatusRequestEntityTooLarge)
	}
	return badForm("The form could not be read.")
}

func badForm(message string) error {
	return echo.NewHTTPError(http.StatusBadRequest, message)
}

// get returns a field as it was sent; a missing one is empty.
func (f form) get(name string) string { return f.values.Get(name) }

// all returns every value of a field that is a choice of several.
func (f form) all(name string) []string { return f.values[name] }

// shown returns a field for redisplay: what was typed, with bytes that are no text replaced.
func (f form) shown(name string) string { return strings.ToValidUTF8(f.get(name), "\uFFFD") }

// safeNext returns where to go after a sign-in: a path on this server, "/" for anything else. A
// second slash or a backslash would name another host, and control bytes hide one.
func safeNext(next string) string {
	if len(next) < 1 || next[0] != '/' || strings.HasPrefix(next, "//") || strings.ContainsAny(next, "\\") || !utf8.ValidString(next) {
		return "/"
	}
	for _, r := range next {
		if r < 0x20 || r == 0x7f {
			return "/"
		}
	}
	u, err := url.Parse(next)
	if err != nil || u.Scheme != "" || u.Host != "" || u.User != nil || strings.HasPrefix(u.Path, "//") {
		return "/"
	}
	return next
}

// problemsOf are the texts of the refused fields of an error, under the names the forms use.
func problemsOf(err error) map[string]string {
	out := map[string]string{}
	for _, p := range access.AsError(err).Fields {
		if _, said := out[p.Field]; !said {
			out[p.Field] = p.Message
		}
	}
	return out
}
