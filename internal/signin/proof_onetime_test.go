package signin_test

import (
	"context"
	"fmt"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// oneUse is something that can be done once: it returns what each of many at once does with it.
type oneUse func(ctx context.Context, h *dagpasstest.House) (try func(i int) error, err error)

// TestProof_OneTime: of 64 at once who hold the same code, link, form or first start exactly one gets what
// it is for, and the others are told that it is used. Seen to fail with storage that uses none up, for sign-in
// codes and forms; the others are guarded twice.
func TestProof_OneTime(t *testing.T) {
	uses := map[string]oneUse{
		"a sign-in code": signInCode, "a password link": passwordLink, "an invitation": invitation,
		"an authorization code": authorizationCode, "a form that creates a token": tokenForm,
	}
	rounds := proof.Times(1, 30)
	h := dagpasstest.New(t)
	won := 0
	for name, begin := range uses {
		t.Run(name+" is used once", func(t *testing.T) {
			for range rounds {
				try, err := begin(t.Context(), h)
				if err != nil {
					t.Fatal(err)
				}
				won += oneWinner(t, try)
			}
		})
	}
	starts := proof.Times(1, 10)
	t.Run("an installation is set up once, whoever tries in whatever way", func(t *testing.T) {
		for range starts {
			won += setUpOnce(t)
		}
	})
	proof.Figure(t, "%d codes, links and forms and %d first starts, %d uses of each at once: %d successes", rounds*len(uses), starts, rivals, won)
}

const rivals = 64

// oneWinner has many try at once, and returns how many of them succeeded: one, or the test fails.
func oneWinner(t *testing.T, try func(i int) error) (won int) {
	t.Helper()
	errs := make([]error, rivals)
	dagpasstest.AtOnce(rivals, func(i int) { errs[i] = try(i) })
	for _, err := range errs {
		switch access.CodeOf(err) {
		case "":
			won++
		case access.Invalid, access.Conflict:
		default:
			t.Errorf("refused with %v", err)
		}
	}
	if won != 1 {
		t.Errorf("%d of %d succeeded", won, rivals)
	}
	return won
}

func signInCode(ctx context.Context, h *dagpasstest.House) (func(int) error, error) {
	code, err := h.Login.NewSignInCode(ctx, dagpasstest.System(), h.Owner.ID)
	return func(int) error {
		_, err := h.Login.SignInWithCode(ctx, code, secret.Value{}, terminal)
		return err
	}, err
}

func passwordLink(ctx context.Context, h *dagpasstest.House) (func(int) error, error) {
	code, err := h.Accounts.NewResetCode(ctx, dagpasstest.System(), h.Owner.Email)
	return func(i int) error {
		return h.Accounts.ResetPassword(ctx, code, fmt.Sprint("another sentence, number ", i), terminal)
	}, err
}

func invitation(ctx context.Context, h *dagpasstest.House) (func(int) error, error) {
	email := fmt.Sprintf("ida%d@acme.example", len(h.Events(string(h.Org.ID))))
	_, code, err := h.Invitations.Invite(ctx, dagpasstest.System(), h.Org.ID, signin.NewInvitation{Email: email, Role: access.OrgMember})
	return func(i int) error {
		_, _, err := h.Invitations.Accept(ctx, code, signin.Acceptance{Name: fmt.Sprint("Ida ", i), Password: dagpasstest.Password}, terminal)
		return err
	}, err
}

func authorizationCode(ctx context.Context, h *dagpasstest.House) (func(int) error, error) {
	code, err := h.Programs.Allow(ctx, h.Actor(h.SignIn(h.Owner.User)), signin.Authorization{Program: signin.AstroCLI, Challenge: challengeOf(verifier)})
	return func(int) error {
		_, err := h.Programs.Exchange(ctx, rightly(code), terminal)
		return err
	}, err
}

func tokenForm(ctx context.Context, h *dagpasstest.House) (func(int) error, error) {
	by, key := h.Actor(h.SignIn(h.Owner.User)), secret.NewSessionID().Reveal()
	return func(i int) error {
		_, _, err := h.Tokens.Create(ctx, by, h.Workspace.Scope(), access.NewToken{
			Name: fmt.Sprint("ci ", i), Role: access.WorkspaceMember, FormKey: key,
		})
		return err
	}, nil
}

// setUpOnce has people with the code of a first start and people with the data directory set up one
// installation at once.
func setUpOnce(t *testing.T) (won int) {
	t.Helper()
	h := dagpasstest.Unfurnished(t)
	code, err := h.Setup.NewCode(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	won = oneWinner(t, func(i int) error {
		in := access.NewOrg{Name: fmt.Sprint("Acme ", i), Workspace: "Data", OwnerName: "Owner", OwnerMail: fmt.Sprintf("owner%d@acme.example", i)}
		if i%8 == 0 {
			_, err := h.Setup.CompleteHeadless(t.Context(), in, dagpasstest.Password)
			return err
		}
		_, _, err := h.Setup.Complete(t.Context(), code, in, dagpasstest.Password, terminal)
		return err
	})
	all, err := h.Orgs.Mine(t.Context(), dagpasstest.System())
	if err != nil || len(all) != 1 {
		t.Errorf("%d Organizations, %v", len(all), err)
	}
	owners, err := h.Members.List(t.Context(), dagpasstest.System(), all[0].Scope(), access.MemberFilter{Role: access.OrgOwner}, access.Sort{}, access.Page{Limit: 2})
	if err != nil || len(owners.Rows) != 1 {
		t.Errorf("%d Owners, %v", len(owners.Rows), err)
	}
	return won
}
