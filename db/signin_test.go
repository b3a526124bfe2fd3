package db

import (
	"fmt"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"dagpass/internal/access"
	"dagpass/internal/secret"
	"dagpass/internal/signin"
)

// inTx runs fn as one change.
func inTx(t *testing.T, db *DB, fn func(tx signin.Tx) error) {
	t.Helper()
	must(t, db.SignIn().Update(t.Context(), fn))
}

func newUser(t *testing.T, db *DB, email string) signin.Account {
	t.Helper()
	var a signin.Account
	inTx(t, db, func(tx signin.Tx) (err error) {
		id := access.UserID(tx.NewID())
		u := access.User{ID: id, Email: email, FullName: "Ada Lovelace", Status: access.UserActive, CreatedAt: tx.Now(), UpdatedAt: tx.Now()}
		if err := tx.InsertUser(u); err != nil {
			return err
		}
		a, err = tx.Account(id)
		return err
	})
	return a
}

func newSession(a signin.Account, now time.Time, name string) signin.Session {
	return signin.Session{Digest: secret.HashOf(secret.NewValue(name)), ID: "id-" + name, Account: a, Epoch: a.Epoch,
		OpenedAt: now, LastSeen: now.Add(time.Second), AuthenticatedAt: now.Add(2 * time.Second),
		Address: "192.0.2.7", Client: "Firefox", Notice: "Saved.", RevealPending: true}
}

func TestSessionTx(t *testing.T) {
	t.Run("a session comes back as it was stored, with its account as it is now", func(t *testing.T) {
		db, clock := openNew(t)
		a := newUser(t, db, "ada@acme.example")
		want := newSession(a, clock.Now(), "one")
		inTx(t, db, func(tx signin.Tx) error { return tx.InsertSession(want) })
		want.Account.FullName, want.Account.Theme = "Ada King", signin.ThemeDark
		inTx(t, db, func(tx signin.Tx) error {
			if err := tx.UpdateAccount(want.Account); err != nil {
				return err
			}
			got, err := tx.Session(want.Digest)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(signin.Session{})); diff != "" {
				t.Errorf("the session differs (-want +got):\n%s", diff)
			}
			return err
		})
	})
	t.Run("an update keeps everything but what it is for", func(t *testing.T) {
		db, clock := openNew(t)
		want := newSession(newUser(t, db, "ada@acme.example"), clock.Now(), "one")
		inTx(t, db, func(tx signin.Tx) error {
			if err := tx.InsertSession(want); err != nil {
				return err
			}
			changed := want
			changed.LastSeen, changed.Notice, changed.RevealPending = clock.Now().Add(time.Hour), "", false
			changed.OpenedAt, changed.Epoch, changed.Address = time.UnixMilli(1), 99, "x"
			if err := tx.UpdateSession(changed); err != nil {
				return err
			}
			want.LastSeen, want.Notice, want.RevealPending = changed.LastSeen, "", false
			got, err := tx.Session(want.Digest)
			if diff := cmp.Diff(want, got, cmp.AllowUnexported(signin.Session{})); diff != "" {
				t.Errorf("the session differs (-want +got):\n%s", diff)
			}
			return err
		})
	})
	t.Run("what does not exist is not found, and removing it is no error", func(t *testing.T) {
		db, clock := openNew(t)
		absent := newSession(newUser(t, db, "ada@acme.example"), clock.Now(), "absent")
		inTx(t, db, func(tx signin.Tx) error {
			_, err := tx.Session(absent.Digest)
			wantCode(t, err, access.NotFound)
			wantCode(t, tx.UpdateSession(absent), access.NotFound)
			_, err = tx.Account("c000000000000000000000000")
			wantCode(t, err, access.NotFound)
			_, err = tx.AccountByEmail("")
			wantCode(t, err, access.NotFound)
			return tx.DeleteSession(absent.Digest)
		})
	})
	t.Run("form keys outlive their session by a day", func(t *testing.T) {
		db, clock := openNew(t)
		ada := newUser(t, db, "ada@acme.example")
		s := newSession(ada, clock.Now(), "one")
		inTx(t, db, func(tx signin.Tx) error { return tx.InsertSession(s) })
		useKey := func() error {
			return db.Access().Update(t.Context(), func(tx access.Tx) error { return tx.UseFormKey(ada.ID, "key") })
		}
		sweep := func(before time.Time) {
			inTx(t, db, func(tx signin.Tx) error { return tx.SweepSessions(before) })
		}
		must(t, useKey())
		inTx(t, db, func(tx signin.Tx) error { return tx.DeleteSession(s.Digest) })
		sweep(clock.Now().AddDate(0, 0, 1))
		wantCode(t, useKey(), access.Conflict)
		sweep(clock.Now().AddDate(0, 0, 1).Add(time.Millisecond))
		must(t, useKey())
	})
	t.Run("raising the epoch ends the sessions of that person only", func(t *testing.T) {
		db, clock := openNew(t)
		ada, grace := newUser(t, db, "ada@acme.example"), newUser(t, db, "grace@acme.example")
		inTx(t, db, func(tx signin.Tx) error {
			must(t, tx.InsertSession(newSession(ada, clock.Now(), "ada")))
			must(t, tx.InsertSession(newSession(grace, clock.Now(), "grace")))
			after, err := tx.RaiseEpoch(ada.ID)
			if after.Epoch != ada.Epoch+1 {
				t.Errorf("the epoch is %d after %d", after.Epoch, ada.Epoch)
			}
			return err
		})
		inTx(t, db, func(tx signin.Tx) error {
			gone, err := tx.SessionsOf(ada.ID)
			must(t, err)
			kept, err := tx.SessionsOf(grace.ID)
			if len(gone) != 0 || len(kept) != 1 {
				t.Errorf("%d and %d sessions are left, want 0 and 1", len(gone), len(kept))
			}
			return err
		})
	})
}

// TestAccountTx_altered plays the hand in the file: whoever edits what decides about signing in ends
// the account instead of taking it over.
func TestAccountTx_altered(t *testing.T) {
	edits := map[string]string{
		"another password": `UPDATE users SET password_hash = 'x'`,
		"another standing": `UPDATE users SET status = 'BANNED'`,
		"another epoch":    `UPDATE users SET epoch = epoch + 1`,
		"another e-mail":   `UPDATE users SET email = 'eve@acme.example'`,
	}
	for why, edit := range edits {
		t.Run(why+" by hand makes account and session absent", func(t *testing.T) {
			db, clock := openNew(t)
			a := newUser(t, db, "ada@acme.example")
			s := newSession(a, clock.Now(), "one")
			inTx(t, db, func(tx signin.Tx) error {
				must(t, tx.SetPasswordHash(a.ID, "$argon2id$"))
				return tx.InsertSession(s)
			})
			inTx(t, db, func(tx signin.Tx) error { return tx.(*Tx).put(edit) })
			inTx(t, db, func(tx signin.Tx) error {
				_, err := tx.Account(a.ID)
				wantCode(t, err, access.NotFound)
				_, err = tx.PasswordHash(a.ID)
				wantCode(t, err, access.NotFound)
				_, err = tx.Session(s.Digest)
				wantCode(t, err, access.NotFound)
				return nil
			})
		})
	}
	t.Run("name and theme grant nothing", func(t *testing.T) {
		db, _ := openNew(t)
		a := newUser(t, db, "ada@acme.example")
		inTx(t, db, func(tx signin.Tx) error { return tx.(*Tx).put(`UPDATE users SET full_name = 'Ada', theme = 'dark'`) })
		inTx(t, db, func(tx signin.Tx) error { _, err := tx.Account(a.ID); return err })
	})
}

func TestCodeTx(t *testing.T) {
	t.Run("a code comes back as it was stored, and is used once", func(t *testing.T) {
		db, clock := openNew(t)
		want := signin.Code{Digest: secret.HashOf(secret.NewCode()), ID: "one", Kind: signin.CodeInvite, User: "u", Org: "o",
			CreatedAt: clock.Now(), EndsAt: clock.Now().Add(time.Hour)}
		inTx(t, db, func(tx signin.Tx) error { return tx.InsertCode(want) })
		inTx(t, db, func(tx signin.Tx) error {
			got, err := tx.Code(want.Digest)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("the code differs (-want +got):\n%s", diff)
			}
			must(t, err)
			must(t, tx.UseCode(want.Digest))
			wantCode(t, tx.UseCode(want.Digest), access.NotFound)
			_, err = tx.Code(want.Digest)
			wantCode(t, err, access.NotFound)
			return nil
		})
	})
	t.Run("codes end by kind and person", func(t *testing.T) {
		db, clock := openNew(t)
		left := 0
		inTx(t, db, func(tx signin.Tx) error {
			var all []secret.Digest
			for i, kind := range []signin.CodeKind{signin.CodeReset, signin.CodeSignIn} {
				for j, user := range []access.UserID{"ada", "grace"} {
					d := secret.HashOf(secret.NewCode())
					must(t, tx.InsertCode(signin.Code{Digest: d, ID: fmt.Sprint(i, j), Kind: kind, User: user, CreatedAt: clock.Now(), EndsAt: clock.Now()}))
					all = append(all, d)
				}
			}
			must(t, tx.EndCodes(signin.CodeReset, "ada"))
			for _, d := range all {
				if _, err := tx.Code(d); err == nil {
					left++
				}
			}
			return nil
		})
		if left != 3 {
			t.Errorf("%d of 4 codes are left, want 3", left)
		}
	})
}

func TestDeviceTx(t *testing.T) {
	t.Run("the twenty browsers used last are known, and the one in use always is", func(t *testing.T) {
		db, clock := openNew(t)
		ada, grace := newUser(t, db, "ada@acme.example"), newUser(t, db, "grace@acme.example")
		device := func(i int, id access.UserID) signin.Device {
			return signin.Device{Digest: secret.HashOf(secret.NewValue(fmt.Sprint(i))), User: id, SignedIn: clock.Now().Add(time.Duration(i/2) * time.Second)}
		}
		inTx(t, db, func(tx signin.Tx) error {
			must(t, tx.PutDevice(device(0, grace.ID)))
			for i := range 25 {
				must(t, tx.PutDevice(device(i, ada.ID)))
				got, err := tx.Device(device(i, ada.ID).Digest, ada.ID)
				must(t, err)
				if diff := cmp.Diff(device(i, ada.ID), got); diff != "" {
					t.Errorf("the browser differs (-want +got):\n%s", diff)
				}
			}
			known := 0
			for i := range 25 {
				if _, err := tx.Device(device(i, ada.ID).Digest, ada.ID); err == nil {
					known++
				}
			}
			if known != signin.MaxDevices {
				t.Errorf("%d browsers are known, want %d", known, signin.MaxDevices)
			}
			_, err := tx.Device(device(0, ada.ID).Digest, ada.ID)
			wantCode(t, err, access.NotFound)
			_, err = tx.Device(device(0, grace.ID).Digest, grace.ID)
			return err
		})
	})
}

func TestThrottleTx(t *testing.T) {
	t.Run("a counter comes back as it was stored, and is zero when there is none", func(t *testing.T) {
		db, clock := openNew(t)
		key := []byte("key")
		want := signin.Attempts{Key: key, Count: 4, Since: clock.Now(), Last: clock.Now().Add(time.Second), Next: clock.Now().Add(time.Minute)}
		inTx(t, db, func(tx signin.Tx) error {
			for _, want := range []signin.Attempts{{Key: key}, want, {Key: key}} {
				if want.Count > 0 {
					must(t, tx.PutAttempts(want))
				} else {
					must(t, tx.DropAttempts(key))
				}
				got, err := tx.Attempts(key)
				must(t, err)
				if diff := cmp.Diff(want, got); diff != "" {
					t.Errorf("the counter differs (-want +got):\n%s", diff)
				}
			}
			return nil
		})
	})
}

func TestSetupTx(t *testing.T) {
	t.Run("the first owner is noted once, also across a restart", func(t *testing.T) {
		i := newInstallation(t)
		db, err := Open(t.Context(), i.cfg)
		must(t, err)
		inTx(t, db, func(tx signin.Tx) error {
			if done, err := tx.Bootstrapped(); done || err != nil {
				t.Errorf("a new installation is bootstrapped: %v, %v", done, err)
			}
			return tx.Bootstrap()
		})
		must(t, db.Close())
		inTx(t, i.open(t), func(tx signin.Tx) error {
			wantCode(t, tx.Bootstrap(), access.Conflict)
			if done, err := tx.Bootstrapped(); !done || err != nil {
				t.Errorf("after the restart: %v, %v", done, err)
			}
			return nil
		})
	})
}

func TestSweeps(t *testing.T) {
	t.Run("each removes what is past its instant and nothing at it", func(t *testing.T) {
		db, clock := openNew(t)
		a := newUser(t, db, "ada@acme.example")
		now := clock.Now()
		inTx(t, db, func(tx signin.Tx) error {
			for name, at := range map[string]time.Time{"old": now.Add(-time.Millisecond), "at": now, "new": now.Add(time.Millisecond)} {
				d := secret.HashOf(secret.NewValue(name))
				must(t, tx.InsertSession(newSession(a, at, name)))
				must(t, tx.InsertCode(signin.Code{Digest: d, ID: name, Kind: signin.CodeReset, CreatedAt: now, EndsAt: at}))
				must(t, tx.PutDevice(signin.Device{Digest: d, User: a.ID, SignedIn: at}))
				must(t, tx.PutAttempts(signin.Attempts{Key: []byte(name), Count: 1, Since: at, Last: at, Next: at}))
			}
			must(t, tx.SweepSessions(now))
			must(t, tx.SweepCodes(now))
			must(t, tx.SweepDevices(now))
			must(t, tx.SweepAttempts(now))
			left := map[string]string{}
			for _, name := range []string{"old", "at", "new"} {
				d := secret.HashOf(secret.NewValue(name))
				_, noSession := tx.Session(d)
				_, noCode := tx.Code(d)
				_, noDevice := tx.Device(d, a.ID)
				counter, err := tx.Attempts([]byte(name))
				must(t, err)
				left[name] = fmt.Sprintf("session %v, code %v, browser %v, counter %v", noSession == nil, noCode == nil, noDevice == nil, counter.Count > 0)
			}
			want := map[string]string{
				"old": "session false, code false, browser false, counter false",
				"at":  "session true, code false, browser true, counter true", // a code ends at its instant
				"new": "session true, code true, browser true, counter true",
			}
			if diff := cmp.Diff(want, left); diff != "" {
				t.Errorf("what is left differs (-want +got):\n%s", diff)
			}
			return nil
		})
	})
}
