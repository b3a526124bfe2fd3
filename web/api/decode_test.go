package api

import (
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/labstack/echo/v4"

	"dagpass/internal/access"
)

// wanted is a body with a member of every kind.
type wanted struct {
	Name  string  `json:"name"`
	Note  *string `json:"note"`
	Days  *int    `json:"days"`
	On    bool    `json:"on"`
	Roles []struct {
		Role string `json:"role"`
	} `json:"roles"`
}

// read reads a body of the content type.
func read(contentType, body string) (wanted, error) {
	r := httptest.NewRequest("POST", "/v1/things", strings.NewReader(body))
	r.Header.Set("Content-Type", contentType)
	in := newInput(echo.New().NewContext(r, httptest.NewRecorder()))
	out := readBody[wanted](in)
	return out, in.err()
}

func TestReadBody(t *testing.T) {
	t.Run("members are read, unknown ones ignored, null is absent", func(t *testing.T) {
		got, err := read("application/json; charset=utf-8", `{"name":"a","note":null,"roles":[],"later":{"x":1}}`)
		if err != nil {
			t.Fatal(err)
		}
		if got.Name != "a" || got.Note != nil || got.Days != nil || got.Roles == nil {
			t.Errorf("%+v", got)
		}
	})
	t.Run("an empty list is told from none", func(t *testing.T) {
		for _, body := range []string{`{}`, `{"roles":null}`} {
			if got, err := read("application/json", body); err != nil || got.Roles != nil {
				t.Errorf("%s: %+v, %v", body, got, err)
			}
		}
	})
	t.Run("what is wrong is named", func(t *testing.T) {
		for body, want := range map[string]access.FieldProblem{
			``:                                       {Field: "body", Code: "json", Message: "Send one JSON object."},
			`{`:                                      {Field: "body", Code: "json", Message: "Send one JSON object."},
			`[]`:                                     {Field: "body", Code: "json", Message: "Send one JSON object."},
			`"x"`:                                    {Field: "body", Code: "json", Message: "Send one JSON object."},
			`{} {}`:                                  {Field: "body", Code: "json", Message: "Send one JSON object."},
			"{\"name\":\"\xff\"}":                    {Field: "body", Code: "json", Message: "Send one JSON object."},
			`{"name":"a","name":"b"}`:                {Field: "name", Code: "repeated", Message: "Give it once."},
			`{"name":1}`:                             {Field: "name", Code: "type", Message: "Use a text."},
			`{"days":"9"}`:                           {Field: "days", Code: "type", Message: "Use a whole number."},
			`{"days":1.5}`:                           {Field: "days", Code: "type", Message: "Use a whole number."},
			`{"days":99999999999999999999}`:          {Field: "days", Code: "type", Message: "Use a whole number."},
			`{"on":"true"}`:                          {Field: "on", Code: "type", Message: "Use true or false."},
			`{"roles":{}}`:                           {Field: "roles", Code: "type", Message: "Use a list."},
			`{"roles":[{"role":"a"},7]}`:             {Field: "roles.1", Code: "type", Message: "Use an object."},
			`{"roles":[{"role":"a"},{"role":null}]}`: {},
			// security.md 10: passed over, a restriction that is spelled so would restrict nothing.
			`{"Name":"a"}`:                 {Field: "body", Code: "spelling", Message: "Write the names of members exactly as they are documented; upper and lower case count."},
			`{"name":"a","NAME":"b"}`:      {Field: "body", Code: "spelling", Message: "Write the names of members exactly as they are documented; upper and lower case count."},
			`{"roles":[{"ROLE":"a"}]}`:     {Field: "body", Code: "spelling", Message: "Write the names of members exactly as they are documented; upper and lower case count."},
			`{"name":"a","LATER":{"X":1}}`: {},
		} {
			_, err := read("application/json", body)
			var got access.FieldProblem
			if err != nil {
				got = access.AsError(err).Fields[0]
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("%s: %s", body, diff)
			}
		}
	})
	t.Run("another content type, or none, is 415", func(t *testing.T) {
		for _, kind := range []string{"", "text/plain", "application/x-www-form-urlencoded", "application/json2", "application/merge-patch+json", ";"} {
			_, err := read(kind, `{"name":"a"}`)
			if r, ok := err.(refusal); !ok || r.Status != 415 {
				t.Errorf("%q: %v", kind, err)
			}
		}
	})
}
