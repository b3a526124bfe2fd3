package views

import (
	"strings"

	"github.com/a-h/templ"

	"dagpass/views/ui"
)

// Matrix is a part of the matrix of Organization tokens and Workspaces, as a form.
type Matrix struct {
	Organization Ref
	State        MatrixState
	Rows         []MatrixRow
	Columns      []Ref // Workspaces
	Tokens       MatrixAxis
	Workspaces   MatrixAxis
	Roles        []RoleOption // Workspace Roles, the lowest first
	Alert        string       // why nothing was applied
	Note         string       // what to do first
	Kept         []ui.Hidden  // choices in cells that this page no longer shows
}

// MatrixAxis is where the part stands on one axis.
type MatrixAxis struct {
	All, Matching  int
	More           bool // Matching is only a lower bound
	Earlier, Later bool // there is a page before this one, after it
}

// MatrixRow is one token and its cells, in the order of the columns.
type MatrixRow struct {
	Token       Ref
	Hint        string
	InheritsAll bool // an Organization Owner token
	Cells       []MatrixCell
}

// MatrixCell is the role of one token in one Workspace; an empty one is none.
type MatrixCell struct {
	Seen   string // as it is now
	Chosen string // what the form shows
	Stale  bool   // changed since the person chose something else
}

// MatrixPage is the matrix as a page.
func MatrixPage(c Chrome, m Matrix) templ.Component { return matrixPage(c, m) }

const matrixTitle = "API Tokens by Workspace"

func (m Matrix) url() string { return MatrixURL(m.Organization.ID) }

func (m Matrix) empty() bool { return len(m.Rows) == 0 || len(m.Columns) == 0 }

// caption says what the matrix holds on all its pages.
func (m Matrix) caption() string {
	return m.Tokens.count("API Token", m.State.narrows(MatrixTokens, FilterStatus, FilterRole)) + " in " +
		m.Workspaces.count("Workspace", m.State.narrows(MatrixWorkspaces))
}

func (a MatrixAxis) count(noun string, narrowed bool) string {
	if narrowed {
		noun = "matching " + noun
	}
	if a.More {
		return ui.Count(a.Matching) + "+ " + noun + "s"
	}
	return ui.Plural(a.Matching, noun)
}

func (a MatrixAxis) paged() bool { return a.Earlier || a.Later }

// matrixPager is the links along one axis.
type matrixPager struct {
	id, noun, shown string
	MatrixAxis
	previous, next string
}

func (m Matrix) tokenPager() matrixPager {
	p := matrixPager{id: "tokens", noun: "API Tokens", shown: m.Tokens.shown(len(m.Rows), "API Tokens"), MatrixAxis: m.Tokens}
	if len(m.Rows) > 0 {
		p.previous = m.State.beside(MatrixBefore, m.Rows[0].Token.ID, MatrixAfter).In(m.url())
		p.next = m.State.beside(MatrixAfter, m.Rows[len(m.Rows)-1].Token.ID, MatrixBefore).In(m.url())
	}
	return p
}

func (m Matrix) workspacePager() matrixPager {
	p := matrixPager{id: "workspaces", noun: "Workspaces", shown: m.Workspaces.shown(len(m.Columns), "Workspaces"), MatrixAxis: m.Workspaces}
	if len(m.Columns) > 0 {
		p.previous = m.State.beside(MatrixWorkspacesBefore, m.Columns[0].ID, MatrixWorkspacesAfter).In(m.url())
		p.next = m.State.beside(MatrixWorkspacesAfter, m.Columns[len(m.Columns)-1].ID, MatrixWorkspacesBefore).In(m.url())
	}
	return p
}

func (a MatrixAxis) shown(n int, nouns string) string {
	total := ui.Count(a.Matching)
	if a.More {
		total += "+"
	}
	return ui.Count(n) + " of " + total + " " + nouns
}

func (m Matrix) statusOptions() []ui.Option { return statusFilter().Options }

func (m Matrix) roleOptions() []ui.Option { return RoleFilter(m.Roles).Options }

// maxCellRoles is how many custom roles each cell offers. Where there are more, a page of 200 cells would
// be all options; then a cell offers those that are in it, and the token's own page offers all.
const maxCellRoles = 12

// cellOptions are the choices of a cell: no role, and the roles by the word that tells them apart. Custom
// ones are offered where they can be given, or are held.
func (m Matrix) cellOptions(workspace string, cell MatrixCell) []ui.Option {
	options := []ui.Option{{Label: "–"}}
	custom := 0
	for _, r := range m.Roles {
		if r.Custom {
			custom++
		}
	}
	for _, r := range m.Roles {
		held := r.Value == cell.Seen || r.Value == cell.Chosen
		if r.Custom && !held && (custom > maxCellRoles || !r.allowedIn(workspace)) {
			continue
		}
		o := r.option()
		o.Label, o.Text = shortRole(r.Label), ""
		options = append(options, o)
	}
	return options
}

func shortRole(label string) string { return strings.TrimPrefix(label, "Workspace ") }

func (m Matrix) fieldName(row MatrixRow, column int) string {
	return MatrixField(row.Token.ID, m.Columns[column].ID, row.Cells[column].Seen)
}

// cellID is the id of a cell's control, by which its label and its problem find it.
func (m Matrix) cellID(row MatrixRow, column int) string {
	return row.Token.ID + "-" + m.Columns[column].ID
}

func (m Matrix) staleText(c MatrixCell) string {
	if c.Seen == "" {
		return "Taken meanwhile"
	}
	for _, r := range m.Roles {
		if r.Value == c.Seen {
			return "Now " + shortRole(r.Label)
		}
	}
	return "Now " + c.Seen
}

// MatrixReview is what changes to the matrix would do, before they are applied.
type MatrixReview struct {
	Organization            Ref
	State                   MatrixState
	Changes                 []MatrixChange
	Added, Changed, Removed int
}

// MatrixChange is one change in names; an empty role is none.
type MatrixChange struct {
	Token, Workspace   Ref
	From, To           string
	FromLabel, ToLabel string // as people read them
}

// MatrixReviewPage is the page that asks for the last word.
func MatrixReviewPage(c Chrome, r MatrixReview) templ.Component { return matrixReviewPage(c, r) }

const matrixReviewTitle = "Review changes"

// FieldBack is the button of the review that leads back to the matrix with the choices kept.
const FieldBack = "back"

func (r MatrixReview) summary() string {
	return ui.Plural(len(r.Changes), "change") + ": " + MatrixCounts(r.Added, r.Changed, r.Removed) + "."
}

// MatrixCounts are the numbers that are not zero, as in "1 added, 2 removed".
func MatrixCounts(added, changed, removed int) string {
	var parts []string
	for _, p := range []struct {
		n    int
		word string
	}{{added, "added"}, {changed, "changed"}, {removed, "removed"}} {
		if p.n > 0 {
			parts = append(parts, ui.Count(p.n)+" "+p.word)
		}
	}
	return strings.Join(parts, ", ")
}

// MatrixApplied is the notice about changes that were applied.
func MatrixApplied(added, changed, removed int) string {
	return ui.Plural(added+changed+removed, "change") + " applied: " + MatrixCounts(added, changed, removed) + "."
}

func (r MatrixReview) applyLabel() string { return "Apply " + ui.Plural(len(r.Changes), "change") }

func (c MatrixChange) field() ui.Hidden {
	return ui.Hidden{Name: MatrixField(c.Token.ID, c.Workspace.ID, c.From), Value: c.To}
}

func (c MatrixChange) kind() string {
	switch {
	case c.From == "":
		return "Added"
	case c.To == "":
		return "Removed"
	}
	return "Changed"
}

func (c MatrixChange) badge() string {
	if c.To == "" {
		return ui.Warn
	}
	return ""
}

// roles are the words between the token and the Workspace.
func (c MatrixChange) roles() string {
	switch {
	case c.From == "":
		return c.ToLabel
	case c.To == "":
		return c.FromLabel + " → no role"
	}
	return c.FromLabel + " → " + c.ToLabel
}
