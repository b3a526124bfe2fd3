package api

import (
	"fmt"
	"net/url"
	"slices"
	"strconv"
	"strings"

	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
)

// input reads the path and query of a request and collects what is wrong with them. Parameters
// nobody asks for are ignored.
type input struct {
	echo.Context
	query    url.Values
	missing  bool // an id that can't name anything
	refused  error
	problems []access.FieldProblem
}

func newInput(c echo.Context) *input {
	in := &input{Context: c}
	var err error
	if in.query, err = url.ParseQuery(c.Request().URL.RawQuery); err != nil {
		in.reject("query", "encoding", "Encode the query as application/x-www-form-urlencoded.")
	}
	return in
}

// err returns NotFound for a malformed id, why the body was not read at all, Invalid with every
// problem for the rest, or nil.
func (in *input) err() error {
	if in.missing {
		return access.Missing()
	}
	if in.refused != nil {
		return in.refused
	}
	return access.BadInput(in.problems...)
}

func (in *input) reject(field, code, message string) {
	in.problems = append(in.problems, access.FieldProblem{Field: field, Code: code, Message: message})
}

// pathID returns the id at a place of the path.
func pathID[T ~string](in *input, name string) T { return parseID[T](in, in.Param(name)) }

func parseID[T ~string](in *input, text string) T {
	id, err := access.ParseID[T](text)
	if err != nil {
		in.missing = true
	}
	return id
}

// text returns a parameter that may be given once, and whether it was.
func (in *input) text(name string) (value string, given bool) {
	values := in.query[name]
	switch len(values) {
	case 0:
		return "", false
	case 1:
		return values[0], true
	}
	in.reject(name, "repeated", "Give it once.")
	return "", false
}

// texts returns every value of a parameter that may be repeated.
func (in *input) texts(name string) []string { return in.query[name] }

// number returns a whole number from 0 to most, or what stands for an absent one.
func (in *input) number(name string, absent, most int) int {
	text, given := in.text(name)
	if !given {
		return absent
	}
	n, err := strconv.ParseUint(text, 10, 31)
	if err != nil || int(n) > most {
		in.reject(name, "range", fmt.Sprintf("Use a whole number from 0 to %d.", most))
		return absent
	}
	return int(n)
}

// choice returns one of the allowed values, "" for an absent one.
func (in *input) choice(name string, allowed ...string) string {
	text, given := in.text(name)
	if given && !slices.Contains(allowed, text) {
		in.reject(name, "choice", "Use one of "+strings.Join(allowed, ", ")+".")
		return ""
	}
	return text
}

// flag returns whether a parameter is true; an absent one is false.
func (in *input) flag(name string) bool { return in.choice(name, "true", "false") == "true" }
