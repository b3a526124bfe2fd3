package db_test

import (
	"crypto/sha256"
	"encoding/base64"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

func signIn(h *dagpasstest.House, email, password string) (access.Actor, error) {
	o := access.Origin{Address: "192.0.2.9", Client: "Test/1.0"}
	opened, err := h.Login.SignIn(h.Context(), signin.Credentials{Email: email, Password: password}, o)
	if err != nil {
		return access.Actor{}, err
	}
	s, err := h.Sessions.Load(h.Context(), opened.Session)
	return s.Actor(o), err
}

// waysIn are sessions, logins of programs, passwords, links and invitations.
func waysIn(t *testing.T, h *dagpasstest.House) []past {
	changed, out := h.Person("a replaced password", access.OrgMember), h.Person("a session signed out", access.OrgMember)
	invited, invitation, err := h.Invitations.Invite(t.Context(), h.Actor(h.Owner), h.Org.ID,
		signin.NewInvitation{Email: "guest@acme.example", Role: access.OrgMember})
	if err != nil {
		t.Fatal(err)
	}
	reset, err := h.Accounts.NewResetCode(t.Context(), dagpasstest.System(), out.Email)
	if err != nil {
		t.Fatal(err)
	}
	program := astroLogin(t, h, h.Person("Terminal", access.OrgMember))
	session := func(id secret.Value) func(*dagpasstest.House) bool {
		return func(h *dagpasstest.House) bool {
			_, err := h.Sessions.Load(h.Context(), id)
			return err == nil
		}
	}
	return []past{
		{name: "a replaced password", works: func(h *dagpasstest.House) bool {
			_, err := signIn(h, changed.Email, dagpasstest.Password)
			return err == nil
		}, end: func(h *dagpasstest.House) error {
			_, err := h.Accounts.ChangePassword(t.Context(), h.Actor(changed), dagpasstest.Password, "another sentence of five words")
			return err
		}},
		{name: "a session signed out", neverBack: true, works: session(out.Session), end: func(h *dagpasstest.House) error {
			return h.Sessions.SignOut(t.Context(), h.Actor(out))
		}},
		{name: "an untouched session", neverBack: true, works: session(h.Owner.Session)},
		{name: "a program signed out", neverBack: true, works: func(h *dagpasstest.House) bool { return mayCall(h, program) },
			end: func(h *dagpasstest.House) error {
				_, err := h.Programs.Revoke(t.Context(), program.Refresh.Reveal(), access.Origin{})
				return err
			}},
		{name: "an invitation withdrawn", neverBack: true, works: func(h *dagpasstest.House) bool {
			_, err := h.Invitations.Check(h.Context(), invitation)
			return err == nil
		}, end: func(h *dagpasstest.House) error {
			_, err := h.Invitations.Withdraw(t.Context(), dagpasstest.System(), h.Org.ID, invited.User.ID)
			return err
		}},
		{name: "a reset link that was used", neverBack: true, works: func(h *dagpasstest.House) bool {
			_, err := h.Accounts.CheckResetCode(h.Context(), reset)
			return err == nil
		}, end: func(h *dagpasstest.House) error {
			return h.Accounts.ResetPassword(t.Context(), reset, "another sentence of five words", access.Origin{})
		}},
	}
}

// astroLogin lets the Astro CLI act for a person.
func astroLogin(t *testing.T, h *dagpasstest.House, p dagpasstest.Person) signin.Issued {
	t.Helper()
	const verifier = "dBjftJeZ4CVP-mBUKPrEDDMBnSkbQj1ujOj6nh3TZ7A"
	sum := sha256.Sum256([]byte(verifier))
	code, err := h.Programs.Allow(t.Context(), h.Actor(p), signin.Authorization{
		Program: signin.AstroCLI, Challenge: base64.RawURLEncoding.EncodeToString(sum[:])})
	if err != nil {
		t.Fatal(err)
	}
	issued, err := h.Programs.Exchange(t.Context(), signin.Exchange{Program: signin.AstroCLI.ID, Code: code.Reveal(),
		Verifier: verifier, RedirectURI: "http://localhost:12345/callback"}, access.Origin{})
	if err != nil {
		t.Fatal(err)
	}
	return issued
}

// mayCall reports whether a program can call with what it has, or get something to call with.
func mayCall(h *dagpasstest.House, has signin.Issued) bool {
	if _, err := h.Programs.Load(h.Context(), has.Access.Reveal()); err == nil {
		return true
	}
	_, err := h.Programs.Renews(h.Context(), signin.AstroCLI.ID, has.Refresh.Reveal(), access.Origin{})
	return err == nil
}
