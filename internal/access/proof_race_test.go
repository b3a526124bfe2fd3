package access_test

import (
	"fmt"
	"net/http"
	"sync/atomic"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
)

// rivals is how many try the same at once.
const rivals = 64

// TestProof_DoubleRotate: of 64 people who were shown the same generation of a token exactly one rotates
// it, the others are told, and exactly one value lives. Seen to fail with a Token.Rotated that took every
// generation up to its own.
func TestProof_DoubleRotate(t *testing.T) {
	h := dagpasstest.New(t)
	by := h.Actor(h.Owner)
	tok, value := h.Token(h.Owner, h.Workspace.Scope(), "ci", access.WorkspaceOwner)
	ended := []string{}
	rounds := proof.Times(3, 300)
	for range rounds {
		ended = append(ended, value)
		tok, value = rotatedOnce(t, h, by, tok)
	}
	refused := 0
	for i, old := range ended {
		if h.Accepts(old) {
			t.Errorf("the value of generation %d lives on", i+1)
		} else {
			refused++
		}
	}
	if !h.Accepts(value) || tok.Generation != rounds+1 {
		t.Errorf("the value of generation %d, after %d rounds, is refused", tok.Generation, rounds)
	}
	proof.Figure(t, "%d rounds of %d at once, %d rotations, %d of %d old values refused", rounds, rivals, tok.Generation-1, refused, len(ended))
}

// rotatedOnce has many rotate a token at once and returns what the one who did it got.
func rotatedOnce(t *testing.T, h *dagpasstest.House, by access.Actor, seen access.Token) (access.Token, string) {
	t.Helper()
	tokens, values, errs := make([]access.Token, rivals), make([]string, rivals), make([]error, rivals)
	dagpasstest.AtOnce(rivals, func(i int) {
		tok, value, err := h.Tokens.Rotate(t.Context(), by, seen.Home, seen.ID, seen.Generation, "")
		tokens[i], values[i], errs[i] = tok, value.Reveal(), err
	})
	winner := -1
	for i, err := range errs {
		switch {
		case err != nil && access.ReasonOf(err) != access.ReasonRotated:
			t.Errorf("refused with %v", err)
		case err != nil:
		case winner >= 0:
			t.Errorf("%d and %d both rotated generation %d", winner, i, seen.Generation)
		default:
			winner = i
		}
	}
	if winner < 0 {
		t.Fatal("nobody rotated the token")
	}
	return tokens[winner], values[winner]
}

// TestProof_RevokeWhileUsed: while 64 clients use a value in a loop it is ended, in each of the ways there
// are, and none of the requests that begin after the answer is accepted. Seen to fail with a Tokens.Verify
// that remembered digests it had accepted.
func TestProof_RevokeWhileUsed(t *testing.T) {
	h := dagpasstest.New(t)
	rounds, each := proof.Times(1, 16), proof.Times(20, 100)
	var u use
	for round := range rounds {
		for way, end := range endings(h) {
			tok, value := h.Token(h.Owner, h.Workspace.Scope(), fmt.Sprint(way, round), access.WorkspaceOwner)
			u.endWhileUsed(t, h, value, each, func() error { return end(tok, value) })
		}
	}
	if u.late.Load() > 0 {
		t.Errorf("%d requests that began after the end were accepted", u.late.Load())
	}
	proof.Figure(t, "%d endings under use by %d clients, %d requests accepted before, %d begun after: %d accepted",
		rounds*len(endings(h)), rivals, u.early.Load(), u.begunLate.Load(), u.late.Load())
}

// endings are the ways to end a value for good.
func endings(h *dagpasstest.House) map[string]func(access.Token, string) error {
	ctx, by := h.Context(), h.Actor(h.Owner)
	return map[string]func(access.Token, string) error{
		"rotated": func(tok access.Token, _ string) error {
			_, _, err := h.Tokens.Rotate(ctx, by, tok.Home, tok.ID, tok.Generation, "")
			return err
		},
		"deleted": func(tok access.Token, _ string) error {
			_, err := h.Tokens.Delete(ctx, by, tok.Home, tok.ID, access.TokenDeletionWord)
			return err
		},
		"revoked by its holder": func(_ access.Token, value string) error {
			_, err := h.Tokens.Revoke(ctx, value, access.Origin{RequestID: "proof"})
			return err
		},
		"deleted over the API by itself": func(tok access.Token, value string) error {
			status, body := h.Call(http.MethodDelete, "/v1/organizations/"+string(tok.Home.Org)+"/tokens/"+string(tok.ID), value, "")
			if status != http.StatusNoContent {
				return fmt.Errorf("answered %d: %s", status, body)
			}
			return nil
		},
	}
}

// use counts what became of the requests of many clients.
type use struct{ early, begunLate, late atomic.Int64 }

// endWhileUsed ends a value once every client has used it. Each client goes on for some requests after.
func (u *use) endWhileUsed(t *testing.T, h *dagpasstest.House, value string, each int, end func() error) {
	t.Helper()
	var over atomic.Bool
	used := make(chan struct{}, rivals)
	dagpasstest.AtOnce(rivals+1, func(i int) {
		if i == rivals {
			for range rivals {
				<-used
			}
			if err := end(); err != nil {
				t.Error(err)
			}
			over.Store(true)
			return
		}
		first := true
		for left := each; left > 0; {
			late := over.Load() // read before the request begins
			accepted := h.Accepts(value)
			u.count(late, accepted)
			if first {
				used <- struct{}{}
				first = false
			}
			if late {
				left--
			}
		}
	})
}

func (u *use) count(late, accepted bool) {
	switch {
	case late && accepted:
		u.begunLate.Add(1)
		u.late.Add(1)
	case late:
		u.begunLate.Add(1)
	case accepted:
		u.early.Add(1)
	}
}

// TestProof_LastOwner: two Owners, of whom each demotes or removes the other at the same instant. One
// succeeds, so that an Owner is left. Seen to fail with an access.Change that read the grants in a
// transaction before the one that writes, and no check of the last Owner.
func TestProof_LastOwner(t *testing.T) {
	h := dagpasstest.New(t)
	org := h.Org.Scope()
	owner := h.Owner
	acts := []func(by access.Actor, on access.UserID) error{
		func(by access.Actor, on access.UserID) error {
			return h.Members.SetRole(h.Context(), by, org, on, access.OrgMember)
		},
		func(by access.Actor, on access.UserID) error { return h.Members.Remove(h.Context(), by, org, on) },
	}
	rounds := proof.Times(6, 200)
	for round := range rounds {
		pair := [2]dagpasstest.Person{owner, h.Person(fmt.Sprint("Rival ", round), access.OrgOwner)}
		by := [2]access.Actor{h.Actor(pair[0]), h.Actor(pair[1])}
		var errs [2]error
		dagpasstest.AtOnce(2, func(i int) { errs[i] = acts[(round/(i+1))%2](by[i], pair[1-i].ID) })
		if (errs[0] == nil) == (errs[1] == nil) {
			t.Fatalf("round %d: %v and %v", round, errs[0], errs[1])
		}
		owner = pair[0]
		if errs[0] != nil {
			owner = pair[1]
		}
		if n := owners(t, h, pair[:]); n != 1 {
			t.Fatalf("round %d: %d Owners are left of the two", round, n)
		}
	}
	proof.Figure(t, "%d rounds, 1 Owner left after each", rounds)
}

// owners returns how many of the people are Organization Owners.
func owners(t *testing.T, h *dagpasstest.House, people []dagpasstest.Person) (n int) {
	t.Helper()
	for _, p := range people {
		shown, err := h.Members.Show(t.Context(), dagpasstest.System(), h.Org.ID, p.ID)
		if err != nil && access.CodeOf(err) != access.NotFound {
			t.Fatal(err)
		}
		if err == nil && shown.Org == access.OrgOwner {
			n++
		}
	}
	return n
}
