package views_test

import (
	"github.com/a-h/templ"

	"dagpass/views"
)

func matrix() views.Matrix {
	columns := []views.Ref{data, {ID: "c0000000000000000000000fi", Name: "Finance"}}
	return views.Matrix{
		Organization: acme, State: views.MatrixState{}, Columns: columns, Roles: views.WorkspaceRoles(),
		Rows: []views.MatrixRow{
			{Token: views.Ref{ID: "c0000000000000000000000t5", Name: "deploy-all"}, Hint: "k2Pd", Cells: []views.MatrixCell{
				{Seen: "WORKSPACE_OPERATOR", Chosen: "WORKSPACE_OPERATOR"}, {},
			}},
			{Token: views.Ref{ID: "c0000000000000000000000t6", Name: "audit-export"}, Hint: "Lm20", InheritsAll: true, Cells: []views.MatrixCell{
				{}, {Seen: "WORKSPACE_MEMBER", Chosen: "WORKSPACE_MEMBER"},
			}},
		},
		Tokens: views.MatrixAxis{All: 2, Matching: 2}, Workspaces: views.MatrixAxis{All: 2, Matching: 2},
	}
}

// matrixAgain is the matrix after somebody else was faster, in the middle of both axes.
func matrixAgain() views.Matrix {
	m := matrix()
	m.State = views.MatrixState{views.MatrixTokens: "deploy", views.MatrixAfter: "c0000000000000000000000t4", views.MatrixWorkspacesBefore: "c0000000000000000000000z0"}
	m.Tokens = views.MatrixAxis{All: 10_000, Matching: 1000, More: true, Earlier: true, Later: true}
	m.Workspaces = views.MatrixAxis{All: 300, Matching: 300, Earlier: true, Later: true}
	m.Alert = "1 role was changed after this page was opened. Nothing was applied."
	m.Rows[0].Cells[0].Stale = true
	m.Rows[0].Cells[1].Chosen = "WORKSPACE_AUTHOR"
	return m
}

func matrixReview() views.MatrixReview {
	token, finance := views.Ref{ID: "c0000000000000000000000t5", Name: "deploy-all"}, views.Ref{ID: "c0000000000000000000000fi", Name: "Finance"}
	return views.MatrixReview{
		Organization: acme, State: views.MatrixState{views.MatrixTokens: "deploy"}, Added: 1, Changed: 1, Removed: 1,
		Changes: []views.MatrixChange{
			{Token: token, Workspace: data, To: "WORKSPACE_MEMBER", ToLabel: "Workspace Member"},
			{Token: token, Workspace: finance, From: "WORKSPACE_MEMBER", To: "WORKSPACE_OPERATOR", FromLabel: "Workspace Member", ToLabel: "Workspace Operator"},
			{Token: views.Ref{ID: "c0000000000000000000000t6", Name: "audit-export"}, Workspace: finance, From: "WORKSPACE_MEMBER", FromLabel: "Workspace Member"},
		},
	}
}

func matrixPages(c views.Chrome) map[string]templ.Component {
	noTokens, noWorkspaces, noMatch, note := matrix(), matrix(), matrix(), matrix()
	noTokens.Rows, noTokens.Tokens = nil, views.MatrixAxis{}
	noWorkspaces.Columns, noWorkspaces.Workspaces = nil, views.MatrixAxis{}
	noMatch.Rows, noMatch.Tokens.Matching, noMatch.State = nil, 0, views.MatrixState{views.MatrixTokens: "none"}
	note.Note = "No role was changed. Choose another role in a cell first."
	return map[string]templ.Component{
		"matrix":             views.MatrixPage(c, matrix()),
		"matrix again":       views.MatrixPage(c, matrixAgain()),
		"matrix note":        views.MatrixPage(c, note),
		"matrix of no token": views.MatrixPage(c, noTokens),
		"matrix of nowhere":  views.MatrixPage(c, noWorkspaces),
		"matrix no match":    views.MatrixPage(c, noMatch),
		"matrix review":      views.MatrixReviewPage(c, matrixReview()),
	}
}

// matrixTold are the screens of the matrix in which everything that people typed is s.
func matrixTold(c views.Chrome, s string) map[string]templ.Component {
	m, review := matrixAgain(), matrixReview()
	m.State[views.MatrixTokens], m.State[views.MatrixWorkspaces], m.Alert = s, s, s
	m.Rows[0].Token.Name, m.Columns[0].Name = s, s
	review.Changes[0].Token.Name, review.Changes[0].Workspace.Name = s, s
	return map[string]templ.Component{"matrix": views.MatrixPage(c, m), "matrix review": views.MatrixReviewPage(c, review)}
}
