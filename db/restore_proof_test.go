package db_test

import (
	"errors"
	"testing"

	"dagpass/db"
	"dagpass/internal/access"
	"dagpass/internal/dagpasstest"
	"dagpass/internal/proof"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// past is access that somebody had when the backup was made.
type past struct {
	name  string
	works func(h *dagpasstest.House) bool
	// end takes it away, in the house that lives on; nil for what nobody takes away.
	end func(h *dagpasstest.House) error
	// token says that it rests on the value of an API token; inBackup that no choice brings it back.
	token, neverBack bool
}

// TestProof_RestoreRevivesNothing: security.md 15, 20 row 10. Access of every kind is given, a backup is
// made, and all of it is taken away in one way each. Restored by replay, none of it works and what nobody
// took away does; with every token ended, no value is accepted; and where the operator accepts a revival,
// all of it works again, which shows that each check can see one.
//
// Seen to fail with: the step that compares values left out of replay.tokens, the lowering of roles left
// out of replay.members, and the emptying of one_time_codes left out of settle.
func TestProof_RestoreRevivesNothing(t *testing.T) {
	h := dagpasstest.New(t)
	all := append(tokensOfThePast(t, h), peopleOfThePast(t, h)...)
	backup := h.Backup()
	for _, p := range all {
		if !p.works(h) {
			t.Fatalf("%s: does not work when the backup is made", p.name)
		}
	}
	for _, p := range all {
		if p.end == nil {
			continue
		}
		if err := p.end(h); err != nil {
			t.Fatalf("%s: %v", p.name, err)
		}
		if p.works(h) {
			t.Fatalf("%s: still works after its end", p.name)
		}
	}
	live := 0
	for _, p := range all {
		live += map[bool]int{true: 1}[p.token]
	}
	t.Run("a replay leaves what nobody took away, and nothing else", func(t *testing.T) {
		restored, done := h.Restored(backup, db.Revival{Replay: h.Database()})
		check(t, restored, all, func(p past) bool { return p.end == nil })
		if done.Lowered == 0 || done.Ended == 0 {
			t.Errorf("reported %+v", done)
		}
		sound(t, restored)
	})
	t.Run("ending all tokens leaves no value of any", func(t *testing.T) {
		restored, done := h.Restored(backup, db.Revival{EndAllTokens: true})
		check(t, restored, all, func(p past) bool { return !p.token && !p.neverBack })
		if done.Tokens != 0 || done.Ended != live {
			t.Errorf("reported %+v, want %d ended", done, live)
		}
		sound(t, restored)
	})
	t.Run("a revival has to be accepted with the number of tokens", func(t *testing.T) {
		wrong := live - 1
		if err := h.Restore(backup, db.Revival{Accept: &wrong}); !errors.Is(err, db.ErrRefused) {
			t.Errorf("with %d of %d: %v", wrong, live, err)
		}
		restored, _ := h.Restored(backup, db.Revival{Accept: &live})
		check(t, restored, all, func(p past) bool { return !p.neverBack })
		sound(t, restored)
	})
	proof.Figure(t, "%d kinds of access ended after the backup, 0 revived by a replay; %d values, 0 accepted when all end", len(all), live)
}

func check(t *testing.T, h *dagpasstest.House, all []past, want func(past) bool) {
	t.Helper()
	for _, p := range all {
		if got := p.works(h); got != want(p) {
			t.Errorf("%s: works %t, want %t", p.name, got, want(p))
		}
	}
}

// sound fails unless the record of a restored house is whole, it is ready, and every chain goes on with the
// restoration.
func sound(t *testing.T, h *dagpasstest.House) {
	t.Helper()
	report, err := h.DB.VerifyAudit(t.Context())
	if err = errors.Join(err, report.Err(), h.DB.Health(t.Context())); err != nil {
		t.Error(err)
	}
	restored := 0
	for _, line := range h.Events(string(h.Org.ID)) {
		if line == "backup.restore ok  by Dagpass" {
			restored++
		}
	}
	if restored != 1 {
		t.Errorf("%d events tell of the restoration", restored)
	}
}

// tokensOfThePast are API tokens that end in every way there is.
func tokensOfThePast(t *testing.T, h *dagpasstest.House) []past {
	by := dagpasstest.System()
	home, org := h.Workspace.Scope(), h.Org.Scope()
	doomed, other := h.NewWorkspace("Doomed"), h.NewWorkspace("Other")
	token := func(at access.Scope, name string, role access.Role, end func(*dagpasstest.House, access.Token, string) error) past {
		tok, value := h.Token(h.Owner, at, name, role)
		p := past{name: name, token: true, works: func(h *dagpasstest.House) bool { return h.Accepts(value) }}
		if end != nil {
			p.end = func(h *dagpasstest.House) error { return end(h, tok, value) }
		}
		return p
	}
	bound := func(name string, end func(*dagpasstest.House, access.TokenID) error) past {
		tok, value := h.Token(h.Owner, org, name, access.OrgMember)
		if _, err := h.Tokens.Bind(t.Context(), by, other.Scope(), tok.ID, access.WorkspaceOwner); err != nil {
			t.Fatal(err)
		}
		return past{name: name, token: true, works: func(h *dagpasstest.House) bool { return manages(h, value, other.Scope()) },
			end: func(h *dagpasstest.House) error { return end(h, tok.ID) }}
	}
	return []past{
		token(home, "an untouched token", access.WorkspaceAuthor, nil),
		token(home, "a deleted token", access.WorkspaceAuthor, func(h *dagpasstest.House, tok access.Token, _ string) error {
			_, err := h.Tokens.Delete(t.Context(), by, home, tok.ID, access.TokenDeletionWord)
			return err
		}),
		token(home, "a rotated token", access.WorkspaceAuthor, func(h *dagpasstest.House, tok access.Token, _ string) error {
			_, _, err := h.Tokens.Rotate(t.Context(), by, home, tok.ID, tok.Generation, "")
			return err
		}),
		token(org, "a rotated Organization token", access.OrgOwner, func(h *dagpasstest.House, tok access.Token, _ string) error {
			_, _, err := h.Tokens.Rotate(t.Context(), by, org, tok.ID, tok.Generation, "")
			return err
		}),
		token(home, "a token revoked by its holder", access.WorkspaceAuthor, func(h *dagpasstest.House, _ access.Token, value string) error {
			_, err := h.Tokens.Revoke(t.Context(), value, access.Origin{})
			return err
		}),
		token(doomed.Scope(), "a token of a deleted Workspace", access.WorkspaceOwner, func(h *dagpasstest.House, _ access.Token, _ string) error {
			return h.Workspaces.Delete(t.Context(), by, doomed.Scope(), access.DeletionWord)
		}),
		bound("a token removed from a Workspace", func(h *dagpasstest.House, id access.TokenID) error {
			_, err := h.Tokens.Unbind(t.Context(), by, other.Scope(), id)
			return err
		}),
		bound("a token lowered in a Workspace", func(h *dagpasstest.House, id access.TokenID) error {
			_, err := h.Tokens.Rebind(t.Context(), by, other.Scope(), id, access.WorkspaceMember, "")
			return err
		}),
		lowered(t, h, home),
		restrictedToken(t, h),
	}
}

// manages reports whether the holder of a value sees the API tokens of a place.
func manages(h *dagpasstest.House, value string, at access.Scope) bool {
	by, err := h.Tokens.Verify(h.Context(), value, access.Origin{Address: "192.0.2.8"})
	if err != nil {
		return false
	}
	_, err = h.Tokens.Count(h.Context(), by, at)
	return err == nil
}

// lowered is a Workspace token whose role at home is lowered.
func lowered(t *testing.T, h *dagpasstest.House, home access.Scope) past {
	tok, value := h.Token(h.Owner, home, "a token lowered at home", access.WorkspaceOwner)
	return past{name: tok.Name, token: true, works: func(h *dagpasstest.House) bool { return manages(h, value, home) },
		end: func(h *dagpasstest.House) error {
			_, err := h.Tokens.SetRoles(t.Context(), dagpasstest.System(), home.Org, tok.ID, []access.RoleEntry{
				{Kind: access.WorkspaceEntity, Entity: home.Entity(), Role: access.WorkspaceMember}})
			return err
		}}
}

// restrictedToken is one of an Organization that may then be used from other addresses only.
func restrictedToken(t *testing.T, h *dagpasstest.House) past {
	org, _, owner := h.Elsewhere()
	_, value := h.Token(owner, org.Scope(), "a token outside the address ranges", access.OrgOwner)
	return past{name: "a token outside the address ranges", token: true,
		works: func(h *dagpasstest.House) bool { return manages(h, value, org.Scope()) },
		end: func(h *dagpasstest.House) error {
			_, err := h.Ranges.Add(t.Context(), dagpasstest.System(), org.ID, "10.0.0.0/8")
			return err
		}}
}

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
