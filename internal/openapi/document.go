// Package openapi holds what people wrote about the operations of the API, once for all its base
// paths. What follows from the routes (base paths, permissions, usual errors) is added by web/api.
package openapi

import (
	_ "embed" // the description
	"fmt"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// written is the files of source/ as one JSON document, so that the program needs no reader of YAML.
//
//go:embed openapi.json
var written []byte

// Document is an OpenAPI 3.0.3 document. What the program does not change is kept as it was written.
type Document struct {
	OpenAPI    string                `json:"openapi"`
	Info       jsontext.Value        `json:"info"`
	Servers    []Server              `json:"servers,omitempty"`
	Tags       jsontext.Value        `json:"tags"`
	Paths      map[string]Operations `json:"paths"`
	Components jsontext.Value        `json:"components"`
}

// Server is a base path of the document's paths.
type Server struct {
	URL string `json:"url"`
}

// Operations are those of one path, by method in small letters.
type Operations map[string]Operation

// Operation is one operation. Permission, Security and what stands below Responses are never written by
// hand.
type Operation struct {
	OperationID string                    `json:"operationId"`
	Tags        []string                  `json:"tags"`
	Summary     string                    `json:"summary"`
	Description string                    `json:"description,omitzero"`
	Permission  string                    `json:"x-permission,omitzero"`
	Security    []map[string][]string     `json:"security"`
	Parameters  []jsontext.Value          `json:"parameters,omitempty"`
	RequestBody jsontext.Value            `json:"requestBody,omitzero"`
	Responses   map[string]jsontext.Value `json:"responses"`

	Base string   `json:"-"` // base path that comes before its path, for a reference
	Also []string `json:"-"` // more of them
	Who  string   `json:"-"` // who may call it, in words
}

// Written returns a copy of what people wrote, with paths below no base path. It fails on a member
// that [Document] does not know.
func Written() (Document, error) {
	var d Document
	if err := json.Unmarshal(written, &d, json.RejectUnknownMembers(true)); err != nil {
		return Document{}, fmt.Errorf("read the description of the API: %w", err)
	}
	return d, nil
}

// JSON returns the document as JSON, the same bytes for the same document.
func (d Document) JSON() (jsontext.Value, error) {
	text, err := json.Marshal(d, json.Deterministic(true))
	if err != nil {
		return nil, fmt.Errorf("encode the description of the API: %w", err)
	}
	return text, nil
}

// Put adds an operation, or replaces the one of that path and method.
func (d Document) Put(path, method string, op Operation) {
	if d.Paths[path] == nil {
		d.Paths[path] = Operations{}
	}
	d.Paths[path][method] = op
}

// Component refers to a component of a document.
func Component(kind, name string) jsontext.Value {
	return jsontext.Value(`{"$ref":"#/components/` + kind + `/` + name + `"}`)
}
