package access_test

import (
	"strings"
	"sync/atomic"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
)

// demotion is a way in which a person loses the right to manage a Workspace, and gets it back.
type demotion struct {
	person   dagpasstest.Person
	down, up func() error
	lost     string // how the events of both begin: with the loss, then by turns
}

// TestProof_DemoteWhileActing: while people create tokens, give roles and rotate, somebody takes away the
// role by which they may. In the record, whose order is that of the changes, none of their acts succeeded
// after that. Seen to fail with an access.Change that read the grants in a transaction before the one that
// writes.
func TestProof_DemoteWhileActing(t *testing.T) {
	h := dagpasstest.New(t)
	ways := demotions(t, h)
	others := []dagpasstest.Person{h.Person("Bob", access.OrgMember), h.Person("Eve", access.OrgMember)}
	tok, _ := h.Token(h.Owner, h.Workspace.Scope(), "shared", access.WorkspaceMember)
	rounds := proof.Times(3, 150)
	var tried atomic.Int64
	done, refused, wrong := 0, 0, 0
	for name, d := range ways {
		before := len(h.Events(string(h.Org.ID)))
		for range rounds {
			d.race(t, h, tok, others, &tried)
		}
		ok, no, late := d.judge(h.Events(string(h.Org.ID))[before:], rounds)
		if len(late) > 0 {
			t.Errorf("%s: done after the right was gone: %s", name, late[0])
		}
		wrong += len(late)
		done, refused = done+ok, refused+no
	}
	if done == 0 || refused == 0 {
		t.Errorf("%d acts done and %d refused: nothing raced", done, refused)
	}
	proof.Figure(t, "%d demotions under %d acts, %d done before, %d refused after, %d done after", rounds*len(ways), tried.Load(), done, refused, wrong)
}

func demotions(t *testing.T, h *dagpasstest.House) map[string]demotion {
	t.Helper()
	ctx, ws, system := t.Context(), h.Workspace.Scope(), dagpasstest.System()
	lowered := h.Member("Lowered", ws, access.WorkspaceOwner)
	removed := h.Member("Removed", ws, access.WorkspaceOwner)
	left := h.Person("Left", access.OrgMember)
	team := h.Team("Owners", access.OrgMember, left)
	h.GiveTeam(team, ws, access.WorkspaceOwner)
	return map[string]demotion{
		"a lower role": {lowered,
			func() error { return h.Members.SetRole(ctx, system, ws, lowered.ID, access.WorkspaceOperator) },
			func() error { return h.Members.SetRole(ctx, system, ws, lowered.ID, access.WorkspaceOwner) },
			"member.update ok Lowered by "},
		"no role": {removed,
			func() error { return h.Members.Remove(ctx, system, ws, removed.ID) },
			func() error {
				_, err := h.Members.Add(ctx, system, ws, removed.ID, access.WorkspaceOwner)
				return err
			},
			"member."},
		"out of the team": {left,
			func() error { _, _, err := h.Teams.RemoveMember(ctx, system, h.Org.ID, team.ID, left.ID); return err },
			func() error {
				_, _, err := h.Teams.AddMembers(ctx, system, h.Org.ID, team.ID, []access.UserID{left.ID})
				return err
			},
			"team.member."},
	}
}

// race has the person act in many ways at once while the right is taken away, and gives it back.
func (d demotion) race(t *testing.T, h *dagpasstest.House, tok access.Token, others []dagpasstest.Person, tried *atomic.Int64) {
	t.Helper()
	const actors, turns = 12, 3
	by := h.Actor(d.person)
	dagpasstest.AtOnce(actors+1, func(i int) {
		if i == actors {
			if err := d.down(); err != nil {
				t.Error(err)
			}
			return
		}
		for turn := range turns {
			tried.Add(1)
			err := act(h, by, tok, others[turn%len(others)].ID, i)
			switch access.CodeOf(err) {
			case "", access.Forbidden, access.NotFound, access.Conflict:
			default:
				t.Errorf("act %d: %v", i%3, err)
			}
		}
	})
	if err := d.up(); err != nil {
		t.Fatal(err)
	}
}

// act is one of three things that Workspace Owners alone may do.
func act(h *dagpasstest.House, by access.Actor, tok access.Token, other access.UserID, i int) error {
	ctx, ws := h.Context(), h.Workspace.Scope()
	switch i % 3 {
	case 0:
		_, _, err := h.Tokens.Create(ctx, by, ws, access.NewToken{Name: "made", Role: access.WorkspaceMember, Expiry: 1})
		return err
	case 1:
		roles := []access.Role{access.WorkspaceAuthor, access.WorkspaceOperator}
		return h.Members.SetRole(ctx, by, ws, other, roles[i/3%2])
	}
	d, err := h.Tokens.Find(ctx, by, ws, tok.ID)
	if err != nil {
		return err
	}
	_, _, err = h.Tokens.Rotate(ctx, by, ws, tok.ID, d.Generation, "")
	return err
}

// judge reads the record of the rounds: how much the person did while they might, how much was refused,
// and what was done when they might not.
func (d demotion) judge(events []string, rounds int) (done, refused int, late []string) {
	by := " by " + d.person.FullName
	may, changes := true, 0
	for _, e := range events {
		own := strings.HasSuffix(e, by)
		switch {
		case !own && strings.HasPrefix(e, d.lost):
			may, changes = !may, changes+1
		case own && !strings.Contains(e, " ok "):
			refused++
		case own && may:
			done++
		case own:
			late = append(late, e)
		}
	}
	if changes != 2*rounds {
		late = append(late, "the record lacks a demotion")
	}
	return done, refused, late
}
