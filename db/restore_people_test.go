package db_test

import (
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// peopleOfThePast are people who lose what they have in every way there is, and what leads to an account.
func peopleOfThePast(t *testing.T, h *dagpasstest.House) []past {
	by, org, ws := dagpasstest.System(), h.Org.Scope(), h.Workspace.Scope()
	may := func(p dagpasstest.Person, at access.Scope) func(*dagpasstest.House) bool {
		return func(h *dagpasstest.House) bool {
			who, err := signIn(h, p.Email, dagpasstest.Password)
			if err != nil {
				return false
			}
			_, err = h.Tokens.Count(h.Context(), who, at)
			return err == nil
		}
	}
	person := func(name string, role access.Role, at access.Scope, end func(*dagpasstest.House, access.UserID) error) past {
		p := h.Person(name, access.OrgMember)
		if role != "" {
			h.Give(p, at, role)
		}
		out := past{name: name, works: may(p, at)}
		if end != nil {
			out.end = func(h *dagpasstest.House) error { return end(h, p.ID) }
		}
		return out
	}
	inTeam := func(name string, end func(*dagpasstest.House, access.Team, access.UserID) error) past {
		p := h.Person("Member of "+name, access.OrgMember)
		team := h.Team(name, access.OrgMember, p)
		h.GiveTeam(team, ws, access.WorkspaceOwner)
		return past{name: name, works: may(p, ws), end: func(h *dagpasstest.House) error { return end(h, team, p.ID) }}
	}
	all := []past{
		person("an untouched person", access.WorkspaceOwner, ws, nil),
		person("somebody removed from the Organization", access.OrgOwner, org, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.Remove(t.Context(), by, org, id)
		}),
		person("an Owner who was demoted", access.OrgOwner, org, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.SetRole(t.Context(), by, org, id, access.OrgMember)
		}),
		person("somebody removed from a Workspace", access.WorkspaceOwner, ws, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.Remove(t.Context(), by, ws, id)
		}),
		person("somebody demoted in a Workspace", access.WorkspaceOwner, ws, func(h *dagpasstest.House, id access.UserID) error {
			return h.Members.SetRole(t.Context(), by, ws, id, access.WorkspaceAuthor)
		}),
		inTeam("a team left by a member", func(h *dagpasstest.House, team access.Team, id access.UserID) error {
			_, _, err := h.Teams.RemoveMember(t.Context(), by, h.Org.ID, team.ID, id)
			return err
		}),
		inTeam("a deleted team", func(h *dagpasstest.House, team access.Team, _ access.UserID) error {
			_, err := h.Teams.Delete(t.Context(), by, h.Org.ID, team.ID, access.TeamDeletionWord)
			return err
		}),
		inTeam("a team removed from a Workspace", func(h *dagpasstest.House, team access.Team, _ access.UserID) error {
			_, err := h.Teams.Remove(t.Context(), by, ws, team.ID)
			return err
		}),
	}
	return append(all, waysIn(t, h)...)
}

func signIn(h *dagpasstest.House, email, password string) (access.Actor, error) {
	o := access.Origin{Address: "192.0.2.9", Client: "Test/1.0"}
	opened, err := h.Login.SignIn(h.Context(), signin.Credentials{Email: email, Password: password}, o)
	if err != nil {
		return access.Actor{}, err
	}
	s, err := h.Sessions.Load(h.Context(), opened.Session)
	return s.Actor(o), err
}

// waysIn are sessions, passwords, links and invitations.
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
