package web

import (
	"cmp"
	"errors"
	"net/http"
	"slices"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/views/ui"
)

// maxMatrixFields is how many fields a page of the matrix may send (security.md 10): one for each of
// its cells, and those it no longer shows.
const maxMatrixFields = 1000

// showMatrix shows a part of the matrix of the Organization's tokens and its Workspaces.
func (s *Server) showMatrix(v *visit) error {
	return s.matrixPage(v, http.StatusOK, nil, func(*views.Matrix) {})
}

// reviewMatrix says in words what the choices on the page would change, and asks for the last word.
// From there Back comes here as well, and gets the matrix with the choices kept.
func (s *Server) reviewMatrix(v *visit) error {
	body, changes, err := readMatrix(v)
	if err != nil {
		return err
	}
	if body.get(views.FieldBack) != "" {
		return s.matrixPage(v, http.StatusOK, changes, func(*views.Matrix) {})
	}
	p, err := s.Tokens.Propose(v.ctx(), v.actor(), v.org.ID, changes)
	if err != nil {
		return s.matrixAgain(v, changes, err)
	}
	if len(p.Changes) == 0 {
		return s.matrixPage(v, http.StatusOK, nil, func(m *views.Matrix) { m.Note = "No role was changed. Choose another role in a cell first." })
	}
	r := views.MatrixReview{Organization: v.level().Organization, State: matrixState(v), Added: p.Added, Changed: p.Changed, Removed: p.Removed}
	for _, c := range p.Changes {
		r.Changes = append(r.Changes, views.MatrixChange{
			Token: views.Ref{ID: string(c.Token), Name: c.TokenName}, Workspace: views.Ref{ID: string(c.Workspace), Name: c.WorkspaceName},
			From: string(c.From), To: string(c.To), FromLabel: v.label(c.From), ToLabel: v.label(c.To),
		})
	}
	return s.document(v, http.StatusOK, func(c views.Chrome) templ.Component { return views.MatrixReviewPage(c, r) })
}

// applyMatrix makes the reviewed changes, all of them or none.
func (s *Server) applyMatrix(v *visit) error {
	_, changes, err := readMatrix(v)
	if err != nil {
		return err
	}
	done, err := s.Tokens.Rearrange(v.ctx(), v.actor(), v.org.ID, changes)
	if err != nil {
		return s.matrixAgain(v, changes, err)
	}
	notice := "Nothing was changed."
	if done.Total() > 0 {
		notice = views.MatrixApplied(done.Added, done.Changed, done.Removed)
	}
	return s.leave(v, notice, matrixState(v).In(views.MatrixURL(string(v.org.ID))))
}

// matrixAgain answers what could not be applied with the matrix as it is now and the choices that
// still stand.
func (s *Server) matrixAgain(v *visit, changes []access.CellChange, why error) error {
	status := http.StatusConflict
	switch access.CodeOf(why) {
	case access.Invalid:
		status = http.StatusUnprocessableEntity
	case access.Conflict:
	default:
		return why
	}
	return s.matrixPage(v, status, changes, func(m *views.Matrix) {
		e := access.AsError(why)
		m.Alert = e.Message
		if len(e.Fields) > 0 {
			m.Alert = e.Fields[0].Message + " Nothing was changed."
		}
		stale, _ := errors.AsType[access.StaleCells](why)
		m.Kept = slices.DeleteFunc(m.Kept, func(h ui.Hidden) bool {
			return slices.ContainsFunc(stale, func(c access.Cell) bool {
				token, workspace, _, _ := views.ParseMatrixField(h.Name)
				return token == string(c.Token) && workspace == string(c.Workspace)
			})
		})
	})
}

// readMatrix reads the fields of the matrix.
func readMatrix(v *visit) (form, []access.CellChange, error) {
	body, err := readFields(v, maxMatrixFields)
	if err != nil {
		return body, nil, err
	}
	var changes []access.CellChange
	for name := range body.values {
		token, workspace, seen, ok := views.ParseMatrixField(name)
		if !ok {
			continue
		}
		cell := access.Cell{Token: access.TokenID(token), Workspace: access.WorkspaceID(workspace)}
		if !access.IsID(token) || !access.IsID(workspace) {
			return body, nil, badForm("The form names what can't exist.")
		}
		changes = append(changes, access.CellChange{Cell: cell, From: access.Role(seen), To: access.Role(body.shown(name))})
	}
	slices.SortFunc(changes, func(a, b access.CellChange) int {
		return cmp.Or(cmp.Compare(a.Token, b.Token), cmp.Compare(a.Workspace, b.Workspace))
	})
	return body, changes, nil
}

// matrixState takes the state of the matrix from the query. Unknown names are ignored and unknown
// values count as the default.
func matrixState(v *visit) views.MatrixState {
	s := views.MatrixState{
		views.MatrixTokens:     searchText(v.QueryParam(views.MatrixTokens)),
		views.MatrixWorkspaces: searchText(v.QueryParam(views.MatrixWorkspaces)),
		views.FilterStatus:     oneOf(v.QueryParam(views.FilterStatus), views.StatusActive, views.StatusSoon, views.StatusExpired),
	}
	if role := v.QueryParam(views.FilterRole); v.isWorkspaceRole(access.Role(role)) {
		s[views.FilterRole] = role
	}
	for _, axis := range [][2]string{{views.MatrixAfter, views.MatrixBefore}, {views.MatrixWorkspacesAfter, views.MatrixWorkspacesBefore}} {
		for _, name := range axis {
			if id := v.QueryParam(name); access.IsID(id) && s[axis[0]] == "" {
				s[name] = id
			}
		}
	}
	return s
}

// matrixPage answers with the matrix in which some choices were made; more adds what is to be said.
func (s *Server) matrixPage(v *visit, status int, choices []access.CellChange, more func(*views.Matrix)) error {
	state := matrixState(v)
	found, err := s.Tokens.Matrix(v.ctx(), v.actor(), v.org.ID, access.MatrixView{
		Filter: access.MatrixFilter{
			Search: state[views.MatrixTokens], Status: access.Status(state[views.FilterStatus]), Role: access.Role(state[views.FilterRole]),
		},
		Tokens:     access.Window{After: state[views.MatrixAfter], Before: state[views.MatrixBefore]},
		Search:     state[views.MatrixWorkspaces],
		Workspaces: access.Window{After: state[views.MatrixWorkspacesAfter], Before: state[views.MatrixWorkspacesBefore]},
	})
	if err != nil {
		return err
	}
	chrome, err := s.chrome(v)
	if err != nil {
		return err
	}
	chrome.Counts.Tokens = ui.Count(found.Tokens.All)
	m := views.Matrix{
		Organization: v.level().Organization, State: state, Roles: v.roleOptions(access.WorkspaceLevel),
		Tokens: matrixAxis(found.Tokens), Workspaces: matrixAxis(found.Workspaces),
	}
	fillMatrix(v, &m, found, choices)
	more(&m)
	return page(v, status, views.MatrixPage(chrome, m))
}

func matrixAxis[T any](s access.Stretch[T]) views.MatrixAxis {
	return views.MatrixAxis{All: s.All, Matching: s.Matching, More: s.Capped, Earlier: s.Earlier, Later: s.Later}
}

// fillMatrix fills in rows, columns and cells: each with the choice made in it where its role is still
// the one that was shown then, and marked where it is not. Choices without a cell are kept apart.
func fillMatrix(v *visit, m *views.Matrix, found access.Matrix, choices []access.CellChange) {
	made := map[access.Cell]access.CellChange{}
	for _, c := range choices {
		if c.From != c.To {
			made[c.Cell] = c
		}
	}
	for _, w := range found.Workspaces.Rows {
		m.Columns = append(m.Columns, views.Ref{ID: string(w.ID), Name: w.Name})
	}
	for _, t := range found.Tokens.Rows {
		row := views.MatrixRow{Token: views.Ref{ID: string(t.ID), Name: t.Name}, Hint: t.Hint, InheritsAll: t.Role == access.OrgOwner}
		for _, w := range found.Workspaces.Rows {
			cell := access.Cell{Token: t.ID, Workspace: w.ID}
			row.Cells = append(row.Cells, matrixCell(v, found.Role(cell), made[cell]))
			delete(made, cell)
		}
		m.Rows = append(m.Rows, row)
	}
	for _, c := range choices {
		if _, left := made[c.Cell]; left {
			m.Kept = append(m.Kept, ui.Hidden{Name: views.MatrixField(string(c.Token), string(c.Workspace), string(c.From)), Value: string(c.To)})
		}
	}
}

func matrixCell(v *visit, now access.Role, choice access.CellChange) views.MatrixCell {
	cell := views.MatrixCell{Seen: string(now), Chosen: string(now)}
	switch {
	case choice.Token == "":
	case choice.From != now:
		cell.Stale = true
	case choice.To == "" || v.isWorkspaceRole(choice.To):
		cell.Chosen = string(choice.To)
	}
	return cell
}
