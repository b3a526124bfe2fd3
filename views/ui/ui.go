package ui

import (
	"cmp"
	"strconv"
	"strings"

	"github.com/a-h/templ"
)

// Kinds of buttons, badges and alerts. The empty kind is the quiet one.
const (
	Primary = "primary" // the one main act of a view
	Danger  = "danger"  // destroys something
	Warn    = "warn"
	OK      = "ok"
	Info    = "info"
)

// ButtonProps describes a button inside a form, or one that a script listens to.
type ButtonProps struct {
	Label     string
	Kind      string // Primary, Danger or empty
	Icon      string
	ID        string
	Small     bool
	Plain     bool // type=button: a script acts, the form is not sent
	Autofocus bool
	JSOnly    bool // shown only where scripts run
	Attrs     templ.Attributes
}

func (b ButtonProps) class() string { return buttonClass(b.Kind, b.Small, b.JSOnly) }

func (b ButtonProps) kind() string {
	if b.Plain {
		return "button"
	}
	return "submit"
}

// LinkProps describes a link. With Dialog it opens in the dialog host where scripts run and is an
// ordinary page everywhere else.
type LinkProps struct {
	Label     string
	Name      string // accessible name, when the label alone is not enough
	URL       string
	Kind      string
	Icon      string
	ID        string
	Small     bool
	Dialog    bool
	Close     bool // closes the open dialog instead of leaving the page
	Autofocus bool
}

func (l LinkProps) class() string { return buttonClass(l.Kind, l.Small, false) }

func (l LinkProps) attrs() templ.Attributes {
	attrs := dialogAttrs(l.URL, l.Dialog)
	if l.ID != "" {
		attrs["id"] = l.ID
	}
	if l.Name != "" {
		attrs["aria-label"] = l.Name
	}
	if l.Close {
		attrs["data-close"] = true
	}
	if l.Autofocus {
		attrs["autofocus"] = true
	}
	return attrs
}

// dialogAttrs makes a link open in the dialog host. htmx 4 inherits nothing, so all of it stands
// on the link itself.
func dialogAttrs(url string, dialog bool) templ.Attributes {
	if !dialog {
		return templ.Attributes{}
	}
	return templ.Attributes{"hx-get": url, "hx-target": "#dialog-host", "hx-swap": "innerHTML"}
}

func buttonClass(kind string, small, jsOnly bool) string {
	class := "btn"
	if kind != "" {
		class += " btn--" + kind
	}
	if small {
		class += " btn--small"
	}
	if jsOnly {
		class += " js-only"
	}
	return class
}

// FieldProps describes one labelled control. Hint and Error are tied to it by id.
type FieldProps struct {
	Name      string
	Label     string
	Value     string
	Hint      templ.Component
	Error     string
	Optional  bool
	Autofocus bool
	Type      string // of an input; empty means text
	Complete  string // the autocomplete attribute; empty means off
	Rows      int    // of a field of several lines; 0 means 2
	Attrs     templ.Attributes
}

func (f FieldProps) rows() string { return strconv.Itoa(cmp.Or(f.Rows, 2)) }

func (f FieldProps) id() string { return "f-" + f.Name }

// filterID is the id in a toolbar, apart from that of a field in a dialog open over it.
func (f FieldProps) filterID() string { return "filter-" + f.Name }

func (f FieldProps) kind() string {
	if f.Type == "" {
		return "text"
	}
	return f.Type
}

func (f FieldProps) complete() string {
	if f.Complete == "" {
		return "off"
	}
	return f.Complete
}

// attrs are the accessibility attributes of the control, together with its own.
func (f FieldProps) attrs() templ.Attributes {
	attrs := templ.Attributes{}
	for name, value := range f.Attrs {
		attrs[name] = value
	}
	switch described := f.describedBy(); {
	case described != "":
		attrs["aria-describedby"] = described
	}
	if f.Error != "" {
		attrs["aria-invalid"] = "true"
	}
	if f.Autofocus {
		attrs["autofocus"] = true
	}
	return attrs
}

func (f FieldProps) describedBy() string {
	switch {
	case f.Hint != nil && f.Error != "":
		return "e-" + f.Name + " h-" + f.Name
	case f.Error != "":
		return "e-" + f.Name
	case f.Hint != nil:
		return "h-" + f.Name
	}
	return ""
}

// Option is one choice of a select.
type Option struct {
	Value string
	Label string
	Text  string // explains the choice; a script shows it as the select's hint
	Group string // heading of the choices it stands among; those of one group follow each other
}

// optionGroup is options that follow each other under one heading, or under none.
type optionGroup struct {
	heading string
	options []Option
}

func grouped(options []Option) []optionGroup {
	var out []optionGroup
	for _, o := range options {
		if n := len(out); n > 0 && out[n-1].heading == o.Group {
			out[n-1].options = append(out[n-1].options, o)
		} else {
			out = append(out, optionGroup{o.Group, []Option{o}})
		}
	}
	return out
}

// SelectProps is a field whose value is one of Options. Empty, when set, is the text of a first
// choice that stands for "nothing selected".
type SelectProps struct {
	FieldProps
	Empty   string
	Options []Option
}

// MenuProps describes a button that opens a list of links.
type MenuProps struct {
	ID    string // of the list; the button is {ID}-button
	Label string
	Kind  string
	Items []MenuItem
}

// MenuItem is one link of a menu. A disabled one keeps its place and says why.
type MenuItem struct {
	Label    string
	Hint     string
	URL      string
	Dialog   bool
	Disabled bool
}

// DialogProps describes a dialog: a heading, a body (the children), and a foot with Cancel and the
// act. The same dialog is a section of a page when InDialog is false; then it carries no hx-
// attribute, and Cancel and the cross are ordinary links.
type DialogProps struct {
	Title    string
	InDialog bool

	CloseURL   string // where Cancel and the cross lead
	CloseLabel string // instead of "Cancel"
	NoCross    bool   // the foot is the only way out

	Action string   // a form is posted there; empty: no form
	Hidden []Hidden // values the form carries unseen
	Submit ButtonProps

	Problems int    // so many fields need attention
	Alert    string // a problem of the whole form

	FocusTitle bool // focus starts on the heading
	FocusClose bool // focus starts on Cancel

	Sections []Section
}

// SecretProps describe a value that is shown once.
type SecretProps struct {
	Label     string
	Noun      string // token or link
	Value     string
	Rows      int // 0: as many as an API token takes
	Autofocus bool
}

func (s SecretProps) rows() string {
	const token = 8
	return strconv.Itoa(cmp.Or(s.Rows, token))
}

func (s SecretProps) copied() string { return strings.ToUpper(s.Noun[:1]) + s.Noun[1:] + " copied." }

func (s SecretProps) blocked() string {
	return "Copying is blocked. Press Ctrl+C or ⌘C to copy the selected " + s.Noun + "."
}

// Hidden is a value a form carries unseen.
type Hidden struct {
	Name  string
	Value string
}

// Section is a further act below a dialog's foot: a heading, a sentence, one link.
type Section struct {
	Title string
	Text  string
	Link  LinkProps
}

func (d DialogProps) closeLabel() string {
	if d.CloseLabel != "" {
		return d.CloseLabel
	}
	return "Cancel"
}

func (d DialogProps) formAttrs() templ.Attributes {
	if !d.InDialog {
		return templ.Attributes{}
	}
	return templ.Attributes{
		"hx-post": d.Action, "hx-target": "#dialog-host", "hx-swap": "innerHTML",
		// A second submit while the first is under way is dropped: queued, its answer would
		// replace the one that shows a secret once.
		"hx-sync": "this:drop",
	}
}

func (d DialogProps) hasForm() bool { return d.Action != "" }

// ProblemSummary is the sentence above a form whose fields need attention.
func ProblemSummary(n int) string {
	if n == 1 {
		return "1 field needs your attention."
	}
	return Count(n) + " fields need your attention."
}

// Fact is one line of a list of facts.
type Fact struct {
	Label string
	Value templ.Component
}

func alertIcon(kind string) string {
	switch kind {
	case Danger:
		return "circle-alert"
	case OK:
		return "circle-check"
	case Warn:
		return "triangle-alert"
	}
	return "info"
}

func blockClass(block, kind string) string {
	if kind == "" {
		return block
	}
	return block + " " + block + "--" + kind
}

func (d DialogProps) submit() ButtonProps {
	b := d.Submit
	b.ID = "f-submit"
	if b.Kind == "" {
		b.Kind = Primary
	}
	return b
}
