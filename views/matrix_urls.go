package views

import (
	"net/url"
	"strings"
)

// MatrixURL is the matrix of an Organization's tokens and its Workspaces; a POST to it applies changes.
func MatrixURL(org string) string { return path("o", org, "tokens", "matrix") }

// ReviewMatrixURL takes the fields of the matrix and answers what they would change (POST).
func ReviewMatrixURL(org string) string { return path("o", org, "tokens", "matrix", "review") }

// Names in the query of the matrix, beside those of token lists. A page begins after a row or ends
// before one.
const (
	MatrixTokens           = "q"
	MatrixWorkspaces       = "wq"
	MatrixAfter            = "after"
	MatrixBefore           = "before"
	MatrixWorkspacesAfter  = "wafter"
	MatrixWorkspacesBefore = "wbefore"
)

// MatrixState is the state of the matrix as its URL carries it, by the names above and those of
// [FilterRole] and [FilterStatus]. Empty values are left out.
type MatrixState map[string]string

// Active reports whether anything narrows the matrix.
func (s MatrixState) Active() bool {
	return s.narrows(MatrixTokens, FilterStatus, FilterRole) || s.narrows(MatrixWorkspaces)
}

func (s MatrixState) narrows(names ...string) bool {
	for _, name := range names {
		if s[name] != "" {
			return true
		}
	}
	return false
}

// In puts the state onto the URL of the matrix or of a form on it.
func (s MatrixState) In(path string) string {
	q := url.Values{}
	for name, value := range s {
		if value != "" {
			q.Set(name, value)
		}
	}
	return withQuery(path, q)
}

// beside is the state that shows another page of one axis and the same of the other.
func (s MatrixState) beside(set, value string, drop string) MatrixState {
	next := MatrixState{}
	for name, v := range s {
		next[name] = v
	}
	delete(next, drop)
	next[set] = value
	return next
}

const matrixField = "cell"

// MatrixField is the name of the field of a cell. It carries the role the person was shown, so that
// a cell is one field, which can't be torn.
func MatrixField(token, workspace, seen string) string {
	return strings.Join([]string{matrixField, token, workspace, seen}, "-")
}

// ParseMatrixField is the reverse of [MatrixField]; ok is false for the name of another field.
func ParseMatrixField(name string) (token, workspace, seen string, ok bool) {
	parts := strings.Split(name, "-")
	if len(parts) != 4 || parts[0] != matrixField {
		return "", "", "", false
	}
	return parts[1], parts[2], parts[3], true
}
