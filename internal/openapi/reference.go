package openapi

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
	"strings"

	"github.com/go-json-experiment/json"
)

// Reference is a description in the order and words in which people read it.
type Reference struct {
	Nouns    []Noun
	Objects  []Object // what answers consist of, by name
	Failures []Answer // what answers may be beside those an operation names
}

// Noun is a group of operations.
type Noun struct {
	ID, Name, Text string
	Entries        []Entry
}

// Entry is one operation, at one of the base paths it is served below.
type Entry struct {
	ID, Method, Path, Summary, Text string
	Also                            []string // other base paths with the same operation
	Who                             string   // who may call it
	Permission                      string   // what the gate asks for, "" for nothing
	Parameters                      []Member // of the query; those of the path are ids
	Media                           string   // content type of the body, "" for none
	Body                            []Member
	Answers                         []Answer
	Failures                        []string // status codes of [Reference.Failures]
	Example                         Example
}

// Member is a parameter, or a member of an object.
type Member struct {
	Name     string
	Type     string // in words
	Object   string // name of the object the words lead to, or ""
	Required bool
	Text     string
}

// Answer is a response by its status.
type Answer struct {
	Status, Text string
	Media        string // content type, "" for no body
	Type, Object string // as with [Member]
}

// Object is the type of a body.
type Object struct {
	Name, Text string
	Members    []Member
}

// reader makes a reference out of a document.
type reader struct {
	components
	bodies map[string]bool // schemas of requests, which are shown with their operation
}

// Reference returns what people read of the document. It fails on one that does not fit itself.
func (d Document) Reference() (Reference, error) {
	r := reader{bodies: map[string]bool{}}
	if err := json.Unmarshal(d.Components, &r.components); err != nil {
		return Reference{}, fmt.Errorf("read the components of the description: %w", err)
	}
	var tags []struct {
		Name        string `json:"name"`
		Description string `json:"description"`
	}
	if err := json.Unmarshal(d.Tags, &tags); err != nil {
		return Reference{}, fmt.Errorf("read the tags of the description: %w", err)
	}
	var out Reference
	for _, tag := range tags {
		noun := Noun{ID: strings.ToLower(strings.ReplaceAll(tag.Name, " ", "-")), Name: tag.Name, Text: tag.Description}
		var err error
		if noun.Entries, err = r.entries(d.Paths, tag.Name); err != nil {
			return Reference{}, err
		}
		if len(noun.Entries) > 0 {
			out.Nouns = append(out.Nouns, noun)
		}
	}
	slices.SortFunc(out.Nouns, func(a, b Noun) int { return strings.Compare(a.Name, b.Name) })
	for _, status := range slices.Sorted(maps.Keys(r.Responses)) {
		out.Failures = append(out.Failures, r.answer(status, r.Responses[status]))
	}
	out.Objects = r.objects()
	return out, nil
}

// entries are the operations of a tag by path, those that only an older base path has at the end. On one
// path reading comes first and deleting last.
func (r reader) entries(paths map[string]Operations, tag string) ([]Entry, error) {
	var all []Entry
	for _, path := range slices.Sorted(maps.Keys(paths)) {
		for method, op := range paths[path] {
			if !slices.Contains(op.Tags, tag) {
				continue
			}
			entry, err := r.entry(path, method, op)
			if err != nil {
				return nil, fmt.Errorf("%s: %w", op.OperationID, err)
			}
			all = append(all, entry)
		}
	}
	order := []string{"GET", "POST", "DELETE"}
	slices.SortStableFunc(all, func(a, b Entry) int {
		return cmp.Or(strings.Compare(shelf(a.Path), shelf(b.Path)), slices.Index(order, a.Method)-slices.Index(order, b.Method))
	})
	return all, nil
}

// shelf sorts what is below /v1 before everything else.
func shelf(path string) string {
	if rest, ok := strings.CutPrefix(path, "/v1/"); ok {
		return "!" + rest
	}
	return path
}

func (r reader) entry(path, method string, op Operation) (Entry, error) {
	e := Entry{
		ID: op.OperationID, Method: strings.ToUpper(method), Path: op.Base + path, Also: op.Also,
		Summary: op.Summary, Text: op.Description, Who: op.Who, Permission: op.Permission,
	}
	for _, text := range op.Parameters {
		var p parameter
		if err := json.Unmarshal(text, &p); err != nil {
			return Entry{}, err
		}
		if p.Ref != "" {
			p = r.components.Parameters[nameIn(p.Ref)]
		}
		if p.In == "path" {
			continue // its name says it
		}
		e.Parameters = append(e.Parameters, r.member(p.Name, p.Description, p.Schema, p.Required))
	}
	if err := r.readAnswers(&e, op); err != nil {
		return Entry{}, err
	}
	body, err := r.body(&e, op)
	e.Example = r.example(e, body, len(op.Security) > 0)
	return e, err
}

// body fills in what an operation takes, and returns its schema.
func (r reader) body(e *Entry, op Operation) (schema, error) {
	if op.RequestBody == nil {
		return schema{}, nil
	}
	var b response // it has the same form
	if err := json.Unmarshal(op.RequestBody, &b); err != nil {
		return schema{}, err
	}
	for media, content := range b.Content {
		s, name := r.resolve(content.Schema)
		r.bodies[name] = true
		e.Media, e.Body = media, r.members(s)
		return s, nil
	}
	return schema{}, nil
}

func (r reader) readAnswers(e *Entry, op Operation) error {
	for _, status := range slices.Sorted(maps.Keys(op.Responses)) {
		var answer response
		if err := json.Unmarshal(op.Responses[status], &answer); err != nil {
			return err
		}
		if answer.Ref != "" {
			e.Failures = append(e.Failures, nameIn(answer.Ref))
			continue
		}
		e.Answers = append(e.Answers, r.answer(status, answer))
	}
	return nil
}

func (r reader) answer(status string, from response) Answer {
	a := Answer{Status: status, Text: from.Description}
	for media, content := range from.Content {
		a.Media = media
		a.Type, a.Object = r.words(content.Schema)
	}
	return a
}

func (r reader) members(s schema) []Member {
	var all []Member
	for _, p := range s.Properties {
		all = append(all, r.member(p.name, p.Description, p.schema, slices.Contains(s.Required, p.name)))
	}
	return all
}

func (r reader) member(name, text string, s schema, required bool) Member {
	m := Member{Name: name, Required: required, Text: text}
	m.Type, m.Object = r.words(s)
	return m
}

func (r reader) objects() []Object {
	var all []Object
	for _, name := range slices.Sorted(maps.Keys(r.Schemas)) {
		if s := r.Schemas[name]; len(s.Properties) > 0 && !r.bodies[name] {
			all = append(all, Object{Name: name, Text: s.Description, Members: r.members(s)})
		}
	}
	return all
}
