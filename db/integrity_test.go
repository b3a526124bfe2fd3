package db

import (
	"context"
	"strings"
	"testing"

	"dagpass/internal/access"
	"dagpass/internal/audit"
	"dagpass/internal/secret"
)

// small is an installation with one of everything that grants something.
type small struct {
	*installation
	db    *DB
	org   access.Founded
	user  access.Actor // Workspace Member through a role, Operator through a team
	token access.Actor // Workspace Author at home
	tok   access.Token
}

func newSmall(t testing.TB) *small {
	t.Helper()
	s := &small{installation: installed(t)}
	s.db = s.installation.open(t)
	issue := access.Issue{Digest: secret.HashOf(secret.NewSessionID()), JTI: secret.NewJTI(), KID: "dp0000000000"}
	must(t, s.db.update(t.Context(), func(tx *Tx) (err error) {
		c := &access.Changing{Now: tx.now, By: access.System(access.Origin{})}
		if s.org, err = access.Found(c, tx, access.NewOrg{Name: "Acme", Workspace: "Data", OwnerName: "Ada", OwnerMail: "ada@acme.example"}); err != nil {
			return err
		}
		ws, by := s.org.Workspace.Scope(), c.By.Person()
		u := access.User{ID: access.UserID(tx.NewID()), Email: "bo@acme.example", FullName: "Bo", Status: access.UserActive, CreatedAt: tx.now, UpdatedAt: tx.now}
		team := access.TeamID(tx.NewID())
		s.tok = access.Token{ID: access.TokenID(tx.NewID()), Home: ws, Name: "ci", Generation: 1, Version: 1, StartAt: tx.now, CreatedAt: tx.now, UpdatedAt: tx.now, CreatedBy: by, UpdatedBy: by}
		join := func() error { _, err := tx.AddTeamMember(ws.Org, team, u.ID); return err }
		for _, err := range []error{
			tx.InsertUser(u), tx.SetRole(ws, u.Subject(), access.WorkspaceMember, by),
			tx.InsertTeam(access.Team{ID: team, Org: ws.Org, Name: "Operators", CreatedAt: tx.now, UpdatedAt: tx.now}), join(),
			tx.SetRole(ws, access.Subject{Kind: access.TeamSubject, ID: string(team)}, access.WorkspaceOperator, by),
			tx.InsertToken(s.tok, access.WorkspaceAuthor, issue),
		} {
			if err != nil {
				return err
			}
		}
		s.user = access.Actor{Kind: access.UserActor, ID: string(u.ID), Name: u.FullName}
		s.token = access.Actor{Kind: access.TokenActor, ID: string(s.tok.ID), Name: "ci", Credential: issue.Digest}
		return nil
	}))
	s.user.Credential = s.db.signIn(t, access.UserID(s.user.ID))
	return s
}

// alter runs SQL beside the program.
func (i *installation) alter(t *testing.T, statement string) {
	t.Helper()
	res, err := i.raw(t).Exec(statement)
	must(t, err)
	if n, _ := res.RowsAffected(); n == 0 {
		t.Fatalf("%s changed nothing", statement)
	}
}

func (s *small) held(t *testing.T, by access.Actor) (access.Grants, error) {
	t.Helper()
	var g access.Grants
	err := s.db.view(t.Context(), func(tx *Tx) (err error) {
		g, err = tx.Grants(by, s.org.Workspace.Scope())
		return err
	})
	return g, err
}

func TestIntegrity_anAlteredRowGrantsNothing(t *testing.T) {
	user := func(s *small) access.Actor { return s.user }
	token := func(s *small) access.Actor { return s.token }
	for _, c := range []struct {
		name, table, sql string
		who              func(*small) access.Actor
		keeps            access.Role // what is granted by other rows
	}{
		{"a raised role", "member_roles", `UPDATE member_roles SET role = 'WORKSPACE_OWNER' WHERE subject_kind = 'user' AND role = 'WORKSPACE_MEMBER'`, user, access.WorkspaceOperator},
		{"a raised role of a team", "member_roles", `UPDATE member_roles SET role = 'WORKSPACE_OWNER' WHERE subject_kind = 'team'`, user, access.WorkspaceMember},
		{"a role given to somebody else", "member_roles", `UPDATE member_roles SET subject_id = (SELECT id FROM users WHERE full_name = 'Bo') WHERE role = 'ORGANIZATION_OWNER'`, user, access.WorkspaceOperator},
		{"a role moved to the Organization", "member_roles", `UPDATE member_roles SET role = 'ORGANIZATION_OWNER', entity_type = 'organization', entity_id = organization_id WHERE role = 'WORKSPACE_MEMBER'`, user, access.WorkspaceOperator},
		{"an invented membership", "team_members", `UPDATE team_members SET row_mac = x'00'`, user, access.WorkspaceMember},
		{"a person's standing", "users", `UPDATE users SET status = 'ACTIVE', epoch = 2 WHERE full_name = 'Bo'`, user, ""},
		{"a person's password", "users", `UPDATE users SET password_hash = 'known' WHERE full_name = 'Bo'`, user, ""},
		{"a Workspace that changed hands", "workspaces", `UPDATE workspaces SET row_mac = x'00'`, user, ""},
		{"a raised role of a token", "api_token_roles", `UPDATE api_token_roles SET role = 'WORKSPACE_OWNER'`, token, ""},
		{"a token's expiry", "api_tokens", `UPDATE api_tokens SET expires_at = 99999999999999`, token, ""},
		{"a token's home", "api_tokens", `UPDATE api_tokens SET workspace_id = NULL`, token, ""},
		{"a value's row", "api_token_secrets", `UPDATE api_token_secrets SET valid_from = 0`, token, ""},
		{"a value put in place of another", "api_token_secrets", `UPDATE api_token_secrets SET value_mac = x'0000000000000000000000000000000000000000000000000000000000000000'`,
			func(s *small) access.Actor { a := s.token; a.Credential = secret.Digest{}; return a }, ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSmall(t)
			must(t, s.db.Health(t.Context()))
			s.alter(t, c.sql)
			g, err := s.held(t, c.who(s))
			switch {
			case c.keeps != "":
				if err != nil || g.At(access.WorkspaceLevel) != c.keeps || len(g.Org) > 0 {
					t.Errorf("holds %+v, %v; want %s", g, err, c.keeps)
				}
			case access.CodeOf(err) != access.Unauthenticated && (err != nil || len(g.Workspace) > 0):
				t.Errorf("still holds %+v, %v", g, err)
			}
			s.wantAlarm(t, c.table)
		})
	}
}

// wantAlarm checks that an altered row was logged, recorded once and turned readiness off.
func (s *small) wantAlarm(t *testing.T, table string) {
	t.Helper()
	if err := s.db.Health(t.Context()); err == nil {
		t.Error("Health is still good")
	}
	if log := s.log.String(); !strings.Contains(log, "table="+table) {
		t.Errorf("logged %q", log)
	}
	for range 3 {
		s.held(t, s.user)
		s.held(t, s.token)
	}
	recorded := 0
	events, err := s.db.events(t.Context(), audit.InstallationChain, 0)
	must(t, err)
	for _, e := range events {
		if e.Action == audit.IntegrityFailed && e.Details[0].After == table {
			recorded++
		}
	}
	if recorded != 1 {
		t.Errorf("recorded %d times", recorded)
	}
	report, err := s.db.VerifyAudit(t.Context())
	must(t, err)
	must(t, report.Err())
}

func TestIntegrity_theSigningKey(t *testing.T) {
	s := newSmall(t)
	_, err := s.db.SigningKey(t.Context())
	must(t, err)
	s.alter(t, `UPDATE signing_keys SET public = x'00'`)
	if _, err := s.db.SigningKey(t.Context()); err == nil {
		t.Error("an altered key signs, or another took its place")
	}
	if public, err := s.db.PublicKeys(t.Context()); err != nil || len(public) > 0 {
		t.Errorf("published %v, %v", public, err)
	}
	s.wantAlarm(t, "signing_keys")
}

func TestIntegrity_anAlteredTokenIsNotFoundAnywhere(t *testing.T) {
	s := newSmall(t)
	s.alter(t, `UPDATE api_tokens SET generation = 7`)
	must(t, s.db.view(t.Context(), func(tx *Tx) error {
		_, err := tx.Token(s.tok.Home.Org, s.tok.ID)
		wantCode(t, err, access.NotFound)
		_, err = tx.Presented(s.token.Credential)
		wantCode(t, err, access.NotFound)
		list, err := tx.TokensAt(s.tok.Home, access.TokenFilter{}, access.Sort{By: access.SortByName}, access.Page{Limit: 5})
		if len(list.Rows) > 0 {
			t.Errorf("listed %v", list.Rows)
		}
		return err
	}))
}

func TestIntegrity_aDamagedFileAnswersUnavailable(t *testing.T) {
	s := newSmall(t)
	err := s.db.failure(context.DeadlineExceeded)
	wantCode(t, err, access.Unavailable)
	s.db.integrity.damage(s.db.log, err)
	if err := s.db.Health(t.Context()); err == nil {
		t.Error("Health is still good")
	}
}
