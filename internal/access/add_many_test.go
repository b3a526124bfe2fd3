package access_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
)

// outcomes are the lines as "number outcome".
func outcomes(lines []access.Line) []string {
	var out []string
	for _, l := range lines {
		out = append(out, fmt.Sprintf("%d %s", l.Number, l.Outcome))
	}
	return out
}

// TestMembers_AddMany: product.md 4.7 "Add many".
func TestMembers_AddMany(t *testing.T) {
	h := dagpasstest.New(t)
	ws := h.Workspace.Scope()
	ada := h.Member("Ada", ws, access.WorkspaceOwner)
	bo, cy := h.Person("Bo", access.OrgMember), h.Member("Cy", ws, access.WorkspaceMember)
	_, _, albert := h.Elsewhere()
	add := func(t *testing.T, text string) []access.Line {
		t.Helper()
		lines, err := h.Members.AddMany(t.Context(), h.Actor(ada), ws, []byte(text))
		wantCode(t, err, "")
		return lines
	}

	t.Run("every line has its outcome, in order, and a bad one stops nothing", func(t *testing.T) {
		recorded := len(h.Events(string(h.Org.ID)))
		text := "\ufeff# people\r\n" + bo.Email + " workspace_author\r\n\r\n" + strings.ToUpper(cy.Email) + ",\tWORKSPACE_OPERATOR\n" +
			cy.Email + " WORKSPACE_MEMBER\n" + albert.Email + " WORKSPACE_MEMBER\nnobody@acme.example WORKSPACE_MEMBER\n" +
			"nonsense WORKSPACE_MEMBER\n" + ada.Email + " WORKSPACE_KING\none\na b c\n" + h.Owner.Email + " WORKSPACE_MEMBER"
		want := []string{"2 added", "4 changed", "5 repeated", "6 unknown_email", "7 unknown_email", "8 no_email", "9 unknown_role",
			"10 malformed", "11 malformed", "12 added"}
		if diff := cmp.Diff(want, outcomes(add(t, text))); diff != "" {
			t.Error(diff)
		}
		if made := len(h.Events(string(h.Org.ID))) - recorded; made != 3 {
			t.Errorf("%d events for 3 changes", made)
		}
		if d, err := h.Members.Find(t.Context(), h.Actor(ada), ws, cy.ID); err != nil || d.Own != access.WorkspaceOperator {
			t.Errorf("Cy has %s, %v", d.Own, err)
		}
	})
	t.Run("sent again, it changes and records nothing", func(t *testing.T) {
		before := h.Dump()
		if got := outcomes(add(t, bo.Email+" WORKSPACE_AUTHOR")); got[0] != "1 has_role" {
			t.Errorf("got %v", got)
		}
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("what is no list changes nothing and says why", func(t *testing.T) {
		before := h.Dump()
		line := bo.Email + " WORKSPACE_MEMBER\n"
		for name, text := range map[string]string{
			"empty": " \n# only a comment\n", "not text": line + "\xff\xfe", "a program": line + "\x00",
			"too large": strings.Repeat("#", access.MaxListBytes+1), "too long": strings.Repeat(line, access.MaxListLines+1),
		} {
			_, err := h.Members.AddMany(t.Context(), h.Actor(ada), ws, []byte(text))
			if e := access.AsError(err); e.Code != access.Invalid || len(e.Fields) != 1 || e.Fields[0].Field != "lines" {
				t.Errorf("%s: %v", name, err)
			}
		}
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("whoever may not manage people learns nothing about the list", func(t *testing.T) {
		for who, want := range map[*dagpasstest.Person]access.Code{&cy: access.Forbidden, &albert: access.NotFound} {
			_, err := h.Members.AddMany(t.Context(), h.Actor(*who), ws, []byte("\xff"))
			wantCode(t, err, want)
		}
	})
	t.Run("making an Owner asks for the password before the first line is done", func(t *testing.T) {
		h.Clock.Advance(access.ReauthWindow + time.Minute)
		before := h.Dump()
		_, err := h.Members.AddMany(t.Context(), h.Actor(ada), ws, []byte(bo.Email+" WORKSPACE_MEMBER\n"+cy.Email+" WORKSPACE_OWNER"))
		wantReason(t, err, access.ReasonReauthenticate)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("lines after the caller has gone are not tried, and say so", func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		lines, err := h.Members.AddMany(endsAfter(ctx, cancel, 3), h.Actor(ada), ws, []byte(bo.Email+" WORKSPACE_MEMBER\n"+cy.Email+" WORKSPACE_MEMBER\n"+h.Owner.Email+" WORKSPACE_AUTHOR"))
		wantCode(t, err, "")
		if last := lines[len(lines)-1]; last.Outcome != access.LineUntried {
			t.Errorf("got %v", outcomes(lines))
		}
	})
	t.Run("a custom role with an Owner's powers takes the password before the first line, and not in the middle", func(t *testing.T) {
		keeper := h.CustomRole("Keeper", tokenManager)
		late := h.Actor(h.Owner)
		late.AuthenticatedAt = h.Clock.Now().Add(-access.ReauthWindow)
		before := h.Dump()
		_, err := h.Members.AddMany(t.Context(), late, h.Workspace.Scope(), []byte(bo.Email+" WORKSPACE_ACCESSOR\n"+cy.Email+" "+keeper.Name))
		wantReason(t, err, access.ReasonReauthenticate)
		if h.Dump() != before {
			t.Error("something changed")
		}
	})
	t.Run("an Organization has no such list", func(t *testing.T) {
		_, err := h.Members.AddMany(t.Context(), h.Actor(h.Owner), h.Org.Scope(), []byte(bo.Email+" ORGANIZATION_OWNER"))
		wantCode(t, err, access.Internal)
	})
}

// countdown is a context that ends when it has been asked a number of times whether it has.
type countdown struct {
	context.Context
	cancel context.CancelFunc
	left   int
}

func endsAfter(ctx context.Context, cancel context.CancelFunc, asked int) context.Context {
	return &countdown{ctx, cancel, asked}
}

func (c *countdown) Err() error {
	if c.left--; c.left < 0 {
		c.cancel()
	}
	return c.Context.Err()
}

func FuzzParseLines(f *testing.F) {
	for _, seed := range []string{"ada@acme.example WORKSPACE_AUTHOR", "a@b.example,WORKSPACE_OWNER\r\n# x\n\n", "\ufeffx\ty", "\xff", "a b c", ",,,"} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, text []byte) {
		lines, err := access.ParseLines(text, nil)
		if err != nil {
			if access.CodeOf(err) != access.Invalid || lines != nil {
				t.Fatalf("%d lines and %v", len(lines), err)
			}
			return
		}
		seen, last := map[string]bool{}, 0
		for _, l := range lines {
			if l.Number <= last || !utf8.ValidString(l.Text) || strings.ContainsAny(l.Text, "\n") || l.Text == "" {
				t.Fatalf("line %+v after %d", l, last)
			}
			last = l.Number
			if l.Outcome == "" && (seen[l.Email] || !access.IsRole(l.Role, access.WorkspaceLevel) || !strings.Contains(l.Email, "@")) {
				t.Fatalf("%+v would be done", l)
			}
			seen[l.Email] = seen[l.Email] || l.Outcome == ""
		}
	})
}
