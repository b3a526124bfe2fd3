package views

import (
	"strings"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views/ui"
)

// Names of the fields of the page Add many.
const (
	FieldLines = "lines"
	FieldFile  = "file"
)

// AddMany is the page Add many of a Workspace, and its answer.
type AddMany struct {
	Level
	Lines       string        // to be added, or those that failed
	Problems    Problems      // why none of it was done
	PasswordURL string        // the password step, where the list makes an Owner and none of it was done
	Outcomes    []LineOutcome // of what was sent, in its order

	counts map[string]int
}

// LineOutcome is what became of one line.
type LineOutcome struct {
	Line        int
	Text        string
	Email, Role string // what the line was read as; empty where it could not be
	Outcome     string
	Failed      bool
}

// AddManyPage is the page of AddMany.
func AddManyPage(c Chrome, p AddMany) templ.Component { return addManyPage(c, p) }

const addManyTitle = "Add many"

// Count counts a line with an outcome of [access.LineOutcome] for the summary.
func (p *AddMany) Count(outcome string) {
	if p.counts == nil {
		p.counts = map[string]int{}
	}
	p.counts[outcome]++
}

// summary is the answer in a line: "8 added, 1 changed, 1 failed".
func (p AddMany) summary() string {
	failed := 0
	for _, o := range p.Outcomes {
		if o.Failed {
			failed++
		}
	}
	parts := []string{
		ui.Count(p.counts[string(access.LineAdded)]) + " added",
		ui.Count(p.counts[string(access.LineChanged)]) + " changed",
	}
	if n := p.counts[string(access.LineUnchanged)] + p.counts[string(access.LineRepeated)]; n > 0 {
		parts = append(parts, ui.Count(n)+" unchanged")
	}
	return strings.Join(append(parts, ui.Count(failed)+" failed"), ", ")
}

func (p AddMany) failed() bool { return p.Lines != "" && len(p.Outcomes) > 0 }

// said is what of a line stands in the column of its e-mail.
func (o LineOutcome) said() string {
	if o.Email != "" {
		return o.Email
	}
	return cut(o.Text, 80)
}
