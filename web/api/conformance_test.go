package api_test

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strconv"
	"strings"
	"sync"
	"testing"

	"github.com/getkin/kin-openapi/openapi3"

	"dagpass/web/api"
)

// promise is what the API says of itself, read once for all tests. In it no object of ours may have
// a member that is not described, which the published document leaves open to later versions.
var promise = sync.OnceValues(func() (*openapi3.T, error) {
	text, err := api.Description()
	if err != nil {
		return nil, err
	}
	doc, err := openapi3.NewLoader().LoadFromData(text)
	if err != nil {
		return nil, err
	}
	for _, s := range doc.Components.Schemas {
		closeObjects(s)
	}
	for _, item := range doc.Paths.Map() {
		for _, op := range item.Operations() {
			for _, r := range op.Responses.Map() {
				for _, media := range r.Value.Content {
					closeObjects(media.Schema)
				}
			}
		}
	}
	return doc, doc.Validate(context.Background())
})

// closeObjects forbids undescribed members in a schema and in what is written inside it.
func closeObjects(s *openapi3.SchemaRef) {
	if s == nil || s.Value == nil || s.Ref != "" {
		return
	}
	if more := s.Value.AdditionalProperties; s.Value.Type.Is("object") && more.Has == nil && more.Schema == nil {
		closed := false
		s.Value.AdditionalProperties.Has = &closed
	}
	for _, p := range s.Value.Properties {
		closeObjects(p)
	}
	closeObjects(s.Value.Items)
}

// TestDescriptionIsValid: the document is one by the rules of OpenAPI 3.0.
func TestDescriptionIsValid(t *testing.T) {
	must(promise()).in(t)
}

// conforms fails the test when an answer is not what the description promises.
func (h *house) conforms(method, path string, a answer) {
	h.Helper()
	if err := conforms(must(promise()).in(h.T), method, path, a); err != nil {
		h.Errorf("%s %s answered %d, against the description: %v\n%s", method, path, a.status, err, a.body)
	}
}

func conforms(doc *openapi3.T, method, path string, a answer) error {
	op := operationAt(doc, method, path)
	if op == nil { // 404 of no route, 405 of no method: errors of the router have the usual form
		if a.status < http.StatusBadRequest {
			return fmt.Errorf("no operation is described")
		}
		return fitsSchema(doc.Components.Schemas["Error"].Value, method, a)
	}
	promised := op.Responses.Value(strconv.Itoa(a.status))
	if promised == nil {
		return fmt.Errorf("the status is not described for %s", op.OperationID)
	}
	if len(promised.Value.Content) == 0 {
		if a.body != "" || a.header.Get("Content-Type") != "" {
			return fmt.Errorf("a body where none is described, of type %q", a.header.Get("Content-Type"))
		}
		return nil
	}
	if media := promised.Value.Content[ndjson]; media != nil {
		return fitsLines(media.Schema.Value, a)
	}
	return fitsSchema(promised.Value.Content["application/json"].Schema.Value, method, a)
}

func fitsSchema(schema *openapi3.Schema, method string, a answer) error {
	if got := a.header.Get("Content-Type"); got != "application/json; charset=UTF-8" {
		return fmt.Errorf("Content-Type is %q", got)
	}
	if method == http.MethodHead {
		return nil
	}
	return fitsValue(schema, []byte(a.body))
}

const ndjson = "application/x-ndjson"

// fitsLines holds each line of a stream against the schema, packed or not.
func fitsLines(schema *openapi3.Schema, a answer) error {
	if got := a.header.Get("Content-Type"); got != ndjson+"; charset=utf-8" {
		return fmt.Errorf("Content-Type is %q", got)
	}
	text := []byte(a.body)
	if a.header.Get("Content-Encoding") == "gzip" {
		zip, err := gzip.NewReader(bytes.NewReader(text))
		if err != nil {
			return err
		}
		if text, err = io.ReadAll(zip); err != nil {
			return err
		}
	}
	for line := range bytes.Lines(text) {
		if err := fitsValue(schema, line); err != nil {
			return err
		}
	}
	return nil
}

func fitsValue(schema *openapi3.Schema, text []byte) error {
	var value any
	if err := json.Unmarshal(text, &value); err != nil {
		return err
	}
	return schema.VisitJSON(value, openapi3.VisitAsResponse(), openapi3.EnableFormatValidation())
}

// operationAt finds the operation of a request as the router does: what is written out goes before
// what is an id, and an id may be empty. It returns nil when there is none.
func operationAt(doc *openapi3.T, method, path string) *openapi3.Operation {
	path, _, _ = strings.Cut(path, "?")
	if method == http.MethodHead {
		method = http.MethodGet
	}
	var found *openapi3.PathItem
	fewest := len(path)
	for template, item := range doc.Paths.Map() {
		if ids, matches := match(template, path); matches && ids < fewest {
			found, fewest = item, ids
		}
	}
	if found == nil {
		return nil
	}
	return found.GetOperation(method)
}

// match reports whether a path is one of a template's, and how many ids are in it.
func match(template, path string) (ids int, matches bool) {
	want, got := strings.Split(template, "/"), strings.Split(path, "/")
	if len(want) != len(got) {
		return 0, false
	}
	for i := range want {
		switch {
		case strings.HasPrefix(want[i], "{"):
			ids++
		case want[i] != got[i]:
			return 0, false
		}
	}
	return ids, true
}
