package access

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"
	"unicode/utf8"

	"dagpass/internal/audit"
)

// Limits of a list of people to add (product.md 4.7).
const (
	MaxListBytes = 1 << 20
	MaxListLines = 5_000
)

// LineOutcome is what became of one line of a list.
type LineOutcome string

// The outcomes. Only those of done lines changed anything or found it so already.
const (
	LineAdded     LineOutcome = "added"
	LineChanged   LineOutcome = "changed"  // had another role
	LineUnchanged LineOutcome = "has_role" // has this role already
	LineMalformed LineOutcome = "malformed"
	LineNoEmail   LineOutcome = "no_email"
	LineStranger  LineOutcome = "unknown_email" // no member of the Organization
	LineNoRole    LineOutcome = "unknown_role"
	LineTooHigh   LineOutcome = "above_your_role"
	LineRepeated  LineOutcome = "repeated" // an earlier line has the e-mail, and counted
	LineUntried   LineOutcome = "not_tried"
)

// Failed reports whether the line has to be looked at again.
func (o LineOutcome) Failed() bool {
	return o != LineAdded && o != LineChanged && o != LineUnchanged && o != LineRepeated
}

// Line is one line of a list with its outcome.
type Line struct {
	Number  int // from 1, as in the text
	Text    string
	Email   string // as it is compared; empty when there is none
	Role    Role
	Outcome LineOutcome
}

// ParseLines reads a list of people, one a line: e-mail and role, split at blanks, commas or tabs. The role
// is the constant of a built-in one, or the name or id of one of custom. Empty
// lines and those beginning with # are passed over. Lines that say nothing sensible have their outcome
// already. Errors: Invalid, with the problem under the field "lines", for a text that as a whole is no
// list.
func ParseLines(text []byte, custom []CustomRole) ([]Line, error) {
	if p := checkList(text); p != nil {
		return nil, BadInput(*p)
	}
	var lines []Line
	number, seen := 0, map[string]bool{}
	for raw := range bytes.SplitSeq(bytes.TrimPrefix(text, []byte("\ufeff")), []byte("\n")) {
		number++
		said := strings.TrimSpace(string(raw))
		if said == "" || said[0] == '#' {
			continue
		}
		if len(lines) == MaxListLines {
			return nil, BadInput(FieldProblem{"lines", "too_long", "Use 5,000 lines or fewer."})
		}
		lines = append(lines, parseLine(number, said, custom, seen))
	}
	if len(lines) == 0 {
		return nil, BadInput(FieldProblem{"lines", "required", "Enter at least one line, or choose a file that has one."})
	}
	return lines, nil
}

func checkList(text []byte) *FieldProblem {
	switch {
	case len(text) > MaxListBytes:
		return &FieldProblem{"lines", "too_long", "Use 1 MB of text or less."}
	case !utf8.Valid(text):
		return &FieldProblem{"lines", "encoding", "Use text encoded as UTF-8."}
	case bytes.IndexByte(text, 0) >= 0:
		return &FieldProblem{"lines", "encoding", "Use plain text; this is another kind of file."}
	}
	return nil
}

// parseLine reads one line. seen are the e-mails of the lines before that counted: the first one wins.
func parseLine(number int, text string, custom []CustomRole, seen map[string]bool) Line {
	l := Line{Number: number, Text: text}
	words := wordsOf(text)
	if len(words) < 2 {
		l.Outcome = LineMalformed
		return l
	}
	var known bool
	l.Role, known = lineRole(words[1:], custom)
	email, problem := CleanEmail("email", words[0])
	switch {
	case !known && len(words) > 2:
		l.Role, l.Outcome = "", LineMalformed
		return l
	case problem != nil:
		l.Outcome = LineNoEmail
	case !known:
		l.Outcome = LineNoRole
	case seen[email]:
		l.Outcome = LineRepeated
	default:
		seen[email] = true
	}
	l.Email = email
	return l
}

func wordsOf(text string) []string {
	return strings.FieldsFunc(text, func(r rune) bool { return r == ' ' || r == ',' || r == '\t' })
}

// lineRole finds the role that a line says. The name of a custom one may be several words.
func lineRole(words []string, custom []CustomRole) (role Role, known bool) {
	said := strings.Join(words, " ")
	if role := Role(strings.ToUpper(said)); IsRole(role, WorkspaceLevel) {
		return role, true
	}
	for _, c := range custom {
		if said == string(c.ID) || Fold(said) == Fold(strings.Join(wordsOf(c.Name), " ")) {
			return c.Role(), true
		}
	}
	return Role(said), false
}

// AddMany gives many members of the Organization a role in a Workspace. Each line is a change of its own,
// done in order, with its own event: one that fails never keeps the others from being done, and nothing
// is given twice. Before anything is done the whole can fail: NotFound, Forbidden below Workspace Owner,
// Invalid as [ParseLines] has it, Unauthenticated when a line gives an Owner's role and the password is
// needed again. Afterwards every line has its outcome and there is no error; those after ctx ended, or
// after the store or the right to do this were lost, were not tried.
func (s *Members) AddMany(ctx context.Context, by Actor, at Scope, text []byte) ([]Line, error) {
	var lines []Line
	err := s.mayAddMany(ctx, by, at, func(c *Changing, tx Tx) error {
		custom, err := tx.CustomRoles(at.Org)
		if err != nil {
			return err
		}
		custom = slices.DeleteFunc(custom, func(r CustomRole) bool { return r.Scope != WorkspaceRoles || !r.AllowedIn(at.Workspace) })
		if lines, err = ParseLines(text, custom); err != nil {
			return err
		}
		return checkOwners(c, lines)
	})
	if err != nil {
		return nil, err
	}
	stopped := false
	for i := range lines {
		l := &lines[i]
		switch {
		case l.Outcome != "":
		case stopped || ctx.Err() != nil:
			l.Outcome = LineUntried
		default:
			l.Outcome, stopped = s.addLine(ctx, by, at, *l)
		}
	}
	return lines, nil
}

// mayAddMany decides about the whole and hands the input to check. It changes nothing; that somebody
// tried who may not is recorded.
func (s *Members) mayAddMany(ctx context.Context, by Actor, at Scope, check func(c *Changing, tx Tx) error) error {
	if at.Level() != WorkspaceLevel {
		return fmt.Errorf("access: people are added many at once in a Workspace, not in %s", at.Entity())
	}
	return Change(ctx, s.store, by, Act{Do: MembersManage, As: audit.MemberAdd}, inScope(at), func(c *Changing, tx Tx) error {
		c.Unchanged()
		return check(c, tx)
	})
}

// checkOwners asks for the password before the first line and not in the middle, also for a custom role
// that is an Owner's. A role that is too high is its line's own matter.
func checkOwners(c *Changing, lines []Line) error {
	asked := map[Role]bool{}
	for _, l := range lines {
		if l.Outcome != "" || asked[l.Role] {
			continue
		}
		asked[l.Role] = true
		if err := c.MayGrant(l.Role, WorkspaceLevel); err != nil && CodeOf(err) != Forbidden {
			return err
		}
	}
	return nil
}

// addLine does one line. It reports that the rest need not be tried when the failure was not the line's
// own.
func (s *Members) addLine(ctx context.Context, by Actor, at Scope, l Line) (outcome LineOutcome, stop bool) {
	try := Act{Do: MembersManage, As: audit.MemberAdd}
	err := Change(ctx, s.store, by, try, inScope(at), func(c *Changing, tx Tx) (err error) {
		outcome, err = giveLine(c, tx, l)
		return err
	})
	if err != nil && outcome != LineTooHigh {
		return LineUntried, true
	}
	return outcome, false
}

func giveLine(c *Changing, tx Tx, l Line) (LineOutcome, error) {
	u, err := tx.MemberByEmail(c.At.Org, l.Email)
	if CodeOf(err) == NotFound {
		c.Unchanged()
		return LineStranger, nil
	}
	if err != nil {
		return "", err
	}
	old, err := tx.Role(c.At, u.Subject())
	if err == nil {
		err = c.MayTouch(old, c.At.Level())
	}
	if err == nil {
		err = giveRole(c, tx, u, old, l.Role)
	}
	switch {
	case CodeOf(err) == Forbidden:
		return LineTooHigh, err
	case err != nil:
		return "", err
	case old == l.Role:
		return LineUnchanged, nil
	case old == "":
		return LineAdded, nil
	}
	return LineChanged, nil
}
