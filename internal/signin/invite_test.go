package signin_test

import (
	"fmt"
	"testing"
	"time"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// invite invites somebody as Ada, an Organization Owner who has just signed in.
func (h *house) invite(t testing.TB, email string, role access.Role) (signin.Invitation, secret.Value) {
	t.Helper()
	ada, _ := h.signIn(t)
	h.forget()
	i, code, err := h.invites.Invite(t.Context(), ada, h.org.ID, signin.NewInvitation{Email: email, Role: role})
	if err != nil {
		t.Fatal(err)
	}
	return i, code
}

// accept accepts an invitation as Grace Hopper, and fails the test when that is refused.
func (h *house) accept(t testing.TB, code secret.Value) signin.Opened {
	t.Helper()
	opened, _, err := h.invites.Accept(t.Context(), code, signin.Acceptance{Name: "Grace Hopper", Password: newPassword}, away)
	if err != nil {
		t.Fatal(err)
	}
	return opened
}

// elsewhere founds a second Organization with an owner.
func (h *house) elsewhere(t testing.TB, email string) access.Founded {
	t.Helper()
	var f access.Founded
	err := access.Audited(t.Context(), h.Store, access.System(office), func(c *access.Changing, tx signin.Tx) (err error) {
		f, err = access.Found(c, tx, access.NewOrg{Name: "Umbrella", Workspace: "Hive", OwnerName: "Albert Wesker", OwnerMail: email})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return f
}

func (h *house) account(t testing.TB, email string) (signin.Account, error) {
	t.Helper()
	var a signin.Account
	err := access.Lookup(t.Context(), h.Store, func(tx signin.Tx) (err error) {
		a, err = tx.AccountByEmail(email)
		return err
	})
	return a, err
}

func (h *house) role(t testing.TB, id access.UserID) access.Role {
	t.Helper()
	var role access.Role
	err := access.Lookup(t.Context(), h.Store, func(tx signin.Tx) (err error) {
		role, err = tx.Role(h.org.Scope(), access.Subject{Kind: access.UserSubject, ID: string(id)})
		return err
	})
	if err != nil {
		t.Fatal(err)
	}
	return role
}

// wantField checks that an error refuses one field with a sentence.
func wantField(t testing.TB, err error, field, message string) {
	t.Helper()
	f := access.AsError(err).Fields
	if access.CodeOf(err) != access.Invalid || len(f) != 1 || f[0].Field != field || f[0].Message != message {
		t.Errorf("answered %v with %+v, want %s: %q", err, f, field, message)
	}
}

// F3: an invitation makes a PENDING person with their role, and a code that works once for a week.
func TestInvitations_Invite(t *testing.T) {
	t.Parallel()
	t.Run("makes a PENDING person with the role at once, recorded once", func(t *testing.T) {
		h := furnished(t)
		i, code := h.invite(t, " Grace@Acme.example ", access.OrgBillingAdmin)
		h.want(t, "invitation.create ok")
		if i.User.Email != "grace@acme.example" || i.User.Status != access.UserPending || i.Org.Name != "Acme Freight" {
			t.Errorf("invited %+v to %q", i.User, i.Org.Name)
		}
		if h.role(t, i.User.ID) != access.OrgBillingAdmin {
			t.Errorf("the role is %q", h.role(t, i.User.ID))
		}
		if want := noon.Add(7 * 24 * time.Hour); !i.EndsAt.Equal(want) || code.IsZero() {
			t.Errorf("ends %v, want %v", i.EndsAt, want)
		}
	})
	t.Run("nobody signs in before they have accepted", func(t *testing.T) {
		h := furnished(t)
		h.invite(t, "grace@acme.example", access.OrgMember)
		_, err := h.try(t, "grace@acme.example", "", office)
		refused(t, err, signin.ReasonSignInFailed)
	})
	t.Run("refuses an address that is in use or was invited, whatever its case, and changes nothing", func(t *testing.T) {
		h := furnished(t)
		h.invite(t, "grace@acme.example", access.OrgMember)
		h.elsewhere(t, "albert@umbrella.example")
		ada, _ := h.signIn(t)
		h.forget()
		for email, message := range map[string]string{
			"grace@ACME.example":      "grace@acme.example was already invited. Resend the invitation instead.",
			"ada@acme.example":        "ada@acme.example is already in Acme Freight.",
			"albert@umbrella.example": "albert@umbrella.example can't be invited to Acme Freight. Use another address.",
			"grace":                   "Enter an email address, like name@example.com.",
			"a@b.example\r\nBcc: x":   "Enter an email address, like name@example.com.",
		} {
			_, _, err := h.invites.Invite(t.Context(), ada, h.org.ID, signin.NewInvitation{Email: email, Role: access.OrgMember})
			wantField(t, err, "email", message)
		}
		_, _, err := h.invites.Invite(t.Context(), ada, h.org.ID, signin.NewInvitation{Email: "x@acme.example", Role: access.WorkspaceOwner})
		wantField(t, err, "role", "Select an Organization Role.")
		h.want(t)
	})
	t.Run("of 16 invitations of one address at once exactly one is made", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		n, _ := together(16, func(int) error {
			_, _, err := h.invites.Invite(t.Context(), ada, h.org.ID, signin.NewInvitation{Email: "grace@acme.example", Role: access.OrgMember})
			return err
		})
		if n != 1 {
			t.Errorf("%d were made", n)
		}
	})
	t.Run("the same form counts once", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		invite := func(email string) error {
			_, _, err := h.invites.Invite(t.Context(), ada, h.org.ID, signin.NewInvitation{Email: email, Role: access.OrgMember, FormKey: "k"})
			return err
		}
		if err := invite("grace@acme.example"); err != nil {
			t.Fatal(err)
		}
		refused(t, invite("joan@acme.example"), access.ReasonAlreadyDone)
		refused(t, invite("grace@acme.example"), access.ReasonAlreadyDone)
	})
	t.Run("is for Organization Owners, and an Owner is invited with a recent password only", func(t *testing.T) {
		h := furnished(t)
		joan := h.member(t, "Joan Clarke", "joan@acme.example", goodPassword)
		opened, err := h.try(t, joan.Email, goodPassword, office)
		if err != nil {
			t.Fatal(err)
		}
		in := signin.NewInvitation{Email: "grace@acme.example", Role: access.OrgOwner}
		_, _, err = h.invites.Invite(t.Context(), h.load(t, opened.Session).Actor(office), h.org.ID, in)
		refused(t, err, access.ReasonRoleTooLow)
		ada, _ := h.signIn(t)
		h.clock.advance(access.ReauthWindow)
		h.forget()
		_, _, err = h.invites.Invite(t.Context(), ada, h.org.ID, in)
		refused(t, err, access.ReasonReauthenticate)
		h.want(t)
		albert := h.elsewhere(t, "albert@umbrella.example").Org
		_, _, err = h.invites.Invite(t.Context(), ada, albert.ID, in)
		refused(t, err, access.ReasonNotFound)
	})
	t.Run("ends at 5,000 open ones, and an expired one is not open", func(t *testing.T) {
		h := furnished(t)
		ada, _ := h.signIn(t)
		err := access.Upkeep(t.Context(), h.Store, func(tx signin.Tx) error {
			for n := range signin.MaxInvitations {
				code := signin.Code{Digest: secret.HashOf(secret.NewValue(fmt.Sprint(n))), ID: tx.NewID(), Kind: signin.CodeInvite,
					User: access.UserID(tx.NewID()), Org: h.org.ID, CreatedAt: tx.Now(), EndsAt: tx.Now().Add(time.Minute)}
				if err := tx.InsertCode(code); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		in := signin.NewInvitation{Email: "grace@acme.example", Role: access.OrgMember}
		_, _, err = h.invites.Invite(t.Context(), ada, h.org.ID, in)
		refused(t, err, access.ReasonFull)
		h.clock.advance(time.Minute)
		if _, _, err = h.invites.Invite(t.Context(), ada, h.org.ID, in); err != nil {
			t.Error(err)
		}
	})
}

// A former member who is invited again has nothing left of before (security.md: roles left after a
// re-invite of the same e-mail: none).
func TestInvitations_formerMember(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	joan := h.member(t, "Joan Clarke", "joan@acme.example", goodPassword)
	opened, err := h.try(t, joan.Email, goodPassword, office)
	if err != nil {
		t.Fatal(err)
	}
	reset, err := h.accounts.NewResetCode(t.Context(), access.System(office), joan.Email)
	if err != nil {
		t.Fatal(err)
	}
	if err := h.members.Remove(t.Context(), access.System(office), h.org.Scope(), joan.ID); err != nil {
		t.Fatal(err)
	}
	i, code := h.invite(t, joan.Email, access.OrgMember)
	if i.User.ID != joan.ID || i.User.Status != access.UserPending {
		t.Errorf("invited %+v", i.User)
	}
	h.dead(t, opened.Session, signin.ReasonSignInNeeded)
	_, err = h.try(t, joan.Email, goodPassword, office)
	refused(t, err, signin.ReasonSignInFailed)
	refused(t, h.accounts.ResetPassword(t.Context(), reset, newPassword, office), signin.ReasonCode)
	if h.passwordHash(t, joan.ID) != "" {
		t.Error("the old password is stored")
	}
	t.Run("withdrawn again they stay a former member, and can be invited once more", func(t *testing.T) {
		ada, _ := h.signIn(t)
		if _, err := h.invites.Withdraw(t.Context(), ada, h.org.ID, joan.ID); err != nil {
			t.Fatal(err)
		}
		if a, err := h.account(t, joan.Email); err != nil || a.FullName != "Joan Clarke" || h.role(t, joan.ID) != "" {
			t.Errorf("%+v, %v, role %q", a, err, h.role(t, joan.ID))
		}
		_, err := h.invites.Check(t.Context(), code)
		refused(t, err, signin.ReasonCode)
		_, code = h.invite(t, joan.Email, access.OrgMember)
		h.accept(t, code)
		if _, err := h.try(t, joan.Email, newPassword, office); err != nil {
			t.Error(err)
		}
	})
}

// A session that a former member opened after they were removed, when they could see nothing, does not
// come alive again with their new membership.
func TestInvitations_formerMembersSession(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	joan := h.member(t, "Joan Clarke", "joan@acme.example", goodPassword)
	if err := h.members.Remove(t.Context(), access.System(office), h.org.Scope(), joan.ID); err != nil {
		t.Fatal(err)
	}
	later, err := h.try(t, joan.Email, goodPassword, away)
	if err != nil {
		t.Fatal(err)
	}
	_, code := h.invite(t, joan.Email, access.OrgMember)
	h.dead(t, later.Session, signin.ReasonSignInNeeded)
	h.accept(t, code)
	h.dead(t, later.Session, signin.ReasonSignInNeeded)
}

func TestInvitations_Resend(t *testing.T) {
	t.Parallel()
	t.Run("makes a new code, and the old one ends", func(t *testing.T) {
		h := furnished(t)
		i, old := h.invite(t, "grace@acme.example", access.OrgMember)
		h.clock.advance(8 * 24 * time.Hour) // also when it had expired
		ada, _ := h.signIn(t)
		h.forget()
		again, code, err := h.invites.Resend(t.Context(), ada, h.org.ID, i.User.ID, "k")
		if err != nil {
			t.Fatal(err)
		}
		h.want(t, "invitation.resend ok")
		if want := noon.Add(15 * 24 * time.Hour); !again.EndsAt.Equal(want) {
			t.Errorf("ends %v, want %v", again.EndsAt, want)
		}
		_, err = h.invites.Check(t.Context(), old)
		refused(t, err, signin.ReasonCode)
		h.accept(t, code)
		_, _, err = h.invites.Resend(t.Context(), ada, h.org.ID, i.User.ID, "")
		refused(t, err, signin.ReasonAccepted)
	})
	t.Run("is for invited people of the Organization, by its Owners", func(t *testing.T) {
		h := furnished(t)
		i, _ := h.invite(t, "grace@acme.example", access.OrgOwner)
		ada, _ := h.signIn(t)
		albert := h.elsewhere(t, "albert@umbrella.example")
		h.forget()
		for id, reason := range map[access.UserID]string{
			"c": access.ReasonNotFound, albert.Owner.ID: access.ReasonNotFound, h.ada.ID: signin.ReasonAccepted,
		} {
			_, _, err := h.invites.Resend(t.Context(), ada, h.org.ID, id, "")
			refused(t, err, reason)
			_, err = h.invites.Withdraw(t.Context(), ada, h.org.ID, id)
			refused(t, err, reason)
			_, err = h.invites.Find(t.Context(), ada, h.org.ID, id)
			refused(t, err, reason)
		}
		h.clock.advance(access.ReauthWindow)
		_, _, err := h.invites.Resend(t.Context(), ada, h.org.ID, i.User.ID, "")
		refused(t, err, access.ReasonReauthenticate) // the link would make an Owner
		h.want(t)
	})
}

// F3: withdrawing removes the PENDING person.
func TestInvitations_Withdraw(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	i, code := h.invite(t, "grace@acme.example", access.OrgMember)
	ada, _ := h.signIn(t)
	h.forget()
	if _, err := h.invites.Withdraw(t.Context(), ada, h.org.ID, i.User.ID); err != nil {
		t.Fatal(err)
	}
	h.want(t, "invitation.withdraw ok")
	if a, err := h.account(t, "grace@acme.example"); access.CodeOf(err) != access.NotFound {
		t.Errorf("she is there: %+v, %v", a, err)
	}
	_, err := h.invites.Check(t.Context(), code)
	refused(t, err, signin.ReasonCode)
	_, err = h.invites.Withdraw(t.Context(), ada, h.org.ID, i.User.ID)
	refused(t, err, access.ReasonNotFound)
	if again, _ := h.invite(t, "grace@acme.example", access.OrgMember); again.User.ID == i.User.ID {
		t.Error("the new invitation is of the person who was removed")
	}
}

// The removal of a member ends their invitation as well.
func TestInvitations_removedMember(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	i, code := h.invite(t, "grace@acme.example", access.OrgMember)
	if err := h.members.Remove(t.Context(), access.System(office), h.org.Scope(), i.User.ID); err != nil {
		t.Fatal(err)
	}
	_, _, err := h.invites.Accept(t.Context(), code, signin.Acceptance{Name: "Grace Hopper", Password: newPassword}, office)
	refused(t, err, signin.ReasonCode)
	h.invite(t, "grace@acme.example", access.OrgMember)
}

func TestInvitations_Delivered(t *testing.T) {
	t.Parallel()
	h := furnished(t)
	i, _ := h.invite(t, "grace@acme.example", access.OrgMember)
	ada, _ := h.signIn(t)
	h.forget()
	for sent, result := range map[bool]string{true: "sent", false: "failed"} {
		if err := h.invites.Delivered(t.Context(), ada, h.org.ID, i.User.ID, sent); err != nil {
			t.Fatal(err)
		}
		if e := h.events[0]; e.OrganizationID != string(h.org.ID) || e.TargetName != "grace@acme.example" || e.Details[0].After != result {
			t.Errorf("recorded %+v", e)
		}
		h.want(t, "invitation.mail ok")
	}
}
