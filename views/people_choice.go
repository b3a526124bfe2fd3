package views

import "dagpass/views/ui"

// FieldMembers is the field of a [PeopleChoice]; it is sent once for each person.
const FieldMembers = "members"

// PeopleChoice is a choice of several people: checkboxes for up to 200 candidates, above that a search
// that keeps whom one chose before.
type PeopleChoice struct {
	Candidates []Person
	Chosen     map[string]bool // by id
	Search     bool            // too many to list
	Query      string          // what was searched for
	More       bool            // the search matches more than is listed
}

func (p PeopleChoice) nobody() bool { return len(p.Candidates) == 0 && !p.Search }

func (p PeopleChoice) props(label, problem, url string, in, focus bool) ui.PickerProps {
	return ui.PickerProps{Name: FieldMembers, Label: label, Query: p.Query, URL: url, InDialog: in, Error: problem, Autofocus: focus, Several: true}
}
