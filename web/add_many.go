package web

import (
	"context"
	"net/http"
	"strings"
	"time"

	"github.com/a-h/templ"

	"dagpass/internal/access"
	"dagpass/views"
	"dagpass/web/middleware"
)

// addManyTime is how long the lines of a list may take. Lines for which it was too short are offered
// again. Writing the answer may take writeAfter more, counted from when the list was read, because the
// server counts from the beginning of the request.
const (
	addManyTime = 20 * time.Second
	writeAfter  = 10 * time.Second
)

// isUpload tells the one form of the console that takes a file.
func isUpload(r *http.Request) bool {
	return r.Method == http.MethodPost && strings.HasPrefix(r.URL.Path, "/w/") && strings.HasSuffix(r.URL.Path, "/users/add-many")
}

// showAddMany shows the page Add many.
func (s *Server) showAddMany(v *visit) error {
	return s.addManyPage(v, http.StatusOK, views.AddMany{Level: v.level()})
}

func (s *Server) addManyPage(v *visit, status int, p views.AddMany) error {
	return s.document(v, status, func(c views.Chrome) templ.Component { return views.AddManyPage(c, p) })
}

// addMany gives everybody in a list their role, and shows what became of each line.
func (s *Server) addMany(v *visit) error {
	sent, err := readUpload(v, views.FieldLines, views.FieldFile)
	if err != nil {
		return err
	}
	if err := middleware.AllowToWrite(v.Response(), addManyTime+writeAfter); err != nil {
		s.Log.DebugContext(v.ctx(), "write deadline not moved", "err", err)
	}
	text, both := oneText(sent)
	if both {
		return s.addManyAgain(v, sent[views.FieldLines], views.Problems{views.FieldLines: "Enter lines or choose a file, not both."})
	}
	ctx, cancel := context.WithTimeout(v.ctx(), addManyTime)
	defer cancel()
	lines, err := s.Members.AddMany(ctx, v.actor(), v.workspace.Scope(), text)
	switch {
	case access.ReasonOf(err) == access.ReasonReauthenticate:
		p := views.AddMany{Level: v.level(), Lines: shownText(text), PasswordURL: views.ReauthNextURL(views.WorkspaceUsersURL(string(v.workspace.ID)), false)}
		return s.addManyPage(v, http.StatusUnprocessableEntity, p)
	case access.CodeOf(err) == access.Invalid:
		return s.addManyAgain(v, text, problemsOf(err))
	case err != nil:
		return err
	}
	return s.addManyPage(v, http.StatusOK, outcomePage(v, lines))
}

// oneText is what was sent, typed in or as a file. An empty file was not chosen.
func oneText(sent map[string][]byte) (text []byte, both bool) {
	typed, file := sent[views.FieldLines], sent[views.FieldFile]
	if len(file) == 0 {
		return typed, false
	}
	return file, strings.TrimSpace(string(typed)) != ""
}

// addManyAgain shows the page with what was typed, when all of it was refused.
func (s *Server) addManyAgain(v *visit, text []byte, problems views.Problems) error {
	return s.addManyPage(v, http.StatusUnprocessableEntity, views.AddMany{Level: v.level(), Lines: shownText(text), Problems: problems})
}

// shownText is a text for redisplay, empty where it is none that could be corrected in a field.
func shownText(text []byte) string {
	if len(text) > access.MaxListBytes || strings.ContainsRune(string(text), 0) {
		return ""
	}
	return strings.ToValidUTF8(string(text), "\uFFFD")
}

// outcomePage is what became of each line, with those that failed to be corrected.
func outcomePage(v *visit, lines []access.Line) views.AddMany {
	p := views.AddMany{Level: v.level()}
	var again []string
	for _, l := range lines {
		role := v.label(l.Role)
		p.Outcomes = append(p.Outcomes, views.LineOutcome{
			Line: l.Number, Text: l.Text, Email: l.Email, Role: role,
			Outcome: outcomeTexts[l.Outcome], Failed: l.Outcome.Failed(),
		})
		p.Count(string(l.Outcome))
		if l.Outcome.Failed() {
			again = append(again, l.Text)
		}
	}
	p.Lines = strings.Join(again, "\n")
	return p
}

// outcomeTexts say what became of a line and, where it failed, what to do about it.
var outcomeTexts = map[access.LineOutcome]string{
	access.LineAdded:     "Added",
	access.LineChanged:   "Role changed",
	access.LineUnchanged: "Already has this role",
	access.LineMalformed: "Write an email and a role, separated by a space, comma or tab",
	access.LineNoEmail:   "Not an email address",
	access.LineStranger:  "No member of the Organization has this email",
	access.LineNoRole:    "Not a Workspace Role",
	access.LineTooHigh:   "Above your role",
	access.LineRepeated:  "Repeated in this list; the first line counts",
	access.LineUntried:   "Not tried; add this line again",
}
