package openapi

import (
	"fmt"
	"strings"

	"github.com/go-json-experiment/json"
	"github.com/go-json-experiment/json/jsontext"
)

// schema is what the reference tells of a schema.
type schema struct {
	Ref         string           `json:"$ref"`
	Title       string           `json:"title"`
	Type        string           `json:"type"`
	Format      string           `json:"format"`
	Description string           `json:"description"`
	Enum        []jsontext.Value `json:"enum"`
	Example     jsontext.Value   `json:"example"`
	Required    []string         `json:"required"`
	Properties  properties       `json:"properties"`
	Items       *schema          `json:"items"`
	Minimum     *int             `json:"minimum"`
	Maximum     *int             `json:"maximum"`
	MinLength   *int             `json:"minLength"`
	MaxLength   *int             `json:"maxLength"`
	MinItems    *int             `json:"minItems"`
	MaxItems    *int             `json:"maxItems"`
}

// properties keep the order they are written in.
type properties []property

type property struct {
	name string
	schema
}

// UnmarshalJSONFrom implements [json.UnmarshalerFrom].
func (p *properties) UnmarshalJSONFrom(in *jsontext.Decoder) error {
	if _, err := in.ReadToken(); err != nil {
		return err
	}
	for in.PeekKind() != '}' {
		var one property
		if err := json.UnmarshalDecode(in, &one.name); err != nil {
			return err
		}
		if err := json.UnmarshalDecode(in, &one.schema); err != nil {
			return err
		}
		*p = append(*p, one)
	}
	_, err := in.ReadToken()
	return err
}

// components are those parts of a document that others refer to.
type components struct {
	Parameters map[string]parameter `json:"parameters"`
	Responses  map[string]response  `json:"responses"`
	Schemas    map[string]schema    `json:"schemas"`
}

type parameter struct {
	Ref         string `json:"$ref"`
	Name        string `json:"name"`
	In          string `json:"in"`
	Description string `json:"description"`
	Required    bool   `json:"required"`
	Schema      schema `json:"schema"`
}

type response struct {
	Ref         string           `json:"$ref"`
	Description string           `json:"description"`
	Content     map[string]media `json:"content"`
}

type media struct {
	Schema schema `json:"schema"`
}

// nameIn is the name of the component that a reference points at.
func nameIn(ref string) string { return ref[strings.LastIndexByte(ref, '/')+1:] }

// resolve follows a reference. The name of what it points at is "" for a schema that is written in place.
func (c components) resolve(s schema) (schema, string) {
	if s.Ref == "" {
		return s, ""
	}
	name := nameIn(s.Ref)
	found := c.Schemas[name]
	if s.Description != "" {
		found.Description = s.Description
	}
	return found, name
}

// words say what a schema takes, and the object it leads to.
func (c components) words(s schema) (text, object string) {
	s, name := c.resolve(s)
	switch {
	case s.Title != "":
		return s.Title, ""
	case len(s.Enum) == 1:
		return strings.Trim(string(s.Enum[0]), `"`), ""
	case len(s.Enum) > 1:
		return "one of " + joined(s.Enum), ""
	case s.Type == "array" && s.MaxItems != nil && *s.MaxItems == 0:
		return "empty list", ""
	case s.Type == "array":
		text, object = c.words(*s.Items)
		return strings.TrimSpace("list of "+text) + between(", ", s.MinItems, s.MaxItems), object
	case s.Type == "object" && name != "":
		return "", name
	case s.Type == "object":
		return "object" + memberNames(s.Properties), ""
	case s.Format == "date-time":
		return "time", ""
	case s.Type == "string" && s.MaxLength != nil:
		return "text" + between(" of ", s.MinLength, s.MaxLength) + " characters", ""
	case s.Type == "string":
		return "text", ""
	case s.Type == "integer":
		return "whole number" + between(", ", s.Minimum, s.Maximum), ""
	}
	return "true or false", ""
}

// between words a range after what separates it, "" for one that says nothing.
func between(separator string, least, most *int) string {
	switch {
	case most == nil && (least == nil || *least == 0):
		return ""
	case most == nil:
		return fmt.Sprintf("%sat least %d", separator, *least)
	case least == nil:
		return fmt.Sprintf("%sat most %d", separator, *most)
	}
	return fmt.Sprintf("%s%d to %d", separator, *least, *most)
}

func joined(values []jsontext.Value) string {
	var all []string
	for _, v := range values {
		all = append(all, strings.Trim(string(v), `"`))
	}
	return strings.Join(all, ", ")
}

func memberNames(all properties) string {
	var names []string
	for _, p := range all {
		names = append(names, p.name)
	}
	if len(names) == 0 {
		return ""
	}
	return " with " + strings.Join(names, ", ")
}
