package openapi

import (
	"fmt"
	"regexp"
	"strings"
	"unicode"

	"github.com/go-json-experiment/json/jsontext"
)

// Example is a call of an operation with curl, but for the address of the server.
type Example struct {
	Options string // before the URL
	Path    string // with $NAME for the ids in it
	More    string // lines after the URL
}

// Command is the call, of a server at a URL without a slash at its end.
func (e Example) Command(server string) string {
	return "curl " + e.Options + `"` + server + e.Path + `"` + e.More
}

var inPath = regexp.MustCompile(`\{[A-Za-z]+\}`)

// example shows what is needed, and what the description gives an example for.
func (r reader) example(e Entry, body schema, credential bool) Example {
	x := Example{Path: inPath.ReplaceAllStringFunc(e.Path, shellVariable)}
	if e.Method != "GET" && e.Method != "POST" || e.Method == "POST" && e.Media == "" {
		x.Options = "-X " + e.Method + " "
	}
	const next = " \\\n  "
	if credential {
		x.More += next + `-H "Authorization: Bearer $ASTRO_API_TOKEN"`
	}
	switch e.Media {
	case "":
	case "application/json":
		x.More += next + "-H 'Content-Type: application/json'" + next + "-d '" + r.object(body) + "'"
	default:
		for i, m := range r.members(body) {
			if value := body.Properties[i].Example; value != nil {
				x.More += next + "-d " + m.Name + "=" + strings.Trim(string(value), `"`)
			} else if m.Required {
				x.More += next + "-d " + m.Name + `="$` + strings.ToUpper(m.Name) + `"`
			}
		}
	}
	return x
}

// shellVariable names an id of a path: {workspaceId} is $WORKSPACE_ID.
func shellVariable(id string) string {
	var out strings.Builder
	out.WriteByte('$')
	for _, r := range strings.Trim(id, "{}") {
		if unicode.IsUpper(r) {
			out.WriteByte('_')
		}
		out.WriteRune(unicode.ToUpper(r))
	}
	return out.String()
}

func (r reader) object(s schema) string {
	var members []string
	for i, p := range s.Properties {
		resolved, _ := r.resolve(p.schema)
		if needed := r.members(s)[i].Required; needed || p.Example != nil {
			members = append(members, fmt.Sprintf("%q: %s", p.name, r.value(p.name, resolved)))
		}
	}
	return "{" + strings.Join(members, ", ") + "}"
}

func (r reader) value(name string, s schema) string {
	s, _ = r.resolve(s)
	switch {
	case s.Example != nil:
		return string(s.Example)
	case len(s.Enum) > 0:
		return string(s.Enum[0])
	case s.Type == "array":
		return "[" + r.value(name, *s.Items) + "]"
	case s.Type == "object":
		return r.object(s)
	case s.Type == "boolean":
		return "false"
	case s.Type == "integer":
		return "1"
	}
	text, _ := jsontext.AppendQuote(nil, name)
	return string(text)
}
