package db

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// letProgram has a program act for Bo and returns it as an actor with its login.
func (s *small) letProgram(t *testing.T) (access.Actor, signin.ProgramLogin) {
	t.Helper()
	var l signin.ProgramLogin
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		account, err := tx.Account(access.UserID(s.user.ID))
		if err != nil {
			return err
		}
		l = signin.ProgramLogin{ID: tx.NewID(), Account: account, Epoch: account.Epoch, Origin: "origin", Program: signin.AstroCLI.ID,
			Code: newDigest(), Refresh: newDigest(), Access: newDigest(), AuthenticatedAt: tx.now, CreatedAt: tx.now,
			EndsAt: tx.now.Add(signin.LoginLimit), LastUsed: tx.now, AccessEnds: tx.now.Add(signin.AccessLife)}
		if err := tx.InsertLogin(l); err != nil {
			return err
		}
		return tx.InsertAccess(l.ID, l.Access, l.AccessEnds)
	}))
	return l.Actor(access.Origin{}), l
}

func newDigest() secret.Digest { return secret.HashOf(secret.NewSessionID()) }

func TestGrants_ofAProgram(t *testing.T) {
	t.Run("are those of its person, read at every call", func(t *testing.T) {
		s := newSmall(t)
		by, _ := s.letProgram(t)
		ofProgram, err := s.held(t, by)
		must(t, err)
		ofPerson, err := s.held(t, s.user)
		must(t, err)
		if diff := cmp.Diff(ofPerson, ofProgram); diff != "" || len(ofProgram.Workspace) != 2 {
			t.Errorf("%+v (-person +program):\n%s", ofProgram, diff)
		}
		must(t, s.db.update(t.Context(), func(tx *Tx) error {
			return tx.SetRole(s.org.Workspace.Scope(), access.Subject{Kind: access.UserSubject, ID: by.ID}, access.WorkspaceOwner, access.Person{})
		}))
		if g, err := s.held(t, by); err != nil || g.At(access.WorkspaceLevel) != access.WorkspaceOwner {
			t.Errorf("%+v, %v", g, err)
		}
	})
	for name, end := range map[string]func(s *small, by *access.Actor, l signin.ProgramLogin, tx *Tx) error{
		"its login ends": func(_ *small, _ *access.Actor, l signin.ProgramLogin, tx *Tx) error { return tx.DeleteLogin(l.ID) },
		"the epoch is raised": func(s *small, _ *access.Actor, _ signin.ProgramLogin, tx *Tx) error {
			_, err := tx.RaiseEpoch(access.UserID(s.user.ID))
			return err
		},
		"its person loses all": func(s *small, _ *access.Actor, _ signin.ProgramLogin, tx *Tx) error {
			return tx.RemoveMember(s.org.Org.ID, access.UserID(s.user.ID))
		},
		"it calls for another": func(s *small, by *access.Actor, _ signin.ProgramLogin, _ *Tx) error {
			by.ID = string(s.org.Owner.ID)
			return nil
		},
		"it is another program":   func(_ *small, by *access.Actor, _ signin.ProgramLogin, _ *Tx) error { by.Program = "other"; return nil },
		"it passes for a browser": func(_ *small, by *access.Actor, _ signin.ProgramLogin, _ *Tx) error { by.Program = ""; return nil },
		"it calls with the value that renews": func(_ *small, by *access.Actor, l signin.ProgramLogin, _ *Tx) error {
			by.Credential = l.Refresh
			return nil
		},
		"it calls with a session": func(s *small, by *access.Actor, _ signin.ProgramLogin, _ *Tx) error {
			by.Credential = s.user.Credential
			return nil
		},
		"the epoch is another one": func(s *small, _ *access.Actor, _ signin.ProgramLogin, tx *Tx) error {
			_, err := tx.changeUser(access.UserID(s.user.ID), func(u *userRow) { u.epoch++ })
			return err
		},
		"its account is blocked": func(s *small, _ *access.Actor, _ signin.ProgramLogin, tx *Tx) error {
			_, err := tx.changeUser(access.UserID(s.user.ID), func(u *userRow) { u.Status = access.UserBanned })
			return err
		},
	} {
		t.Run("are none when "+name, func(t *testing.T) {
			s := newSmall(t)
			by, l := s.letProgram(t)
			must(t, s.db.update(t.Context(), func(tx *Tx) error { return end(s, &by, l, tx) }))
			_, err := s.held(t, by)
			wantCode(t, err, access.Unauthenticated)
		})
	}
	t.Run("end with the value, to the millisecond", func(t *testing.T) {
		s := newSmall(t)
		by, _ := s.letProgram(t)
		s.clock.Advance(signin.AccessLife - time.Millisecond)
		_, err := s.held(t, by)
		must(t, err)
		s.clock.Advance(time.Millisecond)
		_, err = s.held(t, by)
		wantCode(t, err, access.Unauthenticated)
	})
}

func TestIntegrity_anAlteredLoginCountsForNothing(t *testing.T) {
	for _, c := range []struct{ name, table, sql string }{
		{"a longer login", "logins", `UPDATE logins SET expires_at = expires_at + 1`},
		{"a login given to somebody else", "logins", `UPDATE logins SET user_id = (SELECT id FROM users WHERE full_name = 'Ada')`},
		{"a later password", "logins", `UPDATE logins SET auth_at = auth_at + 1`},
		{"a value to renew with put in place of another", "logins", `UPDATE logins SET refresh_hash = zeroblob(32)`},
		{"a longer value", "login_access", `UPDATE login_access SET expires_at = expires_at + 1`},
		{"a value put in place of another", "login_access", `UPDATE login_access SET hash = zeroblob(32)`},
	} {
		t.Run(c.name, func(t *testing.T) {
			s := newSmall(t)
			by, l := s.letProgram(t)
			s.alter(t, c.sql)
			for _, by.Credential = range []secret.Digest{l.Access, {}} {
				for _, by.ID = range []string{s.user.ID, string(s.org.Owner.ID)} {
					_, err := s.held(t, by)
					wantCode(t, err, access.Unauthenticated)
				}
			}
			if c.table == "logins" {
				must(t, s.db.view(t.Context(), func(tx *Tx) error {
					for _, d := range []secret.Digest{l.Refresh, {}} {
						_, err := tx.LoginByRefresh(d)
						wantCode(t, err, access.NotFound)
					}
					return nil
				}))
			}
			s.wantAlarm(t, c.table)
		})
	}
	t.Run("a code bound to another challenge", func(t *testing.T) {
		s := newSmall(t)
		code := signin.LoginCode{Digest: newDigest(), User: access.UserID(s.user.ID), Epoch: 1, Origin: "origin", Program: "astro-cli",
			RedirectURI: "x", Challenge: "y", AuthenticatedAt: s.clock.Now(), EndsAt: s.clock.Now().Add(time.Minute)}
		must(t, s.db.update(t.Context(), func(tx *Tx) error { return tx.InsertLoginCode(code) }))
		must(t, s.db.view(t.Context(), func(tx *Tx) error {
			got, err := tx.LoginCode(code.Digest)
			if diff := cmp.Diff(code, got); diff != "" {
				t.Error(diff)
			}
			return err
		}))
		s.alter(t, `UPDATE login_codes SET challenge = 'z'`)
		must(t, s.db.view(t.Context(), func(tx *Tx) error {
			_, err := tx.LoginCode(code.Digest)
			wantCode(t, err, access.NotFound)
			return nil
		}))
		s.wantAlarm(t, "login_codes")
	})
}

// TestLogins_areSwept: nothing that has ended stays, and what has not stays.
func TestLogins_areSwept(t *testing.T) {
	s := newSmall(t)
	s.letProgram(t)
	left := func() (n [3]int) {
		for i, table := range []string{"login_codes", "login_access", "logins"} {
			must(t, s.raw(t).QueryRow(`SELECT count(*) FROM `+table).Scan(&n[i]))
		}
		return n
	}
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		return tx.InsertLoginCode(signin.LoginCode{Digest: newDigest(), User: access.UserID(s.user.ID), EndsAt: tx.now.Add(time.Minute)})
	}))
	for _, c := range []struct {
		after time.Duration
		want  [3]int
	}{
		{0, [3]int{1, 1, 1}},
		{time.Minute - 1, [3]int{1, 1, 1}},
		{1, [3]int{0, 1, 1}},
		{signin.AccessLife - time.Minute, [3]int{0, 0, 1}},
		{signin.LoginLimit - signin.AccessLife, [3]int{0, 0, 0}},
	} {
		s.clock.Advance(c.after)
		must(t, s.db.update(t.Context(), func(tx *Tx) error { return tx.SweepLogins(tx.now) }))
		if got := left(); got != c.want {
			t.Errorf("after %s: %v, want %v", c.after, got, c.want)
		}
	}
}

func TestRaiseEpoch_leavesNoLogin(t *testing.T) {
	s := newSmall(t)
	_, l := s.letProgram(t)
	must(t, s.db.update(t.Context(), func(tx *Tx) error {
		_, err := tx.RaiseEpoch(l.Account.ID)
		return err
	}))
	var left int
	must(t, s.raw(t).QueryRow(`SELECT (SELECT count(*) FROM logins) + (SELECT count(*) FROM login_access)`).Scan(&left))
	if left != 0 {
		t.Errorf("%d rows are left", left)
	}
}
