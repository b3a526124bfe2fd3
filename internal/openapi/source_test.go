package openapi_test

import (
	"bytes"
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"strconv"
	"testing"

	"github.com/go-json-experiment/json/jsontext"
	"go.yaml.in/yaml/v4"
)

var update = flag.Bool("update", false, "write openapi.json")

// TestDescriptionIsCurrent holds openapi.json against the files people write. After a change to one
// of those: go test ./internal/openapi -run TestDescriptionIsCurrent -update
func TestDescriptionIsCurrent(t *testing.T) {
	want := joinSources(t)
	if *update {
		if err := os.WriteFile("openapi.json", want, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	if got := read(t, "openapi.json"); !bytes.Equal(got, want) {
		t.Error("openapi.json is older than the files in source; run this test with -update")
	}
}

// joinSources writes the files of source as one JSON document, in the order they are written in.
func joinSources(t *testing.T) []byte {
	t.Helper()
	doc := readSource(t, "common.yaml")
	tags := &yaml.Node{Kind: yaml.SequenceNode}
	paths := &yaml.Node{Kind: yaml.MappingNode}
	files, err := filepath.Glob("source/*.yaml")
	if err != nil {
		t.Fatal(err)
	}
	for _, file := range files {
		name := filepath.Base(file)
		if name == "common.yaml" {
			continue
		}
		noun := readSource(t, name)
		tags.Content = append(tags.Content, pairs(text("name"), member(noun, "tag"), text("description"), member(noun, "description")))
		for _, item := range entries(member(noun, "paths")) {
			for _, op := range entries(item) {
				op.Content = append(op.Content, text("tags"), &yaml.Node{Kind: yaml.SequenceNode, Content: []*yaml.Node{member(noun, "tag")}})
			}
		}
		paths.Content = append(paths.Content, member(noun, "paths").Content...)
		schemas := member(member(doc, "components"), "schemas")
		schemas.Content = append(schemas.Content, member(noun, "schemas").Content...)
	}
	doc.Content = append(doc.Content, text("tags"), tags, text("paths"), paths)
	var out bytes.Buffer
	if err := writeNode(&out, doc); err != nil {
		t.Fatal(err)
	}
	value := jsontext.Value(out.Bytes())
	// A name given twice is an error; all else stays as it was written.
	if err := value.Format(jsontext.AllowDuplicateNames(false), jsontext.Multiline(true), jsontext.PreserveRawStrings(true)); err != nil {
		t.Fatal(err)
	}
	return append(value, '\n')
}

func readSource(t *testing.T, name string) *yaml.Node {
	t.Helper()
	var doc yaml.Node
	if err := yaml.Unmarshal(read(t, filepath.Join("source", name)), &doc); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return doc.Content[0]
}

func read(t *testing.T, file string) []byte {
	t.Helper()
	content, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	return content
}

func text(s string) *yaml.Node { return &yaml.Node{Kind: yaml.ScalarNode, Tag: "!!str", Value: s} }

func pairs(content ...*yaml.Node) *yaml.Node {
	return &yaml.Node{Kind: yaml.MappingNode, Content: content}
}

// member returns what an object has under a name, an empty object when it has nothing.
func member(n *yaml.Node, name string) *yaml.Node {
	for i := 0; i+1 < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return n.Content[i+1]
		}
	}
	return pairs()
}

func entries(n *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	for i := 1; i < len(n.Content); i += 2 {
		all = append(all, n.Content[i])
	}
	return all
}

func writeNode(out *bytes.Buffer, n *yaml.Node) error {
	switch n.Kind {
	case yaml.AliasNode:
		return writeNode(out, n.Alias)
	case yaml.MappingNode:
		return writeAll(out, merged(n), "{}", func(i int) string { return []string{",", ":"}[i%2] })
	case yaml.SequenceNode:
		return writeAll(out, n.Content, "[]", func(int) string { return "," })
	case yaml.ScalarNode:
		return writeScalar(out, n)
	}
	return fmt.Errorf("line %d: no JSON for this", n.Line)
}

// merged returns names and values of an object with those of the objects it takes in by <<, except what it
// says itself.
func merged(n *yaml.Node) []*yaml.Node {
	var all []*yaml.Node
	for i := 0; i < len(n.Content); i += 2 {
		name, value := n.Content[i], n.Content[i+1]
		if name.Tag != "!!merge" {
			all = append(all, name, value)
			continue
		}
		if value.Kind == yaml.AliasNode {
			value = value.Alias
		}
		for j := 0; j < len(value.Content); j += 2 {
			if !has(n, value.Content[j].Value) {
				all = append(all, value.Content[j], value.Content[j+1])
			}
		}
	}
	return all
}

func has(n *yaml.Node, name string) bool {
	for i := 0; i < len(n.Content); i += 2 {
		if n.Content[i].Value == name {
			return true
		}
	}
	return false
}

func writeAll(out *bytes.Buffer, content []*yaml.Node, around string, between func(int) string) error {
	out.WriteByte(around[0])
	for i, n := range content {
		if i > 0 {
			out.WriteString(between(i))
		}
		if err := writeNode(out, n); err != nil {
			return err
		}
	}
	out.WriteByte(around[1])
	return nil
}

func writeScalar(out *bytes.Buffer, n *yaml.Node) error {
	switch n.Tag {
	case "!!str":
		quoted, err := jsontext.AppendQuote(nil, n.Value)
		out.Write(quoted)
		return err
	case "!!int":
		if _, err := strconv.Atoi(n.Value); err != nil {
			return err
		}
	case "!!bool":
		if n.Value != "true" && n.Value != "false" {
			return fmt.Errorf("line %d: write true or false", n.Line)
		}
	default:
		return fmt.Errorf("line %d: no JSON for %s", n.Line, n.Tag)
	}
	out.WriteString(n.Value)
	return nil
}
